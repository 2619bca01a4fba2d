// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UDP load of mixed sizes, which iperf3 cannot make:
 *   udpload send ADDRESS PORT MILLISECONDS SIZE[,SIZE...]   the sizes in turn, as fast as it can
 *   udpload sink PORT                    counts until a packet of one byte comes
 *   udpload encap PORT                   holds a socket that takes ESP in UDP
 * Sizes are those of the UDP payload. The first two print the packets and bytes that passed and
 * the milliseconds from the first to the last, as one line of JSON; encap prints "ready" and
 * stays until it is killed, as a keying daemon would (RFC 3948; udp(7), UDP_ENCAP).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZES 32
#define MAX_SIZE 65000

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int report(uint64_t packets, uint64_t bytes, uint64_t us)
{
	printf("{\"packets\":%llu,\"bytes\":%llu,\"ms\":%.3f}\n", (unsigned long long)packets,
	       (unsigned long long)bytes, (double)us / 1000);
	return packets ? 0 : 1;
}

static int open_socket(const char *address, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_family = AF_INET6 }, *ai;
	int fd, err;

	hints.ai_flags = address ? AI_NUMERICHOST | AI_V4MAPPED : AI_PASSIVE;
	err = getaddrinfo(address, port, &hints, &ai);
	if (err) {
		fprintf(stderr, "udpload: %s %s: %s\n", address ? address : "*", port,
			gai_strerror(err));
		return -1;
	}
	fd = socket(ai->ai_family, ai->ai_socktype, 0);
	if (fd >= 0 && (address ? connect(fd, ai->ai_addr, ai->ai_addrlen)
				: bind(fd, ai->ai_addr, ai->ai_addrlen))) {
		perror("udpload: connect or bind");
		close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

static int parse_sizes(char *text, size_t *sizes)
{
	int count = 0;

	for (char *word = strtok(text, ","); word && count < MAX_SIZES; word = strtok(NULL, ",")) {
		sizes[count] = strtoul(word, NULL, 10);
		if (sizes[count] < 2 || sizes[count] > MAX_SIZE)
			return 0;
		count++;
	}
	return count;
}

static int run_send(int fd, uint64_t ms, const size_t *sizes, int count)
{
	uint64_t start = now_us(), end = start + ms * 1000, packets = 0, bytes = 0;
	static char data[MAX_SIZE];

	while (now_us() < end) {
		for (int i = 0; i < count; i++) {
			if (send(fd, data, sizes[i], 0) < 0) {
				if (errno == ENOBUFS || errno == EAGAIN)
					continue;
				perror("udpload: send");
				return 1;
			}
			packets++;
			bytes += sizes[i];
		}
	}
	end = now_us();
	/* The sink must not miss the end, whatever the queues did. */
	for (int i = 0; i < 20; i++) {
		struct timespec pause = { .tv_nsec = 1000000 };

		if (send(fd, data, 1, 0) < 0 && errno == ECONNREFUSED)
			break;
		nanosleep(&pause, NULL);
	}
	return report(packets, bytes, end - start);
}

static int run_sink(int fd)
{
	uint64_t packets = 0, bytes = 0, first = 0, last = 0;
	static char data[MAX_SIZE];
	int room = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	for (;;) {
		ssize_t len = recv(fd, data, sizeof(data), 0);

		if (len <= 1)
			break;
		last = now_us();
		if (!packets++)
			first = last;
		bytes += (uint64_t)len;
	}
	return report(packets, bytes, last - first);
}

static int run_encap(int fd)
{
	int type = UDP_ENCAP_ESPINUDP;

	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type))) {
		perror("udpload: UDP_ENCAP");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	size_t sizes[MAX_SIZES];
	int count, fd;

	if (argc == 6 && !strcmp(argv[1], "send")) {
		count = parse_sizes(argv[5], sizes);
		if (!count) {
			fprintf(stderr, "udpload: sizes are 2 to %d, at most %d of them\n",
				MAX_SIZE, MAX_SIZES);
			return 2;
		}
		fd = open_socket(argv[2], argv[3]);
		return fd < 0 ? 1 : run_send(fd, strtoul(argv[4], NULL, 10), sizes, count);
	}
	if (argc == 3 && !strcmp(argv[1], "sink")) {
		fd = open_socket(NULL, argv[2]);
		return fd < 0 ? 1 : run_sink(fd);
	}
	if (argc == 3 && !strcmp(argv[1], "encap")) {
		fd = open_socket(NULL, argv[2]);
		return fd < 0 ? 1 : run_encap(fd);
	}
	fprintf(stderr,
		"usage: udpload send ADDRESS PORT MS SIZE[,SIZE...] | sink PORT | encap PORT\n");
	return 2;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends ESP packets made by hand to an inbound SA, and says which of them came out of it:
 *
 *	inject FROM-NS TO-NS NAME=VALUE... < PACKETS
 *
 * A line of standard input is a packet, made of words NAME=VALUE; the same words on the command
 * line hold for every packet that does not say otherwise. Lines that begin with # are left out.
 *
 *   alg=null-sha256|aes128gcm16 spi=N esn=0|1     the SA; keys as in lib_tunnel.sh
 *   seq=N                        sequence number, 64 bits; default: one more than the last
 *   from=A to=A tos=N ttl=N      outer header; udp=SPORT:DPORT puts it into UDP
 *   src=A dst=A itos=N ittl=N sport=N dport=N len=N    inner packet, UDP, to dst:dport
 *   pad=N padbytes=1 padlength=1 next=N icv=1 cut=N    faults, see lib/craft.h
 *
 * Output: one line, a letter for each packet: + when it came out, with the right inner TOS if the
 * packet said expect=N, - when it did not, ! when it came out with another TOS.
 */
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/craft.h"
#include "lib/patience.h"

#define PACKETS_MAX	20000
#define QUIET_MS	250

struct packet {
	struct craft_sa sa;
	struct craft_inner inner;
	struct craft_outer outer;
	struct craft_fault fault;
	uint64_t seq;
	size_t length;
	int expect_tos;		/* -1: any */
};

static char result[PACKETS_MAX + 1];
static int expected_tos[PACKETS_MAX];
static unsigned int count;

static void take(struct packet *packet, char *word)
{
	char *value = strchr(word, '=');
	unsigned long long number;

	if (!value)
		errx(2, "%s: no NAME=VALUE", word);
	*value++ = 0;
	number = strtoull(value, NULL, 0);
	if (!strcmp(word, "alg"))
		packet->sa.algorithm = strcmp(value, "aes128gcm16") ? CRAFT_NULL_SHA256
								    : CRAFT_AES128GCM16;
	else if (!strcmp(word, "spi"))
		packet->sa.spi = number;
	else if (!strcmp(word, "esn"))
		packet->sa.esn = number;
	else if (!strcmp(word, "seq"))
		packet->seq = number;
	else if (!strcmp(word, "from"))
		packet->outer.src = craft_address(value);
	else if (!strcmp(word, "to"))
		packet->outer.dst = craft_address(value);
	else if (!strcmp(word, "tos"))
		packet->outer.tos = number;
	else if (!strcmp(word, "ttl"))
		packet->outer.ttl = number;
	else if (!strcmp(word, "udp"))
		sscanf(value, "%hu:%hu", &packet->outer.sport, &packet->outer.dport);
	else if (!strcmp(word, "src"))
		packet->inner.src = craft_address(value);
	else if (!strcmp(word, "dst"))
		packet->inner.dst = craft_address(value);
	else if (!strcmp(word, "itos"))
		packet->inner.tos = number;
	else if (!strcmp(word, "ittl"))
		packet->inner.ttl = number;
	else if (!strcmp(word, "sport"))
		packet->inner.sport = number;
	else if (!strcmp(word, "dport"))
		packet->inner.dport = number;
	else if (!strcmp(word, "len"))
		packet->length = number;
	else if (!strcmp(word, "pad"))
		packet->fault.pad = number;
	else if (!strcmp(word, "padbytes"))
		packet->fault.pad_bytes = number;
	else if (!strcmp(word, "padlength"))
		packet->fault.pad_length = number;
	else if (!strcmp(word, "next"))
		packet->fault.next_header = number ? (int)number : 256;
	else if (!strcmp(word, "icv"))
		packet->fault.icv = number;
	else if (!strcmp(word, "cut"))
		packet->fault.cut = number;
	else if (!strcmp(word, "expect"))
		packet->expect_tos = number;
	else
		errx(2, "%s: no such field", word);
}

static int receiver(const struct packet *packet)
{
	int fd = socket(packet->inner.dst.family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;
	int buffer = 8 << 20;
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(packet->inner.dport),
		.sin_addr = packet->inner.dst.in,
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(packet->inner.dport),
		.sin6_addr = packet->inner.dst.in6,
	};

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
	if (fd < 0 || (packet->inner.dst.family == AF_INET ?
		       bind(fd, (struct sockaddr *)&in, sizeof(in)) :
		       bind(fd, (struct sockaddr *)&in6, sizeof(in6))))
		err(2, "receiver");
	return fd;
}

static void send_packet(const struct craft_wire *wire, struct packet *packet)
{
	static unsigned char inner[CRAFT_MAX], esp[CRAFT_MAX], outer[CRAFT_MAX];
	unsigned char payload[2048] = { 0 };
	size_t length;

	/* The packet's number in the payload tells which one it is when it comes out. */
	memcpy(payload, &count, sizeof(count));
	packet->inner.payload = payload;
	packet->inner.length = packet->length;
	length = craft_inner(&packet->inner, inner);
	length = craft_esp(&packet->sa, packet->seq, inner, length,
			   packet->inner.src.family == AF_INET ? IPPROTO_IPIP : IPPROTO_IPV6,
			   &packet->fault, esp);
	length = craft_outer(&packet->outer, IPPROTO_ESP, esp, length, outer);
	craft_wire_send(wire, packet->outer.src.family, outer, length);
}

static void collect(int fd, int wait_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	unsigned char data[2048];
	char control[128];

	while (poll(&ready, 1, wait_ms) > 0) {
		struct iovec part = { data, sizeof(data) };
		struct msghdr message = {
			.msg_iov = &part, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};
		unsigned int number;
		int tos = 0;

		if (recvmsg(fd, &message, 0) < (ssize_t)sizeof(number))
			continue;
		memcpy(&number, data, sizeof(number));
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
				tos = *(unsigned char *)CMSG_DATA(c);
			if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)
				memcpy(&tos, CMSG_DATA(c), sizeof(tos));
		}
		if (number >= count)
			continue;
		/* A packet that comes out twice is as wrong as one that should not. */
		if (result[number] != '-')
			result[number] = '2';
		else
			result[number] = expected_tos[number] < 0 || expected_tos[number] == tos ?
					 '+' : '!';
	}
}

int main(int argc, char **argv)
{
	struct packet standard = {
		.inner = { .sport = 4000, .dport = 4000 }, .length = 32, .expect_tos = -1,
	};
	struct craft_wire wire;
	char *line = NULL, *save;
	size_t size = 0;
	int fd;

	if (argc < 4)
		errx(2, "usage: inject FROM-NS TO-NS NAME=VALUE... < PACKETS");
	for (int i = 3; i < argc; i++)
		take(&standard, argv[i]);
	craft_enter(argv[2]);
	fd = receiver(&standard);
	craft_wire_open(&wire, argv[1], argv[2]);
	while (getline(&line, &size, stdin) > 0) {
		struct packet packet = standard;

		if (*line == '#' || *line == '\n')
			continue;
		if (count == PACKETS_MAX)
			errx(2, "more than %d packets", PACKETS_MAX);
		packet.seq = standard.seq + 1;
		for (char *word = strtok_r(line, " \t\n", &save); word;
		     word = strtok_r(NULL, " \t\n", &save))
			take(&packet, word);
		standard.seq = packet.seq;
		send_packet(&wire, &packet);
		result[count] = '-';
		expected_tos[count++] = packet.expect_tos;
		/* In the order of the lines, also where crypto is asynchronous */
		collect(fd, 5 * patience());
	}
	collect(fd, QUIET_MS * patience());
	printf("%s\n", result);
	return 0;
}

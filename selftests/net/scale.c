// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a packet costs with 1, with 100 and with 10,000 selectors, of as many outbound SAs as
 * it takes, each number on a device of its own:
 *
 *	scale NAMESPACE LOCAL REMOTE DESTINATION DEVICE DEVICE DEVICE
 *
 * The packets are for DESTINATION, which the first SA of each device is for. The devices take
 * turns, so that all of them have the machine's good times and bad ones, and the best round of
 * each counts: what else the machine does makes a round slower, never faster.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "netlink/family.h"

#define DEVICES 3
#define ROUNDS 200
#define PACKETS 10
/* A walk over 10,000 of anything costs more than all the rest of a packet. */
#define MORE 2
#define SPI 0x10000

static struct anl *anl;
static struct anl_sa sa;

/* The selector number @i; all but the first are for addresses of 10.128.0.0/9. */
static void make_selector(struct anl_selector *selector, unsigned int i,
			  const struct anl_address *destination)
{
	anl_selector_init(selector);
	selector->dst.address = *destination;
	selector->dst.length = 32;
	if (!i)
		return;
	selector->dst.address.bytes[1] = 128;
	selector->dst.address.bytes[2] = i / 256;
	selector->dst.address.bytes[3] = i;
	/* prefixes of three lengths, as a gateway has them */
	selector->dst.length = 32 - i % 3;
	anl_prefix_mask(&selector->dst);
}

/* SAs with the selectors number @first to @last - 1, as many in each as it takes. */
static void add(unsigned int first, unsigned int last, const struct anl_address *destination)
{
	struct anl_error error;

	while (first < last) {
		sa.selector_count = 0;
		while (first < last && sa.selector_count < ANL_SELECTORS_MAX)
			make_selector(&sa.selectors[sa.selector_count++], first++, destination);
		sa.spi++;
		if (anl_sa_add(anl, &sa, &error))
			errx(1, "selectors up to %u: %s", first, error.text);
	}
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long round_cost(int fd)
{
	long long began = now_ns();

	for (int i = 0; i < PACKETS; i++)
		if (send(fd, "aditplain", 9, 0) != 9)
			err(1, "send");
	return (now_ns() - began) / PACKETS;
}

static void measure(const int fds[DEVICES], long long best[DEVICES])
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < DEVICES; i++) {
			long long cost = round_cost(fds[i]);

			if (!round || cost < best[i])
				best[i] = cost;
		}
	}
}

/* A socket whose packets go to @destination through @device. */
static int sender(const char *device, const struct anl_address *destination)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(&to.sin_addr, destination->bytes, 4);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(2, "a socket through %s", device);
	return fd;
}

static void enter(const char *namespace)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", namespace);
	close(fd);
}

static void configure(char **argv, struct anl_address *destination)
{
	anl_sa_init(&sa);
	sa.direction = ANL_OUT;
	sa.spi = SPI;
	if (!anl_address_parse(argv[2], &sa.local) || !anl_address_parse(argv[3], &sa.remote) ||
	    !anl_address_parse(argv[4], destination))
		errx(2, "no addresses");
	strcpy(sa.enc.name, "ecb(cipher_null)");
	strcpy(sa.auth.name, "hmac(sha256)");
	sa.auth.key_length = 32;
	memset(sa.auth.key, 0x5a, sa.auth.key_length);
}

int main(int argc, char **argv)
{
	static const unsigned int counts[DEVICES] = { 1, 100, 10000 };
	unsigned int ifindex[DEVICES], sas[DEVICES];
	struct anl_address destination;
	long long best[DEVICES] = { 0 };
	struct anl_error error;
	int fds[DEVICES], failed = 0;

	if (argc != 5 + DEVICES)
		errx(2, "usage: scale NAMESPACE LOCAL REMOTE DESTINATION DEVICE DEVICE DEVICE");
	enter(argv[1]);
	configure(argv, &destination);
	if (anl_open(&anl, &error))
		errx(2, "%s", error.text);
	for (unsigned int i = 0; i < DEVICES; i++) {
		ifindex[i] = sa.ifindex = if_nametoindex(argv[5 + i]);
		sas[i] = sa.spi;
		add(0, counts[i], &destination);
		sas[i] = sa.spi - sas[i];
		fds[i] = sender(argv[5 + i], &destination);
	}
	measure(fds, best);

	printf("TAP version 13\n1..%d\n", DEVICES);
	for (unsigned int i = 0; i < DEVICES; i++) {
		bool more = best[i] > MORE * best[0];

		failed += more;
		printf("%s %u - %u selectors of %u SAs: %lld ns a packet\n", more ? "not ok" : "ok",
		       i + 1, counts[i], sas[i], best[i]);
		if (anl_sa_flush(anl, ifindex[i], 0, &error))
			errx(1, "%s", error.text);
		close(fds[i]);
	}
	anl_close(anl);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:0 error:0\n", DEVICES - failed,
	       failed);
	return failed ? 1 : 0;
}

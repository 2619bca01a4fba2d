// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a packet costs with 1, with 100 and with 10,000 selectors, of as many outbound SAs as
 * it takes:
 *
 *	scale NAMESPACE DEVICE LOCAL REMOTE DESTINATION
 *
 * The packets are for DESTINATION, which the first SA is for. Rounds of them are timed, and the
 * best of many counts: what else the machine does makes a round slower, never faster.
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

#define ROUNDS		60
#define PACKETS		40
#define SPI		0x10000

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

static long long cost(int fd)
{
	long long best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		long long began = now_ns(), took;

		for (int i = 0; i < PACKETS; i++)
			if (send(fd, "aditplain", 9, 0) != 9)
				err(1, "send");
		took = (now_ns() - began) / PACKETS;
		if (!round || took < best)
			best = took;
	}
	return best;
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

int main(int argc, char **argv)
{
	static const unsigned int counts[] = { 1, 100, 10000 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct anl_address destination;
	struct anl_error error;
	long long first = 0, one;
	unsigned int added = 0;
	int fd, failed = 0;

	if (argc != 6)
		errx(2, "usage: scale NAMESPACE DEVICE LOCAL REMOTE DESTINATION");
	enter(argv[1]);
	anl_sa_init(&sa);
	if (anl_open(&anl, &error))
		errx(2, "%s", error.text);
	sa.ifindex = if_nametoindex(argv[2]);
	sa.direction = ANL_OUT;
	sa.spi = SPI;
	if (!anl_address_parse(argv[3], &sa.local) || !anl_address_parse(argv[4], &sa.remote) ||
	    !anl_address_parse(argv[5], &destination))
		errx(2, "no addresses");
	strcpy(sa.enc.name, "ecb(cipher_null)");
	strcpy(sa.auth.name, "hmac(sha256)");
	sa.auth.key_length = 32;
	memset(sa.auth.key, 0x5a, sa.auth.key_length);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(&to.sin_addr, destination.bytes, 4);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(2, "connect");

	printf("TAP version 13\n1..3\n");
	for (unsigned int i = 0; i < 3; i++) {
		add(added, counts[i], &destination);
		added = counts[i];
		one = cost(fd);
		if (!i)
			first = one;
		/* A walk over 10,000 of anything costs more than all the rest of a packet. */
		failed += one > 2 * first;
		printf("%s %u - %u selectors of %u SAs: %lld ns a packet\n",
		       one > 2 * first ? "not ok" : "ok", i + 1, added, sa.spi - SPI, one);
		fflush(stdout);
	}
	if (anl_sa_flush(anl, sa.ifindex, 0, &error))
		errx(1, "%s", error.text);
	anl_close(anl);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:0 error:0\n", 3 - failed, failed);
	return failed ? 1 : 0;
}

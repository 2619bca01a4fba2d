// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * First messages of IKE's main mode, each from another sender, none of whom exists:
 *
 *	strangers FROM-NS TO-NS ADDRESS COUNT STOP
 *
 * go from FROM-NS's interface `wire` to ADDRESS, which is TO-NS's, until COUNT are sent and the
 * file STOP is there. Only so many are on their way that no socket is too small for them: the next
 * ones follow the answers, so that the daemon has as much to do as it can, and nothing is lost by
 * accident. Prints "begun" when it is well under way, at the end how many were sent and answered.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/craft.h"
#include "lib/patience.h"

#define IKE_PORT	500
#define UNANSWERED_MAX	64
#define BEGUN		2000
/* An answer that takes longer is none. */
#define WAIT_MS		5000
/* 172.16.0.0/12, RFC 1918; nobody's here. */
#define STRANGERS	0xac100000U
#define STRANGERS_MASK	0xfff00000U

/* aes128-sha1-modp1024, pre-shared key, 8 hours */
static unsigned char message[84] = {
	0, 0, 0, 0, 0, 0, 0, 1,		/* the initiator's cookie */
	0, 0, 0, 0, 0, 0, 0, 0,		/* the responder's */
	1, 0x10, 2, 0,			/* SA, version 1.0, main mode */
	0, 0, 0, 0,
	0, 0, 0, sizeof(message),
	0, 0, 0, 56,			/* SA: DOI and situation of IPsec */
	0, 0, 0, 1,
	0, 0, 0, 1,
	0, 0, 0, 44, 1, 1, 0, 1,	/* proposal: ISAKMP, one transform */
	0, 0, 0, 36, 1, 1, 0, 0,	/* transform: KEY_IKE */
	0x80, 1, 0, 7,			/* AES-CBC */
	0x80, 14, 0, 128,
	0x80, 2, 0, 2,			/* SHA-1 */
	0x80, 3, 0, 1,			/* pre-shared key */
	0x80, 4, 0, 2,			/* group 2 */
	0x80, 11, 0, 1,			/* seconds */
	0x80, 12, 0x70, 0x80,
};

static int listen_on(int ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 4 << 20, on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "packet socket");
	return fd;
}

/* One that is IKE and for a stranger */
static unsigned int answered(int fd)
{
	unsigned char packet[2048];
	ssize_t length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
	struct udphdr udp;
	struct iphdr ip;

	if (length < (ssize_t)(sizeof(ip) + sizeof(udp)))
		return 0;
	memcpy(&ip, packet, sizeof(ip));
	memcpy(&udp, packet + sizeof(ip), sizeof(udp));
	return ip.protocol == IPPROTO_UDP && udp.source == htons(IKE_PORT) &&
	       (ntohl(ip.daddr) & STRANGERS_MASK) == STRANGERS;
}

static void send_one(const struct craft_wire *wire, struct craft_outer *outer, uint32_t number)
{
	unsigned char packet[256];

	outer->src.in.s_addr = htonl(STRANGERS | number);
	memcpy(message, &number, sizeof(number));
	craft_wire_send(wire, AF_INET, packet,
			craft_outer(outer, IPPROTO_UDP, message, sizeof(message), packet));
}

int main(int argc, char **argv)
{
	struct craft_outer outer = { .sport = IKE_PORT, .dport = IKE_PORT };
	unsigned long count, sent = 0, answers = 0, lost = 0;
	struct craft_wire wire;
	struct pollfd readable = { .events = POLLIN };

	if (argc != 6)
		errx(2, "usage: strangers FROM-NS TO-NS ADDRESS COUNT STOP");
	setvbuf(stdout, NULL, _IOLBF, 0);
	outer.dst = craft_address(argv[3]);
	outer.src.family = AF_INET;
	count = strtoul(argv[4], NULL, 0);
	craft_wire_open(&wire, argv[1], argv[2]);
	readable.fd = listen_on(wire.ifindex);
	while (sent < count || access(argv[5], F_OK)) {
		while (sent - answers - lost < UNANSWERED_MAX && sent < ~STRANGERS_MASK) {
			send_one(&wire, &outer, sent++);
			if (sent == BEGUN)
				puts("begun");
		}
		if (poll(&readable, 1, WAIT_MS * patience()) > 0)
			answers += answered(readable.fd);
		else
			lost = sent - answers;
	}
	while (answers < sent && poll(&readable, 1, WAIT_MS * patience()) > 0)
		answers += answered(readable.fd);
	printf("sent %lu answered %lu\n", sent, answers);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that lie, for both ways through the module:
 *
 *	fuzz_packets in  FROM-NS TO-NS SEED FIRST COUNT
 *	fuzz_packets out NS DEV        SEED FIRST COUNT
 *
 * `in` sends IPsec packets to the inbound SAs that fuzz_packets.sh sets up: valid ones, of which
 * bytes are flipped, cut, added, fragmented, before encryption (what the ICV then protects), in the
 * trailer, or afterwards on the wire. `out` hands mutated packets to the device itself, some with
 * segmentation offloads that cannot be. Each packet depends on the seed and its number only: a
 * run from FIRST = n with COUNT = 1 makes the n-th again.
 *
 * The packets are not expected to arrive; it is the kernel's log that tells.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/chance.h"
#include "lib/craft.h"

#define PACKET_MAX	4096

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4	/* newer than Debian 12's headers */
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

/* The SAs of fuzz_packets.sh: what they protect, and how */
static const struct association {
	uint32_t spi;
	enum craft_algorithm algorithm;
	bool ipv6, udp, transport, ah;
} associations[] = {
	{ .spi = 0x1002, .algorithm = CRAFT_NULL_SHA256 },
	{ .spi = 0x2002, .algorithm = CRAFT_AES128GCM16 },
	{ .spi = 0x3002, .algorithm = CRAFT_AES128GCM16, .udp = true },
	{ .spi = 0x4002, .algorithm = CRAFT_NULL_SHA256, .ipv6 = true },
	{ .spi = 0x5002, .algorithm = CRAFT_NULL_SHA256, .transport = true },
	{ .spi = 0x6002, .ah = true },
	{ .spi = 0x7002, .ah = true, .transport = true },
};

static unsigned char inner[CRAFT_MAX], middle[CRAFT_MAX], packet[CRAFT_MAX];

/* Fields whose lies are the interesting ones: lengths, header lengths, protocols, fragments */
static void lie(struct chance *chance, unsigned char *ip, size_t length)
{
	static const uint8_t places4[] = { 0, 0, 1, 2, 3, 6, 7, 8, 9, 9, 10 };
	static const uint8_t places6[] = { 0, 4, 5, 6, 6, 7, 40, 41, 42 };
	bool ipv6 = length && ip[0] >> 4 == 6;
	size_t place = ipv6 ? places6[chance_below(chance, sizeof(places6))]
			    : places4[chance_below(chance, sizeof(places4))];

	if (place >= length)
		return;
	switch (chance_below(chance, 4)) {
	case 0: ip[place] = chance_next(chance); break;
	case 1: ip[place]++; break;
	case 2: ip[place]--; break;
	case 3: ip[place] = chance_one_in(chance, 2) ? 0 : 255; break;
	}
	/* Half of the lies have a checksum that holds, or they would all end there. */
	if (!ipv6 && length >= sizeof(struct iphdr) && chance_one_in(chance, 2)) {
		struct iphdr *header = (struct iphdr *)ip;
		size_t size = header->ihl * 4;

		if (size >= sizeof(*header) && size <= length) {
			header->check = 0;
			header->check = craft_checksum(header, size, 0);
		}
	}
}

/* Extension headers or options between an IP header and its payload */
static size_t stretch(struct chance *chance, unsigned char *ip, size_t length)
{
	static const uint8_t extensions[] = { 0, 43, 44, 60, 51, 135, 59 };
	size_t extra = 8 * (1 + chance_below(chance, 4));
	struct iphdr *header = (struct iphdr *)ip;

	if (length + extra > PACKET_MAX || length < sizeof(struct ip6_hdr))
		return length;
	if (ip[0] >> 4 == 6) {
		memmove(ip + 40 + extra, ip + 40, length - 40);
		memset(ip + 40, 0, extra);
		ip[40] = ip[6];
		ip[6] = extensions[chance_below(chance, sizeof(extensions))];
		ip[41] = chance_one_in(chance, 4) ? chance_next(chance) : extra / 8 - 1;
		chance_flip(chance, ip + 42, extra - 2, chance_below(chance, 6));
		*(uint16_t *)(ip + 4) = htons(length + extra - 40);
		return length + extra;
	}
	if (header->ihl * 4 + extra > 60)
		extra = 60 - header->ihl * 4;
	memmove(ip + 20 + extra, ip + 20, length - 20);
	memset(ip + 20, 1, extra);	/* no-operation */
	if (extra)
		chance_flip(chance, ip + 20, extra, chance_below(chance, 6));
	header->ihl += extra / 4;
	header->tot_len = htons(length + extra);
	header->check = 0;
	header->check = craft_checksum(header, 20 + extra, 0);
	return length + extra;
}

static size_t mutate(struct chance *chance, unsigned char *data, size_t length)
{
	switch (chance_below(chance, 6)) {
	case 0:
		chance_flip(chance, data, length, 1 + chance_below(chance, 8));
		return length;
	case 1:
		return chance_below(chance, length + 1);
	case 2:
		lie(chance, data, length);
		return length;
	case 3:
		lie(chance, data, length);
		lie(chance, data, length);
		return length;
	case 4:
		return stretch(chance, data, length);
	default:
		if (length + 64 < PACKET_MAX) {
			memset(data + length, chance_next(chance), 64);
			length += 1 + chance_below(chance, 64);
		}
		return length;
	}
}

static size_t make_inner(struct chance *chance, const struct association *association)
{
	static unsigned char payload[PACKET_MAX];
	bool ipv6 = chance_one_in(chance, 2);
	struct craft_inner what = {
		.src = craft_address(ipv6 ? "fd00:2::1" : "10.2.0.1"),
		.dst = craft_address(ipv6 ? "fd00:1::1" : "10.1.0.1"),
		.sport = 4000, .dport = 4000, .tos = chance_next(chance), .payload = payload,
		.length = chance_below(chance, chance_one_in(chance, 8) ? 1300 : 100),
	};
	size_t length = craft_inner(&what, inner);

	if (association->transport) {
		/* only what is behind the IP header */
		size_t header = ipv6 ? 40 : 20;

		memmove(inner, inner + header, length - header);
		length -= header;
		if (chance_one_in(chance, 2))
			chance_flip(chance, inner, length, 2);
		return length;
	}
	if (chance_one_in(chance, 2))
		length = mutate(chance, inner, length);
	return length;
}

/*
 * The packet as fragments of the outer header, in any order; sometimes they overlap, or one is
 * missing, or comes twice.
 */
static void send_fragments(struct chance *chance, const struct craft_wire *wire, size_t length)
{
	static unsigned char piece[PACKET_MAX];
	struct iphdr *ip = (struct iphdr *)piece;
	size_t size = 8 * (1 + chance_below(chance, 40)), from, part;
	unsigned int pieces = (length - sizeof(*ip) + size - 1) / size;

	for (unsigned int i = 0, n = chance_below(chance, pieces); i < pieces; i++, n++) {
		from = n % pieces * size;
		part = length - sizeof(*ip) - from;
		if (part > size)
			part = size + (chance_one_in(chance, 30) ? 8 : 0);
		if (part > length - sizeof(*ip) - from)
			part = length - sizeof(*ip) - from;
		memcpy(piece, packet, sizeof(*ip));
		memcpy(piece + sizeof(*ip), packet + sizeof(*ip) + from, part);
		ip->id = chance->state;
		ip->frag_off = htons(from / 8 | (from + part < length - sizeof(*ip) ? IP_MF : 0));
		ip->tot_len = htons(sizeof(*ip) + part);
		ip->check = 0;
		ip->check = craft_checksum(ip, sizeof(*ip), 0);
		if (chance_one_in(chance, 40))
			continue;
		craft_wire_try(wire, AF_INET, piece, sizeof(*ip) + part);
		if (chance_one_in(chance, 40))
			craft_wire_try(wire, AF_INET, piece, sizeof(*ip) + part);
	}
}

static void send_in(struct chance *chance, const struct craft_wire *wire, uint64_t seq)
{
	static const uint8_t nexts[] = { 4, 41, 17, 6, 59, 50, 51, 44, 0, 1, 58 };
	const struct association *association = &associations[chance_below(chance,
		sizeof(associations) / sizeof(*associations))];
	struct craft_sa sa = { association->algorithm, association->spi, false };
	struct craft_fault fault = { 0 };
	struct craft_outer outer = {
		.src = craft_address(association->ipv6 ? "2001:db8::2" : "192.0.2.2"),
		.dst = craft_address(association->ipv6 ? "2001:db8::1" : "192.0.2.1"),
		.tos = chance_next(chance), .sport = association->udp ? 4500 : 0,
		.dport = association->udp ? 4500 : 0,
	};
	size_t length = make_inner(chance, association);
	uint8_t next = association->transport ? IPPROTO_UDP : length && inner[0] >> 4 == 6 ? 41 : 4;

	if (chance_one_in(chance, 8))
		next = nexts[chance_below(chance, sizeof(nexts))];
	if (association->ah) {
		length = craft_ah(association->spi, seq, &outer, inner, length, next, packet);
	} else {
		if (chance_one_in(chance, 8))
			fault.pad = 4 * chance_below(chance, 50);
		fault.pad_bytes = chance_one_in(chance, 16);
		fault.pad_length = chance_one_in(chance, 16);
		length = craft_esp(&sa, seq, inner, length, next, &fault, middle);
		length = craft_outer(&outer, IPPROTO_ESP, middle, length, packet);
	}
	/* Half arrive as they were sent: with an ICV that holds, the lie is inside. */
	if (chance_one_in(chance, 2))
		length = mutate(chance, packet, length);
	if (!association->ipv6 && length > 100 && length < PACKET_MAX && chance_one_in(chance, 6))
		send_fragments(chance, wire, length);
	else
		craft_wire_try(wire, outer.src.family, packet, length);
}

static int open_device(const char *namespace, const char *device, struct sockaddr_ll *to)
{
	int fd, on = 1;

	craft_enter(namespace);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		err(2, "packet socket");
	memset(to, 0, sizeof(*to));
	to->sll_family = AF_PACKET;
	to->sll_ifindex = if_nametoindex(device);
	if (!to->sll_ifindex)
		err(2, "%s", device);
	return fd;
}

static void send_out(struct chance *chance, int fd, struct sockaddr_ll *to)
{
	static const uint8_t types[] = { 0,
					 0,
					 0,
					 VIRTIO_NET_HDR_GSO_TCPV4,
					 VIRTIO_NET_HDR_GSO_TCPV6,
					 VIRTIO_NET_HDR_GSO_UDP,
					 VIRTIO_NET_HDR_GSO_UDP_L4 };
	static const uint16_t protocols[] = { ETH_P_IP, ETH_P_IP, ETH_P_IPV6, ETH_P_IPV6, ETH_P_ARP,
		ETH_P_MPLS_UC };
	static unsigned char payload[40000], data[sizeof(struct virtio_net_hdr) + CRAFT_MAX];
	struct virtio_net_hdr *header = (struct virtio_net_hdr *)data;
	bool ipv6 = chance_one_in(chance, 2);
	struct craft_inner what = {
		.src = craft_address(ipv6 ? "fd00:1::1" : "10.1.0.1"),
		.dst = craft_address(ipv6 ? "fd00:2::1" : "10.2.0.1"),
		.sport = 4000, .dport = 4000, .tos = chance_next(chance), .payload = payload,
		.length = chance_below(chance, chance_one_in(chance, 8) ? sizeof(payload) : 1400),
	};
	size_t length = craft_inner(&what, data + sizeof(*header));

	memset(header, 0, sizeof(*header));
	header->gso_type = types[chance_below(chance, sizeof(types))];
	if (header->gso_type) {
		header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		header->hdr_len = (ipv6 ? 40 : 20) + 8;
		header->gso_size = 1 + chance_below(chance, 1500);
		header->csum_start = ipv6 ? 40 : 20;
		header->csum_offset = header->gso_type >= VIRTIO_NET_HDR_GSO_UDP ? 6 : 16;
		if (chance_one_in(chance, 2))
			chance_flip(chance, data, sizeof(*header), 1);
	}
	if (chance_one_in(chance, 2) && length < PACKET_MAX - 128)
		length = mutate(chance, data + sizeof(*header), length);
	to->sll_protocol = htons(chance_one_in(chance, 2) ? (ipv6 ? ETH_P_IPV6 : ETH_P_IP) :
		protocols[chance_below(chance, sizeof(protocols) / sizeof(*protocols))]);
	(void)!sendto(fd, data, sizeof(*header) + length, MSG_DONTWAIT, (struct sockaddr *)to,
		      sizeof(*to));
}

int main(int argc, char **argv)
{
	unsigned long long seed, first, count;
	struct craft_wire wire;
	struct sockaddr_ll to;
	struct chance chance;
	bool in;
	int fd = -1;

	if (argc != 7 || (strcmp(argv[1], "in") && strcmp(argv[1], "out")))
		errx(2, "usage: fuzz_packets in FROM-NS TO-NS SEED FIRST COUNT\n"
		     "       fuzz_packets out NS DEV SEED FIRST COUNT");
	in = !strcmp(argv[1], "in");
	seed = strtoull(argv[4], NULL, 0);
	first = strtoull(argv[5], NULL, 0);
	count = strtoull(argv[6], NULL, 0);
	if (in)
		craft_wire_open(&wire, argv[2], argv[3]);
	else
		fd = open_device(argv[2], argv[3], &to);
	for (unsigned long long i = first; i < first + count; i++) {
		chance_begin(&chance, seed, i);
		if (in)
			send_in(&chance, &wire, i + 1);
		else
			send_out(&chance, fd, &to);
	}
	return 0;
}

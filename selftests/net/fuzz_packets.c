// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that lie, for both ways through the module:
 *
 *	fuzz_packets in   FROM-NS TO-NS SEED FIRST COUNT
 *	fuzz_packets out  FROM-NS TO-NS SEED FIRST COUNT
 *	fuzz_packets ends FROM-NS TO-NS SEED FIRST COUNT
 *
 * `in` sends IPsec packets to the inbound SAs that fuzz_packets.sh sets up: valid ones, of which
 * bytes are flipped, cut, added, fragmented, before encryption (what the ICV then protects), in the
 * trailer, or afterwards on the wire. `out` hands mutated packets to the device vpn0 itself, some
 * with segmentation offloads that cannot be; `ends` does, too, packets between the gateways
 * themselves, which transport mode takes. Each packet depends on the seed and its number only: a
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
#include <sys/uio.h>

#include "lib/chance.h"
#include "lib/craft.h"

#define PACKET_MAX	4096

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4	/* newer than Debian 12's headers */
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

/* Sequence numbers of the SA with ESN begin here, and soon need their upper half. */
#define ESN_SEQ		0xfffffc00

/* The SAs of fuzz_packets.sh: what they protect, and how; @bundle: AH around them */
static const struct association {
	uint32_t spi, bundle;
	enum craft_algorithm algorithm;
	bool ipv6, udp, transport, ah, esn;
} associations[] = {
	{ .spi = 0x1002, .algorithm = CRAFT_NULL_SHA256 },
	{ .spi = 0x2002, .algorithm = CRAFT_AES128GCM16 },
	{ .spi = 0x3002, .algorithm = CRAFT_AES128GCM16, .udp = true },
	{ .spi = 0x4002, .algorithm = CRAFT_NULL_SHA256, .ipv6 = true },
	{ .spi = 0x5002, .algorithm = CRAFT_NULL_SHA256, .transport = true },
	{ .spi = 0x6002, .ah = true },
	{ .spi = 0x7002, .ah = true, .transport = true },
	{ .spi = 0x8002, .algorithm = CRAFT_AES128GCM16, .udp = true, .ipv6 = true },
	{ .spi = 0x9002, .algorithm = CRAFT_NULL_SHA256, .bundle = 0x9003 },
	{ .spi = 0xa002, .algorithm = CRAFT_AES128GCM16 },	/* with selectors */
	{ .spi = 0xb002, .algorithm = CRAFT_NULL_SHA256, .esn = true },
	{ .spi = 0xc002, .ah = true, .transport = true, .ipv6 = true },
};

static struct craft_address right4, left4, right6, left6, wire_right4, wire_left4, wire_right6,
	wire_left6;

static void read_addresses(void)
{
	right4 = craft_address("10.2.0.1");
	left4 = craft_address("10.1.0.1");
	right6 = craft_address("fd00:2::1");
	left6 = craft_address("fd00:1::1");
	wire_right4 = craft_address("192.0.2.2");
	wire_left4 = craft_address("192.0.2.1");
	wire_right6 = craft_address("2001:db8::2");
	wire_left6 = craft_address("2001:db8::1");
}

/* Where packets go, and what is said of the next one, as of a virtual machine's */
static struct output {
	int fd;
	struct sockaddr_ll to;
	struct ethhdr link;
	size_t link_length;
	struct virtio_net_hdr offload;
} output;

static unsigned char inner[CRAFT_MAX], middle[CRAFT_MAX], packet[CRAFT_MAX];

static void send_packet(uint16_t protocol, void *data, size_t length)
{
	struct iovec parts[] = {
		{ &output.offload, sizeof(output.offload) },
		{ &output.link, output.link_length },
		{ data, length },
	};
	struct msghdr message = {
		.msg_name = &output.to, .msg_namelen = sizeof(output.to),
		.msg_iov = parts, .msg_iovlen = sizeof(parts) / sizeof(*parts),
	};

	output.to.sll_protocol = output.link.h_proto = htons(protocol);
	(void)!sendmsg(output.fd, &message, MSG_DONTWAIT);
}

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

/* Most are short: what lies is in the headers. */
static unsigned int make_length(struct chance *chance, unsigned int most)
{
	return chance_below(chance, chance_one_in(chance, 16) ? most : 100);
}

static size_t make_inner(struct chance *chance, const struct association *association)
{
	static unsigned char payload[PACKET_MAX];
	bool ipv6 = association->transport ? association->ipv6 : chance_one_in(chance, 2);
	struct craft_inner what = {
		.src = ipv6 ? right6 : right4, .dst = ipv6 ? left6 : left4,
		.sport = 4000, .dport = 4000, .tos = chance_next(chance), .payload = payload,
		.length = make_length(chance, 1300),
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
static void send_fragments(struct chance *chance, size_t length)
{
	static unsigned char piece[PACKET_MAX];
	struct iphdr *ip = (struct iphdr *)piece;
	size_t size = 8 * (1 + chance_below(chance, 40)), from, part;
	unsigned int pieces = (length - sizeof(*ip) + size - 1) / size;

	memset(&output.offload, 0, sizeof(output.offload));
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
		send_packet(ETH_P_IP, piece, sizeof(*ip) + part);
		if (chance_one_in(chance, 40))
			send_packet(ETH_P_IP, piece, sizeof(*ip) + part);
	}
}

/* What is said of segments: true, then perhaps not. */
static void offload(struct chance *chance, uint8_t type, size_t header, size_t size)
{
	header += output.link_length;
	output.offload = (struct virtio_net_hdr){
		.gso_type = type, .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .hdr_len = header + 8,
		.gso_size = size, .csum_start = header,
		.csum_offset = type >= VIRTIO_NET_HDR_GSO_UDP ? 6 : 16,
	};
	if (chance_one_in(chance, 2))
		chance_flip(chance, (unsigned char *)&output.offload, sizeof(output.offload), 1);
}

/* Several ESP packets in one datagram that says how to cut it. Returns the length in @middle. */
static size_t repeat(struct chance *chance, const struct association *association, size_t length)
{
	unsigned int count = 1 + chance_below(chance, 6);

	for (unsigned int i = 1; i < count; i++)
		memcpy(middle + i * length, middle, length);
	offload(chance, VIRTIO_NET_HDR_GSO_UDP_L4, association->ipv6 ? 40 : 20, length);
	return count * length;
}

static size_t make_esp(struct chance *chance, const struct association *association,
		       const struct craft_outer *outer, uint64_t seq, size_t length, uint8_t next)
{
	struct craft_sa sa = { association->algorithm, association->spi, association->esn };
	struct craft_fault fault = { 0 };

	if (chance_one_in(chance, 8))
		fault.pad = 4 * chance_below(chance, 50);
	fault.pad_bytes = chance_one_in(chance, 16);
	fault.pad_length = chance_one_in(chance, 16);
	if (association->esn)
		seq += ESN_SEQ;
	length = craft_esp(&sa, seq, inner, length, next, &fault, middle);
	if (association->udp && chance_one_in(chance, 4))
		length = repeat(chance, association, length);
	if (!association->bundle || chance_one_in(chance, 16))
		return craft_outer(outer, IPPROTO_ESP, middle, length, packet);
	/* What AH vouches for may be no valid ESP. */
	if (chance_one_in(chance, 4))
		length = mutate(chance, middle, length);
	return craft_ah(association->bundle, seq, outer, middle, length,
			chance_one_in(chance, 16) ? chance_next(chance) : IPPROTO_ESP, packet);
}

static void send_in(struct chance *chance, uint64_t seq)
{
	static const uint8_t nexts[] = { 4, 41, 17, 6, 59, 50, 51, 44, 0, 1, 58 };
	const struct association *association = &associations[chance_below(chance,
		sizeof(associations) / sizeof(*associations))];
	struct craft_outer outer = {
		.src = association->ipv6 ? wire_right6 : wire_right4,
		.dst = association->ipv6 ? wire_left6 : wire_left4,
		.tos = chance_next(chance), .sport = association->udp ? 4500 : 0,
		.dport = association->udp ? 4500 : 0,
	};
	size_t length = make_inner(chance, association);
	uint8_t next = association->transport ? IPPROTO_UDP : length && inner[0] >> 4 == 6 ? 41 : 4;

	memset(&output.offload, 0, sizeof(output.offload));
	if (chance_one_in(chance, 8))
		next = nexts[chance_below(chance, sizeof(nexts))];
	if (association->ah)
		length = craft_ah(association->spi, seq, &outer, inner, length, next, packet);
	else
		length = make_esp(chance, association, &outer, seq, length, next);
	/* Half arrive as they were sent: with an ICV that holds, the lie is inside. */
	if (chance_one_in(chance, 2))
		length = mutate(chance, packet, length);
	if (!association->ipv6 && length > 100 && length < PACKET_MAX && chance_one_in(chance, 6))
		send_fragments(chance, length);
	else
		send_packet(association->ipv6 ? ETH_P_IPV6 : ETH_P_IP, packet, length);
}

static void send_out(struct chance *chance, bool ends)
{
	static const uint8_t types[] = { 0, 0, 0, VIRTIO_NET_HDR_GSO_UDP_L4,
		VIRTIO_NET_HDR_GSO_UDP_L4, VIRTIO_NET_HDR_GSO_UDP, VIRTIO_NET_HDR_GSO_TCPV4,
		VIRTIO_NET_HDR_GSO_TCPV6 };
	static const uint16_t protocols[] = { ETH_P_IP, ETH_P_IP, ETH_P_IPV6, ETH_P_IPV6, ETH_P_ARP,
		ETH_P_MPLS_UC };
	static unsigned char payload[40000];
	bool ipv6 = chance_one_in(chance, 2);
	struct craft_inner what = {
		.src = ends ? (ipv6 ? wire_left6 : wire_left4) : (ipv6 ? left6 : left4),
		.dst = ends ? (ipv6 ? wire_right6 : wire_right4) : (ipv6 ? right6 : right4),
		.sport = 4000, .dport = 4000, .tos = chance_next(chance), .payload = payload,
		.length = make_length(chance, chance_one_in(chance, 8) ? sizeof(payload) : 1400),
	};
	size_t length = craft_inner(&what, packet);
	uint8_t type = types[chance_below(chance, sizeof(types))];

	memset(&output.offload, 0, sizeof(output.offload));
	/* Not many segments each: those are much work, and one more is like the last. */
	if (type)
		offload(chance, type, ipv6 ? 40 : 20,
			length / 20 + 1 + chance_below(chance, 1500));
	if (chance_one_in(chance, 2) && length < PACKET_MAX - 128)
		length = mutate(chance, packet, length);
	send_packet(chance_one_in(chance, 2) ? (ipv6 ? ETH_P_IPV6 : ETH_P_IP) :
		    protocols[chance_below(chance, sizeof(protocols) / sizeof(*protocols))],
		    packet, length);
}

/* What arrives whole ends in a full socket, which is cheaper than an ICMP message about it. */
static void open_sink(const char *namespace)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(4000) };
	int fd;

	craft_enter(namespace);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		err(2, "port 4000");
}

static void open_output(const char *from, const char *to, bool in)
{
	struct craft_wire wire;
	int on = 1;

	craft_wire_open(&wire, from, to);
	output.to.sll_family = AF_PACKET;
	output.to.sll_ifindex = in ? wire.ifindex : (int)if_nametoindex("vpn0");
	if (!output.to.sll_ifindex)
		err(2, "vpn0");
	if (in) {
		memcpy(output.link.h_dest, wire.peer, sizeof(wire.peer));
		output.link_length = sizeof(output.link);
	}
	output.fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (output.fd < 0 ||
	    setsockopt(output.fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		err(2, "packet socket");
}

int main(int argc, char **argv)
{
	unsigned long long seed, first, count;
	struct chance chance;
	bool in, ends;

	if (argc != 7)
		errx(2, "usage: fuzz_packets in|out|ends FROM-NS TO-NS SEED FIRST COUNT");
	in = !strcmp(argv[1], "in");
	ends = !strcmp(argv[1], "ends");
	seed = strtoull(argv[4], NULL, 0);
	first = strtoull(argv[5], NULL, 0);
	count = strtoull(argv[6], NULL, 0);
	read_addresses();
	open_sink(argv[3]);
	open_output(argv[2], argv[3], in);
	for (unsigned long long i = first; i < first + count; i++) {
		chance_begin(&chance, seed, i);
		if (in)
			send_in(&chance, i + 1);
		else
			send_out(&chance, ends);
	}
	return 0;
}

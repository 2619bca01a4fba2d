/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which packets may become one: the next in a TCP flow, with the same headers. The stack
 * cuts them again where it must (GSO), and gets back what there was.
 *
 * Pure: looks at bytes, knows no sk_buff.
 */
#ifndef _ADIT_MERGE_H
#define _ADIT_MERGE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ipv6.h>

/**
 * struct adit_merge - what is known of a packet that others may join
 * @seq: TCP sequence number of what may follow; host order
 * @header: bytes of IP and TCP header
 * @size: bytes of payload of the first packet, and so of all but the last
 * @open: another may follow
 */
struct adit_merge {
	u32 seq;
	u16 header;
	u16 size;
	bool open;
};

/* Have both the same addresses, traffic class and time to live? */
static inline bool adit_same_ip4(const struct iphdr *iph, const struct iphdr *other)
{
	return iph->saddr == other->saddr && iph->daddr == other->daddr &&
	       iph->tos == other->tos && iph->ttl == other->ttl;
}

static inline bool adit_same_ip6(const struct ipv6hdr *ip6h, const struct ipv6hdr *other)
{
	return *(const __be32 *)ip6h == *(const __be32 *)other &&
	       ip6h->hop_limit == other->hop_limit &&
	       ipv6_addr_equal(&ip6h->saddr, &other->saddr) &&
	       ipv6_addr_equal(&ip6h->daddr, &other->daddr);
}

/**
 * adit_merge_begin - may others join this packet, or this one another?
 * @merge: filled in if so
 * @packet: a packet whose IP header says the truth about its length
 * @len: that
 * @protocol: ETH_P_IP or ETH_P_IPV6
 *
 * So if it is TCP, carries data, and has nothing unusual.
 */
bool adit_merge_begin(struct adit_merge *merge, const u8 *packet, unsigned int len,
		      __be16 protocol);

/**
 * adit_merge_add - does a packet come next?
 * @merge: of those before; counts it in if so
 * @first: the first of them
 * @next: what adit_merge_begin() said of the packet
 * @packet: the packet
 * @protocol: of both
 */
bool adit_merge_add(struct adit_merge *merge, const u8 *first, const struct adit_merge *next,
		    const u8 *packet, __be16 protocol);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outer packet: route, IP header, UDP header, and out.
 *
 * Context of all: BH disabled, RCU.
 */
#ifndef _ADIT_OUTER_H
#define _ADIT_OUTER_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/dst.h>

struct adit_sa;

/* Most that is put in front of an inner packet: IPv6, UDP, AH with its longest
 * ICV, ESP with its longest IV.
 */
#define ADIT_HEADROOM	(40 + 8 + 12 + 64 + 8 + 16)
/* And behind: padding up to a block, pad length, next header, ICV. */
#define ADIT_TAILROOM	(15 + 2 + 64)

/**
 * adit_outer_route - the route of an SA's outer packets
 * @sa: the SA
 *
 * A route that leads back into the SA's own device is not taken, but the best one
 * that does not.
 *
 * Return: with a reference; NULL if there is none.
 */
struct dst_entry *adit_outer_route(struct adit_sa *sa);

/**
 * struct adit_outer - what the outer headers of a batch of packets have in common
 * @ip4: IP header in tunnel mode over IPv4; @ip6: over IPv6
 * @net: namespace of the route
 * @may_set_df: the route does not forbid DF
 * @port: of the peer, for UDP
 */
struct adit_outer {
	union {
		struct iphdr ip4;
		struct ipv6hdr ip6;
	};
	struct net *net;
	bool may_set_df;
	__be16 port;
};

/**
 * adit_outer_prepare - fill in what a batch has in common
 * @outer: filled in
 * @sa: the SA
 * @dst: its route; in transport mode it may be NULL
 */
void adit_outer_prepare(struct adit_outer *outer, const struct adit_sa *sa,
			struct dst_entry *dst);

/**
 * adit_outer_push - put the outer headers before a packet
 * @outer: what adit_outer_prepare() left
 * @sa: the SA
 * @skb: an inner packet with a network header at its data, and with headroom; or a train
 *	(train.h), with the network header of its first packet in front of its data
 * @gap: bytes to leave for the ESP or AH header; 0 for a train, which has them
 * @nexthdr: set to what follows that header
 *
 * In tunnel mode the whole packet stays behind the gap; in transport mode its
 * IP header (with IPv6, those extension headers that must stay in front) moves
 * before it. Lengths are not yet set: see adit_outer_lengths().
 *
 * Return: offset of the gap from skb->data, or -EINVAL for a header that lies.
 */
int adit_outer_push(const struct adit_outer *outer, const struct adit_sa *sa, struct sk_buff *skb,
		    unsigned int gap, u8 *nexthdr);

/**
 * adit_outer_scrub - forget what was said of a packet that now becomes another one
 * @sa: its SA
 * @skb: inner packet, before it is segmented
 */
void adit_outer_scrub(const struct adit_sa *sa, struct sk_buff *skb);

/**
 * adit_outer_own_header - what of a packet stays outside in transport mode
 * @sa: an SA in transport mode
 * @skb: an inner packet with a network header at its data
 * @prevhdr: IPv6: set to the byte that says what follows
 *
 * The IP header with its options; hop-by-hop options, routing, and destination options
 * in front of it stay outside, too (RFC 4303 3.1.1).
 *
 * Return: bytes, or -EINVAL for a header that lies.
 */
int adit_outer_own_header(const struct adit_sa *sa, struct sk_buff *skb, u8 **prevhdr);

/**
 * adit_outer_lengths - the packet has its length
 * @sa: the SA
 * @skb: outer packet, network header at its data
 *
 * Return: 0, or -EMSGSIZE if IP cannot say that length.
 */
int adit_outer_lengths(const struct adit_sa *sa, struct sk_buff *skb);

/**
 * adit_outer_send - send packets
 * @sa: their SA
 * @dst: their route, of which a reference is taken over; NULL: look it up
 * @batch: packets in order; empty afterwards
 */
void adit_outer_send(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff_head *batch);

#endif

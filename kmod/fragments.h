/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports of IPv6 datagrams in fragments: only the first fragment shows them, so they
 * are remembered for those that follow (RFC 4301 7.3, stateful fragment checking).
 * IPv4 needs none of this, fragments are put together there; IPv6 packets may not be
 * cut again by a gateway, so what was put together could not go on.
 *
 * Locking: each table has its own lock; lookups and changes are made with bottom
 * halves off.
 */
#ifndef _ADIT_FRAGMENTS_H
#define _ADIT_FRAGMENTS_H

#include <linux/spinlock.h>

#include "spd.h"

/* Datagrams that a device remembers; the oldest is forgotten for a new one. */
#define ADIT_FRAGMENTS	32

/**
 * struct adit_fragments - datagrams of which a first fragment was seen
 * @lock: protects the others
 * @next: the entry that is taken next
 * @datagram: those that were seen
 */
struct adit_fragments {
	spinlock_t lock;
	u32 next;
	struct adit_datagram {
		u64 owner;
		struct in6_addr src, dst;
		__be32 id;
		u16 sport, dport;
		u8 protocol;
		unsigned long until;
	} datagram[ADIT_FRAGMENTS];
};

void adit_fragments_init(struct adit_fragments *fragments);

/**
 * adit_fragments_track - learn the ports from a first fragment, or tell them to a later one
 * @fragments: the device's
 * @owner: what the fragments must have in common beside their addresses and ID: the
 *	inbound SA's id, or 0 for what is sent
 * @flow: of the packet; gets the protocol and the ports of a later fragment, if they
 *	are known
 * @skb: the packet, as adit_flow_dissect() had it; IPv4 is left alone
 *
 * A later fragment that overtook its first one stays without ports, as one does whose
 * first was seen more than a minute ago.
 *
 * Context: bottom halves off.
 */
void adit_fragments_track(struct adit_fragments *fragments, u64 owner, struct adit_flow *flow,
			  const struct sk_buff *skb);

#endif

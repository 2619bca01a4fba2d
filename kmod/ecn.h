/* SPDX-License-Identifier: GPL-2.0 */
/* Explicit congestion notification out of a tunnel (RFC 6040 4.2). */
#ifndef _ADIT_ECN_H
#define _ADIT_ECN_H

#include <net/dsfield.h>
#include <net/inet_ecn.h>

/**
 * adit_ecn_merge - the ECN field that leaves the tunnel
 * @outer: ECN field of the outer header
 * @inner: ECN field of the inner header
 *
 * RFC 6040 figure 4, row by row.
 *
 * Return: the new inner ECN field, or -1: drop the packet.
 */
static inline int adit_ecn_merge(u8 outer, u8 inner)
{
	static const s8 merged[4][4] = {
		/* inner \ outer: Not-ECT, ECT(1), ECT(0), CE */
		[INET_ECN_NOT_ECT] = { INET_ECN_NOT_ECT, INET_ECN_NOT_ECT, INET_ECN_NOT_ECT, -1 },
		[INET_ECN_ECT_1] = { INET_ECN_ECT_1, INET_ECN_ECT_1, INET_ECN_ECT_1, INET_ECN_CE },
		[INET_ECN_ECT_0] = { INET_ECN_ECT_0, INET_ECN_ECT_1, INET_ECN_ECT_0, INET_ECN_CE },
		[INET_ECN_CE] = { INET_ECN_CE, INET_ECN_CE, INET_ECN_CE, INET_ECN_CE },
	};

	return merged[inner & INET_ECN_MASK][outer & INET_ECN_MASK];
}

/**
 * adit_ecn_decapsulate - carry a congestion mark into the inner packet
 * @skb: the inner packet, its header whole and writable
 * @outer: DS field of the outer header
 *
 * Return: false if the packet must be dropped.
 */
static inline bool adit_ecn_decapsulate(struct sk_buff *skb, u8 outer)
{
	bool ip4 = skb->protocol == htons(ETH_P_IP);
	u8 inner = ip4 ? ipv4_get_dsfield(ip_hdr(skb)) : ipv6_get_dsfield(ipv6_hdr(skb));
	int ecn = adit_ecn_merge(outer, inner);

	if (unlikely(ecn < 0))
		return false;
	if (likely(ecn == (inner & INET_ECN_MASK)))
		return true;
	if (ip4)
		ipv4_change_dsfield(ip_hdr(skb), (u8)~INET_ECN_MASK, ecn);
	else
		ipv6_change_dsfield(ipv6_hdr(skb), (u8)~INET_ECN_MASK, ecn);
	return true;
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chains: ESP packets that go through the stack as one.
 *
 * A chain is a GSO list, such as GRO makes of what it is to forward
 * (SKB_GSO_FRAGLIST). In front of a device that does not take such lists, where it
 * comes to a receiving socket, and where it comes back to us, it is taken apart again,
 * without a copy. For 16 packets of 1,400 bytes this saves 1,900 of the 2,200
 * instructions that the way of each from here to the peer's handler costs.
 * In UDP the kernel knows how to take chains apart; without, see offload.h. What is cut
 * from one TCP packet and goes without UDP is more than a chain: see train.h.
 */
#ifndef _ADIT_CHAIN_H
#define _ADIT_CHAIN_H

#include <linux/skbuff.h>

struct adit_sa;

/**
 * adit_chain - hang the next packets of a batch on one
 * @sa: SA of all
 * @first: outer packet, network header at its data, taken off @batch
 * @batch: those that follow, of any flow; loses the ones that fit
 *
 * Context: BH disabled, RCU.
 */
void adit_chain(const struct adit_sa *sa, struct sk_buff *first, struct sk_buff_head *batch);

/**
 * adit_chain_split - take a chain apart that has arrived
 * @skb: a chain without UDP, ESP header at its data; consumed
 *
 * What their IP headers say of lengths is the chain's: adit_chain_restore() mends it.
 *
 * Return: a list of packets like @skb, or ERR_PTR(-ENOMEM) with @skb freed.
 */
struct sk_buff *adit_chain_split(struct sk_buff *skb);

/* Makes the IP header of a packet whole that came out of a chain, and begins there. */
void adit_chain_restore(struct sk_buff *packet);

/* Not so what somebody else calls GSO, a virtual machine for example. */
static inline bool adit_is_chain(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST &&
	       skb_has_frag_list(skb);
}

/**
 * adit_chain_cut - take a chain apart in front of a device
 * @skb: a chain without UDP, ESP header at its data
 * @features: of the device
 *
 * Return: a list of whole packets, or an error. @skb stays the caller's.
 */
struct sk_buff *adit_chain_cut(struct sk_buff *skb, netdev_features_t features);

#endif

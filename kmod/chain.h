/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chains: ESP packets that go through the stack as one.
 *
 * A chain is a GSO list, such as GRO makes of what it is to forward
 * (SKB_GSO_FRAGLIST). In front of a device that does not take such lists, where it
 * comes to a receiving socket, and where it comes back to us, it is taken apart again,
 * without a copy. For 16 packets of 1,400 bytes this saves 1,900 of the 2,200
 * instructions that the way of each from here to the peer's handler costs.
 *
 * In UDP the kernel knows how to take chains apart. For ESP without UDP it asks
 * whoever has registered for the protocol: we do, until esp4_offload (esp6_offload) is
 * loaded, which XFRM needs for states that a network card shall handle; from then on
 * such packets go one by one.
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

int adit_chain_init(void);
void adit_chain_exit(void);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a decrypted packet to the stack.
 *
 * Packets wait in a queue of their CPU until the NAPI of the queue hands them to
 * GRO. TCP packets that follow each other are merged when they are queued: that
 * costs a third of what GRO needs for them, which looks through all flows
 * and all protocols. GRO merges what comes out once more, but not what has a list.
 *
 * Locking: the queue's own lock, which is nearly always free: its CPU fills it, and
 * empties it unless the NAPI has a thread. BH is disabled.
 * Lifetime: freed a grace period after the device has gone.
 */
#ifndef _ADIT_GRO_H
#define _ADIT_GRO_H

#include <linux/netdevice.h>

struct adit_gro_cell;

/**
 * struct adit_gro - the queues of a device
 * @rcu: frees it
 * @cells: per CPU
 */
struct adit_gro {
	struct rcu_head rcu;
	struct adit_gro_cell __percpu *cells;
};

/* Return: NULL without memory. Context: RTNL. */
struct adit_gro *adit_gro_alloc(struct net_device *dev);

/* No packet comes any more. Context: RTNL. */
void adit_gro_free(struct adit_gro *gro);

/**
 * adit_gro_receive - hand a packet on
 * @gro: of the device that is @skb->dev
 * @skb: a packet with its network header at its data, whose length is that of the
 *	packet, and whose checksums are known to be right
 *
 * Context: BH disabled, RCU.
 */
void adit_gro_receive(struct adit_gro *gro, struct sk_buff *skb);

#endif

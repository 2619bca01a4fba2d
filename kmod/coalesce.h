/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Coalescing: UDP packets that come in a stream wait for each other, a moment, and
 * leave together.
 *
 * Their receiver then wakes up once for all of them, and their sender is interrupted
 * once: for UDP packets of 64 bytes between two sockets that saves a fifth of all that
 * happens to them, both ends together. TCP is not touched: it makes its batches itself
 * (GSO), and its acknowledgements are waited for. Nor is what a sender paces itself.
 *
 * As on network cards it is set with ethtool: tx-usecs is how long a packet waits (0:
 * none does), tx-frames how many leave at the latest. With adaptive-tx they wait only
 * while many come, 32 in 16 times tx-usecs, and not where waiting makes them less: who
 * sends waits for answers then. None overtakes those that wait on its CPU; what a sender
 * sends that has moved to another CPU may.
 *
 * Locking: each CPU has a queue, whose lock is nearly always free: only a timer that has
 * lost its CPU takes it elsewhere. BH is disabled.
 * Lifetime: the queues are the device's; no packet is in them when it is down.
 */
#ifndef _ADIT_COALESCE_H
#define _ADIT_COALESCE_H

#include <linux/skbuff.h>

struct adit_coalesce_cell;
struct adit_device;

#define ADIT_COALESCE_USECS_DEFAULT	100
#define ADIT_COALESCE_USECS_MAX		10000
#define ADIT_COALESCE_FRAMES_DEFAULT	16
#define ADIT_COALESCE_FRAMES_MAX	64

/**
 * struct adit_coalesce - a device's settings, and its queues
 * @usecs: tx-usecs; 0: off
 * @frames: tx-frames
 * @adaptive: adaptive-tx
 * @cells: per CPU
 */
struct adit_coalesce {
	u32 usecs;
	u32 frames;
	bool adaptive;
	struct adit_coalesce_cell __percpu *cells;
};

/* Context: RTNL. Return: 0 or -ENOMEM. */
int adit_coalesce_init(struct adit_device *adit);

/* Drops what waits. No packet comes any more. Context: RTNL. */
void adit_coalesce_stop(struct adit_device *adit);
void adit_coalesce_free(struct adit_device *adit);

/**
 * adit_coalesce - let a packet wait for others
 * @adit: the device
 * @skb: a packet to send, its network header at its data and seen to be whole
 *
 * Context: BH disabled, RCU.
 * Return: true if it was taken: it has left, or will, or will be dropped.
 */
bool adit_coalesce(struct adit_device *adit, struct sk_buff *skb);

#endif

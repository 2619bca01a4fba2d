/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that wait for an SA, so that those that make the keying daemon set up
 * an on-demand tunnel are not lost.
 *
 * Locking: the queue's lock, which also guards what acquire events were sent.
 */
#ifndef _ADIT_STAGED_H
#define _ADIT_STAGED_H

#include <linux/skbuff.h>

struct adit_device;
struct adit_flow;

/**
 * adit_staged_add - there is no SA for a packet
 * @adit: the device
 * @skb: the packet; it is queued or dropped
 * @flow: what selectors see of it
 *
 * Context: BH disabled.
 */
void adit_staged_add(struct adit_device *adit, struct sk_buff *skb, const struct adit_flow *flow);

/* An SA has come: tries again with all that wait. */
void adit_staged_transmit(struct adit_device *adit);

/* Drops all that wait. */
void adit_staged_purge(struct adit_device *adit);

void adit_staged_init(struct adit_device *adit);

/* Before the device goes; no packet may come after it. Sleeps. */
void adit_staged_exit(struct adit_device *adit);

#endif

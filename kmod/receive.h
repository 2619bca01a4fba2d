/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of a packet in, from the protocol handlers to the stack:
 *
 *	handler (ESP, AH, or ESP in UDP) -> SA -> replay pre-check ->
 *	adit_esp_input or adit_ah_input -> adit_receive_authentic ->
 *	adit_receive_done -> adit_gro_receive
 *
 * Several ESP packets that are pieces of one (train.h) take the same way together, by
 * the functions whose names end in _train.
 */
#ifndef _ADIT_RECEIVE_H
#define _ADIT_RECEIVE_H

#include <linux/skbuff.h>

struct adit_sa;

/**
 * adit_receive_authentic - a packet was authenticated: advance the window
 * @sa: its SA
 * @skb: the packet; it is dropped if it turns out a replay
 * @seq: its sequence number
 *
 * Context: BH disabled, RCU. Return: false if it was dropped.
 */
bool adit_receive_authentic(struct adit_sa *sa, struct sk_buff *skb, u64 seq);

/**
 * adit_receive_authentic_train - the same for a train (train.h)
 * @sa: its SA
 * @skb: the train; of what is not to be dropped already, replays are
 *
 * Context: BH disabled, RCU.
 */
void adit_receive_authentic_train(struct adit_sa *sa, struct sk_buff *skb);

/**
 * adit_receive_done - deliver what was inside
 * @sa: its SA
 * @skb: payload at its data, outer IP header at its network header; GSO if it was a train
 * @nexthdr: what the payload is
 *
 * Context: BH disabled, RCU.
 */
void adit_receive_done(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr);

int adit_receive_init(void);
void adit_receive_exit(void);

#endif

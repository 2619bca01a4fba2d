/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of a packet out, from ndo_start_xmit to the wire:
 *
 *	adit_xmit -> (adit_coalesce) -> adit_transmit -> SPD -> segment once ->
 *	sequence numbers for all -> each:
 *	adit_outer_push -> adit_esp_output or adit_ah_output ->
 *	adit_transmit_done -> adit_outer_send
 *
 * What one TCP packet is cut into takes this way together, where it can (train.h).
 */
#ifndef _ADIT_TRANSMIT_H
#define _ADIT_TRANSMIT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

struct adit_device;
struct adit_sa;

netdev_tx_t adit_xmit(struct sk_buff *skb, struct net_device *dev);

/**
 * adit_transmit - protect packets and send them
 * @adit: the device
 * @queue: packets with whole headers, in order; empty afterwards
 *
 * Those that follow each other and have an SA in common go as one batch.
 *
 * Context: BH disabled, RCU.
 */
void adit_transmit(struct adit_device *adit, struct sk_buff_head *queue);

/* Is this CPU in it already? Context: BH disabled. */
bool adit_transmitting(void);

/**
 * adit_transmit_done - a packet is protected
 * @sa: by what
 * @skb: outer packet
 * @batch: joins it, or NULL: is sent alone
 *
 * Context: BH disabled, RCU.
 */
void adit_transmit_done(struct adit_sa *sa, struct sk_buff *skb, struct sk_buff_head *batch);

#endif

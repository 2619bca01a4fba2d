/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encapsulating security payload (RFC 4303).
 *
 * Context of all: BH disabled, RCU.
 */
#ifndef _ADIT_ESP_H
#define _ADIT_ESP_H

#include <linux/skbuff.h>

struct adit_sa;

/* Bytes that ESP puts before a payload. */
unsigned int adit_esp_header_len(const struct adit_sa *sa);

/* Bytes that ESP puts behind a payload at most; AH puts none. */
unsigned int adit_esp_trailer_len(const struct adit_sa *sa);

/**
 * adit_esp_output - pad, encrypt and authenticate a packet in place
 * @sa: the SA
 * @skb: outer headers at its data, then adit_esp_header_len() bytes of gap,
 *	then the payload; writable
 * @offset: of the gap
 * @nexthdr: what the payload is
 * @seq: sequence number
 * @batch: see struct adit_request
 *
 * The packet is taken over: it goes to adit_transmit_done(), or is dropped.
 */
void adit_esp_output(struct adit_sa *sa, struct sk_buff *skb, unsigned int offset, u8 nexthdr,
		     u64 seq, struct sk_buff_head *batch);

/**
 * adit_esp_output_train - the same for each packet of a train
 * @sa: the SA
 * @skb: outer header at its data; its fragments are the payloads, each with
 *	adit_esp_header_len() bytes in front, and adit_esp_trailer_len() behind
 * @nexthdr: what they are
 * @seq: sequence number of the first
 * @batch: as above
 *
 * If one packet is lost, all are.
 */
void adit_esp_output_train(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr, u64 seq,
			   struct sk_buff_head *batch);

/* Can it be an ESP packet of the SA, as long as it is? */
bool adit_esp_check_len(const struct adit_sa *sa, unsigned int len);

/**
 * adit_esp_input - check and decrypt a packet in place
 * @sa: the SA
 * @skb: ESP header at its data; writable
 * @pieces: as adit_skb_writable() counted
 * @seq: sequence number, expanded
 *
 * The packet is taken over: it goes to adit_receive_done(), or is dropped.
 */
void adit_esp_input(struct adit_sa *sa, struct sk_buff *skb, unsigned int pieces, u64 seq);

/**
 * adit_esp_input_train - the same for each packet of a train
 * @sa: the SA, in tunnel mode
 * @skb: a train that is whole (train.h); the lengths of its packets are checked
 * @seq: sequence number of the first, expanded; the others' follow
 */
void adit_esp_input_train(struct adit_sa *sa, struct sk_buff *skb, u64 seq);

#endif

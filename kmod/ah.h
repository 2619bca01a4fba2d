/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Authentication header (RFC 4302).
 *
 * Context of all: BH disabled, RCU.
 */
#ifndef _ADIT_AH_H
#define _ADIT_AH_H

#include <linux/skbuff.h>

struct adit_sa;

/* Bytes that AH puts before a payload, its own padding included. */
unsigned int adit_ah_header_len(const struct adit_sa *sa);

/**
 * adit_ah_output - authenticate a packet
 * @sa: the SA
 * @skb: IP header at its data, then adit_ah_header_len() bytes of gap, then the
 *	payload; writable
 * @offset: of the gap
 * @nexthdr: what the payload is
 * @seq: sequence number
 * @batch: see struct adit_request
 *
 * The packet is taken over: it goes to adit_transmit_done(), or is dropped.
 */
void adit_ah_output(struct adit_sa *sa, struct sk_buff *skb, unsigned int offset, u8 nexthdr,
		    u64 seq, struct sk_buff_head *batch);

/**
 * adit_ah_input - check a packet
 * @sa: the SA
 * @skb: AH at its data, IP header at its network header; writable
 * @pieces: as the caller counted
 * @seq: sequence number, expanded
 *
 * The packet is taken over: it goes to adit_receive_done(), or is dropped.
 */
void adit_ah_input(struct adit_sa *sa, struct sk_buff *skb, unsigned int pieces, u64 seq);

/**
 * adit_ip6_last_header - find the field that says what follows the headers
 * @skb: IPv6 header at its network header
 * @len: of the header and the extension headers after it
 * @prevhdr: set to the last next header field
 *
 * Return: 0, or -EINVAL if the headers do not end there.
 */
int adit_ip6_last_header(struct sk_buff *skb, unsigned int len, u8 **prevhdr);

#endif

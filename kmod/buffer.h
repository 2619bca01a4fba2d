/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for packets that we make: copies and segments.
 *
 * Debian clears each allocation (init_on_alloc), which for a packet of 1,400 bytes
 * costs a tenth of its encryption. So each CPU keeps a pool of pages whose halves
 * hold a packet each, and which come back when the packet is freed, wherever that
 * is; and a packet whose head is part of a page is merged by GRO without a list.
 *
 * Locking: a CPU's pool gives out memory with BH disabled only.
 * Lifetime: the kernel frees a pool when its last page has come back, which may be
 * after the module has gone.
 */
#ifndef _ADIT_BUFFER_H
#define _ADIT_BUFFER_H

#include <linux/skbuff.h>

/**
 * adit_buffer_alloc - an empty packet
 * @headroom: bytes in front of its data
 * @len: bytes that it has room for behind them
 *
 * Context: BH disabled. Return: NULL without memory.
 */
struct sk_buff *adit_buffer_alloc(unsigned int headroom, unsigned int len);

/* Can a page hold such a packet? */
bool adit_buffer_fits(unsigned int headroom, unsigned int len);

/**
 * adit_buffer_page - the memory of such a packet, which needs no sk_buff yet
 * @headroom: as above
 * @len: likewise; adit_buffer_fits() said so
 * @offset: set: where its data will begin in the page
 * @truesize: set: what it is to be charged as
 *
 * Context: BH disabled. Return: NULL without memory.
 */
struct page *adit_buffer_page(unsigned int headroom, unsigned int len, unsigned int *offset,
			      unsigned int *truesize);

/**
 * adit_buffer_is_ours - is it such memory?
 * @frag: of a packet whose fragments are of page pools
 *
 * And does nobody else refer to it?
 */
bool adit_buffer_is_ours(const skb_frag_t *frag);

/**
 * adit_buffer_wrap - now it needs one
 * @frag: that memory; its reference goes to the packet
 *
 * Context: BH disabled. Return: a packet with the fragment's bytes; NULL without memory.
 */
struct sk_buff *adit_buffer_wrap(const skb_frag_t *frag);

/**
 * adit_buffer_copy - a packet in one piece that nobody else sees
 * @from: what it is a copy of, with its network header at its data; to be freed after
 * @headroom: bytes wanted in front
 * @tailroom: and behind
 *
 * The checksum that the sender left to the device is filled in on the way.
 *
 * Context: BH disabled. Return: NULL without memory.
 */
struct sk_buff *adit_buffer_copy(struct sk_buff *from, unsigned int headroom,
				 unsigned int tailroom);

/**
 * adit_buffer_inherit - let a packet take what the stack knows of another
 * @skb: a packet with its network header at its data
 * @from: such a packet that it was made of; both have headers of the same length
 *
 * That is protocol, priority, hash, mark, time to send and the places of the headers.
 */
void adit_buffer_inherit(struct sk_buff *skb, const struct sk_buff *from);

/**
 * adit_buffer_own - account a packet to the socket of another
 * @skb: gets it
 * @from: loses it
 *
 * TCP sends on when what it has sent is freed, so the last of what was made of its
 * packet answers for it; unless that goes in a chain, which has no socket (chain.c).
 */
void adit_buffer_own(struct sk_buff *skb, struct sk_buff *from);

int adit_buffer_init(void);
void adit_buffer_exit(void);

#endif

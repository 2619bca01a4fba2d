/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trains: the ESP packets of one TCP packet, as pieces of one sk_buff.
 *
 * What is cut from one TCP packet is one flow under one SA, and goes the same way. As
 * long as nobody wants a packet of it alone, it needs one sk_buff, one outer header and
 * one route; the packets hang on it as fragments of pages, each with room for what ESP
 * puts around it. Encryption and decryption work in these fragments, and when they have
 * come through another adit tunnel, on this machine, what is left of them are the pieces
 * of the TCP packet that there was. Of 17,200 instructions a packet of 1,400 bytes, both
 * ends together, it saves 1,000 against chains (chain.h).
 *
 * A train is a GSO packet (ADIT_TRAIN_GSO, without a list); each packet but the last
 * has gso_size bytes from its ESP header on. In front of a device that takes one packet at
 * a time it is cut (offload.h). Where anything is unusual, its packets are copied out of
 * it and go one by one.
 *
 * In UDP there are none: the kernel takes what comes to a socket for encapsulation apart.
 */
#ifndef _ADIT_TRAIN_H
#define _ADIT_TRAIN_H

#include <linux/atomic.h>
#include <linux/skbuff.h>

struct adit_sa;

/*
 * SKB_GSO_FRAGLIST is what every device made of software says it takes; SKB_GSO_IPXIP4 only
 * those that really look at nothing, such as veth. MACsec would have to encrypt it.
 */
#define ADIT_TRAIN_GSO	(SKB_GSO_FRAGLIST | SKB_GSO_IPXIP4)

/* As long as a batch, see transmit.c. */
#define ADIT_TRAIN_MAX	16

/* Room in the linear part for what the TCP packet has of headers when it is whole again. */
#define ADIT_TRAIN_HEADERS	128

/**
 * struct adit_train - of a train that is being encrypted or decrypted
 * @seq: sequence number of its first packet; inbound
 * @pending: packets that a transform has, and one for who is giving them out
 * @drops: why each is dropped; ADIT_DROPS: it is not
 * @nexthdr: what is in each; inbound
 */
struct adit_train {
	u64 seq;
	atomic_t pending;
	u8 drops[ADIT_TRAIN_MAX];
	u8 nexthdr[ADIT_TRAIN_MAX];
};

static inline struct adit_train *adit_train(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct adit_train) > sizeof(skb->cb));
	return (struct adit_train *)skb->cb;
}

static inline bool adit_is_train(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST &&
	       !skb_has_frag_list(skb);
}

/* How many packets are in what may be a train? */
static inline unsigned int adit_train_count(const struct sk_buff *skb)
{
	return adit_is_train(skb) ? skb_shinfo(skb)->gso_segs : 1;
}

/* The bytes of a packet of a train that is whole. */
static inline void *adit_train_packet(const struct sk_buff *skb, unsigned int i)
{
	return skb_frag_address(&skb_shinfo(skb)->frags[i]);
}

/* May what an SA protects go as trains? Context: RCU. */
bool adit_train_possible(const struct adit_sa *sa);

/**
 * adit_train_is_whole - has it arrived as it was sent?
 * @skb: a train, ESP header at its data
 *
 * Then nobody else sees it, and each fragment is a packet.
 */
bool adit_train_is_whole(const struct sk_buff *skb);

/**
 * adit_train_merge - make what was inside one TCP packet again
 * @skb: a train that is whole, outer IP header at its network header; its fragments are
 *	the inner packets
 * @nexthdr: what ESP says that they are, all of them
 *
 * Return: true: @skb has become that packet, which is GSO. False: it is as it was.
 */
bool adit_train_merge(struct sk_buff *skb, u8 nexthdr);

/**
 * adit_train_unload - make a packet of its own of each
 * @skb: a train; gives up its fragments if @whole
 * @header: what all get in front of theirs: from here to the train's data
 * @whole: adit_train_is_whole() said so; each fragment may have become shorter since.
 *	Otherwise they are copied.
 *
 * Context: BH disabled. Return: a list, or ERR_PTR(-ENOMEM). @skb stays the caller's.
 */
struct sk_buff *adit_train_unload(struct sk_buff *skb, const u8 *header, bool whole);

/**
 * adit_train_split - take a train apart that has arrived
 * @skb: ESP header at its data; consumed
 *
 * What their IP headers say of lengths is the train's: adit_chain_restore() mends it.
 *
 * Return: a list of packets like @skb, or ERR_PTR(-ENOMEM) with @skb freed.
 */
struct sk_buff *adit_train_split(struct sk_buff *skb);

/**
 * adit_train_cut - take a train apart in front of a device
 * @skb: ESP header at its data; gives up its fragments, if the device is to send them
 * @features: of the device
 *
 * Return: a list of whole packets, or ERR_PTR(-ENOMEM). @skb stays the caller's.
 */
struct sk_buff *adit_train_cut(struct sk_buff *skb, netdev_features_t features);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Path MTU (RFC 4301 8): what fits, what is said when it does not, and what
 * ICMP from the outer path teaches.
 */
#ifndef _ADIT_PMTU_H
#define _ADIT_PMTU_H

#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <uapi/linux/adit.h>

struct adit_device;
struct adit_sa;

/**
 * struct adit_overhead - what an SA adds to a packet
 * @fixed: bytes in any case
 * @outside: bytes of the packet itself that are not encrypted (the IP header in
 *	transport mode)
 * @block: what is encrypted is padded to a multiple of this
 * @trailer: bytes that are padded and encrypted with it
 */
struct adit_overhead {
	unsigned int fixed;
	unsigned int outside;
	unsigned int block;
	unsigned int trailer;
};

/**
 * adit_overhead_mtu - the largest packet that fits
 * @overhead: what is added
 * @path: bytes that the outer packet may have
 *
 * Return: bytes, 0 if none fits.
 */
static inline unsigned int adit_overhead_mtu(const struct adit_overhead *overhead,
					     unsigned int path)
{
	unsigned int space;

	if (path < overhead->fixed + overhead->outside)
		return 0;
	space = rounddown(path - overhead->fixed - overhead->outside, overhead->block);
	if (space <= overhead->trailer)
		return 0;
	return space - overhead->trailer + overhead->outside;
}

/**
 * adit_sa_overhead - what an outbound SA adds
 * @sa: the SA
 *
 * Context: RCU or adit_config_lock.
 */
struct adit_overhead adit_sa_overhead(const struct adit_sa *sa);

/**
 * adit_sa_mtu - the largest inner packet that an outbound SA takes
 * @sa: the SA
 *
 * Return: bytes, by what is known of the path.
 */
unsigned int adit_sa_mtu(const struct adit_sa *sa);

/**
 * adit_pmtu_check - does a packet fit?
 * @sa: outbound SA
 * @dst: its route
 * @skb: inner packet, maybe GSO
 *
 * One that does not is fragmented, or the sender is told and it is dropped.
 *
 * Context: BH disabled, RCU. Return: the packet, a list of fragments, or NULL.
 */
struct sk_buff *adit_pmtu_check(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *skb);

/**
 * adit_reassemble - collect the fragments of an inner IPv4 packet
 * @skb: one of them, in the namespace of skb->dev
 * @sa: the SA that it came over, or NULL: it is to be sent
 *
 * Context: BH disabled, RCU. Return: the whole packet with its last fragment; NULL
 * before that.
 */
struct sk_buff *adit_reassemble(struct sk_buff *skb, const struct adit_sa *sa);

/**
 * adit_pmtu_refresh - ask an outbound SA's route for its MTU now
 * @sa: the SA
 *
 * Context: adit_config_lock. Return: where the answer, in sa->path_mtu, is from.
 */
enum adit_mtu_source adit_pmtu_refresh(struct adit_sa *sa);

/* An ICMP error of the outer path. Return: 0 if it was about one of our SAs. */
int adit_pmtu_error4(struct sk_buff *skb, u32 info);
int adit_pmtu_error6(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		     int offset, __be32 info);

/**
 * adit_pmtu_update - the device's MTU may have to change
 * @adit: the device
 */
void adit_pmtu_update(struct adit_device *adit);

/**
 * adit_pmtu_settle - wait until the device's MTU and carrier are what its SAs say
 * @adit: the device
 *
 * Context: sleeps, takes RTNL; without adit_config_lock, with a reference to the
 * net_device.
 */
void adit_pmtu_settle(struct adit_device *adit);

/* Before the device goes. Context: RTNL; nothing calls adit_pmtu_update() after it. */
void adit_pmtu_stop(struct adit_device *adit);

void adit_pmtu_init(struct adit_device *adit);

#endif

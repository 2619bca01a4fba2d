/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Security associations and their database (RFC 4301 4.4.2).
 *
 * Locking: the database, selectors and bundles change under adit_config_lock
 * and are read under RCU. @lock guards the replay window of an inbound SA.
 * Lifetime: alive while it is in the database. adit_sa_remove() takes it out;
 * after a grace period no packet can find it, so none is submitted to its
 * transform any more; then its work waits until the transform has given back
 * all that it had taken asynchronously (@inflight); then it is freed. Until then
 * it, and its packets under way, may keep routes of the namespace of its outer
 * packets, which therefore waits for it, in pre_exit, before it goes (@home).
 */
#ifndef _ADIT_SA_H
#define _ADIT_SA_H

#include <linux/atomic.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include <uapi/linux/adit.h>

#include "crypto.h"
#include "replay.h"
#include "spd.h"
#include "stats.h"

struct adit_device;
struct adit_home;

#define ADIT_SELECTORS_MAX	1024

/* 0: no limit. Bytes, packets, seconds. */
struct adit_limits {
	u64 byte_soft, byte_hard;
	u64 packet_soft, packet_hard;
	u32 time_soft, time_hard;
	u32 idle;
};

/**
 * struct adit_peer - the other end of the outer packets
 * @addr: its address
 * @port: its UDP port, 0 without UDP
 */
struct adit_peer {
	union adit_addr addr;
	__be16 port;
	struct rcu_head rcu;
};

/**
 * struct adit_sa - a security association
 * @adit: its device
 * @home: of the namespace of the outer packets, which waits for the SA; NULL: not yet added
 * @spi: security parameters index
 * @direction: enum adit_direction
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum adit_mode
 * @family: of the outer addresses
 * @esn: extended sequence numbers
 * @df_policy: enum adit_df_policy
 * @dscp_policy: enum adit_dscp_policy
 * @dscp: for it
 * @ecn_policy: enum adit_ecn_policy
 * @ttl: 0: the route's
 * @has_mark: use @mark, not the device's
 * @limited: bytes or packets have limits: see adit_sa_account()
 * @local: our address
 * @local_port: our UDP port; 0: not in UDP
 * @peer: the peer's address and port, replaced as a whole
 * @transform: keyed
 * @bundle_spi: ESP: AH that goes over it, 0: any or none
 * @bundle: outbound ESP: that AH SA
 * @seq: outbound: last sequence number given out
 * @route: outbound: the outer route
 * @path_mtu: outbound: the outer route's MTU when last looked at
 * @mtu: outbound: what follows from @path_mtu, see adit_sa_mtu()
 * @learned_mtu: outbound: path MTU by ICMP, 0: none
 * @learned_until: in jiffies
 * @last_used: jiffies of the last packet, rounded to the tick
 * @used: a packet has passed
 * @dead: out of the database
 * @exhausted: outbound: has no sequence number left
 * @inflight: packets that a transform has taken asynchronously; negative for
 *	the moment in which one comes back before its submitter has counted it
 * @lock: of @replay
 * @replay: inbound
 * @spd: inbound: what may come out
 * @counters: per CPU
 * @drops: see stats.h
 * @limits: lifetime
 * @used_bytes: what counts against the limits, where there are any
 * @used_packets: likewise
 * @reported: events that were sent, bits of enum in lifetime.c
 * @lifetime_work: reports and removes
 * @mapping_reported: when, in jiffies
 * @selectors: as configured
 * @rules: in an SPD
 * @hash: in the database
 * @link: in the device's list
 * @out_link: in its list of outbound SAs
 * @id: ascending in that list
 * @added: when, in ktime seconds since boot
 */
struct adit_sa {
	struct adit_device *adit;
	struct adit_home *home;
	__be32 spi;
	u8 direction;
	u8 proto;
	u8 mode;
	u8 family;
	bool esn;
	u8 df_policy;
	u8 dscp_policy;
	u8 dscp;
	u8 ecn_policy;
	u8 ttl;
	bool has_mark;
	bool limited;
	u32 mark;
	u32 bundle_spi;
	__be16 local_port;
	union adit_addr local;
	struct adit_peer __rcu *peer;
	struct adit_transform transform;
	struct adit_sa __rcu *bundle;
	struct adit_counter __percpu *counters;
	struct dst_cache route;
	struct adit_spd spd;

	atomic64_t seq ____cacheline_aligned_in_smp;
	atomic_t inflight;
	spinlock_t lock;
	struct adit_replay replay;
	unsigned long last_used;
	u32 path_mtu;
	u32 mtu;
	u32 learned_mtu;
	unsigned long learned_until;
	bool used;
	bool dead;
	bool exhausted;

	struct adit_limits limits;
	atomic64_t used_bytes;
	atomic64_t used_packets;
	unsigned long reported;
	struct delayed_work lifetime_work;
	unsigned long mapping_reported;
	atomic_long_t drops[ADIT_DROPS];

	struct adit_selector *selectors;
	unsigned int selector_count;
	struct list_head rules;
	struct hlist_node hash;
	struct list_head link;
	struct list_head out_link;
	u64 id;
	time64_t added;
	const struct adit_algorithm *aead;
	const struct adit_algorithm *enc;
	const struct adit_algorithm *auth;
	netdevice_tracker dev_tracker;
	struct rcu_work free_work;
};

/* What names an SA: see the attribute set in adit.yaml. */
struct adit_sa_name {
	u8 direction;
	u8 proto;
	__be32 spi;
	u8 local_family;	/* AF_UNSPEC: not given */
	u8 remote_family;
	union adit_addr local;
	union adit_addr remote;
};

/* May it be the outer part of an outbound bundle? */
static inline bool adit_sa_is_outer(const struct adit_sa *sa)
{
	return sa->proto == IPPROTO_AH && sa->mode == ADIT_MODE_TRANSPORT &&
	       sa->direction == ADIT_DIRECTION_OUT;
}

/* May a packet that has its sequence number go out? A bundle that must be whole is whole. */
static inline bool adit_sa_alive(const struct adit_sa *sa)
{
	return !READ_ONCE(sa->dead) && (sa->direction == ADIT_DIRECTION_IN ||
					likely(!sa->bundle_spi) || rcu_access_pointer(sa->bundle));
}

/* May further packets go out over it? Context: RCU, or adit_config_lock. */
static inline bool adit_sa_usable(const struct adit_sa *sa)
{
	const struct adit_sa *ah = rcu_dereference_raw(sa->bundle);

	return adit_sa_alive(sa) && likely(!READ_ONCE(sa->exhausted)) &&
	       likely(!ah || !READ_ONCE(ah->exhausted));
}

/* The last sequence number that is sent; what follows it must not wrap (RFC 4303 3.3.3), not
 * even in the counter, into which several CPUs may be adding at its end.
 */
static inline u64 adit_sa_seq_max(const struct adit_sa *sa)
{
	return sa->esn ? U64_MAX - U32_MAX : U32_MAX;
}

/* One write a tick at most, whatever the number of CPUs and packets. */
static inline void adit_sa_touch(struct adit_sa *sa)
{
	if (READ_ONCE(sa->last_used) != jiffies)
		WRITE_ONCE(sa->last_used, jiffies);
}

/**
 * adit_sa_lookup - find the inbound SA of a packet
 * @net: namespace that the packet arrived in
 * @spi: SPI
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @family: of the outer packet
 * @daddr: its destination
 *
 * Context: RCU.
 */
struct adit_sa *adit_sa_lookup(const struct net *net, __be32 spi, u8 proto, u8 family,
			       const union adit_addr *daddr);

/**
 * adit_sa_lookup_out - find an outbound SA, for an ICMP error
 * @net: namespace of the outer packets
 * @spi: SPI
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @family: of the outer packet
 * @daddr: its destination
 *
 * Context: RCU.
 */
struct adit_sa *adit_sa_lookup_out(const struct net *net, __be32 spi, u8 proto, u8 family,
				   const union adit_addr *daddr);

/**
 * adit_sa_find - find an SA by name
 * @adit: its device
 * @name: its name
 *
 * Context: adit_config_lock.
 * Return: ERR_PTR(-ENOENT) for none, ERR_PTR(-EINVAL) for several.
 */
struct adit_sa *adit_sa_find(struct adit_device *adit, const struct adit_sa_name *name);

/**
 * adit_sa_alloc - an SA with defaults, in no database
 *
 * Return: NULL without memory. To be given to adit_sa_add() or adit_sa_free().
 */
struct adit_sa *adit_sa_alloc(void);

/* Frees an SA that no packet can find. Sleeps. */
void adit_sa_free(struct adit_sa *sa);

/**
 * adit_sa_add - put an SA into the database
 * @adit: the device
 * @sa: all set; from here on the database's, if 0 is returned
 *
 * Context: adit_config_lock. Return: 0, -EEXIST, -ENOMEM, -ENODEV (the
 * device's first namespace is gone).
 */
int adit_sa_add(struct adit_device *adit, struct adit_sa *sa);

/* Would @sa, with that peer, be another's double? Context: adit_config_lock. */
bool adit_sa_clashes(const struct adit_sa *sa, const union adit_addr *remote);

/* Takes an SA out of the database and frees it later. Context: adit_config_lock. */
void adit_sa_remove(struct adit_sa *sa);

/* An SA that cannot send any more stands back for others. Context: adit_config_lock. */
void adit_sa_yield(struct adit_sa *sa);

/* Removes all of a device's, of one direction or (0) both. Context: adit_config_lock. */
void adit_sa_flush(struct adit_device *adit, u8 direction);

/* Finds, for all ESP SAs, the AH SA that goes over it. Context: adit_config_lock. */
void adit_sa_update_bundles(struct adit_device *adit);

/* The newest usable outbound SA of a device, or NULL. Context: adit_config_lock. */
struct adit_sa *adit_sa_newest(struct adit_device *adit);

/* Of one asynchronous packet: see @inflight. */
static inline void adit_sa_inflight(struct adit_sa *sa)
{
	atomic_inc(&sa->inflight);
}

void adit_sa_landed(struct adit_sa *sa);

#endif

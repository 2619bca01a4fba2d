/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, and the one way in which a packet is dropped.
 *
 * Packets and bytes are counted per CPU and SA. Drops are counted per CPU and
 * device, and once more in the SA by an atomic: they are rare, and a per-CPU
 * array of them in each of ten thousand SAs would be most of an SA's memory.
 */
#ifndef _ADIT_STATS_H
#define _ADIT_STATS_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>

struct adit_device;
struct adit_sa;
struct adit_request;

/* In the order of the netlink attributes ADIT_A_DROPS_*. */
enum adit_drop {
	ADIT_DROP_REPLAY,
	ADIT_DROP_AUTHENTICATION,
	ADIT_DROP_NO_SA,
	ADIT_DROP_SELECTOR,
	ADIT_DROP_PADDING,
	ADIT_DROP_MALFORMED,
	ADIT_DROP_MTU,
	ADIT_DROP_NO_ROUTE,
	ADIT_DROP_NO_MEMORY,
	ADIT_DROP_SEQUENCE_OVERFLOW,
	ADIT_DROP_EXPIRED,
	ADIT_DROP_CRYPTO,
	ADIT_DROP_ECN,
	ADIT_DROP_ENCAPSULATION,
	ADIT_DROP_STAGED,
	ADIT_DROPS,
};

/* Packets that passed, of one SA on one CPU. */
struct adit_counter {
	u64_stats_t packets;
	u64_stats_t bytes;
	struct u64_stats_sync syncp;
};

/* Packets that did not, of one device on one CPU. */
struct adit_drop_counter {
	u64_stats_t drops[ADIT_DROPS];
	struct u64_stats_sync syncp;
};

extern const char * const adit_drop_names[ADIT_DROPS];

static inline void adit_count(struct adit_counter __percpu *counters, unsigned int packets,
			      unsigned int bytes)
{
	struct adit_counter *counter = this_cpu_ptr(counters);

	u64_stats_update_begin(&counter->syncp);
	u64_stats_add(&counter->packets, packets);
	u64_stats_add(&counter->bytes, bytes);
	u64_stats_update_end(&counter->syncp);
}

/* As dev_sw_netstats_rx_add(), which knows one packet only. */
static inline void adit_count_rx(struct net_device *dev, unsigned int packets, unsigned int bytes)
{
	struct pcpu_sw_netstats *stats = this_cpu_ptr(dev->tstats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_packets, packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/**
 * adit_count_sum - add up an SA's counters
 * @counters: of the SA
 * @packets: set
 * @bytes: set
 */
void adit_count_sum(const struct adit_counter __percpu *counters, u64 *packets, u64 *bytes);

/**
 * adit_drop_sum - add up a device's drops
 * @adit: the device
 * @drops: ADIT_DROPS numbers, set
 */
void adit_drop_sum(const struct adit_device *adit, u64 *drops);

/**
 * adit_drop_in - drop a received packet: count it, trace it, free it
 * @adit: the device it was for
 * @sa: its SA, or NULL
 * @skb: the packet; NULL: it could not even be made
 * @reason: why
 */
void adit_drop_in(struct adit_device *adit, struct adit_sa *sa, struct sk_buff *skb,
		  enum adit_drop reason);

/**
 * adit_drop_out - drop a packet that was to be sent, or a list of them
 * @adit: the device it came over
 * @sa: its SA, or NULL
 * @skb: the packets
 * @reason: why
 */
void adit_drop_out(struct adit_device *adit, struct adit_sa *sa, struct sk_buff *skb,
		   enum adit_drop reason);

#endif

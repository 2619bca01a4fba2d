// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>

#include "compat.h"
#include "device.h"
#include "sa.h"
#include "stats.h"
#include "trace.h"
#include "train.h"

const char * const adit_drop_names[ADIT_DROPS] = {
	[ADIT_DROP_REPLAY] = "replay",
	[ADIT_DROP_AUTHENTICATION] = "authentication",
	[ADIT_DROP_NO_SA] = "no-sa",
	[ADIT_DROP_SELECTOR] = "selector",
	[ADIT_DROP_PADDING] = "padding",
	[ADIT_DROP_MALFORMED] = "malformed",
	[ADIT_DROP_MTU] = "mtu",
	[ADIT_DROP_NO_ROUTE] = "no-route",
	[ADIT_DROP_NO_MEMORY] = "no-memory",
	[ADIT_DROP_SEQUENCE_OVERFLOW] = "sequence-overflow",
	[ADIT_DROP_EXPIRED] = "expired",
	[ADIT_DROP_CRYPTO] = "crypto",
	[ADIT_DROP_ECN] = "ecn",
	[ADIT_DROP_ENCAPSULATION] = "encapsulation",
	[ADIT_DROP_STAGED] = "staged",
};

/* A module cannot have drop reasons of its own: the core's that come closest. */
static const enum skb_drop_reason core_reasons[ADIT_DROPS] = {
	[ADIT_DROP_REPLAY] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_AUTHENTICATION] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_NO_SA] = SKB_DROP_REASON_IP_OUTNOROUTES,
	[ADIT_DROP_SELECTOR] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_PADDING] = SKB_DROP_REASON_IP_INHDR,
	[ADIT_DROP_MALFORMED] = SKB_DROP_REASON_IP_INHDR,
	[ADIT_DROP_MTU] = SKB_DROP_REASON_PKT_TOO_BIG,
	[ADIT_DROP_NO_ROUTE] = SKB_DROP_REASON_IP_OUTNOROUTES,
	[ADIT_DROP_NO_MEMORY] = SKB_DROP_REASON_NOMEM,
	[ADIT_DROP_SEQUENCE_OVERFLOW] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_EXPIRED] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_CRYPTO] = SKB_DROP_REASON_NOT_SPECIFIED,
	[ADIT_DROP_ECN] = ADIT_REASON_ECN,
	[ADIT_DROP_ENCAPSULATION] = SKB_DROP_REASON_XFRM_POLICY,
	[ADIT_DROP_STAGED] = SKB_DROP_REASON_QDISC_DROP,
};

void adit_count_sum(const struct adit_counter __percpu *counters, u64 *packets, u64 *bytes)
{
	const struct adit_counter *counter;
	unsigned int start;
	u64 p, b;
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		counter = per_cpu_ptr(counters, cpu);
		do {
			start = u64_stats_fetch_begin(&counter->syncp);
			p = u64_stats_read(&counter->packets);
			b = u64_stats_read(&counter->bytes);
		} while (u64_stats_fetch_retry(&counter->syncp, start));
		*packets += p;
		*bytes += b;
	}
}

void adit_drop_sum(const struct adit_device *adit, u64 *drops)
{
	const struct adit_drop_counter *counter;
	unsigned int start, i;
	u64 one[ADIT_DROPS];
	int cpu;

	memset(drops, 0, ADIT_DROPS * sizeof(*drops));
	for_each_possible_cpu(cpu) {
		counter = per_cpu_ptr(adit->drops, cpu);
		do {
			start = u64_stats_fetch_begin(&counter->syncp);
			for (i = 0; i < ADIT_DROPS; i++)
				one[i] = u64_stats_read(&counter->drops[i]);
		} while (u64_stats_fetch_retry(&counter->syncp, start));
		for (i = 0; i < ADIT_DROPS; i++)
			drops[i] += one[i];
	}
}

static void count_drop(struct adit_device *adit, struct adit_sa *sa, enum adit_drop reason,
		       unsigned int packets)
{
	struct adit_drop_counter *counter;

	local_bh_disable();
	counter = this_cpu_ptr(adit->drops);
	u64_stats_update_begin(&counter->syncp);
	u64_stats_add(&counter->drops[reason], packets);
	u64_stats_update_end(&counter->syncp);
	local_bh_enable();
	if (sa)
		atomic_long_add(packets, &sa->drops[reason]);
	trace_adit_drop(adit->dev, sa, reason);
}

void adit_drop_in(struct adit_device *adit, struct adit_sa *sa, struct sk_buff *skb,
		  enum adit_drop reason)
{
	unsigned int packets = skb ? max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1) : 1;

	count_drop(adit, sa, reason, packets);
	/* As `ip -s link` tells them apart: something was wrong with the packet, or
	 * it was a good one that we could not keep.
	 */
	if (reason == ADIT_DROP_NO_MEMORY || reason == ADIT_DROP_CRYPTO)
		DEV_STATS_ADD(adit->dev, rx_dropped, packets);
	else
		DEV_STATS_ADD(adit->dev, rx_errors, packets);
	kfree_skb_reason(skb, core_reasons[reason]);
}

void adit_drop_out(struct adit_device *adit, struct adit_sa *sa, struct sk_buff *skb,
		   enum adit_drop reason)
{
	struct sk_buff *next;
	unsigned int packets;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		packets = adit_train_count(skb);
		count_drop(adit, sa, reason, packets);
		if (reason == ADIT_DROP_NO_ROUTE)
			DEV_STATS_ADD(adit->dev, tx_carrier_errors, packets);
		DEV_STATS_ADD(adit->dev, tx_dropped, packets);
		kfree_skb_reason(skb, core_reasons[reason]);
	}
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/hrtimer.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>

#include "coalesce.h"
#include "compat.h"
#include "device.h"
#include "transmit.h"

/* Packets come in a stream when so many came within a period of so many times tx-usecs,
 * which may be longer, since who sends must let others run. When packets have waited in
 * vain so many times in a row, some periods are ignored, twice as many each time.
 */
#define STREAM_MIN	32
#define PERIOD		16
#define PERIOD_LONGEST	(8 * PERIOD)
#define VAIN_MAX	4
#define IGNORED_MAX	128

/**
 * struct adit_coalesce_cell - what waits on a CPU
 * @queue: packets, less than tx-frames
 * @timer: runs when the first of them has waited long enough, or earlier
 * @adit: the device
 * @since: when the first was queued, in ns of local_clock()
 * @period: when this period began
 * @count: packets in it, queued or not
 * @stream: there were enough in the one before
 * @vain: how often in a row a packet was alone when it had waited
 * @ignore: periods still to be ignored
 * @ignored: how many are the next time
 */
struct adit_coalesce_cell {
	struct sk_buff_head queue;
	struct hrtimer timer;
	struct adit_device *adit;
	u64 since;
	u64 period;
	u32 count;
	bool stream;
	u8 vain;
	u8 ignore;
	u8 ignored;
};

static void flush(struct adit_coalesce_cell *cell)
{
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock(&cell->queue.lock);
	skb_queue_splice_init(&cell->queue, &list);
	spin_unlock(&cell->queue.lock);
	rcu_read_lock();
	adit_transmit(cell->adit, &list);
	rcu_read_unlock();
}

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct adit_coalesce_cell *cell = container_of(timer, struct adit_coalesce_cell, timer);
	u64 wait = (u64)READ_ONCE(cell->adit->coalesce.usecs) * NSEC_PER_USEC;
	u64 waited = local_clock() - READ_ONCE(cell->since);

	switch (skb_queue_len_lockless(&cell->queue)) {
	case 0:
		return HRTIMER_NORESTART;
	case 1:
		/* It may have come when the timer was running for others. */
		if (waited < wait) {
			hrtimer_forward_now(timer, ns_to_ktime(wait - waited));
			return HRTIMER_RESTART;
		}
		/* Perhaps who sends waits for an answer, too. */
		if (++cell->vain < VAIN_MAX)
			break;
		cell->vain = 0;
		cell->stream = false;
		cell->ignore = cell->ignored;
		cell->ignored = min(cell->ignored * 2, IGNORED_MAX);
		break;
	default:
		cell->vain = 0;
		cell->ignored = 1;
	}
	flush(cell);
	return HRTIMER_NORESTART;
}

static bool is_udp(const struct sk_buff *skb)
{
	return (skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->protocol :
						   ipv6_hdr(skb)->nexthdr) == IPPROTO_UDP;
}

/* Is there a stream of packets? @now: when this one comes */
static bool is_stream(struct adit_coalesce_cell *cell, u64 now, u32 usecs)
{
	u64 unit = (u64)usecs * NSEC_PER_USEC, period = now - cell->period;

	if (unlikely(period >= PERIOD * unit)) {
		cell->stream = !cell->ignore && cell->count >= STREAM_MIN &&
			       period < PERIOD_LONGEST * unit;
		if (cell->ignore)
			cell->ignore--;
		cell->period = now;
		cell->count = 0;
	}
	cell->count++;
	return cell->stream;
}

bool adit_coalesce(struct adit_device *adit, struct sk_buff *skb)
{
	u32 usecs = READ_ONCE(adit->coalesce.usecs), count;
	struct adit_coalesce_cell *cell;
	bool stream;
	u64 now;

	if (!usecs || skb_is_gso(skb) || !is_udp(skb) || unlikely(!netif_running(adit->dev)))
		return false;
	cell = this_cpu_ptr(adit->coalesce.cells);
	now = local_clock();
	stream = is_stream(cell, now, usecs) || !READ_ONCE(adit->coalesce.adaptive);
	/* None overtakes those that wait. */
	if (!stream && skb_queue_empty_lockless(&cell->queue))
		return false;

	skb_dst_force(skb);
	spin_lock(&cell->queue.lock);
	__skb_queue_tail(&cell->queue, skb);
	count = skb_queue_len(&cell->queue);
	if (count == 1)
		WRITE_ONCE(cell->since, now);
	spin_unlock(&cell->queue.lock);

	if (count >= READ_ONCE(adit->coalesce.frames)) {
		cell->vain = 0;
		cell->ignored = 1;
		flush(cell);
	} else if (count == 1 && !hrtimer_is_queued(&cell->timer)) {
		hrtimer_start(&cell->timer, ns_to_ktime((u64)usecs * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_PINNED_SOFT);
	}
	return true;
}

int adit_coalesce_init(struct adit_device *adit)
{
	struct adit_coalesce *coalesce = &adit->coalesce;
	struct adit_coalesce_cell *cell;
	int cpu;

	coalesce->usecs = ADIT_COALESCE_USECS_DEFAULT;
	coalesce->frames = ADIT_COALESCE_FRAMES_DEFAULT;
	coalesce->adaptive = true;
	coalesce->cells = alloc_percpu(struct adit_coalesce_cell);
	if (!coalesce->cells)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		cell = per_cpu_ptr(coalesce->cells, cpu);
		skb_queue_head_init(&cell->queue);
		adit_hrtimer_setup(&cell->timer, expire, HRTIMER_MODE_REL_PINNED_SOFT);
		cell->adit = adit;
		cell->ignored = 1;
	}
	return 0;
}

void adit_coalesce_stop(struct adit_device *adit)
{
	struct adit_coalesce_cell *cell;
	int cpu;

	for_each_possible_cpu(cpu) {
		cell = per_cpu_ptr(adit->coalesce.cells, cpu);
		hrtimer_cancel(&cell->timer);
		skb_queue_purge(&cell->queue);
	}
}

void adit_coalesce_free(struct adit_device *adit)
{
	adit_coalesce_stop(adit);
	free_percpu(adit->coalesce.cells);
}

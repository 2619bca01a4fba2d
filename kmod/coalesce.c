// SPDX-License-Identifier: GPL-2.0
#include <linux/hrtimer.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>
#include <net/sock.h>

#include "coalesce.h"
#include "compat.h"
#include "device.h"
#include "transmit.h"

/* Packets come in a stream when so many came within a period of so many times tx-usecs,
 * which may be longer, since who sends must let others run.
 */
#define STREAM_MIN	32
#define PERIOD		16
#define PERIOD_LONGEST	(8 * PERIOD)

/* For how many periods at most nothing waits when waiting has made a stream slower. */
#define BACKOFF_MAX	128

/**
 * struct adit_coalesce_cell - what waits on a CPU
 * @queue: packets, less than tx-frames
 * @timer: runs when the first of them has waited long enough, or earlier
 * @adit: the device
 * @since: when the first was queued
 * @start: when this period began, in ns of local_clock()
 * @count: packets in it, queued or not
 * @stream: they wait
 * @alone: how long the last period was in which none waited, in ns
 * @alone_count: and the packets in it
 * @pause: periods to come in which none shall wait
 * @backoff: how many these are the next time
 */
struct adit_coalesce_cell {
	struct sk_buff_head queue;
	struct hrtimer timer;
	struct adit_device *adit;
	ktime_t since;
	u64 start;
	u64 alone;
	u32 count;
	u32 alone_count;
	bool stream;
	u8 pause;
	u8 backoff;
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

static ktime_t wait_time(const struct adit_device *adit)
{
	return ns_to_ktime((u64)READ_ONCE(adit->coalesce.usecs) * NSEC_PER_USEC);
}

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct adit_coalesce_cell *cell = container_of(timer, struct adit_coalesce_cell, timer);
	ktime_t due = ktime_add(READ_ONCE(cell->since), wait_time(cell->adit));

	if (skb_queue_empty_lockless(&cell->queue))
		return HRTIMER_NORESTART;
	/* It was started for others, which left early. */
	if (ktime_before(ktime_get(), due)) {
		hrtimer_set_expires(timer, due);
		return HRTIMER_RESTART;
	}
	flush(cell);
	return HRTIMER_NORESTART;
}

static u8 protocol(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->protocol : ipv6_hdr(skb)->nexthdr;
}

/* Does its sender want it to leave at a time of its own, or to know when it does? */
static bool is_timed(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return skb->tstamp || skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP ||
	       (sk && sk_fullsock(sk) && READ_ONCE(sk->sk_pacing_status) != SK_PACING_NONE);
}

/*
 * Who waits for answers sends less when packets wait. (Of the others, some send more: they
 * are not interrupted for each.)
 */
static bool is_slower(const struct adit_coalesce_cell *cell, u64 period)
{
	return 8 * cell->count * cell->alone < 7 * cell->alone_count * period;
}

static void end_period(struct adit_coalesce_cell *cell, u64 period, u64 longest)
{
	if (cell->stream && is_slower(cell, period)) {
		cell->stream = false;
		cell->pause = cell->backoff;
		cell->backoff = min(cell->backoff * 2, BACKOFF_MAX);
		return;
	}
	if (cell->stream) {
		cell->backoff = 1;
	} else {
		cell->alone = period;
		cell->alone_count = cell->count;
	}
	cell->stream = !cell->pause && cell->count >= STREAM_MIN && period < longest;
	if (cell->pause)
		cell->pause--;
}

/* Is there a stream of packets? */
static bool is_stream(struct adit_coalesce_cell *cell, u32 usecs)
{
	u64 unit = (u64)usecs * NSEC_PER_USEC, now = local_clock(), period = now - cell->start;

	if (unlikely(period >= PERIOD * unit)) {
		end_period(cell, period, PERIOD_LONGEST * unit);
		cell->start = now;
		cell->count = 0;
	}
	cell->count++;
	return cell->stream;
}

/* Return: may this packet wait? */
static bool may_wait(struct adit_coalesce_cell *cell, const struct sk_buff *skb, u32 usecs)
{
	if (!usecs || skb_is_gso(skb) || protocol(skb) != IPPROTO_UDP || is_timed(skb) ||
	    adit_transmitting())
		return false;
	return is_stream(cell, usecs) || !READ_ONCE(cell->adit->coalesce.adaptive);
}

/* Return: how many wait now. */
static u32 enqueue(struct adit_coalesce_cell *cell, struct sk_buff *skb)
{
	u32 count;

	/* The caller's RCU section is all that keeps a route without a reference. */
	skb_dst_force(skb);
	spin_lock(&cell->queue.lock);
	__skb_queue_tail(&cell->queue, skb);
	count = skb_queue_len(&cell->queue);
	if (count == 1)
		WRITE_ONCE(cell->since, ktime_get());
	spin_unlock(&cell->queue.lock);
	return count;
}

bool adit_coalesce(struct adit_device *adit, struct sk_buff *skb)
{
	struct adit_coalesce_cell *cell;
	u32 count;

	if (protocol(skb) == IPPROTO_TCP || unlikely(!netif_running(adit->dev)))
		return false;
	cell = this_cpu_ptr(adit->coalesce.cells);
	if (!may_wait(cell, skb, READ_ONCE(adit->coalesce.usecs))) {
		/* It does not overtake those that wait. */
		if (unlikely(!skb_queue_empty_lockless(&cell->queue)))
			flush(cell);
		return false;
	}

	count = enqueue(cell, skb);
	if (count >= READ_ONCE(adit->coalesce.frames))
		flush(cell);
	else if (count == 1 && !hrtimer_is_queued(&cell->timer))
		hrtimer_start(&cell->timer, wait_time(adit), HRTIMER_MODE_REL_PINNED_SOFT);
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
		cell->backoff = 1;
	}
	return 0;
}

void adit_coalesce_stop(struct adit_device *adit)
{
	struct adit_coalesce_cell *cell;
	struct sk_buff *skb;
	int cpu;

	for_each_possible_cpu(cpu) {
		cell = per_cpu_ptr(adit->coalesce.cells, cpu);
		hrtimer_cancel(&cell->timer);
		while ((skb = skb_dequeue(&cell->queue)))
			adit_drop_out(adit, NULL, skb, ADIT_DROP_STAGED);
	}
}

void adit_coalesce_free(struct adit_device *adit)
{
	adit_coalesce_stop(adit);
	free_percpu(adit->coalesce.cells);
}

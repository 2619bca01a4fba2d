// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "device.h"
#include "events.h"
#include "lifetime.h"

/* What was reported of an SA; each is reported once. */
enum {
	REPORTED_SOFT_BYTES,
	REPORTED_SOFT_PACKETS,
	REPORTED_SOFT_TIME,
	REPORTED_OVERFLOW,
	REPORTED_YIELD,
};

static bool reached(u64 limit, u64 value)
{
	return limit && value >= limit;
}

bool adit_lifetime_account_limited(struct adit_sa *sa, unsigned int packets, unsigned int bytes)
{
	const struct adit_limits *limits = &sa->limits;
	u64 all_packets = atomic64_add_return(packets, &sa->used_packets);
	u64 all_bytes = atomic64_add_return(bytes, &sa->used_bytes);
	bool pass = true;

	/* The packet that brings the count to the limit is the last. */
	if ((limits->packet_hard && all_packets > limits->packet_hard) ||
	    (limits->byte_hard && all_bytes > limits->byte_hard))
		pass = false;

	/* Events and removal are for process context. */
	if (reached(limits->packet_hard, all_packets) || reached(limits->byte_hard, all_bytes) ||
	    (reached(limits->packet_soft, all_packets) &&
	     !test_bit(REPORTED_SOFT_PACKETS, &sa->reported)) ||
	    (reached(limits->byte_soft, all_bytes) &&
	     !test_bit(REPORTED_SOFT_BYTES, &sa->reported)))
		mod_delayed_work(adit_wq, &sa->lifetime_work, 0);
	return pass;
}

/* So close to a hard limit there are no batches: one that is over it is refused whole, and
 * several CPUs may be about to send one each.
 */
#define NEAR_PACKETS	1024
#define NEAR_BYTES	(NEAR_PACKETS * 1500)

static bool near(u64 limit, u64 used, unsigned int distance)
{
	return limit && used + distance > limit;
}

bool adit_lifetime_near_limited(const struct adit_sa *sa)
{
	return near(sa->limits.packet_hard, atomic64_read(&sa->used_packets), NEAR_PACKETS) ||
	       near(sa->limits.byte_hard, atomic64_read(&sa->used_bytes), NEAR_BYTES);
}

void adit_lifetime_overflow(struct adit_sa *sa)
{
	if (test_and_set_bit(REPORTED_OVERFLOW, &sa->reported))
		return;
	WRITE_ONCE(sa->exhausted, true);
	adit_event_sequence_overflow(sa);
	/* Other SAs, and the carrier, are for process context. */
	mod_delayed_work(adit_wq, &sa->lifetime_work, 0);
}

static void report_soft(struct adit_sa *sa, int bit, enum adit_expire_reason reason)
{
	if (!test_and_set_bit(bit, &sa->reported))
		adit_event_expire(sa, false, reason);
}

/* Seconds without a packet. */
static u64 idle_time(const struct adit_sa *sa)
{
	return jiffies_delta_to_msecs(jiffies - READ_ONCE(sa->last_used)) / MSEC_PER_SEC;
}

static int hard_reason(const struct adit_sa *sa, u64 age)
{
	if (reached(sa->limits.byte_hard, atomic64_read(&sa->used_bytes)))
		return ADIT_EXPIRE_REASON_BYTES;
	if (reached(sa->limits.packet_hard, atomic64_read(&sa->used_packets)))
		return ADIT_EXPIRE_REASON_PACKETS;
	if (reached(sa->limits.time_hard, age))
		return ADIT_EXPIRE_REASON_TIME;
	if (reached(sa->limits.idle, idle_time(sa)))
		return ADIT_EXPIRE_REASON_IDLE;
	return -1;
}

/* When to look at the clock next. */
static void schedule_next(struct adit_sa *sa, u64 age)
{
	u64 next = U32_MAX;

	if (sa->limits.time_soft && !test_bit(REPORTED_SOFT_TIME, &sa->reported))
		next = min_t(u64, next,
			     sa->limits.time_soft - min_t(u64, age, sa->limits.time_soft));
	if (sa->limits.time_hard)
		next = min_t(u64, next,
			     sa->limits.time_hard - min_t(u64, age, sa->limits.time_hard));
	if (sa->limits.idle)
		next = min_t(u64, next, 1);
	if (next == U32_MAX)
		return;
	/* In steps of an hour at most: HZ times seconds fits an unsigned long then. A
	 * packet that has reached a limit meanwhile has asked for now, and it stays so.
	 */
	queue_delayed_work(adit_wq, &sa->lifetime_work, min_t(u64, next, 3600) * HZ);
}

static void lifetime_work(struct work_struct *work)
{
	struct adit_sa *sa = container_of(to_delayed_work(work), struct adit_sa, lifetime_work);
	int hard;
	u64 age;

	mutex_lock(&adit_config_lock);
	if (sa->dead)
		goto out;

	age = ktime_get_boottime_seconds() - sa->added;
	hard = hard_reason(sa, age);
	if (hard >= 0) {
		adit_event_expire(sa, true, hard);
		adit_sa_remove(sa);
		goto out;
	}
	if (reached(sa->limits.byte_soft, atomic64_read(&sa->used_bytes)))
		report_soft(sa, REPORTED_SOFT_BYTES, ADIT_EXPIRE_REASON_BYTES);
	if (reached(sa->limits.packet_soft, atomic64_read(&sa->used_packets)))
		report_soft(sa, REPORTED_SOFT_PACKETS, ADIT_EXPIRE_REASON_PACKETS);
	if (reached(sa->limits.time_soft, age))
		report_soft(sa, REPORTED_SOFT_TIME, ADIT_EXPIRE_REASON_TIME);
	if (sa->exhausted && !test_and_set_bit(REPORTED_YIELD, &sa->reported))
		adit_sa_yield(sa);
	schedule_next(sa, age);
out:
	mutex_unlock(&adit_config_lock);
}

void adit_lifetime_init(struct adit_sa *sa)
{
	INIT_DELAYED_WORK(&sa->lifetime_work, lifetime_work);
}

void adit_lifetime_start(struct adit_sa *sa)
{
	sa->last_used = jiffies;
	adit_lifetime_set(sa, &sa->limits);
}

void adit_lifetime_set(struct adit_sa *sa, const struct adit_limits *limits)
{
	u64 packets, bytes;

	sa->limits = *limits;
	sa->reported &= BIT(REPORTED_OVERFLOW) | BIT(REPORTED_YIELD);
	/* What has passed counts, whether or not it was counted here till now. */
	adit_count_sum(sa->counters, &packets, &bytes);
	atomic64_set(&sa->used_packets, packets);
	atomic64_set(&sa->used_bytes, bytes);
	WRITE_ONCE(sa->limited, limits->byte_soft || limits->byte_hard ||
				limits->packet_soft || limits->packet_hard);
	if (sa->limited || limits->time_soft || limits->time_hard || limits->idle)
		mod_delayed_work(adit_wq, &sa->lifetime_work, 0);
}

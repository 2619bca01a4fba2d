// SPDX-License-Identifier: GPL-2.0
#include <linux/icmpv6.h>
#include <linux/jhash.h>
#include <net/icmp.h>

#include "device.h"
#include "events.h"
#include "spd.h"
#include "staged.h"
#include "transmit.h"

struct staged_cb {
	unsigned long since;
};

static struct staged_cb *staged_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct staged_cb) > sizeof(skb->cb));
	return (struct staged_cb *)skb->cb;
}

/*
 * One event a second for a flow, and as many a second as there are slots for
 * the device: a scan of a whole network is no storm of events.
 */
static bool acquire_is_news(struct adit_device *adit, const struct adit_flow *flow)
{
	u32 hash = jhash(flow, sizeof(*flow), 0);
	unsigned int i, oldest = 0;

	for (i = 0; i < ADIT_ACQUIRE_SLOTS; i++) {
		if (adit->acquired[i].flow == hash &&
		    time_before(jiffies, adit->acquired[i].when + HZ))
			return false;
		if (time_before(adit->acquired[i].when, adit->acquired[oldest].when))
			oldest = i;
	}
	if (time_before(jiffies, adit->acquired[oldest].when + HZ))
		return false;
	adit->acquired[oldest].flow = hash;
	adit->acquired[oldest].when = jiffies;
	return true;
}

static void refuse(struct adit_device *adit, struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	adit_drop_out(adit, NULL, skb, ADIT_DROP_NO_SA);
}

void adit_staged_add(struct adit_device *adit, struct sk_buff *skb, const struct adit_flow *flow)
{
	u32 limit = READ_ONCE(adit->staged_limit);
	struct sk_buff *oldest = NULL;
	bool news;

	spin_lock_bh(&adit->staged.lock);
	news = acquire_is_news(adit, flow);
	/* One that is down may be about to go, and the timer with it. */
	if (unlikely(!netif_running(adit->dev)))
		limit = 0;
	if (limit) {
		/* The caller's RCU section is all that keeps a route without a
		 * reference.
		 */
		skb_dst_force(skb);
		staged_cb(skb)->since = jiffies;
		__skb_queue_tail(&adit->staged, skb);
		if (skb_queue_len(&adit->staged) > limit)
			oldest = __skb_dequeue(&adit->staged);
		if (!timer_pending(&adit->staged_timer))
			mod_timer(&adit->staged_timer, jiffies + ADIT_STAGED_TIME);
	}
	spin_unlock_bh(&adit->staged.lock);

	if (oldest)
		adit_drop_out(adit, NULL, oldest, ADIT_DROP_STAGED);
	if (!limit)
		refuse(adit, skb);
	if (news)
		adit_event_acquire(adit, flow);
}

static void take_all(struct adit_device *adit, struct sk_buff_head *queue)
{
	__skb_queue_head_init(queue);
	spin_lock_bh(&adit->staged.lock);
	skb_queue_splice_init(&adit->staged, queue);
	spin_unlock_bh(&adit->staged.lock);
}

void adit_staged_transmit(struct adit_device *adit)
{
	struct sk_buff_head queue;
	struct sk_buff *skb;

	take_all(adit, &queue);
	local_bh_disable();
	while ((skb = __skb_dequeue(&queue)))
		adit_xmit(skb, adit->dev);
	local_bh_enable();
}

void adit_staged_purge(struct adit_device *adit)
{
	struct sk_buff_head queue;
	struct sk_buff *skb;

	take_all(adit, &queue);
	while ((skb = __skb_dequeue(&queue)))
		adit_drop_out(adit, NULL, skb, ADIT_DROP_STAGED);
}

static void staged_timer(struct timer_list *timer)
{
	struct adit_device *adit = from_timer(adit, timer, staged_timer);
	struct sk_buff_head late;
	struct sk_buff *skb;

	__skb_queue_head_init(&late);
	spin_lock(&adit->staged.lock);
	while ((skb = skb_peek(&adit->staged))) {
		if (time_before(jiffies, staged_cb(skb)->since + ADIT_STAGED_TIME)) {
			mod_timer(&adit->staged_timer, staged_cb(skb)->since + ADIT_STAGED_TIME);
			break;
		}
		__skb_unlink(skb, &adit->staged);
		__skb_queue_tail(&late, skb);
	}
	spin_unlock(&adit->staged.lock);

	while ((skb = __skb_dequeue(&late)))
		adit_drop_out(adit, NULL, skb, ADIT_DROP_STAGED);
}

void adit_staged_init(struct adit_device *adit)
{
	unsigned int i;

	skb_queue_head_init(&adit->staged);
	adit->staged_limit = ADIT_STAGED_LIMIT_DEFAULT;
	timer_setup(&adit->staged_timer, staged_timer, 0);
	/* Free from the start: jiffies may be anything, even less than a second. */
	for (i = 0; i < ADIT_ACQUIRE_SLOTS; i++)
		adit->acquired[i].when = jiffies - HZ;
}

void adit_staged_exit(struct adit_device *adit)
{
	del_timer_sync(&adit->staged_timer);
	adit_staged_purge(adit);
}

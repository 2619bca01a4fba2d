// SPDX-License-Identifier: GPL-2.0
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/ip.h>

#include "ah.h"
#include "buffer.h"
#include "coalesce.h"
#include "device.h"
#include "esp.h"
#include "lifetime.h"
#include "outer.h"
#include "pmtu.h"
#include "sa.h"
#include "segment.h"
#include "staged.h"
#include "train.h"
#include "transmit.h"

/* Does the packet begin with the header that its protocol says? */
static bool check_header(struct sk_buff *skb)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return pskb_network_may_pull(skb, sizeof(struct iphdr)) &&
		       ip_hdr(skb)->version == 4 && ip_hdr(skb)->ihl >= 5 &&
		       pskb_network_may_pull(skb, ip_hdr(skb)->ihl * 4);
	case htons(ETH_P_IPV6):
		return pskb_network_may_pull(skb, sizeof(struct ipv6hdr)) &&
		       ipv6_hdr(skb)->version == 6;
	}
	return false;
}

/*
 * A virtual machine's host takes its word for where a checksum begins, and some kernels do not
 * look: who is to compute it writes there.
 */
static bool check_checksum(const struct sk_buff *skb)
{
	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (unsigned int)skb_checksum_start_offset(skb) < skb_headlen(skb);
}

/* What the device sends of itself, with IPv6 enabled but not used, does not count. */
static void note_ip6(struct adit_device *adit, const struct sk_buff *skb)
{
	int type = ipv6_addr_type(&ipv6_hdr(skb)->saddr);

	if (type & IPV6_ADDR_UNICAST && !(type & IPV6_ADDR_LINKLOCAL))
		WRITE_ONCE(adit->carries_ip6, true);
}

/* On its own: some kernels clear what is on the stack at each call. */
static noinline struct adit_sa *lookup_flow(struct adit_device *adit, struct sk_buff *skb)
{
	struct adit_flow flow;
	struct adit_sa *sa;

	if (!adit_flow_dissect(&flow, skb)) {
		adit_drop_out(adit, NULL, skb, ADIT_DROP_MALFORMED);
		return NULL;
	}
	adit_fragments_track(&adit->fragments, 0, &flow, skb);
	sa = adit_spd_lookup(&adit->spd, &flow);
	if (!sa)
		adit_staged_add(adit, skb, &flow);
	return sa;
}

/* Return: the packet's SA; NULL: none, and the packet waits for one or is dropped. */
static struct adit_sa *lookup(struct adit_device *adit, struct sk_buff *skb)
{
	bool ip6 = skb->protocol == htons(ETH_P_IPV6);

	if (ip6 && unlikely(!READ_ONCE(adit->carries_ip6)))
		note_ip6(adit, skb);
	return adit_spd_lookup_any(&adit->spd, ip6) ?: lookup_flow(adit, skb);
}

/*
 * Makes a packet ours to encrypt in place: unshared, in one piece, with room on
 * both sides and its checksum filled in. One copy does all of it; a packet that
 * the device's needed_headroom and needed_tailroom shaped needs none, unless it
 * is a clone of what TCP keeps.
 */
static bool make_writable(struct sk_buff **pskb, unsigned int headroom, unsigned int tailroom)
{
	struct sk_buff *skb = *pskb, *copy;

	if (unlikely(skb_cloned(skb) || skb_is_nonlinear(skb) ||
		     skb_headroom(skb) < headroom || skb_tailroom(skb) < tailroom)) {
		copy = adit_buffer_copy(skb, headroom, tailroom);
		if (!copy)
			return false;
		consume_skb(skb);
		*pskb = copy;
		return true;
	}
	return skb->ip_summed != CHECKSUM_PARTIAL || !skb_checksum_help(skb);
}

/* Protects one packet; it joins @batch now, or leaves alone later. */
static void output(struct adit_sa *sa, const struct adit_outer *outer, struct dst_entry *dst,
		   struct sk_buff *skb, u64 seq, struct sk_buff_head *batch)
{
	bool esp = sa->proto == IPPROTO_ESP;
	u8 nexthdr;
	int offset;

	if (unlikely(!make_writable(&skb, LL_RESERVED_SPACE(dst->dev) + ADIT_HEADROOM,
				    adit_esp_trailer_len(sa)))) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	offset = adit_outer_push(outer, sa, skb,
				 esp ? adit_esp_header_len(sa) : adit_ah_header_len(sa), &nexthdr);
	if (unlikely(offset < 0)) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}
	if (likely(esp))
		adit_esp_output(sa, skb, offset, nexthdr, seq, batch);
	else
		adit_ah_output(sa, skb, offset, nexthdr, seq, batch);
}

/* Protects the packets of a train; it joins @batch now, or leaves alone later. */
static void output_train(struct adit_sa *sa, const struct adit_outer *outer, struct sk_buff *skb,
			 u64 seq, struct sk_buff_head *batch)
{
	u8 nexthdr;

	if (unlikely(adit_outer_push(outer, sa, skb, 0, &nexthdr) < 0))
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
	else
		adit_esp_output_train(sa, skb, nexthdr, seq, batch);
}

/*
 * Gives out @count sequence numbers in a row.
 *
 * Return: the first; or 0 when there are not so many left. The counter is then
 * left beyond its end: it never comes back into the range that was used.
 */
static u64 reserve(struct adit_sa *sa, unsigned int count)
{
	const u64 max = adit_sa_seq_max(sa);
	u64 last = atomic64_add_return(count, &sa->seq);

	if (likely(last <= max))
		return last - count + 1;
	/* RFC 4303 3.3.3: must not cycle. */
	atomic64_set(&sa->seq, max + 1);
	adit_lifetime_overflow(sa);
	return 0;
}

/*
 * How many packets get their sequence numbers at once, and leave as a chain. Another
 * CPU's batch may overtake by as many, so two of them fit into the smallest usual
 * window of a peer, which is 32 (XFRM's and strongSwan's default).
 */
#define BATCH_MAX	ADIT_TRAIN_MAX

/* Cuts the first packets off a list, @most at most. Return: the rest, or NULL. */
static struct sk_buff *cut_batch(struct sk_buff *list, unsigned int most, unsigned int *count,
				 unsigned int *bytes)
{
	struct sk_buff *last = list, *rest;

	*count = adit_train_count(list);
	*bytes = list->len;
	while (last->next && *count + adit_train_count(last->next) <= most) {
		last = last->next;
		*bytes += last->len;
		*count += adit_train_count(last);
	}
	rest = last->next;
	last->next = NULL;
	return rest;
}

/* Takes the packets and the reference to the route over. */
static void transmit_batch(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *list,
			   unsigned int count, unsigned int bytes)
{
	struct sk_buff_head batch;
	struct sk_buff *skb, *next;
	struct adit_outer outer;
	u64 seq;

	if (unlikely(!adit_lifetime_account(sa, count, bytes))) {
		dst_release(dst);
		adit_drop_out(sa->adit, sa, list, ADIT_DROP_EXPIRED);
		return;
	}
	seq = reserve(sa, count);
	if (unlikely(!seq)) {
		dst_release(dst);
		adit_drop_out(sa->adit, sa, list, ADIT_DROP_SEQUENCE_OVERFLOW);
		return;
	}

	adit_sa_touch(sa);
	adit_count(sa->counters, count, bytes);
	dev_sw_netstats_tx_add(sa->adit->dev, count, bytes);

	adit_outer_prepare(&outer, sa, dst);
	__skb_queue_head_init(&batch);
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		count = adit_train_count(skb);
		if (skb_is_gso(skb))
			output_train(sa, &outer, skb, seq, &batch);
		else
			output(sa, &outer, dst, skb, seq, &batch);
		seq += count;
	}
	adit_outer_send(sa, dst, &batch);
}

/* Takes the list and the reference to the route over. */
static void transmit(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *list)
{
	unsigned int most, count, bytes;
	struct sk_buff *rest;

	if (unlikely(!list))
		dst_release(dst);
	for (; list; list = rest) {
		most = unlikely(adit_lifetime_near(sa)) ? 1 : BATCH_MAX;
		rest = cut_batch(list, most, &count, &bytes);
		if (rest)
			dst_hold(dst);
		transmit_batch(sa, dst, list, count, bytes);
	}
}

/* AH over the ESP packet that @skb has become. */
static void output_bundle(struct adit_sa *ah, struct sk_buff *skb, struct sk_buff_head *batch)
{
	u64 seq = reserve(ah, 1);
	struct adit_outer outer;
	u8 nexthdr;
	int offset;

	if (unlikely(!seq)) {
		adit_drop_out(ah->adit, ah, skb, ADIT_DROP_SEQUENCE_OVERFLOW);
		return;
	}
	if (unlikely(!adit_lifetime_account(ah, 1, skb->len))) {
		adit_drop_out(ah->adit, ah, skb, ADIT_DROP_EXPIRED);
		return;
	}
	adit_sa_touch(ah);
	adit_count(ah->counters, 1, skb->len);

	adit_outer_prepare(&outer, ah, NULL);
	offset = adit_outer_push(&outer, ah, skb, adit_ah_header_len(ah), &nexthdr);
	if (unlikely(offset < 0))
		adit_drop_out(ah->adit, ah, skb, ADIT_DROP_MALFORMED);
	else
		adit_ah_output(ah, skb, offset, nexthdr, seq, batch);
}

void adit_transmit_done(struct adit_sa *sa, struct sk_buff *skb, struct sk_buff_head *batch)
{
	struct sk_buff_head alone;
	struct adit_sa *ah;

	ah = rcu_dereference(sa->bundle);
	if (unlikely(ah && !skb_is_gso(skb))) {
		output_bundle(ah, skb, batch);
		return;
	}
	if (unlikely(ah || !adit_sa_alive(sa))) {
		/* The AH SA of its bundle went while it was being encrypted; or came, and
		 * does not go over a train.
		 */
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_EXPIRED);
		return;
	}

	if (likely(batch)) {
		__skb_queue_tail(batch, skb);
		return;
	}
	__skb_queue_head_init(&alone);
	__skb_queue_tail(&alone, skb);
	adit_outer_send(sa, NULL, &alone);
}

/*
 * A packet's SA. What has to be whole for it is put together first.
 *
 * Return: NULL if the packet waits for an SA or its other fragments, or is dropped.
 */
static struct adit_sa *find_sa(struct adit_device *adit, struct sk_buff **pskb)
{
	struct adit_sa *sa;

	if (unlikely(adit_spd_needs_whole(&adit->spd, *pskb))) {
		*pskb = adit_reassemble(*pskb, NULL);
		if (!*pskb)
			return NULL;
	}
	sa = lookup(adit, *pskb);
	if (unlikely(!sa))
		return NULL;
	/* Transport mode protects whole packets only (RFC 4303 3.3.4, 4302 3.3.4), but
	 * the stack has cut a long one to the device's MTU. What IPv6 cuts goes through
	 * as it is: there the fragment header is part of the payload.
	 */
	if (unlikely(sa->mode == ADIT_MODE_TRANSPORT && (*pskb)->protocol == htons(ETH_P_IP) &&
		     ip_is_fragment(ip_hdr(*pskb)))) {
		*pskb = adit_reassemble(*pskb, NULL);
		if (!*pskb)
			return NULL;
	}
	return sa;
}

/* Return: what a packet is sent as, itself or its fragments or segments; or NULL. */
static struct sk_buff *fit(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *skb)
{
	struct sk_buff *segments, *packet;
	struct adit_room room;

	skb = adit_pmtu_check(sa, dst, skb);
	for (packet = skb; packet; packet = packet->next)
		adit_outer_scrub(sa, packet);
	if (!skb || !skb_is_gso(skb))
		return skb;

	room.head = LL_RESERVED_SPACE(dst->dev) + ADIT_HEADROOM;
	room.tail = adit_esp_trailer_len(sa);
	room.train = 0;
	if (adit_train_possible(sa) && !adit_lifetime_near(sa))
		room.train = adit_esp_header_len(sa);
	segments = adit_segment(skb, &room);
	if (IS_ERR(segments)) {
		adit_drop_out(sa->adit, sa, skb, segments == ERR_PTR(-ENOMEM) ?
			      ADIT_DROP_NO_MEMORY : ADIT_DROP_MALFORMED);
		return NULL;
	}
	consume_skb(skb);
	return segments;
}

/* How deep in adit_transmit() this CPU is: a tunnel may lead through another one. */
static DEFINE_PER_CPU(unsigned int, depth);

bool adit_transmitting(void)
{
	return __this_cpu_read(depth);
}

void adit_transmit(struct adit_device *adit, struct sk_buff_head *queue)
{
	struct sk_buff *skb, *list = NULL, **end = &list;
	struct adit_sa *sa, *last = NULL;
	struct dst_entry *dst = NULL;

	__this_cpu_inc(depth);
	while ((skb = __skb_dequeue(queue))) {
		sa = find_sa(adit, &skb);
		if (unlikely(!sa))
			continue;
		if (sa != last) {
			transmit(last, dst, list);
			list = NULL;
			end = &list;
			last = sa;
			dst = adit_outer_route(sa);
		}
		if (unlikely(!dst)) {
			adit_drop_out(adit, sa, skb, ADIT_DROP_NO_ROUTE);
			continue;
		}
		*end = fit(sa, dst, skb);
		while (*end)
			end = &(*end)->next;
	}
	transmit(last, dst, list);
	__this_cpu_dec(depth);
}

netdev_tx_t adit_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct adit_device *adit = netdev_priv(dev);
	struct sk_buff_head alone;

	rcu_read_lock();
	if (unlikely(!check_header(skb) || !check_checksum(skb))) {
		adit_drop_out(adit, NULL, skb, ADIT_DROP_MALFORMED);
	} else if (!adit_coalesce(adit, skb)) {
		__skb_queue_head_init(&alone);
		__skb_queue_tail(&alone, skb);
		adit_transmit(adit, &alone);
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

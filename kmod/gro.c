// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "gro.h"
#include "merge.h"

/* Packets that wait at most, as many as in a CPU's backlog by default. */
#define QUEUE_MAX	1000

/* Bytes of a packet that it does not pay to wait with, for others of its flow. */
#define SMALL	256

/* @direct: a packet is with the stack now, out of turn */
struct adit_gro_cell {
	struct sk_buff_head queue;
	struct napi_struct napi;
	bool direct;
};

/* What a packet in the queue has in its control buffer; @last: of its list of others */
struct queued {
	struct adit_merge merge;
	struct sk_buff *last;
};

static struct queued *queued(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct queued) > sizeof(skb->cb));
	return (struct queued *)skb->cb;
}

static struct adit_merge *merge_of(struct sk_buff *skb)
{
	return &queued(skb)->merge;
}

static unsigned int ip_len(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->ihl * 4 : sizeof(struct ipv6hdr);
}

static bool is_tcp(const struct sk_buff *skb)
{
	return (skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->protocol :
						   ipv6_hdr(skb)->nexthdr) == IPPROTO_TCP;
}

/* Can another packet take this one over, being TCP? */
static bool can_merge(struct sk_buff *skb)
{
	if (skb_is_nonlinear(skb) || skb_cloned(skb) ||
	    !adit_merge_begin(merge_of(skb), skb->data, skb->len, skb->protocol))
		return false;
	skb_set_transport_header(skb, ip_len(skb));
	return true;
}

/*
 * Frees a packet whose head has become a piece of another. The CPU keeps some for the
 * next packets that come; kfree_skb_partial() would go to the allocator each time.
 */
static void free_headless(struct sk_buff *skb)
{
	skb->head = NULL;
	napi_consume_skb(skb, 1);
}

/*
 * Makes the payload of a packet the last piece of another. skb_try_coalesce() costs twice
 * as much; can_merge() has seen to what it checks.
 */
static void move_payload(struct sk_buff *to, struct sk_buff *skb, unsigned int header)
{
	struct page *page = virt_to_head_page(skb->head);
	unsigned int len = skb->len - header;

	skb_fill_page_desc(to, skb_shinfo(to)->nr_frags, page,
			   skb->data + header - (u8 *)page_address(page), len);
	to->len += len;
	to->data_len += len;
	to->truesize += skb->truesize - SKB_DATA_ALIGN(sizeof(struct sk_buff));
	free_headless(skb);
}

/*
 * Makes a packet whose buffer comes from kmalloc(), as those of XFRM on the same host do,
 * the last of another's list. Left to GRO it would cost 400 instructions more.
 */
static void list_payload(struct sk_buff *to, struct sk_buff *skb, unsigned int header)
{
	if (skb_has_frag_list(to))
		queued(to)->last->next = skb;
	else
		skb_shinfo(to)->frag_list = skb;
	queued(to)->last = skb;
	__skb_pull(skb, header);
	__skb_header_release(skb);
	to->len += skb->len;
	to->data_len += skb->len;
	to->truesize += skb->truesize;
}

/* Appends a packet to the last of the queue, if it fits. */
static bool append(struct sk_buff *to, struct sk_buff *skb)
{
	struct adit_merge *merge = merge_of(to);
	unsigned int size = merge_of(skb)->size;

	if (!merge->open || skb_shinfo(to)->nr_frags == MAX_SKB_FRAGS ||
	    to->head_frag != skb->head_frag || to->pp_recycle != skb->pp_recycle ||
	    to->protocol != skb->protocol || to->len + size > IP_MAX_MTU ||
	    !adit_merge_add(merge, to->data, merge_of(skb), skb->data, skb->protocol))
		return false;
	tcp_hdr(to)->psh |= tcp_hdr(skb)->psh;
	if (skb->head_frag)
		move_payload(to, skb, merge->header);
	else
		list_payload(to, skb, merge->header);

	skb_shinfo(to)->gso_size = merge->size;
	skb_shinfo(to)->gso_segs = (skb_shinfo(to)->gso_segs ?: 1) + 1;
	return true;
}

/* Gives what was merged the headers of a packet that is to be cut again (GSO). */
static void finish(struct sk_buff *skb)
{
	unsigned int offset = skb_transport_offset(skb);
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct tcphdr *th = tcp_hdr(skb);
	struct iphdr *iph = ip_hdr(skb);

	if (skb->protocol == htons(ETH_P_IP)) {
		iph->tot_len = htons(skb->len);
		ip_send_check(iph);
		th->check = ~tcp_v4_check(skb->len - offset, iph->saddr, iph->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	} else {
		ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
		th->check = ~tcp_v6_check(skb->len - offset, &ip6h->saddr, &ip6h->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	}
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_level = 0;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/* It is not yet known where it is, as the stack expects of a packet from a device. */
static void unset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (typeof(skb->transport_header))~0U;
}

/* Past the queue. One level only: the packet may hold another for us, and that one more. */
static void bypass(struct adit_gro_cell *cell, struct sk_buff *skb)
{
	cell->direct = true;
	unset_transport_header(skb);
	netif_receive_skb(skb);
	cell->direct = false;
}

/* Return: false if the queue is full. */
static bool enqueue(struct adit_gro_cell *cell, struct sk_buff *skb, bool merge)
{
	struct sk_buff *last;
	bool ok = true;

	spin_lock(&cell->queue.lock);
	last = skb_peek_tail(&cell->queue);
	if (!merge || !last || !append(last, skb)) {
		ok = skb_queue_len(&cell->queue) < QUEUE_MAX;
		if (likely(ok))
			__skb_queue_tail(&cell->queue, skb);
		if (!last)
			napi_schedule(&cell->napi);
	}
	spin_unlock(&cell->queue.lock);
	return ok;
}

void adit_gro_receive(struct adit_gro *gro, struct sk_buff *skb)
{
	enum skb_drop_reason reason = SKB_DROP_REASON_DEV_READY;
	struct adit_gro_cell *cell;
	bool merge = false;

	/* A device that is down may be about to go, and @gro with it. */
	if (unlikely(!(READ_ONCE(skb->dev->flags) & IFF_UP)))
		goto drop;

	cell = this_cpu_ptr(gro->cells);
	merge_of(skb)->open = false;
	if (skb_is_gso(skb)) {
		skb_set_transport_header(skb, ip_len(skb));
	} else if (is_tcp(skb)) {
		merge = !netif_elide_gro(skb->dev) && can_merge(skb);
	} else if (skb->len <= SMALL && !cell->direct && skb_queue_empty_lockless(&cell->queue)) {
		/* A NAPI of its own would cost 800 instructions. */
		bypass(cell, skb);
		return;
	}
	if (likely(enqueue(cell, skb, merge)))
		return;
	reason = SKB_DROP_REASON_CPU_BACKLOG;
drop:
	dev_core_stats_rx_dropped_inc(skb->dev);
	kfree_skb_reason(skb, reason);
}

static struct sk_buff *dequeue(struct adit_gro_cell *cell)
{
	struct sk_buff *skb;

	spin_lock(&cell->queue.lock);
	skb = __skb_dequeue(&cell->queue);
	spin_unlock(&cell->queue.lock);
	return skb;
}

static int poll(struct napi_struct *napi, int budget)
{
	struct adit_gro_cell *cell = container_of(napi, struct adit_gro_cell, napi);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = dequeue(cell))) {
		if (skb_is_gso(skb))
			finish(skb);
		unset_transport_header(skb);
		napi_gro_receive(napi, skb);
		done++;
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

struct adit_gro *adit_gro_alloc(struct net_device *dev)
{
	struct adit_gro *gro = kzalloc(sizeof(*gro), GFP_KERNEL);
	struct adit_gro_cell *cell;
	int cpu;

	if (!gro)
		return NULL;
	gro->cells = alloc_percpu(struct adit_gro_cell);
	if (!gro->cells) {
		kfree(gro);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		cell = per_cpu_ptr(gro->cells, cpu);
		skb_queue_head_init(&cell->queue);
		set_bit(NAPI_STATE_NO_BUSY_POLL, &cell->napi.state);
		netif_napi_add(dev, &cell->napi, poll);
		napi_enable(&cell->napi);
	}
	return gro;
}

static void free_rcu(struct rcu_head *rcu)
{
	struct adit_gro *gro = container_of(rcu, struct adit_gro, rcu);

	free_percpu(gro->cells);
	kfree(gro);
}

void adit_gro_free(struct adit_gro *gro)
{
	struct adit_gro_cell *cell;
	int cpu;

	for_each_possible_cpu(cpu) {
		cell = per_cpu_ptr(gro->cells, cpu);
		napi_disable(&cell->napi);
		__netif_napi_del(&cell->napi);
		skb_queue_purge(&cell->queue);
	}
	/* Who walks the device's list of NAPIs under RCU may still see them. */
	call_rcu(&gro->rcu, free_rcu);
}

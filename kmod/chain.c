// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "buffer.h"
#include "chain.h"
#include "compat.h"
#include "merge.h"
#include "offload.h"
#include "outer.h"
#include "sa.h"

/* Do the outer headers differ in nothing but lengths and checksums? */
static bool same_header(const struct sk_buff *first, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(first), *other6 = ipv6_hdr(skb);
	const struct iphdr *iph = ip_hdr(first), *other = ip_hdr(skb);

	/* Ports are the SA's; addresses are, too, but in transport mode. Without DF each
	 * packet has an ID of its own; with options, or IPv6 extension headers, it goes
	 * alone.
	 */
	if (iph->version == 4)
		return iph->ihl == 5 && other->ihl == 5 && iph->frag_off == htons(IP_DF) &&
		       other->frag_off == htons(IP_DF) && adit_same_ip4(iph, other);
	return skb_network_header_len(first) == sizeof(*ip6h) &&
	       skb_network_header_len(skb) == sizeof(*ip6h) && adit_same_ip6(ip6h, other6);
}

/*
 * Does a socket wait for what becomes of it? Then it goes alone, for a chain has none:
 * that of UDP would send without end, and never see its packets' time stamps. TCP sends
 * by its window.
 */
static bool has_owner(const struct sk_buff *skb)
{
	return skb->destructor == sock_wfree;
}

/* Does the stack treat both alike? A train is long enough without. */
static bool same_way(const struct sk_buff *first, const struct sk_buff *skb)
{
	return first->priority == skb->priority && first->tstamp == skb->tstamp &&
	       !has_owner(skb) && !skb_is_gso(skb);
}

/*
 * May such packets be chained? AH may have gone over ESP, and IPv6 may have
 * extensions. Over IPv6 each UDP header has a checksum of its own (RFC 8200 8.1), and
 * nobody would fill it in when the chain is taken apart.
 */
static bool can_chain(const struct adit_sa *sa, const struct sk_buff *skb)
{
	if (sa->local_port)
		return sa->family == AF_INET;
	return adit_offload_ready(sa->family) &&
	       (sa->family == AF_INET ? ip_hdr(skb)->protocol : ipv6_hdr(skb)->nexthdr) ==
	       IPPROTO_ESP;
}

void adit_chain(const struct adit_sa *sa, struct sk_buff *first, struct sk_buff_head *batch)
{
	unsigned int header = skb_transport_offset(first);
	const unsigned int len = first->len;
	struct sk_buff *skb, *last = first;
	unsigned int count = 1;

	if (skb_queue_empty(batch) || skb_is_gso(first) || !can_chain(sa, first) ||
	    has_owner(first))
		return;
	if (sa->local_port)
		header += sizeof(struct udphdr);

	/* All are as long as the first; the last may be shorter. No socket answers for
	 * them: some kernels that take a chain apart forget what it was charged with.
	 */
	while ((skb = skb_peek(batch)) && skb->len <= len &&
	       first->len + skb->len - header <= IP_MAX_MTU && same_header(first, skb) &&
	       same_way(first, skb)) {
		__skb_unlink(skb, batch);
		/* Before the sizes change: by them a socket gets back what it paid. */
		skb_orphan(first);
		skb_orphan(skb);
		__skb_pull(skb, header);
		if (last == first)
			skb_shinfo(first)->frag_list = skb;
		else
			last->next = skb;
		last = skb;
		first->len += skb->len;
		first->data_len += skb->len;
		first->truesize += skb->truesize;
		count++;
		if (skb->len + header < len)
			break;
	}
	if (count == 1)
		return;

	skb_shinfo(first)->gso_size = len - header;
	skb_shinfo(first)->gso_segs = count;
	skb_shinfo(first)->gso_type = SKB_GSO_FRAGLIST | (sa->local_port ? SKB_GSO_UDP_L4 : 0);
	/* There is none to make: ESP has none, and that of UDP is 0. */
	first->ip_summed = CHECKSUM_UNNECESSARY;
	adit_outer_lengths(sa, first);
}

/* What the way has changed in the header (addresses, TTL, TOS) holds for all packets. */
static void spread_header(struct sk_buff *list)
{
	struct sk_buff *segment;

	for (segment = list->next; segment; segment = segment->next)
		memcpy(skb_network_header(segment), skb_network_header(list),
		       skb_network_header_len(list));
}

/*
 * As skb_segment_list(), which costs twice as much, for a chain that nobody else sees:
 * each packet has been one before, and finds in front of it where its header was.
 */
static struct sk_buff *take_apart(struct sk_buff *skb)
{
	unsigned int len = -skb_network_offset(skb);
	struct sk_buff *packet;

	skb->next = skb_shinfo(skb)->frag_list;
	skb_shinfo(skb)->frag_list = NULL;
	skb_gso_reset(skb);
	for (packet = skb->next; packet; packet = packet->next) {
		skb->len -= packet->len;
		skb->data_len -= packet->len;
		skb->truesize -= packet->truesize;
		adit_buffer_inherit(packet, skb);
		memcpy(skb_network_header(packet), skb_network_header(skb), len);
	}
	return skb;
}

/* Is nothing of it seen by anybody else, and has each packet room for a header? */
static bool is_exclusive(const struct sk_buff *skb)
{
	unsigned int len = -skb_network_offset(skb);
	const struct sk_buff *packet;

	if (skb_cloned(skb))
		return false;
	skb_walk_frags(skb, packet)
		if (skb_shared(packet) || skb_cloned(packet) || skb_headroom(packet) < len)
			return false;
	return true;
}

struct sk_buff *adit_chain_split(struct sk_buff *skb)
{
	struct sk_buff *list, *packet;

	/* The route is only lent, and what netfilter tracked was the chain. */
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	if (likely(is_exclusive(skb)))
		return take_apart(skb);

	/* skb_segment_list() copies what lies between here and the MAC header, and
	 * that is to be nothing; skb_gso_segment() would have set it.
	 */
	SKB_GSO_CB(skb)->mac_offset = skb_mac_header(skb) - skb->head;
	list = skb_segment_list(skb, 0, 0);
	if (IS_ERR(list)) {
		kfree_skb(skb);
		return list;
	}
	consume_skb(skb);
	spread_header(list);
	for (packet = list; packet; packet = packet->next)
		__skb_pull(packet, skb_transport_offset(packet));
	return list;
}

void adit_chain_restore(struct sk_buff *packet)
{
	__skb_push(packet, -skb_network_offset(packet));
	/* The first was the whole chain's header. */
	if (ip_hdr(packet)->version == 4) {
		ip_hdr(packet)->tot_len = htons(packet->len);
		ip_send_check(ip_hdr(packet));
	} else {
		ipv6_hdr(packet)->payload_len = htons(packet->len - sizeof(struct ipv6hdr));
	}
}

struct sk_buff *adit_chain_cut(struct sk_buff *skb, netdev_features_t features)
{
	struct sk_buff *list;

	if (skb_headlen(skb) != skb_shinfo(skb)->gso_size)
		return ERR_PTR(-EINVAL);
	list = skb_segment_list(skb, features, skb_mac_header_len(skb));
	if (!IS_ERR(list))
		spread_header(list);
	return list;
}

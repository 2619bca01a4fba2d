// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "buffer.h"
#include "compat.h"
#include "segment.h"
#include "train.h"

/* What is to be cut, and where we are. */
struct cut {
	struct sk_buff *skb;
	unsigned int tcp;	/* bytes in front of the TCP header */
	unsigned int header;	/* and with it */
	unsigned int done;	/* bytes of payload in segments so far */
	unsigned int frag;	/* where the next is: fragment, */
	int at;			/* and place in it; negative: in front of it */
	unsigned int left;
	unsigned int count;	/* segments so far */
};

/* A TCP packet whose headers are plain, as the stack makes them. */
static bool is_plain_tcp(struct sk_buff *skb)
{
	const unsigned int known = SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN |
				   SKB_GSO_TCP_FIXEDID;
	unsigned int offset;

	if (skb_shinfo(skb)->gso_type & ~known || skb->ip_summed != CHECKSUM_PARTIAL ||
	    skb->encapsulation)
		return false;
	if (skb->protocol == htons(ETH_P_IP)) {
		offset = ip_hdr(skb)->ihl * 4;
		if (ip_hdr(skb)->protocol != IPPROTO_TCP)
			return false;
	} else {
		offset = sizeof(struct ipv6hdr);
		if (ipv6_hdr(skb)->nexthdr != IPPROTO_TCP)
			return false;
	}
	return skb_transport_offset(skb) == offset && skb_checksum_start_offset(skb) == offset &&
	       pskb_may_pull(skb, offset + sizeof(struct tcphdr)) &&
	       tcp_hdr(skb)->doff * 4 >= sizeof(struct tcphdr) &&
	       pskb_may_pull(skb, offset + tcp_hdr(skb)->doff * 4) &&
	       skb->len > offset + tcp_hdr(skb)->doff * 4;
}

static void finish_ip(const struct cut *cut, u8 *packet, unsigned int len)
{
	struct ipv6hdr *ip6h = (void *)packet;
	struct iphdr *iph = (void *)packet;

	if (cut->skb->protocol == htons(ETH_P_IPV6)) {
		ip6h->payload_len = htons(len - sizeof(*ip6h));
		return;
	}
	iph->tot_len = htons(len);
	if (!(skb_shinfo(cut->skb)->gso_type & SKB_GSO_TCP_FIXEDID))
		iph->id = htons(ntohs(iph->id) + cut->count);
	ip_send_check(iph);
}

/* @sum: of the payload */
static void finish_tcp(const struct cut *cut, u8 *packet, unsigned int len, __wsum sum)
{
	const struct ipv6hdr *ip6h = (void *)packet;
	const struct iphdr *iph = (void *)packet;
	struct tcphdr *th = (void *)(packet + cut->tcp);

	len -= cut->tcp;
	th->seq = htonl(ntohl(th->seq) + cut->done);
	if (cut->left) {
		th->fin = 0;
		th->psh = 0;
	}
	if (cut->count)
		th->cwr = 0;	/* RFC 3168 6.1.2: once a window */

	th->check = 0;
	sum = csum_partial(th, th->doff * 4, sum);
	if (cut->skb->protocol == htons(ETH_P_IP))
		th->check = csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_TCP, sum);
	else
		th->check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_TCP, sum);
}

/*
 * Copies payload and sums it up. That each segment need not look for its place from the
 * beginning, as skb_copy_and_csum_bits() does, saves 60 instructions.
 */
static __wsum copy_payload(struct cut *cut, u8 *to, unsigned int len)
{
	const struct skb_shared_info *shinfo = skb_shinfo(cut->skb);
	const skb_frag_t *frag = &shinfo->frags[cut->frag];
	int at = cut->at;

	cut->at += len;
	/* Not high memory, and not a device's, which no CPU can read. */
	if (likely(cut->frag < shinfo->nr_frags && at >= 0 && cut->at <= skb_frag_size(frag) &&
		   skb_frag_page(frag) && !skb_frag_must_loop(skb_frag_page(frag))))
		return csum_partial_copy_nocheck(skb_frag_address(frag) + at, to, len);

	for (; cut->frag < shinfo->nr_frags; frag++, cut->frag++) {
		if (cut->at < (int)skb_frag_size(frag))
			break;
		cut->at -= skb_frag_size(frag);
	}
	return skb_copy_and_csum_bits(cut->skb, cut->header + cut->done, to, len);
}

/* Writes the next segment, of @len bytes of payload. */
static void write_segment(struct cut *cut, u8 *packet, unsigned int len)
{
	__wsum sum;

	memcpy(packet, cut->skb->data, cut->header);
	sum = copy_payload(cut, packet + cut->header, len);
	cut->left -= len;
	finish_ip(cut, packet, cut->header + len);
	finish_tcp(cut, packet, cut->header + len, sum);
	cut->done += len;
	cut->count++;
}

static unsigned int next_len(const struct cut *cut)
{
	return min_t(unsigned int, cut->left, skb_shinfo(cut->skb)->gso_size);
}

/* Return: the next segment, or NULL without memory. */
static struct sk_buff *cut_one(struct cut *cut, const struct adit_room *room)
{
	unsigned int len = next_len(cut);
	struct sk_buff *segment;

	segment = adit_buffer_alloc(room->head, cut->header + len + room->tail);
	if (unlikely(!segment))
		return NULL;
	write_segment(cut, __skb_put(segment, cut->header + len), len);
	adit_buffer_inherit(segment, cut->skb);
	segment->ip_summed = CHECKSUM_NONE;
	return segment;
}

/* How many of the next segments make a train; 0: none. */
static unsigned int train_len(const struct cut *cut, const struct adit_room *room)
{
	const unsigned int size = skb_shinfo(cut->skb)->gso_size;
	const unsigned int piece = room->train + cut->header + size + room->tail;
	unsigned int count;

	/* The linear part, too, must come from our pools, or its end would not free the pieces. */
	if (!room->train || cut->left <= size ||
	    !adit_buffer_fits(room->head, max(piece, cut->tcp + ADIT_TRAIN_HEADERS)))
		return 0;
	count = min_t(unsigned int, DIV_ROUND_UP(cut->left, size), ADIT_TRAIN_MAX);
	return min_t(unsigned int, count, (IP_MAX_MTU - sizeof(struct ipv6hdr)) / piece);
}

/* Return: the next @count segments, or NULL without memory. */
static struct sk_buff *cut_train(struct cut *cut, const struct adit_room *room, unsigned int count)
{
	unsigned int i, len, offset, truesize;
	struct sk_buff *train;
	struct page *page;

	/* In the linear part there will be what unites them: now the outer header, and at
	 * the other end those of the TCP packet.
	 */
	train = adit_buffer_alloc(room->head, cut->tcp + ADIT_TRAIN_HEADERS);
	if (unlikely(!train))
		return NULL;
	memcpy(__skb_put(train, cut->tcp), cut->skb->data, cut->tcp);
	adit_buffer_inherit(train, cut->skb);
	train->ip_summed = CHECKSUM_NONE;
	__skb_pull(train, cut->tcp);

	for (i = 0; i < count; i++) {
		len = next_len(cut);
		page = adit_buffer_page(room->head + room->train, cut->header + len + room->tail,
					&offset, &truesize);
		if (unlikely(!page)) {
			kfree_skb(train);
			return NULL;
		}
		skb_add_rx_frag(train, i, page, offset, cut->header + len, truesize);
		write_segment(cut, page_address(page) + offset, len);
	}
	skb_shinfo(train)->gso_size = cut->header + skb_shinfo(cut->skb)->gso_size;
	skb_shinfo(train)->gso_segs = count;
	skb_shinfo(train)->gso_type = ADIT_TRAIN_GSO;
	return train;
}

static struct sk_buff *segment_tcp(struct sk_buff *skb, const struct adit_room *room)
{
	struct sk_buff *first = NULL, *segment, **end = &first;
	struct cut cut = { .skb = skb };
	unsigned int count;

	cut.tcp = skb_transport_offset(skb);
	cut.header = cut.tcp + tcp_hdr(skb)->doff * 4;
	cut.left = skb->len - cut.header;
	cut.at = cut.header - skb_headlen(skb);
	while (cut.left) {
		count = train_len(&cut, room);
		segment = count > 1 ? cut_train(&cut, room, count) : cut_one(&cut, room);
		if (unlikely(!segment)) {
			kfree_skb_list(first);
			return ERR_PTR(-ENOMEM);
		}
		*end = segment;
		end = &segment->next;
	}
	/* A train has no socket, as a chain has none. */
	if (!skb_is_gso(segment))
		adit_buffer_own(segment, skb);
	return first;
}

struct sk_buff *adit_segment(struct sk_buff *skb, const struct adit_room *room)
{
	if (likely(is_plain_tcp(skb) && skb_shinfo(skb)->gso_size))
		return segment_tcp(skb, room);
	/* The segments inherit the room: one copy of the header here saves one of
	 * each of theirs.
	 */
	if (skb_cow_head(skb, room->head))
		return ERR_PTR(-ENOMEM);
	return skb_gso_segment(skb, 0) ?: ERR_PTR(-EINVAL);
}

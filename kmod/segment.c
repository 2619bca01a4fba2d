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

/* What is to be cut, and where we are. */
struct cut {
	struct sk_buff *skb;
	unsigned int header;	/* bytes of IP and TCP header */
	unsigned int done;	/* bytes of payload in segments so far */
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

static void finish_ip(const struct cut *cut, struct sk_buff *segment)
{
	struct iphdr *iph;

	if (segment->protocol == htons(ETH_P_IPV6)) {
		ipv6_hdr(segment)->payload_len = htons(segment->len - sizeof(struct ipv6hdr));
		return;
	}
	iph = ip_hdr(segment);
	iph->tot_len = htons(segment->len);
	if (!(skb_shinfo(cut->skb)->gso_type & SKB_GSO_TCP_FIXEDID))
		iph->id = htons(ntohs(iph->id) + cut->count);
	ip_send_check(iph);
}

/* @sum: of the payload */
static void finish_tcp(const struct cut *cut, struct sk_buff *segment, __wsum sum)
{
	unsigned int len = segment->len - skb_transport_offset(segment);
	struct tcphdr *th = tcp_hdr(segment);

	th->seq = htonl(ntohl(th->seq) + cut->done);
	if (cut->left) {
		th->fin = 0;
		th->psh = 0;
	}
	if (cut->count)
		th->cwr = 0;	/* RFC 3168 6.1.2: once a window */

	th->check = 0;
	sum = csum_partial(th, th->doff * 4, sum);
	if (segment->protocol == htons(ETH_P_IP))
		th->check = csum_tcpudp_magic(ip_hdr(segment)->saddr, ip_hdr(segment)->daddr, len,
					      IPPROTO_TCP, sum);
	else
		th->check = csum_ipv6_magic(&ipv6_hdr(segment)->saddr, &ipv6_hdr(segment)->daddr,
					    len, IPPROTO_TCP, sum);
	segment->ip_summed = CHECKSUM_NONE;
}

/* Return: the next segment, or NULL without memory. */
static struct sk_buff *cut_one(struct cut *cut, unsigned int headroom, unsigned int tailroom)
{
	unsigned int len = min_t(unsigned int, cut->left, skb_shinfo(cut->skb)->gso_size);
	struct sk_buff *segment;
	__wsum sum;

	segment = adit_buffer_alloc(headroom, cut->header + len + tailroom);
	if (unlikely(!segment))
		return NULL;
	memcpy(__skb_put(segment, cut->header), cut->skb->data, cut->header);
	sum = skb_copy_and_csum_bits(cut->skb, cut->header + cut->done, __skb_put(segment, len),
				     len);
	adit_buffer_inherit(segment, cut->skb);

	cut->left -= len;
	finish_ip(cut, segment);
	finish_tcp(cut, segment, sum);
	cut->done += len;
	cut->count++;
	return segment;
}

static struct sk_buff *segment_tcp(struct sk_buff *skb, unsigned int headroom,
				   unsigned int tailroom)
{
	struct sk_buff *first = NULL, *segment, **end = &first;
	struct cut cut = { .skb = skb };

	cut.header = skb_transport_offset(skb) + tcp_hdr(skb)->doff * 4;
	cut.left = skb->len - cut.header;
	while (cut.left) {
		segment = cut_one(&cut, headroom, tailroom);
		if (unlikely(!segment)) {
			kfree_skb_list(first);
			return ERR_PTR(-ENOMEM);
		}
		*end = segment;
		end = &segment->next;
	}
	adit_buffer_own(segment, skb);
	return first;
}

struct sk_buff *adit_segment(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom)
{
	if (likely(is_plain_tcp(skb) && skb_shinfo(skb)->gso_size))
		return segment_tcp(skb, headroom, tailroom);
	/* The segments inherit the room: one copy of the header here saves one of
	 * each of theirs.
	 */
	if (skb_cow_head(skb, headroom))
		return ERR_PTR(-ENOMEM);
	return skb_gso_segment(skb, 0) ?: ERR_PTR(-EINVAL);
}

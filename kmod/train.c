// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <uapi/linux/adit.h>

#include "buffer.h"
#include "merge.h"
#include "offload.h"
#include "sa.h"
#include "train.h"

bool adit_train_possible(const struct adit_sa *sa)
{
	BUILD_BUG_ON(ADIT_TRAIN_MAX > MAX_SKB_FRAGS);
	return sa->proto == IPPROTO_ESP && sa->mode == ADIT_MODE_TUNNEL && !sa->local_port &&
	       !rcu_access_pointer(sa->bundle) && adit_offload_ready(sa->family);
}

bool adit_train_is_whole(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	const skb_frag_t *frag;
	unsigned int i;

	if (!skb->pp_recycle || skb_cloned(skb) || skb_headlen(skb) || skb_has_shared_frag(skb) ||
	    shinfo->nr_frags != shinfo->gso_segs || shinfo->nr_frags > ADIT_TRAIN_MAX)
		return false;
	for (i = 0; i < shinfo->nr_frags; i++) {
		frag = &shinfo->frags[i];
		if (skb_frag_size(frag) > shinfo->gso_size ||
		    (skb_frag_size(frag) < shinfo->gso_size && i + 1 < shinfo->nr_frags) ||
		    !adit_buffer_is_ours(frag))
			return false;
	}
	return i;
}

/*
 * Puts what all have in common into the linear part, and leaves the payload in the pieces.
 * @push: of the last
 */
static void unite(struct sk_buff *skb, const struct adit_merge *merge, __be16 protocol, bool push)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	u8 *header = skb_tail_pointer(skb);
	struct ipv6hdr *ip6h = (void *)header;
	struct iphdr *iph = (void *)header;
	struct tcphdr *th;
	unsigned int i;

	memcpy(header, adit_train_packet(skb, 0), merge->header);
	for (i = 0; i < shinfo->nr_frags; i++) {
		skb_frag_off_add(&shinfo->frags[i], merge->header);
		skb_frag_size_sub(&shinfo->frags[i], merge->header);
		skb->data_len -= merge->header;
	}
	skb->tail += merge->header;
	skb->len = skb->data_len + merge->header;

	if (protocol == htons(ETH_P_IP)) {
		iph->tot_len = htons(skb->len);
		th = (void *)(iph + 1);
		shinfo->gso_type = SKB_GSO_TCPV4;
	} else {
		ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
		th = (void *)(ip6h + 1);
		shinfo->gso_type = SKB_GSO_TCPV6;
	}
	th->psh = push;
	shinfo->gso_size = merge->size;
}

/* Is a packet's IP header right about its length, and can the packet be merged? */
static bool begin(struct adit_merge *merge, const struct sk_buff *skb, unsigned int i,
		  __be16 protocol)
{
	unsigned int len = skb_frag_size(&skb_shinfo(skb)->frags[i]);
	const struct iphdr *iph = adit_train_packet(skb, i);
	const struct ipv6hdr *ip6h = (const void *)iph;

	if (len < sizeof(*ip6h))
		return false;
	/* RFC 791 3.1, RFC 8200 3 */
	if (protocol == htons(ETH_P_IP) ? iph->version != 4 || ntohs(iph->tot_len) != len :
	    ip6h->version != 6 || ntohs(ip6h->payload_len) != len - sizeof(*ip6h))
		return false;
	return adit_merge_begin(merge, (const u8 *)iph, len, protocol);
}

bool adit_train_merge(struct sk_buff *skb, u8 nexthdr)
{
	const __be16 protocol = nexthdr == IPPROTO_IPIP ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	const unsigned int count = skb_shinfo(skb)->nr_frags;
	const u8 *first = adit_train_packet(skb, 0);
	struct adit_merge merge, next;
	unsigned int i;

	if ((nexthdr != IPPROTO_IPIP && nexthdr != IPPROTO_IPV6) ||
	    !begin(&merge, skb, 0, protocol) ||
	    skb_end_pointer(skb) - skb_tail_pointer(skb) < merge.header)
		return false;
	next = merge;
	for (i = 1; i < count; i++)
		if (!begin(&next, skb, i, protocol) ||
		    !adit_merge_add(&merge, first, &next, adit_train_packet(skb, i), protocol))
			return false;
	unite(skb, &merge, protocol, !next.open);
	return true;
}

/* The first @count fragments are no longer its own. */
static void forget(struct sk_buff *skb, unsigned int count)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int i;

	for (i = 0; i < count; i++) {
		skb->len -= skb_frag_size(&shinfo->frags[i]);
		skb->data_len -= skb_frag_size(&shinfo->frags[i]);
	}
	shinfo->nr_frags -= count;
	memmove(&shinfo->frags[0], &shinfo->frags[count],
		shinfo->nr_frags * sizeof(shinfo->frags[0]));
}

static struct sk_buff *copy_packet(struct sk_buff *skb, unsigned int offset)
{
	unsigned int len = min_t(unsigned int, skb_shinfo(skb)->gso_size, skb->len - offset);
	struct sk_buff *packet = adit_buffer_alloc(skb_headroom(skb), len);

	if (unlikely(packet && skb_copy_bits(skb, offset, __skb_put(packet, len), len))) {
		kfree_skb(packet);
		return NULL;
	}
	return packet;
}

struct sk_buff *adit_train_unload(struct sk_buff *skb, const u8 *header, bool whole)
{
	const unsigned int front = skb->data - header, size = skb_shinfo(skb)->gso_size;
	const unsigned int count = whole ? skb_shinfo(skb)->nr_frags : DIV_ROUND_UP(skb->len, size);
	struct sk_buff *list = NULL, *packet = NULL, **end = &list;
	unsigned int i;

	for (i = 0; i < count; i++) {
		packet = whole ? adit_buffer_wrap(&skb_shinfo(skb)->frags[i]) :
				 copy_packet(skb, i * size);
		if (unlikely(!packet))
			break;
		*end = packet;
		end = &packet->next;
		if (unlikely(skb_headroom(packet) < front))
			break;
		memcpy(packet->data - front, header, front);
		adit_buffer_inherit(packet, skb);
	}
	if (likely(list && i == count)) {
		if (whole)
			forget(skb, count);
		return list;
	}
	if (whole)
		forget(skb, packet ? i + 1 : i);
	kfree_skb_list(list);
	return ERR_PTR(-ENOMEM);
}

struct sk_buff *adit_train_split(struct sk_buff *skb)
{
	const u8 *header = skb_network_header(skb);
	struct sk_buff *list;

	/* Who looks at what goes round again sees the link's header, too. */
	if (skb_mac_header_was_set(skb) && skb_mac_header(skb) < header)
		header = skb_mac_header(skb);
	/* The route is only lent, and what netfilter tracked was the train. */
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	list = adit_train_unload(skb, header, adit_train_is_whole(skb));
	if (IS_ERR(list))
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
	else
		consume_skb(skb);
	return list;
}

struct sk_buff *adit_train_cut(struct sk_buff *skb, netdev_features_t features)
{
	const u8 *header = skb_mac_header(skb);
	struct sk_buff *list, *packet;

	/* What a tunnel has put in front has rules of its own; and who asks like this, as
	 * Open vSwitch does, goes on with the train afterwards.
	 */
	if (skb_tnl_header_len(skb) || features == NETIF_F_SG)
		return skb_segment(skb, features);

	list = adit_train_unload(skb, header, adit_train_is_whole(skb));
	if (IS_ERR(list))
		return list;
	for (packet = list; packet; packet = packet->next) {
		/* More than adit_buffer_inherit() does: they are not yet past everything. */
		skb_copy_header(packet, skb);
		skb_headers_offset_update(packet, skb_headroom(packet) - skb_headroom(skb));
		skb_gso_reset(packet);
		__skb_push(packet, skb->data - header);
		/* Where the last is, as skb_segment() says it. */
		list->prev = packet;
	}
	return list;
}

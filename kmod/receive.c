// SPDX-License-Identifier: GPL-2.0
#include <linux/udp.h>
#include <net/ah.h>
#include <net/esp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/xfrm.h>

#include "ah.h"
#include "chain.h"
#include "compat.h"
#include "device.h"
#include "ecn.h"
#include "esp.h"
#include "events.h"
#include "gro.h"
#include "lifetime.h"
#include "pmtu.h"
#include "receive.h"
#include "sa.h"
#include "train.h"

/* Above XFRM's own (0), its interface (10) and VTI (100): we come first and pass
 * on what is not ours. esp4 eats what it does not know, so the reverse would
 * not work.
 */
#define PRIORITY	200

/*
 * The transforms work in place: a packet that somebody else sees, too, or whose
 * pages are not its own (skb_has_shared_frag()), is copied first.
 *
 * Return: the number of pieces that the packet has, or an error.
 */
static int make_writable(struct sk_buff *skb)
{
	struct sk_buff *trailer;

	if (likely(!skb_cloned(skb))) {
		if (likely(!skb_is_nonlinear(skb)))
			return 1;
		if (!skb_has_frag_list(skb) && !skb_has_shared_frag(skb))
			return skb_shinfo(skb)->nr_frags + 1;
	}
	return skb_cow_data(skb, 0, &trailer);
}

/* Where the packet really came from, if that is news. */
static void check_mapping(struct adit_sa *sa, const struct sk_buff *skb)
{
	const struct adit_peer *peer = rcu_dereference(sa->peer);
	/* The IP header is followed by the UDP header, extension headers or not:
	 * the transport header was set behind it, see xfrm4_udp_encap_rcv().
	 */
	const struct udphdr *uh = (void *)(skb_transport_header(skb) - sizeof(*uh));
	union adit_addr from = {};

	if (sa->family == AF_INET)
		from.ip4 = ip_hdr(skb)->saddr;
	else
		from.ip6 = ipv6_hdr(skb)->saddr;
	if (unlikely(peer->port != uh->source || memcmp(&peer->addr, &from, sizeof(from))))
		adit_event_mapping_changed(sa, &from, uh->source);
}

bool adit_receive_authentic(struct adit_sa *sa, struct sk_buff *skb, u64 seq)
{
	bool first, ok;

	spin_lock(&sa->lock);
	ok = adit_replay_advance(&sa->replay, seq);
	first = ok && !sa->used;
	if (unlikely(first))
		sa->used = true;
	spin_unlock(&sa->lock);

	if (unlikely(!ok)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_REPLAY);
		return false;
	}
	if (unlikely(first))
		adit_event_first_use(sa);
	if (sa->local_port)
		check_mapping(sa, skb);
	adit_sa_touch(sa);
	return true;
}

void adit_receive_authentic_train(struct adit_sa *sa, struct sk_buff *skb)
{
	struct adit_train *train = adit_train(skb);
	bool first = false, any = false;
	unsigned int i;

	spin_lock(&sa->lock);
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		if (unlikely(train->drops[i] != ADIT_DROPS))
			continue;
		if (unlikely(!adit_replay_advance(&sa->replay, train->seq + i))) {
			train->drops[i] = ADIT_DROP_REPLAY;
			continue;
		}
		any = true;
	}
	if (unlikely(any && !sa->used)) {
		sa->used = true;
		first = true;
	}
	spin_unlock(&sa->lock);

	if (unlikely(first))
		adit_event_first_use(sa);
	if (likely(any))
		adit_sa_touch(sa);
}

/* RFC 791 3.1, RFC 8200 3: the inner header does not lie about its length. What is
 * behind that length is traffic flow confidentiality padding (RFC 4303 2.7).
 */
static bool check_inner(struct sk_buff *skb)
{
	unsigned int len;

	skb_reset_network_header(skb);
	if (skb->protocol == htons(ETH_P_IP)) {
		if (!pskb_may_pull(skb, sizeof(struct iphdr)) || ip_hdr(skb)->version != 4 ||
		    ip_hdr(skb)->ihl < 5 || !pskb_may_pull(skb, ip_hdr(skb)->ihl * 4))
			return false;
		len = ntohs(ip_hdr(skb)->tot_len);
		if (len < ip_hdr(skb)->ihl * 4)
			return false;
	} else {
		if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)) || ipv6_hdr(skb)->version != 6)
			return false;
		len = sizeof(struct ipv6hdr) + ntohs(ipv6_hdr(skb)->payload_len);
	}
	return len <= skb->len && !pskb_trim(skb, len);
}

/*
 * What XFRM's policy for a host takes in, neighbour discovery among it, comes protected
 * in transport mode. It is about the link that it came over (the hop limit says that no
 * router was between, RFC 4861 7.1), not about our device, which has no neighbours.
 */
static bool is_about_link(const struct adit_sa *sa, struct sk_buff *skb)
{
	const struct icmp6hdr *icmp6h;

	if (likely(sa->mode != ADIT_MODE_TRANSPORT || skb->protocol != htons(ETH_P_IPV6)) ||
	    ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6 || ipv6_hdr(skb)->hop_limit != 255 ||
	    !pskb_may_pull(skb, sizeof(struct ipv6hdr) + sizeof(*icmp6h)))
		return false;
	icmp6h = (const struct icmp6hdr *)(ipv6_hdr(skb) + 1);
	return icmp6h->icmp6_type == NDISC_NEIGHBOUR_SOLICITATION ||
	       icmp6h->icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT;
}

/* On its own: some kernels clear what is on the stack at each call. */
static noinline bool match_selectors(const struct adit_sa *sa, struct sk_buff *skb)
{
	struct adit_flow flow;

	if (!adit_flow_dissect(&flow, skb))
		return false;
	adit_fragments_track(&sa->adit->fragments, sa->id, &flow, skb);
	return adit_spd_lookup(&sa->spd, &flow);
}

static void deliver(struct adit_sa *sa, struct sk_buff *skb)
{
	struct adit_device *adit = sa->adit;
	struct net_device *dev = adit->dev;
	struct net *home = rcu_dereference(adit->home);
	struct net_device *link;
	unsigned int count = 1;
	unsigned int len;

	if (unlikely(adit_spd_needs_whole(&sa->spd, skb))) {
		skb->dev = dev;
		skb_dst_drop(skb);
		skb = adit_reassemble(skb, sa);
		if (!skb)
			return;
	}
	len = skb->len;
	/* What was a train has the headers of all packets but one taken off. */
	if (skb_is_gso(skb)) {
		count = skb_shinfo(skb)->gso_segs;
		len += (count - 1) * skb_headlen(skb);
	}

	/* RFC 4301 5.2 step 4: it must be what the SA was made for. */
	if (!adit_spd_lookup_any(&sa->spd, skb->protocol == htons(ETH_P_IPV6)) &&
	    !match_selectors(sa, skb)) {
		adit_drop_in(adit, sa, skb, ADIT_DROP_SELECTOR);
		return;
	}
	if (unlikely(!adit_lifetime_account(sa, count, len))) {
		adit_drop_in(adit, sa, skb, ADIT_DROP_EXPIRED);
		return;
	}

	adit_count(sa->counters, count, len);
	adit_count_rx(dev, count, len);

	/* Not skb->dev: what went through an asynchronous transform may have survived it. */
	link = is_about_link(sa, skb) && home ? dev_get_by_index_rcu(home, skb->skb_iif) : dev;
	if (unlikely(!link)) {
		dev_core_stats_rx_dropped_inc(dev);
		kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
		return;
	}
	skb_scrub_packet(skb, dev_net(dev) != home);
	skb_clear_hash(skb);
	skb->mark = 0;
	skb->dev = link;
	skb_reset_mac_header(skb);
	/* Nobody changed the packet since the peer sent it: that is authenticated,
	 * and stronger than any checksum in it. As a network card with checksum
	 * offload does, leave the checksums themselves as they are.
	 */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = ~0;
	if (unlikely(link != dev))
		netif_rx(skb);
	else
		adit_gro_receive(adit->gro, skb);
}

static void tunnel_done(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr)
{
	u8 outer = sa->family == AF_INET ? ipv4_get_dsfield(ip_hdr(skb)) :
					   ipv6_get_dsfield(ipv6_hdr(skb));

	switch (nexthdr) {
	case IPPROTO_IPIP:
		skb->protocol = htons(ETH_P_IP);
		break;
	case IPPROTO_IPV6:
		skb->protocol = htons(ETH_P_IPV6);
		break;
	case IPPROTO_NONE:
		/* RFC 4303 2.6: a dummy packet, to be discarded without remark. */
		consume_skb(skb);
		return;
	default:
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_ENCAPSULATION);
		return;
	}

	if (unlikely(!check_inner(skb))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}
	if (unlikely(!adit_ecn_decapsulate(skb, outer))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_ECN);
		return;
	}
	deliver(sa, skb);
}

static int receive(const struct net *net, struct sk_buff *skb, u8 family, u8 proto, bool udp,
		   u32 ah_spi);

/* Puts the outer IP header, which is the packet's own, before the payload again. */
static void transport_done(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr)
{
	unsigned int len = skb_network_header_len(skb);
	struct iphdr *iph;
	const struct net *net;
	u8 *prevhdr;
	int offset;

	if (nexthdr == IPPROTO_NONE) {
		consume_skb(skb);
		return;
	}
	if (sa->local_port)
		len -= sizeof(struct udphdr);

	memmove(skb_push(skb, len), skb_network_header(skb), len);
	skb_reset_network_header(skb);
	if (sa->family == AF_INET) {
		skb->protocol = htons(ETH_P_IP);
		iph = ip_hdr(skb);
		iph->protocol = nexthdr;
		iph->tot_len = htons(skb->len);
		ip_send_check(iph);
	} else {
		skb->protocol = htons(ETH_P_IPV6);
		offset = adit_ip6_last_header(skb, len, &prevhdr);
		if (unlikely(offset < 0)) {
			adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
			return;
		}
		*prevhdr = nexthdr;
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	}

	/* AH over ESP (RFC 4301 4.1 calls it nesting of SAs): on to what is inside.
	 * An ESP SA that is not ours goes to the stack, as all else does. Not by
	 * skb->dev: an asynchronous transform may have survived it.
	 */
	net = rcu_dereference(sa->adit->home);
	if (sa->proto == IPPROTO_AH && nexthdr == IPPROTO_ESP && net) {
		__skb_pull(skb, len);
		skb_reset_transport_header(skb);
		if (!receive(net, skb, sa->family, IPPROTO_ESP, false, ntohl(sa->spi)))
			return;
		__skb_push(skb, len);
	}
	deliver(sa, skb);
}

void adit_receive_done(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr)
{
	if (likely(sa->mode == ADIT_MODE_TUNNEL))
		tunnel_done(sa, skb, nexthdr);
	else
		transport_done(sa, skb, nexthdr);
}

/*
 * A packet with ESP or AH at its data, of which AH with @ah_spi was taken off, in @net.
 *
 * Return: 0 if it was taken; -EINVAL, with the packet as it was, if it is not ours.
 */
static int receive(const struct net *net, struct sk_buff *skb, u8 family, u8 proto, bool udp,
		   u32 ah_spi)
{
	union adit_addr daddr = {};
	struct adit_sa *sa;
	__be32 spi, seq_no;
	int pieces;
	u64 seq;

	if (!pskb_may_pull(skb, proto == IPPROTO_ESP ? sizeof(struct ip_esp_hdr) :
							sizeof(struct ip_auth_hdr)))
		return -EINVAL;
	if (family == AF_INET)
		daddr.ip4 = ip_hdr(skb)->daddr;
	else
		daddr.ip6 = ipv6_hdr(skb)->daddr;
	if (proto == IPPROTO_ESP) {
		spi = ip_esp_hdr(skb)->spi;
		seq_no = ip_esp_hdr(skb)->seq_no;
	} else {
		spi = ip_auth_hdr(skb)->spi;
		seq_no = ip_auth_hdr(skb)->seq_no;
	}

	sa = adit_sa_lookup(net, spi, proto, family, &daddr);
	if (!sa)
		return -EINVAL;
	if (unlikely(udp != !!sa->local_port || (sa->bundle_spi && sa->bundle_spi != ah_spi))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_ENCAPSULATION);
		return 0;
	}

	/* RFC 4303 3.4.3: a replay is not worth the decryption. This looks without
	 * the lock; adit_receive_authentic() looks again with it.
	 */
	seq = adit_replay_expand(&sa->replay, ntohl(seq_no));
	if (unlikely(!adit_replay_check(&sa->replay, seq))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_REPLAY);
		return 0;
	}

	/* Header and IV in the linear part: everything looks at them there. */
	if (unlikely(!pskb_may_pull(skb, proto == IPPROTO_ESP ? adit_esp_header_len(sa) :
								adit_ah_header_len(sa)))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return 0;
	}
	pieces = make_writable(skb);
	if (unlikely(pieces < 0)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return 0;
	}
	/* What a virtual machine says of segments is not true of what is inside. */
	if (unlikely(skb_is_gso(skb)))
		skb_gso_reset(skb);
	if (likely(proto == IPPROTO_ESP))
		adit_esp_input(sa, skb, pieces, seq);
	else
		adit_ah_input(sa, skb, pieces, seq);
	return 0;
}

/*
 * Packet by packet. Those that are not ours go round again, at once: from the end of the CPU's
 * queue they came behind all that is in it, and fell out of XFRM's replay window.
 */
static void receive_list(struct net_device *dev, struct sk_buff *packet, u8 family)
{
	struct sk_buff *next;

	/* No memory to take it apart: nobody knows whose packets they were. */
	if (IS_ERR(packet)) {
		dev_core_stats_rx_dropped_inc(dev);
		return;
	}
	skb_list_walk_safe(packet, packet, next) {
		skb_mark_not_on_list(packet);
		if (!receive(dev_net(packet->dev), packet, family, IPPROTO_ESP, false, 0))
			continue;
		adit_chain_restore(packet);
		netif_receive_skb(packet);
	}
}

/* Are all packets of a train what the SA takes, one after the other? */
static bool check_train(const struct adit_sa *sa, const struct sk_buff *skb, u64 seq)
{
	const struct ip_esp_hdr *esph;
	unsigned int i;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		if (!adit_esp_check_len(sa, skb_frag_size(&skb_shinfo(skb)->frags[i])))
			return false;
		esph = adit_train_packet(skb, i);
		if (esph->spi != sa->spi || !adit_replay_check(&sa->replay, seq + i) ||
		    adit_replay_expand(&sa->replay, ntohl(esph->seq_no)) != seq + i)
			return false;
	}
	return true;
}

/* Return: false if its packets have to go one by one. */
static bool receive_train(struct sk_buff *skb, u8 family)
{
	const struct ip_esp_hdr *esph;
	union adit_addr daddr = {};
	struct adit_sa *sa;
	u64 seq;

	if (!adit_train_is_whole(skb) ||
	    skb_frag_size(&skb_shinfo(skb)->frags[0]) < sizeof(*esph))
		return false;
	if (family == AF_INET)
		daddr.ip4 = ip_hdr(skb)->daddr;
	else
		daddr.ip6 = ipv6_hdr(skb)->daddr;
	esph = adit_train_packet(skb, 0);
	sa = adit_sa_lookup(dev_net(skb->dev), esph->spi, IPPROTO_ESP, family, &daddr);
	if (!sa || sa->mode != ADIT_MODE_TUNNEL || sa->local_port || sa->bundle_spi ||
	    adit_lifetime_near(sa))
		return false;
	seq = adit_replay_expand(&sa->replay, ntohl(esph->seq_no));
	if (!check_train(sa, skb, seq))
		return false;
	adit_esp_input_train(sa, skb, seq);
	return true;
}

/* ESP without UDP: a packet, or several (see train.h and chain.h). */
static int receive_esp(struct sk_buff *skb, u8 family)
{
	struct net_device *dev = skb->dev;

	if (likely(!skb_is_gso(skb)))
		return receive(dev_net(dev), skb, family, IPPROTO_ESP, false, 0);
	if (adit_is_chain(skb))
		receive_list(dev, adit_chain_split(skb), family);
	else if (!adit_is_train(skb))
		return receive(dev_net(dev), skb, family, IPPROTO_ESP, false, 0);
	else if (!receive_train(skb, family))
		receive_list(dev, adit_train_split(skb), family);
	return 0;
}

static int receive_esp4(struct sk_buff *skb)
{
	return receive_esp(skb, AF_INET);
}

static int receive_ah4(struct sk_buff *skb)
{
	return receive(dev_net(skb->dev), skb, AF_INET, IPPROTO_AH, false, 0);
}

static int receive_esp6(struct sk_buff *skb)
{
	return receive_esp(skb, AF_INET6);
}

static int receive_ah6(struct sk_buff *skb)
{
	return receive(dev_net(skb->dev), skb, AF_INET6, IPPROTO_AH, false, 0);
}

/*
 * From a UDP socket with UDP_ENCAP_ESPINUDP: the UDP header is just behind us. A socket that
 * has taken a chain apart leaves its packets linked, and who sends the first would send all.
 */
static int receive_udp(struct sk_buff *skb, u8 family)
{
	skb_mark_not_on_list(skb);
	return receive(dev_net(skb->dev), skb, family, IPPROTO_ESP, true, 0);
}

static int receive_udp4(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return receive_udp(skb, AF_INET);
}

static int receive_udp6(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return receive_udp(skb, AF_INET6);
}

/* XFRM asks who wants to know of a packet that went through its own states. */
static int not_ours(struct sk_buff *skb, int err)
{
	return 1;
}

static struct xfrm4_protocol esp4 = {
	.handler = receive_esp4,
	.input_handler = receive_udp4,
	.cb_handler = not_ours,
	.err_handler = adit_pmtu_error4,
	.priority = PRIORITY,
};

/* AH never comes in UDP; input_handler is asked for ESP only. */
static struct xfrm4_protocol ah4 = {
	.handler = receive_ah4,
	.input_handler = xfrm_input,
	.cb_handler = not_ours,
	.err_handler = adit_pmtu_error4,
	.priority = PRIORITY,
};

static struct xfrm6_protocol esp6 = {
	.handler = receive_esp6,
	.input_handler = receive_udp6,
	.cb_handler = not_ours,
	.err_handler = adit_pmtu_error6,
	.priority = PRIORITY,
};

static struct xfrm6_protocol ah6 = {
	.handler = receive_ah6,
	.input_handler = xfrm_input,
	.cb_handler = not_ours,
	.err_handler = adit_pmtu_error6,
	.priority = PRIORITY,
};

int adit_receive_init(void)
{
	int err;

	err = xfrm4_protocol_register(&esp4, IPPROTO_ESP);
	if (err)
		return err;
	err = xfrm4_protocol_register(&ah4, IPPROTO_AH);
	if (err)
		goto err_esp4;
	err = xfrm6_protocol_register(&esp6, IPPROTO_ESP);
	if (err)
		goto err_ah4;
	err = xfrm6_protocol_register(&ah6, IPPROTO_AH);
	if (err)
		goto err_esp6;
	return 0;

err_esp6:
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
err_ah4:
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
err_esp4:
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
	return err;
}

void adit_receive_exit(void)
{
	xfrm6_protocol_deregister(&ah6, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
}

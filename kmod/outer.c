// SPDX-License-Identifier: GPL-2.0
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "chain.h"
#include "compat.h"
#include "device.h"
#include "outer.h"
#include "sa.h"
#include "train.h"

static u32 outer_mark(const struct adit_sa *sa)
{
	return sa->has_mark ? sa->mark : READ_ONCE(sa->adit->mark);
}

static u8 outer_proto(const struct adit_sa *sa)
{
	return sa->local_port ? IPPROTO_UDP : sa->proto;
}

static struct dst_entry *lookup4(struct adit_sa *sa, struct net *net, int oif)
{
	const struct adit_peer *peer = rcu_dereference(sa->peer);
	struct flowi4 fl4 = {
		.flowi4_oif = oif,
		.saddr = sa->local.ip4,
		.daddr = peer->addr.ip4,
		.flowi4_proto = outer_proto(sa),
		.flowi4_mark = outer_mark(sa),
		.fl4_sport = sa->local_port,
		.fl4_dport = peer->port,
	};
	struct rtable *rt;

	/* Not ip_route_output_flow(): XFRM's policies are not asked whether a
	 * packet that is protected already shall be protected.
	 */
	rt = ip_route_output_key(net, &fl4);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

static struct dst_entry *lookup6(struct adit_sa *sa, struct net *net, int oif)
{
	const struct adit_peer *peer = rcu_dereference(sa->peer);
	struct flowi6 fl6 = {
		.flowi6_oif = oif,
		/* An interface is a must only for a flow without source address. */
		.saddr = oif ? in6addr_any : sa->local.ip6,
		.daddr = peer->addr.ip6,
		.flowi6_proto = outer_proto(sa),
		.flowi6_mark = outer_mark(sa),
		.fl6_sport = sa->local_port,
		.fl6_dport = peer->port,
	};
	struct dst_entry *dst;

	dst = ip6_route_output(net, NULL, &fl6);
	if (!dst->error)
		return dst;
	dst_release(dst);
	return NULL;
}

/* How long a prefix of the peer's address the routes over @dev know; -1: none. */
static int prefix_over(struct adit_sa *sa, struct net *net, const struct net_device *dev)
{
	const struct adit_peer *peer = rcu_dereference(sa->peer);
	struct flowi4 fl4 = {
		.flowi4_oif = dev->ifindex,
		.daddr = peer->addr.ip4,
		.flowi4_mark = outer_mark(sa),
		.flowi4_scope = RT_SCOPE_UNIVERSE,
	};
	struct fib_result res;
	struct fib6_info *from;
	struct dst_entry *dst;
	int len = -1;

	if (sa->family == AF_INET)
		return fib_lookup(net, &fl4, &res, 0) || res.type != RTN_UNICAST ? -1 :
										   res.prefixlen;
	dst = lookup6(sa, net, dev->ifindex);
	if (!dst)
		return -1;
	from = rcu_dereference(dst_rt6_info(dst)->from);
	if (from && dst->dev == dev)
		len = from->fib6_dst.plen;
	dst_release(dst);
	return len;
}

/*
 * The best route that does not lead into the SA's own device. In transport mode
 * the route to the peer is what sends packets into the device in the first
 * place; what comes out must find the way that there was before.
 *
 * This looks at every device, but only when the cached route has become invalid.
 */
static struct dst_entry *route_around(struct adit_sa *sa, struct net *net)
{
	struct net_device *dev, *best = NULL;
	int len, longest = -1;

	for_each_netdev_rcu(net, dev) {
		if (dev == sa->adit->dev || !(dev->flags & IFF_UP) || dev->flags & IFF_LOOPBACK)
			continue;
		len = prefix_over(sa, net, dev);
		if (len > longest) {
			longest = len;
			best = dev;
		}
	}
	if (!best)
		return NULL;
	return sa->family == AF_INET ? lookup4(sa, net, best->ifindex) :
				       lookup6(sa, net, best->ifindex);
}

struct dst_entry *adit_outer_route(struct adit_sa *sa)
{
	struct dst_entry *dst;
	struct net *net;

	dst = dst_cache_get(&sa->route);
	if (likely(dst))
		return dst;

	net = rcu_dereference(sa->adit->home);
	if (!net)
		return NULL;
	dst = sa->family == AF_INET ? lookup4(sa, net, 0) : lookup6(sa, net, 0);
	if (dst && dst->dev == sa->adit->dev) {
		dst_release(dst);
		dst = route_around(sa, net);
	}
	if (!dst)
		return NULL;
	if (sa->family == AF_INET)
		dst_cache_set_ip4(&sa->route, dst, sa->local.ip4);
	else
		dst_cache_set_ip6(&sa->route, dst, &sa->local.ip6);
	return dst;
}

/*
 * What the inner packet says for the outer header.
 * @fits: one that does not is here because it is IPv6 of the size that every link
 *	must carry (RFC 2473 7.1), or may be fragmented: only without DF it arrives
 */
struct inner {
	u8 dsfield;
	bool df;
	bool fits;
};

static u8 outer_dsfield(const struct adit_sa *sa, u8 inner)
{
	u8 dsfield = sa->dscp_policy == ADIT_DSCP_POLICY_FIXED ? sa->dscp << 2 :
								 inner & ~INET_ECN_MASK;

	/* RFC 6040 4.1: CE is copied, too; that is what differs from RFC 3168. */
	if (sa->ecn_policy == ADIT_ECN_POLICY_NORMAL)
		dsfield |= inner & INET_ECN_MASK;
	return dsfield;
}

void adit_outer_prepare(struct adit_outer *outer, const struct adit_sa *sa,
			struct dst_entry *dst)
{
	const struct adit_peer *peer = rcu_dereference(sa->peer);

	outer->port = peer->port;
	if (sa->mode != ADIT_MODE_TUNNEL)
		return;
	outer->net = dev_net(dst->dev);
	if (sa->family == AF_INET) {
		outer->may_set_df = !ip_mtu_locked(dst);
		outer->ip4 = (struct iphdr) {
			.version = 4,
			.ihl = sizeof(struct iphdr) >> 2,
			.ttl = sa->ttl ?: ip4_dst_hoplimit(dst),
			.protocol = outer_proto(sa),
			.saddr = sa->local.ip4,
			.daddr = peer->addr.ip4,
		};
	} else {
		outer->ip6 = (struct ipv6hdr) {
			.version = 6,
			.hop_limit = sa->ttl ?: ip6_dst_hoplimit(dst),
			.nexthdr = outer_proto(sa),
			.saddr = sa->local.ip6,
			.daddr = peer->addr.ip6,
		};
	}
}

static void push_ip4(const struct adit_outer *outer, const struct adit_sa *sa, struct sk_buff *skb,
		     const struct inner *inner)
{
	struct iphdr *iph = ip_hdr(skb);
	bool df = inner->fits && (sa->df_policy == ADIT_DF_POLICY_SET ||
				  (sa->df_policy == ADIT_DF_POLICY_COPY && inner->df));

	*iph = outer->ip4;
	iph->tos = outer_dsfield(sa, inner->dsfield);
	/* A packet that is never fragmented needs no ID (RFC 6864 4.1). */
	if (likely(df && outer->may_set_df))
		iph->frag_off = htons(IP_DF);
	else
		__ip_select_ident(outer->net, iph, adit_train_count(skb));
}

static void push_ip6(const struct adit_outer *outer, const struct adit_sa *sa, struct sk_buff *skb,
		     const struct inner *inner)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	*ip6h = outer->ip6;
	/* No flow label: one made from the inner flow would tell the flows apart. */
	ip6_flow_hdr(ip6h, outer_dsfield(sa, inner->dsfield), 0);
}

static int push_tunnel(const struct adit_outer *outer, const struct adit_sa *sa,
		       struct sk_buff *skb, unsigned int gap, u8 *nexthdr)
{
	unsigned int len = sa->family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	unsigned int size = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : skb->len;
	struct inner inner = { .fits = size <= READ_ONCE(sa->mtu) };

	if (skb->protocol == htons(ETH_P_IP)) {
		inner.dsfield = ipv4_get_dsfield(ip_hdr(skb));
		inner.df = ip_hdr(skb)->frag_off & htons(IP_DF);
		*nexthdr = IPPROTO_IPIP;
	} else {
		inner.dsfield = ipv6_get_dsfield(ipv6_hdr(skb));
		inner.df = true;
		*nexthdr = IPPROTO_IPV6;
	}

	skb_push(skb, len + gap);
	skb_reset_network_header(skb);
	if (sa->family == AF_INET)
		push_ip4(outer, sa, skb, &inner);
	else
		push_ip6(outer, sa, skb, &inner);
	return len;
}

int adit_outer_own_header(const struct adit_sa *sa, struct sk_buff *skb, u8 **prevhdr)
{
	int len;

	if (sa->family == AF_INET)
		return ip_hdr(skb)->ihl * 4;
	len = ip6_find_1stfragopt(skb, prevhdr);
	return len < 0 ? -EINVAL : len;
}

static int push_transport(const struct adit_sa *sa, struct sk_buff *skb, unsigned int gap,
			  u8 *nexthdr)
{
	struct iphdr *iph;
	u8 *prevhdr;
	int len;

	len = adit_outer_own_header(sa, skb, &prevhdr);
	if (len < 0)
		return len;

	memmove(skb_push(skb, gap), skb_network_header(skb), len);
	skb_reset_network_header(skb);
	if (sa->family == AF_INET) {
		iph = ip_hdr(skb);
		*nexthdr = iph->protocol;
		iph->protocol = outer_proto(sa);
		iph->check = 0;
	} else {
		prevhdr -= gap;
		*nexthdr = *prevhdr;
		*prevhdr = outer_proto(sa);
	}
	return len;
}

int adit_outer_push(const struct adit_outer *outer, const struct adit_sa *sa, struct sk_buff *skb,
		    unsigned int gap, u8 *nexthdr)
{
	struct udphdr *uh;
	int len;

	if (sa->local_port)
		gap += sizeof(*uh);
	if (sa->mode == ADIT_MODE_TUNNEL)
		len = push_tunnel(outer, sa, skb, gap, nexthdr);
	else
		len = push_transport(sa, skb, gap, nexthdr);
	if (len < 0)
		return len;

	skb_set_transport_header(skb, len);
	if (sa->local_port) {
		uh = udp_hdr(skb);
		uh->source = sa->local_port;
		uh->dest = outer->port;
		uh->check = 0;
		len += sizeof(*uh);
	}
	return len;
}

int adit_outer_lengths(const struct adit_sa *sa, struct sk_buff *skb)
{
	if (sa->local_port)
		udp_hdr(skb)->len = htons(skb->len - skb_transport_offset(skb));

	if (sa->family == AF_INET) {
		if (skb->len > IP_MAX_MTU)
			return -EMSGSIZE;
		ip_hdr(skb)->tot_len = htons(skb->len);
	} else {
		if (skb->len - sizeof(struct ipv6hdr) > IPV6_MAXPLEN)
			return -EMSGSIZE;
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	}
	return 0;
}

void adit_outer_scrub(const struct adit_sa *sa, struct sk_buff *skb)
{
	const struct adit_device *adit = sa->adit;

	skb_scrub_packet(skb, rcu_access_pointer(adit->home) != dev_net(adit->dev));
}

/* The rest of it, which segmentation still needed. */
static void finish(const struct adit_sa *sa, struct sk_buff *skb)
{
	skb->mark = outer_mark(sa);
	/* A GSO packet with a checksum to be made would be cut before every device. */
	skb->ip_summed = skb_is_gso(skb) ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
	skb->csum_valid = 0;
	skb->encapsulation = 0;
	skb->inner_protocol = 0;
	/* What did not fit was refused or fragmented before it was encrypted. What
	 * is too long now was let through on purpose, and without DF; only IPv6
	 * must be told, in IPv4 the header says so.
	 */
	skb->ignore_df = sa->family == AF_INET6;
	/* RFC 3948 2.1 lets the checksum be 0, which IPv6 forbids (RFC 8200 8.1). */
	if (sa->family == AF_INET6 && sa->local_port)
		udp6_set_csum(false, skb, &ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
			      skb->len - skb_transport_offset(skb));
}

static void send_one(const struct adit_sa *sa, struct net *net, struct sk_buff *skb)
{
	if (sa->family == AF_INET) {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		ip_local_out(net, NULL, skb);
	} else {
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		ip6_local_out(net, NULL, skb);
	}
}

void adit_outer_send(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff_head *batch)
{
	struct net *net = rcu_dereference(sa->adit->home);
	struct sk_buff *skb;

	if (!dst)
		dst = adit_outer_route(sa);
	if (unlikely(!dst || !net)) {
		while ((skb = __skb_dequeue(batch)))
			adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_ROUTE);
		dst_release(dst);
		return;
	}

	skb_queue_walk(batch, skb)
		finish(sa, skb);
	while ((skb = __skb_dequeue(batch))) {
		adit_chain(sa, skb, batch);
		/* One reference serves the batch: the RCU section keeps the route
		 * for the packets before the last, which takes the reference.
		 */
		if (skb_queue_empty(batch)) {
			skb_dst_set(skb, dst);
			dst = NULL;
		} else {
			skb_dst_set_noref(skb, dst);
		}
		send_one(sa, net, skb);
	}
	dst_release(dst);
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/icmpv6.h>
#include <linux/rtnetlink.h>
#include <net/ah.h>
#include <net/addrconf.h>
#include <net/esp.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/sch_generic.h>

#include "ah.h"
#include "compat.h"
#include "device.h"
#include "esp.h"
#include "outer.h"
#include "pmtu.h"
#include "sa.h"
#include "segment.h"

/* Before the first SA: what a tunnel over Ethernet will about have. */
#define MTU_DEFAULT	1420
#define MTU_PERIOD	(5 * HZ)

struct adit_overhead adit_sa_overhead(const struct adit_sa *sa)
{
	unsigned int ip = sa->family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct adit_overhead overhead = { .block = 1 };
	const struct adit_sa *ah;

	if (sa->mode == ADIT_MODE_TUNNEL)
		overhead.fixed = ip;
	else
		overhead.outside = ip;

	if (sa->proto == IPPROTO_AH) {
		overhead.fixed += adit_ah_header_len(sa);
		return overhead;
	}

	overhead.fixed += adit_esp_header_len(sa) + sa->transform.icv_len;
	overhead.block = sa->transform.block;
	overhead.trailer = 2;
	if (sa->local_port)
		overhead.fixed += sizeof(struct udphdr);
	ah = rcu_dereference_check(sa->bundle, lockdep_is_held(&adit_config_lock));
	if (ah)
		overhead.fixed += adit_ah_header_len(ah);
	return overhead;
}

/* What ICMP taught, if it is still believed. */
static u32 learned(const struct adit_sa *sa)
{
	u32 mtu = READ_ONCE(sa->learned_mtu);

	if (likely(!mtu) || time_after(jiffies, READ_ONCE(sa->learned_until)))
		return U32_MAX;
	return mtu;
}

static u32 path_mtu(const struct adit_sa *sa, const struct dst_entry *dst)
{
	return min3(dst_mtu(dst), learned(sa), (u32)IP_MAX_MTU);
}

unsigned int adit_sa_mtu(const struct adit_sa *sa)
{
	struct adit_overhead overhead = adit_sa_overhead(sa);

	return adit_overhead_mtu(&overhead, READ_ONCE(sa->path_mtu));
}

/*
 * The largest packet that is like @skb. In transport mode its options stay outside, and
 * what is padded is less by them.
 */
static unsigned int mtu_for(const struct adit_sa *sa, struct sk_buff *skb)
{
	struct adit_overhead overhead;
	u8 *prevhdr;
	int own;

	if (likely(sa->mode == ADIT_MODE_TUNNEL))
		return READ_ONCE(sa->mtu);
	own = adit_outer_own_header(sa, skb, &prevhdr);
	overhead = adit_sa_overhead(sa);
	/* A header that lies is found later. */
	if (own > 0)
		overhead.outside = own;
	return adit_overhead_mtu(&overhead, READ_ONCE(sa->path_mtu));
}

static void too_big(struct adit_sa *sa, struct sk_buff *skb, unsigned int mtu)
{
	/* Those who sit on this host learn it from their route, the others from
	 * ICMP; it comes from the address that the host has towards them.
	 */
	skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MTU);
}

/* RFC 791 3.1: options without the copied flag are in the first fragment only. */
static void drop_uncopied_options(struct iphdr *iph)
{
	u8 *option = (u8 *)(iph + 1), *end = (u8 *)iph + iph->ihl * 4;
	unsigned int len;

	while (option < end && *option != IPOPT_END) {
		len = 1;
		if (*option != IPOPT_NOOP) {
			if (end - option < 2 || option[1] < 2 || option[1] > end - option)
				return;
			len = option[1];
		}
		if (!IPOPT_COPIED(*option))
			memset(option, IPOPT_NOOP, len);
		option += len;
	}
}

/* Cuts an IPv4 packet into fragments of @mtu bytes at most. */
static struct sk_buff *fragment(struct adit_sa *sa, struct sk_buff *skb, unsigned int mtu,
				unsigned int headroom)
{
	struct sk_buff *list = NULL, **tail = &list, *piece;
	unsigned int hlen = ip_hdrlen(skb);
	struct ip_frag_state state;
	bool first;

	if (mtu < hlen + 8)
		goto malformed;
	/* The header is written to. */
	if (skb_cow_head(skb, 0) ||
	    (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)))
		goto no_memory;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	ip_frag_init(skb, hlen, headroom, mtu - hlen, false, &state);
	while (state.left > 0) {
		first = !list;
		piece = ip_frag_next(skb, &state);
		if (IS_ERR(piece))
			goto no_memory;
		if (first)
			drop_uncopied_options(ip_hdr(skb));
		piece->protocol = skb->protocol;
		*tail = piece;
		tail = &piece->next;
	}
	consume_skb(skb);
	return list;

no_memory:
	if (list)
		kfree_skb_list(list);
	adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
	return NULL;
malformed:
	adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
	return NULL;
}

struct sk_buff *adit_reassemble(struct sk_buff *skb, const struct adit_sa *sa)
{
	/* Far above the numbers of enum ip_defrag_users, that is of all others who
	 * collect fragments. What one peer sends is never put together with what
	 * another does.
	 */
	u32 user = BIT(31) | (sa ? lower_32_bits(sa->id) : 0);

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return ip_defrag(dev_net(skb->dev), skb, user) ? NULL : skb;
}

/* Fragments of an IPv4 packet, which is cut into its segments before. */
static struct sk_buff *fragment_all(struct adit_sa *sa, struct sk_buff *skb, unsigned int mtu,
				    unsigned int headroom)
{
	const struct adit_room room = { .head = headroom, .tail = adit_esp_trailer_len(sa) };
	struct sk_buff *segments, *next, *list = NULL, **end = &list;

	if (!skb_is_gso(skb))
		return fragment(sa, skb, mtu, headroom);
	segments = adit_segment(skb, &room);
	if (IS_ERR(segments)) {
		adit_drop_out(sa->adit, sa, skb, segments == ERR_PTR(-ENOMEM) ?
			      ADIT_DROP_NO_MEMORY : ADIT_DROP_MALFORMED);
		return NULL;
	}
	consume_skb(skb);
	skb_list_walk_safe(segments, skb, next) {
		skb_mark_not_on_list(skb);
		*end = skb->len <= mtu ? skb : fragment(sa, skb, mtu, headroom);
		while (*end)
			end = &(*end)->next;
	}
	return list;
}

static bool fits(const struct sk_buff *skb, unsigned int mtu)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, mtu) : skb->len <= mtu;
}

/* What does not fit, or might not. */
static struct sk_buff *check_slowly(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *skb,
				    u32 path)
{
	unsigned int mtu;

	if (path != sa->path_mtu) {
		WRITE_ONCE(sa->path_mtu, path);
		WRITE_ONCE(sa->mtu, adit_sa_mtu(sa));
		adit_pmtu_update(sa->adit);
	}
	mtu = mtu_for(sa, skb);
	if (fits(skb, mtu))
		return skb;

	/* The outer packet may be fragmented instead. */
	if (sa->df_policy == ADIT_DF_POLICY_CLEAR && sa->mode == ADIT_MODE_TUNNEL)
		return skb;
	if (skb->protocol == htons(ETH_P_IPV6)) {
		/* RFC 2473 7.1: a tunnel must carry what any IPv6 link carries. */
		if (fits(skb, IPV6_MIN_MTU))
			return skb;
		mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	} else if (!(ip_hdr(skb)->frag_off & htons(IP_DF))) {
		/* In transport mode the header is the packet's own: what it allows
		 * happens to the protected packet.
		 */
		if (sa->mode == ADIT_MODE_TRANSPORT)
			return skb;
		return fragment_all(sa, skb, mtu, LL_RESERVED_SPACE(dst->dev) + ADIT_HEADROOM);
	}
	too_big(sa, skb, mtu);
	return NULL;
}

struct sk_buff *adit_pmtu_check(struct adit_sa *sa, struct dst_entry *dst, struct sk_buff *skb)
{
	u32 path = path_mtu(sa, dst);

	if (likely(path == sa->path_mtu && fits(skb, mtu_for(sa, skb))))
		return skb;
	return check_slowly(sa, dst, skb, path);
}

/* @expires: in jiffies, as long as the kernel believes ICMP itself */
static void learn(struct adit_sa *sa, u32 mtu, int expires)
{
	if (mtu >= min(READ_ONCE(sa->path_mtu), learned(sa)))
		return;
	WRITE_ONCE(sa->learned_until, jiffies + expires);
	WRITE_ONCE(sa->learned_mtu, mtu);
	WRITE_ONCE(sa->path_mtu, mtu);
	WRITE_ONCE(sa->mtu, adit_sa_mtu(sa));
	adit_pmtu_update(sa->adit);
}

int adit_pmtu_error4(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	union adit_addr daddr = { .ip4 = iph->daddr };
	struct net *net = dev_net(skb->dev);
	struct adit_sa *sa;
	__be32 spi;

	/* The kernel has seen that 8 bytes behind the header are there. */
	if (iph->protocol == IPPROTO_ESP)
		spi = ((struct ip_esp_hdr *)(skb->data + iph->ihl * 4))->spi;
	else
		spi = ((struct ip_auth_hdr *)(skb->data + iph->ihl * 4))->spi;
	sa = adit_sa_lookup_out(net, spi, iph->protocol, AF_INET, &daddr);
	if (!sa)
		return -ENOENT;

	/* The route learns it, for the other SAs to the peer and those that follow
	 * this one; but the route is looked up without the SA's mark, and may be
	 * another, so the SA remembers by itself, too.
	 */
	if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
	    icmp_hdr(skb)->code == ICMP_FRAG_NEEDED) {
		ipv4_update_pmtu(skb, net, info, 0, iph->protocol);
		/* Smaller than min_pmtu is an attack, not a link. */
		if (info)
			learn(sa, max(info, READ_ONCE(net->ipv4.ip_rt_min_pmtu)),
			      READ_ONCE(net->ipv4.ip_rt_mtu_expires));
	} else if (icmp_hdr(skb)->type == ICMP_REDIRECT) {
		ipv4_redirect(skb, net, 0, iph->protocol);
	}
	return 0;
}

int adit_pmtu_error6(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		     int offset, __be32 info)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	union adit_addr daddr = { .ip6 = ip6h->daddr };
	struct net *net = dev_net(skb->dev);
	struct adit_sa *sa;
	__be32 spi[2];

	/* The SPI is the first word of ESP and the second of AH. */
	if (skb_copy_bits(skb, offset, spi, sizeof(spi)))
		return -ENOENT;
	sa = adit_sa_lookup_out(net, spi[0], IPPROTO_ESP, AF_INET6, &daddr);
	if (!sa)
		sa = adit_sa_lookup_out(net, spi[1], IPPROTO_AH, AF_INET6, &daddr);
	if (!sa)
		return -ENOENT;

	if (type == ICMPV6_PKT_TOOBIG) {
		ip6_update_pmtu(skb, net, info, 0, 0, sock_net_uid(net, NULL));
		learn(sa, max_t(u32, ntohl(info), IPV6_MIN_MTU),
		      READ_ONCE(net->ipv6.sysctl.ip6_rt_mtu_expires));
	} else if (type == NDISC_REDIRECT) {
		ip6_redirect(skb, net, skb->dev->ifindex, 0, sock_net_uid(net, NULL));
	}
	return 0;
}

/* Does IPv6 go over the device, or has it an address that somebody gave it?
 * Context: RTNL.
 */
static bool has_ip6(struct net_device *dev)
{
	const struct adit_device *adit = netdev_priv(dev);
	struct inet6_dev *idev = __in6_dev_get(dev);
	struct inet6_ifaddr *addr;
	bool has = READ_ONCE(adit->carries_ip6);

	if (!idev)
		return false;
	read_lock_bh(&idev->lock);
	list_for_each_entry(addr, &idev->addr_list, if_list)
		has |= !(ipv6_addr_type(&addr->addr) & IPV6_ADDR_LINKLOCAL);
	read_unlock_bh(&idev->lock);
	return has;
}

enum adit_mtu_source adit_pmtu_refresh(struct adit_sa *sa)
{
	enum adit_mtu_source source = ADIT_MTU_SOURCE_ROUTE;
	struct dst_entry *dst;

	local_bh_disable();
	rcu_read_lock();
	dst = adit_outer_route(sa);
	if (dst) {
		WRITE_ONCE(sa->path_mtu, path_mtu(sa, dst));
		WRITE_ONCE(sa->mtu, adit_sa_mtu(sa));
		/* A route that has learned its MTU says less than its device does. */
		if (sa->path_mtu == learned(sa) || dst_mtu(dst) < dst->dev->mtu)
			source = ADIT_MTU_SOURCE_ICMP;
		dst_release(dst);
	}
	rcu_read_unlock();
	local_bh_enable();
	return source;
}

static unsigned int compute(struct adit_device *adit)
{
	struct adit_sa *sa;
	unsigned int mtu;

	mutex_lock(&adit_config_lock);
	sa = adit_sa_newest(adit);
	if (sa)
		adit->mtu_source = adit_pmtu_refresh(sa);
	mtu = sa ? sa->mtu : 0;
	/* It is IPv6 that will come, so the MTU must not take IPv6 off the device before. */
	if (sa && sa->mode == ADIT_MODE_TRANSPORT && sa->family == AF_INET6)
		WRITE_ONCE(adit->carries_ip6, true);
	if (mtu) {
		adit->mtu_path = sa->path_mtu;
		adit->mtu_overhead = sa->path_mtu - mtu;
		adit->mtu_spi = ntohl(sa->spi);
	} else {
		adit->mtu_path = 0;
		adit->mtu_source = ADIT_MTU_SOURCE_DEFAULT;
	}
	if (adit->mtu_policy == ADIT_MTU_POLICY_FIXED) {
		adit->mtu_source = ADIT_MTU_SOURCE_FIXED;
		mtu = 0;
	}
	mutex_unlock(&adit_config_lock);
	return mtu;
}

/*
 * The stack learns of a carrier from a work of its own, which may come late, and drops
 * packets until then. Who has added an SA shall be able to use it.
 */
static void settle_carrier(struct net_device *dev)
{
	if (!test_bit(__LINK_STATE_LINKWATCH_PENDING, &dev->state) || !(dev->flags & IFF_UP) ||
	    !netif_carrier_ok(dev))
		return;
	dev_activate(dev);
	netdev_state_change(dev);
}

static void mtu_work(struct work_struct *work)
{
	struct adit_device *adit = container_of(to_delayed_work(work), struct adit_device,
						mtu_work);
	struct net_device *dev = adit->dev;
	unsigned int mtu;

	rtnl_lock();
	/* The device may be on its way out: then nobody cares. */
	if (dev->reg_state != NETREG_REGISTERED)
		goto out;
	settle_carrier(dev);
	mtu = compute(adit);
	/* Below 1280 the kernel takes IPv6 and its addresses away from a device,
	 * and does not give them back: a forged ICMP must not do that. IPv6 packets
	 * up to 1280 bytes are sent anyway, as outer fragments.
	 */
	if (mtu && mtu < IPV6_MIN_MTU && dev->mtu >= IPV6_MIN_MTU && has_ip6(dev))
		mtu = IPV6_MIN_MTU;
	if (mtu && mtu != dev->mtu) {
		adit->mtu_computing = true;
		dev_set_mtu(dev, max_t(unsigned int, mtu, dev->min_mtu));
		adit->mtu_computing = false;
	}
	/* A route's MTU changes, and what ICMP taught is forgotten, without a word:
	 * look again, if not every packet that finds out is to be the first lost.
	 */
	if (READ_ONCE(adit->sas_out)) {
		dev_hold(dev);
		/* If somebody has asked for it meanwhile, the sooner it stays. */
		if (!queue_delayed_work(adit_wq, &adit->mtu_work, MTU_PERIOD))
			dev_put(dev);
	}
out:
	rtnl_unlock();
	dev_put(dev);
}

void adit_pmtu_update(struct adit_device *adit)
{
	dev_hold(adit->dev);
	if (mod_delayed_work(adit_wq, &adit->mtu_work, 0))
		dev_put(adit->dev);
}

void adit_pmtu_settle(struct adit_device *adit)
{
	flush_delayed_work(&adit->mtu_work);
}

void adit_pmtu_stop(struct adit_device *adit)
{
	/* Not waiting: RTNL is held, for which the work may wait. It has its own
	 * reference to the device and will see that it is unregistered.
	 */
	if (cancel_delayed_work(&adit->mtu_work))
		dev_put(adit->dev);
}

void adit_pmtu_init(struct adit_device *adit)
{
	INIT_DELAYED_WORK(&adit->mtu_work, mtu_work);
	adit->dev->mtu = MTU_DEFAULT;
}

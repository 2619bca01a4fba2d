// SPDX-License-Identifier: GPL-2.0
/* What can be read of an SA, as netlink attributes. */
#include <net/ipv6.h>

#include "attributes.h"
#include "device.h"
#include "pmtu.h"

u32 adit_ifindex_in(const struct adit_device *adit, const struct net *net)
{
	return net_eq(dev_net(adit->dev), net) ? adit->dev->ifindex : 0;
}

int adit_put_address(struct sk_buff *msg, int attr, u8 family, const union adit_addr *addr)
{
	return nla_put(msg, attr, family == AF_INET ? sizeof(addr->ip4) : sizeof(addr->ip6), addr);
}

int adit_put_drops(struct sk_buff *msg, int attr, const u64 *drops)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ADIT_DROPS; i++)
		if (nla_put_u64_64bit(msg, ADIT_A_DROPS_REPLAY + i, drops[i], ADIT_A_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int adit_put_selector(struct sk_buff *msg, const struct adit_selector *selector)
{
	struct nlattr *nest = nla_nest_start(msg, ADIT_A_SA_SELECTOR);

	if (!nest)
		return -EMSGSIZE;
	if (selector->src_len &&
	    (adit_put_address(msg, ADIT_A_SELECTOR_SRC, selector->family, &selector->src) ||
	     nla_put_u8(msg, ADIT_A_SELECTOR_SRC_PREFIX, selector->src_len)))
		return -EMSGSIZE;
	/* A prefix of length 0 says at least which family is meant. */
	if ((selector->dst_len || (selector->family && !selector->src_len)) &&
	    (adit_put_address(msg, ADIT_A_SELECTOR_DST, selector->family, &selector->dst) ||
	     nla_put_u8(msg, ADIT_A_SELECTOR_DST_PREFIX, selector->dst_len)))
		return -EMSGSIZE;
	if (selector->protocol &&
	    nla_put_u8(msg, ADIT_A_SELECTOR_PROTOCOL, selector->protocol))
		return -EMSGSIZE;
	if (selector->has_sport &&
	    (nla_put_u16(msg, ADIT_A_SELECTOR_SPORT_MIN, selector->sport_min) ||
	     nla_put_u16(msg, ADIT_A_SELECTOR_SPORT_MAX, selector->sport_max)))
		return -EMSGSIZE;
	if (selector->has_dport &&
	    (nla_put_u16(msg, ADIT_A_SELECTOR_DPORT_MIN, selector->dport_min) ||
	     nla_put_u16(msg, ADIT_A_SELECTOR_DPORT_MAX, selector->dport_max)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int adit_put_sa_name(struct sk_buff *msg, const struct adit_sa *sa, const struct net *net)
{
	const struct adit_peer *peer;
	u32 ifindex = adit_ifindex_in(sa->adit, net);

	peer = rcu_dereference_check(sa->peer, lockdep_is_held(&adit_config_lock));
	if ((ifindex && nla_put_u32(msg, ADIT_A_SA_IFINDEX, ifindex)) ||
	    nla_put_u32(msg, ADIT_A_SA_DEVICE_ID, sa->adit->id) ||
	    nla_put_string(msg, ADIT_A_SA_IFNAME, sa->adit->dev->name) ||
	    nla_put_u8(msg, ADIT_A_SA_DIRECTION, sa->direction) ||
	    nla_put_u8(msg, ADIT_A_SA_PROTO, sa->proto) ||
	    nla_put_u32(msg, ADIT_A_SA_SPI, ntohl(sa->spi)) ||
	    adit_put_address(msg, ADIT_A_SA_LOCAL, sa->family, &sa->local) ||
	    adit_put_address(msg, ADIT_A_SA_REMOTE, sa->family, &peer->addr))
		return -EMSGSIZE;
	return 0;
}

static int put_limits(struct sk_buff *msg, const struct adit_limits *limits)
{
	struct nlattr *nest = nla_nest_start(msg, ADIT_A_SA_LIMITS);

	if (!nest ||
	    nla_put_u64_64bit(msg, ADIT_A_LIMITS_BYTE_SOFT, limits->byte_soft, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_LIMITS_BYTE_HARD, limits->byte_hard, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_LIMITS_PACKET_SOFT, limits->packet_soft, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_LIMITS_PACKET_HARD, limits->packet_hard, ADIT_A_PAD) ||
	    nla_put_u32(msg, ADIT_A_LIMITS_TIME_SOFT, limits->time_soft) ||
	    nla_put_u32(msg, ADIT_A_LIMITS_TIME_HARD, limits->time_hard) ||
	    nla_put_u32(msg, ADIT_A_LIMITS_IDLE, limits->idle))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_algorithms(struct sk_buff *msg, const struct adit_sa *sa)
{
	u16 icv_bits = sa->transform.icv_len * 8;

	if (sa->aead && (nla_put_string(msg, ADIT_A_SA_AEAD_NAME, sa->aead->name) ||
			 nla_put_u16(msg, ADIT_A_SA_AEAD_ICV_BITS, icv_bits)))
		return -EMSGSIZE;
	if (sa->enc && nla_put_string(msg, ADIT_A_SA_ENC_NAME, sa->enc->name))
		return -EMSGSIZE;
	if (sa->auth && (nla_put_string(msg, ADIT_A_SA_AUTH_NAME, sa->auth->name) ||
			 nla_put_u16(msg, ADIT_A_SA_AUTH_ICV_BITS, icv_bits)))
		return -EMSGSIZE;
	return nla_put_string(msg, ADIT_A_SA_DRIVER, adit_transform_driver(&sa->transform));
}

static int put_in(struct sk_buff *msg, struct adit_sa *sa)
{
	u64 top;

	spin_lock_bh(&sa->lock);
	top = sa->replay.top;
	spin_unlock_bh(&sa->lock);
	return nla_put_u32(msg, ADIT_A_SA_REPLAY_WINDOW, sa->replay.window) ||
	       nla_put_u64_64bit(msg, ADIT_A_SA_SEQ, top, ADIT_A_PAD) ? -EMSGSIZE : 0;
}

static int put_out(struct sk_buff *msg, struct adit_sa *sa)
{
	u64 seq = atomic64_read(&sa->seq);
	enum adit_mtu_source source;
	u32 path, mtu;

	/* Beyond the end when none is left: the last one is what was used. */
	if (!sa->esn)
		seq = min_t(u64, seq, U32_MAX);
	source = adit_pmtu_refresh(sa);
	path = sa->path_mtu;
	mtu = sa->mtu;
	if (nla_put_u64_64bit(msg, ADIT_A_SA_SEQ, seq, ADIT_A_PAD) ||
	    nla_put_u8(msg, ADIT_A_SA_DF_POLICY, sa->df_policy) ||
	    nla_put_u8(msg, ADIT_A_SA_DSCP_POLICY, sa->dscp_policy) ||
	    nla_put_u8(msg, ADIT_A_SA_ECN_POLICY, sa->ecn_policy) ||
	    nla_put_u8(msg, ADIT_A_SA_TTL, sa->ttl))
		return -EMSGSIZE;
	if (sa->dscp_policy == ADIT_DSCP_POLICY_FIXED &&
	    nla_put_u8(msg, ADIT_A_SA_DSCP, sa->dscp))
		return -EMSGSIZE;
	if (sa->has_mark && nla_put_u32(msg, ADIT_A_SA_MARK, sa->mark))
		return -EMSGSIZE;
	if (path && (nla_put_u32(msg, ADIT_A_SA_MTU, mtu) ||
		     nla_put_u32(msg, ADIT_A_SA_MTU_PATH, path) ||
		     nla_put_u8(msg, ADIT_A_SA_MTU_SOURCE, source) ||
		     nla_put_u32(msg, ADIT_A_SA_OVERHEAD, path - mtu)))
		return -EMSGSIZE;
	return 0;
}

static int put_counters(struct sk_buff *msg, const struct adit_sa *sa)
{
	u64 packets, bytes, drops[ADIT_DROPS];
	unsigned int i;

	adit_count_sum(sa->counters, &packets, &bytes);
	for (i = 0; i < ADIT_DROPS; i++)
		drops[i] = atomic_long_read(&sa->drops[i]);
	if (nla_put_u64_64bit(msg, ADIT_A_SA_BYTES, bytes, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_SA_PACKETS, packets, ADIT_A_PAD) ||
	    nla_put_u32(msg, ADIT_A_SA_AGE, ktime_get_boottime_seconds() - sa->added))
		return -EMSGSIZE;
	if (packets && nla_put_u32(msg, ADIT_A_SA_IDLE,
				   jiffies_delta_to_msecs(jiffies - READ_ONCE(sa->last_used)) /
				   MSEC_PER_SEC))
		return -EMSGSIZE;
	return adit_put_drops(msg, ADIT_A_SA_DROPS, drops);
}

int adit_put_sa(struct sk_buff *msg, struct adit_sa *sa, const struct net *net, bool alone)
{
	const struct adit_peer *peer;
	unsigned int i;
	void *end;

	peer = rcu_dereference_protected(sa->peer, lockdep_is_held(&adit_config_lock));
	if (adit_put_sa_name(msg, sa, net) || nla_put_u8(msg, ADIT_A_SA_MODE, sa->mode) ||
	    put_algorithms(msg, sa) || put_limits(msg, &sa->limits) ||
	    (sa->direction == ADIT_DIRECTION_IN ? put_in(msg, sa) : put_out(msg, sa)) ||
	    put_counters(msg, sa))
		return -EMSGSIZE;
	if (sa->local_port &&
	    (nla_put_u16(msg, ADIT_A_SA_ENCAP_LOCAL_PORT, ntohs(sa->local_port)) ||
	     nla_put_u16(msg, ADIT_A_SA_ENCAP_PEER_PORT, ntohs(peer->port))))
		return -EMSGSIZE;
	if (sa->esn && nla_put_flag(msg, ADIT_A_SA_ESN))
		return -EMSGSIZE;
	if (sa->bundle_spi && nla_put_u32(msg, ADIT_A_SA_BUNDLE_SPI, sa->bundle_spi))
		return -EMSGSIZE;
	/* A dump's message has no room for a thousand selectors: as many as fit, if
	 * nothing else takes the room.
	 */
	for (i = 0; i < sa->selector_count; i++) {
		end = skb_tail_pointer(msg);
		if (adit_put_selector(msg, &sa->selectors[i])) {
			nlmsg_trim(msg, end);
			return alone && i ? 0 : -EMSGSIZE;
		}
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Commands. Each parses what it can and allocates before it takes
 * adit_config_lock, looks the device up under it, and changes all or nothing.
 */
#include <net/genetlink.h>

#include "attributes.h"
#include "compat.h"
#include "device.h"
#include "lifetime.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "pmtu.h"
#include "sa.h"
#include "staged.h"

static const struct genl_multicast_group groups[] = {
	/* Who talks to whom is not everybody's. */
	[ADIT_NLGRP_EVENTS] = { .name = ADIT_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family adit_family __ro_after_init = {
	.name = ADIT_FAMILY_NAME,
	.version = ADIT_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = adit_nl_ops,
	.n_ops = ARRAY_SIZE(adit_nl_ops),
	.resv_start_op = ADIT_CMD_DEV_GET,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/* Both attribute sets number these two alike. */
static_assert((int)ADIT_A_SA_IFINDEX == (int)ADIT_A_DEV_IFINDEX);
static_assert((int)ADIT_A_SA_DEVICE_ID == (int)ADIT_A_DEV_DEVICE_ID);

static struct adit_device *find_dev(struct genl_info *info)
{
	const struct nlattr *ifindex = info->attrs[ADIT_A_SA_IFINDEX];
	const struct nlattr *id = info->attrs[ADIT_A_SA_DEVICE_ID];
	struct adit_device *adit;

	if (!ifindex && !id) {
		NL_SET_ERR_MSG(info->extack, "ifindex or device-id: missing");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, ADIT_A_SA_IFINDEX);
		return ERR_PTR(-EINVAL);
	}
	adit = adit_device_find(genl_info_net(info), ifindex ? nla_get_u32(ifindex) : 0,
				id ? nla_get_u32(id) : 0);
	if (!adit) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex ?: id,
				    "ifindex, device-id: no device of type adit");
		return ERR_PTR(-ENODEV);
	}
	return adit;
}

static int put_dev(struct sk_buff *msg, struct adit_device *adit, const struct net *net)
{
	u32 ifindex = adit_ifindex_in(adit, net);
	struct net_device *dev = adit->dev;
	struct rtnl_link_stats64 stats = {};
	u64 drops[ADIT_DROPS];
	u8 carrier;

	carrier = !netif_carrier_ok(dev) ? 0 : netif_dormant(dev) ? 2 : 1;
	adit_drop_sum(adit, drops);
	dev_fetch_sw_netstats(&stats, dev->tstats);
	if ((ifindex && nla_put_u32(msg, ADIT_A_DEV_IFINDEX, ifindex)) ||
	    nla_put_u32(msg, ADIT_A_DEV_DEVICE_ID, adit->id) ||
	    nla_put_string(msg, ADIT_A_DEV_NAME, dev->name) ||
	    nla_put_u8(msg, ADIT_A_DEV_CARRIER_POLICY, adit->carrier_policy) ||
	    nla_put_u32(msg, ADIT_A_DEV_MARK, adit->mark) ||
	    nla_put_u8(msg, ADIT_A_DEV_MTU_POLICY, adit->mtu_policy) ||
	    nla_put_u32(msg, ADIT_A_DEV_STAGED_LIMIT, adit->staged_limit) ||
	    nla_put_u32(msg, ADIT_A_DEV_MTU, dev->mtu) ||
	    nla_put_u8(msg, ADIT_A_DEV_MTU_SOURCE, adit->mtu_source) ||
	    nla_put_u8(msg, ADIT_A_DEV_CARRIER, carrier) ||
	    nla_put_u32(msg, ADIT_A_DEV_SAS_IN, adit->sas_in) ||
	    nla_put_u32(msg, ADIT_A_DEV_SAS_OUT, adit->sas_out) ||
	    nla_put_u32(msg, ADIT_A_DEV_STAGED, skb_queue_len_lockless(&adit->staged)) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_RX_PACKETS, stats.rx_packets, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_RX_BYTES, stats.rx_bytes, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_TX_PACKETS, stats.tx_packets, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_TX_BYTES, stats.tx_bytes, ADIT_A_PAD) ||
	    adit_put_drops(msg, ADIT_A_DEV_DROPS, drops))
		return -EMSGSIZE;
	if (adit->mtu_path && (nla_put_u32(msg, ADIT_A_DEV_MTU_PATH, adit->mtu_path) ||
			       nla_put_u32(msg, ADIT_A_DEV_MTU_OVERHEAD, adit->mtu_overhead) ||
			       nla_put_u32(msg, ADIT_A_DEV_MTU_SPI, adit->mtu_spi)))
		return -EMSGSIZE;
	return 0;
}

int adit_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_device *adit;
	struct sk_buff *msg;
	void *header;
	int err;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&adit_config_lock);
	adit = find_dev(info);
	err = PTR_ERR_OR_ZERO(adit);
	if (!err) {
		header = genlmsg_put_reply(msg, info, &adit_family, 0, ADIT_CMD_DEV_GET);
		err = header ? put_dev(msg, adit, genl_info_net(info)) : -EMSGSIZE;
	}
	mutex_unlock(&adit_config_lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

int adit_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct net *net = sock_net(skb->sk);
	struct adit_device *adit;
	void *header;

	mutex_lock(&adit_config_lock);
	list_for_each_entry(adit, &adit_devices, link) {
		/* Numbers ascend in the list. */
		if (adit->id <= cb->args[0] || !adit_device_visible(adit, net))
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &adit_family, NLM_F_MULTI, ADIT_CMD_DEV_GET);
		if (!header)
			break;
		if (put_dev(skb, adit, net)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = adit->id;
	}
	mutex_unlock(&adit_config_lock);
	return skb->len;
}

int adit_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *carrier = info->attrs[ADIT_A_DEV_CARRIER_POLICY];
	const struct nlattr *staged = info->attrs[ADIT_A_DEV_STAGED_LIMIT];
	const struct nlattr *mtu = info->attrs[ADIT_A_DEV_MTU_POLICY];
	const struct nlattr *mark = info->attrs[ADIT_A_DEV_MARK];
	struct adit_device *adit;
	struct adit_sa *sa;

	if (carrier && nla_get_u8(carrier) > ADIT_CARRIER_POLICY_ON_DEMAND) {
		NL_SET_ERR_MSG_ATTR(info->extack, carrier,
				    "carrier-policy: not follow, always or on-demand");
		return -EINVAL;
	}
	if (mtu && nla_get_u8(mtu) > ADIT_MTU_POLICY_FIXED) {
		NL_SET_ERR_MSG_ATTR(info->extack, mtu, "mtu-policy: not auto or fixed");
		return -EINVAL;
	}
	if (staged && nla_get_u32(staged) > ADIT_STAGED_LIMIT_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, staged, "staged-limit: above 1024");
		return -EINVAL;
	}

	mutex_lock(&adit_config_lock);
	adit = find_dev(info);
	if (IS_ERR(adit)) {
		mutex_unlock(&adit_config_lock);
		return PTR_ERR(adit);
	}
	if (carrier) {
		adit->carrier_policy = nla_get_u8(carrier);
		adit_device_update_carrier(adit);
	}
	if (staged) {
		WRITE_ONCE(adit->staged_limit, nla_get_u32(staged));
		adit_staged_purge(adit);
	}
	if (mark) {
		WRITE_ONCE(adit->mark, nla_get_u32(mark));
		list_for_each_entry(sa, &adit->sas, link)
			dst_cache_reset(&sa->route);
	}
	if (mtu)
		adit->mtu_policy = nla_get_u8(mtu);
	if (mtu || mark)
		adit_pmtu_update(adit);
	mutex_unlock(&adit_config_lock);
	return 0;
}

int adit_nl_sa_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *settle = NULL;
	struct adit_device *adit;
	struct adit_sa *sa;
	int err = -ENOMEM;

	sa = adit_sa_alloc();
	if (!sa)
		goto out;
	err = adit_parse_sa(sa, info->attrs, info->nlhdr, info->extack);
	if (err)
		goto out_free;

	mutex_lock(&adit_config_lock);
	adit = find_dev(info);
	err = IS_ERR(adit) ? PTR_ERR(adit) : adit_sa_add(adit, sa);
	/* The first way out: the device is ready when the answer comes. */
	if (!err && sa->direction == ADIT_DIRECTION_OUT && adit->sas_out == 1) {
		settle = adit->dev;
		dev_hold(settle);
	}
	mutex_unlock(&adit_config_lock);
	if (settle) {
		adit_pmtu_settle(adit);
		dev_put(settle);
	}
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_SA_SPI],
				    "spi: there is an SA with it, proto and address already");
	if (!err)
		goto out;
out_free:
	adit_sa_free(sa);
out:
	adit_erase_keys(info->attrs);
	return err;
}

/* Context: adit_config_lock. */
static struct adit_sa *find_sa(struct genl_info *info)
{
	struct adit_sa_name name;
	struct adit_device *adit;
	struct adit_sa *sa;
	int err;

	adit = find_dev(info);
	if (IS_ERR(adit))
		return ERR_CAST(adit);
	err = adit_parse_sa_name(&name, info->attrs, info->extack);
	if (err)
		return ERR_PTR(err);
	sa = adit_sa_find(adit, &name);
	if (sa == ERR_PTR(-ENOENT))
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_SA_SPI],
				    "spi: no such SA on the device");
	else if (IS_ERR(sa))
		NL_SET_ERR_MSG(info->extack, "local, remote: needed, several SAs have this spi");
	return sa;
}

int adit_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_sa *sa;

	mutex_lock(&adit_config_lock);
	sa = find_sa(info);
	if (!IS_ERR(sa))
		adit_sa_remove(sa);
	mutex_unlock(&adit_config_lock);
	return PTR_ERR_OR_ZERO(sa);
}

/* The peer of @sa as it would be; or an error. Context: adit_config_lock. */
static struct adit_peer *new_peer(struct adit_sa *sa, struct genl_info *info)
{
	const struct nlattr *port = info->attrs[ADIT_A_SA_NEW_ENCAP_PEER_PORT];
	const struct nlattr *addr = info->attrs[ADIT_A_SA_NEW_REMOTE];
	const struct adit_peer *old;
	struct adit_peer *peer;
	u8 family;

	old = rcu_dereference_protected(sa->peer, lockdep_is_held(&adit_config_lock));
	peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	if (!peer)
		return ERR_PTR(-ENOMEM);
	peer->addr = old->addr;
	peer->port = old->port;
	if (addr && (adit_parse_address(&peer->addr, &family, addr) || family != sa->family)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr, "new-remote: not of the SA's family");
		goto refuse;
	}
	if (addr && !adit_is_unicast(family, &peer->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr, "new-remote: not a unicast address");
		goto refuse;
	}
	if (addr && adit_sa_clashes(sa, &peer->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "new-remote: there is an SA with it, spi and proto already");
		goto refuse;
	}
	if (port) {
		peer->port = htons(nla_get_u16(port));
		if (!sa->local_port || !peer->port) {
			NL_SET_ERR_MSG_ATTR(info->extack, port,
					    "new-encap-peer-port: 0, or the SA is not in UDP");
			goto refuse;
		}
	}
	return peer;

refuse:
	kfree(peer);
	return ERR_PTR(-EINVAL);
}

int adit_nl_sa_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_peer *peer, *old;
	struct adit_limits limits;
	struct adit_sa *sa;
	int err;

	err = adit_parse_limits(&limits, info->attrs[ADIT_A_SA_LIMITS], info->extack);
	if (err)
		return err;

	mutex_lock(&adit_config_lock);
	sa = find_sa(info);
	if (IS_ERR(sa)) {
		err = PTR_ERR(sa);
		goto out;
	}
	peer = new_peer(sa, info);
	if (IS_ERR(peer)) {
		err = PTR_ERR(peer);
		goto out;
	}
	old = rcu_replace_pointer(sa->peer, peer, lockdep_is_held(&adit_config_lock));
	kfree_rcu(old, rcu);
	dst_cache_reset(&sa->route);
	if (sa->direction == ADIT_DIRECTION_OUT) {
		/* What was learned is true of the old path. */
		WRITE_ONCE(sa->learned_mtu, 0);
		adit_sa_update_bundles(sa->adit);
		adit_device_update_carrier(sa->adit);
		adit_pmtu_update(sa->adit);
	}
	if (info->attrs[ADIT_A_SA_LIMITS])
		adit_lifetime_set(sa, &limits);
out:
	mutex_unlock(&adit_config_lock);
	return err;
}

int adit_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = NULL;
	struct adit_sa *sa;
	void *header;
	int err;

	mutex_lock(&adit_config_lock);
	sa = find_sa(info);
	err = PTR_ERR_OR_ZERO(sa);
	if (err)
		goto out;

	/* A selector takes 100 bytes at most. */
	err = -ENOMEM;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE + sa->selector_count * 100, GFP_KERNEL);
	if (!msg)
		goto out;
	header = genlmsg_put_reply(msg, info, &adit_family, 0, ADIT_CMD_SA_GET);
	err = header ? adit_put_sa(msg, sa, genl_info_net(info), true) : -EMSGSIZE;
out:
	mutex_unlock(&adit_config_lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

/* Return: false if the message is full. */
static bool dump_sas(struct sk_buff *skb, struct netlink_callback *cb, struct adit_device *adit,
		     u8 direction)
{
	struct adit_sa *sa;
	void *header;
	bool alone;

	list_for_each_entry(sa, &adit->sas, link) {
		if (sa->id <= cb->args[1] || (direction && sa->direction != direction))
			continue;
		alone = !skb->len;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &adit_family, NLM_F_MULTI, ADIT_CMD_SA_GET);
		if (!header)
			return false;
		if (adit_put_sa(skb, sa, sock_net(skb->sk), alone)) {
			genlmsg_cancel(skb, header);
			return false;
		}
		genlmsg_end(skb, header);
		cb->args[1] = sa->id;
	}
	return true;
}

int adit_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = adit_dump_attrs(cb);
	const struct net *net = sock_net(skb->sk);
	struct adit_device *adit;
	u32 ifindex = 0, id = 0;
	u8 direction = 0;

	if (attrs[ADIT_A_SA_IFINDEX])
		ifindex = nla_get_u32(attrs[ADIT_A_SA_IFINDEX]);
	if (attrs[ADIT_A_SA_DEVICE_ID])
		id = nla_get_u32(attrs[ADIT_A_SA_DEVICE_ID]);
	if (attrs[ADIT_A_SA_DIRECTION])
		direction = nla_get_u8(attrs[ADIT_A_SA_DIRECTION]);

	mutex_lock(&adit_config_lock);
	list_for_each_entry(adit, &adit_devices, link) {
		if (adit->id < cb->args[0] || !adit_device_visible(adit, net) ||
		    (ifindex && adit_ifindex_in(adit, net) != ifindex) || (id && adit->id != id))
			continue;
		if (adit->id != cb->args[0]) {
			cb->args[0] = adit->id;
			cb->args[1] = 0;
		}
		if (!dump_sas(skb, cb, adit, direction))
			break;
	}
	mutex_unlock(&adit_config_lock);
	return skb->len;
}

int adit_nl_sa_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_device *adit;
	u8 direction = 0;
	int err = 0;

	if (info->attrs[ADIT_A_SA_DIRECTION]) {
		err = adit_parse_direction(&direction, info->attrs[ADIT_A_SA_DIRECTION],
					   info->extack);
		if (err)
			return err;
	}
	mutex_lock(&adit_config_lock);
	if (info->attrs[ADIT_A_SA_IFINDEX] || info->attrs[ADIT_A_SA_DEVICE_ID]) {
		adit = find_dev(info);
		if (IS_ERR(adit))
			err = PTR_ERR(adit);
		else
			adit_sa_flush(adit, direction);
	} else {
		list_for_each_entry(adit, &adit_devices, link)
			if (adit_device_visible(adit, genl_info_net(info)))
				adit_sa_flush(adit, direction);
	}
	mutex_unlock(&adit_config_lock);
	return err;
}

int adit_netlink_init(void)
{
	return genl_register_family(&adit_family);
}

void adit_netlink_exit(void)
{
	genl_unregister_family(&adit_family);
}

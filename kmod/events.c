// SPDX-License-Identifier: GPL-2.0
#include "attributes.h"
#include "device.h"
#include "events.h"
#include "netlink-gen.h"
#include "netlink.h"

/* Fills an event's message; what it says is in @data. Return: 0 or -EMSGSIZE. */
typedef int fill_fn(struct sk_buff *msg, const struct net *net, const void *data);

static void send_to(struct net *net, u8 command, fill_fn *fill, const void *data)
{
	struct sk_buff *msg;
	void *header;

	if (!genl_has_listeners(&adit_family, net, ADIT_NLGRP_EVENTS))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &adit_family, 0, command);
	if (!header || fill(msg, net, data)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&adit_family, net, msg, 0, ADIT_NLGRP_EVENTS, GFP_ATOMIC);
}

static void send(struct adit_device *adit, u8 command, fill_fn *fill, const void *data)
{
	struct net *home, *now;

	rcu_read_lock();
	home = rcu_dereference(adit->home);
	now = dev_net(adit->dev);
	if (home)
		send_to(home, command, fill, data);
	if (now != home)
		send_to(now, command, fill, data);
	rcu_read_unlock();
}

struct expire {
	const struct adit_sa *sa;
	u8 reason;
};

static int fill_expire(struct sk_buff *msg, const struct net *net, const void *data)
{
	const struct expire *expire = data;
	u64 packets, bytes;

	adit_count_sum(expire->sa->counters, &packets, &bytes);
	if (adit_put_sa_name(msg, expire->sa, net) ||
	    nla_put_u8(msg, ADIT_A_SA_REASON, expire->reason) ||
	    nla_put_u64_64bit(msg, ADIT_A_SA_BYTES, bytes, ADIT_A_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_SA_PACKETS, packets, ADIT_A_PAD))
		return -EMSGSIZE;
	return 0;
}

void adit_event_expire(struct adit_sa *sa, bool hard, enum adit_expire_reason reason)
{
	struct expire expire = { .sa = sa, .reason = reason };

	send(sa->adit, hard ? ADIT_CMD_HARD_EXPIRE : ADIT_CMD_SOFT_EXPIRE, fill_expire, &expire);
}

struct acquire {
	const struct adit_device *adit;
	const struct adit_flow *flow;
};

static int fill_acquire(struct sk_buff *msg, const struct net *net, const void *data)
{
	const struct acquire *acquire = data;
	const struct adit_flow *flow = acquire->flow;
	u8 len = flow->family == AF_INET ? 32 : 128;
	const struct adit_selector selector = {
		.family = flow->family,
		.src = flow->src,
		.dst = flow->dst,
		.src_len = len,
		.dst_len = len,
		.protocol = flow->protocol,
		.has_sport = flow->has_ports,
		.has_dport = flow->has_ports,
		.sport_min = flow->sport,
		.sport_max = flow->sport,
		.dport_min = flow->dport,
		.dport_max = flow->dport,
	};
	u32 ifindex = adit_ifindex_in(acquire->adit, net);

	if ((ifindex && nla_put_u32(msg, ADIT_A_SA_IFINDEX, ifindex)) ||
	    nla_put_u32(msg, ADIT_A_SA_DEVICE_ID, acquire->adit->id) ||
	    nla_put_string(msg, ADIT_A_SA_IFNAME, acquire->adit->dev->name) ||
	    adit_put_selector(msg, &selector))
		return -EMSGSIZE;
	return 0;
}

void adit_event_acquire(struct adit_device *adit, const struct adit_flow *flow)
{
	struct acquire acquire = { .adit = adit, .flow = flow };

	send(adit, ADIT_CMD_ACQUIRE, fill_acquire, &acquire);
}

struct mapping {
	const struct adit_sa *sa;
	const union adit_addr *addr;
	__be16 port;
};

static int fill_mapping(struct sk_buff *msg, const struct net *net, const void *data)
{
	const struct mapping *mapping = data;
	const struct adit_sa *sa = mapping->sa;

	if (adit_put_sa_name(msg, sa, net) ||
	    nla_put_u16(msg, ADIT_A_SA_ENCAP_LOCAL_PORT, ntohs(sa->local_port)) ||
	    nla_put_u16(msg, ADIT_A_SA_ENCAP_PEER_PORT,
			ntohs(rcu_dereference(sa->peer)->port)) ||
	    adit_put_address(msg, ADIT_A_SA_NEW_REMOTE, sa->family, mapping->addr) ||
	    nla_put_u16(msg, ADIT_A_SA_NEW_ENCAP_PEER_PORT, ntohs(mapping->port)))
		return -EMSGSIZE;
	return 0;
}

void adit_event_mapping_changed(struct adit_sa *sa, const union adit_addr *addr, __be16 port)
{
	struct mapping mapping = { .sa = sa, .addr = addr, .port = port };
	unsigned long last = READ_ONCE(sa->mapping_reported);

	/* One a second: two paths with packets in turn are no storm of events. Of
	 * two CPUs that come together, one says it.
	 */
	if (last && time_before(jiffies, last + HZ))
		return;
	if (cmpxchg(&sa->mapping_reported, last, jiffies ?: 1) != last)
		return;
	send(sa->adit, ADIT_CMD_MAPPING_CHANGED, fill_mapping, &mapping);
}

static int fill_name(struct sk_buff *msg, const struct net *net, const void *data)
{
	return adit_put_sa_name(msg, data, net);
}

void adit_event_sequence_overflow(struct adit_sa *sa)
{
	send(sa->adit, ADIT_CMD_SEQUENCE_OVERFLOW, fill_name, sa);
}

void adit_event_first_use(struct adit_sa *sa)
{
	send(sa->adit, ADIT_CMD_FIRST_USE, fill_name, sa);
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rhashtable.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "device.h"
#include "sa.h"
#include "spd.h"

/*
 * A combination of what a selector looks at; @rank is its precedence, see
 * shape_of(), @nodes is how many nodes have it. @sport and @dport: PORT_ANY, or
 * how long the prefix is that all ports of the range have in common, plus one.
 */
struct shape {
	u32 rank;
	u8 dst_len;
	u8 src_len;
	bool protocol;
	u8 sport;
	u8 dport;
	u32 nodes;
};

struct adit_spd_shapes {
	struct rcu_head rcu;
	unsigned int count;
	struct shape shape[];
};

/*
 * All selectors of one owner that are equal but for port ranges, and those have
 * the same prefix, where each one's first port goes on with 0 and its last with
 * 1: so they overlap, and there are not many.
 */
struct adit_node_key {
	const struct adit_spd *owner;
	u32 rank;
	u8 ip6;
	u8 protocol;
	u16 sport;
	u16 dport;
	u16 zero;
	u32 dst[4];
	u32 src[4];
};

struct adit_node {
	struct rhash_head hash;
	struct adit_node_key key;
	struct list_head rules;
	struct rcu_head rcu;
};

/* One selector of one SA in one family; in its node, and, for removal, in its SA. */
struct adit_rule {
	struct list_head link;
	struct list_head of_sa;
	struct adit_node *node;
	struct adit_sa *sa;
	u16 sport_min, sport_max;
	u16 dport_min, dport_max;
	struct rcu_head rcu;
};

static struct rhashtable nodes;

static const struct rhashtable_params nodes_params = {
	/* Without the padding, which nobody has written */
	.key_len = offsetofend(struct adit_node_key, src),
	.key_offset = offsetof(struct adit_node, key),
	.head_offset = offsetof(struct adit_node, hash),
	.automatic_shrinking = true,
};

#define PORT_ANY 0
#define PORT_BITS 16

static u8 port_kind(bool has, u16 min, u16 max)
{
	return has ? 1 + PORT_BITS - fls(min ^ max) : PORT_ANY;
}

static u16 port_prefix(u8 kind, u16 port)
{
	return kind == PORT_ANY ? 0 : port & ~(U16_MAX >> (kind - 1));
}

static struct shape shape_of(const struct adit_selector *selector)
{
	struct shape shape = {
		.dst_len = selector->dst_len,
		.src_len = selector->src_len,
		.protocol = selector->protocol,
		.sport = port_kind(selector->has_sport, selector->sport_min, selector->sport_max),
		.dport = port_kind(selector->has_dport, selector->dport_min, selector->dport_max),
	};

	/* The rank also identifies the shape. */
	shape.rank = (u32)shape.dst_len << 24 | shape.src_len << 16 | shape.protocol << 11 |
		     (shape.sport + shape.dport) << 5 | shape.dport;
	return shape;
}

static void masked(u32 *out, const union adit_addr *addr, unsigned int len, bool ip6)
{
	struct in6_addr masked = {};

	if (ip6)
		ipv6_addr_prefix(&masked, &addr->ip6, len);
	else
		masked.s6_addr32[0] = addr->ip4 & inet_make_mask(len);
	memcpy(out, &masked, sizeof(masked));
}

static void make_key(struct adit_node_key *key, const struct adit_spd *spd,
		     const struct shape *shape, bool ip6, const union adit_addr *src,
		     const union adit_addr *dst, u8 protocol, u16 sport, u16 dport)
{
	key->owner = spd;
	key->rank = shape->rank;
	key->ip6 = ip6;
	key->protocol = shape->protocol ? protocol : 0;
	key->sport = port_prefix(shape->sport, sport);
	key->dport = port_prefix(shape->dport, dport);
	key->zero = 0;
	masked(key->src, src, shape->src_len, ip6);
	masked(key->dst, dst, shape->dst_len, ip6);
}

/* ICMP's type and code take the place of the ports (RFC 4301 4.4.1.1). */
static void dissect_ports(struct adit_flow *flow, struct sk_buff *skb, int offset)
{
	__be16 ports[2];
	u8 icmp[2];

	switch (flow->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		if (skb_copy_bits(skb, offset, ports, sizeof(ports)))
			return;
		flow->sport = ntohs(ports[0]);
		flow->dport = ntohs(ports[1]);
		flow->has_ports = true;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (skb_copy_bits(skb, offset, icmp, sizeof(icmp)))
			return;
		flow->sport = icmp[0];
		flow->dport = icmp[1];
		flow->has_ports = true;
		break;
	}
}

bool adit_flow_dissect(struct adit_flow *flow, struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);
	const struct frag_hdr *frag;
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;
	__be16 fragment = 0;
	struct frag_hdr room;
	u8 nexthdr;

	memset(flow, 0, sizeof(*flow));
	if (skb->protocol == htons(ETH_P_IP)) {
		iph = ip_hdr(skb);
		flow->family = AF_INET;
		flow->src.ip4 = iph->saddr;
		flow->dst.ip4 = iph->daddr;
		flow->protocol = iph->protocol;
		offset += iph->ihl * 4;
		fragment = iph->frag_off & htons(IP_OFFSET);
	} else {
		ip6h = ipv6_hdr(skb);
		flow->family = AF_INET6;
		flow->src.ip6 = ip6h->saddr;
		flow->dst.ip6 = ip6h->daddr;
		nexthdr = ip6h->nexthdr;
		if (nexthdr == NEXTHDR_NONE) {
			/* RFC 8200 4.7: nothing follows, which is no lie */
			flow->protocol = nexthdr;
			return true;
		}
		offset = ipv6_skip_exthdr(skb, offset + sizeof(*ip6h), &nexthdr, &fragment);
		if (offset < 0)
			return false;
		flow->protocol = nexthdr;
		fragment &= htons(IP6_OFFSET);
		/* RFC 8200 4.5: what a later fragment goes on with */
		if (fragment) {
			frag = skb_header_pointer(skb, offset, sizeof(room), &room);
			if (!frag)
				return false;
			flow->protocol = frag->nexthdr;
		}
	}
	if (!fragment)
		dissect_ports(flow, skb, offset);
	return true;
}

static bool rule_matches(const struct adit_rule *rule, const struct adit_flow *flow)
{
	return flow->sport >= rule->sport_min && flow->sport <= rule->sport_max &&
	       flow->dport >= rule->dport_min && flow->dport <= rule->dport_max;
}

static struct adit_sa *probe(const struct adit_spd *spd, const struct shape *shape,
			     const struct adit_flow *flow)
{
	const struct adit_rule *rule;
	struct adit_node_key key;
	struct adit_node *node;

	if ((shape->sport || shape->dport) && !flow->has_ports)
		return NULL;

	make_key(&key, spd, shape, flow->family == AF_INET6, &flow->src, &flow->dst,
		 flow->protocol, flow->sport, flow->dport);
	node = rhashtable_lookup(&nodes, &key, nodes_params);
	if (!node)
		return NULL;

	list_for_each_entry_rcu(rule, &node->rules, link)
		if (rule_matches(rule, flow) && adit_sa_usable(rule->sa))
			return rule->sa;
	return NULL;
}

struct adit_sa *adit_spd_lookup(const struct adit_spd *spd, const struct adit_flow *flow)
{
	const struct adit_spd_shapes *shapes =
		rcu_dereference(spd->shapes[flow->family == AF_INET6]);
	struct adit_sa *sa;
	unsigned int i;

	for (i = 0; shapes && i < shapes->count; i++) {
		sa = probe(spd, &shapes->shape[i], flow);
		if (sa)
			return sa;
	}
	return NULL;
}

bool adit_spd_needs_whole(const struct adit_spd *spd, const struct sk_buff *skb)
{
	const struct adit_spd_shapes *shapes;
	unsigned int i;

	if (skb->protocol != htons(ETH_P_IP) || !ip_is_fragment(ip_hdr(skb)))
		return false;
	shapes = rcu_dereference(spd->shapes[0]);
	for (i = 0; shapes && i < shapes->count; i++)
		if (shapes->shape[i].sport || shapes->shape[i].dport)
			return true;
	return false;
}

/* Replaces the shapes by a copy without those that have no node, and with @new. */
static int replace_shapes(struct adit_spd *spd, bool ip6, const struct shape *new)
{
	struct adit_spd_shapes *old, *shapes;
	unsigned int i;

	old = rcu_dereference_protected(spd->shapes[ip6], lockdep_is_held(&adit_config_lock));
	shapes = kzalloc(struct_size(shapes, shape, (old ? old->count : 0) + 1), GFP_KERNEL);
	if (!shapes)
		return -ENOMEM;

	for (i = 0; old && i < old->count; i++) {
		if (new && new->rank > old->shape[i].rank) {
			shapes->shape[shapes->count++] = *new;
			new = NULL;
		}
		if (old->shape[i].nodes)
			shapes->shape[shapes->count++] = old->shape[i];
	}
	if (new)
		shapes->shape[shapes->count++] = *new;

	rcu_assign_pointer(spd->shapes[ip6], shapes);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static struct shape *find_shape(struct adit_spd *spd, bool ip6, u32 rank)
{
	struct adit_spd_shapes *shapes;
	unsigned int i;

	shapes = rcu_dereference_protected(spd->shapes[ip6], lockdep_is_held(&adit_config_lock));
	for (i = 0; shapes && i < shapes->count; i++)
		if (shapes->shape[i].rank == rank)
			return &shapes->shape[i];
	return NULL;
}

static struct adit_node *get_node(struct adit_spd *spd, const struct adit_node_key *key,
			     const struct shape *shape)
{
	struct adit_node *node;

	node = rhashtable_lookup_fast(&nodes, key, nodes_params);
	if (node)
		return node;

	if (!find_shape(spd, key->ip6, shape->rank) && replace_shapes(spd, key->ip6, shape))
		return NULL;

	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return NULL;
	node->key = *key;
	INIT_LIST_HEAD(&node->rules);
	if (rhashtable_insert_fast(&nodes, &node->hash, nodes_params)) {
		kfree(node);
		return NULL;
	}
	find_shape(spd, key->ip6, shape->rank)->nodes++;
	return node;
}

static void put_node(struct adit_spd *spd, struct adit_node *node)
{
	struct shape *shape;

	if (!list_empty(&node->rules))
		return;

	rhashtable_remove_fast(&nodes, &node->hash, nodes_params);
	shape = find_shape(spd, node->key.ip6, node->key.rank);
	/* Without memory an empty shape stays, and costs a probe. */
	if (!--shape->nodes)
		replace_shapes(spd, node->key.ip6, NULL);
	kfree_rcu(node, rcu);
}

/*
 * The newest comes first; but AH in transport mode, which may be the outer part
 * of a bundle, comes behind ESP: the two belong together, not one instead of
 * the other.
 */
static void link_rule(struct adit_node *node, struct adit_rule *rule)
{
	struct list_head *before = &node->rules;
	struct adit_rule *other;

	if (rule->sa->proto == IPPROTO_AH && rule->sa->mode == ADIT_MODE_TRANSPORT)
		list_for_each_entry(other, &node->rules, link) {
			if (other->sa->proto != IPPROTO_ESP)
				break;
			before = &other->link;
		}
	list_add_rcu(&rule->link, before);
}

static int add_rule(struct adit_spd *spd, struct adit_sa *sa,
		    const struct adit_selector *selector, bool ip6)
{
	struct shape shape = shape_of(selector);
	struct adit_rule *rule;
	struct adit_node_key key;
	struct adit_node *node;

	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	rule->sa = sa;
	rule->sport_min = selector->has_sport ? selector->sport_min : 0;
	rule->sport_max = selector->has_sport ? selector->sport_max : U16_MAX;
	rule->dport_min = selector->has_dport ? selector->dport_min : 0;
	rule->dport_max = selector->has_dport ? selector->dport_max : U16_MAX;

	make_key(&key, spd, &shape, ip6, &selector->src, &selector->dst, selector->protocol,
		 selector->sport_min, selector->dport_min);
	node = get_node(spd, &key, &shape);
	if (!node) {
		kfree(rule);
		return -ENOMEM;
	}
	rule->node = node;
	link_rule(node, rule);
	list_add_tail(&rule->of_sa, &sa->rules);
	return 0;
}

void adit_spd_refresh(struct adit_spd *spd)
{
	struct adit_spd_shapes *shapes;
	struct adit_flow flow = {};
	struct adit_sa *sa;
	int ip6;

	for (ip6 = 0; ip6 < 2; ip6++) {
		shapes = rcu_dereference_protected(spd->shapes[ip6],
						   lockdep_is_held(&adit_config_lock));
		sa = NULL;
		if (shapes && shapes->count == 1 && !shapes->shape[0].rank) {
			flow.family = ip6 ? AF_INET6 : AF_INET;
			rcu_read_lock();
			sa = probe(spd, &shapes->shape[0], &flow);
			rcu_read_unlock();
		}
		rcu_assign_pointer(spd->any[ip6], sa);
	}
}

int adit_spd_add(struct adit_spd *spd, struct adit_sa *sa)
{
	const struct adit_selector *selector;
	unsigned int i;
	int err = 0;

	for (i = 0; i < sa->selector_count && !err; i++) {
		selector = &sa->selectors[i];
		if (selector->family != AF_INET6)
			err = add_rule(spd, sa, selector, false);
		if (selector->family != AF_INET && !err)
			err = add_rule(spd, sa, selector, true);
	}
	if (err)
		adit_spd_remove(spd, sa);
	else
		adit_spd_refresh(spd);
	return err;
}

void adit_spd_remove(struct adit_spd *spd, struct adit_sa *sa)
{
	struct adit_rule *rule, *next;

	list_for_each_entry_safe(rule, next, &sa->rules, of_sa) {
		list_del(&rule->of_sa);
		list_del_rcu(&rule->link);
		put_node(spd, rule->node);
		kfree_rcu(rule, rcu);
	}
	adit_spd_refresh(spd);
}

void adit_spd_free(struct adit_spd *spd)
{
	int ip6;

	/* No reader is left and each rule has been removed; what remains are
	 * arrays that could not be shrunk for want of memory.
	 */
	for (ip6 = 0; ip6 < 2; ip6++)
		kfree(rcu_replace_pointer(spd->shapes[ip6], NULL, true));
}

int adit_spd_init(void)
{
	return rhashtable_init(&nodes, &nodes_params);
}

void adit_spd_exit(void)
{
	rhashtable_destroy(&nodes);
}

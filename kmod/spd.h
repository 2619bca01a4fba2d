/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traffic selectors: from a packet to the SA that protects it (RFC 4301 4.4.1).
 *
 * A device has one SPD of its outbound SAs; an inbound SA has one of its own,
 * which says what may come out of it. A lookup tries each combination of
 * prefix lengths and ports that is in use ("shape"), the most specific first,
 * with one probe of a hash table; so its cost depends on how many kinds of
 * selectors there are, not on how many selectors or SAs. A range of ports counts
 * as the prefix that its ports have in common: at most 17 kinds; only ranges of
 * the same prefix, which overlap, are looked at one by one.
 *
 * Locking: changes under adit_config_lock. Lookups under RCU.
 * Lifetime: nodes, rules and shapes are freed after a grace period. A rule is
 * removed before its SA is.
 */
#ifndef _ADIT_SPD_H
#define _ADIT_SPD_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/skbuff.h>

struct adit_sa;

/* An IPv4 address is the first word, the others are 0. */
union adit_addr {
	__be32 ip4;
	struct in6_addr ip6;
};

/**
 * struct adit_selector - a traffic selector as configured
 * @family: AF_INET, AF_INET6, or AF_UNSPEC: both, without addresses
 * @src_len: bits of @src
 * @dst_len: bits of @dst
 * @protocol: 0: any
 * @has_sport: @sport_min to @sport_max are given; for ICMP, the type
 * @has_dport: the same for @dport_min to @dport_max; for ICMP, the code
 */
struct adit_selector {
	u8 family;
	u8 src_len;
	u8 dst_len;
	u8 protocol;
	bool has_sport;
	bool has_dport;
	u16 sport_min, sport_max;
	u16 dport_min, dport_max;
	union adit_addr src;
	union adit_addr dst;
};

/**
 * struct adit_flow - what selectors look at in a packet
 * @has_ports: @sport and @dport are known; not so in a later fragment
 */
struct adit_flow {
	u8 family;
	u8 protocol;
	bool has_ports;
	u16 sport;
	u16 dport;
	union adit_addr src;
	union adit_addr dst;
};

struct adit_spd_shapes;

/**
 * struct adit_spd - a set of selectors
 * @shapes: what combinations are in use, for IPv4 and IPv6
 * @any: the SA, where the only selectors are those that match all
 */
struct adit_spd {
	struct adit_spd_shapes __rcu *shapes[2];
	struct adit_sa __rcu *any[2];
};

/**
 * adit_flow_dissect - look at a packet
 * @flow: filled in
 * @skb: a packet whose network header is at its data and is whole
 *
 * Return: false if the headers lie; @flow is then not to be used.
 */
bool adit_flow_dissect(struct adit_flow *flow, struct sk_buff *skb);

/**
 * adit_spd_lookup - the newest SA of the most specific selector that matches
 * @spd: where
 * @flow: of the packet
 *
 * Context: RCU. Return: NULL if there is none.
 */
struct adit_sa *adit_spd_lookup(const struct adit_spd *spd, const struct adit_flow *flow);

/**
 * adit_spd_needs_whole - must a packet be reassembled before the lookup?
 * @spd: where
 * @skb: the packet
 *
 * Selectors with ports mean the whole packet, but only its first fragment shows them
 * (RFC 4301 7.3: the fragments must be put together or tracked).
 *
 * Context: RCU.
 */
bool adit_spd_needs_whole(const struct adit_spd *spd, const struct sk_buff *skb);

/**
 * adit_spd_lookup_any - the SA, if it does not depend on the packet
 * @spd: where
 * @ip6: the packet is IPv6
 *
 * The single wildcard selector is what nearly every tunnel to a cloud gateway
 * has; this saves it the dissection and the hash.
 */
static inline struct adit_sa *adit_spd_lookup_any(const struct adit_spd *spd, bool ip6)
{
	return rcu_dereference(spd->any[ip6]);
}

/**
 * adit_spd_add - let selectors lead to an SA
 * @spd: where
 * @sa: the SA; its selectors are added before those of other SAs that are equal
 *
 * Context: adit_config_lock. Return: 0 or -ENOMEM, with nothing changed.
 */
int adit_spd_add(struct adit_spd *spd, struct adit_sa *sa);
void adit_spd_remove(struct adit_spd *spd, struct adit_sa *sa);

/**
 * adit_spd_refresh - an SA has become usable or unusable
 * @spd: where it is in
 */
void adit_spd_refresh(struct adit_spd *spd);

void adit_spd_free(struct adit_spd *spd);

int adit_spd_init(void);
void adit_spd_exit(void);

#endif

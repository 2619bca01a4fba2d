/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink attributes of an SA, in both directions. Each refusal sets an
 * extended-ack message that begins with the attribute's name in adit.yaml.
 */
#ifndef _ADIT_ATTRIBUTES_H
#define _ADIT_ATTRIBUTES_H

#include <net/genetlink.h>

#include "sa.h"

/* u64 attributes need a pad attribute each; all sets number it 1. */
#define ADIT_A_PAD	1

/**
 * adit_parse_sa - make an SA of a message
 * @sa: from adit_sa_alloc(); set but for what adit_sa_add() sets
 * @attrs: of sa-add
 * @nlh: the message, for the attributes that it has several of
 * @extack: what is wrong
 *
 * Allocates and keys the transform, so it sleeps. Return: 0 or an error.
 */
int adit_parse_sa(struct adit_sa *sa, struct nlattr **attrs, const struct nlmsghdr *nlh,
		  struct netlink_ext_ack *extack);

/**
 * adit_parse_sa_name - which SA a message is about
 * @name: set
 * @attrs: of the message
 * @extack: what is wrong
 */
int adit_parse_sa_name(struct adit_sa_name *name, struct nlattr **attrs,
		       struct netlink_ext_ack *extack);

int adit_parse_direction(u8 *direction, const struct nlattr *attr, struct netlink_ext_ack *extack);

int adit_parse_limits(struct adit_limits *limits, const struct nlattr *attr,
		      struct netlink_ext_ack *extack);

/**
 * adit_parse_address - an address
 * @addr: set
 * @family: set
 * @attr: 4 or 16 bytes
 */
int adit_parse_address(union adit_addr *addr, u8 *family, const struct nlattr *attr);

/* May it be one of the ends of an SA? */
bool adit_is_unicast(u8 family, const union adit_addr *addr);

/* Overwrites the keys in a message. */
void adit_erase_keys(struct nlattr **attrs);

/* What names an SA. Return: 0 or -EMSGSIZE. */
int adit_put_sa_name(struct sk_buff *msg, const struct adit_sa *sa, const struct net *net);

/**
 * adit_put_sa - all that can be read of an SA
 * @msg: where to
 * @sa: the SA
 * @net: namespace of the reader
 * @alone: nothing was in @msg before: an SA with more selectors than any message
 *	has room for loses the last ones, rather than that it cannot be read
 *
 * Context: adit_config_lock. Return: 0 or -EMSGSIZE.
 */
int adit_put_sa(struct sk_buff *msg, struct adit_sa *sa, const struct net *net, bool alone);

int adit_put_drops(struct sk_buff *msg, int attr, const u64 *drops);
int adit_put_address(struct sk_buff *msg, int attr, u8 family, const union adit_addr *addr);

int adit_put_selector(struct sk_buff *msg, const struct adit_selector *selector);

/* The device's index as @net sees it, 0 if it is elsewhere. */
u32 adit_ifindex_in(const struct adit_device *adit, const struct net *net);

#endif

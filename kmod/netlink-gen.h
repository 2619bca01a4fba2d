/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_ADIT_GEN_H
#define _LINUX_ADIT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/adit.h>

/* Common nested types */
extern const struct nla_policy adit_limits_nl_policy[ADIT_A_LIMITS_IDLE + 1];
extern const struct nla_policy adit_selector_nl_policy[ADIT_A_SELECTOR_DPORT_MAX + 1];

extern const struct nla_policy adit_dev_get_nl_policy[ADIT_A_DEV_DEVICE_ID + 1];

extern const struct nla_policy adit_dev_set_nl_policy[ADIT_A_DEV_STAGED_LIMIT + 1];

extern const struct nla_policy adit_sa_add_nl_policy[ADIT_A_SA_BUNDLE_SPI + 1];

extern const struct nla_policy adit_sa_del_nl_policy[ADIT_A_SA_REMOTE + 1];

extern const struct nla_policy adit_sa_set_nl_policy[ADIT_A_SA_NEW_ENCAP_PEER_PORT + 1];

extern const struct nla_policy adit_sa_get_nl_policy[ADIT_A_SA_REMOTE + 1];

extern const struct nla_policy adit_sa_flush_nl_policy[ADIT_A_SA_DIRECTION + 1];

/* Ops table for adit */
extern const struct genl_ops adit_nl_ops[7];

int adit_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int adit_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_add_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_set_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int adit_nl_sa_flush_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	ADIT_NLGRP_EVENTS,
};

#endif /* _LINUX_ADIT_GEN_H */

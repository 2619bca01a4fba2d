// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/adit.h>

/* Common nested types */
const struct nla_policy adit_limits_nl_policy[ADIT_A_LIMITS_IDLE + 1] = {
	[ADIT_A_LIMITS_BYTE_SOFT] = { .type = NLA_U64, },
	[ADIT_A_LIMITS_BYTE_HARD] = { .type = NLA_U64, },
	[ADIT_A_LIMITS_PACKET_SOFT] = { .type = NLA_U64, },
	[ADIT_A_LIMITS_PACKET_HARD] = { .type = NLA_U64, },
	[ADIT_A_LIMITS_TIME_SOFT] = { .type = NLA_U32, },
	[ADIT_A_LIMITS_TIME_HARD] = { .type = NLA_U32, },
	[ADIT_A_LIMITS_IDLE] = { .type = NLA_U32, },
};

const struct nla_policy adit_selector_nl_policy[ADIT_A_SELECTOR_DPORT_MAX + 1] = {
	[ADIT_A_SELECTOR_SRC] = { .type = NLA_BINARY, },
	[ADIT_A_SELECTOR_SRC_PREFIX] = { .type = NLA_U8, },
	[ADIT_A_SELECTOR_DST] = { .type = NLA_BINARY, },
	[ADIT_A_SELECTOR_DST_PREFIX] = { .type = NLA_U8, },
	[ADIT_A_SELECTOR_PROTOCOL] = { .type = NLA_U8, },
	[ADIT_A_SELECTOR_SPORT_MIN] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_SPORT_MAX] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_DPORT_MIN] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_DPORT_MAX] = { .type = NLA_U16, },
};

/* ADIT_CMD_DEV_GET - do */
const struct nla_policy adit_dev_get_nl_policy[ADIT_A_DEV_DEVICE_ID + 1] = {
	[ADIT_A_DEV_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_DEV_DEVICE_ID] = { .type = NLA_U32, },
};

/* ADIT_CMD_DEV_SET - do */
const struct nla_policy adit_dev_set_nl_policy[ADIT_A_DEV_STAGED_LIMIT + 1] = {
	[ADIT_A_DEV_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_DEV_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_DEV_CARRIER_POLICY] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_DEV_MARK] = { .type = NLA_U32, },
	[ADIT_A_DEV_MTU_POLICY] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_DEV_STAGED_LIMIT] = { .type = NLA_U32, },
};

/* ADIT_CMD_SA_ADD - do */
const struct nla_policy adit_sa_add_nl_policy[ADIT_A_SA_BUNDLE_SPI + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_PROTO] = { .type = NLA_U8, },
	[ADIT_A_SA_MODE] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_SPI] = { .type = NLA_U32, },
	[ADIT_A_SA_LOCAL] = { .type = NLA_BINARY, },
	[ADIT_A_SA_REMOTE] = { .type = NLA_BINARY, },
	[ADIT_A_SA_ENCAP_LOCAL_PORT] = { .type = NLA_U16, },
	[ADIT_A_SA_ENCAP_PEER_PORT] = { .type = NLA_U16, },
	[ADIT_A_SA_AEAD_NAME] = { .type = NLA_NUL_STRING, },
	[ADIT_A_SA_AEAD_KEY] = { .type = NLA_BINARY, },
	[ADIT_A_SA_AEAD_ICV_BITS] = { .type = NLA_U16, },
	[ADIT_A_SA_ENC_NAME] = { .type = NLA_NUL_STRING, },
	[ADIT_A_SA_ENC_KEY] = { .type = NLA_BINARY, },
	[ADIT_A_SA_AUTH_NAME] = { .type = NLA_NUL_STRING, },
	[ADIT_A_SA_AUTH_KEY] = { .type = NLA_BINARY, },
	[ADIT_A_SA_AUTH_ICV_BITS] = { .type = NLA_U16, },
	[ADIT_A_SA_REPLAY_WINDOW] = { .type = NLA_U32, },
	[ADIT_A_SA_ESN] = { .type = NLA_FLAG, },
	[ADIT_A_SA_SEQ] = { .type = NLA_U64, },
	[ADIT_A_SA_LIMITS] = NLA_POLICY_NESTED(adit_limits_nl_policy),
	[ADIT_A_SA_SELECTOR] = NLA_POLICY_NESTED(adit_selector_nl_policy),
	[ADIT_A_SA_DF_POLICY] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_DSCP_POLICY] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_DSCP] = { .type = NLA_U8, },
	[ADIT_A_SA_ECN_POLICY] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_TTL] = { .type = NLA_U8, },
	[ADIT_A_SA_MARK] = { .type = NLA_U32, },
	[ADIT_A_SA_BUNDLE_SPI] = { .type = NLA_U32, },
};

/* ADIT_CMD_SA_DEL - do */
const struct nla_policy adit_sa_del_nl_policy[ADIT_A_SA_REMOTE + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_PROTO] = { .type = NLA_U8, },
	[ADIT_A_SA_SPI] = { .type = NLA_U32, },
	[ADIT_A_SA_LOCAL] = { .type = NLA_BINARY, },
	[ADIT_A_SA_REMOTE] = { .type = NLA_BINARY, },
};

/* ADIT_CMD_SA_SET - do */
const struct nla_policy adit_sa_set_nl_policy[ADIT_A_SA_NEW_ENCAP_PEER_PORT + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_PROTO] = { .type = NLA_U8, },
	[ADIT_A_SA_SPI] = { .type = NLA_U32, },
	[ADIT_A_SA_LOCAL] = { .type = NLA_BINARY, },
	[ADIT_A_SA_REMOTE] = { .type = NLA_BINARY, },
	[ADIT_A_SA_NEW_REMOTE] = { .type = NLA_BINARY, },
	[ADIT_A_SA_NEW_ENCAP_PEER_PORT] = { .type = NLA_U16, },
	[ADIT_A_SA_LIMITS] = NLA_POLICY_NESTED(adit_limits_nl_policy),
};

/* ADIT_CMD_SA_GET - do */
const struct nla_policy adit_sa_get_nl_policy[ADIT_A_SA_REMOTE + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
	[ADIT_A_SA_PROTO] = { .type = NLA_U8, },
	[ADIT_A_SA_SPI] = { .type = NLA_U32, },
	[ADIT_A_SA_LOCAL] = { .type = NLA_BINARY, },
	[ADIT_A_SA_REMOTE] = { .type = NLA_BINARY, },
};

/* ADIT_CMD_SA_FLUSH - do */
const struct nla_policy adit_sa_flush_nl_policy[ADIT_A_SA_DIRECTION + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32, },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32, },
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, 0, 255),
};

/* Ops table for adit */
const struct genl_ops adit_nl_ops[7] = {
	{
		.cmd		= ADIT_CMD_DEV_GET,
		.doit		= adit_nl_dev_get_doit,
		.dumpit		= adit_nl_dev_get_dumpit,
		.policy		= adit_dev_get_nl_policy,
		.maxattr	= ADIT_A_DEV_DEVICE_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_DEV_SET,
		.doit		= adit_nl_dev_set_doit,
		.policy		= adit_dev_set_nl_policy,
		.maxattr	= ADIT_A_DEV_STAGED_LIMIT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_ADD,
		.doit		= adit_nl_sa_add_doit,
		.policy		= adit_sa_add_nl_policy,
		.maxattr	= ADIT_A_SA_BUNDLE_SPI,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_DEL,
		.doit		= adit_nl_sa_del_doit,
		.policy		= adit_sa_del_nl_policy,
		.maxattr	= ADIT_A_SA_REMOTE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_SET,
		.doit		= adit_nl_sa_set_doit,
		.policy		= adit_sa_set_nl_policy,
		.maxattr	= ADIT_A_SA_NEW_ENCAP_PEER_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_GET,
		.doit		= adit_nl_sa_get_doit,
		.dumpit		= adit_nl_sa_get_dumpit,
		.policy		= adit_sa_get_nl_policy,
		.maxattr	= ADIT_A_SA_REMOTE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_FLUSH,
		.doit		= adit_nl_sa_flush_doit,
		.policy		= adit_sa_flush_nl_policy,
		.maxattr	= ADIT_A_SA_DIRECTION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group adit_nl_mcgrps[] = {
	[ADIT_NLGRP_EVENTS] = { "events", },
};

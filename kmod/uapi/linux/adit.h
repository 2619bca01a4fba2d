/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_ADIT_H
#define _UAPI_LINUX_ADIT_H

#define ADIT_FAMILY_NAME	"adit"
#define ADIT_FAMILY_VERSION	1

/**
 * enum adit_direction - Which way packets pass an SA.
 * @ADIT_DIRECTION_IN: Received packets, found by SPI, local address and
 *   protocol.
 * @ADIT_DIRECTION_OUT: Sent packets, found by the traffic selectors.
 */
enum adit_direction {
	ADIT_DIRECTION_IN = 1,
	ADIT_DIRECTION_OUT,
};

/**
 * enum adit_mode - RFC 4301 4.1. The values are those of XFRM_MODE_*.
 * @ADIT_MODE_TRANSPORT: The packet keeps its IP header, whose addresses are
 *   the SA's local and remote.
 * @ADIT_MODE_TUNNEL: The whole packet becomes the payload of a new one.
 */
enum adit_mode {
	ADIT_MODE_TRANSPORT,
	ADIT_MODE_TUNNEL,
};

/**
 * enum adit_df_policy - Don't Fragment of an outer IPv4 header (RFC 4301 8.1).
 * @ADIT_DF_POLICY_COPY: As in the inner IPv4 header; set for inner IPv6,
 *   unless it is one of at most 1280 bytes that does not fit the path. The
 *   default.
 * @ADIT_DF_POLICY_SET: Always set, but for such an IPv6 packet.
 * @ADIT_DF_POLICY_CLEAR: Never set; a packet that does not fit the path is
 *   fragmented after encryption.
 */
enum adit_df_policy {
	ADIT_DF_POLICY_COPY,
	ADIT_DF_POLICY_SET,
	ADIT_DF_POLICY_CLEAR,
};

/**
 * enum adit_dscp_policy - DSCP of the outer header (RFC 4301 5.1.2.1, RFC
 *   2983).
 * @ADIT_DSCP_POLICY_COPY: As in the inner header. The default.
 * @ADIT_DSCP_POLICY_FIXED: The value of the attribute "dscp".
 */
enum adit_dscp_policy {
	ADIT_DSCP_POLICY_COPY,
	ADIT_DSCP_POLICY_FIXED,
};

/**
 * enum adit_ecn_policy - ECN field of the outer header (RFC 6040 4.1).
 *   Decapsulation always follows RFC 6040 4.2.
 * @ADIT_ECN_POLICY_NORMAL: Copied from the inner header. The default.
 * @ADIT_ECN_POLICY_COMPATIBILITY: Always Not-ECT.
 */
enum adit_ecn_policy {
	ADIT_ECN_POLICY_NORMAL,
	ADIT_ECN_POLICY_COMPATIBILITY,
};

/**
 * enum adit_carrier_policy - What the device's carrier says.
 * @ADIT_CARRIER_POLICY_FOLLOW: Up while an outbound SA is usable, down
 *   otherwise. The default.
 * @ADIT_CARRIER_POLICY_ALWAYS: Always up.
 * @ADIT_CARRIER_POLICY_ON_DEMAND: Up while an outbound SA is usable, dormant
 *   otherwise; a packet without SA raises "acquire" and is staged.
 */
enum adit_carrier_policy {
	ADIT_CARRIER_POLICY_FOLLOW,
	ADIT_CARRIER_POLICY_ALWAYS,
	ADIT_CARRIER_POLICY_ON_DEMAND,
};

/**
 * enum adit_mtu_policy - Who sets the device's MTU.
 * @ADIT_MTU_POLICY_AUTO: The module: the largest inner packet that fits the
 *   path through the newest outbound SA. The default.
 * @ADIT_MTU_POLICY_FIXED: The administrator, `ip link set mtu`, which also
 *   selects this policy.
 */
enum adit_mtu_policy {
	ADIT_MTU_POLICY_AUTO,
	ADIT_MTU_POLICY_FIXED,
};

/**
 * enum adit_mtu_source - What the device's MTU was computed from.
 * @ADIT_MTU_SOURCE_DEFAULT: No usable outbound SA, the value is a guess or a
 *   remnant.
 * @ADIT_MTU_SOURCE_ROUTE: The MTU of the route to the peer.
 * @ADIT_MTU_SOURCE_ICMP: What ICMP from the path taught; forgotten as the
 *   route's is.
 * @ADIT_MTU_SOURCE_FIXED: The administrator.
 */
enum adit_mtu_source {
	ADIT_MTU_SOURCE_DEFAULT,
	ADIT_MTU_SOURCE_ROUTE,
	ADIT_MTU_SOURCE_ICMP,
	ADIT_MTU_SOURCE_FIXED,
};

/**
 * enum adit_expire_reason - Which limit was reached.
 * @ADIT_EXPIRE_REASON_BYTES: byte-soft or byte-hard.
 * @ADIT_EXPIRE_REASON_PACKETS: packet-soft or packet-hard.
 * @ADIT_EXPIRE_REASON_TIME: time-soft or time-hard.
 * @ADIT_EXPIRE_REASON_IDLE: No packet for the time of the limit "idle".
 */
enum adit_expire_reason {
	ADIT_EXPIRE_REASON_BYTES,
	ADIT_EXPIRE_REASON_PACKETS,
	ADIT_EXPIRE_REASON_TIME,
	ADIT_EXPIRE_REASON_IDLE,
};

enum {
	ADIT_A_LIMITS_PAD = 1,
	ADIT_A_LIMITS_BYTE_SOFT,
	ADIT_A_LIMITS_BYTE_HARD,
	ADIT_A_LIMITS_PACKET_SOFT,
	ADIT_A_LIMITS_PACKET_HARD,
	ADIT_A_LIMITS_TIME_SOFT,
	ADIT_A_LIMITS_TIME_HARD,
	ADIT_A_LIMITS_IDLE,

	__ADIT_A_LIMITS_MAX,
	ADIT_A_LIMITS_MAX = (__ADIT_A_LIMITS_MAX - 1)
};

enum {
	ADIT_A_SELECTOR_SRC = 1,
	ADIT_A_SELECTOR_SRC_PREFIX,
	ADIT_A_SELECTOR_DST,
	ADIT_A_SELECTOR_DST_PREFIX,
	ADIT_A_SELECTOR_PROTOCOL,
	ADIT_A_SELECTOR_SPORT_MIN,
	ADIT_A_SELECTOR_SPORT_MAX,
	ADIT_A_SELECTOR_DPORT_MIN,
	ADIT_A_SELECTOR_DPORT_MAX,

	__ADIT_A_SELECTOR_MAX,
	ADIT_A_SELECTOR_MAX = (__ADIT_A_SELECTOR_MAX - 1)
};

enum {
	ADIT_A_DROPS_PAD = 1,
	ADIT_A_DROPS_REPLAY,
	ADIT_A_DROPS_AUTHENTICATION,
	ADIT_A_DROPS_NO_SA,
	ADIT_A_DROPS_SELECTOR,
	ADIT_A_DROPS_PADDING,
	ADIT_A_DROPS_MALFORMED,
	ADIT_A_DROPS_MTU,
	ADIT_A_DROPS_NO_ROUTE,
	ADIT_A_DROPS_NO_MEMORY,
	ADIT_A_DROPS_SEQUENCE_OVERFLOW,
	ADIT_A_DROPS_EXPIRED,
	ADIT_A_DROPS_CRYPTO,
	ADIT_A_DROPS_ECN,
	ADIT_A_DROPS_ENCAPSULATION,
	ADIT_A_DROPS_STAGED,

	__ADIT_A_DROPS_MAX,
	ADIT_A_DROPS_MAX = (__ADIT_A_DROPS_MAX - 1)
};

enum {
	ADIT_A_DEV_PAD = 1,
	ADIT_A_DEV_IFINDEX,
	ADIT_A_DEV_DEVICE_ID,
	ADIT_A_DEV_NAME,
	ADIT_A_DEV_CARRIER_POLICY,
	ADIT_A_DEV_MARK,
	ADIT_A_DEV_MTU_POLICY,
	ADIT_A_DEV_STAGED_LIMIT,
	ADIT_A_DEV_MTU,
	ADIT_A_DEV_MTU_SOURCE,
	ADIT_A_DEV_MTU_PATH,
	ADIT_A_DEV_MTU_OVERHEAD,
	ADIT_A_DEV_MTU_SPI,
	ADIT_A_DEV_CARRIER,
	ADIT_A_DEV_SAS_IN,
	ADIT_A_DEV_SAS_OUT,
	ADIT_A_DEV_STAGED,
	ADIT_A_DEV_RX_PACKETS,
	ADIT_A_DEV_RX_BYTES,
	ADIT_A_DEV_TX_PACKETS,
	ADIT_A_DEV_TX_BYTES,
	ADIT_A_DEV_DROPS,

	__ADIT_A_DEV_MAX,
	ADIT_A_DEV_MAX = (__ADIT_A_DEV_MAX - 1)
};

enum {
	ADIT_A_SA_PAD = 1,
	ADIT_A_SA_IFINDEX,
	ADIT_A_SA_DEVICE_ID,
	ADIT_A_SA_IFNAME,
	ADIT_A_SA_DIRECTION,
	ADIT_A_SA_PROTO,
	ADIT_A_SA_MODE,
	ADIT_A_SA_SPI,
	ADIT_A_SA_LOCAL,
	ADIT_A_SA_REMOTE,
	ADIT_A_SA_ENCAP_LOCAL_PORT,
	ADIT_A_SA_ENCAP_PEER_PORT,
	ADIT_A_SA_AEAD_NAME,
	ADIT_A_SA_AEAD_KEY,
	ADIT_A_SA_AEAD_ICV_BITS,
	ADIT_A_SA_ENC_NAME,
	ADIT_A_SA_ENC_KEY,
	ADIT_A_SA_AUTH_NAME,
	ADIT_A_SA_AUTH_KEY,
	ADIT_A_SA_AUTH_ICV_BITS,
	ADIT_A_SA_REPLAY_WINDOW,
	ADIT_A_SA_ESN,
	ADIT_A_SA_SEQ,
	ADIT_A_SA_LIMITS,
	ADIT_A_SA_SELECTOR,
	ADIT_A_SA_DF_POLICY,
	ADIT_A_SA_DSCP_POLICY,
	ADIT_A_SA_DSCP,
	ADIT_A_SA_ECN_POLICY,
	ADIT_A_SA_TTL,
	ADIT_A_SA_MARK,
	ADIT_A_SA_BUNDLE_SPI,
	ADIT_A_SA_NEW_REMOTE,
	ADIT_A_SA_NEW_ENCAP_PEER_PORT,
	ADIT_A_SA_BYTES,
	ADIT_A_SA_PACKETS,
	ADIT_A_SA_AGE,
	ADIT_A_SA_IDLE,
	ADIT_A_SA_MTU,
	ADIT_A_SA_MTU_PATH,
	ADIT_A_SA_MTU_SOURCE,
	ADIT_A_SA_OVERHEAD,
	ADIT_A_SA_DRIVER,
	ADIT_A_SA_DROPS,
	ADIT_A_SA_REASON,

	__ADIT_A_SA_MAX,
	ADIT_A_SA_MAX = (__ADIT_A_SA_MAX - 1)
};

enum {
	ADIT_CMD_DEV_GET = 1,
	ADIT_CMD_DEV_SET,
	ADIT_CMD_SA_ADD,
	ADIT_CMD_SA_DEL,
	ADIT_CMD_SA_SET,
	ADIT_CMD_SA_GET,
	ADIT_CMD_SA_FLUSH,
	ADIT_CMD_SOFT_EXPIRE,
	ADIT_CMD_HARD_EXPIRE,
	ADIT_CMD_ACQUIRE,
	ADIT_CMD_MAPPING_CHANGED,
	ADIT_CMD_SEQUENCE_OVERFLOW,
	ADIT_CMD_FIRST_USE,

	__ADIT_CMD_MAX,
	ADIT_CMD_MAX = (__ADIT_CMD_MAX - 1)
};

#define ADIT_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_ADIT_H */

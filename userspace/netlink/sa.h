/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations in the kernel (RFC 4301 4.4.2).
 */
#ifndef ADIT_NETLINK_SA_H
#define ADIT_NETLINK_SA_H

#include <linux/adit.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

struct anl;

#define ANL_ALGORITHM_NAME	64	/* bytes, with the terminating zero */
#define ANL_KEY_MAX		512	/* bytes, as the kernel has it for authentication keys */
#define ANL_REPLAY_WINDOW_MAX	4096
#define ANL_REPLAY_WINDOW_DEFAULT 64	/* the kernel's own */
#define ANL_SELECTORS_MAX	64	/* of one SA */

/* The values are the kernel's, but these names say ours */
enum anl_direction {
	ANL_IN = ADIT_DIRECTION_IN,
	ANL_OUT = ADIT_DIRECTION_OUT
};

enum anl_mode {
	ANL_TRANSPORT = ADIT_MODE_TRANSPORT,
	ANL_TUNNEL = ADIT_MODE_TUNNEL
};

/* What becomes of the outer IPv4 header's Don't Fragment bit (RFC 4301 8.1) */
enum anl_df {
	ANL_DF_COPY = ADIT_DF_POLICY_COPY,	/* the default; set for IPv6 inside */
	ANL_DF_SET = ADIT_DF_POLICY_SET,
	ANL_DF_CLEAR = ADIT_DF_POLICY_CLEAR
};

/* What becomes of the outer header's DSCP (RFC 4301 5.1.2.1, RFC 2983) */
enum anl_dscp {
	ANL_DSCP_COPY = ADIT_DSCP_POLICY_COPY,	/* the default */
	ANL_DSCP_FIXED = ADIT_DSCP_POLICY_FIXED
};

/* What becomes of the outer header's ECN field (RFC 6040 4.1) */
enum anl_ecn {
	ANL_ECN_NORMAL = ADIT_ECN_POLICY_NORMAL,	/* the default */
	ANL_ECN_COMPATIBILITY = ADIT_ECN_POLICY_COMPATIBILITY
};

/**
 * struct anl_algorithm - a transform by the kernel's name, with its key
 * @name: "rfc4106(gcm(aes))", "cbc(aes)", "hmac(sha1)" …; empty: none
 * @key: for AEAD and CTR the salt at the end, as `ip xfrm` has it
 * @key_length: bytes; 0 for SAs that were read from the kernel
 * @icv_bits: length of the ICV (aead, auth), in bits, a multiple of 8;
 *	      0: the RFC's (the longest of an AEAD)
 */
struct anl_algorithm {
	char name[ANL_ALGORITHM_NAME];
	uint8_t key[ANL_KEY_MAX];
	size_t key_length;
	unsigned int icv_bits;
};

/**
 * struct anl_selector - what may pass (RFC 4301 4.4.1), as the packet itself
 * carries it: @src and @dst are the packet's, whatever the SA's direction
 * @protocol: 0: any
 * @sport_first … @dport_last: host order; 0 to 65535: any
 */
struct anl_selector {
	struct anl_prefix src;
	struct anl_prefix dst;
	uint8_t protocol;
	uint16_t sport_first, sport_last;
	uint16_t dport_first, dport_last;
};

/**
 * struct anl_limit - a lifetime (RFC 4301 4.4.2.1); 0: without limit
 * @soft: a soft-expire event is sent, once
 * @hard: the SA is removed, a hard-expire event is sent
 */
struct anl_limit {
	uint64_t soft;
	uint64_t hard;
};

/* Packets dropped: the words are the kernel's, of kmod/adit.yaml, set "drops" */
struct anl_drop {
	const char *reason;
	uint64_t packets;
};

#define ANL_DROPS_MAX	ADIT_A_DROPS_MAX

/* Those reasons that have occurred */
struct anl_drops {
	struct anl_drop list[ANL_DROPS_MAX];
	unsigned int count;
};

/**
 * struct anl_sa_counters - what an SA has done; only read
 * @packets, @bytes: inner packets that passed
 * @age: seconds since it was added
 * @idle: seconds since the last packet; -1: there was none
 */
struct anl_sa_counters {
	uint64_t packets;
	uint64_t bytes;
	int64_t age;
	int64_t idle;
	struct anl_drops drops;
};

/**
 * struct anl_sa - a security association
 * @ifindex: the device
 * @device: its name; only read
 * @device_id: its number, which holds also when it was moved to another network
 *	       namespace; used where @ifindex is 0
 * @protocol: IPPROTO_ESP or IPPROTO_AH
 * @spi: host order, not 0 (RFC 4303 2.1)
 * @local, @remote: outer addresses: local is always our own end
 * @encap: UDP encapsulation (RFC 3948), @encap_local and @encap_remote being
 *	   the ports in host order
 * @aead: exclusive with @enc and @auth; AH has @auth only
 * @replay_window: packets, 0 (no check) to 4096; inbound only, ignored on add
 *		   for outbound SAs
 * @esn: extended sequence numbers (RFC 4303 2.2.1)
 * @sequence: the last number sent or the highest accepted; on add normally 0
 * @bytes, @packets: limits of inner traffic
 * @seconds: limits since the SA was added, below 2^32
 * @idle: seconds without a packet after which the SA is removed; 0: never
 * @selectors: none: everything passes
 * @selectors_cut: the kernel has more selectors than fit here; only read
 * @df, @dscp, @ecn, @ttl: the outer header; outbound tunnel mode only
 * @dscp_value: 0 to 63, for ANL_DSCP_FIXED
 * @ttl: 0: the route's default
 * @mark: of the outer packets and their route lookup; @has_mark false: the device's
 * @bundle_spi: of an ESP SA: the SPI of the AH SA in transport mode, of the same
 *		device, direction and addresses, that goes over it; 0: none said
 * @mtu, @mtu_path, @overhead: of an outbound SA: largest inner packet, path
 *			       MTU, and their difference, in bytes; only read
 * @mtu_source: ADIT_MTU_SOURCE_*; only read
 * @driver: the crypto implementation in use; only read
 */
struct anl_sa {
	uint32_t ifindex;
	char device[IFNAMSIZ];
	uint32_t device_id;
	enum anl_direction direction;
	uint8_t protocol;
	enum anl_mode mode;
	uint32_t spi;
	struct anl_address local;
	struct anl_address remote;
	bool encap;
	uint16_t encap_local;
	uint16_t encap_remote;
	struct anl_algorithm aead;
	struct anl_algorithm enc;
	struct anl_algorithm auth;
	uint32_t replay_window;
	bool esn;
	uint64_t sequence;
	struct anl_limit bytes;
	struct anl_limit packets;
	struct anl_limit seconds;
	uint32_t idle;
	struct anl_selector selectors[ANL_SELECTORS_MAX];
	unsigned int selector_count;
	bool selectors_cut;
	enum anl_df df;
	enum anl_dscp dscp;
	uint8_t dscp_value;
	enum anl_ecn ecn;
	uint8_t ttl;
	bool has_mark;
	uint32_t mark;
	uint32_t bundle_spi;

	struct anl_sa_counters counters;
	uint32_t mtu;
	uint32_t mtu_path;
	uint32_t overhead;
	uint8_t mtu_source;
	char driver[128];
};

/**
 * struct anl_sa_id - what an SA is found by (RFC 4301 4.1)
 * @local, @remote: family AF_UNSPEC where the rest says enough
 */
struct anl_sa_id {
	uint32_t ifindex;
	uint32_t device_id;
	enum anl_direction direction;
	uint8_t protocol;
	uint32_t spi;
	struct anl_address local;
	struct anl_address remote;
};

/** anl_sa_id - the identity of @sa. */
struct anl_sa_id anl_sa_id(const struct anl_sa *sa);

/** anl_sa_init - an ESP tunnel SA without selectors, every other setting its default. */
void anl_sa_init(struct anl_sa *sa);

/** anl_selector_init - any address, protocol and port. */
void anl_selector_init(struct anl_selector *selector);

/** anl_sa_erase - wipe the keys out of memory; call it when the structure is no longer needed. */
void anl_sa_erase(struct anl_sa *sa);

/**
 * anl_sa_check - what can be said about an SA without asking the kernel
 *
 * SPI 0, replay window over 4096, key lengths and ICV lengths of algorithms
 * that we know, encryption without integrity, addresses of two families …
 *
 * Return: 0 or -EINVAL, with @error naming the thing.
 */
int anl_sa_check(const struct anl_sa *sa, struct anl_error *error);

/**
 * anl_sa_add - give the kernel an SA
 *
 * The message is erased after it was sent; @sa stays with the caller.
 *
 * Return: 0 or a negative errno; -EEXIST: there is one with this identity;
 * -ENOENT: the kernel lacks the algorithm; -ENODEV: no such adit device.
 */
int anl_sa_add(struct anl *anl, const struct anl_sa *sa, struct anl_error *error);

/** anl_sa_del - Return: 0 or a negative errno; -ENOENT: there is none. */
int anl_sa_del(struct anl *anl, const struct anl_sa_id *id, struct anl_error *error);

/**
 * anl_sa_set - change an SA in use
 * @set: which of @sa's fields: bits ANL_SA_SET_*
 * @new_remote: for ANL_SA_SET_PEER: the peer's new address, with
 *		@sa->encap_remote its new port (after a NAT rebinding)
 */
int anl_sa_set(struct anl *anl, const struct anl_sa *sa, uint32_t set,
	       const struct anl_address *new_remote, struct anl_error *error);

#define ANL_SA_SET_PEER		(1u << 0)	/* @new_remote and encap_remote */
#define ANL_SA_SET_LIMITS	(1u << 1)	/* bytes, packets, seconds, idle: all of them */

/** anl_sa_get - read one SA, without its keys. */
int anl_sa_get(struct anl *anl, const struct anl_sa_id *id, struct anl_sa *sa,
	       struct anl_error *error);

/**
 * anl_sa_dump - read all SAs
 * @ifindex: of one device; 0: of all in this namespace
 * @each: called for each; a negative value ends the dump and is returned
 *
 * @each must not use @anl.
 */
int anl_sa_dump(struct anl *anl, uint32_t ifindex,
		int (*each)(const struct anl_sa *sa, void *context), void *context,
		struct anl_error *error);

/**
 * anl_sa_flush - remove all SAs
 * @ifindex: of one device; 0: of all in this namespace
 * @direction: 0: both
 */
int anl_sa_flush(struct anl *anl, uint32_t ifindex, int direction, struct anl_error *error);

#endif

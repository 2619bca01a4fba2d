/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations in the kernel (RFC 4301 4.4.2).
 */
#ifndef ADIT_NETLINK_SA_H
#define ADIT_NETLINK_SA_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

struct anl;

#define ANL_ALGORITHM_NAME	64	/* CRYPTO_MAX_ALG_NAME is 128; ours are shorter */
#define ANL_KEY_MAX		128	/* bytes; the longest: HMAC-SHA-512 with a full block */
#define ANL_REPLAY_WINDOW_MAX	4096
#define ANL_SELECTORS_MAX	32

enum anl_direction { ANL_IN = 1, ANL_OUT };

enum anl_mode { ANL_TUNNEL = 1, ANL_TRANSPORT };

/* What becomes of the outer header's Don't Fragment bit (RFC 4301 8.1) */
enum anl_df { ANL_DF_DEFAULT, ANL_DF_SET, ANL_DF_CLEAR, ANL_DF_COPY };

/* What becomes of the outer header's DSCP (RFC 4301 5.1.2.1) */
enum anl_dscp { ANL_DSCP_DEFAULT, ANL_DSCP_COPY, ANL_DSCP_ZERO };

/**
 * struct anl_algorithm - a transform by the kernel's name, with its key
 * @name: "rfc4106(gcm(aes))", "cbc(aes)", "hmac(sha1)" …; empty: none
 * @key: for AEAD and CTR the salt at the end, as `ip xfrm` has it
 * @key_length: bytes; never known for SAs that were read from the kernel
 * @icv_bits: length of the ICV (aead, auth), in bits, a multiple of 8;
 *	      0: the algorithm's usual one
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
 * @soft: a soft-expire event is sent
 * @hard: the SA is unusable, a hard-expire event is sent
 */
struct anl_limit {
	uint64_t soft;
	uint64_t hard;
};

/* Why packets were dropped; the words are the kernel's attribute names */
struct anl_drop {
	const char *reason;
	uint64_t packets;
};

#define ANL_DROPS_MAX	32

/**
 * struct anl_sa_counters - what an SA has done; only read
 * @added, @used: seconds since it was added and last used (@used: -1 never)
 * @drops: those reasons that have occurred, @drop_count of them
 */
struct anl_sa_counters {
	uint64_t packets;
	uint64_t bytes;
	int64_t added;
	int64_t used;
	struct anl_drop drops[ANL_DROPS_MAX];
	unsigned int drop_count;
};

/**
 * struct anl_sa - a security association
 * @ifindex: the device; for a dump's filter 0: all
 * @protocol: IPPROTO_ESP or IPPROTO_AH
 * @spi: host order, 256 and up (RFC 4303 2.1); 1 to 255 are for tests
 * @local, @remote: outer addresses: local is always our own end
 * @encap: UDP encapsulation (RFC 3948), @encap_local and @encap_remote being
 *	   the ports in host order
 * @aead: exclusive with @enc and @auth; AH has @auth only
 * @replay_window: packets, 0 to 4096; inbound only
 * @esn: extended sequence numbers (RFC 4303 2.2.1)
 * @sequence: the last number sent or the highest accepted; on add normally 0
 * @seconds: time limits count from now; byte and packet limits from 0
 * @selectors: none: everything passes
 * @mark, @mark_mask: of the outer packets; mask 0: the device's own
 * @bundle: SAs of one device and direction with the same number, not 0, are
 *	    applied together: AH around ESP (RFC 4301 4.4)
 * @mtu: largest inner packet; only read
 * @driver: the crypto implementation in use; only read
 * @dead: hard-expired; only read
 */
struct anl_sa {
	uint32_t ifindex;
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
	struct anl_selector selectors[ANL_SELECTORS_MAX];
	unsigned int selector_count;
	enum anl_df df;
	enum anl_dscp dscp;
	uint32_t mark;
	uint32_t mark_mask;
	uint32_t bundle;

	struct anl_sa_counters counters;
	uint32_t mtu;
	char driver[2 * ANL_ALGORITHM_NAME];
	bool dead;
};

/**
 * struct anl_sa_id - what an SA is found by (RFC 4301 4.1)
 */
struct anl_sa_id {
	uint32_t ifindex;
	enum anl_direction direction;
	uint8_t protocol;
	uint32_t spi;
	struct anl_address local;
	struct anl_address remote;
};

/** anl_sa_id - the identity of @sa. */
struct anl_sa_id anl_sa_id(const struct anl_sa *sa);

/** anl_sa_init - a selector-less ESP tunnel SA with every default; erases what was there. */
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
 * Return: 0 or a negative errno; -EEXIST: there is one with this identity.
 */
int anl_sa_add(struct anl *anl, const struct anl_sa *sa, struct anl_error *error);

/** anl_sa_del - Return: 0 or a negative errno; -ESRCH: there is none. */
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
#define ANL_SA_SET_LIMITS	(1u << 1)	/* bytes, packets, seconds */

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

/** anl_sa_flush - remove all SAs of one device; 0: of all in this namespace. */
int anl_sa_flush(struct anl *anl, uint32_t ifindex, struct anl_error *error);

#endif

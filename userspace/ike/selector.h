/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic selectors: the identities of phase 2 (RFC 2407 4.6.2). One side of a pair: an address
 * range, a protocol, a port.
 */
#ifndef ADIT_IKE_SELECTOR_H
#define ADIT_IKE_SELECTOR_H

#include "ike/address.h"
#include "ike/payload.h"

#define SELECTOR_TEXT_MAX 128

struct selector {
	uint8_t family; /* 4 or 6 */
	uint8_t protocol; /* IP protocol, 0: any */
	uint16_t port; /* 0: any */
	uint8_t first[16], last[16]; /* both included; IPv4 in the first four bytes */
};

/*
 * Reads "10.0.0.0/16", "10.0.0.1", "10.0.0.1-10.0.0.9", "2001:db8::/32", each with an optional
 * "[tcp]", "[udp/53]", "[17/1701]" behind it. Host bits below the prefix are refused. Returns false
 * with one sentence in @why.
 */
bool selector_parse(struct selector *s, const char *text, char *why, size_t size);
/* As selector_parse() reads it. Returns @text. */
const char *selector_print(const struct selector *s, char *text, size_t size);

/* One host; @address is 4 or 16 bytes. */
struct selector selector_of_address(struct bytes address);

bool selector_from_payload(struct selector *s, const struct id_payload *p, struct fault *fault);
/* Writes the ID payload: address, subnet or range, whichever is the simplest. */
void selector_write(struct builder *b, const struct selector *s);

/* The prefix length when the range is one, else -1. */
int selector_prefix(const struct selector *s);

/*
 * The range as prefixes, for netlink: writes up to @max of them, returns how many it takes (at most
 * 62 for IPv4, 254 for IPv6), more than @max when they did not fit.
 */
struct prefix {
	uint8_t family; /* 4 or 6 */
	uint8_t len; /* bits */
	uint8_t address[16];
};
unsigned int selector_prefixes(const struct selector *s, struct prefix *out, unsigned int max);

/* The pairs of prefixes that two ranges take; what the kernel has of one SA is bounded. */
#define SELECTOR_PAIRS_MAX 64
unsigned int selector_pairs(const struct selector *a, const struct selector *b);

/* Between this and the public form; @s must not be "dynamic". */
struct selector selector_of_public(const struct ike_selector *s);
struct ike_selector selector_public(const struct selector *s);

bool selector_equal(const struct selector *a, const struct selector *b);
/* Whether all that @inner takes @outer takes too. */
bool selector_contains(const struct selector *outer, const struct selector *inner);
/* What both take; false when nothing. */
bool selector_intersect(const struct selector *a, const struct selector *b, struct selector *out);

#endif

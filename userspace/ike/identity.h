/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a peer says it is: phase 1 identities (RFC 2407 4.6.2). A value, no memory behind it.
 */
#ifndef ADIT_IKE_IDENTITY_H
#define ADIT_IKE_IDENTITY_H

#include "ike/payload.h"

#define IDENTITY_DATA_MAX 1024
#define IDENTITY_TEXT_MAX 1100

struct identity {
	uint8_t type; /* IKE_ID_*; 0: none, matches every identity ("%any") */
	uint16_t len;
	uint8_t data[IDENTITY_DATA_MAX]; /* as in the payload: addresses binary, DN as DER */
};

/*
 * Reads "198.51.100.5", "2001:db8::1", "gw.example.com", "@gw.example.com", "user@example.com",
 * "keyid:text", "@#hex", a DN "C=DE, O=Example, CN=gw" (to DER), "%any". Returns false with one
 * sentence in @why.
 */
bool identity_parse(struct identity *id, const char *text, char *why, size_t size);

/* From an ID payload; checks the data against its type: lengths, no zero bytes in names. */
bool identity_from_payload(struct identity *id, const struct id_payload *p, struct fault *fault);
/* The payload; @protocol and @port are 0 or 17 and 500 (RFC 2407 4.6.2). Points into @id. */
struct id_payload identity_to_payload(const struct identity *id, uint8_t protocol, uint16_t port);

/* From an address of 4 or 16 bytes. */
struct identity identity_of_address(struct bytes address);

/* Names compare without case, DNs by their attributes. @wanted of type 0 takes anything. */
bool identity_matches(const struct identity *wanted, const struct identity *id);

/* As identity_parse() reads it; unprintable bytes are escaped. Returns @text. */
const char *identity_print(const struct identity *id, char *text, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attribute payload of transaction exchanges (draft-ietf-ipsec-isakmp-mode-cfg-05 3.2).
 */
#ifndef ADIT_IKE_ATTRIBUTES_H
#define ADIT_IKE_ATTRIBUTES_H

#include "ike/message.h"

/* Limit on what a peer may send; a real message has a few. */
#define ATTRIBUTES_MAX 256

struct attributes {
	uint8_t type; /* IKE_CFG_REQUEST … */
	uint16_t id; /* the same in a message and its answer */
	struct bytes list; /* the attributes themselves, well-formed */
};

struct attribute {
	uint16_t type; /* IKE_CFG_*, IKE_XAUTH_* */
	uint64_t number; /* its value read as a number, whichever form it came in */
	struct bytes value; /* of the long form; empty for the short one */
};

/* Also checks the form of every attribute, so that attributes_next() cannot fail later. */
bool attributes_parse(struct attributes *a, struct bytes body, struct fault *fault);
/* Takes the next attribute off @list; false at the end. */
bool attributes_next(struct bytes *list, struct attribute *attribute);
/* The first one of @type. */
bool attributes_find(const struct attributes *a, uint16_t type, struct attribute *attribute);
/* Whether any attribute is XAUTH's. */
bool attributes_are_xauth(const struct attributes *a);

/* Attributes are written to @b->w between this and builder_close(). */
void attributes_open(struct builder *b, uint8_t type, uint16_t id);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vendor IDs: what a peer says it is and can do (RFC 2408 3.16).
 */
#ifndef ADIT_IKE_VENDOR_H
#define ADIT_IKE_VENDOR_H

#include "ike/bytes.h"

/* Those that change what we do. */
enum vendor_kind {
	VENDOR_UNKNOWN,
	VENDOR_NAMED, /* known by name only */
	VENDOR_NATT_RFC3947,
	VENDOR_NATT_DRAFT_03,
	VENDOR_NATT_DRAFT_02N, /* "draft-ietf-ipsec-nat-t-ike-02\n" */
	VENDOR_NATT_DRAFT_02,
	VENDOR_DPD, /* RFC 3706 5.1 */
	VENDOR_XAUTH,
	VENDOR_UNITY,
	VENDOR_FRAGMENTATION, /* Cisco's IKE fragmentation */
	VENDOR_STRONGSWAN,
	VENDOR_INITIAL_CONTACT,
	VENDOR_ADIT,
};

struct vendor {
	enum vendor_kind kind;
	const char *name; /* for the log */
	struct bytes id; /* what we send */
	bool prefix; /* others may end differently: a version, flags */
};

/* What vendor ID payload @body means; NULL when unknown. */
const struct vendor *vendor_find(struct bytes body);
/* The row to send for @kind (not UNKNOWN, NAMED). */
const struct vendor *vendor_of(enum vendor_kind kind);
const struct vendor *vendor_row(unsigned int index);

#endif

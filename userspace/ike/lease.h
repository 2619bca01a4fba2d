/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses that a server gives to its clients: each stays with its client for as long as the
 * client has a phase 1 or a child, so also over reauthentication.
 */
#ifndef ADIT_IKE_LEASE_H
#define ADIT_IKE_LEASE_H

#include "ike/session.h"

struct lease {
	struct lease *next; /* by number */
	struct connection *connection;
	struct ike_address address;
	uint32_t number; /* the address as a number */
	unsigned int users; /* sessions and children */
	char owner[]; /* the user, or the identity without XAUTH */
};

/*
 * One for the session's client, which then holds it: that which the client has already; @wanted
 * (may be NULL) if it is free; else the next free one. NULL when none is left.
 */
const struct lease *lease_take(struct session *s, const struct ike_address *wanted);
/* Another user of it; NULL is allowed, so is it below. Returns it. */
struct lease *lease_hold(struct lease *lease);
/* The last user frees it. */
void lease_drop(struct lease *lease);
const struct ike_address *lease_address(const struct lease *lease);
/* First and last address that a pool of this prefix gives away. */
void lease_range(const struct ike_selector *pool, uint32_t *first, uint32_t *last);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two sides of a quick mode agree on: what of the configuration goes into an offer, what
 * a child gets out of the choice, and its keys.
 */
#ifndef ADIT_IKE_AGREEMENT_H
#define ADIT_IKE_AGREEMENT_H

#include "ike/child.h"

/* The configuration's and the session's part; group and SPIs are the caller's. */
struct child_terms agreement_terms(const struct session *s, const struct connection *c);
/* The SPIs that @c receives on, for the wire. */
void agreement_spis(const struct child *c, struct child_terms *terms);
/* "aes128-sha1, aes256-sha256"; of bundles ", each in AH sha256" behind it. */
const char *agreement_print(const struct connection *c, char *text, size_t size);

/*
 * The groups, NULL among them for no PFS, that the configuration allows: of a bundle those that
 * both lists have. Their number; the first @max of them go to @groups.
 */
unsigned int agreement_groups(const struct connection *c, const struct dh_group **groups,
			      unsigned int max);
/*
 * Quick mode has one KE payload, so one message can only offer proposals of one group (RFC 2409
 * 5.5). Turns, counted from 0, go through the groups again and again.
 */
const struct dh_group *agreement_group(const struct connection *c, unsigned int turn);

/* NULL, or why no child of this connection can be had over this session. */
const char *agreement_impossible(const struct session *s, const struct connection *c);
/*
 * Whether the offer would do if only the group were another one: then it is perfect forward
 * secrecy that the two sides disagree about.
 */
bool agreement_only_group_differs(const struct offer *offer, const struct connection *c,
				  const struct child_terms *terms);

/* What was chosen, from here on the child's; it was made with the parts that were chosen. */
void agreement_settle(struct child *c, const struct child_choice *choice);
/*
 * The keys of a quick mode that has both nonces; @peer_public is its KE, empty without PFS. NULL,
 * or why there are none.
 */
const char *agreement_derive(struct exchange *x, struct bytes peer_public);

#endif

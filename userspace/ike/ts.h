/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic selectors in quick mode: the two ID payloads, IDci and IDcr (RFC 2409 5.5).
 */
#ifndef ADIT_IKE_TS_H
#define ADIT_IKE_TS_H

#include "ike/child.h"

struct ts {
	struct selector local, remote;
};

/* The child's selectors, the initiator's first; and NAT-OA where transport mode crosses NAT. */
void ts_write(struct builder *b, const struct session *s, const struct child *c, bool initiator);
/* Responder: the same bytes back. */
void ts_echo(struct builder *b, const struct session *s, const struct message *m);
/* Initiator: NULL when the answer says what we asked for, or less, which the child then has. */
const char *ts_accept(const struct session *s, struct child *c, const struct message *m);
/* Responder: the pair that wants what the peer asks for. NULL with @why otherwise. */
struct pair *ts_select(struct session *s, const struct message *m, struct ts *ts, char *why,
		       size_t size);

#endif

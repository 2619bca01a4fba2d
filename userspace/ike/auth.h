/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authentication of phase 1: who we say we are, and the proof; the same from the peer (RFC 2409 5).
 * A new method is a new branch in these functions' table.
 */
#ifndef ADIT_IKE_AUTH_H
#define ADIT_IKE_AUTH_H

#include "ike/phase1.h"

/* The key exchange is complete: SKEYID and the rest. False when there is no secret for the peer or
 * its public value is bad; the failure is reported. */
bool auth_keys(struct session *s, struct bytes peer_public);
/* ID and HASH of our side, and INITIAL-CONTACT when this is the first we say to the peer. */
bool auth_write(struct session *s, struct builder *b);

enum auth_verdict {
	AUTH_GOOD, /* s->peer and s->connection are set */
	AUTH_FORGED, /* the proof is wrong: the keys differ, or it is not the peer's */
	AUTH_WRONG_ID, /* proven, but it is not who we want to talk to; reported */
};

enum auth_verdict auth_check(struct session *s, const struct message *m);
/* Whether the session's peer, as it has proven to be, is also the one that @other wants. */
bool auth_suits(struct session *s, struct connection *other);
struct identity auth_local_id(const struct session *s);

#endif

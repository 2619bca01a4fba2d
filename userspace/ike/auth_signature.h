/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phase 1 with signatures (RFC 2409 5.1, RFC 4754): our certificate and signature, the judgement of
 * the peer's. Inside of auth.c.
 */
#ifndef ADIT_IKE_AUTH_SIGNATURE_H
#define ADIT_IKE_AUTH_SIGNATURE_H

#include "ike/auth.h"

/* [CERT,] SIG of our HASH_I or HASH_R. False when we cannot sign. */
bool auth_write_signature(struct session *s, struct builder *b);
/* As auth_check(), with what @c trusts; whether @id is the one that is wanted is not asked. */
enum auth_verdict auth_check_signature(struct session *s, struct connection *c,
				       const struct message *m, const struct identity *id);

#endif

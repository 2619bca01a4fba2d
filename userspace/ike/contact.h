/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * INITIAL-CONTACT (RFC 2407 4.6.3.3): whoever says it remembers nothing of its peer from before the
 * phase 1 in which it says so.
 */
#ifndef ADIT_IKE_CONTACT_H
#define ADIT_IKE_CONTACT_H

#include "ike/message.h"
#include "ike/session.h"

/* Into phase 1's own message, when we know of nothing with that address. */
void contact_write(struct session *s, struct builder *b);
/* After a login, for a server, who knows only then who the peer is: a notification of its own. */
void contact_tell(struct session *s);
/* The peer has said so: what was before @fresh goes, if it may (unique.h). */
void contact_heard(struct session *fresh);

#endif

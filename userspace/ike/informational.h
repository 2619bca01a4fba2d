/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Informational exchanges (RFC 2409 5.7): NOTIFY and DELETE, sent and received.
 */
#ifndef ADIT_IKE_INFORMATIONAL_H
#define ADIT_IKE_INFORMATIONAL_H

#include "ike/payload.h"
#include "ike/session.h"

/*
 * Under the session's protection; it must have keys. @copy, unless NULL, gets the message, for
 * those who may have to send it again.
 */
void informational_notify(struct session *s, const struct notify *n, struct blob *copy);
/* Of a bundle both, in one message. */
void informational_delete_child(struct session *s, const struct child *c);
void informational_delete_session(struct session *s);

/* In the clear, because there is no protection (yet); rate-limited. */
void informational_clear(struct ike *ike, const struct isakmp_header *h, uint16_t type,
			 const struct ike_endpoint *local, const struct ike_endpoint *remote);

/* One that came in the clear: a hint at best. @s may be NULL. */
void informational_unprotected(struct ike *ike, struct session *s, const struct message *m,
			       const struct ike_endpoint *remote);

void informational_input(struct exchange *x, const struct message *m);

/*
 * Whether what cannot be authenticated comes from one with our keys, who is a message of phase 1
 * further: its IV is another, which spoils the first block and no more.
 */
bool informational_ahead(const struct session *s, const struct message *m);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05 3.1): two messages, request and
 * reply or set and acknowledgement, protected as quick mode's first.
 */
#ifndef ADIT_IKE_TRANSACTION_H
#define ADIT_IKE_TRANSACTION_H

#include "ike/attributes.h"
#include "ike/session.h"

/* Writes attributes of our message; @about is the caller's. */
typedef void attributes_write(const struct session *s, struct writer *w, const void *about);

/* Begins one with a message of @type. The session fails when it cannot be sent. */
void transaction_begin(struct session *s, enum transaction_purpose purpose, uint8_t type,
		       attributes_write *write, const void *about);
/* The answer to what came, which exchange_accept() has taken. */
void transaction_answer(struct exchange *x, uint8_t type, uint16_t id, attributes_write *write,
			const void *about);
void transaction_silence(struct exchange *x, bool final);

void transaction_r1(struct exchange *x, const struct message *m);
void transaction_i2(struct exchange *x, const struct message *m);

#endif

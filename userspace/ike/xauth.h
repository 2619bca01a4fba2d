/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XAUTH (draft-beaulieu-ike-xauth-02), generic: user and password behind phase 1. The server asks,
 * the client replies; the server says whether that was right.
 */
#ifndef ADIT_IKE_XAUTH_H
#define ADIT_IKE_XAUTH_H

#include "ike/transaction.h"

/* Server. */
void xauth_ask(struct session *s);
void xauth_reply(struct session *s, const struct attributes *a);
void xauth_acknowledged(struct session *s);
/* A wrong password has waited: another attempt, or the end. */
void xauth_again(struct session *s);

/* Client. */
void xauth_request(struct exchange *x, const struct attributes *a);
void xauth_status(struct exchange *x, const struct attributes *a);

#endif

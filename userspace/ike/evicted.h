/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First messages that were answered and whose half-open session had to make room. When the third
 * message comes, its sender has our cookie and so is where it says (RFC 2408 2.5.3): the session is
 * made again out of the first message, in aggressive mode with the answer's key pair and nonce. So
 * a flood of first messages costs the true peer nothing as long as it goes on before some ten
 * thousand others came.
 */
#ifndef ADIT_IKE_EVICTED_H
#define ADIT_IKE_EVICTED_H

#include "ike/engine.h"

/* Bytes of the longest first message that is kept: that not a few take all the room. */
#define EVICTED_MESSAGE_MAX 8192

struct arrival;
struct session;

/* False when memory is short; evicted_free() is due all the same. */
bool evicted_init(struct evicted *e);
void evicted_free(struct evicted *e);
/* @s is about to go: keeps what it takes to make it again, if that is possible. */
void evicted_keep(struct session *s);
/* The session that @a goes on with, made again; NULL when it belongs to none that was kept. */
struct session *evicted_resume(struct ike *ike, const struct arrival *a);

#endif

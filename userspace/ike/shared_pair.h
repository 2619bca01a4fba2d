/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key pairs for the answers to first messages of aggressive mode. Each answer has a fresh one, but
 * in a flood, where making one for every message would keep us from the true peers, many have the
 * same, for a second. Who breaks one of its phase 1s breaks the others of that second, and no more:
 * nonces are fresh and the peer's values are checked each time (RFC 6989 2). RFC 7296 2.12 lets
 * IKEv2 do so; quick mode's key exchanges, for PFS, are never shared.
 */
#ifndef ADIT_IKE_SHARED_PAIR_H
#define ADIT_IKE_SHARED_PAIR_H

#include "ike/dh.h"
#include "ike/engine.h"

/* One for an answer, for dh_free(); NULL when OpenSSL refuses. */
struct dh *shared_pair_hold(struct ike *ike, const struct dh_group *group);
/* A half-open session has to make room for another. */
void shared_pair_flood(struct ike *ike);
/* Forgets them once the flood is over; at each end of a half-open session. */
void shared_pair_review(struct ike *ike);
void shared_pair_forget(struct half_open *h);

#endif

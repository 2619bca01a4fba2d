/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several children for the same traffic: which of them stays when one is renewed, and when both
 * sides renew it at once.
 */
#ifndef ADIT_IKE_SUCCESSION_H
#define ADIT_IKE_SUCCESSION_H

#include "ike/child.h"

/* Whether two are for the same traffic of the same peer, so that one of them is enough. */
bool succession_alike(const struct child *a, const struct child *b);
/* Another peer's in use for the same traffic, NULL without: what is sent goes to the newest. */
const struct child *succession_rival(const struct child *c);
/* The newest other one in use for the same traffic with the same peer, NULL without. */
const struct child *succession_heir(const struct child *c);
/* Whether another one for the same traffic is in use, of those with a number below @below. */
bool succession_in_use(const struct child *c, uint64_t below);
/*
 * Whether one that stays is there. The later one does; but when two rekeys cross, the sides see
 * them in different orders, and so the greater of their smaller nonces decides, since both know
 * those.
 */
bool succession_outdone(const struct child *c);
/*
 * Whether one is there that came later, and did not cross it. From then on it comes behind all
 * others, also if that one goes: what crossed its successor is later than it, too.
 */
bool succession_outdated(const struct child *c);
/*
 * Whether its time is over for the peer, too, who deletes it then with or without a successor. How
 * many bytes the peer has counted is not known.
 */
bool succession_over(const struct child *c);

#endif

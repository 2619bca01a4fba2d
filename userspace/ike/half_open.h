/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Half-open sessions: phase 1s that a peer began and has not proven itself in. Anybody can begin
 * them, with any address as the sender's, so their number is bounded, in all and for one address.
 */
#ifndef ADIT_IKE_HALF_OPEN_H
#define ADIT_IKE_HALF_OPEN_H

#include "ike/session.h"

/* False when memory is short; half_open_free() is due all the same. */
bool half_open_init(struct half_open *h);
void half_open_free(struct half_open *h);
/* False, and nothing added, when memory is short. */
bool half_open_add(struct session *s);
/* It is established, or dead; nothing when it is none of them. */
void half_open_remove(struct session *s);
/*
 * Whether there is room for one more from @remote; if not, one that deserves it least is killed to
 * make room. False when none does.
 */
bool half_open_room(struct ike *ike, const struct ike_endpoint *remote);

#endif

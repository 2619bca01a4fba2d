/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uniqueness: what becomes of a peer that is somewhere already when its identity comes from another
 * address. Only where we are responder; XAUTH's users count as part of the identity.
 *
 * Two living hosts that share an identity by mistake must not throw each other out for ever. So
 * only a newcomer replaces anybody, never a renewal; and who has just replaced another one is not
 * replaced itself: then both stay, and the log says so.
 */
#ifndef ADIT_IKE_UNIQUE_H
#define ADIT_IKE_UNIQUE_H

#include "ike/session.h"

/*
 * The peer has proven who it is: whether it may come in. False, and reported, with the policy keep
 * when its identity is somewhere else; the one that is there is asked whether it still lives.
 */
bool unique_admits(struct session *fresh);
/* It is established: with the policy replace those elsewhere are deleted. */
void unique_settle(struct session *fresh);
/*
 * INITIAL-CONTACT (RFC 2407 4.6.3.3) on @fresh: whether @old, of the same address, goes for it. Two
 * hosts behind one NAT cannot be told from one that has restarted.
 */
bool unique_restarted(struct session *fresh, const struct session *old);
/*
 * Whether @b, established and not replaced, is a phase 1 besides @a with the same identity at the
 * same address: the same peer, or others behind its NAT that share the identity.
 */
bool unique_namesakes(const struct session *a, const struct session *b);

#endif

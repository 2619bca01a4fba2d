/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/succession.h"

/* The retransmissions of a quick mode are over by then. */
#define CROSSING_LONGEST (60 * SECOND)
/* A first message that crossed is here by then, also one that was lost and said again. */
#define CROSSING_SEEN (5 * SECOND)

static bool same_traffic(const struct child *a, const struct child *b)
{
	return a->pair == b->pair && selector_equal(&a->local_ts, &b->local_ts) &&
	       selector_equal(&a->remote_ts, &b->remote_ts);
}

/* Behind one NAT there may be several. One whose phase 1 is gone is whose address it is. */
static bool same_peer(const struct child *a, const struct child *b)
{
	return ike_address_equal(&a->remote.address, &b->remote.address) &&
	       (!a->session || !b->session || child_same_peer(a, b->session));
}

bool succession_alike(const struct child *a, const struct child *b)
{
	return same_traffic(a, b) && same_peer(a, b);
}

const struct child *succession_rival(const struct child *c)
{
	const struct child *d;

	for (d = c->ike->children; d; d = d->next)
		if (d != c && d->state == CHILD_ESTABLISHED && d->session && c->session &&
		    same_traffic(c, d) && !same_peer(c, d))
			break;
	return d;
}

const struct child *succession_heir(const struct child *c)
{
	const struct child *d, *best = NULL;

	for (d = c->ike->children; d; d = d->next)
		if (d != c && d->state == CHILD_ESTABLISHED && succession_alike(c, d) &&
		    (!best || best->replaced))
			best = d;
	return best;
}

/* What the two sides may be apart in what they have seen of a child with this lifetime. */
static uint64_t apart(uint64_t lifetime)
{
	return lifetime * SECOND / 8 < CROSSING_LONGEST ? lifetime * SECOND / 8 : CROSSING_LONGEST;
}

/*
 * Rekeys this close together may have crossed, whatever the order in which we saw their messages.
 */
static uint64_t crossing_time(const struct child *a, const struct child *b)
{
	return apart(a->lifetime < b->lifetime ? a->lifetime : b->lifetime);
}

/*
 * One side alone begins one after the other. And a side that was seen on the first knew it when it
 * began the second: the peer's rekey soon after the tunnel came up crosses nothing.
 */
static bool crossed(const struct child *a, const struct child *b)
{
	const struct child *first = a->begun < b->begun ? a : b;
	const struct child *second = first == a ? b : a;
	uint64_t spare = crossing_time(a, b);

	if (a->initiator == b->initiator ||
	    (first->seen && first->seen + CROSSING_SEEN < second->begun))
		return false;
	return a->begun <= b->agreed + spare && b->begun <= a->agreed + spare;
}

static bool better(const struct child *a, const struct child *b)
{
	if (a->outdated != b->outdated)
		return b->outdated;
	if (crossed(a, b))
		return memcmp(a->rank, b->rank, sizeof(a->rank)) > 0;
	return a->begun > b->begun;
}

bool succession_outdone(const struct child *c)
{
	const struct child *d;

	for (d = c->ike->children; d; d = d->next)
		if (d != c && d->state == CHILD_ESTABLISHED && succession_alike(c, d) &&
		    better(d, c))
			return true;
	return false;
}

bool succession_outdated(const struct child *c)
{
	const struct child *d;

	for (d = c->ike->children; d; d = d->next)
		if (d != c && d->state == CHILD_ESTABLISHED && d->begun > c->begun &&
		    succession_alike(c, d) && !crossed(c, d))
			return true;
	return false;
}

bool succession_in_use(const struct child *c, uint64_t below)
{
	const struct child *d;

	for (d = c->ike->children; d; d = d->next)
		if (d != c && d->number < below && d->state == CHILD_ESTABLISHED &&
		    succession_alike(c, d))
			return true;
	return false;
}

bool succession_over(const struct child *c)
{
	return c->lifebytes ||
	       c->ike->now + apart(c->lifetime) >= c->established + c->lifetime * SECOND;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/shared_pair.h"

#define SHARED_TIME SECOND
/* So many half-open sessions, of those that there may be, are a flood; */
#define FLOOD_PART 4
/* and so long after one of them had to make room. */
#define FLOOD_TIME (10 * SECOND)

static bool flooded(const struct ike *ike)
{
	const struct half_open *h = &ike->half_open;

	return h->count && (ike->now < h->flood_until ||
			    h->count > ike->limits.half_open / FLOOD_PART);
}

/* The group's, or one that is free or over: there are enough for all groups. */
static struct shared_pair *place_for(struct ike *ike, const struct dh_group *group)
{
	struct shared_pair *at, *found = NULL;
	unsigned int i;

	for (i = 0; i < SHARED_PAIRS; i++) {
		at = &ike->half_open.pairs[i];
		if (at->dh && dh_group_of(at->dh) == group)
			return at;
		if (!at->dh || at->until <= ike->now)
			found = at;
	}
	return found;
}

struct dh *shared_pair_hold(struct ike *ike, const struct dh_group *group)
{
	struct shared_pair *at = flooded(ike) ? place_for(ike, group) : NULL;

	if (!at)
		return dh_new(group);
	if (!at->dh || at->until <= ike->now || dh_group_of(at->dh) != group) {
		dh_free(at->dh);
		at->dh = dh_new(group);
		at->until = ike->now + SHARED_TIME;
	}
	return at->dh ? dh_hold(at->dh) : NULL;
}

void shared_pair_flood(struct ike *ike)
{
	ike->half_open.flood_until = ike->now + FLOOD_TIME;
}

void shared_pair_review(struct ike *ike)
{
	if (!flooded(ike))
		shared_pair_forget(&ike->half_open);
}

void shared_pair_forget(struct half_open *h)
{
	unsigned int i;

	for (i = 0; i < SHARED_PAIRS; i++) {
		dh_free(h->pairs[i].dh);
		h->pairs[i].dh = NULL;
	}
}

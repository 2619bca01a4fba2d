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

/* The group's, or one that is free: there are enough for all groups. */
static struct shared_pair *place_for(struct ike *ike, const struct dh_group *group)
{
	struct shared_pair *pairs = ike->half_open.pairs;
	unsigned int i;

	/* They are taken in turn, and forgotten all at once. */
	for (i = 0; i < SHARED_PAIRS; i++)
		if (!pairs[i].dh || dh_group_of(pairs[i].dh) == group)
			return &pairs[i];
	return NULL;
}

struct dh *shared_pair_hold(struct ike *ike, const struct dh_group *group)
{
	struct shared_pair *at = flooded(ike) ? place_for(ike, group) : NULL;

	if (!at)
		return dh_new(group);
	if (!at->dh || at->until <= ike->now) {
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

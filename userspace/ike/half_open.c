/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/half_open.h"

#include <stdlib.h>

#include "ike/evicted.h"
#include "ike/shared_pair.h"

/* A peer that has the answer to its last message goes on within this time. */
#define PROVEN_PATIENCE (5 * SECOND)
#define FIRST_SIZE 64

static uint64_t source_key(const struct ike_address *address)
{
	return digest_of(bytes_of(address->bytes, sizeof(address->bytes)));
}

static bool grow(struct half_open *h)
{
	unsigned int size = h->size ? 2 * h->size : FIRST_SIZE;
	struct session **all = realloc(h->all, size * sizeof(*all));

	if (!all)
		return false;
	h->all = all;
	h->size = size;
	return true;
}

bool half_open_init(struct half_open *h)
{
	*h = (struct half_open){ 0 };
	return table_init(&h->by_source) && evicted_init(&h->evicted);
}

void half_open_free(struct half_open *h)
{
	evicted_free(&h->evicted);
	shared_pair_forget(h);
	table_free(&h->by_source);
	free(h->all);
	*h = (struct half_open){ 0 };
}

bool half_open_add(struct session *s)
{
	struct half_open *h = &s->ike->half_open;

	if (h->count == h->size && !grow(h))
		return false;
	h->all[h->count++] = s;
	s->half_open = h->count;
	table_insert(&h->by_source, &s->by_source, source_key(&s->source), s);
	s->ike->counters.half_open = h->count;
	return true;
}

void half_open_remove(struct session *s)
{
	struct half_open *h = &s->ike->half_open;
	struct session *last;

	if (!s->half_open)
		return;
	last = h->all[--h->count];
	h->all[s->half_open - 1] = last;
	last->half_open = s->half_open;
	s->half_open = 0;
	table_remove(&h->by_source, &s->by_source);
	s->ike->counters.half_open = h->count;
	shared_pair_review(s->ike);
}

/* It has not answered us yet: its address may be anybody's. */
static bool unproven(const struct session *s)
{
	return s->main.state == STATE_MAIN_R3 || s->main.state == STATE_AGGRESSIVE_R3;
}

static struct session *older(struct session *a, struct session *b)
{
	return !a || b->begun < a->begun ? b : a;
}

/* The one to go when none is without proof: the oldest, if it does not go on. */
static struct session *stuck(const struct ike *ike, struct session *oldest)
{
	return oldest && ike->now - oldest->begun >= PROVEN_PATIENCE ? oldest : NULL;
}

/*
 * The one to go: of those without a proven address any one, by chance. The oldest would be the
 * true peer's as surely as the flood is fast.
 */
static struct session *least(struct ike *ike)
{
	const struct half_open *h = &ike->half_open;
	unsigned int i, at = engine_random32(ike);
	struct session *s, *oldest = NULL;

	for (i = 0; i < h->count; i++) {
		s = h->all[(at + i) % h->count];
		if (unproven(s))
			return s;
		oldest = older(oldest, s);
	}
	return stuck(ike, oldest);
}

/* One behind @link that @address began, or NULL. */
static struct table_link *from(const struct ike *ike, const struct ike_address *address,
			       struct table_link *link)
{
	const struct session *s;

	while ((link = table_find(&ike->half_open.by_source, source_key(address), link))) {
		s = link->entry;
		if (ike_address_equal(&s->source, address))
			break;
	}
	return link;
}

/* The same among those that @address began. */
static struct session *least_from(struct ike *ike, const struct ike_address *address)
{
	struct session *s, *oldest = NULL;
	struct table_link *link = NULL;
	unsigned int count = 0, at;

	while ((link = from(ike, address, link))) {
		oldest = older(oldest, link->entry);
		count += unproven(link->entry);
	}
	if (!count)
		return stuck(ike, oldest);
	at = engine_random32(ike) % count;
	while ((link = from(ike, address, link))) {
		s = link->entry;
		if (unproven(s) && !at--)
			return s;
	}
	return NULL;
}

bool half_open_room(struct ike *ike, const struct ike_endpoint *remote)
{
	struct table_link *link = NULL;
	struct session *gone = NULL;
	unsigned int same = 0;

	while ((link = from(ike, &remote->address, link)))
		same++;
	if (same >= ike->limits.half_open_source)
		gone = least_from(ike, &remote->address);
	else if (ike->half_open.count >= ike->limits.half_open)
		gone = least(ike);
	else
		return true;
	ike->counters.half_open_refused++;
	shared_pair_flood(ike);
	if (!gone)
		return false;
	evicted_keep(gone);
	session_kill(gone);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/half_open.h"

/* A peer that has the answer to its last message goes on within this time. */
#define PROVEN_PATIENCE (5 * SECOND)

void half_open_add(struct session *s)
{
	struct ike *ike = s->ike;

	s->half_open = true;
	s->half_prev = NULL;
	s->half_next = ike->half_open;
	if (s->half_next)
		s->half_next->half_prev = s;
	ike->half_open = s;
	ike->counters.half_open++;
}

void half_open_remove(struct session *s)
{
	if (!s->half_open)
		return;
	s->half_open = false;
	if (s->half_prev)
		s->half_prev->half_next = s->half_next;
	else
		s->ike->half_open = s->half_next;
	if (s->half_next)
		s->half_next->half_prev = s->half_prev;
	s->ike->counters.half_open--;
}

/* It has not answered us yet: its address may be anybody's. */
static bool unproven(const struct session *s)
{
	return s->main.state == STATE_MAIN_R3 || s->main.state == STATE_AGGRESSIVE_R3;
}

/*
 * The one to go: of those without a proven address any one, by chance. The oldest would be the
 * true peer's as surely as the flood is fast; by chance it survives as long as its answer takes
 * with a good probability, and again with each of its repetitions. Else the oldest that does not
 * go on. @remote NULL: whoever they are from.
 */
static struct session *least(struct ike *ike, const struct ike_endpoint *remote)
{
	struct session *s, *pick = NULL, *oldest = NULL;
	unsigned int count = 0;

	for (s = ike->half_open; s; s = s->half_next) { /* newest first */
		if (remote && !ike_address_equal(&s->remote.address, &remote->address))
			continue;
		if (!unproven(s))
			oldest = s;
		else if (!(engine_random32(ike) % ++count))
			pick = s;
	}
	if (!pick && oldest && ike->now - oldest->begun >= PROVEN_PATIENCE)
		return oldest;
	return pick;
}

bool half_open_room(struct ike *ike, const struct ike_endpoint *remote)
{
	struct session *s, *gone = NULL;
	unsigned int same = 0;

	for (s = ike->half_open; s; s = s->half_next)
		same += ike_address_equal(&s->remote.address, &remote->address);
	if (same >= ike->limits.half_open_source)
		gone = least(ike, remote);
	else if (ike->counters.half_open >= ike->limits.half_open)
		gone = least(ike, NULL);
	else
		return true;
	ike->counters.half_open_refused++;
	if (gone)
		session_kill(gone);
	return gone;
}

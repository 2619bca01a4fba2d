/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/message_ids.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 16
/*
 * Steps of an odd length meet every 32-bit number before they come back to the first; the inverse
 * modulo 2^32 tells how many of them lead to a number.
 */
#define STEP UINT32_C(0x9e3779b1)
#define STEP_INVERSE UINT32_C(0x0e8b2f51)

void message_ids_init(struct message_ids *ids, uint32_t random)
{
	*ids = (struct message_ids){ .first = random };
}

void message_ids_free(struct message_ids *ids)
{
	free(ids->peer);
	*ids = (struct message_ids){ 0 };
}

/* Where it is, or belongs, among the peer's. */
static unsigned int place(const struct message_ids *ids, uint32_t id)
{
	unsigned int low = 0, high = ids->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (ids->peer[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_peers(const struct message_ids *ids, uint32_t id)
{
	unsigned int at = place(ids, id);

	return at < ids->count && ids->peer[at] == id;
}

static bool is_ours(const struct message_ids *ids, uint32_t id)
{
	return (uint32_t)((id - ids->first) * STEP_INVERSE) < ids->ours;
}

uint32_t message_ids_next(struct message_ids *ids)
{
	uint32_t id;

	do
		id = ids->first + STEP * ids->ours++;
	while (!id || is_peers(ids, id));
	return id;
}

static bool make_room(struct message_ids *ids)
{
	unsigned int room = ids->room ? ids->room + ids->room / 2 : ROOM_FIRST;
	uint32_t *peer;

	if (ids->count >= 2 * MESSAGE_IDS_MANY)
		return false;
	if (ids->count < ids->room)
		return true;
	peer = realloc(ids->peer, room * sizeof(*peer));
	if (!peer)
		return false;
	ids->peer = peer;
	ids->room = room;
	return true;
}

bool message_ids_fresh(struct message_ids *ids, uint32_t id)
{
	return !is_ours(ids, id) && !is_peers(ids, id) && make_room(ids);
}

void message_ids_use(struct message_ids *ids, uint32_t id)
{
	unsigned int at = place(ids, id);

	if ((at < ids->count && ids->peer[at] == id) || ids->count == ids->room)
		return;
	memmove(ids->peer + at + 1, ids->peer + at, (ids->count - at) * sizeof(*ids->peer));
	ids->peer[at] = id;
	ids->count++;
}

bool message_ids_many(const struct message_ids *ids)
{
	return ids->count >= MESSAGE_IDS_MANY;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The message ids that were used under one phase 1, against replays: HASH(1) of RFC 2409 5.5 and
 * 5.7 covers the id and what is said, but neither a number nor who says it. So no id of the peer's
 * may ever come again, nor one of ours come back, as long as the keys live.
 *
 * Dead peer detection alone takes thousands of them in a phase 1's life. The peer's are kept, four
 * bytes for each. Ours need no memory: they are members of a sequence that can be recognized.
 */
#ifndef ADIT_IKE_MESSAGE_IDS_H
#define ADIT_IKE_MESSAGE_IDS_H

#include <stdbool.h>
#include <stdint.h>

/* With so many of the peer's phase 1 should be renewed; at twice that no new one is taken. */
#define MESSAGE_IDS_MANY 65536

struct message_ids {
	uint32_t *peer; /* sorted */
	unsigned int count, room;
	uint32_t first, ours; /* where our sequence begins, and how many of it were used */
};

/* @random: where our own begin. */
void message_ids_init(struct message_ids *ids, uint32_t random);
void message_ids_free(struct message_ids *ids);

/* The next one of ours: never zero (RFC 2408 3.1: that is phase 1), none of the peer's. */
uint32_t message_ids_next(struct message_ids *ids);
/* Whether the peer may begin an exchange with it: nobody has, and it can be remembered. */
bool message_ids_fresh(struct message_ids *ids, uint32_t id);
/* The peer has begun one; message_ids_fresh() has said that it may. */
void message_ids_use(struct message_ids *ids, uint32_t id);
bool message_ids_many(const struct message_ids *ids);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE fragmentation as Cisco does it, and since then everybody ([MS-IKEE] 3.3.5.2): a message that
 * would need IP fragments, which firewalls lose, goes in pieces of its own. A piece is an ISAKMP
 * header and one payload of type 132: identifier (2 bytes), number (1, from 1), flags (1: the last
 * piece), data. It is not encrypted itself; what it carries is a whole message, header and all.
 */
#ifndef ADIT_IKE_FRAGMENT_H
#define ADIT_IKE_FRAGMENT_H

#include "ike/blob.h"
#include "ike/message.h"

/*
 * Longer messages are sent in pieces: what every path carries (IPv6's minimum, less the headers).
 */
#define FRAGMENT_MESSAGE_MAX 1200
#define FRAGMENT_PIECES_MAX 64

/* What has come of one message. */
struct fragments {
	uint16_t id;
	uint8_t last; /* number of the last piece; 0: not seen yet */
	uint8_t count;
	size_t total;
	struct blob pieces[FRAGMENT_PIECES_MAX];
};

bool fragment_is(const struct message *m);
/*
 * Takes a piece. True when the message is complete: then it is in @whole, and what was collected is
 * gone. A piece of another message drops what was collected before: one message at a time is all
 * that a lock-step protocol needs. Never holds more than 64 kB.
 */
bool fragment_take(struct fragments **fragments, const struct message *m, struct blob *whole,
		   struct fault *fault);
void fragments_free(struct fragments *fragments);

/* Calls @send with each piece of @message. */
void fragment_send(struct bytes message, uint16_t id, void (*send)(void *ctx, struct bytes piece),
		   void *ctx);

#endif

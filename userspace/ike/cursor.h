/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way to read untrusted bytes. A cursor never reads past its end: a getter that would do so
 * returns zero (or no bytes), records the fault, and from then on every getter of this cursor and
 * of all cursors that share its fault returns zero. So a parser reads straight on and asks once.
 *
 * Everything is big-endian, as on the wire.
 */
#ifndef ADIT_IKE_CURSOR_H
#define ADIT_IKE_CURSOR_H

#include "ike/bytes.h"

/*
 * What was wrong with the bytes; the first fault stays. @text is a static string for the log that
 * names the field and the clause, NULL while nothing is wrong. @notify is the NOTIFY message type
 * (RFC 2408 3.14.1) that tells the peer, never 0 when @text is set.
 */
struct fault {
	const char *text;
	uint16_t notify;
};

struct cursor {
	const uint8_t *at, *end;
	struct fault *fault;
};

/* @fault is shared with all cursors made by cursor_sub(); zero it before the first use. */
struct cursor cursor_of(struct bytes bytes, struct fault *fault);

static inline bool cursor_ok(const struct cursor *c)
{
	return !c->fault->text;
}

/* Bytes not read yet; 0 after a fault. */
size_t cursor_left(const struct cursor *c);

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);

/* Exactly @len bytes, or none and a fault. */
struct bytes cursor_take(struct cursor *c, size_t len);

/* All that is left. */
struct bytes cursor_rest(struct cursor *c);

/* Copies exactly @len bytes to @to, or zeroes it and records a fault. */
void cursor_copy(struct cursor *c, void *to, size_t len);

/* A cursor of its own over the next @len bytes, which this cursor skips. Shares the fault. */
struct cursor cursor_sub(struct cursor *c, size_t len);

/* Records a fault unless there is one already. @text is static. */
void cursor_fail(struct cursor *c, uint16_t notify, const char *text);

/* cursor_fail() unless @good; returns whether the cursor is still without fault. */
bool cursor_require(struct cursor *c, bool good, uint16_t notify, const char *text);

#endif

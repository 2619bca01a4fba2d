/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/fragment.h"

#include <stdlib.h>

#define FRAGMENT_HEADER 4 /* behind the generic payload header */
#define FRAGMENT_LAST 1
#define FLAGS_AT 19 /* in the ISAKMP header */

bool fragment_is(const struct message *m)
{
	/* Whatever its flags: racoon and its heirs send pieces with those of the whole message */
	return m->header.next == IKE_PAYLOAD_FRAGMENT;
}

static void fragments_clear(struct fragments *f)
{
	unsigned int i;

	for (i = 0; i < FRAGMENT_PIECES_MAX; i++)
		blob_clear(&f->pieces[i]);
	*f = (struct fragments){ 0 };
}

void fragments_free(struct fragments *fragments)
{
	if (!fragments)
		return;
	fragments_clear(fragments);
	free(fragments);
}

struct piece {
	uint16_t id;
	uint8_t number, flags;
	struct bytes data;
};

static bool piece_parse(struct piece *p, const struct message *m, struct fault *fault)
{
	struct cursor c = cursor_of(m->body, fault), body;
	uint8_t next = cursor_u8(&c);
	uint16_t length;

	cursor_u8(&c);
	length = cursor_u16(&c);
	/* RFC 2408 3.2: the one payload fills the message */
	cursor_require(&c, !next && length == m->body.len &&
				   length > IKE_PAYLOAD_HEADER_LEN + FRAGMENT_HEADER,
		       IKE_N_PAYLOAD_MALFORMED, "fragment payload does not fill its message");
	body = cursor_sub(&c, cursor_left(&c));
	p->id = cursor_u16(&body);
	p->number = cursor_u8(&body);
	p->flags = cursor_u8(&body);
	p->data = cursor_rest(&body);
	return cursor_require(&c, p->number && p->number <= FRAGMENT_PIECES_MAX,
			      IKE_N_PAYLOAD_MALFORMED, "fragment number is not 1 to 64");
}

static bool assemble(struct fragments *f, struct blob *whole)
{
	size_t at = 0;
	unsigned int i;

	if (!blob_make(whole, f->total))
		return false;
	for (i = 0; i < f->last; i++) {
		memcpy(whole->data + at, f->pieces[i].data, f->pieces[i].len);
		at += f->pieces[i].len;
	}
	return true;
}

/* Whether it fits those that are there: none is behind the last one. */
static bool in_order(const struct fragments *f, const struct piece *p)
{
	unsigned int i;

	if (f->last)
		return p->number < f->last && !(p->flags & FRAGMENT_LAST);
	for (i = p->number; i < FRAGMENT_PIECES_MAX && (p->flags & FRAGMENT_LAST); i++)
		if (f->pieces[i].data)
			return false;
	return true;
}

static bool add(struct fragments *f, const struct piece *p, struct fault *fault)
{
	struct cursor c = cursor_of(bytes_of(NULL, 0), fault);
	struct blob *slot = &f->pieces[p->number - 1];

	if (slot->data) /* a duplicate */
		return true;
	if (!cursor_require(&c, f->total + p->data.len <= MESSAGE_MAX, IKE_N_PAYLOAD_MALFORMED,
			    "fragments of more than 64 kB") ||
	    !cursor_require(&c, in_order(f, p), IKE_N_PAYLOAD_MALFORMED,
			    "a fragment behind the last one") ||
	    !blob_set(slot, p->data))
		return false;
	f->count++;
	f->total += p->data.len;
	if (p->flags & FRAGMENT_LAST)
		f->last = p->number;
	return true;
}

bool fragment_take(struct fragments **fragments, const struct message *m, struct blob *whole,
		   struct fault *fault)
{
	struct fragments *f = *fragments;
	struct piece p;
	bool complete;

	if (!piece_parse(&p, m, fault))
		return false;
	if (!f)
		f = *fragments = calloc(1, sizeof(*f));
	if (!f)
		return false;
	if (f->count && f->id != p.id)
		fragments_clear(f);
	f->id = p.id;
	if (!add(f, &p, fault)) {
		fragments_clear(f);
		return false;
	}
	complete = f->last && f->count == f->last && assemble(f, whole);
	if (complete)
		fragments_clear(f);
	return complete;
}

void fragment_send(struct bytes message, uint16_t id, void (*send)(void *ctx, struct bytes piece),
		   void *ctx)
{
	const size_t head = IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN + FRAGMENT_HEADER;
	const size_t room = FRAGMENT_MESSAGE_MAX - head;
	uint8_t buffer[FRAGMENT_MESSAGE_MAX];
	size_t at, len;
	uint8_t number = 1;

	for (at = 0; at < message.len; at += len, number++) {
		struct writer w = writer_of(buffer, sizeof(buffer));

		len = message.len - at < room ? message.len - at : room;
		/* The same header, but for next payload, flags and length */
		writer_bytes(&w, bytes_of(message.data, IKE_HEADER_LEN));
		writer_patch_u8(&w, 2 * IKE_COOKIE_LEN, IKE_PAYLOAD_FRAGMENT);
		writer_patch_u8(&w, FLAGS_AT, 0);
		writer_patch_u32(&w, IKE_HEADER_LEN - 4, head + len);
		writer_u8(&w, IKE_PAYLOAD_NONE);
		writer_u8(&w, 0);
		writer_u16(&w, head - IKE_HEADER_LEN + len);
		writer_u16(&w, id);
		writer_u8(&w, number);
		writer_u8(&w, at + len == message.len ? FRAGMENT_LAST : 0);
		writer_bytes(&w, bytes_of(message.data + at, len));
		send(ctx, writer_from(&w, 0));
	}
}

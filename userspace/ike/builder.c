// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/message.h"

/* Offsets in the header, RFC 2408 3.1 */
enum {
	NEXT_AT = 16,
	LENGTH_AT = 24,
};

void builder_begin(struct builder *b, void *buffer, size_t size, const struct isakmp_header *h)
{
	memset(b, 0, sizeof(*b));
	b->w = writer_of(buffer, size);
	writer_bytes(&b->w, bytes_of(h->initiator, sizeof(h->initiator)));
	writer_bytes(&b->w, bytes_of(h->responder, sizeof(h->responder)));
	writer_u8(&b->w, IKE_PAYLOAD_NONE);
	writer_u8(&b->w, IKE_VERSION);
	writer_u8(&b->w, h->exchange);
	writer_u8(&b->w, h->flags);
	writer_u32(&b->w, h->id);
	writer_u32(&b->w, 0);
	b->next_at = NEXT_AT;
}

void builder_open(struct builder *b, uint8_t type)
{
	writer_patch_u8(&b->w, b->next_at, type);
	b->payload_at = b->w.len;
	b->next_at = b->payload_at;
	writer_u8(&b->w, IKE_PAYLOAD_NONE);
	writer_u8(&b->w, 0); /* RESERVED */
	writer_u16(&b->w, 0);
}

void builder_close(struct builder *b)
{
	size_t len = b->w.len - b->payload_at;

	if (len > UINT16_MAX)
		b->w.overflow = true;
	writer_patch_u16(&b->w, b->payload_at + 2, (uint16_t)len);
}

void builder_payload(struct builder *b, uint8_t type, struct bytes body)
{
	builder_open(b, type);
	writer_bytes(&b->w, body);
	builder_close(b);
}

size_t builder_reserve(struct builder *b, uint8_t type, size_t len)
{
	size_t at;

	builder_open(b, type);
	at = b->w.len;
	writer_zero(&b->w, len);
	builder_close(b);
	return at;
}

void builder_fill(struct builder *b, size_t at, struct bytes body)
{
	writer_patch(&b->w, at, body);
}

struct bytes builder_behind(const struct builder *b, size_t at, size_t len)
{
	return writer_from(&b->w, at + len);
}

struct bytes builder_end(struct builder *b)
{
	if (b->w.len > MESSAGE_MAX)
		b->w.overflow = true;
	writer_patch_u32(&b->w, LENGTH_AT, (uint32_t)b->w.len);
	return writer_from(&b->w, 0);
}

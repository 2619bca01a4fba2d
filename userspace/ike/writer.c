// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/writer.h"

struct writer writer_of(void *buffer, size_t size)
{
	return (struct writer){ .data = buffer, .size = size };
}

/* Where @len bytes may be written, or NULL. */
static uint8_t *writer_room(struct writer *w, size_t len)
{
	uint8_t *at;

	if (w->overflow || len > w->size - w->len) {
		w->overflow = true;
		return NULL;
	}
	at = w->data + w->len;
	w->len += len;
	return at;
}

void writer_bytes(struct writer *w, struct bytes bytes)
{
	uint8_t *at;

	if (!bytes.len)
		return;
	at = writer_room(w, bytes.len);
	if (at)
		memcpy(at, bytes.data, bytes.len);
}

void writer_zero(struct writer *w, size_t len)
{
	uint8_t *at;

	if (!len)
		return;
	at = writer_room(w, len);
	if (at)
		memset(at, 0, len);
}

void writer_u8(struct writer *w, uint8_t value)
{
	writer_bytes(w, bytes_of(&value, 1));
}

void writer_u16(struct writer *w, uint16_t value)
{
	uint8_t raw[2] = { value >> 8, value & 0xff };

	writer_bytes(w, bytes_of(raw, sizeof(raw)));
}

void writer_u32(struct writer *w, uint32_t value)
{
	uint8_t raw[4] = { value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff };

	writer_bytes(w, bytes_of(raw, sizeof(raw)));
}

void writer_patch(struct writer *w, size_t at, struct bytes bytes)
{
	if (w->overflow)
		return;
	if (at > w->len || bytes.len > w->len - at) {
		w->overflow = true;
		return;
	}
	if (bytes.len)
		memcpy(w->data + at, bytes.data, bytes.len);
}

void writer_patch_u8(struct writer *w, size_t at, uint8_t value)
{
	writer_patch(w, at, bytes_of(&value, 1));
}

void writer_patch_u16(struct writer *w, size_t at, uint16_t value)
{
	uint8_t raw[2] = { value >> 8, value & 0xff };

	writer_patch(w, at, bytes_of(raw, sizeof(raw)));
}

void writer_patch_u32(struct writer *w, size_t at, uint32_t value)
{
	uint8_t raw[4] = { value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff };

	writer_patch(w, at, bytes_of(raw, sizeof(raw)));
}

struct bytes writer_from(const struct writer *w, size_t from)
{
	if (w->overflow || from > w->len)
		return bytes_of(NULL, 0);
	return bytes_of(w->data + from, w->len - from);
}

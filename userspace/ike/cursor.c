// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/cursor.h"
#include "ike/numbers.h"

struct cursor cursor_of(struct bytes bytes, struct fault *fault)
{
	return (struct cursor){
		.at = bytes.data,
		.end = bytes.len ? bytes.data + bytes.len : bytes.data,
		.fault = fault,
	};
}

size_t cursor_left(const struct cursor *c)
{
	return cursor_ok(c) ? (size_t)(c->end - c->at) : 0;
}

void cursor_fail(struct cursor *c, uint16_t notify, const char *text)
{
	if (c->fault->text)
		return;
	c->fault->text = text;
	c->fault->notify = notify;
}

bool cursor_require(struct cursor *c, bool good, uint16_t notify, const char *text)
{
	if (!good)
		cursor_fail(c, notify, text);
	return cursor_ok(c);
}

struct bytes cursor_take(struct cursor *c, size_t len)
{
	struct bytes taken = { 0 };

	if (!cursor_require(c, cursor_left(c) >= len, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
			    "ends before its contents do"))
		return taken;
	taken = bytes_of(c->at, len);
	if (len)
		c->at += len;
	return taken;
}

struct bytes cursor_rest(struct cursor *c)
{
	return cursor_take(c, cursor_left(c));
}

struct cursor cursor_sub(struct cursor *c, size_t len)
{
	return cursor_of(cursor_take(c, len), c->fault);
}

void cursor_copy(struct cursor *c, void *to, size_t len)
{
	struct bytes from = cursor_take(c, len);

	if (!len)
		return;
	if (from.data)
		memcpy(to, from.data, len);
	else
		memset(to, 0, len);
}

static uint64_t cursor_number(struct cursor *c, size_t len)
{
	struct bytes from = cursor_take(c, len);
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < from.len; i++)
		value = value << 8 | from.data[i];
	return value;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_number(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_number(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_number(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return cursor_number(c, 8);
}

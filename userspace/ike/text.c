// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/text.h"

#include <stdarg.h>
#include <stdio.h>

struct text text_of(char *data, size_t size)
{
	if (size)
		data[0] = '\0';
	return (struct text){ .data = data, .size = size };
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	if (t->len + 1 >= t->size)
		return;
	va_start(args, format);
	len = vsnprintf(t->data + t->len, t->size - t->len, format, args);
	va_end(args);
	if (len < 0)
		return;
	t->len += (size_t)len;
	if (t->len >= t->size)
		t->len = t->size - 1;
}

void text_add_bytes(struct text *t, struct bytes bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		if (bytes.data[i] < ' ' || bytes.data[i] > '~' || bytes.data[i] == '\\')
			text_add(t, "\\x%02x", bytes.data[i]);
		else
			text_add(t, "%c", bytes.data[i]);
	}
}

void text_add_hex(struct text *t, struct bytes bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++)
		text_add(t, "%02x", bytes.data[i]);
}

void text_add_name(struct text *t, const char *name, const char *kind, unsigned int number)
{
	if (name)
		text_add(t, "%s", name);
	else
		text_add(t, "%s %u", kind, number);
}

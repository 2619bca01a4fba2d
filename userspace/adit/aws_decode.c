// SPDX-License-Identifier: GPL-2.0-or-later
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adit/aws.h"

/* Which byte of a pair is the low one: by the byte order mark, or by where ASCII's zeros stand */
static int low_byte(const unsigned char *bytes, size_t length)
{
	if (length < 2)
		return -1;
	if ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] && !bytes[1]))
		return 0;
	if ((bytes[0] == 0xfe && bytes[1] == 0xff) || (!bytes[0] && bytes[1]))
		return 1;
	return -1;
}

/* Beyond ASCII only the space that breaks no line matters (aws_text.c) */
static char narrow(unsigned int unit)
{
	return unit && unit < 0x80 ? (char)unit : unit == 0xa0 ? ' ' : '?';
}

/* As all text of UTF-8 is, and of one byte a character hardly any */
static bool is_utf8(const char *content, size_t length)
{
	json_t *text = json_stringn(content, length);
	bool is = text;

	if (text)
		explicit_bzero((char *)json_string_value(text), length);
	json_decref(text);
	return is;
}

/* What is packed has other control characters, too */
static bool is_text(const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < ' ' && !(bytes[i] && strchr("\t\n\f\r", bytes[i])))
			return false;
	return true;
}

static char *from_bytes(const unsigned char *bytes, size_t length)
{
	char *text = malloc(length + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++)
		text[i] = narrow(bytes[i]);
	text[length] = '\0';
	return text;
}

char *aws_decode(const char *content, size_t *length)
{
	const unsigned char *bytes = (const unsigned char *)content;
	int low = low_byte(bytes, *length);
	size_t used = 0;
	char *text;

	if (low < 0)
		return is_utf8(content, *length) || !is_text(bytes, *length) ? NULL :
			from_bytes(bytes, *length);
	text = malloc(*length / 2 + 1);
	if (!text)
		return NULL;
	for (size_t i = 0; i + 1 < *length; i += 2) {
		unsigned int unit = bytes[i + low] | (unsigned int)bytes[i + 1 - low] << 8;

		if (unit != 0xfeff)
			text[used++] = narrow(unit);
	}
	text[used] = '\0';
	*length = used;
	return text;
}

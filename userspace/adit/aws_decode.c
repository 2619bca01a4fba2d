// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

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

char *aws_decode(const char *content, size_t *length)
{
	const unsigned char *bytes = (const unsigned char *)content;
	int low = low_byte(bytes, *length);
	size_t used = 0;
	char *text;

	if (low < 0)
		return NULL;
	text = malloc(*length / 2 + 1);
	if (!text)
		return NULL;
	for (size_t i = 0; i + 1 < *length; i += 2) {
		unsigned int unit = bytes[i + low] | (unsigned int)bytes[i + 1 - low] << 8;

		if (unit != 0xfeff)
			text[used++] = unit && unit < 0x80 ? (char)unit : '?';
	}
	text[used] = '\0';
	*length = used;
	return text;
}

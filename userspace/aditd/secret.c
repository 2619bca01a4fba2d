// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/secret.h"

#include <stdio.h>
#include <string.h>

#include "aditd/file.h"
#include "aditd/memory.h"
#include "aditd/value.h"

#define KEY_MAX 2048			/* bytes; twice the longest key in hexadecimal, and more */

char *secret_text(const char *path, size_t max, char *why, size_t why_size)
{
	size_t length;
	char *text = (char *)file_read(path, FILE_SECRET, max, &length, why, why_size);

	if (!text || strlen(text) == length)
		return text;
	snprintf(why, why_size, "%s holds zero bytes; it is to be text", path);
	file_free((uint8_t *)text, length);
	return NULL;
}

char *secret_line(const char *path, char *why, size_t why_size)
{
	char *text = secret_text(path, KEY_MAX, why, why_size);
	size_t n = text ? strlen(text) : 0;

	/* What Windows puts in front of UTF-8 is not to be seen, and none of the key's */
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		n -= 3;
		memmove(text, text + 3, n);
		explicit_bzero(text + n, 3);
	}
	if (n && text[n - 1] == '\n')
		text[--n] = 0;
	if (n && text[n - 1] == '\r')
		text[--n] = 0;
	if (!text || !strchr(text, '\n'))
		return text;
	snprintf(why, why_size, "%s: a key or password is one line of text", path);
	memory_erase_text(text);
	return NULL;
}

size_t secret_read(const char *path, uint8_t *secret, size_t size, char *why, size_t why_size)
{
	char *text = secret_line(path, why, why_size);
	const char *what;
	size_t length;

	if (!text)
		return 0;
	length = value_secret(text, secret, size, &what);
	if (!length)
		snprintf(why, why_size, "the key in %s: %s", path, what);
	memory_erase_text(text);
	return length;
}

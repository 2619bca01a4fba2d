// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/words.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool words_wrong(struct words *words, const char *format, ...)
{
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	anl_fail(words->error, EINVAL, "%s: %s", words->keyword, text);
	return false;
}

char *words_take(struct words *words, const char *what)
{
	if (!*words->next) {
		words_wrong(words, "%s is missing", what);
		return NULL;
	}
	return *words->next++;
}

/* Strict: no sign, no blanks, no octal, no overflow */
static bool parse_number(const char *text, uint64_t *number)
{
	unsigned int base = 10;
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit;

		if (*text >= '0' && *text <= '9')
			digit = (unsigned int)(*text - '0');
		else if (base == 16 && isxdigit((unsigned char)*text))
			digit = (unsigned int)(tolower((unsigned char)*text) - 'a') + 10;
		else
			return false;
		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	*number = value;
	return true;
}

bool words_is_number(const struct words *words)
{
	uint64_t number;

	return *words->next && parse_number(*words->next, &number);
}

bool words_number(struct words *words, uint64_t min, uint64_t max, uint64_t *number)
{
	const char *word = words_take(words, "a number");

	if (!word)
		return false;
	if (!parse_number(word, number))
		return words_wrong(words, "'%s' is not a number", word);
	if (*number < min)
		return words_wrong(words, "%s is below %" PRIu64, word, min);
	if (*number > max)
		return words_wrong(words, "%s is above %" PRIu64, word, max);
	return true;
}

bool words_address(struct words *words, struct anl_address *address)
{
	const char *word = words_take(words, "an IP address");

	if (word && !anl_address_parse(word, address))
		return words_wrong(words, "'%s' is not an IP address", word);
	return word;
}

bool words_prefix(struct words *words, struct anl_prefix *prefix)
{
	const char *word = words_take(words, "a network such as 10.0.0.0/8");
	struct anl_prefix masked;
	char text[ANL_PREFIX_TEXT];

	if (!word)
		return false;
	if (!anl_prefix_parse(word, prefix))
		return words_wrong(words, "'%s' is not a network such as 10.0.0.0/8", word);
	masked = *prefix;
	anl_prefix_mask(&masked);
	if (!anl_prefix_is_network(prefix))
		return words_wrong(words, "%s has bits beyond its length; the network is %s", word,
				   anl_prefix_format(&masked, text));
	return true;
}

bool words_ports(struct words *words, uint16_t *first, uint16_t *last)
{
	char *word = words_take(words, "a port"), *dash, low[8];
	uint64_t from, to;

	if (!word)
		return false;
	dash = strchr(word, '-');
	if (!dash || dash - word >= (int)sizeof(low)) {
		if (!parse_number(word, &from))
			return words_wrong(words, "'%s' is not a port or a range of ports", word);
		to = from;
	} else {
		memcpy(low, word, (size_t)(dash - word));
		low[dash - word] = '\0';
		if (!parse_number(low, &from) || !parse_number(dash + 1, &to))
			return words_wrong(words, "'%s' is not a range of ports", word);
	}
	if (from > UINT16_MAX || to > UINT16_MAX)
		return words_wrong(words, "%s is above 65535", word);
	if (from > to)
		return words_wrong(words, "the range %s runs backwards", word);
	*first = (uint16_t)from;
	*last = (uint16_t)to;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* The words are never repeated in an error: they may be most of a key */
static bool decode_key(struct words *words, const char *hex, uint8_t *key, size_t size,
		       size_t *length)
{
	size_t digits = strlen(hex);

	if (digits % 2)
		return words_wrong(words, "the key has an odd number of hex digits (%zu)", digits);
	if (digits / 2 > size)
		return words_wrong(words, "the key has %zu bytes: at most %zu are possible",
				   digits / 2, size);
	for (size_t i = 0; i < digits; i += 2) {
		int high = digit(hex[i]), low = digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return words_wrong(words, "the key is not hexadecimal at digit %zu",
					   i + (high < 0 ? 1 : 2));
		key[i / 2] = (uint8_t)(high << 4 | low);
	}
	*length = digits / 2;
	return true;
}

bool words_key(struct words *words, uint8_t *key, size_t size, size_t *length)
{
	char *word = words_take(words, "a key");
	bool fine = true;

	*length = 0;
	if (!word)
		return false;
	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
		fine = decode_key(words, word + 2, key, size, length);
	else if (*word)
		fine = words_wrong(words, "the key must be written as 0x and hex digits");
	memset(word, '*', strlen(word));
	return fine;
}

bool words_choice(struct words *words, const char *const *choices, int *index)
{
	const char *word = words_take(words, "a word");
	char list[120] = "";
	size_t used = 0;

	if (!word)
		return false;
	for (int i = 0; choices[i]; i++) {
		if (!strcmp(choices[i], word)) {
			*index = i;
			return true;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
					 i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	}
	return words_wrong(words, "'%s' is not %s", word, list);
}

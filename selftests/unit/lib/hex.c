// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

/* All that hex() gave out, so that the leak checker finds it. */
struct kept {
	struct kept *next;
	uint8_t data[];
};

static struct kept *all;

struct bytes hex(const char *text)
{
	struct kept *k = malloc(sizeof(*k) + strlen(text) / 2 + 1);
	const char *digits = "0123456789abcdef", *at;
	size_t digit = 0;

	assert_non_null(k);
	k->next = all;
	all = k;
	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		at = strchr(digits, tolower((unsigned char)*text));
		assert_non_null(at);
		if (digit % 2)
			k->data[digit / 2] |= (uint8_t)(at - digits);
		else
			k->data[digit / 2] = (uint8_t)((at - digits) << 4);
		digit++;
	}
	assert_int_equal(digit % 2, 0);
	return bytes_of(k->data, digit / 2);
}

void assert_hex(struct bytes got, const char *expected)
{
	struct bytes want = hex(expected);

	assert_int_equal(got.len, want.len);
	if (want.len)
		assert_memory_equal(got.data, want.data, want.len);
}

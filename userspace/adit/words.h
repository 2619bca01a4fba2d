/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking the words of a command line one by one.
 *
 * Each function returns false after it has put into @error which word is
 * wrong, why, and what is allowed.
 */
#ifndef ADIT_TOOL_WORDS_H
#define ADIT_TOOL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

/**
 * struct words - where we are
 * @next: the next word; NULL at the end
 * @keyword: whose values are being taken, for the errors
 */
struct words {
	char **next;
	const char *keyword;
	struct anl_error *error;
};

/** words_wrong - "KEYWORD: …". Return: false. */
bool words_wrong(struct words *words, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** words_take - any word; @what is what is missing at the end: "an address". NULL at the end. */
char *words_take(struct words *words, const char *what);

/** words_number - decimal or 0x…, @min to @max. */
bool words_number(struct words *words, uint64_t min, uint64_t max, uint64_t *number);

/** words_is_number - the next word is a number: for optional ones. */
bool words_is_number(const struct words *words);

bool words_address(struct words *words, struct anl_address *address);

/** words_prefix - a network: bits beyond its length are an error. */
bool words_prefix(struct words *words, struct anl_prefix *prefix);

/** words_ports - "80" or "1024-2047". */
bool words_ports(struct words *words, uint16_t *first, uint16_t *last);

/**
 * words_key - "0xHEX", or an empty word for the empty key
 *
 * The word is overwritten, so that the key cannot be seen in the list of
 * processes any longer.
 */
bool words_key(struct words *words, uint8_t *key, size_t size, size_t *length);

/** words_choice - one of @choices, ended by NULL. @index: which. */
bool words_choice(struct words *words, const char *const *choices, int *index);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration in use as JSON, for those who ask what a tunnel is meant to do.
 */
#include <string.h>

#include "aditd/option.h"
#include "ike/ike.h"
#include "netlink/prefix.h"

static json_t *word_json(const struct option *option, int value)
{
	const struct option_word *word;

	for (word = option->words; word->word; word++)
		if (word->value == value)
			return json_string(word->word);
	return json_null();
}

static json_t *text_json(const void *at)
{
	char *text;

	memcpy(&text, at, sizeof(text));
	return text ? json_string(text) : json_null();
}

static json_t *number_json(const void *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return json_integer(number);
}

static json_t *bytes_json(const void *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return json_integer((json_int_t)bytes);
}

static json_t *address_json(const struct ike_address *address)
{
	char text[IKE_ADDRESS_TEXT];

	return address->family ? json_string(ike_address_text(address, text)) : json_null();
}

/* The value at @at, and its size in a list */
static json_t *value_json(const struct option *option, const void *at, size_t *size)
{
	char text[IKE_SELECTOR_TEXT > ANL_PREFIX_TEXT ? IKE_SELECTOR_TEXT : ANL_PREFIX_TEXT];

	switch (option->type) {
	case OPTION_WORD:
		*size = sizeof(int);
		return word_json(option, *(const int *)at);
	case OPTION_BOOL:
		*size = sizeof(bool);
		return json_boolean(*(const bool *)at);
	case OPTION_NUMBER:
	case OPTION_DURATION:
		*size = sizeof(uint32_t);
		return number_json(at);
	case OPTION_BYTES:
		*size = sizeof(uint64_t);
		return bytes_json(at);
	case OPTION_ADDRESS:
		*size = sizeof(struct ike_address);
		return address_json(at);
	case OPTION_SELECTOR:
		*size = sizeof(struct ike_selector);
		return json_string(ike_selector_text(at, text));
	case OPTION_NETWORK:
	case OPTION_INTERFACE:
		*size = sizeof(struct anl_prefix);
		return json_string(anl_prefix_format(at, text));
	default:
		*size = sizeof(char *);
		return text_json(at);
	}
}

json_t *options_json(const struct option *table, const void *base)
{
	json_t *object = json_object(), *array;
	size_t count, size, i;
	const char *at;

	for (; table->name; table++) {
		/* A secret never leaves the daemon */
		if (table->type == OPTION_SECRET)
			continue;
		at = (const char *)base + table->offset;
		if (!table->list_max) {
			json_object_set_new(object, table->name, value_json(table, at, &size));
			continue;
		}
		memcpy(&count, (const char *)base + table->count_offset, sizeof(count));
		array = json_array();
		for (i = 0; i < count; i++, at += size)
			json_array_append_new(array, value_json(table, at, &size));
		json_object_set_new(object, table->name, array);
	}
	return object;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All options of the configuration in two tables: name, type, range, default, and where the value
 * goes. What holds between several options is checked in check.c.
 */
#ifndef ADITD_OPTION_H
#define ADITD_OPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aditd/mistake.h"
#include "aditd/settings.h"

enum option_type {
	OPTION_TEXT,		/* char * */
	OPTION_SECRET,		/* char *, wiped when freed */
	OPTION_PATH,		/* char *, absolute */
	OPTION_DEVICE,		/* char * */
	OPTION_HOST,		/* char *: address, DNS name, %any */
	OPTION_IDENTITY,	/* char *, as ike/identity.h reads it */
	OPTION_IKE_PROPOSAL,	/* char *, as ike/proposal.h reads it; so the next two */
	OPTION_ESP_PROPOSAL,
	OPTION_AH_PROPOSAL,
	OPTION_WORD,		/* int, one of words */
	OPTION_BOOL,		/* bool */
	OPTION_NUMBER,		/* uint32_t, min to max; so is the next, in seconds */
	OPTION_DURATION,
	OPTION_BYTES,		/* uint64_t */
	OPTION_ADDRESS,		/* struct ike_address */
	OPTION_SELECTOR,	/* struct ike_selector */
	OPTION_NETWORK,		/* struct anl_prefix without host bits */
	OPTION_INTERFACE,	/* struct anl_prefix with them */
};

struct option_word {
	const char *word;
	int value;
};

struct option {
	const char *name;	/* NULL ends a table */
	enum option_type type;
	size_t offset;		/* of the value; of the first one of a list */
	size_t count_offset;	/* lists: of their size_t count */
	size_t list_max;	/* 0: not a list */
	const char *fallback;	/* default, as it would stand in the file; NULL: zero */
	uint64_t min, max;	/* numbers; max is OPTION_ANY without limit */
	const struct option_word *words;
};

#define OPTION_ANY UINT64_MAX

extern const struct option option_top[];	/* offsets into struct config */
extern const struct option option_tunnel[];	/* offsets into struct config_tunnel */

/* The names for settings_read(); to be freed. */
struct setting_name *option_names(const struct option *table);

/* Fills the structure at base from section, defaults where it is silent, and sets the bits of
 * *given. whom: "" or "tunnel \"NAME\": ", for the mistakes. */
void options_read(const struct option *table, const struct settings_section *section, void *base,
		  uint64_t *given, const char *whom, struct mistakes *mistakes);
void options_free(const struct option *table, void *base);
/* The values of one option are the same in both structures. */
bool option_equal(const struct option *option, const void *a, const void *b);
/* All of them by name, secrets left out: texts, numbers (of seconds, of bytes), words, arrays. */
json_t *options_json(const struct option *table, const void *base);
/* Where an option stands in its table; it must be there. */
unsigned int option_index(const struct option *table, const char *name);
/* The option that is meant by a name that none has: misspelt, or another program's; NULL: none. */
const char *option_near(const struct option *table, const char *name);
/* One line what an option takes, for mistakes: "a duration such as 30s, 9m, 8h, from 1s to 1d". */
const char *option_allowed(const struct option *option, char *text, size_t size);

#endif

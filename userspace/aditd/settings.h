/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files as they are written: names and texts, each with its place. libconfuse reads
 * the syntax; what the texts mean is config.c's business. So every value has its line, and one
 * mistake does not hide the next.
 *
 * Values in double quotes know libconfuse's escapes and ${ENVIRONMENT}; in single quotes they
 * are taken as they stand. include("GLOB") is read after the file that names it.
 */
#ifndef ADITD_SETTINGS_H
#define ADITD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "aditd/mistake.h"

struct setting_value {
	char *text;
	unsigned int line;
};

/* name = value, or name = { value, value }. count is 0 for { }. */
struct setting {
	char *name;
	char *file;
	unsigned int line;
	bool known;			/* false: the name is none of the schema's */
	struct setting_value *values;
	size_t count;
};

/* The top level (title NULL) or one tunnel "TITLE" { … }. */
struct settings_section {
	char *title;
	char *file;
	unsigned int line;		/* of its opening brace */
	struct setting *settings;
	size_t count;
};

/* sections[0] is the top level of all files together. broken: some file could not be read to its
 * end, so what is missing may stand there. */
struct settings {
	bool broken;
	struct settings_section *sections;
	size_t count;
};

/* The names that are known, for libconfuse: whether one takes a list decides its syntax. */
struct setting_name {
	const char *name;		/* NULL ends the table */
	bool list;
	bool secret; /* wiped out of the parser's memory as soon as it was read */
};

/*
 * Reads path and what it includes. Mistakes of syntax, unreadable files, settings given twice go
 * to mistakes; the rest is read on as far as the syntax allows. Not reentrant (libconfuse's lexer
 * is not). The result is to be freed in any case.
 */
struct settings *settings_read(const char *path, const struct setting_name *top,
			       const struct setting_name *tunnel, struct mistakes *mistakes);
const struct setting *setting_find(const struct settings_section *section, const char *name);
/* Wipes every text, secrets among them. NULL is allowed. */
void settings_free(struct settings *settings);

#endif

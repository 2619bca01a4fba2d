/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of one configuration file, made ready for libconfuse 3.3, which counts lines wrongly
 * after comments, takes a file that ends within a comment or a section for complete, and skips
 * characters that it does not know. So comments are blanked (newlines stay), and what is not
 * closed is found here, with the line where it was opened.
 */
#ifndef ADITD_SOURCE_H
#define ADITD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "aditd/mistake.h"

#define SOURCE_MAX (1 << 20)		/* bytes of one file */

/* The whole file, NUL-terminated, or NULL with a mistake added: attributed to the include at
 * from:line unless from is NULL. To be freed with memory_erase_text(). */
char *source_read(const char *path, const char *from, unsigned int line,
		  struct mistakes *mistakes);

/* Stands in a list that has no values: libconfuse tells nothing of such a one otherwise. */
#define SOURCE_EMPTY "\x7f"

/* Blanks the comments of text in place; false when quotes, braces or comments are not balanced or
 * a character stands outside quotes that has no meaning there: mistakes tells where. */
bool source_prepare(char *text, const char *path, struct mistakes *mistakes);
/* A copy of prepared text with SOURCE_EMPTY in each empty list; the original is wiped and freed. */
char *source_mark_empty(char *text);

#endif

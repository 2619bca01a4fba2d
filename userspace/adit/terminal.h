/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the standard output is: a terminal with colours or not.
 */
#ifndef ADIT_TOOL_TERMINAL_H
#define ADIT_TOOL_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum colour { COLOUR_NONE, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED, COLOUR_BOLD, COLOUR_DIM };

/** terminal_is - @out is a terminal, or memory: the standard output gets it later. */
bool terminal_is(FILE *out);

/** terminal_colours - @out is one that shows colours, and NO_COLOR is not set. */
bool terminal_colours(FILE *out);

/** terminal_begin, terminal_end - a stretch in colour; nothing where there are none. */
void terminal_begin(FILE *out, enum colour colour);
void terminal_end(FILE *out, enum colour colour);

/**
 * terminal_text - text of others, such as a peer's identity
 *
 * Control characters, with which it could steer the terminal, become '?'; so
 * does a text that is not there (NULL).
 */
void terminal_text(FILE *out, const char *text);

/**
 * terminal_fold - print lines, broken at blanks where they are wider than @width
 *
 * What is left of a line goes on @indent columns in. What terminal_begin() adds takes no columns.
 * @width 0: nothing is broken.
 */
void terminal_fold(FILE *out, const char *text, int width, int indent);

/**
 * struct terminal_page - text for the standard output, which is folded if that is a terminal
 * @out: to be written to
 */
struct terminal_page {
	FILE *out;
	char *text;
	size_t size;
};

/** terminal_page_begin - false: out of memory. */
bool terminal_page_begin(struct terminal_page *page);
/** terminal_page_end - print it, with terminal_fold()'s @indent. */
void terminal_page_end(struct terminal_page *page, int indent);

/** terminal_width, terminal_height - of the standard output; 80 and 24 where not known. */
void terminal_size(int *width, int *height);

#endif

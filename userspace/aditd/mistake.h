/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong in a configuration: a list of findings, each with the place where it stands.
 */
#ifndef ADITD_MISTAKE_H
#define ADITD_MISTAKE_H

#include <stdarg.h>
#include <stddef.h>

/* One finding. line 0: the file as a whole. text: what is wrong, and what is allowed instead. */
struct mistake {
	char *file;
	unsigned int line;
	char *text;
};

/* All findings, in the order in which they were made. {0} is the empty list. */
struct mistakes {
	struct mistake *list;
	size_t count;
};

/* Adds one. */
void mistake_add(struct mistakes *mistakes, const char *file, unsigned int line,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
void mistake_vadd(struct mistakes *mistakes, const char *file, unsigned int line,
		  const char *format, va_list arguments);
/* Orders by file (of first appearance) and line: findings of one file are found in several
 * passes. */
void mistakes_sort(struct mistakes *mistakes);
void mistakes_free(struct mistakes *mistakes);

#endif

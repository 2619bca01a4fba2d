// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/mistake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"

void mistake_vadd(struct mistakes *mistakes, const char *file, unsigned int line,
		  const char *format, va_list arguments)
{
	struct mistake *mistake;
	char text[1024];

	vsnprintf(text, sizeof(text), format, arguments);
	mistakes->list = memory_array(mistakes->list, mistakes->count + 1, sizeof(*mistake));
	mistake = &mistakes->list[mistakes->count++];
	mistake->file = memory_copy_text(file);
	mistake->line = line;
	mistake->text = memory_copy_text(text);
}

void mistake_add(struct mistakes *mistakes, const char *file, unsigned int line,
		 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	mistake_vadd(mistakes, file, line, format, arguments);
	va_end(arguments);
}

void mistakes_sort(struct mistakes *mistakes)
{
	size_t i, j, k;

	/* Stable and quadratic: a list that people read is short */
	for (i = 1; i < mistakes->count; i++) {
		struct mistake moved = mistakes->list[i];

		/* The last one of the same file that is not behind it in that file */
		for (k = 0; k < i && strcmp(mistakes->list[k].file, moved.file); k++)
			;
		if (k == i)
			continue;
		for (j = k; j < i && !strcmp(mistakes->list[j].file, moved.file) &&
		     mistakes->list[j].line <= moved.line; j++)
			;
		memmove(&mistakes->list[j + 1], &mistakes->list[j], (i - j) * sizeof(moved));
		mistakes->list[j] = moved;
	}
}

void mistakes_free(struct mistakes *mistakes)
{
	size_t i;

	for (i = 0; i < mistakes->count; i++) {
		free(mistakes->list[i].file);
		free(mistakes->list[i].text);
	}
	free(mistakes->list);
	memset(mistakes, 0, sizeof(*mistakes));
}

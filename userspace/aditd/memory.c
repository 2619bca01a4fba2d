// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *found(void *memory)
{
	static const char line[] = "aditd: out of memory; give the host or the unit more\n";

	if (memory)
		return memory;
	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		_exit(EXIT_FAILURE);
	abort();
}

void *memory_new(size_t size)
{
	return found(calloc(1, size));
}

void *memory_array(void *array, size_t count, size_t size)
{
	return found(reallocarray(array, count ? count : 1, size));
}

char *memory_copy_text(const char *text)
{
	return text ? found(strdup(text)) : NULL;
}

void memory_erase_text(char *text)
{
	if (!text)
		return;
	explicit_bzero(text, strlen(text));
	free(text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "folder.h"

#define TEMPLATE "/tmp/adit-unit-XXXXXX"

static char path_of_folder[] = TEMPLATE;

int folder_make(void **state)
{
	(void)state;
	strcpy(path_of_folder, TEMPLATE);
	return mkdtemp(path_of_folder) ? 0 : -1;
}

int folder_remove(void **state)
{
	char command[FOLDER_PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", path_of_folder);
	return system(command);
}

const char *folder(void)
{
	return path_of_folder;
}

const char *folder_path(char path[FOLDER_PATH_MAX], const char *name)
{
	assert_true(snprintf(path, FOLDER_PATH_MAX, "%s/%s", path_of_folder, name) <
		    FOLDER_PATH_MAX);
	return path;
}

void folder_write_bytes(const char *path, mode_t mode, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

void folder_write(const char *path, mode_t mode, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	assert_true(length >= 0);
	folder_write_bytes(path, mode, text, (size_t)length);
	free(text);
}

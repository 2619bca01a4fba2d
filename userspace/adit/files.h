/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several files that are written together: all of them, or none.
 */
#ifndef ADIT_TOOL_FILES_H
#define ADIT_TOOL_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "netlink/error.h"

#define FILES_MAX 8

/**
 * struct files - what is to be written
 * @replace: existing files may be replaced; otherwise they make it fail
 * @owner: whom they belong to; 0: whoever writes them
 */
struct files {
	struct {
		char path[PATH_MAX];
		char draft[PATH_MAX];
		FILE *out;
	} list[FILES_MAX];
	unsigned int count;
	bool replace;
	uid_t owner;
};

/**
 * files_add - begin one, of mode 0600
 *
 * Return: to be printed into; NULL after an error.
 */
FILE *files_add(struct files *files, struct anl_error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** files_commit - put all of them into place. Return: 0, or a negative errno and none is there. */
int files_commit(struct files *files, struct anl_error *error);

/** files_drop - give up what was not committed. */
void files_drop(struct files *files);

/** files_read - a whole file, "-" for the standard input. NULL after an error; to be freed. */
char *files_read(const char *path, size_t *length, struct anl_error *error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The temporary folder of a test program: there from folder_make() to folder_remove(), which suit
 * cmocka as setup and teardown.
 */
#ifndef ADIT_SELFTESTS_FOLDER_H
#define ADIT_SELFTESTS_FOLDER_H

#include <stdint.h>
#include <sys/types.h>

#define FOLDER_PATH_MAX 64

int folder_make(void **state);
int folder_remove(void **state);
/* Its own path; and that of a file in it. Returns @path. */
const char *folder(void);
const char *folder_path(char path[FOLDER_PATH_MAX], const char *name);
/* A file with this mode, whole; fails the test when it cannot be written. */
void folder_write(const char *path, mode_t mode, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void folder_write_bytes(const char *path, mode_t mode, const void *bytes, size_t length);

#endif

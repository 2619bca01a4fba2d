/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that the configuration names: keys, secrets, certificates. Who may read or change
 * them is part of what they are worth.
 */
#ifndef ADITD_FILE_H
#define ADITD_FILE_H

#include <stddef.h>
#include <stdint.h>

enum file_kind {
	FILE_SECRET,			/* nobody but its owner, root or ourselves, can read it */
	FILE_PUBLIC			/* not everybody can change it */
};

/*
 * Reads the regular file at path, of at most max bytes, into memory of its own, which has one zero
 * byte more than *length. NULL with why: what is wrong and what to do. Ends in file_free().
 */
uint8_t *file_read(const char *path, enum file_kind kind, size_t max, size_t *length, char *why,
		   size_t size);
/* Wipes it first. NULL is allowed. */
void file_free(uint8_t *data, size_t length);

#endif

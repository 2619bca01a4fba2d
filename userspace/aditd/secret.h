/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pre-shared keys: from the configuration's text or from a file of their own.
 */
#ifndef ADITD_SECRET_H
#define ADITD_SECRET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the key in the file at path into secret: a regular file that only its owner can read
 * (mode 0600 or stricter), owned by root or by ourselves. Its trailing newline does not count; the
 * forms are value_secret()'s. The length, 0 with why: what is wrong and what is allowed.
 */
size_t secret_read(const char *path, uint8_t *secret, size_t size, char *why, size_t why_size);
/* The one line of such a file, as it is, without newline: to be freed by memory_erase_text(). */
char *secret_line(const char *path, char *why, size_t why_size);
/* All of such a file, at most max bytes of text; the same. */
char *secret_text(const char *path, size_t max, char *why, size_t why_size);

#endif

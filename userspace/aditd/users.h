/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of users who may log in by XAUTH: NAME:HASH a line, hashed by crypt(3) with SHA-512
 * ("$6$", as `openssl passwd -6` writes it). It is read at each login, so a change needs no reload.
 */
#ifndef ADITD_USERS_H
#define ADITD_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file is as it should be. False with why: what is wrong and what is allowed. */
bool users_check(const char *path, char *why, size_t why_size);
/*
 * Whether this is the user's password. It takes as long for a user who is not in the file. False
 * with why "" for a wrong user or password, otherwise what is wrong with the file.
 */
bool users_verify(const char *path, const char *user, const uint8_t *password, size_t length,
		  char *why, size_t why_size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of certificates and keys that a tunnel names, read into its configuration. What is in
 * them is the engine's to judge.
 */
#ifndef ADITD_CREDENTIAL_H
#define ADITD_CREDENTIAL_H

#include <stdbool.h>

#include "aditd/config.h"

/* Where a mistake is told: the option, and which of its values, counted from 0. */
struct credential_sink {
	void (*refuse)(void *ctx, const char *option, size_t value, const char *text);
	void *ctx;
};

/* Reads every file that the options name. */
void credential_read(struct config_tunnel *tunnel, const struct credential_sink *sink);
/* Wipes and frees what was read. */
void credential_free(struct config_tunnel *tunnel);
/* The contents are the same. */
bool credential_equal(const struct config_tunnel *a, const struct config_tunnel *b);
/* The name of the first option of certificates that stands in the file; NULL: none does. */
const char *credential_given(const struct config_tunnel *tunnel);

#endif

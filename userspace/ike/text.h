/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Appending to a caller's string, cut at its end and always terminated.
 */
#ifndef ADIT_IKE_TEXT_H
#define ADIT_IKE_TEXT_H

#include "ike/bytes.h"

struct text {
	char *data;
	size_t len, size;
};

/* Empties @data; @size 0 is fine, then nothing is ever written. */
struct text text_of(char *data, size_t size);

void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes that a peer chose: what is not printable ASCII, and backslash, becomes \xHH. */
void text_add_bytes(struct text *t, struct bytes bytes);
void text_add_hex(struct text *t, struct bytes bytes);

/* Adds @name when there is one, else @kind and the number. */
void text_add_name(struct text *t, const char *name, const char *kind, unsigned int number);

#endif

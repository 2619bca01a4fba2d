/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test vectors as text. Include after cmocka.h.
 */
#ifndef ADIT_UNIT_HEX_H
#define ADIT_UNIT_HEX_H

#include "ike/bytes.h"

/* The bytes of @text, blanks allowed; kept until the program ends. Fails the test on bad text. */
struct bytes hex(const char *text);

/* Fails the test unless @got is @expected, given as hex. */
void assert_hex(struct bytes got, const char *expected);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distinguished names: text, DER, comparison (RFC 2407 4.6.2.10, RFC 5280 4.1.2.4).
 */
#ifndef ADIT_IKE_DN_H
#define ADIT_IKE_DN_H

#include "ike/bytes.h"

/*
 * Reads "C=DE, O=Example, CN=gw" or "/C=DE/O=Example/CN=gw"; a backslash takes the next character
 * as it is. Writes DER to @der and its length to @len, which holds the room on entry. Returns NULL,
 * or a static string that completes "the name ...".
 */
const char *dn_parse(const char *text, uint8_t *der, size_t *len);

bool dn_is_valid(struct bytes der);

/* As dn_parse() reads it. Returns @text, "" when @der is no name. */
const char *dn_print(struct bytes der, char *text, size_t size);

/* Attribute by attribute, without case and spaces; a value "*" in @wanted takes any. */
bool dn_matches(struct bytes wanted, struct bytes der);

#endif

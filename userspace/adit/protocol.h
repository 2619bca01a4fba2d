/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of IP protocols, for selectors.
 */
#ifndef ADIT_TOOL_PROTOCOL_H
#define ADIT_TOOL_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

/** protocol_parse - a name, also without /etc/protocols for the usual ones. */
bool protocol_parse(const char *name, uint8_t *number);

/** protocol_name - NULL for one without a name that everybody knows. */
const char *protocol_name(uint8_t number);

/** protocol_has_types - ICMP and ICMPv6: types and codes instead of ports. */
bool protocol_has_types(uint8_t number);

#endif

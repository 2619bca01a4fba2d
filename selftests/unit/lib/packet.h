/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 packets as a capture has them.
 */
#ifndef ADIT_UNIT_PACKET_H
#define ADIT_UNIT_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define PACKET_HEADER 20

/* A packet with @len bytes of @data, into @to; its length. */
size_t packet_ip4(uint8_t *to, const uint8_t source[4], const uint8_t destination[4],
		  uint8_t protocol, const uint8_t *data, size_t len);

#endif

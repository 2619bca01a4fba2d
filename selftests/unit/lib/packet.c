// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

#include <string.h>

size_t packet_ip4(uint8_t *to, const uint8_t source[4], const uint8_t destination[4],
		  uint8_t protocol, const uint8_t *data, size_t len)
{
	memset(to, 0, PACKET_HEADER);
	to[0] = 0x45;
	to[2] = (uint8_t)((PACKET_HEADER + len) >> 8);
	to[3] = (uint8_t)(PACKET_HEADER + len);
	to[9] = protocol;
	memcpy(to + 12, source, 4);
	memcpy(to + 16, destination, 4);
	memcpy(to + PACKET_HEADER, data, len);
	return PACKET_HEADER + len;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t anl_address_size(int family)
{
	switch (family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

bool anl_address_parse(const char *text, struct anl_address *address)
{
	struct anl_address parsed = { 0 };

	parsed.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(parsed.family, text, parsed.bytes) != 1)
		return false;
	*address = parsed;
	return true;
}

/* Digits only: strtoul() would take signs, blanks and overflow */
static bool parse_length(const char *text, unsigned int max, uint8_t *length)
{
	unsigned int value = 0;

	if (!*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned int)(*text - '0');
	}
	if (value > max)
		return false;
	*length = (uint8_t)value;
	return true;
}

bool anl_prefix_parse(const char *text, struct anl_prefix *prefix)
{
	struct anl_prefix parsed = { 0 };
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	unsigned int max;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!anl_address_parse(address, &parsed.address))
		return false;
	max = 8 * (unsigned int)anl_address_size(parsed.address.family);
	parsed.length = (uint8_t)max;
	if (slash && !parse_length(slash + 1, max, &parsed.length))
		return false;
	*prefix = parsed;
	return true;
}

/* The bits of byte number @byte that are within a prefix of @length bits */
static uint8_t mask_of_byte(unsigned int byte, unsigned int length)
{
	if (length >= 8 * (byte + 1))
		return 0xff;
	if (length <= 8 * byte)
		return 0;
	return (uint8_t)(0xff << (8 - (length - 8 * byte)));
}

void anl_prefix_mask(struct anl_prefix *prefix)
{
	for (unsigned int i = 0; i < anl_address_size(prefix->address.family); i++)
		prefix->address.bytes[i] &= mask_of_byte(i, prefix->length);
}

bool anl_prefix_is_network(const struct anl_prefix *prefix)
{
	struct anl_prefix masked = *prefix;

	anl_prefix_mask(&masked);
	return anl_address_equal(&masked.address, &prefix->address);
}

bool anl_prefix_contains(const struct anl_prefix *prefix, const struct anl_address *address)
{
	if (prefix->address.family != address->family)
		return false;
	for (unsigned int i = 0; i < anl_address_size(address->family); i++)
		if ((prefix->address.bytes[i] ^ address->bytes[i]) &
		    mask_of_byte(i, prefix->length))
			return false;
	return true;
}

bool anl_address_equal(const struct anl_address *a, const struct anl_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, anl_address_size(a->family)) == 0;
}

const char *anl_address_format(const struct anl_address *address, char text[ANL_PREFIX_TEXT])
{
	if (!anl_address_size(address->family) ||
	    !inet_ntop(address->family, address->bytes, text, ANL_PREFIX_TEXT))
		strcpy(text, "-");
	return text;
}

const char *anl_prefix_format(const struct anl_prefix *prefix, char text[ANL_PREFIX_TEXT])
{
	size_t length;

	if (!anl_address_size(prefix->address.family)) {
		strcpy(text, "any");
		return text;
	}
	anl_address_format(&prefix->address, text);
	length = strlen(text);
	snprintf(text + length, ANL_PREFIX_TEXT - length, "/%u", prefix->length);
	return text;
}

bool anl_address_from_sockaddr(const struct sockaddr *from, struct anl_address *address)
{
	struct anl_address result = { .family = from->sa_family };

	if (from->sa_family == AF_INET)
		memcpy(result.bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
	else if (from->sa_family == AF_INET6)
		memcpy(result.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	else
		return false;
	*address = result;
	return true;
}

socklen_t anl_address_to_sockaddr(const struct anl_address *address, uint16_t port,
				  struct sockaddr_storage *to)
{
	memset(to, 0, sizeof(*to));
	to->ss_family = address->family;
	if (address->family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, address->bytes, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)to;

	in->sin_port = htons(port);
	memcpy(&in->sin_addr, address->bytes, 4);
	return sizeof(*in);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes, IPv4 and IPv6, and their text.
 */
#ifndef ADIT_NETLINK_PREFIX_H
#define ADIT_NETLINK_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* "xxxx:…:xxxx/128" and the terminating zero */
#define ANL_PREFIX_TEXT (INET6_ADDRSTRLEN + 4)

/**
 * struct anl_address - an IP address
 * @family: AF_INET or AF_INET6; AF_UNSPEC (0) where there is none
 * @bytes: network order, the first 4 or all 16
 */
struct anl_address {
	uint16_t family;
	uint8_t bytes[16];
};

/**
 * struct anl_prefix - an address with a prefix length
 * @address: family AF_UNSPEC stands for "none": any address of any family
 * @length: 0 to 32 or 0 to 128
 */
struct anl_prefix {
	struct anl_address address;
	uint8_t length;
};

/** anl_address_size - bytes of an address of @family: 4, 16, or 0. */
size_t anl_address_size(int family);

/**
 * anl_address_parse - read "192.0.2.1" or "2001:db8::1"
 *
 * Return: true if all of @text is one address.
 */
bool anl_address_parse(const char *text, struct anl_address *address);

/**
 * anl_prefix_parse - read "10.0.0.0/8", "2001:db8::/32", or a bare address
 *
 * A bare address is the host's own prefix (/32, /128). Bits beyond the length
 * are kept: an interface address such as 10.0.0.1/24 needs them; see
 * anl_prefix_is_network().
 *
 * Return: true if all of @text is one prefix.
 */
bool anl_prefix_parse(const char *text, struct anl_prefix *prefix);

/** anl_prefix_is_network - no bit is set beyond the length. */
bool anl_prefix_is_network(const struct anl_prefix *prefix);

/** anl_prefix_mask - clear the bits beyond the length. */
void anl_prefix_mask(struct anl_prefix *prefix);

/** anl_prefix_contains - @address is of the same family and within @prefix. */
bool anl_prefix_contains(const struct anl_prefix *prefix, const struct anl_address *address);

bool anl_address_equal(const struct anl_address *a, const struct anl_address *b);

/**
 * anl_address_format, anl_prefix_format - into a buffer of ANL_PREFIX_TEXT bytes
 *
 * Return: @text. No address gives "-", no prefix "any".
 */
const char *anl_address_format(const struct anl_address *address, char text[ANL_PREFIX_TEXT]);
const char *anl_prefix_format(const struct anl_prefix *prefix, char text[ANL_PREFIX_TEXT]);

/** anl_address_from_sockaddr - false for any family but AF_INET and AF_INET6. */
bool anl_address_from_sockaddr(const struct sockaddr *from, struct anl_address *address);

/**
 * anl_address_to_sockaddr - address and @port (host order) as a socket address
 *
 * Return: the length of the part of @to that is used.
 */
socklen_t anl_address_to_sockaddr(const struct anl_address *address, uint16_t port,
				  struct sockaddr_storage *to);

#endif

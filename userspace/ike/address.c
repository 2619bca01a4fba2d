/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t ike_address_length(const struct ike_address *address)
{
	switch (address->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

bool ike_address_equal(const struct ike_address *a, const struct ike_address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, ike_address_length(a));
}

bool ike_endpoint_equal(const struct ike_endpoint *a, const struct ike_endpoint *b)
{
	return a->port == b->port && ike_address_equal(&a->address, &b->address);
}

bool ike_address_parse(struct ike_address *address, const char *text)
{
	*address = (struct ike_address){ 0 };
	if (!strcmp(text, "%any"))
		return true;
	if (inet_pton(AF_INET, text, address->bytes) == 1)
		address->family = AF_INET;
	else if (inet_pton(AF_INET6, text, address->bytes) == 1)
		address->family = AF_INET6;
	return address->family != AF_UNSPEC;
}

const char *ike_address_text(const struct ike_address *address, char text[IKE_ADDRESS_TEXT])
{
	if (!inet_ntop(address->family, address->bytes, text, IKE_ADDRESS_TEXT))
		snprintf(text, IKE_ADDRESS_TEXT, "%%any");
	return text;
}

const char *ike_endpoint_text(const struct ike_endpoint *endpoint, char text[IKE_ENDPOINT_TEXT])
{
	char address[IKE_ADDRESS_TEXT];

	ike_address_text(&endpoint->address, address);
	snprintf(text, IKE_ENDPOINT_TEXT,
		 endpoint->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u", address,
		 endpoint->port);
	return text;
}

/* Clears or compares the bits behind the prefix: true when they were zero. */
static bool host_bits_zero(const struct ike_address *address, unsigned int prefix)
{
	size_t i;

	for (i = 0; i < ike_address_length(address); i++) {
		unsigned int kept = prefix > i * 8 ? prefix - i * 8 : 0;
		uint8_t mask = kept >= 8 ? 0 : 0xff >> kept;

		if (address->bytes[i] & mask)
			return false;
	}
	return true;
}

/* A decimal number of @text up to @max; false for anything else, also for signs and spaces. */
static bool parse_number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*value = strtoul(text, &end, 10);
	return !*end && *value <= max;
}

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "icmp", IPPROTO_ICMP }, { "tcp", IPPROTO_TCP },   { "udp", IPPROTO_UDP },
	{ "gre", IPPROTO_GRE },	  { "icmpv6", IPPROTO_ICMPV6 }, { "sctp", IPPROTO_SCTP },
};

static bool parse_protocol(const char *text, uint8_t *protocol)
{
	unsigned long value;
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (!strcmp(text, protocols[i].name)) {
			*protocol = protocols[i].number;
			return true;
		}
	}
	if (!parse_number(text, 255, &value))
		return false;
	*protocol = value;
	return true;
}

/* "tcp/80]" */
static bool parse_upper(struct ike_selector *selector, char *text)
{
	size_t length = strlen(text);
	unsigned long port;
	char *slash;

	if (!length || text[length - 1] != ']')
		return false;
	text[length - 1] = 0;
	slash = strchr(text, '/');
	if (slash) {
		*slash = 0;
		if (!parse_number(slash + 1, 65535, &port))
			return false;
		selector->port = port;
	}
	return parse_protocol(text, &selector->protocol);
}

/* The first and the last address of a selector, in 16 bytes each. */
static void bounds(const struct ike_selector *s, uint8_t first[16], uint8_t last[16])
{
	size_t i, len = ike_address_length(&s->address);

	memset(first, 0, 16);
	memset(last, 0, 16);
	memcpy(first, s->address.bytes, len);
	memcpy(last, s->range ? s->last : s->address.bytes, len);
	for (i = 0; !s->range && i < len; i++) {
		unsigned int kept = s->prefix > i * 8 ? s->prefix - i * 8 : 0;

		if (kept < 8)
			last[i] |= 0xff >> kept;
	}
}

/* The prefix that is the same range, if there is one. */
static void simplify(struct ike_selector *s)
{
	size_t bits = 8 * ike_address_length(&s->address);
	uint8_t first[16], last[16];
	struct ike_selector as = *s;

	as.range = false;
	for (as.prefix = 0;; as.prefix++) {
		bounds(&as, first, last);
		if (host_bits_zero(&as.address, as.prefix) && !memcmp(last, s->last, sizeof(last)))
			break;
		if (as.prefix == bits)
			return;
	}
	memset(as.last, 0, sizeof(as.last));
	*s = as;
}

static bool parse_range(struct ike_selector *s, const char *text)
{
	struct ike_address last;

	if (!ike_address_parse(&last, text) || last.family != s->address.family)
		return false;
	s->prefix = 8 * ike_address_length(&last);
	s->range = true;
	memcpy(s->last, last.bytes, sizeof(s->last));
	if (memcmp(s->address.bytes, s->last, ike_address_length(&last)) > 0)
		return false;
	simplify(s);
	return true;
}

bool ike_selector_parse(struct ike_selector *selector, const char *text)
{
	char copy[IKE_SELECTOR_TEXT];
	unsigned long prefix;
	char *part, *dash;

	*selector = (struct ike_selector){ 0 };
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return false;
	part = strchr(copy, '[');
	if (part) {
		*part = 0;
		if (!parse_upper(selector, part + 1))
			return false;
	}
	if (!strcmp(copy, "dynamic"))
		return true;
	part = strchr(copy, '/');
	if (part)
		*part = 0;
	dash = strchr(copy, '-');
	if (dash)
		*dash = 0;
	if (!ike_address_parse(&selector->address, copy) || !selector->address.family)
		return false;
	if (dash)
		return !part && parse_range(selector, dash + 1);
	prefix = ike_address_length(&selector->address) * 8;
	if (part && !parse_number(part + 1, prefix, &prefix))
		return false;
	selector->prefix = prefix;
	return host_bits_zero(&selector->address, prefix);
}

const char *ike_selector_text(const struct ike_selector *selector, char text[IKE_SELECTOR_TEXT])
{
	char address[IKE_ADDRESS_TEXT], last[IKE_ADDRESS_TEXT], protocol[12];
	struct ike_address end = { .family = selector->address.family };
	size_t i, used;

	memcpy(end.bytes, selector->last, sizeof(end.bytes));
	if (!selector->address.family)
		used = snprintf(text, IKE_SELECTOR_TEXT, "dynamic");
	else if (selector->range)
		used = snprintf(text, IKE_SELECTOR_TEXT, "%s-%s",
				ike_address_text(&selector->address, address),
				ike_address_text(&end, last));
	else
		used = snprintf(text, IKE_SELECTOR_TEXT, "%s/%u",
				ike_address_text(&selector->address, address), selector->prefix);
	if (!selector->protocol && !selector->port)
		return text;
	snprintf(protocol, sizeof(protocol), "%u", selector->protocol);
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == selector->protocol)
			snprintf(protocol, sizeof(protocol), "%s", protocols[i].name);
	if (selector->port)
		snprintf(text + used, IKE_SELECTOR_TEXT - used, "[%s/%u]", protocol,
			 selector->port);
	else
		snprintf(text + used, IKE_SELECTOR_TEXT - used, "[%s]", protocol);
	return text;
}

bool ike_selector_equal(const struct ike_selector *a, const struct ike_selector *b)
{
	return ike_address_equal(&a->address, &b->address) && a->prefix == b->prefix &&
	       a->range == b->range && !memcmp(a->last, b->last, sizeof(a->last)) &&
	       a->protocol == b->protocol && a->port == b->port;
}

bool ike_selector_contains(const struct ike_selector *outer, const struct ike_selector *inner)
{
	uint8_t from[16], to[16], first[16], last[16];

	if (outer->address.family != inner->address.family)
		return false;
	if (outer->protocol && outer->protocol != inner->protocol)
		return false;
	if (outer->port && outer->port != inner->port)
		return false;
	bounds(outer, from, to);
	bounds(inner, first, last);
	return memcmp(from, first, sizeof(from)) <= 0 && memcmp(last, to, sizeof(to)) <= 0;
}

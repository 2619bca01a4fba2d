// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/selector.h"
#include "ike/text.h"

#include <arpa/inet.h>
#include <stdlib.h>

static size_t address_len(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

static unsigned int address_bits(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

/* Compares addresses of one family; the unused bytes of IPv4 are zero. */
static int address_compare(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, 16);
}

/* The last address of the prefix that begins at @first; false when @first has bits below it. */
static bool prefix_last(const uint8_t *first, uint8_t family, unsigned int len, uint8_t *last)
{
	unsigned int bit;

	memset(last, 0, 16);
	memcpy(last, first, address_len(family));
	for (bit = len; bit < address_bits(family); bit++) {
		if (first[bit / 8] & 0x80 >> bit % 8)
			return false;
		last[bit / 8] |= 0x80 >> bit % 8;
	}
	return true;
}

static bool read_address(const char *text, uint8_t *family, uint8_t *address)
{
	memset(address, 0, 16);
	*family = 4;
	if (inet_pton(AF_INET, text, address) == 1)
		return true;
	*family = 6;
	return inet_pton(AF_INET6, text, address) == 1;
}

static bool read_number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*value = strtoul(text, &end, 10);
	return !*end && *value <= max;
}

/* The protocols that admins write by name; the rest by number. */
static const struct {
	const char *name;
	uint8_t number;
} protocols[] = { { "icmp", 1 },   { "tcp", 6 },       { "udp", 17 },  { "gre", 47 },
		  { "esp", 50 },   { "ah", 51 },       { "ospf", 89 }, { "l2tp", 115 },
		  { "sctp", 132 }, { "ipv6-icmp", 58 } };

/* "tcp", "udp/53", "17/1701", "any" */
static bool read_protocol(struct selector *s, char *text)
{
	char *port = strchr(text, '/');
	unsigned long value;
	size_t i;

	if (port) {
		*port++ = '\0';
		if (!read_number(port, UINT16_MAX, &value))
			return false;
		s->port = (uint16_t)value;
	}
	if (!strcmp(text, "any"))
		return !s->port;
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i].name, text))
			continue;
		s->protocol = protocols[i].number;
		return true;
	}
	if (!read_number(text, UINT8_MAX, &value))
		return false;
	s->protocol = (uint8_t)value;
	return s->protocol || !s->port;
}

static bool refuse(char *why, size_t size, const char *text, const char *reason)
{
	struct text t = text_of(why, size);

	text_add(&t, "'%s' %s", text, reason);
	return false;
}

bool selector_parse(struct selector *s, const char *text, char *why, size_t size)
{
	char copy[SELECTOR_TEXT_MAX], *bracket, *slash, *dash;
	unsigned long len;
	uint8_t family;

	memset(s, 0, sizeof(*s));
	if (strlen(text) >= sizeof(copy))
		return refuse(why, size, text, "is too long for a traffic selector");
	strcpy(copy, text);
	bracket = strchr(copy, '[');
	if (bracket) {
		*bracket++ = '\0';
		if (!*bracket || bracket[strlen(bracket) - 1] != ']')
			return refuse(why, size, text, "has no ']' at its end");
		bracket[strlen(bracket) - 1] = '\0';
		if (!read_protocol(s, bracket))
			return refuse(why, size, text,
				      "has an unknown protocol or port: write [tcp], [udp/53], "
				      "[17/1701]");
	}
	slash = strchr(copy, '/');
	dash = strchr(copy, '-');
	if (slash)
		*slash++ = '\0';
	else if (dash)
		*dash++ = '\0';
	if (!read_address(copy, &s->family, s->first))
		return refuse(why, size, text,
			      "is no traffic selector: write an address, address/prefix or "
			      "address-address");
	memcpy(s->last, s->first, sizeof(s->last));
	if (slash) {
		if (!read_number(slash, address_bits(s->family), &len))
			return refuse(why, size, text, "has a prefix length out of range");
		if (!prefix_last(s->first, s->family, (unsigned int)len, s->last))
			return refuse(why, size, text, "has bits set below its prefix");
	} else if (dash) {
		if (!read_address(dash, &family, s->last) || family != s->family)
			return refuse(why, size, text,
				      "does not end with an address of the same kind");
		if (address_compare(s->first, s->last) > 0)
			return refuse(why, size, text, "ends before it begins");
	}
	return true;
}

static void add_address(struct text *t, uint8_t family, const uint8_t *address)
{
	char buffer[INET6_ADDRSTRLEN];

	inet_ntop(family == 4 ? AF_INET : AF_INET6, address, buffer, sizeof(buffer));
	text_add(t, "%s", buffer);
}

static const char *protocol_name(uint8_t number)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	return NULL;
}

const char *selector_print(const struct selector *s, char *text, size_t size)
{
	struct text t = text_of(text, size);
	const char *name = protocol_name(s->protocol);
	int prefix = selector_prefix(s);

	add_address(&t, s->family, s->first);
	if (prefix < 0) {
		text_add(&t, "-");
		add_address(&t, s->family, s->last);
	} else {
		text_add(&t, "/%d", prefix);
	}
	if (name)
		text_add(&t, "[%s", name);
	else if (s->protocol)
		text_add(&t, "[%u", s->protocol);
	if (s->protocol && s->port)
		text_add(&t, "/%u", s->port);
	if (s->protocol)
		text_add(&t, "]");
	return text;
}

struct selector selector_of_address(struct bytes address)
{
	struct selector s = { .family = address.len == 4 ? 4 : 6 };

	memcpy(s.first, address.data, address_len(s.family));
	memcpy(s.last, s.first, sizeof(s.last));
	return s;
}

/* Prefix length of a netmask, -1 when its ones are not in front. */
static int mask_length(struct bytes mask)
{
	unsigned int bit, len = 0;
	bool ended = false;

	for (bit = 0; bit < mask.len * 8; bit++) {
		if (!(mask.data[bit / 8] & 0x80 >> bit % 8))
			ended = true;
		else if (ended)
			return -1;
		else
			len++;
	}
	return (int)len;
}

static void clear_below(uint8_t *address, uint8_t family, unsigned int len)
{
	unsigned int bit;

	for (bit = len; bit < address_bits(family); bit++)
		address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* RFC 2407 4.6.2.4 to 4.6.2.9: two values of the family's length */
static void read_pair(struct selector *s, struct cursor *c, bool range)
{
	size_t len = address_len(s->family);
	int prefix;

	cursor_copy(c, s->first, len);
	if (range) {
		cursor_copy(c, s->last, len);
		cursor_require(c, address_compare(s->first, s->last) <= 0,
			       IKE_N_INVALID_ID_INFORMATION,
			       "address range ends before it begins (RFC 2407 4.6.2.8)");
		return;
	}
	prefix = mask_length(cursor_take(c, len));
	if (!cursor_require(c, prefix >= 0, IKE_N_INVALID_ID_INFORMATION,
			    "subnet's mask has holes (RFC 2407 4.6.2.5)"))
		return;
	/* some peers leave their host's bits in the subnet's address */
	clear_below(s->first, s->family, (unsigned int)prefix);
	prefix_last(s->first, s->family, (unsigned int)prefix, s->last);
}

bool selector_from_payload(struct selector *s, const struct id_payload *p, struct fault *fault)
{
	struct cursor c = cursor_of(p->data, fault);
	bool pair = true;

	memset(s, 0, sizeof(*s));
	s->protocol = p->protocol;
	s->port = p->port;
	switch (p->type) {
	case IKE_ID_IPV4_ADDR:
	case IKE_ID_IPV6_ADDR:
		s->family = p->type == IKE_ID_IPV4_ADDR ? 4 : 6;
		pair = false;
		break;
	case IKE_ID_IPV4_SUBNET:
	case IKE_ID_IPV4_RANGE:
		s->family = 4;
		break;
	case IKE_ID_IPV6_SUBNET:
	case IKE_ID_IPV6_RANGE:
		s->family = 6;
		break;
	default:
		cursor_fail(&c, IKE_N_INVALID_ID_INFORMATION,
			    "no address, subnet or range as traffic selector (RFC 2407 4.6.2)");
		return false;
	}
	cursor_require(&c, p->data.len == address_len(s->family) * (pair ? 2 : 1),
		       IKE_N_INVALID_ID_INFORMATION,
		       "traffic selector's length is not that of its addresses (RFC 2407 4.6.2)");
	/* RFC 2407 4.6.2: protocol 0 is any, and then the port means nothing else */
	cursor_require(&c, p->protocol || !p->port, IKE_N_INVALID_ID_INFORMATION,
		       "port without protocol (RFC 2407 4.6.2)");
	if (pair) {
		read_pair(s, &c, p->type == IKE_ID_IPV4_RANGE || p->type == IKE_ID_IPV6_RANGE);
	} else {
		cursor_copy(&c, s->first, address_len(s->family));
		memcpy(s->last, s->first, sizeof(s->last));
	}
	return cursor_ok(&c);
}

void selector_write(struct builder *b, const struct selector *s)
{
	size_t len = address_len(s->family);
	int prefix = selector_prefix(s);
	bool v4 = s->family == 4;
	uint8_t mask[16];

	builder_open(b, IKE_PAYLOAD_ID);
	if (prefix == (int)address_bits(s->family))
		writer_u8(&b->w, v4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR);
	else if (prefix >= 0)
		writer_u8(&b->w, v4 ? IKE_ID_IPV4_SUBNET : IKE_ID_IPV6_SUBNET);
	else
		writer_u8(&b->w, v4 ? IKE_ID_IPV4_RANGE : IKE_ID_IPV6_RANGE);
	writer_u8(&b->w, s->protocol);
	writer_u16(&b->w, s->port);
	writer_bytes(&b->w, bytes_of(s->first, len));
	if (prefix < 0) {
		writer_bytes(&b->w, bytes_of(s->last, len));
	} else if (prefix < (int)address_bits(s->family)) {
		memset(mask, 0xff, sizeof(mask));
		clear_below(mask, s->family, (unsigned int)prefix);
		writer_bytes(&b->w, bytes_of(mask, len));
	}
	builder_close(b);
}

int selector_prefix(const struct selector *s)
{
	uint8_t last[16];
	unsigned int len;

	for (len = 0; len <= address_bits(s->family); len++)
		if (prefix_last(s->first, s->family, len, last) && !address_compare(last, s->last))
			return (int)len;
	return -1;
}

/* Adds one; false when it was the last address of all. */
static bool increment(uint8_t *address, uint8_t family)
{
	size_t i = address_len(family);

	while (i--)
		if (++address[i])
			return true;
	return false;
}

unsigned int selector_prefixes(const struct selector *s, struct prefix *out, unsigned int max)
{
	uint8_t at[16], last[16];
	unsigned int count = 0, len;

	memcpy(at, s->first, sizeof(at));
	do {
		/* the widest prefix that begins here and does not reach behind the end */
		for (len = 0; len < address_bits(s->family); len++)
			if (prefix_last(at, s->family, len, last) &&
			    address_compare(last, s->last) <= 0)
				break;
		prefix_last(at, s->family, len, last);
		if (count < max) {
			out[count].family = s->family;
			out[count].len = (uint8_t)len;
			memcpy(out[count].address, at, sizeof(at));
		}
		count++;
		memcpy(at, last, sizeof(at));
	} while (address_compare(last, s->last) < 0 && increment(at, s->family));
	return count;
}

unsigned int selector_pairs(const struct selector *a, const struct selector *b)
{
	return selector_prefixes(a, NULL, 0) * selector_prefixes(b, NULL, 0);
}

struct selector selector_of_public(const struct ike_selector *s)
{
	struct selector r = selector_of_address(bytes_of(s->address.bytes,
							 ike_address_length(&s->address)));

	if (s->range)
		memcpy(r.last, s->last, address_len(r.family));
	else
		prefix_last(r.first, r.family, s->prefix, r.last);
	r.protocol = s->protocol;
	r.port = s->port;
	return r;
}

struct ike_selector selector_public(const struct selector *s)
{
	struct ike_selector p = {
		.address.family = s->family == 4 ? AF_INET : AF_INET6,
		.protocol = s->protocol,
		.port = s->port,
	};
	int prefix = selector_prefix(s);

	memcpy(p.address.bytes, s->first, address_len(s->family));
	p.range = prefix < 0;
	p.prefix = p.range ? address_bits(s->family) : (unsigned int)prefix;
	if (p.range)
		memcpy(p.last, s->last, sizeof(p.last));
	return p;
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	return a->family == b->family && a->protocol == b->protocol && a->port == b->port &&
	       !address_compare(a->first, b->first) && !address_compare(a->last, b->last);
}

bool selector_contains(const struct selector *outer, const struct selector *inner)
{
	return outer->family == inner->family &&
	       (!outer->protocol || outer->protocol == inner->protocol) &&
	       (!outer->port || outer->port == inner->port) &&
	       address_compare(outer->first, inner->first) <= 0 &&
	       address_compare(inner->last, outer->last) <= 0;
}

bool selector_intersect(const struct selector *a, const struct selector *b, struct selector *out)
{
	const uint8_t *first, *last;

	if (a->family != b->family || (a->protocol && b->protocol && a->protocol != b->protocol) ||
	    (a->port && b->port && a->port != b->port))
		return false;
	first = address_compare(a->first, b->first) > 0 ? a->first : b->first;
	last = address_compare(a->last, b->last) < 0 ? a->last : b->last;
	if (address_compare(first, last) > 0)
		return false;
	memset(out, 0, sizeof(*out));
	out->family = a->family;
	out->protocol = a->protocol ? a->protocol : b->protocol;
	out->port = a->port ? a->port : b->port;
	memcpy(out->first, first, sizeof(out->first));
	memcpy(out->last, last, sizeof(out->last));
	return true;
}

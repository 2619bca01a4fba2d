// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The "Generic" text file. Its wording drifts: lines "- Key : value" are
 * compared without regard to case and blanks, and read by the section they
 * stand in.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "adit/aws.h"

enum section { NOWHERE, IKE, IPSEC, OUTSIDE, INSIDE, INSIDE6, BGP, STATIC };

/* Where we are in the file */
struct place {
	struct aws_connection *connection;
	struct aws_tunnel *tunnel;	/* NULL before the first, and beyond the last */
	unsigned int tunnels;
	enum section section;
};

/* A space that breaks no line, as text from a web page has it, is one, too */
static bool is_blank(char byte)
{
	return isspace((unsigned char)byte) || byte == '\xc2' || byte == '\xa0';
}

/* Lower case, without blanks, as far as it fits */
static void squeeze(const char *from, size_t length, char *to, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 1 < size; i++)
		if (!is_blank(from[i]))
			to[used++] = (char)tolower((unsigned char)from[i]);
	to[used] = '\0';
}

static void take_ike(struct aws_tunnel *tunnel, const char *key, const char *value)
{
	if (!strcmp(key, "ikeversion"))
		tunnel->ikev2_file = strcasestr(value, "ikev2") && !strcasestr(value, "ikev1");
	else if (!strcmp(key, "pre-sharedkey"))
		aws_take_key(value, tunnel);
	else if (!strcmp(key, "authenticationalgorithm"))
		tunnel->ike.hash = aws_name(value, aws_hash, &tunnel->ike);
	else if (!strcmp(key, "encryptionalgorithm"))
		tunnel->ike.cipher = aws_name(value, aws_cipher, &tunnel->ike);
	else if (!strcmp(key, "lifetime"))
		tunnel->ike.lifetime = aws_number(value, 30 * 86400, tunnel,
						  "the lifetime of phase 1");
	else if (!strcmp(key, "diffie-hellman") || !strcmp(key, "perfectforwardsecrecy"))
		tunnel->ike.group = aws_name(value, aws_group, &tunnel->ike);
	else if (!strcmp(key, "phase1negotiationmode"))
		aws_usual(value, "main", tunnel, "the mode of phase 1");
}

static void take_ipsec(struct aws_tunnel *tunnel, const char *key, const char *value)
{
	if (!strcmp(key, "authenticationalgorithm"))
		tunnel->esp.hash = aws_name(value, aws_hash, &tunnel->esp);
	else if (!strcmp(key, "encryptionalgorithm"))
		tunnel->esp.cipher = aws_name(value, aws_cipher, &tunnel->esp);
	else if (!strcmp(key, "lifetime"))
		tunnel->esp.lifetime = aws_number(value, 30 * 86400, tunnel,
						  "the lifetime of phase 2");
	else if (!strcmp(key, "perfectforwardsecrecy"))
		tunnel->esp.group = aws_name(value, aws_group, &tunnel->esp);
	else if (!strcmp(key, "dpdinterval"))
		tunnel->dpd_interval = aws_number(value, 3600, tunnel, "the DPD interval");
	else if (!strcmp(key, "dpdretries"))
		tunnel->dpd_retries = aws_number(value, 100, tunnel, "the DPD retries");
	else if (!strcmp(key, "protocol"))
		aws_usual(value, "esp", tunnel, "the protocol of phase 2");
	else if (!strcmp(key, "mode"))
		aws_usual(value, "tunnel", tunnel, "the mode of phase 2");
}

/* What the key begins with: Amazon's side has had three names, the shortest in 2009 */
static bool is_amazons(const char *key, const char *rest)
{
	static const char *const names[] = {
		"virtualprivategateway", "transitgateway", "vpngateway"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(key, names[i], strlen(names[i])))
			return !strcmp(key + strlen(names[i]), rest);
	return false;
}

static void take_address(struct place *place, const char *key, const char *value)
{
	struct aws_tunnel *tunnel = place->tunnel;
	bool ours = !strcmp(key, "customergateway");
	struct anl_prefix prefix;

	/* "YOUR_UPLINK_ADDRESS" is none, and stays open */
	if (!anl_prefix_parse(value, &prefix) || (!ours && !is_amazons(key, "")))
		return;
	if (place->section == OUTSIDE)
		*(ours ? &tunnel->local : &tunnel->remote) = prefix.address;
	else if (prefix.address.family == AF_INET6)
		ours ? (void)(tunnel->inside6 = prefix) : (void)(tunnel->peer6 = prefix.address);
	else
		ours ? (void)(tunnel->inside = prefix) : (void)(tunnel->peer = prefix.address);
}

static void take_bgp(struct place *place, const char *key, const char *value)
{
	struct aws_tunnel *tunnel = place->tunnel;

	if (!strcmp(key, "customergatewayasn"))
		tunnel->our_asn = aws_asn(value, tunnel, "the customer gateway's ASN");
	else if (is_amazons(key, "asn"))
		tunnel->peer_asn = aws_asn(value, tunnel, "Amazon's ASN");
	else if (!strcmp(key, "neighborholdtime"))
		tunnel->hold_time = aws_number(value, 65535, tunnel, "the hold time");
}

static void take(struct place *place, const char *key, const char *value)
{
	if (!strcmp(key, "yourvpnconnectionid"))
		aws_token(value, place->connection->id, sizeof(place->connection->id));
	if (!place->tunnel)
		return;
	switch (place->section) {
	case IKE:
		take_ike(place->tunnel, key, value);
		break;
	case IPSEC:
		take_ipsec(place->tunnel, key, value);
		break;
	case OUTSIDE:
	case INSIDE:
	case INSIDE6:
		take_address(place, key, value);
		break;
	case BGP:
		take_bgp(place, key, value);
		break;
	default:
		break;
	}
}

/* Headings, by how they begin. Return: whether it was one */
static bool take_heading(struct place *place, const char *line)
{
	static const struct {
		const char *begins;
		enum section section;
	} headings[] = {
		{ "#1:internetkeyexchangeconf", IKE }, { "#2:ipsec", IPSEC },
		{ "#3:tunnelinterface", NOWHERE }, { "outsideipaddresses", OUTSIDE },
		{ "insideipaddresses", INSIDE }, { "insideipv6addresses", INSIDE6 },
		{ "insideipv4addresses", INSIDE }, { "#4:border", BGP }, { "#4:static", STATIC },
	};

	if (!strncmp(line, "ipsectunnel#", 12)) {
		struct aws_connection *connection = place->connection;

		place->section = NOWHERE;
		place->tunnels++;
		place->tunnel = connection->tunnel_count < AWS_TUNNELS ?
			&connection->tunnels[connection->tunnel_count++] : NULL;
		return true;
	}
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++) {
		if (!strncmp(line, headings[i].begins, strlen(headings[i].begins))) {
			place->section = headings[i].section;
			place->connection->bgp |= place->section == BGP;
			return true;
		}
	}
	return false;
}

static void read_line(struct place *place, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);
	char squeezed[AWS_TEXT], key[AWS_TEXT], value[2 * AWS_TEXT];
	size_t first = 0;

	squeeze(line, length, squeezed, sizeof(squeezed));
	if (take_heading(place, squeezed) || !colon)
		return;
	/* Whatever an editor has made of the dash */
	while (first < length && !isalnum((unsigned char)line[first]) && line + first < colon)
		first++;
	if (line + first > colon)
		return;
	squeeze(line + first, (size_t)(colon - line) - first, key, sizeof(key));
	first = (size_t)(colon - line) + 1;
	while (first < length && is_blank(line[first]))
		first++;
	/* "Customer Gateway:        : 203.0.113.5" is Amazon's own */
	if (first + 1 < length && line[first] == ':' && is_blank(line[first + 1]))
		while (++first < length && is_blank(line[first]))
			;
	while (length > first && is_blank(line[length - 1]))
		length--;
	if (length - first >= sizeof(value))
		return;
	for (size_t i = first; i < length; i++)
		value[i - first] = is_blank(line[i]) ? ' ' : line[i];
	value[length - first] = '\0';
	take(place, key, value);
	explicit_bzero(value, sizeof(value));
	explicit_bzero(squeezed, sizeof(squeezed));
}

/* The next line of what is left; lines end as on Unix, Windows or an old Macintosh */
static bool next_line(const char **content, const char *end, const char **line, size_t *length)
{
	if (*content >= end)
		return false;
	*line = *content;
	while (*content < end && **content != '\n' && **content != '\r')
		++*content;
	*length = (size_t)(*content - *line);
	++*content;
	return true;
}

bool aws_is_text(const char *content, size_t length)
{
	struct aws_connection connection = { 0 };
	struct place place = { .connection = &connection };
	const char *end = content + length, *line;
	bool has[STATIC + 1] = { false };

	while (next_line(&content, end, &line, &length)) {
		char squeezed[AWS_TEXT];

		squeeze(line, length, squeezed, sizeof(squeezed));
		if (take_heading(&place, squeezed))
			has[place.section] = true;
		explicit_bzero(squeezed, sizeof(squeezed));
	}
	return has[IKE] && has[OUTSIDE];
}

int aws_read_text(const char *content, size_t length, struct aws_connection *connection,
		  struct anl_error *error)
{
	struct place place = { .connection = connection };
	const char *end = content + length, *line;

	while (next_line(&content, end, &line, &length))
		read_line(&place, line, length);
	if (place.tunnels > AWS_TUNNELS)
		return anl_fail(error, EINVAL, "the file has %u tunnels: give it one connection's "
				"download, which has %d", place.tunnels, AWS_TUNNELS);
	return 0;
}

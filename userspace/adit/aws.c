// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/aws.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Other downloads of the same page of the console, by a line that each of them has */
static const struct {
	const char *sign;
	const char *what;
} foreign[] = {
	{ "crypto isakmp", "a configuration for Cisco IOS or ASA" },
	{ "crypto ikev1", "a configuration for Cisco ASA" },
	{ "crypto ikev2", "a configuration for Cisco with IKEv2" },
	{ "set security ike", "a configuration for Juniper Junos" },
	{ "set ike gateway", "a configuration for Juniper ScreenOS" },
	{ "set vpn ipsec", "a configuration for Vyatta, VyOS or EdgeOS" },
	{ "config vpn ipsec", "a configuration for Fortinet FortiOS" },
	{ "set network ike", "a configuration for Palo Alto PAN-OS" },
	{ "/ip ipsec", "a configuration for MikroTik RouterOS" },
	{ "conn Tunnel1", "a configuration for Openswan or strongSwan" },
	{ "ipsec ike", "a configuration for Yamaha RTX" },
	{ "Mozilla", "a web page" },
	{ "<html", "a web page" },
};

#define WANTED "adit reads the download 'Generic', the XML, or the output of " \
	"'aws ec2 describe-vpn-connections'"

static bool contains(const char *content, size_t length, const char *sign)
{
	return memmem(content, length, sign, strlen(sign));
}

static int refuse(const char *content, size_t length, struct anl_error *error)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (contains(content, length, foreign[i].sign))
			return anl_fail(error, EINVAL, "this is %s; " WANTED, foreign[i].what);
	return anl_fail(error, EINVAL, "this is nothing that Amazon hands out; " WANTED);
}

int aws_read(const char *content, size_t length, struct aws_connection *connection,
	     struct anl_error *error)
{
	size_t first = 0;
	int code;

	memset(connection, 0, sizeof(*connection));
	for (int i = 0; i < AWS_TUNNELS; i++)
		connection->tunnels[i].fuzz = -1;
	/* A byte order mark, or blanks, may stand in front */
	if (length >= 3 && !memcmp(content, "\xef\xbb\xbf", 3))
		first = 3;
	while (first < length && isspace((unsigned char)content[first]))
		first++;
	content += first;
	length -= first;
	if (!length)
		return anl_fail(error, EINVAL, "the file is empty; " WANTED);
	if (content[0] == '<' && contains(content, length, "<vpn_connection"))
		code = aws_read_xml(content, length, connection, error);
	else if (content[0] == '{' || content[0] == '[')
		code = aws_read_json(content, length, connection, error);
	else if (contains(content, length, "Internet Key Exchange Configuration") &&
		 contains(content, length, "Pre-Shared Key  "))
		code = aws_read_text(content, length, connection, error);
	else
		code = refuse(content, length, error);
	return code ? code : aws_check(connection, error);
}

int aws_check(const struct aws_connection *connection, struct anl_error *error)
{
	if (!*connection->id)
		return anl_fail(error, EINVAL, "the file does not name the connection (vpn-…)");
	if (!connection->tunnel_count)
		return anl_fail(error, EINVAL, "%s has no tunnel", connection->id);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];
		const char *missing = NULL;

		if (!tunnel->remote.family)
			missing = "Amazon's outside address";
		else if (!*tunnel->psk)
			missing = "the pre-shared key (8 to 64 letters, digits, '.' or '_')";
		else if (!tunnel->inside.address.family && !tunnel->inside6.address.family)
			missing = "our inside address";
		if (missing)
			return anl_fail(error, EINVAL, "tunnel %u of %s lacks %s", i + 1,
					connection->id, missing);
	}
	return 0;
}

void aws_erase(struct aws_connection *connection)
{
	explicit_bzero(connection, sizeof(*connection));
}

static bool copy_if(const char *text, char *copy, size_t size, const char *others)
{
	size_t length = strlen(text);

	if (!length || length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
			return false;
	memcpy(copy, text, length + 1);
	return true;
}

bool aws_token(const char *text, char *token, size_t size)
{
	return copy_if(text, token, size, "._-");
}

bool aws_key(const char *text, char *key, size_t size)
{
	size_t length = strlen(text);

	return length >= 8 && length <= 64 && copy_if(text, key, size, "._");
}

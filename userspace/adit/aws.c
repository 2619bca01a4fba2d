// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/aws.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WANTED "adit reads the download 'Generic' for IKEv1, the XML, or the output of " \
	"'aws ec2 describe-vpn-connections --output json'"

/* A word processor's RTF begins with "{\", too, and what Python prints with "{'" */
static bool is_json(const char *content, size_t length)
{
	const char next = length > 1 ? content[1] : ' ';

	return (*content == '{' && !strchr("\\'", next)) || *content == '"' ||
	       (*content == '[' && strchr("{[]\" \t\r\n", next));
}

/* A web page, too, begins with "<", and may have the XML in it */
static bool is_xml(const char *content, size_t length)
{
	return *content == '<' && memmem(content, length, "vpn_connection", 14) &&
	       strncasecmp(content, "<html", 5) && strncasecmp(content, "<!doctype html", 14);
}

int aws_read_any(const char *content, size_t length, const char *wanted,
		 struct aws_connection *connection, struct anl_error *error)
{
	const char *foreign;

	while (length && isspace((unsigned char)*content)) {
		content++;
		length--;
	}
	if (!length)
		return anl_fail(error, EINVAL, "the file is empty; " WANTED);
	if (is_xml(content, length))
		return aws_read_xml(content, length, connection, error);
	if (is_json(content, length))
		return aws_read_json(content, length, wanted, connection, error);
	if (*content != '{' && aws_is_text(content, length))
		return aws_read_text(content, length, connection, error);
	foreign = aws_foreign(content, length);
	return anl_fail(error, EINVAL, "this is %s; " WANTED,
			foreign ? foreign : "nothing that Amazon hands out");
}

/*
 * Amazon's are always /30 and /126. Files have been seen that say 128, or nothing: then there were
 * no way to Amazon's own address.
 */
static void widen(struct anl_prefix *inside, uint8_t most)
{
	if (inside->address.family && (!inside->length || inside->length > most))
		inside->length = most;
}

/* 0.0.0.0 is nobody's: a customer gateway with a certificate has no address */
static void forget_zero(struct anl_address *address)
{
	static const struct anl_address zero;

	if (!memcmp(address->bytes, zero.bytes, sizeof(zero.bytes)))
		*address = zero;
}

static int check_wanted(const char *wanted, const struct aws_connection *connection,
			struct anl_error *error)
{
	if (!wanted || !strcmp(wanted, connection->id))
		return 0;
	return anl_fail(error, EINVAL, "the file is of %s, not of %s", connection->id, wanted);
}

int aws_read(const char *content, size_t length, const char *wanted,
	     struct aws_connection *connection, struct anl_error *error)
{
	char *decoded = aws_decode(content, &length);
	int code;

	memset(connection, 0, sizeof(*connection));
	for (int i = 0; i < AWS_TUNNELS; i++)
		connection->tunnels[i].fuzz = -1;
	if (decoded)
		content = decoded;
	if (length >= 3 && !memcmp(content, "\xef\xbb\xbf", 3)) {	/* byte order mark */
		content += 3;
		length -= 3;
	}
	code = aws_read_any(content, length, wanted, connection, error);
	if (decoded)
		explicit_bzero(decoded, length);
	free(decoded);
	if (!*connection->id)
		strcpy(connection->id, "the connection");
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		widen(&connection->tunnels[i].inside, 30);
		widen(&connection->tunnels[i].inside6, 126);
		forget_zero(&connection->tunnels[i].local);
		forget_zero(&connection->tunnels[i].remote);
	}
	anl_prefix_mask(&connection->ours);
	anl_prefix_mask(&connection->theirs);
	if (!code)
		code = check_wanted(wanted, connection, error);
	return code ? code : aws_check(connection, error);
}

/* What a tunnel lacks for a configuration; NULL when nothing */
static const char *lacks(const struct aws_connection *connection, const struct aws_tunnel *tunnel)
{
	if (!tunnel->remote.family)
		return "Amazon's outside address";
	if (!*tunnel->psk)
		return "the pre-shared key (8 to 64 characters of ASCII without blanks): put "
		       "it in where it was hidden; where the gateway authenticates by "
		       "certificate, write the tunnel with auth = \"rsasig\", of which "
		       "adit.conf(5) has an example";
	if (!tunnel->inside.address.family && !tunnel->inside6.address.family)
		return "our inside address";
	if (connection->bgp && !(tunnel->our_asn && tunnel->peer_asn))
		return "the numbers for BGP (ASN): the file is cut off";
	return NULL;
}

/* Options that name nothing adit knows must not count as options that say nothing */
static int check_words(const struct aws_connection *connection, unsigned int number,
		       struct anl_error *error)
{
	const struct aws_tunnel *tunnel = &connection->tunnels[number - 1];
	const struct aws_phase *phases[] = { &tunnel->ike, &tunnel->esp };
	static const char *const kinds[] = { "cipher", "hash", "group" };

	for (int i = 0; i < 2; i++) {
		const struct aws_words *lists[] = {
			&phases[i]->ciphers, &phases[i]->hashes, &phases[i]->groups
		};

		for (int j = 0; j < 3; j++)
			if (!lists[j]->count && *lists[j]->unknown)
				return anl_fail(error, EINVAL, "tunnel %u of %s allows the %s %s "
						"in phase %d, which adit does not have, and no "
						"other: add one to its options", number,
						connection->id, kinds[j], lists[j]->unknown, i + 1);
	}
	return 0;
}

static int check_versions(const struct aws_connection *connection, unsigned int number,
			  struct anl_error *error)
{
	const struct aws_tunnel *tunnel = &connection->tunnels[number - 1];
	char outside[ANL_PREFIX_TEXT];

	if (tunnel->ikev2_options)
		return anl_fail(error, EINVAL, "tunnel %u of %s is for IKEv2 alone, which adit "
				"does not speak: allow IKEv1 in its options, in the console or by "
				"\"aws ec2 modify-vpn-tunnel-options --vpn-connection-id %s "
				"--vpn-tunnel-outside-ip-address %s --tunnel-options "
				"'IKEVersions=[{Value=ikev1},{Value=ikev2}]'\", and fetch the JSON "
				"again", number, connection->id, connection->id,
				anl_address_format(&tunnel->remote, outside));
	if (tunnel->ikev2_file)
		return anl_fail(error, EINVAL, "tunnel %u of %s is for IKEv2, which adit does "
				"not speak: choose IKEv1 in the dialog of the download, and see "
				"that the tunnel's options allow it", number, connection->id);
	return 0;
}

/* Which the file does not show, as Amazon has moved it */
static int check_secret(const struct aws_connection *connection, unsigned int number,
			struct anl_error *error)
{
	const struct aws_tunnel *tunnel = &connection->tunnels[number - 1];

	if (*tunnel->psk || (!tunnel->redacted && !*connection->secret))
		return 0;
	return anl_fail(error, EINVAL, "tunnel %u of %s lacks the pre-shared key, which Amazon "
			"keeps in the Secrets Manager: \"aws secretsmanager get-secret-value "
			"--secret-id '%s' --query SecretString --output text\" shows it; put it "
			"%s", number, connection->id, *connection->secret ? connection->secret :
			"PreSharedKeyArn of describe-vpn-connections", tunnel->redacted ?
			"in the place of REDACTED" : "into the tunnel's PreSharedKey in the JSON");
}

static int check_tunnel(const struct aws_connection *connection, unsigned int number,
			struct anl_error *error)
{
	const struct aws_tunnel *tunnel = &connection->tunnels[number - 1];
	char words[AWS_WORDS_MAX][AWS_TEXT];
	int code;

	code = check_versions(connection, number, error);
	if (code)
		return code;
	if (*tunnel->mistake)
		return anl_fail(error, EINVAL, "tunnel %u of %s has %s", number, connection->id,
				tunnel->mistake);
	code = tunnel->remote.family ? check_secret(connection, number, error) : 0;
	if (code)
		return code;
	if (lacks(connection, tunnel))
		return anl_fail(error, EINVAL, "tunnel %u of %s lacks %s", number, connection->id,
				lacks(connection, tunnel));
	code = check_words(connection, number, error);
	if (code)
		return code;
	/* AES-GCM in phase 1 is of IKEv2 (RFC 5282) */
	if (!aws_proposals(&tunnel->ike, false, words))
		return anl_fail(error, EINVAL, "tunnel %u of %s allows nothing in phase 1 that "
				"IKEv1 has: add AES128 or AES256, a hash and a group to its "
				"options", number, connection->id);
	if (!aws_proposals(&tunnel->esp, true, words))
		return anl_fail(error, EINVAL, "tunnel %u of %s allows nothing in phase 2 that "
				"adit has", number, connection->id);
	return 0;
}

int aws_check(const struct aws_connection *connection, struct anl_error *error)
{
	int code = 0;

	if (!connection->tunnel_count)
		return anl_fail(error, EINVAL, "%s has no tunnel", connection->id);
	for (unsigned int i = 1; !code && i <= connection->tunnel_count; i++)
		code = check_tunnel(connection, i, error);
	return code;
}

void aws_erase(struct aws_connection *connection)
{
	explicit_bzero(connection, sizeof(*connection));
}

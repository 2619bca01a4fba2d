// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON of `aws ec2 describe-vpn-connections`: the XML within it, and the
 * tunnels' options, which have the last word.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adit/aws.h"

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static unsigned int number(const json_t *object, const char *name, unsigned int max)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 && value <= max ? (unsigned int)value : 0;
}

/* [{"Value": "AES128"}, …] or [{"Value": 14}, …] */
static void read_words(const json_t *list, const char *(*word_of)(const char *name),
		       struct aws_words *words)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const json_t *value = json_object_get(item, "Value");
		char digits[24] = "";
		const char *word;

		if (json_is_integer(value))
			snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
				 json_integer_value(value));
		word = word_of(json_is_string(value) ? json_string_value(value) : digits);
		if (word && words->count < AWS_WORDS_MAX)
			words->list[words->count++] = word;
	}
}

static void read_phase(const json_t *options, const char *which, struct aws_phase *phase)
{
	static const struct {
		const char *name;
		const char *(*word_of)(const char *name);
		size_t offset;
	} lists[] = {
		{ "EncryptionAlgorithms", aws_cipher, offsetof(struct aws_phase, ciphers) },
		{ "IntegrityAlgorithms", aws_hash, offsetof(struct aws_phase, hashes) },
		{ "DHGroupNumbers", aws_group, offsetof(struct aws_phase, groups) },
	};
	unsigned int lifetime;
	char name[64];

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		snprintf(name, sizeof(name), "%s%s", which, lists[i].name);
		read_words(json_object_get(options, name), lists[i].word_of,
			   (struct aws_words *)((char *)phase + lists[i].offset));
	}
	snprintf(name, sizeof(name), "%sLifetimeSeconds", which);
	lifetime = number(options, name, 30 * 86400);
	if (lifetime)
		phase->lifetime = lifetime;
}

static void read_options(const json_t *options, struct aws_tunnel *tunnel)
{
	unsigned int timeout = number(options, "DPDTimeoutSeconds", 86400);

	read_phase(options, "Phase1", &tunnel->ike);
	read_phase(options, "Phase2", &tunnel->esp);
	if (*text(options, "PreSharedKey"))
		aws_key(text(options, "PreSharedKey"), tunnel->psk, sizeof(tunnel->psk));
	tunnel->margin = number(options, "RekeyMarginTimeSeconds", 86400);
	tunnel->window = number(options, "ReplayWindowSize", 4096);
	if (json_is_integer(json_object_get(options, "RekeyFuzzPercentage")))
		tunnel->fuzz = (int)number(options, "RekeyFuzzPercentage", 1000);
	if (timeout >= 3) {
		tunnel->dpd_interval = timeout / 3;
		tunnel->dpd_retries = 3;
	}
}

/* The options name their tunnel by Amazon's outside address, and come in any order */
static void read_tunnel_options(const json_t *list, struct aws_connection *connection)
{
	const json_t *options;
	size_t i;

	json_array_foreach(list, i, options) {
		struct anl_address outside;

		if (!anl_address_parse(text(options, "OutsideIpAddress"), &outside))
			continue;
		for (unsigned int j = 0; j < connection->tunnel_count; j++)
			if (anl_address_equal(&outside, &connection->tunnels[j].remote))
				read_options(options, &connection->tunnels[j]);
	}
}

static void read_routes(const json_t *list, struct aws_connection *connection)
{
	const json_t *route;
	size_t i;

	json_array_foreach(list, i, route) {
		struct anl_prefix prefix;

		if (connection->route_count < AWS_ROUTES_MAX &&
		    strcmp(text(route, "State"), "deleted") &&
		    anl_prefix_parse(text(route, "DestinationCidrBlock"), &prefix) &&
		    anl_prefix_is_network(&prefix))
			connection->routes[connection->route_count++] = prefix;
	}
}

static int read_connection(const json_t *vpn, struct aws_connection *connection,
			   struct anl_error *error)
{
	const char *xml = text(vpn, "CustomerGatewayConfiguration");
	const json_t *options = json_object_get(vpn, "Options");
	int code;

	if (!*xml)
		return anl_fail(error, EINVAL, "%s has no CustomerGatewayConfiguration: Amazon "
				"shows it to those who may see keys, and not of what is deleted",
				*text(vpn, "VpnConnectionId") ? text(vpn, "VpnConnectionId") :
				"the connection");
	code = aws_read_xml(xml, strlen(xml), connection, error);
	if (code)
		return code;
	read_tunnel_options(json_object_get(options, "TunnelOptions"), connection);
	read_routes(json_object_get(vpn, "Routes"), connection);
	if (json_is_true(json_object_get(options, "StaticRoutesOnly")))
		connection->bgp = false;
	return 0;
}

int aws_read_json(const char *content, size_t length, struct aws_connection *connection,
		  struct anl_error *error)
{
	json_error_t mistake;
	json_t *top = json_loadb(content, length, 0, &mistake);
	const json_t *list = json_object_get(top, "VpnConnections");
	int code;

	if (!top)
		return anl_fail(error, EINVAL, "the JSON is damaged at line %d: %s", mistake.line,
				mistake.text);
	if (json_array_size(list) == 1)
		code = read_connection(json_array_get(list, 0), connection, error);
	else if (json_array_size(list))
		code = anl_fail(error, EINVAL, "the file holds %zu connections: choose one with "
				"'aws ec2 describe-vpn-connections --vpn-connection-ids …'",
				json_array_size(list));
	else
		code = anl_fail(error, EINVAL, "this JSON holds no VpnConnections");
	json_decref(top);
	return code;
}

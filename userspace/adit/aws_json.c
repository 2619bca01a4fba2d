// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON of `aws ec2 describe-vpn-connections`: the XML within it, and the
 * tunnels' options, which have the last word.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "adit/aws.h"

/* Amazon's tools and libraries differ in case: IKEVersions, IkeVersions, ikeVersions */
static json_t *member(const json_t *object, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		if (!strcasecmp(key, name))
			return value;
	return NULL;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(member(object, name));

	return value ? value : "";
}

/* PowerShell has an object of it */
static const char *state_of(const json_t *vpn)
{
	const json_t *state = member(vpn, "State");

	return json_is_object(state) ? text(state, "Value") : text(vpn, "State");
}

static bool is_gone(const json_t *vpn)
{
	return !strncmp(state_of(vpn), "delet", 5);
}

/* Also as a text, as some tools convert them. 0: not said */
static unsigned int number(const json_t *options, const char *name, unsigned int max,
			   struct aws_tunnel *tunnel)
{
	const json_t *value = member(options, name);
	char digits[24];

	if (!json_is_integer(value))
		return aws_number(text(options, name), max, tunnel, name);
	snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return aws_number(digits, max, tunnel, name);
}

/* [{"Value": "AES128"}, …] or [{"Value": 14}, …], or cut down to ["AES128", …] by --query */
static void read_words(const json_t *list, const char *(*word_of)(const char *name),
		       struct aws_words *words)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const json_t *value = json_is_object(item) ? member(item, "Value") : item;
		char digits[24] = "";
		const char *word;

		if (json_is_integer(value))
			snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
				 json_integer_value(value));
		word = word_of(json_is_string(value) ? json_string_value(value) : digits);
		if (word && words->count < AWS_WORDS_MAX)
			words->list[words->count++] = word;
		else if (!word && !*words->unknown &&
			 !aws_token(json_is_string(value) ? json_string_value(value) : digits,
				    words->unknown, sizeof(words->unknown)))
			strcpy(words->unknown, "?");
	}
}

static void read_phase(const json_t *options, const char *which, struct aws_phase *phase,
		       struct aws_tunnel *tunnel)
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
		read_words(member(options, name), lists[i].word_of,
			   (struct aws_words *)((char *)phase + lists[i].offset));
	}
	snprintf(name, sizeof(name), "%sLifetimeSeconds", which);
	lifetime = number(options, name, 30 * 86400, tunnel);
	if (lifetime)
		phase->lifetime = lifetime;
}

/* [{"Value": "ikev1"}, {"Value": "ikev2"}]; without the list both are allowed */
static bool forbids_ikev1(const json_t *versions)
{
	const json_t *version;
	size_t i;

	json_array_foreach(versions, i, version)
		if (!strcasecmp(json_is_string(version) ? json_string_value(version) :
				text(version, "Value"), "ikev1"))
			return false;
	return json_array_size(versions);
}

static void read_options(const json_t *options, struct aws_tunnel *tunnel)
{
	const json_t *fuzz = member(options, "RekeyFuzzPercentage");

	read_phase(options, "Phase1", &tunnel->ike, tunnel);
	read_phase(options, "Phase2", &tunnel->esp, tunnel);
	/* An older one in the XML must not stand in for one that cannot be used */
	if (*text(options, "PreSharedKey"))
		aws_take_key(text(options, "PreSharedKey"), tunnel);
	tunnel->margin = number(options, "RekeyMarginTimeSeconds", 86400, tunnel);
	tunnel->window = number(options, "ReplayWindowSize", 4096, tunnel);
	if (json_is_integer(fuzz) || json_is_string(fuzz))
		tunnel->fuzz = (int)number(options, "RekeyFuzzPercentage", 1000, tunnel);
	tunnel->dpd_timeout = number(options, "DPDTimeoutSeconds", 86400, tunnel);
	tunnel->ikev2_options = forbids_ikev1(member(options, "IKEVersions"));
}

/* "169.254.10.0/30" has our end in it, or its IPv6 has */
static bool is_inside(const json_t *options, const struct aws_tunnel *tunnel)
{
	struct anl_prefix network;

	return (anl_prefix_parse(text(options, "TunnelInsideCidr"), &network) &&
		anl_prefix_contains(&network, &tunnel->inside.address)) ||
	       (anl_prefix_parse(text(options, "TunnelInsideIpv6Cidr"), &network) &&
		anl_prefix_contains(&network, &tunnel->inside6.address));
}

/*
 * The options come in any order, and name their tunnel by Amazon's outside address. Where that was
 * left out, by --query or by hand, by the network inside. NULL: they are no tunnel's of the XML
 */
static struct aws_tunnel *tunnel_of(const json_t *options, struct aws_connection *connection)
{
	struct anl_address outside;
	bool named = anl_address_parse(text(options, "OutsideIpAddress"), &outside);

	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		struct aws_tunnel *tunnel = &connection->tunnels[i];

		if (named ? anl_address_equal(&outside, &tunnel->remote) :
			    is_inside(options, tunnel))
			return tunnel;
	}
	return NULL;
}

static int read_tunnel_options(const json_t *list, struct aws_connection *connection,
			       struct anl_error *error)
{
	const json_t *options;
	size_t i;

	json_array_foreach(list, i, options) {
		struct aws_tunnel *tunnel;

		/* The names of their types, where PowerShell does not go deeper */
		if (!json_is_object(options))
			break;
		tunnel = tunnel_of(options, connection);
		if (tunnel)
			read_options(options, tunnel);
		else if (json_object_size(options))
			connection->unplaced++;
	}
	if (json_is_string(list) || i < json_array_size(list))
		return anl_fail(error, EINVAL, "the TunnelOptions of %s are cut off in this JSON: "
				"say -Depth 10 to ConvertTo-Json", connection->id);
	return 0;
}

/*
 * The routes of a static connection lead to us: networks that Amazon sends through the tunnels.
 * What is behind Amazon, no file says.
 */
static void read_routes(const json_t *list, struct aws_connection *connection)
{
	const json_t *route;
	size_t i;

	json_array_foreach(list, i, route) {
		struct anl_prefix prefix;

		if (connection->behind_count < AWS_ROUTES_MAX &&
		    strcmp(text(route, "State"), "deleted") &&
		    anl_prefix_parse(text(route, "DestinationCidrBlock"), &prefix) &&
		    anl_prefix_is_network(&prefix))
			connection->behind[connection->behind_count++] = prefix;
	}
}

/* "Local" is the customer's side, "Remote" Amazon's */
static void read_selectors(const json_t *options, struct aws_connection *connection)
{
	const char *names[2][2] = {
		{ "LocalIpv4NetworkCidr", "LocalIpv6NetworkCidr" },
		{ "RemoteIpv4NetworkCidr", "RemoteIpv6NetworkCidr" },
	};
	bool ipv6 = connection->tunnels[0].inside6.address.family;

	anl_prefix_parse(text(options, names[0][ipv6]), &connection->ours);
	anl_prefix_parse(text(options, names[1][ipv6]), &connection->theirs);
}

/* The XML of IPv6 has the inside addresses of IPv4, too; this says which of them count */
static void read_version(const char *version, struct aws_connection *connection)
{
	for (unsigned int i = 0; i < connection->tunnel_count; i++)
		if (!strcasecmp(version, "ipv4"))
			connection->tunnels[i].inside6 = (struct anl_prefix){ 0 };
}

static int read_connection(const json_t *vpn, struct aws_connection *connection,
			   struct anl_error *error)
{
	const char *xml = text(vpn, "CustomerGatewayConfiguration");
	const char *id = text(vpn, "VpnConnectionId");
	const json_t *options = member(vpn, "Options");
	int code;

	if (is_gone(vpn))
		return anl_fail(error, EINVAL, "%s is %s", id, state_of(vpn));
	if (!*xml && *state_of(vpn) && strcmp(state_of(vpn), "available"))
		return anl_fail(error, EINVAL, "%s has no CustomerGatewayConfiguration while it is "
				"%s: fetch it again when it is available",
				*id ? id : "the connection", state_of(vpn));
	if (!*xml)
		return anl_fail(error, EINVAL, "%s has no CustomerGatewayConfiguration: Amazon "
				"shows it to those who may see keys, and not of what is deleted",
				*id ? id : "the connection");
	code = aws_read_any(xml, strlen(xml), NULL, connection, error);
	if (code)
		return code;
	aws_token(id, connection->id, sizeof(connection->id));
	code = read_tunnel_options(member(options, "TunnelOptions"), connection, error);
	if (code)
		return code;
	read_routes(member(vpn, "Routes"), connection);
	read_version(text(options, "TunnelInsideIpVersion"), connection);
	read_selectors(options, connection);
	if (json_is_true(member(options, "StaticRoutesOnly")))
		connection->bgp = false;
	aws_arn(text(vpn, "PreSharedKeyArn"), connection->secret, sizeof(connection->secret));
	connection->accelerated = json_is_true(member(options, "EnableAcceleration"));
	return 0;
}

/* One level: a file within the file is not JSON again */
static int read_sample(const char *sample, struct aws_connection *connection,
		       struct anl_error *error)
{
	if (*sample == '"' || *sample == '{' || *sample == '[')
		return anl_fail(error, EINVAL, "this JSON holds a text that is JSON again");
	return aws_read_any(sample, strlen(sample), NULL, connection, error);
}

static int which_one(const json_t *list, const char *wanted, struct anl_error *error)
{
	char ids[160] = "";
	size_t i, used = 0;
	bool gone = true;
	const json_t *vpn;

	json_array_foreach(list, i, vpn) {
		if (used < sizeof(ids))
			used += (size_t)snprintf(ids + used, sizeof(ids) - used, "%s%s%s",
						 i ? ", " : "", text(vpn, "VpnConnectionId"),
						 is_gone(vpn) ? " (deleted)" : "");
		gone &= is_gone(vpn);
	}
	if (wanted)
		return anl_fail(error, EINVAL, "the file has no %s, but %s", wanted, ids);
	if (gone)
		return anl_fail(error, EINVAL, "all %zu connections of the file are deleted: %s",
				json_array_size(list), ids);
	return anl_fail(error, EINVAL, "the file holds %zu connections: choose one with "
			"--connection: %s", json_array_size(list), ids);
}

/* What is deleted stays in Amazon's list for an hour. Return: the only other one; NULL */
static const json_t *only_one(const json_t *list)
{
	const json_t *vpn, *only = NULL;
	size_t i;

	if (json_array_size(list) == 1)
		return json_array_get(list, 0);
	json_array_foreach(list, i, vpn) {
		if (is_gone(vpn))
			continue;
		if (only)
			return NULL;
		only = vpn;
	}
	return only;
}

static int read_list(const json_t *list, const char *wanted, struct aws_connection *connection,
		     struct anl_error *error)
{
	const json_t *vpn = wanted ? NULL : only_one(list);
	size_t i;

	if (!json_array_size(list))
		return anl_fail(error, EINVAL, "this JSON holds no VpnConnections: adit reads the "
				"output of 'aws ec2 describe-vpn-connections --output json', which "
				"has those of one --region");
	/* --query 'VpnConnections[].CustomerGatewayConfiguration' */
	if (json_is_string(vpn))
		return read_sample(json_string_value(vpn), connection, error);
	if (vpn)
		return read_connection(vpn, connection, error);
	json_array_foreach(list, i, vpn)
		if (wanted && !strcmp(text(vpn, "VpnConnectionId"), wanted))
			return read_connection(vpn, connection, error);
	return which_one(list, wanted, error);
}

/* Other JSON that people have at hand: NULL when it is none that is known */
static const char *foreign_json(const json_t *top)
{
	static const struct {
		const char *member;
		const char *what;
	} signs[] = {
		{ "terraform_version", "Terraform's, which has not all that Amazon knows: take "
		  "that of 'aws ec2 describe-vpn-connections'" },
		{ "vpn_connections", "Ansible's: take that of 'aws ec2 describe-vpn-connections'" },
		{ "AWSTemplateFormatVersion", "a template of CloudFormation: take that of "
		  "'aws ec2 describe-vpn-connections'" },
		{ "CustomerGateways", "that of describe-customer-gateways: take that of "
		  "'aws ec2 describe-vpn-connections'" },
		{ "VpnGateways", "that of describe-vpn-gateways: take that of "
		  "'aws ec2 describe-vpn-connections'" },
		{ "VpnConnectionDeviceTypes", "the list of device types: take that of "
		  "'aws ec2 describe-vpn-connections'" },
	};

	const char *key;
	json_t *value;

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (member(top, signs[i].member))
			return signs[i].what;
	if (!strncmp(text(top, "kind"), "compute#", 8))
		return "of Google Cloud, not of Amazon";
	if (!strncasecmp(text(top, "type"), "Microsoft.", 10))
		return "of Azure, not of Amazon";
	/* {"NAME": {"sensitive": …, "type": …, "value": …}, …} */
	json_object_foreach((json_t *)top, key, value)
		if (member(value, "sensitive") && member(value, "value"))
			return "of 'terraform output': 'terraform output -raw NAME' gives the XML; "
			       "best is that of 'aws ec2 describe-vpn-connections'";
	return NULL;
}

/*
 * Of describe-vpn-connections, create-vpn-connection, modify-vpn-tunnel-options and
 * get-vpn-connection-device-sample-configuration, whole or cut down by --query
 */
static int read_top(const json_t *top, const char *wanted, struct aws_connection *connection,
		    struct anl_error *error)
{
	const json_t *one;
	const char *sample;

	/* --query 'VpnConnections[].[…]' has a list of lists */
	while (json_array_size(top) == 1 && json_is_array(json_array_get(top, 0)))
		top = json_array_get(top, 0);
	one = member(top, "VpnConnection");
	sample = text(top, "VpnConnectionDeviceSampleConfiguration");
	if (json_is_string(top))
		sample = json_string_value(top);
	if (*sample)
		return read_sample(sample, connection, error);
	if (foreign_json(top))
		return anl_fail(error, EINVAL, "this JSON is %s", foreign_json(top));
	if (json_is_object(one))
		return read_connection(one, connection, error);
	if (member(top, "CustomerGatewayConfiguration"))
		return read_connection(top, connection, error);
	return read_list(json_is_array(top) ? top : member(top, "VpnConnections"), wanted,
			 connection, error);
}

/* In place: jansson's strings are its own, and the key stands in several of them */
static void wipe(const json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)value, name, member)
		wipe(member);
	json_array_foreach(value, i, member)
		wipe(member);
	if (json_is_string(value))
		explicit_bzero((char *)json_string_value(value), json_string_length(value));
}

int aws_read_json(const char *content, size_t length, const char *wanted,
		  struct aws_connection *connection, struct anl_error *error)
{
	json_error_t mistake;
	json_t *top = json_loadb(content, length, JSON_DECODE_ANY, &mistake);
	int code;

	if (!top)
		return anl_fail(error, EINVAL, "the JSON is damaged at line %d: %s; adit reads "
				"one whole output of 'aws ec2 describe-vpn-connections'",
				mistake.line, mistake.text);
	code = read_top(top, wanted, connection, error);
	wipe(top);
	json_decref(top);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit import aws`: which tunnel the options of the JSON belong to, keys that Amazon hides,
 * and what else the several forms leave out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aws.h"

#define TUNNEL(remote, inside, key) "<ipsec_tunnel><customer_gateway>" \
	"<tunnel_outside_address><ip_address>0.0.0.0</ip_address></tunnel_outside_address>" \
	"<tunnel_inside_address><ip_address>" inside "</ip_address></tunnel_inside_address>" \
	"<tunnel_inside_ipv6_address><ip_address>fd00::" remote "2</ip_address>" \
	"</tunnel_inside_ipv6_address></customer_gateway><vpn_gateway><tunnel_outside_address>" \
	"<ip_address>203.0.113." remote "</ip_address></tunnel_outside_address></vpn_gateway>" \
	"<ike><pre_shared_key>" key "</pre_shared_key></ike></ipsec_tunnel>"
#define XML(key) "<vpn_connection id=\"vpn-7\">" TUNNEL("10", "169.254.10.2", key) \
	TUNNEL("20", "169.254.11.2", key) "</vpn_connection>"

/* The XML in JSON, with options of tunnels and further members of the connection. To be freed. */
static char *json(const char *xml, const char *tunnel_options, const char *more)
{
	json_t *quoted = json_string(xml);
	char *string = json_dumps(quoted, JSON_ENCODE_ANY), *text;

	assert_true(asprintf(&text, "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-7\","
			     "\"CustomerGatewayConfiguration\":%s,\"Options\":{"
			     "\"TunnelOptions\":[%s]%s}]}", string, tunnel_options, more) > 0);
	free(string);
	json_decref(quoted);
	return text;
}

static struct aws_connection read_json(const char *tunnel_options, const char *more)
{
	char *text = json(XML("abc.DEF_123456"), tunnel_options, more);
	struct aws_connection connection = read_fine(text);

	free(text);
	return connection;
}

/* By Amazon's address, else by the network inside; never by their order */
static void options_find_their_tunnel(void **state)
{
	static const struct {
		const char *options;
		unsigned int windows[AWS_TUNNELS], unplaced;
	} rows[] = {
		{ "{\"OutsideIpAddress\":\"203.0.113.20\",\"ReplayWindowSize\":64}", { 0, 64 }, 0 },
		{ "{\"TunnelInsideCidr\":\"169.254.11.0/30\",\"ReplayWindowSize\":64},"
		  "{\"TunnelInsideCidr\":\"169.254.10.0/30\",\"ReplayWindowSize\":65}",
		  { 65, 64 }, 0 },
		{ "{\"TunnelInsideIpv6Cidr\":\"fd00::200/120\",\"ReplayWindowSize\":64}",
		  { 0, 64 }, 0 },
		/* Hidden by whom the file comes from */
		{ "{\"OutsideIpAddress\":\"x.x.x.x\",\"TunnelInsideCidr\":\"169.254.11.0/30\","
		  "\"ReplayWindowSize\":64}", { 0, 64 }, 0 },
		/* Another's, whatever its network is */
		{ "{\"OutsideIpAddress\":\"203.0.113.30\",\"TunnelInsideCidr\":\"169.254.11.0/30\","
		  "\"ReplayWindowSize\":64}", { 0, 0 }, 1 },
		{ "{\"ReplayWindowSize\":64},{\"ReplayWindowSize\":64},{}", { 0, 0 }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct aws_connection connection = read_json(rows[i].options, "}");

		for (int j = 0; j < AWS_TUNNELS; j++)
			assert_int_equal(connection.tunnels[j].window, rows[i].windows[j]);
		assert_int_equal(connection.unplaced, rows[i].unplaced);
	}
}

/* Out of range they are no numbers that say nothing */
static void numbers_are_taken_or_named(void **state)
{
	static const struct {
		const char *options, *says;
	} rows[] = {
		{ "\"Phase1LifetimeSeconds\":2592001", "'2592001' for Phase1LifetimeSeconds" },
		{ "\"ReplayWindowSize\":-1", "'-1' for ReplayWindowSize" },
		{ "\"DpdTimeoutSeconds\":\"soon\"", "'soon' for DPDTimeoutSeconds" },
		{ "\"RekeyFuzzPercentage\":1001", "'1001' for RekeyFuzzPercentage" },
	};
	struct aws_connection connection = read_json(
		"{\"OutsideIpAddress\":\"203.0.113.10\",\"Phase2LifetimeSeconds\":\"1800\","
		"\"RekeyFuzzPercentage\":\"0\",\"RekeyMarginTimeSeconds\":null}", "}");
	char options[256], *text;

	(void)state;
	assert_int_equal(connection.tunnels[0].esp.lifetime, 1800);
	assert_int_equal(connection.tunnels[0].fuzz, 0);
	assert_int_equal(connection.tunnels[0].margin, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(options, sizeof(options), "{\"OutsideIpAddress\":\"203.0.113.20\",%s}",
			 rows[i].options);
		text = json(XML("abc.DEF_123456"), options, "}");
		read_wrong(text, strlen(text), rows[i].says);
		free(text);
	}
}

/* As --query makes them */
static void lists_within_lists(void **state)
{
	char *text = json(XML("abc.DEF_123456"), "", "}"), *wrapped;
	json_t *all = json_loads(text, 0, NULL), *list = json_object_get(all, "VpnConnections");
	struct aws_connection connection;
	json_t *around;

	(void)state;
	around = json_pack("[O]", list);
	wrapped = json_dumps(around, 0);
	json_decref(around);
	connection = read_fine(wrapped);
	assert_int_equal(connection.tunnel_count, 2);
	free(wrapped);
	free(text);
	json_decref(all);
}

static void the_family_inside_is_the_options(void **state)
{
	struct aws_connection connection = read_json("", ",\"TunnelInsideIpVersion\":\"ipv4\"}");

	(void)state;
	assert_int_equal(connection.tunnels[1].inside6.address.family, 0);
	assert_int_not_equal(connection.tunnels[1].inside.address.family, 0);
	connection = read_json("", ",\"TunnelInsideIpVersion\":\"ipv6\"}");
	assert_int_not_equal(connection.tunnels[1].inside6.address.family, 0);
	/* 0.0.0.0 is no identity of ours */
	assert_int_equal(connection.tunnels[1].local.family, 0);
}

#define ARN "arn:aws:secretsmanager:eu-central-1:123456789012:secret:s2svpn!vpn-7-AbC"

/* REDACTED would do as a key */
static void keys_that_amazon_does_not_show(void **state)
{
	static const char shown[] = "{\"OutsideIpAddress\":\"203.0.113.10\",\"PreSharedKey\":"
		"\"abc.DEF_123456\"},{\"OutsideIpAddress\":\"203.0.113.20\",\"PreSharedKey\":"
		"\"%s\"}";
	static const struct {
		const char *key, *more, *says;
	} rows[] = {
		{ "REDACTED", "},\"PreSharedKeyArn\":\"" ARN "\"", "\"aws secretsmanager "
		  "get-secret-value --secret-id '" ARN "' --query SecretString --output text\" "
		  "shows it; put it in the place of REDACTED" },
		{ "", "},\"PreSharedKeyArn\":\"" ARN "\"", "--secret-id '" ARN "' --query "
		  "SecretString --output text\" shows it; put it into the tunnel's PreSharedKey" },
		{ "Redacted", "}", "--secret-id 'PreSharedKeyArn of describe-vpn-connections'" },
		/* What could be more than a name is not shown to be copied into a shell */
		{ "REDACTED", "},\"PreSharedKeyArn\":\"arn:aws:x';reboot'\"",
		  "--secret-id 'PreSharedKeyArn of describe-vpn-connections'" },
		{ "", "}", "put it in where it was hidden" },
	};
	struct aws_connection connection;
	char options[256], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(options, sizeof(options), "{\"OutsideIpAddress\":\"203.0.113.10\","
			 "\"PreSharedKey\":\"%s\"}", rows[i].key);
		text = json(*rows[i].key ? XML("abc.DEF_123456") : XML(""), options, rows[i].more);
		read_wrong(text, strlen(text), rows[i].says);
		free(text);
	}
	read_wrong(XML("REDACTED"), strlen(XML("REDACTED")), "tunnel 1 of vpn-7 lacks the "
		   "pre-shared key, which Amazon keeps in the Secrets Manager");
	/* The cure; the ARN alone is no sign that the keys are not here */
	snprintf(options, sizeof(options), shown, "xyz.DEF_123456");
	text = json(XML("REDACTED"), options, "},\"PreSharedKeyArn\":\"" ARN "\"");
	connection = read_fine(text);
	free(text);
	assert_string_equal(connection.tunnels[1].psk, "xyz.DEF_123456");
}

static void ikev2_alone_is_told_with_its_cure(void **state)
{
	char *text = json(XML("abc.DEF_123456"), "{\"OutsideIpAddress\":\"203.0.113.20\","
			  "\"IkeVersions\":[{\"Value\":\"ikev2\"}]}", "}");

	(void)state;
	read_wrong(text, strlen(text), "tunnel 2 of vpn-7 is for IKEv2 alone, which adit does not "
		   "speak: allow IKEv1 in its options, in the console or by \"aws ec2 "
		   "modify-vpn-tunnel-options --vpn-connection-id vpn-7 "
		   "--vpn-tunnel-outside-ip-address 203.0.113.20 --tunnel-options "
		   "'IKEVersions=[{Value=ikev1},{Value=ikev2}]'\"");
	free(text);
}

static void what_is_being_changed_has_no_xml_yet(void **state)
{
	static const char text[] = "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-7\","
		"\"State\":\"modifying\",\"Options\":{}}]}";

	(void)state;
	read_wrong(text, strlen(text), "vpn-7 has no CustomerGatewayConfiguration while it is "
		   "modifying: fetch it again when it is available");
}

#define TEXT_TUNNEL(number, inside, key) "IPSec Tunnel #" number "\n" \
	"#1: Internet Key Exchange Configuration\n - Pre-Shared Key : " key "\n" \
	" - Authentication Algorithm : SHA-256\n - Encryption Algorithm : AES-256\n" \
	" - Diffie-Hellman : Group 20\n#2: IPSec Configuration\n#3: Tunnel Interface\n" \
	"Outside IP Addresses:\n - Virtual Private Gateway : 203.0.113.10\nInside IP Addresses\n" \
	" - Customer Gateway : " inside "\n - Virtual Private Gateway : 169.254.10.1\n"

static void texts_with_less_or_more_than_usual(void **state)
{
	static const char four[] = TEXT_TUNNEL("1", "169.254.10.2", "abc.DEF_123456")
		TEXT_TUNNEL("2", "169.254.10.2", "abc.DEF_123456")
		TEXT_TUNNEL("1", "169.254.10.2", "abc.DEF_123456")
		TEXT_TUNNEL("2", "169.254.10.2", "abc.DEF_123456");
	static const char hidden[] = TEXT_TUNNEL("1", "169.254.10.2", "REDACTED");
	struct aws_connection connection = read_fine(TEXT_TUNNEL("1", "169.254.10.2",
								 "abc.DEF_123456"));
	char text[ANL_PREFIX_TEXT];

	(void)state;
	/* Alone in its network, it had no way to Amazon's */
	assert_string_equal(anl_prefix_format(&connection.tunnels[0].inside, text),
			    "169.254.10.2/30");
	assert_string_equal(connection.tunnels[0].ike.cipher, "aes256");
	assert_string_equal(connection.tunnels[0].ike.hash, "sha256");
	assert_string_equal(connection.tunnels[0].ike.group, "ecp384");
	/* The others were lost without a word */
	read_wrong(four, strlen(four), "the file has 4 tunnels");
	read_wrong(hidden, strlen(hidden), "in the place of REDACTED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_find_their_tunnel),
		cmocka_unit_test(numbers_are_taken_or_named),
		cmocka_unit_test(lists_within_lists),
		cmocka_unit_test(the_family_inside_is_the_options),
		cmocka_unit_test(keys_that_amazon_does_not_show),
		cmocka_unit_test(ikev2_alone_is_told_with_its_cure),
		cmocka_unit_test(what_is_being_changed_has_no_xml_yet),
		cmocka_unit_test(texts_with_less_or_more_than_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

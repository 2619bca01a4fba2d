// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit import aws`: every form that Amazon hands out, what becomes of it, and
 * files that are something else, damaged, or hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/aws.h"
#include "adit/aws_config.h"
#include "lib/aws.h"

#define XML_TUNNEL(theirs, ours, peer, key, bgp) \
	"<ipsec_tunnel><customer_gateway><tunnel_outside_address>" \
	"<ip_address>198.51.100.5</ip_address></tunnel_outside_address>" \
	"<tunnel_inside_address><ip_address> " ours " </ip_address>" \
	"<network_mask>255.255.255.252</network_mask><network_cidr>30</network_cidr>" \
	"</tunnel_inside_address>" bgp("65000") "</customer_gateway><vpn_gateway>" \
	"<tunnel_outside_address><ip_address>" theirs "</ip_address></tunnel_outside_address>" \
	"<tunnel_inside_address><ip_address>" peer "</ip_address></tunnel_inside_address>" \
	bgp("7224") "</vpn_gateway><ike><authentication_protocol>sha1</authentication_protocol>" \
	"<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>28800</lifetime>" \
	"<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>main</mode>" \
	"<pre_shared_key>" key "</pre_shared_key></ike><ipsec><protocol>esp</protocol>" \
	"<authentication_protocol>hmac-sha1-96</authentication_protocol>" \
	"<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>3600</lifetime>" \
	"<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>tunnel</mode>" \
	"<dead_peer_detection><interval>10</interval><retries>3</retries>" \
	"</dead_peer_detection></ipsec></ipsec_tunnel>"
#define BGP(asn) "<bgp><asn>" asn "</asn><hold_time>30</hold_time></bgp>"
#define NO_BGP(asn) ""
#define XML(bgp, attributes) \
	"<vpn_connection id=\"vpn-0123abcd\"><vpn_connection_type>ipsec.1</vpn_connection_type>" \
	attributes XML_TUNNEL("203.0.113.10", "169.254.10.2", "169.254.10.1", \
			      "abc.DEF_123456", bgp) \
	XML_TUNNEL("203.0.113.20", "169.254.11.2", "169.254.11.1", "xyz.DEF_123456", bgp) \
	"</vpn_connection>"
#define STATIC_ATTRIBUTE \
	"<vpn_connection_attributes>NoBGPVPNConnection</vpn_connection_attributes>"

static void expect_address(const struct anl_address *address, const char *text)
{
	char buffer[ANL_PREFIX_TEXT];

	assert_string_equal(anl_address_format(address, buffer), text);
}

static void expect_common(const struct aws_connection *connection)
{
	char buffer[ANL_PREFIX_TEXT];

	assert_string_equal(connection->id, "vpn-0123abcd");
	assert_int_equal(connection->tunnel_count, 2);
	expect_address(&connection->tunnels[0].remote, "203.0.113.10");
	expect_address(&connection->tunnels[1].remote, "203.0.113.20");
	expect_address(&connection->tunnels[1].peer, "169.254.11.1");
	assert_string_equal(anl_prefix_format(&connection->tunnels[0].inside, buffer),
			    "169.254.10.2/30");
	assert_string_equal(connection->tunnels[0].psk, "abc.DEF_123456");
	assert_string_equal(connection->tunnels[1].psk, "xyz.DEF_123456");
	assert_string_equal(connection->tunnels[0].ike.cipher, "aes128");
	assert_string_equal(connection->tunnels[0].ike.group, "modp1024");
	assert_string_equal(connection->tunnels[0].esp.hash, "sha1");
	assert_int_equal(connection->tunnels[0].ike.lifetime, 28800);
	assert_int_equal(connection->tunnels[0].esp.lifetime, 3600);
	assert_int_equal(connection->tunnels[0].dpd_interval, 10);
	assert_int_equal(connection->tunnels[0].dpd_retries, 3);
}

static void the_xml(void **state)
{
	struct aws_connection connection = read_fine("<?xml version=\"1.0\"?>\n" XML(BGP, ""));

	(void)state;
	expect_common(&connection);
	expect_address(&connection.tunnels[0].local, "198.51.100.5");
	assert_true(connection.bgp);
	assert_int_equal(connection.tunnels[0].our_asn, 65000);
	assert_int_equal(connection.tunnels[0].peer_asn, 7224);
	/* Without a prolog, behind a byte order mark, with blanks around */
	connection = read_fine("\xef\xbb\xbf \n" XML(NO_BGP, STATIC_ATTRIBUTE));
	expect_common(&connection);
	assert_false(connection.bgp);
}

/* As a transit gateway's XML has been seen: inside addresses without their network, selectors */
static void the_xml_of_ipv6(void **state)
{
	struct aws_connection connection = read_fine(
		"<vpn_connection id=\"vpn-6\"><ipv6_network_cidr_local>2001:db8:1::5/48"
		"</ipv6_network_cidr_local><ipv6_network_cidr_remote>::/0"
		"</ipv6_network_cidr_remote><ipsec_tunnel><customer_gateway>"
		"<tunnel_outside_address><ip_address>198.51.100.5</ip_address>"
		"</tunnel_outside_address><tunnel_inside_ipv6_address><ip_address>fd00::d202"
		"</ip_address><prefix_length>128</prefix_length></tunnel_inside_ipv6_address>"
		"</customer_gateway><vpn_gateway><tunnel_outside_address><ip_address>203.0.113.10"
		"</ip_address></tunnel_outside_address><tunnel_inside_ipv6_address><ip_address>"
		"fd00::d201</ip_address><prefix_length>128</prefix_length>"
		"</tunnel_inside_ipv6_address></vpn_gateway><ike><pre_shared_key>abc.DEF_123456"
		"</pre_shared_key></ike></ipsec_tunnel></vpn_connection>");
	char text[ANL_PREFIX_TEXT];

	(void)state;
	/* Alone in its network, it had no way to Amazon's */
	assert_string_equal(anl_prefix_format(&connection.tunnels[0].inside6, text),
			    "fd00::d202/126");
	expect_address(&connection.tunnels[0].peer6, "fd00::d201");
	assert_string_equal(anl_prefix_format(&connection.ours, text), "2001:db8:1::/48");
	assert_int_equal(connection.theirs.length, 0);
}

/* The XML as a JSON string */
static char *json_with(const char *xml, const char *rest)
{
	json_t *top = json_pack("{s:[{s:s, s:s}]}", "VpnConnections", "VpnConnectionId",
				"vpn-0123abcd", "CustomerGatewayConfiguration", xml);
	json_t *more = json_loads(rest, 0, NULL);
	char *text;

	assert_non_null(more);
	json_object_update(json_array_get(json_object_get(top, "VpnConnections"), 0), more);
	text = json_dumps(top, 0);
	json_decref(more);
	json_decref(top);
	return text;
}

static void the_json_and_its_options(void **state)
{
	char words[AWS_WORDS_MAX][AWS_TEXT], text[ANL_PREFIX_TEXT];
	struct aws_connection connection;
	char *content = json_with(
		XML(NO_BGP, STATIC_ATTRIBUTE),
		"{\"Options\":{\"StaticRoutesOnly\":true,\"TunnelOptions\":["
		"{\"OutsideIpAddress\":\"203.0.113.20\",\"ReplayWindowSize\":2048,"
		"\"Phase1EncryptionAlgorithms\":[{\"Value\":\"AES256\"},"
		"{\"Value\":\"AES256-GCM-16\"}],"
		"\"Phase1IntegrityAlgorithms\":[{\"Value\":\"SHA2-384\"}],"
		"\"Phase1DHGroupNumbers\":[{\"Value\":14},{\"Value\":20},{\"Value\":99}],"
		"\"Phase2EncryptionAlgorithms\":[{\"Value\":\"AES256-GCM-16\"},"
		"{\"Value\":\"AES128\"}],\"Phase2DHGroupNumbers\":[{\"Value\":19}],"
		"\"Phase2IntegrityAlgorithms\":[{\"Value\":\"SHA2-256\"}],"
		"\"Phase1LifetimeSeconds\":7200,\"DpdTimeoutSeconds\":40,"
		"\"RekeyMarginTimeSeconds\":270,\"RekeyFuzzPercentage\":0}]},"
		"\"Routes\":[{\"DestinationCidrBlock\":\"10.0.0.0/16\",\"State\":\"available\"},"
		"{\"DestinationCidrBlock\":\"10.9.0.0/16\",\"State\":\"deleted\"}]}");

	(void)state;
	connection = read_fine(content);
	free(content);
	assert_false(connection.bgp);
	/* They lead to us: taken for Amazon's they would cut our own network off */
	assert_int_equal(connection.route_count, 0);
	assert_int_equal(connection.behind_count, 1);
	assert_string_equal(anl_prefix_format(&connection.behind[0], text), "10.0.0.0/16");
	/* Those of the second tunnel only */
	assert_int_equal(connection.tunnels[0].ike.ciphers.count, 0);
	assert_int_equal(connection.tunnels[1].ike.lifetime, 7200);
	assert_int_equal(connection.tunnels[1].window, 2048);
	assert_int_equal(connection.tunnels[1].margin, 270);
	assert_int_equal(connection.tunnels[1].fuzz, 0);
	assert_int_equal(connection.tunnels[1].dpd_timeout, 40);
	/* Group 99 is not known; the XML's own proposal is forbidden by the options */
	assert_int_equal(aws_proposals(&connection.tunnels[1].ike, false, words), 1);
	assert_string_equal(words[0], "aes256-sha384-ecp384-modp2048");
	assert_int_equal(aws_proposals(&connection.tunnels[1].esp, true, words), 2);
	assert_string_equal(words[0], "aes256gcm16-ecp256");
	assert_string_equal(words[1], "aes128-sha256-ecp256");
}

/* @text as PowerShell writes it with ">": UTF-16 with a byte order mark, lines ended by CR LF */
static struct aws_connection read_wide(const char *text)
{
	struct aws_connection connection;
	struct anl_error error = { 0 };
	size_t length = 2, size = 4 * strlen(text) + 2;
	char *wide = calloc(1, size);

	memcpy(wide, "\xff\xfe", 2);
	for (; *text; text++, length += 2) {
		if (*text == '\n') {
			wide[length] = '\r';
			length += 2;
		}
		wide[length] = *text;
	}
	if (aws_read(wide, length, NULL, &connection, &error))
		fail_msg("%s", error.text);
	free(wide);
	return connection;
}

static void other_wrappings(void **state)
{
	static const char prefixed[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n"
		"<a:vpn_connection xmlns:a=\"urn:x\" id=\"vpn-1\"/>";
	struct aws_connection connection = read_wide(
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n" XML(BGP, ""));
	char *json = json_with(XML(BGP, ""), "{}"), *wrapped;
	json_t *top = json_loads(json, 0, NULL), *one;

	(void)state;
	expect_common(&connection);
	read_wrong(prefixed, strlen(prefixed), "vpn-1 has no tunnel");
	/* As create-vpn-connection answers, and as --query leaves it */
	one = json_array_get(json_object_get(top, "VpnConnections"), 0);
	free(json);
	json = json_dumps(one, 0);
	connection = read_fine(json);
	expect_common(&connection);
	/* A name in the console may have any letter, which Windows writes as one byte */
	assert_true(asprintf(&wrapped, " {\"Name\": \"B\xfcro\", \"VpnConnection\": %s}",
			     json) > 0);
	connection = read_fine(wrapped);
	expect_common(&connection);
	free(wrapped);
	assert_true(asprintf(&wrapped, "[{\"VpnConnectionId\":\"vpn-2\"},%s]", json) > 0);
	assert_int_equal(aws_read(wrapped, strlen(wrapped), "vpn-0123abcd", &connection,
				  &(struct anl_error){ 0 }), 0);
	expect_common(&connection);
	free(wrapped);
	free(json);
	json = json_dumps(json_object_get(one, "CustomerGatewayConfiguration"), JSON_ENCODE_ANY);
	connection = read_fine(json);
	expect_common(&connection);
	free(json);
	json_decref(top);
}

/* Amazon's Secrets Manager has them; the XML then has none, or the secret's name */
static void keys_in_the_secrets_manager(void **state)
{
	char *json = json_with("<vpn_connection id=\"vpn-1\"><ipsec_tunnel><vpn_gateway>"
			       "<tunnel_outside_address><ip_address>203.0.113.10</ip_address>"
			       "</tunnel_outside_address></vpn_gateway></ipsec_tunnel>"
			       "</vpn_connection>", "{\"PreSharedKeyArn\":\"arn:aws:x\"}");

	(void)state;
	read_wrong(json, strlen(json), "aws secretsmanager get-secret-value");
	free(json);
}

/* Of the second tunnel */
static char *json_of_options(const char *more)
{
	char *options, *json;

	assert_true(asprintf(&options, "{\"Options\":{\"TunnelOptions\":[{"
			     "\"OutsideIpAddress\":\"203.0.113.20\",%s}]}}", more) > 0);
	json = json_with(XML(BGP, ""), options);
	free(options);
	return json;
}

static void what_is_of_ikev2_is_refused(void **state)
{
	static const struct {
		const char *options, *says;
	} rows[] = {
		{ "\"IKEVersions\":[{\"Value\":\"ikev2\"}]",
		  "tunnel 2 of vpn-0123abcd is for IKEv2" },
		/* As describe-vpn-connections spells it, and as --query leaves it */
		{ "\"IkeVersions\":[{\"Value\":\"ikev2\"}]",
		  "tunnel 2 of vpn-0123abcd is for IKEv2" },
		{ "\"IkeVersions\":[\"ikev2\"]", "tunnel 2 of vpn-0123abcd is for IKEv2" },
		{ "\"Phase1EncryptionAlgorithms\":[{\"Value\":\"AES256-GCM-16\"}]",
		  "tunnel 2 of vpn-0123abcd allows nothing in phase 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *json = json_of_options(rows[i].options);

		read_wrong(json, strlen(json), rows[i].says);
		free(json);
	}
}

/* Lists that name only what adit does not know are no lists that say nothing */
static void unknown_algorithms_are_named(void **state)
{
	static const struct {
		const char *options, *says;
	} rows[] = {
		{ "\"Phase1DHGroupNumbers\":[{\"Value\":31}]", "allows the group 31 in phase 1" },
		{ "\"Phase2EncryptionAlgorithms\":[{\"Value\":\"X-1\"}]",
		  "allows the cipher X-1 in phase 2" },
		{ "\"Phase2IntegrityAlgorithms\":[{\"Value\":\"a\\u001b[1m\"}]",
		  "allows the hash ? in phase 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *json = json_of_options(rows[i].options);

		read_wrong(json, strlen(json), rows[i].says);
		free(json);
	}
}

/* The margin is Amazon's own: with it our SA would be renewed as soon as it is there */
static void margins_fit_the_lifetimes(void **state)
{
	static const struct {
		const char *options, *written;
	} rows[] = {
		{ "\"Phase2LifetimeSeconds\":3600,\"RekeyMarginTimeSeconds\":270",
		  "rekey-margin  = \"270s\"" },
		{ "\"Phase2LifetimeSeconds\":3600,\"RekeyMarginTimeSeconds\":1800",
		  "rekey-margin  = \"900s\"" },
		{ "\"Phase2LifetimeSeconds\":900", "rekey-margin  = \"225s\"" },
		{ "\"Phase2LifetimeSeconds\":900,\"RekeyMarginTimeSeconds\":450,"
		  "\"RekeyFuzzPercentage\":0", "rekey-margin  = \"450s\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *json = json_of_options(rows[i].options), *text;
		struct aws_connection connection = read_fine(json);
		size_t size;
		FILE *out = open_memstream(&text, &size);

		aws_print_tunnels(out, &connection, "aws", "/etc/adit");
		fclose(out);
		if (!strstr(text, rows[i].written))
			fail_msg("'%s' is not in\n%s", rows[i].written, text);
		/* The first tunnel, of which nothing is said, has aditd's own */
		assert_ptr_equal(strstr(text, "rekey-margin"), strstr(strstr(text, "aws-2\" {"),
								      "rekey-margin"));
		free(text);
		free(json);
	}
}

/* With everything allowed, phase 1 offers the strongest that fit into one packet */
static void all_that_the_options_allow(void **state)
{
	char words[AWS_WORDS_MAX][AWS_TEXT];
	struct aws_phase phase = {
		.cipher = "aes128", .hash = "sha1", .group = "modp1024",
		.ciphers = { { "aes128", "aes256", "aes256gcm16" }, 3 },
		.hashes = { { "sha1" }, 1 },
		.groups = { { "modp1024", "modp2048", "modp3072", "modp4096", "ecp256", "ecp384",
			      "ecp521", "modp6144", "modp8192", "modp2048s256", "modp1024s160",
			      "modp2048s224" }, 12 },
	};
	unsigned int count;

	(void)state;
	assert_int_equal(aws_proposals(&phase, false, words), 1);
	assert_string_equal(words[0], "aes256-aes128-sha1-ecp521-ecp384-ecp256-modp4096-modp3072-"
			    "modp2048-modp6144-modp8192-modp2048s256-modp2048s224-modp1024s160-"
			    "modp1024");
	count = aws_proposals(&phase, true, words);
	assert_int_equal(count, 24);
	assert_string_equal(words[0], "aes256gcm16-ecp521");
	assert_string_equal(words[count - 1], "aes256-aes128-sha1-modp1024");
	phase.hashes = (struct aws_words){ { "sha1", "sha256", "sha384", "sha512" }, 4 };
	assert_int_equal(aws_proposals(&phase, false, words), 2);
	assert_string_equal(words[0], "aes256-aes128-sha512-sha384-sha256-sha1-ecp521-ecp384-"
			    "ecp256-modp4096");
	assert_string_equal(words[1], "aes128-sha1-modp1024");
}

#define TEXT_TUNNEL(number, theirs, ours, peer, key) \
	"IPSec Tunnel #" number " \n====\n#1: Internet Key Exchange Configuration\n" \
	"  - IKE version              : IKEv1\n  - Pre-Shared Key           : " key "\n" \
	"  - Authentication Algorithm : sha1\n  - Encryption Algorithm     : aes-128-cbc\n" \
	"  - Lifetime                 : 28800 seconds\n  - Diffie-Hellman   : Group 2\n" \
	"#2: IPsec Configuration\n\t- Authentication Algorithm\t: hmac-sha1-96\n" \
	"  - Encryption Algorithm     : aes-128-cbc\n  - Lifetime : 3600 seconds\n" \
	"  - Perfect Forward Secrecy  : Diffie-Hellman Group 2\n" \
	"  - DPD Interval             : 10\n  - DPD Retries              : 3\n" \
	"#3: Tunnel Interface Configuration\nOutside IP Addresses:\n" \
	"  - Customer Gateway         : YOUR_UPLINK_ADDRESS\n" \
	"  - Virtual Private Gateway  : " theirs "\nInside IP Addresses\n" \
	"  - Customer Gateway         : " ours "\n  - Virtual Private Gateway  : " peer "\n"
#define TEXT(more) \
	"Amazon Web Services\r\nYour VPN Connection ID                  : vpn-0123abcd\r\n" \
	TEXT_TUNNEL("1", "203.0.113.10", "169.254.10.2/30", "169.254.10.1/30", \
		    "abc.DEF_123456") more \
	TEXT_TUNNEL("2", "203.0.113.20", "169.254.11.2/30", "169.254.11.1/30", \
		    "xyz.DEF_123456") more

static void the_generic_text(void **state)
{
	struct aws_connection connection = read_fine(TEXT("#4: Static Routing Configuration:\n"));

	(void)state;
	expect_common(&connection);
	assert_int_equal(connection.tunnels[0].local.family, 0);
	assert_false(connection.bgp);
	connection = read_fine(TEXT("#4: Border Gateway Protocol (BGP) Configuration:\n"
				    "  - Customer Gateway ASN           : 65000\n"
				    "  - Virtual Private  Gateway ASN   : 7224\n"
				    "  - Neighbor Hold Time : 30\n"));
	expect_common(&connection);
	assert_true(connection.bgp);
	assert_int_equal(connection.tunnels[1].peer_asn, 7224);
	assert_int_equal(connection.tunnels[1].hold_time, 30);
}

static void a_text_without_its_end_is_noticed(void **state)
{
	static const char text[] = TEXT("#4: Border Gateway Protocol (BGP) Configuration:\n"
					"  - Customer Gateway ASN           : 65000\n"
					"  - Virtual Private  Gateway ASN   : 7224\n");

	(void)state;
	assert_true(read_fine(text).bgp);
	/* Up to the second tunnel's last line, then without it, and without its number */
	read_wrong(text, strlen(text) - 6, "ASN");
	read_wrong(text, strlen(text) - 50, "ASN");
}

/* Each @from in the text becomes @to, as an editor, a web page or a mail may have made it */
static struct aws_connection read_changed(const char *from, const char *to)
{
	static const char text[] = TEXT("#4: Static Routing Configuration:\n");
	struct aws_connection connection;
	char *changed = calloc(4, sizeof(text)), *end = changed;
	const char *at = text;

	while (*at) {
		if (!strncmp(at, from, strlen(from))) {
			end = stpcpy(end, to);
			at += strlen(from);
		} else {
			*end++ = *at++;
		}
	}
	connection = read_fine(changed);
	free(changed);
	return connection;
}

static void what_editors_change_does_not_matter(void **state)
{
	static const char *const changes[][2] = {
		{ "  - ", "  * " }, { "  - ", "\t\xe2\x80\x93 " }, { " : ", "\xc2\xa0:\xc2\xa0" },
		{ " : ", "\xa0:\xa0" },
		{ "\n", "\r\n" }, { "\n", "  \n" }, { " : ", ":" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct aws_connection connection = read_changed(changes[i][0], changes[i][1]);

		expect_common(&connection);
	}
}

/* Downloads of 2009, and of the guide for administrators, differ from today's */
static void what_older_downloads_say(void **state)
{
	struct aws_connection connection = read_changed(
		"Customer Gateway         : YOUR_UPLINK_ADDRESS",
		"Customer Gateway:        : 198.51.100.5 ");
	static const char *const own[] = { "YOUR_BGP_ASN", "0", "4294967296" };
	char text[8192];

	(void)state;
	expect_common(&connection);
	expect_address(&connection.tunnels[1].local, "198.51.100.5");
	connection = read_changed("Virtual Private Gateway ", "VPN Gateway ");
	expect_common(&connection);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		snprintf(text, sizeof(text), "%s#4: Border Gateway Protocol (BGP) Configuration:\n"
			 "  - Customer Gateway ASN        : %s \n  - VPN Gateway ASN : 7224\n",
			 TEXT(""), own[i]);
		read_wrong(text, strlen(text), "ASN");
	}
}

static void without_options_nothing_weak_comes_first(void **state)
{
	struct aws_connection connection = read_fine(XML(BGP, ""));
	char words[AWS_WORDS_MAX][AWS_TEXT];
	unsigned int count;

	(void)state;
	count = aws_proposals(&connection.tunnels[0].ike, false, words);
	assert_int_equal(count, 2);
	assert_string_equal(words[0],
			    "aes256-aes128-sha512-sha384-sha256-ecp384-ecp256-modp2048");
	assert_string_equal(words[1], "aes128-sha1-modp1024");
	count = aws_proposals(&connection.tunnels[0].esp, true, words);
	assert_int_equal(count, 7);
	assert_string_equal(words[0], "aes256gcm16-aes128gcm16-ecp384");
	assert_string_equal(words[5], "aes256-aes128-sha512-sha384-sha256-modp2048");
	for (unsigned int i = 0; i + 1 < count; i++)
		assert_null(strstr(words[i], "sha1"));
	assert_string_equal(words[count - 1], "aes128-sha1-modp1024");
}

/* What is not a plain word never gets as far as a configuration */
static void hostile_texts_are_not_taken(void **state)
{
	static const char *const keys[] = {
		"short", "has blank in it", "quote\\\"} keylog=1", "new\nline.123",
		"0123456789012345678901234567890123456789012345678901234567890123456789",
	};
	char token[AWS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_false(aws_key(keys[i], token, sizeof(token)));
	assert_false(aws_key_usual("PRE-SHARED-KEY-IN-PLAIN-TEXT"));
	assert_true(aws_key_usual("QMP5tKPP5qk95Y1Eee9c_82.MofNUJQV"));
	assert_true(aws_key("QMP5tKPP5qk95Y1Eee9c_82.MofNUJQV", token, sizeof(token)));
	assert_false(aws_token("vpn-1\n} include(\"x\")", token, sizeof(token)));
	assert_false(aws_token("", token, sizeof(token)));
	assert_false(aws_token("vpn-12345", token, 9));
	assert_true(aws_token("vpn-1234", token, 9));
	/* No entity is read, so none is fetched, and none grows */
	read_wrong("<!DOCTYPE v [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
		   "<vpn_connection id=\"vpn-1\"><ipsec_tunnel>&x;</ipsec_tunnel></vpn_connection>",
		   strlen("<!DOCTYPE v [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
			  "<vpn_connection id=\"vpn-1\"><ipsec_tunnel>&x;</ipsec_tunnel>"
			  "</vpn_connection>"), "document type");
}

static void cut_files_do_no_harm(void **state)
{
	static const char xml[] = XML(BGP, ""), text[] = TEXT("#4: Static Routing\n");
	const struct {
		const char *content;
		size_t length;
	} files[] = { { xml, sizeof(xml) - 1 }, { text, sizeof(text) - 1 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t length = 0; length < files[i].length; length += 7) {
			struct aws_connection connection;
			struct anl_error error;
			/* Of exactly its size, for the sanitizer */
			char *cut = malloc(length ? length : 1);
			int code;

			memcpy(cut, files[i].content, length);
			code = aws_read(cut, length, NULL, &connection, &error);
			assert_true(code == 0 || code == -EINVAL);
			free(cut);
		}
	}
}

static void what_is_written(void **state)
{
	struct aws_connection connection = read_fine(XML(BGP, ""));
	static const char *const parts[] = {
		"tunnel \"aws-1\" {\n", "remote        = \"203.0.113.10\"\n",
		"local-id      = \"198.51.100.5\"\n", "psk-file      = \"/etc/adit/aws-2.psk\"\n",
		"dpd-timeout   = \"30s\"\n", "address       = { \"169.254.11.2/30\" }\n",
		"protocol bgp aws_2 {\n    local 169.254.11.2 as 65000;\n"
		"    neighbor 169.254.11.1 as 7224;\n", "bgp_path.prepend(65000);",
		"router bgp 65000\n neighbor 169.254.10.1 remote-as 7224\n",
		/* Of this connection alone: FRR has one space of names */
		"  neighbor 169.254.11.1 route-map aws-out-2 out\n",
		"route-map aws-out-2 permit 10\n match ip address prefix-list aws-own\n",
		"ip prefix-list aws-own seq 5 deny 0.0.0.0/0\n",
	};
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	aws_print_tunnels(out, &connection, "aws", "/etc/adit");
	aws_print_bird(out, &connection, "aws");
	aws_print_frr(out, &connection, "aws");
	fclose(out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("'%s' is not in\n%s", parts[i], text);
	/* The keys go into files of their own */
	assert_null(strstr(text, "DEF_123456"));
	free(text);
	aws_erase(&connection);
	assert_int_equal(connection.tunnels[0].psk[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_xml),
		cmocka_unit_test(the_xml_of_ipv6),
		cmocka_unit_test(the_json_and_its_options),
		cmocka_unit_test(other_wrappings),
		cmocka_unit_test(keys_in_the_secrets_manager),
		cmocka_unit_test(what_is_of_ikev2_is_refused),
		cmocka_unit_test(unknown_algorithms_are_named),
		cmocka_unit_test(margins_fit_the_lifetimes),
		cmocka_unit_test(all_that_the_options_allow),
		cmocka_unit_test(the_generic_text),
		cmocka_unit_test(a_text_without_its_end_is_noticed),
		cmocka_unit_test(what_editors_change_does_not_matter),
		cmocka_unit_test(what_older_downloads_say),
		cmocka_unit_test(without_options_nothing_weak_comes_first),
		cmocka_unit_test(hostile_texts_are_not_taken),
		cmocka_unit_test(cut_files_do_no_harm),
		cmocka_unit_test(what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit import aws`: single values, which must end where they seem to, and those that adit does
 * not write although the file says them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/aws.h"
#include "adit/aws_config.h"
#include "lib/aws.h"

static void numbers_of_bgp(void **state)
{
	static const struct {
		const char *text;
		uint32_t asn;
	} rows[] = {
		{ "", 0 }, { "65000", 65000 }, { "4294967295", 4294967295 }, { "1.10", 65546 },
		{ "0.65526", 65526 }, { "65535.65535", 4294967295 },
		{ "0", 0 }, { "0.0", 0 }, { "4294967296", 0 }, { "65,000", 0 }, { "1.70000", 0 },
		{ "70000.1", 0 }, { "1.", 0 }, { ".1", 0 }, { "1.2.3", 0 }, { "65000 x", 0 },
		{ "AS65000", 0 }, { "YOUR_BGP_ASN", 0 }, { "-1", 0 }, { "+1", 0 },
		{ "99999999999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct aws_tunnel tunnel = { 0 };

		if (aws_asn(rows[i].text, &tunnel, "our ASN") != rows[i].asn)
			fail_msg("'%s' is taken for another number", rows[i].text);
		/* Named by what it says and what it is for, unless it says nothing */
		assert_int_equal(!*tunnel.mistake, rows[i].asn || !*rows[i].text);
		if (*tunnel.mistake && (!strstr(tunnel.mistake, rows[i].text) ||
					!strstr(tunnel.mistake, "for our ASN")))
			fail_msg("'%s' does not name '%s'", tunnel.mistake, rows[i].text);
	}
}

static void numbers_of_seconds(void **state)
{
	static const struct {
		const char *text;
		unsigned int number;
		bool taken;
	} rows[] = {
		{ "", 0, true }, { "0", 0, true }, { "28800", 28800, true },
		{ "28800 seconds", 28800, true }, { "3600 \t Seconds", 3600, true },
		{ "30s", 30, true }, { "86400 sec", 86400, true },
		{ "28,800 seconds", 0, false }, { "8 hours", 0, false }, { "1.5", 0, false },
		{ "86401", 0, false }, { "many", 0, false }, { "10 seconds or so", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct aws_tunnel tunnel = { 0 };

		if (aws_number(rows[i].text, 86400, &tunnel, "time") != rows[i].number ||
		    !*tunnel.mistake != rows[i].taken)
			fail_msg("'%s' is taken for another number", rows[i].text);
	}
}

static void the_first_mistake_is_told_without_its_signs(void **state)
{
	struct aws_tunnel tunnel = { 0 };

	(void)state;
	aws_number("\033[2J9", 10, &tunnel, "the first");
	aws_number("x", 10, &tunnel, "the second");
	assert_non_null(strstr(tunnel.mistake, "'?[2J9' for the first"));
	assert_null(strstr(tunnel.mistake, "second"));
}

#define XML_START "<vpn_connection id=\"vpn-1\"><ipsec_tunnel><customer_gateway>" \
	"<tunnel_inside_address><ip_address>169.254.10.2</ip_address></tunnel_inside_address>"
#define XML_MIDDLE "</customer_gateway><vpn_gateway><tunnel_outside_address>" \
	"<ip_address>203.0.113.10</ip_address></tunnel_outside_address>"
#define XML_END "<pre_shared_key>abc.DEF_123456</pre_shared_key></ike></ipsec_tunnel>" \
	"</vpn_connection>"
#define XML(ours, theirs, ike, ipsec) XML_START ours XML_MIDDLE theirs "</vpn_gateway><ipsec>" \
	ipsec "</ipsec><ike>" ike XML_END
#define ASN(asn) "<bgp><asn>" asn "</asn></bgp>"

#define TEXT(ike, ipsec, bgp) "Your VPN Connection ID : vpn-1\nIPSec Tunnel #1\n" \
	"#1: Internet Key Exchange Configuration\n - Pre-Shared Key : abc.DEF_123456\n" ike \
	"#2: IPSec Configuration\n" ipsec "#3: Tunnel Interface\nOutside IP Addresses:\n" \
	" - Virtual Private Gateway : 203.0.113.10\nInside IP Addresses\n" \
	" - Customer Gateway : 169.254.10.2/30\n - Virtual Private Gateway : 169.254.10.1/30\n" bgp
#define TEXT_BGP(ours, theirs) "#4: Border Gateway Protocol (BGP) Configuration:\n" \
	" - Customer Gateway ASN : " ours "\n - Virtual Private  Gateway ASN : " theirs "\n"

static void what_would_be_written_otherwise_is_refused(void **state)
{
	static const struct {
		const char *content, *says;
	} rows[] = {
		{ XML("", "", "<mode>aggressive</mode>", ""),
		  "tunnel 1 of vpn-1 has 'aggressive' for ike/mode" },
		{ XML("", "", "", "<protocol>ah</protocol>"), "'ah' for ipsec/protocol" },
		{ XML("", "", "", "<mode>transport</mode>"), "'transport' for ipsec/mode" },
		{ XML("", "", "<lifetime>8h</lifetime>", ""), "'8h' for ike/lifetime" },
		{ XML(ASN("65,000"), ASN("7224"), "", ""),
		  "'65,000' for customer_gateway/bgp/asn" },
		/* Not static routes because Amazon's number cannot be read, or is not there */
		{ XML(ASN("65000"), ASN("x"), "", ""), "'x' for vpn_gateway/bgp/asn" },
		{ XML(ASN("65000"), "", "", ""), "lacks the numbers for BGP" },
		{ TEXT(" - Phase 1 Negotiation Mode : aggressive\n", "", ""),
		  "tunnel 1 of vpn-1 has 'aggressive' for the mode of phase 1" },
		{ TEXT("", " - Protocol : ah\n", ""), "'ah' for the protocol of phase 2" },
		{ TEXT("", " - Mode : transport\n", ""), "'transport' for the mode of phase 2" },
		{ TEXT(" - Lifetime : 28,800 seconds\n", "", ""),
		  "'28,800 seconds' for the lifetime of phase 1" },
		{ TEXT("", " - DPD Interval : ten\n", ""), "'ten' for the DPD interval" },
		{ TEXT("", "", TEXT_BGP("65,000", "7224")), "'65,000' for the customer gateway's" },
		{ TEXT("", "", TEXT_BGP("65000", "1.70000")), "'1.70000' for Amazon's ASN" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		read_wrong(rows[i].content, strlen(rows[i].content), rows[i].says);
}

static void what_amazon_writes_is_taken(void **state)
{
	struct aws_connection connection = read_fine(
		XML(ASN("1.10"), ASN(" 7224 "), "<mode>main</mode><lifetime>28800</lifetime>",
		    "<protocol>esp</protocol><mode>tunnel</mode>"));

	(void)state;
	assert_true(connection.bgp);
	assert_int_equal(connection.tunnels[0].our_asn, 65546);
	assert_int_equal(connection.tunnels[0].peer_asn, 7224);
	connection = read_fine(TEXT(" - Phase 1 Negotiation Mode : Main Mode\n"
				    /* As a web page has it */
				    " - Lifetime : 28800\xc2\xa0seconds\n",
				    " - Protocol : ESP\n - Mode : tunnel\n",
				    TEXT_BGP("65000", "0.7224")));
	assert_int_equal(connection.tunnels[0].peer_asn, 7224);
	assert_int_equal(connection.tunnels[0].ike.lifetime, 28800);
}

/* The file's own proposal goes without notice only where the options have one */
static void unknown_names_are_told(void **state)
{
	struct aws_connection connection = read_fine(
		TEXT(" - Encryption Algorithm : aes-192-x\n - Authentication Algorithm : sha1\n",
		     " - Authentication Algorithm : none\n - Encryption Algorithm : "
		     "AES256-GCM-16\n - Perfect Forward Secrecy : Group 14\n", ""));
	struct aws_tunnel *tunnel = &connection.tunnels[0];
	char words[AWS_WORDS_MAX][AWS_TEXT];

	(void)state;
	assert_string_equal(aws_left_out(&tunnel->ike), "aes-192-x");
	tunnel->ike.groups = (struct aws_words){ { "modp2048" }, 1 };
	assert_null(aws_left_out(&tunnel->ike));
	/* A combined algorithm is whole without the hash */
	assert_null(aws_left_out(&tunnel->esp));
	tunnel->esp.ciphers = (struct aws_words){ { "aes128", "aes256gcm16" }, 2 };
	tunnel->esp.hashes = (struct aws_words){ { "sha256" }, 1 };
	tunnel->esp.groups = (struct aws_words){ { "ecp256", "modp2048" }, 2 };
	assert_int_equal(aws_proposals(&tunnel->esp, true, words), 4);
	connection = read_fine(TEXT(" - Encryption Algorithm : a\033b\n", "", ""));
	assert_string_equal(aws_left_out(&connection.tunnels[0].ike), "?");
}

/* aditd takes what stands behind 0x and 0s for digits */
static void keys_are_written_as_they_are_read(void **state)
{
	static const char *const rows[][2] = {
		{ "k1TInAs3HRuiwr3N", "k1TInAs3HRuiwr3N\n" }, { "01234567", "01234567\n" },
		{ "a\"b\\c#d'e$f;g", "a\"b\\c#d'e$f;g\n" }, { "0x12345z", "0x307831323334357a\n" },
		{ "0sABCDEF", "0x3073414243444546\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t size;
		char *text;
		FILE *out = open_memstream(&text, &size);

		aws_write_key(out, rows[i][0]);
		fclose(out);
		assert_string_equal(text, rows[i][1]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_bgp),
		cmocka_unit_test(numbers_of_seconds),
		cmocka_unit_test(the_first_mistake_is_told_without_its_signs),
		cmocka_unit_test(what_would_be_written_otherwise_is_refused),
		cmocka_unit_test(what_amazon_writes_is_taken),
		cmocka_unit_test(unknown_names_are_told),
		cmocka_unit_test(keys_are_written_as_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

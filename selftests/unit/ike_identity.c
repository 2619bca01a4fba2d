// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Identities of peers and vendor IDs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/dn.h"
#include "ike/identity.h"
#include "ike/vendor.h"
#include "lib/hex.h"

static char why[IDENTITY_TEXT_MAX + 256];

static struct identity id(const char *text)
{
	struct identity i;

	if (!identity_parse(&i, text, why, sizeof(why)))
		fail_msg("%s", why);
	return i;
}

static void reads_and_prints(void **state)
{
	static const struct {
		const char *text;
		uint8_t type;
		const char *data, *printed;
	} rows[] = {
		{ "198.51.100.5", IKE_ID_IPV4_ADDR, "c6336405", NULL },
		{ "2001:db8::1", IKE_ID_IPV6_ADDR, "20010db8000000000000000000000001", NULL },
		{ "gw.example.com", IKE_ID_FQDN, "67772e6578616d706c652e636f6d", NULL },
		{ "@gw.example.com", IKE_ID_FQDN, "67772e6578616d706c652e636f6d",
		  "gw.example.com" },
		{ "me@example.com", IKE_ID_USER_FQDN, "6d65406578616d706c652e636f6d", NULL },
		{ "@@me@example.com", IKE_ID_USER_FQDN, "6d65406578616d706c652e636f6d",
		  "me@example.com" },
		{ "keyid:left", IKE_ID_KEY_ID, "6c656674", NULL },
		{ "keyid:0x00ff", IKE_ID_KEY_ID, "00ff", "@#00ff" },
		{ "@#00FF", IKE_ID_KEY_ID, "00ff", "@#00ff" },
		{ "@#3078", IKE_ID_KEY_ID, "3078", NULL },
		{ "%any", 0, "", NULL },
		{ "CN=gw", IKE_ID_DER_DN, "300d310b300906035504030c026777", NULL },
		{ "C=DE, O=Example, CN=gw.example.com", IKE_ID_DER_DN,
		  "3038310b300906035504061302444531 10300e060355040a0c074578616d706c65"
		  "3117301506035504030c0e67772e6578616d706c652e636f6d",
		  NULL },
		{ "/C=DE/O=Example/CN=gw.example.com", IKE_ID_DER_DN,
		  "3038310b300906035504061302444531 10300e060355040a0c074578616d706c65"
		  "3117301506035504030c0e67772e6578616d706c652e636f6d",
		  "C=DE, O=Example, CN=gw.example.com" },
		{ "CN=a\\, b", IKE_ID_DER_DN, "300f310d300b06035504030c04612c2062", NULL },
	};
	char text[IDENTITY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct identity one = id(rows[i].text);

		assert_int_equal(one.type, rows[i].type);
		assert_hex(bytes_of(one.data, one.len), rows[i].data);
		identity_print(&one, text, sizeof(text));
		assert_string_equal(text, rows[i].printed ? rows[i].printed : rows[i].text);
	}
}

static void refuses_with_the_cure(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "write an address" },	    { "two words", "write an address" },
		{ "@#", "write an address" },	    { "@#abc", "write an address" },
		{ "@#0g", "write an address" },	    { "keyid:", "write an address" },
		{ "@", "write an address" },	    { "tab\there", "write an address" },
		{ "CN=", "without value" },	    { "=gw", "unknown" },
		{ "NOSUCH=gw", "unknown" },	    { "C=Germany", "not possible" },
		{ "CN=gw, O", "not of the form" },
	};
	char longer[2 * IDENTITY_DATA_MAX];
	struct identity one;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (identity_parse(&one, rows[i].text, why, sizeof(why)) ||
		    !strstr(why, rows[i].says) || !strstr(why, rows[i].text))
			fail_msg("'%s': %s", rows[i].text, why);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_false(identity_parse(&one, longer, why, sizeof(why)));
}

static void matches(void **state)
{
	static const struct {
		const char *wanted, *is;
		bool match;
	} rows[] = {
		{ "%any", "gw.example.com", true },
		{ "%any", "198.51.100.5", true },
		{ "gw.example.com", "%any", false },
		{ "198.51.100.5", "198.51.100.5", true },
		{ "198.51.100.5", "198.51.100.6", false },
		{ "198.51.100.5", "keyid:198.51.100.5", false },
		{ "gw.example.com", "GW.Example.COM", true },
		{ "gw.example.com", "gw.example.co", false },
		{ "gw.example.com", "me@gw.example.com", false },
		{ "*.example.com", "gw.example.com", true },
		{ "*.example.com", ".example.com", false },
		{ "*.example.com", "gw.example.org", false },
		{ "gw.example.com", "*.example.com", false },
		{ "*@example.com", "me@example.com", true },
		{ "*@example.com", "me@example.org", false },
		{ "keyid:Left", "keyid:left", false },
		{ "gw", "keyid:gw", false },
		{ "keyid:gw", "gw", false },
		{ "C=DE, O=Example, CN=gw", "C=DE, O=EXAMPLE, CN=GW", true },
		{ "C=DE, O=Example, CN=gw", "C=DE, O=Example  , CN=gw", true },
		{ "C=DE, O=Example, CN=gw", "C=DE, CN=gw, O=Example", false },
		{ "C=DE, O=Example, CN=gw", "C=DE, O=Example", false },
		{ "C=DE, O=Example", "C=DE, O=Example, CN=gw", false },
		{ "C=DE, O=Example, CN=*", "C=DE, O=Example, CN=gw", true },
		{ "C=DE, O=*, CN=*", "C=DE, O=Other, CN=gw", true },
		{ "C=DE, O=Example, CN=*", "C=DE, O=Other, CN=gw", false },
		{ "C=DE, O=Example, CN=*", "C=DE, O=Example, OU=gw", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct identity wanted = id(rows[i].wanted), is = id(rows[i].is);

		if (identity_matches(&wanted, &is) != rows[i].match)
			fail_msg("%s against %s", rows[i].wanted, rows[i].is);
	}
}

static bool from(uint8_t type, struct bytes data)
{
	const struct id_payload p = { .type = type, .data = data };
	struct fault fault = { 0 };
	struct identity one;
	bool good = identity_from_payload(&one, &p, &fault);
	struct id_payload back;

	assert_int_equal(good, !fault.text);
	if (!good) {
		assert_int_equal(fault.notify, IKE_N_INVALID_ID_INFORMATION);
		return false;
	}
	back = identity_to_payload(&one, 17, 500);
	assert_int_equal(back.type, type);
	assert_int_equal(back.protocol, 17);
	assert_int_equal(back.port, 500);
	assert_true(bytes_equal(back.data, data));
	return true;
}

/* RFC 2407 4.6.2.1 to 4.6.2.12 */
static void checks_payloads(void **state)
{
	uint8_t long_name[IDENTITY_DATA_MAX + 1];

	(void)state;
	assert_true(from(IKE_ID_IPV4_ADDR, hex("c6336405")));
	assert_false(from(IKE_ID_IPV4_ADDR, hex("c63364")));
	assert_false(from(IKE_ID_IPV4_ADDR, hex("c633640500")));
	assert_true(from(IKE_ID_IPV6_ADDR, hex("20010db8000000000000000000000001")));
	assert_false(from(IKE_ID_IPV6_ADDR, hex("c6336405")));
	assert_true(from(IKE_ID_FQDN, hex("6777")));
	assert_false(from(IKE_ID_FQDN, hex("677700")));
	assert_false(from(IKE_ID_FQDN, hex("")));
	assert_true(from(IKE_ID_USER_FQDN, hex("614062")));
	assert_false(from(IKE_ID_USER_FQDN, hex("61004062")));
	assert_true(from(IKE_ID_DER_DN, hex("300d310b300906035504030c026777")));
	assert_false(from(IKE_ID_DER_DN, hex("300d310b300906035504030c0267")));
	assert_false(from(IKE_ID_DER_DN, hex("300d310b300906035504030c02677700")));
	assert_false(from(IKE_ID_DER_DN, hex("00")));
	assert_false(from(IKE_ID_DER_DN, hex("")));
	assert_true(from(IKE_ID_KEY_ID, hex("00")));
	assert_false(from(IKE_ID_KEY_ID, hex("")));
	assert_true(from(IKE_ID_DER_GN, hex("8202")));
	assert_false(from(IKE_ID_IPV4_SUBNET, hex("c6336400ffffff00")));
	assert_false(from(0, hex("00")));
	assert_false(from(12, hex("00")));
	memset(long_name, 'a', sizeof(long_name));
	assert_true(from(IKE_ID_FQDN, bytes_of(long_name, IDENTITY_DATA_MAX)));
	assert_false(from(IKE_ID_FQDN, bytes_of(long_name, IDENTITY_DATA_MAX + 1)));
}

/* What a peer calls itself must not reach the log as it is */
static void escapes_what_peers_send(void **state)
{
	const struct id_payload p = { .type = IKE_ID_FQDN, .data = bytes_of("a\n\x1b[31m\\b", 9) };
	struct fault fault = { 0 };
	struct identity one;
	char text[128];

	(void)state;
	assert_true(identity_from_payload(&one, &p, &fault));
	assert_string_equal(identity_print(&one, text, sizeof(text)), "a\\x0a\\x1b[31m\\x5cb");
}

static void knows_vendors(void **state)
{
	static const struct {
		const char *id;
		enum vendor_kind kind;
	} rows[] = {
		{ "4a131c81070358455c5728f20e95452f", VENDOR_NATT_RFC3947 },
		{ "7d9419a65310ca6f2c179d9215529d56", VENDOR_NATT_DRAFT_03 },
		{ "90cb80913ebb696e086381b5ec427b1f", VENDOR_NATT_DRAFT_02N },
		{ "cd60464335df21f87cfdb2fc68b6a448", VENDOR_NATT_DRAFT_02 },
		{ "afcad71368a1f1c96b8696fc77570100", VENDOR_DPD },
		{ "afcad71368a1f1c96b8696fc77570103", VENDOR_DPD }, /* another version */
		{ "09002689dfd6b712", VENDOR_XAUTH },
		{ "12f5f28c457168a9702d9fe274cc0100", VENDOR_UNITY },
		{ "4048b7d56ebce88525e7de7f00d6c2d3", VENDOR_FRAGMENTATION },
		{ "4048b7d56ebce88525e7de7f00d6c2d380000000", VENDOR_FRAGMENTATION },
		{ "4048b7d56ebce88525e7de7f00d6c2d3c0000000", VENDOR_FRAGMENTATION },
		{ "882fe56d6fd20dbc2251613b2ebe5beb", VENDOR_STRONGSWAN },
		{ "1e2b516905991c7d7c96fcbfb587e46100000008", VENDOR_NAMED },
		{ "4f452d4c6962726573 77616e2d342e39", VENDOR_NAMED },
	};
	const struct vendor *v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		v = vendor_find(hex(rows[i].id));
		assert_non_null(v);
		assert_int_equal(v->kind, rows[i].kind);
	}
	assert_null(vendor_find(hex("")));
	assert_null(vendor_find(hex("4a131c81070358455c5728f20e9545")));
	assert_null(vendor_find(hex("4a131c81070358455c5728f20e95452f00")));
	assert_null(vendor_find(hex("afcad71368a1f1c96b8696fc77")));
	for (unsigned int i = 0; (v = vendor_row(i)); i++) {
		assert_ptr_equal(vendor_find(v->id), v);
		if (v->kind != VENDOR_NAMED)
			assert_ptr_equal(vendor_of(v->kind), v);
	}
	assert_null(vendor_of(VENDOR_UNKNOWN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_prints),
		cmocka_unit_test(refuses_with_the_cure),
		cmocka_unit_test(matches),
		cmocka_unit_test(checks_payloads),
		cmocka_unit_test(escapes_what_peers_send),
		cmocka_unit_test(knows_vendors),
	};

	return cmocka_run_group_tests_name("ike_identity", tests, NULL, NULL);
}

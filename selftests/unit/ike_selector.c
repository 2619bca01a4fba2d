// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic selectors: text, payloads, prefixes, comparisons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/selector.h"
#include "lib/hex.h"

static struct selector ts(const char *text)
{
	struct selector s;
	char why[256];

	if (!selector_parse(&s, text, why, sizeof(why)))
		fail_msg("%s", why);
	return s;
}

/* Text, what it prints as (NULL: the same), body of its ID payload */
static const struct {
	const char *text, *printed, *body;
} rows[] = {
	{ "10.0.0.0/16", NULL, "04000000 0a000000 ffff0000" },
	{ "0.0.0.0/0", NULL, "04000000 00000000 00000000" },
	{ "10.0.0.1", "10.0.0.1/32", "01000000 0a000001" },
	{ "10.0.0.1/32", NULL, "01000000 0a000001" },
	{ "10.0.0.1-10.0.0.9", NULL, "07000000 0a000001 0a000009" },
	{ "10.0.0.0-10.0.0.255", "10.0.0.0/24", "04000000 0a000000 ffffff00" },
	{ "::/0", NULL, "06000000 00000000000000000000000000000000"
			"00000000000000000000000000000000" },
	{ "2001:db8::/32", NULL, "06000000 20010db8000000000000000000000000"
				 "ffffffff000000000000000000000000" },
	{ "2001:db8::1", "2001:db8::1/128", "05000000 20010db8000000000000000000000001" },
	{ "2001:db8::1-2001:db8::7", NULL, "08000000 20010db8000000000000000000000001"
					   "20010db8000000000000000000000007" },
	{ "10.0.0.0/8[tcp]", NULL, "04060000 0a000000 ff000000" },
	{ "10.0.0.1[udp/53]", "10.0.0.1/32[udp/53]", "01110035 0a000001" },
	{ "10.0.0.1[17/1701]", "10.0.0.1/32[udp/1701]", "011106a5 0a000001" },
	{ "10.0.0.1[200]", "10.0.0.1/32[200]", "01c80000 0a000001" },
	{ "10.0.0.1[any]", "10.0.0.1/32", "01000000 0a000001" },
};

static void reads_prints_and_encodes(void **state)
{
	const struct isakmp_header header = { .initiator = { 1 } };
	char text[SELECTOR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct selector s = ts(rows[i].text), back;
		struct fault fault = { 0 };
		uint8_t buffer[128];
		struct id_payload p;
		struct builder b;
		struct bytes body;

		selector_print(&s, text, sizeof(text));
		assert_string_equal(text, rows[i].printed ? rows[i].printed : rows[i].text);
		builder_begin(&b, buffer, sizeof(buffer), &header);
		selector_write(&b, &s);
		body = writer_from(&b.w, IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN);
		assert_hex(body, rows[i].body);
		assert_true(id_parse(&p, body, &fault));
		assert_true(selector_from_payload(&back, &p, &fault));
		assert_true(selector_equal(&s, &back));
	}
}

static void refuses_bad_text(void **state)
{
	static const char *const texts[] = {
		"", "10.0.0", "10.0.0.1/33", "10.0.0.1/24", "10.0.0.0/", "10.0.0.0/x",
		"10.0.0.0/-1",
		"10.0.0.0/+8", "::1/129", "2001:db8::1/64", "10.0.0.9-10.0.0.1", "10.0.0.1-::1",
		"10.0.0.1-", "10.0.0.1[tcp", "10.0.0.1[", "10.0.0.1[]", "10.0.0.1[tcp/70000]",
		"10.0.0.1[nosuch]", "10.0.0.1[any/5]", "10.0.0.1[0/5]", "10.0.0.1[256]",
		"10.0.0.1[tcp]x", "gw.example.com",
	};
	char why[512], longer[300];
	struct selector s;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (selector_parse(&s, texts[i], why, sizeof(why)))
			fail_msg("'%s' was accepted", texts[i]);
		assert_non_null(strstr(why, texts[i]));
	}
	memset(longer, '1', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_false(selector_parse(&s, longer, why, sizeof(why)));
}

static bool decodes(const char *body, const char *as)
{
	struct fault fault = { 0 };
	char text[SELECTOR_TEXT_MAX];
	struct id_payload p;
	struct selector s;

	assert_true(id_parse(&p, hex(body), &fault));
	if (!selector_from_payload(&s, &p, &fault)) {
		assert_int_equal(fault.notify, IKE_N_INVALID_ID_INFORMATION);
		return false;
	}
	assert_string_equal(selector_print(&s, text, sizeof(text)), as);
	return true;
}

/* RFC 2407 4.6.2 */
static void checks_payloads(void **state)
{
	(void)state;
	assert_true(decodes("04000000 0a010203 ff000000", "10.0.0.0/8")); /* host bits: dropped */
	assert_false(decodes("04000000 0a000000 ff00ff00", ""));
	assert_false(decodes("04000000 0a000000", ""));
	assert_false(decodes("04000000 0a000000 ff000000 00", ""));
	assert_false(decodes("04000000 0a000000 ff0000", ""));
	assert_false(decodes("01000000 0a0000", ""));
	assert_false(decodes("01000000 0a000001 00", ""));
	assert_false(decodes("05000000 0a000001", ""));
	assert_false(decodes("07000000 0a000009 0a000001", ""));
	assert_true(decodes("07000000 0a000009 0a000009", "10.0.0.9/32"));
	assert_false(decodes("01000035 0a000001", "")); /* port without protocol */
	assert_false(decodes("02000000 6777", ""));
	assert_false(decodes("0b000000 0a000001", ""));
	assert_false(decodes("00000000 0a000001", ""));
}

static void splits_ranges_into_prefixes(void **state)
{
	static const struct {
		const char *range;
		unsigned int count;
		uint8_t first_len, last_len;
	} ranges[] = {
		{ "0.0.0.0/0", 1, 0, 0 },
		{ "10.0.0.1", 1, 32, 32 },
		{ "10.0.0.1-10.0.0.9", 4, 32, 31 }, /* .1 .2/31 .4/30 .8/31 */
		{ "10.0.0.0-10.0.0.255", 1, 24, 24 },
		{ "0.0.0.1-255.255.255.254", 62, 32, 32 },
		{ "0.0.0.1-255.255.255.255", 32, 32, 1 },
		{ "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 254, 128, 128 },
	};
	struct prefix out[254];

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct selector s = ts(ranges[i].range);

		assert_int_equal(selector_prefixes(&s, out, 254), ranges[i].count);
		assert_int_equal(out[0].len, ranges[i].first_len);
		assert_int_equal(out[ranges[i].count - 1].len, ranges[i].last_len);
		assert_int_equal(out[0].family, s.family);
		assert_memory_equal(out[0].address, s.first, 16);
		/* what does not fit is counted, not written */
		memset(out, 0xee, sizeof(out));
		assert_int_equal(selector_prefixes(&s, out, 1), ranges[i].count);
		assert_int_equal(out[1].len, 0xee);
	}
}

static void compares(void **state)
{
	static const struct {
		const char *a, *b, *both; /* NULL: nothing in common */
		bool contains; /* a takes all of b */
	} pairs[] = {
		{ "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/8", false },
		{ "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "11.0.0.0/8", NULL, false },
		{ "10.0.0.0-10.0.0.20", "10.0.0.10-10.0.0.30", "10.0.0.10-10.0.0.20", false },
		{ "10.0.0.0/8", "10.0.0.0/8[tcp]", "10.0.0.0/8[tcp]", true },
		{ "10.0.0.0/8[tcp]", "10.0.0.0/8", "10.0.0.0/8[tcp]", false },
		{ "10.0.0.0/8[tcp]", "10.0.0.0/8[udp]", NULL, false },
		{ "10.0.0.0/8[tcp]", "10.1.0.0/16[tcp/80]", "10.1.0.0/16[tcp/80]", true },
		{ "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/81]", NULL, false },
		{ "::/0", "10.0.0.0/8", NULL, false },
		{ "::/0", "2001:db8::/32", "2001:db8::/32", true },
	};
	char text[SELECTOR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct selector a = ts(pairs[i].a), b = ts(pairs[i].b), both;

		assert_int_equal(selector_contains(&a, &b), pairs[i].contains);
		assert_int_equal(selector_intersect(&a, &b, &both), pairs[i].both != NULL);
		assert_int_equal(selector_equal(&a, &b), !strcmp(pairs[i].a, pairs[i].b));
		if (!pairs[i].both)
			continue;
		assert_string_equal(selector_print(&both, text, sizeof(text)), pairs[i].both);
		assert_true(selector_contains(&a, &both) && selector_contains(&b, &both));
	}
}

/* As the configuration has them: texts that come back, and the same packets in both forms. */
static void public_form(void **state)
{
	static const char *const same[] = {
		"10.1.0.0/16", "10.1.0.5-10.1.0.9", "2001:db8::1-2001:db8::ffff[udp/53]",
		"0.0.0.0/0", "10.0.0.0-10.0.1.5[tcp]",
	};
	static const char *const bad[] = {
		"10.1.0.9-10.1.0.5", "10.1.0.1-2001:db8::1", "10.1.0.0/24-10.1.0.9",
		"10.1.0.1-10.1.0.9/24", "10.1.0.1-", "-10.1.0.1", "dynamic-10.1.0.1",
	};
	struct ike_selector s, back, other;
	char text[IKE_SELECTOR_TEXT];
	struct selector inside;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		assert_true(ike_selector_parse(&s, same[i]));
		assert_string_equal(ike_selector_text(&s, text), same[i]);
		inside = selector_of_public(&s);
		back = selector_public(&inside);
		assert_true(ike_selector_equal(&s, &back));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(ike_selector_parse(&s, bad[i]));
	/* What a prefix can say is said as one. */
	assert_true(ike_selector_parse(&s, "10.1.0.0-10.1.255.255"));
	assert_string_equal(ike_selector_text(&s, text), "10.1.0.0/16");
	assert_true(ike_selector_parse(&s, "10.1.0.7-10.1.0.7"));
	assert_string_equal(ike_selector_text(&s, text), "10.1.0.7/32");
	assert_true(ike_selector_parse(&s, "10.1.0.5-10.1.0.9"));
	assert_true(ike_selector_parse(&other, "10.1.0.6/31"));
	assert_true(ike_selector_contains(&s, &other));
	assert_true(ike_selector_parse(&other, "10.1.0.8/30"));
	assert_false(ike_selector_contains(&s, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_prints_and_encodes),
		cmocka_unit_test(refuses_bad_text),
		cmocka_unit_test(checks_payloads),
		cmocka_unit_test(splits_ranges_into_prefixes),
		cmocka_unit_test(compares),
		cmocka_unit_test(public_form),
	};

	return cmocka_run_group_tests_name("ike_selector", tests, NULL, NULL);
}

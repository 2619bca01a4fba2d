// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses and prefixes: what is read, what is refused, and what comes out again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "netlink/prefix.h"

static void reads_what_it_writes(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0/0", "10.0.0.0/8", "192.0.2.1/32", "169.254.10.2/30", "255.255.255.255/31",
		"::/0", "2001:db8::/32", "2001:db8::1/128", "fd00::2/126",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct anl_prefix prefix;
		char text[ANL_PREFIX_TEXT];

		assert_true(anl_prefix_parse(texts[i], &prefix));
		assert_string_equal(anl_prefix_format(&prefix, text), texts[i]);
	}
}

static void a_bare_address_is_a_host(void **state)
{
	struct anl_prefix prefix;

	(void)state;
	assert_true(anl_prefix_parse("192.0.2.1", &prefix));
	assert_int_equal(prefix.length, 32);
	assert_true(anl_prefix_parse("2001:db8::1", &prefix));
	assert_int_equal(prefix.length, 128);
}

static void refuses_what_is_none(void **state)
{
	static const char *const texts[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
		"10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0/8", "10.0.0.256", "10.0.0.0/0x8",
		"10.0.0.0/8/8", "10.0.0.0/0008", "2001:db8::/129", "2001:db8::/", "2001:db8::g/32",
		"::1::2", "host", "1.2.3.4.5", "2001:db8::%eth0/64",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc/64",
	};
	struct anl_prefix untouched = { .length = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct anl_prefix prefix = untouched;

		if (anl_prefix_parse(texts[i], &prefix))
			fail_msg("took '%s'", texts[i]);
		assert_memory_equal(&prefix, &untouched, sizeof(prefix));
	}
}

static void knows_networks_from_addresses(void **state)
{
	static const struct {
		const char *text;
		int network;
		const char *masked;
	} rows[] = {
		{ "10.0.0.0/8", 1, "10.0.0.0/8" },
		{ "10.0.0.1/8", 0, "10.0.0.0/8" },
		{ "10.0.0.1/32", 1, "10.0.0.1/32" },
		{ "128.0.0.0/1", 1, "128.0.0.0/1" },
		{ "192.0.2.1/0", 0, "0.0.0.0/0" },
		{ "10.255.255.255/31", 0, "10.255.255.254/31" },
		{ "2001:db8::1/64", 0, "2001:db8::/64" },
		{ "2001:db8:8000::/33", 1, "2001:db8:8000::/33" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct anl_prefix prefix;
		char text[ANL_PREFIX_TEXT];

		assert_true(anl_prefix_parse(rows[i].text, &prefix));
		assert_int_equal(anl_prefix_is_network(&prefix), rows[i].network);
		anl_prefix_mask(&prefix);
		assert_string_equal(anl_prefix_format(&prefix, text), rows[i].masked);
	}
}

static void contains_what_is_within(void **state)
{
	static const struct {
		const char *prefix, *address;
		int within;
	} rows[] = {
		{ "10.1.0.0/16", "10.1.255.255", 1 },
		{ "10.1.0.0/16", "10.2.0.0", 0 },
		{ "10.1.0.0/17", "10.1.128.0", 0 },
		{ "0.0.0.0/0", "203.0.113.1", 1 },
		{ "0.0.0.0/0", "2001:db8::1", 0 },
		{ "::/0", "203.0.113.1", 0 },
		{ "2001:db8::/127", "2001:db8::1", 1 },
		{ "2001:db8::/127", "2001:db8::2", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct anl_prefix prefix;
		struct anl_address address;

		assert_true(anl_prefix_parse(rows[i].prefix, &prefix));
		assert_true(anl_address_parse(rows[i].address, &address));
		assert_int_equal(anl_prefix_contains(&prefix, &address), rows[i].within);
	}
}

static void goes_through_socket_addresses(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct anl_address address, back;
		struct sockaddr_storage storage;

		assert_true(anl_address_parse(texts[i], &address));
		assert_int_equal(anl_address_to_sockaddr(&address, 4500, &storage),
				 i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
		assert_int_equal(ntohs(((struct sockaddr_in *)&storage)->sin_port), 4500);
		assert_true(anl_address_from_sockaddr((struct sockaddr *)&storage, &back));
		assert_true(anl_address_equal(&address, &back));
	}
	assert_false(anl_address_from_sockaddr(&(struct sockaddr){ .sa_family = AF_UNIX },
					       &(struct anl_address){ 0 }));
}

static void writes_what_is_not_there(void **state)
{
	char text[ANL_PREFIX_TEXT];

	(void)state;
	assert_string_equal(anl_prefix_format(&(struct anl_prefix){ 0 }, text), "any");
	assert_string_equal(anl_address_format(&(struct anl_address){ 0 }, text), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(a_bare_address_is_a_host),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(knows_networks_from_addresses),
		cmocka_unit_test(contains_what_is_within),
		cmocka_unit_test(goes_through_socket_addresses),
		cmocka_unit_test(writes_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of the configuration that have a unit, and pre-shared keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/secret.h"
#include "aditd/value.h"
#include "lib/folder.h"

#define BAD UINT64_MAX

static const struct {
	const char *text;
	uint64_t seconds;
} durations[] = {
	{ "0", 0 },
	{ "30", 30 },
	{ "30s", 30 },
	{ "9m", 540 },
	{ "8h", 28800 },
	{ "2d", 172800 },
	{ "1h30m", 5400 },
	{ "1d2h3m4s", 93784 },
	{ "90m", 5400 },
	{ "", BAD },
	{ "s", BAD },
	{ "-1", BAD },
	{ "1.5h", BAD },
	{ "10x", BAD },
	{ "1m1h", BAD },
	{ "1h30", BAD },
	{ "1hh", BAD },
	{ " 1s", BAD },
	{ "1s ", BAD },
	{ "+1", BAD },
	{ "0x10", BAD },
	{ "18446744073709551616", BAD },
	{ "999999999999999999d", BAD },
};

static void test_duration(void **state)
{
	uint64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		seconds = BAD;
		if (!value_duration(durations[i].text, &seconds))
			seconds = BAD;
		if (seconds != durations[i].seconds)
			fail_msg("\"%s\" is read as %llu", durations[i].text,
				 (unsigned long long)seconds);
	}
}

static const struct {
	const char *text;
	uint64_t bytes;
} sizes[] = {
	{ "0", 0 }, { "1048576", 1048576 }, { "512k", 524288 }, { "512K", 524288 },
	{ "100M", 104857600 }, { "4G", 4294967296 }, { "1T", 1099511627776 },
	{ "", BAD }, { "k", BAD }, { "1kB", BAD }, { "1m", BAD }, { "-1", BAD },
	{ "16777216T", BAD }, { "18446744073709551616", BAD },
};

static void test_bytes(void **state)
{
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bytes = BAD;
		if (!value_bytes(sizes[i].text, &bytes))
			bytes = BAD;
		if (bytes != sizes[i].bytes)
			fail_msg("\"%s\" is read as %llu", sizes[i].text,
				 (unsigned long long)bytes);
	}
}

static void test_number_and_bool(void **state)
{
	uint64_t number;
	bool flag;

	(void)state;
	assert_true(value_number("1024", &number));
	assert_int_equal(number, 1024);
	assert_true(value_number("0x61646974", &number));
	assert_int_equal(number, 0x61646974);
	assert_false(value_number("0x", &number));
	assert_false(value_number("12a", &number));
	assert_false(value_number("", &number));
	assert_true(value_bool("true", &flag) && flag);
	assert_true(value_bool("No", &flag) && !flag);
	assert_false(value_bool("maybe", &flag));
	assert_false(value_bool("", &flag));
}

static void test_names(void **state)
{
	static const char *const devices[] = { "vpn0", "aws-1", "a", "fifteen-charact", "tun.1" };
	static const char *const no_devices[] = {
		"", ".", "..", "sixteen-characte", "a b", "a/b", "a:b", "vpn%d", "a\n",
	};
	static const char *const hosts[] = { "gw", "gw.example.com", "gw.example.com.", "3com.com",
					     "a-b.c" };
	static const char *const no_hosts[] = {
		"",
		".",
		"-a.com",
		"a-.com",
		"a..b",
		"192.0.2.256",
		"1.2.3",
		"a b",
		"b\xc3\xbc"
		"cher",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		assert_true(value_device(devices[i]));
	for (i = 0; i < sizeof(no_devices) / sizeof(no_devices[0]); i++)
		assert_false(value_device(no_devices[i]));
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_true(value_host(hosts[i]));
	for (i = 0; i < sizeof(no_hosts) / sizeof(no_hosts[0]); i++)
		if (value_host(no_hosts[i]))
			fail_msg("\"%s\" passes as a name", no_hosts[i]);
}

static const struct {
	const char *text, *bytes;
	size_t length;
} secrets[] = {
	{ "swordfish", "swordfish", 9 },
	{ "0x00ff7A", "\x00\xff\x7a", 3 },
	{ "0sAQID", "\x01\x02\x03", 3 },
	{ "0sAQI=", "\x01\x02", 2 },
	{ "0sAQ==", "\x01", 1 },
	{ " with space ", " with space ", 12 },
	{ "", "", 0 }, { "0x", "", 0 }, { "0x1", "", 0 }, { "0x123", "", 0 }, { "0xgg", "", 0 },
	{ "0s", "", 0 },
	{ "0sAQI", "", 0 }, { "0s!!!!", "", 0 }, { "seventeen bytes..", "", 0 },
	{ "0x0011223344556677889900112233445566", "", 0 },
};

static void test_secret(void **state)
{
	uint8_t secret[16];
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		size_t length = value_secret(secrets[i].text, secret, sizeof(secret), &why);

		if (length != secrets[i].length || memcmp(secret, secrets[i].bytes, length))
			fail_msg("\"%s\": %zu bytes", secrets[i].text, length);
		if (!length)
			assert_true(strlen(why) > 0);
	}
}

static size_t read_back(const char *content, size_t length, mode_t mode, uint8_t *secret, char *why)
{
	char path[FOLDER_PATH_MAX];

	folder_write_bytes(folder_path(path, "secret"), mode, content, length);
	return secret_read(path, secret, 64, why, 256);
}

static void test_secret_file(void **state)
{
	uint8_t secret[64];
	char why[256];

	(void)state;
	assert_int_equal(read_back("swordfish", 9, 0600, secret, why), 9);
	assert_int_equal(read_back("swordfish\n", 10, 0400, secret, why), 9);
	assert_int_equal(read_back("swordfish\r\n", 11, 0600, secret, why), 9);
	assert_memory_equal(secret, "swordfish", 9);
	/* As Notepad saves UTF-8 */
	assert_int_equal(read_back("\xef\xbb\xbfswordfish\r\n", 14, 0600, secret, why), 9);
	assert_memory_equal(secret, "swordfish", 9);
	assert_int_equal(read_back("\xef\xbb\xbf", 3, 0600, secret, why), 0);
	assert_int_equal(read_back("swordfish \n", 11, 0600, secret, why), 10);
	assert_int_equal(read_back("0x0102\n", 7, 0600, secret, why), 2);

	assert_int_equal(read_back("swordfish", 9, 0640, secret, why), 0);
	assert_non_null(strstr(why, "0640"));
	assert_int_equal(read_back("swordfish", 9, 0604, secret, why), 0);
	assert_int_equal(read_back("two\nlines\n", 10, 0600, secret, why), 0);
	assert_int_equal(read_back("ze\0ro", 5, 0600, secret, why), 0);
	assert_int_equal(read_back("", 0, 0600, secret, why), 0);
	assert_int_equal(read_back("\n", 1, 0600, secret, why), 0);
	assert_int_equal(secret_read("/nonexistent", secret, sizeof(secret), why, sizeof(why)), 0);
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(secret_read("/dev/null", secret, sizeof(secret), why, sizeof(why)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_number_and_bool),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_secret),
		cmocka_unit_test_setup_teardown(test_secret_file, folder_make, folder_remove),
	};

	return cmocka_run_group_tests_name("aditd: values", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the control socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "aditd/request.h"

static const struct {
	const char *line;
	enum request_command command;
	const char *tunnel;
	double wait;
} good[] = {
	{ "{\"command\":\"status\"}", REQUEST_STATUS, "", 0 },
	{ "{\"command\":\"status\",\"tunnel\":\"aws-1\"}", REQUEST_STATUS, "aws-1", 0 },
	{ " { \"tunnel\" : \"aws-1\" , \"command\" : \"up\" } ", REQUEST_UP, "aws-1", 0 },
	{ "{\"command\":\"up\",\"tunnel\":\"all\",\"wait\":30}", REQUEST_UP, "", 30 },
	{ "{\"command\":\"up\",\"tunnel\":\"x\",\"wait\":0.5}", REQUEST_UP, "x", 0.5 },
	{ "{\"command\":\"down\",\"tunnel\":\"all\"}", REQUEST_DOWN, "", 0 },
	{ "{\"command\":\"reload\"}", REQUEST_RELOAD, "", 0 },
	{ "{\"command\":\"monitor\"}", REQUEST_MONITOR, "", 0 },
	{ "{\"command\":\"metrics\"}", REQUEST_METRICS, "", 0 },
	{ "{\"command\":\"version\"}", REQUEST_VERSION, "", 0 },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\",\"proposals\":[\"aes128-sha1\"]}",
	  REQUEST_ASK, "x", 0 },
	{ "{\"command\":\"trial\",\"tunnel\":\"all\"}", REQUEST_TRIAL, "all", 0 },
	{ "{\"command\":\"hush\",\"tunnel\":\"x\"}", REQUEST_HUSH, "x", 0 },
};

static void test_good(void **state)
{
	struct request request;
	char error[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!request_parse(&request, good[i].line, strlen(good[i].line), error,
				   sizeof(error)))
			fail_msg("%s: %s", good[i].line, error);
		assert_int_equal(request.command, good[i].command);
		assert_string_equal(request.tunnel, good[i].tunnel);
		assert_true(request.wait == good[i].wait);
	}
}

static const struct {
	const char *line;
	const char *error;		/* part of it */
} bad[] = {
	{ "", "JSON object" },
	{ "up", "JSON object" },
	{ "[]", "JSON object" },
	{ "{\"command\":\"status\"", "JSON object" },
	{ "{\"command\":\"status\"} {}", "JSON object" },
	{ "{\"command\":\"status\",\"command\":\"down\"}", "JSON object" },
	{ "{}", "command" },
	{ "{\"command\":\"reboot\"}", "command" },
	{ "{\"command\":7}", "command" },
	{ "{\"command\":\"up\"}", "tunnel" },
	{ "{\"command\":\"down\",\"tunnel\":\"\"}", "tunnel" },
	{ "{\"command\":\"down\",\"tunnel\":7}", "tunnel" },
	{ "{\"command\":\"status\",\"tunnel\":null}", "tunnel" },
	{ "{\"command\":\"status\",\"tunnel\":\"a\\u0000b\"}", "JSON object" },
	{ "{\"command\":\"status\",\"tunnel\":"
	  "\"0123456789012345678901234567890123456789012345678901"
	  "234567890123\"}",
	  "tunnel" },
	{ "{\"command\":\"up\",\"tunnel\":\"x\",\"wait\":-1}", "wait" },
	{ "{\"command\":\"up\",\"tunnel\":\"x\",\"wait\":3601}", "wait" },
	{ "{\"command\":\"up\",\"tunnel\":\"x\",\"wait\":\"30\"}", "wait" },
	{ "{\"command\":\"down\",\"tunnel\":\"x\",\"wait\":3}", "wait" },
	{ "{\"command\":\"reload\",\"tunnel\":\"x\"}", "tunnel" },
	{ "{\"command\":\"status\",\"verbose\":true}", "verbose" },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\"}", "proposals" },
	{ "{\"command\":\"ask\",\"proposals\":[\"aes128-sha1\"]}", "tunnel" },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\",\"proposals\":[]}", "proposals" },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\",\"proposals\":[\"a\",7]}", "proposals" },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\",\"proposals\":\"aes128-sha1\"}", "proposals" },
	{ "{\"command\":\"ask\",\"tunnel\":\"x\",\"proposals\":[\"012345678901234567890123456789012"
	  "3456789012345678901234567890123\"]}", "proposals" },
	{ "{\"command\":\"trial\"}", "tunnel" },
	{ "{\"command\":\"hush\"}", "tunnel" },
	{ "{\"command\":\"trial\",\"tunnel\":\"x\",\"wait\":3}", "wait" },
};

static void test_bad(void **state)
{
	struct request request;
	char error[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (request_parse(&request, bad[i].line, strlen(bad[i].line), error, sizeof(error)))
			fail_msg("%s is taken", bad[i].line);
		if (!strstr(error, bad[i].error))
			fail_msg("%s: %s", bad[i].line, error);
	}
}

/* A name of the longest length is still whole, and the length given is what counts */
static void test_bounds(void **state)
{
	static const char line[] =
		"{\"command\":\"status\",\"tunnel\":\"01234567890123456789012345678901"
		"2345678901234567890123456789012\"}garbage";
	struct request request;
	char error[256];

	(void)state;
	assert_true(request_parse(&request, line, sizeof(line) - sizeof("garbage"), error,
				  sizeof(error)));
	assert_int_equal(strlen(request.tunnel), IKE_NAME_MAX - 1);
	assert_false(request_parse(&request, line, sizeof(line) - 1, error, sizeof(error)));
	assert_false(
		request_parse(&request, "{\"command\":\"status\"}\0", 21, error, sizeof(error)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests_name("aditd: requests", tests, NULL, NULL);
}

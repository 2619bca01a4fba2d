// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the daemon remembers of a tunnel's past, for status and for `adit diagnose`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aditd/past.h"

static json_t *remember(const struct ike_event *events, size_t count)
{
	struct past *past = NULL;
	json_t *array;
	size_t i;

	for (i = 0; i < count; i++)
		past_add(&past, &events[i], 1000.0 + (double)i);
	array = past_json(past);
	free(past);
	return array;
}

static double number(const json_t *array, size_t at, const char *name)
{
	return json_number_value(json_object_get(json_array_get(array, at), name));
}

/* Each code that tells why a tunnel is as it is; steps and repetitions would drive those out */
static void test_telling(void **state)
{
	static const enum ike_event_code kept[] = {
		IKE_EVENT_RESPONDING, IKE_EVENT_NAT, IKE_EVENT_IKE_UP, IKE_EVENT_IKE_DOWN,
		IKE_EVENT_CHILD_UP, IKE_EVENT_CHILD_DOWN, IKE_EVENT_FAILED, IKE_EVENT_REFUSED,
		IKE_EVENT_NOTIFY, IKE_EVENT_DPD, IKE_EVENT_PEER_MOVED, IKE_EVENT_CONFLICT,
	};
	struct ike_event events[IKE_EVENT_CODE_COUNT] = { 0 };
	size_t i, j, found = 0;
	json_t *array;

	(void)state;
	for (i = 0; i < IKE_EVENT_CODE_COUNT; i++) {
		events[i].code = (enum ike_event_code)i;
		events[i].text = events[i].step = events[i].peer_id = "";
	}
	array = remember(events, IKE_EVENT_CODE_COUNT);
	for (i = 0; i < json_array_size(array); i++)
		for (j = 0; j < sizeof(kept) / sizeof(*kept); j++)
			found += !strcmp(json_string_value(json_object_get(
					 json_array_get(array, i), "code")),
					 ike_event_code(kept[j]));
	assert_int_equal(json_array_size(array), sizeof(kept) / sizeof(*kept));
	assert_int_equal(found, sizeof(kept) / sizeof(*kept));
	json_decref(array);
}

/* The same again is counted, and is the newest then; a success counts by whom it is with */
static void test_counted(void **state)
{
	struct ike_event events[] = {
		{ .code = IKE_EVENT_CHILD_UP, .text = "SPI 1", .step = "", .peer_id = "a" },
		{ .code = IKE_EVENT_CHILD_UP, .text = "SPI 2", .step = "", .peer_id = "b" },
		{ .code = IKE_EVENT_FAILED, .error = IKE_ERROR_NO_RESPONSE, .text = "x",
		  .step = "", .peer_id = "a" },
		{ .code = IKE_EVENT_CHILD_UP, .text = "SPI 3", .step = "", .peer_id = "a" },
	};
	json_t *array = remember(events, sizeof(events) / sizeof(*events));

	(void)state;
	assert_int_equal(json_array_size(array), 3);
	assert_true(number(array, 2, "count") == 2);
	assert_true(number(array, 2, "first") == 1000);
	assert_true(number(array, 2, "last") == 1003);
	assert_string_equal(json_string_value(json_object_get(json_array_get(array, 2), "text")),
			    "SPI 3");
	json_decref(array);
}

/* Of an IPsec SA, for which networks; others are of none */
static void test_pair(void **state)
{
	struct ike_event events[] = {
		{ .code = IKE_EVENT_FAILED, .error = IKE_ERROR_PEER_DELETED, .text = "child",
		  .step = "", .peer_id = "", .spi_in = 7, .pair = 2 },
		{ .code = IKE_EVENT_FAILED, .error = IKE_ERROR_PEER_DELETED, .text = "phase 1",
		  .step = "", .peer_id = "" },
	};
	json_t *array = remember(events, sizeof(events) / sizeof(*events));

	(void)state;
	assert_true(number(array, 0, "pair") == 2);
	assert_true(json_is_null(json_object_get(json_array_get(array, 1), "pair")));
	json_decref(array);
}

/* A failure is the same whichever SA it befell, and another one with another sentence */
static void test_names(void **state)
{
#define DELETED(text_) { .code = IKE_EVENT_FAILED, .error = IKE_ERROR_PEER_DELETED, \
			 .text = "deleted " text_, .step = "", .peer_id = "" }
	struct ike_event events[] = {
		DELETED("phase 1, cookies 3c01561fa47bc669:ccdad9996825b743, and there is none"),
		DELETED("phase 1, cookies 9df5ad4182e91bb3:adf249fe070410cc, and there is none"),
		DELETED("the child, SPI in 0xcde61f33 out 0xc755a516"),
		DELETED("the child, SPI in 0xe4df81a6 out 0xc1b4fa0c"),
		DELETED("phase 1, cookies 9df5ad4182e91bb3:adf249fe070410cc"),
		DELETED("phase 1, cookies 9df5ad4182e91bb3:adf249fe070410c, and there is none"),
		DELETED("phase 1, cookies 0765667a66987535:832d2e5fbd75a073, and there is none"),
	};
#undef DELETED
	json_t *array = remember(events, sizeof(events) / sizeof(*events));

	(void)state;
	assert_int_equal(json_array_size(array), 4);
	assert_true(number(array, 0, "count") == 2);
	assert_true(number(array, 1, "count") == 1);
	assert_true(number(array, 2, "count") == 1);
	assert_true(number(array, 3, "count") == 3);
	assert_true(number(array, 3, "first") == 1000);
	json_decref(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_telling),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

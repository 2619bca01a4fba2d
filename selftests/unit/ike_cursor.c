// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cursor never reads, and the writer never writes, behind its end; text is cut, not overrun.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "ike/cursor.h"
#include "ike/text.h"
#include "ike/writer.h"
#include "lib/hex.h"

static void reads_big_endian(void **state)
{
	struct fault fault = { 0 };
	struct cursor c = cursor_of(hex("01 0203 04050607 08090a0b0c0d0e0f f0f1f2"), &fault);
	struct cursor sub;
	uint8_t copy[2];

	(void)state;
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_u16(&c), 0x0203);
	assert_int_equal(cursor_u32(&c), 0x04050607);
	assert_int_equal(cursor_u64(&c), 0x08090a0b0c0d0e0f);
	assert_int_equal(cursor_left(&c), 3);
	sub = cursor_sub(&c, 2);
	cursor_copy(&sub, copy, 2);
	assert_hex(bytes_of(copy, 2), "f0f1");
	assert_int_equal(cursor_left(&sub), 0);
	assert_hex(cursor_rest(&c), "f2");
	assert_int_equal(cursor_rest(&c).len, 0);
	assert_true(cursor_ok(&c) && cursor_ok(&sub));
}

/* Each getter, on each length that is too short for it */
static void stops_at_its_end(void **state)
{
	static const size_t sizes[] = { 1, 2, 4, 8, 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t len = 0; len < sizes[i]; len++) {
			uint8_t *tight = malloc(len ? len : 1), copy[5];
			struct fault fault = { 0 };
			struct cursor c;

			memset(tight, 0xff, len ? len : 1);
			memset(copy, 0xee, sizeof(copy));
			c = cursor_of(bytes_of(tight, len), &fault);
			switch (sizes[i]) {
			case 1:
				assert_int_equal(cursor_u8(&c), 0);
				break;
			case 2:
				assert_int_equal(cursor_u16(&c), 0);
				break;
			case 4:
				assert_int_equal(cursor_u32(&c), 0);
				break;
			case 8:
				assert_int_equal(cursor_u64(&c), 0);
				break;
			default:
				cursor_copy(&c, copy, 5);
				assert_hex(bytes_of(copy, 5), "0000000000");
			}
			assert_non_null(fault.text);
			assert_int_not_equal(fault.notify, 0);
			/* sticky: what would still fit is not given out any more */
			assert_int_equal(cursor_left(&c), 0);
			assert_int_equal(cursor_take(&c, len).len, 0);
			free(tight);
		}
	}
}

static void shares_the_first_fault(void **state)
{
	struct fault fault = { 0 };
	struct cursor c = cursor_of(hex("0102030405060708"), &fault), sub = cursor_sub(&c, 4);

	(void)state;
	assert_true(cursor_require(&sub, true, 1, "never"));
	assert_false(cursor_require(&sub, false, 16, "first"));
	cursor_fail(&c, 17, "second");
	assert_string_equal(fault.text, "first");
	assert_int_equal(fault.notify, 16);
	assert_false(cursor_ok(&c));
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_require(&c, true, 1, "never"));
}

static void writes_and_patches(void **state)
{
	uint8_t buffer[16];
	struct writer w = writer_of(buffer, sizeof(buffer));

	(void)state;
	writer_u8(&w, 1);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_zero(&w, 2);
	writer_bytes(&w, hex("aabb"));
	assert_hex(writer_from(&w, 0), "01020304050607 0000 aabb");
	assert_hex(writer_from(&w, 9), "aabb");
	assert_int_equal(writer_from(&w, 12).len, 0);
	writer_patch_u8(&w, 0, 0xf1);
	writer_patch_u16(&w, 1, 0xf2f3);
	writer_patch_u32(&w, 7, 0xc1c2c3c4);
	assert_hex(writer_from(&w, 0), "f1f2f304050607 c1c2c3c4");
	assert_false(w.overflow);
}

static void refuses_to_overflow(void **state)
{
	uint8_t *tight = malloc(4);
	struct writer w = writer_of(tight, 4);

	(void)state;
	writer_u32(&w, 1);
	assert_false(w.overflow);
	writer_u8(&w, 1);
	assert_true(w.overflow);
	/* sticky */
	writer_zero(&w, 0);
	assert_int_equal(writer_from(&w, 0).len, 0);
	w = writer_of(tight, 4);
	writer_u8(&w, 1);
	writer_u32(&w, 1);
	assert_true(w.overflow);
	writer_u8(&w, 1); /* would fit */
	assert_int_equal(w.len, 1);
	/* only what was written can be overwritten */
	w = writer_of(tight, 4);
	writer_u16(&w, 1);
	writer_patch_u16(&w, 1, 1);
	assert_true(w.overflow);
	w = writer_of(tight, 4);
	writer_patch_u8(&w, SIZE_MAX, 1);
	assert_true(w.overflow);
	free(tight);
}

static void cuts_text(void **state)
{
	char buffer[8];
	struct text t = text_of(buffer, sizeof(buffer));

	(void)state;
	text_add(&t, "%s", "abcdef");
	text_add_hex(&t, hex("ffee"));
	assert_string_equal(buffer, "abcdeff");
	assert_int_equal(t.len, 7);
	text_add(&t, "more");
	assert_string_equal(buffer, "abcdeff");
	t = text_of(buffer, sizeof(buffer));
	text_add_bytes(&t, hex("41 0a 42"));
	assert_string_equal(buffer, "A\\x0aB");
	t = text_of(buffer, 0);
	text_add(&t, "x");
	assert_string_equal(buffer, "A\\x0aB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(stops_at_its_end),
		cmocka_unit_test(shares_the_first_fault),
		cmocka_unit_test(writes_and_patches),
		cmocka_unit_test(refuses_to_overflow),
		cmocka_unit_test(cuts_text),
	};

	return cmocka_run_group_tests_name("ike_cursor", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is said of aggressive mode: the proposals that it leaves out, and a key that can be guessed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/couple.h"

#define SHORT_KEY "nineteen bytes long"
#define LONG_KEY "it is twenty of them"

static void copy_weak(void *ctx, const struct ike_status_sa *status)
{
	snprintf(ctx, 200, "%s", status->weak);
}

static void check(enum ike_exchange exchange, const char *key, const char *words,
		  const char *offering, const char *weak)
{
	static const struct ike_visitor visitor = { .sa = copy_weak };
	char text[200] = "";
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.left.ike = c.right.ike = &words;
	c.left.exchange = c.right.exchange = exchange;
	c.left.psk = c.right.psk = (const uint8_t *)key;
	c.left.psk_length = c.right.psk_length = strlen(key);
	assert_true(couple_go(&c, w, 20 * SECONDS));
	assert_true(world_said(w, 0, IKE_EVENT_INITIATING, offering));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_WEAK], *weak != 0);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_WEAK], *weak != 0);
	assert_true(!*weak || world_said(w, 1, IKE_EVENT_WEAK, weak));
	assert_true(ike_status(w->sides[1].ike, "test", w->now, &visitor, text));
	assert_string_equal(text, weak);
	world_free(w);
}

static void test_groups(void **state)
{
	check(IKE_AGGRESSIVE_MODE, LONG_KEY, "aes128-sha256-ecp256",
	      "offering aes128-sha256-ecp256", "");
	check(IKE_AGGRESSIVE_MODE, LONG_KEY, "aes128-sha256-ecp256-modp2048-ecp384",
	      "offering aes128-sha256-ecp256; not offered, as aggressive mode has but one group: "
	      "aes128-sha256-modp2048, aes128-sha256-ecp384", "");
	check(IKE_MAIN_MODE, LONG_KEY, "aes128-sha256-ecp256-modp2048",
	      "offering aes128-sha256-ecp256, aes128-sha256-modp2048", "");
}

static void test_key(void **state)
{
	check(IKE_AGGRESSIVE_MODE, SHORT_KEY, "aes128-sha256-ecp256", "",
	      "aggressive mode with a short pre-shared key");
	check(IKE_AGGRESSIVE_MODE, SHORT_KEY, "des-md5-modp1024", "",
	      "des, md5, modp1024, aggressive mode with a short pre-shared key");
	check(IKE_MAIN_MODE, SHORT_KEY, "aes128-sha256-ecp256", "", "");
	check(IKE_MAIN_MODE, LONG_KEY, "des-md5-modp768", "", "des, md5, modp768");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

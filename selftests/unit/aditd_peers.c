// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The peers of a tunnel in transport mode that names none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aditd/peers.h"

static struct ike_sa sa(enum ike_direction direction, uint32_t spi, const char *remote)
{
	struct ike_sa made = { .direction = direction, .protocol = IKE_PROTOCOL_ESP, .spi = spi };

	assert_true(ike_address_parse(&made.remote, remote));
	assert_true(ike_address_parse(&made.local, "192.0.2.1"));
	return made;
}

static bool put(struct peers *p, enum ike_direction direction, uint32_t spi, const char *remote)
{
	struct ike_sa made = sa(direction, spi, remote);

	return peers_put(p, &made);
}

static bool drop(struct peers *p, enum ike_direction direction, uint32_t spi)
{
	struct ike_sa made = sa(direction, spi, "203.0.113.9");

	return peers_drop(p, &made);
}

/* One is there with its first SA, and until its last one goes: a renewal changes nothing. */
static void test_renewal(void **state)
{
	struct peers p = { 0 };

	assert_true(put(&p, IKE_IN, 1, "192.0.2.2"));
	assert_false(put(&p, IKE_OUT, 1, "192.0.2.2"));
	assert_false(put(&p, IKE_IN, 2, "192.0.2.2"));
	assert_false(put(&p, IKE_OUT, 2, "192.0.2.2"));
	assert_false(drop(&p, IKE_OUT, 1));
	assert_false(drop(&p, IKE_IN, 1));
	assert_int_equal(p.count, 2);
	assert_false(drop(&p, IKE_IN, 1));
	assert_false(drop(&p, IKE_OUT, 2));
	assert_true(drop(&p, IKE_IN, 2));
	assert_int_equal(p.count, 0);
	peers_free(&p);
}

/* Several of them, and one that moves: by its SA it is known, wherever it is. */
static void test_several(void **state)
{
	struct peers p = { 0 };

	assert_true(put(&p, IKE_IN, 1, "192.0.2.2"));
	assert_true(put(&p, IKE_IN, 2, "192.0.2.3"));
	assert_false(put(&p, IKE_IN, 3, "192.0.2.3"));
	assert_true(put(&p, IKE_IN, 1, "192.0.2.4"));
	assert_false(put(&p, IKE_IN, 1, "192.0.2.4"));
	assert_int_equal(p.count, 3);
	assert_false(put(&p, IKE_IN, 3, "192.0.2.4"));
	assert_true(drop(&p, IKE_IN, 2));
	assert_false(drop(&p, IKE_IN, 1));
	assert_true(drop(&p, IKE_IN, 3));
	peers_free(&p);
}

/* By protocol or port a child leaves something out. */
static void test_whole(void **state)
{
	struct ike_sa made = sa(IKE_OUT, 1, "192.0.2.2");

	assert_true(peers_whole(&made));
	made.local_ts.protocol = 17;
	assert_false(peers_whole(&made));
	made.local_ts.protocol = 0;
	made.remote_ts.protocol = 17;
	assert_false(peers_whole(&made));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewal),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

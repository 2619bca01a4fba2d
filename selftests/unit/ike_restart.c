// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The peer was started anew and waits; before dead peer detection has found out, we renew phase 1,
 * and it answers. What it does not know any more must not live on under the new one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/session.h"
#include "lib/couple.h"

/* The right side has forgotten all; @later the left one renews its phase 1, and all is well. */
static struct world *renewed(struct couple *c, struct world *w, uint64_t later)
{
	struct session *s;

	assert_true(couple_go(c, w, 5 * SECONDS));
	world_run(w, w->now + 60 * SECONDS, NULL);
	couple_carries(w);
	world_off(w, 1);
	world_on(w, 1);
	world_add(w, 1, &c->right);
	world_run(w, w->now + later, NULL);
	s = w->sides[0].ike->sessions;
	timer_set_earlier(&s->ike->timers, &s->rekey, w->now);
	world_touched(w, 0);
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_true(couple_up(w));
	couple_carries(w);
	return w;
}

/* Nobody asks: as responder, too, it says that it knows nothing from before. */
static void test_says_so(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	renewed(&c, w, 15 * SECONDS);
	assert_true(world_said(w, 0, IKE_EVENT_NOTIFY, "the peer has restarted"));
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(world_ike_sas(w, 0), 1);
	world_free(w);
}

/* Who has not forgotten does not say so: neither when phase 1 is renewed, nor when both begin. */
static void test_says_not(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 40; seed++) {
		struct couple c;
		struct world *w = couple_begin(&c, seed);

		c.right.start = IKE_START_ALWAYS;
		c.left.ike_lifetime = c.right.ike_lifetime = 300;
		w->jitter = seed % 2 ? 30 : 0;
		w->loss = seed % 4 > 1 ? 200 : 0;
		assert_true(couple_go(&c, w, 120 * SECONDS));
		w->loss = 0;
		world_run(w, w->now + 1000 * SECONDS, NULL);
		assert_false(world_said(w, 0, IKE_EVENT_NOTIFY, "has restarted"));
		assert_false(world_said(w, 1, IKE_EVENT_NOTIFY, "has restarted"));
		couple_carries(w);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_so),
		cmocka_unit_test(test_says_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

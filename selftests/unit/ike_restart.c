// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The peer was started anew and waits; before dead peer detection has found out, we renew phase 1,
 * and it answers. What it does not know any more must not live on under the new one; what it knows,
 * whatever it said before, must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/numbers.h"
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

/*
 * Aggressive mode that both begin: the right side's first message is late, and so is the left's
 * last one; the right's last one is lost until the time that is set.
 */
static enum verdict lose_last(struct world *w, const struct datagram *d)
{
	bool aggressive = d->bytes[18] == IKE_EXCHANGE_AGGRESSIVE, last = d->bytes[19] & 1;
	uint64_t *until = w->test;

	if (!aggressive || w->now >= *until)
		return WORLD_PASS;
	if (d->sender)
		return last || w->now < 1500 ? WORLD_DROP : WORLD_PASS;
	return last && w->now < 3500 ? WORLD_DROP : WORLD_PASS;
}

/*
 * Both begin; one side's INITIAL-CONTACT is lost, and said again when the other's phase 1 has long
 * been in use. It tells nothing of that one.
 */
static void test_says_late(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	uint64_t until = w->now + 20 * SECONDS;

	c.left.exchange = c.right.exchange = IKE_AGGRESSIVE_MODE;
	c.right.start = IKE_START_ALWAYS;
	w->test = &until;
	w->judge = lose_last;
	assert_true(couple_go(&c, w, 15 * SECONDS));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
	world_run(w, until + 30 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_false(world_said(w, 0, IKE_EVENT_NOTIFY, "has restarted"));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
	couple_carries(w);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_so),
		cmocka_unit_test(test_says_not),
		cmocka_unit_test(test_says_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

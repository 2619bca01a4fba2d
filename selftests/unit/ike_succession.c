// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Renewed children of which one side has seen less than the other: answers and third messages that
 * do not arrive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/numbers.h"
#include "lib/couple.h"

static bool is_quick(const struct datagram *d)
{
	return d->length > 28 && d->bytes[18] == IKE_EXCHANGE_QUICK;
}

static enum verdict lose_answers(struct world *w, const struct datagram *d)
{
	return d->sender == 1 && is_quick(d) ? WORLD_DROP : WORLD_PASS;
}

/*
 * The initiator of a rekey has no answer, and its old child comes to its natural end. That it
 * deletes this says nothing of the new one, which the responder must not take for agreed.
 */
static void test_natural_end(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.left.esp_lifetime = c.right.esp_lifetime = 300;
	c.left.rekey_margin = 30;
	c.right.rekey_margin = 1;
	c.left.dpd_delay = c.right.dpd_delay = 0;
	assert_true(couple_go(&c, w, 20 * SECONDS));
	w->judge = lose_answers;
	world_run(w, w->now + 290 * SECONDS, NULL);
	/* Its clock is ahead. */
	ike_sa_expired(w->sides[0].ike, IKE_PROTOCOL_ESP, IKE_OUT, couple_outbound(w, 0)->sa.spi,
		       IKE_LIMIT_HARD, w->now);
	world_touched(w, 0);
	world_run(w, w->now + 2 * SECONDS, NULL);
	assert_true(world_said(w, 0, IKE_EVENT_FAILED, "no successor could be agreed on"));
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_REKEYED], 0);
	assert_true(world_state(w, 1, "test") != IKE_STATE_ESTABLISHED);
	w->judge = NULL;
	assert_true(world_run(w, w->now + 60 * SECONDS, couple_up));
	couple_carries(w);
	world_free(w);
}

/* Of the left's first quick mode only the first message arrives; the right begins no phase 1. */
static enum verdict lose_third(struct world *w, const struct datagram *d)
{
	static const uint8_t zero[8];
	uint32_t *first = w->test, id;

	if (d->sender)
		return memcmp(d->bytes + 8, zero, sizeof(zero)) ? WORLD_PASS : WORLD_DROP;
	if (!is_quick(d))
		return WORLD_PASS;
	memcpy(&id, d->bytes + 20, sizeof(id));
	if (*first == id)
		return WORLD_DROP;
	if (!*first)
		*first = id;
	return WORLD_PASS;
}

static bool right_up(struct world *w)
{
	return world_state(w, 1, "test") == IKE_STATE_ESTABLISHED;
}

/* Who has answered a quick mode and hears no more of it begins its own. */
static void test_third_waits(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	uint32_t first = 0;

	c.right.start = IKE_START_ALWAYS;
	w->test = &first;
	w->judge = lose_third;
	couple_add(&c, w);
	assert_true(world_run(w, w->now + 20 * SECONDS, right_up));
	assert_int_not_equal(first, 0);
	couple_carries(w);
	w->judge = NULL;
	world_run(w, w->now + 300 * SECONDS, NULL);
	assert_true(couple_up(w));
	couple_carries(w);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
	world_free(w);
}

/* The last message of the phase 1 that renews the first one never arrives. */
static enum verdict lose_last(struct world *w, const struct datagram *d)
{
	bool last = d->sender == 1 && d->bytes[18] == IKE_EXCHANGE_MAIN && d->bytes[19] & 1;

	return last && w->now < *(uint64_t *)w->test ? WORLD_DROP : WORLD_PASS;
}

/* Its responder, which thinks that it stands, does not take the peer for dead. */
static void test_last_message(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	uint64_t until;

	c.left.ike_lifetime = 600;
	c.left.rekey_margin = 120;
	c.left.dpd_delay = 0;
	c.right.dpd_delay = 10;
	c.right.dpd_timeout = 20;
	assert_true(couple_go(&c, w, 20 * SECONDS));
	until = w->now + 430 * SECONDS;
	w->test = &until;
	w->judge = lose_last;
	world_run(w, until + 120 * SECONDS, NULL);
	assert_true(world_said(w, 1, IKE_EVENT_IKE_DOWN, "has never been heard of under"));
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_true(couple_up(w));
	couple_carries(w);
	assert_int_equal(world_ike_sas(w, 1), 1);
	world_free(w);
}

/* Until @until: the quick mode that the left has begun is the only one, and it deletes nothing. */
struct crossing {
	uint64_t until;
	uint32_t left;
};

static enum verdict cross(struct world *w, const struct datagram *d)
{
	struct crossing *x = w->test;
	uint32_t id;

	if (w->now > x->until)
		return WORLD_PASS;
	memcpy(&id, d->bytes + 20, sizeof(id));
	if (is_quick(d) && !d->sender && !x->left)
		x->left = id;
	if (is_quick(d))
		return id == x->left ? WORLD_PASS : WORLD_DROP;
	return d->sender || d->bytes[18] != IKE_EXCHANGE_INFORMATIONAL ? WORLD_PASS : WORLD_DROP;
}

static void soft_expire(struct world *w, unsigned int side)
{
	ike_sa_expired(w->sides[side].ike, IKE_PROTOCOL_ESP, IKE_OUT,
		       couple_outbound(w, side)->sa.spi, IKE_LIMIT_BYTES, w->now);
	world_touched(w, side);
}

/*
 * Both renew a young child. The right's own quick mode comes through late, when the left's has long
 * taken over, and the right has not heard that the first child was deleted. Whatever the nonces
 * say of the three, it does not go back to that one.
 */
static void test_late(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 20; seed++) {
		struct crossing x = { 0 };
		struct couple c;
		struct world *w = couple_begin(&c, seed);
		uint64_t end;

		c.left.dpd_delay = c.right.dpd_delay = 0;
		assert_true(couple_go(&c, w, 5 * SECONDS));
		world_run(w, w->now + 10 * SECONDS, NULL);
		x.until = w->now + 24 * SECONDS;
		w->test = &x;
		w->judge = cross;
		soft_expire(w, 0);
		soft_expire(w, 1);
		for (end = w->now + 120 * SECONDS; w->now < end;) {
			world_run(w, w->now + 200, NULL);
			couple_carries(w);
		}
		assert_int_equal(w->sides[0].sa_count, 2);
		assert_int_equal(w->sides[1].sa_count, 2);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_natural_end),
		cmocka_unit_test(test_third_waits),
		cmocka_unit_test(test_last_message),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

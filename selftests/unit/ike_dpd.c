// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dead peer detection (RFC 3706): its numbers, what is believed, what is done; and a phase 1 that
 * only one side thinks it has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/informational.h"
#include "ike/numbers.h"
#include "ike/session.h"
#include "lib/couple.h"

static struct session *session_of(struct world *w, unsigned int side)
{
	return w->sides[side].ike->sessions;
}

static uint8_t exchange_of(const struct datagram *d)
{
	return d->length > 18 ? d->bytes[18] : 0;
}

/* Nothing of dead peer detection arrives; what the left side asks is counted. */
static enum verdict lose_questions(struct world *w, const struct datagram *d)
{
	unsigned int *asked = w->test;

	if (exchange_of(d) != IKE_EXCHANGE_INFORMATIONAL)
		return WORLD_PASS;
	*asked += !d->sender;
	return d->sender ? WORLD_PASS : WORLD_DROP;
}

static struct world *begin(struct couple *c)
{
	struct world *w = couple_begin(c, 1);

	c->left.dpd_delay = 10;
	c->left.dpd_timeout = 60;
	assert_true(couple_go(c, w, 5 * SECONDS));
	return w;
}

/* Peers answer the same number a few times only, and then no more. */
static void test_numbers(void **state)
{
	unsigned int asked = 0;
	struct couple c;
	struct world *w = begin(&c);
	uint32_t before = session_of(w, 0)->dpd_sequence;

	w->test = &asked;
	w->judge = lose_questions;
	world_run(w, w->now + 40 * SECONDS, NULL);
	assert_in_range(asked, 5, 9);
	assert_int_equal(session_of(w, 0)->dpd_sequence - before, asked);
	assert_true(session_of(w, 0)->dpd_waiting);
	w->judge = NULL;
	world_run(w, w->now + 10 * SECONDS, NULL);
	assert_false(session_of(w, 0)->dpd_waiting);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_DPD], 0);
	world_free(w);
}

static void answer(struct world *w, uint32_t number)
{
	struct session *s = session_of(w, 1);
	uint8_t cookies[16], data[4];
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = IKE_N_R_U_THERE_ACK,
		.spi = bytes_of(cookies, sizeof(cookies)),
		.data = bytes_of(data, sizeof(data)),
	};

	memcpy(cookies, s->cookie_i, 8);
	memcpy(cookies + 8, s->cookie_r, 8);
	spi_write(data, number);
	informational_notify(s, &n, NULL);
	world_touched(w, 1);
}

static void ask_and_answer(bool right)
{
	unsigned int asked = 0, i;
	struct couple c;
	struct world *w = begin(&c);

	w->test = &asked;
	w->judge = lose_questions;
	for (i = 0; i < 20; i++) {
		struct session *s = session_of(w, 0);

		/* What was asked first is not too old while nothing has come. */
		if (w->sides[0].counts[IKE_EVENT_CHILD_DOWN])
			break;
		answer(w, right ? s->dpd_first : s->dpd_first - 1);
		world_run(w, w->now + 12 * SECONDS, NULL);
	}
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], !right);
	assert_int_equal(world_said(w, 0, IKE_EVENT_DROPPED, "ignored an answer"), !right);
	world_free(w);
}

static void test_answers(void **state)
{
	ask_and_answer(true);
	ask_and_answer(false);
}

static void test_hold(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.left.dpd_delay = 10;
	c.left.dpd_action = IKE_DPD_HOLD;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	w->sides[1].unreachable = true;
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_DORMANT);
	w->sides[1].unreachable = false;
	world_run(w, w->now + 200 * SECONDS, NULL);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_DORMANT);
	/* A packet wakes it. */
	ike_acquire(w->sides[0].ike, "test", NULL, NULL, w->now);
	world_touched(w, 0);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	couple_carries(w);
	world_free(w);
}

/* Who does not ask does not find out, and answers who does. */
static void test_off(void **state)
{
	unsigned int asked = 0;
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.right.dpd_delay = 10;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	world_run(w, w->now + 300 * SECONDS, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_DPD], 0);
	couple_carries(w);
	w->test = &asked;
	w->judge = lose_questions;
	w->sides[1].unreachable = true;
	world_run(w, w->now + 600 * SECONDS, NULL);
	assert_int_equal(asked, 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	world_free(w);
}

static enum verdict lose_phase2(struct world *w, const struct datagram *d)
{
	return d->sender == 1 && d->bytes[18] > IKE_EXCHANGE_AGGRESSIVE ? WORLD_DROP : WORLD_PASS;
}

/* Who has not said a word since phase 1 stood gets a new one, whether it is watched or not. */
static void test_mute(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.left.dpd_delay = 0;
	w->judge = lose_phase2;
	assert_false(couple_go(&c, w, 60 * SECONDS));
	assert_true(world_said(w, 0, IKE_EVENT_IKE_DOWN, "the peer is silent"));
	w->judge = NULL;
	assert_true(world_run(w, w->now + 60 * SECONDS, couple_up));
	couple_carries(w);
	world_free(w);
}

/* Aggressive mode's last message, while it is set. */
static enum verdict lose_third(struct world *w, const struct datagram *d)
{
	const bool *lose = w->test;

	return *lose && !d->sender && exchange_of(d) == IKE_EXCHANGE_AGGRESSIVE &&
			       d->bytes[19] & IKE_FLAG_ENCRYPTION ? WORLD_DROP : WORLD_PASS;
}

/* The left side begins a new phase 1. */
static void renew(struct world *w)
{
	struct session *s = session_of(w, 0);

	timer_set(&s->ike->timers, &s->rekey, w->now);
	ike_tick(s->ike, w->now);
	world_touched(w, 0);
}

/* Both have the same phase 1, no other, and never were without a child. */
static void agree_at_last(struct world *w)
{
	world_run(w, w->now + 400 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(world_ike_sas(w, 0), 1);
	assert_int_equal(world_ike_sas(w, 1), 1);
	assert_memory_equal(session_of(w, 0)->cookie_i, session_of(w, 1)->cookie_i, 8);
	couple_carries(w);
}

static void renew_half(uint32_t peer_delay, const char *said)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	bool lose = false;

	w->test = &lose;
	w->judge = lose_third;
	c.left.exchange = c.right.exchange = IKE_AGGRESSIVE_MODE;
	c.left.dpd_delay = 10;
	c.left.dpd_timeout = 60;
	c.right.dpd_delay = peer_delay;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	world_run(w, w->now + 10 * SECONDS, NULL);
	lose = true;
	renew(w);
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_IKE_UP], 1);
	lose = false;
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_true(world_said(w, 0, peer_delay ? IKE_EVENT_STEP : IKE_EVENT_IKE_DOWN, said));
	agree_at_last(w);
	world_free(w);
}

/*
 * The side that begins aggressive mode thinks that phase 1 was renewed, the other never hears so.
 * If that is heard under the old one this stays, otherwise there is a new one: no child is lost.
 */
static void test_half(void **state)
{
	renew_half(10, "goes on with this one");
	renew_half(0, "never been heard of");
}

/* Of the phase 1 that is to take over, while that is set; the one before is known by its cookie. */
struct login {
	bool lose;
	uint8_t before[8];
	unsigned int answers;
};

/* The user's password arrives, the client's last message does not, nor does what comes after. */
static enum verdict lose_login(struct world *w, const struct datagram *d)
{
	struct login *l = w->test;

	if (!l->lose || d->length < 28 || !memcmp(d->bytes, l->before, sizeof(l->before)))
		return WORLD_PASS;
	if (exchange_of(d) == IKE_EXCHANGE_TRANSACTION && !d->sender)
		return l->answers++ ? WORLD_DROP : WORLD_PASS;
	return exchange_of(d) == IKE_EXCHANGE_INFORMATIONAL ? WORLD_DROP : WORLD_PASS;
}

static void wish_login(struct couple *c)
{
	c->left.auth = c->right.auth = IKE_XAUTH_PSK;
	c->left.xauth_user = "alice";
	c->left.xauth_password = (const uint8_t *)"ecila";
	c->left.xauth_password_length = 5;
	c->right.xauth_server = true;
	c->left.dpd_delay = c->right.dpd_delay = 10;
	c->left.dpd_timeout = 60;
	c->right.dpd_timeout = 120;
}

/* A client that thinks it has logged in again, which the server never hears, loses no child. */
static void test_half_login(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct login l = { 0 };

	wish_login(&c);
	w->test = &l;
	w->judge = lose_login;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	/* What was exchanged under it is over and done with. */
	world_run(w, w->now + 300 * SECONDS, NULL);
	memcpy(l.before, session_of(w, 0)->cookie_i, sizeof(l.before));
	l.lose = true;
	renew(w);
	world_run(w, w->now + 100 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_IKE_UP], 1);
	assert_true(world_said(w, 0, IKE_EVENT_STEP, "goes on with this one"));
	l.lose = false;
	agree_at_last(w);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_mute),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_half_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

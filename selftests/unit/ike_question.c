// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about phase 2: the peer's answer comes as an event, and no SA of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/numbers.h"
#include "lib/world.h"

#define SECONDS 1000

/* What the left side was answered last: "": refused or silent */
struct answer {
	unsigned int count, notify;
	char proposal[128];
};

static void note(struct side *s, const struct ike_event *event)
{
	struct answer *answer = s->world->test;

	if (s->index || event->code != IKE_EVENT_ANSWER)
		return;
	answer->count++;
	answer->notify = event->count;
	snprintf(answer->proposal, sizeof(answer->proposal), "%s", event->proposal);
}

static bool answered(struct world *w)
{
	const struct answer *answer = w->test;

	return answer->count;
}

/* Two sides that agree in phase 1, and the left one has been refused in phase 2 */
static struct world *prepare(struct answer *answer, const char *const *theirs, size_t count)
{
	static const char *const ours[] = { "aes128gcm16" };
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1);
	struct ike_connection right = world_connection(w, 1, 0);

	memset(answer, 0, sizeof(*answer));
	w->test = answer;
	w->on_event = note;
	left.start = IKE_START_ALWAYS;
	left.esp = ours;
	left.esp_count = 1;
	right.esp = theirs;
	right.esp_count = count;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_int_not_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	return w;
}

static bool ask(struct world *w, const char *const *words, size_t count)
{
	struct answer *answer = w->test;
	char error[256] = "";
	bool asked;

	answer->count = 0;
	asked = ike_ask(w->sides[0].ike, "test", words, count, w->now, error, sizeof(error));
	assert_int_equal(asked, !*error);
	return asked;
}

static void test_answers(void **state)
{
	static const char *const theirs[] = { "aes256-sha256-modp2048" };
	static const char *const wrong[] = { "aes128-sha1-modp2048", "3des-md5-modp2048" };
	static const char *const right[] = { "aes128-sha1-modp2048", "aes256-sha256-modp2048" };
	struct answer answer;
	struct world *w = prepare(&answer, theirs, 1);

	(void)state;
	assert_true(ask(w, wrong, 2));
	assert_true(world_run(w, w->now + 10 * SECONDS, answered));
	assert_string_equal(answer.proposal, "");
	assert_int_equal(answer.notify, 14);	/* NO-PROPOSAL-CHOSEN */
	assert_true(ask(w, right, 2));
	assert_true(world_run(w, w->now + 10 * SECONDS, answered));
	assert_string_equal(answer.proposal, "aes256-sha256-modp2048");
	/* Nothing comes of it, on either side */
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(w->sides[0].installs, 0);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_int_equal(w->sides[1].sa_count, 0);
	assert_int_not_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	world_free(w);
}

static void test_silence(void **state)
{
	static const char *const theirs[] = { "aes256-sha256" };
	struct answer answer;
	struct world *w = prepare(&answer, theirs, 1);

	(void)state;
	w->sides[1].unreachable = true;
	assert_true(ask(w, theirs, 1));
	/* One at a time */
	assert_false(ask(w, theirs, 1));
	assert_true(world_run(w, w->now + 12 * SECONDS, answered));
	assert_string_equal(answer.proposal, "");
	assert_int_equal(answer.notify, 0);
	world_free(w);
}

static void test_refused(void **state)
{
	static const char *const theirs[] = { "aes256-sha256" };
	static const char *const groups[] = { "aes256-sha256-modp2048", "aes256-sha256" };
	static const char *const unknown[] = { "rot13-sha256" };
	struct answer answer;
	struct world *w = prepare(&answer, theirs, 1);
	char error[256];

	(void)state;
	assert_false(ask(w, groups, 2));
	assert_false(ask(w, unknown, 1));
	assert_false(ask(w, unknown, 0));
	assert_false(ike_ask(w->sides[0].ike, "other", theirs, 1, w->now, error, sizeof(error)));
	/* No phase 1, nothing to ask under */
	ike_stop(w->sides[0].ike, "test", w->now);
	assert_false(ask(w, theirs, 1));
	world_free(w);
}

static uint64_t repeats_begun;
static unsigned int spoken, repeated;

/* What passes while the left side is to be silent */
static enum verdict count(struct world *w, const struct datagram *d)
{
	if (w->now > repeats_begun) {
		spoken += d->sender == 0;
		repeated += d->sender == 1;
	}
	return WORLD_PASS;
}

static bool hush(struct world *w, uint32_t seconds)
{
	char error[256] = "";
	bool hushed = ike_hush(w->sides[0].ike, "test", seconds, w->now, error, sizeof(error));

	assert_int_equal(hushed, !*error);
	world_touched(w, 0);
	return hushed;
}

/* Behind a NAT, and up */
static struct world *prepare_nat(bool nat)
{
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1);
	struct ike_connection right = world_connection(w, 1, 0);

	if (nat)
		world_nat(w, 0);
	left.start = IKE_START_ALWAYS;
	left.keepalive = 5;
	left.dpd_delay = 10;
	right.dpd_delay = 0;
	right.remote.family = 0;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	return w;
}

/* The peer repeats its answer, we say nothing; behind it all is as it was */
static void test_hush(void **state)
{
	struct world *w = prepare_nat(true);
	unsigned int installs = w->sides[0].installs;

	(void)state;
	assert_true(hush(w, 40));
	assert_false(hush(w, 40));
	world_run(w, w->now + 1 * SECONDS, NULL);
	repeats_begun = w->now;
	spoken = repeated = 0;
	w->judge = count;
	world_run(w, w->now + 38 * SECONDS, NULL);
	assert_int_equal(spoken, 0);
	assert_true(repeated >= 3);
	/* The DELETE, and then keepalives */
	world_run(w, w->now + 8 * SECONDS, NULL);
	assert_true(spoken >= 2);
	repeated = 0;
	world_run(w, w->now + 150 * SECONDS, NULL);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(w->sides[0].installs, installs);
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(w->sides[1].sa_count, 2);
	world_free(w);
}

static void test_hush_ends(void **state)
{
	struct world *w = prepare_nat(true);

	(void)state;
	assert_true(hush(w, 100));
	world_run(w, w->now + 12 * SECONDS, NULL);
	assert_true(hush(w, 0));
	repeats_begun = w->now;
	spoken = repeated = 0;
	w->judge = count;
	world_run(w, w->now + 20 * SECONDS, NULL);
	/* Keepalives, and whether it is there */
	assert_true(spoken >= 3);
	/* Acknowledgements alone */
	assert_true(repeated <= 3);
	/* Nothing to end */
	assert_true(hush(w, 0));
	world_free(w);
}

/* Behind the non-ESP marker (RFC 3948 2.2): the exchange type (RFC 2408 3.1) */
static enum verdict count_informational(struct world *w, const struct datagram *d)
{
	(void)w;
	spoken += d->sender == 0 && d->length > 22 && d->bytes[22] == IKE_EXCHANGE_INFORMATIONAL;
	return WORLD_PASS;
}

/* Before the answer comes nothing but the question is said; and all is as it was without one */
static void test_hush_unanswered(void **state)
{
	struct world *w = prepare_nat(true);

	(void)state;
	assert_true(hush(w, 60));
	world_run(w, w->now + 1 * SECONDS, NULL);
	/* That has asked whether the peer is there, soon */
	assert_true(hush(w, 0));
	assert_true(hush(w, 60));
	w->sides[1].unreachable = true;
	spoken = 0;
	w->judge = count_informational;
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_int_equal(spoken, 0);
	world_run(w, w->now + 10 * SECONDS, NULL);
	assert_true(spoken >= 1);
	world_free(w);
}

static void test_hush_refused(void **state)
{
	struct world *w = prepare_nat(false);
	char error[256];

	(void)state;
	assert_false(hush(w, 40));
	assert_false(ike_hush(w->sides[0].ike, "other", 40, w->now, error, sizeof(error)));
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hush),
		cmocka_unit_test(test_hush_ends),
		cmocka_unit_test(test_hush_unanswered),
		cmocka_unit_test(test_hush_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

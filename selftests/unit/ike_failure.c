// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes wrong is named, within fifteen seconds, on both sides; nothing stays behind; and it is
 * tried again for ever.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/couple.h"

struct seen_status {
	enum ike_error error;
	char text[512];
};

static void see(void *ctx, const struct ike_status_connection *status)
{
	struct seen_status *seen = ctx;

	seen->error = status->error;
	snprintf(seen->text, sizeof(seen->text), "%s", status->error_text);
}

static struct seen_status status(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .connection = see };
	struct seen_status seen = { 0 };

	assert_true(ike_status(w->sides[side].ike, "test", w->now, &visitor, &seen));
	return seen;
}

/* Fails for @error within 15 s, goes on trying, leaves nothing. */
static void assert_fails(struct world *w, enum ike_error left, enum ike_error right)
{
	unsigned int attempts;

	world_run(w, w->now + 15 * SECONDS, NULL);
	print_message("left: %s\n", status(w, 0).text);
	assert_int_equal(status(w, 0).error, left);
	assert_true(strlen(status(w, 0).text) > 20);
	if (right != IKE_ERROR_NONE) {
		print_message("right: %s\n", status(w, 1).text);
		assert_int_equal(status(w, 1).error, right);
	}
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_CONNECTING);
	/* An hour later it still tries, at least once in two minutes. */
	world_run(w, w->now + 3600 * SECONDS, NULL);
	assert_int_equal(status(w, 0).error, left);
	attempts = w->sides[0].counts[IKE_EVENT_INITIATING] + w->sides[0].counts[IKE_EVENT_FAILED];
	world_run(w, w->now + 240 * SECONDS, NULL);
	assert_true(w->sides[0].counts[IKE_EVENT_INITIATING] +
		    w->sides[0].counts[IKE_EVENT_FAILED] > attempts);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_int_equal(w->sides[1].sa_count, 0);
}

static void test_psk(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.psk = (const uint8_t *)"another secret of 20";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_PSK_MISMATCH, IKE_ERROR_PSK_MISMATCH);
	/* Once it is corrected it comes up by itself. */
	s.right.psk = s.left.psk;
	world_add(w, 1, &s.right);
	assert_true(world_run(w, w->now + 180 * SECONDS, couple_up));
	assert_int_equal(status(w, 0).error, IKE_ERROR_NONE);
	world_free(w);
}

static enum verdict lose_fifth(struct world *w, const struct datagram *d)
{
	return !d->sender && d->number == 2 ? WORLD_DROP : WORLD_PASS;
}

/* A peer that has forgotten the negotiation meanwhile says nothing about the keys. */
static void test_forgotten(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	w->judge = lose_fifth;
	couple_add(&s, w);
	world_run(w, w->now + 100, NULL);
	assert_int_equal(w->sides[0].sent, 3);
	world_off(w, 1);
	world_on(w, 1);
	world_run(w, w->now + 9 * SECONDS, NULL);
	print_message("left: %s\n", status(w, 0).text);
	assert_int_equal(status(w, 0).error, IKE_ERROR_NO_RESPONSE);
	assert_non_null(strstr(status(w, 0).text, "INVALID-COOKIE"));
	world_add(w, 1, &s.right);
	assert_true(world_run(w, w->now + 180 * SECONDS, couple_up));
	world_free(w);
}

/* Main mode's last message, each time. */
static enum verdict lose_sixth(struct world *w, const struct datagram *d)
{
	return d->sender && d->bytes[18] == 2 && d->bytes[19] & 1 ? WORLD_DROP : WORLD_PASS;
}

/* The peer thinks that phase 1 is complete: what it says then shows that it has our keys. */
static void test_sixth_lost(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.dpd_delay = 1;
	s.right.dpd_timeout = 60;
	w->judge = lose_sixth;
	couple_add(&s, w);
	world_run(w, w->now + 4 * SECONDS, NULL);
	assert_true(w->sides[1].counts[IKE_EVENT_IKE_UP] == 1);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_FAILED], 0);
	assert_int_equal(status(w, 0).error, IKE_ERROR_NONE);
	w->judge = NULL;
	assert_true(world_run(w, w->now + 10 * SECONDS, couple_up));
	world_free(w);
}

static void test_psk_with_nat(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	world_nat(w, 0);
	s.right = world_connection(w, 1, 0);
	s.right.psk = (const uint8_t *)"another secret of 20";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_PSK_MISMATCH, IKE_ERROR_PSK_MISMATCH);
	world_free(w);
}

static void test_psk_aggressive(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	s.right.psk = (const uint8_t *)"another secret of 20";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_PSK_MISMATCH, IKE_ERROR_PSK_MISMATCH);
	world_free(w);
}

/* The identity comes in the clear: who is refused for it is told so. */
static void test_id_aggressive(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	s.left.local_id = "stranger.example";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_INVALID_ID, IKE_ERROR_INVALID_ID);
	assert_non_null(strstr(status(w, 0).text, "stranger.example with INVALID-ID-INFORMATION"));
	assert_non_null(strstr(status(w, 1).text, "says it is stranger.example"));
	world_free(w);

	w = couple_begin(&s, 1);
	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	s.right.local_id = "stranger.example";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_INVALID_ID, IKE_ERROR_INVALID_ID);
	assert_non_null(strstr(status(w, 0).text, "says it is stranger.example"));
	assert_non_null(strstr(status(w, 1).text, "stranger.example with INVALID-ID-INFORMATION"));
	world_free(w);
}

/* A peer that deletes what it has just agreed to is begun again with patience, for ever. */
static void test_deletes_at_once(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	unsigned int i;

	couple_add(&s, w);
	for (i = 0; i < 36000; i++) {
		world_run(w, w->now + 100, NULL);
		if (world_state(w, 1, "test") == IKE_STATE_ESTABLISHED) {
			ike_stop(w->sides[1].ike, "test", w->now);
			world_touched(w, 1);
		}
	}
	assert_in_range(w->sides[0].counts[IKE_EVENT_INITIATING], 50, 100);
	assert_int_equal(status(w, 0).error, IKE_ERROR_PEER_DELETED);
	/* Once it keeps it, it stays; and a later DELETE is answered at once. */
	assert_true(world_run(w, w->now + 90 * SECONDS, couple_up));
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_true(couple_up(w));
	ike_stop(w->sides[1].ike, "test", w->now);
	world_touched(w, 1);
	world_run(w, w->now + 100, NULL);
	assert_false(couple_up(w));
	assert_true(world_run(w, w->now + 3 * SECONDS, couple_up));
	world_free(w);
}

/* Main on one side, aggressive on the other. */
static void test_exchange_type(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.left.exchange = IKE_AGGRESSIVE_MODE;
	couple_add(&s, w);
	world_run(w, w->now + 15 * SECONDS, NULL);
	assert_non_null(strstr(status(w, 1).text, "main mode"));
	assert_non_null(strstr(status(w, 0).text, "set exchange"));
	assert_int_equal(w->sides[0].sa_count + w->sides[1].sa_count, 0);
	world_free(w);
}

static void test_ike_proposal(void **state)
{
	static const char *const other[] = { "aes256-sha256-modp2048" };
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.ike = other;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_NO_PROPOSAL_CHOSEN, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	assert_non_null(strstr(status(w, 0).text, "aes128-sha1-modp1024"));
	assert_non_null(strstr(status(w, 1).text, "modp2048"));
	world_free(w);
}

static void test_esp_proposal(void **state)
{
	static const char *const other[] = { "aes256-sha256" };
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.esp = other;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_NO_PROPOSAL_CHOSEN, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	world_free(w);
}

/* The peer does not say which of several quick modes it refuses; none is sent again in vain. */
static void test_two_refused(void **state)
{
	static const char *const other[] = { "aes256-sha256" };
	struct ike_pair ours[2], theirs[2];
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	memset(ours, 0, sizeof(ours));
	assert_true(ike_selector_parse(&ours[0].local, "10.1.0.0/16"));
	assert_true(ike_selector_parse(&ours[1].local, "10.3.0.0/16"));
	assert_true(ike_selector_parse(&ours[0].remote, "10.2.0.0/16"));
	ours[1].remote = ours[0].remote;
	theirs[0] = (struct ike_pair){ ours[0].remote, ours[0].local };
	theirs[1] = (struct ike_pair){ ours[1].remote, ours[1].local };
	s.left.pairs = ours;
	s.right.pairs = theirs;
	s.left.pair_count = s.right.pair_count = 2;
	s.right.esp = other;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_NO_PROPOSAL_CHOSEN, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_RETRANSMIT], 0);
	world_free(w);
}

static void test_pfs(void **state)
{
	static const char *const with[] = { "aes128-sha1-modp2048" };
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.esp = with;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_NO_PROPOSAL_CHOSEN, IKE_ERROR_PFS_MISMATCH);
	world_free(w);
	w = couple_begin(&s, 1);
	s.left.esp = with;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_NO_PROPOSAL_CHOSEN, IKE_ERROR_PFS_MISMATCH);
	world_free(w);
}

static void test_ts(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	ike_selector_parse(&s.left_pair.local, "10.1.0.0/16");
	ike_selector_parse(&s.left_pair.remote, "10.2.0.0/16");
	ike_selector_parse(&s.right_pair.local, "10.2.0.0/24");
	ike_selector_parse(&s.right_pair.remote, "10.1.0.0/16");
	s.left.pairs = &s.left_pair;
	s.right.pairs = &s.right_pair;
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_TS_UNACCEPTABLE, IKE_ERROR_TS_UNACCEPTABLE);
	assert_non_null(strstr(status(w, 1).text, "10.2.0.0/24"));
	world_free(w);
}

static void test_remote_id(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.right.remote_id = "somebody.example";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_INVALID_ID, IKE_ERROR_INVALID_ID);
	assert_non_null(strstr(status(w, 1).text, "left.example"));
	world_free(w);
	w = couple_begin(&s, 1);
	s.left.remote_id = "somebody.example";
	couple_add(&s, w);
	assert_fails(w, IKE_ERROR_INVALID_ID, IKE_ERROR_NONE);
	assert_non_null(strstr(status(w, 0).text, "right.example"));
	world_free(w);
}

static void test_unreachable(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	w->sides[1].unreachable = true;
	couple_add(&s, w);
	/* The next attempt comes soon after the first has come to nothing. */
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_INITIATING], 2);
	assert_fails(w, IKE_ERROR_NO_RESPONSE, IKE_ERROR_NONE);
	assert_non_null(strstr(status(w, 0).text, "no answer at all"));
	w->sides[1].unreachable = false;
	assert_true(world_run(w, w->now + 120 * SECONDS, couple_up));
	world_free(w);
}

/* A peer that is still booting refuses first: we must be there soon after it is ready. */
static void test_booting(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	world_add(w, 0, &s.left);
	world_run(w, w->now + 6 * SECONDS, NULL);
	assert_int_equal(status(w, 0).error, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	world_add(w, 1, &s.right);
	assert_true(world_run(w, w->now + 12 * SECONDS, couple_up));
	world_free(w);
}

/* Messages from this number on are lost. */
static enum verdict lost_from(struct world *w, const struct datagram *d)
{
	const unsigned int *limit = w->test;

	return d->sender == 0 && d->number >= *limit ? WORLD_DROP : WORLD_PASS;
}

static void test_how_far(void **state)
{
	static const char *const parts[] = { "no answer at all", "first message", "fifth message" };
	unsigned int limit;

	for (limit = 0; limit < 3; limit++) {
		struct couple s;
		struct world *w = couple_begin(&s, 1);

		w->judge = lost_from;
		w->test = &limit;
		couple_add(&s, w);
		world_run(w, w->now + 15 * SECONDS, NULL);
		assert_non_null(strstr(status(w, 0).text, parts[limit]));
		world_free(w);
	}
}

static void test_kernel(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	w->sides[0].refuse_install = -ENOMEM;
	couple_add(&s, w);
	world_run(w, w->now + 15 * SECONDS, NULL);
	assert_int_equal(status(w, 0).error, IKE_ERROR_KERNEL);
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 0);
	w->sides[0].refuse_install = 0;
	assert_true(world_run(w, w->now + 120 * SECONDS, couple_up));
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(w->sides[1].sa_count, 2);
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
	world_free(w);
}

static void test_noise(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { w->sides[0].address, IKE_PORT };
	struct ike_endpoint to = { w->sides[1].address, IKE_PORT };
	uint8_t noise[600];
	unsigned int i, j, length;

	couple_add(&s, w);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	for (i = 0; i < 20000; i++) {
		length = world_random(w) % sizeof(noise);
		for (j = 0; j < length; j++)
			noise[j] = world_random(w) >> 20;
		if (i % 2 && length > 28) { /* a plausible header before it */
			noise[17] = 0x10;
			noise[18] = (uint8_t[]){ 2, 5, 32, 4 }[i / 2 % 4];
			noise[19] = i / 8 % 2;
			noise[24] = noise[25] = 0;
			noise[26] = length >> 8;
			noise[27] = length;
			noise[16] = (uint8_t[]){ 1, 11, 8, 12 }[i / 16 % 4];
		}
		to.port = i % 3 ? IKE_PORT : IKE_PORT_NATT;
		world_forge(w, &from, &to, noise, length);
		world_run(w, w->now, NULL);
	}
	assert_true(couple_up(w));
	assert_null(world_esp(w, 0, 1, true));
	world_free(w);
}

static void test_refused_settings(void **state)
{
	static const char *const bad[] = { "aes128-sha1" };
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_connection c = s.left;
	char error[512];

	assert_true(ike_connection_check(&c, error, sizeof(error)));
	c.remote = (struct ike_address){ 0 };
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "remote"));
	c = s.left;
	c.ike = bad;
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "ike"));
	c = s.left;
	c.replay_window = 5000;
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "4096"));
	c = s.left;
	c.pair_count = 0;
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	c = s.left;
	c.name = "";
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_psk),	    cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_psk_with_nat), cmocka_unit_test(test_sixth_lost),
		cmocka_unit_test(test_psk_aggressive), cmocka_unit_test(test_id_aggressive),
		cmocka_unit_test(test_deletes_at_once), cmocka_unit_test(test_exchange_type),
		cmocka_unit_test(test_ike_proposal), cmocka_unit_test(test_esp_proposal),
		cmocka_unit_test(test_two_refused), cmocka_unit_test(test_pfs),
		cmocka_unit_test(test_ts),
		cmocka_unit_test(test_remote_id),   cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_booting),	    cmocka_unit_test(test_how_far),
		cmocka_unit_test(test_kernel),	    cmocka_unit_test(test_noise),
		cmocka_unit_test(test_refused_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XAUTH and mode config between two engines, over a network that drops, repeats, delays and damages
 * each message in turn; users who are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/session.h"
#include "lib/scene.h"

static void test_variants(void **state)
{
	size_t i;

	for (i = 0; i < SCENE_VARIANTS; i++) {
		struct world *w = scene_begin(&scene_variants[i], i, NULL, NULL);

		print_message("%s\n", scene_variants[i].name);
		assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
		scene_good(w, &scene_variants[i]);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
		assert_int_equal(w->sides[1].counts[IKE_EVENT_IKE_UP], 1);
		/* The password that many know, in the exchange that shows its hash */
		assert_int_equal(world_said(w, 0, IKE_EVENT_WEAK, "group password"),
				 scene_variants[i].aggressive);
		world_free(w);
	}
}

/* One datagram of one side is treated in one way. */
struct fate {
	unsigned int sender, number;
	enum verdict verdict;
	bool met;
};

static enum verdict one_fate(struct world *w, const struct datagram *d)
{
	struct fate *f = w->test;

	if (d->sender != f->sender || d->number != f->number)
		return WORLD_PASS;
	f->met = true;
	return f->verdict;
}

static void every_message(const struct scene_variant *v, enum verdict verdict)
{
	/* A damaged identity or key exchange costs a whole attempt. */
	uint64_t patience = verdict == WORLD_DAMAGE ? 120 * SECONDS : 20 * SECONDS;
	struct fate f = { .verdict = verdict };
	unsigned int met = 0;
	struct world *w;

	for (f.sender = 0; f.sender < 2; f.sender++) {
		for (f.number = 0; f.number < v->fates; f.number++) {
			f.met = false;
			w = scene_begin(v, f.number + 7, one_fate, &f);
			if (!world_run(w, w->now + patience, couple_up))
				fail_msg("%s: verdict %d on message %u of side %u: not up", v->name,
					 verdict, f.number, f.sender);
			world_run(w, w->now + 200 * SECONDS, NULL);
			assert_true(couple_up(w));
			scene_good(w, v);
			met += f.met;
			world_free(w);
		}
	}
	/* The side that ends it has less to say. */
	assert_true(met >= 2 * v->fates - 4);
}

static void test_drop(void **state)
{
	size_t i;

	for (i = 0; i < SCENE_VARIANTS; i++)
		every_message(&scene_variants[i], WORLD_DROP);
}

static void test_duplicate(void **state)
{
	size_t i;

	for (i = 0; i < SCENE_VARIANTS; i++)
		every_message(&scene_variants[i], WORLD_TWICE);
}

static void test_late(void **state)
{
	size_t i;

	for (i = 0; i < SCENE_VARIANTS; i++)
		every_message(&scene_variants[i], WORLD_LATE);
}

static void test_damage(void **state)
{
	every_message(&scene_variants[0], WORLD_DAMAGE);
	every_message(&scene_variants[1], WORLD_DAMAGE);
}

static void test_bad_network(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 40; seed++) {
		const struct scene_variant *v = &scene_variants[seed % SCENE_VARIANTS];
		struct world *w = scene_begin(v, seed, NULL, NULL);

		w->loss = 250;
		w->twice = w->late = 100;
		w->damage = 30;
		w->jitter = 200;
		if (!world_run(w, w->now + 900 * SECONDS, couple_up))
			fail_msg("seed %u: not up", seed);
		assert_null(world_check(w));
		world_free(w);
	}
}

static bool is_transaction(const struct datagram *d)
{
	static const uint8_t zero[4];
	size_t marker = d->length > sizeof(zero) && !memcmp(d->bytes, zero, sizeof(zero)) ? 4 : 0;

	return d->length > marker + 18 && d->bytes[marker + 18] == IKE_EXCHANGE_TRANSACTION;
}

/* Neither side ever hears what the other says behind phase 1. */
static enum verdict no_transactions(struct world *w, const struct datagram *d)
{
	return is_transaction(d) ? WORLD_DROP : WORLD_PASS;
}

static void test_silence(void **state)
{
	size_t i;

	for (i = 0; i < SCENE_VARIANTS; i++) {
		struct world *w = scene_begin(&scene_variants[i], i, no_transactions, NULL);

		world_run(w, w->now + 75 * SECONDS, NULL);
		assert_int_equal(w->sides[0].installs + w->sides[1].installs, 0);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 0);
		assert_int_not_equal(scene_error(w, 1), IKE_ERROR_NONE);
		/* Whichever side's patience ends first */
		if (scene_variants[i].auth == IKE_XAUTH_PSK)
			assert_true(scene_error(w, 1) == IKE_ERROR_XAUTH_MISMATCH ||
				    scene_error(w, 1) == IKE_ERROR_PEER_DELETED);
		/* Nothing piles up, and once they hear each other they come up. */
		world_run(w, w->now + 3600 * SECONDS, NULL);
		assert_true(world_ike_sas(w, 0) <= 2);
		assert_true(world_ike_sas(w, 1) <= 1);
		assert_int_equal(scene_leases(w) <= 1, true);
		w->judge = NULL;
		assert_true(world_run(w, w->now + 200 * SECONDS, couple_up));
		assert_int_equal(w->sides[0].sa_count, 2);
		world_free(w);
	}
}

static void refused(const char *user, const char *password, unsigned int tries)
{
	struct world *w = world_new(1, 2);
	struct scene s;

	scene_set(w, &s, &scene_variants[0]);
	scene_user(&s.client, user, password);
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	world_run(w, w->now + 1900, NULL);
	/* The refusal is late */
	assert_int_equal(scene_error(w, 1), IKE_ERROR_NONE);
	world_run(w, w->now + 13 * SECONDS, NULL);
	assert_int_equal(scene_error(w, 1), IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(scene_error(w, 0), IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(w->sides[0].verified, tries);
	assert_int_equal(world_ike_sas(w, 0), 0);
	/* It is tried again, but not so often that an account is locked for it. */
	world_run(w, w->now + 600 * SECONDS, NULL);
	assert_in_range(w->sides[0].verified, 5, 16);
	assert_int_equal(w->sides[0].installs + w->sides[1].installs, 0);
	assert_int_equal(w->sides[1].configured, 0);
	assert_int_equal(scene_leases(w), 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 0);
	/* Nobody's password is told to anybody. */
	assert_false(*password && world_said(w, 0, IKE_EVENT_REFUSED, password));
	assert_false(*password && world_said(w, 1, IKE_EVENT_FAILED, password));
	scene_user(&s.client, "alice", "ecila");
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 10 * SECONDS, couple_up));
	world_free(w);
}

static void test_refused(void **state)
{
	refused("alice", "wrong-password", 1);
	refused("mallory", "evil mallory", 1);
	refused("nobody", "ydobon", 1);
	refused("a name with blanks", "sknalb htiw eman a", 1);
}

/* A client that offers another password each time has three attempts under one phase 1. */
static void test_attempts(void **state)
{
	struct world *w = world_new(1, 2);
	struct session *client;
	uint64_t start;
	struct scene s;

	scene_set(w, &s, &scene_variants[0]);
	scene_user(&s.client, "alice", "guess");
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	start = w->now;
	while (w->now < start + 60 * SECONDS) {
		world_run(w, w->now + 50, NULL);
		client = w->sides[1].ike->sessions;
		if (client)
			client->access.asked = false;
		if (w->sides[1].counts[IKE_EVENT_FAILED])
			break;
	}
	assert_int_equal(w->sides[0].verified, 3);
	assert_in_range(w->now - start, 6 * SECONDS, 8 * SECONDS);
	world_run(w, w->now + 2 * SECONDS, NULL);
	assert_int_equal(world_ike_sas(w, 0), 0);
	assert_true(world_said(w, 0, IKE_EVENT_REFUSED, "attempt 3 of 3"));
	assert_int_equal(scene_error(w, 1), IKE_ERROR_XAUTH_FAILED);
	world_free(w);
}

/* A client that thinks that it is in already gets nowhere: no child, no address. */
static void test_no_way_around(void **state)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		struct world *w = scene_begin(&scene_variants[i], i, no_transactions, NULL);
		struct session *client;

		world_run(w, w->now + 500, NULL);
		client = w->sides[1].ike->sessions;
		assert_non_null(client);
		assert_int_not_equal(client->access.step, ACCESS_CLOSED);
		client->access.step = ACCESS_OPEN;
		session_established(client);
		world_touched(w, 1);
		world_run(w, w->now + 30 * SECONDS, NULL);
		assert_int_equal(w->sides[0].installs, 0);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 0);
		assert_int_equal(scene_leases(w), 0);
		world_free(w);
	}
	/* Nor does one that asks for its address before it has logged in. */
	for (i = 0; i < 3; i++) {
		struct world *w = scene_begin(&scene_variants[0], i, no_transactions, NULL);
		struct session *client;

		world_run(w, w->now + 500, NULL);
		client = w->sides[1].ike->sessions;
		w->judge = NULL;
		client->access.step = ACCESS_CONFIG;
		access_logged_in(client);
		world_touched(w, 1);
		world_run(w, w->now + 20, NULL);
		assert_int_equal(scene_leases(w), 0);
		assert_int_equal(w->sides[1].configured, 0);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variants), cmocka_unit_test(test_drop),
		cmocka_unit_test(test_duplicate), cmocka_unit_test(test_late),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_silence), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_attempts), cmocka_unit_test(test_no_way_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

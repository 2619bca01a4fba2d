// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two engines back to back: phase 1 and phase 2 in both roles, over a network that drops, repeats,
 * delays and damages each message in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/numbers.h"
#include "lib/couple.h"

struct variant {
	const char *name;
	const char *ike, *esp;
	bool left_nat, right_nat;
	enum ike_encap left, right;
	bool udp; /* what must come out */
	bool aggressive;
};

static const struct variant variants[] = {
	{ "plain", "aes128-sha1-modp1024", "aes128-sha1", 0, 0, 0, 0, false, false },
	{ "pfs", "aes256-sha256-modp2048", "aes128gcm16-modp1024", 0, 0, 0, 0, false, false },
	{ "curve", "aes128-sha256-ecp256", "aes256-sha256-ecp256", 0, 0, 0, 0, false, false },
	{ "left behind NAT", "aes128-sha1-modp1024", "aes128-sha1", 1, 0, 0, 0, true, false },
	{ "right behind NAT", "aes128-sha1-modp1024", "aes128-sha1", 0, 1, 0, 0, true, false },
	{ "both behind NAT", "aes128-sha1-modp1024", "aes128gcm16", 1, 1, 0, 0, true, false },
	{ "forced by left", "aes128-sha1-modp1024", "aes128-sha1", 0, 0, IKE_ENCAP_FORCE, 0, true,
	  false },
	{ "forced by right", "aes128-sha1-modp1024", "aes128-sha1", 0, 0, 0, IKE_ENCAP_FORCE, true,
	  false },
	{ "never by right", "aes128-sha1-modp1024", "aes128-sha1", 0, 0, 0, IKE_ENCAP_NEVER, false,
	  false },
	{ "aggressive", "aes128-sha1-modp1024", "aes128-sha1", 0, 0, 0, 0, false, true },
	{ "aggressive, behind NAT", "aes256-sha256-modp2048", "aes128gcm16", 1, 0, 0, 0, true,
	  true },
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static struct world *begin(const struct variant *v, uint64_t seed,
			   enum verdict (*judge)(struct world *, const struct datagram *),
			   void *test)
{
	struct world *w = world_new(seed, 2);
	struct ike_connection left, right;

	w->judge = judge;
	w->test = test;
	if (v->left_nat)
		world_nat(w, 0);
	if (v->right_nat) {
		/* A port forwarding: the mappings are there from the beginning. */
		world_nat(w, 1);
		w->sides[1].mapped[0] = IKE_PORT;
		w->sides[1].mapped[1] = IKE_PORT_NATT;
	}
	left = world_connection(w, 0, 1);
	right = world_connection(w, 1, 0);
	left.ike = right.ike = &v->ike;
	left.esp = right.esp = &v->esp;
	if (v->aggressive)
		left.exchange = right.exchange = IKE_AGGRESSIVE_MODE;
	left.encap = v->left;
	right.encap = v->right;
	world_add(w, 1, &right);
	left.start = IKE_START_ALWAYS;
	world_add(w, 0, &left);
	return w;
}

static void assert_good(struct world *w, const struct variant *v)
{
	unsigned int i;

	couple_carries(w);
	for (i = 0; i < 2; i++) {
		struct world_sa *sa = world_outbound(w, i, w->sides[!i].nat ?
							       &w->sides[!i].public :
							       &w->sides[!i].address);

		assert_non_null(sa);
		assert_int_equal(sa->sa.encap, v->udp);
		assert_int_equal(sa->sa.encap_remote_port != 0, v->udp);
	}
}

static void test_variants(void **state)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++) {
		struct world *w = begin(&variants[i], i, NULL, NULL);

		print_message("%s\n", variants[i].name);
		assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
		assert_good(w, &variants[i]);
		assert_true(world_said(w, 0, IKE_EVENT_IKE_UP, "peer: adit, "));
		assert_true(world_said(w, 1, IKE_EVENT_IKE_UP, "peer: adit, "));
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
		assert_int_equal(w->sides[1].counts[IKE_EVENT_IKE_UP], 1);
		assert_int_equal(w->sides[0].sa_count, 2);
		assert_int_equal(w->sides[1].sa_count, 2);
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

/* How long it may take after that: damaged key exchanges cost a whole attempt. */
static uint64_t patience(enum verdict verdict)
{
	return verdict == WORLD_DAMAGE ? 120 * SECONDS : 20 * SECONDS;
}

static void every_message(const struct variant *v, enum verdict verdict)
{
	struct fate f = { .verdict = verdict };
	struct world *w;

	for (f.sender = 0; f.sender < 2; f.sender++) {
		for (f.number = 0; f.number < 5; f.number++) {
			f.met = false;
			w = begin(v, f.number + 7, one_fate, &f);
			if (!world_run(w, w->now + patience(verdict), couple_up))
				fail_msg("%s: verdict %d on message %u of side %u: not up", v->name,
					 verdict, f.number, f.sender);
			assert_good(w, v);
			/* What was late, or is retransmitted, must not disturb what is up. */
			world_run(w, w->now + 90 * SECONDS, NULL);
			assert_true(couple_up(w));
			assert_good(w, v);
			assert_int_equal(w->sides[0].sa_count, 2);
			assert_int_equal(w->sides[1].sa_count, 2);
			/* Aggressive mode is shorter, and a responder has less to say. */
			assert_true(f.met || f.number >= (v->aggressive ? 2 : 4));
			world_free(w);
		}
	}
}

static void test_drop(void **state)
{
	every_message(&variants[0], WORLD_DROP);
	every_message(&variants[1], WORLD_DROP);
	every_message(&variants[3], WORLD_DROP);
	every_message(&variants[9], WORLD_DROP);
	every_message(&variants[10], WORLD_DROP);
}

static void test_duplicate(void **state)
{
	every_message(&variants[0], WORLD_TWICE);
	every_message(&variants[5], WORLD_TWICE);
	every_message(&variants[10], WORLD_TWICE);
}

static void test_late(void **state)
{
	every_message(&variants[0], WORLD_LATE);
	every_message(&variants[3], WORLD_LATE);
	every_message(&variants[10], WORLD_LATE);
}

static void test_damage(void **state)
{
	every_message(&variants[0], WORLD_DAMAGE);
	every_message(&variants[1], WORLD_DAMAGE);
	every_message(&variants[4], WORLD_DAMAGE);
	every_message(&variants[9], WORLD_DAMAGE);
}

static enum verdict all_twice(struct world *w, const struct datagram *d)
{
	return WORLD_TWICE;
}

/* A network that repeats everything must not make us repeat everything. */
static void test_all_twice(void **state)
{
	struct world *w = begin(&variants[1], 3, all_twice, NULL);

	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_good(w, &variants[1]);
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_in_range(w->sides[0].sent + w->sides[1].sent, 9, 14);
	world_free(w);
}

/* Many seeds over a network that does all of it at once. */
static void test_bad_network(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 40; seed++) {
		struct world *w = begin(&variants[seed % VARIANTS], seed, NULL, NULL);

		w->loss = 250;
		w->twice = w->late = 100;
		w->damage = 30;
		w->jitter = 200;
		if (!world_run(w, w->now + 600 * SECONDS, couple_up))
			fail_msg("seed %u: not up", seed);
		assert_null(world_check(w));
		world_free(w);
	}
}

/* What was recorded and is played again changes nothing. */
struct record {
	struct ike_endpoint from, to;
	uint8_t bytes[2048];
	size_t length;
};

struct recording {
	struct record records[64];
	unsigned int count;
};

static enum verdict record_all(struct world *w, const struct datagram *d)
{
	struct recording *r = w->test;

	if (r->count < 64 && d->length <= sizeof(r->records[0].bytes)) {
		struct record *to = &r->records[r->count++];

		to->from = d->from;
		to->to = d->to;
		to->length = d->length;
		memcpy(to->bytes, d->bytes, d->length);
	}
	return WORLD_PASS;
}

static void test_replay(void **state)
{
	static struct recording r;
	struct world *w = begin(&variants[1], 5, record_all, &r);
	unsigned int i, count, installs[2], removes[2];

	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	/* Long enough that the exchanges themselves are forgotten. */
	world_run(w, w->now + 200 * SECONDS, NULL);
	w->judge = NULL;
	for (i = 0; i < 2; i++) {
		installs[i] = w->sides[i].installs;
		removes[i] = w->sides[i].removes;
	}
	count = r.count;
	assert_true(count >= 9);
	for (i = 0; i < count; i++) {
		world_forge(w, &r.records[i].from, &r.records[i].to, r.records[i].bytes,
			    r.records[i].length);
		world_run(w, w->now + 1 * SECONDS, NULL);
	}
	world_run(w, w->now + 100 * SECONDS, NULL);
	assert_true(couple_up(w));
	assert_good(w, &variants[1]);
	for (i = 0; i < 2; i++) {
		assert_int_equal(w->sides[i].installs, installs[i]);
		assert_int_equal(w->sides[i].removes, removes[i]);
		assert_int_equal(world_ike_sas(w, i), 1);
	}
	world_free(w);
}

/*
 * Damaged copies of every encrypted message arrive before the true one. Phase 1 authenticates
 * nothing behind HASH (RFC 2409 5), so there only what is before can be told from the true one.
 */
static enum verdict damaged_copy(struct world *w, const struct datagram *d)
{
	uint8_t copy[2048];
	unsigned int i, span;

	if (d->length < 29 || d->length > sizeof(copy) || d->sender > 1)
		return WORLD_PASS;
	for (i = 0; i < 3; i++) {
		memcpy(copy, d->bytes, d->length);
		/* The flags are byte 19, the exchange type 18. */
		if (!(copy[19] & 1))
			return WORLD_PASS;
		span = copy[18] == 2 ? 32 : d->length - 28;
		copy[28 + world_random(w) % span] ^= 1 << world_random(w) % 8;
		world_forge(w, &d->from, &d->to, copy, d->length);
	}
	return WORLD_PASS;
}

static void test_forged(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 20; seed++) {
		struct world *w = begin(&variants[0], seed, damaged_copy, NULL);

		assert_true(world_run(w, w->now + 900, couple_up));
		/* No retransmission was needed: the forgeries did not cost a message. */
		assert_int_equal(w->sides[0].counts[IKE_EVENT_RETRANSMIT], 0);
		assert_int_equal(w->sides[0].sent, 5);
		assert_good(w, &variants[0]);
		world_free(w);
	}
}

static void test_start_on_both(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 20; seed++) {
		struct world *w = world_new(seed, 2);
		struct ike_connection left = world_connection(w, 0, 1);
		struct ike_connection right = world_connection(w, 1, 0);

		w->jitter = 30;
		w->loss = seed * 10;
		left.start = right.start = IKE_START_ALWAYS;
		world_add(w, 0, &left);
		world_add(w, 1, &right);
		assert_true(world_run(w, w->now + 60 * SECONDS, couple_up));
		world_run(w, w->now + 200 * SECONDS, NULL);
		assert_true(couple_up(w));
		/* Whatever was begun twice has settled on one. */
		assert_int_equal(world_ike_sas(w, 0), 1);
		assert_int_equal(world_ike_sas(w, 1), 1);
		assert_int_equal(w->sides[0].sa_count, 2);
		assert_int_equal(w->sides[1].sa_count, 2);
		assert_null(world_esp(w, 0, 1, true));
		assert_null(world_esp(w, 1, 0, true));
		world_free(w);
	}
}

static void test_pairs(void **state)
{
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1);
	struct ike_connection right = world_connection(w, 1, 0);
	struct ike_pair ours[5], theirs[5];
	char text[64];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16%s", i + 1, i == 2 ? "[tcp/80]" : "");
		assert_true(ike_selector_parse(&ours[i].local, text));
		snprintf(text, sizeof(text), "192.168.%d.0/24%s", i, i == 2 ? "[tcp]" : "");
		assert_true(ike_selector_parse(&ours[i].remote, text));
		theirs[i].local = ours[i].remote;
		theirs[i].remote = ours[i].local;
	}
	left.pairs = ours;
	right.pairs = theirs;
	left.pair_count = right.pair_count = 5;
	left.start = IKE_START_ALWAYS;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	assert_int_equal(w->sides[0].sa_count, 10);
	assert_int_equal(w->sides[1].sa_count, 10);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
	world_free(w);
}

/*
 * A quick mode too long for one datagram goes in pieces, which may come in any order, or twice; and
 * with the flags of the whole message, as racoon sends them.
 */
static enum verdict not_too_long(struct world *w, const struct datagram *d)
{
	const bool *flagged = w->test;

	if (d->length > 1204)
		fail_msg("a datagram of %zu bytes", d->length);
	if (*flagged && d->bytes[16] == IKE_PAYLOAD_FRAGMENT)
		d->bytes[19] |= IKE_FLAG_ENCRYPTION;
	return world_chance(w, 300) ? WORLD_TWICE : WORLD_PASS;
}

static void test_fragments(void **state)
{
	static const char *const many[] = {
		"aes128-aes192-aes256-aes128ctr-aes256ctr-sha1-sha256-sha384-sha512-md5",
		"camellia128-camellia192-camellia256-sha1-sha256-sha384-sha512-md5",
		"aes128gcm16-aes256gcm16-aes128gcm8-aes256gcm8-aes128gcm12-aes256gcm12",
	};
	unsigned int seed, large;

	for (seed = 0; seed < 20; seed++) {
		struct world *w = world_new(seed, 2);
		struct ike_connection left = world_connection(w, 0, 1);
		struct ike_connection right = world_connection(w, 1, 0);
		bool flagged = seed & 1;

		w->judge = not_too_long;
		w->test = &flagged;
		w->jitter = 20;
		left.esp = right.esp = many;
		left.esp_count = right.esp_count = 3;
		left.start = IKE_START_ALWAYS;
		world_add(w, 1, &right);
		world_add(w, 0, &left);
		assert_true(world_run(w, w->now + 8 * SECONDS, couple_up));
		/* Three messages of main mode, two of quick mode: the rest are pieces. */
		large = w->sides[0].sent - w->sides[0].counts[IKE_EVENT_RETRANSMIT];
		assert_true(large >= 6);
		assert_null(world_esp(w, 0, 1, true));
		world_free(w);
	}
}

static void test_on_demand(void **state)
{
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1);
	struct ike_connection right = world_connection(w, 1, 0);

	left.start = IKE_START_ON_DEMAND;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	world_run(w, w->now + 100 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sent, 0);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_DORMANT);
	ike_acquire(w->sides[0].ike, "test", &left.local, &left.remote, w->now);
	world_touched(w, 0);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_CONNECTING);
	assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variants),    cmocka_unit_test(test_drop),
		cmocka_unit_test(test_duplicate),   cmocka_unit_test(test_late),
		cmocka_unit_test(test_damage),	    cmocka_unit_test(test_all_twice),
		cmocka_unit_test(test_bad_network), cmocka_unit_test(test_replay),
		cmocka_unit_test(test_forged),	    cmocka_unit_test(test_start_on_both),
		cmocka_unit_test(test_pairs),	    cmocka_unit_test(test_on_demand),
		cmocka_unit_test(test_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

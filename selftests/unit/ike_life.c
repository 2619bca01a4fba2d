// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a tunnel: rekeying of both phases without a gap, both sides at once, DELETE, dead
 * peers, restarts, NAT rebinding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/session.h"
#include "ike/connection.h"
#include "lib/couple.h"

struct setting {
	struct ike_connection left, right;
};

static struct world *prepare(struct setting *s, uint64_t seed)
{
	struct world *w = world_new(seed, 2);

	s->left = world_connection(w, 0, 1);
	s->right = world_connection(w, 1, 0);
	s->left.start = IKE_START_ALWAYS;
	return w;
}

static void up(struct world *w, struct setting *s)
{
	world_add(w, 1, &s->right);
	world_add(w, 0, &s->left);
	assert_true(world_run(w, w->now + 60 * SECONDS, couple_up));
}

/* Runs with an ESP packet in each direction every @step; all must arrive. */
static void traffic(struct world *w, uint64_t duration, uint64_t step, bool notice)
{
	uint64_t end = w->now + duration;
	const char *why;

	while (w->now < end) {
		world_run(w, w->now + step, NULL);
		why = world_esp(w, 0, 1, notice);
		if (why)
			fail_msg("left to right at %llu: %s", (unsigned long long)w->now, why);
		why = world_esp(w, 1, 0, notice);
		if (why)
			fail_msg("right to left at %llu: %s", (unsigned long long)w->now, why);
		assert_null(world_check(w));
		assert_in_range(w->sides[0].sa_count, 2, 10);
		assert_in_range(w->sides[1].sa_count, 2, 10);
	}
}

static void settled(struct world *w)
{
	assert_true(couple_up(w));
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(w->sides[1].sa_count, 2);
	assert_int_equal(world_ike_sas(w, 0), 1);
	assert_int_equal(world_ike_sas(w, 1), 1);
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
}

/* Phase 2 is renewed many times, by either side, with and without the kernel's help. */
static void test_rekey(void **state)
{
	unsigned int variant;

	for (variant = 0; variant < 8; variant++) {
		struct setting s;
		struct world *w = prepare(&s, variant);

		s.left.esp_lifetime = variant & 1 ? 120 : 600;
		s.right.esp_lifetime = variant & 1 ? 600 : 120;
		/* Who asks for the longer one would not begin: the shorter is agreed anyway. */
		if (variant & 2)
			w->loss = 100;
		up(w, &s);
		traffic(w, 1800 * SECONDS, 100, variant & 4);
		assert_in_range(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 12, 40);
		/* Whoever has the shorter lifetime, both know it (RFC 2407 4.6.3.1). */
		assert_true(world_said(w, 0, IKE_EVENT_CHILD_REKEYED, "lifetime 120 s"));
		assert_true(world_said(w, 1, IKE_EVENT_CHILD_REKEYED, "lifetime 120 s"));
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
		assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
		world_free(w);
	}
}

static void test_reauthenticate(void **state)
{
	unsigned int variant;

	for (variant = 0; variant < 4; variant++) {
		struct setting s;
		struct world *w = prepare(&s, variant);

		s.left.ike_lifetime = variant & 1 ? 300 : 3000;
		s.right.ike_lifetime = variant & 1 ? 3000 : 300;
		if (variant & 2)
			w->loss = 100;
		up(w, &s);
		traffic(w, 1800 * SECONDS, 500, true);
		assert_in_range(w->sides[0].counts[IKE_EVENT_IKE_UP], 6, 20);
		/* The children did not notice. */
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 0);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
		world_free(w);
	}
}

static uint32_t spi_in(struct world *w, unsigned int side)
{
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next)
		if (sa->sa.direction == IKE_IN)
			return sa->sa.spi;
	return 0;
}

static void soft_expire(struct world *w, unsigned int side)
{
	ike_sa_expired(w->sides[side].ike, IKE_PROTOCOL_ESP, IKE_IN, spi_in(w, side),
		       IKE_LIMIT_BYTES, w->now);
	world_touched(w, side);
}

/* Both begin to renew, this far apart: every interleaving of the messages. */
static void test_crossing_rekeys(void **state)
{
	unsigned int apart, first, latency;

	for (latency = 0; latency < 2; latency++) {
		for (first = 0; first < 2; first++) {
			for (apart = 0; apart <= 60; apart += 5) {
				struct setting s;
				struct world *w = prepare(&s, apart);

				up(w, &s);
				world_run(w, w->now + 10 * SECONDS, NULL);
				w->latency = latency ? 20 : 10;
				w->jitter = latency ? 15 : 0;
				soft_expire(w, first);
				world_run(w, w->now + apart, NULL);
				soft_expire(w, !first);
				traffic(w, 120 * SECONDS, 5, true);
				settled(w);
				world_free(w);
			}
		}
	}
}

static void test_crossing_with_loss(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 60; seed++) {
		struct setting s;
		struct world *w = prepare(&s, seed);

		up(w, &s);
		world_run(w, w->now + 10 * SECONDS, NULL);
		w->loss = 300;
		w->jitter = 100;
		soft_expire(w, 0);
		world_run(w, w->now + seed % 4 * 10, NULL);
		soft_expire(w, 1);
		traffic(w, 40 * SECONDS, 50, true);
		w->loss = 0;
		traffic(w, 200 * SECONDS, 200, true);
		settled(w);
		world_free(w);
	}
}

/* One side deletes the tunnel while the other renews it. */
static void test_delete_crossing_rekey(void **state)
{
	unsigned int apart, side;

	for (side = 0; side < 2; side++) {
		for (apart = 0; apart <= 60; apart += 5) {
			struct setting s;
			struct world *w = prepare(&s, apart);

			s.left.start = IKE_START_WAIT;
			world_add(w, 1, &s.right);
			world_add(w, 0, &s.left);
			ike_start(w->sides[0].ike, "test", w->now);
			world_touched(w, 0);
			assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
			soft_expire(w, side);
			world_run(w, w->now + apart, NULL);
			ike_stop(w->sides[0].ike, "test", w->now);
			world_touched(w, 0);
			assert_int_equal(w->sides[0].sa_count, 0);
			assert_int_equal(world_state(w, 0, "test"), IKE_STATE_DOWN);
			world_run(w, w->now + 70 * SECONDS, NULL);
			assert_int_equal(w->sides[0].sa_count, 0);
			assert_int_equal(w->sides[1].sa_count, 0);
			assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_DOWN], 1);
			assert_int_equal(world_ike_sas(w, 1), 0);
			world_free(w);
		}
	}
}

static void test_shutdown(void **state)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		struct setting s;
		struct world *w = prepare(&s, side);

		up(w, &s);
		ike_shutdown(w->sides[side].ike, w->now);
		world_touched(w, side);
		assert_int_equal(w->sides[side].sa_count, 0);
		assert_true(ike_deadline(w->sides[side].ike) == IKE_NEVER);
		world_run(w, w->now + 10 * SECONDS, NULL);
		assert_int_equal(w->sides[!side].sa_count, 0);
		assert_int_not_equal(world_state(w, !side, "test"), IKE_STATE_ESTABLISHED);
		/* Who is to be up always tries again. */
		assert_int_equal(world_ike_sas(w, !side), side);
		world_free(w);
	}
}

static bool said_restarted(struct world *w)
{
	return world_said(w, 1, IKE_EVENT_NOTIFY, "has restarted");
}

/*
 * Killed at any moment and started again: the peer lets go of the old at once, and says so if there
 * was any.
 */
static void test_restart(void **state)
{
	unsigned int at;
	bool was;

	for (at = 0; at < 120; at += 7) {
		struct setting s;
		struct world *w = prepare(&s, at);

		world_add(w, 1, &s.right);
		world_add(w, 0, &s.left);
		world_run(w, w->now + at, NULL);
		world_off(w, 0);
		world_run(w, w->now + 3 * SECONDS, NULL);
		was = w->sides[1].counts[IKE_EVENT_IKE_UP];
		assert_false(said_restarted(w));
		world_on(w, 0);
		world_add(w, 0, &s.left);
		assert_true(world_run(w, w->now + 3 * SECONDS, couple_up));
		assert_int_equal(said_restarted(w), was);
		world_run(w, w->now + 100 * SECONDS, NULL);
		settled(w);
		world_free(w);
	}
}

/* The responder is killed: the initiator finds out by DPD and comes back. */
static void test_dpd(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);

	s.left.dpd_delay = 10;
	s.left.dpd_timeout = 30;
	up(w, &s);
	world_run(w, w->now + 300 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_FAILED], 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_DPD], 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
	world_off(w, 1);
	world_run(w, w->now + 50 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_true(w->sides[0].last_error == IKE_ERROR_DPD_TIMEOUT ||
		    world_said(w, 0, IKE_EVENT_FAILED, "has not answered"));
	world_on(w, 1);
	world_add(w, 1, &s.right);
	assert_true(world_run(w, w->now + 70 * SECONDS, couple_up));
	settled(w);
	world_free(w);
}

static void test_dpd_clear(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);

	s.left.dpd_delay = 10;
	s.left.dpd_action = IKE_DPD_CLEAR;
	up(w, &s);
	w->sides[1].unreachable = true;
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_DORMANT);
	world_free(w);
}

/* The peer was started again and knows nothing; nobody told us, and DPD is off. */
static void test_forgotten(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);

	s.left.esp_lifetime = 300;
	up(w, &s);
	world_off(w, 1);
	world_on(w, 1);
	world_add(w, 1, &s.right);
	assert_false(couple_up(w));
	/* At the latest when it wants to renew it finds out. */
	assert_true(world_run(w, w->now + 400 * SECONDS, couple_up));
	world_run(w, w->now + 120 * SECONDS, NULL);
	settled(w);
	world_free(w);
}

/* The peer deletes the child: it comes back. */
static void test_deleted(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);

	up(w, &s);
	ike_stop(w->sides[1].ike, "test", w->now);
	world_touched(w, 1);
	world_run(w, w->now + 100, NULL);
	assert_int_equal(w->sides[1].sa_count, 0);
	assert_int_equal(w->sides[0].last_error, IKE_ERROR_PEER_DELETED);
	assert_true(world_run(w, w->now + 20 * SECONDS, couple_up));
	world_run(w, w->now + 120 * SECONDS, NULL);
	settled(w);
	world_free(w);
}

static enum verdict lose_quick(struct world *w, const struct datagram *d)
{
	return d->bytes[18] == 32 ? WORLD_DROP : WORLD_PASS;
}

/* Children of a phase 1 that is gone live on under a new one, renewed or not. */
static void test_adopted(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);

	up(w, &s);
	world_run(w, w->now + 10 * SECONDS, NULL);
	w->judge = lose_quick;
	session_deleted_by_peer(w->sides[0].ike->sessions);
	world_touched(w, 0);
	connection_wake(w->sides[0].ike->connections);
	world_touched(w, 0);
	traffic(w, 120 * SECONDS, 1000, true);
	assert_in_range(w->sides[0].counts[IKE_EVENT_IKE_UP], 2, 4);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 0);
	w->judge = NULL;
	traffic(w, 60 * SECONDS, 1000, true);
	assert_in_range(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 1, 2);
	assert_true(world_said(w, 0, IKE_EVENT_CHILD_REKEYED, "its phase 1 has ended"));
	assert_true(couple_up(w));
	world_free(w);
}

static void test_rebinding(void **state)
{
	struct world *w = world_new(3, 2);
	struct ike_connection left, right;

	world_nat(w, 0);
	left = world_connection(w, 0, 1);
	right = world_connection(w, 1, 0);
	left.start = IKE_START_ALWAYS;
	left.dpd_delay = 10;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	world_rebind(w, 0);
	world_run(w, w->now + 15 * SECONDS, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_PEER_MOVED], 1);
	assert_int_equal(world_outbound(w, 1, &w->sides[0].public)->sa.encap_remote_port,
			 w->sides[0].mapped[1]);
	settled(w);
	world_free(w);
}

/* A mapping that lasts 30 s stays alive by keepalives alone. */
static void test_keepalive(void **state)
{
	struct world *w = world_new(3, 2);
	struct ike_connection left, right;

	world_nat(w, 0);
	w->sides[0].nat_timeout = 30 * SECONDS;
	left = world_connection(w, 0, 1);
	right = world_connection(w, 1, 0);
	left.start = IKE_START_ALWAYS;
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	world_run(w, w->now + 600 * SECONDS, NULL);
	assert_in_range(w->sides[0].sent, 30, 45);
	soft_expire(w, 1);
	world_run(w, w->now + 2 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 1);
	world_free(w);
}

/* What was started by hand is begun again when it has to be another one: an address has changed. */
static void test_started(void **state)
{
	static const char *const other[] = { "aes256-sha256" };
	struct setting s;
	struct world *w = prepare(&s, 1);

	s.left.start = IKE_START_WAIT;
	world_add(w, 1, &s.right);
	world_add(w, 0, &s.left);
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_false(couple_up(w));
	ike_start(w->sides[0].ike, "test", w->now);
	world_touched(w, 0);
	assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
	s.left.esp = s.right.esp = other;
	world_add(w, 1, &s.right);
	world_add(w, 0, &s.left);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	/* But not what was stopped since. */
	ike_stop(w->sides[0].ike, "test", w->now);
	world_touched(w, 0);
	s.left.replay_window = 128;
	world_add(w, 0, &s.left);
	world_run(w, w->now + 30 * SECONDS, NULL);
	assert_int_equal(w->sides[0].sa_count, 0);
	world_free(w);
}

/* A reload that changes nothing, or only what a rekey applies, leaves the SAs alone. */
static void test_reload(void **state)
{
	static const char *const other[] = { "aes256-sha256" };
	struct setting s;
	struct world *w = prepare(&s, 1);
	uint32_t spi;

	up(w, &s);
	spi = spi_in(w, 0);
	world_add(w, 0, &s.left);
	assert_int_equal(spi_in(w, 0), spi);
	s.left.esp_lifetime = 1200;
	s.left.dpd_delay = 5;
	world_add(w, 0, &s.left);
	assert_int_equal(spi_in(w, 0), spi);
	s.left.esp = s.right.esp = other;
	world_add(w, 1, &s.right);
	world_add(w, 0, &s.left);
	assert_int_equal(spi_in(w, 0), 0);
	assert_true(world_run(w, w->now + 20 * SECONDS, couple_up));
	assert_string_equal(w->sides[0].sas->names, "- cbc(aes) hmac(sha256) 128 -");
	assert_true(ike_connection_remove(w->sides[0].ike, "test", w->now));
	world_touched(w, 0);
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_false(ike_connection_remove(w->sides[0].ike, "test", w->now));
	world_free(w);
}

/* Two gateways, two connections between them: INITIAL-CONTACT of one spares the other. */
static void test_two_connections(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 10; seed++) {
		struct world *w = world_new(seed, 2);
		struct ike_connection left = world_connection(w, 0, 1);
		struct ike_connection right = world_connection(w, 1, 0);
		struct ike_pair ours, theirs;

		ike_selector_parse(&ours.local, "10.1.0.0/16");
		ike_selector_parse(&ours.remote, "10.2.0.0/16");
		theirs.local = ours.remote;
		theirs.remote = ours.local;
		w->jitter = 30;
		left.start = IKE_START_ALWAYS;
		world_add(w, 1, &right);
		world_add(w, 0, &left);
		left.name = right.name = "second";
		left.pairs = &ours;
		right.pairs = &theirs;
		world_add(w, 1, &right);
		world_add(w, 0, &left);
		world_run(w, w->now + 200 * SECONDS, NULL);
		assert_true(couple_up(w));
		assert_int_equal(world_state(w, 0, "second"), IKE_STATE_ESTABLISHED);
		assert_int_equal(world_state(w, 1, "second"), IKE_STATE_ESTABLISHED);
		assert_int_equal(w->sides[0].sa_count, 4);
		assert_int_equal(w->sides[1].sa_count, 4);
		world_free(w);
	}
}

/* What the left side says in quick mode after its first message, and the right one of itself. */
static enum verdict lose_thirds(struct world *w, const struct datagram *d)
{
	unsigned int *said = w->test, exchange = d->length > 18 ? d->bytes[18] : 0;

	if (d->sender)
		return exchange == 5 && w->now < said[1] ? WORLD_DROP : WORLD_PASS;
	return exchange == 32 && ++said[0] > 1 ? WORLD_DROP : WORLD_PASS;
}

/*
 * Not one third message of a rekey arrives, and what the responder says of that is lost, too: a
 * NAT has forgotten. The DELETE of the old child says that the initiator has the new one.
 */
static void test_third_missing(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 1);
	unsigned int said[2] = { 0 };

	up(w, &s);
	said[1] = w->now + 200 * SECONDS;
	w->test = said;
	w->judge = lose_thirds;
	soft_expire(w, 0);
	world_run(w, w->now + 400 * SECONDS, NULL);
	assert_in_range(said[0], 5, 20);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
	couple_carries(w);
	settled(w);
	world_free(w);
}

static enum verdict lose_all(struct world *w, const struct datagram *d)
{
	return WORLD_DROP;
}

/* A phase 1 that ends without a successor may have taken the peer's children along: new ones. */
static void test_lapse(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, 3);
	uint32_t before;

	s.left.ike_lifetime = s.right.ike_lifetime = 300;
	up(w, &s);
	before = spi_in(w, 0);
	w->judge = lose_all;
	world_run(w, w->now + 320 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_DOWN], 1);
	assert_int_equal(spi_in(w, 0), before);
	w->judge = NULL;
	world_run(w, w->now + 300 * SECONDS, NULL);
	assert_true(couple_up(w));
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_not_equal(spi_in(w, 0), before);
	traffic(w, 60 * SECONDS, 500, true);
	world_free(w);
}

/* A gateway for whoever comes: in aggressive mode each peer has a key of its own (RFC 2409 5.4). */
static void test_keys_by_identity(void **state)
{
	static const struct {
		const char *name, *id, *key;
	} peers[] = {
		{ "first", "spoke1.example.com", "a key for the first one" },
		{ "second", "spoke2.example.com", "another for the second" },
		{ "test", "spoke3.example.com", "and one for the third" },
	};
	struct setting s;
	struct world *w = prepare(&s, 7);
	unsigned int i;

	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	s.left.remote_id = s.right.local_id = "hub.example.com";
	memset(&s.right.remote, 0, sizeof(s.right.remote));
	for (i = 0; i < sizeof(peers) / sizeof(*peers); i++) {
		s.right.name = peers[i].name;
		s.right.remote_id = s.left.local_id = peers[i].id;
		s.right.psk = s.left.psk = (const uint8_t *)peers[i].key;
		s.right.psk_length = s.left.psk_length = strlen(peers[i].key);
		world_add(w, 1, &s.right);
	}
	world_add(w, 0, &s.left);
	assert_true(world_run(w, w->now + 10 * SECONDS, couple_up));
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_reauthenticate),
		cmocka_unit_test(test_crossing_rekeys),
		cmocka_unit_test(test_crossing_with_loss),
		cmocka_unit_test(test_delete_crossing_rekey),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_dpd),
		cmocka_unit_test(test_dpd_clear),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_deleted),	     cmocka_unit_test(test_started),
		cmocka_unit_test(test_adopted),	     cmocka_unit_test(test_rebinding),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_two_connections),
		cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_third_missing),
		cmocka_unit_test(test_keys_by_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quick mode's forms: selectors that are ranges, transport mode behind NAT, bundles, the commit
 * bit, lifetimes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child.h"
#include "ike/connection.h"
#include "ike/informational.h"
#include "lib/couple.h"

/* Two sides before their connections are added; each pair is its own. */
struct setting {
	struct ike_connection left, right;
	struct ike_pair ours, theirs;
};

static struct world *prepare(struct setting *s, bool nat)
{
	struct world *w = world_new(1, 2);

	if (nat)
		world_nat(w, 0);
	s->left = world_connection(w, 0, 1);
	s->right = world_connection(w, 1, 0);
	s->left.start = IKE_START_ALWAYS;
	s->ours = *s->left.pairs;
	s->theirs = *s->right.pairs;
	s->left.pairs = &s->ours;
	s->right.pairs = &s->theirs;
	return w;
}

static bool go(struct world *w, const struct setting *s)
{
	world_add(w, 1, &s->right);
	world_add(w, 0, &s->left);
	return world_run(w, w->now + 5 * SECONDS, couple_up);
}

static void selectors(struct ike_pair *p, const char *local, const char *remote)
{
	assert_true(ike_selector_parse(&p->local, local));
	assert_true(ike_selector_parse(&p->remote, remote));
}

static void assert_selectors(struct world *w, unsigned int side, const char *local,
			     const char *remote)
{
	char text[IKE_SELECTOR_TEXT];

	assert_string_equal(ike_selector_text(&couple_outbound(w, side)->sa.local_ts, text), local);
	assert_string_equal(ike_selector_text(&couple_outbound(w, side)->sa.remote_ts, text),
			    remote);
}

/* RFC 2407 4.6.2.8: neither narrower nor wider than the range */
static void test_ranges(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, false);

	selectors(&s.ours, "10.1.0.5-10.1.0.9", "2.2.0.0/16");
	selectors(&s.theirs, "2.2.0.0/16", "10.1.0.5-10.1.0.9");
	assert_true(go(w, &s));
	assert_selectors(w, 0, "10.1.0.5-10.1.0.9", "2.2.0.0/16");
	assert_selectors(w, 1, "2.2.0.0/16", "10.1.0.5-10.1.0.9");
	world_free(w);

	/* A part of what the other side lets through is what both install. */
	w = prepare(&s, false);
	selectors(&s.ours, "10.1.0.5-10.1.0.9[tcp/80]", "2.2.2.0/24[tcp]");
	selectors(&s.theirs, "2.2.0.0/16", "10.1.0.1-10.1.0.200");
	assert_true(go(w, &s));
	assert_selectors(w, 0, "10.1.0.5-10.1.0.9[tcp/80]", "2.2.2.0/24[tcp]");
	assert_selectors(w, 1, "2.2.2.0/24[tcp]", "10.1.0.5-10.1.0.9[tcp/80]");
	world_free(w);

	/* More than there is: refused, and told. */
	w = prepare(&s, false);
	selectors(&s.ours, "10.1.0.5-10.1.0.10", "2.2.0.0/16");
	selectors(&s.theirs, "2.2.0.0/16", "10.1.0.5-10.1.0.9");
	assert_false(go(w, &s));
	assert_int_equal(w->sides[1].last_error, IKE_ERROR_TS_UNACCEPTABLE);
	assert_int_equal(w->sides[1].sa_count, 0);
	world_free(w);
}

static void test_wild_ranges(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, false);
	char error[512];

	selectors(&s.ours, "0.0.0.1-255.255.255.254", "10.0.0.0/8");
	assert_true(ike_connection_check(&s.left, error, sizeof(error)));
	selectors(&s.ours, "0.0.0.1-255.255.255.254", "10.0.0.1-10.0.0.6");
	assert_false(ike_connection_check(&s.left, error, sizeof(error)));
	assert_non_null(strstr(error, "local-ts and remote-ts: the ranges take 248 pairs"));
	/* What only the peer asks for, within what is configured, is bounded too. */
	selectors(&s.ours, "10.1.0.0-10.1.127.254", "10.2.0.1-10.2.0.1");
	selectors(&s.theirs, "10.2.0.0/16", "10.1.0.0/16");
	assert_true(go(w, &s));
	assert_selectors(w, 1, "10.2.0.1/32", "10.1.0.0-10.1.127.254");
	world_free(w);
}

/* RFC 2407 4.5, 4.6.3.1: of two limits in kilobytes the smaller one holds on both sides */
static void test_kilobytes(void **state)
{
	static const struct {
		uint64_t left, right, agreed;
	} rows[] = {
		{ 0, 0, 0 }, { 1 << 20, 0, 1 << 20 }, { 0, 1 << 20, 1 << 20 },
		{ 2 << 20, 1 << 20, 1 << 20 }, { 1 << 20, 2 << 20, 1 << 20 },
	};
	struct setting s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = prepare(&s, false);

		s.left.esp_lifebytes = rows[i].left;
		s.right.esp_lifebytes = rows[i].right;
		assert_true(go(w, &s));
		/* The responder's own limit is told when the initiator asked for more. */
		assert_int_equal(couple_outbound(w, 1)->sa.byte_hard, rows[i].agreed);
		if (rows[i].left)
			assert_int_equal(couple_outbound(w, 0)->sa.byte_hard, rows[i].agreed);
		/* Both count the same bytes: who began it begins the next one, well before. */
		if (rows[i].left)
			assert_in_range(couple_outbound(w, 1)->sa.byte_soft -
						couple_outbound(w, 0)->sa.byte_soft,
					rows[i].agreed / 100, rows[i].agreed / 10);
		world_free(w);
	}
}

/* A phase 1 that has said enough is renewed, and its child stays. */
static void test_phase1_kilobytes(void **state)
{
	struct setting s;
	struct world *w = prepare(&s, false);

	s.left.ike_lifebytes = 8192;
	s.left.dpd_delay = s.right.dpd_delay = 10;
	assert_true(go(w, &s));
	world_run(w, w->now + 600 * SECONDS, NULL);
	assert_in_range(w->sides[0].counts[IKE_EVENT_IKE_UP], 2, 6);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_UP], 1);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_true(couple_up(w));
	world_free(w);
}

/* RFC 3947 5.2, RFC 3948 5.2: behind NAT both sides see other addresses than their own */
static void test_transport(void **state)
{
	struct setting s;
	unsigned int nat;

	for (nat = 0; nat < 2; nat++) {
		struct world *w = prepare(&s, nat);

		s.left.mode = s.right.mode = IKE_MODE_TRANSPORT;
		selectors(&s.ours, "dynamic[udp/1701]", "dynamic[udp/1701]");
		selectors(&s.theirs, "dynamic[udp/1701]", "dynamic[udp/1701]");
		if (nat) {
			s.right.remote = (struct ike_address){ 0 };
			s.right.remote_id = "left.example";
		}
		assert_true(go(w, &s));
		assert_int_equal(couple_outbound(w, 0)->sa.mode, IKE_MODE_TRANSPORT);
		assert_int_equal(couple_outbound(w, 0)->sa.encap, nat);
		assert_selectors(w, 0, "10.0.0.1/32[udp/1701]", "10.0.0.2/32[udp/1701]");
		/* What comes out of the NAT's hands is what the right side's kernel sees. */
		assert_selectors(w, 1, "10.0.0.2/32[udp/1701]",
				 nat ? "198.18.0.1/32[udp/1701]" : "10.0.0.1/32[udp/1701]");
		assert_null(world_esp(w, 0, 1, true));
		assert_null(world_esp(w, 1, 0, true));
		world_free(w);
	}
}

/* The fourth message of quick mode: the seventh of the left side's peer, when nothing is lost. */
static enum verdict lose_connected(struct world *w, const struct datagram *d)
{
	bool commit = d->length > 19 && d->bytes[18] == 32 && d->bytes[19] & 2;
	unsigned int *seen = w->test;

	if (!d->sender || !commit)
		return WORLD_PASS;
	return ++*seen > 1 ? WORLD_DROP : WORLD_PASS;
}

static enum verdict count_commits(struct world *w, const struct datagram *d)
{
	lose_connected(w, d);
	return WORLD_PASS;
}

/* RFC 2408 3.1: four messages; and nobody hangs when the last one is lost */
static void test_commit(void **state)
{
	struct setting s;
	unsigned int seen = 0, up;
	struct world *w = prepare(&s, false);

	s.right.commit = true;
	w->judge = count_commits;
	w->test = &seen;
	assert_true(go(w, &s));
	assert_int_equal(seen, 2);
	/* The fourth message is what the initiator waited for: no second passed. */
	up = w->now;
	assert_in_range(up, 1000, 1500);
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
	world_free(w);

	w = prepare(&s, false);
	s.right.commit = true;
	w->judge = lose_connected;
	seen = 0;
	w->test = &seen;
	assert_true(go(w, &s));
	assert_in_range(w->now, 4000, 4500);
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
	world_free(w);
}

struct connected {
	unsigned int seen;
	enum verdict verdict;
};

/* CONNECTED, as lose_connected() finds it, has this fate. */
static enum verdict one_connected(struct world *w, const struct datagram *d)
{
	bool commit = d->length > 19 && d->bytes[18] == 32 && d->bytes[19] & 2;
	struct connected *c = w->test;

	return d->sender && commit && ++c->seen > 1 ? c->verdict : WORLD_PASS;
}

/* It comes twice, damaged, after we went on without it; and once more, when nobody waits for it. */
static void test_connected(void **state)
{
	static const enum verdict verdicts[] = { WORLD_TWICE, WORLD_DAMAGE, WORLD_LATE };
	const struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ESP,
				  .type = IKE_N_CONNECTED };
	struct setting s;
	size_t i;

	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct world *w = prepare(&s, false);
		struct connected c = { .verdict = verdicts[i] };
		struct side *left = &w->sides[0];
		unsigned int installs;

		s.right.commit = true;
		w->judge = one_connected;
		w->test = &c;
		assert_true(go(w, &s));
		assert_int_equal(c.seen, 2);
		world_run(w, w->now + 20 * SECONDS, NULL);
		couple_carries(w);
		installs = left->installs;
		/* In an exchange of its own, as RFC 2408 3.1 has it */
		informational_notify(w->sides[1].ike->sessions, &n, NULL);
		world_touched(w, 1);
		world_run(w, w->now + 20 * SECONDS, NULL);
		assert_int_equal(left->installs, installs);
		assert_int_equal(left->counts[IKE_EVENT_CHILD_UP], 1);
		assert_int_equal(left->counts[IKE_EVENT_CHILD_DOWN], 0);
		couple_carries(w);
		world_free(w);
	}
}

/* CONNECTED as RFC 2408 3.1 has it: a notification of its own with the quick mode's message id */
static void say_connected(struct session *s)
{
	const struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ESP,
				  .type = IKE_N_CONNECTED };
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	size_t len = s->keymat.hash->len, at;
	struct bytes message;
	struct exchange x;
	struct builder b;

	assert_int_equal(s->exchanges->type, IKE_EXCHANGE_QUICK);
	exchange_init(&x, s, IKE_EXCHANGE_INFORMATIONAL, s->exchanges->id, true,
		      STATE_INFORMATIONAL);
	assert_true(seal_phase2(&x.seal, &s->keymat, &s->main.seal, x.id));
	exchange_begin(&x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	notify_write(&b, &n);
	assert_true(keymat_hash1(&s->keymat, x.id, builder_behind(&b, at, len), hash));
	builder_fill(&b, at, bytes_of(hash, len));
	message = seal_close(&x.seal, &s->keymat, &b);
	session_transmit(s, message.data, message.len);
}

static bool fourth_is_lost(struct world *w)
{
	return *(unsigned int *)w->test > 1;
}

/* A peer that says it so, and not as a fourth message of quick mode, is waited for no longer. */
static void test_connected_apart(void **state)
{
	struct setting s;
	unsigned int seen = 0;
	struct world *w = prepare(&s, false);

	s.right.commit = true;
	w->judge = lose_connected;
	w->test = &seen;
	world_add(w, 1, &s.right);
	world_add(w, 0, &s.left);
	assert_true(world_run(w, w->now + 5 * SECONDS, fourth_is_lost));
	assert_false(couple_up(w));
	say_connected(w->sides[1].ike->sessions);
	assert_true(world_run(w, w->now + 100, couple_up));
	couple_carries(w);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_DROPPED], 0);
	world_free(w);
}

/* The left side begins quick mode, and what it says after its first message is lost. */
static enum verdict lose_third(struct world *w, const struct datagram *d)
{
	unsigned int *seen = w->test;

	if (d->sender || d->length <= 18 || d->bytes[18] != 32)
		return WORLD_PASS;
	return ++*seen > 1 ? WORLD_DROP : WORLD_PASS;
}

static bool third_is_lost(struct world *w)
{
	return *(unsigned int *)w->test > 1;
}

/* RFC 2408 3.14, 3.15: a peer that takes back what it began is not asked for the third message */
static void test_withdrawn(void **state)
{
	static const struct {
		bool notify, spi;
	} rows[] = { { true, true }, { true, false }, { false, true } };
	struct setting s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = prepare(&s, false);
		uint8_t spi[4];
		struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ESP,
				    .type = IKE_N_NO_PROPOSAL_CHOSEN };
		struct session *left;
		unsigned int seen = 0;

		w->judge = lose_third;
		w->test = &seen;
		world_add(w, 1, &s.right);
		world_add(w, 0, &s.left);
		assert_true(world_run(w, w->now + 5 * SECONDS, third_is_lost));
		assert_int_equal(w->sides[1].sa_count, 1);
		left = w->sides[0].ike->sessions;
		spi_write(spi, left->ike->children->parts[0].spi_in);
		if (rows[i].spi)
			n.spi = bytes_of(spi, sizeof(spi));
		if (rows[i].notify)
			informational_notify(left, &n, NULL);
		else
			informational_delete_child(left, left->ike->children);
		world_run(w, w->now + 60 * SECONDS, NULL);
		assert_int_equal(w->sides[1].counts[IKE_EVENT_RETRANSMIT], 0);
		assert_int_equal(w->sides[1].last_error,
				 rows[i].notify ? IKE_ERROR_NO_PROPOSAL_CHOSEN : IKE_ERROR_NONE);
		assert_int_equal(w->sides[1].sa_count, 0);
		world_free(w);
	}
}

/* Of several groups one is offered at a time: until the last is refused nothing has failed */
static void test_groups_in_turn(void **state)
{
	static const struct {
		const char *theirs;
		bool up;
	} rows[] = {
		{ "aes128-sha1-ecp384", true }, { "aes128-sha1-modp2048", true },
		{ "aes128-sha1", true }, { "aes128-sha1-modp1536", false },
	};
	struct setting s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const char *const ours[] = {
			"aes128-sha1-ecp384", "aes128-sha1-modp2048", "aes128-sha1",
		};
		struct world *w = prepare(&s, false);

		s.left.esp = ours;
		s.left.esp_count = 3;
		s.right.esp = &rows[i].theirs;
		s.right.esp_count = 1;
		world_add(w, 1, &s.right);
		world_add(w, 0, &s.left);
		/* One after the other, without the pause of a failure */
		assert_int_equal(world_run(w, w->now + SECONDS, couple_up), rows[i].up);
		assert_int_equal(w->sides[0].last_error, rows[i].up ? IKE_ERROR_NONE :
								      IKE_ERROR_NO_PROPOSAL_CHOSEN);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_wild_ranges),
		cmocka_unit_test(test_kilobytes),
		cmocka_unit_test(test_phase1_kilobytes),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_commit),
		cmocka_unit_test(test_connected),
		cmocka_unit_test(test_connected_apart),
		cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_groups_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

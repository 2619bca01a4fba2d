// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One gateway and several peers: those that share an identity by mistake or on purpose, and what it
 * means for them that the gateway keeps, replaces, or does not care; nobody fights for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child.h"
#include "lib/couple.h"

/* The gateway is the last side, and takes any peer. */
struct gateway {
	struct world *w;
	unsigned int side;
	struct ike_connection settings, peer;
	struct ike_pair pair, peer_pair;
};

static void begin(struct gateway *g, unsigned int peers, enum ike_unique unique)
{
	g->w = world_new(unique + 1, peers + 1);
	g->side = peers;
	g->settings = world_connection(g->w, peers, 0);
	g->settings.remote = (struct ike_address){ 0 };
	g->settings.remote_id = "%any";
	g->settings.unique = unique;
	g->settings.dpd_delay = 10;
	g->settings.dpd_timeout = 30;
	g->pair = *g->settings.pairs;
	assert_true(ike_selector_parse(&g->pair.remote, "dynamic"));
	g->settings.pairs = &g->pair;
	world_add(g->w, peers, &g->settings);
	g->peer_pair.local = g->pair.remote;
	g->peer_pair.remote = g->pair.local;
}

static void add_peer(struct gateway *g, unsigned int side, const char *id)
{
	g->peer = world_connection(g->w, side, g->side);
	g->peer.local_id = id;
	g->peer.pairs = &g->peer_pair;
	g->peer.start = IKE_START_ALWAYS;
	g->peer.dpd_delay = 10;
	g->peer.dpd_timeout = 30;
	world_add(g->w, side, &g->peer);
}

static void run(struct gateway *g, unsigned int seconds)
{
	world_run(g->w, g->w->now + (uint64_t)seconds * SECONDS, NULL);
}

static bool is_up(struct gateway *g, unsigned int side)
{
	return world_state(g->w, side, "test") == IKE_STATE_ESTABLISHED &&
	       !world_esp(g->w, side, g->side, true) && !world_esp(g->w, g->side, side, true);
}

/* Two hosts that are both alive: after at most one replacement there is peace. */
static void test_twins(void **state)
{
	static const unsigned int most[] = { 5, 1, 3 };
	enum ike_unique unique;

	for (unique = IKE_UNIQUE_REPLACE; unique <= IKE_UNIQUE_NEVER; unique++) {
		struct gateway g;
		unsigned int ups;

		begin(&g, 3, unique);
		add_peer(&g, 0, "twin.example");
		run(&g, 20);
		add_peer(&g, 1, "twin.example");
		run(&g, 20);
		add_peer(&g, 2, "twin.example");
		run(&g, 120);
		assert_int_equal(is_up(&g, 0), true);
		assert_int_equal(is_up(&g, 1), unique != IKE_UNIQUE_KEEP);
		assert_int_equal(is_up(&g, 2), unique != IKE_UNIQUE_KEEP);
		ups = g.w->sides[g.side].counts[IKE_EVENT_IKE_UP];
		assert_true(ups <= most[unique]);
		/* A day later, renewals and all, nobody has lost anything. */
		g.w->sides[0].counts[IKE_EVENT_CHILD_DOWN] = 0;
		run(&g, 86400);
		assert_true(is_up(&g, 0));
		assert_int_equal(g.w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
		ups = g.w->sides[g.side].counts[IKE_EVENT_IKE_UP] - ups;
		assert_in_range(ups, 2, 12);
		assert_int_equal(g.w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
		assert_int_equal(g.w->sides[2].counts[IKE_EVENT_CHILD_DOWN], 0);
		if (unique == IKE_UNIQUE_KEEP) {
			/* refused, told why on both sides, and tried again with patience */
			assert_int_equal(g.w->sides[1].last_error, IKE_ERROR_INVALID_ID);
			assert_int_equal(g.w->sides[g.side].last_error, IKE_ERROR_INVALID_ID);
			assert_in_range(g.w->sides[1].counts[IKE_EVENT_INITIATING], 1000, 2200);
		}
		assert_null(world_check(g.w));
		world_free(g.w);
	}
}

/* A peer that has moved: its old self is silent. */
static void test_moved(void **state)
{
	enum ike_unique unique;

	for (unique = IKE_UNIQUE_REPLACE; unique <= IKE_UNIQUE_NEVER; unique++) {
		struct gateway g;

		begin(&g, 2, unique);
		add_peer(&g, 0, "roaming.example");
		run(&g, 20);
		assert_true(is_up(&g, 0));
		world_off(g.w, 0);
		add_peer(&g, 1, "roaming.example");
		run(&g, 2);
		assert_int_equal(is_up(&g, 1), unique != IKE_UNIQUE_KEEP);
		/* At once, or when it is known to be dead */
		assert_int_equal(world_ike_sas(g.w, g.side), unique == IKE_UNIQUE_NEVER ? 2 : 1);
		run(&g, 120);
		assert_true(is_up(&g, 1));
		assert_int_equal(world_ike_sas(g.w, g.side), 1);
		assert_int_equal(g.w->sides[g.side].sa_count, 2);
		world_free(g.w);
	}
}

/* A peer that has restarted where it was gets in with every policy, and leaves nothing behind. */
static void test_restarted(void **state)
{
	enum ike_unique unique;

	for (unique = IKE_UNIQUE_REPLACE; unique <= IKE_UNIQUE_NEVER; unique++) {
		struct gateway g;

		begin(&g, 1, unique);
		add_peer(&g, 0, "spoke.example");
		run(&g, 20);
		world_off(g.w, 0);
		world_on(g.w, 0);
		add_peer(&g, 0, "spoke.example");
		run(&g, 2);
		assert_true(is_up(&g, 0));
		run(&g, 150);
		assert_true(is_up(&g, 0));
		/* Where INITIAL-CONTACT means nothing the replaced phase 1 ends by its lifetime. */
		assert_in_range(world_ike_sas(g.w, g.side), 1, unique == IKE_UNIQUE_NEVER ? 2 : 1);
		assert_int_equal(g.w->sides[g.side].sa_count, 2);
		world_free(g.w);
	}
}

/*
 * Twins behind one NAT: INITIAL-CONTACT of each tells nothing about the other. Where the gateway is
 * told that peers share an identity it tells them apart; else they still do not fight.
 */
static void test_one_nat(void **state)
{
	enum ike_unique unique;

	for (unique = IKE_UNIQUE_REPLACE; unique <= IKE_UNIQUE_NEVER; unique++) {
		struct gateway g;
		unsigned int i;

		begin(&g, 2, unique);
		for (i = 0; i < 2; i++) {
			world_nat(g.w, i);
			g.w->sides[i].public = g.w->sides[0].public;
			g.w->sides[i].mapped[0] = 10000 + i;
			g.w->sides[i].mapped[1] = 20000 + i;
			add_peer(&g, i, "twin.example");
			run(&g, 20);
		}
		run(&g, 3600);
		assert_true(g.w->sides[g.side].counts[IKE_EVENT_IKE_UP] <= 5);
		if (unique == IKE_UNIQUE_NEVER) {
			assert_int_equal(g.w->sides[g.side].counts[IKE_EVENT_IKE_UP], 2);
			assert_int_equal(world_ike_sas(g.w, g.side), 2);
			assert_int_equal(g.w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
			assert_int_equal(g.w->sides[1].counts[IKE_EVENT_CHILD_DOWN], 0);
		}
		world_free(g.w);
	}
}

/* Different identities never meet a policy. */
static void test_strangers(void **state)
{
	enum ike_unique unique;

	for (unique = IKE_UNIQUE_REPLACE; unique <= IKE_UNIQUE_NEVER; unique++) {
		struct gateway g;

		begin(&g, 2, unique);
		add_peer(&g, 0, "one.example");
		add_peer(&g, 1, "two.example");
		run(&g, 20);
		assert_true(is_up(&g, 0));
		assert_true(is_up(&g, 1));
		assert_int_equal(g.w->sides[g.side].counts[IKE_EVENT_IKE_UP], 2);
		assert_int_equal(g.w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
		world_free(g.w);
	}
}

/* While one client is at a quick mode, the child of another is renewed, and with that one. */
static void test_rekey_beside(void **state)
{
	struct gateway g;
	struct child *c;
	uint32_t before;

	begin(&g, 3, IKE_UNIQUE_REPLACE);
	add_peer(&g, 0, "one.example");
	add_peer(&g, 1, "two.example");
	add_peer(&g, 2, "three.example");
	run(&g, 20);
	/* The second one is silent, so what is begun with it stays under way. */
	g.w->sides[1].unreachable = true;
	for (c = g.w->sides[g.side].ike->children; c; c = c->next)
		if (ike_address_equal(&c->remote.address, &g.w->sides[1].address))
			break;
	assert_non_null(c);
	ike_sa_expired(g.w->sides[g.side].ike, IKE_PROTOCOL_ESP, IKE_IN, c->parts[0].spi_in,
		       IKE_LIMIT_BYTES, g.w->now);
	world_touched(g.w, g.side);
	before = g.w->sides[0].sas->sa.spi;
	for (c = g.w->sides[g.side].ike->children; c; c = c->next)
		if (ike_address_equal(&c->remote.address, &g.w->sides[0].address))
			break;
	assert_non_null(c);
	/* It has lost its phase 1, as after the peer's DELETE: another client's will not do. */
	ike_sa_expired(g.w->sides[g.side].ike, IKE_PROTOCOL_ESP, IKE_IN, c->parts[0].spi_in,
		       IKE_LIMIT_BYTES, g.w->now);
	world_touched(g.w, g.side);
	run(&g, 2);
	assert_int_not_equal(g.w->sides[0].sas->sa.spi, before);
	assert_int_equal(g.w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 1);
	assert_int_equal(g.w->sides[2].counts[IKE_EVENT_CHILD_REKEYED], 0);
	assert_true(is_up(&g, 0));
	assert_true(is_up(&g, 2));
	world_free(g.w);
}

/* A child whose own phase 1 is gone is not renewed under that of another client. */
static void test_no_other_phase1(void **state)
{
	struct gateway g;
	struct child *c;

	begin(&g, 2, IKE_UNIQUE_REPLACE);
	add_peer(&g, 0, "one.example");
	add_peer(&g, 1, "two.example");
	run(&g, 20);
	for (c = g.w->sides[g.side].ike->children; c; c = c->next)
		if (ike_address_equal(&c->remote.address, &g.w->sides[0].address))
			break;
	assert_non_null(c);
	g.w->sides[0].unreachable = true;
	session_kill(c->session);
	assert_null(c->session);
	ike_sa_expired(g.w->sides[g.side].ike, IKE_PROTOCOL_ESP, IKE_IN, c->parts[0].spi_in,
		       IKE_LIMIT_BYTES, g.w->now);
	world_touched(g.w, g.side);
	run(&g, 10);
	assert_int_equal(g.w->sides[1].counts[IKE_EVENT_CHILD_REKEYED], 0);
	assert_int_equal(g.w->sides[1].sa_count, 2);
	assert_true(is_up(&g, 1));
	world_free(g.w);
}

/* On port 4500 four bytes of zero come before the header (RFC 3948 2.2). */
static enum verdict lose_informational(struct world *w, const struct datagram *d)
{
	bool informational = d->length > 22 && d->bytes[22] == 5;

	return informational && w->now < *(uint64_t *)w->test ? WORLD_DROP : WORLD_PASS;
}

static bool begins_anew(struct world *w)
{
	return w->sides[0].counts[IKE_EVENT_INITIATING] == 2;
}

/* Left is one of many that may share a name; it soon begins phase 1 anew. */
static void one_of_many(struct couple *c)
{
	c->left.local_id = "user.example";
	c->left.ike_lifetime = 600;
	c->left.rekey_margin = 60;
	c->right.remote = (struct ike_address){ 0 };
	c->right.remote_id = "%any";
	c->left.unique = c->right.unique = IKE_UNIQUE_NEVER;
	c->left.dpd_delay = c->right.dpd_delay = 10;
	c->left.dpd_timeout = c->right.dpd_timeout = 30;
}

/*
 * Identities may be shared behind a NAT, and this one gives the peer another port in the middle of
 * a new phase 1, which so takes no children over; that the peer has deleted the old one was lost.
 * When the gateway finds that dead, the peer hears that its child is gone, and begins another.
 */
static void test_other_port(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	uint64_t until;

	world_nat(w, 0);
	one_of_many(&c);
	assert_true(couple_go(&c, w, 20 * SECONDS));
	assert_true(world_run(w, w->now + 700 * SECONDS, begins_anew));
	world_rebind(w, 0);
	until = w->now + 20 * SECONDS;
	w->test = &until;
	w->judge = lose_informational;
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_DPD], 1);
	assert_true(couple_up(w));
	couple_carries(w);
	world_free(w);
}

/*
 * The same with another peer, newer than all that, behind the same NAT with the same identity: each
 * of them hears which child is gone.
 */
static void test_other_port_beside(void **state)
{
	struct world *w = world_new(1, 3);
	struct ike_pair pairs[2], twins;
	struct ike_connection twin;
	struct couple c;
	uint64_t until;

	couple_make(&c, w);
	world_nat(w, 0);
	world_nat(w, 2);
	w->sides[2].public = w->sides[0].public;
	one_of_many(&c);
	pairs[0] = pairs[1] = c.right_pair;
	assert_true(ike_selector_parse(&pairs[1].remote, "10.9.0.0/16"));
	c.right.pairs = pairs;
	c.right.pair_count = 2;
	couple_add(&c, w);
	assert_true(world_run(w, w->now + 700 * SECONDS, begins_anew));
	world_rebind(w, 0);
	until = w->now + 20 * SECONDS;
	w->test = &until;
	w->judge = lose_informational;
	world_run(w, w->now + 5 * SECONDS, NULL);
	twin = c.left;
	twin.local = w->sides[2].address;
	twins = (struct ike_pair){ .local = pairs[1].remote, .remote = pairs[1].local };
	twin.pairs = &twins;
	world_add(w, 2, &twin);
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_DPD], 1);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 1);
	assert_int_equal(world_state(w, 0, "test"), IKE_STATE_ESTABLISHED);
	assert_null(world_esp(w, 0, 1, true));
	assert_int_equal(world_state(w, 2, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(w->sides[2].counts[IKE_EVENT_CHILD_DOWN], 0);
	world_free(w);
}

/*
 * Two peers behind one NAT that want the same, as all do in transport mode: neither's child is a
 * renewal of the other's, to be deleted soon, and the log says what that means.
 */
static void test_same_traffic(void **state)
{
	struct world *w = world_new(1, 3);
	struct ike_connection other;
	struct couple c;

	couple_make(&c, w);
	world_nat(w, 0);
	world_nat(w, 2);
	w->sides[2].public = w->sides[0].public;
	c.right.remote = (struct ike_address){ 0 };
	c.right.remote_id = "%any";
	c.left.mode = c.right.mode = IKE_MODE_TRANSPORT;
	assert_true(ike_selector_parse(&c.left_pair.local, "dynamic"));
	c.left_pair.remote = c.right_pair.local = c.right_pair.remote = c.left_pair.local;
	assert_true(couple_go(&c, w, 20 * SECONDS));
	assert_false(world_said(w, 1, IKE_EVENT_STEP, "for the same traffic"));
	other = c.left;
	other.local = w->sides[2].address;
	other.local_id = "other.example";
	world_add(w, 2, &other);
	world_run(w, w->now + 300 * SECONDS, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_CHILD_UP], 2);
	assert_int_equal(w->sides[1].sa_count, 4);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(w->sides[2].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_true(world_said(w, 1, IKE_EVENT_STEP, "for the same traffic"));
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),	     cmocka_unit_test(test_moved),
		cmocka_unit_test(test_restarted),    cmocka_unit_test(test_one_nat),
		cmocka_unit_test(test_strangers),    cmocka_unit_test(test_rekey_beside),
		cmocka_unit_test(test_no_other_phase1), cmocka_unit_test(test_other_port),
		cmocka_unit_test(test_other_port_beside), cmocka_unit_test(test_same_traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

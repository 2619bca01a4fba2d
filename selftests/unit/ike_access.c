// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remote access: XAUTH and mode config between two engines, over a network that drops, repeats,
 * delays and damages each message in turn; users who are none; pools that are empty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/attributes.h"
#include "ike/child.h"
#include "ike/lease.h"
#include "ike/mode_config.h"
#include "lib/hex.h"
#include "lib/world.h"

#define SECONDS 1000

struct variant {
	const char *name;
	enum ike_auth auth;
	enum ike_mode_config config;
	bool aggressive, nat;
	unsigned int fates; /* messages that one side sends until both are up, at most */
};

static const struct variant variants[] = {
	{ "XAUTH, pull", IKE_XAUTH_PSK, IKE_MODE_CONFIG_PULL, false, false, 8 },
	{ "XAUTH, push", IKE_XAUTH_PSK, IKE_MODE_CONFIG_PUSH, false, false, 8 },
	{ "XAUTH alone", IKE_XAUTH_PSK, IKE_MODE_CONFIG_NO, false, false, 7 },
	{ "pull alone", IKE_PSK, IKE_MODE_CONFIG_PULL, false, false, 6 },
	{ "push alone", IKE_PSK, IKE_MODE_CONFIG_PUSH, false, false, 6 },
	{ "XAUTH, pull, aggressive", IKE_XAUTH_PSK, IKE_MODE_CONFIG_PULL, true, false, 7 },
	{ "XAUTH, pull, behind NAT", IKE_XAUTH_PSK, IKE_MODE_CONFIG_PULL, false, true, 8 },
	{ "XAUTH, push, aggressive, behind NAT", IKE_XAUTH_PSK, IKE_MODE_CONFIG_PUSH, true, true,
	  7 },
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

/* The server is side 0; its clients are 1 and up. */
struct scene {
	struct ike_connection server, client;
	struct ike_pair server_pair, client_pair;
	struct ike_lease gives;
};

static struct ike_selector selector(const char *text)
{
	struct ike_selector s;

	assert_true(ike_selector_parse(&s, text));
	return s;
}

static struct ike_address address(const char *text)
{
	struct ike_address a;

	assert_true(ike_address_parse(&a, text));
	return a;
}

static void set_user(struct ike_connection *c, const char *user, const char *password)
{
	c->xauth_user = user;
	c->xauth_password = (const uint8_t *)password;
	c->xauth_password_length = strlen(password);
}

static void set_scene(struct world *w, struct scene *s, const struct variant *v)
{
	memset(s, 0, sizeof(*s));
	s->server = world_connection(w, 0, 1);
	s->client = world_connection(w, 1, 0);
	s->server.remote = (struct ike_address){ 0 };
	s->server.remote_id = s->client.local_id = NULL;
	s->server.remote_id = "%any";
	s->server.local_id = s->client.remote_id = "gateway.example";
	s->server.auth = s->client.auth = v->auth;
	s->server.mode_config = s->client.mode_config = v->config;
	if (v->aggressive)
		s->server.exchange = s->client.exchange = IKE_AGGRESSIVE_MODE;
	s->server.xauth_server = v->auth == IKE_XAUTH_PSK;
	if (v->auth == IKE_XAUTH_PSK)
		set_user(&s->client, "alice", "ecila");
	if (v->config)
		s->server.pool = selector("10.9.0.0/24");
	s->server.reserved[s->server.reserved_count++] = address("10.9.0.1");
	s->gives.dns[s->gives.dns_count++] = address("10.1.0.53");
	s->gives.dns[s->gives.dns_count++] = address("10.1.0.54");
	s->gives.networks[s->gives.network_count++] = selector("10.1.0.0/16");
	s->gives.networks[s->gives.network_count++] = selector("10.2.3.0/24");
	strcpy(s->gives.banner, "Welcome.");
	strcpy(s->gives.domain, "example.com");
	s->server.gives = &s->gives;
	s->server_pair = (struct ike_pair){ selector("10.0.0.0/8"), selector("dynamic") };
	s->client_pair = (struct ike_pair){ selector("dynamic"), selector("10.0.0.0/8") };
	s->server.pairs = &s->server_pair;
	s->client.pairs = &s->client_pair;
	s->client.start = IKE_START_ALWAYS;
}

static struct world *begin(const struct variant *v, uint64_t seed,
			   enum verdict (*judge)(struct world *, const struct datagram *),
			   void *test)
{
	struct world *w = world_new(seed, 2);
	struct scene s;

	w->judge = judge;
	w->test = test;
	if (v->nat)
		world_nat(w, 1);
	set_scene(w, &s, v);
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	return w;
}

static bool both_up(struct world *w)
{
	return world_state(w, 0, "test") == IKE_STATE_ESTABLISHED &&
	       world_state(w, 1, "test") == IKE_STATE_ESTABLISHED;
}

static void see_sa(void *ctx, const struct ike_status_sa *status)
{
	struct ike_status_sa *seen = ctx;
	static char user[IKE_USER_MAX];

	*seen = *status;
	snprintf(user, sizeof(user), "%s", status->user);
	seen->user = user;
}

static struct ike_status_sa status_sa(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .sa = see_sa };
	struct ike_status_sa seen = { 0 };

	assert_true(ike_status(w->sides[side].ike, "test", w->now, &visitor, &seen));
	return seen;
}

static void see_error(void *ctx, const struct ike_status_connection *status)
{
	*(enum ike_error *)ctx = status->error;
}

static enum ike_error error_of(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .connection = see_error };
	enum ike_error error = IKE_ERROR_COUNT;

	ike_status(w->sides[side].ike, "test", w->now, &visitor, &error);
	return error;
}

static unsigned int leases(struct world *w)
{
	const struct lease *l;
	unsigned int count = 0;

	for (l = w->sides[0].ike->connections->leases; l; l = l->next)
		count++;
	return count;
}

/* What every SA of a side has for the client's traffic selector. */
static void assert_selectors(struct world *w, unsigned int side, const char *inner)
{
	struct ike_selector wanted = selector(inner), other = selector("10.0.0.0/8");
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next) {
		assert_true(ike_selector_equal(side ? &sa->sa.local_ts : &sa->sa.remote_ts,
					       &wanted));
		assert_true(ike_selector_equal(side ? &sa->sa.remote_ts : &sa->sa.local_ts,
					       &other));
	}
}

static void assert_configured(struct world *w, const char *inner)
{
	const struct ike_lease *l = &w->sides[1].lease;
	struct ike_address wanted = address(inner), dns = address("10.1.0.53");
	struct ike_selector network = selector("10.2.3.0/24");
	struct ike_status_sa sa;

	assert_selectors(w, 0, inner);
	assert_selectors(w, 1, inner);
	assert_true(ike_address_equal(&l->address, &wanted));
	assert_int_equal(l->dns_count, 2);
	assert_true(ike_address_equal(&l->dns[0], &dns));
	assert_int_equal(l->network_count, 2);
	assert_true(ike_selector_equal(&l->networks[1], &network));
	assert_string_equal(l->banner, "Welcome.");
	assert_string_equal(l->domain, "example.com");
	sa = status_sa(w, 0);
	assert_true(ike_address_equal(&sa.inner, &wanted));
	sa = status_sa(w, 1);
	assert_true(ike_address_equal(&sa.inner, &wanted));
	assert_int_equal(leases(w), 1);
}

static void assert_good(struct world *w, const struct variant *v)
{
	assert_null(world_check(w));
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(w->sides[1].sa_count, 2);
	if (v->config)
		assert_configured(w, "10.9.0.2");
	if (v->auth == IKE_XAUTH_PSK) {
		assert_string_equal(status_sa(w, 0).user, "alice");
		assert_string_equal(status_sa(w, 1).user, "alice");
		assert_string_equal(status_sa(w, 0).auth, "xauth-psk");
	}
}

static void test_variants(void **state)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++) {
		struct world *w = begin(&variants[i], i, NULL, NULL);

		print_message("%s\n", variants[i].name);
		assert_true(world_run(w, w->now + 2 * SECONDS, both_up));
		assert_good(w, &variants[i]);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 1);
		assert_int_equal(w->sides[1].counts[IKE_EVENT_IKE_UP], 1);
		/* The password that many know, in the exchange that shows its hash */
		assert_int_equal(world_said(w, 0, IKE_EVENT_WEAK, "group password"),
				 variants[i].aggressive);
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

static void every_message(const struct variant *v, enum verdict verdict)
{
	/* A damaged identity or key exchange costs a whole attempt. */
	uint64_t patience = verdict == WORLD_DAMAGE ? 120 * SECONDS : 20 * SECONDS;
	struct fate f = { .verdict = verdict };
	unsigned int met = 0;
	struct world *w;

	for (f.sender = 0; f.sender < 2; f.sender++) {
		for (f.number = 0; f.number < v->fates; f.number++) {
			f.met = false;
			w = begin(v, f.number + 7, one_fate, &f);
			if (!world_run(w, w->now + patience, both_up))
				fail_msg("%s: verdict %d on message %u of side %u: not up", v->name,
					 verdict, f.number, f.sender);
			world_run(w, w->now + 200 * SECONDS, NULL);
			assert_true(both_up(w));
			assert_good(w, v);
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

	for (i = 0; i < VARIANTS; i++)
		every_message(&variants[i], WORLD_DROP);
}

static void test_duplicate(void **state)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++)
		every_message(&variants[i], WORLD_TWICE);
}

static void test_late(void **state)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++)
		every_message(&variants[i], WORLD_LATE);
}

static void test_damage(void **state)
{
	every_message(&variants[0], WORLD_DAMAGE);
	every_message(&variants[1], WORLD_DAMAGE);
}

static void test_bad_network(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 40; seed++) {
		struct world *w = begin(&variants[seed % VARIANTS], seed, NULL, NULL);

		w->loss = 250;
		w->twice = w->late = 100;
		w->damage = 30;
		w->jitter = 200;
		if (!world_run(w, w->now + 900 * SECONDS, both_up))
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

	for (i = 0; i < VARIANTS; i++) {
		struct world *w = begin(&variants[i], i, no_transactions, NULL);

		world_run(w, w->now + 75 * SECONDS, NULL);
		assert_int_equal(w->sides[0].installs + w->sides[1].installs, 0);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 0);
		assert_int_not_equal(error_of(w, 1), IKE_ERROR_NONE);
		/* Whichever side's patience ends first */
		if (variants[i].auth == IKE_XAUTH_PSK)
			assert_true(error_of(w, 1) == IKE_ERROR_XAUTH_MISMATCH ||
				    error_of(w, 1) == IKE_ERROR_PEER_DELETED);
		/* Nothing piles up, and once they hear each other they come up. */
		world_run(w, w->now + 3600 * SECONDS, NULL);
		assert_true(world_ike_sas(w, 0) <= 2);
		assert_true(world_ike_sas(w, 1) <= 1);
		assert_int_equal(leases(w) <= 1, true);
		w->judge = NULL;
		assert_true(world_run(w, w->now + 200 * SECONDS, both_up));
		assert_int_equal(w->sides[0].sa_count, 2);
		world_free(w);
	}
}

static void refused(const char *user, const char *password, unsigned int tries)
{
	struct world *w = world_new(1, 2);
	struct scene s;

	set_scene(w, &s, &variants[0]);
	set_user(&s.client, user, password);
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	world_run(w, w->now + 1900, NULL);
	/* The refusal is late */
	assert_int_equal(error_of(w, 1), IKE_ERROR_NONE);
	world_run(w, w->now + 13 * SECONDS, NULL);
	assert_int_equal(error_of(w, 1), IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(error_of(w, 0), IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(w->sides[0].verified, tries);
	assert_int_equal(world_ike_sas(w, 0), 0);
	/* It is tried again, but not so often that an account is locked for it. */
	world_run(w, w->now + 600 * SECONDS, NULL);
	assert_in_range(w->sides[0].verified, 5, 16);
	assert_int_equal(w->sides[0].installs + w->sides[1].installs, 0);
	assert_int_equal(w->sides[1].configured, 0);
	assert_int_equal(leases(w), 0);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 0);
	/* Nobody's password is told to anybody. */
	assert_false(*password && world_said(w, 0, IKE_EVENT_REFUSED, password));
	assert_false(*password && world_said(w, 1, IKE_EVENT_FAILED, password));
	set_user(&s.client, "alice", "ecila");
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 10 * SECONDS, both_up));
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

	set_scene(w, &s, &variants[0]);
	set_user(&s.client, "alice", "guess");
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
	assert_int_equal(error_of(w, 1), IKE_ERROR_XAUTH_FAILED);
	world_free(w);
}

/* A client that thinks that it is in already gets nowhere: no child, no address. */
static void test_no_way_around(void **state)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		struct world *w = begin(&variants[i], i, no_transactions, NULL);
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
		assert_int_equal(leases(w), 0);
		world_free(w);
	}
	/* Nor does one that asks for its address before it has logged in. */
	for (i = 0; i < 3; i++) {
		struct world *w = begin(&variants[0], i, no_transactions, NULL);
		struct session *client;

		world_run(w, w->now + 500, NULL);
		client = w->sides[1].ike->sessions;
		w->judge = NULL;
		client->access.step = ACCESS_CONFIG;
		access_logged_in(client);
		world_touched(w, 1);
		world_run(w, w->now + 20, NULL);
		assert_int_equal(leases(w), 0);
		assert_int_equal(w->sides[1].configured, 0);
		world_free(w);
	}
}

/* Clients of their own until the pool is empty; who leaves makes room. */
static void test_pool(void **state)
{
	struct world *w = world_new(3, 5);
	static char users[5][8], passwords[5][8];
	unsigned int i, up = 0, last = 0;
	struct ike_address seen[5] = { 0 };
	struct scene s;

	set_scene(w, &s, &variants[0]);
	/* Six addresses but for the network's and broadcast: one is ours, two are reserved */
	s.server.pool = selector("10.9.0.0/29");
	s.server.reserved[s.server.reserved_count++] = address("10.9.0.3");
	s.server.reserved[s.server.reserved_count++] = address("10.9.0.6");
	world_add(w, 0, &s.server);
	for (i = 1; i < 5; i++) {
		snprintf(users[i], sizeof(users[i]), "u%u", i);
		snprintf(passwords[i], sizeof(passwords[i]), "%uu", i);
		s.client.local = w->sides[i].address;
		set_user(&s.client, users[i], passwords[i]);
		world_add(w, i, &s.client);
		world_run(w, w->now + 5 * SECONDS, NULL);
	}
	for (i = 1; i < 5; i++) {
		if (world_state(w, i, "test") != IKE_STATE_ESTABLISHED) {
			last = i;
			continue;
		}
		assert_null(world_esp(w, 0, i, true));
		assert_null(world_esp(w, i, 0, true));
		seen[up++] = w->sides[i].lease.address;
	}
	assert_int_equal(up, 3);
	assert_false(ike_address_equal(&seen[0], &seen[1]));
	assert_false(ike_address_equal(&seen[0], &seen[2]));
	assert_false(ike_address_equal(&seen[1], &seen[2]));
	assert_int_equal(last, 4);
	assert_int_equal(error_of(w, 4), IKE_ERROR_NO_LEASE);
	assert_true(world_said(w, 0, IKE_EVENT_REFUSED, "no address is left in the pool"));
	ike_stop(w->sides[2].ike, "test", w->now);
	world_touched(w, 2);
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(world_state(w, 4, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(leases(w), 3);
	/* Each is gone with its user. */
	for (i = 1; i < 5; i++) {
		ike_stop(w->sides[i].ike, "test", w->now);
		world_touched(w, i);
	}
	world_run(w, w->now + 20 * SECONDS, NULL);
	assert_int_equal(leases(w), 0);
	assert_int_equal(w->sides[0].sa_count, 0);
	world_free(w);
}

static void test_reauthentication(void **state)
{
	size_t v;

	for (v = 0; v < VARIANTS; v++) {
		struct world *w = world_new(v, 2);
		struct scene s;
		unsigned int i;

		if (variants[v].nat)
			world_nat(w, 1);
		set_scene(w, &s, &variants[v]);
		s.server.ike_lifetime = s.client.ike_lifetime = 120;
		s.client.rekey_margin = 30;
		world_add(w, 0, &s.server);
		world_add(w, 1, &s.client);
		assert_true(world_run(w, w->now + 5 * SECONDS, both_up));
		/* Not a gap at any second, not an address too many */
		for (i = 0; i < 600; i++) {
			world_run(w, w->now + SECONDS, NULL);
			assert_null(world_esp(w, 0, 1, true));
			assert_null(world_esp(w, 1, 0, true));
			assert_true(leases(w) <= 1);
		}
		assert_good(w, &variants[v]);
		assert_true(w->sides[0].counts[IKE_EVENT_IKE_UP] >= 4);
		assert_true(world_ike_sas(w, 0) <= 2);
		if (variants[v].auth == IKE_XAUTH_PSK)
			assert_true(w->sides[0].verified >= 4);
		world_free(w);
	}
}

/* The server comes back with other addresses: the client's child follows. */
static void test_other_address(void **state)
{
	struct world *w = world_new(1, 2);
	struct scene s;

	set_scene(w, &s, &variants[0]);
	s.client.dpd_delay = 10;
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 5 * SECONDS, both_up));
	world_off(w, 0);
	world_on(w, 0);
	s.server.pool = selector("10.10.0.0/24");
	world_add(w, 0, &s.server);
	world_run(w, w->now + 180 * SECONDS, NULL);
	assert_true(both_up(w));
	assert_configured(w, "10.10.0.1");
	world_free(w);
}

/* Users behind one NAT, who share the group's identity: the second does not put out the first. */
static void test_one_nat(void **state)
{
	struct world *w = world_new(1, 3);
	struct scene s;
	unsigned int i;

	set_scene(w, &s, &variants[0]);
	s.server.encap = s.client.encap = IKE_ENCAP_FORCE;
	s.client.local_id = "keyid:group";
	world_add(w, 0, &s.server);
	for (i = 1; i < 3; i++) {
		world_nat(w, i);
		w->sides[i].public = w->sides[1].public;
		w->sides[i].mapped[0] = 10000 + i;
		w->sides[i].mapped[1] = 20000 + i;
		s.client.local = w->sides[i].address;
		if (i == 2)
			set_user(&s.client, "bob", "bob");
		world_add(w, i, &s.client);
		world_run(w, w->now + 5 * SECONDS, NULL);
	}
	for (i = 1; i < 3; i++)
		assert_int_equal(world_state(w, i, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(leases(w), 2);
	assert_int_equal(w->sides[0].sa_count, 4);
	assert_int_equal(world_ike_sas(w, 0), 2);
	world_free(w);
}

/* Only one of the two sides knows of XAUTH. */
static void test_mismatch(void **state)
{
	struct variant plain = { .auth = IKE_PSK };
	struct scene xauth, psk;
	struct world *w = world_new(1, 2);

	set_scene(w, &xauth, &variants[0]);
	set_scene(w, &psk, &plain);
	world_add(w, 0, &xauth.server);
	world_add(w, 1, &psk.client);
	world_run(w, w->now + 15 * SECONDS, NULL);
	assert_int_equal(error_of(w, 0), IKE_ERROR_XAUTH_MISMATCH);
	assert_int_equal(error_of(w, 1), IKE_ERROR_NO_PROPOSAL_CHOSEN);
	world_free(w);

	w = world_new(1, 2);
	set_scene(w, &xauth, &variants[0]);
	set_scene(w, &psk, &plain);
	world_add(w, 0, &psk.server);
	world_add(w, 1, &xauth.client);
	world_run(w, w->now + 15 * SECONDS, NULL);
	assert_int_equal(error_of(w, 0), IKE_ERROR_XAUTH_MISMATCH);
	assert_int_equal(error_of(w, 1), IKE_ERROR_NO_PROPOSAL_CHOSEN);
	world_free(w);

	/* Phase 1 is plain, then one side expects mode config: pull against push */
	w = world_new(1, 2);
	set_scene(w, &xauth, &variants[3]);
	set_scene(w, &psk, &variants[4]);
	world_add(w, 0, &xauth.server);
	world_add(w, 1, &psk.client);
	world_run(w, w->now + 70 * SECONDS, NULL);
	assert_int_equal(error_of(w, 0), IKE_ERROR_NO_RESPONSE);
	assert_int_equal(error_of(w, 1), IKE_ERROR_NO_RESPONSE);
	assert_true(world_said(w, 1, IKE_EVENT_FAILED, "pull or push") ||
		    world_said(w, 0, IKE_EVENT_REFUSED, "pull or push"));
	world_free(w);
}

static void check_refused(const struct ike_connection *c, const char *field)
{
	char error[512] = "";

	assert_false(ike_connection_check(c, error, sizeof(error)));
	if (strncmp(error, field, strlen(field)))
		fail_msg("%s does not begin with %s", error, field);
}

static void test_settings(void **state)
{
	struct world *w = world_new(1, 2);
	struct ike_connection c;
	char error[512];
	struct scene s;

	set_scene(w, &s, &variants[0]);
	assert_true(ike_connection_check(&s.server, error, sizeof(error)));
	assert_true(ike_connection_check(&s.client, error, sizeof(error)));
	c = s.client, c.xauth_user = NULL;
	check_refused(&c, "auth:");
	c = s.client, c.xauth_server = true;
	check_refused(&c, "auth:");
	c = s.client, c.auth = IKE_PSK;
	check_refused(&c, "auth:");
	c = s.client, c.xauth_password_length = 0;
	check_refused(&c, "xauth-password-file:");
	c = s.client, c.pool = s.server.pool;
	check_refused(&c, "pool:");
	c = s.server, c.pool = selector("2001:db8::/64");
	check_refused(&c, "pool:");
	c = s.server, c.pool = (struct ike_selector){ 0 };
	check_refused(&c, "mode-config:");
	c = s.server, c.mode_config = IKE_MODE_CONFIG_NO;
	check_refused(&c, "pool:");
	c = s.client, c.mode = IKE_MODE_TRANSPORT;
	check_refused(&c, "mode-config:");
	world_free(w);
}

/* However wide remote-ts is, a client has the address that it was given, and no other one. */
static void test_no_other_address(void **state)
{
	struct world *w = world_new(1, 2);
	struct connection *c;
	struct scene s;

	set_scene(w, &s, &variants[0]);
	s.server_pair.remote = selector("10.0.0.0/8");
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 2 * SECONDS, both_up));
	assert_configured(w, "10.9.0.2");
	/* It forgets what it was given, and asks for its outer address, 10.0.0.2 */
	c = w->sides[1].ike->connections;
	free(c->lease);
	c->lease = NULL;
	child_delete(w->sides[1].ike->children);
	world_touched(w, 1);
	world_run(w, w->now + 20 * SECONDS, NULL);
	assert_true(world_said(w, 0, IKE_EVENT_REFUSED, "the peer wants"));
	assert_int_equal(w->sides[0].sa_count, 0);
	world_free(w);
}

/* What servers send that are not ours, good and bad. */
static void test_gifts(void **state)
{
	static const struct {
		const char *list; /* behind the address */
		unsigned int networks, dns;
	} rows[] = {
		{ "7004 000e 0a030000 ffff0000 000000000000", 1, 0 },
		{ "7004 001c 0a030000 ffff0000 000000000000 0a040000 ffff0000 000000000000", 2, 0 },
		{ "7004 0008 0a030000 ffff0000", 1, 0 }, /* strongSwan's */
		{ "000d 0008 0a030000 ffff0000 7004 0008 0a030000 ffff0000", 1, 0 }, /* the same */
		{ "7004 0008 0a030000 ff00ff00", 0, 0 }, /* no mask */
		{ "7004 0005 0a030000 ff", 0, 0 },
		{ "7004 0000 000d 0000", 0, 0 },
		{ "7004 0008 0a03ffff ffff0000", 1, 0 }, /* host bits are cut */
		{ "0003 0004 0a010035 0003 0004 0a010036", 0, 2 },
		{ "0003 0004 7f000001 0003 0004 e0000001 0003 0003 0a0101", 0, 0 },
	};
	struct ike_selector network = selector("10.3.0.0/16");
	char list[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = begin(&variants[0], i, NULL, NULL);
		struct attributes a = { .type = IKE_CFG_REPLY };
		const struct ike_lease *lease = &w->sides[1].lease;
		struct session *s;

		assert_true(world_run(w, w->now + 2 * SECONDS, both_up));
		snprintf(list, sizeof(list), "0001 0004 0a090002 %s", rows[i].list);
		a.list = hex(list);
		s = w->sides[1].ike->sessions;
		s->access.step = ACCESS_CONFIG;
		mode_config_reply(s, &a);
		world_touched(w, 1);
		assert_int_equal(lease->network_count, rows[i].networks);
		assert_int_equal(lease->dns_count, rows[i].dns);
		if (rows[i].networks)
			assert_true(ike_selector_equal(&lease->networks[0], &network));
		world_free(w);
	}
}

static void test_range(void **state)
{
	static const struct {
		const char *pool;
		uint32_t first, last;
	} rows[] = {
		{ "10.9.0.0/24", 0x0a090001, 0x0a0900fe },
		{ "10.9.0.0/30", 0x0a090001, 0x0a090002 },
		{ "10.9.0.4/31", 0x0a090004, 0x0a090005 },
		{ "10.9.0.7/32", 0x0a090007, 0x0a090007 },
		{ "10.0.0.0/8", 0x0a000001, 0x0afffffe },
	};
	struct ike_selector pool;
	uint32_t first, last;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pool = selector(rows[i].pool);
		lease_range(&pool, &first, &last);
		assert_int_equal(first, rows[i].first);
		assert_int_equal(last, rows[i].last);
	}
}

static void test_attributes(void **state)
{
	static const struct {
		const char *body;
		bool good;
		unsigned int count;
	} rows[] = {
		{ "01 00 0001", true, 0 },
		{ "01 00 0001 4089 0000 408a 0000", true, 2 },
		{ "02 00 0001 4089 0003 626f62 c088 0000", true, 2 },
		{ "03 00 0001 c08f 0001", true, 1 },
		{ "00 00 0001", false, 0 }, /* no type of payload */
		{ "05 00 0001", false, 0 },
		{ "01 00 00", false, 0 },
		{ "01 00 0001 40", false, 0 },
		{ "01 00 0001 4089 00", false, 0 },
		{ "01 00 0001 4089 0004 626f62", false, 0 }, /* longer than the payload */
		{ "01 00 0001 4089 ffff", false, 0 },
	};
	struct attribute attribute;
	struct attributes a;
	unsigned int count;
	struct fault fault;
	struct bytes list;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fault = (struct fault){ 0 };
		if (attributes_parse(&a, hex(rows[i].body), &fault) != rows[i].good)
			fail_msg("row %zu: %s", i, fault.text ? fault.text : "accepted");
		if (!rows[i].good)
			continue;
		list = a.list;
		for (count = 0; attributes_next(&list, &attribute); count++)
			;
		assert_int_equal(count, rows[i].count);
		assert_int_equal(attributes_are_xauth(&a), count > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variants),	 cmocka_unit_test(test_drop),
		cmocka_unit_test(test_duplicate),	 cmocka_unit_test(test_late),
		cmocka_unit_test(test_damage),		 cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_silence),		 cmocka_unit_test(test_refused),
		cmocka_unit_test(test_attempts),	 cmocka_unit_test(test_no_way_around),
		cmocka_unit_test(test_pool),		 cmocka_unit_test(test_reauthentication),
		cmocka_unit_test(test_other_address),	 cmocka_unit_test(test_one_nat),
		cmocka_unit_test(test_mismatch),	 cmocka_unit_test(test_settings),
		cmocka_unit_test(test_gifts),		 cmocka_unit_test(test_no_other_address),
		cmocka_unit_test(test_range),		 cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

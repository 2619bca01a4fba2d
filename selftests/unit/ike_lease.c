// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses that a server gives: pools that are empty, clients that come again, share a NAT, or
 * want another address than theirs; settings that do not fit; what other servers send.
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
#include "lib/scene.h"

/* Clients of their own until the pool is empty; who leaves makes room. */
static void test_pool(void **state)
{
	struct world *w = world_new(3, 5);
	static char users[5][8], passwords[5][8];
	unsigned int i, up = 0, last = 0;
	struct ike_address seen[5] = { 0 };
	struct scene s;

	scene_set(w, &s, &scene_variants[0]);
	/* Six addresses but for the network's and broadcast: one is ours, two are reserved */
	s.server.pool = scene_selector("10.9.0.0/29");
	s.server.reserved[s.server.reserved_count++] = scene_address("10.9.0.3");
	s.server.reserved[s.server.reserved_count++] = scene_address("10.9.0.6");
	world_add(w, 0, &s.server);
	for (i = 1; i < 5; i++) {
		snprintf(users[i], sizeof(users[i]), "u%u", i);
		snprintf(passwords[i], sizeof(passwords[i]), "%uu", i);
		s.client.local = w->sides[i].address;
		scene_user(&s.client, users[i], passwords[i]);
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
	assert_int_equal(scene_error(w, 4), IKE_ERROR_NO_LEASE);
	assert_true(world_said(w, 0, IKE_EVENT_REFUSED, "no address is left in the pool"));
	ike_stop(w->sides[2].ike, "test", w->now);
	world_touched(w, 2);
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(world_state(w, 4, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(scene_leases(w), 3);
	/* Each is gone with its user. */
	for (i = 1; i < 5; i++) {
		ike_stop(w->sides[i].ike, "test", w->now);
		world_touched(w, i);
	}
	world_run(w, w->now + 20 * SECONDS, NULL);
	assert_int_equal(scene_leases(w), 0);
	assert_int_equal(w->sides[0].sa_count, 0);
	world_free(w);
}

static void test_reauthentication(void **state)
{
	size_t v;

	for (v = 0; v < SCENE_VARIANTS; v++) {
		struct world *w = world_new(v, 2);
		struct scene s;
		unsigned int i;

		if (scene_variants[v].nat)
			world_nat(w, 1);
		scene_set(w, &s, &scene_variants[v]);
		s.server.ike_lifetime = s.client.ike_lifetime = 120;
		s.client.rekey_margin = 30;
		world_add(w, 0, &s.server);
		world_add(w, 1, &s.client);
		assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
		/* Not a gap at any second, not an address too many */
		for (i = 0; i < 600; i++) {
			world_run(w, w->now + SECONDS, NULL);
			assert_null(world_esp(w, 0, 1, true));
			assert_null(world_esp(w, 1, 0, true));
			assert_true(scene_leases(w) <= 1);
		}
		scene_good(w, &scene_variants[v]);
		assert_true(w->sides[0].counts[IKE_EVENT_IKE_UP] >= 4);
		assert_true(world_ike_sas(w, 0) <= 2);
		if (scene_variants[v].auth == IKE_XAUTH_PSK)
			assert_true(w->sides[0].verified >= 4);
		world_free(w);
	}
}

/* The server comes back with other addresses: the client's child follows. */
static void test_other_address(void **state)
{
	struct world *w = world_new(1, 2);
	struct scene s;

	scene_set(w, &s, &scene_variants[0]);
	s.client.dpd_delay = 10;
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	world_off(w, 0);
	world_on(w, 0);
	s.server.pool = scene_selector("10.10.0.0/24");
	world_add(w, 0, &s.server);
	world_run(w, w->now + 180 * SECONDS, NULL);
	assert_true(couple_up(w));
	scene_configured(w, "10.10.0.1");
	world_free(w);
}

/* Users behind one NAT, who share the group's identity: the second does not put out the first. */
static void test_one_nat(void **state)
{
	struct world *w = world_new(1, 3);
	struct scene s;
	unsigned int i;

	scene_set(w, &s, &scene_variants[0]);
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
			scene_user(&s.client, "bob", "bob");
		world_add(w, i, &s.client);
		world_run(w, w->now + 5 * SECONDS, NULL);
	}
	for (i = 1; i < 3; i++)
		assert_int_equal(world_state(w, i, "test"), IKE_STATE_ESTABLISHED);
	assert_int_equal(scene_leases(w), 2);
	assert_int_equal(w->sides[0].sa_count, 4);
	assert_int_equal(world_ike_sas(w, 0), 2);
	world_free(w);
}

/* A server of one kind and a client of another, for so many seconds. */
static struct world *meet(const struct scene_variant *server, const struct scene_variant *client,
			  unsigned int seconds)
{
	struct world *w = world_new(1, 2);
	struct scene first, second;

	scene_set(w, &first, server);
	scene_set(w, &second, client);
	world_add(w, 0, &first.server);
	world_add(w, 1, &second.client);
	world_run(w, w->now + seconds * SECONDS, NULL);
	return w;
}

/* Only one of the two sides knows of XAUTH. */
static void test_mismatch(void **state)
{
	const struct scene_variant plain = { .auth = IKE_PSK };
	const struct scene_variant *xauth = &scene_variants[0];
	struct world *w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		w = i ? meet(&plain, xauth, 15) : meet(xauth, &plain, 15);
		assert_int_equal(scene_error(w, 0), IKE_ERROR_XAUTH_MISMATCH);
		assert_int_equal(scene_error(w, 1), IKE_ERROR_NO_PROPOSAL_CHOSEN);
		world_free(w);
	}

	/* Phase 1 is plain, then one side expects mode config: pull against push */
	w = meet(&scene_variants[3], &scene_variants[4], 70);
	assert_int_equal(scene_error(w, 0), IKE_ERROR_NO_RESPONSE);
	assert_int_equal(scene_error(w, 1), IKE_ERROR_NO_RESPONSE);
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

	scene_set(w, &s, &scene_variants[0]);
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
	c = s.server, c.pool = scene_selector("2001:db8::/64");
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

	scene_set(w, &s, &scene_variants[0]);
	s.server_pair.remote = scene_selector("10.0.0.0/8");
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
	scene_configured(w, "10.9.0.2");
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
	struct ike_selector network = scene_selector("10.3.0.0/16");
	char list[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = scene_begin(&scene_variants[0], i, NULL, NULL);
		struct attributes a = { .type = IKE_CFG_REPLY };
		const struct ike_lease *lease = &w->sides[1].lease;
		struct session *s;

		assert_true(world_run(w, w->now + 2 * SECONDS, couple_up));
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
		pool = scene_selector(rows[i].pool);
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
		{ "02 00 0001 c08f 0001 00", true, 1 }, /* lengthened to a word */
		{ "02 00 0001 4089 0002 626f 000000", true, 1 },
		{ "02 00 0001 c08f 0001 000001", false, 0 },
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
		cmocka_unit_test(test_pool),	      cmocka_unit_test(test_reauthentication),
		cmocka_unit_test(test_other_address), cmocka_unit_test(test_one_nat),
		cmocka_unit_test(test_mismatch),      cmocka_unit_test(test_settings),
		cmocka_unit_test(test_gifts),	      cmocka_unit_test(test_no_other_address),
		cmocka_unit_test(test_range),	      cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

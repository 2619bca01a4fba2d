// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child.h"
#include "ike/lease.h"
#include "scene.h"

const struct scene_variant scene_variants[SCENE_VARIANTS] = {
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

struct ike_selector scene_selector(const char *text)
{
	struct ike_selector s;

	assert_true(ike_selector_parse(&s, text));
	return s;
}

struct ike_address scene_address(const char *text)
{
	struct ike_address a;

	assert_true(ike_address_parse(&a, text));
	return a;
}

void scene_user(struct ike_connection *c, const char *user, const char *password)
{
	c->xauth_user = user;
	c->xauth_password = (const uint8_t *)password;
	c->xauth_password_length = strlen(password);
}

void scene_set(struct world *w, struct scene *s, const struct scene_variant *v)
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
		scene_user(&s->client, "alice", "ecila");
	if (v->config)
		s->server.pool = scene_selector("10.9.0.0/24");
	s->server.reserved[s->server.reserved_count++] = scene_address("10.9.0.1");
	s->gives.dns[s->gives.dns_count++] = scene_address("10.1.0.53");
	s->gives.dns[s->gives.dns_count++] = scene_address("10.1.0.54");
	s->gives.networks[s->gives.network_count++] = scene_selector("10.1.0.0/16");
	s->gives.networks[s->gives.network_count++] = scene_selector("10.2.3.0/24");
	strcpy(s->gives.banner, "Welcome.");
	strcpy(s->gives.domain, "example.com");
	s->server.gives = &s->gives;
	s->server_pair.local = scene_selector("10.0.0.0/8");
	s->server_pair.remote = scene_selector("dynamic");
	s->client_pair.local = s->server_pair.remote;
	s->client_pair.remote = s->server_pair.local;
	s->server.pairs = &s->server_pair;
	s->client.pairs = &s->client_pair;
	s->client.start = IKE_START_ALWAYS;
}

struct world *scene_begin(const struct scene_variant *v, uint64_t seed,
			   enum verdict (*judge)(struct world *, const struct datagram *),
			   void *test)
{
	struct world *w = world_new(seed, 2);
	struct scene s;

	w->judge = judge;
	w->test = test;
	if (v->nat)
		world_nat(w, 1);
	scene_set(w, &s, v);
	world_add(w, 0, &s.server);
	world_add(w, 1, &s.client);
	return w;
}

static void see_sa(void *ctx, const struct ike_status_sa *status)
{
	struct ike_status_sa *seen = ctx;
	static char user[IKE_USER_MAX];

	*seen = *status;
	snprintf(user, sizeof(user), "%s", status->user);
	seen->user = user;
}

struct ike_status_sa scene_status(struct world *w, unsigned int side)
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

enum ike_error scene_error(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .connection = see_error };
	enum ike_error error = IKE_ERROR_COUNT;

	ike_status(w->sides[side].ike, "test", w->now, &visitor, &error);
	return error;
}

unsigned int scene_leases(struct world *w)
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
	struct ike_selector wanted = scene_selector(inner), other = scene_selector("10.0.0.0/8");
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next) {
		assert_true(ike_selector_equal(side ? &sa->sa.local_ts : &sa->sa.remote_ts,
					       &wanted));
		assert_true(ike_selector_equal(side ? &sa->sa.remote_ts : &sa->sa.local_ts,
					       &other));
	}
}

void scene_configured(struct world *w, const char *inner)
{
	const struct ike_lease *l = &w->sides[1].lease;
	struct ike_address wanted = scene_address(inner), dns = scene_address("10.1.0.53");
	struct ike_selector network = scene_selector("10.2.3.0/24");
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
	sa = scene_status(w, 0);
	assert_true(ike_address_equal(&sa.inner, &wanted));
	sa = scene_status(w, 1);
	assert_true(ike_address_equal(&sa.inner, &wanted));
	assert_int_equal(scene_leases(w), 1);
}

void scene_good(struct world *w, const struct scene_variant *v)
{
	assert_null(world_check(w));
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
	assert_int_equal(w->sides[0].sa_count, 2);
	assert_int_equal(w->sides[1].sa_count, 2);
	if (v->config)
		scene_configured(w, "10.9.0.2");
	if (v->auth == IKE_XAUTH_PSK) {
		assert_string_equal(scene_status(w, 0).user, "alice");
		assert_string_equal(scene_status(w, 1).user, "alice");
		assert_string_equal(scene_status(w, 0).auth, "xauth-psk");
	}
}

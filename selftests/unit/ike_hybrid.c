// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logins behind certificates: hybrid, where only the server has one, and XAUTH behind RSA
 * signatures of both. No password goes to a server that has not proven itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pki.h"
#include "lib/couple.h"

#define GATEWAY "gateway.example.com"
#define CLIENT "client.example.com"

/* The server is side 0. */
struct scene {
	struct world *world;
	struct ike_connection server, client;
	struct ike_pair server_pair, client_pair;
	struct pki *root, *other, *server_pki, *client_pki;
};

static struct pki *make(const char *name, const struct pki *issuer)
{
	return pki_make(&(struct pki_wish){ .subject = "C=DE, CN=end", .names = name,
					    .issuer = issuer });
}

static struct pki *make_ca(const char *subject)
{
	return pki_make(&(struct pki_wish){ .subject = subject, .ca = true });
}

static void begin(struct scene *s, enum ike_auth auth, bool aggressive)
{
	*s = (struct scene){ .world = world_new(7, 2) };
	s->root = make_ca("C=DE, O=Example, CN=Root");
	s->other = make_ca("C=DE, O=Somebody else, CN=Root");
	s->server_pki = make("DNS:" GATEWAY, s->root);
	s->client_pki = make("DNS:" CLIENT, s->root);
	s->server = world_connection(s->world, 0, 1);
	s->client = world_connection(s->world, 1, 0);
	s->server.auth = s->client.auth = auth;
	s->server.psk = s->client.psk = NULL;
	s->server.exchange = s->client.exchange = aggressive ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE;
	s->server.remote = (struct ike_address){ 0 };
	s->server.remote_id = "%any";
	s->server.local_id = s->client.remote_id = GATEWAY;
	s->client.local_id = CLIENT;
	s->server.cert = s->server_pki->cert_file;
	s->server.key = s->server_pki->key_file;
	s->client.ca = &s->root->cert_file;
	s->client.ca_count = 1;
	if (auth == IKE_XAUTH_RSASIG) {
		s->client.cert = s->client_pki->cert_file;
		s->client.key = s->client_pki->key_file;
		s->server.ca = &s->root->cert_file;
		s->server.ca_count = 1;
	}
	s->server.xauth_server = true;
	s->client.xauth_user = "alice";
	s->client.xauth_password = (const uint8_t *)"ecila";
	s->client.xauth_password_length = 5;
	s->server.mode_config = s->client.mode_config = IKE_MODE_CONFIG_PULL;
	assert_true(ike_selector_parse(&s->server.pool, "10.9.0.0/24"));
	assert_true(ike_selector_parse(&s->server_pair.local, "10.0.0.0/8"));
	assert_true(ike_selector_parse(&s->server_pair.remote, "dynamic"));
	s->client_pair = (struct ike_pair){ s->server_pair.remote, s->server_pair.local };
	s->server.pairs = &s->server_pair;
	s->client.pairs = &s->client_pair;
	s->client.start = IKE_START_ALWAYS;
}

static void go(struct scene *s)
{
	world_add(s->world, 0, &s->server);
	world_add(s->world, 1, &s->client);
}

static void end(struct scene *s)
{
	world_free(s->world);
	pki_free(s->server_pki);
	pki_free(s->client_pki);
	pki_free(s->other);
	pki_free(s->root);
}

static void test_up(void **state)
{
	static const struct {
		enum ike_auth auth;
		const char *said;
	} rows[] = {
		{ IKE_HYBRID, "hybrid RSA (initiator)" },
		{ IKE_XAUTH_RSASIG, "XAUTH with RSA signature (initiator)" },
	};
	struct scene s;
	size_t i;

	for (i = 0; i < 4; i++) {
		begin(&s, rows[i / 2].auth, i % 2);
		go(&s);
		assert_true(world_run(s.world, s.world->now + 5 * SECONDS, couple_up));
		assert_null(world_check(s.world));
		assert_null(world_esp(s.world, 0, 1, true));
		assert_null(world_esp(s.world, 1, 0, true));
		assert_true(world_said(s.world, 0, IKE_EVENT_IKE_UP, rows[i / 2].said));
		assert_true(world_said(s.world, 0, IKE_EVENT_IKE_UP, "user alice"));
		assert_int_equal(s.world->sides[0].verified, 1);
		assert_false(world_said(s.world, 0, IKE_EVENT_WEAK, "group password"));
		end(&s);
	}
}

/* Whoever it is that answers does not learn the password. */
static void test_false_server(void **state)
{
	static const enum ike_auth auths[] = { IKE_HYBRID, IKE_XAUTH_RSASIG };
	struct pki *false_pki;
	struct scene s;
	size_t i;

	for (i = 0; i < 4; i++) {
		begin(&s, auths[i / 2], i % 2);
		false_pki = make("DNS:" GATEWAY, s.other);
		s.server.cert = false_pki->cert_file;
		s.server.key = false_pki->key_file;
		go(&s);
		world_run(s.world, s.world->now + 60 * SECONDS, NULL);
		assert_int_equal(s.world->sides[0].verified, 0);
		assert_int_equal(s.world->sides[1].last_error, IKE_ERROR_CERT_UNKNOWN_ISSUER);
		assert_int_equal(s.world->sides[0].installs + s.world->sides[1].installs, 0);
		pki_free(false_pki);
		end(&s);
	}
}

/* A right user behind a certificate of somebody else does not get as far as the login. */
static void test_false_client(void **state)
{
	struct pki *false_pki;
	struct scene s;

	begin(&s, IKE_XAUTH_RSASIG, false);
	false_pki = make("DNS:" CLIENT, s.other);
	s.client.cert = false_pki->cert_file;
	s.client.key = false_pki->key_file;
	go(&s);
	world_run(s.world, s.world->now + 60 * SECONDS, NULL);
	assert_int_equal(s.world->sides[0].verified, 0);
	assert_int_equal(s.world->sides[0].last_error, IKE_ERROR_CERT_UNKNOWN_ISSUER);
	assert_int_equal(s.world->sides[0].installs, 0);
	pki_free(false_pki);
	end(&s);
}

static void test_wrong_password(void **state)
{
	struct scene s;

	begin(&s, IKE_HYBRID, false);
	s.client.xauth_user = "mallory";
	go(&s);
	world_run(s.world, s.world->now + 15 * SECONDS, NULL);
	assert_int_equal(s.world->sides[0].last_error, IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(s.world->sides[1].last_error, IKE_ERROR_XAUTH_FAILED);
	assert_int_equal(s.world->sides[0].installs, 0);
	end(&s);
}

/* Each side needs what it proves itself with, and what it judges the other by; no more. */
static void test_settings(void **state)
{
	struct ike_connection c;
	struct scene s;
	char error[512];

	begin(&s, IKE_HYBRID, false);
	assert_true(ike_connection_check(&s.server, error, sizeof(error)));
	assert_true(ike_connection_check(&s.client, error, sizeof(error)));
	c = s.client, c.ca_count = 0;
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	c = s.server, c.key = (struct ike_file){ 0 };
	assert_false(ike_connection_check(&c, error, sizeof(error)));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),	      cmocka_unit_test(test_false_server),
		cmocka_unit_test(test_false_client),  cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

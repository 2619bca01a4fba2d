// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phase 1 with signatures and certificates: two engines back to back, every method, exchange and way
 * of being trusted, and every way of not being trusted by its code and its words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pki.h"
#include "lib/world.h"

#define SECONDS 1000
#define LEFT_ID "left.example.com"
#define RIGHT_ID "right.example.com"

/* Both sides' connections before they are added, and what they are made of. */
struct setting {
	struct world *world;
	struct ike_connection left, right;
	struct ike_pair left_pair, right_pair;
	struct pki *root, *left_pki, *right_pki;
};

static bool both_up(struct world *w)
{
	return world_state(w, 0, "test") == IKE_STATE_ESTABLISHED &&
	       world_state(w, 1, "test") == IKE_STATE_ESTABLISHED;
}

static struct pki *make_ca(const char *subject, const struct pki *issuer)
{
	return pki_make(&(struct pki_wish){ .subject = subject, .ca = true, .issuer = issuer });
}

static void use(struct ike_connection *c, const struct pki *own)
{
	c->cert = own->cert_file;
	c->key = own->key_file;
}

static void begin(struct setting *s, enum ike_auth auth, const char *key)
{
	static const char *const ike[] = { "aes128-sha256-ecp256" };

	*s = (struct setting){ .world = world_new(7, 2) };
	s->root = make_ca("C=DE, O=Example, CN=Root", NULL);
	s->left_pki = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=left", .names = "DNS:" LEFT_ID, .key = key,
		.issuer = s->root });
	s->right_pki = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=right", .names = "DNS:" RIGHT_ID ",IP:192.0.2.77",
		.key = key, .issuer = s->root });
	s->left = world_connection(s->world, 0, 1);
	s->right = world_connection(s->world, 1, 0);
	s->left.start = IKE_START_ALWAYS;
	s->left.auth = s->right.auth = auth;
	s->left.psk = s->right.psk = NULL;
	s->left.ike = s->right.ike = ike;
	s->left.ike_count = s->right.ike_count = 1;
	use(&s->left, s->left_pki);
	use(&s->right, s->right_pki);
	s->left.ca = s->right.ca = &s->root->cert_file;
	s->left.ca_count = s->right.ca_count = 1;
	s->left.local_id = s->right.remote_id = LEFT_ID;
	s->right.local_id = s->left.remote_id = RIGHT_ID;
}

static void end(struct setting *s)
{
	world_free(s->world);
	pki_free(s->left_pki);
	pki_free(s->right_pki);
	pki_free(s->root);
}

static void go(struct setting *s)
{
	world_add(s->world, 1, &s->right);
	world_add(s->world, 0, &s->left);
}

static void assert_up(struct setting *s)
{
	if (!world_run(s->world, s->world->now + 5 * SECONDS, both_up)) {
		s->world->tell = true;
		world_run(s->world, s->world->now + 20 * SECONDS, NULL);
		fail_msg("not up");
	}
	assert_null(world_check(s->world));
	assert_null(world_esp(s->world, 0, 1, true));
	assert_null(world_esp(s->world, 1, 0, true));
}

static void test_methods(void **state)
{
	static const struct {
		enum ike_auth auth;
		const char *key, *said;
	} rows[] = {
		{ IKE_RSASIG, "rsa2048", "RSA signature" },
		{ IKE_ECDSA_256, "prime256v1", "ECDSA P-256 signature" },
		{ IKE_ECDSA_384, "secp384r1", "ECDSA P-384 signature" },
		{ IKE_ECDSA_521, "secp521r1", "ECDSA P-521 signature" },
	};
	struct setting s;
	size_t i;

	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&s, rows[i / 2].auth, rows[i / 2].key);
		s.left.exchange = s.right.exchange = i % 2 ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE;
		go(&s);
		assert_up(&s);
		assert_true(world_said(s.world, 0, IKE_EVENT_IKE_UP, rows[i / 2].said));
		assert_true(world_said(s.world, 1, IKE_EVENT_IKE_UP, LEFT_ID));
		end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One gateway for whoever comes, in main mode: only the identity that a spoke proves says which of
 * the gateway's connections is its.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/couple.h"
#include "lib/pki.h"

#define HUB "hub.example"

static const char *const spokes[] = { "spoke1.example", "spoke2.example" };

struct trust {
	struct pki *root, *hub, *spoke;
};

static void sign(struct ike_connection *c, const struct trust *t, const struct pki *own)
{
	c->auth = IKE_ECDSA_256;
	c->psk = NULL;
	c->ca = &t->root->cert_file;
	c->ca_count = 1;
	c->cert = own->cert_file;
	c->key = own->key_file;
}

/* @t NULL: with a pre-shared key, which in main mode all spokes share (RFC 2409 5.4) */
static struct world *begin(const char *spoke, const struct trust *t)
{
	static const char *const ike[] = { "aes128-sha256-ecp256" };
	struct couple c;
	struct world *w = couple_begin(&c, 3);
	unsigned int i;

	c.left.ike = c.right.ike = ike;
	c.left.local_id = spoke;
	c.left.remote_id = c.right.local_id = HUB;
	memset(&c.right.remote, 0, sizeof(c.right.remote));
	if (t) {
		sign(&c.left, t, t->spoke);
		sign(&c.right, t, t->hub);
	}
	for (i = 0; i < 2; i++) {
		c.right.name = c.right.remote_id = spokes[i];
		world_add(w, 1, &c.right);
	}
	world_add(w, 0, &c.left);
	world_run(w, w->now + 10 * SECONDS, NULL);
	return w;
}

static void check(const char *spoke, const struct trust *t)
{
	struct world *w = begin(spoke, t);
	bool known = false;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		bool mine = !strcmp(spoke, spokes[i]);

		assert_int_equal(world_state(w, 1, spokes[i]) == IKE_STATE_ESTABLISHED, mine);
		known |= mine;
	}
	assert_int_equal(w->sides[1].sa_count, known ? 2 : 0);
	assert_int_equal(w->sides[0].sa_count, known ? 2 : 0);
	if (known) {
		couple_carries(w);
	} else {
		assert_int_equal(w->sides[1].last_error, IKE_ERROR_INVALID_ID);
		assert_true(world_said(w, 1, IKE_EVENT_REFUSED, spoke));
	}
	world_free(w);
}

static void test_key(void **state)
{
	check(spokes[0], NULL);
	check(spokes[1], NULL);
	check("spoke3.example", NULL);
}

static void test_certificate(void **state)
{
	static const char *const names[] = { "spoke1.example", "spoke2.example", "spoke3.example" };
	const char *key = "prime256v1";
	struct trust t;
	unsigned int i;
	char name[64];

	t.root = pki_make(&(struct pki_wish){ .subject = "CN=Root", .key = key, .ca = true });
	t.hub = pki_make(&(struct pki_wish){ .subject = "CN=hub", .names = "DNS:" HUB, .key = key,
					     .issuer = t.root });
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "DNS:%s", names[i]);
		t.spoke = pki_make(&(struct pki_wish){ .subject = "CN=spoke", .names = name,
						       .key = key, .issuer = t.root });
		check(names[i], &t);
		pki_free(t.spoke);
	}
	pki_free(t.hub);
	pki_free(t.root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

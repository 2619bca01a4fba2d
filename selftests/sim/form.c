// SPDX-License-Identifier: GPL-2.0-or-later
#include "form.h"

#include <stdlib.h>

#include "../unit/lib/pki.h"

/* What a side sees as its own, and the other way round for its peer. */
#define OURS "10.1.0.0/16"
#define MORE_OURS "10.3.0.0/16"
#define THEIRS "10.2.0.0/16"
#define POOL "10.9.0.0/24"

const char *const form_names[FORMS] = {
	"main mode", "aggressive mode, commit bit", "signatures", "XAUTH", "XAUTH, mode config",
};

/* One PKI for all, of a curve: many can sign in a short time. */
static struct pki *root, *left, *right;

static void free_pki(void)
{
	pki_free(right);
	pki_free(left);
	pki_free(root);
}

static struct pki *end_entity(const char *subject, const char *names)
{
	return pki_make(&(struct pki_wish){ .subject = subject, .names = names,
					    .key = "prime256v1", .issuer = root });
}

static void make_pki(void)
{
	if (root)
		return;
	root = pki_make(&(struct pki_wish){ .subject = "CN=Root", .key = "prime256v1",
					    .ca = true });
	left = end_entity("CN=left", "DNS:left.example");
	right = end_entity("CN=right", "DNS:right.example");
	atexit(free_pki);
}

static struct ike_selector selector(const char *text)
{
	struct ike_selector s;

	if (!ike_selector_parse(&s, text))
		abort();
	return s;
}

static struct ike_pair pair(const char *local, const char *remote)
{
	return (struct ike_pair){ selector(local), selector(remote) };
}

static void sign(struct ike_connection *c, const struct pki *own)
{
	static const char *const curve[] = { "aes128-sha256-ecp256" };

	c->auth = IKE_ECDSA_256;
	c->psk = NULL;
	c->ike = curve;
	c->cert = own->cert_file;
	c->key = own->key_file;
	c->ca = &root->cert_file;
	c->ca_count = 1;
}

static void form_both(struct ike_connection *c, enum form form)
{
	if (form == FORM_AGGRESSIVE) {
		c->exchange = IKE_AGGRESSIVE_MODE;
		c->commit = true;
	}
	if (form == FORM_SIGNED)
		make_pki();
	if (form == FORM_LOGIN || form == FORM_CLIENT)
		c->auth = IKE_XAUTH_PSK;
	if (form == FORM_CLIENT)
		c->mode_config = IKE_MODE_CONFIG_PULL;
}

void form_left(struct ike_connection *c, enum form form)
{
	static struct ike_pair several[2], one;

	several[0] = pair(OURS, THEIRS);
	several[1] = pair(MORE_OURS, THEIRS);
	one = pair("dynamic", THEIRS);
	form_both(c, form);
	if (form == FORM_SIGNED) {
		sign(c, left);
		c->pairs = several;
		c->pair_count = 2;
	}
	if (form == FORM_LOGIN || form == FORM_CLIENT) {
		c->xauth_user = "alice";
		c->xauth_password = (const uint8_t *)"ecila";
		c->xauth_password_length = 5;
	}
	if (form == FORM_CLIENT)
		c->pairs = &one;
}

void form_right(struct ike_connection *c, enum form form)
{
	static struct ike_pair several[2], one;

	several[0] = pair(THEIRS, OURS);
	several[1] = pair(THEIRS, MORE_OURS);
	one = pair(THEIRS, "dynamic");
	form_both(c, form);
	if (form == FORM_SIGNED) {
		sign(c, right);
		c->pairs = several;
		c->pair_count = 2;
	}
	c->xauth_server = form == FORM_LOGIN || form == FORM_CLIENT;
	/* Who asks for users waits for them. */
	if (c->xauth_server)
		c->start = IKE_START_WAIT;
	if (form == FORM_CLIENT) {
		c->pool = selector(POOL);
		c->pairs = &one;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phase 1 with signatures and certificates: two engines back to back, every method, exchange and
 * way of being trusted, and every way of not being trusted by its code and its words.
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
#include "lib/couple.h"

#define LEFT_ID "left.example.com"
#define RIGHT_ID "right.example.com"

/* Both sides' connections before they are added, and what they are made of. */
struct setting {
	struct world *world;
	struct ike_connection left, right;
	struct ike_pair left_pair, right_pair;
	struct pki *root, *left_pki, *right_pki;
};

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
	if (!world_run(s->world, s->world->now + 5 * SECONDS, couple_up)) {
		s->world->tell = true;
		world_run(s->world, s->world->now + 20 * SECONDS, NULL);
		fail_msg("not up");
	}
	couple_carries(s->world);
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


/* Ways for the peer's certificate to be good. */
static void intermediate_sent(struct setting *s)
{
	static struct ike_file chain;
	struct pki *middle = make_ca("C=DE, CN=Middle", s->root);

	pki_free(s->left_pki);
	s->left_pki = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=left", .names = "DNS:" LEFT_ID, .issuer = middle });
	pki_file_free(&chain);
	chain = pki_join(&s->left_pki->cert_file, &middle->cert_file);
	s->left.cert = chain;
	s->left.key = s->left_pki->key_file;
	pki_free(middle);
}

static struct ike_file cas[2];

static void intermediate_is_anchor(struct setting *s)
{
	struct pki *middle = make_ca("C=DE, CN=Middle", s->root);

	pki_free(s->left_pki);
	s->left_pki = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=left", .names = "DNS:" LEFT_ID, .issuer = middle });
	use(&s->left, s->left_pki);
	pki_file_free(&cas[0]);
	/* Twice the same, so that nothing depends on where it belongs */
	cas[0] = pki_join(&middle->cert_file, &middle->cert_file);
	s->right.ca = cas;
	pki_free(middle);
}

static void own_intermediate_from_ca(struct setting *s)
{
	struct pki *middle = make_ca("C=DE, CN=Middle", s->root);

	pki_free(s->left_pki);
	s->left_pki = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=left", .names = "DNS:" LEFT_ID, .issuer = middle });
	use(&s->left, s->left_pki);
	pki_file_free(&cas[0]);
	cas[0] = pki_join(&s->root->cert_file, &middle->cert_file);
	s->left.ca = cas;
	pki_free(middle);
}

static void subjects(struct setting *s)
{
	/* The subject is who we are when nothing is said */
	s->left.local_id = s->right.local_id = NULL;
	s->left.remote_id = "C=DE, CN=right";
	s->right.remote_id = "C=DE, CN=*";
}

static void address(struct setting *s)
{
	s->right.local_id = s->left.remote_id = "192.0.2.77";
}

static void wildcard(struct setting *s)
{
	s->right.remote_id = "*.example.com";
	s->left.remote_id = "%any";
}

static void pinned_certificates(struct setting *s)
{
	s->left.ca_count = s->right.ca_count = 0;
	s->left.remote_cert = s->right_pki->cert_file;
	s->right.remote_cert = s->left_pki->cert_file;
	s->left.send_cert = IKE_SEND_CERT_ALWAYS;
	s->right.send_cert = IKE_SEND_CERT_NEVER;
}

static void pinned_keys(struct setting *s)
{
	s->left.ca_count = s->right.ca_count = 0;
	s->left.cert = s->right.cert = (struct ike_file){ 0 };
	s->left.remote_cert = s->right_pki->public_file;
	s->right.remote_cert = s->left_pki->public_file;
	s->left.local_id = s->right.remote_id = "keyid:left";
	s->right.remote_id = NULL;
	s->left.remote_id = RIGHT_ID;
}

static void always(struct setting *s)
{
	s->left.send_cert = s->right.send_cert = IKE_SEND_CERT_ALWAYS;
}

static struct ike_file lists[2];

static void other_is_revoked(struct setting *s)
{
	pki_file_free(&lists[0]);
	lists[0] = pki_crl(s->root, s->left_pki, -PKI_DAY, PKI_DAY);
	s->left.crl = lists;
	s->left.crl_count = 1;
}

static void behind_nat(struct setting *s)
{
	world_nat(s->world, 0);
	s->right.remote = s->world->sides[0].public;
}

static void test_trusted(void **state)
{
	static const struct {
		const char *name;
		void (*change)(struct setting *s);
	} rows[] = {
		{ "intermediate sent", intermediate_sent },
		{ "intermediate as anchor", intermediate_is_anchor },
		{ "our intermediate is in ca", own_intermediate_from_ca },
		{ "subjects", subjects },
		{ "address", address },
		{ "wildcard", wildcard },
		{ "pinned certificates", pinned_certificates },
		{ "pinned keys", pinned_keys },
		{ "always", always },
		{ "another is revoked", other_is_revoked },
		{ "behind NAT", behind_nat },
	};
	struct setting s;
	size_t i;

	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s, %s\n", rows[i / 2].name, i % 2 ? "aggressive" : "main");
		begin(&s, IKE_RSASIG, NULL);
		s.left.exchange = s.right.exchange = i % 2 ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE;
		rows[i / 2].change(&s);
		go(&s);
		assert_up(&s);
		end(&s);
	}
}

/* Ways for the certificate of the right, the responder, to be bad; `mirror` makes it the left's. */
struct wrong {
	struct pki *pki; /* of the one who is judged */
	struct ike_connection *judged, *judge;
	const char *id; /* who it says it is */
};

static void reissue(struct setting *s, struct wrong *w, struct pki_wish wish)
{
	struct pki **which = w->judged == &s->left ? &s->left_pki : &s->right_pki;
	char names[64];

	snprintf(names, sizeof(names), "DNS:%s", w->id);
	wish.subject = "C=DE, CN=judged";
	wish.names = wish.names ? wish.names : names;
	wish.issuer = wish.issuer ? wish.issuer : s->root;
	pki_free(*which);
	*which = w->pki = pki_make(&wish);
	use(w->judged, w->pki);
}

static void expired(struct setting *s, struct wrong *w)
{
	reissue(s, w, (struct pki_wish){ .from = -9 * PKI_DAY, .until = -PKI_DAY });
}

static void early(struct setting *s, struct wrong *w)
{
	reissue(s, w, (struct pki_wish){ .from = PKI_DAY, .until = 9 * PKI_DAY });
}

static void wrong_name(struct setting *s, struct wrong *w)
{
	reissue(s, w, (struct pki_wish){ .names = "DNS:other.example.com,IP:192.0.2.9" });
}

static void unknown_issuer(struct setting *s, struct wrong *w)
{
	struct pki *other = make_ca("C=FR, CN=Another root", NULL);

	reissue(s, w, (struct pki_wish){ .issuer = other });
	pki_free(other);
}

static void missing_intermediate(struct setting *s, struct wrong *w)
{
	struct pki *middle = make_ca("C=DE, CN=Middle", s->root);

	reissue(s, w, (struct pki_wish){ .issuer = middle });
	pki_free(middle);
}

static void expired_intermediate(struct setting *s, struct wrong *w)
{
	static struct ike_file chain;
	struct pki *middle = pki_make(&(struct pki_wish){
		.subject = "C=DE, CN=Old middle", .ca = true, .issuer = s->root,
		.from = -9 * PKI_DAY, .until = -PKI_DAY });

	reissue(s, w, (struct pki_wish){ .issuer = middle });
	pki_file_free(&chain);
	chain = pki_join(&w->pki->cert_file, &middle->cert_file);
	w->judged->cert = chain;
	pki_free(middle);
}

static void revoked(struct setting *s, struct wrong *w)
{
	pki_file_free(&lists[0]);
	lists[0] = pki_crl(s->root, w->pki, -PKI_DAY, PKI_DAY);
	w->judge->crl = lists;
	w->judge->crl_count = 1;
}

/* An old list is a warning, what it says holds. */
static void revoked_long_ago(struct setting *s, struct wrong *w)
{
	pki_file_free(&lists[0]);
	lists[0] = pki_crl(s->root, w->pki, -9 * PKI_DAY, -PKI_DAY);
	w->judge->crl = lists;
	w->judge->crl_count = 1;
}

/* Another CA that calls itself as ours. */
static void forged_issuer(struct setting *s, struct wrong *w)
{
	struct pki *other = make_ca("C=DE, O=Example, CN=Root", NULL);

	reissue(s, w, (struct pki_wish){ .issuer = other });
	pki_free(other);
}

static void no_certificate(struct setting *s, struct wrong *w)
{
	(void)s;
	w->judged->send_cert = IKE_SEND_CERT_NEVER;
}

static void pinned_other(struct setting *s, struct wrong *w)
{
	w->judge->ca_count = 0;
	w->judge->remote_cert = s->root->public_file;
}

static void pinned_expired(struct setting *s, struct wrong *w)
{
	reissue(s, w, (struct pki_wish){ .from = -9 * PKI_DAY, .until = -PKI_DAY });
	w->judge->ca_count = 0;
	w->judge->remote_cert = w->pki->cert_file;
}

static void wrong_id(struct setting *s, struct wrong *w)
{
	(void)s;
	w->judge->remote_id = "another.example.com";
}

static const struct {
	const char *name;
	void (*change)(struct setting *s, struct wrong *w);
	enum ike_error error;
	const char *words[2];
	enum ike_error other; /* what the one who is judged says */
	bool unproven; /* the one who thinks that it is established gets nothing to believe */
} failures[] = {
	{ "expired", expired, IKE_ERROR_CERT_EXPIRED,
	  { "C=DE, CN=judged", "expired on 2027-01-14" }, IKE_ERROR_CERT_REFUSED },
	{ "not yet valid", early, IKE_ERROR_CERT_NOT_YET_VALID,
	  { "CN=judged is not valid before 2027-01-16", "our clock says 2027-01-15" },
	  IKE_ERROR_CERT_REFUSED },
	{ "wrong name", wrong_name, IKE_ERROR_CERT_WRONG_NAME,
	  { "C=DE, CN=judged; other.example.com; 192.0.2.9", "local-id" }, IKE_ERROR_INVALID_ID },
	{ "unknown issuer", unknown_issuer, IKE_ERROR_CERT_UNKNOWN_ISSUER,
	  { "was issued by C=FR, CN=Another root", "add that CA to ca" }, IKE_ERROR_CERT_REFUSED },
	{ "missing intermediate", missing_intermediate, IKE_ERROR_CERT_UNKNOWN_ISSUER,
	  { "was issued by C=DE, CN=Middle", "send the certificates between" },
	  IKE_ERROR_CERT_REFUSED },
	{ "expired intermediate", expired_intermediate, IKE_ERROR_CERT_EXPIRED,
	  { "the CA certificate C=DE, CN=Old middle", "renew it" }, IKE_ERROR_CERT_REFUSED },
	{ "revoked", revoked, IKE_ERROR_CERT_REVOKED,
	  { "was revoked by C=DE, O=Example, CN=Root on 2027-01-15", "new certificate" },
	  IKE_ERROR_CERT_REFUSED },
	{ "revoked long ago", revoked_long_ago, IKE_ERROR_CERT_REVOKED,
	  { "was revoked by C=DE, O=Example, CN=Root on 2027-01-15", "new certificate" },
	  IKE_ERROR_CERT_REFUSED },
	{ "forged issuer", forged_issuer, IKE_ERROR_CERT_BAD_SIGNATURE,
	  { "C=DE, CN=judged is not signed by", "ca" }, IKE_ERROR_CERT_REFUSED },
	{ "no certificate", no_certificate, IKE_ERROR_CERT_MISSING,
	  { "the peer sent no certificate", "remote-cert" }, IKE_ERROR_CERT_REFUSED, true },
	{ "pinned another", pinned_other, IKE_ERROR_SIGNATURE_INVALID,
	  { "remote-cert pins", "put the peer's present" }, IKE_ERROR_CERT_REFUSED, true },
	{ "pinned, expired", pinned_expired, IKE_ERROR_CERT_EXPIRED,
	  { "expired on 2027-01-14", "renew" }, IKE_ERROR_CERT_REFUSED },
	{ "wrong identity", wrong_id, IKE_ERROR_INVALID_ID,
	  { "remote-id wants another.example.com", "set remote-id" }, IKE_ERROR_INVALID_ID },
};

struct seen_status {
	enum ike_error error;
	char text[512];
};

static void see(void *ctx, const struct ike_status_connection *status)
{
	struct seen_status *seen = ctx;

	seen->error = status->error;
	snprintf(seen->text, sizeof(seen->text), "%s", status->error_text);
}

static struct seen_status status(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .connection = see };
	struct seen_status seen = { 0 };

	assert_true(ike_status(w->sides[side].ike, "test", w->now, &visitor, &seen));
	return seen;
}

/* @left: it is the left's, the initiator's, certificate that is bad. */
static void check_failure(size_t row, bool left, bool aggressive)
{
	struct setting s;
	struct wrong w = { 0 };
	struct seen_status judge, judged;

	begin(&s, IKE_RSASIG, NULL);
	s.left.exchange = s.right.exchange = aggressive ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE;
	w.judged = left ? &s.left : &s.right;
	w.judge = left ? &s.right : &s.left;
	w.pki = left ? s.left_pki : s.right_pki;
	w.id = left ? LEFT_ID : RIGHT_ID;
	failures[row].change(&s, &w);
	go(&s);
	world_run(s.world, s.world->now + 15 * SECONDS, NULL);
	judge = status(s.world, left);
	judged = status(s.world, !left);
	print_message("%s, %s, the %s one's\n  judge: %s: %s\n  judged: %s: %s\n",
		      failures[row].name, aggressive ? "aggressive" : "main",
		      left ? "initiator" : "responder", ike_error_code(judge.error), judge.text,
		      ike_error_code(judged.error), judged.text);
	assert_int_equal(judge.error, failures[row].error);
	assert_non_null(strstr(judge.text, failures[row].words[0]));
	assert_non_null(strstr(judge.text, failures[row].words[1]));
	/* What is wrong with an identity alone looks to an initiator like a quick mode's */
	if (failures[row].unproven && aggressive == left)
		assert_int_not_equal(judged.error, IKE_ERROR_CERT_REFUSED);
	else if (!aggressive || failures[row].other == IKE_ERROR_CERT_REFUSED)
		assert_int_equal(judged.error, failures[row].other);
	assert_int_equal(s.world->sides[0].sa_count, 0);
	assert_int_equal(s.world->sides[1].sa_count, 0);
	/* It goes on trying, and leaves nothing behind. */
	if (!aggressive)
		world_run(s.world, s.world->now + 200 * SECONDS, NULL);
	assert_int_equal(status(s.world, left).error, failures[row].error);
	assert_int_equal(world_state(s.world, 0, "test"), IKE_STATE_CONNECTING);
	assert_true(world_ike_sas(s.world, 1) <= (aggressive ? 6 : 2));
	end(&s);
}

static void test_failures(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		check_failure(i, true, false);
		check_failure(i, false, false);
		check_failure(i, false, true);
		/* A responder of aggressive mode looks for who is wanted before anything else */
		if (failures[i].error != IKE_ERROR_INVALID_ID)
			check_failure(i, true, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/advice.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <time.h>

#include "ike/signature.h"
#include "ike/text.h"

#define TEXT_MAX 512
#define NAME_TEXT 160
#define SOON (30 * 86400) /* a certificate that ends within this time is to be renewed */

struct advisor {
	time_t now;
	void (*warn)(void *ctx, const char *option, const char *text);
	void *ctx;
	char text[TEXT_MAX];
	struct text t;
};

/* Begins a sentence with the option and the certificate it is about. */
static void begin(struct advisor *a, const char *option, X509 *cert)
{
	char name[NAME_TEXT];

	a->t = text_of(a->text, sizeof(a->text));
	text_add(&a->t, "%s: %s ", option, certificate_print(cert, name, sizeof(name)));
}

static void advise_dates(struct advisor *a, const char *option, X509 *cert)
{
	time_t soon = a->now + SOON;
	char when[64];

	begin(a, option, cert);
	if (X509_cmp_time(X509_get0_notAfter(cert), &a->now) <= 0)
		text_add(&a->t, "expired on %s; renew it, nobody will accept it",
			 certificate_print_time(X509_get0_notAfter(cert), when, sizeof(when)));
	else if (X509_cmp_time(X509_get0_notBefore(cert), &a->now) > 0)
		text_add(&a->t, "is not valid before %s; see the dates of it and of this host",
			 certificate_print_time(X509_get0_notBefore(cert), when, sizeof(when)));
	else if (X509_cmp_time(X509_get0_notAfter(cert), &soon) <= 0)
		text_add(&a->t, "expires on %s; renew it in time",
			 certificate_print_time(X509_get0_notAfter(cert), when, sizeof(when)));
	else
		return;
	a->warn(a->ctx, option, a->text);
}

static void advise_strength(struct advisor *a, const char *option, X509 *cert)
{
	char weak[NAME_TEXT];

	if (!certificate_weak(cert, weak, sizeof(weak)))
		return;
	begin(a, option, cert);
	text_add(&a->t, "is weak: %s; have it issued anew with RSA of 2048 bits or more, and "
		 "SHA-256", weak);
	a->warn(a->ctx, option, a->text);
}

static void advise_own(struct advisor *a, X509 *own, const struct identity *local_id)
{
	char names[NAME_TEXT], id[NAME_TEXT];

	advise_dates(a, "cert", own);
	advise_strength(a, "cert", own);
	if (!local_id->type || certificate_carries(own, local_id))
		return;
	a->t = text_of(a->text, sizeof(a->text));
	text_add(&a->t, "local-id: our certificate does not carry %s, only %s; peers that check it "
		 "refuse us, take one of these or leave local-id out",
		 identity_print(local_id, id, sizeof(id)),
		 certificate_print_names(own, names, sizeof(names)));
	a->warn(a->ctx, "local-id", a->text);
}

static bool is_of_ca(const struct credentials *c, const X509_CRL *list)
{
	unsigned int i;

	for (i = 0; i < c->ca_count; i++)
		if (!X509_NAME_cmp(X509_get_subject_name(c->cas[i]), X509_CRL_get_issuer(list)))
			return true;
	return false;
}

static void advise_list(struct advisor *a, const struct credentials *c, const X509_CRL *list)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
	char name[NAME_TEXT], when[64];

	a->t = text_of(a->text, sizeof(a->text));
	text_add(&a->t, "crl: the revocation list of %s ",
		 certificate_print_name(X509_CRL_get_issuer(list), name, sizeof(name)));
	if (!is_of_ca(c, list))
		text_add(&a->t, "is never asked: that CA is not in ca");
	else if (next && X509_cmp_time(next, &a->now) <= 0)
		text_add(&a->t, "is overdue since %s; fetch a new one and `adit reload`",
			 certificate_print_time(next, when, sizeof(when)));
	else
		return;
	a->warn(a->ctx, "crl", a->text);
}

static void advise_lists(struct advisor *a, const struct credentials *c)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(c->anchors);
	const X509_CRL *list;
	int i;

	for (i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
		if (list)
			advise_list(a, c, list);
	}
}

void advise(const struct credentials *c, const struct identity *local_id, uint64_t time,
	    void (*warn)(void *ctx, const char *option, const char *text), void *ctx)
{
	struct advisor a = { .now = (time_t)time, .warn = warn, .ctx = ctx };
	unsigned int i;

	if (c->chain_count)
		advise_own(&a, c->chain[0], local_id);
	for (i = 0; i < c->ca_count; i++) {
		advise_dates(&a, "ca", c->cas[i]);
		advise_strength(&a, "ca", c->cas[i]);
	}
	if (c->peer) {
		advise_dates(&a, "remote-cert", c->peer);
		advise_strength(&a, "remote-cert", c->peer);
	}
	if (c->peer_key && c->ca_count)
		warn(ctx, "ca", "ca: not used: remote-cert alone says who the peer is; leave one "
				"of them out");
	advise_lists(&a, c);
	ERR_clear_error();
}

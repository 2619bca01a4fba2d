// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/dn.h"
#include "world.h"

/* RSA keys take long to make: one for each certificate of a program, and used again by the next. */
#define KEYS_MAX 32

static struct {
	char name[16];
	EVP_PKEY *key;
	bool used;
} keys[KEYS_MAX];

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "pki: %s\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

static EVP_PKEY *generate(const char *name)
{
	if (!strncmp(name, "rsa", 3))
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(name + 3));
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
}

static void free_keys(void)
{
	size_t i;

	for (i = 0; i < KEYS_MAX; i++)
		EVP_PKEY_free(keys[i].key);
}

static EVP_PKEY *take_key(const char *name)
{
	size_t i;

	if (!keys[0].key)
		atexit(free_keys);
	for (i = 0; i < KEYS_MAX && keys[i].key; i++)
		if (!keys[i].used && !strcmp(keys[i].name, name))
			break;
	must(i < KEYS_MAX, "too many keys");
	if (!keys[i].key) {
		snprintf(keys[i].name, sizeof(keys[i].name), "%s", name);
		keys[i].key = generate(name);
		must(keys[i].key, name);
	}
	keys[i].used = true;
	return keys[i].key;
}

static void give_back(const EVP_PKEY *key)
{
	size_t i;

	for (i = 0; i < KEYS_MAX; i++)
		if (keys[i].key == key)
			keys[i].used = false;
}

static struct ike_file file_of(BIO *bio, const char *name)
{
	struct ike_file file = { .name = name };
	uint8_t *copy;
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	must(len > 0, "nothing was written");
	copy = malloc((size_t)len);
	must(copy, "malloc");
	memcpy(copy, data, (size_t)len);
	file.data = copy;
	file.length = (size_t)len;
	BIO_free(bio);
	return file;
}

void pki_file_free(struct ike_file *file)
{
	free((void *)file->data);
	*file = (struct ike_file){ 0 };
}

static void set_subject(X509 *cert, const char *subject)
{
	uint8_t der[1024];
	const unsigned char *at = der;
	size_t len = sizeof(der);
	X509_NAME *name;

	if (!subject)
		return;
	must(!dn_parse(subject, der, &len), subject);
	name = d2i_X509_NAME(NULL, &at, (long)len);
	must(name && X509_set_subject_name(cert, name), subject);
	X509_NAME_free(name);
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (!value)
		return;
	extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	must(extension && X509_add_ext(cert, extension, -1), value);
	X509_EXTENSION_free(extension);
}

static void fill(X509 *cert, const struct pki_wish *w)
{
	static long serial = 1000;
	bool dated = w->until;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(cert), WORLD_EPOCH + (dated ? w->from : -PKI_DAY));
	ASN1_TIME_set(X509_getm_notAfter(cert), WORLD_EPOCH + (dated ? w->until : 365 * PKI_DAY));
	set_subject(cert, w->subject);
	add_extension(cert, NID_basic_constraints, w->ca ? "critical,CA:TRUE" : NULL);
	add_extension(cert, NID_key_usage, w->usage ? w->usage :
			    w->ca ? "critical,keyCertSign,cRLSign" : NULL);
	add_extension(cert, NID_subject_alt_name, w->names);
}

struct pki *pki_make(const struct pki_wish *w)
{
	struct pki *p = calloc(1, sizeof(*p));
	const struct pki *issuer = w->issuer ? w->issuer : p;
	BIO *cert = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
	BIO *public = BIO_new(BIO_s_mem());
	const EVP_MD *digest = EVP_get_digestbyname(w->digest ? w->digest : "sha256");

	must(p && cert && key && public && digest, "no memory");
	p->key = take_key(w->key ? w->key : "rsa2048");
	p->cert = X509_new();
	must(p->cert, "no memory");
	fill(p->cert, w);
	must(X509_set_pubkey(p->cert, p->key) &&
	     X509_set_issuer_name(p->cert, X509_get_subject_name(issuer->cert)) &&
	     X509_sign(p->cert, issuer->key, digest), "a certificate cannot be made");
	must(PEM_write_bio_X509(cert, p->cert) && PEM_write_bio_PUBKEY(public, p->key) &&
	     PEM_write_bio_PrivateKey(key, p->key, NULL, NULL, 0, NULL, NULL), "PEM");
	p->cert_file = file_of(cert, "cert.pem");
	p->key_file = file_of(key, "key.pem");
	p->public_file = file_of(public, "public.pem");
	return p;
}

void pki_free(struct pki *p)
{
	if (!p)
		return;
	give_back(p->key);
	X509_free(p->cert);
	pki_file_free(&p->cert_file);
	pki_file_free(&p->key_file);
	pki_file_free(&p->public_file);
	free(p);
}

static void revoke(X509_CRL *crl, const struct pki *gone)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, WORLD_EPOCH - 3600);

	must(entry && when && X509_REVOKED_set_revocationDate(entry, when) &&
	     X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(gone->cert)) &&
	     X509_CRL_add0_revoked(crl, entry), "a list cannot be made");
	ASN1_TIME_free(when);
}

struct ike_file pki_crl(const struct pki *issuer, const struct pki *revoked, int64_t from,
			int64_t until)
{
	ASN1_TIME *last = ASN1_TIME_set(NULL, WORLD_EPOCH + from);
	ASN1_TIME *next = ASN1_TIME_set(NULL, WORLD_EPOCH + until);
	BIO *bio = BIO_new(BIO_s_mem());
	X509_CRL *crl = X509_CRL_new();

	must(crl && bio && last && next, "no memory");
	must(X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
	     X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert)) &&
	     X509_CRL_set1_lastUpdate(crl, last) && X509_CRL_set1_nextUpdate(crl, next),
	     "a list cannot be made");
	if (revoked)
		revoke(crl, revoked);
	must(X509_CRL_sign(crl, issuer->key, EVP_sha256()) && PEM_write_bio_X509_CRL(bio, crl),
	     "a list cannot be signed");
	X509_CRL_free(crl);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return file_of(bio, "crl.pem");
}

struct ike_file pki_join(const struct ike_file *a, const struct ike_file *b)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio && BIO_write(bio, a->data, (int)a->length) > 0 &&
	     BIO_write(bio, b->data, (int)b->length) > 0, "no memory");
	return file_of(bio, a->name);
}

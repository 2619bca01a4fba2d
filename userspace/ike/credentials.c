// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/credentials.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ike/signature.h"

/* Of the words in the texts */
#define NAME_MAX_TEXT 160

struct reading {
	struct credentials *c;
	char *why;
	size_t size;
};

static bool refuse(const struct reading *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(const struct reading *r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(r->why, r->size, format, arguments);
	va_end(arguments);
	ERR_clear_error();
	return false;
}

static bool is_pem(const struct ike_file *file)
{
	return file->length && memmem(file->data, file->length, "-----BEGIN ", 11);
}

static BIO *open_file(const struct ike_file *file)
{
	return file->length <= INT32_MAX ? BIO_new_mem_buf(file->data, (int)file->length) : NULL;
}

/* Nobody can be asked: notes that there is a question. */
static int on_passphrase(char *buffer, int size, int writing, void *asked)
{
	(void)buffer;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

/* The next certificate of the file; PEM files hold several. NULL at the end. */
static X509 *next_certificate(const struct ike_file *file, BIO *bio)
{
	X509 *cert;

	if (is_pem(file))
		cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	else
		cert = d2i_X509_bio(bio, NULL);
	if (cert)
		X509_check_purpose(cert, -1, 0);
	return cert;
}

/* Whether the reading ended because there is nothing more, and not because of what there is. */
static bool ended(const struct ike_file *file, BIO *bio)
{
	unsigned long error = ERR_peek_last_error();

	if (!is_pem(file))
		return BIO_pending(bio) == 0;
	return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/*
 * All certificates of a file. @take keeps or refuses each, it owns it then. False when one was
 * refused, none is there, or what is there cannot be read.
 */
static bool read_certificates(const struct reading *r, const char *option,
			      const struct ike_file *file,
			      bool (*take)(const struct reading *r, const struct ike_file *file,
					   X509 *cert))
{
	BIO *bio = open_file(file);
	unsigned int count = 0;
	bool good = bio;
	X509 *cert;

	ERR_clear_error();
	while (good && (cert = next_certificate(file, bio))) {
		good = take(r, file, cert);
		count++;
	}
	if (good && !ended(file, bio))
		good = refuse(r, "%s: %s holds something that is no certificate behind number %u: "
			      "write PEM (-----BEGIN CERTIFICATE-----) or one certificate as DER",
			      option, file->name, count);
	if (good && !count)
		good = refuse(r, "%s: %s holds no certificate: write PEM (-----BEGIN "
			      "CERTIFICATE-----) or DER", option, file->name);
	BIO_free(bio);
	ERR_clear_error();
	return good;
}

static bool take_own(const struct reading *r, const struct ike_file *file, X509 *cert)
{
	struct credentials *c = r->c;

	if (c->chain_count == CREDENTIALS_CHAIN_MAX) {
		X509_free(cert);
		return refuse(r, "cert: %s holds more than %d certificates: ours comes first, then "
			      "the CAs between it and the root", file->name, CREDENTIALS_CHAIN_MAX);
	}
	/* A root is what the peer has, or would not believe */
	if (c->chain_count && certificate_self_signed(cert)) {
		X509_free(cert);
		return true;
	}
	c->chain[c->chain_count++] = cert;
	return true;
}

static bool check_own(const struct reading *r, const struct ike_file *file)
{
	X509 *own = r->c->chain[0];
	char name[NAME_MAX_TEXT];
	const char *wrong;
	EVP_PKEY *key = X509_get0_pubkey(own);

	certificate_print(own, name, sizeof(name));
	wrong = key ? signature_key_refused(key) : "cannot be read";
	if (wrong)
		return refuse(r, "cert: the key of %s in %s %s", name, file->name, wrong);
	if (!certificate_signs(own))
		return refuse(r, "cert: %s in %s is not meant for signatures: its key usage needs "
			      "digitalSignature (RFC 4945 5.1.3.2)", name, file->name);
	return true;
}

static bool take_ca(const struct reading *r, const struct ike_file *file, X509 *cert)
{
	struct credentials *c = r->c;
	char name[NAME_MAX_TEXT];
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *wrong = key ? signature_key_refused(key) : "cannot be read";
	bool good = false;

	certificate_print(cert, name, sizeof(name));
	if (c->ca_count == CREDENTIALS_CAS_MAX)
		refuse(r, "ca: more than %d CAs with %s: name those that issue the peer's "
		       "certificate", CREDENTIALS_CAS_MAX, file->name);
	else if (!certificate_is_ca(cert))
		refuse(r, "ca: %s in %s is no CA's certificate; that of one peer belongs in "
		       "remote-cert", name, file->name);
	else if (wrong)
		refuse(r, "ca: the key of %s in %s %s", name, file->name, wrong);
	else if (!X509_STORE_add_cert(c->anchors, cert))
		refuse(r, "ca: out of memory");
	else
		good = true;
	if (good)
		c->cas[c->ca_count++] = cert;
	else
		X509_free(cert);
	return good;
}

static bool take_peer(const struct reading *r, const struct ike_file *file, X509 *cert)
{
	if (r->c->peer) {
		X509_free(cert);
		return refuse(r, "remote-cert: %s holds several certificates: give the peer's own",
			      file->name);
	}
	r->c->peer = cert;
	return true;
}

static bool read_key(const struct reading *r, const struct ike_file *file)
{
	struct credentials *c = r->c;
	BIO *bio = open_file(file);
	const char *wrong;
	bool asked = false;

	if (bio && is_pem(file))
		c->key = PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, &asked);
	else if (bio)
		c->key = d2i_PrivateKey_bio(bio, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (asked)
		return refuse(r, "key: %s asks for a passphrase, and nobody is there to give it; "
			      "`openssl pkey -in %s -out NEW` takes it off", file->name,
			      file->name);
	if (!c->key)
		return refuse(r, "key: %s holds no private key: write PEM (-----BEGIN PRIVATE "
			      "KEY-----) or DER", file->name);
	wrong = signature_key_refused(c->key);
	if (wrong)
		return refuse(r, "key: the key in %s %s", file->name, wrong);
	return true;
}

/* RFC 2409 5.1: what we sign is checked with what our certificate says */
static bool check_pair(const struct reading *r, const struct ike_file *key,
		       const struct ike_file *cert)
{
	struct credentials *c = r->c;
	char name[NAME_MAX_TEXT];

	if (!c->key || !c->chain_count || X509_check_private_key(c->chain[0], c->key) == 1)
		return true;
	return refuse(r, "key: %s does not belong to the certificate %s in %s: give the key that "
		      "it was requested with", key->name,
		      certificate_print(c->chain[0], name, sizeof(name)), cert->name);
}

/* What lies between our certificate and a root, where it stands in ca and not in cert. */
static void complete_chain(struct credentials *c)
{
	unsigned int i = 0;
	X509 *last;

	while (c->chain_count && c->chain_count < CREDENTIALS_CHAIN_MAX && i < c->ca_count) {
		last = c->chain[c->chain_count - 1];
		if (certificate_self_signed(last))
			return;
		for (i = 0; i < c->ca_count; i++)
			if (!certificate_self_signed(c->cas[i]) &&
			    X509_check_issued(c->cas[i], last) == X509_V_OK)
				break;
		if (i < c->ca_count && X509_up_ref(c->cas[i]))
			c->chain[c->chain_count++] = c->cas[i];
	}
}

static bool check_length(const struct reading *r, const struct ike_file *file)
{
	unsigned int i;
	long total = 0;

	for (i = 0; i < r->c->chain_count; i++)
		total += i2d_X509(r->c->chain[i], NULL);
	return total <= CREDENTIALS_CHAIN_BYTES ||
	       refuse(r, "cert: the certificates in %s are %ld bytes together, and at most %d "
		      "go into one message", file->name, total, CREDENTIALS_CHAIN_BYTES);
}

/* An RFC 5280 5 list, PEM (several) or DER. */
static bool read_lists(const struct reading *r, const struct ike_file *file)
{
	bool pem = is_pem(file), good = true;
	BIO *bio = open_file(file);
	unsigned int count = 0;
	X509_CRL *list;

	ERR_clear_error();
	while (good && bio &&
	       (list = pem ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) :
			     d2i_X509_CRL_bio(bio, NULL))) {
		good = X509_STORE_add_crl(r->c->anchors, list) || refuse(r, "crl: out of memory");
		X509_CRL_free(list);
		count++;
	}
	if (good && (!bio || !count || !ended(file, bio)))
		good = refuse(r, "crl: %s holds %s: write PEM (-----BEGIN X509 CRL-----) or DER",
			      file->name, count ? "something that is no revocation list" :
						  "no revocation list");
	BIO_free(bio);
	ERR_clear_error();
	return good;
}

/* A certificate, or a bare public key. */
static bool read_peer(const struct reading *r, const struct ike_file *file)
{
	struct credentials *c = r->c;
	const char *wrong;
	BIO *bio = open_file(file);

	if (bio)
		c->peer_key = is_pem(file) ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) :
					     d2i_PUBKEY_bio(bio, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (!c->peer_key) {
		if (!read_certificates(r, "remote-cert", file, take_peer))
			return false;
		c->peer_key = X509_get_pubkey(c->peer);
	}
	wrong = c->peer_key ? signature_key_refused(c->peer_key) : "cannot be read";
	if (wrong)
		return refuse(r, "remote-cert: the key in %s %s", file->name, wrong);
	return true;
}

static bool digest_files(const struct reading *r, const struct ike_connection *s)
{
	const struct hash *hash = hash_by_word("sha256");
	struct bytes parts[3 + 2 * IKE_FILES_MAX] = {
		bytes_of(s->cert.data, s->cert.length),
		bytes_of(s->key.data, s->key.length),
		bytes_of(s->remote_cert.data, s->remote_cert.length),
	};
	struct bytes lists[IKE_FILES_MAX];
	size_t i;

	for (i = 0; i < s->ca_count; i++)
		parts[3 + i] = bytes_of(s->ca[i].data, s->ca[i].length);
	for (i = 0; i < s->crl_count; i++)
		lists[i] = bytes_of(s->crl[i].data, s->crl[i].length);
	return (hash_digest(hash, parts, 3 + s->ca_count, r->c->digest) &&
		hash_digest(hash, lists, s->crl_count, r->c->lists)) ||
	       refuse(r, "cert: OpenSSL has no SHA-256");
}

static bool read_all(const struct reading *r, const struct ike_connection *s)
{
	size_t i;

	if (s->ca_count > IKE_FILES_MAX || s->crl_count > IKE_FILES_MAX)
		return refuse(r, "%s: at most %d files", s->ca_count > IKE_FILES_MAX ? "ca" : "crl",
			      IKE_FILES_MAX);
	for (i = 0; i < s->ca_count; i++)
		if (!read_certificates(r, "ca", &s->ca[i], take_ca))
			return false;
	for (i = 0; i < s->crl_count; i++)
		if (!read_lists(r, &s->crl[i]))
			return false;
	if (s->cert.data &&
	    (!read_certificates(r, "cert", &s->cert, take_own) || !check_own(r, &s->cert)))
		return false;
	if (s->key.data && !read_key(r, &s->key))
		return false;
	if (s->remote_cert.data && !read_peer(r, &s->remote_cert))
		return false;
	complete_chain(r->c);
	return check_pair(r, &s->key, &s->cert) && check_length(r, &s->cert) && digest_files(r, s);
}

struct credentials *credentials_new(const struct ike_connection *settings, char *why, size_t size)
{
	struct credentials *c = calloc(1, sizeof(*c));
	struct reading r = { c, why, size };

	if (c)
		c->anchors = X509_STORE_new();
	if (c && c->anchors) {
		if (read_all(&r, settings))
			return c;
	} else {
		refuse(&r, "cert: out of memory");
	}
	credentials_free(c);
	return NULL;
}

void credentials_free(struct credentials *c)
{
	unsigned int i;

	if (!c)
		return;
	EVP_PKEY_free(c->key); /* clears the private part */
	for (i = 0; i < c->chain_count; i++)
		X509_free(c->chain[i]);
	for (i = 0; i < c->ca_count; i++)
		X509_free(c->cas[i]);
	X509_STORE_free(c->anchors);
	X509_free(c->peer);
	EVP_PKEY_free(c->peer_key);
	secret_erase(c, sizeof(*c));
	free(c);
}

bool credentials_suit(const struct credentials *c, const struct auth_method *method, bool signs,
		      bool verifies, char *why, size_t size)
{
	const struct reading r = { .why = why, .size = size };
	char key[64];

	if (signs && !c->key)
		return refuse(&r, "key: auth = \"%s\" needs our private key", method->word);
	if (signs && !signature_key_suits(method, c->key))
		return refuse(&r, "key: it is %s, which does not go with auth = \"%s\": set auth "
			      "to rsasig for RSA, ecdsa-256 for prime256v1, ecdsa-384 for "
			      "secp384r1, ecdsa-521 for secp521r1",
			      signature_key_print(c->key, key, sizeof(key)), method->word);
	if (verifies && !c->ca_count && !c->peer_key)
		return refuse(&r, "ca: auth = \"%s\" needs the CA of the peer's certificate, or "
			      "its own certificate or public key in remote-cert", method->word);
	if (verifies && c->peer_key && !signature_key_suits(method, c->peer_key))
		return refuse(&r, "remote-cert: its key, %s, does not go with auth = \"%s\"",
			      signature_key_print(c->peer_key, key, sizeof(key)), method->word);
	return true;
}

bool credentials_equal(const struct credentials *a, const struct credentials *b)
{
	if (!a || !b)
		return a == b;
	return !memcmp(a->digest, b->digest, sizeof(a->digest));
}

bool credentials_lists_equal(const struct credentials *a, const struct credentials *b)
{
	if (!a || !b)
		return a == b;
	return !memcmp(a->lists, b->lists, sizeof(a->lists));
}

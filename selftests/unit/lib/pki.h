/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates made at test time: keys, CAs, certificates with any mistake, revocation lists, as
 * the files that a connection's settings take. Dates are seconds from WORLD_EPOCH.
 */
#ifndef ADIT_SELFTESTS_PKI_H
#define ADIT_SELFTESTS_PKI_H

#include <openssl/x509.h>

#include "ike/ike.h"

#define PKI_DAY INT64_C(86400)

/* What is asked of a certificate. NULL and 0: as the comment says. */
struct pki_wish {
	const char *subject; /* "C=DE, CN=gw"; NULL: none at all */
	const char *names; /* as in openssl.cnf: "DNS:gw.example.com,IP:10.0.0.1"; NULL: none */
	const char *key; /* "rsa2048", "rsa1024", "rsa768", "prime256v1" …; NULL: rsa2048 */
	const char *digest; /* NULL: sha256 */
	const char *usage; /* key usage: "digitalSignature"; NULL: none, a CA has its own */
	bool ca;
	int64_t from, until; /* until 0: from a day before WORLD_EPOCH to a year after */
	const struct pki *issuer; /* NULL: self-signed */
};

struct pki {
	EVP_PKEY *key;
	X509 *cert;
	struct ike_file cert_file, key_file, public_file; /* PEM */
};

/* Fails the test program when OpenSSL refuses. Free with pki_free(). */
struct pki *pki_make(const struct pki_wish *wish);
void pki_free(struct pki *p);
/* Of one certificate, or of none (NULL). Free with pki_file_free(). */
struct ike_file pki_crl(const struct pki *issuer, const struct pki *revoked, int64_t from,
			int64_t until);
/* The one behind the other. */
struct ike_file pki_join(const struct ike_file *a, const struct ike_file *b);
void pki_file_free(struct ike_file *file);

#endif

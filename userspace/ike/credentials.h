/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a connection signs with and what it trusts: our key and certificates, the CAs, revocation
 * lists, or one pinned key of the peer; read from the files' contents in the settings.
 */
#ifndef ADIT_IKE_CREDENTIALS_H
#define ADIT_IKE_CREDENTIALS_H

#include "ike/certificate.h"
#include "ike/method.h"

#define CREDENTIALS_CHAIN_MAX 8 /* certificates that we send */
#define CREDENTIALS_CHAIN_BYTES 24576 /* all of them together: they go in one message */
#define CREDENTIALS_CAS_MAX 256

struct credentials {
	EVP_PKEY *key; /* ours; NULL: we do not sign */
	X509 *chain[CREDENTIALS_CHAIN_MAX]; /* ours first, then what leads to the CA */
	unsigned int chain_count;
	X509 *cas[CREDENTIALS_CAS_MAX];
	unsigned int ca_count;
	X509_STORE *anchors; /* the same, with the revocation lists; never NULL */
	X509 *peer; /* pinned certificate, if it is one */
	EVP_PKEY *peer_key; /* pinned key; NULL: the peer needs a certificate of one of the CAs */
	uint8_t digest[HASH_MAX], lists[HASH_MAX]; /* of all but the lists, and of the lists */
};

/*
 * Reads what @settings hold. Each part may be absent. NULL with one sentence in @why that begins
 * with the name of the option and names the file: unreadable, encrypted, a key that does not belong
 * to its certificate, too weak, not a CA's, too much of something.
 */
struct credentials *credentials_new(const struct ike_connection *settings, char *why, size_t size);
/* Erases the key. NULL is allowed. */
void credentials_free(struct credentials *c);

/* Whether @method can be used in that role: what is missing or does not suit is told in @why. */
bool credentials_suit(const struct credentials *c, const struct auth_method *method, bool signs,
		      bool verifies, char *why, size_t size);

/* The same key, certificates, CAs and pinned key; the revocation lists may differ. */
bool credentials_equal(const struct credentials *a, const struct credentials *b);
bool credentials_lists_equal(const struct credentials *a, const struct credentials *b);

#endif

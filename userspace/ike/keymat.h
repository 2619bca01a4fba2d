/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys: SKEYID and what follows from it, initialisation vectors, authenticating hashes, keys of the
 * IPsec SAs (RFC 2409 5 and appendix B). Functions return false only when OpenSSL refuses.
 */
#ifndef ADIT_IKE_KEYMAT_H
#define ADIT_IKE_KEYMAT_H

#include "ike/cipher.h"
#include "ike/hash.h"
#include "ike/numbers.h"

/* What both sides know after the key exchange of phase 1. */
struct keymat_inputs {
	const struct hash *hash;
	const struct cipher *cipher;
	uint8_t initiator[IKE_COOKIE_LEN], responder[IKE_COOKIE_LEN]; /* cookies */
	struct bytes ni, nr; /* nonce bodies */
	struct bytes gxi, gxr; /* KE bodies */
	struct bytes secret; /* g^xy */
};

struct keymat {
	const struct hash *hash;
	const struct cipher *cipher;
	uint8_t skeyid[HASH_MAX], skeyid_d[HASH_MAX], skeyid_a[HASH_MAX], skeyid_e[HASH_MAX];
	uint8_t key[CIPHER_KEY_MAX]; /* for the cipher: SKEYID_e cut or expanded (appendix B) */
	uint8_t iv[CIPHER_BLOCK_MAX]; /* of phase 1's first encrypted message: hash(g^xi | g^xr) */
};

/* SKEYID = prf(pre-shared key, Ni | Nr), and all the rest */
bool keymat_psk(struct keymat *k, const struct keymat_inputs *in, struct bytes psk);
/* SKEYID alone, all that HASH_I and HASH_R take: @in needs no secret. The rest, once it has one. */
bool keymat_psk_proof(struct keymat *k, const struct keymat_inputs *in, struct bytes psk);
bool keymat_complete(struct keymat *k, const struct keymat_inputs *in);
/* SKEYID = prf(Ni | Nr, g^xy), for signatures */
bool keymat_signature(struct keymat *k, const struct keymat_inputs *in);
void keymat_erase(struct keymat *k);

/*
 * HASH_I when @initiator, else HASH_R (RFC 2409 5): @sa is SAi_b in both, @id the body of the ID
 * payload of the one who sends this hash. The prf is HMAC with @hash: the negotiated one, unless
 * the signature that it is for comes with another (RFC 2409 5). @out gets hash->len bytes.
 */
bool keymat_auth(const struct keymat *k, const struct keymat_inputs *in, const struct hash *hash,
		 bool initiator, struct bytes sa, struct bytes id, uint8_t *out);

/* The IV of the first message of exchange @id: hash(last phase 1 block | M-ID) */
bool keymat_iv(const struct keymat *k, const uint8_t *last_block, uint32_t id, uint8_t *iv);

/*
 * prf(SKEYID_a, M-ID | @covered): HASH(1) of quick mode and of informational and transaction
 * exchanges (RFC 2409 5.5, 5.7); @covered is all behind the HASH payload.
 */
bool keymat_hash1(const struct keymat *k, uint32_t id, struct bytes covered, uint8_t *out);
/* HASH(2): prf(SKEYID_a, M-ID | Ni_b | @covered); also of the fourth message */
bool keymat_hash2(const struct keymat *k, uint32_t id, struct bytes ni, struct bytes covered,
		  uint8_t *out);
/* HASH(3): prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b) */
bool keymat_hash3(const struct keymat *k, uint32_t id, struct bytes ni, struct bytes nr,
		  uint8_t *out);

/*
 * KEYMAT = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), expanded to @len bytes (RFC
 * 2409 5.5). @spi is that of the receiver of the SA, host order; @secret empty without PFS.
 */
bool keymat_child(const struct keymat *k, struct bytes secret, uint8_t protocol, uint32_t spi,
		  struct bytes ni, struct bytes nr, uint8_t *out, size_t len);

#endif

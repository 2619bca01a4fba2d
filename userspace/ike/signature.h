/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signature in a SIG payload: of HASH_I or HASH_R, by the key of a certificate (RFC 2409 5.1,
 * RFC 4754 3).
 */
#ifndef ADIT_IKE_SIGNATURE_H
#define ADIT_IKE_SIGNATURE_H

#include <openssl/types.h>

#include "ike/bytes.h"
#include "ike/method.h"

#define SIGNATURE_MAX 1024 /* bytes: RSA of 8192 bits */

/*
 * Signs @hash into @out, which has room for SIGNATURE_MAX bytes; its length, 0 when OpenSSL
 * refuses. RSA: PKCS #1 v1.5 around the bare hash, no DigestInfo. EC: r and s, each as long as the
 * curve's order.
 */
size_t signature_make(EVP_PKEY *key, struct bytes hash, uint8_t *out);
/* Whether @signature is that of @hash by @key. Any bytes may be given. */
bool signature_good(EVP_PKEY *key, struct bytes hash, struct bytes signature);

/* Whether the method signs with keys of this type and curve. */
bool signature_key_suits(const struct auth_method *method, EVP_PKEY *key);
/* "RSA, 2048 bits", "EC, prime256v1". Returns @text. */
const char *signature_key_print(EVP_PKEY *key, char *text, size_t size);
/*
 * NULL, or why keys like this are refused altogether (completes "its key …"): below 1024 bits of
 * RSA or what equals them, or so long that to check its signatures would cost too much.
 */
const char *signature_key_refused(EVP_PKEY *key);
/* Below 2048 bits of RSA, or what equals them (NIST SP 800-131A). */
bool signature_key_weak(EVP_PKEY *key);

#endif

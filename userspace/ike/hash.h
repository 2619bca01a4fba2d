/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash functions that phase 1 negotiates, and the prf made of them: HMAC (RFC 2409 4).
 */
#ifndef ADIT_IKE_HASH_H
#define ADIT_IKE_HASH_H

#include "ike/bytes.h"

#define HASH_MAX 64 /* bytes, SHA-512 */

struct hash {
	const char *word; /* "sha256" */
	const char *label; /* "SHA-256" */
	const char *evp; /* OpenSSL's name */
	uint16_t number; /* RFC 2409 appendix A, RFC 4868 4 (IANA): attribute 2 */
	uint8_t len; /* bytes */
	bool weak;
};

/* NULL when unknown. Rows are static and never change. */
const struct hash *hash_by_number(uint16_t number);
const struct hash *hash_by_word(const char *word);
/* Row @index, NULL behind the last: for lists of what is allowed. */
const struct hash *hash_row(unsigned int index);

/*
 * Digest, and HMAC under @key (any length), of @count parts one behind the other; @out gets
 * hash->len bytes. Returns false only when OpenSSL refuses (no memory, or MD5 under FIPS); then
 * @out is zeroed.
 */
bool hash_digest(const struct hash *hash, const struct bytes *parts, size_t count, uint8_t *out);
bool hash_prf(const struct hash *hash, struct bytes key, const struct bytes *parts, size_t count,
	      uint8_t *out);

/* Constant time, for authenticators; different lengths are different. */
bool hash_equal(struct bytes a, struct bytes b);

/* Erases secrets; the compiler does not optimise it away. */
void secret_erase(void *data, size_t len);

#endif

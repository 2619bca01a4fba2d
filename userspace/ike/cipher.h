/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ciphers that protect IKE messages, all in CBC (RFC 2409 appendix A and B).
 */
#ifndef ADIT_IKE_CIPHER_H
#define ADIT_IKE_CIPHER_H

#include "ike/bytes.h"

#define CIPHER_KEY_MAX 32
#define CIPHER_BLOCK_MAX 16

struct cipher {
	const char *word; /* "aes128" */
	const char *label; /* "AES-CBC-128", as `adit status` shows it */
	const char *evp;
	uint16_t number; /* RFC 2409 appendix A, RFC 3602, RFC 4312: attribute 1 */
	uint16_t key_attribute; /* bits, attribute 14; 0: one key length, not sent */
	uint8_t key_len, block; /* bytes */
	bool weak;
};

/*
 * @bits is the key length attribute, 0 when absent. NULL when unknown. Rows are static and never
 * change.
 */
const struct cipher *cipher_by_number(uint16_t number, uint16_t bits);
const struct cipher *cipher_by_word(const char *word);
const struct cipher *cipher_row(unsigned int index);
/* Whether this machine's OpenSSL has it: a policy may forbid some. */
bool cipher_available(const struct cipher *cipher);

/*
 * CBC without padding; @len is a multiple of the block, @iv one block, not changed. @out may be
 * @in. Returns false when @len is no multiple or OpenSSL refuses.
 */
bool cipher_encrypt(const struct cipher *cipher, const uint8_t *key, const uint8_t *iv,
		    const uint8_t *in, size_t len, uint8_t *out);
bool cipher_decrypt(const struct cipher *cipher, const uint8_t *key, const uint8_t *iv,
		    const uint8_t *in, size_t len, uint8_t *out);

#endif

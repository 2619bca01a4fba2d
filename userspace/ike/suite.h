/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms of ESP and AH: their words, their IPsec DOI numbers, their kernel names and key
 * lengths (RFC 2407 4.4.4 and 4.5, RFC 3602, 3686, 4106, 4309, 4543, 4868). The kernel's names are
 * those of `ip xfrm state`.
 */
#ifndef ADIT_IKE_SUITE_H
#define ADIT_IKE_SUITE_H

#include "ike/bytes.h"

#define SUITE_KEY_MAX 64 /* bytes of one key: HMAC-SHA-512 */

struct esp_cipher {
	const char *word; /* "aes128gcm16" */
	const char *label; /* "AES-GCM-128" */
	const char *kernel; /* "rfc4106(gcm(aes))" */
	uint8_t transform; /* ESP transform id */
	uint16_t key_attribute; /* bits; 0: not sent */
	uint16_t key_len; /* bytes of key material, the salt of GCM, CCM, CTR, GMAC included */
	uint8_t block, iv_len; /* bytes */
	uint16_t icv_bits; /* AEAD, else 0 */
	bool weak;
};

struct esp_auth {
	const char *word; /* "sha256" */
	const char *label; /* "HMAC-SHA-256-128" */
	const char *kernel; /* "hmac(sha256)" */
	uint16_t attribute; /* IPsec DOI attribute 5 */
	uint8_t ah_transform; /* AH transform id */
	uint16_t key_len; /* bytes */
	uint16_t icv_bits;
	bool weak;
};

const struct esp_cipher *esp_cipher_by_word(const char *word);
const struct esp_cipher *esp_cipher_by_number(uint8_t transform, uint16_t key_bits);
const struct esp_cipher *esp_cipher_row(unsigned int index);

static inline bool esp_cipher_is_aead(const struct esp_cipher *c)
{
	return c->icv_bits != 0;
}

const struct esp_auth *esp_auth_by_word(const char *word);
const struct esp_auth *esp_auth_by_number(uint16_t attribute);
const struct esp_auth *esp_auth_row(unsigned int index);

#endif

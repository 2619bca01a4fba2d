// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/cipher.h"
#include "ike/hash.h"

#include <limits.h>
#include <openssl/evp.h>

/*
 * Single DES sits in OpenSSL's legacy provider, which is often absent and would have to be loaded
 * for the whole process; triple DES with three equal keys is the same function.
 */
static const struct cipher ciphers[] = {
	{ "aes128", "AES-CBC-128", "AES-128-CBC", 7, 128, 16, 16, false },
	{ "aes192", "AES-CBC-192", "AES-192-CBC", 7, 192, 24, 16, false },
	{ "aes256", "AES-CBC-256", "AES-256-CBC", 7, 256, 32, 16, false },
	{ "camellia128", "CAMELLIA-CBC-128", "CAMELLIA-128-CBC", 8, 128, 16, 16, false },
	{ "camellia192", "CAMELLIA-CBC-192", "CAMELLIA-192-CBC", 8, 192, 24, 16, false },
	{ "camellia256", "CAMELLIA-CBC-256", "CAMELLIA-256-CBC", 8, 256, 32, 16, false },
	{ "3des", "3DES-CBC", "DES-EDE3-CBC", 5, 0, 24, 8, true },
	{ "des", "DES-CBC", "DES-EDE3-CBC", 1, 0, 8, 8, true },
};

const struct cipher *cipher_row(unsigned int index)
{
	return index < sizeof(ciphers) / sizeof(ciphers[0]) ? &ciphers[index] : NULL;
}

bool cipher_available(const struct cipher *cipher)
{
	EVP_CIPHER *evp = EVP_CIPHER_fetch(NULL, cipher->evp, NULL);

	EVP_CIPHER_free(evp);
	return evp != NULL;
}

const struct cipher *cipher_by_number(uint16_t number, uint16_t bits)
{
	const struct cipher *c;
	unsigned int i;

	for (i = 0; (c = cipher_row(i)); i++) {
		if (c->number != number)
			continue;
		/* RFC 2409 A: no key length attribute for fixed-length ciphers; some send it */
		if (c->key_attribute == bits || (!c->key_attribute && bits == c->key_len * 8))
			return c;
	}
	return NULL;
}

const struct cipher *cipher_by_word(const char *word)
{
	const struct cipher *c;
	unsigned int i;

	for (i = 0; (c = cipher_row(i)); i++)
		if (!strcmp(c->word, word))
			return c;
	if (!strcmp(word, "aes"))
		return cipher_by_word("aes128");
	if (!strcmp(word, "camellia"))
		return cipher_by_word("camellia128");
	return NULL;
}

static bool cipher_run(const struct cipher *cipher, const uint8_t *key, const uint8_t *iv,
		       const uint8_t *in, size_t len, uint8_t *out, bool encrypt)
{
	EVP_CIPHER_CTX *ctx;
	EVP_CIPHER *evp;
	uint8_t full[EVP_MAX_KEY_LENGTH];
	int written = 0;
	bool good;
	int i;

	if (len % cipher->block || len > INT_MAX)
		return false;
	evp = EVP_CIPHER_fetch(NULL, cipher->evp, NULL);
	ctx = EVP_CIPHER_CTX_new();
	good = evp && ctx;
	for (i = 0; good && i < EVP_CIPHER_get_key_length(evp); i++)
		full[i] = key[i % cipher->key_len];
	good = good && EVP_CipherInit_ex2(ctx, evp, full, iv, encrypt, NULL) &&
	       EVP_CIPHER_CTX_set_padding(ctx, 0) &&
	       EVP_CipherUpdate(ctx, out, &written, in, (int)len) && (size_t)written == len;
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(evp);
	secret_erase(full, sizeof(full));
	return good;
}

bool cipher_encrypt(const struct cipher *cipher, const uint8_t *key, const uint8_t *iv,
		    const uint8_t *in, size_t len, uint8_t *out)
{
	return cipher_run(cipher, key, iv, in, len, out, true);
}

bool cipher_decrypt(const struct cipher *cipher, const uint8_t *key, const uint8_t *iv,
		    const uint8_t *in, size_t len, uint8_t *out)
{
	return cipher_run(cipher, key, iv, in, len, out, false);
}

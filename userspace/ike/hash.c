// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static const struct hash hashes[] = {
	{ "sha1", "SHA-1", "SHA1", 2, 20, false },
	{ "sha256", "SHA-256", "SHA256", 4, 32, false },
	{ "sha384", "SHA-384", "SHA384", 5, 48, false },
	{ "sha512", "SHA-512", "SHA512", 6, 64, false },
	{ "md5", "MD5", "MD5", 1, 16, true },
};

const struct hash *hash_row(unsigned int index)
{
	return index < sizeof(hashes) / sizeof(hashes[0]) ? &hashes[index] : NULL;
}

const struct hash *hash_by_number(uint16_t number)
{
	const struct hash *h;
	unsigned int i;

	for (i = 0; (h = hash_row(i)); i++)
		if (h->number == number)
			return h;
	return NULL;
}

const struct hash *hash_by_word(const char *word)
{
	const struct hash *h;
	unsigned int i;

	for (i = 0; (h = hash_row(i)); i++)
		if (!strcmp(h->word, word))
			return h;
	/* strongSwan's and libreswan's other spellings */
	if (!strcmp(word, "sha"))
		return hash_by_word("sha1");
	if (!strncmp(word, "sha2_", 5) && strlen(word) == 8) {
		for (i = 0; (h = hash_row(i)); i++)
			if (!strncmp(h->word, "sha", 3) && !strcmp(h->word + 3, word + 5))
				return h;
	}
	return NULL;
}

bool hash_digest(const struct hash *hash, const struct bytes *parts, size_t count, uint8_t *out)
{
	EVP_MD *md = EVP_MD_fetch(NULL, hash->evp, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = md && ctx && EVP_DigestInit_ex2(ctx, md, NULL);
	size_t i;

	for (i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len);
	good = good && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	if (!good)
		memset(out, 0, hash->len);
	return good;
}

bool hash_prf(const struct hash *hash, struct bytes key, const struct bytes *parts, size_t count,
	      uint8_t *out)
{
	/* OpenSSL takes the digest's name as not const and does not change it; NULL is no key */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)hash->evp, 0),
		OSSL_PARAM_construct_end(),
	};
	const uint8_t *secret = key.data ? key.data : (const uint8_t *)"";
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	bool good = ctx && EVP_MAC_init(ctx, secret, key.len, params);
	size_t i, len = 0;

	for (i = 0; good && i < count; i++)
		good = EVP_MAC_update(ctx, parts[i].data, parts[i].len);
	good = good && EVP_MAC_final(ctx, out, &len, hash->len) && len == hash->len;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	if (!good)
		memset(out, 0, hash->len);
	return good;
}

bool hash_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (!a.len || !CRYPTO_memcmp(a.data, b.data, a.len));
}

void secret_erase(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}

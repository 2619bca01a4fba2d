// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/suite.h"

/*
 * ESP transform ids: RFC 2407 4.4.4, RFC 3602 (12), 3686 (13), 4309 (14 to 16), 4106 (18 to 20),
 * 4543 (23), 5529 (22, Camellia).
 *
 * The ICV length of GCM and CCM is part of the transform id: 8, 12 or 16 bytes.
 */
#define GCM(bits, icv, id)                                                                     \
	{                                                                                      \
		"aes" #bits "gcm" #icv, "AES-GCM-" #bits "-ICV" #icv, "rfc4106(gcm(aes))", id, \
		bits, bits / 8 + 4, 4, 8, icv * 8, false                                       \
	}
#define CCM(bits, icv, id)                                                                     \
	{                                                                                      \
		"aes" #bits "ccm" #icv, "AES-CCM-" #bits "-ICV" #icv, "rfc4309(ccm(aes))", id, \
		bits, bits / 8 + 3, 4, 8, icv * 8, false                                       \
	}
#define GMAC(bits)                                                                            \
	{                                                                                     \
		"aes" #bits "gmac", "AES-GMAC-" #bits, "rfc4543(gcm(aes))", 23, bits,         \
		bits / 8 + 4, 4, 8, 128, false                                                \
	}
#define CBC(name, label, kernel, bits, id)                                                    \
	{                                                                                     \
		name #bits, label #bits, kernel, id, bits, bits / 8, 16, 16, 0, false         \
	}

static const struct esp_cipher ciphers[] = {
	GCM(128, 16, 20),
	GCM(192, 16, 20),
	GCM(256, 16, 20),
	GCM(128, 12, 19),
	GCM(192, 12, 19),
	GCM(256, 12, 19),
	GCM(128, 8, 18),
	GCM(192, 8, 18),
	GCM(256, 8, 18),
	CBC("aes", "AES-CBC-", "cbc(aes)", 128, 12),
	CBC("aes", "AES-CBC-", "cbc(aes)", 192, 12),
	CBC("aes", "AES-CBC-", "cbc(aes)", 256, 12),
	{ "aes128ctr", "AES-CTR-128", "rfc3686(ctr(aes))", 13, 128, 20, 4, 8, 0, false },
	{ "aes192ctr", "AES-CTR-192", "rfc3686(ctr(aes))", 13, 192, 28, 4, 8, 0, false },
	{ "aes256ctr", "AES-CTR-256", "rfc3686(ctr(aes))", 13, 256, 36, 4, 8, 0, false },
	CCM(128, 16, 16),
	CCM(192, 16, 16),
	CCM(256, 16, 16),
	CCM(128, 12, 15),
	CCM(192, 12, 15),
	CCM(256, 12, 15),
	CCM(128, 8, 14),
	CCM(192, 8, 14),
	CCM(256, 8, 14),
	GMAC(128),
	GMAC(192),
	GMAC(256),
	CBC("camellia", "CAMELLIA-CBC-", "cbc(camellia)", 128, 22),
	CBC("camellia", "CAMELLIA-CBC-", "cbc(camellia)", 192, 22),
	CBC("camellia", "CAMELLIA-CBC-", "cbc(camellia)", 256, 22),
	{ "3des", "3DES-CBC", "cbc(des3_ede)", 3, 0, 24, 8, 8, 0, true },
	{ "des", "DES-CBC", "cbc(des)", 2, 0, 8, 8, 8, 0, true },
	{ "null", "NULL", "ecb(cipher_null)", 11, 0, 0, 4, 0, 0, false },
};

/*
 * IPsec DOI attribute 5: RFC 2407 4.5, RFC 3566 (9), RFC 4868 (5 to 7), RFC 4494 (AES-CMAC, which
 * IKEv1 has no number for). AH transform ids: RFC 2407 4.4.3. sha256_96 has the number of sha256:
 * peers with the truncation of draft-ietf-ipsec-ciph-sha-256-00 send the same attribute.
 */
static const struct esp_auth auths[] = {
	{ "sha1", "HMAC-SHA-1-96", "hmac(sha1)", 2, 3, 20, 96, false },
	{ "sha256", "HMAC-SHA-256-128", "hmac(sha256)", 5, 5, 32, 128, false },
	{ "sha384", "HMAC-SHA-384-192", "hmac(sha384)", 6, 6, 48, 192, false },
	{ "sha512", "HMAC-SHA-512-256", "hmac(sha512)", 7, 7, 64, 256, false },
	{ "aesxcbc", "AES-XCBC-96", "xcbc(aes)", 9, 9, 16, 96, false },
	{ "sha256_96", "HMAC-SHA-256-96", "hmac(sha256)", 5, 5, 32, 96, false },
	{ "md5", "HMAC-MD5-96", "hmac(md5)", 1, 2, 16, 96, true },
};

/* Other spellings of the same, as strongSwan and libreswan write them */
struct alias {
	const char *word, *means;
};

static const struct alias cipher_aliases[] = {
	{ "aes", "aes128" },
	{ "aes128gcm", "aes128gcm16" },
	{ "aes192gcm", "aes192gcm16" },
	{ "aes256gcm", "aes256gcm16" },
	{ "aes128gcm128", "aes128gcm16" },
	{ "aes192gcm128", "aes192gcm16" },
	{ "aes256gcm128", "aes256gcm16" },
	{ "aes128gcm96", "aes128gcm12" },
	{ "aes192gcm96", "aes192gcm12" },
	{ "aes256gcm96", "aes256gcm12" },
	{ "aes128gcm64", "aes128gcm8" },
	{ "aes192gcm64", "aes192gcm8" },
	{ "aes256gcm64", "aes256gcm8" },
	{ "aes_gcm128", "aes128gcm16" },
	{ "aes_gcm256", "aes256gcm16" },
	{ "camellia", "camellia128" },
};

static const struct alias auth_aliases[] = {
	{ "sha", "sha1" },	   { "sha2_256", "sha256" }, { "sha2_384", "sha384" },
	{ "sha2_512", "sha512" }, { "aes_xcbc", "aesxcbc" }, { "sha256_128", "sha256" },
};

static const char *alias_of(const struct alias *aliases, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(aliases[i].word, word))
			return aliases[i].means;
	return word;
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct esp_cipher *esp_cipher_row(unsigned int index)
{
	return index < COUNT(ciphers) ? &ciphers[index] : NULL;
}

const struct esp_cipher *esp_cipher_by_word(const char *word)
{
	const struct esp_cipher *c;
	unsigned int i;

	word = alias_of(cipher_aliases, COUNT(cipher_aliases), word);
	for (i = 0; (c = esp_cipher_row(i)); i++)
		if (!strcmp(c->word, word))
			return c;
	return NULL;
}

const struct esp_cipher *esp_cipher_by_number(uint8_t transform, uint16_t key_bits)
{
	const struct esp_cipher *c;
	unsigned int i;

	for (i = 0; (c = esp_cipher_row(i)); i++) {
		if (c->transform != transform)
			continue;
		/* RFC 2407 4.5: no key length for fixed-length ciphers; some peers send it */
		if (c->key_attribute == key_bits ||
		    (!c->key_attribute && key_bits == c->key_len * 8))
			return c;
	}
	return NULL;
}

const struct esp_auth *esp_auth_row(unsigned int index)
{
	return index < COUNT(auths) ? &auths[index] : NULL;
}

const struct esp_auth *esp_auth_by_word(const char *word)
{
	const struct esp_auth *a;
	unsigned int i;

	word = alias_of(auth_aliases, COUNT(auth_aliases), word);
	for (i = 0; (a = esp_auth_row(i)); i++)
		if (!strcmp(a->word, word))
			return a;
	return NULL;
}

const struct esp_auth *esp_auth_by_number(uint16_t attribute)
{
	const struct esp_auth *a;
	unsigned int i;

	for (i = 0; (a = esp_auth_row(i)); i++)
		if (a->attribute == attribute)
			return a;
	return NULL;
}

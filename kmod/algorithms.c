// SPDX-License-Identifier: GPL-2.0
#include <linux/array_size.h>
#include <linux/string.h>

#include "algorithms.h"

/* No HMAC key of a keying protocol is longer than the longest block. */
#define HASH_KEY_MAX	512

static const struct adit_algorithm algorithms[] = {
	/* name, alias, kind, key lengths, block, IV length, IV, ICV lengths, longest ICV */
	{ "rfc4106(gcm(aes))", NULL, ADIT_ALGORITHM_AEAD,
	  { 20, 28, 36 }, 4, 8, ADIT_IV_COUNTER, { 16, 12, 8 }, 16 },
	{ "rfc4309(ccm(aes))", NULL, ADIT_ALGORITHM_AEAD,
	  { 19, 27, 35 }, 4, 8, ADIT_IV_COUNTER, { 16, 12, 8 }, 16 },
	{ "rfc4543(gcm(aes))", NULL, ADIT_ALGORITHM_AEAD,
	  { 20, 28, 36 }, 4, 8, ADIT_IV_COUNTER, { 16 }, 16 },
	{ "rfc7539esp(chacha20,poly1305)", NULL, ADIT_ALGORITHM_AEAD,
	  { 36 }, 4, 8, ADIT_IV_COUNTER, { 16 }, 16 },

	{ "cbc(aes)", "aes", ADIT_ALGORITHM_CIPHER, { 16, 24, 32 }, 16, 16, ADIT_IV_ENCRYPTED },
	{ "cbc(camellia)", "camellia", ADIT_ALGORITHM_CIPHER,
	  { 16, 24, 32 }, 16, 16, ADIT_IV_ENCRYPTED },
	{ "cbc(des3_ede)", "des3_ede", ADIT_ALGORITHM_CIPHER, { 24 }, 8, 8, ADIT_IV_ENCRYPTED },
	{ "cbc(des)", "des", ADIT_ALGORITHM_CIPHER, { 8 }, 8, 8, ADIT_IV_ENCRYPTED },
	{ "rfc3686(ctr(aes))", NULL, ADIT_ALGORITHM_CIPHER, { 20, 28, 36 }, 4, 8, ADIT_IV_COUNTER },
	{ "ecb(cipher_null)", "cipher_null", ADIT_ALGORITHM_CIPHER, { 0 }, 4, 0, ADIT_IV_NONE },

	{ "hmac(md5)", "md5", ADIT_ALGORITHM_HASH, .icv_lens = { 12 }, .icv_max = 16 },
	{ "hmac(sha1)", "sha1", ADIT_ALGORITHM_HASH, .icv_lens = { 12 }, .icv_max = 20 },
	{ "hmac(sha256)", "sha256", ADIT_ALGORITHM_HASH, .icv_lens = { 16 }, .icv_max = 32 },
	{ "hmac(sha384)", NULL, ADIT_ALGORITHM_HASH, .icv_lens = { 24 }, .icv_max = 48 },
	{ "hmac(sha512)", NULL, ADIT_ALGORITHM_HASH, .icv_lens = { 32 }, .icv_max = 64 },
	{ "xcbc(aes)", NULL, ADIT_ALGORITHM_HASH,
	  .key_lens = { 16 }, .icv_lens = { 12 }, .icv_max = 16 },
	{ "cmac(aes)", NULL, ADIT_ALGORITHM_HASH,
	  .key_lens = { 16 }, .icv_lens = { 12 }, .icv_max = 16 },
};

const struct adit_algorithm *adit_algorithm_find(enum adit_algorithm_kind kind, const char *name)
{
	const struct adit_algorithm *row;

	for (row = algorithms; row < algorithms + ARRAY_SIZE(algorithms); row++)
		if (row->kind == kind &&
		    (!strcmp(row->name, name) || (row->alias && !strcmp(row->alias, name))))
			return row;
	return NULL;
}

bool adit_algorithm_takes_key(const struct adit_algorithm *algorithm, unsigned int len)
{
	unsigned int i;

	if (algorithm->kind == ADIT_ALGORITHM_HASH && !algorithm->key_lens[0])
		return len >= 1 && len <= HASH_KEY_MAX;

	for (i = 0; i < ARRAY_SIZE(algorithm->key_lens); i++) {
		if (i && !algorithm->key_lens[i])
			break;
		if (algorithm->key_lens[i] == len)
			return true;
	}
	return false;
}

bool adit_algorithm_takes_icv(const struct adit_algorithm *algorithm, unsigned int bits)
{
	unsigned int i;

	if (!bits || bits % 8)
		return false;
	if (algorithm->kind == ADIT_ALGORITHM_HASH)
		return bits >= 32 && bits / 8 <= algorithm->icv_max;

	for (i = 0; i < ARRAY_SIZE(algorithm->icv_lens); i++)
		if (algorithm->icv_lens[i] == bits / 8)
			return true;
	return false;
}

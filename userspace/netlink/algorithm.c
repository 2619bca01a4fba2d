// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/algorithm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEYS(...) ((const int[]){ __VA_ARGS__, ANL_KEY_LENGTHS_END })
#define BITS(...) ((const unsigned int[]){ __VA_ARGS__, 0 })

static const struct anl_algorithm_info algorithms[] = {
	/* key and 4 bytes of salt (CCM: 3) */
	{ ANL_AEAD, "rfc4106(gcm(aes))", KEYS(20, 28, 36), BITS(64, 96, 128), 128 },
	{ ANL_AEAD, "rfc4309(ccm(aes))", KEYS(19, 27, 35), BITS(64, 96, 128), 128 },
	{ ANL_AEAD, "rfc4543(gcm(aes))", KEYS(20, 28, 36), BITS(128), 128 },
	{ ANL_AEAD, "rfc7539esp(chacha20,poly1305)", KEYS(36), BITS(128), 128 },
	{ ANL_ENC, "cbc(aes)", KEYS(16, 24, 32), NULL, 0 },
	{ ANL_ENC, "rfc3686(ctr(aes))", KEYS(20, 28, 36), NULL, 0 },
	{ ANL_ENC, "cbc(camellia)", KEYS(16, 24, 32), NULL, 0 },
	{ ANL_ENC, "cbc(des3_ede)", KEYS(24), NULL, 0 },
	{ ANL_ENC, "cbc(des)", KEYS(8), NULL, 0 },
	{ ANL_ENC, "ecb(cipher_null)", KEYS(0), NULL, 0 },
	{ ANL_AUTH, "hmac(sha1)", NULL, NULL, 160 },
	{ ANL_AUTH, "hmac(sha256)", NULL, NULL, 256 },
	{ ANL_AUTH, "hmac(sha384)", NULL, NULL, 384 },
	{ ANL_AUTH, "hmac(sha512)", NULL, NULL, 512 },
	{ ANL_AUTH, "hmac(md5)", NULL, NULL, 128 },
	{ ANL_AUTH, "xcbc(aes)", KEYS(16), NULL, 128 },
	{ ANL_AUTH, "cmac(aes)", KEYS(16), NULL, 128 },
	{ 0, NULL, NULL, NULL, 0 },
};

const struct anl_algorithm_info *anl_algorithm_list(void)
{
	return algorithms;
}

const struct anl_algorithm_info *anl_algorithm_find(enum anl_algorithm_kind kind,
						    const char *name)
{
	for (const struct anl_algorithm_info *info = algorithms; info->name; info++)
		if (info->kind == kind && !strcmp(info->name, name))
			return info;
	return NULL;
}

static int check_key(const struct anl_algorithm_info *info, size_t length,
		     struct anl_error *error)
{
	char allowed[80] = "";
	size_t used = 0;

	if (!info->key_lengths) {
		if (length >= 1 && length <= ANL_KEY_MAX)
			return 0;
		return anl_fail(error, EINVAL, "the key of %s has %zu bytes: it needs 1 to %d",
				info->name, length, ANL_KEY_MAX);
	}
	for (const int *key = info->key_lengths; *key != ANL_KEY_LENGTHS_END; key++) {
		if ((size_t)*key == length)
			return 0;
		used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%d",
					 used ? key[1] == ANL_KEY_LENGTHS_END ? " or " : ", " : "",
					 *key);
	}
	return anl_fail(error, EINVAL, "the key of %s has %zu bytes: it needs %s%s", info->name,
			length, allowed, info->kind == ANL_AEAD ? " (the salt included)" : "");
}

static int check_icv(const struct anl_algorithm_info *info, unsigned int bits,
		     struct anl_error *error)
{
	char allowed[80] = "";
	size_t used = 0;

	if (!bits || !info->icv_max)
		return 0;
	if (!info->icv_bits) {
		if (bits >= 32 && bits <= info->icv_max && bits % 8 == 0)
			return 0;
		return anl_fail(error, EINVAL,
				"an ICV of %u bits does not fit %s: it takes 32 to %u, in eights",
				bits, info->name, info->icv_max);
	}
	for (const unsigned int *icv = info->icv_bits; *icv; icv++) {
		if (*icv == bits)
			return 0;
		used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%u",
					 used ? icv[1] ? ", " : " or " : "", *icv);
	}
	return anl_fail(error, EINVAL, "an ICV of %u bits does not fit %s: it takes %s", bits,
			info->name, allowed);
}

int anl_algorithm_check(enum anl_algorithm_kind kind, const struct anl_algorithm *algorithm,
			struct anl_error *error)
{
	const struct anl_algorithm_info *info = anl_algorithm_find(kind, algorithm->name);
	int code;

	if (!info)
		return 0;
	code = check_key(info, algorithm->key_length, error);
	return code ? code : check_icv(info, algorithm->icv_bits, error);
}

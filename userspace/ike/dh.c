// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/dh.h"
#include "ike/hash.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>

struct dh {
	const struct dh_group *group;
	EVP_PKEY *key;
	uint8_t public[DH_PUBLIC_MAX];
	unsigned int holders;
};

/*
 * Bits of the private value where OpenSSL does not know the group: as many as it takes for
 * modp1536, which is more than RFC 3526 8 asks for there (180). All 1024 would cost four times as
 * much.
 */
#define OAKLEY_PRIVATE_BITS 200

static const struct dh_group groups[] = {
	{ "modp2048", "DH", "modp_2048", 14, 256, 256, false, false },
	{ "modp3072", "DH", "modp_3072", 15, 384, 384, false, false },
	{ "modp4096", "DH", "modp_4096", 16, 512, 512, false, false },
	{ "modp6144", "DH", "modp_6144", 17, 768, 768, false, false },
	{ "modp8192", "DH", "modp_8192", 18, 1024, 1024, false, false },
	{ "ecp256", "EC", "P-256", 19, 64, 32, false, false },
	{ "ecp384", "EC", "P-384", 20, 96, 48, false, false },
	{ "ecp521", "EC", "P-521", 21, 132, 66, false, false },
	{ "modp2048s224", "DH", "dh_2048_224", 23, 256, 256, true, false },
	{ "modp2048s256", "DH", "dh_2048_256", 24, 256, 256, true, false },
	{ "ecp224", "EC", "P-224", 26, 56, 28, false, false },
	{ "ecp224bp", "EC", "brainpoolP224r1", 27, 56, 28, false, false },
	{ "ecp256bp", "EC", "brainpoolP256r1", 28, 64, 32, false, false },
	{ "ecp384bp", "EC", "brainpoolP384r1", 29, 96, 48, false, false },
	{ "ecp512bp", "EC", "brainpoolP512r1", 30, 128, 64, false, false },
	{ "curve25519", "X25519", NULL, 31, 32, 32, false, false },
	{ "modp768", "DH", NULL, 1, 96, 96, false, true },
	{ "modp1024", "DH", NULL, 2, 128, 128, false, true },
	{ "modp1536", "DH", "modp_1536", 5, 192, 192, false, true },
	{ "modp1024s160", "DH", "dh_1024_160", 22, 128, 128, true, true },
	{ "ecp192", "EC", "P-192", 25, 48, 24, false, true },
};

const struct dh_group *dh_group_row(unsigned int index)
{
	return index < sizeof(groups) / sizeof(groups[0]) ? &groups[index] : NULL;
}

const struct dh_group *dh_group_by_number(uint16_t number)
{
	const struct dh_group *g;
	unsigned int i;

	for (i = 0; (g = dh_group_row(i)); i++)
		if (g->number == number)
			return g;
	return NULL;
}

const struct dh_group *dh_group_by_word(const char *word)
{
	const struct dh_group *g;
	unsigned int i;

	for (i = 0; (g = dh_group_row(i)); i++)
		if (!strcmp(g->word, word))
			return g;
	/* libreswan's and the RFCs' other spellings */
	if (!strncmp(word, "dh", 2) && strlen(word) <= 4) {
		for (i = 2; word[i] >= '0' && word[i] <= '9'; i++)
			;
		return i > 2 && !word[i] ? dh_group_by_number((uint16_t)atoi(word + 2)) : NULL;
	}
	if (!strcmp(word, "x25519"))
		return dh_group_by_number(31);
	return NULL;
}

static bool is_curve(const struct dh_group *group)
{
	return !strcmp(group->type, "EC");
}

/* RFC 2409 6.1 and 6.2: OpenSSL has the primes, not the groups */
static bool push_oakley(OSSL_PARAM_BLD *bld, uint16_t number, BIGNUM **prime, BIGNUM **generator)
{
	*prime = number == 1 ? BN_get_rfc2409_prime_768(NULL) : BN_get_rfc2409_prime_1024(NULL);
	*generator = BN_new();
	return *prime && *generator && BN_set_word(*generator, 2) &&
	       OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, *prime) &&
	       OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_G, *generator);
}

/* Each of OpenSSL's key types has a form of its own. @encoded is the public value's. */
static bool push_pair(OSSL_PARAM_BLD *bld, const struct dh_group *group, struct bytes private,
		      struct bytes encoded, BIGNUM **x, BIGNUM **y)
{
	if (!strcmp(group->type, "X25519"))
		return OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PRIV_KEY, private.data,
							private.len) &&
		       OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, encoded.data,
							encoded.len);
	*x = BN_secure_new();
	if (!*x || !BN_bin2bn(private.data, (int)private.len, *x) ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, *x))
		return false;
	if (is_curve(group))
		return OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, encoded.data,
							encoded.len);
	*y = BN_bin2bn(encoded.data, (int)encoded.len, NULL);
	return *y && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, *y);
}

/* A public value of the group's length as OpenSSL wants it; returns the length. */
static size_t encode_public(const struct dh_group *group, struct bytes public, uint8_t *out)
{
	size_t skip = is_curve(group) ? 1 : 0;

	out[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(out + skip, public.data, public.len);
	return skip + public.len;
}

/* The group's parameters, and the key pair when @private is given. The caller frees the array. */
static OSSL_PARAM *dh_params(const struct dh_group *group, struct bytes private,
			     struct bytes public)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *prime = NULL, *generator = NULL, *x = NULL, *y = NULL;
	uint8_t encoded[1 + DH_PUBLIC_MAX];
	OSSL_PARAM *params = NULL;
	bool good = bld != NULL;

	if (good && group->evp)
		good = OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, group->evp,
						       0);
	else if (good && !strcmp(group->type, "DH"))
		good = push_oakley(bld, group->number, &prime, &generator);
	if (good && private.len)
		good = push_pair(bld, group, private,
				 bytes_of(encoded, encode_public(group, public, encoded)), &x, &y);
	if (good)
		params = OSSL_PARAM_BLD_to_param(bld);
	OSSL_PARAM_BLD_free(bld);
	BN_free(prime);
	BN_free(generator);
	BN_clear_free(x);
	BN_free(y);
	return params;
}

static EVP_PKEY *key_from_params(const struct dh_group *group, OSSL_PARAM *params, int selection)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, group->type, NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, selection, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *key_generate(const struct dh_group *group)
{
	OSSL_PARAM *params = dh_params(group, bytes_of(NULL, 0), bytes_of(NULL, 0));
	EVP_PKEY *domain = NULL, *key = NULL;
	EVP_PKEY_CTX *ctx = NULL;
	int bits = OAKLEY_PRIVATE_BITS;
	const OSSL_PARAM private[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &bits), OSSL_PARAM_END,
	};

	if (!params)
		return NULL;
	if (group->evp || strcmp(group->type, "DH")) {
		ctx = EVP_PKEY_CTX_new_from_name(NULL, group->type, NULL);
	} else {
		domain = key_from_params(group, params, EVP_PKEY_KEY_PARAMETERS);
		ctx = domain ? EVP_PKEY_CTX_new_from_pkey(NULL, domain, NULL) : NULL;
	}
	if (!ctx || EVP_PKEY_keygen_init(ctx) <= 0 ||
	    (group->evp && EVP_PKEY_CTX_set_params(ctx, params) <= 0) ||
	    (domain && EVP_PKEY_CTX_set_params(ctx, private) <= 0) ||
	    EVP_PKEY_generate(ctx, &key) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(domain);
	OSSL_PARAM_free(params);
	return key;
}

/* Takes @key. */
static struct dh *dh_wrap(const struct dh_group *group, EVP_PKEY *key)
{
	struct dh *dh = key ? calloc(1, sizeof(*dh)) : NULL;
	unsigned char *encoded = NULL;
	size_t len, skip;

	if (!dh) {
		EVP_PKEY_free(key);
		return NULL;
	}
	dh->group = group;
	dh->key = key;
	dh->holders = 1;
	/* RFC 5903 7: x and y without the byte that says "uncompressed" */
	skip = is_curve(group) ? 1 : 0;
	len = EVP_PKEY_get1_encoded_public_key(key, &encoded);
	if (len != skip + group->public_len) {
		OPENSSL_free(encoded);
		dh_free(dh);
		return NULL;
	}
	memcpy(dh->public, encoded + skip, group->public_len);
	OPENSSL_free(encoded);
	return dh;
}

struct dh *dh_new(const struct dh_group *group)
{
	return dh_wrap(group, key_generate(group));
}

struct dh *dh_from_pair(const struct dh_group *group, struct bytes private, struct bytes public)
{
	OSSL_PARAM *params;
	EVP_PKEY *key;

	if (!private.len || public.len != group->public_len)
		return NULL;
	params = dh_params(group, private, public);
	key = params ? key_from_params(group, params, EVP_PKEY_KEYPAIR) : NULL;
	OSSL_PARAM_free(params);
	return dh_wrap(group, key);
}

struct dh *dh_hold(struct dh *dh)
{
	dh->holders++;
	return dh;
}

bool dh_is_shared(const struct dh *dh)
{
	return dh->holders > 1;
}

void dh_free(struct dh *dh)
{
	if (!dh || --dh->holders)
		return;
	EVP_PKEY_free(dh->key); /* clears the private value */
	free(dh);
}

const struct dh_group *dh_group_of(const struct dh *dh)
{
	return dh->group;
}

struct bytes dh_public(const struct dh *dh)
{
	return bytes_of(dh->public, dh->group->public_len);
}

/* A peer's public value as a key of the same group; NULL when it cannot be one. */
static EVP_PKEY *peer_key(const struct dh *dh, struct bytes peer)
{
	uint8_t encoded[1 + DH_PUBLIC_MAX];
	size_t len = encode_public(dh->group, peer, encoded);
	EVP_PKEY *key = EVP_PKEY_new();

	if (!key || EVP_PKEY_copy_parameters(key, dh->key) <= 0 ||
	    EVP_PKEY_set1_encoded_public_key(key, encoded, len) <= 0) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

/*
 * RFC 6989 2.1: with a safe prime the range is enough, and the order check costs a full-length
 * exponentiation that anybody could make us do; 2.2: other primes need it; 2.3: curves of
 * cofactor 1 need the equation.
 */
static bool peer_is_valid(const struct dh_group *group, EVP_PKEY *peer)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	bool valid = ctx && (group->subgroup ? EVP_PKEY_public_check(ctx) :
					       EVP_PKEY_public_check_quick(ctx)) > 0;

	EVP_PKEY_CTX_free(ctx);
	return valid;
}

static bool derive(const struct dh *dh, EVP_PKEY *peer, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, dh->key, NULL);
	size_t len = dh->group->secret_len;
	bool good = ctx && EVP_PKEY_derive_init(ctx) > 0;

	/* RFC 2409 5: g^xy keeps the leading zeros of its length */
	if (good && !strcmp(dh->group->type, "DH"))
		good = EVP_PKEY_CTX_set_dh_pad(ctx, 1) > 0;
	good = good && EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) > 0 &&
	       EVP_PKEY_derive(ctx, out, &len) > 0 && len == dh->group->secret_len;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* The peer's key in @key, which the caller frees; the order check of a subgroup only when @all. */
static const char *check(const struct dh *dh, struct bytes peer, bool all, EVP_PKEY **key)
{
	*key = NULL;
	/* RFC 2409 5: the length is that of the prime; RFC 5903 7: of both coordinates */
	if (peer.len != dh->group->public_len)
		return "public value's length is not the group's (RFC 2409 5)";
	if (!all && dh->group->subgroup)
		return NULL;
	*key = peer_key(dh, peer);
	return *key && peer_is_valid(dh->group, *key) ?
		       NULL : "public value is no element of the group (RFC 6989 2)";
}

const char *dh_wrong(const struct dh *dh, struct bytes peer)
{
	EVP_PKEY *key;
	const char *wrong = check(dh, peer, false, &key);

	EVP_PKEY_free(key);
	return wrong;
}

const char *dh_shared(const struct dh *dh, struct bytes peer, uint8_t *out)
{
	EVP_PKEY *key;
	const char *wrong = check(dh, peer, true, &key);

	memset(out, 0, dh->group->secret_len);
	if (!wrong && !derive(dh, key, out))
		wrong = "public value gives no shared secret (RFC 6989 2)";
	EVP_PKEY_free(key);
	if (wrong)
		secret_erase(out, dh->group->secret_len);
	return wrong;
}

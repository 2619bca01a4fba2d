// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/signature.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ike/text.h"

#define KEY_BITS_MAX 8192
#define RSA_BITS_MIN 1024
#define RSA_BITS_WEAK 2048
#define STRENGTH_MIN 80 /* bits of security, NIST SP 800-57 part 1, table 2: RSA 1024 */
#define STRENGTH_WEAK 112 /* RSA 2048 */
#define PART_MAX 66 /* bytes of r or s on P-521 */

static bool is_rsa(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA");
}

/* A context for one operation, padded as IKEv1 wants it. */
static EVP_PKEY_CTX *begin(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *ctx))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	/* RFC 2409 5.1: PKCS #1, but no digest is named in it: it is a hash of our own */
	if (ctx && init(ctx) > 0 &&
	    (!is_rsa(key) || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* Bytes of r, and of s (RFC 4754 7). */
static size_t part_len(EVP_PKEY *key)
{
	return ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
}

/* OpenSSL's SEQUENCE of r and s as RFC 4754 7 has them */
static size_t der_to_parts(EVP_PKEY *key, const uint8_t *der, size_t len, uint8_t *out)
{
	const unsigned char *at = der;
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &at, (long)len);
	int part = (int)part_len(key);
	bool good = parts && part <= PART_MAX &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, part) == part &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + part, part) == part;

	ECDSA_SIG_free(parts);
	return good ? 2 * (size_t)part : 0;
}

/* The other way; OPENSSL_free() what is returned. */
static unsigned char *parts_to_der(EVP_PKEY *key, struct bytes signature, size_t *len)
{
	size_t part = part_len(key);
	ECDSA_SIG *parts = signature.len == 2 * part ? ECDSA_SIG_new() : NULL;
	BIGNUM *r = parts ? BN_bin2bn(signature.data, (int)part, NULL) : NULL;
	BIGNUM *s = r ? BN_bin2bn(signature.data + part, (int)part, NULL) : NULL;
	unsigned char *der = NULL;
	int size = -1;

	if (s && ECDSA_SIG_set0(parts, r, s)) {
		size = i2d_ECDSA_SIG(parts, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(parts);
	*len = size > 0 ? (size_t)size : 0;
	return der;
}

size_t signature_make(EVP_PKEY *key, struct bytes hash, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = begin(key, EVP_PKEY_sign_init);
	uint8_t made[SIGNATURE_MAX];
	size_t len = sizeof(made);

	if (!ctx || EVP_PKEY_get_size(key) > SIGNATURE_MAX ||
	    EVP_PKEY_sign(ctx, made, &len, hash.data, hash.len) <= 0)
		len = 0;
	EVP_PKEY_CTX_free(ctx);
	if (len && is_rsa(key))
		memcpy(out, made, len);
	else if (len)
		len = der_to_parts(key, made, len, out);
	ERR_clear_error();
	return len;
}

bool signature_good(EVP_PKEY *key, struct bytes hash, struct bytes signature)
{
	EVP_PKEY_CTX *ctx = begin(key, EVP_PKEY_verify_init);
	const unsigned char *at = signature.data;
	unsigned char *der = NULL;
	size_t len = signature.len;
	bool good;

	if (!is_rsa(key))
		at = der = parts_to_der(key, signature, &len);
	good = ctx && at && len && EVP_PKEY_verify(ctx, at, len, hash.data, hash.len) == 1;
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* "" when it has none, or one that is not named but written out */
static const char *curve_of(EVP_PKEY *key, char *name, size_t size)
{
	if (!EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, size, NULL))
		*name = '\0';
	ERR_clear_error();
	return name;
}

bool signature_key_suits(const struct auth_method *method, EVP_PKEY *key)
{
	char curve[64];

	if (!method->key || !EVP_PKEY_is_a(key, method->key))
		return false;
	return !method->curve || !strcmp(method->curve, curve_of(key, curve, sizeof(curve)));
}

const char *signature_key_print(EVP_PKEY *key, char *text, size_t size)
{
	const char *type = EVP_PKEY_get0_type_name(key);
	struct text t = text_of(text, size);
	char curve[64];

	text_add(&t, "%s, ", type ? type : "unknown type");
	if (*curve_of(key, curve, sizeof(curve)))
		text_add(&t, "%s", curve);
	else
		text_add(&t, "%d bits", EVP_PKEY_get_bits(key));
	return text;
}

const char *signature_key_refused(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (is_rsa(key) ? bits < RSA_BITS_MIN : EVP_PKEY_get_security_bits(key) < STRENGTH_MIN)
		return "is too short: use RSA of 2048 bits or more, or a curve of 256 or more";
	if (bits > KEY_BITS_MAX)
		return "is longer than 8192 bits: use a shorter one";
	return NULL;
}

bool signature_key_weak(EVP_PKEY *key)
{
	return is_rsa(key) ? EVP_PKEY_get_bits(key) < RSA_BITS_WEAK :
			     EVP_PKEY_get_security_bits(key) < STRENGTH_WEAK;
}

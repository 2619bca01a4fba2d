// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/method.h"

#include <string.h>

static const struct auth_method methods[] = {
	{ .number = IKE_AUTH_PSK, .auth = IKE_PSK, .word = "psk", .shared = true },
	{ .number = IKE_AUTH_RSA_SIG, .auth = IKE_RSASIG, .word = "rsasig", .signature_i = true,
	  .signature_r = true, .key = "RSA" },
	/* RFC 4754 3: each curve comes with its hash, whatever hash is negotiated */
	{ .number = IKE_AUTH_ECDSA_256, .auth = IKE_ECDSA_256, .word = "ecdsa-256",
	  .signature_i = true, .signature_r = true, .key = "EC", .curve = "prime256v1", .hash = 4 },
	{ .number = IKE_AUTH_ECDSA_384, .auth = IKE_ECDSA_384, .word = "ecdsa-384",
	  .signature_i = true, .signature_r = true, .key = "EC", .curve = "secp384r1", .hash = 5 },
	{ .number = IKE_AUTH_ECDSA_521, .auth = IKE_ECDSA_521, .word = "ecdsa-521",
	  .signature_i = true, .signature_r = true, .key = "EC", .curve = "secp521r1", .hash = 6 },
	/* The client begins, then the same with the server beginning */
	{ .number = IKE_AUTH_XAUTH_INIT_PSK, .auth = IKE_XAUTH_PSK, .word = "xauth-psk",
	  .xauth = true, .shared = true },
	{ .number = IKE_AUTH_XAUTH_RESP_PSK, .auth = IKE_XAUTH_PSK, .word = "xauth-psk",
	  .xauth = true, .shared = true },
	{ .number = IKE_AUTH_XAUTH_INIT_RSA, .auth = IKE_XAUTH_RSASIG, .word = "xauth-rsasig",
	  .xauth = true, .signature_i = true, .signature_r = true, .key = "RSA" },
	{ .number = IKE_AUTH_XAUTH_RESP_RSA, .auth = IKE_XAUTH_RSASIG, .word = "xauth-rsasig",
	  .xauth = true, .signature_i = true, .signature_r = true, .key = "RSA" },
	/* draft-ietf-ipsec-isakmp-hybrid-auth-05 3.2: only the server signs */
	{ .number = IKE_AUTH_HYBRID_INIT_RSA, .auth = IKE_HYBRID, .word = "hybrid", .xauth = true,
	  .signature_r = true, .key = "RSA" },
	{ .number = IKE_AUTH_HYBRID_RESP_RSA, .auth = IKE_HYBRID, .word = "hybrid", .xauth = true,
	  .signature_i = true, .key = "RSA" },
};

const struct auth_method *method_by_number(uint16_t number)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].number == number)
			return &methods[i];
	return NULL;
}

const struct auth_method *method_of(enum ike_auth auth)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].auth == auth)
			return &methods[i];
	return NULL;
}

const struct auth_method *method_by_word(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].word, word))
			return &methods[i];
	return NULL;
}

const struct auth_method *method_for(const struct auth_method *method, bool client_begins)
{
	return method->xauth && !client_begins ? method + 1 : method;
}

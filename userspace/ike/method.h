/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The authentication methods of phase 1 as a table: which number stands in the proposal, how each
 * side proves itself, with what key and hash (RFC 2409 5, RFC 4754 3).
 */
#ifndef ADIT_IKE_METHOD_H
#define ADIT_IKE_METHOD_H

#include "ike/hash.h"
#include "ike/ike.h"
#include "ike/numbers.h"

struct auth_method {
	uint16_t number; /* IKE_AUTH_*, attribute 3 */
	enum ike_auth auth; /* as in the settings */
	const char *word; /* "rsasig" */
	bool signature_i, signature_r; /* initiator, responder: SIG instead of HASH */
	bool xauth; /* then the client logs in with user and password */
	bool shared; /* SKEYID is made of a pre-shared key (RFC 2409 5.4), else of nonces, g^xy */
	const char *key; /* type of the signing keys as OpenSSL names it; NULL: nobody signs */
	const char *curve; /* of EC keys, as OpenSSL names it */
	uint16_t hash; /* the prf of HASH_I and HASH_R is HMAC with this one; 0: the negotiated */
};

/* NULL when unknown. Rows are static and never change. */
const struct auth_method *method_by_number(uint16_t number);
const struct auth_method *method_of(enum ike_auth auth);
const struct auth_method *method_by_word(const char *word);

/*
 * Methods with XAUTH have two numbers, one for each side that may begin
 * (draft-beaulieu-ike-xauth-02 6.1): @method or its sister.
 */
const struct auth_method *method_for(const struct auth_method *method, bool client_begins);

/* Whether the side in that role signs. */
static inline bool method_signs(const struct auth_method *method, bool initiator)
{
	return initiator ? method->signature_i : method->signature_r;
}

#endif

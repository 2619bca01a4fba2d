/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diffie-Hellman over the groups of RFC 2409 6, RFC 3526, RFC 5114, RFC 5903, RFC 6932, RFC 8031.
 */
#ifndef ADIT_IKE_DH_H
#define ADIT_IKE_DH_H

#include "ike/bytes.h"

#define DH_PUBLIC_MAX 1024 /* bytes: modp8192 */
#define DH_SECRET_MAX 1024

struct dh_group {
	const char *word; /* "modp2048", "ecp256", "modp1024s160" */
	const char *type; /* OpenSSL's key type: "DH", "EC", "X25519" */
	const char *evp; /* OpenSSL's group name; NULL where it has none: groups 1, 2 and 31 */
	uint16_t number; /* attribute 4 in phase 1, attribute 3 in phase 2 */
	uint16_t public_len; /* bytes on the wire: MODP the prime's length, ECP x and y */
	uint16_t secret_len; /* bytes: MODP the prime's length, ECP x alone (RFC 5903 7) */
	bool subgroup; /* the prime is no safe prime: public values need the order check */
	bool weak;
};

const struct dh_group *dh_group_by_number(uint16_t number);
const struct dh_group *dh_group_by_word(const char *word);
const struct dh_group *dh_group_row(unsigned int index);

struct dh;

/*
 * A fresh key pair, its randomness OpenSSL's. NULL when OpenSSL refuses. dh_free() erases; NULL is
 * fine.
 */
struct dh *dh_new(const struct dh_group *group);
/* The same for one more, who frees it, too. */
struct dh *dh_hold(struct dh *dh);
/* Whether it has another holder. */
bool dh_is_shared(const struct dh *dh);
/* A given key pair, @private big-endian, @public as on the wire: for test vectors. */
struct dh *dh_from_pair(const struct dh_group *group, struct bytes private, struct bytes public);
void dh_free(struct dh *dh);

const struct dh_group *dh_group_of(const struct dh *dh);

/* Our KE payload body: group->public_len bytes, valid as long as @dh. */
struct bytes dh_public(const struct dh *dh);

/*
 * Checks the peer's public value (RFC 6989 2: length, range, order, point on the curve) and
 * computes the shared secret: group->secret_len bytes into @out, leading zeros kept. Returns NULL,
 * or a static string that says what is wrong with the value; then @out is zeroed. The caller erases
 * @out.
 */
const char *dh_shared(const struct dh *dh, struct bytes peer, uint8_t *out);
/* What of that costs little: NULL, or what is wrong with the value. */
const char *dh_wrong(const struct dh *dh, struct bytes peer);

#endif

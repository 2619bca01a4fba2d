// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/keymat.h"
#include "ike/payload.h"

#define COUNT(parts) (sizeof(parts) / sizeof((parts)[0]))

static struct bytes skeyid_of(const struct keymat *k, const uint8_t *skeyid)
{
	return bytes_of(skeyid, k->hash->len);
}

static bool prf(const struct keymat *k, const uint8_t *key, const struct bytes *parts, size_t count,
		uint8_t *out)
{
	return hash_prf(k->hash, skeyid_of(k, key), parts, count, out);
}

/* RFC 2409 5: SKEYID_d, _a, _e each take in the one before and a number */
static bool derive_skeyids(struct keymat *k, const struct keymat_inputs *in)
{
	static const uint8_t number[] = { 0, 1, 2 };
	uint8_t *out[] = { k->skeyid_d, k->skeyid_a, k->skeyid_e };
	struct bytes parts[] = {
		{ 0 },
		in->secret,
		bytes_of(in->initiator, sizeof(in->initiator)),
		bytes_of(in->responder, sizeof(in->responder)),
		{ 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(out); i++) {
		if (i)
			parts[0] = skeyid_of(k, out[i - 1]);
		parts[4] = bytes_of(&number[i], 1);
		if (!prf(k, k->skeyid, parts, COUNT(parts), out[i]))
			return false;
	}
	return true;
}

/* RFC 2409 appendix B: Ka = K1 | K2 | ..., K1 = prf(SKEYID_e, 0), Kn = prf(SKEYID_e, Kn-1) */
static bool derive_key(struct keymat *k)
{
	static const uint8_t zero;
	uint8_t block[HASH_MAX];
	struct bytes part = bytes_of(&zero, 1);
	size_t have = 0, take;
	bool good = true;

	if (k->hash->len >= k->cipher->key_len) {
		memcpy(k->key, k->skeyid_e, k->cipher->key_len);
		return true;
	}
	while (good && have < k->cipher->key_len) {
		good = prf(k, k->skeyid_e, &part, 1, block);
		take = k->cipher->key_len - have;
		if (take > k->hash->len)
			take = k->hash->len;
		memcpy(k->key + have, block, take);
		have += take;
		part = skeyid_of(k, block);
	}
	secret_erase(block, sizeof(block));
	return good;
}

/* The first bytes of a hash, as many as a cipher block has (RFC 2409 appendix B) */
static bool derive_iv(const struct keymat *k, const struct bytes *parts, size_t count, uint8_t *iv)
{
	uint8_t digest[HASH_MAX];

	if (!hash_digest(k->hash, parts, count, digest))
		return false;
	memcpy(iv, digest, k->cipher->block);
	return true;
}

static bool derive_skeyid(struct keymat *k, const struct keymat_inputs *in, struct bytes key,
			  const struct bytes *parts, size_t count)
{
	memset(k, 0, sizeof(*k));
	k->hash = in->hash;
	k->cipher = in->cipher;
	if (hash_prf(k->hash, key, parts, count, k->skeyid))
		return true;
	keymat_erase(k);
	return false;
}

bool keymat_complete(struct keymat *k, const struct keymat_inputs *in)
{
	const struct bytes publics[] = { in->gxi, in->gxr };

	return derive_skeyids(k, in) && derive_key(k) &&
	       derive_iv(k, publics, COUNT(publics), k->iv);
}

bool keymat_psk_proof(struct keymat *k, const struct keymat_inputs *in, struct bytes psk)
{
	const struct bytes nonces[] = { in->ni, in->nr };

	return derive_skeyid(k, in, psk, nonces, COUNT(nonces));
}

bool keymat_psk(struct keymat *k, const struct keymat_inputs *in, struct bytes psk)
{
	return keymat_psk_proof(k, in, psk) && keymat_complete(k, in);
}

bool keymat_signature(struct keymat *k, const struct keymat_inputs *in)
{
	uint8_t nonces[2 * IKE_NONCE_MAX];
	struct writer w = writer_of(nonces, sizeof(nonces));
	bool good;

	writer_bytes(&w, in->ni);
	writer_bytes(&w, in->nr);
	good = !w.overflow && derive_skeyid(k, in, writer_from(&w, 0), &in->secret, 1) &&
	       keymat_complete(k, in);
	secret_erase(nonces, sizeof(nonces));
	return good;
}

void keymat_erase(struct keymat *k)
{
	secret_erase(k, sizeof(*k));
}

bool keymat_auth(const struct keymat *k, const struct keymat_inputs *in, const struct hash *hash,
		 bool initiator, struct bytes sa, struct bytes id, uint8_t *out)
{
	struct bytes cky_i = bytes_of(in->initiator, sizeof(in->initiator));
	struct bytes cky_r = bytes_of(in->responder, sizeof(in->responder));
	const struct bytes parts[] = {
		initiator ? in->gxi : in->gxr,
		initiator ? in->gxr : in->gxi,
		initiator ? cky_i : cky_r,
		initiator ? cky_r : cky_i,
		sa,
		id,
	};

	return hash_prf(hash, skeyid_of(k, k->skeyid), parts, COUNT(parts), out);
}

bool keymat_iv(const struct keymat *k, const uint8_t *last_block, uint32_t id, uint8_t *iv)
{
	uint8_t mid[4] = { 0 };
	const struct bytes parts[] = {
		bytes_of(last_block, k->cipher->block),
		bytes_of(mid, sizeof(mid)),
	};

	spi_write(mid, id);
	return derive_iv(k, parts, COUNT(parts), iv);
}

bool keymat_hash1(const struct keymat *k, uint32_t id, struct bytes covered, uint8_t *out)
{
	uint8_t mid[4] = { 0 };
	const struct bytes parts[] = { bytes_of(mid, sizeof(mid)), covered };

	spi_write(mid, id);
	return prf(k, k->skeyid_a, parts, COUNT(parts), out);
}

bool keymat_hash2(const struct keymat *k, uint32_t id, struct bytes ni, struct bytes covered,
		  uint8_t *out)
{
	uint8_t mid[4] = { 0 };
	const struct bytes parts[] = { bytes_of(mid, sizeof(mid)), ni, covered };

	spi_write(mid, id);
	return prf(k, k->skeyid_a, parts, COUNT(parts), out);
}

bool keymat_hash3(const struct keymat *k, uint32_t id, struct bytes ni, struct bytes nr,
		  uint8_t *out)
{
	static const uint8_t zero;
	uint8_t mid[4] = { 0 };
	const struct bytes parts[] = { bytes_of(&zero, 1), bytes_of(mid, sizeof(mid)), ni, nr };

	spi_write(mid, id);
	return prf(k, k->skeyid_a, parts, COUNT(parts), out);
}

bool keymat_child(const struct keymat *k, struct bytes secret, uint8_t protocol, uint32_t spi,
		  struct bytes ni, struct bytes nr, uint8_t *out, size_t len)
{
	uint8_t block[HASH_MAX], spi_raw[4] = { 0 };
	struct bytes parts[] = {
		{ 0 }, secret, bytes_of(&protocol, 1), bytes_of(spi_raw, sizeof(spi_raw)), ni, nr,
	};
	size_t have = 0, take;
	bool good = true;

	spi_write(spi_raw, spi);
	while (good && have < len) {
		good = prf(k, k->skeyid_d, parts, COUNT(parts), block);
		take = len - have < k->hash->len ? len - have : k->hash->len;
		memcpy(out + have, block, take);
		have += take;
		parts[0] = skeyid_of(k, block);
	}
	secret_erase(block, sizeof(block));
	if (!good)
		secret_erase(out, len);
	return good;
}

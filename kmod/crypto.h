/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transforms and the requests that run them.
 *
 * Lifetime: a transform belongs to one SA and is freed with it, in process
 * context. A request belongs to one packet, from adit_request_get() to
 * adit_request_put(); both run with BH disabled. Synchronous and asynchronous
 * transforms are used alike: see struct adit_request.
 */
#ifndef _ADIT_CRYPTO_H
#define _ADIT_CRYPTO_H

#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>

#include "algorithms.h"
#include "compat.h"

struct adit_sa;

#define ADIT_IV_MAX	16	/* bytes, of all rows of the table */
#define ADIT_ICV_MAX	64
/* bare IPv6 header, AH with its longest ICV */
#define ADIT_AH_HEADER_SHORT	128

/**
 * struct adit_transform_params - what an SA's transform is made of
 * @aead: combined mode, or NULL
 * @enc: cipher, or NULL; with @auth
 * @auth: hash, or NULL; alone for AH
 * @key: of @aead or @enc
 * @auth_key: of @auth
 * @key_len: bytes
 * @auth_key_len: bytes
 * @icv_len: bytes
 * @esn: extended sequence numbers
 */
struct adit_transform_params {
	const struct adit_algorithm *aead;
	const struct adit_algorithm *enc;
	const struct adit_algorithm *auth;
	const u8 *key;
	const u8 *auth_key;
	unsigned int key_len;
	unsigned int auth_key_len;
	unsigned int icv_len;
	bool esn;
};

/**
 * struct adit_transform - a keyed transform
 * @aead: of an ESP SA, or NULL
 * @ahash: of an AH SA, or NULL
 * @request_len: bytes of the crypto request behind a struct adit_request
 * @iv_salt: what the packet counter is mixed with to give the IV
 * @iv: where the IV comes from
 * @iv_len: bytes of IV in each packet
 * @icv_len: bytes of ICV
 * @block: multiple that payload and ESP trailer are padded to, at least 4
 * @aad_len: bytes in front of the payload that are authenticated, without IV
 */
struct adit_transform {
	struct crypto_aead *aead;
	struct crypto_ahash *ahash;
	unsigned int request_len;
	u64 iv_salt;
	enum adit_iv iv;
	u8 iv_len;
	u8 icv_len;
	u8 block;
	u8 aad_len;
};

/**
 * adit_transform_init - allocate and key a transform; sleeps
 * @transform: filled in
 * @params: what of
 *
 * Return: 0, -ENOENT (this kernel has no such algorithm), -EINVAL (key or ICV
 * refused), -ENOMEM. Key copies are erased.
 */
int adit_transform_init(struct adit_transform *transform,
			const struct adit_transform_params *params);
void adit_transform_free(struct adit_transform *transform);
const char *adit_transform_driver(const struct adit_transform *transform);

/**
 * struct adit_request - one packet on its way through a transform
 * @skb: the packet
 * @sa: the SA
 * @done: the continuation, called with the transform's result either by
 *	adit_request_run(), when the transform has finished at once, or by the
 *	completion: there is one way on, not two
 * @batch: outbound: where a packet that is done at once joins the others of its
 *	batch; NULL when it comes back later and alone
 * @seq: the packet's sequence number
 * @offset: of the ESP or AH header in the packet
 * @packet: which, where @skb is a train
 * @header: AH: what of the headers is authenticated
 * @long_header: AH: the same, where it is longer than @header, kmalloc'ed; or
 *	NULL
 * @iv: read and overwritten by the transform
 * @aad: header with the upper half of the sequence number, and IV, where they
 *	are not in the packet this way (ESN)
 * @icv: AH: the computed ICV
 * @sg: pieces of the packet; the crypto request follows it
 */
struct adit_request {
	struct sk_buff *skb;
	struct adit_sa *sa;
	void (*done)(struct adit_request *request, int err);
	struct sk_buff_head *batch;
	u64 seq;
	unsigned int offset;
	unsigned int packet;
	void *long_header;
	u8 header[ADIT_AH_HEADER_SHORT];
	u8 iv[ADIT_IV_MAX] __aligned(8);
	__be32 aad[3 + ADIT_IV_MAX / 4];
	u8 icv[ADIT_ICV_MAX];
	unsigned int capacity;
	struct scatterlist sg[];
};

/**
 * adit_request_get - memory for a request
 * @transform: what it is for
 * @pieces: scatterlist entries
 *
 * Context: BH disabled. Return: NULL if there is no memory.
 */
struct adit_request *adit_request_get(const struct adit_transform *transform, unsigned int pieces);
void adit_request_put(struct adit_request *request);

/**
 * adit_request_run - hand a result, or its absence, on
 * @sa: the SA
 * @request: whose transform was just started
 * @err: what that returned
 *
 * Without a result yet (-EINPROGRESS) the request belongs to the transform,
 * which will call adit_request_complete(). Any other is passed to @done.
 *
 * Context: BH disabled, RCU.
 */
void adit_request_run(struct adit_sa *sa, struct adit_request *request, int err);
void adit_request_complete(adit_completion_arg *arg, int err);

/**
 * adit_request_aead - the crypto request in a request
 * @request: it
 * @transform: its transform
 * @pieces: as given to adit_request_get()
 */
struct aead_request *adit_request_aead(struct adit_request *request,
				       const struct adit_transform *transform,
				       unsigned int pieces);
struct ahash_request *adit_request_ahash(struct adit_request *request,
					 const struct adit_transform *transform,
					 unsigned int pieces);

/**
 * adit_skb_pieces - list a stretch of a packet
 * @skb: the packet
 * @sg: where to; @pieces entries, initialised
 * @pieces: how many at most, as adit_skb_writable() counted
 * @offset: from skb->data
 * @len: bytes
 *
 * Return: 0 or -EMSGSIZE.
 */
int adit_skb_pieces(struct sk_buff *skb, struct scatterlist *sg, unsigned int pieces,
		    unsigned int offset, unsigned int len);

int adit_crypto_init(void);
void adit_crypto_exit(void);

#endif

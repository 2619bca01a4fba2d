// SPDX-License-Identifier: GPL-2.0
#include <crypto/authenc.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "compat.h"
#include "crypto.h"
#include "sa.h"

/*
 * Each CPU keeps one request for the next packet. A transform that finishes at
 * once, which is nearly every one, so never allocates: with init_on_alloc (which
 * Debian sets) a kmalloc of this size costs as much as the rest of the header
 * work. A request that goes away with an asynchronous transform is not missed,
 * the next packet allocates another.
 */
#define REQUEST_CACHED	1024

static struct adit_request * __percpu *request_cache;

/* The authenc template takes both keys in one rtattr, see crypto/authenc.c. */
static int set_authenc_key(struct crypto_aead *aead, const struct adit_transform_params *params)
{
	struct crypto_authenc_key_param *param;
	struct rtattr *rta;
	unsigned int len;
	u8 *blob;
	int err;

	len = RTA_SPACE(sizeof(*param)) + params->auth_key_len + params->key_len;
	blob = kmalloc(len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;

	rta = (struct rtattr *)blob;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(params->key_len);
	memcpy(blob + RTA_SPACE(sizeof(*param)), params->auth_key, params->auth_key_len);
	memcpy(blob + RTA_SPACE(sizeof(*param)) + params->auth_key_len, params->key,
	       params->key_len);

	err = crypto_aead_setkey(aead, blob, len);
	kfree_sensitive(blob);
	return err;
}

static int init_aead(struct adit_transform *transform, const struct adit_transform_params *params)
{
	const struct adit_algorithm *row = params->aead ?: params->enc;
	char name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *aead;
	int err;

	if (params->aead)
		strscpy(name, row->name, sizeof(name));
	else
		snprintf(name, sizeof(name), "authenc%s(%s,%s)", params->esn ? "esn" : "",
			 params->auth->name, row->name);

	/* Asynchronous transforms are not masked out: the fast x86 ones are
	 * flagged so, and finish at once nearly always.
	 */
	aead = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(aead))
		return PTR_ERR(aead);

	if (params->aead)
		err = crypto_aead_setkey(aead, params->key, params->key_len);
	else
		err = set_authenc_key(aead, params);
	err = err ?: crypto_aead_setauthsize(aead, params->icv_len);
	if (err) {
		crypto_free_aead(aead);
		return err;
	}

	transform->aead = aead;
	transform->iv = row->iv;
	transform->iv_len = row->iv_len;
	transform->block = row->block;
	transform->aad_len = params->esn ? 12 : 8;
	transform->request_len = sizeof(struct aead_request) + crypto_aead_reqsize(aead);
	return 0;
}

static int init_ahash(struct adit_transform *transform, const struct adit_transform_params *params)
{
	struct crypto_ahash *ahash;
	int err;

	ahash = crypto_alloc_ahash(params->auth->name, 0, 0);
	if (IS_ERR(ahash))
		return PTR_ERR(ahash);

	err = crypto_ahash_setkey(ahash, params->auth_key, params->auth_key_len);
	if (!err && crypto_ahash_digestsize(ahash) > ADIT_ICV_MAX)
		err = -EINVAL;
	if (err) {
		crypto_free_ahash(ahash);
		return err;
	}

	transform->ahash = ahash;
	transform->block = 4;
	transform->request_len = sizeof(struct ahash_request) + crypto_ahash_reqsize(ahash);
	return 0;
}

int adit_transform_init(struct adit_transform *transform,
			const struct adit_transform_params *params)
{
	memset(transform, 0, sizeof(*transform));
	transform->icv_len = params->icv_len;
	/* The counter starts anywhere, so that the same key installed twice, as
	 * with manual keying it is, does not repeat its IVs at once.
	 */
	get_random_bytes(&transform->iv_salt, sizeof(transform->iv_salt));

	if (params->aead || params->enc)
		return init_aead(transform, params);
	return init_ahash(transform, params);
}

void adit_transform_free(struct adit_transform *transform)
{
	if (transform->aead)
		crypto_free_aead(transform->aead);
	if (transform->ahash)
		crypto_free_ahash(transform->ahash);
	memzero_explicit(transform, sizeof(*transform));
}

const char *adit_transform_driver(const struct adit_transform *transform)
{
	if (transform->aead)
		return crypto_tfm_alg_driver_name(crypto_aead_tfm(transform->aead));
	return crypto_tfm_alg_driver_name(crypto_ahash_tfm(transform->ahash));
}

static void *request_tail(struct adit_request *request, unsigned int pieces)
{
	return PTR_ALIGN((void *)&request->sg[pieces], crypto_tfm_ctx_alignment());
}

struct adit_request *adit_request_get(const struct adit_transform *transform, unsigned int pieces)
{
	size_t len = struct_size_t(struct adit_request, sg, pieces) + crypto_tfm_ctx_alignment() +
		     transform->request_len;
	struct adit_request *request;

	if (likely(len <= REQUEST_CACHED)) {
		len = REQUEST_CACHED;
		request = __this_cpu_read(*request_cache);
		if (likely(request)) {
			__this_cpu_write(*request_cache, NULL);
			return request;
		}
	}

	/* All 0, so that no entry of the scatterlist ever says what was never set. */
	request = kzalloc(len, GFP_ATOMIC);
	if (request)
		request->capacity = len;
	return request;
}

void adit_request_put(struct adit_request *request)
{
	if (unlikely(request->long_header)) {
		kfree(request->long_header);
		request->long_header = NULL;
	}
	if (likely(request->capacity == REQUEST_CACHED && !__this_cpu_read(*request_cache)))
		__this_cpu_write(*request_cache, request);
	else
		kfree(request);
}

void adit_request_run(struct adit_sa *sa, struct adit_request *request, int err)
{
	/* The completion may have run already, so only the SA may be touched:
	 * the caller's RCU section keeps it. A request that a driver's full
	 * queue refused (-ENOSPC, -EBUSY: none of ours may be backlogged) is an
	 * error like others.
	 */
	if (unlikely(err == -EINPROGRESS))
		adit_sa_inflight(sa);
	else
		request->done(request, err);
}

void adit_request_complete(adit_completion_arg *arg, int err)
{
	struct adit_request *request = adit_completion_data(arg);
	struct adit_sa *sa = request->sa;

	local_bh_disable();
	rcu_read_lock();
	request->batch = NULL;
	request->done(request, err);
	rcu_read_unlock();
	adit_sa_landed(sa);
	local_bh_enable();
}

struct aead_request *adit_request_aead(struct adit_request *request,
				       const struct adit_transform *transform,
				       unsigned int pieces)
{
	struct aead_request *aead = request_tail(request, pieces);

	aead_request_set_tfm(aead, transform->aead);
	return aead;
}

struct ahash_request *adit_request_ahash(struct adit_request *request,
					 const struct adit_transform *transform,
					 unsigned int pieces)
{
	struct ahash_request *ahash = request_tail(request, pieces);

	ahash_request_set_tfm(ahash, transform->ahash);
	return ahash;
}

int adit_skb_pieces(struct sk_buff *skb, struct scatterlist *sg, unsigned int pieces,
		    unsigned int offset, unsigned int len)
{
	int n;

	if (likely(!skb_is_nonlinear(skb))) {
		sg_set_buf(sg, skb->data + offset, len);
		sg_mark_end(sg);
		return 0;
	}
	n = skb_to_sgvec(skb, sg, offset, len);
	if (n < 0)
		return n;
	return n > pieces ? -EMSGSIZE : 0;
}

int adit_crypto_init(void)
{
	request_cache = alloc_percpu(struct adit_request *);
	return request_cache ? 0 : -ENOMEM;
}

void adit_crypto_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(*per_cpu_ptr(request_cache, cpu));
	free_percpu(request_cache);
}

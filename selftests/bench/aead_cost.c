// SPDX-License-Identifier: GPL-2.0
/*
 * What the ciphers alone cost: encrypts and decrypts packets of the sizes that
 * the benchmark sends and prints the time of each, so that a transport's figure
 * can be set beside the least it could possibly take. Under icount a nanosecond
 * is an instruction. The module does its work in init and refuses to stay.
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define ROUNDS 2000

struct aead_case {
	const char *label;	/* as the benchmark's tables print it */
	const char *name;	/* as the kernel's crypto API knows it */
	unsigned int enc_key;	/* bytes, salt included */
	unsigned int auth_key;	/* bytes; 0: an AEAD of one key */
	unsigned int icv;	/* bytes on the wire */
	unsigned int assoc;	/* bytes handed over as associated data */
};

static const struct aead_case aead_cases[] = {
	{ "aes128gcm16", "rfc4106(gcm(aes))", 20, 0, 16, 16 },
	{ "aes256gcm16", "rfc4106(gcm(aes))", 36, 0, 16, 16 },
	{ "aes128-sha1", "authenc(hmac(sha1),cbc(aes))", 16, 20, 12, 24 },
	{ "aes256-sha256", "authenc(hmac(sha256),cbc(aes))", 32, 32, 16, 24 },
};

/* The plaintext of a 40-, 576- and 1,400-byte inner packet with its ESP trailer. */
static const unsigned int aead_sizes[] = { 96, 592, 1408 };

static int aead_cost_setkey(struct crypto_aead *tfm, const struct aead_case *c)
{
	unsigned int len = c->enc_key;
	u8 key[128];
	u8 *p = key;

	memset(key, 0x5a, sizeof(key));
	if (c->auth_key) {
		struct crypto_authenc_key_param *param;
		struct rtattr *rta = (void *)p;

		rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
		rta->rta_len = RTA_LENGTH(sizeof(*param));
		param = RTA_DATA(rta);
		param->enckeylen = cpu_to_be32(c->enc_key);
		len += RTA_SPACE(sizeof(*param)) + c->auth_key;
	}
	return crypto_aead_setkey(tfm, key, len) ?: crypto_aead_setauthsize(tfm, c->icv);
}

/* Returns the nanoseconds of one operation, or a negative error. */
static s64 aead_cost_time(struct aead_request *req, bool encrypt)
{
	DECLARE_CRYPTO_WAIT(wait);
	ktime_t start;
	int i, err;

	aead_request_set_callback(req, 0, crypto_req_done, &wait);
	local_bh_disable();
	start = ktime_get();
	for (i = 0; i < ROUNDS; i++) {
		err = encrypt ? crypto_aead_encrypt(req) : crypto_aead_decrypt(req);
		if (err && (encrypt || err != -EBADMSG))
			break;
	}
	start = ktime_sub(ktime_get(), start);
	local_bh_enable();
	if (err && (encrypt || err != -EBADMSG))
		return err == -EINPROGRESS ? crypto_wait_req(err, &wait) ?: -EAGAIN : err;
	return ktime_to_ns(start) / ROUNDS;
}

static int aead_cost_case(const struct aead_case *c, u8 *buf)
{
	struct crypto_aead *tfm = crypto_alloc_aead(c->name, 0, 0);
	struct aead_request *req;
	struct scatterlist sg;
	u8 iv[16] = {};
	unsigned int i;
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = aead_cost_setkey(tfm, c);
	if (err)
		goto free_tfm;
	req = aead_request_alloc(tfm, GFP_KERNEL);
	if (!req) {
		err = -ENOMEM;
		goto free_tfm;
	}
	sg_init_one(&sg, buf, c->assoc + 1408 + c->icv);
	aead_request_set_ad(req, c->assoc);
	for (i = 0; i < ARRAY_SIZE(aead_sizes); i++) {
		s64 enc, dec;

		aead_request_set_crypt(req, &sg, &sg, aead_sizes[i], iv);
		enc = aead_cost_time(req, true);
		aead_request_set_crypt(req, &sg, &sg, aead_sizes[i] + c->icv, iv);
		dec = aead_cost_time(req, false);
		pr_info("aead_cost %s %u %lld %lld\n", c->label, aead_sizes[i], enc, dec);
	}
	aead_request_free(req);
free_tfm:
	crypto_free_aead(tfm);
	return err;
}

static int __init aead_cost_init(void)
{
	u8 *buf = kzalloc(2048, GFP_KERNEL);
	unsigned int i;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	for (i = 0; !err && i < ARRAY_SIZE(aead_cases); i++)
		err = aead_cost_case(&aead_cases[i], buf);
	kfree(buf);
	return err ?: -ECANCELED;
}
module_init(aead_cost_init);

MODULE_DESCRIPTION("Cost of the bare ciphers, for adit's benchmark");
MODULE_LICENSE("GPL");

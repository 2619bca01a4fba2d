// SPDX-License-Identifier: GPL-2.0
#include <net/esp.h>
#include <net/ip.h>

#include "crypto.h"
#include "esp.h"
#include "outer.h"
#include "receive.h"
#include "sa.h"
#include "transmit.h"

unsigned int adit_esp_header_len(const struct adit_sa *sa)
{
	return sizeof(struct ip_esp_hdr) + sa->transform.iv_len;
}

unsigned int adit_esp_trailer_len(const struct adit_sa *sa)
{
	/* RFC 4303 2.4 to 2.6: padding, its length, next header; 2.8: ICV */
	return sa->proto == IPPROTO_ESP ? sa->transform.block - 1 + 2 + sa->transform.icv_len : 0;
}

/*
 * The IV in the packet, and what the transform is given.
 *
 * A counter goes into the packet as it is. It is the sequence number, which
 * does not repeat under one SA, with a random number mixed in, so that neither
 * do two SAs that were given the same key by hand.
 *
 * A cipher in CBC mode gets a block of zeros in the packet, which is encrypted
 * as the first block of the payload under the counter as IV: what comes out, and
 * is the packet's IV, nobody can guess who does not have the key (NIST SP 800-38A
 * appendix C). It costs one block, where a random number would cost several.
 */
static void make_iv(const struct adit_transform *transform, u64 seq, u8 *in_packet, u8 *iv)
{
	__be64 counter = cpu_to_be64(seq ^ transform->iv_salt);
	unsigned int pad = transform->iv_len - sizeof(counter);

	if (transform->iv == ADIT_IV_NONE)
		return;
	memset(iv, 0, pad);
	memcpy(iv + pad, &counter, sizeof(counter));
	if (transform->iv == ADIT_IV_COUNTER)
		memcpy(in_packet, iv, transform->iv_len);
	else
		memset(in_packet, 0, transform->iv_len);
}

/* RFC 4303 2.4 to 2.6: padding 1, 2, 3, ...; its length; next header; room for ICV. */
static void put_trailer(struct sk_buff *skb, const struct adit_transform *transform,
			unsigned int payload, u8 nexthdr)
{
	unsigned int pad = ALIGN(payload + 2, transform->block) - payload - 2;
	u8 *tail = skb_put(skb, pad + 2 + transform->icv_len);
	unsigned int i;

	for (i = 0; i < pad; i++)
		tail[i] = i + 1;
	tail[pad] = pad;
	tail[pad + 1] = nexthdr;
}

static void output_done(struct adit_request *request, int err)
{
	struct sk_buff_head *batch = request->batch;
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;

	adit_request_put(request);
	if (unlikely(err)) {
		adit_drop_out(sa->adit, sa, skb,
			      err == -ENOMEM ? ADIT_DROP_NO_MEMORY : ADIT_DROP_CRYPTO);
		return;
	}
	adit_transmit_done(sa, skb, batch);
}

void adit_esp_output(struct adit_sa *sa, struct sk_buff *skb, unsigned int offset, u8 nexthdr,
		     u64 seq, struct sk_buff_head *batch)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int header = adit_esp_header_len(sa);
	unsigned int pieces = transform->aad_len > 8 ? 2 : 1;
	unsigned int aad, skip;
	struct adit_request *request;
	struct aead_request *aead;
	struct ip_esp_hdr *esph;

	put_trailer(skb, transform, skb->len - offset - header, nexthdr);
	if (unlikely(adit_outer_lengths(sa, skb))) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MTU);
		return;
	}
	request = adit_request_get(transform, pieces);
	if (unlikely(!request)) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = output_done;
	request->batch = batch;

	esph = (struct ip_esp_hdr *)(skb->data + offset);
	esph->spi = sa->spi;
	esph->seq_no = htonl(lower_32_bits(seq));
	make_iv(transform, seq, esph->enc_data, request->iv);

	/* Where the transform's text begins: an IV that is a counter belongs to
	 * what is only authenticated.
	 */
	aad = transform->aad_len;
	skip = sizeof(*esph);
	if (transform->iv == ADIT_IV_COUNTER) {
		aad += transform->iv_len;
		skip += transform->iv_len;
	}

	if (likely(pieces == 1)) {
		sg_init_marker(request->sg, 1);
		sg_set_buf(request->sg, esph, skb->len - offset);
	} else {
		sg_init_table(request->sg, pieces);
		/* RFC 4303 2.2.1: the upper half is authenticated but not sent. */
		request->aad[0] = esph->spi;
		request->aad[1] = htonl(upper_32_bits(seq));
		request->aad[2] = esph->seq_no;
		memcpy(&request->aad[3], esph->enc_data, aad - transform->aad_len);
		sg_set_buf(&request->sg[0], request->aad, aad);
		sg_set_buf(&request->sg[1], (u8 *)esph + skip, skb->len - offset - skip);
	}

	aead = adit_request_aead(request, transform, pieces);
	aead_request_set_callback(aead, 0, adit_request_complete, request);
	aead_request_set_ad(aead, aad);
	aead_request_set_crypt(aead, request->sg, request->sg,
			       skb->len - offset - skip - transform->icv_len, request->iv);
	adit_request_run(sa, request, crypto_aead_encrypt(aead));
}

/* RFC 4303 2.4: the receiver SHOULD inspect the padding. */
static bool check_padding(const u8 *padding, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (padding[i] != i + 1)
			return false;
	return true;
}

/* On its own: some kernels clear what is on the stack at each call. */
static noinline bool check_scattered_padding(const struct sk_buff *skb, unsigned int offset,
					     unsigned int len)
{
	u8 room[255];

	return !skb_copy_bits(skb, offset, room, len) && check_padding(room, len);
}

/*
 * Takes off header and trailer of a packet that has been decrypted.
 *
 * Return: the next header, or -1.
 */
static int strip(const struct adit_transform *transform, struct sk_buff *skb)
{
	unsigned int header = sizeof(struct ip_esp_hdr) + transform->iv_len;
	unsigned int payload = skb->len - header - transform->icv_len;
	/* RFC 4303 2.4 to 2.6: padding, its length, next header */
	unsigned int end = header + payload - 2;
	u8 room[2], nexthdr;
	const u8 *trailer;
	unsigned int pad;

	trailer = skb_header_pointer(skb, end, 2, room);
	if (!trailer)
		return -1;
	pad = trailer[0];
	nexthdr = trailer[1];
	if (pad + 2 > payload)
		return -1;
	if (trailer != room ? !check_padding(trailer - pad, pad) :
			      !check_scattered_padding(skb, end - pad, pad))
		return -1;

	if (pskb_trim(skb, end - pad))
		return -1;
	__skb_pull(skb, header);
	return nexthdr;
}

static void input_done(struct adit_request *request, int err)
{
	const u64 seq = request->seq;
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;
	int nexthdr;

	adit_request_put(request);
	if (unlikely(err)) {
		adit_drop_in(sa->adit, sa, skb, err == -EBADMSG ? ADIT_DROP_AUTHENTICATION :
			     err == -ENOMEM ? ADIT_DROP_NO_MEMORY : ADIT_DROP_CRYPTO);
		return;
	}
	/* RFC 4303 3.4.3: the window moves only for an authentic packet, and
	 * before anything else is made of it.
	 */
	if (unlikely(!adit_receive_authentic(sa, skb, seq)))
		return;

	nexthdr = strip(&sa->transform, skb);
	if (unlikely(nexthdr < 0)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_PADDING);
		return;
	}
	adit_receive_done(sa, skb, nexthdr);
}

void adit_esp_input(struct adit_sa *sa, struct sk_buff *skb, unsigned int pieces, u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int esn = transform->aad_len > 8;
	unsigned int header = adit_esp_header_len(sa);
	struct adit_request *request;
	struct aead_request *aead;
	struct ip_esp_hdr *esph;
	unsigned int text;
	int err;

	/* RFC 4303 2: a whole number of blocks, of which the pad length and the
	 * next header take two bytes; RFC 4303 2.4: and of 4 bytes.
	 */
	text = skb->len - header - transform->icv_len;
	if (unlikely(skb->len < header + transform->icv_len + 2 || text % transform->block)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}
	request = adit_request_get(transform, pieces + esn);
	if (unlikely(!request)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = input_done;
	request->batch = NULL;
	request->seq = seq;

	esph = (struct ip_esp_hdr *)skb->data;
	memcpy(request->iv, esph->enc_data, transform->iv_len);
	if (likely(pieces + esn == 1)) {
		sg_init_marker(request->sg, 1);
		sg_set_buf(request->sg, esph, skb->len);
		err = 0;
	} else if (!esn) {
		sg_init_table(request->sg, pieces);
		err = adit_skb_pieces(skb, request->sg, pieces, 0, skb->len);
	} else {
		sg_init_table(request->sg, pieces + 1);
		request->aad[0] = esph->spi;
		request->aad[1] = htonl(upper_32_bits(seq));
		request->aad[2] = esph->seq_no;
		memcpy(&request->aad[3], esph->enc_data, transform->iv_len);
		sg_set_buf(&request->sg[0], request->aad, transform->aad_len + transform->iv_len);
		err = adit_skb_pieces(skb, request->sg + 1, pieces, header, skb->len - header);
	}
	if (unlikely(err < 0)) {
		adit_request_put(request);
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}

	aead = adit_request_aead(request, transform, pieces + esn);
	aead_request_set_callback(aead, 0, adit_request_complete, request);
	aead_request_set_ad(aead, transform->aad_len + transform->iv_len);
	aead_request_set_crypt(aead, request->sg, request->sg, text + transform->icv_len,
			       request->iv);
	adit_request_run(sa, request, crypto_aead_decrypt(aead));
}

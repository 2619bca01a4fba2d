// SPDX-License-Identifier: GPL-2.0
#include <net/esp.h>
#include <net/ip.h>

#include "crypto.h"
#include "device.h"
#include "esp.h"
#include "outer.h"
#include "receive.h"
#include "sa.h"
#include "train.h"
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

/* Entries of a scatterlist for a packet in one piece. */
static unsigned int packet_pieces(const struct adit_transform *transform)
{
	return transform->aad_len > 8 ? 2 : 1;
}

static enum adit_drop drop_reason(int err)
{
	return err == -EBADMSG ? ADIT_DROP_AUTHENTICATION :
	       err == -ENOMEM ? ADIT_DROP_NO_MEMORY : ADIT_DROP_CRYPTO;
}

/* Bytes that a payload of @len gets behind it (RFC 4303 2.4 to 2.6, 2.8). */
static unsigned int trailer_len(const struct adit_transform *transform, unsigned int len)
{
	return ALIGN(len + 2, transform->block) - len + transform->icv_len;
}

/* RFC 4303 2.4 to 2.6: padding 1, 2, 3, ...; its length; next header. @len as above. */
static void write_trailer(const struct adit_transform *transform, u8 *tail, unsigned int len,
			  u8 nexthdr)
{
	unsigned int pad = len - 2 - transform->icv_len;
	unsigned int i;

	for (i = 0; i < pad; i++)
		tail[i] = i + 1;
	tail[pad] = pad;
	tail[pad + 1] = nexthdr;
}

/*
 * Writes the header of a packet, and gives the packet to the transform.
 * @len: from the header on, with trailer and ICV
 *
 * Return: what crypto_aead_encrypt() does.
 */
static int encrypt(const struct adit_sa *sa, struct adit_request *request, struct ip_esp_hdr *esph,
		   unsigned int len, u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int pieces = packet_pieces(transform);
	struct aead_request *aead;
	unsigned int aad, skip;

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
		sg_set_buf(request->sg, esph, len);
	} else {
		sg_init_table(request->sg, pieces);
		/* RFC 4303 2.2.1: the upper half is authenticated but not sent. */
		request->aad[0] = esph->spi;
		request->aad[1] = htonl(upper_32_bits(seq));
		request->aad[2] = esph->seq_no;
		memcpy(&request->aad[3], esph->enc_data, aad - transform->aad_len);
		sg_set_buf(&request->sg[0], request->aad, aad);
		sg_set_buf(&request->sg[1], (u8 *)esph + skip, len - skip);
	}

	aead = adit_request_aead(request, transform, pieces);
	aead_request_set_callback(aead, 0, adit_request_complete, request);
	aead_request_set_ad(aead, aad);
	aead_request_set_crypt(aead, request->sg, request->sg, len - skip - transform->icv_len,
			       request->iv);
	return crypto_aead_encrypt(aead);
}

static void output_done(struct adit_request *request, int err)
{
	struct sk_buff_head *batch = request->batch;
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;

	adit_request_put(request);
	if (unlikely(err))
		adit_drop_out(sa->adit, sa, skb, drop_reason(err));
	else
		adit_transmit_done(sa, skb, batch);
}

void adit_esp_output(struct adit_sa *sa, struct sk_buff *skb, unsigned int offset, u8 nexthdr,
		     u64 seq, struct sk_buff_head *batch)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int len = trailer_len(transform, skb->len - offset - adit_esp_header_len(sa));
	struct adit_request *request;

	write_trailer(transform, skb_put(skb, len), len, nexthdr);
	if (unlikely(adit_outer_lengths(sa, skb))) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MTU);
		return;
	}
	request = adit_request_get(transform, packet_pieces(transform));
	if (unlikely(!request)) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = output_done;
	request->batch = batch;
	adit_request_run(sa, request, encrypt(sa, request, (void *)(skb->data + offset),
					      skb->len - offset, seq));
}

/* All packets of a train have been through the transform. */
static void output_train_done(struct adit_sa *sa, struct sk_buff *skb, struct sk_buff_head *batch)
{
	unsigned int i;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		if (unlikely(adit_train(skb)->drops[i] != ADIT_DROPS)) {
			adit_drop_out(sa->adit, sa, skb, adit_train(skb)->drops[i]);
			return;
		}
	}
	adit_transmit_done(sa, skb, batch);
}

static void output_packet_done(struct adit_request *request, int err)
{
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;

	if (unlikely(err))
		adit_train(skb)->drops[request->packet] = drop_reason(err);
	adit_request_put(request);
	if (unlikely(atomic_dec_and_test(&adit_train(skb)->pending)))
		output_train_done(sa, skb, NULL);
}

/* The packet of a train, which becomes ESP in its fragment. */
static void output_packet(struct adit_sa *sa, struct sk_buff *skb, unsigned int i, u8 nexthdr,
			  u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int header = adit_esp_header_len(sa);
	skb_frag_t *frag = &skb_shinfo(skb)->frags[i];
	unsigned int len = skb_frag_size(frag);
	struct adit_request *request;
	unsigned int trailer;
	u8 *esph;

	trailer = trailer_len(transform, len);
	write_trailer(transform, skb_frag_address(frag) + len, trailer, nexthdr);
	esph = skb_frag_address(frag) - header;
	skb_frag_off_add(frag, -(int)header);
	skb_frag_size_add(frag, header + trailer);
	skb->len += header + trailer;
	skb->data_len += header + trailer;

	adit_train(skb)->drops[i] = ADIT_DROPS;
	request = adit_request_get(transform, packet_pieces(transform));
	if (unlikely(!request)) {
		adit_train(skb)->drops[i] = ADIT_DROP_NO_MEMORY;
		atomic_dec(&adit_train(skb)->pending);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = output_packet_done;
	request->packet = i;
	adit_request_run(sa, request, encrypt(sa, request, (void *)esph, header + len + trailer,
					      seq));
}

void adit_esp_output_train(struct adit_sa *sa, struct sk_buff *skb, u8 nexthdr, u64 seq,
			   struct sk_buff_head *batch)
{
	const unsigned int count = skb_shinfo(skb)->nr_frags;
	unsigned int i;

	atomic_set(&adit_train(skb)->pending, count + 1);
	for (i = 0; i < count; i++)
		output_packet(sa, skb, i, nexthdr, seq + i);
	skb_shinfo(skb)->gso_size = skb_frag_size(&skb_shinfo(skb)->frags[0]);
	/* It was not made longer than IP can say. */
	adit_outer_lengths(sa, skb);
	if (likely(atomic_dec_and_test(&adit_train(skb)->pending)))
		output_train_done(sa, skb, batch);
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
		adit_drop_in(sa->adit, sa, skb, drop_reason(err));
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

/*
 * Lists a packet for the transform.
 * @skb: that has the bytes from @esph on; or NULL if they are in one piece
 * @pieces: of these
 *
 * Return: 0 or -EMSGSIZE.
 */
static int list_input(const struct adit_sa *sa, struct adit_request *request,
		      struct ip_esp_hdr *esph, unsigned int len, struct sk_buff *skb,
		      unsigned int pieces, u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int esn = transform->aad_len > 8;
	unsigned int header = esn ? adit_esp_header_len(sa) : 0;

	if (likely(pieces + esn == 1)) {
		sg_init_marker(request->sg, 1);
		sg_set_buf(request->sg, esph, len);
		return 0;
	}
	sg_init_table(request->sg, pieces + esn);
	if (esn) {
		/* RFC 4303 2.2.1: the upper half is authenticated but not sent. */
		request->aad[0] = esph->spi;
		request->aad[1] = htonl(upper_32_bits(seq));
		request->aad[2] = esph->seq_no;
		memcpy(&request->aad[3], esph->enc_data, transform->iv_len);
		sg_set_buf(&request->sg[0], request->aad, transform->aad_len + transform->iv_len);
	}
	if (skb)
		return adit_skb_pieces(skb, request->sg + esn, pieces, header, len - header);
	sg_set_buf(&request->sg[1], (u8 *)esph + header, len - header);
	return 0;
}

/*
 * Gives a packet to the transform: see list_input().
 *
 * Return: what crypto_aead_decrypt() does, or -EMSGSIZE.
 */
static int decrypt(const struct adit_sa *sa, struct adit_request *request, struct ip_esp_hdr *esph,
		   unsigned int len, struct sk_buff *skb, unsigned int pieces, u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int esn = transform->aad_len > 8;
	struct aead_request *aead;
	int err;

	memcpy(request->iv, esph->enc_data, transform->iv_len);
	err = list_input(sa, request, esph, len, skb, pieces, seq);
	if (unlikely(err))
		return err;
	aead = adit_request_aead(request, transform, pieces + esn);
	aead_request_set_callback(aead, 0, adit_request_complete, request);
	aead_request_set_ad(aead, transform->aad_len + transform->iv_len);
	aead_request_set_crypt(aead, request->sg, request->sg, len - adit_esp_header_len(sa),
			       request->iv);
	return crypto_aead_decrypt(aead);
}

bool adit_esp_check_len(const struct adit_sa *sa, unsigned int len)
{
	const struct adit_transform *transform = &sa->transform;
	unsigned int overhead = adit_esp_header_len(sa) + transform->icv_len;

	/* RFC 4303 2: a whole number of blocks, of which the pad length and the
	 * next header take two bytes; RFC 4303 2.4: and of 4 bytes.
	 */
	return len >= overhead + 2 && (len - overhead) % transform->block == 0;
}

void adit_esp_input(struct adit_sa *sa, struct sk_buff *skb, unsigned int pieces, u64 seq)
{
	const struct adit_transform *transform = &sa->transform;
	struct adit_request *request;

	if (unlikely(!adit_esp_check_len(sa, skb->len))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}
	request = adit_request_get(transform, pieces + (transform->aad_len > 8));
	if (unlikely(!request)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = input_done;
	request->batch = NULL;
	request->seq = seq;
	adit_request_run(sa, request, decrypt(sa, request, (void *)skb->data, skb->len, skb, pieces,
					      seq));
}

/* The fragment of a packet that has been decrypted keeps what is inside. */
static void strip_packet(const struct adit_sa *sa, struct sk_buff *skb, unsigned int i)
{
	skb_frag_t *frag = &skb_shinfo(skb)->frags[i];
	unsigned int header = adit_esp_header_len(sa);
	unsigned int payload = skb_frag_size(frag) - header - sa->transform.icv_len;
	const u8 *trailer = skb_frag_address(frag) + header + payload - 2;
	unsigned int cut;

	/* RFC 4303 2.4 to 2.6: padding, its length, next header */
	if (unlikely(trailer[0] + 2 > payload ||
		     !check_padding(trailer - trailer[0], trailer[0]))) {
		adit_train(skb)->drops[i] = ADIT_DROP_PADDING;
		return;
	}
	adit_train(skb)->nexthdr[i] = trailer[1];
	cut = header + trailer[0] + 2 + sa->transform.icv_len;
	skb_frag_off_add(frag, header);
	skb_frag_size_sub(frag, cut);
	skb->len -= cut;
	skb->data_len -= cut;
}

/* Each for itself, as if they had come so. */
static noinline void input_one_by_one(struct adit_sa *sa, struct sk_buff *skb)
{
	const struct adit_train *train = adit_train(skb);
	unsigned int i, count = skb_shinfo(skb)->nr_frags;
	struct sk_buff *packet, *next;

	packet = adit_train_unload(skb, skb_network_header(skb), true);
	for (i = 0; i < count; i++, packet = next) {
		if (IS_ERR(packet)) {
			next = packet;
			adit_drop_in(sa->adit, sa, NULL, ADIT_DROP_NO_MEMORY);
			continue;
		}
		next = packet->next;
		skb_mark_not_on_list(packet);
		if (unlikely(train->drops[i] != ADIT_DROPS))
			adit_drop_in(sa->adit, sa, packet, train->drops[i]);
		else
			adit_receive_done(sa, packet, train->nexthdr[i]);
	}
	consume_skb(skb);
}

/* All packets of a train have been through the transform. */
static void input_train_done(struct adit_sa *sa, struct sk_buff *skb)
{
	const unsigned int count = skb_shinfo(skb)->nr_frags;
	struct adit_train *train = adit_train(skb);
	bool alike = true;
	unsigned int i;

	adit_receive_authentic_train(sa, skb);
	for (i = 0; i < count; i++) {
		if (likely(train->drops[i] == ADIT_DROPS))
			strip_packet(sa, skb, i);
		if (unlikely(train->drops[i] != ADIT_DROPS ||
			     train->nexthdr[i] != train->nexthdr[0]))
			alike = false;
	}
	if (likely(alike && !netif_elide_gro(sa->adit->dev) &&
		   adit_train_merge(skb, train->nexthdr[0])))
		adit_receive_done(sa, skb, train->nexthdr[0]);
	else
		input_one_by_one(sa, skb);
}

static void input_packet_done(struct adit_request *request, int err)
{
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;

	if (unlikely(err))
		adit_train(skb)->drops[request->packet] = drop_reason(err);
	adit_request_put(request);
	if (unlikely(atomic_dec_and_test(&adit_train(skb)->pending)))
		input_train_done(sa, skb);
}

/* Return: false without memory. */
static bool input_packet(struct adit_sa *sa, struct sk_buff *skb, unsigned int i, u64 seq)
{
	struct adit_request *request = adit_request_get(&sa->transform,
							packet_pieces(&sa->transform));

	if (unlikely(!request))
		return false;
	request->skb = skb;
	request->sa = sa;
	request->done = input_packet_done;
	request->packet = i;
	adit_request_run(sa, request, decrypt(sa, request, adit_train_packet(skb, i),
					      skb_frag_size(&skb_shinfo(skb)->frags[i]), NULL, 1,
					      seq));
	return true;
}

void adit_esp_input_train(struct adit_sa *sa, struct sk_buff *skb, u64 seq)
{
	const unsigned int count = skb_shinfo(skb)->nr_frags;
	struct adit_train *train = adit_train(skb);
	unsigned int i;

	train->seq = seq;
	atomic_set(&train->pending, count + 1);
	for (i = 0; i < count; i++) {
		train->drops[i] = ADIT_DROPS;
		if (unlikely(!input_packet(sa, skb, i, seq + i))) {
			train->drops[i] = ADIT_DROP_NO_MEMORY;
			atomic_dec(&train->pending);
		}
	}
	if (likely(atomic_dec_and_test(&train->pending)))
		input_train_done(sa, skb);
}

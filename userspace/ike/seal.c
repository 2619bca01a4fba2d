// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/seal.h"

enum {
	FLAGS_AT = 19
}; /* offset in the header, RFC 2408 3.1 */

void seal_phase1(struct seal *s, const struct keymat *k)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->iv, k->iv, k->cipher->block);
}

bool seal_phase2(struct seal *s, const struct keymat *k, const struct seal *phase1, uint32_t id)
{
	memset(s, 0, sizeof(*s));
	return keymat_iv(k, phase1->iv, id, s->iv);
}

struct bytes seal_close(struct seal *s, const struct keymat *k, struct builder *b)
{
	const uint8_t block = k->cipher->block;
	size_t len = b->w.len - IKE_HEADER_LEN;
	struct bytes message;
	uint8_t *body;

	/* RFC 2409 appendix B: zeros up to the block size; the length counts them */
	writer_zero(&b->w, (block - len % block) % block);
	message = builder_end(b);
	if (message.len <= IKE_HEADER_LEN)
		return bytes_of(NULL, 0);
	b->w.data[FLAGS_AT] |= IKE_FLAG_ENCRYPTION;
	body = b->w.data + IKE_HEADER_LEN;
	len = message.len - IKE_HEADER_LEN;
	if (!cipher_encrypt(k->cipher, k->key, s->iv, body, len, body))
		return bytes_of(NULL, 0);
	memcpy(s->iv, body + len - block, block);
	s->is_staged = false;
	return message;
}

struct bytes seal_open(struct seal *s, const struct keymat *k, const struct message *m,
		       uint8_t *clear, struct fault *fault)
{
	struct cursor c = cursor_of(m->body, fault);
	const uint8_t block = k->cipher->block;

	/* RFC 2409 appendix B: CBC; a message of other length was not made by the peer */
	if (!cursor_require(&c, m->body.len && !(m->body.len % block), IKE_N_PAYLOAD_MALFORMED,
			    "encrypted length is no multiple of the cipher's block (RFC 2409 B)"))
		return bytes_of(NULL, 0);
	if (!cursor_require(
		    &c, cipher_decrypt(k->cipher, k->key, s->iv, m->body.data, m->body.len, clear),
		    IKE_N_PAYLOAD_MALFORMED, "decryption failed"))
		return bytes_of(NULL, 0);
	memcpy(s->staged, m->body.data + m->body.len - block, block);
	s->is_staged = true;
	return bytes_of(clear, m->body.len);
}

void seal_commit(struct seal *s)
{
	if (!s->is_staged)
		return;
	memcpy(s->iv, s->staged, sizeof(s->iv));
	s->is_staged = false;
}

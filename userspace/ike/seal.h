/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The encryption of IKE messages: CBC over everything behind the header (RFC 2409 appendix B).
 *
 * Each exchange chains its IV: the next message's is the last cipher block of the one before, sent
 * or received. A received message only stages its last block; seal_commit() takes it once the
 * message has proved authentic, so a forged one moves nothing.
 */
#ifndef ADIT_IKE_SEAL_H
#define ADIT_IKE_SEAL_H

#include "ike/keymat.h"
#include "ike/message.h"

struct seal {
	uint8_t iv[CIPHER_BLOCK_MAX];
	uint8_t staged[CIPHER_BLOCK_MAX];
	bool is_staged;
};

/* For the phase 1 exchange itself: starts from k->iv. */
void seal_phase1(struct seal *s, const struct keymat *k);
/* For exchange @id under a phase 1 whose exchange ended with @phase1's IV. */
bool seal_phase2(struct seal *s, const struct keymat *k, const struct seal *phase1, uint32_t id);

/*
 * Pads, encrypts in place and finishes the message that @b holds, instead of builder_end(); sets
 * the encryption flag and the length, and the IV for the message to come. Returns the message, no
 * bytes when it did not fit or OpenSSL refuses.
 */
struct bytes seal_close(struct seal *s, const struct keymat *k, struct builder *b);

/*
 * Decrypts m->body into @clear (at least m->body.len bytes) and stages the IV. Returns the clear
 * bytes, padding included, for message_parse_payloads(); none, with @fault set, when the length is
 * no multiple of the block.
 */
struct bytes seal_open(struct seal *s, const struct keymat *k, const struct message *m,
		       uint8_t *clear, struct fault *fault);

/* The message was authentic: the staged IV is the IV. */
void seal_commit(struct seal *s);

#endif

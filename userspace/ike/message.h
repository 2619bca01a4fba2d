/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ISAKMP message: header, payload chain, and the builder that writes both (RFC 2408 3.1, 3.2).
 * What is inside a payload is payload.h's, encryption is seal.h's.
 *
 * Receiving: message_parse_header() on the datagram (after the non-ESP marker); when the encryption
 * bit is set, seal_open() gives the plain text of the body; message_parse_payloads() on the body.
 */
#ifndef ADIT_IKE_MESSAGE_H
#define ADIT_IKE_MESSAGE_H

#include "ike/cursor.h"
#include "ike/numbers.h"
#include "ike/writer.h"

/* Limits on what a peer may send; a real message stays far below. */
#define MESSAGE_MAX 65535
#define MESSAGE_MAX_PAYLOADS 64
#define MESSAGE_WORD 4 /* bytes, to a multiple of which some peers lengthen every message */

struct isakmp_header {
	uint8_t initiator[IKE_COOKIE_LEN], responder[IKE_COOKIE_LEN];
	uint8_t next; /* type of the first payload */
	uint8_t version, exchange, flags;
	uint32_t id;
	uint32_t length; /* of the whole message, header included */
};

struct payload {
	uint8_t type; /* drafts' NAT-D and NAT-OA appear as IKE_PAYLOAD_NAT_D, IKE_PAYLOAD_NAT_OA */
	uint8_t wire_type; /* as it was sent */
	struct bytes body; /* without the generic header: the "_b" of RFC 2409 */
	struct bytes whole; /* with it */
};

struct message {
	struct isakmp_header header;
	struct bytes body; /* behind the header, as on the wire: encrypted or not */
	struct bytes chain; /* the payloads, in the clear, without padding */
	struct bytes padding; /* what followed them */
	unsigned int count;
	struct payload payloads[MESSAGE_MAX_PAYLOADS];
};

/*
 * Reads the header and sets @m->header and @m->body; no payloads yet. Checks the version, the
 * length against the datagram (longer datagrams are cut, RFC 2408 3.1), flags and cookies.
 * Returns false with @fault set.
 */
bool message_parse_header(struct message *m, struct bytes datagram, struct fault *fault);

/* The whole message as on the wire, header included. */
struct bytes message_bytes(const struct message *m);

/*
 * Walks the payload chain in @clear (@m->body when the message is not encrypted), beginning with
 * the type in the header. Every payload's generic header and every known type's fixed part, minimum
 * and maximum length are checked, so that the decoders of payload.h fail only on what they alone
 * can know. Bytes behind the last payload are padding: as many as there are when @padded (the
 * message was encrypted), else fewer than MESSAGE_WORD. Returns false with @fault set; then @m
 * holds no payloads.
 */
bool message_parse_payloads(struct message *m, struct bytes clear, bool padded,
			    struct fault *fault);

/* The first payload of @type behind @after (NULL: from the beginning), or NULL. */
const struct payload *message_find(const struct message *m, uint8_t type,
				   const struct payload *after);
unsigned int message_count(const struct message *m, uint8_t type);

/* The chain behind payload @p: what HASH(1) and its kin cover (RFC 2409 5.5, 5.7). */
struct bytes message_behind(const struct message *m, const struct payload *p);

/*
 * One line for the log, no new line: exchange, message id, length, payloads with what is short
 * enough to be told. Truncated to @size. Needs no secrets and prints none. Returns @text.
 */
const char *message_print(const struct message *m, char *text, size_t size);

/* Room enough for any message that we build without certificates. */
#define BUILDER_MAX 8192
/* And with them. */
#define BUILDER_CERTS_MAX 32768

/* Writes a message: header first, then payloads that chain themselves. */
struct builder {
	struct writer w;
	size_t next_at; /* where the type of the payload to come belongs */
	size_t payload_at; /* where the open payload begins */
};

/* Begins a message in @buffer; next payload and length are filled in later. */
void builder_begin(struct builder *b, void *buffer, size_t size, const struct isakmp_header *h);

/*
 * Open a payload, write its body to @b->w, close it. Between the two nothing else may be opened.
 * Closing sets the length; one above 65535 counts as overflow.
 */
void builder_open(struct builder *b, uint8_t type);
void builder_close(struct builder *b);

/* A whole payload whose body is @body: KE, NONCE, HASH, SIG, VENDOR, NAT-D and the like. */
void builder_payload(struct builder *b, uint8_t type, struct bytes body);

/*
 * A payload of @len zero bytes to be filled later with builder_fill(); returns its body's offset.
 * For HASH payloads that cover what follows: the rest is builder_behind().
 */
size_t builder_reserve(struct builder *b, uint8_t type, size_t len);
void builder_fill(struct builder *b, size_t at, struct bytes body);
/* All that was written behind the payload body of @len bytes at @at. */
struct bytes builder_behind(const struct builder *b, size_t at, size_t len);

/*
 * Sets the length in the header. Returns the message in the caller's buffer, not encrypted (for
 * that see seal_close()); no bytes when it did not fit.
 */
struct bytes builder_end(struct builder *b);

#endif

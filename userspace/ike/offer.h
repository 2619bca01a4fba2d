/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SA payload as the peer wrote it: proposals, transforms, attributes (RFC 2408 3.4 to 3.6). The
 * numbers are not judged here; proposal.h does that.
 */
#ifndef ADIT_IKE_OFFER_H
#define ADIT_IKE_OFFER_H

#include "ike/message.h"

#define OFFER_MAX_PROPOSALS 64
#define OFFER_MAX_TRANSFORMS 256

/*
 * One transform. Attributes that are absent are 0; phase 1 and phase 2 share the structure, each
 * uses its own fields.
 */
struct transform {
	uint8_t number, id; /* id: IKE_TRANSFORM_KEY_IKE, or the ESP or AH transform */
	struct bytes attributes; /* as on the wire, to be returned unchanged */
	uint16_t cipher, hash, prf; /* phase 1 */
	uint16_t auth; /* phase 1: method; phase 2: integrity algorithm */
	uint16_t group, key_bits;
	uint16_t encap; /* phase 2: IPSEC_ENCAP_* */
	bool esn; /* phase 2 */
	uint64_t seconds, kilobytes; /* lifetimes; 0: none given */
	uint16_t unsupported; /* number of an attribute that we do not understand, else 0 */
};

struct offer_proposal {
	uint8_t number, protocol; /* IKE_PROTO_*; equal numbers are a bundle: AH and ESP */
	struct bytes spi;
	uint16_t first, count; /* its transforms in offer.transforms */
};

struct offer {
	uint32_t situation;
	uint16_t proposals, transforms;
	struct offer_proposal proposal[OFFER_MAX_PROPOSALS];
	struct transform transform[OFFER_MAX_TRANSFORMS];
};

/*
 * Decodes the body of an SA payload. @phase is 1 or 2: it says how attributes read. Checks DOI,
 * situation, every length and count, SPI sizes, that proposal numbers do not decrease. Returns
 * false with @fault set.
 */
bool offer_parse(struct offer *offer, unsigned int phase, struct bytes body, struct fault *fault);

/* RFC 2408 3.3: attributes, short (TV) when @value is 16 bits, else long (TLV) */
void attribute_write(struct writer *w, uint16_t type, uint16_t value);
void attribute_write_long(struct writer *w, uint16_t type, struct bytes value);
/* A lifetime: TV when it fits, else TLV of 4 bytes, as peers expect. */
void attribute_write_life(struct writer *w, uint16_t type, uint32_t value);

/*
 * One attribute off @c. @value gets the number (TLV of up to 8 bytes; longer saturates), @raw the
 * bytes of a TLV (empty for TV). Returns false at the end and on a fault.
 */
bool attribute_read(struct cursor *c, uint16_t *type, uint64_t *value, struct bytes *raw);

/*
 * Writing an SA payload: offer_open, then for each proposal proposal_open, transforms,
 * proposal_close, then offer_close. The next-payload bytes, lengths and counts chain themselves.
 */
struct offer_writer {
	struct builder *b;
	size_t proposal_at, transform_at;
	uint8_t transforms;
};

void offer_open(struct offer_writer *o, struct builder *b);
void offer_proposal_open(struct offer_writer *o, uint8_t number, uint8_t protocol,
			 struct bytes spi);
/* Attributes are written to o->b->w between open and close. */
void offer_transform_open(struct offer_writer *o, uint8_t number, uint8_t id);
void offer_transform_close(struct offer_writer *o);
void offer_proposal_close(struct offer_writer *o);
void offer_close(struct offer_writer *o);

#endif

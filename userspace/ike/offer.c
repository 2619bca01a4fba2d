// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/offer.h"
#include "ike/payload.h"

#include <stddef.h>

enum {
	ATTRIBUTE_SHORT = 0x8000, /* RFC 2408 3.3: the AF bit */
	PROPOSAL_LEN = 8, /* RFC 2408 3.5: fixed part, generic header included */
	TRANSFORM_LEN = 8, /* RFC 2408 3.6 */
};

bool attribute_read(struct cursor *c, uint16_t *type, uint64_t *value, struct bytes *raw)
{
	uint16_t field, second;
	size_t i;

	if (!cursor_left(c))
		return false;
	cursor_require(c, cursor_left(c) >= 4, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "ends within an attribute (RFC 2408 3.3)");
	field = cursor_u16(c);
	second = cursor_u16(c);
	*type = field & ~ATTRIBUTE_SHORT;
	*value = second;
	*raw = bytes_of(NULL, 0);
	if (field & ATTRIBUTE_SHORT)
		return cursor_ok(c);
	cursor_require(c, second <= cursor_left(c), IKE_N_BAD_PROPOSAL_SYNTAX,
		       "attribute is longer than its payload (RFC 2408 3.3)");
	*raw = cursor_take(c, second);
	for (*value = 0, i = 0; i < raw->len; i++) {
		if (*value >> 56) {
			*value = UINT64_MAX;
			break;
		}
		*value = *value << 8 | raw->data[i];
	}
	return cursor_ok(c);
}

/* Where the value of a 16-bit attribute goes; the tables name all that we understand. */
struct field {
	uint16_t type;
	size_t offset;
};

static const struct field phase1_fields[] = {
	{ IKE_ATTR_CIPHER, offsetof(struct transform, cipher) },
	{ IKE_ATTR_HASH, offsetof(struct transform, hash) },
	{ IKE_ATTR_AUTH, offsetof(struct transform, auth) },
	{ IKE_ATTR_GROUP, offsetof(struct transform, group) },
	{ IKE_ATTR_PRF, offsetof(struct transform, prf) },
	{ IKE_ATTR_KEY_LENGTH, offsetof(struct transform, key_bits) },
};

static const struct field phase2_fields[] = {
	{ IPSEC_ATTR_GROUP, offsetof(struct transform, group) },
	{ IPSEC_ATTR_ENCAP, offsetof(struct transform, encap) },
	{ IPSEC_ATTR_AUTH, offsetof(struct transform, auth) },
	{ IPSEC_ATTR_KEY_LENGTH, offsetof(struct transform, key_bits) },
};

/* How the attributes of one phase read. */
struct dialect {
	const struct field *fields;
	size_t count;
	uint16_t life_type, life_duration;
};

static const struct dialect dialects[] = {
	{ phase1_fields, sizeof(phase1_fields) / sizeof(phase1_fields[0]), IKE_ATTR_LIFE_TYPE,
	  IKE_ATTR_LIFE_DURATION },
	{ phase2_fields, sizeof(phase2_fields) / sizeof(phase2_fields[0]), IPSEC_ATTR_LIFE_TYPE,
	  IPSEC_ATTR_LIFE_DURATION },
};

/* RFC 2407 4.5: an attribute given twice must say the same twice. Zero is no valid value. */
static bool set_once(uint64_t *field, uint64_t value)
{
	if (!value || (*field && *field != value))
		return false;
	*field = value;
	return true;
}

static bool set_field(struct transform *t, const struct dialect *d, uint16_t type, uint64_t value)
{
	uint16_t *field;
	uint64_t wide;
	size_t i;

	for (i = 0; i < d->count; i++) {
		if (d->fields[i].type != type)
			continue;
		field = (uint16_t *)((uint8_t *)t + d->fields[i].offset);
		wide = *field;
		/* RFC 2409 A: basic attributes have 16 bits, however they were sent */
		if (value > UINT16_MAX || !set_once(&wide, value))
			return false;
		*field = (uint16_t)wide;
		return true;
	}
	return false;
}

/* Attributes are only decoded here; what is not understood is named in t->unsupported. */
static void attributes_parse(struct transform *t, unsigned int phase, struct fault *fault)
{
	const struct dialect *d = &dialects[phase - 1];
	struct cursor c = cursor_of(t->attributes, fault);
	uint64_t value, life_type = 0;
	struct bytes raw;
	uint16_t type;
	bool good;

	while (attribute_read(&c, &type, &value, &raw)) {
		if (type == d->life_type) {
			life_type = value;
			good = value == IKE_LIFE_SECONDS || value == IKE_LIFE_KILOBYTES;
		} else if (type == d->life_duration) {
			/* RFC 2407 4.5: a duration follows its type */
			good = (life_type == IKE_LIFE_SECONDS && set_once(&t->seconds, value)) ||
			       (life_type == IKE_LIFE_KILOBYTES && set_once(&t->kilobytes, value));
			life_type = 0;
		} else if (phase == 2 && type == IPSEC_ATTR_ESN) {
			t->esn = true;
			good = value == 1; /* RFC 4304 3, IANA: 64-bit sequence number */
		} else if (phase == 2 && type == IPSEC_ATTR_ECN_TUNNEL) {
			good = true; /* RFC 3168 9.2.1.2: changes nothing here */
		} else {
			good = set_field(t, d, type, value);
		}
		if (!good && !t->unsupported)
			t->unsupported = type ? type : UINT16_MAX;
	}
}

static void transform_parse(struct offer *offer, unsigned int phase, struct cursor *c, bool last)
{
	struct transform *t;
	uint8_t next, reserved;
	uint16_t length, reserved2;
	struct cursor sub;

	cursor_require(c, cursor_left(c) >= TRANSFORM_LEN, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "fewer transforms than the proposal says (RFC 2408 3.5)");
	next = cursor_u8(c);
	reserved = cursor_u8(c);
	length = cursor_u16(c);
	cursor_require(c, next == (last ? IKE_PAYLOAD_NONE : IKE_PAYLOAD_TRANSFORM),
		       IKE_N_BAD_PROPOSAL_SYNTAX,
		       "transforms are not chained as counted (RFC 2408 3.6)");
	cursor_require(c, length >= TRANSFORM_LEN && length - 4u <= cursor_left(c),
		       IKE_N_BAD_PROPOSAL_SYNTAX,
		       "transform's length does not fit its proposal (RFC 2408 3.6)");
	cursor_require(c, offer->transforms < OFFER_MAX_TRANSFORMS, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "more than 256 transforms");
	sub = cursor_sub(c, length - 4u);
	if (!cursor_ok(c))
		return;
	t = &offer->transform[offer->transforms];
	memset(t, 0, sizeof(*t));
	t->number = cursor_u8(&sub);
	t->id = cursor_u8(&sub);
	reserved2 = cursor_u16(&sub);
	/* RFC 2408 5.6: reserved fields are zero */
	cursor_require(c, !reserved && !reserved2, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "reserved field of a transform is not zero (RFC 2408 5.6)");
	t->attributes = cursor_rest(&sub);
	attributes_parse(t, phase, c->fault);
	if (cursor_ok(c))
		offer->transforms++;
}

/* RFC 2407 4.6.1, RFC 2408 3.5, RFC 3173 4.1: whose SA may be negotiated, and its SPI's length */
static void protocol_check(const struct offer_proposal *p, unsigned int phase, struct cursor *c)
{
	size_t len = p->spi.len;

	if (phase == 1) {
		cursor_require(c, p->protocol == IKE_PROTO_ISAKMP, IKE_N_INVALID_PROTOCOL_ID,
			       "phase 1 proposal is not for ISAKMP (RFC 2407 4.4.1)");
		/* RFC 2408 3.5: 0 to 16, redundant, ignored */
		cursor_require(c, len <= 16, IKE_N_INVALID_SPI,
			       "ISAKMP SPI is longer than 16 bytes (RFC 2408 3.5)");
		return;
	}
	cursor_require(c,
		       p->protocol == IKE_PROTO_ESP || p->protocol == IKE_PROTO_AH ||
			       p->protocol == IKE_PROTO_IPCOMP,
		       IKE_N_INVALID_PROTOCOL_ID,
		       "phase 2 proposal is not for AH, ESP or IPCOMP (RFC 2407 4.4.1)");
	cursor_require(c, len == 4 || (p->protocol == IKE_PROTO_IPCOMP && len == 2),
		       IKE_N_INVALID_SPI, "SPI is not 4 bytes long (RFC 2407 4.6.1)");
	/* RFC 2408 2.4, RFC 4303 2.1: zero names no SA, and no peer may have us install it */
	cursor_require(c, p->protocol == IKE_PROTO_IPCOMP || spi_read(p->spi), IKE_N_INVALID_SPI,
		       "SPI is zero (RFC 4303 2.1)");
}

/* Returns whether another proposal follows. */
static bool proposal_parse_one(struct offer *offer, unsigned int phase, struct cursor *c)
{
	struct offer_proposal *p;
	uint8_t next, reserved, spi_len, count, i;
	struct cursor sub;
	uint16_t length;

	cursor_require(c, cursor_left(c) >= PROPOSAL_LEN, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "ends within a proposal (RFC 2408 3.5)");
	next = cursor_u8(c);
	reserved = cursor_u8(c);
	length = cursor_u16(c);
	cursor_require(c, next == IKE_PAYLOAD_NONE || next == IKE_PAYLOAD_PROPOSAL,
		       IKE_N_BAD_PROPOSAL_SYNTAX,
		       "something else than a proposal among proposals (RFC 2408 3.5)");
	cursor_require(c, !reserved, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "reserved byte of a proposal is not zero (RFC 2408 5.5)");
	cursor_require(c, length >= PROPOSAL_LEN && length - 4u <= cursor_left(c),
		       IKE_N_BAD_PROPOSAL_SYNTAX,
		       "proposal's length does not fit its SA payload (RFC 2408 3.5)");
	cursor_require(c, offer->proposals < OFFER_MAX_PROPOSALS, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "more than 64 proposals");
	sub = cursor_sub(c, length - 4u);
	if (!cursor_ok(c))
		return false;
	p = &offer->proposal[offer->proposals++];
	p->number = cursor_u8(&sub);
	p->protocol = cursor_u8(&sub);
	spi_len = cursor_u8(&sub);
	count = cursor_u8(&sub);
	p->spi = cursor_take(&sub, spi_len);
	p->first = offer->transforms;
	p->count = count;
	if (!cursor_ok(c))
		return false;
	protocol_check(p, phase, c);
	/* RFC 2408 4.2: numbers grow, equal ones are a bundle */
	cursor_require(c, offer->proposals < 2 || p[-1].number <= p->number,
		       IKE_N_BAD_PROPOSAL_SYNTAX, "proposal numbers decrease (RFC 2408 4.2)");
	cursor_require(c, count, IKE_N_BAD_PROPOSAL_SYNTAX,
		       "proposal without transform (RFC 2408 3.5)");
	for (i = 0; i < count && cursor_ok(c); i++)
		transform_parse(offer, phase, &sub, i + 1 == count);
	cursor_require(c, !cursor_left(&sub), IKE_N_BAD_PROPOSAL_SYNTAX,
		       "bytes behind the last transform (RFC 2408 3.5)");
	return next == IKE_PAYLOAD_PROPOSAL;
}

bool offer_parse(struct offer *offer, unsigned int phase, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);

	offer->proposals = 0;
	offer->transforms = 0;
	cursor_require(&c, cursor_u32(&c) == IKE_DOI_IPSEC, IKE_N_DOI_NOT_SUPPORTED,
		       "not the IPsec DOI (RFC 2407 4.2)");
	offer->situation = cursor_u32(&c);
	/* RFC 2407 4.2.1: the other situations put labels here, which we do not read */
	cursor_require(&c, offer->situation == IKE_SIT_IDENTITY_ONLY, IKE_N_SITUATION_NOT_SUPPORTED,
		       "situation is not SIT_IDENTITY_ONLY (RFC 2407 4.2)");
	while (cursor_ok(&c) && proposal_parse_one(offer, phase, &c))
		;
	cursor_require(&c, !cursor_left(&c), IKE_N_BAD_PROPOSAL_SYNTAX,
		       "bytes behind the last proposal (RFC 2408 3.4)");
	if (cursor_ok(&c))
		return true;
	offer->proposals = 0;
	offer->transforms = 0;
	return false;
}

void attribute_write(struct writer *w, uint16_t type, uint16_t value)
{
	writer_u16(w, type | ATTRIBUTE_SHORT);
	writer_u16(w, value);
}

void attribute_write_long(struct writer *w, uint16_t type, struct bytes value)
{
	if (value.len > UINT16_MAX)
		w->overflow = true;
	writer_u16(w, type & ~ATTRIBUTE_SHORT);
	writer_u16(w, (uint16_t)value.len);
	writer_bytes(w, value);
}

void attribute_write_life(struct writer *w, uint16_t type, uint32_t value)
{
	uint8_t raw[4] = { 0 };

	if (value <= UINT16_MAX) {
		attribute_write(w, type, (uint16_t)value);
		return;
	}
	spi_write(raw, value);
	attribute_write_long(w, type, bytes_of(raw, sizeof(raw)));
}

void offer_open(struct offer_writer *o, struct builder *b)
{
	memset(o, 0, sizeof(*o));
	o->b = b;
	builder_open(b, IKE_PAYLOAD_SA);
	writer_u32(&b->w, IKE_DOI_IPSEC);
	writer_u32(&b->w, IKE_SIT_IDENTITY_ONLY);
}

/* Closes the part that begins at @at: its length. */
static void part_close(struct offer_writer *o, size_t at)
{
	size_t len = o->b->w.len - at;

	if (len > UINT16_MAX)
		o->b->w.overflow = true;
	writer_patch_u16(&o->b->w, at + 2, (uint16_t)len);
}

/* Opens a part of @type; the part before it at @before, 0 for none, now says that it follows. */
static size_t part_open(struct offer_writer *o, uint8_t type, size_t before)
{
	size_t at = o->b->w.len;

	if (before)
		writer_patch_u8(&o->b->w, before, type);
	writer_zero(&o->b->w, 4);
	return at;
}

void offer_proposal_open(struct offer_writer *o, uint8_t number, uint8_t protocol, struct bytes spi)
{
	struct writer *w = &o->b->w;

	o->proposal_at = part_open(o, IKE_PAYLOAD_PROPOSAL, o->proposal_at);
	o->transform_at = 0;
	o->transforms = 0;
	writer_u8(w, number);
	writer_u8(w, protocol);
	writer_u8(w, (uint8_t)spi.len);
	writer_u8(w, 0);
	writer_bytes(w, spi);
}

void offer_transform_open(struct offer_writer *o, uint8_t number, uint8_t id)
{
	if (o->transforms == UINT8_MAX)
		o->b->w.overflow = true;
	o->transform_at = part_open(o, IKE_PAYLOAD_TRANSFORM, o->transform_at);
	o->transforms++;
	writer_u8(&o->b->w, number);
	writer_u8(&o->b->w, id);
	writer_u16(&o->b->w, 0); /* RESERVED2 */
}

void offer_transform_close(struct offer_writer *o)
{
	part_close(o, o->transform_at);
}

void offer_proposal_close(struct offer_writer *o)
{
	writer_patch_u8(&o->b->w, o->proposal_at + 7, o->transforms);
	part_close(o, o->proposal_at);
}

void offer_close(struct offer_writer *o)
{
	builder_close(o->b);
}

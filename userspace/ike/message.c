// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/message.h"
#include "ike/payload.h"

static bool all_zero(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

static void header_read(struct cursor *c, struct isakmp_header *h)
{
	cursor_copy(c, h->initiator, sizeof(h->initiator));
	cursor_copy(c, h->responder, sizeof(h->responder));
	h->next = cursor_u8(c);
	h->version = cursor_u8(c);
	h->exchange = cursor_u8(c);
	h->flags = cursor_u8(c);
	h->id = cursor_u32(c);
	h->length = cursor_u32(c);
}

bool message_parse_header(struct message *m, struct bytes datagram, struct fault *fault)
{
	const uint8_t flags = IKE_FLAG_ENCRYPTION | IKE_FLAG_COMMIT | IKE_FLAG_AUTH_ONLY;
	struct cursor c = cursor_of(datagram, fault);
	struct isakmp_header *h = &m->header;

	memset(m, 0, sizeof(*m));
	/* RFC 2408 3.1: the header is 28 octets */
	if (!cursor_require(&c, datagram.len >= IKE_HEADER_LEN, IKE_N_PAYLOAD_MALFORMED,
			    "shorter than an ISAKMP header (RFC 2408 3.1)"))
		return false;
	header_read(&c, h);
	/* RFC 2408 5.2, 3: versions before all that depends on them */
	cursor_require(&c, h->version >> 4 == IKE_VERSION >> 4, IKE_N_INVALID_MAJOR_VERSION,
		       "not IKE version 1, which alone is spoken here; set the peer to IKEv1 (RFC "
		       "2408 5.2)");
	cursor_require(&c, (h->version & 0xf) <= (IKE_VERSION & 0xf), IKE_N_INVALID_MINOR_VERSION,
		       "minor version is newer than 1.0 (RFC 2408 5.2)");
	/* RFC 2408 2.5.3: a cookie is a hash, never zero */
	cursor_require(&c, !all_zero(h->initiator, sizeof(h->initiator)), IKE_N_INVALID_COOKIE,
		       "initiator cookie is zero (RFC 2408 5.2)");
	/* RFC 2408 3.1: the remaining bits are 0 */
	cursor_require(&c, !(h->flags & ~flags), IKE_N_INVALID_FLAGS,
		       "unknown bits in the flags (RFC 2408 5.2)");
	/* RFC 2408 3.1: length of the total message, header and payloads */
	cursor_require(&c, h->length >= IKE_HEADER_LEN && h->length <= datagram.len,
		       IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "length in the header is not that of the datagram (RFC 2408 3.1)");
	cursor_require(&c, h->length <= MESSAGE_MAX, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "longer than 65535 bytes");
	if (!cursor_ok(&c))
		return false;
	m->body = cursor_take(&c, h->length - IKE_HEADER_LEN);
	return true;
}

struct bytes message_bytes(const struct message *m)
{
	return bytes_of(m->body.data - IKE_HEADER_LEN, IKE_HEADER_LEN + m->body.len);
}

/* RFC 3947 took over the drafts' payloads under new numbers; their contents are the same. */
static uint8_t type_of_wire(uint8_t type)
{
	switch (type) {
	case IKE_PAYLOAD_NAT_D_DRAFT:
		return IKE_PAYLOAD_NAT_D;
	case IKE_PAYLOAD_NAT_OA_DRAFT:
		return IKE_PAYLOAD_NAT_OA;
	default:
		return type;
	}
}

/* RFC 2408 5.3: types that may stand in a chain; private ones (3.1: 128 up) pass unread */
static bool type_is_valid(uint8_t type)
{
	return type != IKE_PAYLOAD_PROPOSAL && type != IKE_PAYLOAD_TRANSFORM &&
	       (type >= 128 || ike_payload_name(type));
}

static bool payload_read(struct cursor *c, uint8_t wire_type, struct payload *p, uint8_t *next)
{
	const uint8_t *start = c->at;
	uint8_t reserved;
	uint16_t length;

	cursor_require(c, type_is_valid(wire_type), IKE_N_INVALID_PAYLOAD_TYPE,
		       "unknown payload type (RFC 2408 5.3)");
	cursor_require(c, cursor_left(c) >= IKE_PAYLOAD_HEADER_LEN, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "ends within a payload header (RFC 2408 3.2)");
	*next = cursor_u8(c);
	reserved = cursor_u8(c);
	length = cursor_u16(c);
	cursor_require(c, !reserved, IKE_N_PAYLOAD_MALFORMED,
		       "reserved byte of a payload is not zero (RFC 2408 5.3)");
	/* RFC 2408 3.2: the length includes the generic header, so each step moves on */
	cursor_require(c, length >= IKE_PAYLOAD_HEADER_LEN, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "payload is shorter than its header (RFC 2408 3.2)");
	cursor_require(c, (size_t)(c->end - start) >= length, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "payload is longer than the message (RFC 2408 3.2)");
	if (!cursor_ok(c))
		return false;
	p->wire_type = wire_type;
	p->type = type_of_wire(wire_type);
	p->whole = bytes_of(start, length);
	p->body = cursor_take(c, length - IKE_PAYLOAD_HEADER_LEN);
	return payload_check(p->type, p->body, c->fault);
}

bool message_parse_payloads(struct message *m, struct bytes clear, bool padded, struct fault *fault)
{
	struct cursor c = cursor_of(clear, fault);
	uint8_t next = m->header.next;

	m->count = 0;
	while (next != IKE_PAYLOAD_NONE && cursor_ok(&c)) {
		if (!cursor_require(&c, m->count < MESSAGE_MAX_PAYLOADS, IKE_N_PAYLOAD_MALFORMED,
				    "more than 64 payloads"))
			break;
		if (payload_read(&c, next, &m->payloads[m->count], &next))
			m->count++;
	}
	/* RFC 2408 3.1: the length is that of the payloads; but libreswan fills up to a word */
	cursor_require(&c, padded || cursor_left(&c) < MESSAGE_WORD, IKE_N_UNEQUAL_PAYLOAD_LENGTHS,
		       "bytes behind the last payload (RFC 2408 3.1)");
	if (!cursor_ok(&c)) {
		m->count = 0;
		return false;
	}
	m->padding = cursor_rest(&c);
	m->chain = bytes_of(clear.data, clear.len - m->padding.len);
	return true;
}

const struct payload *message_find(const struct message *m, uint8_t type,
				   const struct payload *after)
{
	unsigned int i = after ? (unsigned int)(after - m->payloads) + 1 : 0;

	for (; i < m->count; i++)
		if (m->payloads[i].type == type)
			return &m->payloads[i];
	return NULL;
}

unsigned int message_count(const struct message *m, uint8_t type)
{
	unsigned int i, count = 0;

	for (i = 0; i < m->count; i++)
		count += m->payloads[i].type == type;
	return count;
}

struct bytes message_behind(const struct message *m, const struct payload *p)
{
	const uint8_t *from = p->whole.data + p->whole.len;

	return bytes_of(from, (size_t)(m->chain.data + m->chain.len - from));
}

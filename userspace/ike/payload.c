// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/attributes.h"
#include "ike/payload.h"

/* What a body must be before anybody reads it: one row for each type that has a form. */
struct payload_form {
	uint8_t type;
	uint16_t min, max; /* bytes of the body; max 0: as long as it likes */
	bool (*check)(struct bytes body, struct fault *fault);
	const char *text;
};

static bool notify_check(struct bytes body, struct fault *fault)
{
	struct notify n;

	return notify_parse(&n, body, fault);
}

static bool deletion_check(struct bytes body, struct fault *fault)
{
	struct deletion d;

	return deletion_parse(&d, body, fault);
}

static bool original_address_check(struct bytes body, struct fault *fault)
{
	struct original_address o;

	return original_address_parse(&o, body, fault);
}

static bool attributes_check(struct bytes body, struct fault *fault)
{
	struct attributes a;

	return attributes_parse(&a, body, fault);
}

static const struct payload_form forms[] = {
	{ IKE_PAYLOAD_SA, 8, 0, NULL, "SA payload without DOI and situation (RFC 2408 3.4)" },
	{ IKE_PAYLOAD_KE, 1, 2048, NULL, "KE payload of impossible length (RFC 2408 3.7)" },
	{ IKE_PAYLOAD_ID, 4, 0, NULL, "ID payload without type, protocol, port (RFC 2407 4.6.2)" },
	{ IKE_PAYLOAD_CERT, 1, 0, NULL, "CERT payload without encoding (RFC 2408 3.9)" },
	{ IKE_PAYLOAD_CERTREQ, 1, 0, NULL, "CERTREQ payload without type (RFC 2408 3.10)" },
	{ IKE_PAYLOAD_HASH, 1, 64, NULL, "HASH payload of impossible length (RFC 2408 3.11)" },
	{ IKE_PAYLOAD_SIG, 1, 0, NULL, "SIG payload is empty (RFC 2408 3.12)" },
	{ IKE_PAYLOAD_NONCE, IKE_NONCE_MIN, IKE_NONCE_MAX, NULL,
	  "nonce is not 8 to 256 bytes long (RFC 2409 5)" },
	{ IKE_PAYLOAD_NOTIFY, 8, 0, notify_check,
	  "NOTIFY payload shorter than its fixed part (RFC 2408 3.14)" },
	{ IKE_PAYLOAD_DELETE, 8, 0, deletion_check,
	  "DELETE payload shorter than its fixed part (RFC 2408 3.15)" },
	{ IKE_PAYLOAD_ATTRIBUTES, 4, 0, attributes_check,
	  "attribute payload shorter than its fixed part (mode-cfg 3.2)" },
	{ IKE_PAYLOAD_NAT_D, 1, 64, NULL, "NAT-D payload of impossible length (RFC 3947 3.2)" },
	{ IKE_PAYLOAD_NAT_OA, 8, 20, original_address_check,
	  "NAT-OA payload of impossible length (RFC 3947 5.2)" },
};

bool payload_check(uint8_t type, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);
	const struct payload_form *f;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		f = &forms[i];
		if (f->type != type)
			continue;
		return cursor_require(&c, body.len >= f->min && (!f->max || body.len <= f->max),
				      IKE_N_PAYLOAD_MALFORMED, f->text) &&
		       (!f->check || f->check(body, fault));
	}
	return cursor_ok(&c);
}

bool notify_parse(struct notify *n, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);
	uint8_t spi_len;

	n->doi = cursor_u32(&c);
	n->protocol = cursor_u8(&c);
	spi_len = cursor_u8(&c);
	n->type = cursor_u16(&c);
	cursor_require(&c, spi_len <= cursor_left(&c), IKE_N_PAYLOAD_MALFORMED,
		       "NOTIFY's SPI is longer than the payload (RFC 2408 3.14)");
	n->spi = cursor_take(&c, spi_len);
	n->data = cursor_rest(&c);
	return cursor_ok(&c);
}

void notify_write(struct builder *b, const struct notify *n)
{
	builder_open(b, IKE_PAYLOAD_NOTIFY);
	writer_u32(&b->w, n->doi);
	writer_u8(&b->w, n->protocol);
	writer_u8(&b->w, (uint8_t)n->spi.len);
	writer_u16(&b->w, n->type);
	writer_bytes(&b->w, n->spi);
	writer_bytes(&b->w, n->data);
	builder_close(b);
}

bool deletion_parse(struct deletion *d, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);

	d->doi = cursor_u32(&c);
	d->protocol = cursor_u8(&c);
	d->spi_len = cursor_u8(&c);
	d->count = cursor_u16(&c);
	d->spis = cursor_rest(&c);
	cursor_require(&c, d->spis.len == (size_t)d->spi_len * d->count, IKE_N_PAYLOAD_MALFORMED,
		       "DELETE's SPIs do not fill the payload (RFC 2408 3.15)");
	/* RFC 2408 3.15: SPIs are what it deletes, so neither none nor empty ones */
	cursor_require(&c, d->spi_len && d->count, IKE_N_INVALID_SPI,
		       "DELETE names no SPI (RFC 2408 3.15)");
	return cursor_ok(&c);
}

struct bytes deletion_spi(const struct deletion *d, unsigned int index)
{
	if (index >= d->count)
		return bytes_of(NULL, 0);
	return bytes_of(d->spis.data + (size_t)index * d->spi_len, d->spi_len);
}

void deletion_write(struct builder *b, const struct deletion *d)
{
	builder_open(b, IKE_PAYLOAD_DELETE);
	writer_u32(&b->w, d->doi);
	writer_u8(&b->w, d->protocol);
	writer_u8(&b->w, d->spi_len);
	writer_u16(&b->w, d->count);
	writer_bytes(&b->w, d->spis);
	builder_close(b);
}

bool id_parse(struct id_payload *id, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);

	id->type = cursor_u8(&c);
	id->protocol = cursor_u8(&c);
	id->port = cursor_u16(&c);
	id->data = cursor_rest(&c);
	return cursor_ok(&c);
}

void id_write(struct builder *b, const struct id_payload *id)
{
	builder_open(b, IKE_PAYLOAD_ID);
	writer_u8(&b->w, id->type);
	writer_u8(&b->w, id->protocol);
	writer_u16(&b->w, id->port);
	writer_bytes(&b->w, id->data);
	builder_close(b);
}

bool cert_parse(struct cert_payload *cert, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);

	cert->encoding = cursor_u8(&c);
	cert->data = cursor_rest(&c);
	return cursor_ok(&c);
}

void cert_write(struct builder *b, uint8_t type, const struct cert_payload *cert)
{
	builder_open(b, type);
	writer_u8(&b->w, cert->encoding);
	writer_bytes(&b->w, cert->data);
	builder_close(b);
}

bool original_address_parse(struct original_address *o, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault);
	uint8_t type = cursor_u8(&c);

	cursor_take(&c, 3); /* RFC 3947 5.2: RESERVED; not zero with some old peers */
	cursor_require(&c, type == IKE_ID_IPV4_ADDR || type == IKE_ID_IPV6_ADDR,
		       IKE_N_INVALID_ID_INFORMATION,
		       "NAT-OA is no IPv4 or IPv6 address (RFC 3947 5.2)");
	o->family = type == IKE_ID_IPV4_ADDR ? 4 : 6;
	o->address = cursor_rest(&c);
	cursor_require(&c, o->address.len == (o->family == 4 ? 4 : 16),
		       IKE_N_INVALID_ID_INFORMATION,
		       "NAT-OA's length is not that of its address (RFC 3947 5.2)");
	return cursor_ok(&c);
}

void original_address_write(struct builder *b, uint8_t type, const struct original_address *o)
{
	builder_open(b, type);
	writer_u8(&b->w, o->family == 4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR);
	writer_zero(&b->w, 3);
	writer_bytes(&b->w, o->address);
	builder_close(b);
}

uint32_t spi_read(struct bytes spi)
{
	struct fault fault = { 0 };
	struct cursor c = cursor_of(spi, &fault);

	return cursor_u32(&c);
}

void spi_write(uint8_t to[4], uint32_t spi)
{
	struct writer w = writer_of(to, 4);

	writer_u32(&w, spi);
}

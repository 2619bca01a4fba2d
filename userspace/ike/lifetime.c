/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/lifetime.h"

#include "ike/payload.h"
#include "ike/text.h"

uint32_t lifekilobytes(uint64_t bytes)
{
	uint64_t kilobytes = bytes && bytes < 1024 ? 1 : bytes / 1024;

	return kilobytes < UINT32_MAX ? kilobytes : UINT32_MAX;
}

uint64_t lifebytes_smaller(uint64_t bytes, uint64_t kilobytes)
{
	uint64_t theirs = kilobytes < UINT64_MAX / 1024 ? kilobytes * 1024 : UINT64_MAX;

	return theirs && (!bytes || theirs < bytes) ? theirs : bytes;
}

const char *lifetime_text(uint64_t seconds, uint64_t bytes, char text[LIFETIME_TEXT_MAX])
{
	struct text t = text_of(text, LIFETIME_TEXT_MAX);

	text_add(&t, "%llu s", (unsigned long long)seconds);
	if (bytes)
		text_add(&t, " or %llu bytes", (unsigned long long)bytes);
	return text;
}

static void apply(struct child *c, struct bytes attributes)
{
	struct fault fault = { 0 };
	struct cursor at = cursor_of(attributes, &fault);
	uint64_t value, kind = 0;
	struct bytes raw;
	uint16_t type;

	while (attribute_read(&at, &type, &value, &raw)) {
		if (type == IPSEC_ATTR_LIFE_TYPE)
			kind = value;
		else if (type == IPSEC_ATTR_LIFE_DURATION && kind == IKE_LIFE_SECONDS && value &&
			 value < c->lifetime)
			c->lifetime = value;
		else if (type == IPSEC_ATTR_LIFE_DURATION && kind == IKE_LIFE_KILOBYTES)
			c->lifebytes = lifebytes_smaller(c->lifebytes, value);
	}
}

void lifetime_read(struct child *c, const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p)))
		if (notify_parse(&n, p->body, &fault) && n.type == IKE_N_RESPONDER_LIFETIME)
			apply(c, n.data);
}

static void write_part(struct builder *b, const struct child *c, const struct part *p)
{
	uint8_t spi[4] = { 0 }, attributes[32];
	struct writer w = writer_of(attributes, sizeof(attributes));
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = p->protocol,
		.type = IKE_N_RESPONDER_LIFETIME,
		.spi = bytes_of(spi, sizeof(spi)),
	};

	spi_write(spi, p->spi_in);
	attribute_write(&w, IPSEC_ATTR_LIFE_TYPE, IKE_LIFE_SECONDS);
	attribute_write_life(&w, IPSEC_ATTR_LIFE_DURATION, c->lifetime);
	if (c->lifebytes) {
		attribute_write(&w, IPSEC_ATTR_LIFE_TYPE, IKE_LIFE_KILOBYTES);
		attribute_write_life(&w, IPSEC_ATTR_LIFE_DURATION, lifekilobytes(c->lifebytes));
	}
	n.data = writer_from(&w, 0);
	notify_write(b, &n);
}

void lifetime_write(struct builder *b, const struct child *c)
{
	unsigned int i;

	for (i = 0; i < c->part_count; i++)
		write_part(b, c, &c->parts[i]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/lifetime.h"

#include "ike/payload.h"
#include "ike/report.h"
#include "ike/text.h"

#define LIFETIME_LEAST 10 /* seconds, of what the peer may ask for later */

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

/* What a notification says, 0: nothing. */
struct told {
	uint64_t seconds, kilobytes;
};

static void keep_smaller(uint64_t *kept, uint64_t value)
{
	if (value && (!*kept || value < *kept))
		*kept = value;
}

/*
 * RFC 2407 4.6.3.1 numbers the attributes as phase 2 does (4.5); of phase 1 some peers say it with
 * its own numbers (RFC 2409 appendix A), which there mean nothing else.
 */
static struct told told_in(struct bytes attributes, bool phase1)
{
	struct fault fault = { 0 };
	struct cursor at = cursor_of(attributes, &fault);
	struct told told = { 0 };
	uint64_t value, kind = 0;
	struct bytes raw;
	uint16_t type;

	while (attribute_read(&at, &type, &value, &raw)) {
		if (type == IPSEC_ATTR_LIFE_TYPE || (phase1 && type == IKE_ATTR_LIFE_TYPE))
			kind = value;
		else if (type != IPSEC_ATTR_LIFE_DURATION &&
			 !(phase1 && type == IKE_ATTR_LIFE_DURATION))
			continue;
		else if (kind == IKE_LIFE_SECONDS)
			keep_smaller(&told.seconds, value);
		else if (kind == IKE_LIFE_KILOBYTES)
			keep_smaller(&told.kilobytes, value);
	}
	return told;
}

void lifetime_read(struct child *c, const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;
	struct told told;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p))) {
		if (!notify_parse(&n, p->body, &fault) || n.type != IKE_N_RESPONDER_LIFETIME ||
		    n.protocol == IKE_PROTO_ISAKMP)
			continue;
		told = told_in(n.data, false);
		if (told.seconds && told.seconds < c->lifetime)
			c->lifetime = told.seconds;
		c->lifebytes = lifebytes_smaller(c->lifebytes, told.kilobytes);
	}
}

/* From now on, as the peer counts from its message; both timers only ever come earlier. */
static void shorten(struct timers *timers, struct timer *expire, struct timer *rekey, uint64_t end,
		    uint64_t margin)
{
	if (expire->armed)
		timer_set_earlier(timers, expire, end);
	if (rekey->armed)
		timer_set_earlier(timers, rekey, end - margin);
}

/* Whether that is shorter, and how long; no peer makes us negotiate without end. */
static bool is_shorter(struct told *told, uint64_t lifetime)
{
	bool said = told->seconds;

	if (told->seconds < LIFETIME_LEAST)
		told->seconds = LIFETIME_LEAST;
	return said && told->seconds < lifetime;
}

static void shorten_session(struct session *s, struct told told)
{
	struct connection *c = s->connection;
	char life[LIFETIME_TEXT_MAX];
	uint64_t margin;

	s->lifebytes = lifebytes_smaller(s->lifebytes, told.kilobytes);
	if (!is_shorter(&told, s->lifetime))
		return;
	s->lifetime = told.seconds;
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_INFO),
	       "the peer keeps phase 1 for a shorter time: lifetime %s",
	       lifetime_text(s->lifetime, s->lifebytes, life));
	if (!s->established || s->retiring)
		return;
	margin = connection_margin(c, s->lifetime, !s->initiator);
	shorten(&s->ike->timers, &s->expire, &s->rekey, s->ike->now + s->lifetime * SECOND, margin);
}

static void shorten_child(struct child *c, struct told told)
{
	uint64_t margin;

	if (!is_shorter(&told, c->lifetime))
		return;
	c->lifetime = told.seconds;
	if (c->state != CHILD_ESTABLISHED)
		return;
	margin = connection_margin(c->connection, c->lifetime, !c->initiator);
	shorten(&c->ike->timers, &c->expire, &c->rekey, c->ike->now + c->lifetime * SECOND, margin);
}

static bool is_about(const struct session *s, struct bytes spi)
{
	return spi.len == 2 * IKE_COOKIE_LEN &&
	       !memcmp(spi.data, s->cookie_i, IKE_COOKIE_LEN) &&
	       !memcmp(spi.data + IKE_COOKIE_LEN, s->cookie_r, IKE_COOKIE_LEN);
}

void lifetime_told(struct session *s, const struct notify *n)
{
	struct child *c;
	uint32_t spi;

	/* RFC 2407 4.6.3.1: the SPI is both cookies, or that of the IPsec SA; some leave it out */
	if (n->protocol == IKE_PROTO_ISAKMP && (!n->spi.len || is_about(s, n->spi)))
		shorten_session(s, told_in(n->data, true));
	if (n->protocol == IKE_PROTO_ISAKMP || n->spi.len != 4)
		return;
	spi = spi_read(n->spi);
	c = child_find_out(s, n->protocol, spi);
	if (!c)
		c = child_find(s->ike, n->protocol, spi);
	if (c && c->session == s)
		shorten_child(c, told_in(n->data, false));
}

void lifetime_read_phase1(struct session *s, const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p)))
		if (notify_parse(&n, p->body, &fault) && n.type == IKE_N_RESPONDER_LIFETIME &&
		    n.protocol == IKE_PROTO_ISAKMP)
			lifetime_told(s, &n);
}

static void write_life(struct writer *w, uint16_t type, uint16_t duration, uint64_t seconds,
		       uint64_t bytes)
{
	attribute_write(w, type, IKE_LIFE_SECONDS);
	attribute_write_life(w, duration, seconds);
	if (!bytes)
		return;
	attribute_write(w, type, IKE_LIFE_KILOBYTES);
	attribute_write_life(w, duration, lifekilobytes(bytes));
}

void lifetime_write_phase1(struct builder *b, const struct session *s)
{
	uint8_t cookies[2 * IKE_COOKIE_LEN], attributes[32];
	struct writer w = writer_of(attributes, sizeof(attributes));
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = IKE_N_RESPONDER_LIFETIME,
		.spi = bytes_of(cookies, sizeof(cookies)),
	};

	memcpy(cookies, s->cookie_i, IKE_COOKIE_LEN);
	memcpy(cookies + IKE_COOKIE_LEN, s->cookie_r, IKE_COOKIE_LEN);
	write_life(&w, IKE_ATTR_LIFE_TYPE, IKE_ATTR_LIFE_DURATION, s->lifetime, s->lifebytes);
	n.data = writer_from(&w, 0);
	notify_write(b, &n);
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
	write_life(&w, IPSEC_ATTR_LIFE_TYPE, IPSEC_ATTR_LIFE_DURATION, c->lifetime, c->lifebytes);
	n.data = writer_from(&w, 0);
	notify_write(b, &n);
}

void lifetime_write(struct builder *b, const struct child *c)
{
	unsigned int i;

	for (i = 0; i < c->part_count; i++)
		write_part(b, c, &c->parts[i]);
}

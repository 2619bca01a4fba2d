/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/informational.h"

#include <stdio.h>
#include <stdlib.h>

#include "ike/child.h"
#include "ike/contact.h"
#include "ike/dpd.h"
#include "ike/lifetime.h"
#include "ike/phase1.h"
#include "ike/quick.h"
#include "ike/report.h"

#define ERROR_TYPES_END 16384 /* RFC 2408 3.14.1: below are errors */
/* RFC 2407 4.6.3.3 wants INITIAL-CONTACT at the beginning; later it can only be a replay. */
#define CONTACT_PATIENCE (10 * SECOND)

typedef void write_fn(struct builder *b, const void *what);

/* RFC 2409 5.7: HDR*, HASH(1), N/D */
static void transmit(struct session *s, write_fn *write, const void *what, struct blob *copy)
{
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	struct exchange x;
	struct bytes message;
	struct builder b;
	size_t len = s->keymat.hash->len, at;

	exchange_init(&x, s, IKE_EXCHANGE_INFORMATIONAL, message_ids_next(&s->ids), true,
		      STATE_INFORMATIONAL);
	if (!seal_phase2(&x.seal, &s->keymat, &s->main.seal, x.id))
		return;
	exchange_begin(&x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	write(&b, what);
	if (!keymat_hash1(&s->keymat, x.id, builder_behind(&b, at, len), hash))
		return;
	builder_fill(&b, at, bytes_of(hash, len));
	message = seal_close(&x.seal, &s->keymat, &b);
	if (!message.len)
		return;
	session_transmit(s, message.data, message.len);
	if (copy)
		blob_set(copy, message);
}

static void write_notify(struct builder *b, const void *what)
{
	notify_write(b, what);
}

static void write_deletion(struct builder *b, const void *what)
{
	deletion_write(b, what);
}

/* RFC 2408 3.15: one payload has the SPIs of one protocol */
static void write_child_deletions(struct builder *b, const void *what)
{
	const struct child *c = what;
	uint8_t spi[4] = { 0 };
	unsigned int i;

	for (i = 0; i < c->part_count; i++) {
		struct deletion d = {
			.doi = IKE_DOI_IPSEC,
			.protocol = c->parts[i].protocol,
			.spi_len = sizeof(spi),
			.count = 1,
			.spis = bytes_of(spi, sizeof(spi)),
		};

		spi_write(spi, c->parts[i].spi_in);
		deletion_write(b, &d);
	}
}

void informational_notify(struct session *s, const struct notify *n, struct blob *copy)
{
	if (s->keys)
		transmit(s, write_notify, n, copy);
}

void informational_delete_child(struct session *s, const struct child *c)
{
	if (s->established)
		transmit(s, write_child_deletions, c, NULL);
}

void informational_delete_session(struct session *s)
{
	uint8_t cookies[2 * IKE_COOKIE_LEN] = { 0 };
	struct deletion d = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.spi_len = sizeof(cookies),
		.count = 1,
		.spis = bytes_of(cookies, sizeof(cookies)),
	};

	memcpy(cookies, s->cookie_i, IKE_COOKIE_LEN);
	memcpy(cookies + IKE_COOKIE_LEN, s->cookie_r, IKE_COOKIE_LEN);
	if (s->keys)
		transmit(s, write_deletion, &d, NULL);
}

void informational_clear(struct ike *ike, const struct isakmp_header *h, uint16_t type,
			 const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	struct isakmp_header answer = { .version = IKE_VERSION,
					.exchange = IKE_EXCHANGE_INFORMATIONAL };
	struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ISAKMP, .type = type };
	uint8_t buffer[256];
	struct bytes message;
	struct builder b;

	if (!engine_permit(ike))
		return;
	memcpy(answer.initiator, h->initiator, sizeof(answer.initiator));
	memcpy(answer.responder, h->responder, sizeof(answer.responder));
	answer.id = engine_random32(ike);
	builder_begin(&b, buffer, sizeof(buffer), &answer);
	notify_write(&b, &n);
	message = builder_end(&b);
	engine_send(ike, local, remote, message.data, message.len);
}

static const char *type_text(uint16_t type, char text[16])
{
	const char *name = ike_notify_name(type);

	if (name)
		return name;
	snprintf(text, 16, "type %u", type);
	return text;
}

void informational_unprotected(struct ike *ike, struct session *s, const struct message *m,
			       const struct ike_endpoint *remote)
{
	struct ike_event event = on_nothing(IKE_EVENT_NOTIFY, IKE_SEVERITY_WARNING);
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	char from[IKE_ENDPOINT_TEXT], number[16];
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p))) {
		if (!notify_parse(&n, p->body, &fault))
			return;
		if (s)
			event = on_session(s, IKE_EVENT_NOTIFY, IKE_SEVERITY_WARNING);
		event.remote = *remote;
		event.count = n.type;
		if (engine_permit(ike))
			report(ike, event, "%s says %s in the clear; that proves nothing, we go on",
			       ike_endpoint_text(remote, from), type_text(n.type, number));
		if (!s)
			continue;
		phase1_hint(s, n.type);
		/* If it has really forgotten us, it will not answer this. */
		if (s->established && n.type == IKE_N_INVALID_COOKIE)
			dpd_ask_soon(s);
	}
}

/* Whether it is a quick mode of the peer's, which has our answer and not confirmed it. */
static bool is_answered(const struct exchange *x)
{
	return x->quick && x->state == STATE_QUICK_R3 && x->quick->child &&
	       x->quick->child->state == CHILD_NEGOTIATING;
}

static bool is_asked(const struct exchange *x)
{
	return x->quick && x->state == STATE_QUICK_I2;
}

/* The quick mode that waits for the peer and has this SPI, of either side. */
static struct exchange *exchange_of(struct session *s, uint8_t protocol, uint32_t spi)
{
	struct exchange *x;

	for (x = s->exchanges; x; x = x->next)
		if ((is_asked(x) || is_answered(x)) && x->quick->child &&
		    (child_receives_on(x->quick->child, spi) ||
		     child_sends_on(x->quick->child, protocol, spi)))
			break;
	return x;
}

/*
 * The quick mode that the peer refuses: by SPI, or the oldest one of ours that waits: no field of a
 * notify names the exchange (RFC 2408 3.14), and peers answer in order. Of the peer's own the
 * oldest one, when it can be nothing else: what it refuses is our choice among its proposals.
 */
static struct exchange *refused_exchange(struct session *s, const struct notify *n)
{
	struct exchange *x = NULL, *ours = NULL, *theirs = NULL;

	if (n->spi.len == 4)
		x = exchange_of(s, n->protocol, spi_read(n->spi));
	if (x)
		return x;
	for (x = s->exchanges; x; x = x->next) { /* newest first */
		if (is_asked(x))
			ours = x;
		else if (is_answered(x))
			theirs = x;
	}
	return ours || n->type != IKE_N_NO_PROPOSAL_CHOSEN ? ours : theirs;
}

static void connected(struct session *s)
{
	struct child *c;

	/* RFC 2408 3.1; it names no SPI, and is only a hint that we may send */
	for (c = s->ike->children; c; c = c->next)
		if (c->session == s && c->state == CHILD_INBOUND)
			quick_confirmed(c);
}

static void unknown_spi(struct session *s, const struct notify *n)
{
	struct bytes spi = n->spi.len == 4 ? n->spi : n->data;
	struct child *c = NULL;

	if (spi.len == 4)
		c = child_find_out(s, n->protocol, spi_read(spi));
	if (c && c->state == CHILD_ESTABLISHED)
		child_renew(c, "the peer says INVALID-SPI of the old one");
}

static void notified(struct session *s, const struct notify *n)
{
	struct ike_event event = on_session(s, IKE_EVENT_NOTIFY, IKE_SEVERITY_INFO);
	struct exchange *x = refused_exchange(s, n);
	char number[16];

	event.authenticated = true;
	event.count = n->type;
	switch (n->type) {
	case IKE_N_R_U_THERE:
	case IKE_N_R_U_THERE_ACK:
		dpd_input(s, n);
		return;
	case IKE_N_CONNECTED:
		connected(s);
		return;
	case IKE_N_RESPONDER_LIFETIME:
		lifetime_told(s, n);
		return;
	case IKE_N_INITIAL_CONTACT:
		if (access_pending(s) ||
		    (s->established && s->ike->now - s->established_time < CONTACT_PATIENCE))
			contact_heard(s);
		return;
	default:
		break;
	}
	report(s->ike, event, "the peer says %s", type_text(n->type, number));
	if (n->type == IKE_N_INVALID_SPI && n->protocol != IKE_PROTO_ISAKMP)
		unknown_spi(s, n);
	else if (n->protocol == IKE_PROTO_ISAKMP && phase1_disowned(s, n->type))
		return;
	else if (n->type < ERROR_TYPES_END && x)
		quick_refused(x, n->type);
}

static void session_deleted(struct session *s)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_WARNING);
	struct connection *c = s->connection;
	uint64_t since = s->established_time;
	char text[SESSION_TEXT_MAX];
	bool known = s->disowned;

	session_text(s, text);
	report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_INFO),
	       "the peer deleted phase 1 %s", text);
	if (access_pending(s)) {
		access_deleted(s);
		return;
	}
	session_deleted_by_peer(s);
	if (session_best(c))
		return;
	event.error = IKE_ERROR_PEER_DELETED;
	if (!known)
		connection_failure(c, event,
				   "the peer deleted phase 1 %s, and there is no other one", text);
	timer_set(&c->ike->timers, &c->retry, connection_deleted(c, since, &c->deletions));
	connection_wake(c);
}

/* RFC 2408 3.15: what the peer has deleted on its side; it speaks for itself only */
static void deleted(struct session *s, const struct deletion *d)
{
	struct isakmp_header h = { 0 };
	struct session *other;
	struct exchange *x;
	struct bytes spi;
	struct child *c;
	unsigned int i;

	for (i = 0; i < d->count && !s->dead; i++) {
		spi = deletion_spi(d, i);
		if (d->protocol == IKE_PROTO_ISAKMP && spi.len == 2 * IKE_COOKIE_LEN) {
			memcpy(h.initiator, spi.data, IKE_COOKIE_LEN);
			memcpy(h.responder, spi.data + IKE_COOKIE_LEN, IKE_COOKIE_LEN);
			other = session_find(s->ike, &h, &s->remote);
			if (other && (other == s || session_same_peer(other, s)))
				session_deleted(other);
		} else if (spi.len == 4) {
			c = child_find_out(s, d->protocol, spi_read(spi));
			x = c ? NULL : exchange_of(s, d->protocol, spi_read(spi));
			if (c)
				child_deleted(c);
			else if (x && !x->initiator)
				quick_withdrawn(x);
		}
	}
}

/* Behind HASH(1) stands a payload that begins with the DOI, as N and D do. */
static bool is_notice(struct bytes clear, size_t hash)
{
	const size_t at = IKE_PAYLOAD_HEADER_LEN + hash;
	size_t len;

	if (clear.len < at + IKE_PAYLOAD_HEADER_LEN + 4 || clear.data[at + 1])
		return false;
	len = clear.data[at + 2] << 8 | clear.data[at + 3];
	return len <= clear.len - at &&
	       spi_read(bytes_of(clear.data + at + IKE_PAYLOAD_HEADER_LEN, 4)) == IKE_DOI_IPSEC;
}

bool informational_ahead(const struct session *s, const struct message *m)
{
	uint8_t *clear = malloc(m->body.len);
	struct fault fault = { 0 };
	struct seal any = { 0 };
	bool ahead;

	ahead = clear && is_notice(seal_open(&any, &s->keymat, m, clear, &fault),
				   s->keymat.hash->len);
	free(clear);
	return ahead;
}

/* Keys are there, but the peer has not proven who it is, or we have not convinced it. */
static void input_unestablished(struct session *s, const struct message *m)
{
	const struct payload *p = message_find(m, IKE_PAYLOAD_NOTIFY, NULL);
	/* Our proof is out, and what comes under the same keys answers it */
	bool proven = s->main.state == STATE_MAIN_I6 || s->main.state == STATE_AGGRESSIVE_R3;
	struct fault fault = { 0 };
	struct notify n;

	if (p && proven && notify_parse(&n, p->body, &fault) && n.type < ERROR_TYPES_END)
		phase1_refused(s, n.type);
}

void informational_input(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	struct fault fault = { 0 };
	struct deletion d;
	struct notify n;
	unsigned int i;

	exchange_accept(x);
	if (!s->established && !access_pending(s)) {
		input_unestablished(s, m);
		return;
	}
	for (i = 0; i < m->count && !s->dead; i++) {
		const struct payload *p = &m->payloads[i];

		if (p->type == IKE_PAYLOAD_NOTIFY && notify_parse(&n, p->body, &fault))
			notified(s, &n);
		else if (p->type == IKE_PAYLOAD_DELETE && deletion_parse(&d, p->body, &fault))
			deleted(s, &d);
	}
}

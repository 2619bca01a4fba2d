/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ike/auth.h"
#include "ike/child.h"
#include "ike/connection.h"
#include "ike/evicted.h"
#include "ike/half_open.h"
#include "ike/informational.h"
#include "ike/phase1.h"
#include "ike/quick.h"
#include "ike/question.h"
#include "ike/report.h"
#include "ike/transaction.h"

#define NON_ESP_MARKER 4 /* RFC 3948 2.2 */
#define PERMITS 10
/* Timers that fire in one call; more means that something arms itself for now again and again. */
#define FIRINGS_MAX 1000000

void engine_random(struct ike *ike, void *bytes, size_t len)
{
	ike->ops->random(ike->ctx, bytes, len);
}

uint32_t engine_random32(struct ike *ike)
{
	uint32_t value;

	engine_random(ike, &value, sizeof(value));
	return value;
}

uint64_t engine_jitter(struct ike *ike, uint64_t value, unsigned int percent)
{
	uint64_t range = value * percent / 100;

	return range ? value - range + engine_random32(ike) % (2 * range + 1) : value;
}

bool engine_permit(struct ike *ike)
{
	struct permits *p = &ike->strangers;

	if (ike->now - p->refilled >= SECOND) {
		p->left = PERMITS;
		p->refilled = ike->now;
	}
	if (!p->left)
		return false;
	p->left--;
	return true;
}

void engine_send(struct ike *ike, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, const uint8_t *bytes, size_t len)
{
	uint8_t *copy;

	ike->counters.datagrams_out++;
	if (local->port != IKE_PORT_NATT) {
		ike->ops->send(ike->ctx, local, remote, bytes, len);
		return;
	}
	copy = malloc(len + NON_ESP_MARKER);
	if (!copy)
		return; /* as if it had been lost */
	memset(copy, 0, NON_ESP_MARKER);
	memcpy(copy + NON_ESP_MARKER, bytes, len);
	ike->ops->send(ike->ctx, local, remote, copy, len + NON_ESP_MARKER);
	free(copy);
}

static void enter(struct ike *ike, uint64_t now)
{
	if (now > ike->now)
		ike->now = now;
}

void engine_reap(struct ike *ike)
{
	while (ike->dead_exchanges) {
		struct exchange *x = ike->dead_exchanges;

		ike->dead_exchanges = x->next;
		free(x);
	}
	engine_reap_children(ike);
	engine_reap_sessions(ike);
}

static void leave(struct ike *ike)
{
	unsigned int firings;
	struct timer *timer;

	for (firings = 0; firings < FIRINGS_MAX; firings++) {
		timer = timers_first(&ike->timers);
		if (!timer || timer->due > ike->now)
			break;
		timer_clear(&ike->timers, timer);
		timer->fire(timer->owner);
		engine_reap(ike);
	}
	engine_reap(ike);
}

struct ike *ike_new(const struct ike_ops *ops, void *ctx)
{
	struct ike *ike = calloc(1, sizeof(*ike));

	assert(transitions_consistent());
	if (!ike)
		return NULL;
	ike->ops = ops;
	ike->ctx = ctx;
	ike_set_limits(ike, &(struct ike_limits){ 0 });
	ike_set_ports(ike, IKE_PORT, IKE_PORT_NATT);
	if (!table_init(&ike->by_cookie) || !table_init(&ike->by_spi) ||
	    !half_open_init(&ike->half_open)) {
		ike_free(ike);
		return NULL;
	}
	return ike;
}

void ike_free(struct ike *ike)
{
	if (!ike)
		return;
	/* Nothing may be sent or removed from here on: the kernel's SAs are the caller's now. */
	ike->shut_down = true;
	ike->freeing = true;
	while (ike->children)
		child_kill(ike->children);
	while (ike->sessions)
		session_kill(ike->sessions);
	engine_reap(ike);
	connections_free(ike);
	half_open_free(&ike->half_open);
	table_free(&ike->by_cookie);
	table_free(&ike->by_spi);
	free(ike);
}

void ike_set_ports(struct ike *ike, uint16_t port, uint16_t natt_port)
{
	ike->port = port;
	ike->natt_port = natt_port;
}

uint16_t engine_port(const struct ike *ike, uint16_t port)
{
	return port == IKE_PORT_NATT ? ike->natt_port : ike->port;
}

void ike_set_limits(struct ike *ike, const struct ike_limits *limits)
{
	ike->limits = *limits;
	if (!limits->half_open)
		ike->limits.half_open = 1000;
	if (!limits->half_open_source)
		ike->limits.half_open_source = 250;
}

static void dropped(struct ike *ike, const struct ike_endpoint *remote, const char *why)
{
	struct ike_event event = on_nothing(IKE_EVENT_DROPPED, IKE_SEVERITY_INFO);
	char from[IKE_ENDPOINT_TEXT];

	ike->counters.dropped++;
	if (!engine_permit(ike))
		return;
	event.remote = *remote;
	report(ike, event, "ignored a message from %s: %s", ike_endpoint_text(remote, from), why);
}

/* An exchange that we know, or the first message of a new one: @open tells whether phase 1 is. */
static void phase2_input(struct session *s, struct arrival *a, bool open, enum state first)
{
	struct message *m = &a->message;
	struct exchange *x = exchange_find(s, m->header.id);
	bool fresh = !x;

	if (!open || !(m->header.flags & IKE_FLAG_ENCRYPTION)) {
		dropped(s->ike, a->remote, "phase 2 without an established phase 1");
		return;
	}
	if (fresh && !message_ids_fresh(&s->ids, m->header.id)) {
		s->ike->counters.duplicates++;
		return;
	}
	if (fresh)
		x = exchange_new(s, m->header.exchange, m->header.id, false, first);
	if (!x)
		return;
	exchange_input(x, a);
	if (fresh && !x->dead && !x->accepted_count)
		exchange_kill(x);
	else if (fresh)
		session_use_id(s, m->header.id);
}

/* RFC 2409 5.7: each is an exchange of one message */
static void informational(struct ike *ike, struct session *s, struct arrival *a)
{
	struct message *m = &a->message;
	struct fault fault = { 0 };
	struct exchange *x;

	if (!(m->header.flags & IKE_FLAG_ENCRYPTION)) {
		if (message_parse_payloads(m, m->body, false, &fault))
			informational_unprotected(ike, s, m, a->remote);
		else
			dropped(ike, a->remote, fault.text);
		return;
	}
	if (!s || !auth_keys_stand(s)) {
		dropped(ike, a->remote, "encrypted notification of an unknown phase 1");
		return;
	}
	/* RFC 2408 3.1: CONNECTED may have the message id of the quick mode that it belongs to */
	x = exchange_find(s, m->header.id);
	if (!message_ids_fresh(&s->ids, m->header.id) && !(x && x->commit)) {
		ike->counters.duplicates++;
		return;
	}
	x = exchange_new(s, IKE_EXCHANGE_INFORMATIONAL, m->header.id, false, STATE_INFORMATIONAL);
	if (!x)
		return;
	exchange_input(x, a);
	if (!x->dead && x->state == STATE_DONE)
		session_use_id(s, m->header.id);
	else if (!x->dead && !s->established && !informational_ahead(s, m))
		phase1_undecryptable(s);
	if (!x->dead)
		exchange_kill(x);
}

static bool cookie_is_zero(const uint8_t cookie[8])
{
	static const uint8_t zero[8];

	return !memcmp(cookie, zero, sizeof(zero));
}

/* A phase 1 that we do not know: perhaps we were restarted and the peer was not. */
static void stranger(struct ike *ike, struct arrival *a)
{
	const struct isakmp_header *h = &a->message.header;

	if (cookie_is_zero(h->responder) && !h->id &&
	    (h->exchange == IKE_EXCHANGE_MAIN || h->exchange == IKE_EXCHANGE_AGGRESSIVE)) {
		phase1_respond(ike, a);
		return;
	}
	/* RFC 2409 5: the two exchanges that begin a phase 1, with a message id of zero */
	if (cookie_is_zero(h->responder)) {
		dropped(ike, a->remote, h->id ? "it begins a phase 1 with a message id" :
						"it begins with neither main nor aggressive mode");
		informational_clear(ike, h, h->id ? IKE_N_INVALID_MESSAGE_ID :
						    IKE_N_INVALID_EXCHANGE_TYPE,
				    a->local, a->remote);
		return;
	}
	dropped(ike, a->remote, "its cookies belong to no phase 1 of ours");
	informational_clear(ike, h, IKE_N_INVALID_COOKIE, a->local, a->remote);
}

static void input(struct ike *ike, struct arrival *a);

/*
 * A piece of a message, of a phase 1 that we know: strangers get no memory, nor who only repeats
 * its own cookie, as anybody can from any address. The first message has nobody to put it together.
 */
static void fragment(struct ike *ike, struct session *s, struct arrival *a)
{
	struct arrival whole = { .local = a->local, .remote = a->remote };
	struct fault fault = { 0 };
	struct blob message = { 0 };

	if (!s || cookie_is_zero(a->message.header.responder)) {
		dropped(ike, a->remote, "a fragment of an unknown phase 1");
		return;
	}
	if (fragment_take(&s->fragments, &a->message, &message, &fault)) {
		whole.digest = digest_of(blob_bytes(&message));
		if (message_parse_header(&whole.message, blob_bytes(&message), &fault) &&
		    !fragment_is(&whole.message))
			input(ike, &whole);
	}
	if (fault.text)
		dropped(ike, a->remote, fault.text);
	blob_clear(&message);
}

static void other_exchange(struct ike *ike, const struct session *s, struct arrival *a)
{
	const struct isakmp_header *h = &a->message.header;
	const char *name = ike_exchange_name(h->exchange);
	char text[128];

	snprintf(text, sizeof(text), "exchange %u (%s) with message id 0x%08x does not belong into "
		 "a phase 1 of %s", h->exchange, name ? name : "unknown", h->id,
		 ike_exchange_name(s->main.type));
	dropped(ike, a->remote, text);
}

static void input(struct ike *ike, struct arrival *a)
{
	const struct isakmp_header *h = &a->message.header;
	struct session *s = session_find(ike, h, a->remote);

	if (!s)
		s = evicted_resume(ike, a);
	if (s)
		session_heard(s, a->local);
	if (fragment_is(&a->message))
		fragment(ike, s, a);
	else if (h->exchange == IKE_EXCHANGE_INFORMATIONAL)
		informational(ike, s, a);
	else if (!s)
		stranger(ike, a);
	else if (h->exchange == IKE_EXCHANGE_QUICK && h->id)
		phase2_input(s, a, s->established, STATE_QUICK_R1);
	else if (h->exchange == IKE_EXCHANGE_TRANSACTION && h->id)
		phase2_input(s, a, s->established || access_pending(s), STATE_TRANSACTION_R1);
	else if (h->exchange == s->main.type && !h->id)
		exchange_input(&s->main, a);
	else
		other_exchange(ike, s, a);
}

void ike_input(struct ike *ike, const struct ike_endpoint *local, const struct ike_endpoint *remote,
	       const uint8_t *bytes, size_t length, uint64_t now)
{
	struct arrival a = { .local = local, .remote = remote };
	struct bytes datagram = bytes_of(bytes, length);
	struct fault fault = { 0 };
	static const uint8_t marker[NON_ESP_MARKER];

	if (ike->shut_down)
		return;
	enter(ike, now);
	ike->counters.datagrams_in++;
	if (local->port == IKE_PORT_NATT) {
		/* RFC 3948 2.2, 2.3: keepalives and ESP share the port */
		if (length < sizeof(marker) || memcmp(bytes, marker, sizeof(marker)))
			return;
		datagram = bytes_of(bytes + sizeof(marker), length - sizeof(marker));
	}
	a.digest = digest_of(datagram);
	if (message_parse_header(&a.message, datagram, &fault))
		input(ike, &a);
	else
		dropped(ike, remote, fault.text);
	leave(ike);
}

void ike_tick(struct ike *ike, uint64_t now)
{
	enter(ike, now);
	leave(ike);
}

uint64_t ike_deadline(const struct ike *ike)
{
	const struct timer *timer = timers_first(&ike->timers);

	return timer ? timer->due : IKE_NEVER;
}

void ike_shutdown(struct ike *ike, uint64_t now)
{
	struct connection *c;

	enter(ike, now);
	for (c = ike->connections; c; c = c->next)
		connection_down(c);
	ike->shut_down = true;
	leave(ike);
}

bool ike_start(struct ike *ike, const char *name, uint64_t now)
{
	struct connection *c = connection_find(ike, name);

	if (!c || ike->shut_down)
		return false;
	enter(ike, now);
	connection_want(c);
	leave(ike);
	return true;
}

bool ike_stop(struct ike *ike, const char *name, uint64_t now)
{
	struct connection *c = connection_find(ike, name);

	if (!c)
		return false;
	enter(ike, now);
	connection_down(c);
	leave(ike);
	return true;
}

bool ike_ask(struct ike *ike, const char *name, const char *const *words, size_t count,
	     uint64_t now, char *error, size_t size)
{
	struct connection *c = connection_find(ike, name);
	bool asked;

	if (!c || ike->shut_down) {
		snprintf(error, size, "there is no phase 1 to ask under");
		return false;
	}
	enter(ike, now);
	asked = question_ask(c, words, count, error, size);
	leave(ike);
	return asked;
}

bool ike_hush(struct ike *ike, const char *name, uint32_t seconds, uint64_t now, char *error,
	      size_t size)
{
	struct connection *c = connection_find(ike, name);
	bool hushed = true;

	if (!c || ike->shut_down) {
		snprintf(error, size, "there is no tunnel to measure");
		return false;
	}
	enter(ike, now);
	if (seconds)
		hushed = question_hush(c, seconds, error, size);
	else
		question_unhush(c);
	leave(ike);
	return hushed;
}

bool ike_connection_add(struct ike *ike, const struct ike_connection *connection, uint64_t now,
			char *error, size_t size)
{
	bool added;

	enter(ike, now);
	added = connection_put(ike, connection, error, size);
	leave(ike);
	return added;
}

bool ike_connection_remove(struct ike *ike, const char *name, uint64_t now)
{
	struct connection *c = connection_find(ike, name);

	if (!c)
		return false;
	enter(ike, now);
	connection_down(c);
	engine_reap(ike);
	connection_drop(c);
	leave(ike);
	return true;
}

static uint8_t doi_protocol(enum ike_protocol protocol)
{
	return protocol == IKE_PROTOCOL_AH ? IKE_PROTO_AH : IKE_PROTO_ESP;
}

void ike_sa_used(struct ike *ike, enum ike_protocol protocol, uint32_t spi, uint64_t now)
{
	struct child *c = child_find(ike, doi_protocol(protocol), spi);

	enter(ike, now);
	if (c)
		quick_confirmed(c);
	leave(ike);
}

void ike_sa_expired(struct ike *ike, enum ike_protocol protocol, enum ike_direction direction,
		    uint32_t spi, enum ike_limit limit, uint64_t now)
{
	struct child *c = ike->children;

	enter(ike, now);
	if (direction == IKE_IN)
		c = child_find(ike, doi_protocol(protocol), spi);
	else
		while (c && !child_sends_on(c, doi_protocol(protocol), spi))
			c = c->next;
	if (c && limit == IKE_LIMIT_HARD)
		child_expired(c);
	else if (c)
		child_renew(c, limit == IKE_LIMIT_BYTES ?
				       "the old one has carried most of the bytes that it may" :
				       "the old one has used its last sequence number");
	leave(ike);
}

void ike_acquire(struct ike *ike, const char *connection, const struct ike_address *source,
		 const struct ike_address *destination, uint64_t now)
{
	struct connection *c = connection_find(ike, connection);

	if (!c || ike->shut_down)
		return;
	enter(ike, now);
	connection_acquire(c, source, destination);
	leave(ike);
}

void ike_mapping_changed(struct ike *ike, enum ike_protocol protocol, uint32_t spi,
			 const struct ike_endpoint *remote, uint64_t now)
{
	struct child *c = child_find(ike, doi_protocol(protocol), spi);

	enter(ike, now);
	/* The kernel authenticated the packet, so the peer is there (RFC 3948, appendix A) */
	if (c && c->session && c->encap)
		session_seen(c->session, &c->session->local, remote);
	leave(ike);
}

void ike_counters(const struct ike *ike, struct ike_counters *counters)
{
	*counters = ike->counters;
}

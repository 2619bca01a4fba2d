/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/ts.h"

#include <stdio.h>

#include "ike/auth.h"
#include "ike/natt.h"
#include "ike/payload.h"

static struct bytes address_bytes(const struct ike_address *a)
{
	return bytes_of(a->bytes, ike_address_length(a));
}

/* RFC 3947 5.2: transport mode needs to know what the addresses were before the NAT */
static void write_original(struct builder *b, const struct session *s, bool tunnel, bool initiator)
{
	uint8_t type =
		s->natt == VENDOR_NATT_RFC3947 ? IKE_PAYLOAD_NAT_OA : IKE_PAYLOAD_NAT_OA_DRAFT;
	const struct ike_address *first = initiator ? &s->local.address : &s->remote.address;
	const struct ike_address *second = initiator ? &s->remote.address : &s->local.address;
	struct original_address o;

	if (tunnel || !natt_used(s))
		return;
	o.address = address_bytes(first);
	o.family = o.address.len == 4 ? 4 : 6;
	original_address_write(b, type, &o);
	o.address = address_bytes(second);
	original_address_write(b, type, &o);
}

void ts_write(struct builder *b, const struct session *s, const struct child *c, bool initiator)
{
	selector_write(b, initiator ? &c->local_ts : &c->remote_ts);
	selector_write(b, initiator ? &c->remote_ts : &c->local_ts);
	write_original(b, s, c->tunnel, initiator);
}

void ts_echo(struct builder *b, const struct session *s, const struct message *m)
{
	const struct payload *p = NULL;

	while ((p = message_find(m, IKE_PAYLOAD_ID, p)))
		builder_payload(b, IKE_PAYLOAD_ID, p->body);
	if (message_find(m, IKE_PAYLOAD_NAT_OA, NULL))
		write_original(b, s, false, false);
}

/* IDci and IDcr; without them the two hosts themselves (RFC 2409 5.5). NULL when well-formed. */
static const char *read_ids(const struct message *m, struct selector *initiator,
			    struct selector *responder)
{
	const struct payload *first = message_find(m, IKE_PAYLOAD_ID, NULL), *second;
	struct fault fault = { 0 };
	struct id_payload id;

	if (!first)
		return NULL;
	second = message_find(m, IKE_PAYLOAD_ID, first);
	if (!second || message_find(m, IKE_PAYLOAD_ID, second))
		return "quick mode has two IDs or none (RFC 2409 5.5)";
	if (!id_parse(&id, first->body, &fault) || !selector_from_payload(initiator, &id, &fault) ||
	    !id_parse(&id, second->body, &fault) || !selector_from_payload(responder, &id, &fault))
		return fault.text;
	/* What the kernel takes are prefixes: exactly those of the range, or none. */
	if (selector_pairs(initiator, responder) > SELECTOR_PAIRS_MAX)
		return "its ranges take more than 64 pairs of prefixes";
	return NULL;
}

/* Behind NAT, transport mode's addresses are those that we see (RFC 3948 5.2). */
static void see_through_nat(const struct session *s, struct ts *ts)
{
	struct selector local = selector_of_address(address_bytes(&s->local.address));
	struct selector remote = selector_of_address(address_bytes(&s->remote.address));

	local.protocol = ts->local.protocol;
	local.port = ts->local.port;
	remote.protocol = ts->remote.protocol;
	remote.port = ts->remote.port;
	ts->local = local;
	ts->remote = remote;
}

const char *ts_accept(const struct session *s, struct child *c, const struct message *m)
{
	struct ts ts = { c->local_ts, c->remote_ts };
	const char *why = read_ids(m, &ts.local, &ts.remote);

	if (why)
		return why;
	if (!c->tunnel && natt_used(s))
		see_through_nat(s, &ts);
	if (!selector_contains(&c->local_ts, &ts.local) ||
	    !selector_contains(&c->remote_ts, &ts.remote))
		return "its selectors are not those that we asked for";
	c->local_ts = ts.local;
	c->remote_ts = ts.remote;
	return NULL;
}

static struct pair *pair_for(struct session *s, struct connection *c, const struct ts *ts,
			     bool exact)
{
	struct selector local, remote;
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++) {
		struct pair *p = &c->pairs[i];

		access_selectors(s, p, &local, &remote);
		if (exact ? selector_equal(&local, &ts->local) &&
				    selector_equal(&remote, &ts->remote) :
			    selector_contains(&local, &ts->local) &&
				    selector_contains(&remote, &ts->remote))
			return p;
	}
	return NULL;
}

/* The session's own connection first, then others that want the same peer. */
static struct pair *search(struct session *s, const struct ts *ts)
{
	struct connection *c;
	struct pair *p;
	int exact;

	for (exact = 1; exact >= 0; exact--) {
		p = pair_for(s, s->connection, ts, exact);
		if (p)
			return p;
		for (c = s->ike->connections; c; c = c->next) {
			p = c == s->connection ? NULL : pair_for(s, c, ts, exact);
			if (p && auth_suits(s, c))
				return p;
		}
	}
	return NULL;
}

struct pair *ts_select(struct session *s, const struct message *m, struct ts *ts, char *why,
		       size_t size)
{
	char ours[SELECTOR_TEXT_MAX], theirs[SELECTOR_TEXT_MAX], want[SELECTOR_TEXT_MAX],
		have[SELECTOR_TEXT_MAX];
	const char *malformed;
	struct selector l, r;
	struct pair *p;

	ts->remote = selector_of_address(address_bytes(&s->remote.address));
	ts->local = selector_of_address(address_bytes(&s->local.address));
	malformed = read_ids(m, &ts->remote, &ts->local);
	if (malformed) {
		snprintf(why, size, "%s", malformed);
		return NULL;
	}
	if (s->connection->settings.mode == IKE_MODE_TRANSPORT && natt_used(s))
		see_through_nat(s, ts);
	p = search(s, ts);
	if (p)
		return p;
	access_selectors(s, &s->connection->pairs[0], &l, &r);
	snprintf(why, size, "the peer wants %s (ours) with %s (its), configured is local-ts %s, "
			    "remote-ts %s; make them mirror each other",
		 selector_print(&ts->local, ours, sizeof(ours)),
		 selector_print(&ts->remote, theirs, sizeof(theirs)),
		 selector_print(&l, have, sizeof(have)), selector_print(&r, want, sizeof(want)));
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/phase1.h"

#include <stdio.h>
#include <stdlib.h>

#include "ike/auth.h"
#include "ike/evicted.h"
#include "ike/half_open.h"
#include "ike/informational.h"
#include "ike/lifetime.h"
#include "ike/natt.h"
#include "ike/report.h"
#include "ike/shared_pair.h"
#include "ike/text.h"
#include "ike/unique.h"

#define NONCE_LEN 32

void phase1_free(struct phase1 *p)
{
	if (!p)
		return;
	dh_free(p->dh);
	blob_clear(&p->sa);
	blob_clear(&p->first);
	blob_clear(&p->ni);
	blob_clear(&p->nr);
	blob_clear(&p->gxi);
	blob_clear(&p->gxr);
	blob_clear(&p->idi);
	blob_clear(&p->idr);
	free(p);
}

struct ike_terms phase1_terms(const struct session *s, const struct connection *c)
{
	bool client_begins = s->initiator != c->settings.xauth_server;

	return (struct ike_terms){
		.auth = method_for(c->method, client_begins)->number,
		.seconds = c->settings.ike_lifetime,
		.kilobytes = lifekilobytes(c->settings.ike_lifebytes),
	};
}

static bool begin(struct session *s, uint8_t exchange, enum state state)
{
	struct phase1 *p = calloc(1, sizeof(*p));

	exchange_init(&s->main, s, exchange, 0, s->initiator, state);
	s->main.phase1 = p;
	if (!p)
		return false;
	p->terms = phase1_terms(s, s->connection);
	s->auth = p->terms.auth;
	return true;
}

static const char *renewal_text(const struct session *old)
{
	if (!old)
		return "";
	if (message_ids_many(&old->ids))
		return " to renew the one under which the peer has used very many message ids";
	return old->lifebytes && old->bytes >= old->lifebytes ?
		       " to renew the one that has carried its bytes" :
		       " to renew the one whose lifetime is nearly over";
}

static void report_initiating(struct session *s, const struct session *old)
{
	struct ike_event event = on_session(s, IKE_EVENT_INITIATING, IKE_SEVERITY_INFO);
	char to[IKE_ENDPOINT_TEXT], offer[PROPOSAL_TEXT_MAX], rest[PROPOSAL_TEXT_MAX];
	const struct connection *c = s->connection;
	bool aggressive = c->settings.exchange == IKE_AGGRESSIVE_MODE;
	struct proposal_list offered = c->ike_proposals, left_out = { 0 };

	if (aggressive)
		aggressive_offer(c, &offered, &left_out);
	if (left_out.count)
		event.severity = IKE_SEVERITY_WARNING;
	report(s->ike, event, "begin phase 1 (%s mode) with %s%s, attempt %u, offering %s%s%s",
	       aggressive ? "aggressive" : "main", ike_endpoint_text(&s->remote, to),
	       renewal_text(old), c->attempts + 1,
	       proposal_list_print(&offered, offer, sizeof(offer)),
	       left_out.count ? "; not offered, as aggressive mode has but one group: " : "",
	       proposal_list_print(&left_out, rest, sizeof(rest)));
}

struct session *phase1_initiate(struct connection *c, const struct ike_endpoint *local,
				const struct ike_endpoint *remote, const struct session *old)
{
	struct session *s = session_new(c, NULL, local, remote);
	bool begun;

	if (!s)
		return NULL;
	report_initiating(s, old);
	if (c->settings.exchange == IKE_AGGRESSIVE_MODE)
		begun = begin(s, IKE_EXCHANGE_AGGRESSIVE, STATE_AGGRESSIVE_I2) &&
			aggressive_begin(s);
	else
		begun = begin(s, IKE_EXCHANGE_MAIN, STATE_MAIN_I2) && main_begin(s);
	if (begun)
		return s;
	session_kill(s);
	return NULL;
}

static void refuse_stranger(struct ike *ike, const struct arrival *a)
{
	struct ike_event event = on_nothing(IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	char from[IKE_ENDPOINT_TEXT], to[IKE_ENDPOINT_TEXT];

	if (!engine_permit(ike))
		return;
	event.remote = *a->remote;
	event.local = *a->local;
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	report(ike, event, "refused %s: no connection is configured between %s and that address; "
	       "see remote (and local) of the tunnel that is meant",
	       ike_endpoint_text(a->remote, from), ike_endpoint_text(a->local, to));
	informational_clear(ike, &a->message.header, IKE_N_NO_PROPOSAL_CHOSEN, a->local, a->remote);
}

static bool speaks(const struct connection *c, uint8_t exchange)
{
	return exchange == (c->settings.exchange == IKE_AGGRESSIVE_MODE ? IKE_EXCHANGE_AGGRESSIVE :
									  IKE_EXCHANGE_MAIN);
}

/* Main against aggressive is a configuration mistake that deserves its own words. */
static void refuse_exchange(struct connection *c, const struct arrival *a)
{
	struct ike_event event = on_connection(c, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	const struct isakmp_header *h = &a->message.header;
	const char *name = ike_exchange_name(h->exchange);

	event.remote = *a->remote;
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	event.count = IKE_N_INVALID_EXCHANGE_TYPE;
	connection_failure(c, event, "refused the peer's %s: this connection uses %s mode; set "
			   "exchange to the same on both sides", name ? name : "exchange",
			   c->settings.exchange == IKE_AGGRESSIVE_MODE ? "aggressive" : "main");
	informational_clear(c->ike, h, IKE_N_INVALID_EXCHANGE_TYPE, a->local, a->remote);
}

/* The connection for a first message; NULL when there is none, which is told. */
static struct connection *wanted(struct ike *ike, struct arrival *a)
{
	struct connection *first, *c;
	const struct isakmp_header *h = &a->message.header;

	first = connection_match(ike, &a->local->address, &a->remote->address, NULL);
	for (c = first; c && !speaks(c, h->exchange);)
		c = connection_match(ike, &a->local->address, &a->remote->address, c);
	if (!first)
		refuse_stranger(ike, a);
	else if (!c)
		refuse_exchange(first, a);
	return c;
}

static bool recall(struct phase1 *p, const struct answered *answered)
{
	if (!answered || !answered->dh)
		return true;
	p->dh = dh_hold(answered->dh);
	return blob_set(&p->nr, answered->nonce) && blob_set(&p->gxr, dh_public(p->dh));
}

/* For evicted_keep() */
static bool remember(struct phase1 *p, struct bytes first)
{
	return first.len > EVICTED_MESSAGE_MAX || blob_set(&p->first, first);
}

static struct session *respond(struct ike *ike, struct arrival *a, const struct answered *answered)
{
	const struct isakmp_header *h = &a->message.header;
	bool main_mode = h->exchange == IKE_EXCHANGE_MAIN;
	enum state state = main_mode ? STATE_MAIN_R1 : STATE_AGGRESSIVE_R1;
	struct connection *c = ike->shut_down ? NULL : wanted(ike, a);
	struct session *s;

	if (!c || !half_open_room(ike, a->remote))
		return NULL;
	s = session_new(c, h->initiator, a->local, a->remote);
	if (!s)
		return NULL;
	if (answered)
		memcpy(s->cookie_r, answered->cookie_r, sizeof(s->cookie_r));
	else
		session_heard(s, a->local);
	s->resumed = answered;
	if (begin(s, h->exchange, state) && remember(s->main.phase1, message_bytes(&a->message)) &&
	    recall(s->main.phase1, answered))
		exchange_input(&s->main, a);
	s->resumed = false;
	if (!s->dead && s->main.state == state)
		session_kill(s);
	return s->dead ? NULL : s;
}

void phase1_respond(struct ike *ike, struct arrival *a)
{
	respond(ike, a, NULL);
}

struct session *phase1_resume(struct ike *ike, struct arrival *first,
			      const struct answered *answered)
{
	return respond(ike, first, answered);
}

/* What the peer can do (RFC 2408 3.16, RFC 3947 3.1, RFC 3706 5.1) */
void phase1_read_vendors(struct session *s, const struct message *m)
{
	const struct payload *p = NULL;
	const struct vendor *v;
	size_t used;

	while ((p = message_find(m, IKE_PAYLOAD_VENDOR, p))) {
		v = vendor_find(p->body);
		if (!v)
			continue;
		if (v->kind == VENDOR_DPD)
			s->peer_dpd = true;
		if (v->kind == VENDOR_FRAGMENTATION)
			s->peer_fragments = true;
		natt_vendor(s, v->kind);
		used = strlen(s->vendor);
		if (v->name && !strstr(s->vendor, v->name) &&
		    used + strlen(v->name) + 3 < sizeof(s->vendor))
			snprintf(s->vendor + used, sizeof(s->vendor) - used, "%s%s",
				 used ? ", " : "", v->name);
	}
}

void phase1_announce(struct session *s, struct builder *b)
{
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_ADIT)->id);
	natt_announce(b, s);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_DPD)->id);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_FRAGMENTATION)->id);
	if (!access_needed(s->connection))
		return;
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_XAUTH)->id);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_UNITY)->id);
}

void phase1_agree(struct session *s, const struct ike_choice *choice)
{
	uint64_t seconds = choice->seconds ? choice->seconds : 28800; /* RFC 2407 4.5 */

	s->proposal = choice->proposal;
	s->auth = choice->auth;
	s->lifetime = seconds < s->main.phase1->terms.seconds ? seconds :
								 s->main.phase1->terms.seconds;
	s->lifebytes = lifebytes_smaller(s->connection->settings.ike_lifebytes, choice->kilobytes);
	s->main.phase1->shorter = s->lifetime < seconds ||
				  (choice->kilobytes &&
				   lifekilobytes(s->lifebytes) < choice->kilobytes);
}

/* Whether only one of the two sides wants a user to log in. */
static bool xauth_differs(const struct session *s, const struct message *m)
{
	bool ours = access_is_xauth(s->main.phase1->terms.auth), differs = true;
	struct offer *offer = malloc(sizeof(*offer));
	struct fault fault = { 0 };
	unsigned int i;

	if (!offer ||
	    !offer_parse(offer, 1, message_find(m, IKE_PAYLOAD_SA, NULL)->body, &fault))
		differs = false;
	for (i = 0; differs && i < offer->transforms; i++)
		differs = access_is_xauth(offer->transform[i].auth) != ours;
	free(offer);
	return differs;
}

static void refuse_in_clear(struct session *s, const struct message *m, uint16_t type)
{
	struct isakmp_header h = m->header;

	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	informational_clear(s->ike, &h, type, &s->local, &s->remote);
}

void phase1_refuse_proposals(struct session *s, const struct message *m, const char *why,
			     uint16_t notify)
{
	struct ike_event event = on_session(s, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);

	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (xauth_differs(s, m)) {
		event.error = IKE_ERROR_XAUTH_MISMATCH;
		connection_failure(s->connection, event,
				   access_is_xauth(s->main.phase1->terms.auth) ?
					   "refused the peer: it does not want to log in with user "
					   "and password (XAUTH), but auth asks for it: %s" :
					   "refused the peer: it wants to log in with user and "
					   "password (XAUTH), but auth does not let it: %s", why);
	} else {
		connection_failure(s->connection, event,
				   "refused the peer's phase 1 proposals: %s", why);
	}
	refuse_in_clear(s, m, notify);
}

void phase1_refuse_identity(struct session *s, const struct message *m)
{
	refuse_in_clear(s, m, IKE_N_INVALID_ID_INFORMATION);
}

bool phase1_make_key_exchange(struct session *s)
{
	struct phase1 *p = s->main.phase1;
	struct blob *nonce = s->initiator ? &p->ni : &p->nr;
	struct blob *public = s->initiator ? &p->gxi : &p->gxr;

	if (p->dh)
		return dh_group_of(p->dh) == s->proposal.group;
	p->dh = s->main.type == IKE_EXCHANGE_AGGRESSIVE && !s->initiator ?
			shared_pair_hold(s->ike, s->proposal.group) : dh_new(s->proposal.group);
	if (!p->dh || !blob_make(nonce, NONCE_LEN) || !blob_set(public, dh_public(p->dh)))
		return false;
	engine_random(s->ike, nonce->data, nonce->len);
	return true;
}

void phase1_write_key_exchange(struct session *s, struct builder *b)
{
	const struct phase1 *p = s->main.phase1;

	builder_payload(b, IKE_PAYLOAD_KE, blob_bytes(s->initiator ? &p->gxi : &p->gxr));
	builder_payload(b, IKE_PAYLOAD_NONCE, blob_bytes(s->initiator ? &p->ni : &p->nr));
}

void phase1_refuse(struct session *s, uint16_t notify)
{
	const struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = notify,
	};
	struct connection *c = s->connection;

	informational_notify(s, &n, NULL);
	if (s->initiator)
		informational_delete_session(s);
	session_kill(s);
	if (s->initiator)
		connection_retry(c);
}

bool phase1_says_initial_contact(const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p)))
		if (notify_parse(&n, p->body, &fault) && n.type == IKE_N_INITIAL_CONTACT)
			return true;
	return false;
}

void phase1_complete(struct session *s)
{
	timer_clear(&s->ike->timers, &s->main.timer);
	phase1_free(s->main.phase1);
	s->main.phase1 = NULL;
	if (access_needed(s->connection))
		access_begin(s);
	else
		phase1_established(s);
}

/* "user bob at 10.9.0.1, ", or nothing. */
static const char *client_text(const struct session *s, char *text, size_t size)
{
	const struct ike_address *inner = access_inner(s);
	char address[IKE_ADDRESS_TEXT];
	struct text t = text_of(text, size);

	if (*s->access.user)
		text_add(&t, "user %s, ", s->access.user);
	if (inner)
		text_add(&t, "inside address %s, ", ike_address_text(inner, address));
	return text;
}

/*
 * In aggressive mode anybody who sees the exchange can try guesses of the key; and one that many
 * know proves little: not who the server is (RFC 2409 5.4, XAUTH 8).
 */
static const char *weak_key(const struct session *s)
{
	const struct ike_connection *c = &s->connection->settings;

	if (s->main.type != IKE_EXCHANGE_AGGRESSIVE)
		return "";
	if (c->auth == IKE_XAUTH_PSK)
		return "aggressive mode with a group password";
	return c->auth == IKE_PSK && c->psk_length && c->psk_length < IKE_SECRET_SHORT ?
		       "aggressive mode with a short pre-shared key" : "";
}

const char *phase1_weak(const struct session *s, char *text, size_t size)
{
	const char *key = weak_key(s);
	char words[PROPOSAL_TEXT_MAX];
	struct text t = text_of(text, size);

	proposal_weak(&s->proposal, words, sizeof(words));
	text_add(&t, "%s%s%s", words, *words && *key ? ", " : "", key);
	return text;
}

static void report_weak(struct session *s)
{
	char weak[PROPOSAL_TEXT_MAX];

	if (*phase1_weak(s, weak, sizeof(weak)))
		report(s->ike, on_session(s, IKE_EVENT_WEAK, IKE_SEVERITY_WARNING),
		       "phase 1 uses what is weak by today's standard: %s", weak);
}

void phase1_established(struct session *s)
{
	char id[IDENTITY_TEXT_MAX], text[SESSION_TEXT_MAX], agreed[PROPOSAL_TEXT_MAX];
	char client[IKE_USER_MAX + IKE_ADDRESS_TEXT + 32], life[LIFETIME_TEXT_MAX];
	struct ike_event event;

	identity_print(&s->peer, id, sizeof(id));
	proposal_print(&s->proposal, agreed, sizeof(agreed));
	event = on_session(s, IKE_EVENT_IKE_UP, IKE_SEVERITY_INFO);
	event.peer_id = id;
	event.proposal = agreed;
	report(s->ike, event,
	       "phase 1 established %s, %s, %s, %s, %slifetime %s, NAT: %s, peer: %s",
	       session_text(s, text), agreed,
	       ike_auth_name(s->auth), s->initiator ? "we began" : "the peer began",
	       client_text(s, client, sizeof(client)),
	       lifetime_text(s->lifetime, s->lifebytes, life),
	       natt_text(s), s->vendor[0] ? s->vendor : "sent no known vendor ID");
	report_weak(s);
	session_established(s);
}

bool phase1_proven(struct exchange *x, const struct message *m, const struct identity *id)
{
	switch (auth_check(x->session, m, id)) {
	case AUTH_FORGED:
		phase1_undecryptable(x->session);
		return false;
	case AUTH_UNPROVEN:
		phase1_tell_unproven(x->session);
		return false;
	case AUTH_REFUSED:
		exchange_accept(x);
		phase1_refuse(x->session, x->phase1->refusal);
		return false;
	case AUTH_WRONG_ID:
		exchange_accept(x);
		phase1_refuse(x->session, IKE_N_INVALID_ID_INFORMATION);
		return false;
	case AUTH_GOOD:
		break;
	}
	/* Where a user logs in, it is not known yet who that is. */
	if (access_needed(x->session->connection) || unique_admits(x->session))
		return true;
	exchange_accept(x);
	phase1_refuse(x->session, IKE_N_INVALID_ID_INFORMATION);
	return false;
}

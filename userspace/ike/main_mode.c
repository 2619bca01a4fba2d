/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Main mode (RFC 2409 5, identity protection): six messages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ike/auth.h"
#include "ike/child.h"
#include "ike/informational.h"
#include "ike/natt.h"
#include "ike/report.h"

#define NONCE_LEN 32

bool main_begin(struct session *s)
{
	struct phase1 *p = s->main.phase1;
	uint8_t buffer[BUILDER_MAX];
	struct builder b;
	size_t at;

	exchange_begin(&s->main, &b, buffer, sizeof(buffer));
	at = b.w.len + IKE_PAYLOAD_HEADER_LEN;
	proposal_offer_ike(&b, &s->connection->ike_proposals, &p->terms);
	if (!blob_set(&p->sa, writer_from(&b.w, at)))
		return false;
	natt_announce(&b, s);
	return exchange_send(&s->main, &b, false, true);
}

/* What the peer can do (RFC 2408 3.16, RFC 3947 3.1, RFC 3706 5.1) */
static void read_vendors(struct session *s, const struct message *m)
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
		natt_vendor(s, v->kind);
		used = strlen(s->vendor);
		if (v->name && !strstr(s->vendor, v->name) &&
		    used + strlen(v->name) + 3 < sizeof(s->vendor))
			snprintf(s->vendor + used, sizeof(s->vendor) - used, "%s%s",
				 used ? ", " : "", v->name);
	}
}

static void agree(struct session *s, const struct ike_choice *choice)
{
	uint64_t seconds = choice->seconds ? choice->seconds : 28800; /* RFC 2407 4.5 */

	s->proposal = choice->proposal;
	s->auth = choice->auth;
	s->lifetime = seconds < s->main.phase1->terms.seconds ? seconds :
								 s->main.phase1->terms.seconds;
}

static void refuse_proposals(struct session *s, const struct message *m, const char *why)
{
	struct ike_event event = on_session(s, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	struct isakmp_header h = m->header;

	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	connection_failure(s->connection, event, "refused the peer's phase 1 proposals: %s", why);
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	informational_clear(s->ike, &h, IKE_N_NO_PROPOSAL_CHOSEN, &s->local, &s->remote);
}

/* The first connection for these addresses that has a proposal in common with the peer. */
static bool choose(struct session *s, const struct offer *offer, struct ike_choice *choice,
		   char *why, size_t size)
{
	struct connection *c = s->connection;
	char other[PROPOSAL_TEXT_MAX];

	if (proposal_select_ike(choice, offer, &c->ike_proposals, &s->main.phase1->terms, why, size))
		return true;
	while ((c = connection_match(s->ike, &s->local.address, &s->remote.address, c))) {
		struct ike_terms terms = s->main.phase1->terms;

		terms.seconds = c->settings.ike_lifetime;
		if (!proposal_select_ike(choice, offer, &c->ike_proposals, &terms, other,
					 sizeof(other)))
			continue;
		s->connection = c;
		s->main.phase1->terms = terms;
		return true;
	}
	return false;
}

void main_r1(struct exchange *x, const struct message *m)
{
	const struct payload *sa = message_find(m, IKE_PAYLOAD_SA, NULL);
	struct session *s = x->session;
	struct offer *offer = malloc(sizeof(*offer));
	char why[PROPOSAL_TEXT_MAX], from[IKE_ENDPOINT_TEXT], agreed[PROPOSAL_TEXT_MAX];
	uint8_t buffer[BUILDER_MAX];
	struct fault fault = { 0 };
	struct ike_choice choice;
	struct builder b;

	if (!offer)
		return;
	if (!offer_parse(offer, 1, sa->body, &fault)) {
		refuse_proposals(s, m, fault.text);
	} else if (!choose(s, offer, &choice, why, sizeof(why))) {
		refuse_proposals(s, m, why);
	} else if (blob_set(&x->phase1->sa, sa->body)) {
		read_vendors(s, m);
		agree(s, &choice);
		report(s->ike, on_session(s, IKE_EVENT_RESPONDING, IKE_SEVERITY_INFO),
		       "%s begins phase 1, agreed on %s", ike_endpoint_text(&s->remote, from),
		       proposal_print(&s->proposal, agreed, sizeof(agreed)));
		exchange_accept(x);
		exchange_begin(x, &b, buffer, sizeof(buffer));
		proposal_answer_ike(&b, &choice);
		natt_announce(&b, s);
		exchange_send(x, &b, false, false);
	}
	free(offer);
}

/* Our key pair and nonce, once. */
static bool make_key_exchange(struct session *s)
{
	struct phase1 *p = s->main.phase1;
	struct blob *nonce = s->initiator ? &p->ni : &p->nr;
	struct blob *public = s->initiator ? &p->gxi : &p->gxr;

	if (p->dh)
		return true;
	p->dh = dh_new(s->proposal.group);
	if (!p->dh || !blob_make(nonce, NONCE_LEN) || !blob_set(public, dh_public(p->dh)))
		return false;
	engine_random(s->ike, nonce->data, nonce->len);
	return true;
}

/* KE, NONCE and NAT-D: the third and the fourth message. */
static bool send_key_exchange(struct session *s, bool waiting)
{
	const struct phase1 *p = s->main.phase1;
	uint8_t buffer[BUILDER_MAX];
	struct builder b;

	exchange_begin(&s->main, &b, buffer, sizeof(buffer));
	builder_payload(&b, IKE_PAYLOAD_KE, blob_bytes(s->initiator ? &p->gxi : &p->gxr));
	builder_payload(&b, IKE_PAYLOAD_NONCE, blob_bytes(s->initiator ? &p->ni : &p->nr));
	natt_write(s, &b);
	return exchange_send(&s->main, &b, false, waiting);
}

void main_i2(struct exchange *x, const struct message *m)
{
	const struct payload *sa = message_find(m, IKE_PAYLOAD_SA, NULL);
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct offer *offer = malloc(sizeof(*offer));
	struct session *s = x->session;
	char why[PROPOSAL_TEXT_MAX], agreed[PROPOSAL_TEXT_MAX];
	struct fault fault = { 0 };
	struct ike_choice choice;

	if (!offer)
		return;
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (!offer_parse(offer, 1, sa->body, &fault)) {
		connection_failure(s->connection, event, "the peer's choice is malformed: %s",
				   fault.text);
	} else if (!proposal_accept_ike(&choice, offer, &s->connection->ike_proposals,
					&x->phase1->terms, why, sizeof(why))) {
		connection_failure(s->connection, event, "the peer chose what was not offered: %s",
				   why);
	} else {
		memcpy(s->cookie_r, m->header.responder, sizeof(s->cookie_r));
		read_vendors(s, m);
		agree(s, &choice);
		s->connection->reachable = true;
		exchange_accept(x);
		report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
		       "the peer chose %s (main mode message 2)",
		       proposal_print(&s->proposal, agreed, sizeof(agreed)));
		if (!make_key_exchange(s) || !send_key_exchange(s, true))
			session_kill(s);
	}
	free(offer);
}

void main_r3(struct exchange *x, const struct message *m)
{
	struct phase1 *p = x->phase1;
	struct session *s = x->session;

	if (!blob_set(&p->ni, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) ||
	    !blob_set(&p->gxi, message_find(m, IKE_PAYLOAD_KE, NULL)->body) ||
	    !make_key_exchange(s) || !auth_keys(s, blob_bytes(&p->gxi)))
		return;
	natt_detect(s, m);
	exchange_accept(x);
	if (!send_key_exchange(s, false)) {
		session_kill(s);
		return;
	}
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       "keys exchanged (main mode message 4 sent), NAT: %s", natt_text(s));
}

void main_i4(struct exchange *x, const struct message *m)
{
	struct phase1 *p = x->phase1;
	struct session *s = x->session;
	uint8_t buffer[BUILDER_MAX];
	struct builder b;

	if (!blob_set(&p->nr, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) ||
	    !blob_set(&p->gxr, message_find(m, IKE_PAYLOAD_KE, NULL)->body))
		return;
	if (!auth_keys(s, blob_bytes(&p->gxr)))
		return;
	natt_detect(s, m);
	exchange_accept(x);
	natt_float(s);
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       "keys exchanged (main mode message 4), NAT: %s", natt_text(s));
	exchange_begin(x, &b, buffer, sizeof(buffer));
	if (!auth_write(s, &b) || !exchange_send(x, &b, true, true))
		session_kill(s);
}

static const struct notify invalid_id = {
	.doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ISAKMP, .type = IKE_N_INVALID_ID_INFORMATION,
};

static bool says_initial_contact(const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p)))
		if (notify_parse(&n, p->body, &fault) && n.type == IKE_N_INITIAL_CONTACT)
			return true;
	return false;
}

void main_r5(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	uint8_t buffer[BUILDER_MAX];
	struct builder b;

	switch (auth_check(s, m)) {
	case AUTH_FORGED:
		phase1_undecryptable(s);
		return;
	case AUTH_WRONG_ID:
		exchange_accept(x);
		informational_notify(s, &invalid_id, NULL);
		session_kill(s);
		return;
	case AUTH_GOOD:
		break;
	}
	exchange_accept(x);
	exchange_begin(x, &b, buffer, sizeof(buffer));
	if (!auth_write(s, &b) || !exchange_send(x, &b, true, false)) {
		session_kill(s);
		return;
	}
	if (says_initial_contact(m))
		session_initial_contact(s);
	phase1_complete(s);
}

void main_i6(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	struct connection *c = s->connection;

	switch (auth_check(s, m)) {
	case AUTH_FORGED:
		phase1_undecryptable(s);
		return;
	case AUTH_WRONG_ID:
		exchange_accept(x);
		informational_notify(s, &invalid_id, NULL);
		informational_delete_session(s);
		session_kill(s);
		connection_retry(c);
		return;
	case AUTH_GOOD:
		break;
	}
	exchange_accept(x);
	phase1_complete(s);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Main mode (RFC 2409 5, identity protection): six messages.
 */
#include <stdlib.h>

#include "ike/auth.h"
#include "ike/contact.h"
#include "ike/lifetime.h"
#include "ike/natt.h"
#include "ike/report.h"

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
	phase1_announce(s, &b);
	return exchange_send(&s->main, &b, false, true);
}

/* The first connection for these addresses that has a proposal in common with the peer. */
static bool choose(struct session *s, const struct offer *offer, struct ike_choice *choice,
		   char *why, size_t size)
{
	struct connection *c = s->connection;
	char other[PROPOSAL_TEXT_MAX];

	if (proposal_select_ike(choice, offer, &c->ike_proposals, &s->main.phase1->terms, why,
				size))
		return true;
	while ((c = connection_match(s->ike, &s->local.address, &s->remote.address, c))) {
		struct ike_terms terms = phase1_terms(s, c);

		if (c->settings.exchange != IKE_MAIN_MODE ||
		    !proposal_select_ike(choice, offer, &c->ike_proposals, &terms, other,
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
		phase1_refuse_proposals(s, m, fault.text, fault.notify);
	} else if (!choose(s, offer, &choice, why, sizeof(why))) {
		phase1_refuse_proposals(s, m, why, IKE_N_NO_PROPOSAL_CHOSEN);
	} else if (blob_set(&x->phase1->sa, sa->body)) {
		phase1_read_vendors(s, m);
		phase1_agree(s, &choice);
		report(s->ike, on_session(s, IKE_EVENT_RESPONDING, IKE_SEVERITY_INFO),
		       "%s begins phase 1, agreed on %s", ike_endpoint_text(&s->remote, from),
		       proposal_print(&s->proposal, agreed, sizeof(agreed)));
		exchange_accept(x);
		exchange_begin(x, &b, buffer, sizeof(buffer));
		proposal_answer_ike(&b, &choice);
		phase1_announce(s, &b);
		exchange_send(x, &b, false, false);
	}
	free(offer);
}

/* KE, NONCE, NAT-D, in the fourth message CERTREQ: what the initiator asks for is encrypted. */
static bool send_key_exchange(struct session *s, bool waiting)
{
	uint8_t buffer[BUILDER_MAX];
	struct builder b;

	exchange_begin(&s->main, &b, buffer, sizeof(buffer));
	phase1_write_key_exchange(s, &b);
	if (!s->initiator)
		auth_write_requests(s, &b);
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
		phase1_read_vendors(s, m);
		phase1_agree(s, &choice);
		exchange_accept(x);
		report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
		       "the peer chose %s (main mode message 2)",
		       proposal_print(&s->proposal, agreed, sizeof(agreed)));
		if (!phase1_make_key_exchange(s) || !send_key_exchange(s, true))
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
	    !phase1_make_key_exchange(s) || !auth_keys(s, blob_bytes(&p->gxi)))
		return;
	auth_read_requests(s, m);
	natt_detect(s, m);
	exchange_accept(x);
	if (!send_key_exchange(s, false)) {
		session_kill(s);
		return;
	}
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       "keys exchanged (main mode message 4 sent), NAT: %s", natt_text(s));
}

/* Who we are, and the proof: the fifth and the sixth message. */
static bool send_proof(struct session *s, bool waiting)
{
	uint8_t buffer[BUILDER_CERTS_MAX];
	struct builder b;

	exchange_begin(&s->main, &b, buffer, sizeof(buffer));
	if (!auth_write_id(s, &b) || !auth_write_proof(s, &b))
		return false;
	if (s->initiator)
		auth_write_requests(s, &b);
	else if (s->main.phase1->shorter)
		lifetime_write_phase1(&b, s);
	return exchange_send(&s->main, &b, true, waiting);
}

void main_i4(struct exchange *x, const struct message *m)
{
	struct phase1 *p = x->phase1;
	struct session *s = x->session;

	if (!blob_set(&p->nr, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) ||
	    !blob_set(&p->gxr, message_find(m, IKE_PAYLOAD_KE, NULL)->body))
		return;
	if (!auth_keys(s, blob_bytes(&p->gxr)))
		return;
	auth_read_requests(s, m);
	natt_detect(s, m);
	exchange_accept(x);
	natt_float(s);
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       "keys exchanged (main mode message 4), NAT: %s", natt_text(s));
	if (!send_proof(s, true))
		session_kill(s);
}

void main_r5(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	struct identity id;

	if (!auth_read_id(s, message_find(m, IKE_PAYLOAD_ID, NULL)->body, &id)) {
		phase1_undecryptable(s);
		return;
	}
	if (!phase1_proven(x, m, &id))
		return;
	auth_read_requests(s, m);
	exchange_accept(x);
	if (!send_proof(s, false)) {
		session_kill(s);
		return;
	}
	if (phase1_says_initial_contact(m))
		contact_heard(s);
	phase1_complete(s);
}

void main_i6(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	struct identity id;

	if (!auth_read_id(s, message_find(m, IKE_PAYLOAD_ID, NULL)->body, &id)) {
		phase1_undecryptable(s);
		return;
	}
	if (!phase1_proven(x, m, &id))
		return;
	exchange_accept(x);
	lifetime_read_phase1(s, m);
	if (phase1_says_initial_contact(m))
		contact_heard(s);
	phase1_complete(s);
}

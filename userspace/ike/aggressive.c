/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aggressive mode (RFC 2409 5): three messages, identities in the clear. With a pre-shared key
 * anybody who sees, or only begins, the exchange can try guesses of the key at leisure.
 */
#include <stdlib.h>

#include "ike/auth.h"
#include "ike/contact.h"
#include "ike/natt.h"
#include "ike/report.h"

/* Which proposals the length of the peer's KE payload allows */
static struct proposal_list of_length(const struct proposal_list *all, size_t public_len)
{
	struct proposal_list list = { 0 };
	unsigned int i;

	for (i = 0; i < all->count; i++)
		if (all->item[i].group->public_len == public_len)
			list.item[list.count++] = all->item[i];
	return list;
}

void aggressive_offer(const struct connection *c, struct proposal_list *offered,
		      struct proposal_list *left_out)
{
	proposal_list_split(&c->ike_proposals, c->ike_proposals.item[0].group, offered, left_out);
}

bool aggressive_begin(struct session *s)
{
	struct proposal_list list, left_out;
	struct phase1 *p = s->main.phase1;
	uint8_t buffer[BUILDER_MAX];
	struct builder b;
	size_t at;

	aggressive_offer(s->connection, &list, &left_out);
	s->proposal = list.item[0];
	if (!phase1_make_key_exchange(s))
		return false;
	exchange_begin(&s->main, &b, buffer, sizeof(buffer));
	at = b.w.len + IKE_PAYLOAD_HEADER_LEN;
	proposal_offer_ike(&b, &list, &p->terms);
	if (!blob_set(&p->sa, writer_from(&b.w, at)))
		return false;
	phase1_write_key_exchange(s, &b);
	if (!auth_write_id(s, &b))
		return false;
	auth_write_requests(s, &b);
	phase1_announce(s, &b);
	return exchange_send(&s->main, &b, false, true);
}

/* The connection that wants this identity, then @wanted, and its choice out of the offer. */
static bool choose(struct session *s, const struct offer *offer, size_t public_len,
		   struct ike_choice *choice, bool *wanted, char *why, size_t size)
{
	struct phase1 *p = s->main.phase1;
	struct connection *c = s->connection, *found;
	struct proposal_list list;

	found = auth_connection(s, &p->peer);
	if (!found)
		return false;
	if (found != c)
		s->connection = found;
	*wanted = true;
	p->terms = phase1_terms(s, found);
	list = of_length(&found->ike_proposals, public_len);
	return proposal_select_ike(choice, offer, list.count ? &list : &found->ike_proposals,
				   &p->terms, why, size);
}

static bool send_2(struct exchange *x, const struct ike_choice *choice)
{
	struct session *s = x->session;
	uint8_t buffer[BUILDER_CERTS_MAX];
	struct builder b;

	exchange_begin(x, &b, buffer, sizeof(buffer));
	proposal_answer_ike(&b, choice);
	phase1_write_key_exchange(s, &b);
	if (!auth_write_id(s, &b) || !auth_write_proof(s, &b))
		return false;
	auth_write_requests(s, &b);
	phase1_announce(s, &b);
	natt_write(s, &b);
	return exchange_send(x, &b, false, true);
}

static void respond(struct exchange *x, const struct message *m, struct offer *offer)
{
	struct bytes public = message_find(m, IKE_PAYLOAD_KE, NULL)->body;
	char why[PROPOSAL_TEXT_MAX], from[IKE_ENDPOINT_TEXT], id[IDENTITY_TEXT_MAX];
	struct bytes sa = message_find(m, IKE_PAYLOAD_SA, NULL)->body;
	struct phase1 *p = x->phase1;
	struct session *s = x->session;
	struct fault fault = { 0 };
	struct ike_choice choice;
	bool wanted = false;

	if (!auth_read_id(s, message_find(m, IKE_PAYLOAD_ID, NULL)->body, &p->peer))
		return;
	if (!offer_parse(offer, 1, sa, &fault)) {
		phase1_refuse_proposals(s, m, fault.text, fault.notify);
		return;
	}
	if (!choose(s, offer, public.len, &choice, &wanted, why, sizeof(why))) {
		if (wanted)
			phase1_refuse_proposals(s, m, why, IKE_N_NO_PROPOSAL_CHOSEN);
		else
			phase1_refuse_identity(s, m);
		return;
	}
	phase1_read_vendors(s, m);
	auth_read_requests(s, m);
	phase1_agree(s, &choice);
	if (!blob_set(&p->sa, sa) || !blob_set(&p->gxi, public) ||
	    !blob_set(&p->ni, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) ||
	    !phase1_make_key_exchange(s) || !auth_proof_keys(s, public))
		return;
	report(s->ike, on_session(s, IKE_EVENT_RESPONDING, IKE_SEVERITY_INFO),
	       "%s begins phase 1 (aggressive mode), says it is %s",
	       ike_endpoint_text(&s->remote, from), identity_print(&p->peer, id, sizeof(id)));
	exchange_accept(x);
	if (!send_2(x, &choice))
		session_kill(s);
}

void aggressive_r1(struct exchange *x, const struct message *m)
{
	struct offer *offer = malloc(sizeof(*offer));

	if (offer)
		respond(x, m, offer);
	free(offer);
}

/* Whether the peer's choice is one that we have offered. */
static bool accept_choice(struct exchange *x, const struct message *m)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct session *s = x->session;
	struct proposal_list list, left_out;
	struct offer *offer = malloc(sizeof(*offer));
	char why[PROPOSAL_TEXT_MAX] = "";
	struct fault fault = { 0 };
	struct ike_choice choice;
	bool good;

	if (!offer)
		return false;
	aggressive_offer(s->connection, &list, &left_out);
	good = offer_parse(offer, 1, message_find(m, IKE_PAYLOAD_SA, NULL)->body, &fault) &&
	       proposal_accept_ike(&choice, offer, &list, &x->phase1->terms, why, sizeof(why));
	if (good)
		phase1_agree(s, &choice);
	free(offer);
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (!good)
		connection_failure(s->connection, event, "the peer chose what was not offered: %s",
				   fault.text ? fault.text : why);
	return good;
}

static void finish(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	uint8_t buffer[BUILDER_CERTS_MAX];
	struct builder b;

	auth_read_requests(s, m);
	natt_detect(s, m);
	exchange_accept(x);
	natt_float(s);
	exchange_begin(x, &b, buffer, sizeof(buffer));
	if (!auth_write_proof(s, &b)) {
		session_kill(s);
		return;
	}
	natt_write(s, &b);
	if (exchange_send(x, &b, true, false))
		phase1_complete(s);
	else
		session_kill(s);
}

void aggressive_i2(struct exchange *x, const struct message *m)
{
	struct phase1 *p = x->phase1;
	struct session *s = x->session;
	struct identity id;

	/* Until the peer has proven itself this is anybody's message: nothing of it may stay. */
	memcpy(s->cookie_r, m->header.responder, sizeof(s->cookie_r));
	if (accept_choice(x, m) &&
	    auth_read_id(s, message_find(m, IKE_PAYLOAD_ID, NULL)->body, &id) &&
	    blob_set(&p->nr, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) &&
	    blob_set(&p->gxr, message_find(m, IKE_PAYLOAD_KE, NULL)->body) &&
	    auth_proof_keys(s, blob_bytes(&p->gxr))) {
		switch (auth_check(s, m, &id)) {
		case AUTH_GOOD:
			phase1_read_vendors(s, m);
			finish(x, m);
			return;
		case AUTH_WRONG_ID:
			phase1_read_vendors(s, m);
			exchange_accept(x);
			phase1_refuse(s, IKE_N_INVALID_ID_INFORMATION);
			return;
		case AUTH_FORGED:
			phase1_undecryptable(s);
			break;
		case AUTH_UNPROVEN:
		case AUTH_REFUSED: /* by whoever wrote this message, in the clear as it is */
			phase1_tell_unproven(s);
			break;
		}
	}
	auth_forget_keys(s);
	memset(s->cookie_r, 0, sizeof(s->cookie_r));
}

/* RFC 2407 4.6.3: the proof covers no notification; only who has the keys can encrypt one */
static void believe_contact(struct session *s, const struct message *m)
{
	if (m->header.flags & IKE_FLAG_ENCRYPTION)
		contact_heard(s);
	else
		report(s->ike, on_session(s, IKE_EVENT_NOTIFY, IKE_SEVERITY_WARNING),
		       "INITIAL-CONTACT came in the clear (aggressive mode message 3); that proves "
		       "nothing, what is there stays");
}

void aggressive_r3(struct exchange *x, const struct message *m)
{
	struct session *s = x->session;
	struct identity id = x->phase1->peer;

	if (!phase1_proven(x, m, &id))
		return;
	natt_detect(s, m);
	exchange_accept(x);
	if (phase1_says_initial_contact(m))
		believe_contact(s, m);
	phase1_complete(s);
}

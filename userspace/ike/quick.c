/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/quick.h"

#include <stdlib.h>

#include "ike/agreement.h"
#include "ike/informational.h"
#include "ike/lifetime.h"
#include "ike/phase1.h"
#include "ike/question.h"
#include "ike/report.h"
#include "ike/ts.h"

#define NONCE_LEN 32
/*
 * The initiator of a rekey deletes the old child, which confirms the new one, RETIRE_UNCONFIRMED
 * (child.c) after its last third message; and the way takes time.
 */
#define SHOW_PATIENCE (130 * SECOND)

void quick_free(struct quick *q)
{
	struct child *c;

	if (!q)
		return;
	c = q->child;
	if (c) {
		c->exchange = NULL;
		if (c->state == CHILD_NEGOTIATING)
			child_kill(c);
	}
	dh_free(q->dh);
	blob_clear(&q->ni);
	blob_clear(&q->nr);
	free(q->question);
	free(q);
}

static struct quick *quick_new(struct exchange *x, struct pair *p)
{
	struct quick *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	x->quick = q;
	q->pair = p;
	q->begun = x->session->ike->now;
	return q;
}

static bool make_nonce(struct session *s, struct blob *nonce)
{
	if (!blob_make(nonce, NONCE_LEN))
		return false;
	engine_random(s->ike, nonce->data, nonce->len);
	return true;
}

static const struct proposal_list *esp_of(const struct quick *q)
{
	return q->question ? q->question : &q->pair->connection->esp;
}

static const struct proposal_list *ah_of(const struct quick *q)
{
	return q->question ? NULL : &q->pair->connection->ah;
}

/* As initiator */
static struct child_terms terms_of(const struct session *s, const struct quick *q)
{
	struct child_terms terms = agreement_terms(s, q->pair->connection);

	terms.bundle = terms.bundle && !q->question;
	terms.group = q->group;
	return terms;
}

static void write_key_exchange(struct builder *b, const struct quick *q, bool initiator)
{
	builder_payload(b, IKE_PAYLOAD_NONCE, blob_bytes(initiator ? &q->ni : &q->nr));
	if (q->dh)
		builder_payload(b, IKE_PAYLOAD_KE, dh_public(q->dh));
}

static bool send_1(struct exchange *x)
{
	struct quick *q = x->quick;
	struct session *s = x->session;
	struct child_terms terms = terms_of(s, q);
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	size_t len = s->keymat.hash->len, at;
	struct builder b;

	agreement_spis(q->child, &terms);
	exchange_begin(x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	if (!proposal_offer_child(&b, esp_of(q), ah_of(q), &terms))
		return false;
	write_key_exchange(&b, q, true);
	ts_write(&b, s, q->child, true);
	if (b.w.overflow || !keymat_hash1(&s->keymat, x->id, builder_behind(&b, at, len), hash))
		return false;
	builder_fill(&b, at, bytes_of(hash, len));
	return exchange_send(x, &b, true, true);
}

static bool prepare(struct exchange *x, struct quick *q, const struct child *old)
{
	struct pair *p = q->pair;
	struct connection *c = p->connection;
	struct session *s = x->session;
	bool esp = q->question || c->esp.count;

	q->replaces = old ? old->number : 0;
	q->child = child_new(s, p, true, esp, !q->question && c->ah.count);
	if (!q->child || !make_nonce(s, &q->ni))
		return false;
	q->child->exchange = x;
	q->child->tunnel = c->settings.mode == IKE_MODE_TUNNEL;
	if (old) {
		q->child->cause = old->due;
		q->child->local_ts = old->local_ts;
		q->child->remote_ts = old->remote_ts;
	} else {
		access_selectors(s, p, &q->child->local_ts, &q->child->remote_ts);
	}
	if (q->group)
		q->dh = dh_new(q->group);
	return !q->group || q->dh;
}

/* @question, which is taken over, in place of the connection's proposals. False: not begun */
static bool begin(struct session *s, struct pair *p, const struct child *old,
		  const struct dh_group *group, struct proposal_list *question, uint32_t hush)
{
	struct exchange *x = exchange_new(s, IKE_EXCHANGE_QUICK, message_ids_next(&s->ids), true,
					  STATE_QUICK_I2);
	struct quick *q = x ? quick_new(x, p) : NULL;

	if (!q) {
		free(question);
	} else {
		q->group = group;
		q->question = question;
		q->hush = hush;
		if (prepare(x, q, old) && send_1(x))
			return true;
	}
	if (x)
		exchange_kill(x);
	return false;
}

void quick_initiate(struct session *s, struct pair *p, struct child *replaces)
{
	const struct dh_group *group = replaces ? replaces->group :
						  agreement_group(p->connection, p->turn);
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	const char *why = agreement_impossible(s, p->connection);

	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (why)
		connection_failure(p->connection, event, "phase 2 cannot begin: %s", why);
	if (!why && begin(s, p, replaces, group, NULL, 0)) {
		if (replaces)
			replaces->rekeying = true;
		report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
		       replaces ? "begin to renew a child (quick mode message 1)" :
				  "begin a child (quick mode message 1)");
	} else if (!replaces) {
		pair_retry(p);
	}
}

bool quick_ask(struct session *s, struct pair *p, struct proposal_list *question, uint32_t hush)
{
	const struct dh_group *group = question->item[0].group;

	return begin(s, p, NULL, group, question, hush);
}

void quick_give_up(struct exchange *x)
{
	struct quick *q = x->quick;
	struct ike *ike = x->session->ike;
	struct pair *p = q->pair;
	struct child *old = q->replaces ? child_by_number(ike, q->replaces) : NULL;

	exchange_kill(x);
	if (old)
		child_rekey_failed(old);
	else
		pair_retry(p);
}

/* The initiator may think that it has a child: if it does not show, tell it that it has not. */
static void third_missing(struct exchange *x)
{
	struct child *c = x->quick->child;
	bool open = c && c->state == CHILD_NEGOTIATING;

	if (open && x->waiting && child_renews(c)) {
		x->waiting = false;
		timer_set(&c->ike->timers, &x->timer, c->ike->now + SHOW_PATIENCE);
		return;
	}
	if (open)
		child_delete(c);
	exchange_kill(x);
}

void quick_silence(struct exchange *x, bool final)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct session *s = x->session;
	struct connection *c = s->connection;
	uint64_t begun = x->quick->begun;
	char text[SESSION_TEXT_MAX];

	if (x->quick->question) {
		question_answered(x, NULL, 0);
		return;
	}
	if (!x->initiator) {
		if (final)
			third_missing(x);
		return;
	}
	event.error = IKE_ERROR_NO_RESPONSE;
	connection_failure(
		x->quick->pair->connection, event,
		"phase 1 is established, but the peer does not answer our quick mode: it "
		"has forgotten us, or refuses without saying so");
	if (!final)
		return;
	quick_give_up(x);
	if (s->seen > begun)
		return;
	/* Not a word since: this phase 1 is dead, whatever the peer knows of it. */
	report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_WARNING),
	       "the peer is silent: phase 1 %s, is given up", session_text(s, text));
	session_deleted_by_peer(s);
	connection_lost(c);
}

void quick_withdrawn(struct exchange *x)
{
	/* It never had the SA: there is nothing to delete on its side. */
	if (x->quick->child)
		child_kill(x->quick->child);
	exchange_done(x);
}

/* Why a message is not accepted, for our side and for the peer, beside the text. */
struct refusal {
	enum ike_error error;
	uint16_t notify; /* IKE_N_*, 0: what goes with the error */
};

static uint16_t notify_of(const struct refusal *r)
{
	if (r->notify)
		return r->notify;
	return r->error == IKE_ERROR_TS_UNACCEPTABLE ? IKE_N_INVALID_ID_INFORMATION :
						       IKE_N_NO_PROPOSAL_CHOSEN;
}

/* Tells the peer, under protection, and ends the exchange. */
static void refuse(struct exchange *x, const struct refusal *r)
{
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ESP,
		.type = notify_of(r),
	};
	const struct child *c = x->initiator ? x->quick->child : NULL;
	uint8_t spi[4];

	/* As responder there is none to name: each of the peer's proposals may have its own. */
	if (c) {
		n.protocol = c->parts[0].protocol;
		spi_write(spi, c->parts[0].spi_in);
		n.spi = bytes_of(spi, sizeof(spi));
	}
	/* A copy is the answer to the same question asked again. */
	informational_notify(x->session, &n, &x->sent);
	if (x->initiator)
		quick_give_up(x);
	else
		exchange_done(x);
}

/* RFC 2408 5.7: what tells that a public value is no good */
static const struct refusal bad_key = { IKE_ERROR_MALFORMED, IKE_N_INVALID_KEY_INFORMATION };

/* NULL, or why the answer cannot be accepted. */
static const char *read_2(struct exchange *x, const struct message *m, struct child_choice *choice,
			  char *why, size_t size, struct refusal *r)
{
	const struct payload *ke = message_find(m, IKE_PAYLOAD_KE, NULL);
	struct quick *q = x->quick;
	struct child_terms terms = terms_of(x->session, q);
	struct offer *offer = malloc(sizeof(*offer));
	struct fault fault = { 0 };
	bool good;

	r->error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (!offer)
		return "out of memory";
	good = offer_parse(offer, 2, message_find(m, IKE_PAYLOAD_SA, NULL)->body, &fault);
	if (good)
		good = proposal_accept_child(choice, offer, esp_of(q), ah_of(q), &terms, why,
					     size);
	free(offer);
	r->notify = fault.notify;
	if (fault.text)
		return fault.text;
	if (!good)
		return why;
	r->error = IKE_ERROR_PFS_MISMATCH;
	if (!ke != !q->group) /* RFC 2409 5.5 */
		return q->group ? "its key exchange is missing" :
				  "it sends an unasked key exchange";
	r->error = IKE_ERROR_TS_UNACCEPTABLE;
	return ts_accept(x->session, q->child, m);
}

static bool send_3(struct exchange *x)
{
	struct session *s = x->session;
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	struct builder b;

	if (!keymat_hash3(&s->keymat, x->id, blob_bytes(&x->quick->ni), blob_bytes(&x->quick->nr),
			  hash))
		return false;
	exchange_begin(x, &b, buffer, sizeof(buffer));
	builder_payload(&b, IKE_PAYLOAD_HASH, bytes_of(hash, s->keymat.hash->len));
	return exchange_send(x, &b, true, false);
}

void quick_i2(struct exchange *x, const struct message *m)
{
	const struct payload *ke = message_find(m, IKE_PAYLOAD_KE, NULL);
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct quick *q = x->quick;
	struct child *c = q->child;
	char buffer[PROPOSAL_TEXT_MAX] = "";
	struct child_choice choice;
	struct refusal r = { 0 };
	const char *why;

	exchange_accept(x);
	if (!c)
		return;
	why = read_2(x, m, &choice, buffer, sizeof(buffer), &r);
	if (q->hush && !why) {
		question_hold(x);
		return;
	}
	if (q->question) {
		question_answered(x, why ? NULL : &choice.sa[0].proposal, IKE_N_NO_PROPOSAL_CHOSEN);
		return;
	}
	if (!why && !blob_set(&q->nr, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body))
		why = "out of memory";
	if (!why) {
		agreement_settle(c, &choice);
		lifetime_read(c, m);
		r = bad_key;
		why = agreement_derive(x, ke ? ke->body : bytes_of(NULL, 0));
	}
	if (why) {
		event.error = r.error;
		connection_failure(c->connection, event,
				   "the peer's answer in phase 2 cannot be accepted: %s", why);
		refuse(x, &r);
		return;
	}
	c->agreed = c->ike->now;
	/* Inbound first: the peer may send as soon as it has the third message. */
	if (!child_receive(c) || !send_3(x)) {
		quick_give_up(x);
		return;
	}
	c->state = CHILD_INBOUND;
	exchange_done(x);
	child_await(c, x->commit);
}

void quick_i4(struct exchange *x, const struct message *m)
{
	const struct payload *p = message_find(m, IKE_PAYLOAD_NOTIFY, NULL);
	struct fault fault = { 0 };
	struct notify n;

	exchange_accept(x);
	exchange_done(x);
	if (x->quick->child && notify_parse(&n, p->body, &fault) && n.type == IKE_N_CONNECTED)
		quick_confirmed(x->quick->child);
}

void quick_confirmed(struct child *c)
{
	c->confirmed = true;
	if (!c->seen)
		c->seen = c->ike->now;
	if (c->state == CHILD_NEGOTIATING && !c->initiator && c->parts[0].installed_in)
		c->agreed = c->ike->now;
	else if (c->state != CHILD_INBOUND)
		return;
	child_establish(c);
}

/* NULL when the peer's first message is acceptable: then q->child stands and is agreed on. */
static const char *read_1(struct exchange *x, const struct message *m, struct offer *offer,
			  struct child_choice *choice, char *why, size_t size, struct refusal *r)
{
	const struct payload *ke = message_find(m, IKE_PAYLOAD_KE, NULL);
	struct session *s = x->session;
	struct quick *q = x->quick;
	struct fault fault = { 0 };
	struct child_terms terms;
	struct connection *c;
	struct ts ts;

	r->error = IKE_ERROR_TS_UNACCEPTABLE;
	q->pair = ts_select(s, m, &ts, why, size);
	if (!q->pair)
		return why;
	c = q->pair->connection;
	terms = agreement_terms(s, c);
	r->error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (agreement_impossible(s, c))
		return agreement_impossible(s, c);
	if (!offer_parse(offer, 2, message_find(m, IKE_PAYLOAD_SA, NULL)->body, &fault)) {
		r->notify = fault.notify;
		return fault.text;
	}
	if (!proposal_select_child(choice, offer, &c->esp, &c->ah, &terms, ke ? ke->body.len : 0,
				   why, size)) {
		if (agreement_only_group_differs(offer, c, &terms))
			r->error = IKE_ERROR_PFS_MISMATCH;
		return why;
	}
	if (child_count(q->pair, s) >= CHILDREN_PER_PAIR)
		return "there are 16 children for these selectors already; let the peer delete "
		       "those that it does not use";
	q->child = child_new(s, q->pair, false, c->esp.count, c->ah.count);
	if (!q->child)
		return "out of memory";
	q->child->exchange = x;
	q->child->local_ts = ts.local;
	q->child->remote_ts = ts.remote;
	agreement_settle(q->child, choice);
	return NULL;
}

/* The keys, once the peer's nonce and our own are there. */
static const char *make_keys(struct exchange *x, const struct message *m,
			     const struct child_choice *choice)
{
	const struct payload *ke = message_find(m, IKE_PAYLOAD_KE, NULL);
	struct quick *q = x->quick;

	q->group = choice->group;
	if (!blob_set(&q->ni, message_find(m, IKE_PAYLOAD_NONCE, NULL)->body) ||
	    !make_nonce(x->session, &q->nr))
		return "out of memory";
	if (q->group)
		q->dh = dh_new(q->group);
	if (q->group && !q->dh)
		return "the key exchange cannot be made";
	return agreement_derive(x, ke ? ke->body : bytes_of(NULL, 0));
}

static bool send_2(struct exchange *x, const struct message *m, const struct child_choice *choice)
{
	struct session *s = x->session;
	struct quick *q = x->quick;
	struct child_terms terms = agreement_terms(s, q->pair->connection);
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	size_t len = s->keymat.hash->len, at;
	struct builder b;

	terms.group = q->group;
	agreement_spis(q->child, &terms);
	x->committing = q->pair->connection->settings.commit;
	exchange_begin(x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	proposal_answer_child(&b, choice, &terms);
	write_key_exchange(&b, q, false);
	ts_echo(&b, s, m);
	if ((choice->seconds && q->child->lifetime < choice->seconds) ||
	    (choice->kilobytes && q->child->lifebytes / 1024 < choice->kilobytes))
		lifetime_write(&b, q->child);
	if (b.w.overflow || !keymat_hash2(&s->keymat, x->id, blob_bytes(&q->ni),
					  builder_behind(&b, at, len), hash))
		return false;
	builder_fill(&b, at, bytes_of(hash, len));
	return exchange_send(x, &b, true, true);
}

void quick_r1(struct exchange *x, const struct message *m)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	struct session *s = x->session;
	struct offer *offer = malloc(sizeof(*offer));
	char buffer[PROPOSAL_TEXT_MAX] = "";
	struct child_choice choice;
	struct refusal r = { 0 };
	const char *why;

	if (!offer || !quick_new(x, NULL)) {
		free(offer);
		return;
	}
	exchange_accept(x);
	why = read_1(x, m, offer, &choice, buffer, sizeof(buffer), &r);
	if (!why) {
		r = bad_key;
		why = make_keys(x, m, &choice);
	}
	free(offer);
	if (why) {
		event.error = r.error;
		connection_failure(x->quick->pair ? x->quick->pair->connection : s->connection,
				   event, "refused the peer's phase 2: %s", why);
		refuse(x, &r);
		return;
	}
	/* Inbound before the answer: the peer may send as soon as it has that. */
	if (!child_receive(x->quick->child) || !send_2(x, m, &choice))
		exchange_kill(x);
}

/* RFC 2408 3.1: whoever set the commit bit says when the SAs can be used */
static void send_4(struct exchange *x)
{
	struct session *s = x->session;
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX], spi[4] = { 0 };
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = x->quick->child->parts[0].protocol,
		.type = IKE_N_CONNECTED,
		.spi = bytes_of(spi, sizeof(spi)),
	};
	size_t len = s->keymat.hash->len, at;
	struct builder b;

	spi_write(spi, x->quick->child->parts[0].spi_in);
	exchange_begin(x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	notify_write(&b, &n);
	if (!keymat_hash1(&s->keymat, x->id, builder_behind(&b, at, len), hash))
		return;
	builder_fill(&b, at, bytes_of(hash, len));
	/* It is not waited for: a peer that does without goes on by itself. */
	exchange_send(x, &b, true, false);
}

void quick_r3(struct exchange *x, const struct message *m)
{
	struct child *c = x->quick->child;

	(void)m;
	exchange_accept(x);
	exchange_done(x);
	if (!c)
		return;
	if (c->state == CHILD_NEGOTIATING) {
		c->agreed = c->ike->now;
		child_establish(c);
	}
	if (x->committing && c->state == CHILD_ESTABLISHED)
		send_4(x);
}

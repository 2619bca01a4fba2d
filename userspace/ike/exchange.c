/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/exchange.h"

#include <stdlib.h>

#include "ike/auth.h"
#include "ike/dpd.h"
#include "ike/phase1.h"
#include "ike/question.h"
#include "ike/quick.h"
#include "ike/report.h"
#include "ike/transaction.h"

/* Duplicates that come faster than this are the network's, not the peer's patience. */
#define RESEND_INTERVAL 100
#define RESEND_MAX 100
#define RETRANSMIT_LONGEST (16 * SECOND)

uint64_t digest_of(struct bytes bytes)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < bytes.len; i++)
		digest = (digest ^ bytes.data[i]) * UINT64_C(0x100000001b3);
	return digest;
}

static void retransmit(struct exchange *x)
{
	struct session *s = x->session;
	uint64_t delay = RETRANSMIT_FIRST << (x->tries - 1);

	if (delay > RETRANSMIT_LONGEST)
		delay = RETRANSMIT_LONGEST;
	timer_set(&s->ike->timers, &x->timer, s->ike->now + engine_jitter(s->ike, delay, 15));
}

static void silence(struct exchange *x, bool final)
{
	if (x->phase1)
		phase1_silence(x->session, final);
	else if (x->quick)
		quick_silence(x, final);
	else if (x->type == IKE_EXCHANGE_TRANSACTION)
		transaction_silence(x, final);
	else if (final)
		exchange_kill(x);
}

static unsigned int tries_max(const struct exchange *x)
{
	return x->state == STATE_QUICK_R3 ? RETRANSMIT_MAX_THIRD : RETRANSMIT_MAX;
}

static void again(struct exchange *x)
{
	struct session *s = x->session;
	struct ike_event event = on_session(s, IKE_EVENT_RETRANSMIT, IKE_SEVERITY_DEBUG);

	x->tries++;
	retransmit(x);
	event.count = x->tries - 1;
	event.delay = x->timer.due - s->ike->now;
	report(s->ike, event, "no answer yet (%s), sending again, retransmission %u of %u",
	       state_text(x->state), x->tries - 1, tries_max(x));
	s->ike->counters.retransmits++;
	s->connection->contact.retransmits++;
	session_transmit(s, x->sent.data, x->sent.len);
	if (x->tries == RETRANSMIT_TELLING + 1)
		silence(x, false);
}

static void fire(void *owner)
{
	struct exchange *x = owner;

	if (x->waiting && x->tries <= tries_max(x))
		again(x);
	else if (x->state == STATE_DONE && x->quick && x->quick->question)
		question_over(x);
	else if (x->state == STATE_DONE && !x->phase1)
		exchange_kill(x);
	else
		silence(x, true);
}

void exchange_init(struct exchange *x, struct session *s, uint8_t type, uint32_t id,
		   bool initiator, enum state state)
{
	*x = (struct exchange){
		.session = s, .type = type, .id = id, .initiator = initiator, .state = state,
	};
	timer_init(&x->timer, fire, x);
}

struct exchange *exchange_new(struct session *s, uint8_t type, uint32_t id, bool initiator,
			      enum state state)
{
	struct exchange *x, *at;
	unsigned int count = 0;

	for (at = s->exchanges; at; at = at->next)
		count++;
	if (count >= SESSION_EXCHANGES_MAX)
		return NULL;
	x = malloc(sizeof(*x));
	if (!x)
		return NULL;
	exchange_init(x, s, type, id, initiator, state);
	if (!seal_phase2(&x->seal, &s->keymat, &s->main.seal, id)) {
		free(x);
		return NULL;
	}
	x->next = s->exchanges;
	s->exchanges = x;
	timer_set(&s->ike->timers, &x->timer, s->ike->now + EXCHANGE_PATIENCE);
	return x;
}

void exchange_clear(struct exchange *x)
{
	timer_clear(&x->session->ike->timers, &x->timer);
	blob_clear(&x->sent);
	phase1_free(x->phase1);
	x->phase1 = NULL;
	quick_free(x->quick);
	x->quick = NULL;
	secret_erase(&x->seal, sizeof(x->seal));
}

void exchange_kill(struct exchange *x)
{
	struct ike *ike = x->session->ike;
	struct exchange **at;

	if (x->dead)
		return;
	for (at = &x->session->exchanges; *at && *at != x; at = &(*at)->next)
		;
	if (*at)
		*at = x->next;
	x->dead = true;
	exchange_clear(x);
	x->next = ike->dead_exchanges;
	ike->dead_exchanges = x;
}

struct exchange *exchange_find(const struct session *s, uint32_t id)
{
	struct exchange *x;

	for (x = s->exchanges; x && x->id != id; x = x->next)
		;
	return x;
}

static void dropped(struct exchange *x, const struct message *m, const char *why,
		    enum ike_severity severity)
{
	struct session *s = x->session;
	char text[200], from[IKE_ENDPOINT_TEXT];

	s->ike->counters.dropped++;
	if (!engine_permit(s->ike))
		return;
	report(s->ike, on_session(s, IKE_EVENT_DROPPED, severity),
	       "ignored a message of %s (%s): %s: %s", ike_endpoint_text(&s->remote, from),
	       state_text(x->state), why, message_print(m, text, sizeof(text)));
}

/* Which side answers duplicates: the one that does not wait itself. */
static bool duplicate(struct exchange *x, uint64_t digest)
{
	struct ike *ike = x->session->ike;
	unsigned int i;

	for (i = 0; i < x->accepted_count; i++)
		if (x->accepted[i] == digest)
			break;
	if (i == x->accepted_count)
		return false;
	ike->counters.duplicates++;
	if (i + 1 < x->accepted_count || x->waiting || !x->sent.data ||
	    ike->now - x->sent_time < RESEND_INTERVAL || x->resent >= RESEND_MAX)
		return true;
	x->resent++;
	x->sent_time = ike->now;
	session_transmit(x->session, x->sent.data, x->sent.len);
	if (x->quick && x->quick->child && x->initiator)
		child_await(x->quick->child, x->commit);
	return true;
}

/* RFC 2409 5.5, 5.7: HASH is the first payload, and covers all behind it */
static bool authentic(const struct exchange *x, const struct transition *row,
		      const struct message *m)
{
	const struct keymat *k = &x->session->keymat;
	const struct payload *hash = message_find(m, IKE_PAYLOAD_HASH, NULL);
	uint8_t expected[HASH_MAX];
	bool good = false;

	if (!hash || hash != m->payloads)
		return false;
	if (row->protection == HASH_1)
		good = keymat_hash1(k, x->id, message_behind(m, hash), expected);
	else if (x->quick && row->protection == HASH_2)
		good = keymat_hash2(k, x->id, blob_bytes(&x->quick->ni), message_behind(m, hash),
				    expected);
	else if (x->quick && row->protection == HASH_3)
		good = keymat_hash3(k, x->id, blob_bytes(&x->quick->ni), blob_bytes(&x->quick->nr),
				    expected);
	good = good && hash_equal(hash->body, bytes_of(expected, k->hash->len));
	secret_erase(expected, sizeof(expected));
	return good;
}

/* Presence, absence and number of payloads, as the row has it (RFC 2408 5.3, 5.4) */
static const char *wrong_payloads(const struct transition *row, const struct message *m)
{
	uint32_t seen = 0;
	unsigned int i;

	for (i = 0; i < m->count; i++) {
		uint8_t type = m->payloads[i].type;

		if (type >= 128) /* RFC 2408 3.1: private use */
			continue;
		if (type >= 32 || !(row->allowed & PAYLOAD(type)))
			return "a payload that does not belong into this message";
		if ((seen & PAYLOAD(type)) && !(row->many & PAYLOAD(type)))
			return "a payload that may come only once comes twice";
		seen |= PAYLOAD(type);
	}
	if (row->one_of && __builtin_popcount(seen & row->one_of) != 1)
		return seen & row->one_of ? "HASH and SIG come together" :
					    "HASH or SIG is missing";
	return (seen & row->required) == row->required ? NULL : "a payload is missing";
}

/* Parses and authenticates into @m; the reason when that fails. */
static const char *open_message(struct exchange *x, const struct transition *row,
				struct message *m, uint8_t *clear)
{
	struct fault fault = { 0 };
	struct bytes body = m->body;

	bool encrypted = m->header.flags & IKE_FLAG_ENCRYPTION;

	if (encrypted && !auth_keys_stand(x->session))
		return "encrypted before there are keys";
	if (encrypted)
		body = seal_open(&x->seal, &x->session->keymat, m, clear, &fault);
	if (fault.text || !message_parse_payloads(m, body, encrypted, &fault))
		return fault.text ? fault.text : "cannot be decrypted";
	if (row->protection >= HASH_1 && !authentic(x, row, m))
		return "the HASH is wrong or missing";
	return wrong_payloads(row, m);
}

void exchange_input(struct exchange *x, struct arrival *a)
{
	struct message *m = &a->message;
	const struct transition *row = transition_find(x->state, m->header.exchange);
	bool encrypted = m->header.flags & IKE_FLAG_ENCRYPTION;
	const char *why;
	uint8_t *clear;

	if (duplicate(x, a->digest))
		return;
	/* The network repeats and reorders; an exchange stays of its type (RFC 2408 3.1) */
	if (!row || row->initiator != x->initiator || m->header.exchange != x->type) {
		dropped(x, m, "not expected here", IKE_SEVERITY_DEBUG);
		return;
	}
	/* RFC 2409 5: which messages are encrypted is not the sender's choice */
	if (row->protection != EITHER && encrypted != (row->protection != CLEAR)) {
		dropped(x, m, encrypted ? "encrypted too early" : "must be encrypted",
			IKE_SEVERITY_INFO);
		return;
	}
	clear = malloc(m->body.len + 1);
	if (!clear)
		return;
	why = open_message(x, row, m, clear);
	if (!why) {
		x->row = row;
		x->arrival = a;
		x->commit = m->header.flags & IKE_FLAG_COMMIT;
		row->handler(x, m);
		x->row = NULL;
		x->arrival = NULL;
	} else {
		dropped(x, m, why, IKE_SEVERITY_INFO);
		if (row->protection == SEALED)
			phase1_undecryptable(x->session);
	}
	secret_erase(clear, m->body.len);
	free(clear);
}

void exchange_accept(struct exchange *x)
{
	struct ike *ike = x->session->ike;
	unsigned int most = sizeof(x->accepted) / sizeof(x->accepted[0]);

	seal_commit(&x->seal);
	session_count(x->session, x->arrival->message.header.length);
	x->state = x->row->next;
	x->waiting = false;
	x->resent = 0;
	blob_clear(&x->sent);
	if (x->accepted_count == most) {
		memmove(x->accepted, x->accepted + 1, (most - 1) * sizeof(x->accepted[0]));
		x->accepted_count--;
	}
	x->accepted[x->accepted_count++] = x->arrival->digest;
	timer_set(&ike->timers, &x->timer, ike->now + EXCHANGE_PATIENCE);
	/* Where the peer is: authenticated, or a stranger's word for where to answer it. */
	if (x->row->protection != CLEAR)
		session_seen(x->session, x->arrival->local, x->arrival->remote);
	else if (!x->initiator)
		session_move(x->session, x->arrival->local, x->arrival->remote);
}

void exchange_begin(struct exchange *x, struct builder *b, uint8_t *buffer, size_t size)
{
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = x->type, .id = x->id };

	if (x->committing)
		h.flags = IKE_FLAG_COMMIT;
	memcpy(h.initiator, x->session->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, x->session->cookie_r, sizeof(h.responder));
	builder_begin(b, buffer, size, &h);
}

bool exchange_send(struct exchange *x, struct builder *b, bool sealed, bool waiting)
{
	struct session *s = x->session;
	struct bytes message;

	message = sealed ? seal_close(&x->seal, &s->keymat, b) : builder_end(b);
	if (!message.len || !blob_set(&x->sent, message))
		return false;
	x->waiting = waiting;
	x->tries = 1;
	x->sent_time = s->ike->now;
	if (waiting)
		retransmit(x);
	session_transmit(s, x->sent.data, x->sent.len);
	return true;
}

void exchange_done(struct exchange *x)
{
	struct ike *ike = x->session->ike;

	x->state = STATE_DONE;
	x->waiting = false;
	timer_set(&ike->timers, &x->timer, ike->now + EXCHANGE_LINGER);
}

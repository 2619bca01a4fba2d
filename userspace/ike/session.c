/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/session.h"

#include <stdlib.h>

#include "ike/child.h"
#include "ike/dpd.h"
#include "ike/half_open.h"
#include "ike/informational.h"
#include "ike/natt.h"
#include "ike/phase1.h"
#include "ike/report.h"
#include "ike/unique.h"

/*
 * How long one that was replaced stays, so that what is under way on it can end. Its initiator
 * deletes it. The responder does not: the peer may well use several (one for each of its
 * connections), and would begin a deleted one anew, for ever. It only limits their number.
 */
#define RETIRE_INITIATOR (10 * SECOND)
#define RETIRED_MAX 6
/* How long the children of a phase 1 that the peer deleted wait for a new one. */
#define ORPHAN_PATIENCE (60 * SECOND)
/* How long a responder lets its peer begin the quick modes. */
#define RESPONDER_PATIENCE (4 * SECOND)

uint64_t cookie_key(const uint8_t cookie[8])
{
	uint64_t key;

	memcpy(&key, cookie, sizeof(key));
	return key;
}

static void rekey_fire(void *owner)
{
	struct session *s = owner;

	s->rekeying = true;
	connection_wake(s->connection);
}

/* A quick mode under it may not be complete on the other side: its third message may come again. */
static bool busy(const struct session *s)
{
	const struct exchange *x;

	for (x = s->exchanges; x; x = x->next)
		if (x->quick)
			return true;
	return false;
}

/*
 * Marks what a phase 1 leaves behind that has no heir: some peers drop with it what was agreed
 * under it, without a word. Under the next phase 1 it is renewed.
 */
static void suspect_orphans(const struct connection *connection, uint64_t patience)
{
	struct ike *ike = connection->ike;
	struct child *c;

	for (c = ike->children; c; c = c->next) {
		if (c->session || c->connection != connection)
			continue;
		c->suspect = true;
		if (patience != IKE_NEVER)
			timer_set_earlier(&ike->timers, &c->expire, ike->now + patience);
	}
}

static void expire_fire(void *owner)
{
	struct session *s = owner;
	struct connection *c = s->connection;
	bool heir = s->retiring;

	if (s->retiring && (busy(s) || dpd_doubts_heir(s)) &&
	    s->ike->now < s->established_time + s->lifetime * SECOND) {
		timer_set(&s->ike->timers, &s->expire, s->ike->now + RETIRE_INITIATOR);
		return;
	}
	session_delete(s);
	if (!heir)
		suspect_orphans(c, IKE_NEVER);
	connection_wake(c);
}

static bool cookie_is_zero(const uint8_t cookie[8])
{
	return !cookie_key(cookie);
}

/* RFC 2408 2.5.3: random, so that nobody can guess it, and never zero */
static void cookie_make(struct ike *ike, uint8_t cookie[8])
{
	do
		engine_random(ike, cookie, 8);
	while (cookie_is_zero(cookie));
}

struct session *session_new(struct connection *c, const uint8_t *cookie_i,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	struct session *s = calloc(1, sizeof(*s));
	struct ike *ike = c->ike;

	if (!s)
		return NULL;
	s->ike = ike;
	s->remote = *remote;
	s->source = remote->address;
	s->connection = c;
	s->initiator = !cookie_i;
	if (cookie_i) {
		memcpy(s->cookie_i, cookie_i, sizeof(s->cookie_i));
		cookie_make(ike, s->cookie_r);
	} else {
		cookie_make(ike, s->cookie_i);
	}
	s->local = *local;
	message_ids_init(&s->ids, engine_random32(ike));
	s->begun = ike->now;
	s->began_on_4500 = local->port == IKE_PORT_NATT;
	timer_init(&s->rekey, rekey_fire, s);
	timer_init(&s->expire, expire_fire, s);
	timer_init(&s->dpd, dpd_fire, s);
	timer_init(&s->keepalive, natt_keepalive_fire, s);
	access_init(s);
	if (!s->initiator && !half_open_add(s)) {
		free(s);
		return NULL;
	}
	s->next = ike->sessions;
	if (s->next)
		s->next->prev = s;
	ike->sessions = s;
	table_insert(&ike->by_cookie, &s->by_cookie, cookie_key(s->cookie_i), s);
	ike->counters.ike_sas++;
	return s;
}

static void leave_children(struct session *s)
{
	struct session *heir = NULL, *at;
	struct child *c;

	for (at = s->ike->sessions; at && !heir; at = at->next)
		if (at != s && at->established && !at->retiring && session_same_peer(s, at))
			heir = at;
	for (c = s->ike->children; c; c = c->next)
		if (c->session == s)
			c->session = heir;
}

void session_kill(struct session *s)
{
	struct ike *ike = s->ike;

	if (s->dead)
		return;
	s->dead = true;
	while (s->exchanges)
		exchange_kill(s->exchanges);
	/* None has children before; and those that floods begin must cost little. */
	if (s->established)
		leave_children(s);
	if (s->prev)
		s->prev->next = s->next;
	else
		ike->sessions = s->next;
	if (s->next)
		s->next->prev = s->prev;
	table_remove(&ike->by_cookie, &s->by_cookie);
	timer_clear(&ike->timers, &s->rekey);
	timer_clear(&ike->timers, &s->expire);
	timer_clear(&ike->timers, &s->dpd);
	timer_clear(&ike->timers, &s->keepalive);
	access_end(s);
	exchange_clear(&s->main);
	fragments_free(s->fragments);
	s->fragments = NULL;
	half_open_remove(s);
	ike->counters.ike_sas--;
	s->next = ike->dead_sessions;
	ike->dead_sessions = s;
}

void engine_reap_sessions(struct ike *ike)
{
	while (ike->dead_sessions) {
		struct session *s = ike->dead_sessions;

		ike->dead_sessions = s->next;
		keymat_erase(&s->keymat);
		message_ids_free(&s->ids);
		secret_erase(s, sizeof(*s));
		free(s);
	}
}

/*
 * RFC 2408 2.5.3, 3.1: both cookies name a phase 1; before the responder's is known to the other
 * side, the initiator's and the address must do.
 */
static bool session_is(const struct session *s, const struct isakmp_header *h,
		       const struct ike_endpoint *remote)
{
	bool same_host = ike_address_equal(&s->remote.address, &remote->address);

	if (!memcmp(s->cookie_r, h->responder, sizeof(s->cookie_r)) &&
	    !cookie_is_zero(h->responder))
		return true;
	/* The answer to our first message */
	if (s->initiator && cookie_is_zero(s->cookie_r))
		return same_host && (!cookie_is_zero(h->responder) ||
				     h->exchange == IKE_EXCHANGE_INFORMATIONAL);
	/* The first message, again */
	return !s->initiator && cookie_is_zero(h->responder) &&
	       ike_endpoint_equal(&s->remote, remote);
}

struct session *session_find(struct ike *ike, const struct isakmp_header *h,
			     const struct ike_endpoint *remote)
{
	struct table_link *link = NULL;

	while ((link = table_find(&ike->by_cookie, cookie_key(h->initiator), link)))
		if (session_is(link->entry, h, remote))
			return link->entry;
	return NULL;
}

bool session_same_peer(const struct session *a, const struct session *b)
{
	/* Users share the group's identity, and perhaps a NAT's address */
	bool shared = *a->access.user || a->connection->settings.unique == IKE_UNIQUE_NEVER;
	bool same_user = !strcmp(a->access.user, b->access.user) &&
			 (!shared || a->nat_remote != b->nat_remote || !a->nat_remote ||
			  a->remote.port == b->remote.port);

	return a->connection == b->connection && same_user &&
	       ike_address_equal(&a->remote.address, &b->remote.address) &&
	       a->peer.type && b->peer.type && identity_matches(&a->peer, &b->peer);
}

static bool usable(const struct session *s)
{
	return s->established && !s->retiring && !s->dead;
}

/* The lower cookie: the one rule that both sides can apply without talking about it. */
static const struct session *better(const struct session *a, const struct session *b)
{
	return !a || memcmp(b->cookie_i, a->cookie_i, sizeof(a->cookie_i)) < 0 ? b : a;
}

struct session *session_best(const struct connection *c)
{
	const struct session *s, *best = NULL;

	for (s = c->ike->sessions; s; s = s->next)
		if (s->connection == c && usable(s))
			best = better(best, s);
	return (struct session *)best;
}

struct session *session_best_for(const struct child *c)
{
	const struct session *s, *best = NULL;

	if (c->session && usable(c->session))
		return c->session;
	for (s = c->ike->sessions; s; s = s->next)
		if (s->connection == c->connection && usable(s) && child_same_peer(c, s))
			best = better(best, s);
	return (struct session *)best;
}

struct session *session_negotiating(const struct connection *c)
{
	struct session *s;

	for (s = c->ike->sessions; s; s = s->next)
		if (s->connection == c && s->initiator && !s->established)
			break;
	return s;
}

static void retire(struct session *s, struct session *heir)
{
	struct ike *ike = s->ike;
	char text[SESSION_TEXT_MAX];
	struct child *c;

	for (c = ike->children; c; c = c->next)
		if (c->session == s && c->state != CHILD_NEGOTIATING)
			c->session = heir;
	if (s->replaced_time > heir->replaced_time)
		heir->replaced_time = s->replaced_time;
	if (s->retiring)
		return;
	s->retiring = true;
	timer_clear(&ike->timers, &s->rekey);
	timer_clear(&ike->timers, &s->dpd);
	if (s->initiator)
		timer_set_earlier(&ike->timers, &s->expire, ike->now + RETIRE_INITIATOR);
	report(ike, on_session(heir, IKE_EVENT_IKE_REKEYED, IKE_SEVERITY_INFO),
	       "phase 1 %s, took over from the one before, with its children",
	       session_text(heir, text));
}

static void limit_retired(struct session *fresh)
{
	struct session *s, *next;
	unsigned int count = 0;

	for (s = fresh->ike->sessions; s; s = next) { /* newest first */
		next = s->next;
		if (s->retiring && session_same_peer(s, fresh) && ++count > RETIRED_MAX)
			session_delete(s);
	}
}

/*
 * Those that were established before this one was begun are replaced by it. Those that were under
 * way at the same time are settled by their cookies.
 */
static void settle(struct session *fresh)
{
	const struct session *best = NULL;
	struct session *s, *next;

	for (s = fresh->ike->sessions; s; s = s->next) {
		if (!usable(s) || (s != fresh && !session_same_peer(s, fresh)))
			continue;
		if (s == fresh || s->established_time > fresh->begun)
			best = better(best, s);
	}
	for (s = fresh->ike->sessions; s; s = next) {
		next = s->next;
		if (s != best && s->established && session_same_peer(s, fresh))
			retire(s, (struct session *)best);
	}
	limit_retired(fresh);
}

/*
 * One that we began and whose peer cannot have completed it yet is not needed any more. (Once our
 * proof of identity is out the peer may have it, and both sides must see it through.)
 */
static void abandon_attempts(struct session *fresh)
{
	struct session *s, *next;

	for (s = fresh->ike->sessions; s; s = next) {
		next = s->next;
		if (s != fresh && s->connection == fresh->connection && s->initiator &&
		    (s->main.state == STATE_MAIN_I2 || s->main.state == STATE_MAIN_I4 ||
		     s->main.state == STATE_AGGRESSIVE_I2) &&
		    ike_address_equal(&s->remote.address, &fresh->remote.address))
			session_kill(s);
	}
}

static void adopt_orphans(struct session *s)
{
	struct child *c;

	for (c = s->ike->children; c; c = c->next) {
		if (c->session || c->connection != s->connection || c->lease != s->access.lease ||
		    !ike_address_equal(&c->remote.address, &s->remote.address))
			continue;
		c->session = s;
		/* It waits for nobody any more: suspect_orphans() */
		if (c->suspect && c->state == CHILD_ESTABLISHED)
			timer_set(&s->ike->timers, &c->expire,
				  c->established + c->lifetime * SECOND);
		if (c->suspect && c->state != CHILD_DYING) {
			c->due = "its phase 1 has ended without a successor";
			timer_set(&s->ike->timers, &c->rekey, s->ike->now);
		}
		c->suspect = false;
	}
}

static void begin_lifetime(struct session *s)
{
	uint64_t margin = connection_margin(s->connection, s->lifetime, !s->initiator);
	uint64_t end = s->established_time + s->lifetime * SECOND;

	timer_set(&s->ike->timers, &s->expire, end);
	/* A user logs in again when the client says so: only there is the password. */
	if (s->initiator || !access_is_server(s->connection))
		timer_set(&s->ike->timers, &s->rekey, end - margin);
}

void session_established(struct session *s)
{
	struct connection *c = s->connection;
	struct ike *ike = s->ike;
	size_t i;

	half_open_remove(s);
	ike->counters.ike_up++;
	s->established = true;
	s->established_time = ike->now;
	s->seen = ike->now;
	begin_lifetime(s);
	unique_settle(s);
	settle(s);
	if (!s->initiator)
		abandon_attempts(s);
	adopt_orphans(s);
	dpd_begin(s);
	natt_keepalive_begin(s);
	c->attempts = 0;
	timer_clear(&ike->timers, &c->retry);
	for (i = 0; !s->initiator && i < c->settings.pair_count; i++)
		timer_set(&ike->timers, &c->pairs[i].retry, ike->now + RESPONDER_PATIENCE);
	connection_wake(c);
}

static struct session *still_used(const struct session *s)
{
	struct session *other;

	for (other = s->ike->sessions; other; other = other->next)
		if (other != s && other->retiring && session_same_peer(other, s) &&
		    other->seen > s->established_time)
			break;
	return other;
}

bool session_reinstate(struct session *s)
{
	struct session *other = still_used(s);
	char text[SESSION_TEXT_MAX];

	if (!other)
		return false;
	other->retiring = false;
	begin_lifetime(other);
	dpd_begin(other);
	report(s->ike, on_session(other, IKE_EVENT_STEP, IKE_SEVERITY_WARNING),
	       "the peer has never been heard of under the phase 1 that had taken over, and goes "
	       "on with this one: %s stays", session_text(other, text));
	session_kill(s);
	return true;
}

void session_delete(struct session *s)
{
	char text[SESSION_TEXT_MAX];

	if (s->dead)
		return;
	if (s->established) {
		informational_delete_session(s);
		report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_INFO),
		       "phase 1 %s, is deleted%s", session_text(s, text),
		       s->retiring ? ": it was replaced" : "");
	}
	session_kill(s);
}

void session_close(struct session *s)
{
	struct child *c, *next;

	for (c = s->ike->children; c; c = next) {
		next = c->next;
		if (c->session != s)
			continue;
		if (c->state != CHILD_DYING && s->established)
			informational_delete_child(s, c);
		child_kill(c);
	}
	session_delete(s);
}

void session_forget(struct session *s)
{
	struct child *c, *next;

	for (c = s->ike->children; c; c = next) {
		next = c->next;
		if (c->session == s)
			child_kill(c);
	}
	session_kill(s);
}

void session_deleted_by_peer(struct session *s)
{
	session_kill(s);
	suspect_orphans(s->connection, ORPHAN_PATIENCE);
}

void session_move(struct session *s, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote)
{
	struct ike_endpoint before = s->remote;
	char from[IKE_ENDPOINT_TEXT], to[IKE_ENDPOINT_TEXT];
	struct ike_event event;
	struct child *c;

	if (ike_endpoint_equal(&s->remote, remote) && ike_endpoint_equal(&s->local, local))
		return;
	/* RFC 3947 6: an established one follows only where a NAT may have moved the peer */
	if (s->established && !s->nat_remote && !s->nat_local)
		return;
	s->remote = *remote;
	s->local = *local;
	if (!s->established)
		return;
	event = on_session(s, IKE_EVENT_PEER_MOVED, IKE_SEVERITY_INFO);
	event.delay = s->ike->now - s->seen;
	report(s->ike, event, "the peer is now at %s, it was at %s; its last IKE message was %llu "
	       "s ago", ike_endpoint_text(remote, to), ike_endpoint_text(&before, from),
	       (unsigned long long)(event.delay / SECOND));
	for (c = s->ike->children; c; c = c->next)
		if (c->session == s)
			child_move(c, local, remote);
}

void session_seen(struct session *s, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote)
{
	/* For how long it was silent is told of a move */
	session_move(s, local, remote);
	s->seen_before = s->seen;
	s->seen = s->ike->now;
}

static void transmit_piece(void *ctx, struct bytes piece)
{
	struct session *s = ctx;

	engine_send(s->ike, &s->local, &s->remote, piece.data, piece.len);
}

static void renew_early(struct session *s)
{
	if (s->established && !s->retiring && !s->dead)
		timer_set_earlier(&s->ike->timers, &s->rekey, s->ike->now);
}

void session_count(struct session *s, size_t len)
{
	bool before = s->bytes >= s->lifebytes;

	s->bytes += len;
	/* RFC 2409 appendix A: there is no harder end than the successor's beginning. */
	if (s->lifebytes && !before && s->bytes >= s->lifebytes)
		renew_early(s);
}

void session_transmit(struct session *s, const uint8_t *bytes, size_t len)
{
	struct ike_contact *contact = &s->connection->contact;

	if (s->resumed)
		return;
	s->sent_time = s->ike->now;
	contact->sent++;
	contact->unanswered++;
	if (s->local.port == IKE_PORT_NATT) {
		contact->sent_natt++;
		contact->unanswered_natt++;
	}
	session_count(s, len);
	if (s->peer_fragments && len > FRAGMENT_MESSAGE_MAX)
		fragment_send(bytes_of(bytes, len), ++s->fragment_id, transmit_piece, s);
	else
		engine_send(s->ike, &s->local, &s->remote, bytes, len);
}

void session_heard(struct session *s, const struct ike_endpoint *local)
{
	struct ike_contact *contact = &s->connection->contact;

	contact->received++;
	contact->unanswered = 0;
	if (local->port == IKE_PORT_NATT) {
		contact->received_natt++;
		contact->unanswered_natt = 0;
	}
	contact->last_received = s->ike->now;
}

void session_use_id(struct session *s, uint32_t id)
{
	bool before = message_ids_many(&s->ids);

	message_ids_use(&s->ids, id);
	if (!before && message_ids_many(&s->ids))
		renew_early(s);
}

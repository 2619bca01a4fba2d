/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/child.h"

#include <stdlib.h>

#include "ike/informational.h"
#include "ike/lease.h"
#include "ike/lifetime.h"
#include "ike/quick.h"
#include "ike/report.h"
#include "ike/succession.h"
#include "ike/unique.h"

/* The initiator of a rekey sends on the new SA when the peer was seen on it, or after this. */
#define OUTBOUND_PATIENCE (3 * SECOND)
/* How long a deleted SA still receives what was under way. */
#define LINGER_DELETED (5 * SECOND)
#define LINGER_PEER_DELETED (2 * SECOND)
/*
 * How long a replaced one stays. The initiator of phase 1 deletes it, the responder only if that
 * has not: never both at the same moment, in case that they disagree about which one it is.
 */
#define RETIRE_INITIATOR (10 * SECOND)
#define RETIRE_RESPONDER (90 * SECOND)
/*
 * Until the peer was seen on the successor it may still lack the third message: as long as it would
 * ask for that again (RETRANSMIT_MAX_THIRD).
 */
#define RETIRE_UNCONFIRMED (110 * SECOND)
/* DELETE is not acknowledged (RFC 2408 3.15): it is said again while the SA lingers. */
#define DELETE_AGAIN (2 * SECOND)
/* For so long the third message of a peer's quick mode is waited for before we begin our own. */
#define THIRD_PATIENCE (10 * SECOND)
/* A rekey that could not begin, or failed, is tried again. */
#define REKEY_AGAIN (5 * SECOND)

static void outbound_fire(void *owner)
{
	child_establish(owner);
}

void child_renew(struct child *c, const char *why)
{
	struct session *s = session_best_for(c);

	if (c->state != CHILD_ESTABLISHED || c->replaced || c->rekeying)
		return;
	c->due = why;
	timer_set(&c->ike->timers, &c->rekey,
		  c->ike->now + engine_jitter(c->ike, REKEY_AGAIN, 20));
	if (!s)
		connection_wake(c->connection);
	else if (!child_negotiating(c->pair, s))
		quick_initiate(s, c->pair, c);
}

/* At its time, or again what could not begin or failed before. */
static void rekey_fire(void *owner)
{
	struct child *c = owner;

	child_renew(c, c->due ? c->due : "the old one's lifetime is nearly over");
}

static void expire(struct child *c, const char *how)
{
	struct ike_event event = on_child(c, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	char text[CHILD_TEXT_MAX];
	struct child *heir;

	/* A successor that only waits for the peer to be seen on it waits no longer. */
	for (heir = c->ike->children; heir; heir = heir->next)
		if (heir->state == CHILD_INBOUND && succession_alike(heir, c))
			child_establish(heir);
	if (!succession_heir(c)) {
		event.error = IKE_ERROR_EXPIRED;
		connection_failure(c->connection, event,
				   "%s and no successor could be agreed on: %s", how,
				   child_text(c, text, sizeof(text)));
	}
	child_delete(c);
}

static void expire_fire(void *owner)
{
	struct child *c = owner;

	if (c->state == CHILD_DYING)
		child_kill(c);
	else
		expire(c, "the child's lifetime is over");
}

static uint64_t spi_key(uint8_t protocol, uint32_t spi)
{
	return (uint64_t)protocol << 32 | spi;
}

struct child *child_find(struct ike *ike, uint8_t protocol, uint32_t spi_in)
{
	struct table_link *link = table_find(&ike->by_spi, spi_key(protocol, spi_in), NULL);

	return link ? link->entry : NULL;
}

bool child_same_peer(const struct child *c, const struct session *s)
{
	if (c->session == s)
		return true;
	if (!ike_address_equal(&c->remote.address, &s->remote.address))
		return false;
	if (c->lease != s->access.lease)
		return false;
	return c->session ? identity_matches(&c->session->peer, &s->peer) :
			    c->connection == s->connection;
}

bool child_receives_on(const struct child *c, uint32_t spi_in)
{
	unsigned int i;

	for (i = 0; i < c->part_count; i++)
		if (c->parts[i].spi_in == spi_in)
			return true;
	return false;
}

bool child_sends_on(const struct child *c, uint8_t protocol, uint32_t spi_out)
{
	unsigned int i;

	for (i = 0; i < c->part_count; i++)
		if (c->parts[i].protocol == protocol && c->parts[i].spi_out == spi_out)
			return true;
	return false;
}

struct child *child_find_out(struct session *s, uint8_t protocol, uint32_t spi_out)
{
	struct child *c;

	for (c = s->ike->children; c; c = c->next)
		if (c->state != CHILD_NEGOTIATING && child_sends_on(c, protocol, spi_out) &&
		    child_same_peer(c, s))
			break;
	return c;
}

struct child *child_by_number(const struct ike *ike, uint64_t number)
{
	struct child *c;

	for (c = ike->children; c && c->number != number; c = c->next)
		;
	return c;
}

static uint64_t retire_wait(const struct child *c)
{
	const struct child *heir = succession_heir(c);

	if (!c->session || !c->session->initiator)
		return RETIRE_RESPONDER;
	return heir && heir->initiator && !heir->confirmed ? RETIRE_UNCONFIRMED : RETIRE_INITIATOR;
}

static uint64_t rekey_time(const struct child *c)
{
	return c->expire.due - connection_margin(c->connection, c->lifetime, !c->initiator);
}

/* @gone: why it is renewed if it is the one that stays again; NULL: it is not */
static void review(struct child *c, const char *gone)
{
	bool was = c->replaced;

	if (c->state != CHILD_ESTABLISHED)
		return;
	c->replaced = succession_outdone(c);
	if (c->replaced && !was) {
		timer_set(&c->ike->timers, &c->retire, c->ike->now + retire_wait(c));
		timer_clear(&c->ike->timers, &c->rekey);
	} else if (!c->replaced && was) {
		timer_clear(&c->ike->timers, &c->retire);
		c->due = gone ?: c->due;
		timer_set(&c->ike->timers, &c->rekey, c->due ? c->ike->now : rekey_time(c));
		if (!c->parts[0].installed_out)
			child_install(c, IKE_OUT);
	}
}

static void review_alike(struct child *c, const char *gone)
{
	struct child *d;

	/* Of all first: each is compared with the others by it */
	for (d = c->ike->children; d; d = d->next)
		if (d->pair == c->pair && d->state == CHILD_ESTABLISHED && !d->outdated)
			d->outdated = succession_outdated(d);
	for (d = c->ike->children; d; d = d->next)
		if (d->pair == c->pair)
			review(d, gone);
}

static void say_delete(struct child *c)
{
	struct session *s;

	if (c->session && c->session->established)
		informational_delete_child(c->session, c);
	for (s = c->ike->sessions; c->session && c->namesakes && s; s = s->next)
		if (unique_namesakes(c->session, s))
			informational_delete_child(s, c);
}

static void retire_fire(void *owner)
{
	struct child *c = owner;

	if (c->state == CHILD_DYING) {
		say_delete(c);
		timer_set(&c->ike->timers, &c->retire, c->ike->now + DELETE_AGAIN);
		return;
	}

	review(c, NULL);
	if (c->replaced)
		child_delete(c);
}

static void add_part(struct child *c, uint8_t protocol)
{
	struct part *p = &c->parts[c->part_count++];

	p->protocol = protocol;
	/* RFC 4303 2.1: 0 is reserved, as are 1 to 255 */
	do
		p->spi_in = engine_random32(c->ike);
	while (p->spi_in < 256 || child_find(c->ike, protocol, p->spi_in));
	table_insert(&c->ike->by_spi, &p->by_spi, spi_key(protocol, p->spi_in), c);
}

struct child *child_new(struct session *s, struct pair *p, bool initiator, bool esp, bool ah)
{
	struct ike *ike = s->ike;
	struct child *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->ike = ike;
	c->session = s;
	c->connection = p->connection;
	c->pair = p;
	c->initiator = initiator;
	c->number = ++ike->next_child;
	c->local = s->local;
	c->remote = s->remote;
	c->begun = ike->now;
	c->lease = lease_hold(s->access.lease);
	if (esp)
		add_part(c, IKE_PROTO_ESP);
	if (ah)
		add_part(c, IKE_PROTO_AH);
	timer_init(&c->outbound, outbound_fire, c);
	timer_init(&c->rekey, rekey_fire, c);
	timer_init(&c->expire, expire_fire, c);
	timer_init(&c->retire, retire_fire, c);
	c->next = ike->children;
	ike->children = c;
	return c;
}

void child_kill(struct child *c)
{
	struct ike *ike = c->ike;
	struct child **at;
	unsigned int i;

	if (c->dead)
		return;
	c->dead = true;
	if (c->exchange && c->exchange->quick)
		c->exchange->quick->child = NULL;
	child_uninstall(c, IKE_OUT);
	child_uninstall(c, IKE_IN);
	for (at = &ike->children; *at && *at != c; at = &(*at)->next)
		;
	if (*at)
		*at = c->next;
	for (i = 0; i < c->part_count; i++)
		table_remove(&ike->by_spi, &c->parts[i].by_spi);
	timer_clear(&ike->timers, &c->outbound);
	timer_clear(&ike->timers, &c->rekey);
	timer_clear(&ike->timers, &c->expire);
	timer_clear(&ike->timers, &c->retire);
	lease_drop(c->lease);
	c->lease = NULL;
	c->next = ike->dead_children;
	ike->dead_children = c;
	child_lost(c);
}

void engine_reap_children(struct ike *ike)
{
	while (ike->dead_children) {
		struct child *c = ike->dead_children;

		ike->dead_children = c->next;
		secret_erase(c, sizeof(*c));
		free(c);
	}
}

bool child_receive(struct child *c)
{
	return child_install(c, IKE_IN);
}

static bool alike_in_use(const struct child *c)
{
	return succession_in_use(c, UINT64_MAX);
}

bool child_renews(const struct child *c)
{
	return succession_in_use(c, c->number);
}

static void begin_lifetime(struct child *c)
{
	timer_set(&c->ike->timers, &c->expire, c->ike->now + c->lifetime * SECOND);
	timer_set(&c->ike->timers, &c->rekey, rekey_time(c));
}

static void report_established(struct child *c, bool rekeyed)
{
	enum ike_event_code code = rekeyed ? IKE_EVENT_CHILD_REKEYED : IKE_EVENT_CHILD_UP;
	struct ike_event event = on_child(c, code, IKE_SEVERITY_INFO);
	char text[CHILD_TEXT_MAX], agreed[PROPOSAL_TEXT_MAX], weak[PROPOSAL_TEXT_MAX];
	char life[LIFETIME_TEXT_MAX];

	event.proposal = child_proposal_text(c, agreed, sizeof(agreed));
	report(c->ike, event, "%s: %s, %s%s%s, lifetime %s",
	       rekeyed ? "child renewed" : "child established", child_text(c, text, sizeof(text)),
	       c->initiator ? "we began" : "the peer began", c->cause ? " because " : "",
	       c->cause ? c->cause : "", lifetime_text(c->lifetime, c->lifebytes, life));
	if (!rekeyed && *child_weak_text(c, weak, sizeof(weak)))
		report(c->ike, on_child(c, IKE_EVENT_WEAK, IKE_SEVERITY_WARNING),
		       "the child uses what is weak by today's standard: %s", weak);
}

static void report_rival(struct child *c)
{
	const struct child *rival = succession_rival(c);
	char new[SESSION_TEXT_MAX], old[SESSION_TEXT_MAX], text[CHILD_TEXT_MAX];

	if (rival)
		report(c->ike, on_child(c, IKE_EVENT_STEP, IKE_SEVERITY_WARNING),
		       "two peers have a child for the same traffic, under phase 1 %s, and now "
		       "under phase 1 %s: what we send goes to the later one alone, %s; give each "
		       "of them selectors of its own, behind one NAT mode tunnel",
		       session_text(rival->session, old), session_text(c->session, new),
		       child_text(c, text, sizeof(text)));
}

void child_establish(struct child *c)
{
	bool rekeyed = alike_in_use(c);

	timer_clear(&c->ike->timers, &c->outbound);
	if (c->state != CHILD_NEGOTIATING && c->state != CHILD_INBOUND)
		return;
	/*
	 * One that lost against another of its kind only receives: the newest outbound SA would be
	 * used, and it is going to be deleted.
	 */
	if (!succession_outdone(c) && !child_install(c, IKE_OUT)) {
		pair_retry(c->pair);
		child_delete(c);
		return;
	}
	c->state = CHILD_ESTABLISHED;
	c->established = c->ike->now;
	c->ike->counters.child_up++;
	c->pair->attempts = 0;
	c->pair->turn = 0;
	c->pair->up = true;
	begin_lifetime(c);
	report_established(c, rekeyed);
	if (!rekeyed)
		report_rival(c);
	review_alike(c, NULL);
	connection_wake(c->connection);
	connection_review(c->connection);
}

/*
 * The peer cannot answer traffic before it has worked through the third message, which takes it
 * about as long as the first one did. Packets that wait for the tunnel would overtake that message
 * and their answers be lost.
 */
static uint64_t third_message_time(const struct child *c)
{
	uint64_t first = c->agreed - c->begun;

	return first < SECOND ? first : SECOND;
}

/*
 * The peer still lacks the third message of @heir: those that it replaces must stay a while longer.
 */
static void postpone_retirement(struct child *heir)
{
	struct child *c;

	for (c = heir->ike->children; c; c = c->next)
		if (c != heir && c->retire.armed && c->state == CHILD_ESTABLISHED &&
		    succession_alike(c, heir))
			timer_set(&c->ike->timers, &c->retire, c->ike->now + retire_wait(c));
}

void child_await(struct child *c, bool committed)
{
	uint64_t wait = committed || alike_in_use(c) ? OUTBOUND_PATIENCE : third_message_time(c);

	if (c->state == CHILD_ESTABLISHED)
		postpone_retirement(c);
	if (c->state != CHILD_INBOUND)
		return;
	if (wait)
		timer_set(&c->ike->timers, &c->outbound, c->ike->now + wait);
	else
		child_establish(c);
}

/* One that could be used is gone: was it the last of its pair? */
void child_lost(struct child *c)
{
	struct pair *p = c->pair;
	char text[CHILD_TEXT_MAX];

	if (c->ike->freeing)
		return;
	review_alike(c, "what replaced the old one is gone");
	if (!p->up || child_current(p))
		return;
	p->up = false;
	report(c->ike, on_child(c, IKE_EVENT_CHILD_DOWN, IKE_SEVERITY_WARNING),
	       "no child is left for this traffic: %s", child_text(c, text, sizeof(text)));
	connection_review(c->connection);
	connection_wake(c->connection);
}

static void die(struct child *c, uint64_t linger)
{
	c->state = CHILD_DYING;
	timer_clear(&c->ike->timers, &c->outbound);
	timer_clear(&c->ike->timers, &c->rekey);
	timer_clear(&c->ike->timers, &c->retire);
	timer_set(&c->ike->timers, &c->expire, c->ike->now + linger);
	child_uninstall(c, IKE_OUT);
	child_lost(c);
}

void child_delete(struct child *c)
{
	if (c->state == CHILD_DYING)
		return;
	say_delete(c);
	die(c, LINGER_DELETED);
	timer_set(&c->ike->timers, &c->retire, c->ike->now + DELETE_AGAIN);
}

/*
 * The initiator of a rekey deletes the old one when the new one works for it. If its third message
 * has not come, this says the same, unless the two have another new one already.
 */
static void confirm_successor(struct child *old)
{
	struct child *c;

	for (c = old->ike->children; c; c = c->next) {
		if (c->state == CHILD_NEGOTIATING && !c->initiator && c->parts[0].installed_in &&
		    succession_alike(c, old)) {
			quick_confirmed(c);
			return;
		}
	}
}

void child_deleted(struct child *c)
{
	struct ike_event event = on_child(c, IKE_EVENT_FAILED, IKE_SEVERITY_WARNING);
	char text[CHILD_TEXT_MAX];
	struct pair *p = c->pair;

	if (c->state == CHILD_DYING)
		return;
	if (!c->replaced && !succession_over(c))
		confirm_successor(c);
	die(c, LINGER_PEER_DELETED);
	if (child_current(p) || child_negotiating(p, NULL))
		return;
	if (c->connection->settings.start == IKE_START_ON_DEMAND)
		p->wanted = false;
	timer_set(&c->ike->timers, &p->retry,
		  connection_deleted(c->connection, c->established, &p->deletions));
	event.error = IKE_ERROR_PEER_DELETED;
	connection_failure(c->connection, event,
			   "the peer deleted the child, and there is no other one: %s",
			   child_text(c, text, sizeof(text)));
}

void child_expired(struct child *c)
{
	if (c->state != CHILD_DYING)
		expire(c, c->lifebytes ? "the child has carried all the bytes that it may" :
					 "the kernel does not use the child any more");
}

void child_rekey_failed(struct child *c)
{
	c->rekeying = false;
	if (c->state == CHILD_ESTABLISHED && !c->replaced)
		timer_set(&c->ike->timers, &c->rekey,
			  c->ike->now + engine_jitter(c->ike, 2 * REKEY_AGAIN, 50));
}

void child_move(struct child *c, const struct ike_endpoint *local,
		const struct ike_endpoint *remote)
{
	c->local = *local;
	c->remote = *remote;
	if (c->encap)
		child_update(c);
}

struct child *child_current(const struct pair *p)
{
	struct child *c, *best = NULL;

	for (c = p->connection->ike->children; c; c = c->next)
		if (c->pair == p && c->state == CHILD_ESTABLISHED && (!best || best->replaced))
			best = c;
	return best;
}

static bool under_way(const struct child *c)
{
	if (c->state == CHILD_NEGOTIATING && !c->initiator)
		return c->ike->now - c->begun < THIRD_PATIENCE;
	return c->state == CHILD_NEGOTIATING || c->state == CHILD_INBOUND;
}

bool child_negotiating(const struct pair *p, const struct session *s)
{
	const struct child *c;

	for (c = p->connection->ike->children; c; c = c->next)
		if (c->pair == p && under_way(c) && (!s || child_same_peer(c, s)))
			return true;
	return false;
}

unsigned int child_count(const struct pair *p, const struct session *s)
{
	const struct child *c;
	unsigned int count = 0;

	for (c = p->connection->ike->children; c; c = c->next)
		count += c->pair == p && child_same_peer(c, s);
	return count;
}

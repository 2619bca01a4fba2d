/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/connection.h"

/* Seconds before the end of a lifetime, when nothing is configured. */
#define MARGIN_DEFAULT 540

#include <stdarg.h>
#include <stdio.h>

#include "ike/child.h"
#include "ike/informational.h"
#include "ike/phase1.h"
#include "ike/quick.h"
#include "ike/report.h"

/* After a failure: soon at first (a peer that is still booting), then less often, for ever. */
#define RETRY_FIRST (2 * SECOND)
#define RETRY_LONGEST (60 * SECOND)
#define RETRY_JITTER 25
/* What the peer deletes sooner than this has not really stood. */
#define STANDING (60 * SECOND)
/* So often it is begun again at once all the same. */
#define PATIENT_DELETIONS 2
/* Attempts before an on-demand connection waits for the next packet. */
#define DEMAND_ATTEMPTS 3
/* What is under way may come to nothing without a word. */
#define LOOK_AGAIN (5 * SECOND)
/* The same failure is not reported more often. */
#define FAILURE_INTERVAL (5 * SECOND)

struct connection *connection_find(const struct ike *ike, const char *name)
{
	struct connection *c;

	for (c = ike->connections; c && strcmp(c->name, name); c = c->next)
		;
	return c;
}

void connection_wake(struct connection *c)
{
	timer_set_earlier(&c->ike->timers, &c->work, c->ike->now);
}

static bool any_pair_wanted(const struct connection *c)
{
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++)
		if (c->pairs[i].wanted)
			return true;
	return false;
}

static void begin_phase1(struct connection *c, const struct session *old)
{
	struct ike_endpoint local = { c->settings.local, IKE_PORT };
	struct ike_endpoint remote = { c->settings.remote, c->settings.remote_port };

	if (old) {
		local = old->local;
		remote = old->remote;
	} else if (remote.port == c->settings.remote_natt_port) {
		local.port = IKE_PORT_NATT;
	}
	if (!remote.address.family || !local.address.family)
		return;
	if (!phase1_initiate(c, &local, &remote, old))
		connection_retry(c);
}

static void begin_pairs(struct connection *c, struct session *s)
{
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++) {
		struct pair *p = &c->pairs[i];

		if ((!c->wanted && !p->wanted) || p->retry.armed || child_current(p))
			continue;
		if (!child_negotiating(p, NULL))
			quick_initiate(s, p, NULL);
		else
			timer_set_earlier(&c->ike->timers, &c->work, c->ike->now + LOOK_AGAIN);
	}
}

/* Looks at what is there and begins what is missing. */
static void work(void *owner)
{
	struct connection *c = owner;
	struct session *best = session_best(c);

	connection_review(c);
	if (c->ike->shut_down)
		return;
	if (!session_negotiating(c) && !c->retry.armed &&
	    (best ? best->rekeying : c->wanted || any_pair_wanted(c)))
		begin_phase1(c, best);
	if (best)
		begin_pairs(c, best);
}

static void retry_fire(void *owner)
{
	connection_wake(owner);
}

static void pair_retry_fire(void *owner)
{
	struct pair *p = owner;

	connection_wake(p->connection);
}

void connection_init(struct connection *c)
{
	size_t i;

	timer_init(&c->work, work, c);
	timer_init(&c->retry, retry_fire, c);
	for (i = 0; i < c->settings.pair_count; i++)
		timer_init(&c->pairs[i].retry, pair_retry_fire, &c->pairs[i]);
}

static uint64_t backoff(struct ike *ike, unsigned int attempts)
{
	uint64_t delay = attempts > 6 ? RETRY_LONGEST : RETRY_FIRST << (attempts - 1);

	return engine_jitter(ike, delay < RETRY_LONGEST ? delay : RETRY_LONGEST, RETRY_JITTER);
}

void connection_retry(struct connection *c)
{
	const struct session *best = session_best(c);
	struct ike_event event = on_connection(c, IKE_EVENT_RETRY, IKE_SEVERITY_INFO);
	size_t i;

	c->attempts++;
	if (!c->wanted && !best && c->attempts >= DEMAND_ATTEMPTS)
		for (i = 0; i < c->settings.pair_count; i++)
			c->pairs[i].wanted = false;
	connection_wake(c);
	if (c->ike->shut_down || !(c->wanted || any_pair_wanted(c) || (best && best->rekeying)))
		return;
	event.delay = backoff(c->ike, c->attempts);
	event.count = c->attempts;
	timer_set(&c->ike->timers, &c->retry, c->ike->now + event.delay);
	report(c->ike, event, "attempt %u came to nothing, next one in %llu s", c->attempts,
	       (unsigned long long)((event.delay + 500) / SECOND));
}

uint64_t connection_deleted(struct connection *c, uint64_t since, unsigned int *count)
{
	*count = c->ike->now - since < STANDING ? *count + 1 : 0;
	/* It may be about to begin a new one itself, or tidy up after a crossing. */
	return c->ike->now + (*count > PATIENT_DELETIONS ?
			      backoff(c->ike, *count - PATIENT_DELETIONS) :
			      engine_jitter(c->ike, SECOND, 50));
}

void connection_lost(struct connection *c)
{
	size_t i;

	timer_clear(&c->ike->timers, &c->retry);
	for (i = 0; i < c->settings.pair_count; i++)
		timer_clear(&c->ike->timers, &c->pairs[i].retry);
	connection_wake(c);
}

void pair_retry(struct pair *p)
{
	struct connection *c = p->connection;

	p->attempts++;
	p->turn++;
	timer_set(&c->ike->timers, &p->retry, c->ike->now + backoff(c->ike, p->attempts));
	connection_wake(c);
}

void pair_next_group(struct pair *p)
{
	p->turn++;
	connection_wake(p->connection);
}

void connection_failure(struct connection *c, struct ike_event event, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;
	bool known;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	known = c->error == event.error && !strcmp(c->error_text, text) &&
		c->ike->now - c->error_time < FAILURE_INTERVAL;
	if (known)
		return;
	c->ike->counters.failed++;
	/* Whom we refuse may be anybody with the peer's address; what is up is not wrong. */
	if (event.code == IKE_EVENT_REFUSED && c->established) {
		report(c->ike, event, "%s", text);
		return;
	}
	c->error = event.error;
	c->error_time = c->ike->now;
	snprintf(c->error_text, sizeof(c->error_text), "%s", text);
	report(c->ike, event, "%s", text);
}

void connection_review(struct connection *c)
{
	bool up = true;
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++)
		up = up && child_current(&c->pairs[i]);
	if (up && !c->established) {
		c->established = c->ike->now;
		c->attempts = 0;
		c->error = IKE_ERROR_NONE;
		c->error_text[0] = 0;
	}
	if (!up)
		c->established = 0;
}

uint64_t connection_margin(struct connection *c, uint64_t lifetime, bool follower)
{
	uint64_t margin = c->settings.rekey_margin * SECOND, whole = lifetime * SECOND;

	/*
	 * The default suits no short lifetime; what is configured does, unless the peer wants a
	 * shorter one.
	 */
	if (!margin)
		margin = whole / 4 < MARGIN_DEFAULT * SECOND ? whole / 4 : MARGIN_DEFAULT * SECOND;
	/* Who did not begin it rekeys only if the other side has missed its time. */
	if (follower) {
		margin = margin < whole / 4 ? margin : whole / 4;
		return margin / 4 + engine_random32(c->ike) % (margin / 4 + 1);
	}
	margin += margin * (engine_random32(c->ike) % (c->settings.rekey_fuzz + 1)) / 100;
	return margin < whole ? margin : whole / 2;
}

static struct selector resolve(const struct ike_selector *s, const struct ike_address *own)
{
	struct ike_selector known = *s;

	if (!s->address.family) {
		known.address = *own;
		known.prefix = 8 * ike_address_length(own);
	}
	return selector_of_public(&known);
}

void pair_selectors(const struct pair *p, const struct ike_address *local,
		    const struct ike_address *remote, struct selector *ours,
		    struct selector *theirs)
{
	*ours = resolve(&p->local, local);
	*theirs = resolve(&p->remote, remote);
}

/* 2: by address, 1: as %any, 0: not for these. */
static unsigned int match(const struct connection *c, const struct ike_address *local,
			  const struct ike_address *remote)
{
	const struct ike_connection *s = &c->settings;

	if (s->local.family && !ike_address_equal(&s->local, local))
		return 0;
	if (s->remote.family)
		return ike_address_equal(&s->remote, remote) ? 2 : 0;
	return 1;
}

struct connection *connection_match(const struct ike *ike, const struct ike_address *local,
				    const struct ike_address *remote, struct connection *after)
{
	unsigned int wanted = after ? match(after, local, remote) : 2;
	struct connection *c = after ? after->next : ike->connections;

	for (; wanted; wanted--, c = ike->connections)
		for (; c; c = c->next)
			if (match(c, local, remote) == wanted)
				return c;
	return NULL;
}

size_t connection_secret(struct connection *c, const struct ike_address *local,
			 const struct ike_address *remote, const char *identity, uint8_t *secret,
			 size_t size)
{
	const struct ike_ops *ops = c->ike->ops;

	if (c->psk.len && c->psk.len <= size) {
		memcpy(secret, c->psk.data, c->psk.len);
		return c->psk.len;
	}
	if (!ops->secret)
		return 0;
	return ops->secret(c->ike->ctx, c->name, local, remote, identity, secret, size);
}

/* Quick modes for its pairs, under the phase 1 of another connection with the same peer */
static void end_quick_modes(struct connection *c, struct session *s)
{
	struct exchange *x, *next;

	for (x = s->exchanges; x; x = next) {
		next = x->next;
		if (x->quick && x->quick->pair && x->quick->pair->connection == c)
			exchange_kill(x);
	}
}

void connection_down(struct connection *c)
{
	struct session *s, *next;
	struct child *child, *next_child;
	size_t i;

	c->wanted = false;
	c->stopped = true;
	for (i = 0; i < c->settings.pair_count; i++) {
		c->pairs[i].wanted = false;
		timer_clear(&c->ike->timers, &c->pairs[i].retry);
	}
	timer_clear(&c->ike->timers, &c->retry);
	for (s = c->ike->sessions; s; s = next) {
		next = s->next;
		if (s->connection == c)
			session_close(s);
	}
	for (child = c->ike->children; child; child = next_child) {
		next_child = child->next;
		if (child->connection != c)
			continue;
		if (child->session && child->state != CHILD_DYING)
			informational_delete_child(child->session, child);
		child_kill(child);
	}
	for (s = c->ike->sessions; s; s = s->next)
		end_quick_modes(c, s);
	connection_review(c);
}

static void try_now(struct connection *c)
{
	size_t i;

	c->stopped = false;
	timer_clear(&c->ike->timers, &c->retry);
	for (i = 0; i < c->settings.pair_count; i++)
		timer_clear(&c->ike->timers, &c->pairs[i].retry);
	connection_wake(c);
}

void connection_want(struct connection *c)
{
	c->wanted = true;
	try_now(c);
}

static bool pair_takes(const struct pair *p, const struct ike_address *source,
		       const struct ike_address *destination)
{
	struct ike_selector from = { .address = *source,
				     .prefix = ike_address_length(source) * 8 };
	struct ike_selector to = { .address = *destination,
				   .prefix = ike_address_length(destination) * 8 };
	struct ike_selector local = p->local, remote = p->remote;

	/* Only addresses are known of the packet. */
	local.protocol = remote.protocol = 0;
	local.port = remote.port = 0;
	return (!local.address.family || ike_selector_contains(&local, &from)) &&
	       (!remote.address.family || ike_selector_contains(&remote, &to));
}

void connection_acquire(struct connection *c, const struct ike_address *source,
			const struct ike_address *destination)
{
	bool found = false;
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++) {
		struct pair *p = &c->pairs[i];

		if (source && destination && !pair_takes(p, source, destination))
			continue;
		found = true;
		if (!p->wanted && !c->wanted)
			p->wanted = true;
	}
	if (!found)
		return;
	c->stopped = false;
	connection_wake(c);
}

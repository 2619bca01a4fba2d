/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/dpd.h"

#include "ike/access.h"
#include "ike/child.h"
#include "ike/informational.h"
#include "ike/report.h"
#include "ike/unique.h"

/* While an answer is due, it is asked for again this often at least. */
#define ASK_AGAIN (5 * SECOND)

static const struct ike_connection *settings(const struct session *s)
{
	return &s->connection->settings;
}

static void say(struct session *s, uint16_t type, uint32_t sequence)
{
	uint8_t cookies[2 * IKE_COOKIE_LEN] = { 0 }, data[4] = { 0 };
	struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = type,
		.spi = bytes_of(cookies, sizeof(cookies)),
		.data = bytes_of(data, sizeof(data)),
	};

	/* RFC 3706 5.3: the SPI is both cookies */
	memcpy(cookies, s->cookie_i, IKE_COOKIE_LEN);
	memcpy(cookies + IKE_COOKIE_LEN, s->cookie_r, IKE_COOKIE_LEN);
	spi_write(data, sequence);
	informational_notify(s, &n, NULL);
}

void dpd_begin(struct session *s)
{
	if (!settings(s)->dpd_delay || !s->peer_dpd)
		return;
	/* RFC 3706 5.4: random, with the high bit clear; what was watched before counts on */
	if (!s->dpd_sequence)
		s->dpd_first = s->dpd_sequence = engine_random32(s->ike) & 0x7fffffff;
	timer_set(&s->ike->timers, &s->dpd, s->ike->now + settings(s)->dpd_delay * SECOND);
}

void dpd_ask_soon(struct session *s)
{
	if (s->dpd.armed && !s->dpd_waiting)
		timer_set_earlier(&s->ike->timers, &s->dpd, s->ike->now + SECOND);
	s->dpd_hinted = true;
}

/*
 * One with the same identity at the same address, begun since @s was heard of: where peers may
 * share both behind a NAT, it may be the same peer behind another port, or another peer
 * (session_same_peer()).
 */
static bool is_namesake(const struct session *s, const struct session *other)
{
	return unique_namesakes(s, other) && other->begun > s->seen && !session_same_peer(other, s);
}

/*
 * If one of them is the same, it thinks that its children live: each is told. Another does not know
 * them.
 */
static void tell_namesakes(struct session *s)
{
	struct session *other = s->ike->sessions;
	struct child *c;

	while (other && !is_namesake(s, other))
		other = other->next;
	for (c = s->ike->children; other && c; c = c->next) {
		if (!c->session || c->state != CHILD_ESTABLISHED ||
		    !session_same_peer(c->session, s))
			continue;
		c->session = other;
		c->namesakes = true;
		child_delete(c);
	}
}

/*
 * Whoever sends the last message of phase 1 is the first to think that it stands, and that the one
 * before is replaced: in main mode the peer that answers, in aggressive mode the one that begins.
 * The other side may never have got that message, or so late that it has another one by now: the
 * children may well live. Nobody wants to know who has asked for the tunnel to be taken down.
 */
static bool never_confirmed(const struct session *s)
{
	bool last = access_needed(s->connection) ? access_ends(s->connection) :
		    !s->initiator || s->main.type != IKE_EXCHANGE_MAIN;

	return last && s->seen == s->established_time &&
	       settings(s)->dpd_action == IKE_DPD_RESTART;
}

bool dpd_doubts_heir(const struct session *s)
{
	const struct session *heir;

	for (heir = s->ike->sessions; heir; heir = heir->next)
		if (heir != s && heir->established && !heir->retiring && heir->dpd.armed &&
		    never_confirmed(heir) && session_same_peer(heir, s))
			return true;
	return false;
}

static bool has_children(const struct session *s)
{
	const struct child *c = s->ike->children;

	while (c && (c->session != s || c->state != CHILD_ESTABLISHED))
		c = c->next;
	return c;
}

static void begin_anew(struct session *s)
{
	struct connection *c = s->connection;
	char text[SESSION_TEXT_MAX];

	report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_WARNING),
	       "the peer has never been heard of under the last phase 1, %s: that is given up, "
	       "its children wait for a new one", session_text(s, text));
	session_deleted_by_peer(s);
	connection_lost(c);
}

static void dead(struct session *s)
{
	struct ike_event event = on_session(s, IKE_EVENT_DPD, IKE_SEVERITY_ERROR);
	struct connection *c = s->connection;
	enum ike_dpd_action action = settings(s)->dpd_action;
	struct session *other, *next;
	char text[SESSION_TEXT_MAX];
	size_t i;

	if (never_confirmed(s) && session_reinstate(s))
		return;
	if (never_confirmed(s) && has_children(s)) {
		begin_anew(s);
		return;
	}
	event.error = IKE_ERROR_DPD_TIMEOUT;
	connection_failure(c, event,
			   "the peer has not answered for %llu s: it is down or cannot be reached; "
			   "phase 1 %s, is given up",
			   (unsigned long long)((s->ike->now - s->seen) / SECOND),
			   session_text(s, text));
	if (action != IKE_DPD_RESTART) {
		c->wanted = false;
		for (i = 0; i < c->settings.pair_count; i++)
			c->pairs[i].wanted = false;
	}
	tell_namesakes(s);
	for (other = s->ike->sessions; other; other = next) {
		next = other->next;
		if (other != s && other->established && session_same_peer(other, s))
			session_forget(other);
	}
	session_forget(s);
	if (action == IKE_DPD_RESTART && c->settings.remote.family)
		connection_lost(c);
	connection_wake(c);
}

void dpd_fire(void *owner)
{
	struct session *s = owner;
	uint64_t now = s->ike->now, delay = settings(s)->dpd_delay * SECOND;
	uint64_t again = delay < ASK_AGAIN ? delay : ASK_AGAIN;

	if (s->retiring) /* its successor is watched instead */
		return;
	if (now < s->hushed) {
		timer_set(&s->ike->timers, &s->dpd, s->hushed);
		return;
	}
	/* RFC 3706 5.5: any message of the peer is as good as an answer */
	if (s->seen > s->dpd_asked)
		s->dpd_waiting = false;
	if (s->dpd_waiting && now >= s->dpd_asked + settings(s)->dpd_timeout * SECOND) {
		dead(s);
		return;
	}
	if (!s->dpd_waiting && !s->dpd_hinted && now < s->seen + delay) {
		timer_set(&s->ike->timers, &s->dpd, s->seen + delay);
		return;
	}
	/* RFC 3706 7: a new number also when it is asked again; one that repeats is soon ignored */
	s->dpd_sequence++;
	if (!s->dpd_waiting) {
		s->dpd_first = s->dpd_sequence;
		s->dpd_asked = now;
	}
	s->dpd_waiting = true;
	s->dpd_hinted = false;
	say(s, IKE_N_R_U_THERE, s->dpd_sequence);
	timer_set(&s->ike->timers, &s->dpd, now + again);
}

void dpd_input(struct session *s, const struct notify *n)
{
	uint32_t sequence;

	if (n->data.len != 4) /* RFC 3706 5.3 */
		return;
	sequence = spi_read(n->data);
	/*
	 * Any number is answered, and the SPI may be anything (RFC 3706 6.1: SHOULD): some peers do
	 * not count on while they wait, others mistake the cookies. What was played again has not
	 * come here, its message id was used (message_ids.h).
	 */
	if (n->type == IKE_N_R_U_THERE) {
		say(s, IKE_N_R_U_THERE_ACK, sequence);
		return;
	}
	/* Whoever held back an ACK must not prove with it later that the peer lives: RFC 3706 7 */
	if (sequence - s->dpd_first > s->dpd_sequence - s->dpd_first) {
		s->seen = s->seen_before;
		report(s->ike, on_session(s, IKE_EVENT_DROPPED, IKE_SEVERITY_DEBUG),
		       "ignored an answer of dead peer detection: its number is %u, asked was %u "
		       "to %u", sequence, s->dpd_first, s->dpd_sequence);
		return;
	}
	if (s->dpd_waiting) {
		s->dpd_waiting = false;
		timer_set(&s->ike->timers, &s->dpd, s->ike->now + settings(s)->dpd_delay * SECOND);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is, for `adit status`.
 */
#include "ike/auth.h"
#include "ike/child.h"
#include "ike/connection.h"
#include "ike/natt.h"
#include "ike/phase1.h"
#include "ike/session.h"

static uint64_t since(uint64_t time, uint64_t now)
{
	return now > time ? now - time : 0;
}

static uint64_t until(const struct timer *timer, uint64_t now)
{
	if (!timer->armed)
		return IKE_NEVER;
	return timer->due > now ? timer->due - now : 0;
}

const char *ike_state_text(enum ike_state state)
{
	static const char *const texts[] = {
		[IKE_STATE_DOWN] = "down",
		[IKE_STATE_DORMANT] = "dormant",
		[IKE_STATE_CONNECTING] = "connecting",
		[IKE_STATE_ESTABLISHED] = "established",
	};

	return texts[state];
}

static enum ike_state state_of(const struct connection *c)
{
	const struct session *s;
	size_t i;

	if (c->established)
		return IKE_STATE_ESTABLISHED;
	if (c->wanted)
		return IKE_STATE_CONNECTING;
	for (i = 0; i < c->settings.pair_count; i++)
		if (c->pairs[i].wanted || child_negotiating(&c->pairs[i], NULL))
			return IKE_STATE_CONNECTING;
	for (s = c->ike->sessions; s; s = s->next)
		if (s->connection == c && !s->established)
			return IKE_STATE_CONNECTING;
	return c->stopped ? IKE_STATE_DOWN : IKE_STATE_DORMANT;
}

static uint64_t next_attempt(const struct connection *c, uint64_t now)
{
	uint64_t next = until(&c->retry, now), pair;
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++) {
		pair = until(&c->pairs[i].retry, now);
		if (pair < next && !child_current(&c->pairs[i]))
			next = pair;
	}
	return next;
}

static void visit_connection(const struct connection *c, uint64_t now,
			     const struct ike_visitor *visitor, void *ctx)
{
	struct ike_status_connection status = {
		.name = c->name,
		.state = state_of(c),
		.local = c->settings.local,
		.remote = c->settings.remote,
		.error = c->error,
		.error_code = ike_error_code(c->error),
		.error_text = c->error_text,
		.error_age = c->error ? since(c->error_time, now) : 0,
		.attempts = c->attempts,
		.retry = next_attempt(c, now),
		.pairs = c->settings.pair_count,
		.established = c->established ? since(c->established, now) : IKE_NEVER,
	};
	size_t i;

	status.contact = c->contact;
	status.contact.last_received =
		c->contact.last_received ? since(c->contact.last_received, now) : IKE_NEVER;
	for (i = 0; i < c->settings.pair_count; i++)
		status.pairs_up += child_current(&c->pairs[i]) != NULL;
	visitor->connection(ctx, &status);
}

/* What an unestablished session does. */
static const char *step_text(const struct session *s)
{
	switch (s->access.step) {
	case ACCESS_CLOSED:
		return state_text(s->main.state);
	case ACCESS_CONFIG:
		return "mode config";
	default:
		return "XAUTH";
	}
}

static void visit_session(const struct session *s, uint64_t now, const struct ike_visitor *visitor,
			  void *ctx)
{
	char proposal[PROPOSAL_TEXT_MAX] = "", weak[PROPOSAL_TEXT_MAX] = "";
	char local[IDENTITY_TEXT_MAX], remote[IDENTITY_TEXT_MAX] = "";
	const struct ike_address *inner = access_inner(s);
	struct identity id = auth_local_id(s);
	struct ike_status_sa status = {
		.established = s->established,
		.replaced = s->retiring,
		.state = s->retiring ? "replaced" :
				       s->established ? "established" : step_text(s),
		.initiator = s->initiator,
		.local = s->local,
		.remote = s->remote,
		.proposal = proposal,
		.local_id = identity_print(&id, local, sizeof(local)),
		.remote_id = remote,
		.vendor = s->vendor,
		.exchange = s->main.type == IKE_EXCHANGE_AGGRESSIVE ? "aggressive" : "main",
		.auth = s->auth ? method_by_number(s->auth)->word : "",
		.user = s->access.user,
		.weak = weak,
		.nat_checked = s->nat_checked,
		.nat_local = s->nat_local,
		.nat_remote = s->nat_remote,
		.natt = s->local.port == IKE_PORT_NATT,
		.dpd = s->peer_dpd,
		.age = since(s->established ? s->established_time : s->begun, now),
		.rekey = until(&s->rekey, now),
		.expire = until(&s->expire, now),
		.last_seen = since(s->seen, now),
	};

	if (inner)
		status.inner = *inner;
	status.local.port = engine_port(s->ike, s->local.port);
	memcpy(status.initiator_cookie, s->cookie_i, sizeof(status.initiator_cookie));
	memcpy(status.responder_cookie, s->cookie_r, sizeof(status.responder_cookie));
	if (s->proposal.cipher) {
		proposal_print(&s->proposal, proposal, sizeof(proposal));
		phase1_weak(s, weak, sizeof(weak));
	}
	if (s->peer.type)
		identity_print(&s->peer, remote, sizeof(remote));
	visitor->sa(ctx, &status);
}

static const char *child_state(const struct child *c)
{
	switch (c->state) {
	case CHILD_NEGOTIATING:
		return "negotiating";
	case CHILD_INBOUND:
		return "installing";
	case CHILD_DYING:
		return "deleted";
	default:
		break;
	}
	return c->replaced ? "rekeyed" : c->rekeying ? "rekeying" : "established";
}

static void visit_child(const struct child *c, uint64_t now, const struct ike_visitor *visitor,
			void *ctx)
{
	char proposal[PROPOSAL_TEXT_MAX], outer[PROPOSAL_TEXT_MAX], weak[PROPOSAL_TEXT_MAX];
	const struct part *p = &c->parts[0], *ah = c->part_count > 1 ? &c->parts[1] : NULL;
	struct ike_status_child status = {
		.child = c->number,
		.pair = c->pair->index,
		.state = child_state(c),
		.protocol = p->protocol == IKE_PROTO_AH ? IKE_PROTOCOL_AH : IKE_PROTOCOL_ESP,
		.mode = c->tunnel ? IKE_MODE_TUNNEL : IKE_MODE_TRANSPORT,
		.spi_in = p->spi_in,
		.spi_out = p->spi_out,
		.outbound = child_current(c->pair) == c,
		.encap = c->encap,
		.esn = p->proposal.esn,
		.initiator = c->initiator,
		.local_ts = selector_public(&c->local_ts),
		.remote_ts = selector_public(&c->remote_ts),
		.proposal = "",
		.ah_spi_in = ah ? ah->spi_in : 0,
		.ah_spi_out = ah ? ah->spi_out : 0,
		.ah_proposal = "",
		.weak = "",
		.age = since(c->established ? c->established : c->begun, now),
		.rekey = until(&c->rekey, now),
		.expire = until(&c->expire, now),
	};

	if (c->state != CHILD_NEGOTIATING) {
		status.proposal = proposal_print(&p->proposal, proposal, sizeof(proposal));
		status.weak = child_weak_text(c, weak, sizeof(weak));
		if (ah)
			status.ah_proposal = proposal_print(&ah->proposal, outer, sizeof(outer));
	}
	visitor->child(ctx, &status);
}

static void visit(const struct connection *c, uint64_t now, const struct ike_visitor *visitor,
		  void *ctx)
{
	const struct session *s;
	const struct child *child;

	if (visitor->connection)
		visit_connection(c, now, visitor, ctx);
	for (s = c->ike->sessions; s && visitor->sa; s = s->next)
		if (s->connection == c)
			visit_session(s, now, visitor, ctx);
	for (child = c->ike->children; child && visitor->child; child = child->next)
		if (child->connection == c)
			visit_child(child, now, visitor, ctx);
}

bool ike_status(const struct ike *ike, const char *name, uint64_t now,
		const struct ike_visitor *visitor, void *ctx)
{
	const struct connection *c;
	bool found = !name;

	for (c = ike->connections; c; c = c->next) {
		if (name && strcmp(c->name, name))
			continue;
		found = true;
		visit(c, now, visitor, ctx);
	}
	return found;
}

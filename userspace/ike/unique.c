/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/unique.h"

#include "ike/dpd.h"
#include "ike/report.h"

/* For so long nobody replaces who has replaced another. */
#define PEACE (3600 * SECOND)

static enum ike_unique policy(const struct session *s)
{
	return s->connection->settings.unique;
}

static bool same_identity(const struct session *a, const struct session *b)
{
	return a != b && a->connection == b->connection && b->established && !b->retiring &&
	       !strcmp(a->access.user, b->access.user) && a->peer.type && b->peer.type &&
	       identity_matches(&a->peer, &b->peer);
}

static bool elsewhere(const struct session *fresh, const struct session *old)
{
	return same_identity(fresh, old) &&
	       !ike_address_equal(&fresh->remote.address, &old->remote.address);
}

bool unique_namesakes(const struct session *a, const struct session *b)
{
	return same_identity(a, b) && ike_address_equal(&a->remote.address, &b->remote.address);
}

static bool in_peace(const struct session *old)
{
	return old->replaced_time && old->ike->now - old->replaced_time < PEACE;
}

bool unique_admits(struct session *fresh)
{
	struct ike_event event = on_session(fresh, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	char id[IDENTITY_TEXT_MAX], at[IKE_ENDPOINT_TEXT], from[IKE_ENDPOINT_TEXT];
	struct session *old;

	if (fresh->initiator || policy(fresh) != IKE_UNIQUE_KEEP)
		return true;
	for (old = fresh->ike->sessions; old && !elsewhere(fresh, old); old = old->next)
		;
	if (!old)
		return true;
	event.error = IKE_ERROR_INVALID_ID;
	connection_failure(fresh->connection, event,
			   "refused %s at %s: that identity is in use at %s, and unique = "
			   "\"keep\"; give each peer an identity of its own",
			   identity_print(&fresh->peer, id, sizeof(id)),
			   ike_endpoint_text(&fresh->remote, from),
			   ike_endpoint_text(&old->remote, at));
	/* If it has moved, or is gone, the next attempt gets in. */
	dpd_ask_soon(old);
	return false;
}

/* Whether the peer had a phase 1 from the same address before. */
static bool is_renewal(const struct session *fresh)
{
	const struct session *s;

	for (s = fresh->ike->sessions; s; s = s->next)
		if (s != fresh && s->established && session_same_peer(s, fresh))
			return true;
	return false;
}

static void replace(struct session *fresh, struct session *old)
{
	char id[IDENTITY_TEXT_MAX], at[IKE_ENDPOINT_TEXT], from[IKE_ENDPOINT_TEXT];
	bool peace = in_peace(old);

	identity_print(&fresh->peer, id, sizeof(id));
	ike_endpoint_text(&fresh->remote, at);
	ike_endpoint_text(&old->remote, from);
	report(fresh->ike, on_session(fresh, peace ? IKE_EVENT_CONFLICT : IKE_EVENT_NOTIFY,
				      peace ? IKE_SEVERITY_WARNING : IKE_SEVERITY_INFO),
	       peace ? "%s comes from %s and from %s, which have replaced each other: both stay; "
		       "give each an identity of its own" :
		       "%s is at %s now, what it had at %s is deleted (unique = \"replace\")",
	       id, at, from);
	if (peace)
		return;
	fresh->replaced_time = fresh->ike->now;
	session_close(old);
}

void unique_settle(struct session *fresh)
{
	struct session *old, *next;

	if (fresh->initiator || policy(fresh) != IKE_UNIQUE_REPLACE || is_renewal(fresh))
		return;
	for (old = fresh->ike->sessions; old; old = next) {
		next = old->next;
		if (elsewhere(fresh, old))
			replace(fresh, old);
	}
}

bool unique_restarted(struct session *fresh, const struct session *old)
{
	bool other_port = fresh->nat_remote && old->nat_remote &&
			  fresh->remote.port != old->remote.port;

	if (!other_port)
		return true;
	if (in_peace(old))
		return false;
	fresh->replaced_time = fresh->ike->now;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/access.h"

#include <stdarg.h>
#include <stdio.h>

#include "ike/contact.h"
#include "ike/informational.h"
#include "ike/lease.h"
#include "ike/mode_config.h"
#include "ike/phase1.h"
#include "ike/report.h"
#include "ike/unique.h"
#include "ike/xauth.h"

/* How long the other side may take to begin what it has to begin: people type passwords. */
#define ACCESS_PATIENCE (60 * SECOND)
/* Attempts that count for the back-off after a wrong password: accounts get locked. */
#define ATTEMPTS_WRONG 6

bool access_is_xauth(uint16_t method)
{
	/* draft-beaulieu-ike-xauth-02 6.1, draft-ietf-ipsec-isakmp-hybrid-auth-05 3.2.1 */
	return (method >= 65001 && method <= 65010) || (method >= 64221 && method <= 64224);
}

bool access_needed(const struct connection *c)
{
	return c->method->xauth || c->settings.mode_config;
}

bool access_is_server(const struct connection *c)
{
	return c->settings.xauth_server || c->settings.pool.address.family;
}

bool access_ends(const struct connection *c)
{
	return access_is_server(c) == (c->settings.mode_config == IKE_MODE_CONFIG_PULL);
}

bool access_pending(const struct session *s)
{
	return s->access.step != ACCESS_CLOSED && s->access.step != ACCESS_OPEN;
}

static void fire(void *owner)
{
	struct session *s = owner;

	switch (s->access.step) {
	case ACCESS_DELAY:
		xauth_again(s);
		break;
	case ACCESS_REFUSED:
		informational_delete_session(s);
		session_kill(s);
		break;
	case ACCESS_LOGIN:
		access_fail(s, IKE_ERROR_XAUTH_MISMATCH,
			    "phase 1 is agreed, but the peer does not ask for user and password: "
			    "enable XAUTH there, or use auth = \"psk\" here");
		break;
	default:
		access_fail(s, IKE_ERROR_NO_RESPONSE,
			    access_is_server(s->connection) ?
				    "the peer does not ask for an address: set mode-config to the "
				    "same on both sides, pull or push" :
				    "the peer sends no address: set mode-config to the same on "
				    "both sides, pull or push");
		break;
	}
}

void access_init(struct session *s)
{
	timer_init(&s->access.timer, fire, s);
}

void access_end(struct session *s)
{
	timer_clear(&s->ike->timers, &s->access.timer);
	lease_drop(s->access.lease);
	s->access.lease = NULL;
}

void access_wait(struct session *s, enum access_step step, uint64_t time)
{
	s->access.step = step;
	timer_set(&s->ike->timers, &s->access.timer, s->ike->now + time);
}

void access_begin(struct session *s)
{
	bool server = access_is_server(s->connection);

	if (!access_is_xauth(s->auth)) {
		access_logged_in(s);
		return;
	}
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       server ? "phase 1 is agreed, the user is asked for (XAUTH)" :
			"phase 1 is agreed, waits for the peer to ask for user and password");
	if (server)
		xauth_ask(s);
	else
		access_wait(s, ACCESS_LOGIN, ACCESS_PATIENCE);
}

void access_logged_in(struct session *s)
{
	bool server = access_is_server(s->connection);

	switch (s->connection->settings.mode_config) {
	case IKE_MODE_CONFIG_NO:
		access_open(s);
		return;
	case IKE_MODE_CONFIG_PULL:
		access_wait(s, ACCESS_CONFIG, ACCESS_PATIENCE);
		if (!server)
			mode_config_pull(s);
		return;
	case IKE_MODE_CONFIG_PUSH:
		access_wait(s, ACCESS_CONFIG, ACCESS_PATIENCE);
		if (server)
			mode_config_push(s);
		return;
	}
}

void access_open(struct session *s)
{
	if (!unique_admits(s)) {
		informational_delete_session(s);
		session_kill(s);
		return;
	}
	timer_clear(&s->ike->timers, &s->access.timer);
	s->access.step = ACCESS_OPEN;
	if (s->access.contact)
		contact_heard(s);
	phase1_established(s);
	if (access_is_server(s->connection) && !s->initiator)
		contact_tell(s);
	mode_config_settle(s);
}

void access_fail(struct session *s, enum ike_error error, const char *format, ...)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct connection *c = s->connection;
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	event.error = error;
	if (access_is_server(c)) {
		event.code = IKE_EVENT_REFUSED;
		event.severity = IKE_SEVERITY_WARNING;
	}
	connection_failure(c, event, "%s", text);
	informational_delete_session(s);
	session_kill(s);
	if (error == IKE_ERROR_XAUTH_FAILED && c->attempts < ATTEMPTS_WRONG)
		c->attempts = ATTEMPTS_WRONG;
	if (s->initiator)
		connection_retry(c);
}

void access_deleted(struct session *s)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_WARNING);
	struct connection *c = s->connection;
	bool judged = s->access.step == ACCESS_LOGIN && s->access.asked;

	event.error = judged ? IKE_ERROR_XAUTH_FAILED : IKE_ERROR_PEER_DELETED;
	if (!access_is_server(c))
		connection_failure(c, event,
				   judged ? "the peer deleted the phase 1 instead of accepting "
					    "user and password: see there, and xauth-user and "
					    "xauth-password-file here" :
					    "the peer deleted the phase 1 during XAUTH or mode "
					    "config: see there");
	session_kill(s);
	if (s->initiator)
		connection_retry(c);
}

void access_refused(struct session *s)
{
	access_wait(s, ACCESS_REFUSED, ACCESS_PATIENCE);
}

const struct ike_address *access_inner(const struct session *s)
{
	const struct connection *c = s->connection;

	if (access_is_server(c))
		return lease_address(s->access.lease);
	return c->settings.mode_config && c->lease && c->lease->address.family ?
		       &c->lease->address : NULL;
}

static void narrow(struct selector *to, const struct ike_address *inner)
{
	struct selector host =
		selector_of_address(bytes_of(inner->bytes, ike_address_length(inner)));

	/* An address of the other family is not affected: the administrator has listed it. */
	if (host.family != to->family)
		return;
	host.protocol = to->protocol;
	host.port = to->port;
	*to = host;
}

void access_selectors(const struct session *s, const struct pair *p, struct selector *ours,
		      struct selector *theirs)
{
	const struct ike_address *inner = access_inner(s);
	bool server = access_is_server(s->connection);

	pair_selectors(p, inner && !server ? inner : &s->local.address,
		       inner && server ? inner : &s->remote.address, ours, theirs);
	if (inner)
		narrow(server ? theirs : ours, inner);
}

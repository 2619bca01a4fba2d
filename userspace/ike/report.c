/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "ike/child.h"
#include "ike/text.h"

struct ike_event on_nothing(enum ike_event_code code, enum ike_severity severity)
{
	return (struct ike_event){ .code = code, .severity = severity };
}

struct ike_event on_connection(const struct connection *c, enum ike_event_code code,
			       enum ike_severity severity)
{
	struct ike_event event = on_nothing(code, severity);

	event.connection = c->name;
	event.local.address = c->settings.local;
	event.remote.address = c->settings.remote;
	return event;
}

struct ike_event on_session(const struct session *s, enum ike_event_code code,
			    enum ike_severity severity)
{
	struct ike_event event = on_nothing(code, severity);

	event.connection = s->connection->name;
	event.local = s->local;
	event.remote = s->remote;
	event.initiator = s->initiator;
	event.step = s->established ? "established" : state_text(s->main.state);
	memcpy(event.initiator_cookie, s->cookie_i, sizeof(event.initiator_cookie));
	memcpy(event.responder_cookie, s->cookie_r, sizeof(event.responder_cookie));
	return event;
}

struct ike_event on_child(const struct child *c, enum ike_event_code code,
			  enum ike_severity severity)
{
	struct ike_event event = on_connection(c->connection, code, severity);

	if (c->session)
		event = on_session(c->session, code, severity);
	event.connection = c->connection->name;
	event.local = c->local;
	event.remote = c->remote;
	event.initiator = c->initiator;
	event.spi_in = c->parts[0].spi_in;
	event.spi_out = c->parts[0].spi_out;
	event.pair = c->pair->index;
	return event;
}

const char *session_text(const struct session *s, char text[SESSION_TEXT_MAX])
{
	struct text t = text_of(text, SESSION_TEXT_MAX);
	char id[SESSION_TEXT_MAX / 2], at[IKE_ENDPOINT_TEXT];

	text_add(&t, "with ");
	if (s->peer.type)
		text_add(&t, "%s at ", identity_print(&s->peer, id, sizeof(id)));
	text_add(&t, "%s, cookies ", ike_endpoint_text(&s->remote, at));
	text_add_hex(&t, bytes_of(s->cookie_i, sizeof(s->cookie_i)));
	text_add(&t, ":");
	text_add_hex(&t, bytes_of(s->cookie_r, sizeof(s->cookie_r)));
	return text;
}

void report(struct ike *ike, struct ike_event event, const char *format, ...)
{
	char text[REPORT_TEXT_MAX], *at;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	event.time = ike->now;
	event.text = text;
	if (!event.connection)
		event.connection = "";
	if (!event.step)
		event.step = "";
	if (!event.peer_id)
		event.peer_id = "";
	if (!event.proposal)
		event.proposal = "";
	ike->ops->event(ike->ctx, &event);
}

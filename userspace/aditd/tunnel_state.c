// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/tunnel_state.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/past.h"
#include "aditd/report.h"

static void note_connection(void *ctx, const struct ike_status_connection *status)
{
	*(enum ike_state *)ctx = status->state;
}

enum ike_state tunnel_state_now(const struct tunnel *tunnel)
{
	static const struct ike_visitor visitor = { .connection = note_connection };
	enum ike_state state = tunnel->wanted ? IKE_STATE_CONNECTING : IKE_STATE_DOWN;

	if (!tunnel->keyed)
		return state;
	ike_status(engine_ike(tunnel->daemon->engine), tunnel->config->name, engine_now(), &visitor,
		   &state);
	/* The engine has nothing to do, but the peer may come at any time */
	return state == IKE_STATE_DOWN ? IKE_STATE_DORMANT : state;
}

void tunnel_state_tell(struct tunnel *tunnel)
{
	enum ike_state state = tunnel_state_now(tunnel);
	char text[64];

	tunnel->changed = false;
	if (state != tunnel->state) {
		tunnel->state = state;
		tunnel->since = daemon_time();
		snprintf(text, sizeof(text), "the tunnel is %s", ike_state_text(state));
		report_send(tunnel->daemon, &(struct report) {
			.severity = IKE_SEVERITY_DEBUG, .tunnel = tunnel->config->name,
			.code = "state", .text = text,
			.members = json_pack("{s:s}", "state", ike_state_text(state)),
		});
	}
	if (tunnel->daemon->control)
		control_tunnel_changed(tunnel->daemon->control, tunnel);
}

void tunnel_touch(struct tunnel *tunnel)
{
	tunnel->changed = true;
	tunnel->daemon->tunnels_changed = true;
}

void tunnel_error_set(struct tunnel *tunnel, const char *code, const char *text, bool final)
{
	snprintf(tunnel->error.code, sizeof(tunnel->error.code), "%s", code);
	snprintf(tunnel->error.text, sizeof(tunnel->error.text), "%s", text);
	tunnel->error.time = daemon_time();
	tunnel->error.final = final;
	tunnel_touch(tunnel);
}

void tunnel_event(struct daemon *daemon, const struct ike_event *event)
{
	struct tunnel *tunnel = tunnel_find(daemon, event->connection ? event->connection : "");

	if (!tunnel)
		return;
	tunnel_touch(tunnel);
	past_add(&tunnel->past, event, daemon_time());
	if (!event->error)
		return;
	/* Whom we refuse may be anybody with the peer's address; what is up is not wrong */
	if (event->code == IKE_EVENT_REFUSED && tunnel->state == IKE_STATE_ESTABLISHED)
		return;
	tunnel->failures[event->error]++;
	/* Why there is no answer is known better here */
	if (event->error != IKE_ERROR_NO_RESPONSE || !tunnel->send_error)
		tunnel_error_set(tunnel, report_code(event), event->text,
				 report_final(event->error));
	tunnel->refresh |= event->code != IKE_EVENT_REFUSED;
}

static void unsendable(struct tunnel *tunnel)
{
	char peer[IKE_ADDRESS_TEXT], text[256];

	snprintf(text, sizeof(text),
		 "nothing can be sent to the peer %s: %s; see `ip route get %s` and the "
		 "addresses of this host",
		 ike_address_text(&tunnel->remote, peer), strerror(tunnel->send_error), peer);
	tunnel_error_set(tunnel, "no-route", text, false);
	report_text(tunnel->daemon, IKE_SEVERITY_ERROR, tunnel->config->name, "no-route", "%s",
		    text);
}

void tunnel_sent(struct daemon *daemon, const struct ike_address *remote, int error)
{
	size_t i;

	/* The usual case costs nothing, however many tunnels there are */
	if (!error && !daemon->send_failed)
		return;
	daemon->send_failed = false;
	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];

		if (ike_address_equal(&tunnel->remote, remote) && tunnel->send_error != error) {
			tunnel->send_error = error;
			if (error)
				unsendable(tunnel);
		}
		daemon->send_failed |= tunnel->send_error;
	}
}

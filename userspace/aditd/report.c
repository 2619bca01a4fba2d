// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/log.h"
#include "aditd/tunnel.h"

#define SECOND			1000	/* ms */
#define SUPPRESSED_INTERVAL	(10 * SECOND)

void report_send(struct daemon *daemon, const struct report *report)
{
	json_t *event = report->members ? report->members : json_object();

	log_write(report->severity, report->tunnel, report->code, report->text,
		  report->members);
	json_object_set_new(event, "time", json_real(daemon_time()));
	json_object_set_new(event, "tunnel",
			    report->tunnel ? json_string(report->tunnel) : json_null());
	json_object_set_new(event, "level", json_string(log_level_text(report->severity)));
	json_object_set_new(event, "code", json_string(report->code));
	json_object_set_new(event, "text", json_string(report->text));
	if (report->final)
		json_object_set_new(event, "final", json_true());
	if (daemon->control)
		control_event(daemon->control, report->tunnel, event);
	json_decref(event);
}

void report_text(struct daemon *daemon, enum ike_severity severity, const char *tunnel,
		 const char *code, const char *format, ...)
{
	va_list arguments;
	char text[1024];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	report_send(daemon, &(struct report) {
		.severity = severity, .tunnel = tunnel, .code = code, .text = text,
	});
}

bool report_final(enum ike_error error)
{
	switch (error) {
	case IKE_ERROR_NO_PROPOSAL_CHOSEN:
	case IKE_ERROR_PSK_MISMATCH:
	case IKE_ERROR_AUTH_FAILED:
	case IKE_ERROR_INVALID_ID:
	case IKE_ERROR_TS_UNACCEPTABLE:
	case IKE_ERROR_PFS_MISMATCH:
	case IKE_ERROR_CERT_EXPIRED:
	case IKE_ERROR_CERT_NOT_YET_VALID:
	case IKE_ERROR_CERT_WRONG_NAME:
	case IKE_ERROR_CERT_UNKNOWN_ISSUER:
	case IKE_ERROR_CERT_REVOKED:
	case IKE_ERROR_CERT_BAD_SIGNATURE:
	case IKE_ERROR_CERT_MISSING:
	case IKE_ERROR_CERT_INVALID:
	case IKE_ERROR_CERT_REFUSED:
	case IKE_ERROR_SIGNATURE_INVALID:
	case IKE_ERROR_XAUTH_FAILED:
	case IKE_ERROR_XAUTH_MISMATCH:
	case IKE_ERROR_NO_LEASE:
		return true;
	default:
		return false;
	}
}

const char *report_code(const struct ike_event *event)
{
	return event->error ? ike_error_code(event->error) : ike_event_code(event->code);
}

static void put_text(json_t *members, const char *name, const char *text)
{
	if (text && *text)
		json_object_set_new(members, name, json_string(text));
}

static void put_cookies(json_t *members, const struct ike_event *event)
{
	static const uint8_t none[8];
	char text[2 * 16 + 2], *at = text;
	size_t i;

	if (!memcmp(event->initiator_cookie, none, sizeof(none)))
		return;
	for (i = 0; i < 8; i++)
		at += sprintf(at, "%02x", event->initiator_cookie[i]);
	*at++ = ':';
	for (i = 0; i < 8; i++)
		at += sprintf(at, "%02x", event->responder_cookie[i]);
	json_object_set_new(members, "ike", json_string(text));
}

static void put_spi(json_t *members, const char *name, uint32_t spi)
{
	char text[16];

	if (!spi)
		return;
	snprintf(text, sizeof(text), "0x%08x", spi);
	json_object_set_new(members, name, json_string(text));
}

static json_t *members_of(const struct ike_event *event)
{
	json_t *members = json_object();
	char text[IKE_ENDPOINT_TEXT];

	if (event->remote.address.family)
		put_text(members, "peer", ike_endpoint_text(&event->remote, text));
	put_cookies(members, event);
	put_text(members, "id", event->peer_id);
	put_text(members, "proposal", event->proposal);
	put_spi(members, "spi_in", event->spi_in);
	put_spi(members, "spi_out", event->spi_out);
	if (event->code == IKE_EVENT_NOTIFY || event->code == IKE_EVENT_ANSWER) {
		json_object_set_new(members, "notify", json_integer(event->count));
		json_object_set_new(members, "authenticated", json_boolean(event->authenticated));
	}
	if (event->code == IKE_EVENT_RETRANSMIT)
		json_object_set_new(members, "count", json_integer(event->count));
	if (event->code == IKE_EVENT_RETRY || event->code == IKE_EVENT_RETRANSMIT)
		json_object_set_new(members, "retry_in", json_real(event->delay / 1000.0));
	return members;
}

const char *report_with_peer(const struct daemon *daemon, const struct ike_event *event,
			     char text[REPORT_EVENT_TEXT])
{
	const struct tunnel *tunnel = tunnel_find(daemon, event->connection);
	char peer[IKE_ENDPOINT_TEXT];

	if (!tunnel || tunnel->config->remote_kind != CONFIG_REMOTE_ANY ||
	    !event->remote.address.family ||
	    strstr(event->text, ike_address_text(&event->remote.address, peer)))
		return event->text;
	snprintf(text, REPORT_EVENT_TEXT, "%s: %s", ike_endpoint_text(&event->remote, peer),
		 event->text);
	return text;
}

/* What anybody can make us say, without having proven anything */
static bool by_stranger(const struct ike_event *event)
{
	switch (event->code) {
	case IKE_EVENT_RESPONDING:
	case IKE_EVENT_REFUSED:
	case IKE_EVENT_DROPPED:
		return true;
	case IKE_EVENT_NOTIFY:
		return !event->authenticated;
	case IKE_EVENT_NAT:
		return !event->initiator;
	case IKE_EVENT_IKE_DOWN:
		return !event->initiator && strcmp(event->step, "established");
	default:
		return false;
	}
}

static void tell_suppressed(struct daemon *daemon, uint64_t now)
{
	unsigned int suppressed = daemon->strangers_suppressed;

	if (!suppressed || now - daemon->suppressed_told < SUPPRESSED_INTERVAL)
		return;
	daemon->suppressed_told = now;
	daemon->strangers_suppressed = 0;
	report_text(daemon, IKE_SEVERITY_WARNING, NULL, "suppressed",
		    "%u messages about unauthenticated packets were suppressed", suppressed);
}

/* Thousands of forged messages must not fill the log, nor hide in it what matters */
static bool let_pass(struct daemon *daemon, const struct ike_event *event)
{
	uint64_t now = engine_now();

	tell_suppressed(daemon, now);
	if (!by_stranger(event))
		return true;
	if (daemon->strangers_spent < now)
		daemon->strangers_spent = now;
	if (daemon->strangers_spent - now >= EVENT_STRANGERS * SECOND) {
		daemon->strangers_suppressed++;
		return false;
	}
	daemon->strangers_spent += SECOND;
	return true;
}

/* The engine has none for it: who has taken that down would look for a mistake in the settings. */
static bool report_absent(struct daemon *daemon, const struct ike_event *event)
{
	const struct tunnel *tunnel;
	char from[IKE_ENDPOINT_TEXT];
	const char *name;

	if (event->code != IKE_EVENT_REFUSED || (event->connection && *event->connection))
		return false;
	tunnel = tunnel_without_engine(daemon, &event->local.address, &event->remote.address);
	if (!tunnel)
		return false;
	name = tunnel->config->name;
	ike_endpoint_text(&event->remote, from);
	if (!tunnel->wanted)
		report_text(daemon, event->severity, name, "taken-down",
			    "refused %s: the tunnel was taken down; 'adit up %s' brings it up",
			    from, name);
	else
		report_text(daemon, event->severity, name, report_code(event),
			    "refused %s: the tunnel is not ready: %s", from,
			    *tunnel->error.text ? tunnel->error.text :
						  "its addresses are looked up");
	return true;
}

void report_engine(struct daemon *daemon, const struct ike_event *event)
{
	if (!let_pass(daemon, event) || report_absent(daemon, event))
		return;
	report_send(daemon, &(struct report) {
		.severity = event->severity,
		.tunnel = event->connection && *event->connection ? event->connection : NULL,
		.code = report_code(event),
		.text = event->text,
		.final = event->code == IKE_EVENT_FAILED && report_final(event->error),
		.members = members_of(event),
	});
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens is told once, and goes to the log and to those who watch the control socket.
 */
#ifndef ADITD_REPORT_H
#define ADITD_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "ike/events.h"

#define REPORT_EVENT_TEXT 1536	/* bytes: of the engine, with a peer before it */

struct daemon;

struct report {
	enum ike_severity severity;
	const char *tunnel;		/* NULL: the daemon itself */
	const char *code;		/* control.h's words */
	const char *text;		/* one line */
	bool final;			/* trying again alone will not cure it */
	json_t *members;		/* typed fields; taken over; NULL: none */
};

void report_send(struct daemon *daemon, const struct report *report);
/* Without typed fields. */
void report_text(struct daemon *daemon, enum ike_severity severity, const char *tunnel,
		 const char *code, const char *format, ...) __attribute__((format(printf, 5, 6)));
/*
 * What an event says; where the tunnel names no peer (%any), and the text neither, which one it is
 * about stands before it.
 */
const char *report_with_peer(const struct daemon *daemon, const struct ike_event *event,
			     char text[REPORT_EVENT_TEXT]);
/* What the engine tells, as event of the control socket. */
void report_engine(struct daemon *daemon, const struct ike_event *event);
/* The word for an engine's event: that of its failure, if it is one. */
const char *report_code(const struct ike_event *event);
/* Whether the peer or an administrator must do something first. */
bool report_final(enum ike_error error);

#endif

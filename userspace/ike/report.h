/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making events. on_…() fills in what is known about the subject, report() adds the text:
 *
 *	report(ike, on_session(s, IKE_EVENT_IKE_UP, IKE_SEVERITY_INFO), "phase 1 with %s …", …);
 */
#ifndef ADIT_IKE_REPORT_H
#define ADIT_IKE_REPORT_H

#include "ike/engine.h"

#define REPORT_TEXT_MAX 1400
#define SESSION_TEXT_MAX 300

struct ike_event on_nothing(enum ike_event_code code, enum ike_severity severity);
struct ike_event on_connection(const struct connection *c, enum ike_event_code code,
			       enum ike_severity severity);
struct ike_event on_session(const struct session *s, enum ike_event_code code,
			    enum ike_severity severity);
struct ike_event on_child(const struct child *c, enum ike_event_code code,
			  enum ike_severity severity);

/* "with gw.example.com at 192.0.2.1:500, cookies 0011223344556677:8899aabbccddeeff" */
const char *session_text(const struct session *s, char text[SESSION_TEXT_MAX]);

/* Control characters in the text become '?': it may hold what a peer sent. */
void report(struct ike *ike, struct ike_event event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

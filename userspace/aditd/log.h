/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line a fact. To the journal with fields when it listens on our standard error
 * (beside MESSAGE: ADIT_TUNNEL, ADIT_CODE, and the event's members, such as ADIT_PEER), to syslog
 * once in the background, to standard error with the time otherwise.
 */
#ifndef ADITD_LOG_H
#define ADITD_LOG_H

#include <jansson.h>

#include "ike/events.h"

/* Where lines go; before it is called: standard error. */
void log_open(void);
/* From now on to syslog: standard error is gone. */
void log_background(void);
/* The least severe that is written; IKE_SEVERITY_INFO before it is called. */
void log_level(enum ike_severity least);

/*
 * tunnel, code and members, an event's typed ones (control.h), may be NULL. text: one line; control
 * characters become blanks. Never a secret.
 */
void log_write(enum ike_severity severity, const char *tunnel, const char *code, const char *text,
	       const json_t *members);
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "error", "warning", "info", "debug" */
const char *log_level_text(enum ike_severity severity);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of the daemon as lines for people.
 */
#ifndef ADIT_TOOL_EVENT_H
#define ADIT_TOOL_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * event_print - one line: when, which tunnel, what
 * @start: Unix time that the printed one is relative to; 0: the time of day
 */
void event_print(FILE *out, const json_t *event, double start);

/**
 * event_is_detail - of level debug: retransmissions and the like, but not the
 * steps of a negotiation
 */
bool event_is_detail(const json_t *event);

/** unix_time - now, with fractions. */
double unix_time(void);

#endif

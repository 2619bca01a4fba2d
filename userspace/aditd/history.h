/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to a tunnel lately, so that `adit diagnose` can tell one failure from a habit. The
 * same again is counted, not kept twice; what was seen longest ago makes room.
 */
#ifndef ADITD_HISTORY_H
#define ADITD_HISTORY_H

#include <jansson.h>

#include "ike/events.h"

struct history;

/* Takes what tells something about the tunnel's health; *history is allocated with the first. */
void history_add(struct history **history, const struct ike_event *event, double now);
/* An array as control.h describes it, oldest first; history may be NULL. */
json_t *history_json(const struct history *history);

#endif

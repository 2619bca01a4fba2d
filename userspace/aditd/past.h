/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to a tunnel lately, so that `adit diagnose` can tell one failure from a habit. The
 * same again is counted, not kept twice; what was seen longest ago makes room.
 */
#ifndef ADITD_PAST_H
#define ADITD_PAST_H

#include <jansson.h>

#include "ike/events.h"

struct past;

/* Takes what tells something about the tunnel's health; *past is allocated with the first. */
void past_add(struct past **past, const struct ike_event *event, double now);
/* An array as control.h describes it, oldest first; past may be NULL. */
json_t *past_json(const struct past *past);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tunnel's status, as aditd/control.h describes it, for people.
 */
#ifndef ADIT_TOOL_TUNNEL_H
#define ADIT_TOOL_TUNNEL_H

#include <jansson.h>
#include <stdio.h>

#include "adit/terminal.h"

/* The column at which the values stand, behind their labels */
#define TUNNEL_INDENT 14

/** tunnel_print - all that there is to say about it. @now: Unix seconds */
void tunnel_print(FILE *out, const json_t *tunnel, double now);

/** tunnel_table - one line each. */
void tunnel_table(FILE *out, const json_t *tunnels, double now);

/** tunnel_state_colour - green, yellow or red. */
enum colour tunnel_state_colour(const char *state);

/** tunnel_traffic - sums over its SAs, in bytes. */
void tunnel_traffic(const json_t *tunnel, double *in, double *out);

#endif

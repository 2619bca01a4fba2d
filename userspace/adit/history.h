/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The traffic of the last minute, and a small graph of it.
 */
#ifndef ADIT_TOOL_HISTORY_H
#define ADIT_TOOL_HISTORY_H

#include <stddef.h>
#include <stdio.h>

#define HISTORY_LENGTH 60

/**
 * struct history - rates of one counter
 * @rates: bytes a second, the latest last
 * @last_value, @last_time: what the next rate is computed from; time 0: nothing yet
 */
struct history {
	double rates[HISTORY_LENGTH];
	size_t count;
	double last_value;
	double last_time;
};

/** history_add - a new reading of the counter. One that went backwards (new SAs) counts as 0. */
void history_add(struct history *history, double value, double now);

/** history_rate - the latest, in bytes a second. */
double history_rate(const struct history *history);

/** history_graph - the latest @width rates as blocks of eighths, scaled to the highest of them. */
void history_graph(FILE *out, const struct history *history, size_t width);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/history.h"

#include <string.h>

void history_add(struct history *history, double value, double now)
{
	double rate = 0;

	if (history->last_time > 0 && now > history->last_time) {
		if (value > history->last_value)
			rate = (value - history->last_value) / (now - history->last_time);
		if (history->count == HISTORY_LENGTH)
			memmove(history->rates, history->rates + 1,
				--history->count * sizeof(*history->rates));
		history->rates[history->count++] = rate;
	}
	history->last_value = value;
	history->last_time = now;
}

double history_rate(const struct history *history)
{
	return history->count ? history->rates[history->count - 1] : 0;
}

void history_graph(FILE *out, const struct history *history, size_t width)
{
	static const char *const blocks[] = {
		" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
	};
	size_t first = history->count > width ? history->count - width : 0;
	double highest = 0;

	for (size_t i = first; i < history->count; i++)
		if (history->rates[i] > highest)
			highest = history->rates[i];
	for (size_t i = first; i < history->count; i++) {
		double rate = history->rates[i];
		size_t eighths = highest > 0 ? (size_t)(8 * rate / highest + 0.5) : 0;

		/* A little traffic is not none */
		fputs(blocks[rate > 0 && !eighths ? 1 : eighths], out);
	}
}

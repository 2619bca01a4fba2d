// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/event.h"

#include <string.h>
#include <time.h>

#include "adit/client.h"
#include "adit/quantity.h"
#include "adit/terminal.h"

double unix_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum colour colour_of(const json_t *event)
{
	const char *level = member_string(event, "level"), *code = member_string(event, "code");

	if (level && !strcmp(level, "error"))
		return COLOUR_RED;
	if (level && !strcmp(level, "warning"))
		return COLOUR_YELLOW;
	if (level && !strcmp(level, "debug"))
		return COLOUR_DIM;
	if (code && (!strcmp(code, "ike-up") || !strcmp(code, "child-up")))
		return COLOUR_GREEN;
	return COLOUR_NONE;
}

bool event_is_detail(const json_t *event)
{
	const char *level = member_string(event, "level"), *code = member_string(event, "code");

	return level && !strcmp(level, "debug") && !(code && !strcmp(code, "step"));
}

void event_print(FILE *out, const json_t *event, double start)
{
	const char *tunnel = member_string(event, "tunnel"), *text = member_string(event, "text");
	enum colour colour = colour_of(event);
	char at[QUANTITY_TEXT];
	double when = 0;

	if (!member_number(event, "time", &when))
		when = unix_time();
	if (start > 0)
		fprintf(out, "%7.2fs  ", when > start ? when - start : 0);
	else
		fprintf(out, "%s  ", clock_format(when, unix_time(), at));
	if (tunnel) {
		terminal_text(out, tunnel);
		fputs(": ", out);
	}
	terminal_begin(out, colour);
	terminal_text(out, text ? text : "");
	terminal_end(out, colour);
	fputc('\n', out);
	/* Steps are shown as they happen, in a pipe too */
	fflush(out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit monitor and adit metrics: what the daemon says, passed on.
 */
#include <stdlib.h>

#include "adit/client.h"
#include "adit/command.h"
#include "adit/event.h"

static void on_event(const json_t *event, void *context)
{
	const struct options *options = context;

	if (!(options->given & OPTION_JSON)) {
		event_print(stdout, event, 0);
	} else {
		json_dumpf(event, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		fflush(stdout);
	}
	/* Nobody reads on: there is nothing left to do */
	if (ferror(stdout))
		exit(ADIT_FAILED);
}

static int failed(struct client_error *error)
{
	complain("%s", error->text);
	json_decref(error->details);
	return ADIT_FAILED;
}

static int monitor(const struct options *options, char **words)
{
	json_t *request, *result;
	struct client_error error = { 0 };

	if (words[0] && words[1])
		return misused(&command_monitor, "one name at most, not '%s' too", words[1]);
	request = json_pack("{s:s}", "command", "monitor");
	if (words[0])
		json_object_set_new(request, "tunnel", json_string(words[0]));
	result = client_once(options->socket, request, on_event, (void *)options, &error);
	if (!result)
		return failed(&error);
	json_decref(result);
	return ADIT_DONE;
}

static int metrics(const struct options *options, char **words)
{
	struct client_error error = { 0 };
	const char *text;
	json_t *result;

	if (words[0])
		return misused(&command_metrics, "'%s' is not understood here", words[0]);
	result = client_once(options->socket, json_pack("{s:s}", "command", "metrics"), NULL, NULL,
			     &error);
	if (!result)
		return failed(&error);
	text = member_string(result, "text");
	fputs(text ? text : "", stdout);
	json_decref(result);
	return text ? ADIT_DONE : ADIT_FAILED;
}

const struct command command_monitor = {
	.name = "monitor",
	.usage = "monitor [TUNNEL] [--json] [--socket PATH]",
	.summary = "print events as they happen",
	.options = OPTION_JSON | OPTION_SOCKET,
	.run = monitor,
	.help =
"Prints what happens to the tunnel, or to all, one line an event, until it is interrupted.\n"
"\n"
"  --json         each as a JSON object on one line; adit(8) describes it\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

const struct command command_metrics = {
	.name = "metrics",
	.usage = "metrics [--socket PATH]",
	.summary = "print counters for Prometheus",
	.options = OPTION_SOCKET,
	.run = metrics,
	.help =
"Prints tunnels, SAs, traffic, drops and failures in Prometheus' text format, for the node\n"
"exporter's textfile collector or a small HTTP server.\n"
"\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

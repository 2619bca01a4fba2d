// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit watch: the status once a second, with rates.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adit/client.h"
#include "adit/command.h"
#include "adit/event.h"
#include "adit/history.h"
#include "adit/quantity.h"
#include "adit/terminal.h"
#include "adit/tunnel.h"

/* A tunnel that is watched */
struct watched {
	struct watched *next;
	struct history in, out;
	char name[];
};

static struct watched *find(struct watched **list, const char *name)
{
	struct watched *watched;

	for (watched = *list; watched; watched = watched->next)
		if (!strcmp(watched->name, name))
			return watched;
	watched = calloc(1, sizeof(*watched) + strlen(name) + 1);
	if (!watched)
		return NULL;
	strcpy(watched->name, name);
	watched->next = *list;
	*list = watched;
	return watched;
}

static void forget(struct watched *list)
{
	while (list) {
		struct watched *next = list->next;

		free(list);
		list = next;
	}
}

static void print_graph(const char *label, const struct history *history, int columns)
{
	/* "  out 26.0 Mbit/s   " goes before it */
	int room = columns > 24 ? columns - 20 : 4;
	size_t graph = (size_t)room < history->count ? (size_t)room : history->count;
	char rate[QUANTITY_TEXT];

	printf("  %-3s %-13s ", label, rate_format(history_rate(history), rate));
	history_graph(stdout, history, graph);
	printf("%*s", room - (int)graph, "");
}

/* One line, or two with graphs */
static void print(const json_t *tunnel, struct watched *watched, bool graphs, int width, double now)
{
	const char *state = member_string(tunnel, "state");
	const json_t *error = json_object_get(tunnel, "last_error");
	char in[QUANTITY_TEXT], out[QUANTITY_TEXT], since[QUANTITY_TEXT] = "";
	double bytes_in, bytes_out, when;

	tunnel_traffic(tunnel, &bytes_in, &bytes_out);
	history_add(&watched->in, bytes_in, now);
	history_add(&watched->out, bytes_out, now);
	if (member_number(tunnel, "since", &when) && when > 0)
		duration_format(now - when, since);
	state = state ? state : "?";
	terminal_begin(stdout, COLOUR_BOLD);
	printf("%-16s ", watched->name);
	terminal_end(stdout, COLOUR_BOLD);
	terminal_begin(stdout, tunnel_state_colour(state));
	printf("%-11s", state);
	terminal_end(stdout, tunnel_state_colour(state));
	printf(" %8s", since);
	if (!graphs)
		printf("  in %-13s out %-13s", rate_format(history_rate(&watched->in), in),
		       rate_format(history_rate(&watched->out), out));
	if (json_is_object(error) && strcmp(state, "established")) {
		putchar(' ');
		terminal_text(stdout, member_string(error, "code"));
	}
	putchar('\n');
	if (!graphs)
		return;
	print_graph("in", &watched->in, width / 2);
	print_graph("out", &watched->out, width / 2);
	fputs("\n\n", stdout);
}

static void show(const json_t *tunnels, struct watched **list, bool screen)
{
	const json_t *tunnel;
	double now = unix_time();
	int width, height;
	size_t i;

	terminal_size(&width, &height);
	if (screen) {
		char text[QUANTITY_TEXT];

		fputs("\033[H\033[J", stdout);
		printf("adit watch  %s   (Ctrl-C ends it)\n\n", clock_format(now, now, text));
	}
	json_array_foreach(tunnels, i, tunnel) {
		const char *name = member_string(tunnel, "name");
		struct watched *watched = name ? find(list, name) : NULL;
		/* Three lines each where they fit, one where they do not */
		bool graphs = screen && 3 * (int)json_array_size(tunnels) + 2 < height;

		if (screen && (int)i >= height - 4) {
			printf("… and %zu more\n", json_array_size(tunnels) - i);
			break;
		}
		if (watched)
			print(tunnel, watched, graphs, width, now);
	}
	fflush(stdout);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static int watch(struct client *client, const char *name, bool screen)
{
	struct watched *list = NULL;
	struct client_error error = { 0 };
	int status = ADIT_DONE;

	while (!interrupted && !ferror(stdout)) {
		const struct timespec second = { .tv_sec = 1 };
		json_t *request = json_pack("{s:s}", "command", "status");
		json_t *result;

		if (name)
			json_object_set_new(request, "tunnel", json_string(name));
		result = client_ask(client, request, NULL, NULL, &error);
		if (!result) {
			status = ADIT_FAILED;
			break;
		}
		show(json_object_get(result, "tunnels"), &list, screen);
		json_decref(result);
		nanosleep(&second, NULL);
	}
	forget(list);
	if (screen)
		fputs("\033[?7h\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	if (status != ADIT_DONE)
		complain("%s", error.text);
	json_decref(error.details);
	return status;
}

static int run(const struct options *options, char **words)
{
	struct sigaction action = { .sa_handler = interrupt };
	const char *term = getenv("TERM");
	bool screen = terminal_is(stdout) && term && strcmp(term, "dumb");
	struct client_error error;
	struct client *client;
	int status;

	if (words[0] && words[1])
		return misused(&command_watch, "one name at most, not '%s' too", words[1]);
	client = client_open(options->socket, &error);
	if (!client) {
		complain("%s", error.text);
		return ADIT_FAILED;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/*
	 * The other screen, without a cursor: what was there before comes back. What is wider than
	 * the screen must not push down what is below.
	 */
	if (screen)
		fputs("\033[?1049h\033[?25l\033[?7l", stdout);
	status = watch(client, words[0], screen);
	client_close(client);
	return status;
}

const struct command command_watch = {
	.name = "watch",
	.usage = "watch [TUNNEL] [--socket PATH]",
	.summary = "follow states and rates, once a second",
	.options = OPTION_SOCKET,
	.run = run,
	.help =
"Shows each tunnel's state and its traffic once a second, with a graph of the last minute, until\n"
"it is interrupted. In a pipe: one line a tunnel and second.\n"
"\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

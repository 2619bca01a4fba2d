// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit up, down and reload.
 */
#include <string.h>

#include "adit/client.h"
#include "adit/command.h"
#include "adit/event.h"
#include "adit/terminal.h"
#include "adit/tunnel.h"

/* How long `adit up` waits when nothing is said */
#define WAIT_DEFAULT 30

static int failed(struct client_error *error)
{
	complain("%s", error->text);
	json_decref(error->details);
	return ADIT_FAILED;
}

static void on_event(const json_t *event, void *context)
{
	const double *start = context;

	if (!event_is_detail(event))
		event_print(stdout, event, *start);
}

/* "aws-1: established with 203.0.113.10 over aws1" */
static void print_outcome(const json_t *tunnels)
{
	const json_t *tunnel;
	size_t i;

	json_array_foreach(tunnels, i, tunnel) {
		const char *state = member_string(tunnel, "state");
		const char *remote = member_string(tunnel, "remote");
		const char *device = member_string(tunnel, "device");
		enum colour colour;

		state = state ? state : "?";
		colour = tunnel_state_colour(state);
		terminal_text(stdout, member_string(tunnel, "name"));
		fputs(": ", stdout);
		terminal_begin(stdout, colour);
		terminal_text(stdout, state);
		terminal_end(stdout, colour);
		if (remote && !strcmp(state, "established"))
			printf(" with %s over device %s", remote, device ? device : "?");
		putchar('\n');
	}
}

/* Nobody was asked to bring anything up */
static bool refused_at_once(const char *code)
{
	static const char *const codes[] = {
		"unreachable", "permission", "request", "unknown-tunnel", "busy",
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (!strcmp(codes[i], code))
			return true;
	return false;
}

static void complain_of(const json_t *tunnel)
{
	const json_t *error = json_object_get(tunnel, "last_error");
	const char *name = member_string(tunnel, "name"), *text = member_string(error, "text");
	const char *code = member_string(error, "code");

	fputs("adit: ", stderr);
	terminal_text(stderr, name);
	fputs(" is not up: ", stderr);
	terminal_text(stderr, text ? text : "the time is over, and nothing failed so far");
	if (code) {
		fputs(" [", stderr);
		terminal_text(stderr, code);
		fputc(']', stderr);
	}
	fputc('\n', stderr);
}

/* Of several tunnels the daemon names one failure: say which are up and why the others are not */
static int not_up(const struct options *options, const char *name, struct client_error *error)
{
	json_t *request = json_pack("{s:s}", "command", "status"), *result;
	struct client_error other = { 0 };
	const char *last = NULL;
	const json_t *tunnel;
	size_t i, down = 0;

	if (name && strcmp(name, "all"))
		json_object_set_new(request, "tunnel", json_string(name));
	result = client_once(options->socket, request, NULL, NULL, &other);
	json_decref(other.details);
	if (!result)
		return failed(error);
	json_array_foreach(json_object_get(result, "tunnels"), i, tunnel) {
		const char *state = member_string(tunnel, "state");

		if (state && !strcmp(state, "established"))
			continue;
		complain_of(tunnel);
		last = member_string(tunnel, "name");
		down++;
	}
	if (down == 1 && last)
		complain("aditd keeps trying; 'adit diagnose %s' looks for the cause", last);
	else
		complain("aditd keeps trying; 'adit diagnose TUNNEL' looks for the cause");
	json_decref(result);
	json_decref(error->details);
	return ADIT_FAILED;
}

static int up(const struct options *options, char **words)
{
	double start = unix_time();
	double wait = options->wait >= 0 ? options->wait : WAIT_DEFAULT;
	struct client_error error = { 0 };
	json_t *result;

	if (words[0] && words[1])
		return misused(&command_up, "one name at most, not '%s' too", words[1]);
	result = client_once(options->socket,
			     json_pack("{s:s, s:s, s:f}", "command", "up", "tunnel",
				       words[0] ? words[0] : "all", "wait", wait),
			     on_event, &start, &error);
	if (!result && refused_at_once(error.code))
		return failed(&error);
	if (!result)
		return not_up(options, words[0], &error);
	print_outcome(json_object_get(result, "tunnels"));
	json_decref(result);
	return ADIT_DONE;
}

static int down(const struct options *options, char **words)
{
	struct client_error error = { 0 };
	json_t *result;

	if (!words[0])
		return misused(&command_down, "which tunnel? Say 'all' for all of them");
	if (words[1])
		return misused(&command_down, "one name, not '%s' too", words[1]);
	result = client_once(options->socket, json_pack("{s:s, s:s}", "command", "down",
							"tunnel", words[0]),
			     NULL, NULL, &error);
	if (!result)
		return failed(&error);
	print_outcome(json_object_get(result, "tunnels"));
	json_decref(result);
	return ADIT_DONE;
}

static void print_names(const json_t *result, const char *what)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(result, what), i, name) {
		printf("%s%s", i ? ", " : what, i ? "" : ": ");
		terminal_text(stdout, json_is_string(name) ? json_string_value(name) : "?");
	}
	if (json_array_size(json_object_get(result, what)))
		putchar('\n');
}

/* "FILE:LINE: what is wrong, what is allowed" each */
static void print_mistakes(FILE *out, const json_t *mistakes)
{
	const json_t *mistake;
	size_t i;

	json_array_foreach(mistakes, i, mistake) {
		const char *file = member_string(mistake, "file");
		const char *text = member_string(mistake, "text");
		double line = 0;

		if (file)
			fprintf(out, "%s:", file);
		if (member_number(mistake, "line", &line) && line > 0)
			fprintf(out, "%.0f:", line);
		fprintf(out, "%s%s\n", file ? " " : "", text ? text : "?");
	}
}

static int reload(const struct options *options, char **words)
{
	struct client_error error = { 0 };
	json_t *result;

	if (words[0])
		return misused(&command_reload, "'%s' is not understood here", words[0]);
	result = client_once(options->socket, json_pack("{s:s}", "command", "reload"), NULL, NULL,
			     &error);
	if (!result) {
		const json_t *mistakes = json_object_get(error.details, "mistakes");

		if (!json_array_size(mistakes))
			return failed(&error);
		print_mistakes(stderr, mistakes);
		complain("nothing was changed");
		json_decref(error.details);
		return ADIT_FAILED;
	}
	print_mistakes(stderr, json_object_get(result, "warnings"));
	print_names(result, "added");
	print_names(result, "removed");
	print_names(result, "changed");
	print_names(result, "unchanged");
	json_decref(result);
	return ADIT_DONE;
}

const struct command command_up = {
	.name = "up",
	.usage = "up [TUNNEL|all] [--wait SECONDS] [--socket PATH]",
	.summary = "bring a tunnel up, or all of them, showing each step",
	.options = OPTION_WAIT | OPTION_SOCKET,
	.run = up,
	.help =
"Brings the tunnel up, or all, and shows each step as it happens. It is done when the tunnel is\n"
"up, and fails when the peer refuses or the time is over; the daemon keeps trying all the same.\n"
"\n"
"  --wait SECONDS  how long to wait, 0 to 3600 (default 30; 0: not at all)\n"
"  --socket PATH   the daemon's control socket (/run/adit/control)",
};

const struct command command_down = {
	.name = "down",
	.usage = "down TUNNEL|all [--socket PATH]",
	.summary = "take a tunnel down, telling the peer",
	.options = OPTION_SOCKET,
	.run = down,
	.help =
"Deletes the tunnel's SAs here and at the peer, with its routes and its device. It stays down\n"
"until 'adit up'.\n"
"\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

const struct command command_reload = {
	.name = "reload",
	.usage = "reload [--socket PATH]",
	.summary = "read the configuration again; what did not change stays up",
	.options = OPTION_SOCKET,
	.run = reload,
	.help =
"Makes the daemon read its configuration again. Tunnels whose settings stay keep their SAs. When\n"
"there is a mistake in it, nothing changes; 'aditd --check' looks for mistakes only.\n"
"\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "adit/client.h"
#include "adit/command.h"
#include "adit/event.h"
#include "adit/terminal.h"
#include "adit/tunnel.h"

/* More tunnels than fit a screen one by one are shown as a table */
#define IN_FULL	3

/* On a terminal long lines go on below their values */
static void print_tunnel(const json_t *tunnel, double now)
{
	struct terminal_page page;

	if (!terminal_page_begin(&page))
		return;
	tunnel_print(page.out, tunnel, now);
	terminal_page_end(&page, TUNNEL_INDENT);
}

static void print(const json_t *tunnels, bool named)
{
	const json_t *tunnel;
	double now = unix_time();
	size_t i;

	if (!json_array_size(tunnels)) {
		puts("No tunnel is configured: see adit.conf(5), then run 'adit reload'.");
		return;
	}
	if (!named && json_array_size(tunnels) > IN_FULL) {
		tunnel_table(stdout, tunnels, now);
		puts("\n'adit status TUNNEL' says all about one.");
		return;
	}
	json_array_foreach(tunnels, i, tunnel) {
		if (i)
			putchar('\n');
		print_tunnel(tunnel, now);
	}
}

static int run(const struct options *options, char **words)
{
	struct client_error error = { 0 };
	json_t *request, *result;

	if (words[0] && words[1])
		return misused(&command_status, "one name at most, not '%s' too", words[1]);
	request = json_pack("{s:s}", "command", "status");
	if (words[0])
		json_object_set_new(request, "tunnel", json_string(words[0]));
	result = client_once(options->socket, request, NULL, NULL, &error);
	if (!result) {
		complain("%s", error.text);
		json_decref(error.details);
		return ADIT_FAILED;
	}
	if (options->given & OPTION_JSON) {
		json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
		putchar('\n');
	} else {
		print(json_object_get(result, "tunnels"), words[0]);
	}
	json_decref(result);
	return ADIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.usage = "status [TUNNEL] [--json] [--socket PATH]",
	.summary = "is it up, since when, with whom, what went wrong last",
	.options = OPTION_JSON | OPTION_SOCKET,
	.run = run,
	.help =
"Shows one tunnel, or all: state, peer, device, what was agreed, traffic, the next rekeying\n"
"and the last error. More than three tunnels are shown as a table.\n"
"\n"
"  --json         as JSON; adit(8) describes it\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

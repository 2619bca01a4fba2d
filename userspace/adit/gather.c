// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/gather.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "adit/client.h"
#include "adit/event.h"
#include "adit/facts.h"
#include "netlink/family.h"

#define OUTPUT_MAX	(1 << 20)
#define RUN_SECONDS	30		/* of a host that is busy */
/* An attempt that has just begun is waited for, so that there is a failure to judge */
#define PATIENCE	20		/* seconds */

extern char **environ;

const char *gather_text(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");

	*text = 0;
	if (!file)
		return text;
	if (fgets(text, (int)size, file))
		text[strcspn(text, "\n")] = 0;
	fclose(file);
	return text;
}

struct anl_address gather_address(const struct ike_address *address)
{
	struct anl_address out = { .family = address->family };

	memcpy(out.bytes, address->bytes, sizeof(out.bytes));
	return out;
}

/* Until it closes its output, or the time is over */
static size_t read_all(int fd, char *text, size_t size)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	double end = unix_time() + RUN_SECONDS;
	size_t used = 0;

	while (used + 1 < size && unix_time() < end) {
		ssize_t length;

		if (poll(&poll_fd, 1, 200) <= 0)
			continue;
		length = read(fd, text + used, size - 1 - used);
		if (length <= 0)
			break;
		used += (size_t)length;
	}
	return used;
}

static int finish(pid_t pid)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	double end = unix_time() + 2;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (unix_time() > end)
			kill(pid, SIGKILL);
		nanosleep(&moment, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

char *gather_run(const char *const *words, int *status)
{
	char *text = calloc(1, OUTPUT_MAX);
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t pid;

	*status = -1;
	if (!text)
		abort();
	if (pipe2(ends, O_CLOEXEC))
		return text;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
	if (!posix_spawnp(&pid, words[0], &actions, NULL, (char *const *)words, environ)) {
		close(ends[1]);
		ends[1] = -1;
		text[read_all(ends[0], text, OUTPUT_MAX)] = 0;
		*status = finish(pid);
	}
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	return text;
}

static void put_daemon_error(struct gather *g, const struct client_error *error)
{
	bool answers = strcmp(error->code, "unreachable") && strcmp(error->code, "permission") &&
		       strcmp(error->code, "no-answer");

	json_object_set_new(g->facts, "daemon",
			    json_pack("{s:b, s:s, s:s}", "answers", answers, "code", error->code,
				      "text", error->text));
}

bool gather_status(struct gather *g, const char *as)
{
	struct client_error error = { 0 };
	json_t *result, *tunnel;

	result = client_once(g->socket, json_pack("{s:s, s:s}", "command", "status", "tunnel",
						  g->name), NULL, NULL, &error);
	if (!result) {
		put_daemon_error(g, &error);
		json_decref(error.details);
		return false;
	}
	tunnel = json_array_get(json_object_get(result, "tunnels"), 0);
	if (tunnel)
		json_object_set(g->facts, as, tunnel);
	json_decref(result);
	json_object_set_new(g->facts, "now", json_real(unix_time()));
	return tunnel;
}

static void put_version(struct gather *g)
{
	struct client_error error = { 0 };
	json_t *version = client_once(g->socket, json_pack("{s:s}", "command", "version"), NULL,
				      NULL, &error);

	if (!version) {
		json_decref(error.details);
		return;
	}
	json_object_set_new(version, "answers", json_true());
	if (!fact(g->facts, "daemon"))
		json_object_set(g->facts, "daemon", version);
	else
		json_object_update_missing(json_object_get(g->facts, "daemon"), version);
	json_decref(version);
}

/* Nothing has failed yet, and it is not up: that will be known soon */
static bool is_undecided(const struct gather *g)
{
	return fact_is(g->facts, "tunnel.state", "connecting") &&
	       !fact(g->facts, "tunnel.last_error");
}

bool gather_ends(struct gather *g)
{
	g->mark = (uint32_t)fact_number(g->facts, "daemon.mark");
	/* Without a route there is no local address, and no tunnel that the daemon would try */
	return (ike_address_parse(&g->remote, fact_text(g->facts, "tunnel.remote")) ||
		ike_address_parse(&g->remote, fact_text(g->facts, "tunnel.remote_name"))) &&
	       ike_address_parse(&g->local, fact_text(g->facts, "tunnel.local"));
}

void gather_daemon(struct gather *g)
{
	double end = unix_time() + PATIENCE;

	if (gather_status(g, "tunnel"))
		while (is_undecided(g) && unix_time() < end) {
			usleep(300000);
			if (!gather_status(g, "tunnel"))
				break;
		}
	if (!fact_is(g->facts, "daemon.code", "no-answer"))
		put_version(g);
	gather_ends(g);
}

/* The wire is watched while the peer is asked and the tunnel is used */
struct capture *gather_listen(const struct gather *g)
{
	unsigned int inside = (unsigned int)fact_number(g->facts, "tunnel.ifindex");
	struct capture *capture = g->remote.family ? capture_new(&g->remote) : NULL;

	if (capture && !capture_open(capture, inside)) {
		capture_free(capture);
		capture = NULL;
	}
	if (capture)
		capture_own(capture, &g->local,
			    (uint16_t)fact_number(g->facts, "daemon.port"),
			    (uint16_t)fact_number(g->facts, "daemon.natt_port"));
	return capture;
}

json_t *gather_tunnels(const struct gather *g)
{
	struct client_error error = { 0 };
	json_t *result = client_once(g->socket, json_pack("{s:s}", "command", "status"), NULL, NULL,
				     &error);
	json_t *tunnels = json_incref(json_object_get(result, "tunnels"));

	json_decref(error.details);
	json_decref(result);
	return tunnels;
}

static bool has_spi(const json_t *tunnel, const char *spi)
{
	const json_t *child;
	size_t i;

	json_array_foreach(fact(tunnel, "children"), i, child)
		if (fact_is(child, "spi_in", spi) || fact_is(child, "ah.spi_in", spi))
			return true;
	return false;
}

/* Several tunnels may have the same two ends */
static bool is_ours(struct gather *g, const char *spi)
{
	bool found = has_spi(fact(g->facts, "tunnel"), spi) ||
		     has_spi(fact(g->facts, "later"), spi);
	const json_t *tunnel;
	json_t *all;
	size_t i;

	if (found)
		return true;
	all = gather_tunnels(g);
	json_array_foreach(all, i, tunnel)
		found |= has_spi(tunnel, spi);
	json_decref(all);
	return found;
}

static void put_wire(struct gather *g)
{
	json_t *wire, *one;
	size_t i;

	if (!g->capture)
		return;
	capture_wait(g->capture, 0);
	wire = capture_json(g->capture);
	json_array_foreach(json_object_get(wire, "in"), i, one)
		if (!is_ours(g, fact_text(one, "spi")))
			json_object_set_new(one, "unknown", json_true());
	/* Of what we send, only this host itself can say that: it finds nobody on the link */
	json_array_foreach(json_object_get(wire, "icmp"), i, one)
		if (fact_is(one, "kind", "unreachable") &&
		    fact_is(one, "from", fact_text(g->facts, "tunnel.local")))
			json_object_set_new(wire, "no_neighbour", json_true());
	json_object_set_new(g->facts, "wire", wire);
	capture_free(g->capture);
	g->capture = NULL;
}

/*
 * The peer answers us, and never, or no longer, the daemon: the daemon's next message, and what
 * becomes of the answer, tell whether this host keeps it from the daemon
 */
static void await_daemon(struct gather *g)
{
	double sent = fact_number(g->facts, "tunnel.contact.sent"), end = unix_time() + PATIENCE;

	if (!g->capture || !fact(g->facts, "probe.ike500.answer") ||
	    !(fact_is(g->facts, "tunnel.last_error.code", "no-response") ||
	      fact_is(g->facts, "tunnel.last_error.code", "dpd-timeout")) ||
	    !fact_is(g->facts, "tunnel.state", "connecting") ||
	    !fact_number(g->facts, "tunnel.contact.unanswered"))
		return;
	while (gather_status(g, "later") && unix_time() < end &&
	       fact_number(g->facts, "later.contact.sent") <= sent)
		capture_wait(g->capture, 300);
	capture_wait(g->capture, 1500);
}

/* What could be seen from here of routes and packets is not what the daemon's packets meet */
static bool gather_elsewhere(const struct gather *g)
{
	double own = fact_number(g->facts, "host.netns");
	double theirs = fact_number(g->facts, "daemon.netns");

	return own > 0 && theirs > 0 && own != theirs;
}

static void gather_known(struct gather *g)
{
	bool up = fact_is(g->facts, "tunnel.state", "established");

	g->capture = gather_listen(g);
	/* As root of a container, perhaps */
	if (!g->capture && g->remote.family)
		json_object_set_new(g->facts, "can_probe", json_false());
	gather_route(g);
	gather_system(g);
	gather_forwarded(g);
	gather_counters(g);
	gather_firewall(g);
	if (up) {
		gather_inside(g);
		gather_status(g, "later");
	}
	gather_peer(g);
	await_daemon(g);
	if (!up)
		gather_phase2(g);
	if (gather_status(g, "later") && !up && fact_is(g->facts, "later.state", "established")) {
		/* It came up while we asked: what was wrong is over */
		json_object_set(g->facts, "tunnel", json_object_get(g->facts, "later"));
		json_object_del(g->facts, "probe");
		gather_inside(g);
		gather_status(g, "later");
	}
	gather_system(g);
	gather_counters(g);
	put_wire(g);
	/* What was seen on the wire has come to the tunnel by now, or has been dropped */
	gather_status(g, "later");
	gather_trial(g);
}

/* It went down while we looked: what was seen of a tunnel that was up tells little of that */
static bool has_fallen(const struct gather *g)
{
	return fact_is(g->facts, "tunnel.state", "established") && fact(g->facts, "later") &&
	       !fact_is(g->facts, "later.state", "established") && !fact(g->facts, "trial");
}

static void forget_known(struct gather *g)
{
	static const char *const members[] = {
		"later", "route", "counters", "system", "firewall", "probe", "phase2", "wire",
		"inside",
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++)
		json_object_del(g->facts, members[i]);
	json_object_set_new(g->facts, "can_probe", json_boolean(!geteuid()));
}

json_t *gather(const char *name, const char *socket)
{
	struct gather g = { .facts = json_object(), .name = name, .socket = socket };
	struct anl_error error;

	json_object_set_new(g.facts, "name", json_string(name));
	json_object_set_new(g.facts, "now", json_real(unix_time()));
	json_object_set_new(g.facts, "can_probe", json_boolean(!geteuid()));
	if (anl_open_route(&g.anl, &error))
		g.anl = NULL;
	gather_daemon(&g);
	gather_host(&g);
	if (fact_false(g.facts, "host.module.loaded"))
		gather_refusal(&g);
	if (!fact(g.facts, "tunnel"))
		gather_file(&g);
	else if (!gather_elsewhere(&g) && !fact_is(g.facts, "tunnel.state", "down"))
		gather_known(&g);
	if (has_fallen(&g)) {
		forget_known(&g);
		gather_daemon(&g);
		if (!fact_is(g.facts, "tunnel.state", "down"))
			gather_known(&g);
	}
	anl_close(g.anl);
	return g.facts;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit doctor: what we are allowed, the configuration, the daemon and its tunnels.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "adit/client.h"
#include "adit/doctor.h"

#define CONFIGURATION ADIT_SYSCONFDIR "/adit/adit.conf"

static bool may(unsigned int capability)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return !syscall(SYS_capget, &head, data) &&
	       data[capability / 32].effective & 1u << capability % 32;
}

static void check_capabilities(struct doctor *doctor)
{
	if (may(CAP_NET_ADMIN) && may(CAP_NET_BIND_SERVICE))
		doctor_say(doctor, "capabilities", VERDICT_OK, NULL,
			   "CAP_NET_ADMIN and CAP_NET_BIND_SERVICE are held here");
	else
		doctor_say(doctor, "capabilities", VERDICT_WARN, geteuid() ?
			   "run adit doctor as root" :
			   "give the container CAP_NET_ADMIN and CAP_NET_BIND_SERVICE",
			   "%s is not held here: aditd started from here could not work",
			   may(CAP_NET_ADMIN) ? "CAP_NET_BIND_SERVICE" : "CAP_NET_ADMIN");
}

/* The daemon that was installed with this tool, or is beside it in the build folder */
static const char *daemon_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - sizeof("/aditd"));
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		strcpy(slash, "/aditd");
	return slash && !access(path, X_OK) ? path : "aditd";
}

static unsigned int count_lines(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void check_configuration(struct doctor *doctor, const char *file)
{
	char path[512];
	const char *words[] = { daemon_path(path, sizeof(path)), "--check", "-c", file, NULL };
	unsigned int lines;
	int status = 0;
	char *output;

	/* Whom its folder is closed to cannot say that it is not there */
	if (access(file, F_OK) && errno != EACCES) {
		doctor_say(doctor, "configuration", VERDICT_FAIL,
			   "write it: adit.conf(5) has examples, 'adit import aws' makes one",
			   "there is no %s", file);
		return;
	}
	if (access(file, R_OK)) {
		doctor_say(doctor, "configuration", VERDICT_WARN, "run adit doctor as root",
			   "%s: %s", file, strerror(errno));
		return;
	}
	output = doctor_run(words, &status);
	lines = output ? count_lines(output) : 0;
	if (output)
		output[strcspn(output, "\n")] = '\0';
	if (!output)
		doctor_say(doctor, "configuration", VERDICT_FAIL, "install aditd beside adit",
			   "%s cannot be run: %s", words[0], strerror(errno));
	else if (status)
		doctor_say(doctor, "configuration", VERDICT_FAIL,
			   "aditd --check names every mistake", "%s", output);
	else if (lines)
		doctor_say(doctor, "configuration", VERDICT_WARN, "aditd --check names them all",
			   "%u warning%s: %s", lines, lines == 1 ? "" : "s", output);
	else
		doctor_say(doctor, "configuration", VERDICT_OK, NULL, "%s has no mistake", file);
	free(output);
}

/* Port 500 or 4500 in a line of /proc/net/udp: "  12: 00000000:01F4 …" */
static bool port_is_taken(void)
{
	char line[256];
	bool taken = false;

	for (int i = 0; i < 2; i++) {
		FILE *file = fopen(i ? "/proc/net/udp6" : "/proc/net/udp", "re");
		unsigned int port;

		while (file && !taken && fgets(line, sizeof(line), file))
			taken = sscanf(line, " %*u: %*[0-9A-F]:%x", &port) == 1 &&
				(port == 500 || port == 4500);
		if (file)
			fclose(file);
	}
	return taken;
}

static void say_not_running(struct doctor *doctor, const struct client_error *error)
{
	if (strcmp(error->code, "unreachable"))
		doctor_say(doctor, "daemon", VERDICT_WARN, "be root, or a member of the group adit",
			   "aditd cannot be asked: %s", error->text);
	else if (port_is_taken())
		doctor_say(doctor, "daemon", VERDICT_FAIL, "stop the other one (ss -lunp | grep -e "
			   ":500 -e :4500), or set port and natt-port in adit.conf",
			   "aditd is not running, and another program has UDP port 500 or 4500");
	else
		doctor_say(doctor, "daemon", VERDICT_FAIL, "systemctl enable --now adit",
			   "aditd is not running (nobody answers at %s)", doctor->socket);
}

static void check_tunnels(struct doctor *doctor, const json_t *tunnels)
{
	char names[200] = "";
	const json_t *tunnel;
	size_t i;

	json_array_foreach(tunnels, i, tunnel) {
		const char *state = member_string(tunnel, "state");

		if (!state || (strcmp(state, "connecting") && strcmp(state, "down")))
			continue;
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s (%s)",
			 *names ? ", " : "", member_string(tunnel, "name"), state);
	}
	if (*names)
		doctor_say(doctor, "tunnels", VERDICT_WARN, "adit status says why, adit diagnose "
			   "looks for the cause", "not up: %s", names);
	else if (!json_array_size(tunnels))
		doctor_say(doctor, "tunnels", VERDICT_WARN, "see adit.conf(5), then adit reload",
			   "none is configured");
	else
		doctor_say(doctor, "tunnels", VERDICT_OK, NULL, "of %zu, each is up or waits for a "
			   "packet or the peer", json_array_size(tunnels));
}

/* Return: the configuration that the daemon uses; to be freed */
static char *check_daemon(struct doctor *doctor)
{
	struct client_error error = { 0 };
	struct client *client = client_open(doctor->socket, &error);
	json_t *version = NULL, *status = NULL;
	const char *number, *path;
	char *file;

	if (client)
		version = client_ask(client, json_pack("{s:s}", "command", "version"), NULL, NULL,
				     &error);
	if (!version) {
		say_not_running(doctor, &error);
		json_decref(error.details);
		client_close(client);
		return strdup(CONFIGURATION);
	}
	number = member_string(version, "version");
	if (!number || strcmp(number, ADIT_VERSION))
		doctor_say(doctor, "daemon", VERDICT_WARN, "systemctl restart adit",
			   "aditd that runs is of version %s, this tool of " ADIT_VERSION,
			   number ? number : "unknown");
	else
		doctor_say(doctor, "daemon", VERDICT_OK, NULL, "aditd " ADIT_VERSION " is running");
	status = client_ask(client, json_pack("{s:s}", "command", "status"), NULL, NULL, &error);
	if (status)
		check_tunnels(doctor, json_object_get(status, "tunnels"));
	path = member_string(version, "config");
	file = strdup(path ? path : CONFIGURATION);
	json_decref(status);
	json_decref(version);
	json_decref(error.details);
	client_close(client);
	return file;
}

void doctor_daemon(struct doctor *doctor)
{
	char *file;

	check_capabilities(doctor);
	file = check_daemon(doctor);
	if (file)
		check_configuration(doctor, file);
	free(file);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/reload.h"

#include <stdlib.h>
#include <string.h>

#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/notify.h"
#include "aditd/option.h"
#include "aditd/report.h"
#include "aditd/tunnel.h"

/* What is fixed while sockets and rules stand */
static void check_fixed(const struct config *old, const struct config *new,
			struct mistakes *warnings)
{
	static const char *const fixed[] = { "port", "natt-port", "listen", "mark", "table" };
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!option_equal(&option_top[option_index(option_top, fixed[i])], old, new))
			mistake_add(warnings, new->path, 0,
				    "%s has changed: it takes effect when aditd is "
				    "restarted",
				    fixed[i]);
}

static void note(json_t *list, const struct config_tunnel *tunnel)
{
	json_array_append_new(list, json_string(tunnel->name));
}

static void remove_missing(struct daemon *daemon, const struct config *new, struct reload *changes)
{
	size_t i = 0;

	while (i < daemon->tunnel_count) {
		struct tunnel *tunnel = daemon->tunnels[i];

		if (config_tunnel(new, tunnel->config->name)) {
			i++;
			continue;
		}
		note(changes->removed, tunnel->config);
		tunnel_free(tunnel);
		report_text(daemon, IKE_SEVERITY_INFO, tunnel->config->name, "tunnel-removed",
			    "removed by a reload");
		memmove(&daemon->tunnels[i], &daemon->tunnels[i + 1],
			(--daemon->tunnel_count - i) * sizeof(*daemon->tunnels));
	}
}

/* Each changed tunnel frees its device's name before another takes it */
static void take_down_renamed(struct daemon *daemon, const struct config *new)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];

		if (strcmp(config_tunnel(new, tunnel->config->name)->device,
			   tunnel->config->device))
			tunnel_stop(tunnel);
	}
}

static void apply(struct daemon *daemon, struct config *new, struct reload *changes)
{
	struct tunnel **tunnels = memory_array(NULL, new->tunnel_count, sizeof(*tunnels));
	size_t i;

	for (i = 0; i < new->tunnel_count; i++) {
		struct config_tunnel *config = new->tunnels[i];
		struct tunnel *tunnel = tunnel_find(daemon, config->name);

		tunnels[i] = tunnel ? tunnel : tunnel_new(daemon, config);
		if (!tunnel)
			note(changes->added, config);
		else if (config_tunnel_equal(tunnel->config, config))
			note(changes->unchanged, config);
		else
			note(changes->changed, config);
	}
	/* From here on all of them are found by their new names */
	free(daemon->tunnels);
	daemon->tunnels = tunnels;
	daemon->tunnel_count = new->tunnel_count;
}

static void start_changed(struct daemon *daemon, const struct config *new)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];
		struct config_tunnel *config = new->tunnels[i];

		if (tunnel->config == config) {
			report_text(daemon, IKE_SEVERITY_INFO, config->name, "tunnel-added",
				    "added by a reload");
			tunnel_start(tunnel, false);
		} else if (config_tunnel_equal(tunnel->config, config)) {
			tunnel->config = config;
		} else {
			report_text(daemon, IKE_SEVERITY_INFO, config->name, "tunnel-changed",
				    "changed by a reload");
			tunnel_change(tunnel, config);
		}
	}
}

bool reload(struct daemon *daemon, struct reload *changes, struct mistakes *mistakes,
	    struct mistakes *warnings)
{
	struct config *old = daemon->config, *new;

	notify_reloading();
	new = config_load(daemon->config_path, mistakes, warnings);
	if (!new) {
		notify_ready();
		return false;
	}
	*changes = (struct reload) { json_array(), json_array(), json_array(), json_array() };
	check_fixed(old, new, warnings);
	remove_missing(daemon, new, changes);
	take_down_renamed(daemon, new);
	apply(daemon, new, changes);
	daemon->config = new;
	engine_configure(daemon->engine);
	start_changed(daemon, new);
	config_free(old);
	report_text(
		daemon, IKE_SEVERITY_INFO, NULL, "reload",
		"configuration read: %zu tunnels added, %zu removed, %zu changed, %zu unchanged",
		json_array_size(changes->added), json_array_size(changes->removed),
		json_array_size(changes->changed), json_array_size(changes->unchanged));
	notify_ready();
	return true;
}

static void log_all(const struct mistakes *list, void (*write)(const char *format, ...))
{
	size_t i;

	for (i = 0; i < list->count; i++)
		write("%s:%u: %s", list->list[i].file, list->list[i].line, list->list[i].text);
}

void reload_and_log(struct daemon *daemon)
{
	struct mistakes mistakes = { 0 }, warnings = { 0 };
	struct reload changes;

	if (reload(daemon, &changes, &mistakes, &warnings)) {
		json_decref(changes.added);
		json_decref(changes.removed);
		json_decref(changes.changed);
		json_decref(changes.unchanged);
	} else {
		log_error("the configuration has mistakes; the running one stays as it is");
	}
	log_all(&mistakes, log_error);
	log_all(&warnings, log_warning);
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "aditd/control.h"
#include "aditd/engine.h"
#include "aditd/kernel.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/notify.h"
#include "aditd/privileges.h"
#include "aditd/reload.h"
#include "aditd/sockets.h"
#include "aditd/tunnel.h"

#define EXIT_PATIENCE 1000		/* ms */

double daemon_time(void)
{
	uv_timeval64_t now;

	uv_gettimeofday(&now);
	return now.tv_sec + now.tv_usec / 1e6;
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct daemon *daemon = signal->data;

	if (number == SIGHUP) {
		reload_and_log(daemon);
		return;
	}
	log_info("%s: the tunnels are taken down", number == SIGTERM ? "SIGTERM" : "SIGINT");
	notify_stopping();
	daemon->stopping = true;
	uv_stop(&daemon->loop);
}

static void signals_open(struct daemon *daemon)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	size_t i;

	for (i = 0; i < 3; i++) {
		uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		uv_signal_start(&daemon->signals[i], on_signal, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
}

/*
 * An abstract socket belongs to the network namespace and dies with its process: who has it is
 * the only aditd here, and what it finds of devices and rules was left by one that was killed.
 */
static bool alone_in_namespace(void)
{
	static int fd = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0adit" };

	if (fd >= 0)
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 5))
		return true;
	close(fd);
	fd = -1;
	return false;
}

static void sweep(struct daemon *daemon)
{
	if (!alone_in_namespace()) {
		log_warning("another aditd runs in this network namespace; what a killed one may "
			    "have left "
			    "is not cleared away");
		return;
	}
	rules_flush();
	device_sweep(daemon->anl, daemon->config);
}

static void tunnels_open(struct daemon *daemon)
{
	const struct config *config = daemon->config;
	size_t i;

	daemon->tunnels = memory_array(NULL, config->tunnel_count, sizeof(*daemon->tunnels));
	for (i = 0; i < config->tunnel_count; i++)
		daemon->tunnels[i] = tunnel_new(daemon, config->tunnels[i]);
	daemon->tunnel_count = config->tunnel_count;
	for (i = 0; i < daemon->tunnel_count; i++)
		tunnel_start(daemon->tunnels[i], false);
}

bool daemon_open(struct daemon *daemon, char *error, size_t size)
{
	struct anl_error reason;

	daemon->since = daemon_time();
	/* Loads the module, which takes powers that are given away below */
	if (anl_open(&daemon->anl, &reason)) {
		snprintf(error, size, "%s", reason.text);
		return false;
	}
	rules_init(&daemon->rules, daemon->anl, daemon->config->mark, daemon->config->table);
	daemon->sockets =
		sockets_open(&daemon->loop, daemon->config, engine_input, daemon, error, size);
	if (!daemon->sockets)
		return false;
	daemon->engine = engine_open(daemon);
	if (!daemon->engine) {
		snprintf(error, size, "no memory for the IKE engine");
		return false;
	}
	daemon->control = control_open(daemon, error, size);
	if (!daemon->control || privileges_drop(error, size))
		return false;
	engine_configure(daemon->engine);
	sweep(daemon);
	daemon->kernel = kernel_open(daemon, error, size);
	if (!daemon->kernel)
		return false;
	signals_open(daemon);
	tunnels_open(daemon);
	return true;
}

void daemon_run(struct daemon *daemon)
{
	while (!daemon->stopping)
		uv_run(&daemon->loop, UV_RUN_DEFAULT);
}

static void on_patience(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/*
 * Until every handle has been closed: none is active any more, and nothing new begins. A DNS
 * question that is being asked cannot be taken back, and is not waited for.
 */
static void handles_finish(struct daemon *daemon)
{
	uv_timer_t patience;

	uv_timer_init(&daemon->loop, &patience);
	uv_timer_start(&patience, on_patience, EXIT_PATIENCE, 0);
	uv_unref((uv_handle_t *)&patience);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_run(&daemon->loop, UV_RUN_NOWAIT);
}

void daemon_close(struct daemon *daemon)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++)
		tunnel_free(daemon->tunnels[i]);
	daemon->tunnel_count = 0;
	free(daemon->tunnels);
	daemon->tunnels = NULL;
	control_close(daemon->control);
	daemon->control = NULL;
	engine_close(daemon->engine);
	kernel_close(daemon->kernel);
	sockets_close(daemon->sockets);
	for (i = 0; i < 3; i++)
		if (daemon->signals[i].data)
			uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	handles_finish(daemon);
	rules_free(&daemon->rules);
	anl_close(daemon->anl);
	daemon->anl = NULL;
	config_free(daemon->config);
	daemon->config = NULL;
}

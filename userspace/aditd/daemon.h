/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon as a whole: what its parts share. One thread, one libuv loop.
 */
#ifndef ADITD_DAEMON_H
#define ADITD_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "aditd/config.h"
#include "aditd/rules.h"
#include "ike/ike.h"
#include "netlink/family.h"

struct control;
struct engine;
struct kernel;
struct sockets;
struct tunnel;

struct daemon {
	uv_loop_t loop;
	const char *config_path;
	const char *socket_path;
	double since;			/* Unix time of the start */
	struct config *config;
	struct anl *anl;
	struct rules rules;
	struct sockets *sockets;
	struct engine *engine;
	struct kernel *kernel;
	struct control *control;
	struct tunnel **tunnels;	/* in the configuration's order */
	size_t tunnel_count;
	bool tunnels_changed;		/* some tunnel waits for tunnels_work() */
	bool send_failed;		/* some tunnel has a send_error */
	/* report.c, ms: an event about a stranger takes a second, which time gives back */
	uint64_t strangers_spent;
	uint64_t suppressed_told;
	unsigned int strangers_suppressed;
	uv_signal_t signals[3];
	bool stopping;
};

/*
 * Opens everything and brings the tunnels up. False with error: one sentence what, one what to do;
 * daemon_close() in any case.
 */
bool daemon_open(struct daemon *daemon, char *error, size_t size);
/* Runs until SIGTERM or SIGINT. */
void daemon_run(struct daemon *daemon);
/* DELETEs to the peers; SAs, devices, routes, rules and the control socket removed. */
void daemon_close(struct daemon *daemon);

/* Unix time, seconds. */
double daemon_time(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IKE engine within the daemon: its clock, its sockets, its kernel, its events.
 *
 * The engine must not be called back from within its ops, so what they cause is put off: tunnels
 * ask for engine_settle(), which runs from the loop.
 */
#ifndef ADITD_ENGINE_H
#define ADITD_ENGINE_H

#include <stdint.h>

#include "ike/ike.h"

struct daemon;
struct engine;

struct engine *engine_open(struct daemon *daemon);
/* DELETE to all peers, all SAs removed. The loop must run once more. NULL is allowed. */
void engine_close(struct engine *engine);

struct ike *engine_ike(const struct engine *engine);
/* The engine's clock: ms, monotonic, never 0. */
uint64_t engine_now(void);
/* After each call into the engine: sets the timer anew, and has the tunnels look at what
 * changed. */
void engine_settle(struct engine *engine);
/* log-level, keylog, half-open-limit of the daemon's configuration, again after a reload. */
void engine_configure(struct engine *engine);

/* For sockets_open(). */
void engine_input(void *ctx, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		  const uint8_t *bytes, size_t length);

#endif

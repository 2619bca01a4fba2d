// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/engine.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "aditd/daemon.h"
#include "aditd/keylog.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/report.h"
#include "aditd/sa.h"
#include "aditd/sockets.h"
#include "aditd/tunnel.h"

struct engine {
	struct daemon *daemon;
	struct ike *ike;
	uv_timer_t deadline;
	uv_timer_t work;		/* runs what ops put off, as soon as the loop turns */
};

uint64_t engine_now(void)
{
	return uv_hrtime() / 1000000 + 1;
}

struct ike *engine_ike(const struct engine *engine)
{
	return engine->ike;
}

static void op_send(void *ctx, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    const uint8_t *bytes, size_t length)
{
	struct daemon *daemon = ctx;
	int err = sockets_send(daemon->sockets, local, remote, bytes, length);

	tunnel_sent(daemon, &remote->address, -err);
}

static int op_sa_install(void *ctx, const struct ike_sa *sa)
{
	return sa_install(ctx, sa);
}

static void op_sa_remove(void *ctx, const struct ike_sa *sa)
{
	sa_remove(ctx, sa);
}

static int op_sa_update(void *ctx, const struct ike_sa *sa)
{
	return sa_update(ctx, sa);
}

static void op_event(void *ctx, const struct ike_event *event)
{
	struct daemon *daemon = ctx;
	struct ike_event told = *event;
	char text[REPORT_EVENT_TEXT];

	told.text = report_with_peer(daemon, event, text);
	report_engine(daemon, &told);
	tunnel_event(daemon, &told);
}

static void op_random(void *ctx, uint8_t *bytes, size_t length)
{
	(void)ctx;
	if (RAND_bytes(bytes, length) == 1)
		return;
	/* Cookies, nonces and keys that can be guessed are worse than no daemon */
	log_error("the system gives no random numbers; aditd ends");
	abort();
}

static bool op_xauth_verify(void *ctx, const char *connection, const char *user,
			    const uint8_t *password, size_t length)
{
	return tunnel_verify(ctx, connection, user, password, length);
}

static void op_configured(void *ctx, const char *connection, const struct ike_lease *lease)
{
	tunnel_configured(ctx, connection, lease);
}

static void op_keylog(void *ctx, const uint8_t cookie[8], const uint8_t *key, size_t length)
{
	struct daemon *daemon = ctx;

	if (daemon->config->keylog)
		keylog_write(daemon->config->keylog, cookie, key, length);
}

static uint64_t op_time(void *ctx)
{
	(void)ctx;
	return (uint64_t)time(NULL);
}

static const struct ike_ops ops = {
	.send = op_send,
	.sa_install = op_sa_install,
	.sa_remove = op_sa_remove,
	.sa_update = op_sa_update,
	.event = op_event,
	.random = op_random,
	.xauth_verify = op_xauth_verify,
	.configured = op_configured,
	.time = op_time,
	.keylog = op_keylog,
};

static void on_deadline(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	ike_tick(engine->ike, engine_now());
	engine_settle(engine);
}

static void on_work(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	tunnels_work(engine->daemon);
}

void engine_settle(struct engine *engine)
{
	uint64_t deadline = ike_deadline(engine->ike), now = engine_now();

	if (deadline == IKE_NEVER) {
		uv_timer_stop(&engine->deadline);
	} else {
		/* uv's clock is that of the loop's last turn */
		uv_update_time(&engine->daemon->loop);
		uv_timer_start(&engine->deadline, on_deadline, deadline > now ? deadline - now : 0,
			       0);
	}
	if (tunnels_pending(engine->daemon))
		uv_timer_start(&engine->work, on_work, 0, 0);
}

void engine_configure(struct engine *engine)
{
	const struct config *config = engine->daemon->config;
	struct ike_limits limits = {
		.half_open = config->half_open_limit,
		.half_open_source = config->half_open_source_limit,
	};

	ike_set_limits(engine->ike, &limits);
	log_level(config->log_level);
	if (config->keylog) {
		int err = keylog_check(config->keylog);

		if (err)
			log_error("keylog %s cannot be written: %s; no keys are logged",
				  config->keylog, strerror(-err));
		else
			log_warning("keys of phase 1 are written to %s: whoever reads it can "
				    "decrypt the "
				    "negotiations",
				    config->keylog);
	}
}

struct engine *engine_open(struct daemon *daemon)
{
	struct engine *engine = memory_new(sizeof(*engine));

	engine->daemon = daemon;
	engine->ike = ike_new(&ops, daemon);
	if (!engine->ike) {
		free(engine);
		return NULL;
	}
	ike_set_ports(engine->ike, daemon->config->port, daemon->config->natt_port);
	uv_timer_init(&daemon->loop, &engine->deadline);
	uv_timer_init(&daemon->loop, &engine->work);
	engine->deadline.data = engine;
	engine->work.data = engine;
	return engine;
}

void engine_input(void *ctx, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		  const uint8_t *bytes, size_t length)
{
	struct daemon *daemon = ctx;

	ike_input(daemon->engine->ike, local, remote, bytes, length, engine_now());
	engine_settle(daemon->engine);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void engine_close(struct engine *engine)
{
	if (!engine)
		return;
	ike_shutdown(engine->ike, engine_now());
	ike_free(engine->ike);
	engine->ike = NULL;
	uv_close((uv_handle_t *)&engine->deadline, NULL);
	/* Handles are closed in order: the last one frees both */
	uv_close((uv_handle_t *)&engine->work, on_closed);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/tunnel.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/report.h"
#include "aditd/sockets.h"
#include "aditd/tunnel_state.h"
#include "aditd/users.h"
#include "netlink/route.h"

#define RETRY_FIRST	1000		/* ms */
#define RETRY_LAST	60000

static void prepare(struct tunnel *tunnel);

struct tunnel *tunnel_find(const struct daemon *daemon, const char *name)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++)
		if (!strcmp(daemon->tunnels[i]->config->name, name))
			return daemon->tunnels[i];
	return NULL;
}

struct tunnel *tunnel_of_device(const struct daemon *daemon, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++)
		if (ifindex && daemon->tunnels[i]->device.ifindex == ifindex)
			return daemon->tunnels[i];
	return NULL;
}

static bool is_between(const struct config_tunnel *config, const struct ike_address *local,
		       const struct ike_address *remote)
{
	if (config->local.family && !ike_address_equal(&config->local, local))
		return false;
	return config->remote_kind == CONFIG_REMOTE_ANY ||
	       (config->remote_kind == CONFIG_REMOTE_ADDRESS &&
		ike_address_equal(&config->remote_address, remote));
}

struct tunnel *tunnel_without_engine(const struct daemon *daemon, const struct ike_address *local,
				     const struct ike_address *remote)
{
	struct tunnel *tunnel;
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++) {
		tunnel = daemon->tunnels[i];
		if (!tunnel->keyed && is_between(tunnel->config, local, remote))
			return tunnel;
	}
	return NULL;
}

static void on_retry(uv_timer_t *timer)
{
	prepare(timer->data);
}

static uint64_t retry_delay(unsigned int tries)
{
	uint64_t delay = RETRY_FIRST << (tries < 6 ? tries : 6);
	uint8_t jitter = 0;

	if (delay > RETRY_LAST)
		delay = RETRY_LAST;
	/* A quarter at random: many tunnels must not try in step */
	RAND_bytes(&jitter, 1);
	return delay - delay / 4 * jitter / 255;
}

/* A step failed: told, and tried again later */
__attribute__((format(printf, 3, 4)))
static void fail(struct tunnel *tunnel, const char *code, const char *format, ...)
{
	uint64_t delay = retry_delay(tunnel->tries++);
	va_list arguments;
	char text[640];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	tunnel_error_set(tunnel, code, text, false);
	report_send(tunnel->daemon, &(struct report) {
		.severity = IKE_SEVERITY_ERROR, .tunnel = tunnel->config->name, .code = code,
		.text = text, .members = json_pack("{s:f}", "retry_in", delay / 1000.0),
	});
	uv_timer_start(&tunnel->retry, on_retry, delay, 0);
	tunnel_state_tell(tunnel);
}

bool tunnel_is_usable(const struct tunnel *tunnel)
{
	return tunnel->state == IKE_STATE_ESTABLISHED && tunnel->carrier;
}

uint64_t tunnel_retry_in(const struct tunnel *tunnel)
{
	if (!uv_is_active((const uv_handle_t *)&tunnel->retry))
		return IKE_NEVER;
	return uv_timer_get_due_in(&tunnel->retry);
}

/* What is up as it is wanted is not taken down: DPD tells when the peer is really gone */
static bool is_settled(const struct tunnel *tunnel)
{
	return tunnel->keyed && !tunnel->stale && tunnel->state == IKE_STATE_ESTABLISHED;
}

static bool is_ours(const struct daemon *daemon, const struct ike_address *address)
{
	struct anl_address destination = { .family = address->family };
	struct anl_route_answer answer;
	struct anl_error error;

	memcpy(destination.bytes, address->bytes, sizeof(destination.bytes));
	return !anl_route_lookup(daemon->anl, &destination, NULL, 0, &answer, &error) &&
	       answer.local;
}

static bool check_local(struct tunnel *tunnel)
{
	char text[IKE_ADDRESS_TEXT];

	if (is_ours(tunnel->daemon, &tunnel->config->local))
		return true;
	if (!is_settled(tunnel))
		fail(tunnel, "no-route",
		     "local = \"%s\" is not an address of this host; add it, or correct "
		     "or leave out local",
		     ike_address_text(&tunnel->config->local, text));
	return false;
}

static bool find_local(struct tunnel *tunnel, struct ike_address *local)
{
	const struct daemon *daemon = tunnel->daemon;
	struct anl_address remote = { .family = tunnel->remote.family };
	struct anl_route_answer answer;
	char text[IKE_ADDRESS_TEXT];
	struct anl_error error;

	*local = tunnel->config->local;
	if (local->family != AF_UNSPEC)
		return check_local(tunnel);
	if (tunnel->remote.family == AF_UNSPEC)
		return true;
	memcpy(remote.bytes, tunnel->remote.bytes, sizeof(remote.bytes));
	ike_address_text(&tunnel->remote, text);
	if (anl_route_lookup(daemon->anl, &remote, NULL,
			     rules_needed(&daemon->rules) ? daemon->rules.mark : 0, &answer,
			     &error)) {
		if (!is_settled(tunnel))
			fail(tunnel, "no-route",
			     "no route to the peer %s; add one, or correct remote", text);
		return false;
	}
	if (answer.ifindex == tunnel->device.ifindex) {
		fail(tunnel, "no-route",
		     "the route to the peer %s leads through the tunnel itself; add "
		     "a route to it over the right device",
		     text);
		return false;
	}
	local->family = answer.source.family;
	memcpy(local->bytes, answer.source.bytes, sizeof(local->bytes));
	if (local->family == AF_UNSPEC)
		fail(tunnel, "no-route",
		     "the route to the peer %s gives no source address; set local", text);
	return local->family != AF_UNSPEC;
}

static void mark_sockets(struct daemon *daemon)
{
	sockets_mark(daemon->sockets, rules_needed(&daemon->rules) ? daemon->rules.mark : 0);
}

static bool give_to_engine(struct tunnel *tunnel)
{
	struct ike_pair pairs[IKE_PAIRS_MAX];
	struct ike_connection connection;
	char error[512];

	config_connection(tunnel->config, &tunnel->local, &tunnel->remote, pairs, &connection);
	if (tunnel->trial)
		connection.encap = IKE_ENCAP_FORCE;
	if (ike_connection_add(engine_ike(tunnel->daemon->engine), &connection, engine_now(), error,
			       sizeof(error))) {
		tunnel->keyed = true;
		tunnel->stale = false;
		return true;
	}
	fail(tunnel, "config", "%s", error);
	return false;
}

/* The peer's address is known: the rest */
static void connect_peer(struct tunnel *tunnel)
{
	char from[IKE_ADDRESS_TEXT], to[IKE_ADDRESS_TEXT];
	struct daemon *daemon = tunnel->daemon;
	struct ike_address local;
	struct anl_error error;
	bool moved;

	if (!find_local(tunnel, &local))
		return;
	moved = !ike_address_equal(&local, &tunnel->local);
	if (tunnel->keyed && moved)
		report_text(daemon, IKE_SEVERITY_INFO, tunnel->config->name, "local-changed",
			    "our address to the peer is %s now, it was %s",
			    ike_address_text(&local, to), ike_address_text(&tunnel->local, from));
	tunnel->local = local;
	if (device_route(&tunnel->device, daemon->anl, &daemon->rules, tunnel->config, &local,
			 &tunnel->remote, &error)) {
		mark_sockets(daemon);
		fail(tunnel, "kernel", "%s; see `ip route` and `ip rule`", error.text);
		return;
	}
	mark_sockets(daemon);
	tunnel->tries = 0;
	if ((!tunnel->keyed || moved || tunnel->stale) && !give_to_engine(tunnel))
		return;
	if (tunnel->start)
		ike_start(engine_ike(daemon->engine), tunnel->config->name, engine_now());
	tunnel->start = false;
	tunnel_touch(tunnel);
	engine_settle(daemon->engine);
}

/* Of several addresses the one in use, unless it does not answer: then the one behind it */
static const struct ike_address *choose(const struct tunnel *tunnel,
					const struct ike_address *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ike_address_equal(&list[i], &tunnel->remote))
			break;
	if (i == count)
		return &list[0];
	if (tunnel->state != IKE_STATE_ESTABLISHED && !strcmp(tunnel->error.code, "no-response"))
		i = (i + 1) % count;
	return &list[i];
}

static void on_resolved(void *ctx, const struct ike_address *list, size_t count, const char *error)
{
	struct tunnel *tunnel = ctx;
	const struct ike_address *address;
	char text[IKE_ADDRESS_TEXT];

	tunnel->resolve = NULL;
	if (!count) {
		/* What is known keeps being used while DNS is away */
		if (!tunnel->keyed)
			fail(tunnel, "dns",
			     "the peer's name %s does not resolve: %s; correct remote, or see "
			     "/etc/resolv.conf",
			     tunnel->config->remote, error);
		return;
	}
	address = choose(tunnel, list, count);
	if (!ike_address_equal(address, &tunnel->remote)) {
		report_text(tunnel->daemon, IKE_SEVERITY_INFO, tunnel->config->name, "resolved",
			    "the peer %s is at %s", tunnel->config->remote,
			    ike_address_text(address, text));
		tunnel->stale = true;
	}
	tunnel->remote = *address;
	connect_peer(tunnel);
}

static void find_peer(struct tunnel *tunnel)
{
	if (tunnel->resolve)
		return;
	if (tunnel->config->remote_kind != CONFIG_REMOTE_NAME) {
		tunnel->remote = tunnel->config->remote_address;
		connect_peer(tunnel);
		return;
	}
	tunnel->resolve = resolve_start(&tunnel->daemon->loop, tunnel->config->remote,
					tunnel->config->local.family, on_resolved, tunnel);
	if (!tunnel->resolve)
		fail(tunnel, "dns",
		     "the peer's name %s cannot be asked for; see the host's memory and "
		     "limits",
		     tunnel->config->remote);
}

static void prepare(struct tunnel *tunnel)
{
	struct anl_error error;

	uv_timer_stop(&tunnel->retry);
	if (!tunnel->wanted)
		return;
	if (device_up(&tunnel->device, tunnel->daemon->anl, tunnel->config, &error)) {
		fail(tunnel, "kernel", "%s", error.text);
		return;
	}
	find_peer(tunnel);
}

struct tunnel *tunnel_new(struct daemon *daemon, struct config_tunnel *config)
{
	struct tunnel *tunnel = memory_new(sizeof(*tunnel));

	tunnel->daemon = daemon;
	tunnel->config = config;
	tunnel->since = daemon_time();
	uv_timer_init(&daemon->loop, &tunnel->retry);
	tunnel->retry.data = tunnel;
	return tunnel;
}

/* An attempt that has failed already is not waited for: the peer may have been put right */
static void give_up_attempt(struct tunnel *tunnel)
{
	if (!tunnel->keyed || !*tunnel->error.code ||
	    tunnel_state_now(tunnel) == IKE_STATE_ESTABLISHED)
		return;
	ike_connection_remove(engine_ike(tunnel->daemon->engine), tunnel->config->name,
			      engine_now());
	tunnel->keyed = false;
}

void tunnel_start(struct tunnel *tunnel, bool now)
{
	tunnel->wanted = true;
	tunnel->tries = 0;
	if (now)
		give_up_attempt(tunnel);
	memset(&tunnel->error, 0, sizeof(tunnel->error));
	tunnel->start |= now;
	prepare(tunnel);
	tunnel_state_tell(tunnel);
}

void tunnel_stop(struct tunnel *tunnel)
{
	struct daemon *daemon = tunnel->daemon;

	tunnel->wanted = false;
	tunnel->start = false;
	tunnel->refresh = false;
	uv_timer_stop(&tunnel->retry);
	resolve_cancel(tunnel->resolve);
	tunnel->resolve = NULL;
	/* The DELETEs first: with the routes the way to the peer may go */
	if (tunnel->keyed)
		ike_connection_remove(engine_ike(daemon->engine), tunnel->config->name,
				      engine_now());
	tunnel->keyed = false;
	device_down(&tunnel->device, daemon->anl, &daemon->rules);
	mark_sockets(daemon);
	free(tunnel->lease);
	tunnel->lease = NULL;
	memset(&tunnel->local, 0, sizeof(tunnel->local));
	memset(&tunnel->remote, 0, sizeof(tunnel->remote));
	tunnel_state_tell(tunnel);
	engine_settle(daemon->engine);
}

static void on_closed(uv_handle_t *handle)
{
	struct tunnel *tunnel = handle->data;

	free(tunnel->past);
	free(tunnel);
}

void tunnel_free(struct tunnel *tunnel)
{
	if (tunnel->wanted)
		tunnel_stop(tunnel);
	uv_close((uv_handle_t *)&tunnel->retry, on_closed);
}

void tunnel_change(struct tunnel *tunnel, struct config_tunnel *config)
{
	bool device = strcmp(tunnel->config->device, config->device);
	bool remote = strcmp(tunnel->config->remote, config->remote);

	if (device && tunnel->wanted) {
		tunnel_stop(tunnel);
		tunnel->wanted = true;
	}
	/* What was assigned counts only while it is asked for */
	if (tunnel->lease && (!config->mode_config || config->pool.address.family)) {
		free(tunnel->lease);
		tunnel->lease = NULL;
		device_unlease(&tunnel->device);
	}
	tunnel->config = config;
	tunnel->stale = true;
	if (remote) {
		resolve_cancel(tunnel->resolve);
		tunnel->resolve = NULL;
	}
	/* As a restart with this configuration would: also what the administrator took down */
	tunnel_start(tunnel, false);
}

bool tunnel_try_udp(struct tunnel *tunnel, bool on)
{
	if (on && (tunnel->config->encap != IKE_ENCAP_AUTO || tunnel->trial || !tunnel->keyed ||
		   tunnel->config->start == IKE_START_WAIT))
		return false;
	tunnel->trial = on;
	tunnel->stale = true;
	/* On demand, nothing else would begin it; afterwards it waits for a packet again */
	tunnel->start = on;
	if (tunnel->wanted)
		prepare(tunnel);
	return true;
}

void tunnel_configured(struct daemon *daemon, const char *name, const struct ike_lease *lease)
{
	struct tunnel *tunnel = tunnel_find(daemon, name);
	struct anl_error error;

	if (!tunnel)
		return;
	if (!tunnel->lease)
		tunnel->lease = memory_new(sizeof(*tunnel->lease));
	*tunnel->lease = *lease;
	tunnel_touch(tunnel);
	if (device_lease(&tunnel->device, daemon->anl, &daemon->rules, tunnel->config,
			 &tunnel->local, &tunnel->remote, lease, &error)) {
		tunnel_error_set(tunnel, "kernel", error.text, false);
		report_text(daemon, IKE_SEVERITY_ERROR, name, "kernel",
			    "what the peer has assigned cannot be set: %s", error.text);
	}
	mark_sockets(daemon);
}

static int reroute(struct tunnel *tunnel, struct anl_error *error)
{
	struct daemon *daemon = tunnel->daemon;
	int err = device_route(&tunnel->device, daemon->anl, &daemon->rules, tunnel->config,
			       &tunnel->local, &tunnel->remote, error);

	mark_sockets(daemon);
	return err;
}

int tunnel_sa_put(struct tunnel *tunnel, const struct ike_sa *sa, struct anl_error *error)
{
	char peer[IKE_ADDRESS_TEXT];
	int err;

	/* Of a bundle AH is about ESP alone, which says what it is about */
	if (tunnel->config->mode != IKE_MODE_TRANSPORT || tunnel->remote.family ||
	    sa->local_ts.protocol == IKE_PROTOCOL_ESP)
		return 0;
	if (!peers_whole(sa)) {
		if (sa->direction == IKE_OUT)
			report_text(tunnel->daemon, IKE_SEVERITY_WARNING, tunnel->config->name,
				    "no-route", "%s gets no route over %s: the child is about one "
				    "protocol alone, and the rest of what goes there would be "
				    "lost; name that peer in a tunnel of its own, or see "
				    "ip-rule(8)",
				    ike_address_text(&sa->remote, peer), tunnel->device.name);
		return 0;
	}
	if (!peers_put(&tunnel->device.peers, sa))
		return 0;
	err = reroute(tunnel, error);
	if (err)
		peers_drop(&tunnel->device.peers, sa);
	return err;
}

void tunnel_sa_gone(struct tunnel *tunnel, const struct ike_sa *sa)
{
	struct anl_error error;

	if (peers_drop(&tunnel->device.peers, sa) && reroute(tunnel, &error))
		report_text(tunnel->daemon, IKE_SEVERITY_WARNING, tunnel->config->name, "kernel",
			    "%s; see `ip route` and `ip rule`", error.text);
}

bool tunnel_verify(struct daemon *daemon, const char *name, const char *user,
		   const uint8_t *password, size_t length)
{
	const struct tunnel *tunnel = tunnel_find(daemon, name);
	char why[512] = "";
	bool good;

	if (!tunnel || !tunnel->config->xauth_users)
		return false;
	good = users_verify(tunnel->config->xauth_users, user, password, length, why, sizeof(why));
	if (*why)
		report_text(daemon, IKE_SEVERITY_ERROR, name, "config",
			    "nobody can log in, the file of users cannot be used: %s", why);
	return good;
}

bool tunnels_pending(const struct daemon *daemon)
{
	return daemon->tunnels_changed;
}

void tunnels_work(struct daemon *daemon)
{
	size_t i;

	daemon->tunnels_changed = false;
	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];

		if (tunnel->changed)
			tunnel_state_tell(tunnel);
		if (!tunnel->refresh)
			continue;
		tunnel->refresh = false;
		if (tunnel->wanted && tunnel->keyed)
			find_peer(tunnel);
	}
}

void tunnels_refresh(struct daemon *daemon)
{
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];

		if (!tunnel->wanted)
			continue;
		/* What failed for want of a route may work now; DNS is asked on the engine's
		 * retries */
		if (!tunnel->keyed)
			prepare(tunnel);
		else if (tunnel->config->remote_kind != CONFIG_REMOTE_NAME)
			find_peer(tunnel);
		else if (tunnel->remote.family && !tunnel->resolve)
			connect_peer(tunnel);
	}
}

void tunnel_device_lost(struct tunnel *tunnel)
{
	struct daemon *daemon = tunnel->daemon;

	device_lost(&tunnel->device, daemon->anl, &daemon->rules);
	free(tunnel->lease);
	tunnel->lease = NULL;
	/* Its SAs went with it */
	if (tunnel->keyed)
		ike_connection_remove(engine_ike(daemon->engine), tunnel->config->name,
				      engine_now());
	tunnel->keyed = false;
	fail(tunnel, "kernel", "device %s was removed by somebody else; it is made again",
	     tunnel->config->device);
	engine_settle(daemon->engine);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/report.h"
#include "aditd/tunnel.h"
#include "netlink/events.h"

#define SETTLE 300			/* ms: changes of addresses and routes come in bursts */

struct kernel {
	struct daemon *daemon;
	struct anl_events *events;
	uv_poll_t family;
	uv_poll_t links;
	uv_timer_t settle;
	unsigned int handles;
};

static void to_ike(const struct anl_address *from, struct ike_address *to)
{
	memset(to, 0, sizeof(*to));
	to->family = from->family;
	memcpy(to->bytes, from->bytes, sizeof(to->bytes));
}

static void expired(struct daemon *daemon, const struct anl_event *event, enum ike_limit limit)
{
	ike_sa_expired(engine_ike(daemon->engine), event->sa.protocol,
		       event->sa.direction == ANL_OUT ? IKE_OUT : IKE_IN, event->sa.spi, limit,
		       engine_now());
}

static void acquire(struct daemon *daemon, const struct anl_event *event)
{
	struct tunnel *tunnel = tunnel_of_device(daemon, event->ifindex);
	struct ike_address source, destination;

	if (!tunnel || !tunnel->keyed)
		return;
	to_ike(&event->selector.src.address, &source);
	to_ike(&event->selector.dst.address, &destination);
	ike_acquire(engine_ike(daemon->engine), tunnel->config->name,
		    source.family ? &source : NULL, destination.family ? &destination : NULL,
		    engine_now());
}

static void mapping_changed(struct daemon *daemon, const struct anl_event *event)
{
	struct ike_endpoint remote = { .port = event->new_port };

	to_ike(&event->new_remote, &remote.address);
	ike_mapping_changed(engine_ike(daemon->engine), event->sa.protocol, event->sa.spi, &remote,
			    engine_now());
}

static void link_changed(struct daemon *daemon, const struct anl_event *event)
{
	struct tunnel *tunnel = tunnel_of_device(daemon, event->ifindex);

	if (!tunnel)
		return;
	if (event->gone) {
		tunnel_device_lost(tunnel);
	} else if (event->carrier != tunnel->carrier) {
		tunnel->carrier = event->carrier;
		report_text(daemon, IKE_SEVERITY_INFO, tunnel->config->name,
			    event->carrier ? "device-up" : "device-down", "device %s %s",
			    tunnel->device.name, event->carrier ? "has carrier" : "has no carrier");
		if (daemon->control)
			control_tunnel_changed(daemon->control, tunnel);
	}
}

static void on_settled(uv_timer_t *timer)
{
	struct kernel *kernel = timer->data;

	tunnels_refresh(kernel->daemon);
}

static void paths_changed(struct kernel *kernel)
{
	if (!uv_is_active((uv_handle_t *)&kernel->settle))
		uv_timer_start(&kernel->settle, on_settled, SETTLE, 0);
}

static void on_event(const struct anl_event *event, void *context)
{
	struct kernel *kernel = context;
	struct daemon *daemon = kernel->daemon;

	switch (event->type) {
	case ANL_EVENT_SOFT_EXPIRE:
		expired(daemon, event, IKE_LIMIT_BYTES);
		break;
	case ANL_EVENT_SEQUENCE_OVERFLOW:
		expired(daemon, event, IKE_LIMIT_SEQUENCE);
		break;
	case ANL_EVENT_HARD_EXPIRE:
		expired(daemon, event, IKE_LIMIT_HARD);
		break;
	case ANL_EVENT_FIRST_USE:
		ike_sa_used(engine_ike(daemon->engine), event->sa.protocol, event->sa.spi,
			    engine_now());
		break;
	case ANL_EVENT_ACQUIRE:
		acquire(daemon, event);
		break;
	case ANL_EVENT_MAPPING_CHANGED:
		mapping_changed(daemon, event);
		break;
	case ANL_EVENT_LINK:
		link_changed(daemon, event);
		break;
	case ANL_EVENT_ADDRESS:
	case ANL_EVENT_ROUTE:
	case ANL_EVENT_LOST:
		paths_changed(kernel);
		break;
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct kernel *kernel = poll->data;
	struct anl_error error;

	(void)status;
	(void)events;
	if (anl_events_read(kernel->events, on_event, kernel, &error) < 0)
		log_warning("events of the kernel: %s", error.text);
	engine_settle(kernel->daemon->engine);
}

struct kernel *kernel_open(struct daemon *daemon, char *error, size_t size)
{
	struct kernel *kernel = memory_new(sizeof(*kernel));
	struct anl_error reason;

	kernel->daemon = daemon;
	if (anl_events_open(&kernel->events, true, &reason)) {
		snprintf(error, size, "%s", reason.text);
		free(kernel);
		return NULL;
	}
	kernel->handles = 3;
	uv_poll_init(&daemon->loop, &kernel->family, anl_events_fd(kernel->events));
	uv_poll_init(&daemon->loop, &kernel->links, anl_events_link_fd(kernel->events));
	uv_timer_init(&daemon->loop, &kernel->settle);
	kernel->family.data = kernel;
	kernel->links.data = kernel;
	kernel->settle.data = kernel;
	uv_poll_start(&kernel->family, UV_READABLE, on_readable);
	uv_poll_start(&kernel->links, UV_READABLE, on_readable);
	return kernel;
}

static void on_closed(uv_handle_t *handle)
{
	struct kernel *kernel = handle->data;

	if (--kernel->handles)
		return;
	anl_events_close(kernel->events);
	free(kernel);
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	uv_close((uv_handle_t *)&kernel->family, on_closed);
	uv_close((uv_handle_t *)&kernel->links, on_closed);
	uv_close((uv_handle_t *)&kernel->settle, on_closed);
}

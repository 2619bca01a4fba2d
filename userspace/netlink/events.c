// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/events.h"

#include <errno.h>
#include <linux/adit.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/ctrl.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/link_message.h"
#include "netlink/request.h"
#include "netlink/sa_message.h"

/* Room for a burst of expiries: a thousand SAs of one age */
#define RECEIVE_BUFFER	(1 << 20)

struct anl_events {
	struct nl_sock *genl;
	struct nl_sock *route;
	int family;
};

/* Beyond what the host allows everybody, where we may */
static void set_receive_buffer(struct nl_sock *socket)
{
	int size = RECEIVE_BUFFER;

	if (setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		nl_socket_set_buffer_size(socket, RECEIVE_BUFFER, 0);
}

static int subscribe_family(struct anl_events *events, struct anl_error *error)
{
	int group;

	events->genl = anl_socket(NETLINK_GENERIC, error);
	if (!events->genl)
		return -error->code;
	events->family = genl_ctrl_resolve(events->genl, ADIT_FAMILY_NAME);
	group = genl_ctrl_resolve_grp(events->genl, ADIT_FAMILY_NAME, ADIT_MCGRP_EVENTS);
	if (events->family < 0 || group < 0)
		return anl_fail(error, ENOENT, "the kernel module adit is not loaded: "
				"run 'modprobe adit', or install it for this kernel");
	set_receive_buffer(events->genl);
	if (nl_socket_add_membership(events->genl, group) < 0)
		return anl_fail(error, EPERM, "cannot subscribe to the events of the module adit");
	nl_socket_set_nonblocking(events->genl);
	return 0;
}

static int subscribe_links(struct anl_events *events, struct anl_error *error)
{
	events->route = anl_socket(NETLINK_ROUTE, error);
	if (!events->route)
		return -error->code;
	set_receive_buffer(events->route);
	if (nl_socket_add_memberships(events->route, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
				      RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_NONE) < 0)
		return anl_fail(error, EPERM, "cannot subscribe to the changes of links");
	nl_socket_set_nonblocking(events->route);
	return 0;
}

int anl_events_open(struct anl_events **events, bool links, struct anl_error *error)
{
	struct anl_events *opened = calloc(1, sizeof(*opened));
	int code;

	*events = NULL;
	if (!opened)
		return anl_fail(error, ENOMEM, "out of memory");
	code = subscribe_family(opened, error);
	if (!code && links)
		code = subscribe_links(opened, error);
	if (code)
		anl_events_close(opened);
	else
		*events = opened;
	return code;
}

int anl_events_fd(const struct anl_events *events)
{
	return nl_socket_get_fd(events->genl);
}

int anl_events_link_fd(const struct anl_events *events)
{
	return events->route ? nl_socket_get_fd(events->route) : -1;
}

/* What the callbacks of one reading share */
struct reading {
	struct anl_events *events;
	void (*each)(const struct anl_event *event, void *context);
	void *context;
	int count;
};

static void emit(struct reading *reading, const struct anl_event *event)
{
	reading->count++;
	reading->each(event, reading->context);
}

static int decode_link(struct nlmsghdr *header, struct anl_event *event)
{
	struct anl_link link;
	int code = anl_link_decode(header, &link);

	event->type = ANL_EVENT_LINK;
	event->ifindex = link.ifindex;
	memcpy(event->device, link.name, sizeof(event->device));
	event->carrier = link.carrier;
	event->gone = header->nlmsg_type == RTM_DELLINK;
	return code;
}

static int decode_address(struct nlmsghdr *header, struct anl_event *event)
{
	struct anl_prefix prefix;
	int code = anl_address_decode(header, &event->ifindex, &prefix);

	event->type = ANL_EVENT_ADDRESS;
	event->address = prefix.address;
	event->gone = header->nlmsg_type == RTM_DELADDR;
	return code;
}

static int decode(struct reading *reading, struct nlmsghdr *header, struct anl_event *event)
{
	memset(event, 0, sizeof(*event));
	if (header->nlmsg_type == reading->events->family)
		return anl_event_decode(header, event);
	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return decode_link(header, event);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return decode_address(header, event);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		event->type = ANL_EVENT_ROUTE;
		event->gone = header->nlmsg_type == RTM_DELROUTE;
		return 0;
	default:
		return -EBADMSG;
	}
}

static int on_message(struct nl_msg *message, void *context)
{
	struct reading *reading = context;
	struct anl_event event;

	/* What a newer kernel says, we need not understand */
	if (!decode(reading, nlmsg_hdr(message), &event))
		emit(reading, &event);
	return NL_OK;
}

static int any_sequence(struct nl_msg *message, void *context)
{
	(void)message;
	(void)context;
	return NL_OK;
}

static int read_socket(struct nl_sock *socket, struct reading *reading, struct anl_error *error)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	int code;

	if (!callbacks)
		return anl_fail(error, ENOMEM, "out of memory");
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_message, reading);
	nl_cb_set(callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_sequence, NULL);
	do {
		code = nl_recvmsgs_report(socket, callbacks);
		if (code == -NLE_NOMEM) {	/* libnl's word for ENOBUFS, the overflow */
			struct anl_event event = { .type = ANL_EVENT_LOST };

			emit(reading, &event);
		}
	} while (code > 0 || code == -NLE_NOMEM);
	nl_cb_put(callbacks);
	if (code < 0 && code != -NLE_AGAIN && code != -NLE_INTR)
		return anl_fail(error, EIO, "cannot read events from the kernel: %s",
				nl_geterror(code));
	return 0;
}

int anl_events_read(struct anl_events *events,
		    void (*each)(const struct anl_event *event, void *context), void *context,
		    struct anl_error *error)
{
	struct reading reading = { .events = events, .each = each, .context = context };
	int code = read_socket(events->genl, &reading, error);

	if (!code && events->route)
		code = read_socket(events->route, &reading, error);
	return code ? code : reading.count;
}

void anl_events_close(struct anl_events *events)
{
	if (!events)
		return;
	nl_socket_free(events->genl);
	nl_socket_free(events->route);
	free(events);
}

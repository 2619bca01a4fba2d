/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells us unasked: the multicast group "events" of the adit
 * family, and links, addresses and routes that change.
 */
#ifndef ADIT_NETLINK_EVENTS_H
#define ADIT_NETLINK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"
#include "netlink/sa.h"

struct anl_events;

enum anl_event_type {
	ANL_EVENT_SOFT_EXPIRE,		/* time to rekey: @sa */
	ANL_EVENT_HARD_EXPIRE,		/* no longer usable: @sa */
	ANL_EVENT_ACQUIRE,		/* a packet has no SA: @selector */
	ANL_EVENT_MAPPING_CHANGED,	/* the peer's packets come from @new_remote, @new_port */
	ANL_EVENT_SEQUENCE_OVERFLOW,	/* the sequence numbers are used up: @sa */
	ANL_EVENT_FIRST_USE,		/* the first authenticated packet came in: @sa, inbound */
	ANL_EVENT_LINK,			/* a link came, changed, went: @ifindex, @gone, @carrier */
	ANL_EVENT_ADDRESS,		/* an address of ours came or went: @address, @gone */
	ANL_EVENT_ROUTE,		/* a route came or went (which one is not said) */
	ANL_EVENT_LOST,			/* the kernel's queue overflowed: read everything anew */
};

/**
 * struct anl_event - one event; which fields hold depends on @type
 * @ifindex: the device's; @device: its name (adit events, and ANL_EVENT_LINK)
 * @sa: the SA's identity
 * @reason: ADIT_EXPIRE_REASON_*, for the two expire events
 * @selector: the packet without an SA: addresses as host prefixes, protocol, ports
 */
struct anl_event {
	enum anl_event_type type;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	struct anl_sa_id sa;
	uint8_t reason;
	struct anl_selector selector;
	struct anl_address new_remote;
	uint16_t new_port;
	struct anl_address address;
	bool gone;
	bool carrier;
};

/**
 * anl_events_open - subscribe
 * @links: also ANL_EVENT_LINK, _ADDRESS and _ROUTE
 *
 * Return: 0 or a negative errno.
 */
int anl_events_open(struct anl_events **events, bool links, struct anl_error *error);

/** anl_events_fd - the non-blocking socket of the adit family, to wait on for reading. */
int anl_events_fd(const struct anl_events *events);

/** anl_events_link_fd - the same for rtnetlink; -1 when @links was false. */
int anl_events_link_fd(const struct anl_events *events);

/**
 * anl_events_read - take what has arrived, on both sockets, without waiting
 * @each: called for each event
 *
 * Return: the number of events, or a negative errno.
 */
int anl_events_read(struct anl_events *events,
		    void (*each)(const struct anl_event *event, void *context), void *context,
		    struct anl_error *error);

/** anl_events_close - NULL is allowed. */
void anl_events_close(struct anl_events *events);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's inside: what all its parts share. Nothing outside of userspace/ike includes this.
 *
 * Every public function enters, works, and leaves; leaving fires the timers that are due and then
 * frees what was killed meanwhile. So a handler may kill its own session: the memory stays until
 * the end of the call, and `dead` tells.
 */
#ifndef ADIT_IKE_ENGINE_H
#define ADIT_IKE_ENGINE_H

#include "ike/ike.h"
#include "ike/table.h"
#include "ike/timer.h"

#define SECOND UINT64_C(1000)

struct child;
struct connection;
struct dh;
struct exchange;
struct session;

/* A bucket of permits for answers to strangers, so that nobody uses us to flood somebody else. */
struct permits {
	unsigned int left;
	uint64_t refilled;
};

/* First messages whose sessions had to go (evicted.h), oldest first. */
struct evicted {
	struct evicted_entry *oldest, *newest;
	struct table by_cookie; /* of the responder */
	size_t bytes;
	struct timer timer; /* when the oldest goes */
};

#define SHARED_PAIRS 24 /* as many as there are groups, at least */

/* A key pair that many first messages are answered with (shared_pair.h). */
struct shared_pair {
	struct dh *dh; /* NULL: none */
	uint64_t until;
};

/* Sessions that peers began and that are not established (half_open.h), in no order. */
struct half_open {
	struct session **all;
	unsigned int count, size;
	struct table by_source; /* by address */
	struct evicted evicted;
	struct shared_pair pairs[SHARED_PAIRS];
	uint64_t flood_until; /* when sessions had to make room */
};

struct ike {
	const struct ike_ops *ops;
	void *ctx;
	uint64_t now;
	struct timers timers;
	struct connection *connections;
	struct session *sessions; /* newest first */
	struct child *children; /* newest first */
	struct half_open half_open;
	struct table by_cookie; /* sessions by initiator cookie */
	struct table by_spi; /* children by inbound SPI */
	struct session *dead_sessions;
	struct exchange *dead_exchanges;
	struct child *dead_children;
	struct ike_limits limits;
	uint16_t port, natt_port; /* of the sockets that go by the names of 500 and 4500 */
	struct ike_counters counters;
	struct permits
		strangers; /* clear-text notifies and log lines on account of unknown peers */
	uint64_t next_child;
	bool shut_down; /* nothing begins any more */
	bool freeing; /* nothing may be sent or removed any more */
};

/* Random numbers through ops->random. */
void engine_random(struct ike *ike, void *bytes, size_t len);
uint32_t engine_random32(struct ike *ike);
/* @value, more or less up to @percent of it. */
uint64_t engine_jitter(struct ike *ike, uint64_t value, unsigned int percent);

/* One datagram out: the non-ESP marker is put before it on port 4500 (RFC 3948 2.2). */
void engine_send(struct ike *ike, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, const uint8_t *bytes, size_t len);

/* What the world sees as our port, for one that is 500 or 4500 in here. */
uint16_t engine_port(const struct ike *ike, uint16_t port);

/* Frees what was killed: only when no handler is running. */
void engine_reap(struct ike *ike);

/* True at most ten times a second. */
bool engine_permit(struct ike *ike);

#endif

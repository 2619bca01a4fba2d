/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes, and the rules that choose a routing table.
 */
#ifndef ADIT_NETLINK_ROUTE_H
#define ADIT_NETLINK_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

struct anl;

/* The routes that we made carry it as their protocol (`ip route … proto 157`) */
#define ANL_ROUTE_PROTOCOL	157

/**
 * struct anl_route - a route over a device
 * @destination: 0.0.0.0/0 or ::/0 is a default route
 * @ifindex: the device
 * @gateway: family AF_UNSPEC: none (a tunnel needs none)
 * @source: preferred source address; family AF_UNSPEC: none
 * @metric: 0: the kernel's default (IPv4 0, IPv6 1024)
 * @table: 0: main
 * @unreachable: packets are refused (ICMP) instead; @ifindex and @gateway count for nothing
 */
struct anl_route {
	struct anl_prefix destination;
	uint32_t ifindex;
	struct anl_address gateway;
	struct anl_address source;
	uint32_t metric;
	uint32_t table;
	bool unreachable;
};

/**
 * anl_route_add - one of ours that is there already is no error
 *
 * Return: 0 or a negative errno; -EEXIST: another route has this destination,
 * metric and table: nothing is replaced.
 */
int anl_route_add(struct anl *anl, const struct anl_route *route, struct anl_error *error);

/** anl_route_del - one that is not there is no error. */
int anl_route_del(struct anl *anl, const struct anl_route *route, struct anl_error *error);

/**
 * anl_route_dump - the routes that carry ANL_ROUTE_PROTOCOL
 * @each: called for each; a negative value ends the dump and is returned.
 *	  It must not use @anl.
 */
int anl_route_dump(struct anl *anl, int family,
		   int (*each)(const struct anl_route *route, void *context), void *context,
		   struct anl_error *error);

/**
 * struct anl_route_answer - which way a packet would take
 * @ifindex: device it leaves through
 * @source: the source address that it would get
 * @gateway: next hop; family AF_UNSPEC: directly
 * @local: the destination is an address of this host
 * @mtu: of the path as far as known (route, else 0)
 */
struct anl_route_answer {
	uint32_t ifindex;
	struct anl_address source;
	struct anl_address gateway;
	bool local;
	uint32_t mtu;
};

/**
 * anl_route_lookup - ask the kernel as it would route a packet of our own
 * @source: NULL or family AF_UNSPEC: let it choose
 * @mark: the packet's firewall mark; 0: none
 *
 * Return: 0 or a negative errno; -ENETUNREACH, -EHOSTUNREACH: no route.
 */
int anl_route_lookup(struct anl *anl, const struct anl_address *destination,
		     const struct anl_address *source, uint32_t mark,
		     struct anl_route_answer *answer, struct anl_error *error);

/**
 * struct anl_rule - "packets with this mark look up that table"
 * @family: AF_INET or AF_INET6
 * @priority: lower is looked at first; not 0
 * @mark, @mark_mask: of the packet
 * @destination: family AF_UNSPEC: any
 * @table: the table to look up
 * @suppress_prefix: ignore the table's routes with a prefix length up to it;
 *		     -1: ignore none
 * @invert: the rule holds for packets that do NOT match
 */
struct anl_rule {
	int family;
	uint32_t priority;
	uint32_t mark;
	uint32_t mark_mask;
	struct anl_prefix destination;
	uint32_t table;
	int suppress_prefix;
	bool invert;
};

/** anl_rule_add - one that is there already is no error. */
int anl_rule_add(struct anl *anl, const struct anl_rule *rule, struct anl_error *error);

/** anl_rule_del - one that is not there is no error. */
int anl_rule_del(struct anl *anl, const struct anl_rule *rule, struct anl_error *error);

#endif

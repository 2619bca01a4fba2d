/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP echoes of our own, to see whether somebody answers and up to which size.
 */
#ifndef ADIT_TOOL_ECHO_H
#define ADIT_TOOL_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/address.h"

#define ECHO_PORT_NOBODY	33434	/* where echo_knock() knocks: traceroute(8)'s */

/* RFC 792, RFC 4443 4: types of ICMP */
enum { ECHO4 = 8, REPLY4 = 0, ECHO6 = 128, REPLY6 = 129 };

/**
 * struct echo_target - whom to ask, and how it went
 * @local: AF_UNSPEC: the route's source
 * @device: to go out by; "" or NULL: the route's
 * @mark: firewall mark, 0: none
 * @hops: how far it may go (TTL, hop limit), 0: as usual
 * @size: bytes of the whole IP packet, never fragmented; 0: small
 * @sent, @received: added to
 * @elsewhere: set to the ifindex of another device than @device that a reply came in by
 * @too_big: set when somebody said by ICMP that it does not fit: the path MTU is known then
 */
struct echo_target {
	struct ike_address local, remote;
	const char *device;
	uint32_t mark;
	int hops;
	size_t size;
	unsigned int sent, received;
	unsigned int elsewhere;
	bool too_big;
};

/**
 * echo_ask - up to @tries echoes, until one is answered
 * @patience: ms for each
 *
 * Return: one was answered.
 */
bool echo_ask(struct echo_target *target, unsigned int tries, unsigned int patience);

/** echo_knock - a datagram to a port where nobody listens, as traceroute sends: to be refused. */
void echo_knock(const struct echo_target *target);

#endif

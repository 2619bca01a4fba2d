/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes through the tunnel itself, in the clear, while we look: whether what comes in answers
 * what went out. Counters cannot tell that: a peer that we do not reach goes on sending, and this
 * side answers it in vain.
 */
#ifndef ADIT_TOOL_TALK_H
#define ADIT_TOOL_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/address.h"

#define TALK_FLOWS	128
#define TALK_HOSTS	16

/**
 * struct talk_flow - packets between two hosts that belong together
 * @begun: the first one seen went out; @sent: one has gone out
 * @asked: how many have gone out that any host answers: TCP with a SYN or data, an echo
 * @first, @end: of TCP: where the first segment seen to go out began, the last one ended
 * @stamp_first, @stamp: its timestamps (RFC 7323 3), the first and the last one that went out
 */
struct talk_flow {
	struct ike_address local, remote;
	uint8_t protocol;
	uint16_t ports[2];		/* ours and theirs; of an echo its identifier and 0 */
	bool begun, sent, stamped;
	unsigned int asked;
	uint32_t first, end, stamp_first, stamp;
};

/**
 * struct talk - zero it before the first use
 * @answers: packets that came in and show that something of what went out has arrived
 * @asks: packets out that any host answers: TCP with a SYN or data
 * @tells: packets out that need no answer, but our own
 * @hosts: the first ones behind the peer from which something came in, or to which it went;
 *	   @heard: which of them are of the former
 */
struct talk {
	uint64_t answers, asks, tells;
	struct talk_flow flows[TALK_FLOWS];
	unsigned int flow_count;
	struct ike_address hosts[TALK_HOSTS];
	bool heard[TALK_HOSTS];
	unsigned int host_count;
};

/** talk_take - one IP packet of the tunnel's device, or its beginning; any bytes. */
void talk_take(struct talk *talk, bool outgoing, const uint8_t *packet, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the messages of IKE on the wire tell of the two daemons: whether ours gets what the peer
 * says, and the peer what ours says.
 */
#ifndef ADIT_TOOL_CAPTURE_IKE_H
#define ADIT_TOOL_CAPTURE_IKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ike/address.h"
#include "ike/cursor.h"

#define CAPTURE_IKE_OWN		16	/* phase 1s begun by the daemon that are remembered */
#define CAPTURE_IKE_BEGUN	16	/* and by the peer */

/**
 * struct capture_ike - of messages between us and the peer
 * @ports: the daemon's, of IKE and of NAT traversal; 0: not known
 * @in, @out, @elsewhere, @for_daemon, @from_daemon, @unheard: see capture.h
 * @own: initiator cookies that the daemon has begun with, the last ones of @own_count
 * @begun: phase 1s that the peer has begun, the last ones of @begun_count
 * @stranger: who else than the peer has answered, @strangers times
 */
struct capture_ike {
	uint16_t ports[2];
	uint64_t in, out, elsewhere, unheard, for_daemon[2], from_daemon[2];
	uint8_t own[CAPTURE_IKE_OWN][8];
	unsigned int own_count;
	struct {
		uint8_t cookie[8];
		bool answered;
	} begun[CAPTURE_IKE_BEGUN];
	unsigned int begun_count;
	struct ike_address stranger;
	uint64_t strangers;
};

/**
 * capture_ike_sent, capture_ike_received - one message, without the non-ESP marker; any bytes
 * @ours, @theirs: the UDP ports at both ends
 * @natt: with a marker
 * @question: one of this tool's own, sent by it
 */
void capture_ike_sent(struct capture_ike *seen, struct bytes message, uint16_t ours,
		      uint16_t theirs, bool natt, bool question);
void capture_ike_received(struct capture_ike *seen, struct bytes message, uint16_t ours,
			  uint16_t theirs, bool natt);

/**
 * capture_ike_stranger - one message that came from another address than the peer's
 * @question: it has the cookie of one of this tool's own
 */
void capture_ike_stranger(struct capture_ike *seen, struct bytes message,
			  const struct ike_address *from, bool question);

/** capture_ike_port - one of those that IKE has for itself. */
bool capture_ike_port(uint16_t port);

/** capture_ike_json - adds its members to the fact "wire". */
void capture_ike_json(const struct capture_ike *seen, json_t *wire);

#endif

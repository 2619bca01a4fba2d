/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on the wire between us and one peer, as the interfaces see it: before our own packet
 * filter on the way in, behind it on the way out. Nothing of the payload is kept but answers to
 * questions of our own.
 *
 * As facts ("wire"):
 *   "ike_out", "ike_in", "ike_elsewhere" (of ike_in: to another address of ours)
 *   "ike_for_daemon", "natt_for_daemon" (of ike_in on UDP port 500 and 4500: what the daemon cannot
 *          but go on with or refuse, if it gets it)
 *   "ike_from_daemon", "natt_from_daemon" (of ike_out: what shows that it got something)
 *   "stranger" {"from", "count"} (other than the peer, who answers what was sent to it)
 *   "ike_unheard" (first messages of the peer's that came again after we had answered them)
 *   "esp_out", "udp_esp_out", "ah_out", packets; "udp_esp_in"
 *   "in"   [{"spi" "0x…", "packets", "udp", "unknown" (none of our SAs, set by the caller),
 *          "length_mod8" (of ESP; missing when it varies or was cut), "reorder" (places late at
 *          most), "duplicates"}]
 *   "icmp" [{"kind", "from", "about", "count"}]; kind "port-unreachable", "prohibited",
 *          "unreachable", "protocol-unreachable", "too-big"; about "UDP port 500", "UDP port 4500",
 *          "ESP", "AH", "IP"
 *   "no_neighbour"  the next hop's link-layer address is not known
 */
#ifndef ADIT_TOOL_CAPTURE_H
#define ADIT_TOOL_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adit/talk.h"
#include "ike/address.h"

#define CAPTURE_ANSWER_MAX 4096
#define CAPTURE_PASSAGES_MAX 256

struct capture;

/** capture_new - @peer: whose packets count. NULL without memory. */
struct capture *capture_new(const struct ike_address *peer);
void capture_free(struct capture *capture);

/**
 * capture_own - what comes to others, or goes out from them, does not count from now on
 * @local: our address towards the peer
 * @port, @natt_port: the daemon's UDP ports, 0: not known; what comes to others is not for it
 */
void capture_own(struct capture *capture, const struct ike_address *local, uint16_t port,
		 uint16_t natt_port);

/**
 * capture_open - listen on all interfaces
 * @inside: ifindex of the tunnel's device, whose packets are not those on the wire; 0: none
 *
 * Return: false without the right.
 */
bool capture_open(struct capture *capture, unsigned int inside);

/** capture_talk - what has gone through the tunnel's device. */
const struct talk *capture_talk(const struct capture *capture);

/** capture_wait - take packets for @ms milliseconds; 0: those that are there. */
void capture_wait(struct capture *capture, unsigned int ms);

/** capture_await - the same, until the answer comes that capture_expect() waits for. */
void capture_await(struct capture *capture, unsigned int ms);

/** capture_expect - the next IKE message with this initiator cookie is the answer. */
void capture_expect(struct capture *capture, const uint8_t cookie[8]);

/** capture_answer - its bytes, without the non-ESP marker; NULL: none came. */
const uint8_t *capture_answer(const struct capture *capture, size_t *length);

/**
 * capture_take - one IP packet; any bytes
 * @ifindex: where it was seen. A bridge shows it again: the inbound ones of an SA count where it
 *	     was seen first
 */
void capture_take(struct capture *capture, unsigned int ifindex, bool outgoing,
		  const uint8_t *packet, size_t length);

/**
 * struct capture_passage - one packet between UDP port 4500 of ours, which a NAT may have to
 * translate, and the peer
 * @ms: of CLOCK_MONOTONIC
 * @keepalive: only a NAT keepalive (RFC 3948 2.3)
 * @ike: a message of IKE that answers no question of ours; with
 * @exchange: its exchange type, and
 * @id: its message ID (RFC 2408 3.1)
 */
struct capture_passage {
	uint64_t ms;
	bool outgoing, keepalive, ike;
	uint8_t exchange;
	uint32_t id;
};

/** capture_passages - the first @count since capture_open(), CAPTURE_PASSAGES_MAX at most. */
const struct capture_passage *capture_passages(const struct capture *capture, size_t *count);

/** capture_now - milliseconds of CLOCK_MONOTONIC */
uint64_t capture_now(void);

/** capture_json - as above; a new reference. */
json_t *capture_json(const struct capture *capture);

#endif

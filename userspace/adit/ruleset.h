/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a ruleset as `nft -j list ruleset` prints it does with a kind of packets. It says "drop"
 * only where that is certain: what it does not understand may match or not.
 */
#ifndef ADIT_TOOL_RULESET_H
#define ADIT_TOOL_RULESET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/address.h"

enum ruleset_way { RULESET_IN, RULESET_OUT, RULESET_FORWARD };

/**
 * struct ruleset_flow - a kind of packets
 * @name: for the facts: "ike-in"
 * @iif, @oif: names; "": not known, or none on this way
 * @protocol: 0: any
 * @sport, @dport: 0: not known
 * @established: of a connection whose first packet went the other way
 */
struct ruleset_flow {
	const char *name;
	enum ruleset_way way;
	const char *iif, *oif;
	struct ike_address source, destination;
	uint8_t protocol;
	uint16_t sport, dport;
	bool established;
};

/**
 * ruleset_drops - whether all such packets are dropped
 * @rule: filled with the rule or policy that does it
 */
bool ruleset_drops(const json_t *ruleset, const struct ruleset_flow *flow, char *rule,
		    size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a ruleset as `nft -j list ruleset` prints it does with a kind of packets (iptables' rules
 * are in it, too, where they are kept in nftables). What is not understood, or depends on what is
 * not known of the packets, may match or not.
 */
#ifndef ADIT_TOOL_RULESET_H
#define ADIT_TOOL_RULESET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/address.h"

enum ruleset_verdict { RULESET_PASSES, RULESET_DROPS, RULESET_UNKNOWN };

enum ruleset_way { RULESET_IN, RULESET_OUT, RULESET_FORWARD };

/**
 * struct ruleset_flow - a kind of packets
 * @name: for the facts: "ike-in"
 * @family: AF_INET or AF_INET6
 * @iif, @oif: names; "": not known, or none on this way
 * @source, @destination: AF_UNSPEC: not known
 * @source_bits, @destination_bits: how many leading ones all packets have in common; 0: all
 * @protocol: 0: any
 * @sport, @dport: 0: not known
 * @established: of a connection whose first packet went the other way
 */
struct ruleset_flow {
	const char *name;
	enum ruleset_way way;
	int family;
	const char *iif, *oif;
	struct ike_address source, destination;
	uint8_t source_bits, destination_bits;
	uint8_t protocol;
	uint16_t sport, dport;
	bool established;
};

/**
 * ruleset_judge - what becomes of all such packets
 * @rule: filled with the rule or policy that drops them, or may do so; "" when they pass
 */
enum ruleset_verdict ruleset_judge(const json_t *ruleset, const struct ruleset_flow *flow,
				   char *rule, size_t size);

/**
 * ruleset_translates - whether all such packets get another source address before they are sent
 * @rule: filled with the rule that does so
 */
bool ruleset_translates(const json_t *ruleset, const struct ruleset_flow *flow, char *rule,
			size_t size);

#endif

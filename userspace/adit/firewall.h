/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our own firewall does with packets of IKE and ESP that come in, by reading nftables' rules
 * (iptables' too, where they are kept in nftables).
 */
#ifndef ADIT_TOOL_FIREWALL_H
#define ADIT_TOOL_FIREWALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum firewall_verdict { FIREWALL_PASS, FIREWALL_DROP, FIREWALL_UNKNOWN };

/**
 * struct firewall_packet - the first of a kind: no connection is known of it yet
 * @protocol: 17 (UDP) or 50 (ESP)
 * @port: the destination's, with UDP
 * @ipv6: of which family
 */
struct firewall_packet {
	unsigned int protocol;
	uint16_t port;
	bool ipv6;
};

/**
 * firewall_judge - what becomes of @packet in the hook "input"
 * @ruleset: `nft -j list ruleset`, parsed
 * @where: "table inet filter, chain input" of the verdict, or of the rule that is not understood
 *
 * A rule whose meaning depends on what is not known here (addresses, named sets, marks…) leaves it
 * open, unless everything behind it passes the packet, too.
 */
enum firewall_verdict firewall_judge(const json_t *ruleset, const struct firewall_packet *packet,
				     char *where, size_t size);

#endif

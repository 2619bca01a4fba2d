// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/protocol.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t number;
} known[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "ipv6-icmp", IPPROTO_ICMPV6 },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP },
	{ "gre", IPPROTO_GRE },
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ "ospf", 89 },
};

#define KNOWN (sizeof(known) / sizeof(*known))

bool protocol_parse(const char *name, uint8_t *number)
{
	const struct protoent *entry;

	for (size_t i = 0; i < KNOWN; i++) {
		if (!strcmp(known[i].name, name)) {
			*number = known[i].number;
			return true;
		}
	}
	entry = getprotobyname(name);
	if (!entry || entry->p_proto < 0 || entry->p_proto > UINT8_MAX)
		return false;
	*number = (uint8_t)entry->p_proto;
	return true;
}

const char *protocol_name(uint8_t number)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].number == number)
			return known[i].name;
	return NULL;
}

bool protocol_has_types(uint8_t number)
{
	return number == IPPROTO_ICMP || number == IPPROTO_ICMPV6;
}

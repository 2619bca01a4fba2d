// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/check.h"

#include <string.h>

#include "aditd/option.h"
#include "ike/selector.h"

static struct selector range_of(const struct anl_prefix *network)
{
	struct ike_selector whole = { .prefix = network->length };

	whole.address.family = network->address.family;
	memcpy(whole.address.bytes, network->address.bytes, sizeof(whole.address.bytes));
	return selector_of_public(&whole);
}

/* The address behind @last, which is not the last of all */
static void behind(uint8_t address[16], const uint8_t last[16], int size)
{
	memcpy(address, last, 16);
	while (size-- && !++address[size])
		;
}

/* Each address of @network is in one of remote-ts. "dynamic" is not known yet: it may be there. */
static bool passes(const struct config_tunnel *tunnel, const struct anl_prefix *network)
{
	const struct selector range = range_of(network);
	const int size = range.family == 4 ? 4 : 16;
	uint8_t next[16];
	size_t i = 0;

	memcpy(next, range.first, sizeof(next));
	while (i < tunnel->remote_ts_count) {
		struct selector ts;

		if (tunnel->remote_ts[i].address.family == AF_UNSPEC)
			return true;
		ts = selector_of_public(&tunnel->remote_ts[i++]);
		if (ts.family != range.family || memcmp(ts.first, next, size) > 0 ||
		    memcmp(ts.last, next, size) < 0)
			continue;
		if (memcmp(ts.last, range.last, size) >= 0)
			return true;
		/* Up to here; the next piece may stand anywhere */
		behind(next, ts.last, size);
		i = 0;
	}
	return false;
}

void check_routes_within(const struct config_tunnel *tunnel, const struct settings_section *section,
			 struct mistakes *warnings)
{
	const struct setting *setting = setting_find(section, "route");
	char text[ANL_PREFIX_TEXT];
	size_t i;

	for (i = 0; setting && i < tunnel->route_count && i < setting->count; i++)
		if (!passes(tunnel, &tunnel->route[i]))
			mistake_add(warnings, setting->file, setting->values[i].line,
				    "tunnel \"%s\": route %s is not all within remote-ts, and "
				    "packets to what is outside are dropped; widen remote-ts here "
				    "and at the peer, or correct the route", tunnel->name,
				    anl_prefix_format(&tunnel->route[i], text));
}

static bool prefix_equal(const struct anl_prefix *a, const struct anl_prefix *b)
{
	return a->length == b->length && anl_address_equal(&a->address, &b->address);
}

void check_routes_twice(const struct config_tunnel *tunnel, const struct config_tunnel *other,
			struct mistakes *warnings)
{
	char text[ANL_PREFIX_TEXT];
	size_t i, j;

	if (tunnel->metric != other->metric)
		return;
	for (i = 0; i < tunnel->route_count; i++)
		for (j = 0; j < other->route_count; j++)
			if (prefix_equal(&tunnel->route[i], &other->route[j])) {
				mistake_add(warnings, tunnel->file, tunnel->line,
					    "tunnel \"%s\": route %s with metric %u is also that "
					    "of tunnel "
					    "\"%s\"; give one of them another metric",
					    tunnel->name,
					    anl_prefix_format(&tunnel->route[i], text),
					    tunnel->metric, other->name);
				return;
			}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's settings that decide what becomes of a packet on this host.
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/facts.h"
#include "adit/gather.h"

static int setting(const char *family, const char *device, const char *name)
{
	char path[256], text[32];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, device, name);
	return *gather_text(path, text, sizeof(text)) ? atoi(text) : -1;
}

/* A counter by name: names in one line, numbers in the next */
static double read_counter(const char *path, const char *wanted)
{
	char names[8192], numbers[8192], *name, *number, *rest_names, *rest_numbers;
	FILE *file = fopen(path, "re");
	double value = 0;

	while (file && fgets(names, sizeof(names), file) && fgets(numbers, sizeof(numbers), file)) {
		rest_names = names;
		rest_numbers = numbers;
		while ((name = strsep(&rest_names, " \n")) &&
		       (number = strsep(&rest_numbers, " \n")))
			if (!strcmp(name, wanted))
				value = strtod(number, NULL);
	}
	if (file)
		fclose(file);
	return value;
}

static double reverse_path_drops(void)
{
	return read_counter("/proc/net/netstat", "IPReversePathFilter");
}

/* Packets for others that came although we do not forward are counted as wrongly addressed */
static double strangers(void)
{
	return read_counter("/proc/net/snmp", "InAddrErrors");
}

/* While we look */
static bool is_asked_to_forward(struct gather *g)
{
	return fact(g->facts, "system.strangers_before") &&
	       strangers() > fact_number(g->facts, "system.strangers_before");
}

static void put_rp_filter(json_t *list, const char *device)
{
	int all = setting("ipv4", "all", "rp_filter"), own;

	if (!*device)
		return;
	own = setting("ipv4", device, "rp_filter");
	/* Documentation/networking/ip-sysctl.rst: the higher one counts */
	json_array_append_new(list, json_pack("{s:s, s:i}", "device", device, "value",
					      own > all ? own : all));
}

static bool address_of(const struct ifaddrs *entry, struct ike_selector *host)
{
	memset(host, 0, sizeof(*host));
	if (!entry->ifa_addr || entry->ifa_flags & IFF_LOOPBACK || !(entry->ifa_flags & IFF_UP))
		return false;
	host->address.family = entry->ifa_addr->sa_family;
	if (host->address.family == AF_INET) {
		memcpy(host->address.bytes,
		       &((const struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr, 4);
		host->prefix = 32;
		return true;
	}
	if (host->address.family != AF_INET6)
		return false;
	memcpy(host->address.bytes,
	       &((const struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr, 16);
	host->prefix = 128;
	return true;
}

static bool is_single(const struct ike_selector *selector)
{
	return selector->prefix == (selector->address.family == AF_INET ? 32 : 128);
}

/* The selector that hosts behind us would use over this interface; NULL: none */
static const char *serves(struct gather *g, const struct ifaddrs *entry)
{
	struct ike_selector host, selector;
	const json_t *one;
	size_t i;

	if (!address_of(entry, &host) || fact_is(g->facts, "tunnel.device", entry->ifa_name) ||
	    fact_is(g->facts, "route.remote.device", entry->ifa_name))
		return NULL;
	json_array_foreach(fact(g->facts, "tunnel.config.local-ts"), i, one) {
		const char *text = json_string_value(one);

		if (!text || !ike_selector_parse(&selector, text) || is_single(&selector) ||
		    !ike_selector_contains(&selector, &host))
			continue;
		/* "Everything" does not tell who uses it, packets that come for others do */
		if (selector.prefix || is_asked_to_forward(g))
			return text;
	}
	return NULL;
}

/* An address next to ours there, as a host on that network may have */
static const char *neighbour(const struct ifaddrs *entry, char text[IKE_ADDRESS_TEXT])
{
	struct ike_selector host;

	address_of(entry, &host);
	host.address.bytes[ike_address_length(&host.address) - 1] ^= 3;
	return ike_address_text(&host.address, text);
}

static void put_lans(struct gather *g, json_t *system)
{
	const char *device = fact_text(g->facts, "tunnel.device"), *network;
	bool forwards4 = true, forwards6 = true;
	char text[IKE_ADDRESS_TEXT];
	struct ifaddrs *list, *entry;
	json_t *lans = json_array();

	if (getifaddrs(&list))
		list = NULL;
	for (entry = list; entry; entry = entry->ifa_next) {
		network = serves(g, entry);
		if (!network)
			continue;
		json_array_append_new(lans, json_pack("{s:s, s:s, s:s}", "network", network,
						      "device", entry->ifa_name, "host",
						      neighbour(entry, text)));
		forwards4 &= setting("ipv4", entry->ifa_name, "forwarding") != 0;
		forwards6 &= setting("ipv6", entry->ifa_name, "forwarding") != 0;
	}
	freeifaddrs(list);
	json_object_set_new(system, "lans", lans);
	json_object_set_new(system, "forwarding4",
			    json_boolean(forwards4 && setting("ipv4", device, "forwarding") != 0));
	json_object_set_new(system, "forwarding6",
			    json_boolean(forwards6 && setting("ipv6", device, "forwarding") != 0));
}

void gather_system(struct gather *g)
{
	json_t *system = json_object_get(g->facts, "system"), *filters;

	if (system) {
		json_object_set_new(system, "rp_drops",
				    json_real(reverse_path_drops() -
					      fact_number(system, "rp_before")));
		put_lans(g, system);
		filters = json_array();
		put_rp_filter(filters, fact_text(g->facts, "tunnel.device"));
		put_rp_filter(filters, fact_text(g->facts, "route.remote.device"));
		json_object_set_new(system, "rp_filter", filters);
		return;
	}
	system = json_pack("{s:f, s:f}", "rp_before", reverse_path_drops(), "strangers_before",
			   strangers());
	json_object_set_new(g->facts, "system", system);
	put_lans(g, system);
}

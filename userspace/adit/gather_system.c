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

/* A name and a number a line */
static double read_named(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "re");
	char name[64];
	double value, found = 0;

	while (file && fscanf(file, "%63s %lf", name, &value) == 2)
		if (!strcmp(name, wanted))
			found = value;
	if (file)
		fclose(file);
	return found;
}

/* Packets for others that came although we do not forward are counted as wrongly addressed */
static double strangers(int family)
{
	return family == AF_INET ? read_counter("/proc/net/snmp", "InAddrErrors") :
				   read_named("/proc/net/snmp6", "Ip6InAddrErrors");
}

/* While we look */
static bool is_asked_to_forward(struct gather *g, int family)
{
	const json_t *before = fact(g->facts, family == AF_INET ? "system.strangers_before4" :
					      "system.strangers_before6");

	return before && strangers(family) > json_number_value(before);
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
	if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP))
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

	if (!address_of(entry, &host) || entry->ifa_flags & IFF_LOOPBACK ||
	    fact_is(g->facts, "tunnel.device", entry->ifa_name) ||
	    fact_is(g->facts, "route.remote.device", entry->ifa_name))
		return NULL;
	json_array_foreach(fact(g->facts, "tunnel.config.local-ts"), i, one) {
		const char *text = json_string_value(one);

		if (!text || !ike_selector_parse(&selector, text) || is_single(&selector) ||
		    !ike_selector_contains(&selector, &host))
			continue;
		/* "Everything" does not tell who uses it, packets that come for others do */
		if (selector.prefix || is_asked_to_forward(g, host.address.family))
			return text;
	}
	return NULL;
}

/* An address next to ours there, as a host on that network may have */
static const char *next_to(const struct ifaddrs *entry, char text[IKE_ADDRESS_TEXT])
{
	struct ike_selector host;

	address_of(entry, &host);
	host.address.bytes[ike_address_length(&host.address) - 1] ^= 3;
	return ike_address_text(&host.address, text);
}

/* Somebody who has answered there, or asked */
static bool is_known(const json_t *neighbour)
{
	return *fact_text(neighbour, "lladdr") && !fact_has(neighbour, "state", "FAILED") &&
	       !fact_has(neighbour, "state", "INCOMPLETE");
}

/* A host of that network that the kernel knows on the link, as a member of @lan */
static void put_neighbour(json_t *lan)
{
	const char *const words[] = {
		"ip", "-j", "neigh", "show", "dev", fact_text(lan, "device"), NULL
	};
	struct ike_selector network, host = { 0 };
	json_t *list, *one;
	int status;
	size_t i;
	char *text = gather_run(words, &status);

	list = status ? NULL : json_loads(text, 0, NULL);
	free(text);
	json_array_foreach(list, i, one) {
		if (!is_known(one) || !ike_address_parse(&host.address, fact_text(one, "dst")) ||
		    !ike_selector_parse(&network, fact_text(lan, "network")))
			continue;
		host.prefix = (uint8_t)(ike_address_length(&host.address) * 8);
		if (ike_selector_contains(&network, &host))
			json_object_set(lan, "neighbour", json_object_get(one, "dst"));
	}
	json_decref(list);
}

/* The first device where it is to be on, and is not */
static void put_off(json_t *system, const char *name, const char *family, const char *device)
{
	if (setting(family, device, "forwarding") == 0 && !fact(system, name))
		json_object_set_new(system, name, json_string(device));
}

/* Whether this host itself has an address that may use the tunnel */
static bool has_own(struct gather *g, const struct ifaddrs *list)
{
	const struct ifaddrs *entry;
	struct ike_selector host, selector;
	const json_t *one;
	size_t i;

	for (entry = list; entry; entry = entry->ifa_next)
		json_array_foreach(fact(g->facts, "tunnel.config.local-ts"), i, one)
			if (address_of(entry, &host) &&
			    (!ike_selector_parse(&selector, json_string_value(one) ?: "") ||
			     ike_selector_contains(&selector, &host)))
				return true;
	return false;
}

static void put_lans(struct gather *g, json_t *system)
{
	const char *device = fact_text(g->facts, "tunnel.device"), *network;
	struct ifaddrs *list, *entry;
	json_t *lans = json_array(), *lan;
	char text[IKE_ADDRESS_TEXT];

	if (getifaddrs(&list))
		list = NULL;
	json_object_del(system, "off4");
	json_object_del(system, "off6");
	for (entry = list; entry; entry = entry->ifa_next) {
		network = serves(g, entry);
		if (!network)
			continue;
		lan = json_pack("{s:s, s:s, s:s}", "network", network, "device", entry->ifa_name,
				"host", next_to(entry, text));
		put_neighbour(lan);
		json_array_append_new(lans, lan);
		put_off(system, "off4", "ipv4", entry->ifa_name);
		put_off(system, "off6", "ipv6", entry->ifa_name);
	}
	json_object_set_new(system, "own", json_boolean(has_own(g, list)));
	freeifaddrs(list);
	json_object_set_new(system, "lans", lans);
	put_off(system, "off4", "ipv4", device);
	put_off(system, "off6", "ipv6", device);
}

/* Where the peer's packets come in: the address that they go to may be on another device */
static void put_rp_filter_of(struct gather *g, json_t *list, const struct ike_address *address)
{
	const char *way = fact_text(g->facts, "route.remote.device");
	struct ifaddrs *all, *entry;
	struct ike_selector own;

	if (getifaddrs(&all))
		return;
	for (entry = all; entry; entry = entry->ifa_next)
		if (address_of(entry, &own) && ike_address_equal(&own.address, address) &&
		    strcmp(entry->ifa_name, way))
			put_rp_filter(list, entry->ifa_name);
	freeifaddrs(all);
}

/* By their routes; where those come from a routing daemon, by their selectors */
static bool is_twin(const struct gather *g, const json_t *other)
{
	const json_t *ours = fact(g->facts, "tunnel.routes"), *theirs = fact(other, "routes"), *one;
	const char *remote = fact_text(fact_child(g->facts, "tunnel"), "remote_ts");
	size_t i;

	if (fact_is(other, "name", g->name))
		return false;
	json_array_foreach(ours, i, one)
		if (fact_has(other, "routes", json_string_value(one)))
			return true;
	return *remote && !json_array_size(ours) && !json_array_size(theirs) &&
	       fact_is(json_array_get(fact(other, "children"), 0), "remote_ts", remote);
}

/* Other tunnels for the same networks: the peer may answer through one of those */
static json_t *find_twins(const struct gather *g)
{
	json_t *twins = json_object(), *all = gather_tunnels(g), *one;
	size_t i;

	json_array_foreach(all, i, one)
		if (is_twin(g, one))
			json_object_set(twins, fact_text(one, "name"), one);
	json_decref(all);
	return twins;
}

/* That of them by which most has come in meanwhile, and its filter */
static void put_twin(const struct gather *g, json_t *system, json_t *filters)
{
	json_t *before = json_object_get(system, "twins"), *after = find_twins(g), *one, *both;
	const char *name;
	double grown;

	json_object_foreach(after, name, one) {
		both = json_pack("{s:O*, s:O}", "tunnel", json_object_get(before, name), "later",
				 one);
		grown = fact(both, "tunnel") ? fact_grown(both, "packets_in") : 0;
		json_decref(both);
		if (grown > fact_number(system, "twin.packets_in"))
			json_object_set_new(system, "twin",
					    json_pack("{s:s, s:s, s:f}", "tunnel", name, "device",
						      fact_text(one, "device"), "packets_in",
						      grown));
	}
	json_decref(after);
	json_object_del(system, "twins");
	put_rp_filter(filters, fact_text(system, "twin.device"));
}

/* What packets come for others, and where they may come in */
static void put_grown(struct gather *g, json_t *system)
{
	json_t *filters = json_array();

	json_object_set_new(system, "rp_drops", json_real(reverse_path_drops() -
							  fact_number(system, "rp_before")));
	json_object_set_new(system, "asked4", json_boolean(is_asked_to_forward(g, AF_INET)));
	json_object_set_new(system, "asked6", json_boolean(is_asked_to_forward(g, AF_INET6)));
	put_rp_filter(filters, fact_text(g->facts, "tunnel.device"));
	put_rp_filter(filters, fact_text(g->facts, "route.remote.device"));
	put_rp_filter_of(g, filters, &g->local);
	put_twin(g, system, filters);
	json_object_set_new(system, "rp_filter", filters);
}

void gather_system(struct gather *g)
{
	json_t *system = json_object_get(g->facts, "system");
	bool again = system;

	if (!again) {
		system = json_pack("{s:f, s:f, s:f}", "rp_before", reverse_path_drops(),
				   "strangers_before4", strangers(AF_INET), "strangers_before6",
				   strangers(AF_INET6));
		json_object_set_new(system, "twins", find_twins(g));
		json_object_set_new(g->facts, "system", system);
	}
	put_lans(g, system);
	if (again)
		put_grown(g, system);
}

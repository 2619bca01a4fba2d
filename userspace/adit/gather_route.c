// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ways of packets: to the peer, and into the tunnel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "adit/client.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "netlink/link.h"
#include "netlink/route.h"

static json_t *route_remote(struct gather *g)
{
	struct anl_address remote = gather_address(&g->remote);
	struct anl_route_answer answer;
	struct anl_error error;
	struct anl_link link;
	json_t *way;

	if (anl_route_lookup(g->anl, &remote, NULL, g->mark, &answer, &error))
		return json_pack("{s:b, s:s}", "ok", 0, "error", error.text);
	way = json_pack("{s:b, s:b, s:b}", "ok", 1, "self", answer.ifindex &&
			answer.ifindex == (uint32_t)fact_number(g->facts, "tunnel.ifindex"),
			"local", answer.local);
	if (!anl_link_get(g->anl, answer.ifindex, &link, &error)) {
		json_object_set_new(way, "device", json_string(link.name));
		json_object_set_new(way, "up", json_boolean(link.up));
		json_object_set_new(way, "carrier", json_boolean(link.carrier));
	}
	return way;
}

static json_t *tunnel_device(struct gather *g)
{
	struct anl_error error;
	struct anl_link link;
	int code = anl_link_find(g->anl, fact_text(g->facts, "tunnel.device"), &link, &error);

	if (code && code != -ENODEV)
		return NULL;
	return code ? json_pack("{s:b}", "exists", 0) :
		      json_pack("{s:b, s:b}", "exists", 1, "up", link.up);
}

static bool is_ours(struct gather *g, const char *text)
{
	struct anl_route_answer answer;
	struct anl_address address;
	struct anl_error error;

	return anl_address_parse(text, &address) &&
	       !anl_route_lookup(g->anl, &address, NULL, 0, &answer, &error) && answer.local;
}

static json_t *all_tunnels(struct gather *g)
{
	struct client_error error = { 0 };
	json_t *result = client_once(g->socket, json_pack("{s:s}", "command", "status"), NULL, NULL,
				     &error);
	json_t *tunnels = json_incref(json_object_get(result, "tunnels"));

	json_decref(error.details);
	json_decref(result);
	return tunnels;
}

static const json_t *tunnel_of(const json_t *tunnels, const char *device)
{
	const json_t *tunnel;
	size_t i;

	json_array_foreach(tunnels, i, tunnel)
		if (fact_is(tunnel, "device", device))
			return tunnel;
	return NULL;
}

/* The first address of a network that a host may have */
static struct anl_address first_host(const struct anl_prefix *network)
{
	struct anl_address address = network->address;
	unsigned int bits = address.family == AF_INET ? 32 : 128;

	if (network->length < bits)
		address.bytes[bits / 8 - 1] |= 1;
	return address;
}

static json_t *route_inside(struct gather *g, const char *selector, const json_t *tunnels)
{
	struct anl_route_answer answer = { 0 };
	char text[ANL_PREFIX_TEXT];
	struct anl_prefix network;
	struct anl_address host;
	const json_t *other = NULL;
	struct anl_error error;
	char name[IF_NAMESIZE] = "";
	json_t *way;

	if (!anl_prefix_parse(selector, &network) || !network.length)
		return NULL;
	host = first_host(&network);
	if (!anl_route_lookup(g->anl, &host, NULL, 0, &answer, &error)) {
		/* An address of our own is reached without any route of the tunnel's */
		if (answer.local)
			return NULL;
		if_indextoname(answer.ifindex, name);
	}
	way = json_pack("{s:s, s:s, s:s, s:b}", "selector", selector, "address",
			anl_address_format(&host, text), "device", name, "ours",
			fact_is(g->facts, "tunnel.device", name));
	if (!fact_is(g->facts, "tunnel.device", name))
		other = tunnel_of(tunnels, name);
	if (other) {
		json_object_set(way, "tunnel", json_object_get(other, "name"));
		json_object_set_new(way, "standby",
				    json_boolean(fact_has(other, "routes", selector)));
	}
	return way;
}

static bool mask_length(const struct sockaddr *mask, unsigned int *length)
{
	const uint8_t *bytes = mask && mask->sa_family == AF_INET ?
		(const void *)&((const struct sockaddr_in *)mask)->sin_addr :
		mask ? (const void *)&((const struct sockaddr_in6 *)mask)->sin6_addr : NULL;
	unsigned int bits = mask && mask->sa_family == AF_INET ? 32 : 128;

	for (*length = 0; bytes && *length < bits; ++*length)
		if (!(bytes[*length / 8] & (0x80 >> *length % 8)))
			break;
	return bytes;
}

static bool network_of(const struct ifaddrs *entry, struct anl_prefix *network)
{
	unsigned int length, bits, i;

	memset(network, 0, sizeof(*network));
	if (!entry->ifa_addr || !mask_length(entry->ifa_netmask, &length))
		return false;
	network->address.family = entry->ifa_addr->sa_family;
	network->length = (uint8_t)length;
	bits = entry->ifa_addr->sa_family == AF_INET ? 32 : 128;
	if (bits == 32)
		memcpy(network->address.bytes,
		       &((const struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr, 4);
	else
		memcpy(network->address.bytes,
		       &((const struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr, 16);
	for (i = length; i < bits; i++)
		network->address.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return length < bits;
}

/*
 * The selector of the peer's that is the network itself, or one that is on both sides and has it
 * within: elsewhere the longer prefix decides, and both are reached. NULL: none.
 */
static const char *overlapped(const struct gather *g, const struct anl_prefix *network,
			      const char *text)
{
	struct ike_selector lan = { .prefix = (uint8_t)network->length }, selector;
	const json_t *one;
	size_t i;

	if (fact_has(g->facts, "tunnel.config.remote-ts", text))
		return text;
	lan.address.family = (uint16_t)network->address.family;
	memcpy(lan.address.bytes, network->address.bytes, sizeof(lan.address.bytes));
	json_array_foreach(fact(g->facts, "tunnel.config.remote-ts"), i, one) {
		const char *remote = json_string_value(one);

		if (remote && fact_has(g->facts, "tunnel.config.local-ts", remote) &&
		    ike_selector_parse(&selector, remote) && selector.prefix &&
		    ike_selector_contains(&selector, &lan))
			return remote;
	}
	return NULL;
}

/* A network that this host is itself on, and that the peer is to have behind it */
static void put_overlaps(struct gather *g, json_t *overlaps, const json_t *tunnels)
{
	struct ifaddrs *list, *entry;
	char text[ANL_PREFIX_TEXT];
	struct anl_prefix network;
	const char *selector;

	if (getifaddrs(&list))
		return;
	for (entry = list; entry; entry = entry->ifa_next) {
		if (!entry->ifa_addr || (entry->ifa_addr->sa_family != AF_INET &&
					 entry->ifa_addr->sa_family != AF_INET6) ||
		    tunnel_of(tunnels, entry->ifa_name) || !network_of(entry, &network))
			continue;
		anl_prefix_format(&network, text);
		selector = overlapped(g, &network, text);
		if (selector)
			json_array_append_new(overlaps, json_pack("{s:s, s:s, s:s}", "network",
								  text, "device", entry->ifa_name,
								  "selector", selector));
	}
	freeifaddrs(list);
}

/* Rules may send what is forwarded elsewhere than what this host sends itself */
void gather_forwarded(struct gather *g)
{
	const json_t *inside = json_array_get(fact(g->facts, "route.inside"), 0);
	const json_t *lan = json_array_get(fact(g->facts, "system.lans"), 0);
	const char *to = fact_text(inside, "address"), *from = fact_text(lan, "host");
	const char *const words[] = {
		"ip", "-j", "route", "get", to, "from", from, "iif", fact_text(lan, "device"), NULL
	};
	json_t *answer, *way;
	char *text;
	int status;

	if (!*to || !*from || !strchr(to, ':') != !strchr(from, ':'))
		return;
	text = gather_run(words, &status);
	answer = status ? NULL : json_loads(text, 0, NULL);
	free(text);
	if (*fact_text(json_array_get(answer, 0), "dev")) {
		way = json_pack("{s:s, s:s, s:s, s:s}", "address", to, "from", from, "iif",
				fact_text(lan, "device"), "device",
				fact_text(json_array_get(answer, 0), "dev"));
		json_object_set_new(json_object_get(g->facts, "route"), "forwarded", way);
	}
	json_decref(answer);
}

/* The peer's name, asked for both families: what the daemon did not find may be there for us */
static void put_names(struct gather *g)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	json_t *names = json_array();
	struct addrinfo *list, *one;
	char text[INET6_ADDRSTRLEN];

	if (getaddrinfo(fact_text(g->facts, "tunnel.remote_name"), NULL, &hints, &list))
		list = NULL;
	for (one = list; one; one = one->ai_next)
		if (!getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), NULL, 0,
				 NI_NUMERICHOST))
			json_array_append_new(names, json_string(text));
	if (list)
		freeaddrinfo(list);
	json_object_set_new(json_object_get(g->facts, "route"), "names", names);
}

void gather_route(struct gather *g)
{
	const char *local = fact_text(g->facts, "tunnel.config.local"), *selector;
	json_t *route = json_object(), *inside = json_array(), *overlaps = json_array();
	json_t *tunnels, *way;
	const json_t *one;
	size_t i;

	json_object_set_new(g->facts, "route", route);
	json_object_set_new(route, "inside", inside);
	json_object_set_new(route, "overlaps", overlaps);
	if (fact_is(g->facts, "tunnel.last_error.code", "dns"))
		put_names(g);
	if (!g->anl)
		return;
	if (g->remote.family)
		json_object_set_new(route, "remote", route_remote(g));
	json_object_set_new(route, "device", tunnel_device(g));
	if (*local)
		json_object_set_new(route, "local", json_pack("{s:b}", "ours", is_ours(g, local)));
	tunnels = all_tunnels(g);
	json_array_foreach(fact(g->facts, "tunnel.routes"), i, one) {
		selector = json_string_value(one);
		way = selector ? route_inside(g, selector, tunnels) : NULL;
		if (way)
			json_array_append_new(inside, way);
	}
	put_overlaps(g, overlaps, tunnels);
	json_decref(tunnels);
}

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

#include "adit/facts.h"
#include "adit/gather.h"
#include "netlink/link.h"
#include "netlink/route.h"

#define PART_BITS	3	/* eight samples of a network that is routed into the tunnel */

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

/* The first address of the @part'th of 1 << @bits parts of a network */
static struct anl_address host_in(const struct anl_prefix *network, unsigned int part,
				  unsigned int bits)
{
	struct anl_prefix within = *network;
	unsigned int i, at;

	for (i = 0; i < bits; i++) {
		at = within.length++;
		if (part >> (bits - 1 - i) & 1)
			within.address.bytes[at / 8] |= (uint8_t)(0x80 >> at % 8);
	}
	return first_host(&within);
}

/* Where packets to @host leave, "": nowhere. False: it is ours */
static bool way_to(struct gather *g, const struct anl_address *host, char name[IF_NAMESIZE])
{
	struct anl_route_answer answer = { 0 };
	struct anl_error error;

	*name = 0;
	if (anl_route_lookup(g->anl, host, NULL, 0, &answer, &error))
		return true;
	if (!answer.local)
		if_indextoname(answer.ifindex, name);
	return !answer.local;
}

static json_t *sample(struct gather *g, const struct anl_address *host, const char *device,
		      const json_t *tunnels)
{
	const json_t *other = tunnel_of(tunnels, device);
	char text[ANL_PREFIX_TEXT];
	bool ours = fact_is(g->facts, "tunnel.device", device);

	return json_pack("{s:s, s:s, s:b, s:s*}", "address", anl_address_format(host, text),
			 "device", device, "ours", ours, "tunnel",
			 ours ? NULL : json_string_value(fact(other, "name")));
}

/*
 * Samples of a network: where most of it leads, and as "part" where another route takes less than
 * half of it, as that of a network of our own may do within a large one. NULL: all is ours
 */
static json_t *ways_of(struct gather *g, const struct anl_prefix *network, const json_t *tunnels)
{
	unsigned int all = network->address.family == AF_INET ? 32 : 128;
	unsigned int bits = all - network->length < PART_BITS ? all - network->length : PART_BITS;
	json_t *right = NULL, *wrong = NULL;
	unsigned int right_count = 0, wrong_count = 0, i;
	struct anl_address host;
	char name[IF_NAMESIZE];

	for (i = 0; i < 1u << bits; i++) {
		json_t **way = &right;

		host = host_in(network, i, bits);
		if (!way_to(g, &host, name))
			continue;
		if (fact_is(g->facts, "tunnel.device", name))
			right_count++;
		else
			way = wrong_count++ ? NULL : &wrong;
		if (way && !*way)
			*way = sample(g, &host, name, tunnels);
		/* Of several that take it, another tunnel tells most */
		if (!way && tunnel_of(tunnels, name)) {
			json_decref(wrong);
			wrong = sample(g, &host, name, tunnels);
		}
	}
	if (2 * wrong_count >= right_count + wrong_count) {
		json_decref(right);
		return wrong;
	}
	if (wrong)
		json_object_set_new(right, "part", wrong);
	return right;
}

static json_t *route_inside(struct gather *g, const char *selector, const json_t *tunnels)
{
	struct anl_prefix network;
	const json_t *other;
	json_t *way;

	if (!anl_prefix_parse(selector, &network) || !network.length)
		return NULL;
	way = ways_of(g, &network, tunnels);
	if (!way)
		return NULL;
	json_object_set_new(way, "selector", json_string(selector));
	other = tunnel_of(tunnels, fact_text(way, "device"));
	if (other && !fact_true(way, "ours"))
		json_object_set_new(way, "standby",
				    json_boolean(fact_has(other, "routes", selector)));
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

/* An address without a route (noprefixroute), or of a device that is down, is no network */
static bool is_reached_over(struct gather *g, const struct anl_prefix *network, const char *device)
{
	unsigned int all = network->address.family == AF_INET ? 32 : 128, i;
	char name[IF_NAMESIZE];
	struct anl_address host;

	for (i = 0; i < 2 && network->length < all; i++) {
		host = host_in(network, i, 1);
		if (way_to(g, &host, name) && !strcmp(name, device))
			return true;
	}
	return false;
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
		if (selector && is_reached_over(g, &network, entry->ifa_name))
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

/* Interfaces with an address that were set down: the routes over them are away, too */
static json_t *down_devices(void)
{
	struct ifaddrs *list, *entry;
	json_t *down = json_array();
	char text[INET_ADDRSTRLEN];

	if (getifaddrs(&list))
		return down;
	for (entry = list; entry; entry = entry->ifa_next)
		if (entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET &&
		    !(entry->ifa_flags & (IFF_UP | IFF_LOOPBACK | IFF_POINTOPOINT)) &&
		    inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr,
			      text, sizeof(text)))
			json_array_append_new(down, json_pack("{s:s, s:s}", "device",
							      entry->ifa_name, "address", text));
	freeifaddrs(list);
	return down;
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
	json_object_set_new(route, "down", down_devices());
	json_object_set_new(route, "device", tunnel_device(g));
	if (*local)
		json_object_set_new(route, "local", json_pack("{s:b}", "ours", is_ours(g, local)));
	tunnels = gather_tunnels(g);
	json_array_foreach(fact(g->facts, "tunnel.routes"), i, one) {
		selector = json_string_value(one);
		way = selector ? route_inside(g, selector, tunnels) : NULL;
		if (way)
			json_array_append_new(inside, way);
	}
	put_overlaps(g, overlaps, tunnels);
	json_decref(tunnels);
}

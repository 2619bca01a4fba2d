// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this host's own packet filter does with the tunnel's packets, outside and inside.
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "adit/facts.h"
#include "adit/ruleset.h"
#include "adit/gather.h"
#include "ike/ike.h"

static void judge(struct gather *g, const json_t *ruleset, const struct ruleset_flow *flow)
{
	json_t *verdicts = json_object_get(json_object_get(g->facts, "firewall"), "verdicts");
	char rule[400];

	if (ruleset_judge(ruleset, flow, rule, sizeof(rule)) == RULESET_DROPS)
		json_array_append_new(verdicts, json_pack("{s:s, s:s, s:s}", "flow", flow->name,
							  "verdict", "drop", "rule", rule));
}

/* Both directions of one kind of packets between the gateways */
static void judge_outer(struct gather *g, const json_t *ruleset, const char *out, const char *in,
			uint8_t protocol, uint16_t port)
{
	const char *device = fact_text(g->facts, "route.remote.device");
	struct ruleset_flow flow = {
		.name = out, .way = RULESET_OUT, .family = g->local.family, .iif = "",
		.oif = device, .source = g->local, .destination = g->remote,
		.protocol = protocol, .sport = port, .dport = port,
	};

	judge(g, ruleset, &flow);
	flow.name = in;
	flow.way = RULESET_IN;
	flow.iif = device;
	flow.oif = "";
	flow.source = g->remote;
	flow.destination = g->local;
	/* What we begin ourselves is let back in by a filter that remembers */
	flow.established = !fact_is(g->facts, "tunnel.start", "wait");
	judge(g, ruleset, &flow);
}

static bool first_of(const char *selector, struct ike_address *address, uint8_t *bits)
{
	struct ike_selector parsed;

	if (!selector || !ike_selector_parse(&parsed, selector) || !parsed.address.family ||
	    !parsed.prefix)
		return false;
	*address = parsed.address;
	*bits = parsed.prefix;
	return true;
}

/* What is to go through the tunnel, from behind us or from this host itself */
static void judge_translation(struct gather *g, const json_t *ruleset,
			      const struct ruleset_flow *flow, const char *name)
{
	json_t *verdicts = json_object_get(json_object_get(g->facts, "firewall"), "verdicts");
	char rule[400];

	if (ruleset_translates(ruleset, flow, rule, sizeof(rule)))
		json_array_append_new(verdicts, json_pack("{s:s, s:s, s:s}", "flow", name,
							  "verdict", "translates", "rule", rule));
}

static bool is_behind(const struct gather *g, const struct ifaddrs *entry)
{
	return entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET &&
	       !(entry->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) &&
	       !fact_is(g->facts, "tunnel.device", entry->ifa_name) &&
	       !fact_is(g->facts, "route.remote.device", entry->ifa_name);
}

/*
 * Where selectors name no networks, those are that our own addresses and the routes name. What is
 * translated enters the tunnel all the same, but may not find back
 */
static void judge_open(struct gather *g, const json_t *ruleset)
{
	struct ruleset_flow out = { .name = "forward-out", .way = RULESET_FORWARD,
				     .oif = fact_text(g->facts, "tunnel.device"),
				     .family = AF_INET };
	const json_t *routes = fact(g->facts, "tunnel.routes");
	struct ifaddrs *list, *entry;

	if (!first_of(json_string_value(json_array_get(routes, 0)), &out.destination,
		      &out.destination_bits) ||
	    out.destination.family != AF_INET || getifaddrs(&list))
		return;
	for (entry = list; entry; entry = entry->ifa_next) {
		if (!is_behind(g, entry))
			continue;
		out.iif = entry->ifa_name;
		out.source = (struct ike_address){ .family = AF_INET };
		memcpy(out.source.bytes,
		       &((const struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr, 4);
		out.source.bytes[3] ^= 3;
		out.source_bits = 32;
		judge_translation(g, ruleset, &out, "open-nat");
	}
	freeifaddrs(list);
}

static void judge_inner(struct gather *g, const json_t *ruleset)
{
	const json_t *child = fact_child(g->facts, "tunnel");
	const char *device = fact_text(g->facts, "tunnel.device");
	const json_t *lan = json_array_get(fact(g->facts, "system.lans"), 0);
	struct ruleset_flow out = { .name = "forward-out", .way = RULESET_FORWARD,
				     .iif = fact_text(lan, "device"), .oif = device }, in;

	if (!first_of(fact_text(child, "local_ts"), &out.source, &out.source_bits) ||
	    !first_of(fact_text(child, "remote_ts"), &out.destination, &out.destination_bits)) {
		judge_open(g, ruleset);
		return;
	}
	out.family = out.source.family;
	judge_translation(g, ruleset, &out, "inner-nat");
	if (!lan)
		return;
	judge(g, ruleset, &out);
	in = out;
	in.name = "forward-in";
	in.iif = out.oif;
	in.oif = out.iif;
	in.source = out.destination;
	in.source_bits = out.destination_bits;
	in.destination = out.source;
	in.destination_bits = out.source_bits;
	in.established = true;
	judge(g, ruleset, &in);
}

/* Names in quotes behind the word "device" or "devices": device "wire", devices = { "a", "b" } */
static json_t *devices_in(char *text)
{
	char *at = strstr(text, " device"), *end = at ? strstr(at, " priority") : NULL;
	json_t *devices = json_array();
	char *name, *rest;

	if (!end)
		return devices;
	*end = 0;
	for (at = strchr(at, '"'); at; at = rest ? strchr(rest, '"') : NULL) {
		name = strtok_r(at + 1, "\"", &rest);
		if (name)
			json_array_append_new(devices, json_string(name));
	}
	return devices;
}

/* nft 1.0.6 leaves the device of such a chain out of its JSON */
static void put_devices(const json_t *ruleset)
{
	const json_t *object;
	size_t i;

	json_array_foreach(json_object_get(ruleset, "nftables"), i, object) {
		json_t *chain = json_object_get(object, "chain");
		const char *const words[] = {
			"nft", "list", "chain", "netdev", fact_text(chain, "table"),
			fact_text(chain, "name"), NULL
		};
		char *text;
		int status;

		if (!fact_is(chain, "family", "netdev") || fact(chain, "dev"))
			continue;
		text = gather_run(words, &status);
		if (!status)
			json_object_set_new(chain, "dev", devices_in(text));
		free(text);
	}
}

void gather_firewall(struct gather *g)
{
	static const char *const words[] = { "nft", "-j", "list", "ruleset", NULL };
	json_t *ruleset, *firewall;
	char *text;
	int status;

	text = gather_run(words, &status);
	ruleset = status ? NULL : json_loads(text, 0, NULL);
	free(text);
	put_devices(ruleset);
	firewall = json_pack("{s:b, s:[]}", "readable", ruleset != NULL, "verdicts");
	json_object_set_new(g->facts, "firewall", firewall);
	if (ruleset && g->remote.family && g->local.family) {
		judge_outer(g, ruleset, "ike-out", "ike-in", IPPROTO_UDP, IKE_PORT);
		judge_outer(g, ruleset, "natt-out", "natt-in", IPPROTO_UDP, IKE_PORT_NATT);
		judge_outer(g, ruleset, "esp-out", "esp-in", IPPROTO_ESP, 0);
		judge_inner(g, ruleset);
	}
	json_decref(ruleset);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pings through the tunnel: to addresses behind the peer that are likely to be somebody's, from an
 * address of ours within the selectors.
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "adit/echo.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "netlink/prefix.h"

#define TARGETS_MAX	6
#define HOSTS_MAX	4	/* further ones that were seen to be there */
#define PATIENCE	1000	/* ms */
#define BURST		16
#define PAUSE		100	/* ms between them: gateways limit how many they answer a second */
#define LOOK		1500	/* ms that the counters are watched for, at least */
#define IN_VAIN		3	/* packets that somebody would have answered who is there */

struct targets {
	struct ike_address list[TARGETS_MAX + HOSTS_MAX];
	unsigned int count;
};

static bool is_own(const struct ike_address *address)
{
	struct ifaddrs *list, *entry;
	bool own = false;

	if (getifaddrs(&list))
		return false;
	for (entry = list; entry && !own; entry = entry->ifa_next) {
		if (!entry->ifa_addr || entry->ifa_addr->sa_family != address->family)
			continue;
		own = address->family == AF_INET ?
			!memcmp(&((const struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr,
				address->bytes, 4) :
			!memcmp(&((const struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr,
				address->bytes, 16);
	}
	freeifaddrs(list);
	return own;
}

static void add_target(struct targets *targets, const struct ike_address *network, uint8_t host)
{
	struct ike_address address = *network;
	unsigned int i;

	address.bytes[ike_address_length(network) - 1] |= host;
	for (i = 0; i < targets->count; i++)
		if (ike_address_equal(&targets->list[i], &address))
			return;
	if (i < TARGETS_MAX && !is_own(&address))
		targets->list[targets->count++] = address;
}

/* Of a network the first hosts; of an inside network between the two gateways the other one */
static void add_network(struct targets *targets, const char *text)
{
	struct ike_selector selector;
	struct anl_prefix prefix;

	if (!text)
		return;
	if (ike_selector_parse(&selector, text)) {
		if (!selector.address.family || !selector.prefix || selector.protocol)
			return;
	} else {
		/* An interface's address has host bits, which a selector may not have */
		if (!anl_prefix_parse(text, &prefix))
			return;
		selector.address.family = prefix.address.family;
		memcpy(selector.address.bytes, prefix.address.bytes, 16);
		selector.prefix = prefix.length;
		selector.address.bytes[ike_address_length(&selector.address) - 1] &= 0xfc;
	}
	if (selector.prefix == ike_address_length(&selector.address) * 8) {
		add_target(targets, &selector.address, 0);
		return;
	}
	add_target(targets, &selector.address, 1);
	add_target(targets, &selector.address, 2);
}

/* The wire is looked at in between: what is kept for us of a busy one is full after seconds */
static bool ping(struct gather *g, struct echo_target *target, unsigned int tries)
{
	bool answered = echo_ask(target, tries, PATIENCE);

	/* For the trial nobody watches */
	if (g->capture)
		capture_wait(g->capture, 0);
	return answered;
}

/* One at a time, so that nobody who limits answers takes it for a flood */
static void measure_loss(struct gather *g, struct echo_target *target, json_t *inside)
{
	int received = 0, i;

	for (i = 0; i < BURST; i++) {
		received += ping(g, target, 1);
		capture_wait(g->capture, PAUSE);
	}
	json_object_set_new(inside, "burst", json_pack("{s:i, s:i}", "sent", BURST, "received",
						       received));
}

static void find_targets(const struct gather *g, struct targets *targets)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(g->facts, "tunnel.addresses"), i, one)
		add_network(targets, json_string_value(one));
	json_array_foreach(fact(g->facts, "tunnel.children"), i, one)
		add_network(targets, fact_text(one, "remote_ts"));
	json_array_foreach(fact(g->facts, "tunnel.routes"), i, one)
		add_network(targets, json_string_value(one));
	json_array_foreach(fact(g->facts, "inside.hosts"), i, one)
		if (i < HOSTS_MAX &&
		    ike_address_parse(&targets->list[targets->count], json_string_value(one)))
			targets->count++;
}

static void own_selector(const struct ifaddrs *entry, struct ike_selector *own)
{
	*own = (struct ike_selector){ .address.family = entry->ifa_addr->sa_family };
	if (own->address.family == AF_INET)
		memcpy(own->address.bytes,
		       &((const struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr, 4);
	else
		memcpy(own->address.bytes,
		       &((const struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr, 16);
	own->prefix = own->address.family == AF_INET ? 32 : 128;
}

/*
 * Where all may pass and the device has no address, one that is not that towards the peer: nobody
 * knows whether there is a way back to it, so an answer counts, and silence does not
 */
static bool guess_source(const struct gather *g, int family, struct ike_address *source)
{
	const char *text = fact_text(fact_child(g->facts, "tunnel"), "local_ts");
	struct ike_selector local, own = { 0 };
	struct ifaddrs *list, *entry;
	bool found = false;

	if (!ike_selector_parse(&local, text) || local.protocol || local.prefix ||
	    getifaddrs(&list))
		return false;
	for (entry = list; entry && !found; entry = entry->ifa_next) {
		if (!entry->ifa_addr || entry->ifa_addr->sa_family != family ||
		    entry->ifa_flags & IFF_LOOPBACK)
			continue;
		own_selector(entry, &own);
		found = ike_selector_contains(&local, &own) &&
			!ike_address_equal(&own.address, &g->local);
	}
	freeifaddrs(list);
	*source = own.address;
	return found;
}

/* An address of ours that may use the tunnel: its device's, or one within the selectors */
static bool find_source(const struct gather *g, int family, struct ike_address *source)
{
	const char *text = fact_text(fact_child(g->facts, "tunnel"), "local_ts");
	struct ifaddrs *list, *entry;
	struct ike_selector local, own = { 0 };
	bool found = false;

	if (!ike_selector_parse(&local, text) || local.protocol || getifaddrs(&list))
		return false;
	for (entry = list; entry && !found; entry = entry->ifa_next) {
		if (!entry->ifa_addr || entry->ifa_addr->sa_family != family)
			continue;
		own_selector(entry, &own);
		/* Where all may pass, only the device's own address will be answered */
		found = ike_selector_contains(&local, &own) &&
			(local.prefix || fact_is(g->facts, "tunnel.device", entry->ifa_name));
	}
	freeifaddrs(list);
	*source = own.address;
	return found;
}

/* Between a size that passes and one that does not: to within a few bytes */
static void find_largest(struct gather *g, struct echo_target *target, json_t *inside,
			 size_t mtu)
{
	size_t passes = 0, fails = mtu, middle;

	json_object_set_new(inside, "mtu", json_integer((json_int_t)mtu));
	target->size = mtu;
	if (ping(g, target, 3)) {
		json_object_set_new(inside, "largest", json_integer((json_int_t)mtu));
		return;
	}
	target->size = target->remote.family == AF_INET ? 576 : 1280;
	if (target->size < mtu && ping(g, target, 3))
		passes = target->size;
	while (passes && fails - passes > 8) {
		middle = passes + (fails - passes) / 2;
		target->size = middle;
		if (ping(g, target, 2))
			passes = middle;
		else
			fails = middle;
	}
	if (!passes)
		return;
	/* What was lost by chance must not look like a limit */
	target->size = mtu;
	if (ping(g, target, 2))
		passes = mtu;
	else
		json_object_set_new(inside, "smallest_lost", json_integer((json_int_t)fails));
	json_object_set_new(inside, "largest", json_integer((json_int_t)passes));
	json_object_set_new(inside, "too_big", json_boolean(target->too_big));
}

/* Each of @targets in turn, until one answers: that is @target then. Adds to @inside */
static bool ping_each(struct gather *g, const struct targets *targets, struct echo_target *target,
		      json_t *inside)
{
	unsigned int sent = (unsigned int)fact_number(inside, "sent"), received = 0, i;
	unsigned int guessed = (unsigned int)fact_number(inside, "guessed"), elsewhere;
	json_t *list = json_object_get(inside, "targets");
	char text[IKE_ADDRESS_TEXT], other[IF_NAMESIZE];
	bool sure;

	for (i = 0; i < targets->count && !received; i++) {
		target->remote = targets->list[i];
		target->sent = target->received = 0;
		sure = find_source(g, target->remote.family, &target->local);
		if (!sure && !guess_source(g, target->remote.family, &target->local))
			continue;
		elsewhere = target->elsewhere;
		ping(g, target, 2);
		if (!sure && !target->received) {
			guessed += target->sent;
			target->elsewhere = elsewhere;
			continue;
		}
		sent += target->sent;
		received += target->received;
		json_array_append_new(list, json_pack("{s:s, s:i, s:i}", "address",
						      ike_address_text(&target->remote, text),
						      "sent", (int)target->sent, "received",
						      (int)target->received));
	}
	json_object_set_new(inside, "sent", json_integer(sent));
	json_object_set_new(inside, "guessed", json_integer(guessed));
	json_object_set_new(inside, "received", json_integer(received));
	if (!received && target->elsewhere && if_indextoname(target->elsewhere, other))
		json_object_set_new(inside, "elsewhere", json_string(other));
	return received;
}

/* Who speaks through the tunnel, or is spoken to: other than the addresses that we guess */
static bool find_hosts(const struct gather *g, struct targets *hosts)
{
	const struct talk *talk = capture_talk(g->capture);
	struct targets guessed = { .count = 0 };
	unsigned int i, j;

	find_targets(g, &guessed);
	for (i = 0; i < talk->host_count && hosts->count < HOSTS_MAX; i++) {
		for (j = 0; j < guessed.count; j++)
			if (ike_address_equal(&talk->hosts[i], &guessed.list[j]))
				break;
		if (j == guessed.count && !is_own(&talk->hosts[i]))
			hosts->list[hosts->count++] = talk->hosts[i];
	}
	return hosts->count;
}

static void put_hosts(const struct targets *hosts, json_t *inside)
{
	json_t *list = json_array();
	char text[IKE_ADDRESS_TEXT];
	unsigned int i;

	for (i = 0; i < hosts->count; i++)
		json_array_append_new(list, json_string(ike_address_text(&hosts->list[i], text)));
	json_object_set_new(inside, "hosts", list);
}

/* Pings from an address of this host's may be ours: an echo has no port */
static bool is_others(const struct talk_flow *flow)
{
	return flow->asked && (flow->ports[1] || !is_own(&flow->local));
}

static unsigned int asked_of(const struct talk *talk, const struct ike_address *host)
{
	unsigned int asked = 0, i;

	for (i = 0; i < talk->flow_count; i++)
		if (ike_address_equal(&talk->flows[i].remote, host) && is_others(&talk->flows[i]))
			asked += talk->flows[i].asked;
	return asked;
}

/* Whom others than we have asked in vain */
static void put_silent(const struct talk *talk, json_t *inside)
{
	json_t *list = json_array();
	char text[IKE_ADDRESS_TEXT];
	unsigned int asked, i;

	for (i = 0; i < talk->host_count; i++) {
		asked = talk->heard[i] ? 0 : asked_of(talk, &talk->hosts[i]);
		if (asked >= IN_VAIN)
			json_array_append_new(list, json_pack("{s:s, s:i}", "address",
							      ike_address_text(&talk->hosts[i],
									       text),
							      "asked", (int)asked));
	}
	json_object_set_new(inside, "silent", list);
}

static bool is_within(const char *selector, const struct ike_address *address)
{
	struct ike_selector all, host = { .address = *address };

	host.prefix = (uint8_t)(ike_address_length(address) * 8);
	if (!ike_selector_parse(&all, selector))
		return false;
	/* For whatever protocol, and ports */
	host.protocol = all.protocol;
	host.port = all.port;
	return ike_selector_contains(&all, &host);
}

/* To the peer's networks; @may: from an address that may send there, or from one that may not */
static bool is_to_peer(const struct gather *g, const struct talk_flow *flow, bool may)
{
	const json_t *child;
	bool there = false;
	size_t i;

	json_array_foreach(fact(g->facts, "tunnel.children"), i, child) {
		if (!is_within(fact_text(child, "remote_ts"), &flow->remote))
			continue;
		if (is_within(fact_text(child, "local_ts"), &flow->local))
			return may;
		there = true;
	}
	return there && !may;
}

/* We ask all children's hosts from the first one's networks */
static bool is_our_ping(const struct gather *g, const struct talk_flow *flow)
{
	struct ike_address source;

	return !flow->ports[1] && find_source(g, flow->remote.family, &source) &&
	       ike_address_equal(&source, &flow->local);
}

/* Sent to where the peer's networks are, and dropped by the tunnel, which has no SA for it */
static bool is_stranger(const struct gather *g, const struct talk_flow *flow)
{
	return flow->asked && is_to_peer(g, flow, false) && !is_our_ping(g, flow);
}

static void put_strangers(const struct gather *g, const struct talk *talk, json_t *inside)
{
	char from[IKE_ADDRESS_TEXT], to[IKE_ADDRESS_TEXT];
	const struct talk_flow *flow;
	bool others = false;
	unsigned int i;

	for (i = 0; i < talk->flow_count && !others; i++)
		others = is_to_peer(g, &talk->flows[i], true) && is_others(&talk->flows[i]);
	for (i = 0; i < talk->flow_count && !fact(inside, "stranger"); i++) {
		flow = &talk->flows[i];
		if (is_stranger(g, flow))
			json_object_set_new(inside, "stranger",
					    json_pack("{s:s, s:s, s:b, s:b}", "from",
						      ike_address_text(&flow->local, from), "to",
						      ike_address_text(&flow->remote, to), "own",
						      is_own(&flow->local), "others", others));
	}
}

static void put_talk(const struct gather *g, json_t *inside)
{
	const struct talk *talk = capture_talk(g->capture);

	json_object_set_new(inside, "answers", json_integer((json_int_t)talk->answers));
	json_object_set_new(inside, "asks", json_integer((json_int_t)talk->asks));
	json_object_set_new(inside, "tells", json_integer((json_int_t)talk->tells));
	put_silent(talk, inside);
	put_strangers(g, talk, inside);
}

/*
 * Where nobody answers pings, the peer's gateway may answer what dies at its door, or a host what
 * it does not listen for: whatever comes back shows that the tunnel works.
 */
static void knock_all(struct gather *g)
{
	struct echo_target target = { .device = fact_text(g->facts, "tunnel.device") };
	struct targets targets = { .count = 0 };
	unsigned int i;

	find_targets(g, &targets);
	for (i = 0; i < targets.count; i++) {
		target.remote = targets.list[i];
		if (!find_source(g, target.remote.family, &target.local))
			continue;
		target.hops = 1;
		echo_ask(&target, 1, PATIENCE / 5);
		target.hops = 0;
		echo_knock(&target);
	}
}

bool gather_pings(struct gather *g)
{
	struct echo_target target = { .device = fact_text(g->facts, "tunnel.device") };
	json_t *ignored = json_pack("{s:[]}", "targets");
	struct targets targets = { .count = 0 };
	bool answered;

	find_targets(g, &targets);
	answered = ping_each(g, &targets, &target, ignored);
	json_decref(ignored);
	return answered;
}

void gather_inside(struct gather *g)
{
	struct echo_target target = { .device = fact_text(g->facts, "tunnel.device") };
	size_t mtu = (size_t)fact_number(g->facts, "tunnel.mtu");
	struct targets guessed = { .count = 0 }, hosts = { .count = 0 };
	bool answered;
	json_t *inside;

	if (!g->capture)
		return;
	inside = json_pack("{s:[]}", "targets");
	json_object_set_new(g->facts, "inside", inside);
	find_targets(g, &guessed);
	answered = ping_each(g, &guessed, &target, inside);
	if (!answered) {
		knock_all(g);
		capture_wait(g->capture, LOOK);
		if (find_hosts(g, &hosts))
			answered = ping_each(g, &hosts, &target, inside);
		put_hosts(&hosts, inside);
	}
	if (answered) {
		measure_loss(g, &target, inside);
		if (mtu)
			find_largest(g, &target, inside, mtu);
	}
	capture_wait(g->capture, LOOK);
	put_talk(g, inside);
}

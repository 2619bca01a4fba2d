// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/device.h"

#include <errno.h>
#include <linux/ipv6_route.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/log.h"
#include "aditd/memory.h"
#include "netlink/link.h"
#include "netlink/sa.h"

static void alias_of(const struct config_tunnel *tunnel, char *alias, size_t size)
{
	snprintf(alias, size, DEVICE_ALIAS "%s", tunnel->name);
}

static int adopt(struct device *device, struct anl *anl, const struct anl_link *link,
		 const char *alias, struct anl_error *error)
{
	/* One that was killed between making it and naming it left it down and without alias */
	bool ours = !strcmp(link->kind, "adit") &&
		    (*link->alias ? !strcmp(link->alias, alias) : !link->up);
	int err;

	if (!ours)
		return anl_fail(error, EEXIST, "device %s exists and was not made for this tunnel; "
				"remove it (ip link del %s) or give the tunnel another device",
				link->name, link->name);
	/* SAs whose keys we do not have: the peer is told by INITIAL-CONTACT */
	err = anl_sa_flush(anl, link->ifindex, 0, error);
	if (!err && !*link->alias)
		err = anl_link_set_alias(anl, link->ifindex, alias, error);
	if (err)
		return err;
	device->ifindex = link->ifindex;
	log_info("device %s of an earlier run is used again", link->name);
	return 0;
}

static int make(struct device *device, struct anl *anl, const struct config_tunnel *tunnel,
		struct anl_error *error)
{
	char alias[IKE_NAME_MAX + sizeof(DEVICE_ALIAS)];
	struct anl_link link;
	int err;

	alias_of(tunnel, alias, sizeof(alias));
	snprintf(device->name, sizeof(device->name), "%s", tunnel->device);
	err = anl_link_find(anl, tunnel->device, &link, error);
	if (!err)
		return adopt(device, anl, &link, alias, error);
	if (err != -ENODEV)
		return err;
	return anl_link_add(anl, tunnel->device, alias, &device->ifindex, error);
}

struct stale {
	const struct config_tunnel *tunnel;
	const struct anl_prefix *lease;
	struct anl_prefix list[64];
	size_t count;
};

static bool is_link_local(const struct anl_prefix *prefix)
{
	return prefix->address.family == AF_INET6 && prefix->address.bytes[0] == 0xfe &&
	       (prefix->address.bytes[1] & 0xc0) == 0x80;
}

static bool prefix_equal(const struct anl_prefix *a, const struct anl_prefix *b)
{
	return a->length == b->length && anl_address_equal(&a->address, &b->address);
}

static int find_stale(uint32_t ifindex, const struct anl_prefix *address, void *context)
{
	struct stale *stale = context;
	size_t i;

	(void)ifindex;
	if (prefix_equal(stale->lease, address))
		return 0;
	for (i = 0; i < stale->tunnel->address_count; i++)
		if (prefix_equal(&stale->tunnel->address[i], address))
			return 0;
	if (!is_link_local(address) && stale->count < sizeof(stale->list) / sizeof(stale->list[0]))
		stale->list[stale->count++] = *address;
	return 0;
}

static int set_addresses(struct device *device, struct anl *anl,
			 const struct config_tunnel *tunnel, struct anl_error *error)
{
	struct stale stale = { .tunnel = tunnel, .lease = &device->lease };
	size_t i;
	int err;

	err = anl_address_dump(anl, device->ifindex, find_stale, &stale, error);
	for (i = 0; i < stale.count && !err; i++)
		err = anl_address_del(anl, device->ifindex, &stale.list[i], error);
	for (i = 0; i < tunnel->address_count && !err; i++)
		err = anl_address_add(anl, device->ifindex, &tunnel->address[i], error);
	if (device->lease.address.family && !err)
		err = anl_address_add(anl, device->ifindex, &device->lease, error);
	return err;
}

static int set_policies(struct device *device, struct anl *anl,
			const struct config_tunnel *tunnel, struct anl_error *error)
{
	bool on_demand = tunnel->start == IKE_START_ON_DEMAND ||
			 tunnel->dpd_action == IKE_DPD_HOLD;
	struct anl_device settings = {
		.ifindex = device->ifindex,
		.set = ANL_DEVICE_CARRIER | ANL_DEVICE_MTU,
		.carrier = on_demand ? ANL_CARRIER_ON_DEMAND : ANL_CARRIER_AUTO,
		.mtu_auto = !tunnel->mtu,
	};
	int err = anl_device_set(anl, &settings, error);

	if (!err && tunnel->mtu)
		err = anl_link_set_mtu(anl, device->ifindex, tunnel->mtu, error);
	return err;
}

int device_up(struct device *device, struct anl *anl, const struct config_tunnel *tunnel,
	      struct anl_error *error)
{
	int err = device->ifindex ? 0 : make(device, anl, tunnel, error);

	if (!err)
		err = set_policies(device, anl, tunnel, error);
	/* Fail-over by metric happens only if routes without carrier do not count */
	if (!err)
		err = anl_link_ignore_linkdown(device->name, true, error);
	if (!err)
		err = set_addresses(device, anl, tunnel, error);
	if (!err)
		err = anl_link_set_up(anl, device->ifindex, true, error);
	return err;
}

struct source {
	const struct config_tunnel *tunnel;
	int family;
	struct anl_address found;
};

/* An address of the host behind the tunnel's local selectors: only that may be the source */
static int find_source(uint32_t ifindex, const struct anl_prefix *address, void *context)
{
	struct source *source = context;
	size_t i;

	(void)ifindex;
	if (address->address.family != source->family || is_link_local(address))
		return 0;
	for (i = 0; i < source->tunnel->local_ts_count; i++) {
		const struct ike_selector *selector = &source->tunnel->local_ts[i];
		struct ike_selector any = *selector, host = { .address.family = source->family };

		memcpy(host.address.bytes, address->address.bytes, sizeof(host.address.bytes));
		host.prefix = 8 * ike_address_length(&host.address);
		any.protocol = any.port = 0;
		/* Everything allowed: the kernel's own choice is as good, and follows changes */
		if (!selector->prefix || selector->address.family != source->family)
			continue;
		if (!source->found.family && ike_selector_contains(&any, &host))
			source->found = address->address;
	}
	return 0;
}

static struct anl_address source_for(struct device *device, struct anl *anl,
				     const struct config_tunnel *tunnel, int family)
{
	struct source source = { .tunnel = tunnel, .family = family };
	struct anl_error error;

	/* The device's own address is chosen by itself when it fits */
	anl_address_dump(anl, device->ifindex, find_source, &source, &error);
	if (!source.found.family)
		anl_address_dump(anl, 0, find_source, &source, &error);
	return source.found;
}

static struct anl_address to_anl(const struct ike_address *address)
{
	struct anl_address to = { .family = address->family };

	memcpy(to.bytes, address->bytes, sizeof(to.bytes));
	return to;
}

/* Whether a route to prefix catches the outer packets too */
static bool holds_peer(const struct anl_prefix *prefix, const struct ike_address *remote)
{
	struct anl_address peer = to_anl(remote);

	return peer.family ? anl_prefix_contains(prefix, &peer) : !prefix->length;
}

static bool route_equal(const struct anl_route *a, const struct anl_route *b)
{
	return prefix_equal(&a->destination, &b->destination) && a->metric == b->metric &&
	       a->table == b->table && a->unreachable == b->unreachable;
}

/* As a dump will show it */
static uint32_t metric_of(const struct config_tunnel *tunnel, int family)
{
	return !tunnel->metric && family == AF_INET6 ? IP6_RT_PRIO_USER : tunnel->metric;
}

/*
 * What was to be protected must not go out by the default route in the clear while the tunnel is
 * down. The worst metric loses against any route of the same length; with the device's number in
 * it, that of each tunnel is its own. (Not for a default route itself: that would cut the host
 * off.)
 */
static struct anl_route refusal(const struct anl_route *route)
{
	return (struct anl_route) {
		.destination = route->destination, .table = route->table,
		.metric = UINT32_MAX - route->ifindex, .unreachable = true,
	};
}

static bool listed(const struct anl_route *routes, size_t count, const struct anl_route *route)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (route_equal(&routes[i], route))
			return true;
	return false;
}

/* In transport mode, and always by way of the rules: IKE and ESP themselves go there, too. */
static struct anl_route route_to_peer(const struct device *device, const struct rules *rules,
				      const struct config_tunnel *tunnel,
				      const struct ike_address *local,
				      const struct ike_address *remote)
{
	return (struct anl_route) {
		.destination = { to_anl(remote), 8 * ike_address_length(remote) },
		.ifindex = device->ifindex, .source = to_anl(local),
		.metric = metric_of(tunnel, remote->family), .table = rules->table,
	};
}

static struct anl_route *routes_wanted(struct device *device, struct anl *anl,
				       const struct rules *rules,
				       const struct config_tunnel *tunnel,
				       const struct ike_address *local,
				       const struct ike_address *remote, size_t *count)
{
	bool transport = tunnel->mode == IKE_MODE_TRANSPORT;
	size_t learned = transport && !remote->family ? device->peers.count : 0, i;
	size_t most = 2 * (tunnel->route_count + device->network_count) + learned + 1;
	struct anl_route *routes = memory_array(NULL, most, sizeof(*routes));

	*count = 0;
	for (i = 0; i < tunnel->route_count + device->network_count; i++) {
		const struct anl_prefix *prefix = i < tunnel->route_count ? &tunnel->route[i] :
					&device->networks[i - tunnel->route_count];
		struct anl_route route = {
			.destination = *prefix, .ifindex = device->ifindex,
			.source = source_for(device, anl, tunnel, prefix->address.family),
			.metric = metric_of(tunnel, prefix->address.family),
			.table = holds_peer(prefix, remote) ? rules->table : RT_TABLE_MAIN,
		};

		/* The peer may assign what is configured as well */
		if (listed(routes, *count, &route))
			continue;
		routes[(*count)++] = route;
		if (tunnel->when_down == CONFIG_DOWN_BLOCK && prefix->length)
			routes[(*count)++] = refusal(&route);
	}
	if (transport && remote->family)
		routes[(*count)++] = route_to_peer(device, rules, tunnel, local, remote);
	for (i = 0; i < learned; i++) {
		const struct peer_sa *peer = &device->peers.list[i];
		struct anl_route route = route_to_peer(device, rules, tunnel, &peer->local,
						       &peer->remote);

		if (!listed(routes, *count, &route))
			routes[(*count)++] = route;
	}
	return routes;
}

/* The rule goes with the route over the device, the refusal follows it */
static bool needs_rule(const struct rules *rules, const struct anl_route *route)
{
	return route->table == rules->table && !route->unreachable;
}

static void route_withdraw(struct anl *anl, struct rules *rules, const struct anl_route *route)
{
	struct anl_error error;

	if (needs_rule(rules, route))
		rules_del(rules, &route->destination);
	if (anl_route_del(anl, route, &error) < 0 && error.code != ENODEV)
		log_warning("%s", error.text);
}

static int route_put(struct anl *anl, struct rules *rules, const struct anl_route *route,
		     struct anl_error *error)
{
	int err = anl_route_add(anl, route, error);

	if (err || !needs_rule(rules, route))
		return err;
	err = rules_add(rules, &route->destination, error);
	if (err)
		anl_route_del(anl, route, &(struct anl_error) { 0 });
	return err;
}

/* What a predecessor left on an adopted device, and is not wanted, is taken over to be removed */
static int take_over(const struct anl_route *route, void *context)
{
	struct device *device = context;

	if ((route->unreachable ? UINT32_MAX - route->metric : route->ifindex) != device->ifindex ||
	    listed(device->routes, device->route_count, route))
		return 0;
	device->routes = memory_array(device->routes, device->route_count + 1,
				      sizeof(*device->routes));
	device->routes[device->route_count++] = *route;
	return 0;
}

static void remove_unwanted(struct device *device, struct anl *anl, struct rules *rules,
			    const struct anl_route *wanted, size_t count)
{
	size_t i = 0;

	while (i < device->route_count) {
		struct anl_route *route = &device->routes[i];

		if (listed(wanted, count, route)) {
			i++;
			continue;
		}
		route_withdraw(anl, rules, route);
		*route = device->routes[--device->route_count];
	}
}

static int add_wanted(struct device *device, struct anl *anl, struct rules *rules,
		      const struct anl_route *wanted, size_t count, struct anl_error *error)
{
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		if (listed(device->routes, device->route_count, &wanted[i]))
			continue;
		err = route_put(anl, rules, &wanted[i], error);
		if (err)
			return err;
		device->routes = memory_array(device->routes, device->route_count + 1,
					      sizeof(*device->routes));
		device->routes[device->route_count++] = wanted[i];
	}
	return 0;
}

static uint32_t mark_for(const struct rules *rules, const struct anl_route *routes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (routes[i].table == rules->table)
			return rules->mark;
	return 0;
}

/* What replaces another comes before that goes: packets on their way always find one of the two. */
int device_route(struct device *device, struct anl *anl, struct rules *rules,
		 const struct config_tunnel *tunnel, const struct ike_address *local,
		 const struct ike_address *remote, struct anl_error *error)
{
	struct anl_device settings = { .ifindex = device->ifindex, .set = ANL_DEVICE_MARK };
	struct anl_error ignored;
	struct anl_route *wanted;
	size_t count;
	int err;

	wanted = routes_wanted(device, anl, rules, tunnel, local, remote, &count);
	/* As long as there are routes that need it, the old ones as well */
	settings.mark = mark_for(rules, wanted, count) ?:
			mark_for(rules, device->routes, device->route_count);
	err = anl_device_set(anl, &settings, error);
	if (!err && add_wanted(device, anl, rules, wanted, count, error)) {
		/* Of two tunnels that change places one has to leave its own first. */
		remove_unwanted(device, anl, rules, wanted, count);
		err = add_wanted(device, anl, rules, wanted, count, error);
	}
	anl_route_dump(anl, AF_INET, take_over, device, &ignored);
	anl_route_dump(anl, AF_INET6, take_over, device, &ignored);
	if (!err)
		remove_unwanted(device, anl, rules, wanted, count);
	if (!err && settings.mark && !mark_for(rules, wanted, count)) {
		settings.mark = 0;
		err = anl_device_set(anl, &settings, error);
	}
	free(wanted);
	return err;
}

int device_lease(struct device *device, struct anl *anl, struct rules *rules,
		 const struct config_tunnel *tunnel, const struct ike_address *local,
		 const struct ike_address *remote, const struct ike_lease *lease,
		 struct anl_error *error)
{
	size_t i;
	int err;

	device->lease.address = to_anl(&lease->address);
	device->lease.length = 8 * ike_address_length(&lease->address);
	device->networks = memory_array(device->networks, lease->network_count + 1,
					sizeof(*device->networks));
	device->network_count = lease->network_count;
	for (i = 0; i < lease->network_count; i++)
		device->networks[i] = (struct anl_prefix) {
			to_anl(&lease->networks[i].address), lease->networks[i].prefix,
		};
	err = set_addresses(device, anl, tunnel, error);
	return err ? err : device_route(device, anl, rules, tunnel, local, remote, error);
}

void device_unlease(struct device *device)
{
	memset(&device->lease, 0, sizeof(device->lease));
	device->network_count = 0;
}

void device_lost(struct device *device, struct anl *anl, struct rules *rules)
{
	struct anl_error error;
	size_t i;

	for (i = 0; i < device->route_count; i++) {
		/* Those over the device went with it */
		if (device->routes[i].unreachable)
			anl_route_del(anl, &device->routes[i], &error);
		else if (device->routes[i].table == rules->table)
			rules_del(rules, &device->routes[i].destination);
	}
	free(device->routes);
	free(device->networks);
	peers_free(&device->peers);
	memset(device, 0, sizeof(*device));
}

void device_down(struct device *device, struct anl *anl, struct rules *rules)
{
	uint32_t ifindex = device->ifindex;
	struct anl_error error;

	/* First the device: no packet may go out in the clear between the two */
	if (ifindex && anl_link_del(anl, ifindex, &error) < 0 && error.code != ENODEV)
		log_warning("%s", error.text);
	device_lost(device, anl, rules);
}

struct orphans {
	const struct config *config;
	uint32_t *list;
	size_t count;
};

static int find_orphan(const struct anl_link *link, void *context)
{
	struct orphans *orphans = context;
	const struct config_tunnel *tunnel;

	if (strncmp(link->alias, DEVICE_ALIAS, strlen(DEVICE_ALIAS)))
		return 0;
	tunnel = config_tunnel(orphans->config, link->alias + strlen(DEVICE_ALIAS));
	if (tunnel && !strcmp(tunnel->device, link->name))
		return 0;
	log_info("device %s of an earlier run is no longer configured and is removed", link->name);
	orphans->list = memory_array(orphans->list, orphans->count + 1, sizeof(*orphans->list));
	orphans->list[orphans->count++] = link->ifindex;
	return 0;
}

struct refusals {
	struct anl_route *list;
	size_t count;
};

static int find_refusal(const struct anl_route *route, void *context)
{
	struct refusals *refusals = context;

	if (!route->unreachable)
		return 0;
	refusals->list = memory_array(refusals->list, refusals->count + 1, sizeof(*route));
	refusals->list[refusals->count++] = *route;
	return 0;
}

/* Those of a device that is gone: of one that is adopted device_route() takes care */
static void sweep_refusals(struct anl *anl)
{
	struct refusals refusals = { 0 };
	struct anl_error error;
	struct anl_link link;
	size_t i;

	anl_route_dump(anl, AF_INET, find_refusal, &refusals, &error);
	anl_route_dump(anl, AF_INET6, find_refusal, &refusals, &error);
	for (i = 0; i < refusals.count; i++)
		if (anl_link_get(anl, UINT32_MAX - refusals.list[i].metric, &link, &error))
			anl_route_del(anl, &refusals.list[i], &error);
	free(refusals.list);
}

void device_sweep(struct anl *anl, const struct config *config)
{
	struct orphans orphans = { .config = config };
	struct anl_error error;
	size_t i;

	anl_link_dump(anl, "adit", find_orphan, &orphans, &error);
	for (i = 0; i < orphans.count; i++)
		if (anl_link_del(anl, orphans.list[i], &error) < 0)
			log_warning("%s", error.text);
	free(orphans.list);
	sweep_refusals(anl);
}

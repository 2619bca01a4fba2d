// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink/request.h"

#ifndef IP6_RT_PRIO_USER
#define IP6_RT_PRIO_USER 1024	/* the kernel's metric where none is given */
#endif

static struct anl_message begin(uint16_t type, int flags, const struct anl_route *route)
{
	struct rtmsg fixed = {
		.rtm_family = (uint8_t)route->destination.address.family,
		.rtm_dst_len = route->destination.length,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = ANL_ROUTE_PROTOCOL,
		.rtm_scope = route->gateway.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = route->unreachable ? RTN_UNREACHABLE : RTN_UNICAST,
	};
	struct anl_message message;

	if (fixed.rtm_family == AF_INET6 || route->unreachable)
		fixed.rtm_scope = RT_SCOPE_UNIVERSE;
	message = anl_message_route(type, flags, &fixed, sizeof(fixed));
	anl_put_u32(&message, RTA_TABLE, route->table ? route->table : RT_TABLE_MAIN);
	if (route->destination.length)
		anl_put_address(&message, RTA_DST, &route->destination.address);
	if (!route->unreachable) {
		anl_put_u32(&message, RTA_OIF, route->ifindex);
		anl_put_address(&message, RTA_GATEWAY, &route->gateway);
		anl_put_address(&message, RTA_PREFSRC, &route->source);
	}
	if (route->metric)
		anl_put_u32(&message, RTA_PRIORITY, route->metric);
	return message;
}

int anl_route_del(struct anl *anl, const struct anl_route *route, struct anl_error *error)
{
	struct anl_message message = begin(RTM_DELROUTE, 0, route);
	char text[ANL_PREFIX_TEXT];
	int code = anl_transact(anl->route, &message, NULL, NULL, error, "remove route %s",
				anl_prefix_format(&route->destination, text));

	/* ENODEV: the device, and with it its routes, is gone */
	return code == -ESRCH || code == -ENODEV ? 0 : code;
}

static const struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_TABLE] = { .type = NLA_U32 },
	[RTA_OIF] = { .type = NLA_U32 },
	[RTA_PRIORITY] = { .type = NLA_U32 },
	[RTA_METRICS] = { .type = NLA_NESTED },
};

static int take(struct nlattr *attribute, struct anl_address *address)
{
	return !attribute || anl_get_address(attribute, address) ? 0 : -EBADMSG;
}

static int parse(struct nlmsghdr *header, struct nlattr *a[])
{
	if (!nlmsg_valid_hdr(header, sizeof(struct rtmsg)) ||
	    nlmsg_parse(header, sizeof(struct rtmsg), a, RTA_MAX, route_policy) < 0)
		return -EBADMSG;
	return 0;
}

static int decode(struct nlmsghdr *header, struct anl_route *route)
{
	const struct rtmsg *fixed;
	struct nlattr *a[RTA_MAX + 1];

	memset(route, 0, sizeof(*route));
	if (parse(header, a))
		return -EBADMSG;
	fixed = nlmsg_data(header);
	route->destination.address.family = fixed->rtm_family;
	route->destination.length = fixed->rtm_dst_len;
	if (take(a[RTA_DST], &route->destination.address) ||
	    take(a[RTA_GATEWAY], &route->gateway) || take(a[RTA_PREFSRC], &route->source))
		return -EBADMSG;
	route->ifindex = a[RTA_OIF] ? nla_get_u32(a[RTA_OIF]) : 0;
	route->metric = a[RTA_PRIORITY] ? nla_get_u32(a[RTA_PRIORITY]) : 0;
	route->table = a[RTA_TABLE] ? nla_get_u32(a[RTA_TABLE]) : fixed->rtm_table;
	route->unreachable = fixed->rtm_type == RTN_UNREACHABLE;
	/* IPv6 names the loopback device there */
	if (route->unreachable)
		route->ifindex = 0;
	return 0;
}

/* Where a dump hands its routes on */
struct dump {
	int family;
	int (*each)(const struct anl_route *route, void *context);
	void *context;
};

static int on_route(struct nlmsghdr *header, void *context)
{
	const struct dump *dump = context;
	const struct rtmsg *fixed = nlmsg_data(header);
	struct anl_route route;
	int code = decode(header, &route);

	if (code || fixed->rtm_protocol != ANL_ROUTE_PROTOCOL || fixed->rtm_family != dump->family)
		return code;
	return dump->each(&route, dump->context);
}

int anl_route_dump(struct anl *anl, int family,
		   int (*each)(const struct anl_route *route, void *context), void *context,
		   struct anl_error *error)
{
	struct rtmsg fixed = { .rtm_family = (uint8_t)family };
	struct anl_message message = anl_message_route(RTM_GETROUTE, NLM_F_DUMP, &fixed,
						       sizeof(fixed));
	struct dump dump = { family, each, context };

	return anl_transact(anl->route, &message, on_route, &dump, error, "list the routes");
}

static int on_answer(struct nlmsghdr *header, void *context)
{
	struct nlattr *a[RTA_MAX + 1], *metrics[RTAX_MAX + 1];
	struct anl_route_answer *answer = context;
	const struct rtmsg *fixed;

	if (parse(header, a))
		return -EBADMSG;
	fixed = nlmsg_data(header);
	answer->local = fixed->rtm_type == RTN_LOCAL;
	if (a[RTA_OIF])
		answer->ifindex = nla_get_u32(a[RTA_OIF]);
	if (take(a[RTA_PREFSRC], &answer->source) || take(a[RTA_GATEWAY], &answer->gateway))
		return -EBADMSG;
	if (a[RTA_METRICS] &&
	    nla_parse_nested(metrics, RTAX_MAX, a[RTA_METRICS], NULL) >= 0 && metrics[RTAX_MTU] &&
	    nla_len(metrics[RTAX_MTU]) >= (int)sizeof(uint32_t))
		answer->mtu = nla_get_u32(metrics[RTAX_MTU]);
	/* Unreachable, prohibit and blackhole routes are answers, too */
	return fixed->rtm_type == RTN_UNICAST || answer->local ? 0 : -EHOSTUNREACH;
}

int anl_route_lookup(struct anl *anl, const struct anl_address *destination,
		     const struct anl_address *source, uint32_t mark,
		     struct anl_route_answer *answer, struct anl_error *error)
{
	struct rtmsg fixed = {
		.rtm_family = (uint8_t)destination->family,
		.rtm_dst_len = (uint8_t)(8 * anl_address_size(destination->family)),
		.rtm_flags = RTM_F_LOOKUP_TABLE,
	};
	struct anl_message message;
	char text[ANL_PREFIX_TEXT];

	memset(answer, 0, sizeof(*answer));
	if (source && source->family)
		fixed.rtm_src_len = fixed.rtm_dst_len;
	message = anl_message_route(RTM_GETROUTE, 0, &fixed, sizeof(fixed));
	anl_put_address(&message, RTA_DST, destination);
	if (source)
		anl_put_address(&message, RTA_SRC, source);
	if (mark)
		anl_put_u32(&message, RTA_MARK, mark);
	return anl_transact(anl->route, &message, on_answer, answer, error, "find a route to %s",
			    anl_address_format(destination, text));
}

/* Looks for the very route that is to be added */
struct search {
	const struct anl_route *wanted;
	bool found;
};

static int compare(const struct anl_route *route, void *context)
{
	struct search *search = context;
	const struct anl_route *wanted = search->wanted;
	struct anl_route plain = *wanted;

	plain.table = wanted->table ? wanted->table : RT_TABLE_MAIN;
	if (!wanted->metric && wanted->destination.address.family == AF_INET6)
		plain.metric = IP6_RT_PRIO_USER;
	if (plain.unreachable)
		plain.ifindex = 0;
	search->found |= route->unreachable == plain.unreachable &&
			 route->ifindex == plain.ifindex && route->table == plain.table &&
			 route->metric == plain.metric &&
			 route->destination.length == plain.destination.length &&
			 anl_address_equal(&route->destination.address,
					   &plain.destination.address) &&
			 anl_address_equal(&route->gateway, &plain.gateway) &&
			 (!plain.source.family || anl_address_equal(&route->source, &plain.source));
	return 0;
}

int anl_route_add(struct anl *anl, const struct anl_route *route, struct anl_error *error)
{
	struct anl_message message = begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
	struct search search = { .wanted = route };
	char text[ANL_PREFIX_TEXT];
	int code = anl_transact(anl->route, &message, NULL, NULL, error, "add route %s",
				anl_prefix_format(&route->destination, text));

	if (code != -EEXIST)
		return code;
	if (!anl_route_dump(anl, route->destination.address.family, compare, &search, error) &&
	    search.found)
		return 0;
	return anl_fail(error, EEXIST, "cannot add route %s with metric %u: there is one already "
			"that is not this device's; choose another metric or remove it", text,
			route->metric);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netlink/link_message.h"
#include "netlink/request.h"

static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[IFLA_IFALIAS] = { .type = NLA_STRING },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_OPERSTATE] = { .type = NLA_U8 },
	[IFLA_CARRIER] = { .type = NLA_U8 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
	[IFLA_STATS64] = { .minlen = 8 * sizeof(uint64_t) },
};

static const struct nla_policy info_policy[IFLA_INFO_MAX + 1] = {
	[IFLA_INFO_KIND] = { .type = NLA_STRING },
};

static void decode_stats(struct nlattr *attribute, struct anl_link *link)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t size = (size_t)nla_len(attribute);

	/* The kernel's structure only ever grows: take the part that both know */
	memcpy(&stats, nla_data(attribute), size < sizeof(stats) ? size : sizeof(stats));
	link->rx_packets = stats.rx_packets;
	link->rx_bytes = stats.rx_bytes;
	link->rx_errors = stats.rx_errors;
	link->rx_dropped = stats.rx_dropped;
	link->tx_packets = stats.tx_packets;
	link->tx_bytes = stats.tx_bytes;
	link->tx_errors = stats.tx_errors;
	link->tx_dropped = stats.tx_dropped;
}

int anl_link_decode(struct nlmsghdr *header, struct anl_link *link)
{
	struct nlattr *a[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *fixed;

	memset(link, 0, sizeof(*link));
	if (!nlmsg_valid_hdr(header, sizeof(*fixed)) ||
	    nlmsg_parse(header, sizeof(*fixed), a, IFLA_MAX, link_policy) < 0)
		return -EBADMSG;
	fixed = nlmsg_data(header);
	link->ifindex = (uint32_t)fixed->ifi_index;
	link->up = fixed->ifi_flags & IFF_UP;
	if (a[IFLA_IFNAME])
		anl_get_string(a[IFLA_IFNAME], link->name, sizeof(link->name));
	if (a[IFLA_IFALIAS])
		anl_get_string(a[IFLA_IFALIAS], link->alias, sizeof(link->alias));
	if (a[IFLA_MTU])
		link->mtu = nla_get_u32(a[IFLA_MTU]);
	if (a[IFLA_OPERSTATE])
		link->operstate = nla_get_u8(a[IFLA_OPERSTATE]);
	if (a[IFLA_CARRIER])
		link->carrier = link->up && nla_get_u8(a[IFLA_CARRIER]);
	if (a[IFLA_STATS64])
		decode_stats(a[IFLA_STATS64], link);
	if (a[IFLA_LINKINFO] &&
	    nla_parse_nested(info, IFLA_INFO_MAX, a[IFLA_LINKINFO], info_policy) >= 0 &&
	    info[IFLA_INFO_KIND])
		anl_get_string(info[IFLA_INFO_KIND], link->kind, sizeof(link->kind));
	return 0;
}

int anl_link_add(struct anl *anl, const char *name, const char *alias, uint32_t *ifindex,
		 struct anl_error *error)
{
	struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC };
	struct anl_message message = anl_message_route(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
						       &fixed, sizeof(fixed));
	struct anl_link link;
	struct nlattr *info;
	int code;

	anl_put_string(&message, IFLA_IFNAME, name);
	info = anl_nest(&message, IFLA_LINKINFO);
	anl_put_string(&message, IFLA_INFO_KIND, "adit");
	anl_nest_end(&message, info);
	code = anl_transact(anl->route, &message, NULL, NULL, error, "create device %s", name);
	if (code == -EOPNOTSUPP)
		return anl_fail(error, EOPNOTSUPP,
				"cannot create device %s: the kernel module adit is not loaded: "
				"run 'modprobe adit', or install it for this kernel", name);
	if (code)
		return code;
	code = anl_link_find(anl, name, &link, error);
	*ifindex = code ? 0 : link.ifindex;
	/* Not with the creation: there the kernel does not look at it */
	if (!code && alias && *alias)
		code = anl_link_set_alias(anl, *ifindex, alias, error);
	if (code && *ifindex) {	/* nobody would know whose it is */
		struct anl_error ignored;

		anl_link_del(anl, *ifindex, &ignored);
	}
	return code;
}

/* The change of one device: begun here, sent by the caller */
static struct anl_message change(uint32_t ifindex, unsigned int flags, unsigned int mask)
{
	struct ifinfomsg fixed = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
		.ifi_flags = flags,
		.ifi_change = mask,
	};

	return anl_message_route(RTM_NEWLINK, 0, &fixed, sizeof(fixed));
}

int anl_link_del(struct anl *anl, uint32_t ifindex, struct anl_error *error)
{
	struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	struct anl_message message = anl_message_route(RTM_DELLINK, 0, &fixed, sizeof(fixed));

	return anl_transact(anl->route, &message, NULL, NULL, error, "delete device %u", ifindex);
}

int anl_link_set_up(struct anl *anl, uint32_t ifindex, bool up, struct anl_error *error)
{
	struct anl_message message = change(ifindex, up ? IFF_UP : 0, IFF_UP);

	return anl_transact(anl->route, &message, NULL, NULL, error, "set device %u %s", ifindex,
			    up ? "up" : "down");
}

int anl_link_set_mtu(struct anl *anl, uint32_t ifindex, uint32_t mtu, struct anl_error *error)
{
	struct anl_message message = change(ifindex, 0, 0);

	anl_put_u32(&message, IFLA_MTU, mtu);
	return anl_transact(anl->route, &message, NULL, NULL, error,
			    "set the MTU of device %u to %u", ifindex, mtu);
}

int anl_link_set_alias(struct anl *anl, uint32_t ifindex, const char *alias,
		       struct anl_error *error)
{
	struct anl_message message = change(ifindex, 0, 0);

	anl_put(&message, IFLA_IFALIAS, alias, strlen(alias));
	return anl_transact(anl->route, &message, NULL, NULL, error, "set the alias of device %u",
			    ifindex);
}

/* Where a dump hands its links on */
struct dump {
	const char *kind;
	int (*each)(const struct anl_link *link, void *context);
	void *context;
};

static int on_link(struct nlmsghdr *header, void *context)
{
	const struct dump *dump = context;
	struct anl_link link;
	int code = anl_link_decode(header, &link);

	if (code || (dump->kind && strcmp(dump->kind, link.kind)))
		return code;
	return dump->each(&link, dump->context);
}

static int keep(const struct anl_link *link, void *context)
{
	*(struct anl_link *)context = *link;
	return 0;
}

int anl_link_get(struct anl *anl, uint32_t ifindex, struct anl_link *link,
		 struct anl_error *error)
{
	struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	struct anl_message message = anl_message_route(RTM_GETLINK, 0, &fixed, sizeof(fixed));
	struct dump dump = { NULL, keep, link };

	return anl_transact(anl->route, &message, on_link, &dump, error, "find device %u",
			    ifindex);
}

int anl_link_find(struct anl *anl, const char *name, struct anl_link *link,
		  struct anl_error *error)
{
	struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC };
	struct anl_message message = anl_message_route(RTM_GETLINK, 0, &fixed, sizeof(fixed));
	struct dump dump = { NULL, keep, link };

	anl_put_string(&message, IFLA_IFNAME, name);
	return anl_transact(anl->route, &message, on_link, &dump, error, "find device %s", name);
}

int anl_link_dump(struct anl *anl, const char *kind,
		  int (*each)(const struct anl_link *link, void *context), void *context,
		  struct anl_error *error)
{
	struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC };
	struct anl_message message = anl_message_route(RTM_GETLINK, NLM_F_DUMP, &fixed,
						       sizeof(fixed));
	struct dump dump = { kind, each, context };

	return anl_transact(anl->route, &message, on_link, &dump, error, "list the devices");
}

static int write_setting(const char *family, const char *name, bool on, struct anl_error *error)
{
	char path[120];
	int file;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/ignore_routes_with_linkdown",
		 family, name);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return anl_fail(error, errno, "cannot open %s: %s", path, strerror(errno));
	if (write(file, on ? "1" : "0", 1) != 1) {
		int code = errno;

		close(file);
		return anl_fail(error, code, "cannot write %s: %s", path, strerror(code));
	}
	close(file);
	return 0;
}

int anl_link_ignore_linkdown(const char *name, bool ignore, struct anl_error *error)
{
	int code = write_setting("ipv4", name, ignore, error);

	if (code)
		return code;
	code = write_setting("ipv6", name, ignore, error);
	/* A host without IPv6 has no routes of it to ignore */
	return code == -ENOENT ? 0 : code;
}

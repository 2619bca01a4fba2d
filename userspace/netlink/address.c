// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of devices: declared in link.h.
 */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink/link_message.h"
#include "netlink/request.h"

static struct anl_message begin(uint16_t type, int flags, uint32_t ifindex,
				const struct anl_prefix *address)
{
	struct ifaddrmsg fixed = {
		.ifa_family = (uint8_t)address->address.family,
		.ifa_prefixlen = address->length,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = ifindex,
	};
	struct anl_message message = anl_message_route(type, flags, &fixed, sizeof(fixed));

	anl_put_address(&message, IFA_LOCAL, &address->address);
	anl_put_address(&message, IFA_ADDRESS, &address->address);
	return message;
}

int anl_address_add(struct anl *anl, uint32_t ifindex, const struct anl_prefix *address,
		    struct anl_error *error)
{
	struct anl_message message = begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
					   address);
	char text[ANL_PREFIX_TEXT];

	/* Nothing on a point-to-point device could hold a duplicate: usable at once */
	if (address->address.family == AF_INET6)
		anl_put_u32(&message, IFA_FLAGS, IFA_F_NODAD);
	return anl_transact(anl->route, &message, NULL, NULL, error, "add address %s to device %u",
			    anl_prefix_format(address, text), ifindex);
}

int anl_address_del(struct anl *anl, uint32_t ifindex, const struct anl_prefix *address,
		    struct anl_error *error)
{
	struct anl_message message = begin(RTM_DELADDR, 0, ifindex, address);
	char text[ANL_PREFIX_TEXT];
	int code = anl_transact(anl->route, &message, NULL, NULL, error,
				"remove address %s from device %u",
				anl_prefix_format(address, text), ifindex);

	return code == -EADDRNOTAVAIL ? 0 : code;
}

int anl_address_decode(struct nlmsghdr *header, uint32_t *ifindex, struct anl_prefix *address)
{
	const struct ifaddrmsg *fixed;
	struct nlattr *a[IFA_MAX + 1], *local;

	if (!nlmsg_valid_hdr(header, sizeof(*fixed)) ||
	    nlmsg_parse(header, sizeof(*fixed), a, IFA_MAX, NULL) < 0)
		return -EBADMSG;
	fixed = nlmsg_data(header);
	/* IFA_ADDRESS is the peer's on a point-to-point device; IPv6 often has it alone */
	local = a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS];
	if (!local || !anl_get_address(local, &address->address) ||
	    address->address.family != fixed->ifa_family)
		return -EBADMSG;
	*ifindex = fixed->ifa_index;
	address->length = fixed->ifa_prefixlen;
	return 0;
}

/* Where a dump hands its addresses on */
struct dump {
	uint32_t ifindex;
	int (*each)(uint32_t ifindex, const struct anl_prefix *address, void *context);
	void *context;
};

static int on_address(struct nlmsghdr *header, void *context)
{
	const struct dump *dump = context;
	struct anl_prefix address;
	uint32_t ifindex;
	int code = anl_address_decode(header, &ifindex, &address);

	if (code || (dump->ifindex && dump->ifindex != ifindex))
		return code;
	return dump->each(ifindex, &address, dump->context);
}

int anl_address_dump(struct anl *anl, uint32_t ifindex,
		     int (*each)(uint32_t ifindex, const struct anl_prefix *address,
				 void *context),
		     void *context, struct anl_error *error)
{
	struct ifaddrmsg fixed = { .ifa_family = AF_UNSPEC };
	struct anl_message message = anl_message_route(RTM_GETADDR, NLM_F_DUMP, &fixed,
						       sizeof(fixed));
	struct dump dump = { ifindex, each, context };

	return anl_transact(anl->route, &message, on_address, &dump, error, "list the addresses");
}

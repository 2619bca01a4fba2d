// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules that choose a routing table: declared in route.h.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "netlink/request.h"
#include "netlink/route.h"

static struct anl_message begin(uint16_t type, int flags, const struct anl_rule *rule)
{
	struct fib_rule_hdr fixed = {
		.family = (uint8_t)rule->family,
		.dst_len = rule->destination.address.family ? rule->destination.length : 0,
		.table = RT_TABLE_UNSPEC,
		.action = FR_ACT_TO_TBL,
		.flags = rule->invert ? FIB_RULE_INVERT : 0,
	};
	struct anl_message message = anl_message_route(type, flags, &fixed, sizeof(fixed));

	anl_put_u32(&message, FRA_PRIORITY, rule->priority);
	anl_put_u32(&message, FRA_TABLE, rule->table ? rule->table : RT_TABLE_MAIN);
	anl_put_u8(&message, FRA_PROTOCOL, ANL_ROUTE_PROTOCOL);
	if (fixed.dst_len)
		anl_put_address(&message, FRA_DST, &rule->destination.address);
	if (rule->mark_mask) {
		anl_put_u32(&message, FRA_FWMARK, rule->mark);
		anl_put_u32(&message, FRA_FWMASK, rule->mark_mask);
	}
	if (rule->suppress_prefix >= 0)
		anl_put_u32(&message, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppress_prefix);
	return message;
}

int anl_rule_add(struct anl *anl, const struct anl_rule *rule, struct anl_error *error)
{
	struct anl_message message = begin(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
	int code = anl_transact(anl->route, &message, NULL, NULL, error, "add rule %u",
				rule->priority);

	return code == -EEXIST ? 0 : code;
}

int anl_rule_del(struct anl *anl, const struct anl_rule *rule, struct anl_error *error)
{
	struct anl_message message = begin(RTM_DELRULE, 0, rule);
	int code = anl_transact(anl->route, &message, NULL, NULL, error, "remove rule %u",
				rule->priority);

	return code == -ENOENT ? 0 : code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/rules.h"

#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/rule.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/log.h"
#include "aditd/memory.h"
#include "netlink/route.h"

void rules_init(struct rules *rules, struct anl *anl, uint32_t mark, uint32_t table)
{
	*rules = (struct rules) { .anl = anl, .mark = mark, .table = table };
}

static void flush_one(struct nl_object *object, void *context)
{
	struct rtnl_rule *rule = (struct rtnl_rule *)object;
	uint8_t protocol;

	if (!rtnl_rule_get_protocol(rule, &protocol) && protocol == ANL_ROUTE_PROTOCOL)
		rtnl_rule_delete(context, rule, 0);
}

void rules_flush(void)
{
	struct nl_sock *dump = nl_socket_alloc(), *change = nl_socket_alloc();
	struct nl_cache *cache = NULL;

	if (dump && change && !nl_connect(dump, NETLINK_ROUTE) &&
	    !nl_connect(change, NETLINK_ROUTE) && !rtnl_rule_alloc_cache(dump, AF_UNSPEC, &cache))
		nl_cache_foreach(cache, flush_one, change);
	nl_cache_free(cache);
	nl_socket_free(dump);
	nl_socket_free(change);
}

static struct anl_rule rule_mark(const struct rules *rules, int family)
{
	return (struct anl_rule) {
		.family = family, .priority = RULES_PRIORITY_MARK, .mark = rules->mark,
		.mark_mask = UINT32_MAX, .table = RT_TABLE_MAIN, .suppress_prefix = -1,
	};
}

static uint32_t priority_of(const struct anl_prefix *prefix)
{
	return RULES_PRIORITY + 2 * (128 - prefix->length);
}

static struct anl_rule rule_main(const struct anl_prefix *prefix)
{
	return (struct anl_rule) {
		.family = prefix->address.family, .priority = priority_of(prefix),
		.destination = *prefix, .table = RT_TABLE_MAIN, .suppress_prefix = prefix->length,
	};
}

static struct anl_rule rule_table(const struct rules *rules, const struct anl_prefix *prefix)
{
	return (struct anl_rule) {
		.family = prefix->address.family, .priority = priority_of(prefix) + 1,
		.destination = *prefix, .table = rules->table, .suppress_prefix = -1,
	};
}

static bool prefix_equal(const struct anl_prefix *a, const struct anl_prefix *b)
{
	return a->length == b->length && anl_address_equal(&a->address, &b->address);
}

static size_t users_of_family(const struct rules *rules, int family)
{
	size_t count = 0, i;

	for (i = 0; i < rules->count; i++)
		count += rules->list[i].prefix.address.family == family;
	return count;
}

static void withdraw(struct rules *rules, const struct anl_prefix *prefix, bool mark)
{
	struct anl_rule list[] = {
		rule_table(rules, prefix), rule_main(prefix),
		rule_mark(rules, prefix->address.family),
	};
	struct anl_error error;
	size_t i;

	for (i = 0; i < (mark ? 3 : 2); i++)
		if (anl_rule_del(rules->anl, &list[i], &error) < 0)
			log_warning("%s", error.text);
}

int rules_add(struct rules *rules, const struct anl_prefix *prefix, struct anl_error *error)
{
	struct anl_rule list[] = {
		rule_mark(rules, prefix->address.family), rule_main(prefix),
		rule_table(rules, prefix),
	};
	size_t i;
	int err;

	for (i = 0; i < rules->count; i++)
		if (prefix_equal(&rules->list[i].prefix, prefix)) {
			rules->list[i].users++;
			return 0;
		}
	for (i = 0; i < 3; i++) {
		err = anl_rule_add(rules->anl, &list[i], error);
		if (err) {
			withdraw(rules, prefix, !users_of_family(rules, prefix->address.family));
			return err;
		}
	}
	rules->list = memory_array(rules->list, rules->count + 1, sizeof(*rules->list));
	rules->list[rules->count].prefix = *prefix;
	rules->list[rules->count++].users = 1;
	return 0;
}

void rules_del(struct rules *rules, const struct anl_prefix *prefix)
{
	size_t i;

	for (i = 0; i < rules->count; i++)
		if (prefix_equal(&rules->list[i].prefix, prefix))
			break;
	if (i == rules->count || --rules->list[i].users)
		return;
	rules->list[i] = rules->list[--rules->count];
	withdraw(rules, prefix, !users_of_family(rules, prefix->address.family));
}

bool rules_needed(const struct rules *rules)
{
	return rules->count;
}

void rules_free(struct rules *rules)
{
	free(rules->list);
	memset(rules, 0, sizeof(*rules));
}

// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/inet.h>

#include "../device.h"
#include "../sa.h"
#include "../spd.h"

/* An SA with one selector; src and dst are "address/length" of IPv4, or NULL. */
struct rule {
	const char *src, *dst;
	u8 protocol;
	u16 dport_min, dport_max;
};

static const struct rule rules[] = {
	/* 0 */ { NULL, NULL },
	/* 1 */ { NULL, "10.0.0.0/8" },
	/* 2 */ { NULL, "10.2.0.0/16" },
	/* 3 */ { NULL, "10.2.3.4/32" },
	/* 4 */ { "10.1.0.0/16", "10.2.0.0/16" },
	/* 5 */ { NULL, "10.2.0.0/16", IPPROTO_UDP },
	/* 6 */ { NULL, "10.2.0.0/16", IPPROTO_UDP, 53, 53 },
	/* 7 */ { NULL, "10.2.0.0/16", IPPROTO_UDP, 1000, 1999 },
	/* 8: newer than 2, else equal */ { NULL, "10.3.0.0/16" },
	/* 9 */ { NULL, "10.3.0.0/16" },
	/* 10: ranges in each other, and beside */ { NULL, "10.4.0.0/16", IPPROTO_UDP, 1500, 1599 },
	/* 11 */ { NULL, "10.4.0.0/16", IPPROTO_UDP, 1000, 1999 },
	/* 12 */ { NULL, "10.4.0.0/16", IPPROTO_UDP, 2000, 2999 },
	/* 13 */ { NULL, "10.4.0.0/16", IPPROTO_UDP, 0, 65535 },
	/* 14: the two overlap */ { NULL, "10.5.0.0/16", IPPROTO_UDP, 1000, 1050 },
	/* 15 */ { NULL, "10.5.0.0/16", IPPROTO_UDP, 1020, 1060 },
};

/* The rule that a packet takes; -1: none. */
static const struct {
	const char *src, *dst;
	u8 protocol;
	int dport;
	int expected;
} packets[] = {
	/* 0 */ { "1.1.1.1", "9.9.9.9", IPPROTO_TCP, 80, 0 },
	/* 1 */ { "1.1.1.1", "10.9.9.9", IPPROTO_TCP, 80, 1 },
	/* 2 */ { "1.1.1.1", "10.2.9.9", IPPROTO_TCP, 80, 2 },
	/* 3: the longest destination goes before all else */
	{ "10.1.1.1", "10.2.3.4", IPPROTO_UDP, 53, 3 },
	/* 4: then the longest source */ { "10.1.1.1", "10.2.3.5", IPPROTO_UDP, 53, 4 },
	/* 5 */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, 7, 5 },
	/* 6 */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, 53, 6 },
	/* 7 */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, 1000, 7 },
	/* 8 */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, 1999, 7 },
	/* 9 */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, 2000, 5 },
	/* 10: ports that cannot be seen */ { "1.1.1.1", "10.2.3.5", IPPROTO_UDP, -1, 5 },
	/* 11: the newest of equals */ { "1.1.1.1", "10.3.3.5", IPPROTO_UDP, 53, 9 },
	/* 12: the narrower range */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1500, 10 },
	/* 13 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1599, 10 },
	/* 14 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1600, 11 },
	/* 15 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1499, 11 },
	/* 16 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1000, 11 },
	/* 17 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 1999, 11 },
	/* 18 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 2000, 12 },
	/* 19 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 2999, 12 },
	/* 20 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 3000, 13 },
	/* 21 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 0, 13 },
	/* 22 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, 65535, 13 },
	/* 23 */ { "1.1.1.1", "10.4.3.5", IPPROTO_UDP, -1, 1 },
	/* 24 */ { "1.1.1.1", "10.5.3.5", IPPROTO_UDP, 1019, 14 },
	/* 25: the newest of equals */ { "1.1.1.1", "10.5.3.5", IPPROTO_UDP, 1030, 15 },
	/* 26 */ { "1.1.1.1", "10.5.3.5", IPPROTO_UDP, 1060, 15 },
	/* 27 */ { "1.1.1.1", "10.5.3.5", IPPROTO_UDP, 1061, 1 },
};

static void parse(const char *text, union adit_addr *addr, u8 *len)
{
	const char *slash;

	if (!text)
		return;
	in4_pton(text, -1, (u8 *)&addr->ip4, '/', &slash);
	*len = 32;
	if (*slash == '/' && kstrtou8(slash + 1, 10, len))
		*len = 0;
}

static struct adit_sa *make_sa(struct kunit *test, const struct rule *rule)
{
	struct adit_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	struct adit_selector *selector = kunit_kzalloc(test, sizeof(*selector), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	KUNIT_ASSERT_NOT_NULL(test, selector);
	INIT_LIST_HEAD(&sa->rules);
	sa->direction = ADIT_DIRECTION_OUT;
	sa->proto = IPPROTO_ESP;
	sa->mode = ADIT_MODE_TUNNEL;
	sa->selectors = selector;
	sa->selector_count = 1;
	selector->family = rule->dst ? AF_INET : AF_UNSPEC;
	parse(rule->src, &selector->src, &selector->src_len);
	parse(rule->dst, &selector->dst, &selector->dst_len);
	selector->protocol = rule->protocol;
	selector->has_dport = rule->dport_max;
	selector->dport_min = rule->dport_min;
	selector->dport_max = rule->dport_max;
	return sa;
}

static struct adit_sa *lookup(struct adit_spd *spd, unsigned int i)
{
	struct adit_flow flow = { .family = AF_INET, .protocol = packets[i].protocol,
				  .has_ports = packets[i].dport >= 0,
				  .dport = max(packets[i].dport, 0) };
	struct adit_sa *sa;
	u8 len;

	parse(packets[i].src, &flow.src, &len);
	parse(packets[i].dst, &flow.dst, &len);
	rcu_read_lock();
	sa = adit_spd_lookup_any(spd, false) ?: adit_spd_lookup(spd, &flow);
	rcu_read_unlock();
	return sa;
}

static void test_order(struct kunit *test)
{
	struct adit_sa *sas[ARRAY_SIZE(rules)];
	struct adit_spd spd = {};
	unsigned int i;

	mutex_lock(&adit_config_lock);
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		sas[i] = make_sa(test, &rules[i]);
		KUNIT_EXPECT_EQ(test, 0, adit_spd_add(&spd, sas[i]));
	}
	for (i = 0; i < ARRAY_SIZE(packets); i++)
		KUNIT_EXPECT_PTR_EQ_MSG(test, sas[packets[i].expected], lookup(&spd, i),
					"packet %u", i);

	/* The newest goes, the one before it is there again. */
	adit_spd_remove(&spd, sas[9]);
	KUNIT_EXPECT_PTR_EQ(test, sas[8], lookup(&spd, 11));
	adit_spd_remove(&spd, sas[3]);
	KUNIT_EXPECT_PTR_EQ(test, sas[4], lookup(&spd, 3));

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (i != 3 && i != 9)
			adit_spd_remove(&spd, sas[i]);
	for (i = 0; i < ARRAY_SIZE(packets); i++)
		KUNIT_EXPECT_NULL(test, lookup(&spd, i));
	mutex_unlock(&adit_config_lock);

	synchronize_rcu();
	adit_spd_free(&spd);
}

/* The short way is taken when, and only when, nothing depends on the packet. */
static void test_any(struct kunit *test)
{
	struct adit_sa *all = make_sa(test, &rules[0]), *some = make_sa(test, &rules[2]);
	struct adit_spd spd = {};

	mutex_lock(&adit_config_lock);
	KUNIT_EXPECT_EQ(test, 0, adit_spd_add(&spd, all));
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, all, adit_spd_lookup_any(&spd, false));
	KUNIT_EXPECT_PTR_EQ(test, all, adit_spd_lookup_any(&spd, true));
	rcu_read_unlock();

	KUNIT_EXPECT_EQ(test, 0, adit_spd_add(&spd, some));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, adit_spd_lookup_any(&spd, false));
	KUNIT_EXPECT_PTR_EQ(test, all, adit_spd_lookup_any(&spd, true));
	rcu_read_unlock();

	adit_spd_remove(&spd, some);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, all, adit_spd_lookup_any(&spd, false));
	rcu_read_unlock();
	adit_spd_remove(&spd, all);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, adit_spd_lookup_any(&spd, false));
	rcu_read_unlock();
	mutex_unlock(&adit_config_lock);

	synchronize_rcu();
	adit_spd_free(&spd);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_any),
	{}
};

static struct kunit_suite suite = { .name = "adit-spd", .test_cases = cases };

kunit_test_suite(suite);

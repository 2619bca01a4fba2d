// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "../fragments.h"

/* @known: the destination port that is known of it then; -1: none */
struct fragment {
	u64 owner;
	u32 id;
	u8 from;
	u16 offset;
	bool more;
	u16 dport;
	int known;
};

static const struct fragment fragments[] = {
	/* 0: overtook its first one */ { 0, 7, 1, 1232, true, 0, -1 },
	/* 1 */ { 0, 7, 1, 0, true, 5000, 5000 },
	/* 2 */ { 0, 7, 1, 1232, true, 0, 5000 },
	/* 3 */ { 0, 7, 1, 2464, false, 0, 5000 },
	/* 4: another datagram */ { 0, 8, 1, 1232, false, 0, -1 },
	/* 5: of another sender */ { 0, 7, 2, 1232, false, 0, -1 },
	/* 6: over another SA */ { 1, 7, 1, 1232, false, 0, -1 },
	/* 7: two at a time */ { 1, 7, 1, 0, true, 6000, 6000 },
	/* 8 */ { 1, 7, 1, 1232, false, 0, 6000 },
	/* 9 */ { 0, 7, 1, 1232, false, 0, 5000 },
	/* 10: the ID again */ { 0, 7, 1, 0, true, 5001, 5001 },
	/* 11 */ { 0, 7, 1, 1232, false, 0, 5001 },
	/* 12: alone (RFC 8200 4.5) */ { 0, 9, 1, 0, false, 5002, 5002 },
	/* 13 */ { 0, 9, 1, 1232, false, 0, -1 },
};

static struct sk_buff *make_skb(struct kunit *test, const struct fragment *fragment)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct ipv6hdr *ip6h;
	struct frag_hdr *frag;
	struct udphdr *uh;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->protocol = htons(ETH_P_IPV6);
	skb_reset_network_header(skb);
	ip6h = skb_put_zero(skb, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->nexthdr = NEXTHDR_FRAGMENT;
	ip6h->payload_len = htons(sizeof(*frag) + sizeof(*uh));
	ip6h->saddr.s6_addr[15] = fragment->from;

	frag = skb_put_zero(skb, sizeof(*frag));
	frag->nexthdr = IPPROTO_UDP;
	frag->frag_off = htons(fragment->offset | fragment->more);
	frag->identification = htonl(fragment->id);

	/* In a later one this is data. */
	uh = skb_put_zero(skb, sizeof(*uh));
	uh->dest = htons(fragment->dport);
	return skb;
}

static int known_port(struct kunit *test, struct adit_fragments *table,
		      const struct fragment *fragment)
{
	struct sk_buff *skb = make_skb(test, fragment);
	struct adit_flow flow;

	KUNIT_EXPECT_TRUE(test, adit_flow_dissect(&flow, skb));
	local_bh_disable();
	adit_fragments_track(table, fragment->owner, &flow, skb);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, flow.protocol, IPPROTO_UDP);
	kfree_skb(skb);
	return flow.has_ports ? flow.dport : -1;
}

static struct adit_fragments *make_table(struct kunit *test)
{
	struct adit_fragments *table = kunit_kzalloc(test, sizeof(*table), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, table);
	adit_fragments_init(table);
	return table;
}

static void test_ports(struct kunit *test)
{
	struct adit_fragments *table = make_table(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fragments); i++)
		KUNIT_EXPECT_EQ_MSG(test, fragments[i].known,
				    known_port(test, table, &fragments[i]), "fragment %u", i);
}

/* Of more than fit, the oldest is forgotten. */
static void test_many(struct kunit *test)
{
	struct adit_fragments *table = make_table(test);
	struct fragment first = { .more = true, .dport = 53 }, later = { .offset = 8 };

	for (first.id = 0; first.id <= ADIT_FRAGMENTS; first.id++)
		KUNIT_EXPECT_EQ(test, 53, known_port(test, table, &first));
	for (later.id = 0; later.id <= ADIT_FRAGMENTS; later.id++)
		KUNIT_EXPECT_EQ(test, later.id ? 53 : -1, known_port(test, table, &later));
}

/* What was seen a minute ago is forgotten. */
static void test_old(struct kunit *test)
{
	struct adit_fragments *table = make_table(test);
	const struct fragment first = { .more = true, .dport = 53 }, later = { .offset = 8 };

	KUNIT_EXPECT_EQ(test, 53, known_port(test, table, &first));
	table->datagram[0].until -= 61 * HZ;
	KUNIT_EXPECT_EQ(test, -1, known_port(test, table, &later));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_ports),
	KUNIT_CASE(test_many),
	KUNIT_CASE(test_old),
	{}
};

static struct kunit_suite suite = { .name = "adit-fragments", .test_cases = cases };

kunit_test_suite(suite);

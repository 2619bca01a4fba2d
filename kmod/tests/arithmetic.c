// SPDX-License-Identifier: GPL-2.0
/* MTU and ECN. */
#include <kunit/test.h>

#include "../ecn.h"
#include "../pmtu.h"

/* For all paths: what is said to fit does, and one byte more does not. */
static void test_mtu_is_exact(struct kunit *test)
{
	static const unsigned int blocks[] = { 1, 4, 8, 16 };
	struct adit_overhead overhead;
	unsigned int i, path, mtu, len;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		overhead = (struct adit_overhead){ .fixed = 52 + i, .outside = i % 2 ? 20 : 0,
						   .block = blocks[i],
						   .trailer = blocks[i] > 1 ? 2 : 0 };
		for (path = 0; path < 2000; path++) {
			mtu = adit_overhead_mtu(&overhead, path);
			if (!mtu)
				continue;
			len = mtu - overhead.outside + overhead.trailer;
			KUNIT_EXPECT_LE(test, overhead.fixed + overhead.outside +
					roundup(len, overhead.block), path);
			KUNIT_EXPECT_GT(test, overhead.fixed + overhead.outside +
					roundup(len + 1, overhead.block), path);
		}
	}
}

/* The numbers of Amazon's table for a path of 1500 bytes, and others. */
static void test_mtu_known(struct kunit *test)
{
	static const struct {
		struct adit_overhead overhead;
		unsigned int path, mtu;
	} cases[] = {
		/* 0: GCM: IP 20, ESP 8, IV 8, ICV 16 */
		{ { 52, 0, 4, 2 }, 1500, 1446 },
		/* 1: GCM in UDP */
		{ { 60, 0, 4, 2 }, 1500, 1438 },
		/* 2: CBC with HMAC-SHA1-96: IP 20, ESP 8, IV 16, ICV 12 */
		{ { 56, 0, 16, 2 }, 1500, 1438 },
		/* 3: the same in UDP */
		{ { 64, 0, 16, 2 }, 1500, 1422 },
		/* 4: CBC with HMAC-SHA2-512-256 in UDP */
		{ { 84, 0, 16, 2 }, 1500, 1406 },
		/* 5: AH: no padding */
		{ { 44, 0, 1, 0 }, 1500, 1456 },
		/* 6: transport mode keeps the IP header outside */
		{ { 32, 20, 4, 2 }, 1500, 1466 },
		/* 7: no room */
		{ { 52, 0, 4, 2 }, 52, 0 },
		{ { 52, 0, 4, 2 }, 56, 2 },
		{ { 52, 0, 4, 2 }, 10, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].mtu,
				    adit_overhead_mtu(&cases[i].overhead, cases[i].path),
				    "row %u", i);
}

/* RFC 6040 figure 4. */
static void test_ecn(struct kunit *test)
{
	enum { NOT, ECT1, ECT0, CE };
	static const struct {
		u8 inner, outer;
		int expected;
	} figure[] = {
		{ NOT, NOT, NOT }, { NOT, ECT0, NOT }, { NOT, ECT1, NOT }, { NOT, CE, -1 },
		{ ECT0, NOT, ECT0 }, { ECT0, ECT0, ECT0 }, { ECT0, ECT1, ECT1 }, { ECT0, CE, CE },
		{ ECT1, NOT, ECT1 }, { ECT1, ECT0, ECT1 }, { ECT1, ECT1, ECT1 }, { ECT1, CE, CE },
		{ CE, NOT, CE }, { CE, ECT0, CE }, { CE, ECT1, CE }, { CE, CE, CE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(figure); i++)
		KUNIT_EXPECT_EQ_MSG(test, figure[i].expected,
				    adit_ecn_merge(0xfc | figure[i].outer, figure[i].inner),
				    "inner %u, outer %u", figure[i].inner, figure[i].outer);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_mtu_is_exact),
	KUNIT_CASE(test_mtu_known),
	KUNIT_CASE(test_ecn),
	{}
};

static struct kunit_suite suite = { .name = "adit-arithmetic", .test_cases = cases };

kunit_test_suite(suite);

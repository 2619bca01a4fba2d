// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "../replay.h"

/* One packet: its number, whether it must pass. A row with seq -1 starts anew. */
struct row {
	u32 window;
	u64 start;
	u64 seq;
	bool passes;
};

#define ANEW(window, start)	{ window, start, U64_MAX, true }
#define OK(seq)			{ 0, 0, seq, true }
#define REPLAY(seq)		{ 0, 0, seq, false }

static const struct row rows[] = {
	/* 0: RFC 4303 3.3.3: numbers begin with 1 */
	ANEW(32, 0), REPLAY(0), OK(1), REPLAY(1), OK(2), OK(4), OK(3), REPLAY(3), REPLAY(4),
	/* 9: both edges of the window */
	ANEW(32, 0), OK(32), OK(1), REPLAY(1), OK(33), REPLAY(1), OK(2), OK(65), REPLAY(33),
	OK(34), REPLAY(34),
	/* 20: an odd size, in the middle of a word */
	ANEW(33, 0), OK(100), OK(68), REPLAY(67), REPLAY(68), OK(69), OK(101), REPLAY(68),
	/* 28: a jump over the whole ring clears it all */
	ANEW(64, 0), OK(1), OK(2), OK(1000000), OK(999999), OK(999937), REPLAY(999936), REPLAY(2),
	/* 36: a jump to the same bit of the ring */
	ANEW(64, 0), OK(5), OK(133), OK(132), OK(70), REPLAY(69), REPLAY(133),
	/* 43: the largest window */
	ANEW(4096, 0), OK(4096), OK(1), OK(5000), OK(905), REPLAY(904), REPLAY(4096), OK(4999),
	/* 51: the last numbers of 32 bits */
	ANEW(32, 0xfffffff0), OK(0xffffffff), OK(0xfffffff1), REPLAY(0xfffffff0),
	REPLAY(0xffffffff),
	/* 56: over 2^32, which is a number as others for the window */
	ANEW(32, 0xfffffffeULL), OK(0xffffffffULL), OK(0x100000001ULL), OK(0x100000000ULL),
	REPLAY(0x100000000ULL), REPLAY(0xffffffffULL),
	/* 62: a window that starts in the middle has seen what was before */
	ANEW(64, 1000), REPLAY(1000), REPLAY(999), REPLAY(950), OK(1001), OK(1070), OK(1010),
	REPLAY(1006), REPLAY(1001),
	/* 71: a window of one */
	ANEW(1, 0), OK(1), REPLAY(1), OK(3), REPLAY(2), OK(4),
};

static void test_window(struct kunit *test)
{
	struct adit_replay replay = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].seq == U64_MAX) {
			adit_replay_free(&replay);
			KUNIT_ASSERT_EQ(test, 0, adit_replay_init(&replay, rows[i].window, true,
								  rows[i].start));
			continue;
		}
		KUNIT_EXPECT_EQ_MSG(test, rows[i].passes, adit_replay_check(&replay, rows[i].seq),
				    "check, row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rows[i].passes, adit_replay_advance(&replay, rows[i].seq),
				    "advance, row %u", i);
	}
	adit_replay_free(&replay);
}

/* Against the plainest model there is: a list of all that was seen. */
static void test_model(struct kunit *test)
{
	static const u32 windows[] = { 1, 31, 32, 33, 63, 64, 65, 128, 1000, 4096 };
	const unsigned int numbers = 16384;
	unsigned long *seen = kunit_kzalloc(test, BITS_TO_LONGS(numbers) * sizeof(*seen),
					    GFP_KERNEL);
	unsigned int i, w, top, seq, random;
	struct adit_replay replay;
	bool expected;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (w = 0; w < ARRAY_SIZE(windows); w++) {
		KUNIT_ASSERT_EQ(test, 0, adit_replay_init(&replay, windows[w], false, 0));
		bitmap_zero(seen, numbers);
		top = 0;
		random = 12345 + w;
		for (i = 0; i < 20000; i++) {
			random = random * 1664525 + 1013904223;
			seq = max_t(int, 0,
				    (int)top + (int)(random >> 16) % (int)(windows[w] + 40) -
					    (int)windows[w] - 20);
			if (seq >= numbers)
				break;
			expected = seq && (seq > top || (top - seq < windows[w] &&
							 !test_bit(seq, seen)));
			KUNIT_ASSERT_EQ_MSG(test, expected, adit_replay_advance(&replay, seq),
					    "window %u, top %u, number %u", windows[w], top, seq);
			if (expected)
				__set_bit(seq, seen);
			top = max(top, expected ? seq : 0);
		}
		adit_replay_free(&replay);
	}
}

/* RFC 4303 appendix A2.2, row by row. */
static void test_expand(struct kunit *test)
{
	static const struct {
		u32 window;
		u64 top;
		u32 low;
		u64 expected;
	} cases[] = {
		/* 0: before the window is full there is nothing below 0 */
		{ 64, 0, 1, 1 },
		{ 64, 10, 0xfffffff0, 0xfffffff0 },
		/* 2: case A, the window within one subspace */
		{ 64, 0x500000100ULL, 0x101, 0x500000101ULL },
		{ 64, 0x500000100ULL, 0xc1, 0x5000000c1ULL },
		{ 64, 0x500000100ULL, 0xc0, 0x6000000c0ULL },
		{ 64, 0x500000100ULL, 0xffffffff, 0x5ffffffffULL },
		{ 64, 0x50000003fULL, 0, 0x500000000ULL },
		/* 7: case B, the window over two subspaces */
		{ 64, 0x50000003eULL, 0xffffffff, 0x4ffffffffULL },
		{ 64, 0x50000003eULL, 0xfffffffe, 0x5fffffffeULL },
		{ 64, 0x500000000ULL, 0xffffffc1, 0x4ffffffc1ULL },
		{ 64, 0x500000000ULL, 0xffffffc0, 0x5ffffffc0ULL },
		{ 64, 0x500000000ULL, 1, 0x500000001ULL },
		/* 12: the end of a subspace */
		{ 64, 0x4ffffffffULL, 0, 0x500000000ULL },
		{ 64, 0x4ffffffffULL, 0xffffffc0, 0x4ffffffc0ULL },
		{ 4096, 0x100000000ULL, 0xfffff001, 0x0fffff001ULL },
		{ 1, 0x100000000ULL, 0, 0x100000000ULL },
	};
	struct adit_replay replay;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		replay = (struct adit_replay){ .window = cases[i].window, .esn = true,
					       .top = cases[i].top };
		KUNIT_EXPECT_EQ_MSG(test, cases[i].expected,
				    adit_replay_expand(&replay, cases[i].low), "row %u", i);
	}
	replay.esn = false;
	KUNIT_EXPECT_EQ(test, 7ULL, adit_replay_expand(&replay, 7));
}

static void test_no_window(struct kunit *test)
{
	struct adit_replay replay;

	KUNIT_ASSERT_EQ(test, 0, adit_replay_init(&replay, 0, false, 0));
	KUNIT_EXPECT_TRUE(test, adit_replay_advance(&replay, 7));
	KUNIT_EXPECT_TRUE(test, adit_replay_advance(&replay, 7));
	KUNIT_EXPECT_TRUE(test, adit_replay_advance(&replay, 1));
	KUNIT_EXPECT_EQ(test, 7ULL, replay.top);
	adit_replay_free(&replay);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_window),
	KUNIT_CASE(test_model),
	KUNIT_CASE(test_expand),
	KUNIT_CASE(test_no_window),
	{}
};

static struct kunit_suite suite = { .name = "adit-replay", .test_cases = cases };

kunit_test_suite(suite);

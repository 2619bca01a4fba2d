// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "replay.h"

static bool seen(const struct adit_replay *replay, u64 seq)
{
	return replay->bits[(seq / BITS_PER_LONG) & replay->mask] & BIT(seq % BITS_PER_LONG);
}

int adit_replay_init(struct adit_replay *replay, u32 window, bool esn, u64 top)
{
	u32 words;

	*replay = (struct adit_replay){ .top = top, .window = window, .esn = esn };
	if (!window)
		return 0;

	/* The word that the top is in is cleared when it is entered, so the
	 * window proper must fit into the others (RFC 6479 2).
	 */
	words = roundup_pow_of_two(DIV_ROUND_UP(window, BITS_PER_LONG) + 1);
	replay->mask = words - 1;
	replay->bits = kcalloc(words, sizeof(*replay->bits), GFP_KERNEL);
	if (!replay->bits)
		return -ENOMEM;

	/* A window that starts in the middle has seen all up to there: that
	 * keeps old packets out after an SA was resumed.
	 */
	if (top) {
		memset(replay->bits, 0xff, words * sizeof(*replay->bits));
		replay->bits[(top / BITS_PER_LONG) & replay->mask] =
			GENMASK(top % BITS_PER_LONG, 0);
	}
	return 0;
}

void adit_replay_free(struct adit_replay *replay)
{
	kfree(replay->bits);
	replay->bits = NULL;
}

u64 adit_replay_expand(const struct adit_replay *replay, u32 low)
{
	u64 top = READ_ONCE(replay->top);
	u32 top_low = lower_32_bits(top), top_high = upper_32_bits(top);
	/* Lowest number of the window. Before the window has filled it would
	 * be negative, which the modular arithmetic of case B must not see.
	 */
	u32 bottom = top_low - replay->window + 1;

	if (!replay->esn)
		return low;

	if (top < replay->window || top_low >= replay->window - 1) {
		/* RFC 4303 A2.2 case A: the window lies within one subspace */
		if (top >= replay->window && low < bottom)
			top_high++;
	} else {
		/* case B: it spans two */
		if (low >= bottom)
			top_high--;
	}
	return (u64)top_high << 32 | low;
}

bool adit_replay_check(const struct adit_replay *replay, u64 seq)
{
	u64 top = READ_ONCE(replay->top);

	if (!replay->window)
		return true;
	/* RFC 4303 3.3.3: the first packet has number 1; with ESN, 2^32 is
	 * an ordinary number that is sent as 0.
	 */
	if (!seq)
		return false;
	if (seq > top)
		return true;
	if (top - seq >= replay->window)
		return false;
	return !seen(replay, seq);
}

bool adit_replay_advance(struct adit_replay *replay, u64 seq)
{
	u64 word, last;

	if (!replay->window) {
		if (seq > replay->top)
			WRITE_ONCE(replay->top, seq);
		return true;
	}
	if (!adit_replay_check(replay, seq))
		return false;

	if (seq > replay->top) {
		last = seq / BITS_PER_LONG;
		word = replay->top / BITS_PER_LONG;
		/* A jump over the whole ring clears each word once. */
		if (last - word > replay->mask)
			word = last - replay->mask - 1;
		while (word != last)
			replay->bits[++word & replay->mask] = 0;
		WRITE_ONCE(replay->top, seq);
	}
	replay->bits[(seq / BITS_PER_LONG) & replay->mask] |= BIT(seq % BITS_PER_LONG);
	return true;
}

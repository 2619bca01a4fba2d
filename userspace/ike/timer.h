/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers inside the things they belong to, kept in a pairing heap: the soonest is found at once,
 * and arming never allocates, so it never fails.
 */
#ifndef ADIT_IKE_TIMER_H
#define ADIT_IKE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
	struct timer *child, *next,
		*prev; /* prev: the left sibling, or the parent of a first child */
	bool armed;
	uint64_t due; /* ms */
	uint64_t order; /* among equals the one that was armed first comes first: replays are exact
			 */
	void (*fire)(void *owner);
	void *owner;
};

struct timers {
	struct timer *root;
	uint64_t order;
};

void timer_init(struct timer *timer, void (*fire)(void *owner), void *owner);
/* Arms it for @due, also when it is armed already. */
void timer_set(struct timers *timers, struct timer *timer, uint64_t due);
/* As timer_set(), unless it is armed for an earlier time already. */
void timer_set_earlier(struct timers *timers, struct timer *timer, uint64_t due);
/* Disarms it; fine when it is not armed. */
void timer_clear(struct timers *timers, struct timer *timer);
/* The soonest, NULL when none is armed. */
struct timer *timers_first(const struct timers *timers);

#endif

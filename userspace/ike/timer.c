/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/timer.h"

void timer_init(struct timer *timer, void (*fire)(void *owner), void *owner)
{
	*timer = (struct timer){ .fire = fire, .owner = owner };
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

/* Makes the later of two roots the first child of the other. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	struct timer *other;

	if (!a || !b)
		return a ? a : b;
	if (before(b, a)) {
		other = a;
		a = b;
		b = other;
	}
	b->prev = a;
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* Two passes without recursion: pairs from left to right, then all of them from right to left. */
static struct timer *meld_siblings(struct timer *first)
{
	struct timer *pairs = NULL, *result = NULL;

	while (first) {
		struct timer *a = first, *b = first->next;

		first = b ? b->next : NULL;
		a->next = NULL;
		if (b)
			b->next = NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *next = pairs->next;

		pairs->next = NULL;
		result = meld(result, pairs);
		pairs = next;
	}
	if (result) {
		result->prev = NULL;
		result->next = NULL;
	}
	return result;
}

void timer_clear(struct timers *timers, struct timer *timer)
{
	struct timer *rest;

	if (!timer->armed)
		return;
	timer->armed = false;
	rest = meld_siblings(timer->child);
	timer->child = NULL;
	if (timers->root == timer) {
		timers->root = rest;
		return;
	}
	if (timer->prev->child == timer)
		timer->prev->child = timer->next;
	else
		timer->prev->next = timer->next;
	if (timer->next)
		timer->next->prev = timer->prev;
	timer->next = NULL;
	timer->prev = NULL;
	timers->root = meld(timers->root, rest);
}

void timer_set(struct timers *timers, struct timer *timer, uint64_t due)
{
	timer_clear(timers, timer);
	timer->armed = true;
	timer->due = due;
	timer->order = timers->order++;
	timer->child = NULL;
	timer->next = NULL;
	timer->prev = NULL;
	timers->root = meld(timers->root, timer);
}

void timer_set_earlier(struct timers *timers, struct timer *timer, uint64_t due)
{
	if (!timer->armed || due < timer->due)
		timer_set(timers, timer, due);
}

struct timer *timers_first(const struct timers *timers)
{
	return timers->root;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADIT_SELFTESTS_SIM_H
#define ADIT_SELFTESTS_SIM_H

#include <stdbool.h>

#include "../unit/lib/world.h"

/*
 * Two sides, two things that happen at once, and every order in which their messages can arrive,
 * with up to @losses of them lost. One TAP line for each case, numbered from @first on. Returns
 * how many cases failed; a failing one prints the order, and what both sides said.
 */
unsigned int interleavings(unsigned int first, unsigned int losses);
/* How many cases there are. */
unsigned int interleavings_count(void);

/* What a side said last, the least interesting left out. */
void tell_side(const struct side *s, const char *name);

#endif

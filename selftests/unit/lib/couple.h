/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sides of a world that are about to meet: the left, which is side 0, begins.
 */
#ifndef ADIT_SELFTESTS_COUPLE_H
#define ADIT_SELFTESTS_COUPLE_H

#include "world.h"

#define SECONDS 1000

/* Their connections before they are added; each has selectors of its own. */
struct couple {
	struct ike_connection left, right;
	struct ike_pair left_pair, right_pair;
};

/* For a world of at least two sides. */
void couple_make(struct couple *c, struct world *w);
/* A new world for them. */
struct world *couple_begin(struct couple *c, uint64_t seed);
/* Their engines get them. */
void couple_add(const struct couple *c, struct world *w);
/* So that they are up within @time; whether they are. */
bool couple_go(const struct couple *c, struct world *w, uint64_t time);
/* Whether both say that they are up. */
bool couple_up(struct world *w);
/* Fails the test unless packets get through both ways and all is as it must be. */
void couple_carries(struct world *w);
/* What a side sends with, to the other one; fails the test when there is nothing. */
struct world_sa *couple_outbound(struct world *w, unsigned int side);

#endif

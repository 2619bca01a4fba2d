// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "couple.h"

void couple_make(struct couple *c, struct world *w)
{
	c->left = world_connection(w, 0, 1);
	c->right = world_connection(w, 1, 0);
	c->left_pair = *c->left.pairs;
	c->right_pair = *c->right.pairs;
	c->left.pairs = &c->left_pair;
	c->right.pairs = &c->right_pair;
	c->left.start = IKE_START_ALWAYS;
}

struct world *couple_begin(struct couple *c, uint64_t seed)
{
	struct world *w = world_new(seed, 2);

	couple_make(c, w);
	return w;
}

void couple_add(const struct couple *c, struct world *w)
{
	world_add(w, 1, &c->right);
	world_add(w, 0, &c->left);
}

bool couple_go(const struct couple *c, struct world *w, uint64_t time)
{
	couple_add(c, w);
	return world_run(w, w->now + time, couple_up);
}

bool couple_up(struct world *w)
{
	return world_state(w, 0, "test") == IKE_STATE_ESTABLISHED &&
	       world_state(w, 1, "test") == IKE_STATE_ESTABLISHED;
}

void couple_carries(struct world *w)
{
	assert_null(world_check(w));
	assert_null(world_esp(w, 0, 1, true));
	assert_null(world_esp(w, 1, 0, true));
}

struct world_sa *couple_outbound(struct world *w, unsigned int side)
{
	const struct side *peer = &w->sides[!side];
	struct world_sa *sa = world_outbound(w, side, peer->nat ? &peer->public : &peer->address);

	assert_non_null(sa);
	return sa;
}

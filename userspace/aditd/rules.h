/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routing rules that keep the outer packets out of the tunnel that carries them.
 *
 * A route over a tunnel that also holds the tunnel's peer (a default route, or the peer itself
 * in transport mode) does not go into the main table but into one of our own, and three rules
 * lead to it:
 *
 *	15699		packets with our mark (IKE, and the device's outer packets): main
 *	15700 + 2 n	to PREFIX: main, but only its routes longer than PREFIX	(n = 128 - length)
 *	15701 + 2 n	to PREFIX: our table
 *
 * So a longer route of the host still wins, as it would with all of them in one table.
 */
#ifndef ADITD_RULES_H
#define ADITD_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "netlink/family.h"
#include "netlink/prefix.h"

#define RULES_PRIORITY_MARK	15699
#define RULES_PRIORITY		15700

struct rules {
	struct anl *anl;
	uint32_t mark, table;
	struct {
		struct anl_prefix prefix;
		unsigned int users;
	} *list;
	size_t count;
};

void rules_init(struct rules *rules, struct anl *anl, uint32_t mark, uint32_t table);
/* Removes what a predecessor left behind: all rules that carry ANL_ROUTE_PROTOCOL. */
void rules_flush(void);
/* Counted: the rules for a prefix go when the last user does. 0 or a negative errno. */
int rules_add(struct rules *rules, const struct anl_prefix *prefix, struct anl_error *error);
void rules_del(struct rules *rules, const struct anl_prefix *prefix);
/* Whether any is in place: outer packets then need the mark. */
bool rules_needed(const struct rules *rules);
void rules_free(struct rules *rules);

#endif

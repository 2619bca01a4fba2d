/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What world.c, world_network.c and world_kernel.c share.
 */
#ifndef ADIT_SELFTESTS_WORLD_INSIDE_H
#define ADIT_SELFTESTS_WORLD_INSIDE_H

#include "world.h"

/* Side N has the address that is N above this, the NAT in front of it the one above the next. */
#define WORLD_PRIVATE 0x0a000001 /* 10.0.0.1 */
#define WORLD_PUBLIC 0xc6120001 /* 198.18.0.1 */

/* Memory that is there, or the program ends. */
void *world_must(void *memory);

/* The datagrams under way, the next to arrive first. */
void world_push(struct world *w, struct datagram d);
struct datagram world_pop(struct world *w);
/* It arrives, or not. */
void world_deliver(struct world *w, struct datagram d);
/* Whose address this is, its own or its NAT's; NULL: nobody's. */
struct side *world_side_at(struct world *w, const struct ike_address *address);
/* The address that others see of a side. */
const struct ike_address *world_seen_at(const struct side *s);
/* SAs came or went: on_change. */
void world_tell(struct side *s);

/* The engine's ops */
void world_send(void *ctx, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		const uint8_t *bytes, size_t length);
int world_sa_install(void *ctx, const struct ike_sa *sa);
void world_sa_remove(void *ctx, const struct ike_sa *sa);
int world_sa_update(void *ctx, const struct ike_sa *sa);
/* All of a side's are gone. */
void world_sa_flush(struct side *s);

#endif

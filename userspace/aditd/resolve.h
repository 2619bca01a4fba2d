/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS names to addresses, without waiting.
 */
#ifndef ADITD_RESOLVE_H
#define ADITD_RESOLVE_H

#include <stddef.h>
#include <uv.h>

#include "ike/address.h"

#define RESOLVE_MAX 8			/* addresses that are kept, in the resolver's order */

struct resolve;

/* count 0: error says why. The request is gone when it is called. */
typedef void (*resolve_done)(void *ctx, const struct ike_address *addresses, size_t count,
			     const char *error);

/* family: AF_UNSPEC for both. NULL with nothing called when it cannot be begun. */
struct resolve *resolve_start(uv_loop_t *loop, const char *name, int family, resolve_done done,
			      void *ctx);
/* done will not be called. NULL is allowed. */
void resolve_cancel(struct resolve *resolve);

#endif

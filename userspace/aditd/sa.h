/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations from the engine to the kernel.
 */
#ifndef ADITD_SA_H
#define ADITD_SA_H

#include "ike/ike.h"
#include "netlink/sa.h"

struct daemon;

/* For struct ike_ops: 0 or a negative errno. What the kernel refuses is reported in its words. */
int sa_install(struct daemon *daemon, const struct ike_sa *sa);
void sa_remove(struct daemon *daemon, const struct ike_sa *sa);
int sa_update(struct daemon *daemon, const struct ike_sa *sa);

/* The kernel's counters of all SAs of a device: an array to be freed, NULL when there are none. */
struct anl_sa *sa_counters(struct daemon *daemon, uint32_t ifindex, size_t *count);

#endif

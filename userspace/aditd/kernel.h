/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells: events of the SAs to the engine, changes of links, addresses and routes
 * to the tunnels.
 */
#ifndef ADITD_KERNEL_H
#define ADITD_KERNEL_H

#include <stddef.h>

struct daemon;
struct kernel;

/* NULL with error. */
struct kernel *kernel_open(struct daemon *daemon, char *error, size_t size);
/* The loop must run once more. NULL is allowed. */
void kernel_close(struct kernel *kernel);

#endif

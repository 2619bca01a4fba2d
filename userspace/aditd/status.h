/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of tunnels as control.h describes it.
 */
#ifndef ADITD_STATUS_H
#define ADITD_STATUS_H

#include <jansson.h>

struct daemon;

/* An array of TUNNEL; name "": all. */
json_t *status_tunnels(struct daemon *daemon, const char *name);

#endif

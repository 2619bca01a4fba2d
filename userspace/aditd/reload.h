/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another configuration for the running daemon: only what changed is touched.
 */
#ifndef ADITD_RELOAD_H
#define ADITD_RELOAD_H

#include <jansson.h>
#include <stdbool.h>

#include "aditd/mistake.h"

struct daemon;

/* Arrays of tunnel names, the caller's. */
struct reload {
	json_t *added, *removed, *changed, *unchanged;
};

/* False, and nothing has changed, when there are mistakes. */
bool reload(struct daemon *daemon, struct reload *changes, struct mistakes *mistakes,
	    struct mistakes *warnings);
/* The same with the outcome to the log, for SIGHUP. */
void reload_and_log(struct daemon *daemon);

#endif

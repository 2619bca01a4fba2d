/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon in the background: the command returns when the daemon is ready, with status 0, or
 * when it could not start, with what went wrong on the terminal.
 */
#ifndef ADITD_BACKGROUND_H
#define ADITD_BACKGROUND_H

#include <stdbool.h>

/* Forks; the parent waits and does not return. Under systemd, which watches the process that it
 * started, nothing happens. False when there is no process to be had. */
bool background_enter(void);
/* Lets the parent go and leaves the terminal. Nothing without background_enter(). */
void background_ready(void);

#endif

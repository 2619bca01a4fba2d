/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root's powers, given away but for those that the daemon needs as long as it runs.
 */
#ifndef ADITD_PRIVILEGES_H
#define ADITD_PRIVILEGES_H

#include <stddef.h>

/* Keeps CAP_NET_ADMIN (netlink, sockets' policies and mark) and CAP_NET_BIND_SERVICE (port 500),
 * and forbids to gain any. 0 or -1 with error. */
int privileges_drop(char *error, size_t size);

#endif

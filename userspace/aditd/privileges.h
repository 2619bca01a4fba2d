/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root's powers, given away but for the one that the daemon needs as long as it runs.
 */
#ifndef ADITD_PRIVILEGES_H
#define ADITD_PRIVILEGES_H

#include <stddef.h>

/*
 * Keeps CAP_NET_ADMIN (netlink, the sockets' policies and mark), forbids to gain any, and forbids
 * system calls that the daemon has no use for. The UDP sockets must be bound already: their ports
 * are below 1024. 0 or -1 with error.
 */
int privileges_drop(char *error, size_t size);

#endif

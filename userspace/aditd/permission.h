/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may talk to the daemon: root, the daemon's own user, and the group adit.
 */
#ifndef ADITD_PERMISSION_H
#define ADITD_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Mode and group of the socket file. 0 or a negative errno. */
int permission_set(const char *path);
/* The process at the other end of a connected Unix socket may. */
bool permission_granted(int fd);

/*
 * A secret may belong to that user: root, whoever runs this, or the user that the installation has
 * made for the daemon, to whom its unit gives what root has put into its folder.
 */
bool permission_owner(uid_t user);

/*
 * Why a file cannot be read: that of errno code, and what to do where it is that the daemon has a
 * user of its own. Return: why.
 */
const char *permission_explain(const char *path, int code, char *why, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices over rtnetlink, for programs that make and remove them by the thousand: starting `ip`
 * each time costs a second on a kernel that checks itself.
 */
#ifndef RTNL_H
#define RTNL_H

/** rtnl_open - a socket in this namespace; exits when there is none. */
int rtnl_open(void);

/** rtnl_add - make a device. Returns 0 or a positive errno. */
int rtnl_add(int fd, const char *name, const char *kind);

/** rtnl_delete - remove a device. Returns 0 or a positive errno. */
int rtnl_delete(int fd, const char *name);

/** rtnl_set - set up or down, and the MTU where it is not 0. Returns 0 or a positive errno. */
int rtnl_set(int fd, const char *name, int up, unsigned int mtu);

#endif

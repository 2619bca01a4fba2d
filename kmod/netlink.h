/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: see adit.yaml. */
#ifndef _ADIT_NETLINK_H
#define _ADIT_NETLINK_H

#include <net/genetlink.h>

extern struct genl_family adit_family;

int adit_netlink_init(void);
void adit_netlink_exit(void);

#endif

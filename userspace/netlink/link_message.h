/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtnetlink messages as structures. Inside the library, and for its tests.
 */
#ifndef ADIT_NETLINK_LINK_MESSAGE_H
#define ADIT_NETLINK_LINK_MESSAGE_H

#include <netlink/msg.h>

#include "netlink/link.h"

/** anl_link_decode - RTM_NEWLINK or RTM_DELLINK. Return: 0 or -EBADMSG. */
int anl_link_decode(struct nlmsghdr *header, struct anl_link *link);

/** anl_address_decode - RTM_NEWADDR or RTM_DELADDR. Return: 0 or -EBADMSG. */
int anl_address_decode(struct nlmsghdr *header, uint32_t *ifindex, struct anl_prefix *address);

#endif

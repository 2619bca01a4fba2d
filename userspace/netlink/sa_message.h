/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs as attributes of the adit family, both ways. Inside the library, and for
 * its tests.
 */
#ifndef ADIT_NETLINK_SA_MESSAGE_H
#define ADIT_NETLINK_SA_MESSAGE_H

#include "netlink/events.h"
#include "netlink/request.h"
#include "netlink/sa.h"

/** anl_sa_encode - all that sa-add takes, the keys included. */
void anl_sa_encode(struct anl_message *message, const struct anl_sa *sa);

/** anl_sa_id_encode - what sa-del, sa-get and sa-set name an SA by. */
void anl_sa_id_encode(struct anl_message *message, const struct anl_sa_id *id);

/** anl_limits_encode - the nest of all limits, also when all are 0. */
void anl_limits_encode(struct anl_message *message, const struct anl_sa *sa);

/**
 * anl_sa_decode - read an SA out of a message
 *
 * Attributes that are not known are ignored; one that is too short, or an
 * address of a length that no address has, makes the message malformed.
 *
 * Return: 0, or -EBADMSG for a malformed message.
 */
int anl_sa_decode(struct nlmsghdr *header, struct anl_sa *sa);

/** anl_event_decode - the same for an event of the adit family. */
int anl_event_decode(struct nlmsghdr *header, struct anl_event *event);

/** anl_drops_decode - the nest "drops". Return: 0 or -EBADMSG. */
int anl_drops_decode(struct nlattr *nest, struct anl_drops *drops);

#endif

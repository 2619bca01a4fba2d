/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RESPONDER-LIFETIME (RFC 2407 4.6.3.1): the answer in quick mode repeats what was offered, so when
 * the responder's lifetime is shorter it says so beside it.
 */
#ifndef ADIT_IKE_LIFETIME_H
#define ADIT_IKE_LIFETIME_H

#include "ike/child.h"
#include "ike/message.h"

/* Shortens the child's lifetime to what the peer says, if it says so. */
void lifetime_read(struct child *c, const struct message *m);
/* The NOTIFY payload that tells the child's lifetime. */
void lifetime_write(struct builder *b, const struct child *c);

#endif

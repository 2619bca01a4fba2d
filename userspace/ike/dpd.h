/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dead peer detection (RFC 3706).
 */
#ifndef ADIT_IKE_DPD_H
#define ADIT_IKE_DPD_H

#include "ike/payload.h"
#include "ike/session.h"

/* Begins when phase 1 is established. */
void dpd_begin(struct session *s);
/* Ask at the next opportunity: something suggests that the peer has forgotten us. */
void dpd_ask_soon(struct session *s);
void dpd_fire(void *owner);
/* R-U-THERE or its ACK arrived, authenticated. */
void dpd_input(struct session *s, const struct notify *n);

#endif

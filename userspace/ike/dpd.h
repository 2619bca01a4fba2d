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
/* What took over from @s may not stand for the peer, and will soon be known to, or given up. */
bool dpd_doubts_heir(const struct session *s);
/* R-U-THERE or its ACK arrived, authenticated. */
void dpd_input(struct session *s, const struct notify *n);

#endif

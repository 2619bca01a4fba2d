/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mode config (draft-ietf-ipsec-isakmp-mode-cfg-05, and Cisco's Unity attributes): the client gets
 * an address inside, name servers, and the networks behind the server.
 */
#ifndef ADIT_IKE_MODE_CONFIG_H
#define ADIT_IKE_MODE_CONFIG_H

#include "ike/transaction.h"

/* Client: asks; its answer; the server sent something unasked. */
void mode_config_pull(struct session *s);
void mode_config_reply(struct session *s, const struct attributes *a);
void mode_config_set(struct exchange *x, const struct attributes *a);
/* The session is established: children with an address from before are replaced. */
void mode_config_settle(struct session *s);

/* Server: sends; the client has it; the client asks. */
void mode_config_push(struct session *s);
void mode_config_acknowledged(struct session *s);
void mode_config_request(struct exchange *x, const struct attributes *a);

#endif

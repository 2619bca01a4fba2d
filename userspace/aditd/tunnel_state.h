/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a tunnel and what went wrong with it last: kept, and told to the log and to those
 * who watch the control socket. tunnel_event() and tunnel_sent() (tunnel.h) are here too.
 */
#ifndef ADITD_TUNNEL_STATE_H
#define ADITD_TUNNEL_STATE_H

#include "aditd/tunnel.h"

/* What the engine says, or what a tunnel that it does not have is in. */
enum ike_state tunnel_state_now(const struct tunnel *tunnel);
/* Its state may be another one: told when the loop turns. */
void tunnel_touch(struct tunnel *tunnel);
/* The same at once. */
void tunnel_state_tell(struct tunnel *tunnel);
/* @code as in control.h; @final: the peer or the administrator must cure it. */
void tunnel_error_set(struct tunnel *tunnel, const char *code, const char *text, bool final);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about phase 2: quick mode whose only purpose is the peer's answer (ike_ask()).
 */
#ifndef ADIT_IKE_QUESTION_H
#define ADIT_IKE_QUESTION_H

#include "ike/connection.h"
#include "ike/exchange.h"

/*
 * Words as of ike_connection's esp, of one group or all without. False with one sentence in @error.
 */
bool question_ask(struct connection *c, const char *const *words, size_t count, char *error,
		  size_t size);
/*
 * The same with our own proposals where phase 2 is up and we are behind a NAT; but the answer is
 * left unanswered for @seconds, so that the peer repeats it, and nothing is sent unasked meanwhile:
 * which of the repetitions come in shows how long the NAT keeps its mapping.
 */
bool question_hush(struct connection *c, uint32_t seconds, char *error, size_t size);
/* The answer came: the silence begins. */
void question_hold(struct exchange *x);
/* The silence is over: the peer is told that nothing comes of it. */
void question_over(struct exchange *x);
/* Ends it early; nothing happens when there is none. */
void question_unhush(struct connection *c);
/*
 * The peer takes @takes, or NULL and it refuses with the notification @type, 0: it does not answer.
 * The exchange is over.
 */
void question_answered(struct exchange *x, const struct proposal *takes, uint16_t type);

#endif

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
 * The peer takes @takes, or NULL and it refuses with the notification @type, 0: it does not answer.
 * The exchange is over.
 */
void question_answered(struct exchange *x, const struct proposal *takes, uint16_t type);

#endif

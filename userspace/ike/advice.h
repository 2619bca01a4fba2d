/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What works in the certificates that are configured and should not stay as it is.
 */
#ifndef ADIT_IKE_ADVICE_H
#define ADIT_IKE_ADVICE_H

#include "ike/credentials.h"

/* @local_id: who we will say that we are. The rest as ike_connection_warnings(). */
void advise(const struct credentials *c, const struct identity *local_id, uint64_t time,
	    void (*warn)(void *ctx, const char *option, const char *text), void *ctx);

#endif

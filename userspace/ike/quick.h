/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quick mode (RFC 2409 5.5), with and without perfect forward secrecy, both roles.
 */
#ifndef ADIT_IKE_QUICK_H
#define ADIT_IKE_QUICK_H

#include "ike/child.h"
#include "ike/dh.h"

struct quick {
	struct child *child;
	struct pair *pair;
	uint64_t replaces; /* number of the child that is being rekeyed, or 0 */
	const struct dh_group *group;
	struct dh *dh;
	struct blob ni, nr;
	uint16_t encap; /* as offered on the wire */
	uint64_t begun;
	struct proposal_list *question; /* what the peer is asked about (question.h), or NULL */
	uint32_t hush; /* of a question: seconds of silence behind the answer */
};

void quick_free(struct quick *q);
/* Begins one for the pair; @replaces is the child to be rekeyed, or NULL. */
void quick_initiate(struct session *s, struct pair *p, struct child *replaces);
/*
 * Offers what @question holds, all of one group, in place of the connection's proposals, and ends
 * with the peer's answer, or @hush seconds after it: no SA comes of it. @question is taken over.
 * False: not begun.
 */
bool quick_ask(struct session *s, struct pair *p, struct proposal_list *question, uint32_t hush);
void quick_silence(struct exchange *x, bool final);
/* It is over without a child: as initiator we try again later. */
void quick_give_up(struct exchange *x);
/* The peer refused, under the phase 1's protection. */
void quick_refused(struct exchange *x, uint16_t type);
/* It began this one and wants it no more: nothing is sent again, and its SA goes. */
void quick_withdrawn(struct exchange *x);
/* The peer was seen on the new SA, or said CONNECTED: the exchange is complete. */
void quick_confirmed(struct child *c);

void quick_r1(struct exchange *x, const struct message *m);
void quick_i2(struct exchange *x, const struct message *m);
void quick_r3(struct exchange *x, const struct message *m);
void quick_i4(struct exchange *x, const struct message *m);

#endif

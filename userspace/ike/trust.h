/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a peer's certificate leads to a CA of ours: chain, dates, revocation lists, strength (RFC
 * 5280 6). What is wrong comes as a code and a sentence.
 */
#ifndef ADIT_IKE_TRUST_H
#define ADIT_IKE_TRUST_H

#include "ike/certificate.h"
#include "ike/events.h"

#define TRUST_DEPTH_MAX 6 /* CAs between the peer's certificate and one of ours */
#define TRUST_TEXT_MAX 512
#define TRUST_NAME_MAX 144 /* of a name in the texts, so that the cure is not cut off behind it */

struct trust_answer {
	enum ike_error error; /* IKE_ERROR_NONE: it is trusted */
	char text[TRUST_TEXT_MAX]; /* what is wrong and what to do */
	char weak[TRUST_TEXT_MAX]; /* what of the chain is weak or stale, "" when nothing */
};

/*
 * @anchors holds our CAs and revocation lists; each certificate in it ends a chain, also those of
 * intermediate CAs. @sent is what came with the peer's certificate, may be NULL. @time is Unix
 * time in seconds. A revocation list that is overdue still counts, and is told in @weak; where
 * there is none of an issuer, nothing of it is revoked.
 */
void trust_check(struct trust_answer *answer, X509_STORE *anchors, X509 *cert,
		 STACK_OF(X509) *sent, uint64_t time);

/* Only the dates and the key of one certificate, for one that is trusted by itself. */
void trust_check_pinned(struct trust_answer *answer, X509 *cert, uint64_t time);

#endif

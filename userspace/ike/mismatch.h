/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a peer's transform differs from a proposal of ours, and the sentence that says so. Inside of
 * proposal.h's functions.
 */
#ifndef ADIT_IKE_MISMATCH_H
#define ADIT_IKE_MISMATCH_H

#include "ike/proposal.h"
#include "ike/text.h"

/* Sets of enum proposal_difference; 0: the same. */
unsigned int mismatch_ike(const struct transform *t, const struct proposal *p, uint16_t auth);
/* @ke_len: length of the KE body that came with it, 0 for none; -1: not known, not compared. */
unsigned int mismatch_child(const struct transform *t, uint8_t protocol, const struct proposal *p,
			    uint16_t encap, int ke_len);

/* The pair of a peer's transform and a proposal of ours with the fewest differences so far. */
struct mismatch {
	const struct transform *theirs;
	uint8_t protocol; /* of theirs */
	const struct proposal *ours;
	unsigned int differs;
	uint16_t auth, encap; /* ours, as in the terms, and so is the next */
	bool bundle;
};

void mismatch_consider(struct mismatch *m, const struct transform *theirs, uint8_t protocol,
		       const struct proposal *ours, unsigned int differs);

/* Writes the sentence: what @offer holds, what we allow, the closest pair. @second may be NULL. */
void mismatch_explain(const struct mismatch *m, const struct offer *offer,
		      const struct proposal_list *first, const struct proposal_list *second,
		      char *why, size_t size);

/* A transform in the words of proposal_parse(), numbers where there is no word. */
void transform_print(struct text *text, const struct transform *t, uint8_t protocol);

#endif

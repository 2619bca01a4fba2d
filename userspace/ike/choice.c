// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phase 1: the SA payload that we send, and the choice from the one that the peer sent.
 */
#include "ike/mismatch.h"

void proposal_offer_ike(struct builder *b, const struct proposal_list *list,
			const struct ike_terms *terms)
{
	struct offer_writer o;
	const struct proposal *p;
	unsigned int i;

	offer_open(&o, b);
	offer_proposal_open(&o, 1, IKE_PROTO_ISAKMP, bytes_of(NULL, 0));
	for (i = 0; i < list->count; i++) {
		p = &list->item[i];
		offer_transform_open(&o, (uint8_t)(i + 1), IKE_TRANSFORM_KEY_IKE);
		attribute_write(&b->w, IKE_ATTR_CIPHER, p->cipher->number);
		if (p->cipher->key_attribute)
			attribute_write(&b->w, IKE_ATTR_KEY_LENGTH, p->cipher->key_attribute);
		attribute_write(&b->w, IKE_ATTR_HASH, p->hash->number);
		attribute_write(&b->w, IKE_ATTR_GROUP, p->group->number);
		attribute_write(&b->w, IKE_ATTR_AUTH, terms->auth);
		if (terms->seconds) {
			attribute_write(&b->w, IKE_ATTR_LIFE_TYPE, IKE_LIFE_SECONDS);
			attribute_write_life(&b->w, IKE_ATTR_LIFE_DURATION, terms->seconds);
		}
		if (terms->kilobytes) {
			attribute_write(&b->w, IKE_ATTR_LIFE_TYPE, IKE_LIFE_KILOBYTES);
			attribute_write_life(&b->w, IKE_ATTR_LIFE_DURATION, terms->kilobytes);
		}
		offer_transform_close(&o);
	}
	offer_proposal_close(&o);
	offer_close(&o);
}

static void choose(struct ike_choice *choice, const struct proposal *ours,
		   const struct offer_proposal *p, const struct transform *t)
{
	*choice = (struct ike_choice){
		.proposal = *ours,
		.proposal_number = p->number,
		.transform_number = t->number,
		.auth = t->auth,
		.seconds = t->seconds,
		.kilobytes = t->kilobytes,
		.attributes = t->attributes,
		.spi = p->spi,
	};
}

bool proposal_select_ike(struct ike_choice *choice, const struct offer *peer,
			 const struct proposal_list *list, const struct ike_terms *terms, char *why,
			 size_t size)
{
	struct mismatch closest = { .auth = terms->auth };
	const struct offer_proposal *p;
	const struct transform *t;
	unsigned int i, j, k, differs;

	for (i = 0; i < peer->proposals; i++) {
		p = &peer->proposal[i];
		for (j = 0; j < p->count; j++) {
			t = &peer->transform[p->first + j];
			for (k = 0; k < list->count; k++) {
				differs = mismatch_ike(t, &list->item[k], terms->auth);
				if (!differs) {
					choose(choice, &list->item[k], p, t);
					return true;
				}
				mismatch_consider(&closest, t, p->protocol, &list->item[k],
						  differs);
			}
		}
	}
	memset(choice, 0, sizeof(*choice));
	choice->differs = closest.differs;
	mismatch_explain(&closest, peer, list, NULL, why, size);
	return false;
}

bool proposal_accept_ike(struct ike_choice *choice, const struct offer *answer,
			 const struct proposal_list *list, const struct ike_terms *terms, char *why,
			 size_t size)
{
	struct text text;

	/* RFC 2408 4.2: the responder returns one proposal and of it one transform */
	if (answer->proposals == 1 && answer->transforms == 1)
		return proposal_select_ike(choice, answer, list, terms, why, size);
	memset(choice, 0, sizeof(*choice));
	choice->differs = PROPOSAL_DIFFERS_OTHER;
	text = text_of(why, size);
	text_add(&text,
		 "the peer's answer holds %u proposals with %u transforms instead of one "
		 "(RFC 2408 4.2)",
		 answer->proposals, answer->transforms);
	return false;
}

void proposal_answer_ike(struct builder *b, const struct ike_choice *choice)
{
	struct offer_writer o;

	offer_open(&o, b);
	offer_proposal_open(&o, choice->proposal_number, IKE_PROTO_ISAKMP, choice->spi);
	offer_transform_open(&o, choice->transform_number, IKE_TRANSFORM_KEY_IKE);
	writer_bytes(&b->w, choice->attributes);
	offer_transform_close(&o);
	offer_proposal_close(&o);
	offer_close(&o);
}

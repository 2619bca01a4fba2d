// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phase 2: the SA payload that we send, and the choice from that of the peer. Proposals of
 * one number are a bundle (RFC 2408 4.2): ESP, AH, or both around each other.
 */
#include "ike/mismatch.h"
#include "ike/payload.h"

bool encap_is_tunnel(uint16_t encap)
{
	return encap == IPSEC_ENCAP_TUNNEL || encap == IPSEC_ENCAP_UDP_TUNNEL ||
	       encap == IPSEC_ENCAP_UDP_TUNNEL_DRAFT;
}

bool encap_is_udp(uint16_t encap)
{
	return encap > IPSEC_ENCAP_TRANSPORT;
}

static bool has_group(const struct proposal_list *list, const struct dh_group *group)
{
	unsigned int i;

	for (i = 0; list && i < list->count; i++)
		if (list->item[i].group == group)
			return true;
	return false;
}

static void write_attributes(struct writer *w, const struct proposal *p,
			     const struct child_terms *terms)
{
	attribute_write(w, IPSEC_ATTR_ENCAP, terms->encap);
	if (p->esp_cipher && p->esp_cipher->key_attribute)
		attribute_write(w, IPSEC_ATTR_KEY_LENGTH, p->esp_cipher->key_attribute);
	if (p->esp_auth)
		attribute_write(w, IPSEC_ATTR_AUTH, p->esp_auth->attribute);
	if (p->group)
		attribute_write(w, IPSEC_ATTR_GROUP, p->group->number);
	if (p->esn)
		attribute_write(w, IPSEC_ATTR_ESN, 1);
	if (terms->seconds) {
		attribute_write(w, IPSEC_ATTR_LIFE_TYPE, IKE_LIFE_SECONDS);
		attribute_write_life(w, IPSEC_ATTR_LIFE_DURATION, terms->seconds);
	}
	if (terms->kilobytes) {
		attribute_write(w, IPSEC_ATTR_LIFE_TYPE, IKE_LIFE_KILOBYTES);
		attribute_write_life(w, IPSEC_ATTR_LIFE_DURATION, terms->kilobytes);
	}
}

static void offer_list(struct offer_writer *o, uint8_t number, uint8_t protocol,
		       const struct proposal_list *list, const struct child_terms *terms)
{
	const struct proposal *p;
	uint8_t spi[4] = { 0 };
	unsigned int i;

	spi_write(spi, protocol == IKE_PROTO_ESP ? terms->spi_esp : terms->spi_ah);
	offer_proposal_open(o, number, protocol, bytes_of(spi, sizeof(spi)));
	for (i = 0; i < list->count; i++) {
		p = &list->item[i];
		if (p->group != terms->group)
			continue;
		offer_transform_open(o, (uint8_t)(o->transforms + 1),
				     p->esp_cipher ? p->esp_cipher->transform :
						     p->esp_auth->ah_transform);
		write_attributes(&o->b->w, p, terms);
		offer_transform_close(o);
	}
	offer_proposal_close(o);
}

bool proposal_offer_child(struct builder *b, const struct proposal_list *esp,
			  const struct proposal_list *ah, const struct child_terms *terms)
{
	bool with_esp = has_group(esp, terms->group), with_ah = has_group(ah, terms->group);
	struct offer_writer o;

	if (terms->bundle ? !with_esp || !with_ah : !with_esp && !with_ah)
		return false;
	offer_open(&o, b);
	if (terms->bundle) {
		/* RFC 2408 4.2: AH first, it is the outermost */
		offer_list(&o, 1, IKE_PROTO_AH, ah, terms);
		offer_list(&o, 1, IKE_PROTO_ESP, esp, terms);
	} else {
		if (with_esp)
			offer_list(&o, 1, IKE_PROTO_ESP, esp, terms);
		if (with_ah)
			offer_list(&o, with_esp ? 2 : 1, IKE_PROTO_AH, ah, terms);
	}
	offer_close(&o);
	return true;
}

/* What a choice is made by. */
struct rules {
	const struct offer *peer;
	const struct proposal_list *esp, *ah;
	const struct child_terms *terms;
	int ke_len; /* -1: not compared */
	bool fixed_group; /* the group must be terms->group */
};

static const struct proposal_list *list_of(const struct rules *r, uint8_t protocol)
{
	static const struct proposal_list none;
	const struct proposal_list *list = NULL;

	if (protocol == IKE_PROTO_ESP)
		list = r->esp;
	else if (protocol == IKE_PROTO_AH)
		list = r->ah;
	return list ? list : &none;
}

/*
 * Of a bundle for a tunnel some peers call both SAs tunnels (Cisco, FreeS/WAN's heirs), others the
 * AH around it transport, as it is (KAME's racoon). Both mean the same packets.
 */
static bool goes_around(const struct rules *r, const struct offer_proposal *p,
			const struct transform *t)
{
	return r->terms->bundle && p->protocol == IKE_PROTO_AH && t->encap == IPSEC_ENCAP_TRANSPORT;
}

/* Of two lifetimes, 0 being none. */
static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a && (a < b || !b) ? a : b;
}

/* The peer's first transform of @p that a list of ours holds, and that fits the SA before it. */
static bool choose_sa(const struct rules *r, const struct offer_proposal *p,
		      struct child_choice *choice, struct mismatch *closest)
{
	const struct proposal_list *list = list_of(r, p->protocol);
	const struct proposal *ours;
	const struct transform *t;
	unsigned int j, k, differs;
	uint16_t encap;

	for (j = 0; j < p->count; j++) {
		t = &r->peer->transform[p->first + j];
		encap = goes_around(r, p, t) ? t->encap : r->terms->encap;
		for (k = 0; k < list->count; k++) {
			ours = &list->item[k];
			differs = mismatch_child(t, p->protocol, ours, encap, r->ke_len);
			if (r->fixed_group && ours->group != r->terms->group)
				differs |= PROPOSAL_DIFFERS_GROUP;
			/* RFC 2409 5.5: one key exchange, so a bundle has one group */
			if (choice->count && choice->group != ours->group)
				differs |= PROPOSAL_DIFFERS_GROUP;
			if (differs) {
				mismatch_consider(closest, t, p->protocol, ours, differs);
				continue;
			}
			choice->sa[choice->count++] = (struct child_sa){
				.protocol = p->protocol,
				.proposal = *ours,
				.spi = spi_read(p->spi),
				.transform_number = t->number,
				.attributes = t->attributes,
			};
			if (choice->count == 1 || p->protocol == IKE_PROTO_ESP)
				choice->encap = t->encap;
			choice->group = ours->group;
			choice->seconds = smaller(choice->seconds, t->seconds);
			choice->kilobytes = smaller(choice->kilobytes, t->kilobytes);
			return true;
		}
	}
	return false;
}

/* Whether @count proposals from @p on, all of one number, are protocols that we want together. */
static bool is_wanted(const struct rules *r, const struct offer_proposal *p, unsigned int count)
{
	if (!r->terms->bundle)
		return count == 1;
	return count == 2 && p[0].protocol != p[1].protocol;
}

static bool choose(struct child_choice *choice, const struct rules *r, char *why, size_t size)
{
	struct mismatch closest = { .encap = r->terms->encap, .bundle = r->terms->bundle };
	const struct offer_proposal *p = r->peer->proposal;
	unsigned int i, j, count;

	for (i = 0; i < r->peer->proposals; i += count) {
		for (count = 1; i + count < r->peer->proposals; count++)
			if (p[i + count].number != p[i].number)
				break;
		memset(choice, 0, sizeof(*choice));
		choice->proposal_number = p[i].number;
		if (!is_wanted(r, &p[i], count))
			continue;
		for (j = 0; j < count && choose_sa(r, &p[i + j], choice, &closest); j++)
			;
		if (j == count)
			return true;
	}
	memset(choice, 0, sizeof(*choice));
	choice->differs = closest.theirs ? closest.differs : PROPOSAL_DIFFERS_OTHER;
	mismatch_explain(&closest, r->peer, list_of(r, IKE_PROTO_ESP), list_of(r, IKE_PROTO_AH),
			 why, size);
	return false;
}

bool proposal_select_child(struct child_choice *choice, const struct offer *peer,
			   const struct proposal_list *esp, const struct proposal_list *ah,
			   const struct child_terms *terms, size_t ke_len, char *why, size_t size)
{
	const struct rules rules = {
		.peer = peer, .esp = esp, .ah = ah, .terms = terms, .ke_len = (int)ke_len,
	};

	return choose(choice, &rules, why, size);
}

bool proposal_accept_child(struct child_choice *choice, const struct offer *answer,
			   const struct proposal_list *esp, const struct proposal_list *ah,
			   const struct child_terms *terms, char *why, size_t size)
{
	const struct rules rules = {
		.peer = answer, .esp = esp, .ah = ah, .terms = terms, .ke_len = -1,
		.fixed_group = true,
	};
	struct text text;
	unsigned int i;
	bool single = answer->proposals == (terms->bundle ? 2 : 1);

	/* RFC 2408 4.2: the responder returns one proposal and of each protocol one transform */
	for (i = 0; i < answer->proposals; i++)
		single = single && answer->proposal[i].count == 1;
	if (single)
		return choose(choice, &rules, why, size);
	memset(choice, 0, sizeof(*choice));
	choice->differs = PROPOSAL_DIFFERS_OTHER;
	text = text_of(why, size);
	text_add(&text,
		 "the peer's answer holds %u proposals with %u transforms instead of %s "
		 "(RFC 2408 4.2)",
		 answer->proposals, answer->transforms,
		 terms->bundle ? "ESP and AH with one each" : "one");
	return false;
}

void proposal_answer_child(struct builder *b, const struct child_choice *choice,
			   const struct child_terms *terms)
{
	struct offer_writer o;
	const struct child_sa *sa;
	uint8_t spi[4] = { 0 };
	unsigned int i;

	offer_open(&o, b);
	for (i = 0; i < choice->count; i++) {
		sa = &choice->sa[i];
		spi_write(spi, sa->protocol == IKE_PROTO_ESP ? terms->spi_esp : terms->spi_ah);
		offer_proposal_open(&o, choice->proposal_number, sa->protocol,
				    bytes_of(spi, sizeof(spi)));
		offer_transform_open(&o, sa->transform_number,
				     sa->proposal.esp_cipher ? sa->proposal.esp_cipher->transform :
							       sa->proposal.esp_auth->ah_transform);
		writer_bytes(&b->w, sa->attributes);
		offer_transform_close(&o);
		offer_proposal_close(&o);
	}
	offer_close(&o);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/mismatch.h"

/* Of a peer's transforms, in a sentence */
enum {
	SHOWN_MAX = 6,
};

static unsigned int mismatch_group(const struct transform *t, const struct proposal *p)
{
	return t->group == (p->group ? p->group->number : 0) ? 0 : PROPOSAL_DIFFERS_GROUP;
}

/* RFC 2409 A, RFC 2407 4.5: a key length where the cipher has several, else none, or the one */
static bool same_key_length(uint16_t bits, uint16_t attribute, uint16_t key_len)
{
	return bits == attribute || (!attribute && bits == key_len * 8);
}

unsigned int mismatch_ike(const struct transform *t, const struct proposal *p, uint16_t auth)
{
	unsigned int differs = mismatch_group(t, p);

	if (t->cipher != p->cipher->number ||
	    !same_key_length(t->key_bits, p->cipher->key_attribute, p->cipher->key_len))
		differs |= PROPOSAL_DIFFERS_CIPHER;
	if (t->hash != p->hash->number)
		differs |= PROPOSAL_DIFFERS_HASH;
	if (t->auth != auth)
		differs |= PROPOSAL_DIFFERS_AUTH;
	if (t->id != IKE_TRANSFORM_KEY_IKE || t->prf || t->unsupported)
		differs |= PROPOSAL_DIFFERS_OTHER;
	return differs;
}

/* RFC 2407 4.5: no mode is what the host likes, which cannot mean UDP */
static bool same_encap(uint16_t theirs, uint16_t ours)
{
	if (!theirs)
		return !encap_is_udp(ours);
	return encap_is_udp(theirs) == encap_is_udp(ours) &&
	       encap_is_tunnel(theirs) == encap_is_tunnel(ours) && ike_encap_name(theirs);
}

static bool same_cipher(const struct transform *t, const struct esp_cipher *c)
{
	return t->id == c->transform && same_key_length(t->key_bits, c->key_attribute, c->key_len);
}

unsigned int mismatch_child(const struct transform *t, uint8_t protocol, const struct proposal *p,
			    uint16_t encap, int ke_len)
{
	unsigned int differs = mismatch_group(t, p);
	const uint8_t ours = p->kind == PROPOSAL_AH ? IKE_PROTO_AH : IKE_PROTO_ESP;

	if (protocol != ours || t->unsupported)
		differs |= PROPOSAL_DIFFERS_OTHER;
	if (p->kind == PROPOSAL_ESP && !same_cipher(t, p->esp_cipher))
		differs |= PROPOSAL_DIFFERS_CIPHER;
	if (t->auth != (p->esp_auth ? p->esp_auth->attribute : 0) ||
	    (p->kind == PROPOSAL_AH && t->id != p->esp_auth->ah_transform))
		differs |= PROPOSAL_DIFFERS_HASH;
	if (!same_encap(t->encap, encap))
		differs |= PROPOSAL_DIFFERS_MODE;
	if (t->esn != p->esn)
		differs |= PROPOSAL_DIFFERS_ESN;
	/* RFC 2409 5.5: the KE payload is for the one group of all proposals */
	if (ke_len >= 0 && ke_len != (p->group ? p->group->public_len : 0))
		differs |= PROPOSAL_DIFFERS_GROUP;
	return differs;
}

static unsigned int count_bits(unsigned int set)
{
	unsigned int count = 0;

	for (; set; set &= set - 1)
		count++;
	return count;
}

void mismatch_consider(struct mismatch *m, const struct transform *theirs, uint8_t protocol,
		       const struct proposal *ours, unsigned int differs)
{
	if (m->theirs && count_bits(differs) >= count_bits(m->differs))
		return;
	m->theirs = theirs;
	m->protocol = protocol;
	m->ours = ours;
	m->differs = differs;
}

static void add_word(struct text *text, const char *word, const char *kind, unsigned int number)
{
	if (word)
		text_add(text, "%s", word);
	else
		text_add(text, "%s%u", kind, number);
}

static void add_cipher(struct text *text, const struct transform *t, uint8_t protocol)
{
	const struct esp_cipher *esp;
	const struct cipher *ike;

	if (protocol == IKE_PROTO_ISAKMP) {
		ike = cipher_by_number(t->cipher, t->key_bits);
		add_word(text, ike ? ike->word : NULL, "cipher", t->cipher);
		if (!ike && t->key_bits)
			text_add(text, "_%u", t->key_bits);
	} else if (protocol == IKE_PROTO_ESP) {
		esp = esp_cipher_by_number(t->id, t->key_bits);
		add_word(text, esp ? esp->word : NULL, "esp", t->id);
		if (!esp && t->key_bits)
			text_add(text, "_%u", t->key_bits);
	}
}

static void add_hash(struct text *text, const struct transform *t, uint8_t protocol)
{
	const struct hash *hash = hash_by_number(t->hash);
	const struct esp_auth *auth = esp_auth_by_number(t->auth);

	if (protocol == IKE_PROTO_ISAKMP)
		add_word(text, hash ? hash->word : NULL, "hash", t->hash);
	else if (t->auth)
		add_word(text, auth ? auth->word : NULL, "auth", t->auth);
	else
		text_add(text, "no integrity algorithm");
}

static void add_group(struct text *text, uint16_t number)
{
	const struct dh_group *group = dh_group_by_number(number);

	if (number)
		add_word(text, group ? group->word : NULL, "group", number);
	else
		text_add(text, "no group (no PFS)");
}

void transform_print(struct text *text, const struct transform *t, uint8_t protocol)
{
	add_cipher(text, t, protocol);
	if (protocol == IKE_PROTO_ISAKMP || t->auth) {
		text_add(text, "%s", protocol == IKE_PROTO_AH ? "" : "-");
		add_hash(text, t, protocol);
	}
	if (t->group) {
		text_add(text, "-");
		add_group(text, t->group);
	}
	if (t->esn)
		text_add(text, "-esn");
	if (t->unsupported)
		text_add(text, " (with attribute %u, not understood)", t->unsupported);
}

/* RFC 2408 4.2: whether the proposal is wanted together with the one before it */
static bool joins(const struct offer *offer, unsigned int proposal)
{
	return proposal && offer->proposal[proposal].number == offer->proposal[proposal - 1].number;
}

const char *offer_print(const struct offer *offer, char *text, size_t size)
{
	struct text t = text_of(text, size);
	const struct offer_proposal *p;
	unsigned int i, j, shown = 0;
	const char *name;

	for (i = 0; i < offer->proposals; i++) {
		p = &offer->proposal[i];
		name = ike_protocol_name(p->protocol);
		for (j = 0; j < p->count && shown < SHOWN_MAX; j++, shown++) {
			text_add(&t, "%s", !shown ? "" : !j && joins(offer, i) ? " + " : ", ");
			if (p->protocol == IKE_PROTO_AH || p->protocol == IKE_PROTO_IPCOMP)
				text_add(&t, "%s ", name);
			transform_print(&t, &offer->transform[p->first + j], p->protocol);
		}
	}
	if (offer->transforms > shown)
		text_add(&t, " and %u more", offer->transforms - shown);
	return text;
}

static void add_encap(struct text *text, uint16_t encap)
{
	if (encap)
		text_add_name(text, ike_encap_name(encap), "mode", encap);
	else
		text_add(text, "no mode");
}

/* One difference: what it is, theirs, ours. */
static void add_difference(struct text *text, const struct mismatch *m, unsigned int what)
{
	const struct proposal *ours = m->ours;
	const char *cipher = ours->cipher     ? ours->cipher->word :
			     ours->esp_cipher ? ours->esp_cipher->word :
						"no cipher";
	const char *hash = ours->hash	  ? ours->hash->word :
			   ours->esp_auth ? ours->esp_auth->word :
					    "no integrity algorithm";

	switch (what) {
	case PROPOSAL_DIFFERS_CIPHER:
		text_add(text, "cipher: ");
		add_cipher(text, m->theirs, m->protocol);
		text_add(text, " there, %s here", cipher);
		break;
	case PROPOSAL_DIFFERS_HASH:
		text_add(text, ours->hash ? "hash: " : "integrity: ");
		add_hash(text, m->theirs, m->protocol);
		text_add(text, " there, %s here", hash);
		break;
	case PROPOSAL_DIFFERS_GROUP:
		text_add(text, "group: ");
		add_group(text, m->theirs->group);
		text_add(text, " there, ");
		add_group(text, ours->group ? ours->group->number : 0);
		text_add(text, " here");
		break;
	case PROPOSAL_DIFFERS_AUTH:
		text_add(text, "authentication: ");
		text_add_name(text, ike_auth_name(m->theirs->auth), "method", m->theirs->auth);
		text_add(text, " there, ");
		text_add_name(text, ike_auth_name(m->auth), "method", m->auth);
		text_add(text, " here");
		break;
	case PROPOSAL_DIFFERS_MODE:
		text_add(text, "mode: ");
		add_encap(text, m->theirs->encap);
		text_add(text, " there, ");
		add_encap(text, m->encap);
		text_add(text, " here");
		break;
	case PROPOSAL_DIFFERS_ESN:
		text_add(text, "extended sequence numbers: %s there, %s here",
			 m->theirs->esn ? "on" : "off", ours->esn ? "on" : "off");
		break;
	default:
		text_add(text, "the peer's is for another protocol or has attributes that "
			       "are not understood");
	}
}

/* There was nothing to compare: one side wants AH and ESP together, the other does not. */
static void explain_number(struct text *text, const struct mismatch *m, const struct offer *offer)
{
	bool bundle = false;
	unsigned int i;

	for (i = 0; i < offer->proposals; i++)
		bundle = bundle || joins(offer, i);
	if (bundle && !m->bundle)
		text_add(text, "; the peer wants AH and ESP together, for which both esp and ah "
			       "must be set here");
	else if (m->bundle && !bundle)
		text_add(text, "; here esp and ah are both set, which asks for both together");
}

/* Which of our settings would end the difference */
static void add_settings(struct text *text, const struct mismatch *m)
{
	const unsigned int algorithms = PROPOSAL_DIFFERS_CIPHER | PROPOSAL_DIFFERS_HASH |
					PROPOSAL_DIFFERS_GROUP;
	const char *list = m->ours->kind == PROPOSAL_AH	 ? "ah" :
			   m->ours->kind == PROPOSAL_ESP ? "esp" :
							   "ike";
	const char *words[4];
	unsigned int i, count = 0;

	if (m->differs & algorithms)
		words[count++] = list;
	if (m->differs & PROPOSAL_DIFFERS_AUTH)
		words[count++] = "auth";
	if (m->differs & PROPOSAL_DIFFERS_MODE)
		words[count++] = encap_is_udp(m->encap) != encap_is_udp(m->theirs->encap) ?
					 "encap" : "mode";
	if (m->differs & PROPOSAL_DIFFERS_ESN)
		words[count++] = "esn";
	for (i = 0; i < count; i++)
		text_add(text, "%s%s", i ? ", " : "; change here, or at the peer: ", words[i]);
}

void mismatch_explain(const struct mismatch *m, const struct offer *offer,
		      const struct proposal_list *first, const struct proposal_list *second,
		      char *why, size_t size)
{
	struct text text = text_of(why, size);
	char list[PROPOSAL_TEXT_MAX / 4];
	unsigned int what, added = 0;

	text_add(&text, "the peer offers %s", offer_print(offer, list, sizeof(list)));
	text_add(&text, "; allowed here %s", proposal_list_print(first, list, sizeof(list)));
	if (second && second->count)
		text_add(&text, "%sAH %s", m->bundle ? ", each in " : first->count ? ", " : "",
			 proposal_list_print(second, list, sizeof(list)));
	if (!m->theirs) {
		explain_number(&text, m, offer);
		return;
	}
	for (what = 1; what <= PROPOSAL_DIFFERS_OTHER; what <<= 1) {
		if (!(m->differs & what))
			continue;
		text_add(&text, "%s", added++ ? "; " : "; the closest differ in ");
		add_difference(&text, m, what);
	}
	add_settings(&text, m);
}

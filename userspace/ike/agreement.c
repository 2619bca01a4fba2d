/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/agreement.h"

#include "ike/lifetime.h"
#include "ike/natt.h"
#include "ike/quick.h"
#include "ike/text.h"

static bool is_bundle(const struct connection *c)
{
	return c->esp.count && c->ah.count;
}

struct child_terms agreement_terms(const struct session *s, const struct connection *c)
{
	bool tunnel = c->settings.mode == IKE_MODE_TUNNEL;
	struct child_terms terms = {
		.encap = natt_encap(s, tunnel),
		.seconds = c->settings.esp_lifetime,
		.kilobytes = lifekilobytes(c->settings.esp_lifebytes),
		.bundle = is_bundle(c),
	};

	return terms;
}

void agreement_spis(const struct child *c, struct child_terms *terms)
{
	unsigned int i;

	for (i = 0; i < c->part_count; i++) {
		if (c->parts[i].protocol == IKE_PROTO_ESP)
			terms->spi_esp = c->parts[i].spi_in;
		else
			terms->spi_ah = c->parts[i].spi_in;
	}
}

const char *agreement_print(const struct connection *c, char *text, size_t size)
{
	char list[PROPOSAL_TEXT_MAX / 2];
	struct text t = text_of(text, size);

	if (c->esp.count)
		text_add(&t, "%s", proposal_list_print(&c->esp, list, sizeof(list)));
	if (c->ah.count)
		text_add(&t, "%sAH %s", is_bundle(c) ? ", each in " : "",
			 proposal_list_print(&c->ah, list, sizeof(list)));
	return text;
}

static bool has_group(const struct proposal_list *list, const struct dh_group *group)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		if (list->item[i].group == group)
			return true;
	return false;
}

unsigned int agreement_groups(const struct connection *c, const struct dh_group **groups,
			      unsigned int max)
{
	const struct proposal_list *list = c->esp.count ? &c->esp : &c->ah;
	struct proposal_list before = { 0 };
	unsigned int count = 0, i;

	for (i = 0; i < list->count; i++) {
		const struct dh_group *group = list->item[i].group;

		if (has_group(&before, group) || (is_bundle(c) && !has_group(&c->ah, group)))
			continue;
		before.item[before.count++] = list->item[i];
		if (count < max)
			groups[count] = group;
		count++;
	}
	return count;
}

const struct dh_group *agreement_group(const struct connection *c, unsigned int turn)
{
	const struct dh_group *groups[PROPOSAL_MAX];

	return groups[turn % agreement_groups(c, groups, PROPOSAL_MAX)];
}

const char *agreement_impossible(const struct session *s, const struct connection *c)
{
	/* RFC 3948 1: only ESP goes in UDP; RFC 4302 3.3.3.1.1: AH covers the addresses */
	return c->ah.count && natt_used(s) ?
		       "there is NAT between us, which AH cannot pass; use esp without ah" :
		       NULL;
}

bool agreement_only_group_differs(const struct offer *offer, const struct connection *c,
				  const struct child_terms *terms)
{
	struct proposal_list esp = c->esp, ah = c->ah;
	char why[PROPOSAL_TEXT_MAX];
	struct child_choice choice;
	unsigned int i, j;

	for (i = 0; i < offer->transforms; i++) {
		const struct dh_group *group = dh_group_by_number(offer->transform[i].group);

		if (offer->transform[i].group && !group)
			return true;
		for (j = 0; j < esp.count; j++)
			esp.item[j].group = group;
		for (j = 0; j < ah.count; j++)
			ah.item[j].group = group;
		if (proposal_select_child(&choice, offer, &esp, &ah, terms,
					  group ? group->public_len : 0, why, sizeof(why)))
			return true;
	}
	return false;
}

void agreement_settle(struct child *c, const struct child_choice *choice)
{
	uint64_t ours = c->connection->settings.esp_lifetime;
	unsigned int i, j;

	for (i = 0; i < c->part_count; i++) {
		for (j = 0; j < choice->count; j++) {
			if (choice->sa[j].protocol != c->parts[i].protocol)
				continue;
			c->parts[i].proposal = choice->sa[j].proposal;
			c->parts[i].spi_out = choice->sa[j].spi;
		}
	}
	c->group = choice->group;
	c->encap = encap_is_udp(choice->encap);
	c->tunnel = encap_is_tunnel(choice->encap);
	c->lifetime = choice->seconds && choice->seconds < ours ? choice->seconds : ours;
	c->lifebytes = lifebytes_smaller(c->connection->settings.esp_lifebytes, choice->kilobytes);
}

static void smaller_nonce(struct child *c, const struct quick *q)
{
	uint8_t i[sizeof(c->rank)] = { 0 }, r[sizeof(c->rank)] = { 0 };

	memcpy(i, q->ni.data, q->ni.len < sizeof(i) ? q->ni.len : sizeof(i));
	memcpy(r, q->nr.data, q->nr.len < sizeof(r) ? q->nr.len : sizeof(r));
	memcpy(c->rank, memcmp(i, r, sizeof(i)) < 0 ? i : r, sizeof(c->rank));
}

/* RFC 2409 5.5: each direction has its own keys, made with the SPI that its receiver chose */
static bool part_keys(const struct keymat *k, struct part *p, const struct quick *q,
		      struct bytes secret)
{
	struct bytes ni = blob_bytes(&q->ni), nr = blob_bytes(&q->nr);
	size_t len = proposal_key_len(&p->proposal);

	return len <= CHILD_KEY_MAX &&
	       keymat_child(k, secret, p->protocol, p->spi_in, ni, nr, p->key_in, len) &&
	       keymat_child(k, secret, p->protocol, p->spi_out, ni, nr, p->key_out, len);
}

const char *agreement_derive(struct exchange *x, struct bytes peer_public)
{
	const struct keymat *k = &x->session->keymat;
	struct quick *q = x->quick;
	struct child *c = q->child;
	struct bytes secret = { 0 };
	uint8_t shared[DH_SECRET_MAX];
	const char *why = NULL;
	unsigned int i;

	if (q->dh) {
		why = dh_shared(q->dh, peer_public, shared);
		secret = bytes_of(shared, q->group->secret_len);
	}
	for (i = 0; i < c->part_count && !why; i++)
		if (!part_keys(k, &c->parts[i], q, secret))
			why = "the keys cannot be made";
	secret_erase(shared, sizeof(shared));
	smaller_nonce(c, q);
	return why;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel of each side: it remembers SAs, and knows what would become of a packet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_inside.h"

static void copy_keys(struct world_sa *to, const struct ike_sa *sa)
{
	const uint8_t *keys[] = { sa->aead_key, sa->enc_key, sa->auth_key };
	size_t lengths[] = { sa->aead_key_length, sa->enc_key_length, sa->auth_key_length }, i;

	for (i = 0; i < 3; i++) {
		if (!keys[i])
			continue;
		if (to->key_length + lengths[i] > sizeof(to->key))
			abort();
		memcpy(to->key + to->key_length, keys[i], lengths[i]);
		to->key_length += lengths[i];
	}
	snprintf(to->names, sizeof(to->names), "%s %s %s %u %s", sa->aead ? sa->aead : "-",
		 sa->enc ? sa->enc : "-", sa->auth ? sa->auth : "-", sa->icv_bits,
		 sa->esn ? "esn" : "-");
}

static struct world_sa **find_sa(struct side *s, const struct ike_sa *sa)
{
	struct world_sa **at;

	for (at = &s->sas; *at; at = &(*at)->next)
		if ((*at)->sa.direction == sa->direction && (*at)->sa.spi == sa->spi &&
		    (*at)->sa.protocol == sa->protocol)
			break;
	return at;
}

const struct ike_address *world_seen_at(const struct side *s)
{
	return s->nat ? &s->public : &s->address;
}

static bool same_sa(const struct world_sa *a, const struct world_sa *b)
{
	return a->sa.protocol == b->sa.protocol && a->sa.mode == b->sa.mode &&
	       a->sa.encap == b->sa.encap && !strcmp(a->names, b->names) &&
	       a->key_length == b->key_length && !memcmp(a->key, b->key, a->key_length);
}

/* Never two sides with different keys for one SPI, not for a moment. */
static void check_new(struct world *w, const struct side *s, const struct world_sa *sa)
{
	const struct side *peer = world_side_at(w, &sa->sa.remote);
	const struct world_sa *other;

	for (other = peer ? peer->sas : NULL; other; other = other->next)
		if (other->sa.direction != sa->sa.direction && other->sa.spi == sa->sa.spi &&
		    other->sa.protocol == sa->sa.protocol &&
		    ike_address_equal(&other->sa.remote, world_seen_at(s)) && !same_sa(other, sa))
			w->broken = "different keys for one SPI";
}

int world_sa_install(void *ctx, const struct ike_sa *sa)
{
	struct side *s = ctx;
	struct world_sa *copy;

	if (s->refuse_install)
		return s->refuse_install;
	if (s->refuse_protocol == sa->protocol)
		return -EINVAL;
	if (*find_sa(s, sa) && sa->direction == IKE_IN)
		return -EEXIST;
	copy = world_must(calloc(1, sizeof(*copy)));
	copy_keys(copy, sa);
	copy->sa = *sa;
	copy->sa.connection = copy->sa.aead = copy->sa.enc = copy->sa.auth = NULL;
	copy->sa.aead_key = copy->sa.enc_key = copy->sa.auth_key = NULL;
	copy->sa.proposal = NULL;
	copy->installed = s->world->now;
	copy->next = s->sas;
	s->sas = copy;
	s->sa_count++;
	s->installs++;
	s->changed = true;
	check_new(s->world, s, copy);
	return 0;
}

void world_sa_remove(void *ctx, const struct ike_sa *sa)
{
	struct side *s = ctx;
	struct world_sa **at = find_sa(s, sa), *gone = *at;

	if (!gone)
		return;
	*at = gone->next;
	free(gone);
	s->sa_count--;
	s->removes++;
	s->changed = true;
}

int world_sa_update(void *ctx, const struct ike_sa *sa)
{
	struct world_sa *found = *find_sa(ctx, sa);

	if (!found)
		return -ENOENT;
	found->sa.local = sa->local;
	found->sa.remote = sa->remote;
	found->sa.encap_local_port = sa->encap_local_port;
	found->sa.encap_remote_port = sa->encap_remote_port;
	return 0;
}

void world_sa_flush(struct side *s)
{
	while (s->sas) {
		struct world_sa *gone = s->sas;

		s->sas = gone->next;
		free(gone);
	}
	s->sa_count = 0;
}

/* Of a bundle, the AH: it takes in nothing but ESP. */
static bool goes_around(const struct world_sa *sa)
{
	return sa->sa.local_ts.protocol == IKE_PROTOCOL_ESP;
}

/* The AH that goes around an ESP SA of a bundle, NULL when it is not there. */
static struct world_sa *around(const struct side *s, const struct world_sa *esp)
{
	struct world_sa *ah;

	for (ah = s->sas; ah; ah = ah->next)
		if (goes_around(ah) && ah->sa.direction == esp->sa.direction &&
		    ah->sa.spi == esp->sa.bundle_spi &&
		    ike_address_equal(&ah->sa.remote, &esp->sa.remote))
			break;
	return ah;
}

static bool is_whole(const struct side *s, const struct world_sa *sa)
{
	return !sa->sa.bundle_spi || around(s, sa);
}

/* From @from on: older ones */
static struct world_sa *outbound(const struct side *s, struct world_sa *from,
				 const struct ike_address *to)
{
	struct world_sa *sa;

	for (sa = from; sa; sa = sa->next)
		if (sa->sa.direction == IKE_OUT && ike_address_equal(&sa->sa.remote, to) &&
		    !goes_around(sa) && is_whole(s, sa))
			break;
	return sa;
}

struct world_sa *world_outbound(struct world *w, unsigned int side, const struct ike_address *to)
{
	return outbound(&w->sides[side], w->sides[side].sas, to);
}

/* The SA that receives what another sends with. */
static struct world_sa *receiving(struct side *s, const struct world_sa *out)
{
	struct world_sa *in;

	for (in = s->sas; in; in = in->next)
		if (in->sa.direction == IKE_IN && in->sa.spi == out->sa.spi &&
		    in->sa.protocol == out->sa.protocol)
			break;
	return in;
}

static void notice_use(struct side *s, struct world_sa *in)
{
	if (in->used || !s->ike)
		return;
	in->used = true;
	ike_sa_used(s->ike, in->sa.protocol, in->sa.spi, s->world->now);
	world_touched(s->world, s->index);
}

/* The way through one SA of each side: NULL, or why not. */
static const char *pass(struct side *a, const struct world_sa *out, struct side *b, bool notice)
{
	struct world_sa *in = receiving(b, out);

	if (!in)
		return "the receiver has no inbound SA of that SPI";
	if (!same_sa(out, in))
		return "the two sides' SAs differ";
	if (!ike_address_equal(&in->sa.remote, world_seen_at(a)))
		return "the receiver expects another sender";
	if (notice)
		notice_use(b, in);
	return NULL;
}

/* The way through what @out belongs to. */
static const char *carry(struct side *a, const struct world_sa *out, struct side *b, bool notice)
{
	struct world_sa *in;
	const char *why;

	if (!out)
		return "the sender has no outbound SA";
	in = receiving(b, out);
	if (in && (!in->sa.bundle_spi != !out->sa.bundle_spi || !is_whole(b, in)))
		return "only one of the two sides has a bundle";
	why = out->sa.bundle_spi ? pass(a, around(a, out), b, notice) : NULL;
	return why ? why : pass(a, out, b, notice);
}

const char *world_esp(struct world *w, unsigned int from, unsigned int to, bool notice)
{
	struct side *a = &w->sides[from], *b = &w->sides[to];

	return carry(a, world_outbound(w, from, world_seen_at(b)), b, notice);
}

const char *world_esp_pair(struct world *w, unsigned int from, unsigned int to, unsigned int pair,
			   bool notice)
{
	struct side *a = &w->sides[from], *b = &w->sides[to];
	const struct ike_address *at = world_seen_at(b);
	struct world_sa *out = outbound(a, a->sas, at);

	while (out && out->sa.pair != pair)
		out = outbound(a, out->next, at);
	return carry(a, out, b, notice);
}

static const char *check_side(struct world *w, const struct side *s)
{
	struct world_sa *out, *in;
	struct side *peer;

	for (out = s->sas; out; out = out->next) {
		peer = out->sa.direction == IKE_OUT ? world_side_at(w, &out->sa.remote) : NULL;
		for (in = peer ? peer->sas : NULL; in; in = in->next)
			if (in->sa.direction == IKE_IN && in->sa.spi == out->sa.spi &&
			    in->sa.protocol == out->sa.protocol && !same_sa(out, in))
				return "different keys for one SPI";
	}
	return NULL;
}

const char *world_check(struct world *w)
{
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < w->side_count && !why; i++)
		why = check_side(w, &w->sides[i]);
	return why;
}

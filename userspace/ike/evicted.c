/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/evicted.h"

#include <stdlib.h>

#include "ike/phase1.h"

/* A first message takes 200 to 600 bytes: enough for ten to thirty thousand. */
#define BYTES_MAX (8U << 20)
/* What a key pair takes that no other session has, about. */
#define PAIR_BYTES 4096

struct evicted_entry {
	struct evicted_entry *older, *newer;
	struct table_link by_cookie; /* of the responder: ours, so nobody chooses the bucket */
	uint8_t cookie_i[IKE_COOKIE_LEN], cookie_r[IKE_COOKIE_LEN];
	struct ike_endpoint local, remote;
	struct dh *dh; /* in aggressive mode, whose answer has them: our key pair and nonce */
	struct blob nonce;
	uint64_t time;
	uint8_t exchange;
	size_t size; /* of all that it keeps */
	size_t length;
	uint8_t message[];
};

bool evicted_init(struct evicted *e)
{
	*e = (struct evicted){ 0 };
	return table_init(&e->by_cookie);
}

/* It is found no more, nor will it be dropped: who takes it out frees it. */
static void take_out(struct evicted *e, struct evicted_entry *entry)
{
	*(entry->older ? &entry->older->newer : &e->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &e->newest) = entry->older;
	e->bytes -= entry->size;
	table_remove(&e->by_cookie, &entry->by_cookie);
}

static void entry_free(struct evicted_entry *entry)
{
	dh_free(entry->dh);
	blob_clear(&entry->nonce);
	free(entry);
}

static void drop_oldest(struct evicted *e)
{
	struct evicted_entry *entry = e->oldest;

	take_out(e, entry);
	entry_free(entry);
}

void evicted_free(struct evicted *e)
{
	while (e->oldest)
		drop_oldest(e);
	table_free(&e->by_cookie);
}

/* Those that nobody waits for any more go. */
static void expire(void *owner)
{
	struct ike *ike = owner;
	struct evicted *e = &ike->half_open.evicted;

	while (e->oldest && e->oldest->time + EXCHANGE_PATIENCE <= ike->now)
		drop_oldest(e);
	if (e->oldest)
		timer_set(&ike->timers, &e->timer, e->oldest->time + EXCHANGE_PATIENCE);
}

static void append(struct ike *ike, struct evicted_entry *entry)
{
	struct evicted *e = &ike->half_open.evicted;

	while (e->oldest && e->bytes + entry->size > BYTES_MAX)
		drop_oldest(e);
	entry->older = e->newest;
	if (e->oldest) {
		e->newest->newer = entry;
	} else {
		e->oldest = entry;
		timer_init(&e->timer, expire, ike);
		timer_set(&ike->timers, &e->timer, entry->time + EXCHANGE_PATIENCE);
	}
	e->newest = entry;
	e->bytes += entry->size;
	table_insert(&e->by_cookie, &entry->by_cookie, cookie_key(entry->cookie_r), entry);
}

void evicted_keep(struct session *s)
{
	const struct phase1 *p = s->main.phase1;
	const struct blob *first = &p->first;
	struct evicted_entry *entry;

	if (!(s->main.state == STATE_MAIN_R3 || s->main.state == STATE_AGGRESSIVE_R3) ||
	    !first->len)
		return;
	entry = calloc(1, sizeof(*entry) + first->len);
	if (!entry || (p->dh && !blob_set(&entry->nonce, blob_bytes(&p->nr)))) {
		free(entry);
		return;
	}
	entry->size = sizeof(*entry) + first->len + entry->nonce.len;
	if (p->dh) {
		entry->size += dh_is_shared(p->dh) ? 0 : PAIR_BYTES;
		entry->dh = dh_hold(p->dh);
	}
	memcpy(entry->cookie_i, s->cookie_i, sizeof(entry->cookie_i));
	memcpy(entry->cookie_r, s->cookie_r, sizeof(entry->cookie_r));
	entry->local = s->local;
	entry->remote = s->remote;
	entry->time = s->ike->now;
	entry->exchange = s->main.type;
	entry->length = first->len;
	memcpy(entry->message, first->data, first->len);
	append(s->ike, entry);
}

static struct evicted_entry *find(const struct evicted *e, const struct arrival *a)
{
	const struct isakmp_header *h = &a->message.header;
	uint64_t key = cookie_key(h->responder);
	struct table_link *link = NULL;
	struct evicted_entry *entry;

	while ((link = table_find(&e->by_cookie, key, link))) {
		entry = link->entry;
		if (!memcmp(entry->cookie_i, h->initiator, sizeof(entry->cookie_i)) &&
		    ike_address_equal(&entry->remote.address, &a->remote->address) &&
		    entry->exchange == h->exchange)
			return entry;
	}
	return NULL;
}

static struct session *resume(struct ike *ike, const struct evicted_entry *entry)
{
	const struct answered answered = {
		entry->cookie_r, entry->dh, blob_bytes(&entry->nonce)
	};
	struct arrival first = { .local = &entry->local, .remote = &entry->remote };
	struct bytes message = bytes_of(entry->message, entry->length);
	struct fault fault = { 0 };

	first.digest = digest_of(message);
	if (!message_parse_header(&first.message, message, &fault))
		return NULL;
	return phase1_resume(ike, &first, &answered);
}

struct session *evicted_resume(struct ike *ike, const struct arrival *a)
{
	struct evicted *e = &ike->half_open.evicted;
	struct evicted_entry *entry;
	struct session *s;

	if (!e->oldest || a->message.header.id)
		return NULL;
	entry = find(e, a);
	if (!entry)
		return NULL;
	/* The session needs room, for which another one is put where this one was. */
	take_out(e, entry);
	s = resume(ike, entry);
	entry_free(entry);
	return s;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/lease.h"

#include <arpa/inet.h>
#include <stdlib.h>

static uint32_t number_of(const struct ike_address *address)
{
	uint32_t number;

	memcpy(&number, address->bytes, sizeof(number));
	return ntohl(number);
}

void lease_range(const struct ike_selector *pool, uint32_t *first, uint32_t *last)
{
	uint32_t hosts = pool->prefix ? UINT32_MAX >> (pool->prefix - 1) >> 1 : UINT32_MAX;

	*first = number_of(&pool->address);
	*last = *first | hosts;
	/* RFC 3021: in the two shortest there are no addresses of network and broadcast */
	if (hosts > 1) {
		(*first)++;
		(*last)--;
	}
}

static bool reserved(const struct connection *c, uint32_t number)
{
	size_t i;

	for (i = 0; i < c->settings.reserved_count; i++)
		if (c->settings.reserved[i].family == AF_INET &&
		    number_of(&c->settings.reserved[i]) == number)
			return true;
	return false;
}

/* The first free number of this range; false when there is none. */
static bool find_free(const struct connection *c, uint32_t first, uint32_t last, uint32_t *number)
{
	const struct lease *l = c->leases;
	uint64_t at;

	for (at = first; at <= last; at++) {
		while (l && l->number < at)
			l = l->next;
		*number = (uint32_t)at;
		if (!(l && l->number == at) && !reserved(c, *number))
			return true;
	}
	return false;
}

/* Whether no other device of the same user has it. */
static bool of_same_peer(const struct lease *l, const struct session *s)
{
	const struct session *other;

	for (other = s->ike->sessions; other; other = other->next)
		if (other != s && other->access.lease == l && !session_same_peer(other, s))
			return false;
	return true;
}

static struct lease *own(const struct session *s, const char *owner)
{
	struct lease *l;

	for (l = s->connection->leases; l; l = l->next)
		if (!strcmp(l->owner, owner) && of_same_peer(l, s))
			break;
	return l;
}

static struct lease *add(struct connection *c, uint32_t number, const char *owner)
{
	struct lease *l = calloc(1, sizeof(*l) + strlen(owner) + 1), **at = &c->leases;
	uint32_t network = htonl(number);

	if (!l)
		return NULL;
	l->connection = c;
	l->number = number;
	l->address.family = AF_INET;
	memcpy(l->address.bytes, &network, sizeof(network));
	strcpy(l->owner, owner);
	while (*at && (*at)->number < number)
		at = &(*at)->next;
	l->next = *at;
	*at = l;
	c->lease_next = number + 1;
	return l;
}

const struct lease *lease_take(struct session *s, const struct ike_address *wanted)
{
	struct connection *c = s->connection;
	char id[IDENTITY_TEXT_MAX];
	const char *owner = s->access.user;
	uint32_t first, last, number = 0;
	struct lease *l;
	bool found;

	if (s->access.lease || !c->settings.pool.address.family)
		return s->access.lease;
	if (!*owner)
		owner = identity_print(&s->peer, id, sizeof(id));
	l = own(s, owner);
	if (!l) {
		lease_range(&c->settings.pool, &first, &last);
		if (wanted)
			number = number_of(wanted);
		found = number >= first && number <= last && find_free(c, number, number, &number);
		/* The next one, so that what was freed is not given to somebody else at once */
		if (!found && c->lease_next > first && c->lease_next <= last)
			found = find_free(c, c->lease_next, last, &number);
		if (found || find_free(c, first, last, &number))
			l = add(c, number, owner);
	}
	s->access.lease = lease_hold(l);
	return l;
}

struct lease *lease_hold(struct lease *lease)
{
	if (lease)
		lease->users++;
	return lease;
}

void lease_drop(struct lease *lease)
{
	struct lease **at;

	if (!lease || --lease->users)
		return;
	for (at = &lease->connection->leases; *at != lease; at = &(*at)->next)
		;
	*at = lease->next;
	free(lease);
}

const struct ike_address *lease_address(const struct lease *lease)
{
	return lease ? &lease->address : NULL;
}

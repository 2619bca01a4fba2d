// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a side's engine says of itself.
 */
#include <string.h>

#include "world_inside.h"

struct counting {
	enum ike_state state;
	unsigned int sas, children;
};

static void count_connection(void *ctx, const struct ike_status_connection *status)
{
	((struct counting *)ctx)->state = status->state;
}

static void count_sa(void *ctx, const struct ike_status_sa *status)
{
	((struct counting *)ctx)->sas++;
}

static void count_child(void *ctx, const struct ike_status_child *status)
{
	((struct counting *)ctx)->children++;
}

struct digest {
	uint64_t value;
};

static void mix(struct digest *d, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len--)
		d->value = (d->value ^ *at++) * UINT64_C(0x100000001b3);
}

static void mix_session(void *ctx, const struct ike_status_sa *status)
{
	mix(ctx, status->initiator_cookie, sizeof(status->initiator_cookie));
	mix(ctx, status->responder_cookie, sizeof(status->responder_cookie));
	mix(ctx, status->state, strlen(status->state));
	mix(ctx, status->remote.address.bytes, sizeof(status->remote.address.bytes));
	mix(ctx, &status->remote.port, sizeof(status->remote.port));
}

static void mix_child(void *ctx, const struct ike_status_child *status)
{
	mix(ctx, &status->child, sizeof(status->child));
	mix(ctx, &status->spi_in, sizeof(status->spi_in));
	mix(ctx, &status->spi_out, sizeof(status->spi_out));
	mix(ctx, status->state, strlen(status->state));
}

uint64_t world_digest(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .sa = mix_session, .child = mix_child };
	struct digest d = { UINT64_C(0xcbf29ce484222325) };
	const struct world_sa *sa;

	if (w->sides[side].ike)
		ike_status(w->sides[side].ike, NULL, w->now, &visitor, &d);
	for (sa = w->sides[side].sas; sa; sa = sa->next) {
		mix(&d, &sa->sa.spi, sizeof(sa->sa.spi));
		mix(&d, sa->sa.remote.bytes, sizeof(sa->sa.remote.bytes));
		mix(&d, &sa->sa.encap_remote_port, sizeof(sa->sa.encap_remote_port));
	}
	return d.value;
}

static struct counting count(struct world *w, unsigned int side, const char *name)
{
	static const struct ike_visitor visitor = { count_connection, count_sa, count_child };
	struct counting c = { 0 };

	if (w->sides[side].ike)
		ike_status(w->sides[side].ike, name, w->now, &visitor, &c);
	return c;
}

enum ike_state world_state(struct world *w, unsigned int side, const char *connection)
{
	return count(w, side, connection).state;
}

unsigned int world_ike_sas(struct world *w, unsigned int side)
{
	return count(w, side, NULL).sas;
}

unsigned int world_children(struct world *w, unsigned int side)
{
	return count(w, side, NULL).children;
}

bool world_said(struct world *w, unsigned int side, enum ike_event_code code, const char *part)
{
	const struct side *s = &w->sides[side];
	unsigned int i;

	for (i = 0; i < WORLD_EVENTS && i < s->event_count; i++)
		if (s->events[i].code == code && strstr(s->events[i].text, part))
			return true;
	return false;
}

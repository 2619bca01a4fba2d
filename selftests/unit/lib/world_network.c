// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lies between the sides: datagrams under way, what becomes of them, NATs.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "world_inside.h"

#define MARKER 4 /* RFC 3948 2.2 */
#define FLAGS_AT 19 /* RFC 2408 3.1 */
#define HELD (IKE_NEVER - 1) /* the time of what waits for world_release() */

static bool sooner(const struct datagram *a, const struct datagram *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void world_push(struct world *w, struct datagram d)
{
	size_t i, parent;

	if (w->datagram_count == w->datagram_size) {
		w->datagram_size = w->datagram_size ? 2 * w->datagram_size : 64;
		w->datagrams = world_must(realloc(w->datagrams, w->datagram_size * sizeof(d)));
	}
	d.order = w->order++;
	for (i = w->datagram_count++; i; i = parent) {
		parent = (i - 1) / 2;
		if (!sooner(&d, &w->datagrams[parent]))
			break;
		w->datagrams[i] = w->datagrams[parent];
	}
	w->datagrams[i] = d;
}

struct datagram world_pop(struct world *w)
{
	struct datagram first = w->datagrams[0], last = w->datagrams[--w->datagram_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < w->datagram_count) {
		if (child + 1 < w->datagram_count &&
		    sooner(&w->datagrams[child + 1], &w->datagrams[child]))
			child++;
		if (!sooner(&w->datagrams[child], &last))
			break;
		w->datagrams[i] = w->datagrams[child];
		i = child;
	}
	w->datagrams[i] = last;
	return first;
}

static unsigned int port_slot(uint16_t port)
{
	return port == IKE_PORT_NATT;
}

static void translate_out(struct side *s, struct ike_endpoint *from)
{
	unsigned int slot = port_slot(from->port);
	struct world *w = s->world;

	from->port = s->ports[slot];
	if (!s->nat)
		return;
	if (s->nat_timeout && s->mapped[slot] && w->now - s->mapped_time[slot] > s->nat_timeout)
		s->mapped[slot] = 0;
	if (!s->mapped[slot])
		s->mapped[slot] = 20000 + world_random(w) % 40000;
	s->mapped_time[slot] = w->now;
	from->address = s->public;
	from->port = s->mapped[slot];
}

/* Addresses are numbered, so that a world of thousands needs no search. */
struct side *world_side_at(struct world *w, const struct ike_address *address)
{
	uint32_t number, base;

	memcpy(&number, address->bytes, sizeof(number));
	number = ntohl(number);
	base = number >> 24 == 10 ? WORLD_PRIVATE : WORLD_PUBLIC;
	return number >= base && number - base < w->side_count ? &w->sides[number - base] : NULL;
}

/* Through the side's NAT, if that has a mapping for it. */
static bool passes_nat(const struct world *w, const struct side *s, struct ike_endpoint *to)
{
	unsigned int slot;

	for (slot = 0; slot < 2; slot++) {
		if (!s->mapped[slot] || s->mapped[slot] != to->port)
			continue;
		if (s->nat_timeout && w->now - s->mapped_time[slot] > s->nat_timeout)
			continue;
		to->address = s->address;
		to->port = slot ? IKE_PORT_NATT : IKE_PORT;
		return true;
	}
	return false;
}

/* The side that gets what is sent to @to, whose address becomes the one that it sees. */
static struct side *receiver(struct world *w, struct ike_endpoint *to)
{
	struct side *s = world_side_at(w, &to->address);
	unsigned int i;

	if (!s || !ike_address_equal(&to->address, s->nat ? &s->public : &s->address))
		return NULL;
	if (!s->nat) {
		if (to->port != s->ports[0] && to->port != s->ports[1])
			return NULL;
		to->port = to->port == s->ports[1] ? IKE_PORT_NATT : IKE_PORT;
		return s;
	}
	if (passes_nat(w, s, to))
		return s;
	/* Several may share one NAT's address */
	for (i = 0; i < w->side_count; i++)
		if (w->sides[i].nat && ike_address_equal(&to->address, &w->sides[i].public) &&
		    passes_nat(w, &w->sides[i], to))
			return &w->sides[i];
	return NULL;
}

/*
 * Before there are keys nothing can tell a damaged message from a true one: a flipped bit in a
 * vendor ID turns dead peer detection off for the life of the phase 1. UDP's checksum is there for
 * that.
 */
static bool is_sealed(const struct datagram *d)
{
	static const uint8_t marker[MARKER];
	size_t flags = FLAGS_AT;

	if (d->length > sizeof(marker) && !memcmp(d->bytes, marker, sizeof(marker)))
		flags += sizeof(marker);
	return d->length > flags && (d->bytes[flags] & 1);
}

static enum verdict judge(struct world *w, const struct datagram *d)
{
	if (w->judge)
		return w->judge(w, d);
	if (world_chance(w, w->loss))
		return WORLD_DROP;
	if (world_chance(w, w->twice))
		return WORLD_TWICE;
	if (world_chance(w, w->damage) && is_sealed(d))
		return WORLD_DAMAGE;
	return world_chance(w, w->late) ? WORLD_LATE : WORLD_PASS;
}

static uint64_t arrival(struct world *w)
{
	return w->now + w->latency + (w->jitter ? world_random(w) % w->jitter : 0);
}

/*
 * One bit. The flags of the header are not under any HASH, nor are the notifications of phase 1
 * (RFC 2409 5): a commit bit or an INITIAL-CONTACT damaged on the way is as good as a true one.
 */
static void damage(struct world *w, struct datagram *d)
{
	static const uint8_t marker[MARKER];
	size_t at = world_random(w) % d->length, flags = FLAGS_AT;

	if (d->length > MARKER && !memcmp(d->bytes, marker, MARKER))
		flags += MARKER;
	/* The exchange type stands before the flags; phase 1's are below those of phase 2 */
	d->forged = is_sealed(d) && at != flags && d->bytes[flags - 1] > 4;
	d->bytes[at] ^= 1 << world_random(w) % 8;
}

void world_send(void *ctx, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote, const uint8_t *bytes, size_t length)
{
	struct side *s = ctx;
	struct world *w = s->world;
	struct datagram d = { .from = *local, .to = *remote, .sender = s->index, .length = length };
	enum verdict verdict;

	d.number = s->sent++;
	translate_out(s, &d.from);
	d.bytes = world_must(malloc(length + 1));
	memcpy(d.bytes, bytes, length);
	verdict = s->unreachable ? WORLD_DROP : judge(w, &d);
	if (verdict == WORLD_DROP) {
		free(d.bytes);
		return;
	}
	d.time = w->hold ? HELD : arrival(w);
	if (verdict == WORLD_LATE)
		d.time += 3000 + world_random(w) % 3000;
	if (verdict == WORLD_DAMAGE && length)
		damage(w, &d);
	if (verdict == WORLD_TWICE) {
		struct datagram copy = d;

		copy.bytes = world_must(malloc(length + 1));
		memcpy(copy.bytes, bytes, length);
		copy.time = arrival(w);
		world_push(w, copy);
	}
	world_push(w, d);
}

void world_forge(struct world *w, const struct ike_endpoint *from, const struct ike_endpoint *to,
		 const uint8_t *bytes, size_t length)
{
	struct datagram d = { .time = w->now, .from = *from, .to = *to, .length = length };

	d.sender = w->side_count;
	d.bytes = world_must(malloc(length + 1));
	memcpy(d.bytes, bytes, length);
	world_push(w, d);
}

void world_nat(struct world *w, unsigned int side)
{
	struct side *s = &w->sides[side];
	uint32_t public = htonl(WORLD_PUBLIC + side);

	s->nat = true;
	s->public.family = AF_INET;
	memcpy(s->public.bytes, &public, sizeof(public));
}

void world_rebind(struct world *w, unsigned int side)
{
	w->sides[side].mapped[0] = 0;
	w->sides[side].mapped[1] = 0;
}

void world_deliver(struct world *w, struct datagram d)
{
	struct side *s = receiver(w, &d.to);

	if (s && s->ike && !s->unreachable) {
		uint64_t before = d.forged ? world_digest(w, s->index) : 0;

		s->received++;
		ike_input(s->ike, &d.to, &d.from, d.bytes, d.length, w->now);
		world_touched(w, s->index);
		if (d.forged && world_digest(w, s->index) != before)
			w->broken = "a forged message changed something";
		world_tell(s);
	}
	free(d.bytes);
}

static bool waits(const struct datagram *d, unsigned int sender)
{
	return d->time == HELD && d->sender == sender;
}

unsigned int world_held(const struct world *w, unsigned int sender)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < w->datagram_count; i++)
		count += waits(&w->datagrams[i], sender);
	return count;
}

void world_release(struct world *w, unsigned int sender, bool lost)
{
	size_t i, oldest = w->datagram_count;
	struct datagram d;

	for (i = 0; i < w->datagram_count; i++)
		if (waits(&w->datagrams[i], sender) &&
		    (oldest == w->datagram_count ||
		     w->datagrams[i].order < w->datagrams[oldest].order))
			oldest = i;
	if (oldest == w->datagram_count)
		return;
	d = w->datagrams[oldest];
	/* All that wait have the same time, so any order of them is a heap but for their own. */
	w->datagrams[oldest] = w->datagrams[--w->datagram_count];
	if (lost)
		free(d.bytes);
	else
		world_deliver(w, d);
}

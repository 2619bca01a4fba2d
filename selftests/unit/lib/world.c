// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_PRIVATE 0x0a000001 /* 10.0.0.1 */
#define MARKER 4 /* RFC 3948 2.2 */
#define FLAGS_AT 19 /* RFC 2408 3.1 */
#define HELD (IKE_NEVER - 1) /* the time of what waits for world_release() */
#define WORLD_PUBLIC 0xc6120001 /* 198.18.0.1 */

/* splitmix64 */
uint64_t world_random(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

bool world_chance(struct world *w, unsigned int permille)
{
	return permille && world_random(w) % 1000 < permille;
}

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static bool sooner(const struct datagram *a, const struct datagram *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void push_datagram(struct world *w, struct datagram d)
{
	size_t i, parent;

	if (w->datagram_count == w->datagram_size) {
		w->datagram_size = w->datagram_size ? 2 * w->datagram_size : 64;
		w->datagrams = must(realloc(w->datagrams, w->datagram_size * sizeof(d)));
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

static struct datagram pop_datagram(struct world *w)
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

static void push_wakeup(struct world *w, uint64_t time, unsigned int side)
{
	struct wakeup wakeup = { time, side };
	size_t i, parent;

	if (w->wakeup_count == w->wakeup_size) {
		w->wakeup_size = w->wakeup_size ? 2 * w->wakeup_size : 64;
		w->wakeups = must(realloc(w->wakeups, w->wakeup_size * sizeof(wakeup)));
	}
	for (i = w->wakeup_count++; i; i = parent) {
		parent = (i - 1) / 2;
		if (w->wakeups[parent].time <= time)
			break;
		w->wakeups[i] = w->wakeups[parent];
	}
	w->wakeups[i] = wakeup;
}

static struct wakeup pop_wakeup(struct world *w)
{
	struct wakeup first = w->wakeups[0], last = w->wakeups[--w->wakeup_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < w->wakeup_count) {
		if (child + 1 < w->wakeup_count &&
		    w->wakeups[child + 1].time < w->wakeups[child].time)
			child++;
		if (last.time <= w->wakeups[child].time)
			break;
		w->wakeups[i] = w->wakeups[child];
		i = child;
	}
	w->wakeups[i] = last;
	return first;
}

void world_touched(struct world *w, unsigned int side)
{
	struct side *s = &w->sides[side];
	uint64_t deadline = s->ike ? ike_deadline(s->ike) : IKE_NEVER;

	if (deadline < w->now)
		deadline = w->now;
	if (deadline == s->scheduled)
		return;
	s->scheduled = deadline;
	if (deadline != IKE_NEVER)
		push_wakeup(w, deadline, side);
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
static struct side *side_at(struct world *w, const struct ike_address *address)
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
	struct side *s = side_at(w, &to->address);
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

static void send_datagram(void *ctx, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote, const uint8_t *bytes, size_t length)
{
	struct side *s = ctx;
	struct world *w = s->world;
	struct datagram d = { .from = *local, .to = *remote, .sender = s->index, .length = length };
	enum verdict verdict;

	d.number = s->sent++;
	translate_out(s, &d.from);
	d.bytes = must(malloc(length + 1));
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

		copy.bytes = must(malloc(length + 1));
		memcpy(copy.bytes, bytes, length);
		copy.time = arrival(w);
		push_datagram(w, copy);
	}
	push_datagram(w, d);
}

void world_forge(struct world *w, const struct ike_endpoint *from, const struct ike_endpoint *to,
		 const uint8_t *bytes, size_t length)
{
	struct datagram d = { .time = w->now, .from = *from, .to = *to, .length = length };

	d.sender = w->side_count;
	d.bytes = must(malloc(length + 1));
	memcpy(d.bytes, bytes, length);
	push_datagram(w, d);
}

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

static const struct ike_address *seen_address(const struct side *s)
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
	const struct side *peer = side_at(w, &sa->sa.remote);
	const struct world_sa *other;

	for (other = peer ? peer->sas : NULL; other; other = other->next)
		if (other->sa.direction != sa->sa.direction && other->sa.spi == sa->sa.spi &&
		    other->sa.protocol == sa->sa.protocol &&
		    ike_address_equal(&other->sa.remote, seen_address(s)) && !same_sa(other, sa))
			w->broken = "different keys for one SPI";
}

static int install_sa(void *ctx, const struct ike_sa *sa)
{
	struct side *s = ctx;
	struct world_sa *copy;

	if (s->refuse_install)
		return s->refuse_install;
	if (*find_sa(s, sa) && sa->direction == IKE_IN)
		return -EEXIST;
	copy = must(calloc(1, sizeof(*copy)));
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

static void remove_sa(void *ctx, const struct ike_sa *sa)
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

static int update_sa(void *ctx, const struct ike_sa *sa)
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

static void on_event(void *ctx, const struct ike_event *event)
{
	struct side *s = ctx;
	struct world_event *to = &s->events[s->event_count++ % WORLD_EVENTS];

	to->code = event->code;
	to->error = event->error;
	to->time = event->time;
	to->authenticated = event->authenticated;
	snprintf(to->text, sizeof(to->text), "%s", event->text);
	s->counts[event->code]++;
	if (event->error)
		s->last_error = event->error;
	if (s->world->tell)
		printf("# %9.3f side %u %s: %s: %s\n", (double)event->time / 1000, s->index,
		       event->connection, ike_event_code(event->code), event->text);
	if (s->world->on_event)
		s->world->on_event(s, event);
}

static void random_bytes(void *ctx, uint8_t *bytes, size_t length)
{
	struct side *s = ctx;
	size_t i;

	for (i = 0; i < length; i++)
		bytes[i] = world_random(s->world) >> 24;
}

static uint64_t unix_time(void *ctx)
{
	const struct side *s = ctx;

	return (uint64_t)WORLD_EPOCH + s->world->now / 1000;
}

/* The password of each user is its name backwards; nobody is called nobody. */
static bool verify(void *ctx, const char *connection, const char *user, const uint8_t *password,
		   size_t length)
{
	struct side *s = ctx;
	size_t i;

	s->verified++;
	if (!*user || !strcmp(user, "nobody") || strlen(user) != length)
		return false;
	for (i = 0; i < length; i++)
		if (password[i] != (uint8_t)user[length - 1 - i])
			return false;
	return true;
}

static void configured(void *ctx, const char *connection, const struct ike_lease *lease)
{
	struct side *s = ctx;

	s->lease = *lease;
	s->configured++;
}

static const struct ike_ops ops = {
	.send = send_datagram,
	.sa_install = install_sa,
	.sa_remove = remove_sa,
	.sa_update = update_sa,
	.event = on_event,
	.random = random_bytes,
	.time = unix_time,
	.xauth_verify = verify,
	.configured = configured,
};

struct world *world_new(uint64_t seed, unsigned int sides)
{
	struct world *w = must(calloc(1, sizeof(*w)));
	unsigned int i;

	w->now = 1000;
	w->random = seed;
	w->latency = 10;
	w->side_count = sides;
	w->sides = must(calloc(sides, sizeof(*w->sides)));
	for (i = 0; i < sides; i++) {
		struct side *s = &w->sides[i];
		uint32_t address = htonl(WORLD_PRIVATE + i);

		s->world = w;
		s->index = i;
		s->address.family = AF_INET;
		memcpy(s->address.bytes, &address, sizeof(address));
		s->scheduled = IKE_NEVER;
		s->ports[0] = IKE_PORT;
		s->ports[1] = IKE_PORT_NATT;
		world_on(w, i);
	}
	return w;
}

static void drop_sas(struct side *s)
{
	while (s->sas) {
		struct world_sa *gone = s->sas;

		s->sas = gone->next;
		free(gone);
	}
	s->sa_count = 0;
}

void world_on(struct world *w, unsigned int side)
{
	struct side *s = &w->sides[side];

	s->ike = must(ike_new(&ops, s));
	ike_set_ports(s->ike, s->ports[0], s->ports[1]);
}

void world_off(struct world *w, unsigned int side)
{
	ike_free(w->sides[side].ike);
	w->sides[side].ike = NULL;
	drop_sas(&w->sides[side]);
	world_touched(w, side);
}

void world_free(struct world *w)
{
	unsigned int i;
	size_t j;

	for (i = 0; i < w->side_count; i++)
		world_off(w, i);
	for (j = 0; j < w->datagram_count; j++)
		free(w->datagrams[j].bytes);
	free(w->datagrams);
	free(w->wakeups);
	free(w->sides);
	free(w);
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

static void tell_change(struct side *s)
{
	if (s->changed && s->world->on_change)
		s->world->on_change(s);
	s->changed = false;
}

static void deliver(struct world *w, struct datagram d)
{
	struct side *s = receiver(w, &d.to);

	if (s && s->ike && !s->unreachable) {
		uint64_t before = d.forged ? world_digest(w, s->index) : 0;

		s->received++;
		ike_input(s->ike, &d.to, &d.from, d.bytes, d.length, w->now);
		world_touched(w, s->index);
		if (d.forged && world_digest(w, s->index) != before)
			w->broken = "a forged message changed something";
		tell_change(s);
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
		deliver(w, d);
}

bool world_run(struct world *w, uint64_t time, bool (*done)(struct world *w))
{
	uint64_t next;

	for (;;) {
		if (done && done(w))
			return true;
		next = w->datagram_count ? w->datagrams[0].time : IKE_NEVER;
		if (w->wakeup_count && w->wakeups[0].time < next)
			next = w->wakeups[0].time;
		if (next > time) {
			w->now = time;
			return false;
		}
		if (next > w->now)
			w->now = next;
		if (w->wakeup_count && w->wakeups[0].time == next) {
			struct wakeup wakeup = pop_wakeup(w);
			struct side *s = &w->sides[wakeup.side];

			if (s->scheduled != wakeup.time)
				continue; /* it has changed its mind since */
			s->scheduled = IKE_NEVER;
			if (s->ike)
				ike_tick(s->ike, w->now);
			world_touched(w, wakeup.side);
			tell_change(s);
		} else {
			deliver(w, pop_datagram(w));
		}
	}
}

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

struct world_sa *world_outbound(struct world *w, unsigned int side, const struct ike_address *to)
{
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next)
		if (sa->sa.direction == IKE_OUT && ike_address_equal(&sa->sa.remote, to))
			break;
	return sa;
}

const char *world_esp(struct world *w, unsigned int from, unsigned int to, bool notice)
{
	struct side *a = &w->sides[from], *b = &w->sides[to];
	struct world_sa *out = world_outbound(w, from, seen_address(b)), *in;

	if (!out)
		return "the sender has no outbound SA";
	for (in = b->sas; in; in = in->next)
		if (in->sa.direction == IKE_IN && in->sa.spi == out->sa.spi &&
		    in->sa.protocol == out->sa.protocol)
			break;
	if (!in)
		return "the receiver has no inbound SA of that SPI";
	if (!same_sa(out, in))
		return "the two sides' SAs differ";
	if (!ike_address_equal(&in->sa.remote, seen_address(a)))
		return "the receiver expects another sender";
	if (notice && !in->used && b->ike) {
		in->used = true;
		ike_sa_used(b->ike, in->sa.protocol, in->sa.spi, w->now);
		world_touched(w, to);
	}
	return NULL;
}

static const char *check_side(struct world *w, const struct side *s)
{
	struct world_sa *out, *in;
	struct side *peer;

	for (out = s->sas; out; out = out->next) {
		peer = out->sa.direction == IKE_OUT ? side_at(w, &out->sa.remote) : NULL;
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

struct ike_connection world_connection(struct world *w, unsigned int from, unsigned int to)
{
	static const char *const ike[] = { "aes128-sha1-modp1024" };
	static const char *const esp[] = { "aes128-sha1" };
	static struct ike_pair pair;
	struct ike_connection c = {
		.name = "test",
		.local = w->sides[from].address,
		.remote = *seen_address(&w->sides[to]),
		.local_id = from < to ? "left.example" : "right.example",
		.remote_id = from < to ? "right.example" : "left.example",
		.psk = (const uint8_t *)"a secret between two",
		.psk_length = 20,
		.ike = ike,
		.ike_count = 1,
		.esp = esp,
		.esp_count = 1,
		.pairs = &pair,
		.pair_count = 1,
		.start = IKE_START_WAIT,
		.replay_window = 64,
		.rekey_fuzz = 100,
	};

	ike_selector_parse(&pair.local, "0.0.0.0/0");
	ike_selector_parse(&pair.remote, "0.0.0.0/0");
	return c;
}

void world_add(struct world *w, unsigned int side, const struct ike_connection *c)
{
	char error[512] = "";

	if (!ike_connection_add(w->sides[side].ike, c, w->now, error, sizeof(error))) {
		fprintf(stderr, "connection refused: %s\n", error);
		abort();
	}
	world_touched(w, side);
}

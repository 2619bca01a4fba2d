// SPDX-License-Identifier: GPL-2.0-or-later
#include "world_inside.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void *world_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void push_wakeup(struct world *w, uint64_t time, unsigned int side)
{
	struct wakeup wakeup = { time, side };
	size_t i, parent;

	if (w->wakeup_count == w->wakeup_size) {
		w->wakeup_size = w->wakeup_size ? 2 * w->wakeup_size : 64;
		w->wakeups = world_must(realloc(w->wakeups, w->wakeup_size * sizeof(wakeup)));
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

static void keylog(void *ctx, const uint8_t cookie[8], const uint8_t *key, size_t length)
{
	struct side *s = ctx;

	s->keys++;
}

static const struct ike_ops ops = {
	.send = world_send,
	.sa_install = world_sa_install,
	.sa_remove = world_sa_remove,
	.sa_update = world_sa_update,
	.event = on_event,
	.random = random_bytes,
	.time = unix_time,
	.xauth_verify = verify,
	.configured = configured,
	.keylog = keylog,
};

struct world *world_new(uint64_t seed, unsigned int sides)
{
	struct world *w = world_must(calloc(1, sizeof(*w)));
	unsigned int i;

	w->now = 1000;
	w->random = seed;
	w->latency = 10;
	w->side_count = sides;
	w->sides = world_must(calloc(sides, sizeof(*w->sides)));
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

void world_on(struct world *w, unsigned int side)
{
	struct side *s = &w->sides[side];

	s->ike = world_must(ike_new(&ops, s));
	ike_set_ports(s->ike, s->ports[0], s->ports[1]);
}

void world_off(struct world *w, unsigned int side)
{
	ike_free(w->sides[side].ike);
	w->sides[side].ike = NULL;
	world_sa_flush(&w->sides[side]);
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

void world_tell(struct side *s)
{
	if (s->changed && s->world->on_change)
		s->world->on_change(s);
	s->changed = false;
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
			world_tell(s);
		} else {
			world_deliver(w, world_pop(w));
		}
	}
}

struct ike_connection world_connection(struct world *w, unsigned int from, unsigned int to)
{
	static const char *const ike[] = { "aes128-sha1-modp1024" };
	static const char *const esp[] = { "aes128-sha1" };
	static struct ike_pair pair;
	struct ike_connection c = {
		.name = "test",
		.local = w->sides[from].address,
		.remote = *world_seen_at(&w->sides[to]),
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

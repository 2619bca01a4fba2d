// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many tunnels for many hours on a virtual clock, over a network that loses, repeats, delays and
 * damages, with restarts, partitions, NATs that forget, both ends that begin at once. All the time:
 *
 *   - no two sides have different keys for one SPI;
 *   - a tunnel that can be up is up within a bound;
 *   - a tunnel that nothing happened to carries every packet, also while it is rekeyed;
 *   - the number of SAs is bounded.
 *
 * A failing run prints its seed and the story of the tunnel; the same seed plays exactly the same.
 *
 *	sim [--seed N] [--tunnels N] [--hours N] [--loss PERMILLE] [--tell TUNNEL]
 */
/* RAND_set_rand_method() is the one way to a repeatable OpenSSL. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "../unit/lib/world.h"

#define SECONDS UINT64_C(1000)
#define HOURS (3600 * SECONDS)
/* How often everything is looked at. */
#define STEP (5 * SECONDS)
/* A tunnel that can be up is up after this long: several failed attempts and their waits. */
#define BOUND (420 * SECONDS)
#define SAS_MAX 16
#define IKE_SAS_MAX 8

enum kind {
	CALM,		/* only the network is bad */
	RESTARTS,	/* one side is killed now and then */
	PARTITIONS,	/* nothing gets through now and then */
	REBINDING,	/* the left side is behind a NAT that forgets */
	EAGER,		/* both begin, short lifetimes */
	KINDS
};

static const char *const kind_names[KINDS] = {
	"calm", "restarts", "partitions", "rebinding", "eager",
};

struct tunnel {
	unsigned int number;
	enum kind kind;
	struct ike_connection left, right;
	uint64_t next_trouble, trouble_end;
	int off; /* the side that is switched off, or -1 */
	bool parted;
	uint64_t possible; /* since when nothing stands in its way */
	uint64_t last_up;
	bool was_up;
	unsigned int gaps, ups;
};

struct options {
	uint64_t seed;
	unsigned int tunnels, hours, loss;
	int tell;
};

static struct world *world;

/* OpenSSL's randomness, for the Diffie-Hellman keys. */
static uint64_t rand_state;

static int rand_bytes(unsigned char *buffer, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		rand_state = rand_state * UINT64_C(6364136223846793005) +
			     UINT64_C(1442695040888963407);
		buffer[i] = rand_state >> 40;
	}
	return 1;
}

static int rand_status(void)
{
	return 1;
}

static const RAND_METHOD rand_method = {
	.bytes = rand_bytes, .pseudorand = rand_bytes, .status = rand_status,
};

static struct side *left_of(const struct tunnel *t)
{
	return &world->sides[2 * t->number];
}

static struct side *right_of(const struct tunnel *t)
{
	return &world->sides[2 * t->number + 1];
}

static uint64_t between(uint64_t low, uint64_t high)
{
	return low + world_random(world) % (high - low);
}

static void plan_trouble(struct tunnel *t)
{
	static const uint64_t mean[KINDS] = {
		[RESTARTS] = 2 * HOURS, [PARTITIONS] = 3 * HOURS, [REBINDING] = HOURS,
	};

	t->next_trouble = mean[t->kind] ? world->now + between(mean[t->kind] / 4,
							       2 * mean[t->kind]) : IKE_NEVER;
}

static void make_tunnel(struct tunnel *t, unsigned int number)
{
	static const char *const curve[] = { "aes128-sha256-ecp256" };
	static const char *const modp[] = { "aes128-sha1-modp1024" };
	static const char *const pfs[] = { "aes128gcm16-ecp256" };

	*t = (struct tunnel){ .number = number, .kind = number % KINDS, .off = -1 };
	if (t->kind == REBINDING) {
		world_nat(world, 2 * number);
		left_of(t)->nat_timeout = 60 * SECONDS;
	}
	t->left = world_connection(world, 2 * number, 2 * number + 1);
	t->right = world_connection(world, 2 * number + 1, 2 * number);
	t->left.start = IKE_START_ALWAYS;
	t->left.dpd_delay = t->right.dpd_delay = 60;
	t->left.dpd_timeout = t->right.dpd_timeout = 200;
	t->left.ike = t->right.ike = number % 2 ? curve : modp;
	if (number % 3 == 0)
		t->left.esp = t->right.esp = pfs;
	if (t->kind == EAGER) {
		t->right.start = IKE_START_ALWAYS;
		t->left.esp_lifetime = t->right.esp_lifetime = 900;
		t->left.ike_lifetime = t->right.ike_lifetime = 3600;
	}
	world_add(world, 2 * number + 1, &t->right);
	world_add(world, 2 * number, &t->left);
	t->possible = world->now;
	plan_trouble(t);
}

static void begin_trouble(struct tunnel *t)
{
	struct side *s = world_random(world) % 2 ? left_of(t) : right_of(t);

	t->was_up = false;
	switch (t->kind) {
	case RESTARTS:
		t->off = s->index;
		world_off(world, s->index);
		t->trouble_end = world->now + between(1 * SECONDS, 300 * SECONDS);
		break;
	case PARTITIONS:
		t->parted = true;
		right_of(t)->unreachable = true;
		t->trouble_end = world->now + between(5 * SECONDS, 1200 * SECONDS);
		break;
	default:
		world_rebind(world, left_of(t)->index);
		t->trouble_end = world->now + 1;
		break;
	}
	t->next_trouble = IKE_NEVER;
	t->possible = IKE_NEVER;
}

static void end_trouble(struct tunnel *t)
{
	if (t->off >= 0) {
		world_on(world, t->off);
		world_add(world, t->off, t->off % 2 ? &t->right : &t->left);
		t->off = -1;
	}
	t->parted = false;
	right_of(t)->unreachable = false;
	t->trouble_end = 0;
	t->possible = world->now;
	plan_trouble(t);
}

static void tell_side(const struct side *s, const char *name)
{
	unsigned int i, first = s->event_count > WORLD_EVENTS ? s->event_count - WORLD_EVENTS : 0;

	for (i = first; i < s->event_count; i++) {
		const struct world_event *e = &s->events[i % WORLD_EVENTS];

		if (e->code != IKE_EVENT_RETRANSMIT && e->code != IKE_EVENT_DROPPED)
			printf("# %12.3f %-5s %s: %s\n", (double)e->time / 1000, name,
			       ike_event_code(e->code), e->text);
	}
}

static bool complain(const struct tunnel *t, const struct options *o, const char *what,
		     const char *why)
{
	printf("# tunnel %u (%s) at %.3f s: %s: %s\n", t->number, kind_names[t->kind],
	       (double)world->now / 1000, what, why);
	tell_side(left_of(t), "left");
	tell_side(right_of(t), "right");
	printf("# again: sim --seed %llu --tunnels %u --hours %u --loss %u --tell %u\n",
	       (unsigned long long)o->seed, o->tunnels, o->hours, o->loss, t->number);
	return false;
}

static bool look_at(struct tunnel *t, const struct options *o)
{
	unsigned int left = 2 * t->number, right = left + 1;
	const char *out = NULL, *in = NULL;

	if (world_ike_sas(world, left) > IKE_SAS_MAX || world_ike_sas(world, right) > IKE_SAS_MAX)
		return complain(t, o, "too many", "IKE SAs");
	if (left_of(t)->sa_count > SAS_MAX || right_of(t)->sa_count > SAS_MAX)
		return complain(t, o, "too many", "SAs");
	if (t->possible == IKE_NEVER)
		return true;
	out = world_esp(world, left, right, t->number % 4);
	in = world_esp(world, right, left, t->number % 4);
	if (!out && !in) {
		t->ups++;
		/* A dead peer may be declared dead some time after it has come back. */
		t->was_up = t->kind == CALM || t->kind == EAGER ||
			    world->now - t->possible > BOUND;
		t->last_up = world->now;
		return true;
	}
	/* What is up stays up while nothing happens to it. */
	if (t->was_up && t->kind != REBINDING)
		return complain(t, o, "a gap", out ? out : in);
	if (world->now - (t->last_up > t->possible ? t->last_up : t->possible) > BOUND)
		return complain(t, o, "should be up", out ? out : in);
	t->gaps++;
	return true;
}

static bool step(struct tunnel *tunnels, const struct options *o)
{
	unsigned int i;

	world_run(world, world->now + STEP, NULL);
	for (i = 0; i < o->tunnels; i++) {
		struct tunnel *t = &tunnels[i];

		if (!look_at(t, o))
			return false;
		if (world->now >= t->next_trouble)
			begin_trouble(t);
		else if (t->trouble_end && world->now >= t->trouble_end)
			end_trouble(t);
	}
	return true;
}

static void on_event(struct side *s, const struct ike_event *event)
{
	const struct options *o = world->test;

	if ((int)s->index / 2 == o->tell)
		printf("# %12.3f %-5s %s: %s\n", (double)event->time / 1000,
		       s->index % 2 ? "right" : "left", ike_event_code(event->code), event->text);
}

static bool run(const struct options *o)
{
	struct tunnel *tunnels = calloc(o->tunnels, sizeof(*tunnels));
	unsigned int i, rekeys = 0, ups = 0;
	uint64_t sent = 0;
	bool good = true;

	rand_state = o->seed;
	world = world_new(o->seed, 2 * o->tunnels);
	if (!tunnels)
		abort();
	world->loss = o->loss;
	world->twice = 30;
	world->late = 20;
	world->damage = 1;
	world->jitter = 80;
	world->test = (void *)o;
	world->on_event = on_event;
	for (i = 0; i < o->tunnels; i++)
		make_tunnel(&tunnels[i], i);
	while (good && world->now < o->hours * HOURS) {
		const char *why;

		good = step(tunnels, o);
		why = good && world->now % (600 * SECONDS) < STEP ? world_check(world) : NULL;
		if (why) {
			printf("# at %.3f s: %s\n", (double)world->now / 1000, why);
			good = false;
		}
	}
	for (i = 0; i < 2 * o->tunnels; i++) {
		rekeys += world->sides[i].counts[IKE_EVENT_CHILD_REKEYED];
		ups += world->sides[i].counts[IKE_EVENT_IKE_UP];
		sent += world->sides[i].sent;
	}
	printf("# seed %llu: %u tunnels, %u hours, %u of 1000 lost: %u phase 1, %u rekeys, %llu "
	       "datagrams\n", (unsigned long long)o->seed, o->tunnels, o->hours, o->loss, ups,
	       rekeys, (unsigned long long)sent);
	world_free(world);
	free(tunnels);
	return good;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "tunnels", required_argument, NULL, 't' },
		{ "hours", required_argument, NULL, 'h' },
		{ "loss", required_argument, NULL, 'l' },
		{ "tell", required_argument, NULL, 'e' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 's':
			o->seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			o->tunnels = strtoul(optarg, NULL, 0);
			break;
		case 'h':
			o->hours = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			o->loss = strtoul(optarg, NULL, 0);
			break;
		case 'e':
			o->tell = strtol(optarg, NULL, 0);
			break;
		default:
			fprintf(stderr, "usage: sim [--seed N] [--tunnels N] [--hours N] "
					"[--loss PERMILLE] [--tell TUNNEL]\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct options shorts[] = {
		{ 1, 20, 6, 0, -1 },
		{ 2, 20, 6, 50, -1 },
		{ 3, 20, 6, 200, -1 },
		{ 4, 20, 3, 350, -1 },
	};
	struct options o = { 1, 20, 6, 200, -1 };
	unsigned int i, failed = 0;

	RAND_set_rand_method(&rand_method);
	printf("TAP version 13\n");
	if (argc > 1) {
		parse(&o, argc, argv);
		failed = !run(&o);
		printf("1..1\n%s 1 - seed %llu\n", failed ? "not ok" : "ok",
		       (unsigned long long)o.seed);
		return failed;
	}
	printf("1..%zu\n", sizeof(shorts) / sizeof(shorts[0]));
	for (i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		bool good = run(&shorts[i]);

		printf("%s %u - %u tunnels for %u hours, %u of 1000 datagrams lost\n",
		       good ? "ok" : "not ok", i + 1, shorts[i].tunnels, shorts[i].hours,
		       shorts[i].loss);
		failed += !good;
	}
	return failed ? 1 : 0;
}

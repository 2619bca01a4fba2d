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
 *   - what was damaged or made up on the way changes nothing.
 *
 * A failing run prints its seed and the story of the tunnel; the same seed plays exactly the same.
 *
 *	sim		a few short ones, and the small cases in every order (interleavings.c)
 *	sim --long	a thousand tunnels for a day, a fifth of all datagrams lost; a seed by
 *			chance unless one is given
 *	sim [--seed N] [--tunnels N] [--hours N] [--loss PERMILLE] [--tell TUNNEL]
 *	sim --interleavings N	every order of the small cases, N messages of each lost (0 or 1)
 */
/* RAND_set_rand_method() is the one way to a repeatable OpenSSL. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "form.h"
#include "ike/session.h"
#include "sim.h"

#define SECONDS UINT64_C(1000)
#define HOURS (3600 * SECONDS)
/* How often everything is looked at. */
#define STEP (5 * SECONDS)
/* Messages of strangers in each step. */
#define FORGED 20
/* Of each of the small cases; with the sanitizers it would take too long for every check. */
#ifdef __SANITIZE_ADDRESS__
#define LOSSES 0
#else
#define LOSSES 1
#endif
/* A tunnel that can be up is up after this long: several failed attempts and their waits. */
#define BOUND (420 * SECONDS)
#define SAS_MAX 32
/* Of a thousand; with more of them lost nobody logs in in time. */
#define LOSS_LOGIN 200
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
	enum form form;
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

struct simulation {
	const struct options *options;
	struct tunnel *tunnels;
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
	static const char *const ah[] = { "sha256" };

	*t = (struct tunnel){ .number = number, .kind = number % KINDS, .off = -1 };
	/* Each trouble meets each form. */
	t->form = number / KINDS % FORMS;
	if (world->loss > LOSS_LOGIN && (t->form == FORM_LOGIN || t->form == FORM_CLIENT))
		t->form = FORM_PLAIN;
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
	t->left.unique = t->right.unique = number % 11 == 3 ? IKE_UNIQUE_KEEP :
					   number % 11 == 7 ? IKE_UNIQUE_NEVER :
							      IKE_UNIQUE_REPLACE;
	if (number % 3 == 0)
		t->left.esp = t->right.esp = pfs;
	/* A bundle, which no NAT lets through */
	if (number % 7 == 1 && t->kind != REBINDING) {
		t->left.ah = t->right.ah = ah;
		t->left.ah_count = t->right.ah_count = number % 3 != 0;
	}
	if (t->kind == EAGER) {
		t->right.start = IKE_START_ALWAYS;
		t->left.esp_lifetime = t->right.esp_lifetime = 900;
		t->left.ike_lifetime = t->right.ike_lifetime = 3600;
	}
	form_left(&t->left, t->form);
	form_right(&t->right, t->form);
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

void tell_side(const struct side *s, const char *name)
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
	printf("# tunnel %u (%s, %s) at %.3f s: %s: %s\n", t->number, kind_names[t->kind],
	       form_names[t->form], (double)world->now / 1000, what, why);
	tell_side(left_of(t), "left");
	tell_side(right_of(t), "right");
	printf("# again: sim --seed %llu --tunnels %u --hours %u --loss %u --tell %u\n",
	       (unsigned long long)o->seed, o->tunnels, o->hours, o->loss, t->number);
	return false;
}

/* Nothing else happens to these, so that they carry every packet at every moment. */
static bool undisturbed(const struct tunnel *t)
{
	return t->kind == CALM || t->kind == EAGER;
}

/* One packet of each pair, one way: NULL, or why the first that did not arrive did not. */
static const char *carry(const struct tunnel *t, unsigned int from, unsigned int to, bool notice)
{
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < t->left.pair_count && !why; i++)
		why = world_esp_pair(world, from, to, i, notice);
	return why;
}

/* Right after an SA came or went. */
static void on_change(struct side *s)
{
	const struct simulation *sim = world->test;
	const struct tunnel *t = &sim->tunnels[s->index / 2];
	const char *why;

	if (world->broken || !t->was_up || !undisturbed(t))
		return;
	why = carry(t, 2 * t->number, 2 * t->number + 1, false);
	if (!why)
		why = carry(t, 2 * t->number + 1, 2 * t->number, false);
	if (!why)
		return;
	world->broken = "a gap";
	complain(t, sim->options, "a gap", why);
}

/*
 * What a stranger would send to a tunnel: a notification in the clear with the true cookies, an
 * old phase 1's first message, noise in the form of a message.
 */
static void forge(struct tunnel *t)
{
	struct side *s = world_random(world) % 2 ? left_of(t) : right_of(t);
	struct side *other = s == left_of(t) ? right_of(t) : left_of(t);
	struct ike_endpoint to = { s->address, IKE_PORT }, from = { other->address, IKE_PORT };
	uint8_t bytes[68] = { 0 };
	uint64_t before;
	size_t i;

	if (!s->ike || s->nat || other->nat)
		return;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = world_random(world) >> 20;
	if (s->ike->sessions) {
		memcpy(bytes, s->ike->sessions->cookie_i, 8);
		memcpy(bytes + 8, s->ike->sessions->cookie_r, 8);
	}
	bytes[16] = (uint8_t[]){ 11, 12, 8, 5 }[world_random(world) % 4]; /* N, D, HASH, ID */
	bytes[17] = 0x10;
	bytes[18] = (uint8_t[]){ 5, 2, 32, 6 }[world_random(world) % 4]; /* RFC 2408 3.1 */
	bytes[19] = world_random(world) % 2;
	memset(bytes + 24, 0, 4);
	bytes[27] = sizeof(bytes);
	if (world_random(world) % 2) { /* one payload, well-formed */
		memset(bytes + 28, 0, 16);
		bytes[31] = 40;
		bytes[35] = 1;
		bytes[36] = 1;
		bytes[38] = bytes[16] == 11 ? 0 : 1;
		bytes[39] = world_random(world) % 31;
	}
	before = world_digest(world, s->index);
	ike_input(s->ike, &to, &from, bytes, sizeof(bytes), world->now);
	world_touched(world, s->index);
	if (world_digest(world, s->index) != before)
		world->broken = "a forged message changed something";
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
	out = carry(t, left, right, t->number % 4);
	in = carry(t, right, left, t->number % 4);
	if (!out && !in) {
		t->ups++;
		/* A dead peer may be declared dead some time after it has come back. */
		t->was_up = undisturbed(t) || world->now - t->possible > BOUND;
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
	for (i = 0; i < FORGED; i++)
		forge(&tunnels[world_random(world) % o->tunnels]);
	if (world->broken) {
		printf("# at %.3f s: %s\n", (double)world->now / 1000, world->broken);
		return false;
	}
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
	const struct simulation *sim = world->test;

	if ((int)s->index / 2 == sim->options->tell)
		printf("# %12.3f %-5s %s: %s\n", (double)event->time / 1000,
		       s->index % 2 ? "right" : "left", ike_event_code(event->code), event->text);
}

static bool run(const struct options *o)
{
	struct tunnel *tunnels = calloc(o->tunnels, sizeof(*tunnels));
	struct simulation sim = { o, tunnels };
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
	world->test = &sim;
	world->on_event = on_event;
	world->on_change = on_change;
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

/* What the command line asks for. */
enum task { SHORT, ONE, INTERLEAVINGS };

static enum task parse(struct options *o, unsigned int *losses, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "tunnels", required_argument, NULL, 't' },
		{ "hours", required_argument, NULL, 'h' },
		{ "loss", required_argument, NULL, 'l' },
		{ "tell", required_argument, NULL, 'e' },
		{ "long", no_argument, NULL, 'L' },
		{ "interleavings", required_argument, NULL, 'i' },
		{ 0 },
	};
	enum task task = argc > 1 ? ONE : SHORT;
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
		case 'L':
			o->tunnels = 1000;
			o->hours = 24;
			break;
		case 'i':
			*losses = strtoul(optarg, NULL, 0);
			task = INTERLEAVINGS;
			break;
		default:
			fprintf(stderr, "usage: sim [--long] [--seed N] [--tunnels N] [--hours N] "
					"[--loss PERMILLE] [--tell TUNNEL] "
					"[--interleavings LOSSES]\n");
			exit(2);
		}
	}
	return task;
}

static int run_one(const struct options *o)
{
	bool good;

	printf("1..1\n# seed %llu\n", (unsigned long long)o->seed);
	fflush(stdout);
	good = run(o);
	printf("%s 1 - seed %llu\n", good ? "ok" : "not ok", (unsigned long long)o->seed);
	return !good;
}

int main(int argc, char **argv)
{
	static const struct options shorts[] = {
		{ 1, 20, 6, 0, -1 },
		{ 2, 20, 6, 50, -1 },
		{ 3, 20, 6, 200, -1 },
		{ 4, 20, 3, 350, -1 },
	};
	const unsigned int count = sizeof(shorts) / sizeof(shorts[0]);
	struct options o = { time(NULL), 20, 6, 200, -1 };
	unsigned int i, failed = 0, losses = LOSSES;
	enum task task;

	RAND_set_rand_method(&rand_method);
	printf("TAP version 13\n");
	task = parse(&o, &losses, argc, argv);
	if (task == ONE)
		return run_one(&o);
	printf("1..%u\n", interleavings_count() + (task == SHORT ? count : 0));
	for (i = 0; i < count && task == SHORT; i++) {
		bool good = run(&shorts[i]);

		printf("%s %u - %u tunnels for %u hours, %u of 1000 datagrams lost\n",
		       good ? "ok" : "not ok", i + 1, shorts[i].tunnels, shorts[i].hours,
		       shorts[i].loss);
		failed += !good;
	}
	failed += interleavings(task == SHORT ? count + 1 : 1, losses);
	return failed ? 1 : 0;
}

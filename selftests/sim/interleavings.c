// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The small cases, all of them: see sim.h.
 *
 * The network holds every datagram. A run is a list of choices: which side's oldest datagram
 * arrives next, whether it is lost instead, when the second thing happens. The choices are counted
 * through like the digits of a number, so each order is played once. Behind the last choice the
 * network is a good one again, and everything must end well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "ike/child.h"
#include "sim.h"

#define SECONDS UINT64_C(1000)
#define CHOICES_MAX 24
/* Messages that are put in order; what comes behind them comes as it does. */
#define ORDERED 8
/* Until then a tunnel is up again, whatever was lost; and until then what was replaced is gone. */
#define UP_BOUND (200 * SECONDS)
#define CLEAN_BOUND (700 * SECONDS)

/* Odometer of choices. */
struct order {
	unsigned int choice[CHOICES_MAX], of[CHOICES_MAX], count, at;
};

static unsigned int choose(struct order *o, unsigned int of)
{
	if (of < 2 || o->at == CHOICES_MAX)
		return 0;
	if (o->at == o->count) {
		o->choice[o->count] = 0;
		o->of[o->count++] = of;
	}
	return o->choice[o->at++];
}

/* To the next order; false behind the last. */
static bool advance(struct order *o)
{
	o->count = o->at;
	while (o->count && o->choice[o->count - 1] + 1 >= o->of[o->count - 1])
		o->count--;
	if (!o->count)
		return false;
	o->choice[o->count - 1]++;
	o->at = 0;
	return true;
}

/* What can happen to a side. */
typedef void act_fn(struct world *w, unsigned int side);

static struct child *first_child(struct world *w, unsigned int side)
{
	struct child *c = w->sides[side].ike ? w->sides[side].ike->children : NULL;

	while (c && (c->state != CHILD_ESTABLISHED || c->replaced))
		c = c->next;
	return c;
}

static void rekey_child(struct world *w, unsigned int side)
{
	struct child *c = first_child(w, side);

	if (c)
		ike_sa_expired(w->sides[side].ike, IKE_PROTOCOL_ESP, IKE_IN, c->parts[0].spi_in,
			       IKE_LIMIT_BYTES, w->now);
}

static void delete_child_now(struct world *w, unsigned int side)
{
	struct child *c = first_child(w, side);

	if (c)
		ike_sa_expired(w->sides[side].ike, IKE_PROTOCOL_ESP, IKE_IN, c->parts[0].spi_in,
			       IKE_LIMIT_HARD, w->now);
}

static enum form form_of(const struct world *w)
{
	return *(const enum form *)w->test;
}

/* Who asks for users waits for them, and for what they begin. */
static bool waits(const struct world *w, unsigned int side)
{
	return side && (form_of(w) == FORM_LOGIN || form_of(w) == FORM_CLIENT);
}

static void renew_phase1(struct world *w, unsigned int side)
{
	struct ike *ike = w->sides[side].ike;
	struct session *s = ike ? session_best(ike->connections) : NULL;

	if (!s || waits(w, side))
		return;
	timer_set(&ike->timers, &s->rekey, w->now);
	ike_tick(ike, w->now);
}

static void start(struct world *w, unsigned int side)
{
	if (w->sides[side].ike && !waits(w, side))
		ike_start(w->sides[side].ike, "test", w->now);
}

static void down_and_up(struct world *w, unsigned int side)
{
	if (!w->sides[side].ike)
		return;
	ike_stop(w->sides[side].ike, "test", w->now);
	start(w, side);
}

static struct ike_connection connection(struct world *w, unsigned int side)
{
	static const char *const ike[] = { "aes128-sha256-ecp256" };
	static const char *const esp[] = { "aes128gcm16" };
	struct ike_connection c = world_connection(w, side, !side);

	c.ike = ike;
	c.esp = esp;
	c.dpd_delay = 20;
	c.dpd_timeout = 60;
	if (side)
		form_right(&c, form_of(w));
	else
		form_left(&c, form_of(w));
	return c;
}

/* Killed, and there again at once: it knows nothing, its kernel's SAs are gone. */
static void restart(struct world *w, unsigned int side)
{
	struct ike_connection c = connection(w, side);

	world_off(w, side);
	world_on(w, side);
	world_add(w, side, &c);
	start(w, side);
}

static const struct scene {
	const char *name;
	bool up; /* before anything happens */
	act_fn *first; /* to the left side */
	act_fn *second; /* to the right one, at any moment from the first on */
	bool again; /* the first happens to the right side instead, the second too */
} scenes[] = {
	{ "both begin", false, start, start, false },
	{ "one begins, the other restarts in each state", false, start, restart, false },
	{ "both rekey the child", true, rekey_child, rekey_child, false },
	{ "a rekey, and the other side deletes the child", true, rekey_child, delete_child_now,
	  false },
	{ "a rekey by the responder, and its peer restarts", true, rekey_child, restart, true },
	{ "a rekey, and the other side restarts", true, rekey_child, restart, false },
	{ "both renew phase 1", true, renew_phase1, renew_phase1, false },
	{ "phase 1 is renewed, the other side rekeys the child", true, renew_phase1, rekey_child,
	  false },
	{ "phase 1 is renewed, the other side restarts in each state", true, renew_phase1, restart,
	  false },
	{ "down and up, the other side rekeys", true, down_and_up, rekey_child, false },
	{ "both down and up", true, down_and_up, down_and_up, false },
	{ "both delete the child", true, delete_child_now, delete_child_now, false },
};

/* With the sanitizers all of them would take too long for every check. */
static const enum form forms[] = {
	FORM_PLAIN,
#ifndef __SANITIZE_ADDRESS__
	FORM_AGGRESSIVE, FORM_LOGIN, FORM_CLIENT,
#endif
};

#define SCENES (sizeof(scenes) / sizeof(scenes[0]))
#define CASES (SCENES * (sizeof(forms) / sizeof(forms[0])))

unsigned int interleavings_count(void)
{
	return CASES;
}

static bool up(struct world *w)
{
	return !world_esp(w, 0, 1, true) && !world_esp(w, 1, 0, true) &&
	       world_state(w, 0, "test") == IKE_STATE_ESTABLISHED &&
	       world_state(w, 1, "test") == IKE_STATE_ESTABLISHED;
}

static struct world *begin(const struct scene *scene, const enum form *form)
{
	struct world *w = world_new(7, 2);
	struct ike_connection left, right;

	w->test = (void *)form;
	left = connection(w, 0);
	right = connection(w, 1);
	world_add(w, 1, &right);
	world_add(w, 0, &left);
	if (!scene->up)
		return w;
	start(w, 0);
	world_touched(w, 0);
	world_run(w, w->now + 5 * SECONDS, up);
	/* Nobody waits for anything from before. */
	world_run(w, w->now + 70 * SECONDS, NULL);
	return w;
}

static void act(struct world *w, act_fn *fn, unsigned int side)
{
	fn(w, side);
	world_touched(w, side);
}

/* One order, up to the last choice. */
static void play(struct world *w, const struct scene *scene, struct order *o, unsigned int losses)
{
	unsigned int side = scene->again, step;
	bool done = false;

	w->hold = true;
	act(w, scene->first, side);
	for (step = 0; step < ORDERED; step++) {
		unsigned int left = world_held(w, 0), right = world_held(w, 1), from;
		bool lost;

		if (!done && choose(o, 2)) {
			act(w, scene->second, !side);
			done = true;
			left = world_held(w, 0);
			right = world_held(w, 1);
		}
		if (!left && !right)
			break;
		from = left && right ? choose(o, 2) : !left;
		lost = losses && choose(o, 2);
		losses -= lost;
		world_release(w, from, lost);
		w->now += 5;
	}
	if (!done)
		act(w, scene->second, !side);
	w->hold = false;
	while (world_held(w, 0))
		world_release(w, 0, false);
	while (world_held(w, 1))
		world_release(w, 1, false);
}

/* NULL, or what must not be. */
static const char *judge_end(struct world *w)
{
	unsigned int i;

	if (w->broken)
		return w->broken;
	if (!world_run(w, w->now + UP_BOUND, up))
		return "it does not come up again";
	world_run(w, w->now + CLEAN_BOUND, NULL);
	if (w->broken)
		return w->broken;
	if (!up(w))
		return "it does not stay up";
	for (i = 0; i < 2; i++) {
		if (w->sides[i].sa_count != 2)
			return "not one pair of SAs is left";
		if (world_ike_sas(w, i) > 2)
			return "IKE SAs are left over";
	}
	return world_check(w);
}

static void explain(const struct scene *scene, const struct order *o, struct world *w,
		    const char *why)
{
	unsigned int i;

	printf("# %s, %s: %s; the order was", form_names[form_of(w)], scene->name, why);
	for (i = 0; i < o->at; i++)
		printf(" %u/%u", o->choice[i], o->of[i]);
	printf("\n");
	tell_side(&w->sides[0], "left");
	tell_side(&w->sides[1], "right");
}

static bool play_all(const struct scene *scene, const enum form *form, unsigned int losses,
		     unsigned int *orders)
{
	struct order o = { .count = 0 };
	const char *why;

	*orders = 0;
	do {
		struct world *w = begin(scene, form);

		o.at = 0;
		play(w, scene, &o, losses);
		why = judge_end(w);
		if (why)
			explain(scene, &o, w, why);
		world_free(w);
		++*orders;
	} while (!why && advance(&o));
	return !why;
}

unsigned int interleavings(unsigned int first, unsigned int losses)
{
	unsigned int i, orders, failed = 0;

	for (i = 0; i < CASES; i++) {
		const struct scene *scene = &scenes[i % SCENES];
		const enum form *form = &forms[i / SCENES];
		/* The others have more messages, and so too many orders. */
		unsigned int lost = *form == FORM_PLAIN ? losses : 0;
		bool good = play_all(scene, form, lost, &orders);

		printf("%sok %u - %s, %s: %u orders%s\n", good ? "" : "not ", first + i,
		       form_names[*form], scene->name, orders, lost ? ", one message lost" : "");
		fflush(stdout);
		failed += !good;
	}
	return failed;
}

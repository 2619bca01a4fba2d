// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long the NAT in front of us keeps its mapping of UDP port 4500, measured. The daemon has the
 * peer answer and leaves the answer unanswered (aditd/control.h, "hush"): the peer repeats it,
 * after longer and longer pauses. Which of the repetitions come through, in silence and then with
 * keepalives, tells which pause the mapping has survived, and which it has not.
 */
#include <stdlib.h>

#include "adit/client.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "ike/ike.h"
#include "ike/numbers.h"

#define REPEATS_MAX	8
#define TRIES		8
#define LONGEST		90000	/* ms of one silence; the daemon's is a little longer */
#define FIRST		15000	/* ms that the first repetition is waited for */
#define STEP		250	/* ms */
#define KEEPALIVE	1000	/* ms, where the mapping is kept on purpose */
/*
 * A peer may give phase 1 up for want of an answer (strongSwan: retransmit_tries, of 4, 7, 13, 23
 * and 42 s): what is in more of a hurry than that is asked for less.
 */
#define HURRY		3000	/* ms before the first repetition */
#define ENOUGH		4
#define ENOUGH_HURRY	2
#define LATE		1500	/* ms by which a repetition may differ from its like */

/**
 * struct repeats - when the peer's answer came again
 * @at: ms after it came first, @count of them
 * @asked: the daemon has begun; @answered: the peer has; @disturbed: others used the mapping
 * @overdue: a further one should have come
 */
struct repeats {
	uint64_t at[REPEATS_MAX];
	size_t count;
	bool asked, answered, disturbed, overdue;
};

/*
 * The answer itself first. What else the two have to say (a question whether the peer is there, a
 * DELETE of what was asked before, ESP) counts from the answer on: it keeps the mapping, too.
 */
static void read_repeats(struct gather *g, struct repeats *r)
{
	const struct capture_passage *list, *question = NULL;
	size_t count, asked = 0, told = 0, i;
	uint64_t first = 0;

	list = capture_passages(g->capture, &count);
	r->answered = r->disturbed = false;
	for (i = r->count = 0; i < count; i++) {
		bool same = question && list[i].ike && list[i].id == question->id;

		if (!r->answered && list[i].outgoing && list[i].exchange == IKE_EXCHANGE_QUICK &&
		    (!question || same)) {
			if (!question)
				question = &list[i];
			asked++;
		} else if (list[i].outgoing || !same) {
			r->disturbed |= r->answered && !list[i].keepalive;
		} else if (!r->answered || (told < asked && list[i].ms - first < LATE)) {
			/* Asked twice, by a daemon that waited in vain, it answers twice */
			r->answered = true;
			first = list[i].ms;
			told++;
		} else if (r->count < REPEATS_MAX) {
			r->at[r->count++] = list[i].ms - first;
		}
	}
}

/* The pause before repetition @i */
static uint64_t pause_before(const struct repeats *r, size_t i)
{
	return i ? r->at[i] - r->at[i - 1] : r->at[0];
}

/* When the next one is over-due: what peers do between two is at most to triple the pause */
static uint64_t patience(const struct repeats *r)
{
	uint64_t due = FIRST;

	if (r->count)
		due = r->at[r->count - 1] + 3 * pause_before(r, r->count - 1) + 2000;
	return due < LONGEST ? due : LONGEST;
}

/**
 * struct terms - of having the peer repeat once, ms
 * @kept: for so long we keep the mapping by keepalives
 * @until: the end, 0: when no further repetition can be hoped for
 * @pause: or a repetition after such a pause, 0: none is enough
 * @after: or a repetition later than this, 0: none is enough
 */
struct terms {
	uint64_t kept, until, pause, after;
};

static bool is_enough(const struct terms *terms, const struct repeats *r, uint64_t elapsed)
{
	size_t last = r->count - 1;

	if (r->count >= (r->at[0] < HURRY ? ENOUGH_HURRY : ENOUGH))
		return true;
	if (r->disturbed || elapsed > (terms->until ? terms->until : patience(r)))
		return true;
	return r->count && ((terms->pause && pause_before(r, last) >= terms->pause) ||
			    (terms->after && r->at[last] > terms->after));
}

/* The one before has hung up, which the daemon may not have noticed yet */
static json_t *begin(struct gather *g, struct client *client)
{
	struct client_error error = { 0 };
	json_t *result = NULL;
	int i;

	for (i = 0; i < TRIES && !result; i++) {
		if (i)
			capture_wait(g->capture, STEP);
		json_decref(error.details);
		error = (struct client_error){ 0 };
		result = client_ask(client, json_pack("{s:s, s:s}", "command", "hush", "tunnel",
						      g->name), NULL, NULL, &error);
	}
	json_decref(error.details);
	return result;
}

/* How it went, for who reads the facts: when the answer came again, seconds */
static void put_repeats(struct gather *g, const struct repeats *r)
{
	json_t *list = json_object_get(g->facts, "repeats"), *at = json_array();
	size_t i;

	if (!list) {
		list = json_array();
		json_object_set_new(g->facts, "repeats", list);
	}
	for (i = 0; i < r->count; i++)
		json_array_append_new(at, json_real((double)r->at[i] / 1000));
	json_array_append_new(list, json_pack("{s:b, s:b, s:b, s:o}", "asked", r->asked,
					      "answered", r->answered, "disturbed", r->disturbed,
					      "at", at));
}

static void listen_once(struct gather *g, const struct terms *terms, struct repeats *r)
{
	struct client_error error = { 0 };
	struct client *client = client_open(g->socket, &error);
	uint64_t begun, kept_last, now;
	json_t *result;

	g->capture = gather_listen(g);
	result = client && g->capture ? begin(g, client) : NULL;
	json_decref(error.details);
	r->asked = result;
	begun = kept_last = capture_now();
	while (result) {
		capture_wait(g->capture, STEP);
		read_repeats(g, r);
		now = capture_now();
		r->overdue = now - begun > patience(r);
		if (is_enough(terms, r, now - begun))
			break;
		if (now - begun < terms->kept && now - kept_last >= KEEPALIVE) {
			gather_keepalive(g);
			kept_last = now;
		}
	}
	put_repeats(g, r);
	json_decref(result);
	client_close(client);
	capture_free(g->capture);
	g->capture = NULL;
}

/* How long we are silent at most, ms: keepalives, and our questions whether the peer is there */
static uint64_t own_silence(const struct gather *g)
{
	double silence = fact_number(g->facts, "tunnel.config.keepalive");
	double dpd = fact_number(g->facts, "tunnel.config.dpd-delay");

	if (dpd > 0 && dpd < silence && fact_true(g->facts, "tunnel.ike.dpd"))
		silence = dpd;
	return (uint64_t)(silence * 1000);
}

/* @survived, @lost: ms, 0: none */
static void put(struct gather *g, uint64_t survived, uint64_t lost, uint64_t silence)
{
	json_object_set_new(g->facts, "mapping",
			    json_pack("{s:f, s:f, s:f}", "survived", (double)survived / 1000,
				      "lost", (double)lost / 1000, "silence",
				      (double)silence / 1000));
}

/* The pause that the mapping has not survived, ms; 0: the peer just does not repeat any more */
static uint64_t find_lost(struct gather *g, const struct repeats *silent, uint64_t *at)
{
	uint64_t last = silent->count ? silent->at[silent->count - 1] : 0;
	const struct terms terms = {
		.kept = UINT64_MAX, .until = patience(silent), .after = last + LATE
	};
	struct repeats kept = { 0 };

	listen_once(g, &terms, &kept);
	if (!kept.asked || kept.disturbed || !kept.count ||
	    kept.at[kept.count - 1] <= terms.after)
		return 0;
	*at = kept.at[kept.count - 1];
	return pause_before(&kept, kept.count - 1);
}

/* Whether it survives our own silence: keepalives until so long before a repetition due @at */
static bool survives(struct gather *g, uint64_t at, uint64_t silence, bool *known)
{
	const struct terms terms = { .kept = at - silence, .until = at + LATE };
	struct repeats r = { 0 };

	listen_once(g, &terms, &r);
	*known = r.asked && r.answered && !r.disturbed;
	return r.count && r.at[r.count - 1] + LATE > at;
}

void gather_mapping(json_t *facts, const char *socket)
{
	struct gather g = { .facts = facts, .name = fact_text(facts, "name"), .socket = socket };
	uint64_t silence = own_silence(&g), survived = 0, lost, at = 0;
	const struct terms terms = { .pause = silence + 1000 };
	struct repeats silent = { 0 };
	bool known = true;
	size_t i;

	if (!fact_true(facts, "can_probe") || !fact_is(facts, "tunnel.state", "established") ||
	    !fact_true(facts, "tunnel.ike.nat_local") ||
	    !fact_true(fact_child(facts, "tunnel"), "encap") || !gather_ends(&g))
		return;
	listen_once(&g, &terms, &silent);
	/* It has asked over that port in vain: how often, the daemon has counted */
	if (silent.asked && !silent.answered)
		gather_status(&g, "later");
	if (!silent.asked || !silent.answered || silent.disturbed)
		return;
	for (i = 0; i < silent.count; i++)
		if (pause_before(&silent, i) > survived)
			survived = pause_before(&silent, i);
	lost = silent.overdue ? find_lost(&g, &silent, &at) : 0;
	/* In between: measured exactly */
	if (lost > silence) {
		if (survives(&g, at, silence, &known))
			survived = silence;
		lost = survived == silence || !known ? 0 : silence;
	}
	put(&g, survived, lost, silence);
}

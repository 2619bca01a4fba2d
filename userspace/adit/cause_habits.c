// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in what happens again and again, or does not at all, where nothing is refused: who takes
 * the tunnel down, and who is to begin it.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

#define LATELY	300	/* seconds */
#define AT_ONCE	15	/* seconds, for a peer that is busy */

/* It was there, and what ended it was nothing that is wrong with the tunnel */
static bool has_gone(const json_t *facts)
{
	return last_error_is(facts, "peer-deleted") || last_error_is(facts, "dpd-timeout");
}

static bool waits_for_peer(const json_t *facts, struct finding *f)
{
	bool gone = has_gone(facts);

	if (!fact_is(facts, "tunnel.state", "dormant") || !fact_is(facts, "tunnel.start", "wait") ||
	    !(gone || (!fact(facts, "tunnel.last_error") &&
		       !fact_number(facts, "tunnel.contact.received"))))
		return false;
	say_daemon(facts, f);
	say_seen(f, "start = \"wait\", and no message of the peer has come%s",
		 gone ? " since" : "");
	say_cure(f, "start the tunnel at the peer, or here with 'adit up %s' (and start = "
		 "\"always\" "
		 "for good)", fact_text(facts, "name"));
	return say_cause(f, "This side waits for the peer to begin, and the peer has not come%s.",
			 gone ? " again" : "");
}

static bool waits_for_packet(const json_t *facts, struct finding *f)
{
	if (!fact_is(facts, "tunnel.state", "dormant") ||
	    !fact_is(facts, "tunnel.start", "on-demand") ||
	    !(has_gone(facts) || !fact(facts, "tunnel.last_error")))
		return false;
	say_daemon(facts, f);
	say_seen(f, "start = \"on-demand\", and no packet to %s has asked for it",
		 fact_text(facts, "tunnel.device"));
	say_cure(f, "send a packet into it (is a route over %s there?), or 'adit up %s'",
		 fact_text(facts, "tunnel.device"), fact_text(facts, "name"));
	return say_cause(f, "The tunnel is brought up on demand, and nothing has been sent to it.");
}

static bool is_conflict(const json_t *entry)
{
	return fact_is(entry, "code", "conflict");
}

static bool are_namesakes(const json_t *one, const json_t *other)
{
	return fact_is(other, "remote_ts", fact_text(one, "remote_ts")) &&
	       fact_is(other, "local_ts", fact_text(one, "local_ts"));
}

/* Two pairs of SAs for the same networks, where a tunnel of several networks has one for each */
static bool has_namesakes(const json_t *facts)
{
	const json_t *list = fact(facts, "tunnel.children"), *one;
	size_t i, j;

	json_array_foreach(list, i, one)
		for (j = 0; j < i; j++)
			if (are_namesakes(one, json_array_get(list, j)))
				return true;
	return false;
}

/* The daemon has seen them replace each other, and let both stay: what is sent goes to one */
static bool identity_shared(const json_t *facts, struct finding *f)
{
	const json_t *conflict = fact_event(facts, "tunnel", is_conflict);

	if (!tunnel_is_up(facts) || !conflict ||
	    fact_number(conflict, "last") < fact_number(facts, "now") - 3600 ||
	    !has_namesakes(facts))
		return false;
	say_seen(f, "the daemon says: %s", fact_text(conflict, "text"));
	say_seen(f, "both have SAs for the same networks (%s), and what is sent there goes to the "
		 "one that came last", fact_text(fact_child(facts, "tunnel"), "remote_ts"));
	say_cure(f, "give each gateway an identity of its own, and a tunnel of its own here");
	return say_cause(f, "Two gateways come with the same identity.");
}

/* Two hosts that come with one identity, from two addresses, each replacing the other */
static bool identity_fight(const json_t *facts, struct finding *f)
{
	const json_t *history = fact(facts, "tunnel.history"), *last, *entry;
	double recent = fact_number(facts, "now") - 600;
	size_t i;

	last = fact_event(facts, "tunnel", is_up_event);
	json_array_foreach(history, i, entry) {
		const char *a = fact_text(entry, "peer"), *b = fact_text(last, "peer");

		if (!last || entry == last || !is_up_event(entry) ||
		    strcmp(fact_text(entry, "peer_id"), fact_text(last, "peer_id")) ||
		    fact_number(entry, "last") < recent || fact_number(entry, "count") < 2 ||
		    fact_number(last, "count") < 2)
			continue;
		/* One after the other is a gateway that has moved */
		if (fact_number(entry, "last") < fact_number(last, "first"))
			continue;
		/* The port alone is what a NAT changes */
		if (strlen(a) && strcspn(a, ":") == strcspn(b, ":") &&
		    !strncmp(a, b, strcspn(a, ":")))
			continue;
		say_seen(f, "%s came up %.0f times from %s and %.0f times from %s, the last time "
			 "%.0f s ago", fact_text(last, "peer_id"), fact_number(entry, "count"), a,
			 fact_number(last, "count"), b,
			 fact_number(facts, "now") - fact_number(last, "last"));
		say_cure(f, "give each gateway an identity of its own, and a tunnel of its own "
			 "here");
		return say_cause(f, "Two gateways come with the same identity and replace each "
				 "other.");
	}
	return false;
}

static bool is_phase1_deletion(const json_t *entry)
{
	return fact_is(entry, "error", "peer-deleted") && !fact(entry, "pair");
}

static bool is_child_deletion(const json_t *entry)
{
	return fact_is(entry, "error", "peer-deleted") && fact(entry, "pair");
}

/* Seconds from one time to the next */
static double interval(const json_t *entry)
{
	double count = fact_number(entry, "count");

	return count < 2 ? 0 : (fact_number(entry, "last") - fact_number(entry, "first")) /
			       (count - 1);
}

static bool is_late(const json_t *facts, const json_t *entry)
{
	return fact_number(entry, "last") >= fact_number(facts, "now") - LATELY;
}

/* As often as that, in seconds */
static bool is_again(const json_t *facts, const json_t *gone, double seconds)
{
	return gone && is_late(facts, gone) && fact_number(gone, "count") >= 3 &&
	       interval(gone) <= seconds;
}

/* Not a timeout of the peer's, by which all go together, each long after it came up */
static bool makes_room(const json_t *child, const json_t *gone)
{
	double after = fact_number(gone, "last") - fact_number(child, "installed");

	return fact(child, "pair") && fact_number(child, "pair") != fact_number(gone, "pair") &&
	       (fact_is(child, "state", "established") || fact_is(child, "state", "rekeying")) &&
	       after >= 0 && after < AT_ONCE;
}

/* A pair of SAs for which the peer has deleted that of other networks, as it does in turn */
static const json_t *sole_child(const json_t *facts, const char *when)
{
	const json_t *children = fact(fact(facts, when), "children"), *child, *entry;
	const json_t *history = fact(fact(facts, when), "history");
	size_t i, j, pairs = 0;

	json_array_foreach(history, i, entry) {
		if (is_phase1_deletion(entry) && is_late(facts, entry))
			return NULL;
		pairs += is_child_deletion(entry) && is_again(facts, entry, 180);
	}
	json_array_foreach(children, i, child)
		json_array_foreach(history, j, entry)
			if (pairs >= 2 && is_child_deletion(entry) && makes_room(child, entry))
				return child;
	return NULL;
}

/* As at Amazon: one pair of SAs a tunnel, whatever is asked for */
static bool one_pair_only(const json_t *facts, struct finding *f)
{
	const json_t *child = sole_child(facts, "tunnel") ?: sole_child(facts, "later"), *entry;
	char local[200], remote[200];
	size_t i;

	if (!child || !fact_is(facts, "tunnel.ike.state", "established"))
		return false;
	say_seen(f, "local-ts = { %s } and remote-ts = { %s } make several pairs of networks, "
		 "each with IPsec SAs of its own",
		 fact_list(facts, "tunnel.config.local-ts", local, sizeof(local)),
		 fact_list(facts, "tunnel.config.remote-ts", remote, sizeof(remote)));
	json_array_foreach(fact(facts, "tunnel.history"), i, entry)
		if (is_child_deletion(entry) && is_late(facts, entry))
			say_seen(f, "the peer deleted one of them %.0f times: %s",
				 fact_number(entry, "count"), fact_text(entry, "text"));
	say_seen(f, "when the SAs for %s === %s came up, it deleted the others at once; phase 1 "
		 "stands all the while", fact_text(child, "local_ts"),
		 fact_text(child, "remote_ts"));
	say_cure(f, "make it one pair: local-ts = { \"0.0.0.0/0\" }, remote-ts = { "
		 "\"0.0.0.0/0\" }, and name the networks behind the peer as routes: route = { %s "
		 "}; then 'adit reload'", remote);
	return say_cause(f, "The peer keeps one pair of networks a tunnel (as Amazon does): it "
			 "deletes the IPsec SAs of one pair as soon as those of another come up.");
}

static bool children_deleted(const json_t *facts, const json_t *gone, struct finding *f)
{
	say_seen(f, "the peer deleted the IPsec SAs %.0f times, about every %.0f s, and not "
		 "phase 1: %s", fact_number(gone, "count"), interval(gone),
		 fact_text(gone, "text"));
	say_cure(f, "look in the peer's log for the reason of the DELETE: a timeout of tunnels "
		 "without traffic (strongSwan: inactivity), or another gateway that has come "
		 "with the same networks");
	return say_cause(f, "The peer accepts the IPsec SAs and deletes them again soon after, "
			 "time and again.");
}

/* Taken down by the peer time and again although all was agreed: it prefers another */
static bool deleted_again(const json_t *facts, struct finding *f)
{
	const json_t *gone = fact_event(facts, "tunnel", is_phase1_deletion);
	const json_t *child = fact_event(facts, "tunnel", is_child_deletion);
	const json_t *up = fact_event(facts, "tunnel", is_up_event);

	if (!up || !is_again(facts, gone, 60))
		return up && is_again(facts, child, 60) && children_deleted(facts, child, f);
	say_seen(f, "phase 1 came up %.0f times, and the peer deleted it %.0f times, about every "
		 "%.0f s", fact_number(up, "count"), fact_number(gone, "count"), interval(gone));
	say_cure(f, "look in the peer's log for the reason of the DELETE: usually another gateway "
		 "logs in with our identity (%s), or uniqueness (strongSwan: unique) is on there",
		 own_id(facts));
	return say_cause(f, "The peer accepts us and deletes the tunnel again soon after, time and "
			 "again.");
}

/*
 * The SAs that the peer has made for the same networks, each in place of the one before, which
 * lives on until its time is over
 */
static bool renewed_often(const json_t *facts, struct finding *f)
{
	const json_t *newest = fact_child(facts, "tunnel"), *one;
	double first = fact_number(newest, "installed"), last = first, every;
	unsigned int count = 1;
	size_t i;

	if (!tunnel_is_up(facts) || !fact_is(newest, "role", "responder"))
		return false;
	json_array_foreach(fact(facts, "tunnel.children"), i, one) {
		double when = fact_number(one, "installed");

		if (!fact_is(one, "state", "rekeyed") || !fact_is(one, "role", "responder") ||
		    !are_namesakes(one, newest))
			continue;
		first = when < first ? when : first;
		count++;
	}
	every = (last - first) / (count > 1 ? count - 1 : 1);
	if (count < 5 || every > 60 || last < fact_number(facts, "now") - LATELY ||
	    fact_number(newest, "expires_in") < 10 * every)
		return false;
	say_seen(f, "of the IPsec SAs for %s === %s that are still there the peer has begun %u, "
		 "about every %.0f s, each in place of the one before",
		 fact_text(newest, "local_ts"), fact_text(newest, "remote_ts"), count, every);
	say_seen(f, "they would be good for %.0f s more", fact_number(newest, "expires_in"));
	say_cure(f, "look in the peer's log for what begins them: two of its connections for the "
		 "same networks, or a lifetime there of a few seconds, bytes or packets");
	return say_cause(f, "The peer negotiates the IPsec SAs anew again and again, long before "
			 "their time is over.");
}

const struct cause causes_habits[] = {
	{ "identity-conflict", "two gateways come with one identity", identity_fight },
	{ "identity-conflict", NULL, identity_shared },
	{ "one-pair-only", "the peer keeps one pair of networks and deletes the others",
	  one_pair_only },
	{ "deleted-by-peer", "the peer deletes the tunnel again and again", deleted_again },
	{ "renewed-often", "the peer makes new SAs again and again", renewed_often },
	{ "waits-for-peer", "this side waits, and the peer has not come", waits_for_peer },
	{ "waits-for-traffic", "on demand, and no packet has come", waits_for_packet },
	{ NULL, NULL, NULL }
};

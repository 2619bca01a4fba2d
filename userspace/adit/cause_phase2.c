// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in phase 2: selectors, proposals, perfect forward secrecy.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

/* Phase 1 stood when it failed: what is wrong is in phase 2 */
static const json_t *failure(const json_t *facts, const char *code)
{
	const json_t *history = fact(facts, "tunnel.history"), *entry;
	size_t i;

	if (!last_error_is(facts, code))
		return NULL;
	for (i = json_array_size(history); i > 0; i--) {
		entry = json_array_get(history, i - 1);
		if (fact_is(entry, "error", code) && fact_is(entry, "step", "established"))
			return entry;
	}
	return NULL;
}

static bool by_peer(const json_t *entry)
{
	return fact_is(entry, "code", "failed") && fact_number(entry, "notify") > 0;
}

/* The words of a list, as the configuration has it: { "a", "b" } */
static const char *setting(const json_t *facts, const char *name, char *text, size_t size)
{
	return fact_list(fact(facts, "tunnel.config"), name, text, size);
}

static bool selectors(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts, "ts-unacceptable");
	char local[200], remote[200];

	if (!entry)
		return false;
	say_daemon(facts, f);
	setting(facts, "local-ts", local, sizeof(local));
	setting(facts, "remote-ts", remote, sizeof(remote));
	if (by_peer(entry)) {
		say_seen(f, "phase 1 is established; the peer refuses local-ts = { %s } with "
			 "remote-ts = { %s }", local, remote);
		say_cure(f, "set local-ts to what the peer has as its remote networks, and "
			 "remote-ts to its local ones, exactly (with Amazon both are 0.0.0.0/0), "
			 "and mode to the peer's: here it is \"%s\"",
			 fact_text(facts, "tunnel.config.mode"));
		/* strongSwan in transport mode says the same: its networks are others then */
		return say_cause(f, "The networks (traffic selectors) of the two sides do not "
				 "mirror each other, or the peer has another mode for them.");
	}
	say_cure(f, "set local-ts and remote-ts to what the peer wants (above), or the peer's "
		 "networks to local-ts = { %s }, remote-ts = { %s } mirrored", local, remote);
	return say_cause(f, "The networks (traffic selectors) of the two sides do not mirror each "
			 "other.");
}

static bool pfs(const json_t *facts, struct finding *f)
{
	char esp[300];

	if (!failure(facts, "pfs-mismatch"))
		return false;
	say_daemon(facts, f);
	say_cure(f, "give the proposals of esp the peer's group at the end (such as "
		 "\"aes128-sha1-modp2048\"), or none if it has no PFS; here it is { %s }",
		 setting(facts, "esp", esp, sizeof(esp)));
	return say_cause(f, "The two sides disagree about perfect forward secrecy: only one wants "
			 "it, or with another group.");
}

/* The daemon, or a peer that knows it, refuses rather than make SAs that carry nothing */
static bool ah_through_nat(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts, "no-proposal-chosen");

	if (!entry || !fact_is(entry, "code", "failed") || !ah_meets_nat(facts))
		return false;
	say_daemon(facts, f);
	say_ah_nat(facts, f);
	return say_cause(f, "AH cannot pass the NAT between the two sides, and %s refuses it.",
			 by_peer(entry) ? "the peer" : "this side");
}

/* "aes128-sha1-modp1024" without its group, for comparison */
static size_t without_group(const char *proposal)
{
	const char *at = strrchr(proposal, '-');

	if (at && (!strncmp(at + 1, "modp", 4) || !strncmp(at + 1, "ecp", 3) ||
		   !strncmp(at + 1, "curve", 5)))
		return (size_t)(at - proposal);
	return strlen(proposal);
}

/* What the peer takes differs from something of ours only in the group */
static bool only_group_differs(const json_t *ours, const json_t *theirs)
{
	const json_t *a, *b;
	size_t i, j;

	json_array_foreach(ours, i, a) {
		json_array_foreach(theirs, j, b) {
			const char *x = json_string_value(a), *y = json_string_value(b);
			size_t length = without_group(x);

			if (length == without_group(y) && !strncmp(x, y, length))
				return true;
		}
	}
	return false;
}

static bool refused_phase2(const json_t *facts)
{
	return failure(facts, "no-proposal-chosen") != NULL;
}

/* That alone may be what the peer does not like: the option is not seen in the words of esp */
static bool lacks_esn(const json_t *facts, const char *line)
{
	return line && fact_true(facts, "tunnel.config.esn") && !strstr(line, "-esn");
}

static bool pfs_asked(const json_t *facts, struct finding *f)
{
	const json_t *takes = fact(facts, "phase2.accepts");
	const char *line = json_string_value(json_array_get(takes, 0));
	char esp[300];

	if (!refused_phase2(facts) || !line || lacks_esn(facts, line) ||
	    !only_group_differs(fact(facts, "tunnel.config.esp"), takes))
		return false;
	say_daemon(facts, f);
	say_seen(f, "offered here: { %s }; asked for the same with other groups, the peer takes "
		 "\"%s\"", setting(facts, "esp", esp, sizeof(esp)), line);
	say_cure(f, "put into the tunnel: esp = { \"%s\" }, then 'adit reload'", line);
	return say_cause(f, "The two sides disagree about perfect forward secrecy: only one wants "
			 "it, or with another group.");
}

/* Whatever it was asked for: then it is not for the algorithms that it refuses */
static bool takes_none(const json_t *facts)
{
	return fact_true(facts, "phase2.complete") && !json_array_size(fact(facts,
		"phase2.accepts"));
}

static bool refuses_all(const json_t *facts, struct finding *f)
{
	if (!refused_phase2(facts) || !takes_none(facts))
		return false;
	say_daemon(facts, f);
	say_seen(f, "asked for %.0f proposals in %.0f questions, with each group and without, the "
		 "peer refuses them all", fact_number(facts, "phase2.proposals"),
		 fact_number(facts, "phase2.questions"));
	say_cure(f, "compare esp, the mode (%s here) and the networks with the peer's; its log "
		 "says what it misses", fact_text(facts, "tunnel.config.mode"));
	return say_cause(f, "The peer refuses phase 2, whatever proposal it is offered: it wants "
			 "another mode, other networks, or an algorithm that adit does not have.");
}

static bool esp_proposal(const json_t *facts, struct finding *f)
{
	const json_t *takes = fact(facts, "phase2.accepts"), *entry;
	const char *line = json_string_value(json_array_get(takes, 0));
	char ours[300];

	entry = failure(facts, "no-proposal-chosen");
	if (!entry || takes_none(facts) || (!lacks_esn(facts, line) &&
	    only_group_differs(fact(facts, "tunnel.config.esp"), takes)))
		return false;
	say_daemon(facts, f);
	setting(facts, json_array_size(fact(facts, "tunnel.config.esp")) ? "esp" : "ah", ours,
		sizeof(ours));
	if (line) {
		say_seen(f, "offered here: { %s }; asked for others (%.0f questions), the peer "
			 "takes \"%s\"", ours, fact_number(facts, "phase2.questions"), line);
		say_cure(f, "put into the tunnel: esp = { \"%s\" }%s, then 'adit reload'", line,
			 lacks_esn(facts, line) ? " and esn = false" : "");
	} else {
		say_seen(f, "offered here: { %s }", ours);
		say_cure(f, "make esp the same on both sides, with the group for PFS at the end or "
			 "none, and mode (tunnel or transport) too");
	}
	return say_cause(f, "The two sides have no phase 2 proposal in common (cipher, integrity, "
			 "PFS group or mode).");
}

static bool phase2_silent(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts, "no-response");

	if (!entry || !fact_is(facts, "tunnel.ike.state", "established"))
		return false;
	say_daemon(facts, f);
	say_seen(f, "phase 1 with %s is established", fact_text(facts, "tunnel.ike.remote_id"));
	say_cure(f, "look in the peer's log: it refuses phase 2 without saying so, most often "
		 "because "
		 "of networks, PFS or a policy that is not for us");
	return say_cause(f, "The peer accepts phase 1 and does not answer phase 2.");
}

const struct cause causes_phase2[] = {
	{ "ah-through-nat", NULL, ah_through_nat },
	{ "selector-mismatch", "the networks of the two sides do not mirror each other",
	  selectors },
	{ "pfs-mismatch", "only one side wants PFS, or with another group", pfs },
	{ "pfs-mismatch", NULL, pfs_asked },
	{ "esp-proposal-mismatch", "no common proposal in phase 2", esp_proposal },
	{ "phase2-refused", "the peer refuses phase 2, whatever the proposal", refuses_all },
	{ "phase2-unanswered", "the peer does not answer phase 2", phase2_silent },
	{ NULL, NULL, NULL }
};

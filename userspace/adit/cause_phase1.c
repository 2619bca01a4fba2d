// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in phase 1: who we are, what we propose, which secret we share.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"
#include "ike/numbers.h"

#define LATELY	300	/* seconds */

/* The newest entry of the history with the code of the last error: typed, where that is a text */
static const json_t *failure(const json_t *facts)
{
	const json_t *history = fact(facts, "tunnel.history"), *entry;
	size_t i;

	for (i = json_array_size(history); i > 0; i--) {
		entry = json_array_get(history, i - 1);
		if (fact_is(entry, "error", fact_text(facts, "tunnel.last_error.code")))
			return entry;
	}
	return NULL;
}

static bool in_phase1(const json_t *entry)
{
	const char *step = fact_text(entry, "step");

	return strstr(step, "main mode") || strstr(step, "aggressive mode");
}

static unsigned int notified(const json_t *entry)
{
	return (unsigned int)fact_number(entry, "notify");
}

static bool as_responder(const json_t *entry)
{
	return fact_is(entry, "code", "refused");
}

static const char *exchange(const json_t *facts)
{
	return fact_is(facts, "tunnel.config.exchange", "aggressive") ? "aggressive" : "main";
}

static const char *other_exchange(const json_t *facts)
{
	return fact_is(facts, "tunnel.config.exchange", "aggressive") ? "main" : "aggressive";
}

static bool aggressive_answered(const json_t *facts)
{
	return fact_is(facts, "probe.aggressive.answer", "sa");
}

/*
 * Peers that choose by exchange take the messages of main mode up to the identity, and refuse then:
 * so a refused identity is no proof of a wrong one. Many answer in either exchange, whatever is
 * wrong: silence means something only where they do not answer in main mode, and a phase 1 that
 * has stood with them was of the right exchange.
 */
static bool wants_aggressive(const json_t *facts, const json_t *entry)
{
	if (!fact_is(facts, "tunnel.config.exchange", "main") || !aggressive_answered(facts) ||
	    !in_phase1(entry) || fact_event(facts, "tunnel", is_up_event))
		return false;
	return fact_is(entry, "error", "invalid-id") || fact_is(entry, "error", "auth-failed") ||
	       ((fact_is(entry, "error", "no-proposal-chosen") ||
		 fact_is(entry, "error", "no-response")) &&
		!fact_is(facts, "probe.ike500.answer", "sa"));
}

/* Main mode against aggressive */
static bool exchange_differs(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts);
	unsigned int type = notified(entry);
	bool said = type == IKE_N_INVALID_EXCHANGE_TYPE || type == IKE_N_UNSUPPORTED_EXCHANGE_TYPE;

	if (!tunnel_is_down(facts) || !entry || !(said || wants_aggressive(facts, entry)))
		return false;
	say_daemon(facts, f);
	if (aggressive_answered(facts))
		say_seen(f, "asked in aggressive mode, the peer answers with its proposal and its "
			 "identity");
	say_cure(f, "set exchange = \"%s\" here, or %s mode at the peer", other_exchange(facts),
		 exchange(facts));
	return say_cause(f, "The peer uses %s mode for this tunnel, and here it is %s mode.",
			 other_exchange(facts), exchange(facts));
}

/* Of an attempt since phase 1 last stood */
static bool is_current(const json_t *facts, const json_t *entry)
{
	return fact_number(entry, "last") > fact_number(facts, "now") - LATELY &&
	       fact_number(entry, "last") >=
	       fact_number(fact_event(facts, "tunnel", is_up_event), "last");
}

static bool psk_missing_at_peer(const json_t *facts, struct finding *f)
{
	const json_t *history = fact(facts, "tunnel.history"), *entry;
	size_t i;

	/* The peer needs the key when it makes its keys, after the third message (RFC 2409 5.4) */
	json_array_foreach(history, i, entry) {
		if (!tunnel_is_down(facts) || !is_current(facts, entry) ||
		    (fact(facts, "tunnel.last_error") && !last_error_is(facts, "no-response")) ||
		    notified(entry) != IKE_N_INVALID_KEY_INFORMATION ||
		    !strstr(fact_text(entry, "step"), "message 4"))
			continue;
		say_seen(f, "the peer accepts our proposal, and answers the key exchange with "
			 "INVALID-KEY-INFORMATION");
		say_daemon(facts, f);
		say_cure(f, "enter the pre-shared key at the peer for the address %s, which is how "
			 "main mode looks it up (behind NAT, the address that the peer sees)",
			 fact_text(facts, "tunnel.local"));
		return say_cause(f, "The peer has no pre-shared key for our address.");
	}
	return false;
}

static void cure_psk(const json_t *facts, struct finding *f)
{
	say_cure(f, "enter the same key on both sides, without spaces or quotes around it (here: "
		 "psk or psk-file of tunnel \"%s\"), then 'adit reload'", fact_text(facts, "name"));
}

static bool psk_mismatch(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts);

	if (!last_error_is(facts, "psk-mismatch") || !entry ||
	    !(fact_is(facts, "tunnel.config.auth", "psk") ||
	      fact_is(facts, "tunnel.config.auth", "xauth-psk")))
		return false;
	say_daemon(facts, f);
	if (as_responder(entry) || notified(entry)) {
		if (as_responder(entry))
			say_seen(f, "proposals and key exchange were agreed; the peer's encrypted "
				 "identity does not decrypt under our key");
		else
			say_seen(f, "proposals and key exchange were agreed; the peer answers our "
				 "encrypted identity with %s in the clear",
				 ike_notify_name((uint16_t)notified(entry)) ?: "an error");
		cure_psk(facts, f);
		return say_cause(f, "The pre-shared keys of the two sides differ.");
	}
	/* What cannot be verified was made with another key; silence has more reasons */
	if (fell_silent(facts))
		return false;
	say_seen(f, "proposals and key exchange were agreed; what the key protects behind them is "
		 "not understood");
	cure_psk(facts, f);
	return say_cause(f, "The pre-shared keys of the two sides differ.");
}

/*
 * Over port 4500 it may be that port, so the peer must have been heard from there, and not only
 * before it fell silent; and it must have begun
 */
static bool is_heard(const json_t *facts)
{
	return fact_number(facts, "tunnel.contact.received") &&
	       (!fact_number(facts, "tunnel.contact.unanswered_natt") ||
		fact(facts, "probe.ike4500.answer"));
}

static bool identity_unanswered(const json_t *facts, struct finding *f)
{
	bool psk = last_error_is(facts, "psk-mismatch");

	if (!(psk || last_error_is(facts, "cert-refused")) || !fell_silent(facts) ||
	    !is_heard(facts))
		return false;
	say_daemon(facts, f);
	say_seen(f, "proposals and key exchange were agreed; our identity, which comes next and is "
		 "encrypted, is not answered");
	say_cure(f, "see the peer's log; compare %s, and our identity %s with the one that it "
		 "expects", psk ? "the pre-shared keys (no spaces, quotes or line ends)" :
		 "the authority that it trusts with that of cert", own_id(facts));
	return say_cause(f, psk ? "The peer falls silent at our identity: the pre-shared keys "
			 "differ, or it does not know that identity." :
			 "The peer falls silent at our identity and certificate: it does not "
			 "accept one of them, or that long message is lost on the way.");
}

static bool phase1_refused(const json_t *facts)
{
	const json_t *entry = failure(facts);

	return last_error_is(facts, "no-proposal-chosen") && in_phase1(entry) &&
	       notified(entry) != IKE_N_INVALID_EXCHANGE_TYPE &&
	       notified(entry) != IKE_N_UNSUPPORTED_EXCHANGE_TYPE && !aggressive_answered(facts);
}

/* One of those that we offer is among those that the peer took when asked */
static bool ours_is_taken(const json_t *facts)
{
	const json_t *ours = fact(facts, "tunnel.config.ike"), *one;
	size_t i;

	json_array_foreach(ours, i, one)
		if (fact_has(facts, "probe.accepts", json_string_value(one)))
			return true;
	return false;
}

static bool ike_proposal(const json_t *facts, struct finding *f)
{
	const json_t *accepts = fact(facts, "probe.accepts");
	char ours[400], theirs[400];

	if (!phase1_refused(facts) || ours_is_taken(facts))
		return false;
	/* Without an answer to our own questions it may just as well not know us */
	if (!as_responder(failure(facts)) && !json_array_size(accepts))
		return false;
	say_daemon(facts, f);
	fact_list(facts, "tunnel.config.ike", ours, sizeof(ours));
	fact_list(facts, "probe.accepts", theirs, sizeof(theirs));
	if (json_array_size(accepts)) {
		say_seen(f, "offered here: %s; asked one at a time (%.0f questions), the peer "
			 "takes "
			 "%s", ours, fact_number(facts, "probe.questions"), theirs);
		say_cure(f, "put into the tunnel: ike = { %s }, then 'adit reload'", theirs);
	} else {
		say_cure(f, "allow one of the peer's proposals in ike, or one of %s at the peer",
			 ours);
	}
	return say_cause(f, "The two sides have no phase 1 proposal in common.");
}

static bool auth_differs(const json_t *facts, struct finding *f)
{
	const char *proof = fact_text(facts, "probe.proof");

	if (!phase1_refused(facts) || !*proof)
		return false;
	say_daemon(facts, f);
	say_seen(f, "asked for every usual proposal with auth = \"%s\" the peer refuses them all; "
		 "asked for the same with %s it takes one",
		 fact_text(facts, "tunnel.config.auth"), proof);
	say_cure(f, "set auth = \"%s\" and what belongs to it here, or the peer's authentication "
		 "to what \"%s\" is", fact_text(facts, "probe.auth"),
		 fact_text(facts, "tunnel.config.auth"));
	return say_cause(f, "The peer wants another kind of authentication: %s.", proof);
}

static bool peer_not_configured(const json_t *facts, struct finding *f)
{
	if (*fact_text(facts, "probe.proof") || !phase1_refused(facts) ||
	    as_responder(failure(facts)) ||
	    !fact_true(facts, "probe.complete") || json_array_size(fact(facts, "probe.accepts")) ||
	    fact_is(facts, "probe.ike2.answer", "sa"))
		return false;
	say_daemon(facts, f);
	say_seen(f, "asked for %.0f proposals in %.0f questions, every usual one among them, the "
		 "peer refuses them all", fact_number(facts, "probe.proposals"),
		 fact_number(facts, "probe.questions"));
	say_cure(f, "configure the tunnel at the peer for our address %s (behind NAT: the address "
		 "that it sees), with IKEv1, and see that %s is the address that it uses for it",
		 fact_text(facts, "tunnel.local"), fact_text(facts, "tunnel.remote"));
	return say_cause(f, "The peer has no IKEv1 connection for our address, or only one with "
			 "algorithms that adit does not have.");
}

static bool remote_id(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts);

	/* Our own refusal: no notification brought it */
	if (!last_error_is(facts, "invalid-id") || !entry || notified(entry))
		return false;
	say_daemon(facts, f);
	say_cure(f, "set remote-id to the identity that the peer sends, or the peer's own identity "
		 "to what remote-id says");
	return say_cause(f, "The peer's identity is not the one that remote-id wants.");
}

static bool is_first_aggressive(const json_t *entry)
{
	return strstr(fact_text(entry, "step"), "aggressive mode, waits for message 2") &&
	       notified(entry);
}

static bool local_id(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts);
	const char *id = fact_text(facts, "tunnel.config.local-id");
	const char *auth = fact_text(facts, "tunnel.config.auth");
	bool by_proof = notified(entry) == IKE_N_AUTHENTICATION_FAILED;

	/* In the clear anybody says so; and who has another key finds no identity, either */
	if (!last_error_is(facts, "invalid-id") || !entry || !notified(entry) ||
	    !fact_true(entry, "authenticated") || !in_phase1(entry) ||
	    aggressive_answered(facts) || as_responder(entry) || is_first_aggressive(entry))
		return false;
	say_daemon(facts, f);
	say_seen(f, "the peer has decrypted our identity, so the key is right, and refuses with %s",
		 ike_notify_name((uint16_t)notified(entry)) ?: "a notification");
	say_cure(f, "set local-id to the identity that the peer expects of us, or that of the peer "
		 "(remote id, IDi, peer identifier) to %s%s",
		 *id ? id : fact_text(facts, "tunnel.local"), !by_proof ? "" :
		 strncmp(auth, "xauth", 5) ?
		 "; if it is right, compare auth: the peer may want a certificate or XAUTH" :
		 "; if it is right, compare auth: the peer may want no XAUTH (psk, rsasig)");
	if (fact_true(facts, "host.nat"))
		say_seen(f, "our address %s is private: behind NAT the peer may expect the public "
			 "one", fact_text(facts, "tunnel.local"));
	return say_cause(f, "The peer does not accept our identity %s%s.",
			 *id ? id : fact_text(facts, "tunnel.local"), by_proof ?
			 ", or not the way in which we prove it" : "");
}

/* Our first message, with the identity in the clear, was refused: no key was at stake yet */
static bool aggressive_refused(const json_t *facts, struct finding *f)
{
	const json_t *entry = failure(facts);
	const char *id = fact_text(facts, "tunnel.config.local-id");

	if (!last_error_is(facts, "invalid-id") || !is_first_aggressive(entry))
		return false;
	say_daemon(facts, f);
	if (fact_is(facts, "probe.ike500.answer", "sa"))
		say_seen(f, "asked in main mode, the peer accepts a proposal");
	say_cure(f, "set exchange = \"main\"; if the peer is to use aggressive mode, set local-id "
		 "to the identity that it expects of us");
	return say_cause(f, "The peer refuses aggressive mode from us: it wants main mode, or does "
			 "not know our identity %s.",
			 *id ? id : fact_text(facts, "tunnel.local"));
}

/* The daemon has seen what was refused, and its text names it */
static bool xauth_failed(const json_t *facts, struct finding *f)
{
	if (!last_error_is(facts, "xauth-failed"))
		return false;
	say_daemon(facts, f);
	say_cure(f, "enter the same user and password on both sides (here: xauth-user and "
		 "xauth-password-file, or the file of xauth-users), then 'adit reload'");
	return say_cause(f, "Phase 1 is agreed, but the user's name or password (XAUTH) is "
			 "refused.");
}

static bool xauth_differs(const json_t *facts, struct finding *f)
{
	if (!last_error_is(facts, "xauth-mismatch"))
		return false;
	say_daemon(facts, f);
	say_cure(f, "set auth to the kind that the peer wants (\"xauth-psk\" with xauth-user, or "
		 "\"psk\"), or switch XAUTH on or off at the peer; here it is \"%s\"",
		 fact_text(facts, "tunnel.config.auth"));
	return say_cause(f, "One side wants a user's name and password (XAUTH), the other does "
			 "not.");
}

static bool no_lease(const json_t *facts, struct finding *f)
{
	if (!last_error_is(facts, "no-lease"))
		return false;
	say_daemon(facts, f);
	say_cure(f, "give the side that assigns addresses a pool with room (here: pool; "
		 "strongSwan: pools), or set mode-config = \"no\" if addresses are not assigned");
	return say_cause(f, "No address is assigned (mode config): the pool is missing or empty.");
}

const struct cause causes_phase1[] = {
	{ "exchange-mismatch", "main mode here, aggressive mode there, or the reverse",
	  exchange_differs },
	{ "psk-missing-at-peer", "the peer has no pre-shared key for our address",
	  psk_missing_at_peer },
	{ "psk-mismatch", "the pre-shared keys differ", psk_mismatch },
	{ "identity-unanswered", "the peer falls silent at our identity", identity_unanswered },
	{ "ike-proposal-mismatch", "no common proposal in phase 1", ike_proposal },
	{ "auth-mismatch", "the peer wants another kind of authentication", auth_differs },
	{ "peer-not-configured", "the peer has no connection for our address",
	  peer_not_configured },
	{ "remote-id-mismatch", "the peer's identity is not the one in remote-id", remote_id },
	{ "aggressive-refused", "the peer refuses our first message of aggressive mode",
	  aggressive_refused },
	{ "local-id-refused", "the peer does not accept our identity", local_id },
	{ "xauth-failed", "the user's name or password (XAUTH) is refused", xauth_failed },
	{ "xauth-mismatch", "only one side wants XAUTH", xauth_differs },
	{ "no-lease", "no address is assigned (mode config)", no_lease },
	{ NULL, NULL, NULL }
};

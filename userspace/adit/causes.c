// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/causes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "adit/facts.h"

const struct cause *const cause_tables[] = {
	causes_host, causes_kernel, causes_path, causes_phase1, causes_habits, causes_certificate,
	causes_phase2, causes_data, causes_beyond, NULL
};

bool say_cause(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->cause, sizeof(finding->cause), format, arguments);
	va_end(arguments);
	return true;
}

void say_cure(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->cure, sizeof(finding->cure), format, arguments);
	va_end(arguments);
}

void say_seen(struct finding *finding, const char *format, ...)
{
	char text[1200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(finding->evidence, json_string(text));
}

bool tunnel_is_up(const json_t *facts)
{
	return fact_is(facts, "tunnel.state", "established");
}

bool tunnel_is_down(const json_t *facts)
{
	return fact(facts, "tunnel") && !tunnel_is_up(facts) &&
	       !fact_is(facts, "tunnel.state", "down");
}

bool last_error_is(const json_t *facts, const char *code)
{
	return tunnel_is_down(facts) && fact_is(facts, "tunnel.last_error.code", code);
}

bool fell_silent(const json_t *facts)
{
	/* ike/refusal.c */
	return tunnel_is_down(facts) && strstr(fact_text(facts, "tunnel.last_error.text"),
					       "the peer stopped answering");
}

bool is_up_event(const json_t *entry)
{
	return fact_is(entry, "code", "ike-up");
}

const char *own_id(const json_t *facts)
{
	/* Just now there may be no phase 1 that says it */
	if (*fact_text(facts, "tunnel.ike.local_id"))
		return fact_text(facts, "tunnel.ike.local_id");
	return *fact_text(facts, "tunnel.config.local-id") ?
		fact_text(facts, "tunnel.config.local-id") : fact_text(facts, "tunnel.local");
}

const json_t *same_network(const json_t *facts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "route.overlaps"), i, one)
		if (fact_is(one, "selector", fact_text(one, "network")))
			return one;
	return NULL;
}

void say_daemon(const json_t *facts, struct finding *finding)
{
	if (*fact_text(facts, "tunnel.last_error.text"))
		say_seen(finding, "the daemon says: %s", fact_text(facts,
			 "tunnel.last_error.text"));
}

static bool has_all(const json_t *facts, const char *setting, const char *agreed)
{
	const json_t *one;
	size_t i;

	/* The gateway's own address, for all protocols or for one */
	json_array_foreach(fact(facts, setting), i, one)
		if (!strncmp(json_string_value(one) ?: "", "dynamic", 7))
			return true;
	return fact_has(facts, setting, agreed) || !json_array_size(fact(facts, setting));
}

bool is_narrowed(const json_t *facts)
{
	const json_t *child = fact_child(facts, "tunnel");
	const char *local = fact_text(child, "local_ts"), *remote = fact_text(child, "remote_ts");

	return !fact(facts, "tunnel.lease") && *local && *remote &&
	       !(has_all(facts, "tunnel.config.local-ts", local) &&
		 has_all(facts, "tunnel.config.remote-ts", remote));
}

void say_narrowed(const json_t *facts, struct finding *finding)
{
	const json_t *child = fact_child(facts, "tunnel");
	char ours[200], theirs[200];

	fact_list(facts, "tunnel.config.local-ts", ours, sizeof(ours));
	fact_list(facts, "tunnel.config.remote-ts", theirs, sizeof(theirs));
	say_seen(finding, "configured here: local-ts = { %s }, remote-ts = { %s }; agreed with the "
		 "peer: %s and %s", ours, theirs, fact_text(child, "local_ts"),
		 fact_text(child, "remote_ts"));
}

bool ah_meets_nat(const json_t *facts)
{
	return json_array_size(fact(facts, "tunnel.config.ah")) &&
	       (fact_true(facts, "tunnel.ike.nat_local") ||
		fact_true(facts, "tunnel.ike.nat_remote"));
}

void say_ah_nat(const json_t *facts, struct finding *finding)
{
	bool local = fact_true(facts, "tunnel.ike.nat_local");
	bool remote = fact_true(facts, "tunnel.ike.nat_remote");

	say_seen(finding, "phase 1 has found a NAT in front of %s; the tunnel is configured with "
		 "ah", local && remote ? "both sides" : local ? "us" : "the peer");
	say_cure(finding, "use esp in place of ah on both sides: AH protects the very addresses "
		 "that a NAT changes");
}

/*
 * What fails for one reason looks like others further on, and those would be wrong. Only what this
 * host lacks to run the daemon may be several things.
 */
static bool is_enough(const json_t *facts, const struct cause *table, const struct finding *first)
{
	if (table == causes_host)
		return !strcmp(first->code, "not-permitted") ||
		       !strcmp(first->code, "daemon-hangs") ||
		       !strcmp(first->code, "other-namespace");
	return table == causes_kernel || !tunnel_is_up(facts);
}

size_t causes_judge(const json_t *facts, struct finding *findings, size_t max)
{
	const struct cause *cause;
	size_t count = 0, i;

	for (i = 0; cause_tables[i]; i++) {
		for (cause = cause_tables[i]; cause->code && count < max; cause++) {
			struct finding *finding = &findings[count];

			memset(finding, 0, sizeof(*finding));
			finding->code = cause->code;
			finding->evidence = json_array();
			if (!cause->judge(facts, finding)) {
				json_decref(finding->evidence);
				continue;
			}
			count++;
			if (is_enough(facts, cause_tables[i], findings))
				return count;
		}
		if (count && !tunnel_is_up(facts))
			break;
	}
	return count;
}

void findings_free(struct finding *findings, size_t count)
{
	while (count--)
		json_decref(findings[count].evidence);
}

static void say_drops(const json_t *facts, struct finding *finding)
{
	const json_t *drops = fact(fact_child(facts, "later"), "drops"), *count;
	const char *reason;

	json_object_foreach((json_t *)drops, reason, count)
		say_seen(finding, "dropped by the tunnel: %.0f packets, %s",
			 json_number_value(count), reason);
}

static void say_traffic(const json_t *facts, struct finding *finding)
{
	if (fact_child(facts, "tunnel"))
		say_seen(finding, "IPsec: %.0f packets in, %.0f out since the SAs were made; while "
			 "I looked %.0f in, %.0f out", fact_sum(facts, "tunnel", "packets_in"),
			 fact_sum(facts, "tunnel", "packets_out"), fact_grown(facts, "packets_in"),
			 fact_grown(facts, "packets_out"));
	if (fact(facts, "inside.received"))
		say_seen(finding, "pings through the tunnel: %.0f sent, %.0f answered",
			 fact_number(facts, "inside.sent"), fact_number(facts, "inside.received"));
	if (fact_number(facts, "inside.answers") > 0)
		say_seen(finding, "while I looked %.0f packets came out of the tunnel that answer "
			 "what had gone into it", fact_number(facts, "inside.answers"));
	else if (fact_number(facts, "inside.sent") && !fact(facts, "inside.elsewhere") &&
		 fact_grown(facts, "packets_in") > 0)
		say_seen(finding, "of what comes in nothing answers what goes out: perhaps it does "
			 "not arrive");
}

/*
 * What is sent arrives: something has answered it. That packets come in is no proof, since a peer
 * that we do not reach goes on sending, and this side answers in vain
 */
static bool carries_traffic(const json_t *facts)
{
	const char *when = fact(facts, "later") ? "later" : "tunnel";

	if (fact_number(facts, "inside.received") > 0 || fact(facts, "inside.elsewhere") ||
	    fact_number(facts, "inside.answers") > 0)
		return true;
	/* Nobody was asked, as no ping may be: what others send is all there is */
	if (fact(facts, "inside"))
		return !fact_number(facts, "inside.sent") && fact_grown(facts, "packets_in") > 0 &&
		       fact_grown(facts, "packets_out") > fact_number(facts, "inside.guessed");
	return fact_sum(facts, when, "packets_in") > 0;
}

/* What is sent to a part of the peer's networks stays on one of ours; and no ping was answered */
static const json_t *doubtful_overlap(const json_t *facts)
{
	return !fact(facts, "inside.sent") || fact_number(facts, "inside.received") ? NULL :
		json_array_get(fact(facts, "route.overlaps"), 0);
}

/* No fault that is known of, but perhaps not what is meant */
static void say_hints(const json_t *facts, struct finding *finding)
{
	const json_t *one, *lan = json_array_get(fact(facts, "system.lans"), 0);
	bool six = strchr(fact_text(lan, "network"), ':');
	const char *off = fact_text(facts, six ? "system.off6" : "system.off4");
	size_t i;

	if (lan && *off)
		say_seen(finding, "net.%s.conf.%s.forwarding = 0: this host alone can use the "
			 "tunnel, others of %s on %s cannot", six ? "ipv6" : "ipv4", off,
			 fact_text(lan, "network"), fact_text(lan, "device"));
	json_array_foreach(fact(facts, "route.inside"), i, one)
		if (fact(one, "part"))
			say_seen(finding, "a part of %s takes another route: %s over %s",
				 fact_text(one, "selector"), fact_text(one, "part.address"),
				 fact_text(one, "part.device"));
}

static bool say_translated(const json_t *facts, struct finding *finding)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "firewall.verdicts"), i, one)
		if (fact_is(one, "flow", "inner-nat") || fact_is(one, "flow", "open-nat")) {
			say_seen(finding, "this host translates what others send through the "
				 "tunnel, so that it comes from another address: %s",
				 fact_text(one, "rule"));
			return true;
		}
	return false;
}

/* Whom others ask through it in vain. Where answers come another way, nothing is known of them */
static void say_silent(const json_t *facts, struct finding *finding)
{
	const json_t *list = fact(facts, "inside.silent"), *one;
	const char *first = fact_text(json_array_get(list, 0), "address");
	const char *ours = fact_text(fact_child(facts, "tunnel"), "local_ts");
	size_t i;

	if (!strcmp(ours, "0.0.0.0/0") || !strcmp(ours, "::/0"))
		ours = "our networks";
	if (!json_array_size(list) || fact(facts, "inside.elsewhere") ||
	    fact(facts, "system.twin"))
		return;
	say_cause(finding, "healthy: the tunnel is up and carries traffic in both directions; but "
		  "nothing comes back from %s", first);
	json_array_foreach(list, i, one)
		say_seen(finding, "while I looked, %.0f packets that any host answers went to %s, "
			 "and nothing came from it", fact_number(one, "asked"),
			 fact_text(one, "address"));
	if (say_translated(facts, finding))
		say_cure(finding, "leave out of that rule what goes into the tunnel ('oifname %s "
			 "accept' before it), unless %s has a route back to this host's own "
			 "address there", fact_text(facts, "tunnel.device"), first);
	else
		say_cure(finding, "see that %s is up, that its firewall lets %s in and its way "
			 "back leads to the peer, and that the peer forwards between the tunnel "
			 "and it, and does not translate what it sends back (Linux: "
			 "net.ipv4.ip_forward, 'nft list ruleset')", first, ours);
}

/* Sent into the tunnel, which drops it; others may use it rightly */
static void say_stranger(const json_t *facts, struct finding *finding)
{
	const json_t *one = fact(facts, "inside.stranger");

	if (one)
		say_seen(finding, "packets from %s to %s do not enter the tunnel: %s is not within "
			 "local-ts", fact_text(one, "from"), fact_text(one, "to"),
			 fact_text(one, "from"));
}

bool causes_healthy(const json_t *facts, struct finding *finding)
{
	if (!tunnel_is_up(facts) || !carries_traffic(facts) || doubtful_overlap(facts))
		return false;
	if (fact(facts, "inside.elsewhere") && !fact_grown(facts, "packets_in"))
		say_cause(finding, "healthy: the tunnel is up and carries what is sent; the peer "
			  "answers over %s", fact_text(facts, "inside.elsewhere"));
	else if (!fact(facts, "inside"))
		say_cause(finding, "healthy: the tunnel is up and has carried traffic");
	else
		say_cause(finding, "healthy: the tunnel is up and carries traffic in both "
			  "directions");
	say_seen(finding, "established with %s at %s, phase 1 %s, phase 2 %s",
		 fact_text(facts, "tunnel.ike.remote_id"), fact_text(facts, "tunnel.remote"),
		 fact_text(facts, "tunnel.ike.proposal"),
		 fact_text(fact_child(facts, "tunnel"), "proposal"));
	say_traffic(facts, finding);
	if (fact_number(facts, "inside.largest") > 0)
		say_seen(finding, "packets of up to %.0f bytes pass, the device's MTU is %.0f",
			 fact_number(facts, "inside.largest"), fact_number(facts, "inside.mtu"));
	if (is_narrowed(facts))
		say_narrowed(facts, finding);
	say_hints(facts, finding);
	say_stranger(facts, finding);
	say_silent(facts, finding);
	return true;
}

static void say_errors(const json_t *facts, struct finding *finding)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		say_seen(finding, "%s answers with ICMP %s (%s)", fact_text(one, "from"),
			 fact_text(one, "kind"), fact_text(one, "about"));
}

static void say_probe(const json_t *facts, struct finding *finding, const char *path,
		      const char *what)
{
	const json_t *probe = fact(fact(facts, "probe"), path);

	if (!probe)
		return;
	if (!fact(probe, "answer"))
		say_seen(finding, "%s: no answer", what);
	else
		say_seen(finding, "%s: answered (%s%s%s)", what, fact_text(probe, "answer"),
			 *fact_text(probe, "name") ? " " : "", fact_text(probe, "name"));
}

void causes_unknown(const json_t *facts, struct finding *finding)
{
	say_cause(finding, "unknown; this is what I saw");
	if (!fact(facts, "tunnel")) {
		say_seen(finding, "the daemon's state cannot be read: %s",
			 fact_text(facts, "daemon.text"));
		if (fact(facts, "host.aditd")) {
			say_seen(finding, "%s runs and has IKE's port",
				 fact_text(facts, "host.aditd"));
			say_cure(finding, "name that one's control socket with --socket");
		}
		return;
	}
	say_seen(finding, "the tunnel is %s", fact_text(facts, "tunnel.state"));
	say_daemon(facts, finding);
	if (fact(facts, "tunnel.contact"))
		say_seen(finding, "IKE messages: %.0f sent, %.0f of them again, %.0f received",
			 fact_number(facts, "tunnel.contact.sent"),
			 fact_number(facts, "tunnel.contact.retransmits"),
			 fact_number(facts, "tunnel.contact.received"));
	say_traffic(facts, finding);
	if (doubtful_overlap(facts))
		say_seen(finding, "this host is itself on %s (%s), which is within remote-ts %s",
			 fact_text(doubtful_overlap(facts), "network"),
			 fact_text(doubtful_overlap(facts), "device"),
			 fact_text(doubtful_overlap(facts), "selector"));
	say_drops(facts, finding);
	say_hints(facts, finding);
	say_stranger(facts, finding);
	say_probe(facts, finding, "ike500", "IKE question on UDP port 500");
	say_probe(facts, finding, "ike4500", "IKE question on UDP port 4500");
	if (fact(facts, "probe.ping"))
		say_seen(finding, "ping of the peer: %s",
			 fact_true(facts, "probe.ping.answered") ? "answered" : "no answer");
	say_errors(facts, finding);
	if (fact(facts, "wire.ike_in"))
		say_seen(finding, "IKE messages on the wire while I looked: %.0f out, %.0f in",
			 fact_number(facts, "wire.ike_out"), fact_number(facts, "wire.ike_in"));
	if (fact_number(facts, "wire.ike_elsewhere") > 0)
		say_seen(finding, "%.0f of those of the peer's came to another address than %s",
			 fact_number(facts, "wire.ike_elsewhere"),
			 fact_text(facts, "tunnel.local"));
	if (fact_false(facts, "can_probe")) {
		say_seen(finding, "without root (CAP_NET_RAW) neither wire nor peer could be "
			 "asked");
		say_cure(finding, "ask again as root: 'sudo adit diagnose %s'",
			 fact_text(facts, "name"));
		return;
	}
	say_cure(finding, "see 'adit monitor %s' and the peer's log; the facts are in 'adit "
		 "diagnose "
		 "%s --json'", fact_text(facts, "name"), fact_text(facts, "name"));
}

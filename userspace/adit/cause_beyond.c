// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes beyond the tunnel: it works, and the packets do not find in or out of it.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

static bool is_unanswered(const json_t *facts)
{
	return tunnel_is_up(facts) && fact_number(facts, "inside.sent") &&
	       !fact_number(facts, "inside.received") && !fact_grown(facts, "packets_in");
}

/* A selector that is larger than our network works: our network's own route is the longer one */
static const json_t *harmful_overlap(const json_t *facts)
{
	return is_unanswered(facts) ? json_array_get(fact(facts, "route.overlaps"), 0) :
				      same_network(facts);
}

static bool overlap(const json_t *facts, struct finding *f)
{
	const json_t *one = harmful_overlap(facts);

	if (!one)
		return false;
	say_seen(f, "this host is on the network %s of %s, and remote-ts has %s",
		 fact_text(one, "network"), fact_text(one, "device"), fact_text(one, "selector"));
	say_daemon(facts, f);
	if (is_unanswered(facts))
		say_seen(f, "of %.0f pings through the tunnel none is answered",
			 fact_number(facts, "inside.sent"));
	say_cure(f, "give one of the two networks other addresses, or translate one of them (NAT) "
		 "and "
		 "use the translated one as selector");
	return say_cause(f, "The network behind the peer overlaps a network of this host, so "
			 "packets "
			 "to it never enter the tunnel.");
}

static bool no_route_inside(const json_t *facts, const json_t *one, struct finding *f)
{
	const char *name = fact_text(facts, "name");

	say_seen(f, "ip route get %s: no route; the tunnel's device is %s",
		 fact_text(one, "address"), fact_text(facts, "tunnel.device"));
	say_cure(f, "adit down %s && adit up %s makes the tunnel's routes anew; see 'ip rule', "
		 "too, and blackhole or unreachable routes in 'ip route'", name, name);
	return say_cause(f, "This host has no route for %s into the tunnel.",
			 fact_text(one, "selector"));
}

static bool route_elsewhere(const json_t *facts, struct finding *f)
{
	const json_t *one;
	size_t i;

	if (!tunnel_is_up(facts) || json_array_size(fact(facts, "route.overlaps")) ||
	    fact_false(facts, "route.device.up") || fact_false(facts, "route.device.exists"))
		return false;
	json_array_foreach(fact(facts, "route.inside"), i, one) {
		/* Another tunnel's, with a better metric: this one is the stand-by */
		if (!fact_false(one, "ours") || fact_true(one, "standby"))
			continue;
		if (!*fact_text(one, "device"))
			return no_route_inside(facts, one, f);
		say_seen(f, "ip route get %s: over %s; the tunnel's device is %s",
			 fact_text(one, "address"), fact_text(one, "device"),
			 fact_text(facts, "tunnel.device"));
		if (*fact_text(one, "tunnel"))
			say_seen(f, "%s is the device of tunnel %s, whose routes overlap",
				 fact_text(one, "device"), fact_text(one, "tunnel"));
		say_cure(f, "remove what takes them, a route ('ip route') or a rule ('ip rule'); "
			 "against a route longer prefixes help, too (route = { … } has \"%s\"), "
			 "or, against one as long, a smaller metric",
			 fact_text(one, "selector"));
		return say_cause(f, "Packets to %s take another route and never enter the tunnel.",
				 fact_text(one, "selector"));
	}
	return false;
}

static bool routed_by_rule(const json_t *facts, struct finding *f)
{
	const json_t *way = fact(facts, "route.forwarded");
	struct finding ignored = { .evidence = NULL };
	const json_t *inside = json_array_get(fact(facts, "route.inside"), 0);

	/* What this host sends itself goes right; another tunnel's device is the preferred one */
	if (!tunnel_is_up(facts) || !way || !fact_true(inside, "ours") ||
	    fact_is(way, "device", fact_text(facts, "tunnel.device")) ||
	    route_elsewhere(facts, &ignored))
		return false;
	say_seen(f, "ip route get %s from %s iif %s: over %s; the tunnel's device is %s",
		 fact_text(way, "address"), fact_text(way, "from"), fact_text(way, "iif"),
		 fact_text(way, "device"), fact_text(facts, "tunnel.device"));
	say_seen(f, "ip route get %s, as this host itself sends: over %s",
		 fact_text(way, "address"), fact_text(inside, "device"));
	say_cure(f, "'ip rule' lists the rules: put one before them for %s ('ip rule add to %s "
		 "lookup main priority N'), or take away that which has caught it",
		 fact_text(inside, "selector"), fact_text(inside, "selector"));
	return say_cause(f, "A routing rule sends what the hosts behind this one send to %s "
			 "elsewhere, so it never enters the tunnel.",
			 fact_text(inside, "selector"));
}

/* That a network of ours is in local-ts does not show that anybody there uses the tunnel */
static const json_t *lan_behind(const json_t *facts, bool six)
{
	bool asked = fact_true(facts, six ? "system.asked6" : "system.asked4");
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "system.lans"), i, one)
		if (!strchr(fact_text(one, "network"), ':') == !six &&
		    (asked || fact(one, "neighbour")))
			return one;
	return NULL;
}

/* Nothing that this host sends itself can go through it, and nothing has */
static bool only_forwarded(const json_t *facts, bool six)
{
	const json_t *child = fact_child(facts, "later");

	return fact_false(facts, "system.own") && child &&
	       !strchr(fact_text(child, "local_ts"), ':') == !six &&
	       !fact_sum(facts, "later", "packets_out");
}

static bool forwarding_of(const json_t *facts, bool six, struct finding *f)
{
	const char *off = fact_text(facts, six ? "system.off6" : "system.off4");
	const json_t *lan = lan_behind(facts, six);
	char local[200];

	if (!*off || !(lan || only_forwarded(facts, six)))
		return false;
	say_seen(f, "net.%s.conf.%s.forwarding = 0", six ? "ipv6" : "ipv4", off);
	if (fact_true(facts, six ? "system.asked6" : "system.asked4"))
		say_seen(f, "packets for others came while I looked, and the kernel dropped them");
	if (lan && fact(lan, "neighbour"))
		say_seen(f, "%s is a host of %s on %s, which is to use the tunnel",
			 fact_text(lan, "neighbour"), fact_text(lan, "network"),
			 fact_text(lan, "device"));
	if (!lan)
		say_seen(f, "no address of this host's is within local-ts = { %s }: only what it "
			 "forwards can use the tunnel",
			 fact_list(facts, "tunnel.config.local-ts", local, sizeof(local)));
	say_cure(f, "sysctl -w %s=1, and the same in /etc/sysctl.d for the next boot",
		 six ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward");
	return say_cause(f, "This host does not forward packets between its network and the "
			 "tunnel.");
}

static bool forwarding(const json_t *facts, struct finding *f)
{
	return tunnel_is_up(facts) &&
	       (forwarding_of(facts, false, f) || forwarding_of(facts, true, f));
}

static bool is_strict(const json_t *facts, const char *device)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "system.rp_filter"), i, one)
		if (fact_is(one, "device", device) && fact_number(one, "value") == 1)
			return true;
	return false;
}

/*
 * Of two tunnels for the same networks the peer answers through the other one, where a strict
 * filter takes nothing that would be answered by this one. Where pings were answered (by the peer's
 * own address in the tunnel, say), what it dropped must be more, and nearly all.
 */
static const json_t *filtered_twin(const json_t *facts)
{
	const json_t *twin = fact(facts, "system.twin");
	const json_t *way = json_array_get(fact(facts, "route.inside"), 0);
	const char *device = fact_text(twin, "device");
	double drops = fact_number(facts, "system.rp_drops"), in = fact_number(twin, "packets_in");
	bool answered = fact_number(facts, "inside.received");

	if (!twin || !tunnel_is_up(facts) || !is_strict(facts, device) || in < 1 ||
	    fact_is(way, "device", device) || fact_is(facts, "inside.elsewhere", device))
		return NULL;
	return (answered ? drops >= 3 && 4 * drops >= 3 * in : drops >= 1 && 2 * drops >= in) ?
		twin : NULL;
}

static bool say_filter(const json_t *facts, const char *device, struct finding *f)
{
	say_seen(f, "rp_filter is 1 (strict) on %s, and the kernel dropped %.0f packets for it "
		 "while I looked", device, fact_number(facts, "system.rp_drops"));
	say_cure(f, "sysctl -w net.ipv4.conf.%s.rp_filter=2 and net.ipv4.conf.all.rp_filter=2 "
		 "(the higher of the two counts), or route both ways over one device", device);
	return say_cause(f, "The kernel's reverse path filter drops packets that arrive by "
			 "another way than it would answer.");
}

static bool rp_filter_twin(const json_t *facts, struct finding *f)
{
	const json_t *twin = filtered_twin(facts);

	if (!twin)
		return false;
	say_seen(f, "%.0f packets came in meanwhile through tunnel %s, which has the same networks "
		 "and the device %s; what is sent there leaves by %s",
		 fact_number(twin, "packets_in"), fact_text(twin, "tunnel"),
		 fact_text(twin, "device"), fact_text(facts, "tunnel.device"));
	return say_filter(facts, fact_text(twin, "device"), f);
}

static bool rp_filter(const json_t *facts, struct finding *f)
{
	const char *device = fact_text(facts, "tunnel.device");

	/* Elsewhere on this host it may drop what it likes: of what comes in here it is half */
	if (!tunnel_is_up(facts) || fact_number(facts, "system.rp_drops") < 1 ||
	    fact_number(facts, "inside.received") || !fact_grown(facts, "packets_in") ||
	    fact_number(facts, "system.rp_drops") < fact_grown(facts, "packets_in") / 2)
		return false;
	return is_strict(facts, device) && say_filter(facts, device, f);
}

/* Of what is forwarded: somebody is there to send it */
static bool is_used(const json_t *facts, const char *flow)
{
	bool six = strchr(fact_text(fact_child(facts, "tunnel"), "local_ts"), ':');

	return strncmp(flow, "forward", 7) || lan_behind(facts, six) ||
	       fact_false(facts, "system.own");
}

static bool firewall(const json_t *facts, struct finding *f)
{
	static const char *const flows[][2] = {
		{ "forward-in", "from the tunnel to the network" },
		{ "forward-out", "from the network into the tunnel" },
		{ "inner-in", "from the tunnel to this host" },
		{ "inner-out", "from this host into the tunnel" },
	};
	const json_t *verdict;
	bool found = false;
	size_t i, j;

	json_array_foreach(fact(facts, "firewall.verdicts"), i, verdict) {
		for (j = 0; tunnel_is_up(facts) && j < sizeof(flows) / sizeof(*flows); j++) {
			if (!fact_is(verdict, "flow", flows[j][0]) ||
			    !fact_is(verdict, "verdict", "drop") || !is_used(facts, flows[j][0]))
				continue;
			say_seen(f, "%s: %s", flows[j][1], fact_text(verdict, "rule"));
			found = true;
		}
	}
	if (!found)
		return false;
	say_cure(f, "let packets between %s and the network pass in that chain, both ways",
		 fact_text(facts, "tunnel.device"));
	return say_cause(f, "A rule of this host's own firewall drops what goes through the "
			 "tunnel.");
}

/* What is sent into the tunnel has another source then, and does not belong into it */
static bool translated(const json_t *facts, struct finding *f)
{
	const json_t *verdict;
	size_t i;

	if (!is_unanswered(facts) || fact(facts, "inside.elsewhere") || !fact(facts, "later") ||
	    fact_grown(facts, "packets_out"))
		return false;
	json_array_foreach(fact(facts, "firewall.verdicts"), i, verdict) {
		if (!fact_is(verdict, "flow", "inner-nat"))
			continue;
		say_seen(f, "what leaves over %s is translated by: %s",
			 fact_text(facts, "tunnel.device"), fact_text(verdict, "rule"));
		say_seen(f, "of %.0f pings into the tunnel, none went out through it",
			 fact_number(facts, "inside.sent"));
		say_cure(f, "leave out of that rule what goes to %s: a rule before it with "
			 "'oifname %s accept'", fact_text(fact_child(facts, "later"), "remote_ts"),
			 fact_text(facts, "tunnel.device"));
		return say_cause(f, "A NAT rule of this host gives packets another source address "
				 "before they enter the tunnel, so they are not within local-ts "
				 "any more.");
	}
	return false;
}

/* It goes nowhere: the tunnel drops what is not within its selectors */
static bool from_outside(const json_t *facts, struct finding *f)
{
	const json_t *one = fact(facts, "inside.stranger");
	const char *from = fact_text(one, "from");
	struct finding ignored = { .evidence = NULL };
	char local[200];

	if (!tunnel_is_up(facts) || !one || fact_number(facts, "inside.received") ||
	    fact_number(facts, "inside.answers") || fact(facts, "inside.elsewhere") ||
	    fact_grown(facts, "packets_in") || is_narrowed(facts) ||
	    fact_true(one, "others") || translated(facts, &ignored))
		return false;
	say_seen(f, "while I looked, packets from %s to %s were sent into %s", from,
		 fact_text(one, "to"), fact_text(facts, "tunnel.device"));
	say_seen(f, "the SAs are for %s === %s, as local-ts = { %s } has it",
		 fact_text(fact_child(facts, "tunnel"), "local_ts"),
		 fact_text(fact_child(facts, "tunnel"), "remote_ts"),
		 fact_list(facts, "tunnel.config.local-ts", local, sizeof(local)));
	if (fact_true(one, "own"))
		say_cure(f, "%s is this host's own: have it send from an address within local-ts "
			 "('ping -I ADDRESS', address = { … } in the tunnel), or take %s into "
			 "local-ts, here and mirrored at the peer", from, from);
	else
		say_cure(f, "take the network of %s into local-ts, here and mirrored at the peer; "
			 "if it is there, look for a NAT rule that gives packets that address",
			 from);
	return say_cause(f, "What is sent into the tunnel comes from %s, which is not within "
			 "local-ts, so the tunnel drops it.", from);
}

/* Somebody on the way says so: another cause */
static bool is_refused(const json_t *facts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "about", "ESP") && !fact_is(one, "kind", "too-big"))
			return true;
	return false;
}

/* IKE says nothing either, on the port that the tunnel needs: then it is not the tunnel */
static bool is_gone(const json_t *facts, bool encap)
{
	return (fact_number(facts, "probe.ike500.asked") &&
		!fact(facts, "probe.ike500.answer")) ||
	       (encap && fact_number(facts, "probe.ike4500.asked") &&
		!fact(facts, "probe.ike4500.answer"));
}

/*
 * It has carried packets both ways. That our pings are not answered is no fault then: who has
 * answered others need not answer those. But that nobody answers TCP is
 */
static bool has_worked(const json_t *facts)
{
	return fact_sum(facts, "later", "packets_in") && fact_number(facts, "inside.asks") < 3;
}

/*
 * Both gateways know the SAs, we send, and not one packet comes back. Where ESP goes in UDP, the
 * way is shown to be open by the key exchange, which uses the same port.
 */
static bool nothing_returns(const json_t *facts, struct finding *f)
{
	bool encap = fact_true(fact_child(facts, "later"), "encap");
	const char *ours = fact_text(fact_child(facts, "later"), "local_ts");
	double out = fact_number(facts, encap ? "wire.udp_esp_out" : "wire.esp_out") -
		     fact_number(facts, "inside.guessed");
	bool tried = fact_false(facts, "trial.udp_works") && fact_true(facts, "trial.up");
	double before = fact_sum(facts, "later", "packets_in");

	if (!tunnel_is_up(facts) || is_gone(facts, encap) || !fact(facts, "wire") ||
	    !fact(facts, "later") || out < 3 || has_worked(facts) ||
	    fact_grown(facts, "packets_in") || json_array_size(fact(facts, "wire.in")) ||
	    fact_true(facts, "trial.udp_works") || is_refused(facts) ||
	    fact(facts, "inside.elsewhere"))
		return false;
	say_seen(f, "%.0f %s packets left while I looked (%.0f since the SAs were made), none %s",
		 out, encap ? "ESP-in-UDP" : "ESP", fact_sum(facts, "later", "packets_out"),
		 before ? "came back" : "has ever come back");
	if (before)
		say_seen(f, "%.0f packets came in before; while I looked, %.0f segments of TCP "
			 "went unanswered", before, fact_number(facts, "inside.asks"));
	say_seen(f, "phase 1 and phase 2 are established");
	if (is_narrowed(facts))
		say_narrowed(facts, f);
	if (tried)
		say_seen(f, "tried for a moment with ESP in UDP, nothing came back either");
	if (encap || tried) {
		say_cure(f, "look at the peer's routes and firewall for %s, and that a host "
			 "behind it answers at all", ours);
		return say_cause(f, "The tunnel is up, but the peer sends nothing back through "
				 "it: its route or firewall is wrong, or nobody behind it "
				 "answers.");
	}
	say_cure(f, "set encap = \"force\" and 'adit reload': if it works then, IP protocol "
		 "50 (ESP) is blocked on the way; if not, look at the peer's routes and firewall "
		 "for %s", ours);
	return say_cause(f, "ESP goes out and none comes back, while the key exchange works: ESP "
			 "is blocked on the way, or the peer does not answer through the tunnel.");
}

/* Only we ourselves have sent something, to addresses that may be nobody's */
static bool is_idle(const json_t *facts)
{
	return !fact_sum(facts, "tunnel", "packets_out");
}

static bool is_untried(const json_t *facts)
{
	struct finding ignored = { .evidence = json_array() };
	bool holds = is_idle(facts) && !filtered_twin(facts) && nothing_returns(facts, &ignored);

	json_decref(ignored.evidence);
	return holds;
}

static void say_targets(const json_t *facts, struct finding *f)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "inside.targets"), i, one)
		say_seen(f, "%s does not answer pings", fact_text(one, "address"));
}

static bool idle(const json_t *facts, struct finding *f)
{
	if (is_narrowed(facts) || !is_untried(facts))
		return false;
	say_seen(f, "phase 1 and phase 2 are established; before I looked, nothing had been sent "
		 "through the tunnel");
	say_targets(facts, f);
	say_cure(f, "send something to a host behind the peer that answers, and ask again");
	return say_cause(f, "The tunnel is up and has not been used yet; whether packets come back "
			 "is not known, as nobody answers my pings.");
}

static bool no_return(const json_t *facts, struct finding *f)
{
	return !is_idle(facts) && !filtered_twin(facts) && nothing_returns(facts, f);
}

/*
 * Nothing can be sent, or nothing has ever been within what was agreed on, where nobody answers
 * us: what is sent outside of it never enters the tunnel. Pings that did go out, of a tunnel in
 * use, went to somebody within; and where something comes through that is what is to pass, perhaps.
 */
static bool narrowed(const json_t *facts, struct finding *f)
{
	bool sent = fact_number(facts, "inside.sent");

	if (!tunnel_is_up(facts) || !is_narrowed(facts) || !fact(facts, "inside.sent") ||
	    fact_grown(facts, "packets_in") > 0 || (sent && !is_untried(facts)))
		return false;
	say_narrowed(facts, f);
	if (sent)
		say_targets(facts, f);
	else
		say_seen(f, "no ping of this host's could be sent within that");
	say_cure(f, "if more is to pass, set the peer's networks to what is configured here, "
		 "mirrored; if not, local-ts and remote-ts to what was agreed%s", sent ?
		 ", and ask again when a host there is to answer" : "");
	return say_cause(f, "The peer lets less into the tunnel than is configured here%s.", sent ?
			 ", and within that nothing has answered yet" : "");
}

const struct cause causes_beyond[] = {
	{ "networks-overlap", "the network behind the peer overlaps one of ours", overlap },
	{ "route-elsewhere", "packets for the tunnel take another route", route_elsewhere },
	{ "rule-elsewhere", "a routing rule takes forwarded packets elsewhere", routed_by_rule },
	{ "forwarding-off", "this host does not forward packets", forwarding },
	{ "rp-filter", "the reverse path filter drops packets", rp_filter },
	{ "rp-filter", NULL, rp_filter_twin },
	{ "own-firewall-inner", "a rule of this host drops what goes through the tunnel",
	  firewall },
	{ "nat-before-tunnel", "a NAT rule of this host changes what is to enter the tunnel",
	  translated },
	{ "source-outside", "what is sent into the tunnel is not from within local-ts",
	  from_outside },
	{ "idle", "the tunnel is up, not used yet, and nobody answers pings", idle },
	{ "no-return-traffic", "ESP goes out, none comes back: blocked, or not answered",
	  no_return },
	{ "selectors-narrowed", "the peer lets less into the tunnel than is configured", narrowed },
	{ NULL, NULL, NULL }
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes on the way to the peer: name, address, route, firewalls, ports.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"
#include "ike/ike.h"

#define LATELY	300	/* seconds */
#define IN_VAIN	2	/* messages without an answer: of an exchange the last one has none */

static const char *remote(const json_t *facts)
{
	const char *address = fact_text(facts, "tunnel.remote");

	return *address ? address : fact_text(facts, "tunnel.remote_name");
}

/* Whether a probe was sent, and what came back */
static bool asked(const json_t *facts, const char *probe)
{
	return fact_number(fact(fact(facts, "probe"), probe), "asked") > 0;
}

static bool answered(const json_t *facts, const char *probe)
{
	return asked(facts, probe) && fact(fact(fact(facts, "probe"), probe), "answer");
}

static bool silent(const json_t *facts, const char *probe)
{
	return asked(facts, probe) && !answered(facts, probe);
}

/*
 * The peer has said nothing that we took for an answer: never since it was configured, or not since
 * it fell silent. That it worked once does not show what the way is like now
 */
static bool is_unheard(const json_t *facts)
{
	double before = fact_number(facts, "tunnel.contact.received");

	if (!fact(facts, "tunnel.contact") || fact_number(facts, "later.contact.received") > before)
		return false;
	/* Who waits for the peer to begin, or for a packet, asks nobody */
	return !before || (fact_is(facts, "tunnel.state", "connecting") &&
			   fact_number(facts, "later.contact.unanswered") >= IN_VAIN &&
			   (last_error_is(facts, "no-response") ||
			    last_error_is(facts, "dpd-timeout")));
}

static bool dns(const json_t *facts, struct finding *f)
{
	const char *local = fact_text(facts, "tunnel.config.local");
	const char *found = json_string_value(json_array_get(fact(facts, "route.names"), 0));

	if (!last_error_is(facts, "dns"))
		return false;
	say_daemon(facts, f);
	if (found)
		say_seen(f, "asked here, it has the address %s", found);
	if (found && *local && !strchr(found, ':') != !strchr(local, ':')) {
		say_cure(f, "set local to an address of the same family or leave it out, or take "
			 "a name that has an %s address", strchr(local, ':') ? "IPv6" : "IPv4");
		return say_cause(f, "The peer's name %s has no address of the family of local, "
				 "which is %s.", fact_text(facts, "tunnel.remote_name"), local);
	}
	say_cure(f, "correct remote, or see that 'getent hosts %s' gives an address",
		 fact_text(facts, "tunnel.remote_name"));
	return say_cause(f, "The peer's name %s does not resolve to an address.",
			 fact_text(facts, "tunnel.remote_name"));
}

static bool local_gone(const json_t *facts, struct finding *f)
{
	const char *local = fact_text(facts, "tunnel.config.local");

	/* Another one of a cluster may pass us what comes for it */
	if (!*local || !fact_false(facts, "route.local.ours") ||
	    (tunnel_is_up(facts) && (fact_grown(facts, "packets_in") ||
				     fact_number(facts, "inside.received"))))
		return false;
	say_seen(f, "local = \"%s\", and no interface of this host has that address", local);
	say_cure(f, "give the address back to its interface ('ip addr add %s/LENGTH dev DEVICE'), "
		 "correct local, or leave it out", local);
	return say_cause(f, "The tunnel's local address %s is not an address of this host.", local);
}

static bool remote_is_us(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_down(facts) || !fact_true(facts, "route.remote.local"))
		return false;
	say_seen(f, "remote is %s, and ip route get says that it is local", remote(facts));
	say_cure(f, "set remote to the peer's address");
	return say_cause(f, "The tunnel's remote address %s is one of this host itself.",
			 remote(facts));
}

static bool is_within(const char *network, const char *address)
{
	struct ike_selector outer, inner;

	return ike_selector_parse(&outer, network) && ike_selector_parse(&inner, address) &&
	       ike_selector_contains(&outer, &inner);
}

/* What the two gateways say to each other in IKE may pass through the tunnel between them */
static bool is_carried(const json_t *facts)
{
	const json_t *child = fact_child(facts, "tunnel");

	return is_within(fact_text(child, "local_ts"), fact_text(facts, "tunnel.local")) &&
	       is_within(fact_text(child, "remote_ts"), remote(facts));
}

/* While it is down its route does not count, so that it comes up again: then it is found */
static bool route_through_tunnel(const json_t *facts, struct finding *f)
{
	bool up = tunnel_is_up(facts);

	if (!fact_true(facts, "route.remote.self") ||
	    !(tunnel_is_down(facts) || (up && !is_carried(facts))))
		return false;
	say_seen(f, "the route to %s leads through %s", remote(facts),
		 fact_text(facts, "tunnel.device"));
	if (up)
		say_seen(f, "IKE messages to it enter the tunnel and are lost there, as it carries "
			 "%s === %s: soon the peer will seem dead, until the tunnel is up again",
			 fact_text(fact_child(facts, "tunnel"), "local_ts"),
			 fact_text(fact_child(facts, "tunnel"), "remote_ts"));
	say_cure(f, "'ip route get %s' must name the device towards the peer: remove the route "
		 "over %s, or add one for the peer alone", remote(facts),
		 fact_text(facts, "tunnel.device"));
	return say_cause(f, "The route to the peer leads through the tunnel itself.");
}

static void cure_route(const json_t *facts, struct finding *f)
{
	const json_t *list = fact(facts, "route.down"), *one;
	size_t i;

	json_array_foreach(list, i, one)
		say_seen(f, "ip link show %s: it is down, and has the address %s",
			 fact_text(one, "device"), fact_text(one, "address"));
	if (json_array_size(list))
		say_cure(f, "ip link set %s up, and the routes over it, which went when it was set "
			 "down", fact_text(json_array_get(list, 0), "device"));
	else
		say_cure(f, "add a route to %s (usually the default route is missing: 'ip "
			 "route'), or correct remote", remote(facts));
}

static bool no_route(const json_t *facts, struct finding *f)
{
	/* One that is up has lost it since, as its packets show */
	if (!fact_false(facts, "route.remote.ok") ||
	    !(tunnel_is_down(facts) || fact_grown(facts, "drops.no-route") >= 2))
		return false;
	say_seen(f, "ip route get %s: %s", remote(facts), fact_text(facts, "route.remote.error"));
	if (tunnel_is_up(facts))
		say_seen(f, "the tunnel, which is still up, dropped %.0f packets for it while I "
			 "looked", fact_grown(facts, "drops.no-route"));
	cure_route(facts, f);
	return say_cause(f, "This host has no route to the peer %s.", remote(facts));
}

static bool link_down(const json_t *facts, struct finding *f)
{
	const char *device = fact_text(facts, "route.remote.device");

	if (!tunnel_is_down(facts) || !fact_true(facts, "route.remote.ok") ||
	    answered(facts, "ike500") || answered(facts, "ike4500") ||
	    !(fact_false(facts, "route.remote.up") || fact_false(facts, "route.remote.carrier")))
		return false;
	say_seen(f, "the route to %s leads over %s, which %s", remote(facts), device,
		 fact_false(facts, "route.remote.up") ? "is down" : "has no carrier");
	say_cure(f, fact_false(facts, "route.remote.up") ? "ip link set %s up" :
		 "look at the cable and the switch port of %s", device);
	return say_cause(f, "The interface towards the peer does not work.");
}

static bool own_firewall_ike(const json_t *facts, struct finding *f)
{
	static const char *const flows[] = { "ike-out", "ike-in", "natt-out", "natt-in" };
	const char *error = fact_text(facts, "tunnel.send_error");
	/* netfilter lets the sender of a dropped packet know by EPERM */
	bool refused = !strcmp(error, "Operation not permitted");
	const json_t *verdict;
	size_t i;

	if (!tunnel_is_down(facts))
		return false;
	for (i = 0; i < sizeof(flows) / sizeof(*flows); i++) {
		verdict = fact_rule(facts, flows[i]);
		/* The second pair of ports is only for who needs it */
		if (!verdict || (i > 1 && !fact_number(facts, "tunnel.contact.sent_natt")))
			continue;
		/* What the daemon has heard meanwhile has come through */
		if (i % 2 && fact_number(facts, "later.contact.received") >
		    fact_number(facts, "tunnel.contact.received"))
			continue;
		say_seen(f, "%s packets are dropped by: %s", flows[i], fact_text(verdict, "rule"));
		refused = true;
	}
	if (!refused)
		return false;
	if (*error)
		say_seen(f, "sending to %s: %s", remote(facts), error);
	say_cure(f, "let UDP ports 500 and 4500 and IP protocol 50 (ESP) from and to %s pass",
		 remote(facts));
	return say_cause(f, "A rule of this host's own firewall drops the key exchange with the "
			 "peer.");
}

/* Our rules cannot be read, but the wire and the daemon tell */
static bool own_firewall_unheard(const json_t *facts, struct finding *f)
{
	/* What we send is to be seen, too: else its answers may be dropped behind the daemon */
	if (!tunnel_is_down(facts) || !is_unheard(facts) || !fact_number(facts, "wire.ike_out") ||
	    fact_number(facts, "wire.ike_for_daemon") < 1 ||
	    fact_number(facts, "wire.ike_from_daemon") ||
	    fact_rule(facts, "ike-in") || fact_rule(facts, "natt-in"))
		return false;
	say_seen(f, "IKE messages of the peer that arrived on UDP port 500 while I looked: %.0f; "
		 "at the daemon, %s: none, and it has answered none",
		 fact_number(facts, "wire.ike_for_daemon"),
		 fact_number(facts, "tunnel.contact.received") ? "meanwhile" : "since it runs");
	say_cure(f, "let UDP ports 500 and 4500 from %s in; look at nft, iptables, and whatever "
		 "writes their rules", remote(facts));
	return say_cause(f, "This host receives the peer's key exchange, but its own packet filter "
			 "keeps it from the daemon.");
}

static const json_t *icmp(const json_t *facts, const char *kind)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "kind", kind))
			return one;
	return NULL;
}

static const json_t *icmp_about(const json_t *facts, const char *kind, const char *about)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "kind", kind) && fact_is(one, "about", about))
			return one;
	return NULL;
}

/* The peer's host says so, and no daemon of it is heard on the other port */
static bool peer_port_closed(const json_t *facts, struct finding *f)
{
	const json_t *seen = icmp_about(facts, "port-unreachable", "UDP port 500");

	if (!tunnel_is_down(facts) || !seen || !fact_is(seen, "from", remote(facts)) ||
	    answered(facts, "ike500") || answered(facts, "ike4500"))
		return false;
	say_seen(f, "%s answers with ICMP port unreachable (%s)", fact_text(seen, "from"),
		 fact_text(seen, "about"));
	say_cure(f, "start the IKE daemon of the peer, or correct remote; if it runs, let UDP "
		 "ports 500 and 4500 through the peer's firewall");
	return say_cause(f, "The peer %s is there, but nothing listens on its UDP port 500 (or its "
			 "own firewall rejects it in the same words).", remote(facts));
}

/* Who refuses with ICMP: as firewalls say it, or port unreachable of one that is not the port's */
static const json_t *refusal(const json_t *facts)
{
	const json_t *seen = icmp_about(facts, "prohibited", "UDP port 500");

	/* What is said of our pings is nothing about IKE */
	if (!seen)
		seen = icmp_about(facts, "prohibited", "UDP port 4500");
	if (seen)
		return seen;
	seen = icmp(facts, "port-unreachable");
	return seen && (!fact_is(seen, "from", remote(facts)) || answered(facts, "ike4500")) ?
		seen : NULL;
}

static bool peer_filtered(const json_t *facts, struct finding *f)
{
	const json_t *seen = refusal(facts);

	if (!tunnel_is_down(facts) || !seen || answered(facts, "ike500"))
		return false;
	say_seen(f, "%s answers with ICMP %s (%s)", fact_text(seen, "from"),
		 fact_is(seen, "kind", "prohibited") ? "administratively prohibited" :
		 "port unreachable", fact_text(seen, "about"));
	if (answered(facts, "ike4500"))
		say_seen(f, "asked on UDP port 4500, the peer answers");
	say_cure(f, "have the firewall at %s let UDP ports 500 and 4500 and IP protocol 50 pass "
		 "between %s and %s", fact_text(seen, "from"), fact_text(facts, "tunnel.local"),
		 remote(facts));
	return say_cause(f, "A firewall at %s refuses the packets to the peer.",
			 fact_text(seen, "from"));
}

static bool peer_unreachable(const json_t *facts, struct finding *f)
{
	const json_t *seen = icmp(facts, "unreachable");

	if (!tunnel_is_down(facts) || answered(facts, "ike500"))
		return false;
	if (fact_true(facts, "wire.no_neighbour")) {
		say_seen(f, "nobody answers for the next hop on %s (its entry in 'ip neigh' is "
			 "FAILED)", fact_text(facts, "route.remote.device"));
		say_cure(f, "see that the next hop ('ip route get %s') is up and on that network",
			 remote(facts));
		return say_cause(f, "The next hop on the way to the peer does not answer.");
	}
	if (!seen)
		return false;
	say_seen(f, "%s answers with ICMP host or network unreachable (%s)",
		 fact_text(seen, "from"), fact_text(seen, "about"));
	say_cure(f, "see that the peer is up and that its network is routed to it; the last one to "
		 "know the way is %s", fact_text(seen, "from"));
	return say_cause(f, "The network cannot reach the peer %s.", remote(facts));
}

/* It had something of ours, and said why it does not like it, or we did not like its answer */
static bool has_refused(const json_t *facts)
{
	static const char *const others[] = {
		"no-response", "dpd-timeout", "peer-deleted", "no-route", ""
	};
	const char *code = fact_text(facts, "tunnel.last_error.code");
	size_t i;

	if (fell_silent(facts))
		return false;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(code, others[i]))
			return false;
	return true;
}

/* What it sends has our own cookie, and nobody takes it for an answer */
static bool other_address(const json_t *facts, struct finding *f)
{
	const json_t *seen = fact(facts, "wire.stranger");
	const char *from = fact_text(seen, "from");

	if (!tunnel_is_down(facts) || !seen || answered(facts, "ike500"))
		return false;
	say_seen(f, "while I looked, %.0f IKE messages came from %s, with the cookie of what had "
		 "been sent to %s, from which none came", fact_number(seen, "count"), from,
		 remote(facts));
	say_cure(f, "have the peer send from %s (its local address in the connection, the source "
		 "of its default route, or the NAT in front of it); or set remote = \"%s\" here "
		 "if that is its address", remote(facts), from);
	return say_cause(f, "The peer answers from another address, %s, than the one that it is "
			 "asked at.", from);
}

static bool udp_500_blocked(const json_t *facts, struct finding *f)
{
	double port = fact_number(facts, "tunnel.config.remote-port");

	/* Nobody needs it where the daemon begins on another one */
	if ((port > 0 && port != 500) || has_refused(facts))
		return false;
	if (!tunnel_is_down(facts) || !silent(facts, "ike500") || !answered(facts, "ike4500") ||
	    refusal(facts))
		return false;
	say_seen(f, "asked on UDP port 500, the peer is silent; asked the same on UDP port 4500, "
		 "it "
		 "answers");
	say_cure(f, "let UDP port 500 pass in both directions between %s and %s, or begin on the "
		 "other port with remote-port = 4500", fact_text(facts, "tunnel.local"),
		 remote(facts));
	return say_cause(f, "UDP port 500 is blocked on the way to the peer.");
}

/* Phase 1 has gone over to the port of NAT traversal, and nothing comes from there any more */
static bool stuck_at_natt(const json_t *facts)
{
	return fact_number(facts, "tunnel.contact.unanswered_natt") > 0;
}

static bool udp_4500_blocked(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_down(facts) || !answered(facts, "ike500") || !silent(facts, "ike4500") ||
	    !stuck_at_natt(facts))
		return false;
	say_seen(f, "asked on UDP port 500, the peer answers; asked the same on UDP port 4500, it "
		 "is "
		 "silent");
	say_seen(f, "%.0f messages went out over port 4500%s, none came back",
		 fact_number(facts, "tunnel.contact.unanswered_natt"),
		 fact_number(facts, "tunnel.contact.received_natt") ?
		 " since the peer was last heard there" : "");
	say_cure(f, "let UDP port 4500 pass in both directions between %s and %s",
		 fact_text(facts, "tunnel.local"), remote(facts));
	return say_cause(f, "UDP port 4500 is blocked on the way to the peer, and NAT traversal "
			 "needs it.");
}

/* Certificates make the fifth message larger than a packet */
static bool fragments_lost(const json_t *facts, struct finding *f)
{
	if (!answered(facts, "ike500") || !silent(facts, "large") ||
	    !sends_certificate(facts) ||
	    !(last_error_is(facts, "no-response") || fell_silent(facts)))
		return false;
	say_seen(f, "asked with a small message, the peer answers; asked the same with one of 2000 "
		 "bytes, which goes in fragments, it is silent");
	say_cure(f, "let IP fragments pass on the way, or switch IKE fragmentation on at the "
		 "peer, or "
		 "send smaller certificates");
	return say_cause(f, "IP fragments are lost on the way, and messages with certificates need "
			 "them.");
}

static bool is_responding(const json_t *entry)
{
	return fact_is(entry, "code", "responding");
}

/* NULL: not lately */
static const json_t *lately(const json_t *facts, bool (*fits)(const json_t *entry))
{
	const json_t *entry = fact_event(facts, "later", fits);

	if (!entry)
		entry = fact_event(facts, "tunnel", fits);
	return fact_number(facts, "now") - fact_number(entry, "last") < LATELY ? entry : NULL;
}

/* One side had something of the other's, and did not like it */
static bool is_refusal(const json_t *entry)
{
	return *fact_text(entry, "error") && !fact_is(entry, "error", "no-response") &&
	       !fact_is(entry, "error", "dpd-timeout");
}

/* Not to us: it answers nothing. But its packets come */
static bool peer_speaks(const json_t *facts)
{
	return lately(facts, is_responding) || fact_number(facts, "wire.ike_in") > 0;
}

/*
 * A peer may have reasons of its own not to answer: it wants to begin itself, it holds on to a
 * phase 1 that we have lost, it does not like what we say. But it does not say the same again that
 * we have answered, unless it has no answer.
 */
static bool one_way(const json_t *facts, struct finding *f)
{
	double unheard = fact_number(facts, "wire.ike_unheard");

	if (!tunnel_is_down(facts) || !silent(facts, "ike500") || !silent(facts, "ike4500") ||
	    unheard < 1 || lately(facts, is_refusal) || *fact_text(facts, "tunnel.send_error"))
		return false;
	if (lately(facts, is_responding))
		say_seen(f, "%s", fact_text(lately(facts, is_responding), "text"));
	say_seen(f, "while I looked, its first message came again %.0f times after we had answered "
		 "it", unheard);
	say_seen(f, "it answers nothing that we send, neither on UDP port 500 nor 4500");
	say_cure(f, "look for a firewall or a missing route that stops packets from %s to %s; the "
		 "other direction is open", fact_text(facts, "tunnel.local"), remote(facts));
	return say_cause(f, "The way to the peer is open in one direction only: its packets reach "
			 "us, ours do not reach it.");
}

static bool ikev2_only(const json_t *facts, struct finding *f)
{
	bool refused = fact_is(facts, "probe.ike500.answer", "notify") &&
		       fact_true(facts, "probe.complete") &&
		       !json_array_size(fact(facts, "probe.accepts"));
	bool wrong_version = fact_is(facts, "probe.ike500.name", "INVALID-MAJOR-VERSION");

	if (!tunnel_is_down(facts) || !asked(facts, "ike500"))
		return false;
	/* A refusal is an answer, too, but does not show that it would talk to us */
	if (!wrong_version && !(fact_is(facts, "probe.ike2.answer", "sa") &&
				(silent(facts, "ike500") || refused)))
		return false;
	say_seen(f, "asked in IKEv1 the peer %s; asked in IKEv2 it %s",
		 refused || wrong_version ? "refuses" : "is silent",
		 wrong_version ? "would answer" : "accepts a proposal");
	say_cure(f, "allow IKEv1 at the peer: libreswan wants ikev1-policy=accept and "
		 "ikev2=no, strongSwan version = 1, others a choice of the version");
	return say_cause(f, "The peer speaks IKEv2 only with us, and this tunnel is IKEv1.");
}

static bool ike_silent(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_down(facts) || !silent(facts, "ike500") || !silent(facts, "ike4500") ||
	    peer_speaks(facts) || !fact_true(facts, "probe.ping.answered") || !is_unheard(facts) ||
	    answered(facts, "ike2") || *fact_text(facts, "tunnel.send_error") ||
	    icmp(facts, "port-unreachable") || icmp(facts, "prohibited"))
		return false;
	say_seen(f, "%s answers ping; asked %.0f times on UDP port 500 and %.0f times on 4500 it "
		 "says nothing, and no ICMP error comes", remote(facts),
		 fact_number(facts, "probe.ike500.asked"),
		 fact_number(facts, "probe.ike4500.asked"));
	say_cure(f, "let UDP ports 500 and 4500 pass between %s and %s; if they do, see that the "
		 "peer's IKE daemon answers others, and has our address configured",
		 fact_text(facts, "tunnel.local"), remote(facts));
	return say_cause(f, "The peer's host is alive, but UDP ports 500 and 4500 are blocked on "
			 "the way to it (or its IKE daemon hangs, or ignores our address).");
}

static bool peer_silent(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_down(facts) || !silent(facts, "ike500") || !silent(facts, "ike4500") ||
	    has_refused(facts) ||
	    peer_speaks(facts) || !fact_false(facts, "probe.ping.answered") ||
	    icmp(facts, "unreachable") || icmp(facts, "prohibited") ||
	    icmp(facts, "port-unreachable") || fact_true(facts, "wire.no_neighbour") ||
	    fact_false(facts, "route.remote.ok") || fact_false(facts, "route.remote.carrier") ||
	    answered(facts, "ike2") || *fact_text(facts, "tunnel.send_error"))
		return false;
	say_seen(f, "no answer to IKE on UDP port 500 (asked %.0f times), on 4500 (%.0f times), "
		 "nor "
		 "to ping, and no ICMP error", fact_number(facts, "probe.ike500.asked"),
		 fact_number(facts, "probe.ike4500.asked"));
	say_seen(f, "packets to it leave over %s", fact_text(facts, "route.remote.device"));
	if (fact(facts, "tunnel.contact.last_received"))
		say_seen(f, "it last said something %.0f s ago", fact_number(facts, "now") -
			 fact_number(facts, "tunnel.contact.last_received"));
	say_cure(f, "see that remote = \"%s\" is right and the peer is up, then that UDP ports 500 "
		 "and 4500 pass between %s and it", fact_text(facts, "tunnel.remote_name"),
		 fact_text(facts, "tunnel.local"));
	return say_cause(f, "Nothing at all comes back from %s: the address is wrong, the peer is "
			 "down, or the way to it is blocked.", remote(facts));
}

const struct cause causes_path[] = {
	{ "dns", "the peer's name does not resolve", dns },
	{ "local-address-gone", "our configured address is not on this host", local_gone },
	{ "remote-is-us", "the peer's configured address is one of this host", remote_is_us },
	{ "route-through-tunnel", "the route to the peer leads into the tunnel",
	  route_through_tunnel },
	{ "no-route", "no route to the peer", no_route },
	{ "link-down", "the interface towards the peer is down", link_down },
	{ "own-firewall", "a rule of this host drops the tunnel's own packets", own_firewall_ike },
	{ "own-firewall-input", "this host's packet filter keeps IKE from the daemon",
	  own_firewall_unheard },
	{ "peer-port-closed", "nothing listens on the peer's UDP port 500", peer_port_closed },
	{ "peer-filtered", "a firewall refuses with ICMP", peer_filtered },
	{ "peer-unreachable", "a router says that the peer cannot be reached", peer_unreachable },
	{ "other-address", "the peer answers from another address", other_address },
	{ "udp-500-blocked", "UDP port 500 is blocked on the way", udp_500_blocked },
	{ "udp-4500-blocked", "UDP port 4500 is blocked on the way", udp_4500_blocked },
	{ "fragments-lost", "large IKE messages are lost on the way", fragments_lost },
	{ "one-way", "the peer reaches us, we do not reach it", one_way },
	{ "peer-ikev2-only", "the peer does not do IKEv1 with us", ikev2_only },
	{ "ike-silent", "the peer's host answers ping, but no IKE", ike_silent },
	{ "peer-silent", "nothing comes back from the peer", peer_silent },
	{ NULL, NULL, NULL }
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in this host's kernel, other than its packet filter: the tunnel's device, policies of its
 * own IPsec, connection tracking, traffic control.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

static const char *device(const json_t *facts)
{
	return fact_text(facts, "tunnel.device");
}

static bool device_gone(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_up(facts) || !fact_false(facts, "route.device.exists"))
		return false;
	say_seen(f, "ip link show %s: there is no such device", device(facts));
	say_cure(f, "'adit down %s' and 'adit up %s' make it anew; see who removes it "
		 "(NetworkManager, systemd-networkd, a script)", fact_text(facts, "name"),
		 fact_text(facts, "name"));
	return say_cause(f, "The tunnel's device %s was removed.", device(facts));
}

static bool device_down(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_up(facts) || !fact_false(facts, "route.device.up"))
		return false;
	say_seen(f, "ip link show %s: it is down, so it has no routes either", device(facts));
	say_cure(f, "'adit down %s' and 'adit up %s' set it up with its routes; see who sets it "
		 "down (NetworkManager, systemd-networkd, a script)", fact_text(facts, "name"),
		 fact_text(facts, "name"));
	return say_cause(f, "The tunnel's device %s was set down.", device(facts));
}

/* The device has its carrier of them (adit(4)) */
static bool sas_gone(const json_t *facts, struct finding *f)
{
	const char *name = fact_text(facts, "name");

	if (!tunnel_is_up(facts) || !fact_false(facts, "tunnel.carrier") ||
	    !fact_is(facts, "later.state", "established") ||
	    !fact_false(facts, "later.carrier") || fact_grown(facts, "packets_out") ||
	    fact_grown(facts, "packets_in"))
		return false;
	say_seen(f, "the daemon has agreed on SAs with the peer, and %s has no carrier, which it "
		 "has as long as there is an SA to send with", device(facts));
	say_cure(f, "'adit down %s' and 'adit up %s' negotiate them anew; 'adit sa show' lists "
		 "what the kernel has; see who removes them ('adit sa flush', 'adit sa del')",
		 name, name);
	return say_cause(f, "The tunnel's SAs are no longer in the kernel: somebody other than the "
			 "daemon has removed them.");
}

/* A device on which the peer's packets may come in, and only by the way that answers would take */
static const char *strict_device(const json_t *facts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "system.rp_filter"), i, one)
		if (fact_number(one, "value") == 1 && !fact_is(one, "device", device(facts)))
			return fact_text(one, "device");
	return NULL;
}

/* What the interfaces saw of the peer, and neither tunnel nor daemon came to know of; 0: none */
static double unheard(const json_t *facts)
{
	const json_t *one;
	double seen = 0;
	size_t i;

	if (!fact(facts, "later"))
		return 0;
	if (tunnel_is_down(facts))
		return fact_number(facts, "wire.ike_from_daemon") ||
		       fact_number(facts, "later.contact.received") >
		       fact_number(facts, "tunnel.contact.received") ? 0 :
		       fact_number(facts, "wire.ike_for_daemon");
	if (fact_grown(facts, "packets_in") || fact_drops_grown(facts) ||
	    fact_number(facts, "inside.received"))
		return 0;
	json_array_foreach(fact(facts, "wire.in"), i, one)
		seen += fact_true(one, "unknown") ? 0 : fact_number(one, "packets");
	return seen;
}

static bool rp_filter(const json_t *facts, struct finding *f)
{
	double drops = fact_number(facts, "system.rp_drops"), seen = unheard(facts);
	const char *strict = strict_device(facts);

	if (seen < 1 || drops < seen || !strict)
		return false;
	say_seen(f, "packets of the peer that arrived while I looked: %.0f; at the %s: none", seen,
		 tunnel_is_up(facts) ? "tunnel" : "daemon");
	say_seen(f, "rp_filter is 1 (strict) on %s, and the kernel dropped %.0f packets for it; "
		 "packets to %s leave over %s", strict, drops, fact_text(facts, "tunnel.remote"),
		 fact_text(facts, "route.remote.device"));
	say_cure(f, "sysctl -w net.ipv4.conf.%s.rp_filter=2 and net.ipv4.conf.all.rp_filter=2 (the "
		 "higher of the two counts), or route %s over the device on which its packets "
		 "come", strict, fact_text(facts, "tunnel.remote"));
	return say_cause(f, "The kernel's reverse path filter drops the peer's packets: they "
			 "arrive by another way than answers would take.");
}

/* Of what was sent into the tunnel, or to the peer, meanwhile nothing came of it */
static bool in_vain(const json_t *facts)
{
	if (tunnel_is_up(facts))
		return fact(facts, "inside") && !fact_number(facts, "inside.received") &&
		       !fact(facts, "inside.elsewhere");
	return tunnel_is_down(facts) && fact(facts, "later") &&
	       fact_number(facts, "later.contact.received") <=
	       fact_number(facts, "tunnel.contact.received");
}

/* Our pings have not entered the tunnel */
static bool is_kept_out(const json_t *facts)
{
	return tunnel_is_up(facts) && fact_number(facts, "inside.sent") >= 2 &&
	       !fact_number(facts, "inside.received") && !fact(facts, "inside.elsewhere") &&
	       fact(facts, "later") && !fact_grown(facts, "packets_out");
}

/* The counters are of the whole host: a policy must cover what is sent, or comes in, here */
static bool xfrm_policy(const json_t *facts, struct finding *f)
{
	static const struct {
		const char *counter;
		const char *what;
	} rows[] = {
		{ "XfrmOutNoStates", "a policy wants what is sent encrypted, and there is no SA "
		  "for it" },
		{ "XfrmOutPolBlock", "a policy forbids what is sent" },
		{ "XfrmInNoPols", "no policy allows what came in" },
		{ "XfrmInPolBlock", "a policy forbids what came in" },
		{ "XfrmInTmplMismatch", "a policy wants what came in to be encrypted its way" },
	};
	const json_t *policies = fact(facts, "counters.policies"), *one;
	bool takes = is_kept_out(facts) && fact_true(facts, "counters.policy_takes");
	bool drops = false;
	size_t i;

	if (!json_array_size(policies))
		return false;
	for (i = 0; in_vain(facts) && i < sizeof(rows) / sizeof(*rows); i++) {
		double grown = fact_number(fact(facts, "counters"), rows[i].counter);

		if (grown < 2)
			continue;
		say_seen(f, "while I looked %.0f packets were dropped because %s (%s in "
			 "/proc/net/xfrm_stat)", grown, rows[i].what, rows[i].counter);
		drops = true;
	}
	if (!drops && !takes)
		return false;
	if (takes)
		say_seen(f, "of %.0f pings into the tunnel, none went out through it",
			 fact_number(facts, "inside.sent"));
	json_array_foreach(policies, i, one)
		say_seen(f, "ip xfrm policy: %s", json_string_value(one));
	say_cure(f, "remove these policies, or stop who made them (strongSwan, libreswan)");
	return say_cause(f, takes ? "A policy of the kernel's own IPsec (XFRM) takes the packets "
			 "before they enter the tunnel." :
			 "A policy of the kernel's own IPsec (XFRM) drops the packets.");
}

static bool conntrack_full(const json_t *facts, struct finding *f)
{
	double count = fact_number(facts, "counters.conntrack_count");
	double max = fact_number(facts, "counters.conntrack_max");

	if (!in_vain(facts) || fact_number(facts, "counters.conntrack") < 2 || max <= 0 ||
	    count < 0.9 * max)
		return false;
	say_seen(f, "%.0f of %.0f connections are tracked, and %.0f packets were dropped for it "
		 "while I looked", count, max, fact_number(facts, "counters.conntrack"));
	say_cure(f, "raise net.netfilter.nf_conntrack_max, and look at what fills the table "
		 "('conntrack -L')");
	return say_cause(f, "The table of tracked connections is full, so the kernel drops "
			 "packets.");
}

/* Nothing of what was sent to the peer, or into the tunnel, came as far as it */
static bool leaves_not(const json_t *facts)
{
	if (!fact(facts, "wire"))
		return false;
	if (tunnel_is_down(facts))
		return !fact_number(facts, "wire.ike_out");
	return !fact_number(facts, "wire.esp_out") && !fact_number(facts, "wire.udp_esp_out") &&
	       !fact_number(facts, "wire.ah_out");
}

/* A queue that is full drops now and then, which is how it is meant to be */
static bool qdisc(const json_t *facts, struct finding *f)
{
	double outer = fact_number(facts, "counters.qdisc_outer");
	double inner = fact_number(facts, "counters.qdisc_tunnel");
	bool out = outer >= 3 && (leaves_not(facts) || unheard(facts) > 0);
	bool in = inner >= 3 && is_kept_out(facts);
	const char *where = out ? fact_text(facts, "route.remote.device") : device(facts);

	if (!in_vain(facts) || !(out || in))
		return false;
	say_seen(f, "'tc -s qdisc show dev %s': %.0f packets dropped while I looked", where,
		 out ? outer : inner);
	if (out && leaves_not(facts))
		say_seen(f, "nothing of what was sent to the peer left through %s", where);
	say_cure(f, "look at 'tc qdisc show dev %s' and 'tc filter show dev %s' (ingress and "
		 "egress, too)", where, where);
	return say_cause(f, "Traffic control of this host drops the packets on %s.", where);
}

const struct cause causes_kernel[] = {
	{ "device-gone", "the tunnel's device was removed", device_gone },
	{ "device-down", "the tunnel's device was set down", device_down },
	{ "sas-gone", "somebody has removed the tunnel's SAs from the kernel", sas_gone },
	{ "rp-filter", NULL, rp_filter },
	{ "xfrm-policy", "a policy of the kernel's own IPsec drops the packets", xfrm_policy },
	{ "conntrack-full", "the table of tracked connections is full", conntrack_full },
	{ "qdisc-drops", "traffic control of this host drops the packets", qdisc },
	{ NULL, NULL, NULL }
};

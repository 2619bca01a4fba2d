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

/* Of what was sent into the tunnel, or to the peer, meanwhile nothing came of it */
static bool in_vain(const json_t *facts)
{
	if (tunnel_is_up(facts))
		return fact(facts, "inside") && !fact_number(facts, "inside.received");
	return tunnel_is_down(facts) && fact(facts, "later") &&
	       fact_number(facts, "later.contact.received") <=
	       fact_number(facts, "tunnel.contact.received");
}

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
	bool found = false;
	size_t i;

	for (i = 0; in_vain(facts) && i < sizeof(rows) / sizeof(*rows); i++) {
		double grown = fact_number(fact(facts, "counters"), rows[i].counter);

		if (grown < 2)
			continue;
		say_seen(f, "while I looked %.0f packets were dropped because %s (%s in "
			 "/proc/net/xfrm_stat)", grown, rows[i].what, rows[i].counter);
		found = true;
	}
	if (!found)
		return false;
	say_cure(f, "'ip xfrm policy' lists them: remove what covers %s, or stop who made it "
		 "(strongSwan, libreswan)", tunnel_is_up(facts) ? "the tunnel's networks" :
		 "the peer's address");
	return say_cause(f, "A policy of the kernel's own IPsec (XFRM) drops the packets.");
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

static bool qdisc(const json_t *facts, struct finding *f)
{
	double outer = fact_number(facts, "counters.qdisc_outer");
	double inner = fact_number(facts, "counters.qdisc_tunnel");
	const char *where = outer >= inner ? fact_text(facts, "route.remote.device") :
			    device(facts);

	if (!in_vain(facts) || (outer < 3 && inner < 3))
		return false;
	say_seen(f, "'tc -s qdisc show dev %s': %.0f packets dropped while I looked", where,
		 outer >= inner ? outer : inner);
	say_cure(f, "look at 'tc qdisc show dev %s' and 'tc filter show dev %s' (ingress and "
		 "egress, too)", where, where);
	return say_cause(f, "Traffic control of this host drops the packets on %s.", where);
}

const struct cause causes_kernel[] = {
	{ "device-gone", "the tunnel's device was removed", device_gone },
	{ "device-down", "the tunnel's device was set down", device_down },
	{ "xfrm-policy", "a policy of the kernel's own IPsec drops the packets", xfrm_policy },
	{ "conntrack-full", "the table of tracked connections is full", conntrack_full },
	{ "qdisc-drops", "traffic control of this host drops the packets", qdisc },
	{ NULL, NULL, NULL }
};

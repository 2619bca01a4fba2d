// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in what carries the packets: ESP and AH between the two gateways.
 */
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

static const json_t *child(const json_t *facts)
{
	return fact_child(facts, fact(facts, "later") ? "later" : "tunnel");
}

/* As last read */
static double counter(const json_t *facts, const char *name)
{
	return fact_sum(facts, fact(facts, "later") ? "later" : "tunnel", name);
}

/* What the wire showed of an inbound SA of ours, NULL: nothing of it, or nobody looked */
static const json_t *inbound(const json_t *facts)
{
	const char *spi = fact_text(child(facts), "spi_in");
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.in"), i, one)
		if (fact_is(one, "spi", spi))
			return one;
	return NULL;
}

static bool ah_through_nat(const json_t *facts, struct finding *f)
{
	if (!ah_meets_nat(facts) || counter(facts, "packets_in"))
		return false;
	say_ah_nat(facts, f);
	return say_cause(f, "AH cannot pass the NAT between the two sides.");
}

/* An ICV of another length makes the rest no whole number of blocks, which is noticed first */
static double failures(const json_t *facts)
{
	return counter(facts, "drops.authentication") + counter(facts, "drops.malformed");
}

static bool failing(const json_t *facts)
{
	double failed = failures(facts);

	/* Forged packets are no fault of the tunnel. Where others pass, the keys are good */
	return tunnel_is_up(facts) && failed >= 3 && !fact_grown(facts, "packets_in") &&
	       (fact_grown(facts, "drops.authentication") +
		fact_grown(facts, "drops.malformed") > 0 || counter(facts, "packets_in") == 0);
}

/* The bytes that are not the cipher's blocks tell how long the ICV is (RFC 4303 2) */
static bool sha256_96(const json_t *facts, struct finding *f)
{
	const char *proposal = fact_text(child(facts), "proposal");
	bool ours_96 = strstr(proposal, "sha256_96");
	double rest = fact(inbound(facts), "length_mod8") ?
		      fact_number(inbound(facts), "length_mod8") : -1;

	if (!failing(facts) || !strstr(proposal, "sha256") || strstr(proposal, "gcm") ||
	    strstr(proposal, "ctr") || rest != (ours_96 ? 0 : 4))
		return false;
	say_seen(f, "%.0f packets of the peer failed authentication, %.0f passed",
		 failures(facts), counter(facts, "packets_in"));
	say_seen(f, "from the length of its packets, the peer's integrity check value has %d bits; "
		 "ours has %d", ours_96 ? 128 : 96, ours_96 ? 96 : 128);
	say_cure(f, ours_96 ? "write sha256 in place of sha256_96 in esp, then 'adit reload'" :
		 "write sha256_96 in place of sha256 in esp, then 'adit reload' (or switch the "
		 "peer's "
		 "96-bit truncation off: strongSwan sha256_96, libreswan sha2-truncbug)");
	return say_cause(f, "One side cuts HMAC-SHA-256 to 96 bits, the other to 128, so every "
			 "packet "
			 "fails authentication.");
}

/* While others of the same SA pass, the keys and algorithms are right: what fails was changed */
static bool damaged(const json_t *facts, struct finding *f)
{
	double bad = fact_grown(facts, "drops.authentication") +
		     fact_grown(facts, "drops.malformed");
	double good = fact_grown(facts, "packets_in");

	if (!tunnel_is_up(facts) || failing(facts) || bad < 5 || !good || bad < good / 10)
		return false;
	say_seen(f, "while I looked %.0f packets of the peer failed authentication, and %.0f of "
		 "the same association passed", bad, good);
	say_cure(f, "look for a link or a box on the way that damages packets ('ip -s link', "
		 "'ethtool -S' on each; checksum offloading of a virtual machine is a usual one)");
	return say_cause(f, "A part of the peer's packets is damaged on the way (or somebody "
			 "forges them): they fail authentication.");
}

static bool authentication(const json_t *facts, struct finding *f)
{
	struct finding ignored = { .evidence = NULL };

	if (!failing(facts) || !counter(facts, "drops.authentication") ||
	    sha256_96(facts, &ignored) || ah_through_nat(facts, &ignored))
		return false;
	say_seen(f, "%.0f packets of the peer failed authentication, %.0f passed",
		 counter(facts, "drops.authentication"), counter(facts, "packets_in"));
	if (fact_is(child(facts), "protocol", "ah")) {
		say_cure(f, "look for a NAT or another box that changes headers on the way; esp in "
			 "place of ah does not mind");
		return say_cause(f, "The peer's AH packets are changed on the way, so none "
				 "passes.");
	}
	say_cure(f, "compare the integrity algorithm and its length on both sides, and look for a "
		 "box "
		 "on the way that changes packets");
	return say_cause(f, "The peer's packets arrive and fail authentication.");
}

static double window(const json_t *facts)
{
	return fact_number(child(facts), "replay_window");
}

static bool replaying(const json_t *facts)
{
	double dropped = counter(facts, "drops.replay");

	return tunnel_is_up(facts) && dropped >= 5 &&
	       dropped >= counter(facts, "packets_in") / 200;
}

static bool duplicates(const json_t *facts)
{
	return fact_number(inbound(facts), "duplicates") > fact_grown(facts, "drops.replay") / 2 &&
	       fact_number(inbound(facts), "duplicates") >= 3;
}

static bool replay_window(const json_t *facts, struct finding *f)
{
	double reorder = fact_number(inbound(facts), "reorder"), wanted = 64;

	if (!replaying(facts) || duplicates(facts))
		return false;
	/* Either it was measured, or it goes on in a window that any fast path overruns */
	if (reorder < window(facts) && (window(facts) > 64 || reorder < window(facts) / 4 ||
					!fact_grown(facts, "drops.replay")))
		return false;
	say_seen(f, "%.0f packets dropped as too old or seen before, %.0f passed; the window is "
		 "%.0f "
		 "packets", counter(facts, "drops.replay"), counter(facts, "packets_in"),
		 window(facts));
	if (reorder > 0)
		say_seen(f, "on the wire, packets came up to %.0f places late", reorder);
	while (wanted < 1024 || (wanted < 2 * reorder && wanted < 4096))
		wanted *= 2;
	say_cure(f, "set replay-window = %.0f, then 'adit reload'", wanted);
	return say_cause(f, "The replay window is too small for the reordering on the way, so good "
			 "packets are dropped.");
}

static bool duplicated(const json_t *facts, struct finding *f)
{
	if (!replaying(facts) || !duplicates(facts))
		return false;
	say_seen(f, "%.0f packets dropped as seen before; on the wire, %.0f of %.0f packets came "
		 "twice", counter(facts, "drops.replay"), fact_number(inbound(facts), "duplicates"),
		 fact_number(inbound(facts), "packets"));
	say_cure(f, "find what sends packets twice (a bridge, a mirror port, a bond in broadcast "
		 "mode); the tunnel itself loses nothing by it");
	return say_cause(f, "The network delivers the peer's packets twice; the copies are "
			 "dropped.");
}

static bool outside(const json_t *facts, struct finding *f)
{
	double dropped = counter(facts, "drops.selector");

	/* Those of long ago are no fault of a tunnel that works */
	if (!tunnel_is_up(facts) || dropped < 3 ||
	    (!fact_grown(facts, "drops.selector") &&
	     (counter(facts, "packets_in") || fact_number(facts, "inside.received"))))
		return false;
	say_seen(f, "%.0f packets came out of the tunnel that are not between %s and %s, and were "
		 "dropped", counter(facts, "drops.selector"), fact_text(child(facts), "remote_ts"),
		 fact_text(child(facts), "local_ts"));
	say_cure(f, "add their networks to local-ts and remote-ts on both sides, or have the peer "
		 "not "
		 "route them into this tunnel");
	return say_cause(f, "The peer sends packets that are not within the networks agreed on.");
}

/* Nothing but a filter keeps what is sent from the wire */
static bool way_is_open(const json_t *facts)
{
	return fact_true(facts, "route.remote.ok") && fact_true(facts, "route.remote.up") &&
	       fact_true(facts, "route.remote.carrier") &&
	       !fact_true(facts, "wire.no_neighbour") &&
	       !fact_false(facts, "route.local.ours") && !fact_grown(facts, "drops.no-route");
}

static bool own_firewall(const json_t *facts, struct finding *f)
{
	bool encap = fact_true(child(facts), "encap");
	const json_t *in = fact_rule(facts, encap ? "natt-in" : "esp-in");
	const json_t *out = fact_rule(facts, encap ? "natt-out" : "esp-out");
	double seen = fact_number(inbound(facts), "packets");
	bool answered = fact_number(facts, "inside.received") > 0 ||
			fact(facts, "inside.elsewhere");
	/* What a tunnel drops itself has arrived at it */
	bool unheard = fact(facts, "later") && seen >= 2 && !fact_grown(facts, "packets_in") &&
		       !fact_drops_grown(facts) && !answered;
	bool unsent = fact(facts, "wire") && fact_grown(facts, "packets_out") >= 2 &&
		      !fact_number(facts, "wire.esp_out") &&
		      !fact_number(facts, "wire.udp_esp_out") &&
		      !fact_number(facts, "wire.ah_out") && !answered &&
		      fact_number(facts, "inside.sent") >= 2 && way_is_open(facts);

	/* A filter that remembers lets in what we have asked for, whatever else the rule drops */
	if (fact_grown(facts, "packets_in") || fact_number(facts, "inside.received"))
		in = NULL;
	if (answered)
		out = NULL;
	if (!tunnel_is_up(facts) || !(in || out || unheard || unsent))
		return false;
	if (in)
		say_seen(f, "what comes in is dropped by: %s", fact_text(in, "rule"));
	if (out)
		say_seen(f, "what goes out is dropped by: %s", fact_text(out, "rule"));
	if (unheard)
		say_seen(f, "%.0f packets of the peer's arrived at the interface, none at the "
			 "tunnel",
			 seen);
	if (unsent)
		say_seen(f, "%.0f packets were encrypted, none left through an interface",
			 fact_grown(facts, "packets_out"));
	say_cure(f, "let %s from and to %s pass in this host's packet filter%s",
		 encap ? "UDP port 4500" : "IP protocol 50 (ESP)",
		 fact_text(facts, "tunnel.remote"),
		 in || out ? "" : " (nft, iptables), traffic control ('tc qdisc', 'tc filter') "
		 "and reverse path filter (rp_filter)");
	return say_cause(f, in || out ?
			 "A rule of this host's own firewall drops the encrypted packets." :
			 "Something on this host drops the encrypted packets between the tunnel "
			 "and the interface.");
}

static bool old_sa(const json_t *facts, struct finding *f)
{
	const json_t *one, *unknown = NULL;
	size_t i;

	if (!tunnel_is_up(facts) || inbound(facts))
		return false;
	json_array_foreach(fact(facts, "wire.in"), i, one)
		if (fact_number(one, "packets") >= 3 && fact_true(one, "unknown"))
			unknown = one;
	if (!unknown || fact_grown(facts, "packets_in") || fact_number(facts, "inside.received"))
		return false;
	say_seen(f, "the peer sends with SPI %s; ours is %s", fact_text(unknown, "spi"),
		 fact_text(child(facts), "spi_in"));
	say_cure(f, "take the tunnel down and up on both sides ('adit down %s; adit up %s'), so "
		 "that "
		 "it forgets the old one; dead peer detection (dpd-delay) does it by itself",
		 fact_text(facts, "name"), fact_text(facts, "name"));
	return say_cause(f, "The peer sends on a security association that this side no longer "
			 "has.");
}

static const json_t *icmp_about(const json_t *facts, const char *about)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "about", about) && !fact_is(one, "kind", "too-big"))
			return one;
	return NULL;
}

/* Who said on the wire what fits; NULL: nobody */
static const json_t *told_too_big(const json_t *facts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "kind", "too-big"))
			return one;
	return NULL;
}

/* Nobody has answered what we sent into it */
static bool is_mute(const json_t *facts)
{
	return tunnel_is_up(facts) && !fact_number(facts, "inside.received") &&
	       !fact(facts, "inside.elsewhere") && !fact_number(facts, "inside.answers") &&
	       (fact_number(facts, "wire.esp_out") >= 3 || fact_number(facts,
			    "wire.udp_esp_out") >= 3);
}

/* We send and nothing comes back, whatever has come before we looked */
static bool nothing_back(const json_t *facts)
{
	return is_mute(facts) && !fact_grown(facts, "packets_in") &&
	       !json_array_size(fact(facts, "wire.in")) && counter(facts, "packets_out") >= 3;
}

static bool asked_in_vain(const json_t *facts, const char *probe)
{
	const json_t *question = fact(fact(facts, "probe"), probe);

	return fact_number(question, "asked") > 0 && !fact(question, "answer");
}

/* Not where it is the peer that nothing reaches any more, or UDP does not pass either */
static const json_t *refused_esp(const json_t *facts)
{
	const json_t *error = icmp_about(facts, "ESP");

	if (asked_in_vain(facts, "ike500") && asked_in_vain(facts, "ike4500"))
		return NULL;
	return error && (!fact_is(error, "kind", "unreachable") ||
			 fact(facts, "probe.ike500.answer")) ? error : NULL;
}

static bool esp_blocked(const json_t *facts, struct finding *f)
{
	const json_t *error = refused_esp(facts);
	bool tried = fact_true(facts, "trial.udp_works") && !fact_true(facts, "trial.raw_works");
	struct finding ignored = { .evidence = NULL };

	if (!is_mute(facts) || own_firewall(facts, &ignored) ||
	    fact_true(child(facts), "encap") || !(error || (tried && nothing_back(facts))))
		return false;
	say_seen(f, "%.0f ESP packets left, %s; the key exchange over UDP works",
		 fact_number(facts, "wire.esp_out"), nothing_back(facts) ? "none came back" :
		 "and of those that came none was an answer");
	if (error)
		say_seen(f, "%s answers them with ICMP %s", fact_text(error, "from"),
			 fact_text(error, "kind"));
	if (tried)
		say_seen(f, "tried in UDP for a moment, the same tunnel carried %.0f packets in",
			 fact_number(facts, "trial.packets_in"));
	say_cure(f, "set encap = \"force\", so that ESP goes in UDP over port 4500, or let IP "
		 "protocol "
		 "50 pass on the way");
	return say_cause(f, "ESP (IP protocol 50) is blocked on the way, while UDP passes.");
}

/* Negotiated anew, for the trial, it works as it is configured */
static bool peer_lost_sas(const json_t *facts, struct finding *f)
{
	if (!nothing_back(facts) || !fact_true(facts, "trial.raw_works"))
		return false;
	say_seen(f, "%.0f ESP packets left, none came back", fact_number(facts, "wire.esp_out"));
	say_seen(f, "the tunnel was negotiated anew, and pings through it are answered");
	say_cure(f, "nothing more to do now; dead peer detection (dpd-delay, here %.0f s) does the "
		 "same by itself", fact_number(facts, "tunnel.config.dpd-delay"));
	return say_cause(f, "The peer no longer had our security associations (it was restarted, "
			 "or they were deleted there).");
}

/* How long ago the peer said something in IKE, seconds */
static double peer_quiet(const json_t *facts)
{
	const json_t *contact = fact(facts, fact(facts, "later.contact") ? "later.contact" :
				     "tunnel.contact");

	return fact(contact, "last_received") ?
		fact_number(facts, "now") - fact_number(contact, "last_received") : 0;
}

/*
 * Who has never answered a first message of ours need not do so now: it begins itself, or it is
 * behind a NAT, which lets in only what it has asked for. Else where the daemon asks whether it is
 * there, two of its questions have had their time.
 */
static bool is_answerer(const json_t *facts)
{
	return fact_is(facts, "tunnel.ike.role", "initiator") &&
	       !fact_true(facts, "tunnel.ike.nat_remote");
}

/*
 * As long as phase 1 stands, and ESP goes over the same port. The last message of an exchange has
 * no answer: what is beyond that was asked again in vain
 */
static bool natt_blocked(const json_t *facts, struct finding *f)
{
	double lost = fact_number(facts, "later.contact.unanswered_natt");
	struct finding ignored = { .evidence = NULL };

	if (!nothing_back(facts) || !fact_true(child(facts), "encap") || lost < 3 ||
	    !fact(facts, "probe.ike500.answer") || !asked_in_vain(facts, "ike4500") ||
	    !way_is_open(facts) || own_firewall(facts, &ignored))
		return false;
	say_seen(f, "asked in IKE on UDP port 500, the peer answers; asked the same on UDP port "
		 "4500, it is silent");
	say_seen(f, "%.0f IKE messages and, while I looked, %.0f packets of ESP went out over port "
		 "4500, none came back", lost, fact_number(facts, "wire.udp_esp_out"));
	say_cure(f, "let UDP port 4500 pass in both directions between %s and %s",
		 fact_text(facts, "tunnel.local"), fact_text(facts, "tunnel.remote"));
	return say_cause(f, "UDP port 4500 is blocked on the way to the peer, and what the tunnel "
			 "carries goes over it.");
}

static double long_quiet(const json_t *facts)
{
	double delay = fact_number(facts, "tunnel.config.dpd-delay");

	return delay > 0 && fact_true(facts, "tunnel.ike.dpd") ? 2 * delay : 10;
}

/* It was there: the tunnel is up. Its answers to the daemon count, too, where it is asked often */
static bool peer_gone(const json_t *facts, struct finding *f)
{
	bool pings = fact_true(facts, "probe.ping.answered");

	if (!tunnel_is_up(facts) || fact_number(facts, "inside.received") ||
	    fact(facts, "inside.elsewhere") ||
	    fact_grown(facts, "packets_in") || json_array_size(fact(facts, "wire.in")) ||
	    !asked_in_vain(facts, "ike500") || !asked_in_vain(facts, "ike4500") ||
	    !is_answerer(facts) || peer_quiet(facts) <= long_quiet(facts) || !way_is_open(facts))
		return false;
	say_seen(f, "it last said something in IKE %.0f s ago; asked now on UDP ports 500 and 4500 "
		 "it says nothing; ping: %s", peer_quiet(facts), pings ? "answered" : "no answer");
	say_seen(f, "nothing comes in through the tunnel either");
	say_seen(f, "packets to it leave over %s", fact_text(facts, "route.remote.device"));
	say_cure(f, "see that the peer%s up and that the way to it is open; adit begins anew by "
		 "itself once it is", pings ? "'s IKE daemon is" : " is");
	return say_cause(f, pings ? "The peer's host is there, but its IPsec no longer answers." :
			 "The peer no longer answers: it is down, or the way to it is broken.");
}

static bool nobody_reaches(const json_t *facts, struct finding *f)
{
	const json_t *one, *error = NULL;
	size_t i;

	json_array_foreach(fact(facts, "wire.icmp"), i, one)
		if (fact_is(one, "kind", "unreachable") &&
		    !fact_is(one, "from", fact_text(facts, "tunnel.local")))
			error = one;
	if (!tunnel_is_up(facts) || !error || fact_grown(facts, "packets_in") ||
	    fact_number(facts, "inside.received") || !asked_in_vain(facts, "ike500") ||
	    !asked_in_vain(facts, "ike4500") || fact_true(facts, "wire.no_neighbour"))
		return false;
	say_seen(f, "%s answers with ICMP host or network unreachable (%s)",
		 fact_text(error, "from"), fact_text(error, "about"));
	say_seen(f, "asked in IKE on UDP ports 500 and 4500 the peer says nothing either");
	say_cure(f, "see that the peer is up and that its network is routed to it; the last one to "
		 "know the way is %s", fact_text(error, "from"));
	return say_cause(f, "The network cannot reach the peer %s any more.",
			 fact_text(facts, "tunnel.remote"));
}

static bool next_hop_gone(const json_t *facts, struct finding *f)
{
	if (!tunnel_is_up(facts) || fact_grown(facts, "packets_in") ||
	    fact_number(facts, "inside.received") || !fact_true(facts, "wire.no_neighbour"))
		return false;
	say_seen(f, "packets to %s do not leave %s: nobody answers for the next hop ('ip neigh')",
		 fact_text(facts, "tunnel.remote"), fact_text(facts, "route.remote.device"));
	say_cure(f, "see that the next hop ('ip route get %s') is up and on that network",
		 fact_text(facts, "tunnel.remote"));
	return say_cause(f, "The next hop on the way to the peer does not answer.");
}

static bool mtu(const json_t *facts, struct finding *f)
{
	double largest = fact_number(facts, "inside.largest");
	double lost = fact_number(facts, "inside.smallest_lost");
	const json_t *told = told_too_big(facts);

	/* A tunnel that knows what fits says so itself; what was seen on the wire may be lost */
	if (!tunnel_is_up(facts) || largest <= 0 || lost <= largest ||
	    lost > fact_number(facts, "inside.mtu") || lost - largest > 64 ||
	    fact_true(facts, "inside.too_big") || fact_grown(facts, "drops.mtu") > 0)
		return false;
	say_seen(f, "pings through the tunnel of %.0f bytes are answered, those of %.0f bytes and "
		 "more are lost without a word; the device's MTU is %.0f", largest, lost,
		 fact_number(facts, "inside.mtu"));
	if (told)
		say_seen(f, "ICMP \"fragmentation needed\" of %s arrived at the interface, and the "
			 "tunnel did not come to know of it", fact_text(told, "from"));
	say_cure(f, "set mtu = %.0f for the tunnel, then 'adit reload'; or have ICMP "
		 "\"fragmentation needed\" let through %s", largest,
		 told ? "by this host's own packet filter" : "on the way");
	return say_cause(f, "The path loses packets that are larger than %.0f bytes without "
			 "saying so "
			 "(path MTU black hole).", largest);
}

/* More than chance. What is lost at one of the ends for a reason of its own is told apart */
static bool packet_loss(const json_t *facts, struct finding *f)
{
	double sent = fact_number(facts, "inside.burst.sent");
	double lost = sent - fact_number(facts, "inside.burst.received");
	double here = fact_number(facts, "counters.qdisc_outer") +
		      fact_number(facts, "counters.qdisc_tunnel");

	if (!tunnel_is_up(facts) || lost < 3 || fact_drops_grown(facts) > 0)
		return false;
	say_seen(f, "of %.0f small pings through the tunnel, one at a time, %.0f were not "
		 "answered", sent, lost);
	if (here > 0)
		say_seen(f, "traffic control of this host dropped %.0f packets meanwhile ('tc -s "
			 "qdisc')", here);
	say_cure(f, "look for the overloaded or broken link: 'mtr %s', 'ip -s link', 'tc -s "
		 "qdisc', on both sides", fact_text(facts, "tunnel.remote"));
	return say_cause(f, "Packets are lost on the way: %.0f %% of them, there and back.",
			 100 * lost / sent);
}

static bool has_moved(const json_t *entry)
{
	return fact_is(entry, "code", "peer-moved");
}

/* Measured: it did not survive a pause that we make ourselves */
static bool nat_expires(const json_t *facts, struct finding *f)
{
	double survived = fact_number(facts, "mapping.survived");
	double lost = fact_number(facts, "mapping.lost");
	double silence = fact_number(facts, "mapping.silence");
	/* In whole seconds, and 3.999 are measured where 4 are meant */
	int wanted = (int)((survived > 0 ? survived * 3 / 4 : lost / 2) + 0.05);

	if (!tunnel_is_up(facts) || lost <= 0 || lost > silence)
		return false;
	if (survived > 0)
		say_seen(f, "measured: after %.0f s in which nothing was sent, what the peer sent "
			 "still came in; after %.0f s it did not", survived, lost);
	else
		say_seen(f, "measured: after %.0f s in which nothing was sent, what the peer sent "
			 "did not come in; with keepalives it did", lost);
	say_seen(f, "this side is silent for up to %.0f s (keepalive = \"%.0fs\")", silence,
		 fact_number(facts, "tunnel.config.keepalive"));
	say_cure(f, "set keepalive = \"%ds\", then 'adit reload'; or raise the UDP timeout of the "
		 "NAT", wanted > 1 ? wanted : 1);
	return say_cause(f, "The NAT in front of us forgets its mapping between our keepalives, so "
			 "that what the peer sends meanwhile is lost.");
}

static bool nat_mapping(const json_t *facts, struct finding *f)
{
	const json_t *history = fact(facts, "tunnel.history"), *entry, *moved;
	double moves = 0, silence = 0;
	double recent = fact_number(facts, "now") - 3600;
	size_t i;

	moved = fact_event(facts, "tunnel", has_moved);
	json_array_foreach(history, i, entry)
		if (has_moved(entry) && fact_number(entry, "last") > recent) {
			moves += fact_number(entry, "count");
			if (!silence || fact_number(entry, "silence") < silence)
				silence = fact_number(entry, "silence");
		}
	if (moves >= 3 && fact_true(facts, "tunnel.ike.nat_remote")) {
		say_seen(f, "the peer's address or port changed %.0f times within an hour, "
			 "lastly: %s",
			 moves, fact_text(moved, "text"));
		if (silence > 0)
			say_seen(f, "measured: it had another port already %.0f s after its last "
				 "IKE message", silence);
		say_cure(f, "have the peer send its NAT keepalives more often (20 s), or raise "
			 "the UDP "
			 "timeout of the NAT in front of it");
		return say_cause(f, "The NAT in front of the peer forgets its mapping while the "
				 "tunnel "
				 "is idle.");
	}
	return false;
}

const struct cause causes_data[] = {
	{ "ah-through-nat", "AH cannot pass a NAT", ah_through_nat },
	{ "sha256-truncation", "one side cuts HMAC-SHA-256 to 96 bits", sha256_96 },
	{ "esp-authentication", "the peer's packets fail authentication", authentication },
	{ "packets-damaged", "a part of the peer's packets fails authentication", damaged },
	{ "replay-window", "the replay window is too small for the reordering", replay_window },
	{ "duplicate-packets", "the network delivers packets twice", duplicated },
	{ "outside-selectors", "the peer sends what is not within the selectors", outside },
	{ "own-firewall-esp", "a rule of this host drops the encrypted packets", own_firewall },
	{ "peer-uses-old-sa", "the peer sends on an SA that we no longer have", old_sa },
	{ "esp-blocked", "ESP is blocked on the way, UDP passes", esp_blocked },
	{ "udp-4500-blocked", NULL, natt_blocked },
	{ "peer-lost-sas", "the peer no longer had the security associations", peer_lost_sas },
	{ "peer-unreachable", NULL, next_hop_gone },
	{ "peer-unreachable", NULL, nobody_reaches },
	{ "peer-gone", "the tunnel is up, but the peer no longer answers anything", peer_gone },
	{ "mtu-black-hole", "large packets are lost without a word", mtu },
	{ "packet-loss", "packets are lost on the way", packet_loss },
	{ "nat-mapping", "a NAT forgets its mapping", nat_mapping },
	{ "nat-mapping", NULL, nat_expires },
	{ NULL, NULL, NULL }
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about a tunnel and the host, gathered before anything is judged: one JSON
 * document, so that it can be printed, sent along with a question, and fed to a test.
 *
 * Members (each may be missing: then it was not looked at, and no cause may be built on it):
 *   "name", "now" (Unix)
 *   "daemon"   answers, code, text (of the error), module, config (its file), loaded, mark, pid,
 *              port, natt_port, netns (the inode of its network namespace)
 *   "file"     path, exists, good, output (of `aditd --check`), tunnel (it names ours),
 *              changed (Unix)
 *   "host"     kernel, module {loaded, file, source, headers, refusal, lockdown,
 *              disabled (kernel.modules_disabled), may_load (CAP_SYS_MODULE)}, secure_boot, netns,
 *              ports [{port, holder}], aditd (that has one of them, while none answers us),
 *              nat (bool)
 *   "tunnel"   adit status --json of it; "later": the same after the traffic below
 *   "route"    remote {ok, error, device, source, up, carrier, self, local}, local {ours},
 *              names [addresses of the peer's name, when the daemon found none],
 *              down [{device, address} (interfaces that have been set down)],
 *              device {exists, up}, inside [{selector, address, device, ours, tunnel
 *              (whose device it is), standby, part {address, device} (that leads elsewhere)}],
 *              forwarded {address, from, iif, device} (the way of a host behind us)
 *   "counters" what grew while we looked: those of /proc/net/xfrm_stat, conntrack, qdisc_outer,
 *              qdisc_tunnel (drops); and conntrack_count, conntrack_max; policies [of XFRM that
 *              cover what is sent], policy_takes (one of them takes what goes out, or forbids it)
 *   "system"   off4, off6 (a device on which nothing is forwarded), asked4, asked6 (packets for
 *              others were dropped for it while we looked), own (an address of this host's is
 *              within local-ts), lans [{network, device, host, neighbour (a host that is known
 *              there)}], rp_filter, rp_drops, twin {tunnel, device, packets_in} (another one for
 *              the same networks, and how many packets came in by it while we looked)
 *   "firewall" readable, verdicts [{flow, verdict, rule}]
 *   "probe"    ike500, ike4500, large, ike2, aggressive {asked, answer, notify, chosen, from},
 *              ping {answered}, accepts ["aes128-sha1-modp1024"…], questions, complete,
 *              proof (the authentication with which it would take one), auth (its word)
 *   "phase2"   accepts ["aes128-sha1-modp1024"…], questions, proposals, complete
 *   "wire"     see capture.h
 *   "inside"   targets [{address, sent, received}], sent, received, elsewhere (the device that
 *              answers came in by, none by the tunnel's), largest, smallest_lost, mtu,
 *              too_big (ICMP said so of what was lost), burst {sent, received}; of all packets in
 *              the tunnel: answers, asks, tells, hosts [addresses beside the targets] (talk.h),
 *              silent [{address, asked} (others than we have asked it, and nothing came from it)],
 *              stranger {from, to, own, others} (that is not within local-ts, and wants into the
 *              tunnel; others: who is within it sends, too), guessed (pings that went unanswered,
 *              from an address to which there may be no way back: not among those sent)
 *   "mapping"  survived, lost, silence (seconds: pauses that the mapping in the NAT in front of us
 *              was seen to survive, and not to, 0: none; and how long we are silent at most)
 *   "repeats"  how that was measured: [{asked, answered, disturbed, at [seconds]}]
 *   "trial"    up (in UDP), udp_works (pings were answered then), packets_in, raw_works (they
 *              were answered when it had been negotiated anew without UDP)
 */
#ifndef ADIT_TOOL_FACTS_H
#define ADIT_TOOL_FACTS_H

#include <jansson.h>
#include <stdbool.h>

/** fact - the member at @path, "tunnel.ike.nat_local". NULL: not known, or JSON's null. */
const json_t *fact(const json_t *facts, const char *path);

/** fact_text - "" when it is not known or no text. */
const char *fact_text(const json_t *facts, const char *path);

/** fact_is - it is known and this text. */
bool fact_is(const json_t *facts, const char *path, const char *text);

/** fact_number - 0 when it is not known; true is 1. */
double fact_number(const json_t *facts, const char *path);

/** fact_true, fact_false - it is known, and so. */
bool fact_true(const json_t *facts, const char *path);
bool fact_false(const json_t *facts, const char *path);

/** fact_has - an array of texts that holds @text. */
bool fact_has(const json_t *facts, const char *path, const char *text);

/** fact_list - an array of texts as the configuration has it: "a", "b"; "" when it is not known. */
const char *fact_list(const json_t *facts, const char *path, char *text, size_t size);

/** fact_child - the pair of SAs in use ("tunnel" or "later"), NULL: none. */
const json_t *fact_child(const json_t *facts, const char *when);

/** fact_sum - a counter ("packets_in", "drops.replay") over all children of "tunnel" or "later". */
double fact_sum(const json_t *facts, const char *when, const char *counter);

/** fact_drops - packets dropped for any reason, over all children of "tunnel" or "later". */
double fact_drops(const json_t *facts, const char *when);

/**
 * fact_grown - by how much the sum grew while we looked, over SAs that were renewed, too
 *
 * Return: the growth; 0 when it was read only once.
 */
double fact_grown(const json_t *facts, const char *counter);

/** fact_drops_grown - the same of packets dropped for any reason. */
double fact_drops_grown(const json_t *facts);

/** fact_event - the newest history entry of "tunnel" or "later" for which @fits; NULL: none. */
const json_t *fact_event(const json_t *facts, const char *when, bool (*fits)(const json_t *entry));

/** sends_certificate - in phase 1 we send one, which makes a long message. */
bool sends_certificate(const json_t *facts);

/** fact_rule - the rule of our own firewall that drops such packets; NULL: none, or not sure. */
const json_t *fact_rule(const json_t *facts, const char *flow);

#endif

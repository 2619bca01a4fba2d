// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit doctor: what this host does with packets.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adit/doctor.h"
#include "adit/ruleset.h"

#define RULES_CURE "nft add rule TABLE CHAIN udp dport { 500, 4500 } accept, and meta l4proto " \
	"esp accept"

/* The packets that a peer's tunnel is made of, from wherever they come first */
static const struct ruleset_flow packets[] = {
	{ .name = "UDP 500", .way = RULESET_IN, .family = AF_INET, .iif = "", .oif = "",
	  .protocol = IPPROTO_UDP, .dport = 500 },
	{ .name = "UDP 4500", .way = RULESET_IN, .family = AF_INET, .iif = "", .oif = "",
	  .protocol = IPPROTO_UDP, .dport = 4500 },
	{ .name = "ESP", .way = RULESET_IN, .family = AF_INET, .iif = "", .oif = "",
	  .protocol = IPPROTO_ESP },
};

static void judge_rules(struct doctor *doctor, const json_t *ruleset)
{
	char where[400], dropped[64] = "", unknown[64] = "", at[400] = "";

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		enum ruleset_verdict verdict = ruleset_judge(ruleset, &packets[i], where,
							     sizeof(where));
		char *list = verdict == RULESET_DROPS ? dropped : unknown;

		if (verdict == RULESET_PASSES)
			continue;
		snprintf(list + strlen(list), sizeof(dropped) - strlen(list), "%s%s",
			 *list ? ", " : "", packets[i].name);
		snprintf(at, sizeof(at), "%s", where);
	}
	if (*dropped)
		doctor_say(doctor, "firewall", VERDICT_FAIL, RULES_CURE,
			   "packets of a peer that comes first are dropped: %s (%s)", dropped, at);
	else if (*unknown)
		doctor_say(doctor, "firewall", VERDICT_WARN, RULES_CURE ", where they are not",
			   "whether %s may come in depends on rules that are not understood here "
			   "(%s)", unknown, at);
	else
		doctor_say(doctor, "firewall", VERDICT_OK, NULL, "UDP 500, UDP 4500 and ESP may "
			   "come in (nftables)");
}

/* Rules in the old way are not in nftables' list */
static bool has_legacy_rules(void)
{
	char line[64];

	return doctor_line("/proc/net/ip_tables_names", line, sizeof(line)) && *line;
}

static void check_firewall(struct doctor *doctor)
{
	static const char *const words[] = { "nft", "-j", "list", "ruleset", NULL };
	json_t *ruleset = NULL;
	int status = 0;
	char *output;

	if (has_legacy_rules()) {
		doctor_say(doctor, "firewall", VERDICT_WARN, "iptables-legacy -nvL INPUT: UDP 500, "
			   "UDP 4500 and protocol 50 must be accepted",
			   "there are rules of iptables-legacy, which are not judged here");
		return;
	}
	output = doctor_run(words, &status);
	if (output && !status)
		ruleset = json_loads(output, 0, NULL);
	free(output);
	if (ruleset)
		judge_rules(doctor, ruleset);
	else if (geteuid())
		doctor_say(doctor, "firewall", VERDICT_WARN, "run adit doctor as root",
			   "only root may see the rules");
	else
		doctor_say(doctor, "firewall", VERDICT_OK, NULL,
			   "there is no nft here, and no rule of iptables-legacy");
	json_decref(ruleset);
}

static bool is_on(const char *path)
{
	char line[16];

	return doctor_line(path, line, sizeof(line)) && strcmp(line, "0");
}

static void check_forwarding(struct doctor *doctor)
{
	if (is_on("/proc/sys/net/ipv4/conf/all/forwarding"))
		doctor_say(doctor, "forwarding", VERDICT_OK, NULL, "IPv4 is forwarded%s",
			   is_on("/proc/sys/net/ipv6/conf/all/forwarding") ? ", and IPv6" :
			   ", IPv6 is not");
	else
		doctor_say(doctor, "forwarding", VERDICT_WARN,
			   "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/adit.conf; sysctl --system",
			   "IPv4 is not forwarded: the tunnels serve this host, and no network "
			   "behind it");
}

/* ARPHRD_NONE and a name under which the module is registered: a device of ours */
static bool is_adit(const char *device)
{
	char path[128], line[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/uevent", device);
	return doctor_line(path, line, sizeof(line)) && !strcmp(line, "DEVTYPE=adit");
}

static long filter_of(const char *device)
{
	char path[128], line[16];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", device);
	doctor_line(path, line, sizeof(line));
	return strtol(line, NULL, 10);
}

/* The larger of a device's and of "all" counts (ip-sysctl) */
static void check_rp_filter(struct doctor *doctor)
{
	struct if_nameindex *links = if_nameindex();
	char strict[200] = "";
	long all = filter_of("all");

	for (struct if_nameindex *link = links; link && link->if_name; link++) {
		long own = filter_of(link->if_name);

		if (is_adit(link->if_name) && (own > all ? own : all) == 1)
			snprintf(strict + strlen(strict), sizeof(strict) - strlen(strict), "%s%s",
				 *strict ? ", " : "", link->if_name);
	}
	if_freenameindex(links);
	if (*strict)
		doctor_say(doctor, "rp-filter", VERDICT_WARN,
			   "sysctl net.ipv4.conf.all.rp_filter=2, and the same in /etc/sysctl.d",
			   "strict for %s: what comes in by one of two tunnels and is answered by "
			   "the other is dropped", strict);
	else if (all == 1)
		doctor_say(doctor, "rp-filter", VERDICT_WARN,
			   "sysctl net.ipv4.conf.all.rp_filter=2, and the same in /etc/sysctl.d",
			   "strict for all devices: of two tunnels only that with the lower metric "
			   "could receive");
	else
		doctor_say(doctor, "rp-filter", VERDICT_OK, NULL,
			   "not strict: packets may come in by either of two tunnels");
}

void doctor_network(struct doctor *doctor)
{
	check_firewall(doctor);
	check_forwarding(doctor);
	check_rp_filter(doctor);
}

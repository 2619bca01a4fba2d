// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel counts of packets that it drops itself, before and after we looked: the growth
 * tells who on this host has swallowed what was sent meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/facts.h"
#include "adit/gather.h"

static void add(json_t *counters, const char *name, double value)
{
	json_object_set_new(counters, name, json_real(fact_number(counters, name) + value));
}

/* Documentation/networking/xfrm_proc.rst: a name and a number a line */
static void put_xfrm(json_t *counters)
{
	FILE *file = fopen("/proc/net/xfrm_stat", "re");
	char name[64];
	double value;

	while (file && fscanf(file, "%63s %lf", name, &value) == 2)
		add(counters, name, value);
	if (file)
		fclose(file);
}

/* A line of names, then one of hexadecimal numbers for each processor */
static void put_conntrack(json_t *counters)
{
	char names[1024], numbers[1024], *name, *number, *rest_names, *rest_numbers, copy[1024];
	FILE *file = fopen("/proc/net/stat/nf_conntrack", "re");

	if (file && !fgets(names, sizeof(names), file))
		*names = 0;
	while (file && fgets(numbers, sizeof(numbers), file)) {
		strcpy(copy, names);
		rest_numbers = numbers;
		name = strtok_r(copy, " \n", &rest_names);
		number = strtok_r(numbers, " \n", &rest_numbers);
		while (name && number) {
			if (!strcmp(name, "drop"))
				add(counters, "conntrack", (double)strtoul(number, NULL, 16));
			name = strtok_r(NULL, " \n", &rest_names);
			number = strtok_r(NULL, " \n", &rest_numbers);
		}
	}
	if (file)
		fclose(file);
}

static void put_qdisc(json_t *counters, const char *name, const char *device)
{
	const char *const words[] = { "tc", "-s", "-j", "qdisc", "show", "dev", device, NULL };
	json_t *list, *one;
	char *text;
	int status;
	size_t i;

	if (!*device)
		return;
	text = gather_run(words, &status);
	list = status ? NULL : json_loads(text, 0, NULL);
	free(text);
	json_array_foreach(list, i, one)
		add(counters, name, fact_number(one, "drops"));
	json_decref(list);
}

static double conntrack_setting(const char *name)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/nf_conntrack_%s", name);
	return strtod(gather_text(path, text, sizeof(text)), NULL);
}

/* Both prefixes have the shorter one's bits in common: some packets are within both */
static bool overlap(const struct ike_selector *a, const struct ike_selector *b)
{
	return a->prefix <= b->prefix ? ike_selector_contains(a, b) : ike_selector_contains(b, a);
}

/* "src 10.1.0.0/16 dst 10.2.0.0/16 proto tcp": it may cover packets from one to the other */
static bool covers(const char *policy, const struct ike_selector *from,
		   const struct ike_selector *to)
{
	struct ike_selector source, destination;
	char a[64], b[64];

	return sscanf(policy, "src %63s dst %63s", a, b) == 2 &&
	       ike_selector_parse(&source, a) && ike_selector_parse(&destination, b) &&
	       overlap(&source, from) && overlap(&destination, to);
}

/* What is sent, or comes in: within the tunnel once it is up, else between the two gateways */
static bool read_ends(const struct gather *g, struct ike_selector *local,
		      struct ike_selector *remote)
{
	const json_t *child = fact_child(g->facts, "tunnel");

	if (fact_is(g->facts, "tunnel.state", "established"))
		return ike_selector_parse(local, fact_text(child, "local_ts")) &&
		       ike_selector_parse(remote, fact_text(child, "remote_ts"));
	return ike_selector_parse(local, fact_text(g->facts, "tunnel.local")) &&
	       ike_selector_parse(remote, fact_text(g->facts, "tunnel.remote"));
}

/* Its first two lines as one, with single blanks */
static void copy_words(const char *text, char *line, size_t size)
{
	unsigned int lines = 0;
	size_t used = 0;

	for (; *text && used + 2 < size; text++) {
		lines += *text == '\n';
		if (lines == 2)
			break;
		if (!strchr(" \t\n", *text))
			line[used++] = *text;
		else if (used && line[used - 1] != ' ')
			line[used++] = ' ';
	}
	line[used && line[used - 1] == ' ' ? used - 1 : used] = 0;
}

/*
 * A policy as ip-xfrm(8) prints it, its further lines behind tabs. Those of a socket, or of an
 * interface of XFRM's own, have nothing to do with the tunnel
 */
static void put_policy(json_t *counters, const char *text, const struct ike_selector *local,
		       const struct ike_selector *remote)
{
	bool out = strstr(text, "\tdir out ");
	char line[256];

	if (strstr(text, "\tsocket ") || strstr(text, "\tif_id ") || !strstr(text, "\tdir ") ||
	    !(out ? covers(text, local, remote) : covers(text, remote, local)))
		return;
	/* Who lets pass what goes out says nothing */
	if (out && !strstr(text, "action block") && !strstr(text, "\ttmpl "))
		return;
	if (out)
		json_object_set_new(counters, "policy_takes", json_true());
	copy_words(text, line, sizeof(line));
	json_array_append_new(json_object_get(counters, "policies"), json_string(line));
}

static void put_policies(struct gather *g, json_t *counters)
{
	static const char *const words[] = { "ip", "xfrm", "policy", NULL };
	struct ike_selector local, remote;
	char *text, *at, *next;
	int status;

	if (!read_ends(g, &local, &remote))
		return;
	json_object_set_new(counters, "policies", json_array());
	text = gather_run(words, &status);
	for (at = status ? NULL : text; at && *at; at = next) {
		next = strstr(at, "\nsrc ");
		if (next)
			*next++ = 0;
		put_policy(counters, at, &local, &remote);
	}
	free(text);
}

static json_t *read_all(struct gather *g)
{
	json_t *counters = json_object();

	put_xfrm(counters);
	put_conntrack(counters);
	put_qdisc(counters, "qdisc_outer", fact_text(g->facts, "route.remote.device"));
	put_qdisc(counters, "qdisc_tunnel", fact_text(g->facts, "tunnel.device"));
	return counters;
}

void gather_counters(struct gather *g)
{
	json_t *before = json_object_get(g->facts, "counters"), *after = read_all(g), *value;
	const char *name;
	void *next;

	if (!before) {
		json_object_set_new(g->facts, "counters", after);
		return;
	}
	json_object_foreach_safe(after, next, name, value) {
		double grown = json_number_value(value) - fact_number(before, name);

		if (grown > 0)
			json_object_set_new(after, name, json_real(grown));
		else
			json_object_del(after, name);
	}
	json_object_set_new(after, "conntrack_count", json_real(conntrack_setting("count")));
	json_object_set_new(after, "conntrack_max", json_real(conntrack_setting("max")));
	put_policies(g, after);
	json_object_set_new(g->facts, "counters", after);
}

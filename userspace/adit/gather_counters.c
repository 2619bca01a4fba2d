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
	json_object_set_new(g->facts, "counters", after);
}

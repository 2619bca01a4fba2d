// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/facts.h"

#include <stdio.h>
#include <string.h>

const json_t *fact(const json_t *facts, const char *path)
{
	size_t length;

	for (; facts && *path; path += length + (path[length] == '.')) {
		length = strcspn(path, ".");
		facts = json_object_getn(facts, path, length);
	}
	return json_is_null(facts) ? NULL : facts;
}

const char *fact_text(const json_t *facts, const char *path)
{
	const char *text = json_string_value(fact(facts, path));

	return text ? text : "";
}

bool fact_is(const json_t *facts, const char *path, const char *text)
{
	return !strcmp(fact_text(facts, path), text);
}

double fact_number(const json_t *facts, const char *path)
{
	const json_t *value = fact(facts, path);

	return json_is_true(value) ? 1 : json_number_value(value);
}

bool fact_true(const json_t *facts, const char *path)
{
	return json_is_true(fact(facts, path));
}

bool fact_false(const json_t *facts, const char *path)
{
	return json_is_false(fact(facts, path));
}

bool fact_has(const json_t *facts, const char *path, const char *text)
{
	const json_t *list = fact(facts, path), *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_is_string(one) && !strcmp(json_string_value(one), text))
			return true;
	return false;
}

const char *fact_list(const json_t *facts, const char *path, char *text, size_t size)
{
	const json_t *list = fact(facts, path), *one;
	size_t i, used = 0;

	*text = 0;
	json_array_foreach(list, i, one)
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s\"%s\"",
						 i ? ", " : "", json_string_value(one));
	return text;
}

static const json_t *children(const json_t *facts, const char *when)
{
	return fact(fact(facts, when), "children");
}

const json_t *fact_child(const json_t *facts, const char *when)
{
	return json_array_get(children(facts, when), 0);
}

double fact_sum(const json_t *facts, const char *when, const char *counter)
{
	const json_t *child;
	double sum = 0;
	size_t i;

	json_array_foreach(children(facts, when), i, child)
		sum += fact_number(child, counter);
	return sum;
}

static double drops_of(const json_t *child)
{
	const char *reason;
	const json_t *count;
	double sum = 0;

	json_object_foreach((json_t *)fact(child, "drops"), reason, count)
		sum += json_number_value(count);
	return sum;
}

double fact_drops(const json_t *facts, const char *when)
{
	const json_t *child;
	double sum = 0;
	size_t i;

	json_array_foreach(children(facts, when), i, child)
		sum += drops_of(child);
	return sum;
}

/* The pair of SAs in "tunnel" that @child is a later reading of. NULL: it was made since */
static const json_t *first_reading(const json_t *facts, const json_t *child)
{
	const json_t *one;
	size_t i;

	json_array_foreach(children(facts, "tunnel"), i, one)
		if (fact_is(one, "spi_in", fact_text(child, "spi_in")))
			return one;
	return NULL;
}

/* One by one: what is renewed meanwhile counts anew, and one that went takes its counters along */
double fact_grown(const json_t *facts, const char *counter)
{
	const json_t *child;
	double sum = 0, grown;
	size_t i;

	json_array_foreach(children(facts, "later"), i, child) {
		grown = fact_number(child, counter) -
			fact_number(first_reading(facts, child), counter);
		sum += grown > 0 ? grown : 0;
	}
	return sum;
}

double fact_drops_grown(const json_t *facts)
{
	const json_t *child;
	double sum = 0, grown;
	size_t i;

	json_array_foreach(children(facts, "later"), i, child) {
		grown = drops_of(child) - drops_of(first_reading(facts, child));
		sum += grown > 0 ? grown : 0;
	}
	return sum;
}

const json_t *fact_event(const json_t *facts, const char *when, bool (*fits)(const json_t *entry))
{
	const json_t *history = fact(fact(facts, when), "history");
	size_t i;

	for (i = json_array_size(history); i > 0; i--)
		if (fits(json_array_get(history, i - 1)))
			return json_array_get(history, i - 1);
	return NULL;
}

bool sends_certificate(const json_t *facts)
{
	const char *auth = fact_text(facts, "tunnel.config.auth");

	return strstr(auth, "rsasig") || !strncmp(auth, "ecdsa", 5);
}

const json_t *fact_rule(const json_t *facts, const char *flow)
{
	const json_t *verdict;
	size_t i;

	json_array_foreach(fact(facts, "firewall.verdicts"), i, verdict)
		if (fact_is(verdict, "flow", flow) && fact_is(verdict, "verdict", "drop"))
			return verdict;
	return NULL;
}

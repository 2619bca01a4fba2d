// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/firewall.h"

#include <stdio.h>
#include <string.h>

/* Chains that jump to each other: the kernel allows 16 */
#define DEPTH_MAX 16

/* Whether an expression fits; whether a chain has decided */
enum match { NO, YES, MAYBE };
enum outcome { GO_ON, ACCEPT, DROP };

/* @may_accept, @may_drop: a rule that may or may not match would have */
struct judge {
	const json_t *ruleset;
	const struct firewall_packet *packet;
	bool may_accept, may_drop;
	char *where;
	size_t size;
};

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static const char *protocol_name(const struct judge *judge)
{
	return judge->packet->protocol == 50 ? "esp" : "udp";
}

/* One literal: "esp", 50, {"range": [500, 4500]} */
static enum match equals(const json_t *value, const char *word, unsigned int number)
{
	const json_t *range = json_object_get(value, "range");

	if (json_is_string(value))
		return *json_string_value(value) == '@' ? MAYBE :
		       !strcmp(json_string_value(value), word) ? YES : NO;
	if (json_is_integer(value))
		return json_integer_value(value) == (json_int_t)number ? YES : NO;
	if (json_array_size(range) == 2 && json_is_integer(json_array_get(range, 0)))
		return json_integer_value(json_array_get(range, 0)) <= (json_int_t)number &&
		       json_integer_value(json_array_get(range, 1)) >= (json_int_t)number ?
			YES : NO;
	return MAYBE;
}

static enum match fits(const json_t *right, const char *word, unsigned int number)
{
	const json_t *set = json_object_get(right, "set"), *element;
	enum match all = NO;
	size_t i;

	if (json_is_array(right))	/* several words, as of ct state */
		set = right;
	if (!json_is_array(set))
		return equals(right, word, number);
	json_array_foreach(set, i, element) {
		enum match one = equals(element, word, number);

		if (one == YES)
			return YES;
		if (one == MAYBE)
			all = MAYBE;
	}
	return all;
}

/* What stands left: a field of the packet that is known here */
static enum match fits_left(const struct judge *judge, const json_t *left, const json_t *right)
{
	const json_t *payload = json_object_get(left, "payload");
	const char *field = text(payload, "field"), *layer = text(payload, "protocol");
	const char *meta = text(json_object_get(left, "meta"), "key");
	const char *ct = text(json_object_get(left, "ct"), "key");
	bool udp = judge->packet->protocol == 17;

	if (!strcmp(meta, "l4proto") || (!strcmp(layer, "ip") && !strcmp(field, "protocol")) ||
	    (!strcmp(layer, "ip6") && !strcmp(field, "nexthdr")))
		return fits(right, protocol_name(judge), judge->packet->protocol);
	if (!strcmp(field, "dport") && strcmp(layer, "th") && strcmp(layer, "udp"))
		return NO;
	if (!strcmp(field, "dport"))
		return udp ? fits(right, "", judge->packet->port) : NO;
	/* IKE's source is whatever a NAT makes of it */
	if (!strcmp(field, "sport") && (!udp || (strcmp(layer, "th") && strcmp(layer, "udp"))))
		return NO;
	if (!strcmp(meta, "nfproto"))
		return fits(right, judge->packet->ipv6 ? "ipv6" : "ipv4",
			    judge->packet->ipv6 ? 10 : 2);
	if (!strcmp(layer, "icmp") || !strcmp(layer, "icmpv6") || !strcmp(layer, "tcp"))
		return NO;
	if ((!strcmp(layer, "ip") && judge->packet->ipv6) ||
	    (!strcmp(layer, "ip6") && !judge->packet->ipv6))
		return NO;
	if (!strcmp(ct, "state"))
		return fits(right, "new", 8);
	/* From the network */
	if ((!strcmp(meta, "iif") || !strcmp(meta, "iifname")) &&
	    fits(right, "lo", 1) == YES)
		return NO;
	return MAYBE;
}

static enum match match(const struct judge *judge, const json_t *expression)
{
	const char *operator = text(expression, "op");
	enum match fit = fits_left(judge, json_object_get(expression, "left"),
				   json_object_get(expression, "right"));

	if (!strcmp(operator, "==") || !strcmp(operator, "in"))
		return fit;
	if (!strcmp(operator, "!="))
		return fit == MAYBE ? MAYBE : fit == YES ? NO : YES;
	return MAYBE;
}

static enum outcome run_chain(struct judge *judge, const char *family, const char *table,
			      const char *chain, int depth);

static void note(struct judge *judge, const char *family, const char *table, const char *chain)
{
	snprintf(judge->where, judge->size, "table %s %s, chain %s", family, table, chain);
}

/* One statement of a rule, matches aside. GO_ON: it decides nothing */
static enum outcome run_statement(struct judge *judge, const json_t *rule, const json_t *statement,
				  bool *returns, int depth)
{
	const char *family = text(rule, "family"), *table = text(rule, "table");
	const json_t *to = json_object_get(statement, "jump");
	const json_t *go = json_object_get(statement, "goto");

	if (json_object_get(statement, "accept") || json_object_get(statement, "drop") ||
	    json_object_get(statement, "reject")) {
		note(judge, family, table, text(rule, "chain"));
		return json_object_get(statement, "accept") ? ACCEPT : DROP;
	}
	if (json_object_get(statement, "return"))
		*returns = true;
	if (go)
		*returns = true;
	if (to || go)
		return run_chain(judge, family, table, text(to ? to : go, "target"), depth + 1);
	return GO_ON;
}

/* {"vmap": {"key": …, "data": {"set": [[VALUE, VERDICT], …]}}} */
static enum outcome run_map(struct judge *judge, const json_t *rule, const json_t *map,
			    bool *returns, int depth)
{
	const json_t *set = json_object_get(json_object_get(map, "data"), "set"), *pair;
	size_t i;

	if (!json_is_array(set))
		judge->may_accept = judge->may_drop = true;
	json_array_foreach(set, i, pair) {
		enum match fit = fits_left(judge, json_object_get(map, "key"),
					   json_array_get(pair, 0));

		if (fit == YES)
			return run_statement(judge, rule, json_array_get(pair, 1), returns, depth);
		if (fit == MAYBE)
			judge->may_accept = judge->may_drop = true;
	}
	return GO_ON;
}

/* Statements that neither match nor decide: what they do is somebody else's matter */
static bool is_harmless(const json_t *statement)
{
	static const char *const words[] = { "counter", "log", "mangle", "notrack", "comment" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (json_object_get(statement, words[i]))
			return true;
	return false;
}

static enum outcome run_rule(struct judge *judge, const json_t *rule, bool *returns, int depth)
{
	const json_t *statement;
	bool certain = true;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, statement) {
		const json_t *condition = json_object_get(statement, "match");
		const json_t *map = json_object_get(statement, "vmap");
		bool leaves = false;
		enum outcome outcome;

		if (condition) {
			enum match fit = match(judge, condition);

			if (fit == NO)
				return GO_ON;
			certain = certain && fit == YES;
			continue;
		}
		if (is_harmless(statement))
			continue;
		outcome = map ? run_map(judge, rule, map, &leaves, depth) :
			run_statement(judge, rule, statement, &leaves, depth);
		if (certain && (leaves || outcome != GO_ON)) {
			*returns = leaves;
			return outcome;
		}
		/* xt, limit and others let the rest of the rule apply, or not */
		certain = certain && (map || json_object_get(statement, "jump"));
		judge->may_accept = judge->may_accept || leaves || outcome == ACCEPT;
		judge->may_drop = judge->may_drop || leaves || outcome == DROP;
	}
	return GO_ON;
}

static enum outcome run_chain(struct judge *judge, const char *family, const char *table,
			      const char *chain, int depth)
{
	const json_t *entry;
	size_t i;

	if (depth > DEPTH_MAX)
		return GO_ON;
	json_array_foreach(json_object_get(judge->ruleset, "nftables"), i, entry) {
		const json_t *rule = json_object_get(entry, "rule");
		enum outcome outcome;
		bool returns = false;

		if (!rule || strcmp(text(rule, "family"), family) ||
		    strcmp(text(rule, "table"), table) || strcmp(text(rule, "chain"), chain))
			continue;
		outcome = run_rule(judge, rule, &returns, depth);
		if (outcome != GO_ON || returns)
			return outcome;
	}
	return GO_ON;
}

static bool concerns(const json_t *chain, bool ipv6)
{
	const char *family = text(chain, "family");

	return !strcmp(text(chain, "hook"), "input") &&
	       (!strcmp(family, "inet") || !strcmp(family, ipv6 ? "ip6" : "ip"));
}

enum firewall_verdict firewall_judge(const json_t *ruleset, const struct firewall_packet *packet,
				     char *where, size_t size)
{
	struct judge judge = {
		.ruleset = ruleset, .packet = packet, .where = where, .size = size,
	};
	enum firewall_verdict verdict = FIREWALL_PASS;
	const json_t *entry;
	size_t i;

	*where = '\0';
	json_array_foreach(json_object_get(ruleset, "nftables"), i, entry) {
		const json_t *chain = json_object_get(entry, "chain");
		const char *family = text(chain, "family"), *table = text(chain, "table");
		const char *name = text(chain, "name");
		enum outcome outcome;

		if (!chain || !concerns(chain, packet->ipv6))
			continue;
		judge.may_accept = judge.may_drop = false;
		outcome = run_chain(&judge, family, table, name, 0);
		if (outcome == GO_ON && !strcmp(text(chain, "policy"), "drop")) {
			note(&judge, family, table, name);
			outcome = DROP;
		}
		if (outcome == DROP && !judge.may_accept)
			return FIREWALL_DROP;
		if (outcome == DROP || judge.may_drop)
			verdict = FIREWALL_UNKNOWN;
	}
	return verdict;
}

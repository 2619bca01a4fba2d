// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/protocol.h"

#define JUMPS_MAX 16

/* Whether something holds; what is not understood is MAYBE */
enum holds { NO, YES, MAYBE };

/* How a chain ends for the packet */
enum end { ENDS_NOT, ACCEPTS, DROPS };

struct judge {
	const json_t *objects;		/* the array behind "nftables" */
	const struct ruleset_flow *flow;
	bool may_accept;		/* some rule before may have let it through */
	bool may_drop;			/* some rule may have dropped it: j->rule */
	bool translated;		/* a rule gives it another source: j->rule */
	char *rule;
	size_t size;
};

static enum holds not(enum holds holds)
{
	return holds == MAYBE ? MAYBE : holds == YES ? NO : YES;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static enum holds same_name(const char *have, const char *want)
{
	size_t length = strlen(want);

	if (!*have)
		return MAYBE;
	if (length && want[length - 1] == '*')
		return strncmp(have, want, length - 1) ? NO : YES;
	return strcmp(have, want) ? NO : YES;
}

/* @known: the leading bits that all packets have in common, 0: all */
static enum holds same_prefix(const struct ike_address *address, unsigned int known,
			      const char *text, unsigned int bits)
{
	struct ike_address network;
	unsigned int i, all;

	if (!ike_address_parse(&network, text) || !address->family)
		return MAYBE;
	if (network.family != address->family)
		return NO;
	all = (unsigned int)ike_address_length(address) * 8;
	if (bits > all)
		bits = all;
	if (!known)
		known = all;
	for (i = 0; i < bits && i < known; i++)
		if ((address->bytes[i / 8] ^ network.bytes[i / 8]) & (0x80 >> i % 8))
			return NO;
	return bits > known ? MAYBE : YES;
}

static enum holds address_is(const struct ike_address *address, unsigned int known,
			     const json_t *right)
{
	const json_t *prefix = json_object_get(right, "prefix");

	if (prefix)
		return same_prefix(address, known, text_of(prefix, "addr"),
				   (unsigned int)json_integer_value(json_object_get(prefix,
								    "len")));
	return json_is_string(right) ?
		same_prefix(address, known, json_string_value(right), 128) : MAYBE;
}

static enum holds number_is(unsigned int number, const json_t *right)
{
	const json_t *range = json_object_get(right, "range");

	if (range)
		return json_integer_value(json_array_get(range, 0)) <= number &&
		       number <= json_integer_value(json_array_get(range, 1)) ? YES : NO;
	return json_is_integer(right) ? (json_integer_value(right) == number ? YES : NO) : MAYBE;
}

static enum holds protocol_is(uint8_t have, const json_t *right)
{
	uint8_t number;

	if (!have)
		return MAYBE;
	if (json_is_string(right))
		return protocol_parse(json_string_value(right), &number) ?
		       (number == have ? YES : NO) : MAYBE;
	return number_is(have, right);
}

static enum holds state_is(const struct ruleset_flow *flow, const json_t *right)
{
	const char *state = json_string_value(right);

	if (!state)
		return MAYBE;
	return !strcmp(state, flow->established ? "established" : "new") ? YES : NO;
}

static enum holds meta_is(const struct ruleset_flow *flow, const char *key, const json_t *right)
{
	const char *text = json_string_value(right);

	if (!strcmp(key, "l4proto"))
		return protocol_is(flow->protocol, right);
	/* Where it is not known, it is not this host itself */
	if (text && (!strcmp(key, "iifname") || !strcmp(key, "iif")) && !*flow->iif &&
	    !strcmp(text, "lo"))
		return NO;
	if (text && (!strcmp(key, "iifname") || !strcmp(key, "iif")))
		return flow->way == RULESET_OUT ? NO : same_name(flow->iif, text);
	if (text && (!strcmp(key, "oifname") || !strcmp(key, "oif")))
		return flow->way == RULESET_IN ? NO : same_name(flow->oif, text);
	if (text && !strcmp(key, "nfproto"))
		return !strcmp(text, flow->family == AF_INET ? "ipv4" : "ipv6") ? YES : NO;
	if (text && !strcmp(key, "protocol"))
		return !strcmp(text, flow->family == AF_INET ? "ip" : "ip6") ? YES : NO;
	return MAYBE;
}

static enum holds port_is(const struct ruleset_flow *flow, const char *protocol, uint16_t port,
			  const json_t *right)
{
	uint8_t number;

	if (!flow->protocol)
		return MAYBE;
	if (strcmp(protocol, "th") &&
	    (!protocol_parse(protocol, &number) || number != flow->protocol))
		return NO;
	return port ? number_is(port, right) : MAYBE;
}

static enum holds payload_is(const struct ruleset_flow *flow, const json_t *payload,
			     const json_t *right)
{
	const char *protocol = text_of(payload, "protocol"), *field = text_of(payload, "field");
	bool four = !strcmp(protocol, "ip"), six = !strcmp(protocol, "ip6");
	uint8_t number;

	if (four || six) {
		if ((flow->family == AF_INET) != four)
			return NO;
		if (!strcmp(field, "saddr"))
			return address_is(&flow->source, flow->source_bits, right);
		if (!strcmp(field, "daddr"))
			return address_is(&flow->destination, flow->destination_bits, right);
		if (!strcmp(field, "protocol") || !strcmp(field, "nexthdr"))
			return protocol_is(flow->protocol, right);
		return MAYBE;
	}
	if (!strcmp(field, "sport"))
		return port_is(flow, protocol, flow->sport, right);
	if (!strcmp(field, "dport"))
		return port_is(flow, protocol, flow->dport, right);
	/* A field of another protocol */
	if (flow->protocol && protocol_parse(protocol, &number) && number != flow->protocol)
		return NO;
	return MAYBE;
}

static enum holds one_is(const struct ruleset_flow *flow, const json_t *left, const json_t *right)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct");

	if (payload)
		return payload_is(flow, payload, right);
	if (meta)
		return meta_is(flow, text_of(meta, "key"), right);
	if (ct && !strcmp(text_of(ct, "key"), "state"))
		return state_is(flow, right);
	return MAYBE;
}

/* Any of several values */
static enum holds any_is(const struct ruleset_flow *flow, const json_t *left, const json_t *right)
{
	const json_t *set = json_object_get(right, "set"), *one;
	enum holds holds = NO, single;
	size_t i;

	if (!set && !json_is_array(right))
		return one_is(flow, left, right);
	json_array_foreach(set ? set : right, i, one) {
		single = one_is(flow, left, one);
		if (single == YES)
			return YES;
		if (single == MAYBE)
			holds = MAYBE;
	}
	return holds;
}

static enum holds match_holds(const struct ruleset_flow *flow, const json_t *match)
{
	const char *op = text_of(match, "op");
	enum holds holds = any_is(flow, json_object_get(match, "left"),
				  json_object_get(match, "right"));

	if (!strcmp(op, "=="))
		return holds;
	if (!strcmp(op, "in"))
		return holds;
	return strcmp(op, "!=") ? MAYBE : not(holds);
}

static const json_t *find_chain(const struct judge *j, const json_t *like, const char *name)
{
	const json_t *object, *chain;
	size_t i;

	json_array_foreach(j->objects, i, object) {
		chain = json_object_get(object, "chain");
		if (chain && !strcmp(text_of(chain, "name"), name) &&
		    !strcmp(text_of(chain, "table"), text_of(like, "table")) &&
		    !strcmp(text_of(chain, "family"), text_of(like, "family")))
			return chain;
	}
	return NULL;
}

static bool in_chain(const json_t *rule, const json_t *chain)
{
	return !strcmp(text_of(rule, "chain"), text_of(chain, "name")) &&
	       !strcmp(text_of(rule, "table"), text_of(chain, "table")) &&
	       !strcmp(text_of(rule, "family"), text_of(chain, "family"));
}

/* "udp dport 500": the left side in nft's words, the right one as it stands */
static size_t print_match(const json_t *match, char *text, size_t size)
{
	const json_t *left = json_object_get(match, "left"), *at;
	char *right = json_dumps(json_object_get(match, "right"), JSON_ENCODE_ANY | JSON_COMPACT);
	const char *op = text_of(match, "op");
	int used;

	if ((at = json_object_get(left, "payload")))
		used = snprintf(text, size, "%s %s ", text_of(at, "protocol"), text_of(at,
				"field"));
	else if ((at = json_object_get(left, "meta")))
		used = snprintf(text, size, "%s ", text_of(at, "key"));
	else
		used = snprintf(text, size, "ct %s ", text_of(json_object_get(left, "ct"), "key"));
	if (used > 0 && (size_t)used < size)
		used += snprintf(text + used, size - (size_t)used, "%s%s ",
				 strcmp(op, "!=") ? "" : "!= ", right ? right : "");
	free(right);
	return used > 0 && (size_t)used < size ? (size_t)used : 0;
}

static void say_rule(const struct judge *j, const json_t *rule, const char *verdict)
{
	const json_t *expression;
	char matches[200] = "";
	size_t used = 0, i;

	json_array_foreach(json_object_get(rule, "expr"), i, expression)
		if (json_object_get(expression, "match"))
			used += print_match(json_object_get(expression, "match"), matches + used,
					    sizeof(matches) - used);
	snprintf(j->rule, j->size, "nft table %s %s, chain %s, handle %lld: %s%s",
		 text_of(rule, "family"), text_of(rule, "table"), text_of(rule, "chain"),
		 (long long)json_integer_value(json_object_get(rule, "handle")), matches, verdict);
}

/* It may have been accepted, or dropped, by this rule */
static void may_drop(struct judge *j, const json_t *rule)
{
	if (!j->may_drop)
		say_rule(j, rule, "perhaps dropped");
	j->may_drop = true;
}

static void leave_open(struct judge *j, const json_t *rule)
{
	may_drop(j, rule);
	j->may_accept = true;
}

/* Also as iptables' own target. The word, or NULL */
static const char *translation(const json_t *expression)
{
	const json_t *xt = json_object_get(expression, "xt");

	if (json_object_get(expression, "masquerade") || !strcmp(text_of(xt, "name"), "MASQUERADE"))
		return "masquerade";
	if (json_object_get(expression, "snat") || !strcmp(text_of(xt, "name"), "SNAT"))
		return "snat";
	return NULL;
}

static enum end run_chain(struct judge *j, const json_t *chain, unsigned int depth);

static enum end apply(struct judge *j, const json_t *chain, const json_t *rule,
		      const json_t *expression, enum holds holds, unsigned int depth,
		      	bool *returns);

/* "ct state vmap { established : accept, … }": the verdict of the first key that holds */
static enum end apply_map(struct judge *j, const json_t *chain, const json_t *rule,
			  const json_t *map, enum holds holds, unsigned int depth, bool *returns)
{
	const json_t *pairs = json_object_get(json_object_get(map, "data"), "set"), *pair;
	enum holds one;
	size_t i;

	if (!pairs)
		leave_open(j, rule);
	json_array_foreach(pairs, i, pair) {
		one = any_is(j->flow, json_object_get(map, "key"), json_array_get(pair, 0));
		if (one == YES)
			return apply(j, chain, rule, json_array_get(pair, 1), holds, depth,
				     returns);
		if (one == MAYBE)
			leave_open(j, rule);
	}
	return ENDS_NOT;
}

/* What one rule does, given that its matches hold (or may) */
static enum end apply(struct judge *j, const json_t *chain, const json_t *rule,
		      const json_t *expression, enum holds holds, unsigned int depth, bool *returns)
{
	const json_t *jump = json_object_get(expression, "jump");
	const json_t *leave = json_object_get(expression, "goto");
	const json_t *target = jump ? jump : leave;
	enum end end;

	if (json_object_get(expression, "accept")) {
		j->may_accept = true;
		return holds == YES ? ACCEPTS : ENDS_NOT;
	}
	if (json_object_get(expression, "drop") || json_object_get(expression, "reject")) {
		if (holds != YES) {
			may_drop(j, rule);
			return ENDS_NOT;
		}
		say_rule(j, rule, json_object_get(expression, "drop") ? "drop" : "reject");
		return DROPS;
	}
	if (translation(expression)) {
		if (holds == YES) {
			say_rule(j, rule, translation(expression));
			j->translated = true;
		}
		return holds == YES ? ACCEPTS : ENDS_NOT;
	}
	if (json_object_get(expression, "return"))
		*returns = holds == YES;
	/* A queue: anything may happen */
	if (json_object_get(expression, "queue"))
		leave_open(j, rule);
	if (json_object_get(expression, "vmap"))
		return apply_map(j, chain, rule, json_object_get(expression, "vmap"), holds, depth,
				 returns);
	if (!target || depth == JUMPS_MAX)
		return ENDS_NOT;
	target = find_chain(j, chain, text_of(target, "target"));
	end = target ? run_chain(j, target, depth + 1) : ENDS_NOT;
	if (end == ENDS_NOT)
		*returns |= leave && holds == YES;
	if (end == DROPS && holds != YES)
		may_drop(j, rule);
	return holds == YES ? end : ENDS_NOT;
}

static enum end run_rule(struct judge *j, const json_t *chain, const json_t *rule,
			 unsigned int depth, bool *returns)
{
	const json_t *expression, *match;
	enum holds holds = YES, one;
	enum end end = ENDS_NOT;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, expression) {
		match = json_object_get(expression, "match");
		one = YES;
		if (match)
			one = match_holds(j->flow, match);
		else if (json_object_get(expression, "limit") ||
			 (json_object_get(expression, "xt") && !translation(expression)) ||
			 json_object_get(expression, "quota") ||
			 json_object_get(expression, "fib"))
			one = MAYBE;
		if (one == NO)
			return ENDS_NOT;
		if (one == MAYBE)
			holds = MAYBE;
		end = apply(j, chain, rule, expression, holds, depth, returns);
		if (end != ENDS_NOT || *returns)
			break;
	}
	return end;
}

static enum end run_chain(struct judge *j, const json_t *chain, unsigned int depth)
{
	const json_t *object, *rule;
	bool returns = false;
	enum end end;
	size_t i;

	json_array_foreach(j->objects, i, object) {
		rule = json_object_get(object, "rule");
		if (!rule || !in_chain(rule, chain))
			continue;
		end = run_rule(j, chain, rule, depth, &returns);
		if (end != ENDS_NOT)
			return end;
		if (returns)
			break;
	}
	return ENDS_NOT;
}

/* A chain of family netdev is of one device, or of several */
static bool is_of_device(const json_t *chain, const char *device)
{
	const json_t *dev = json_object_get(chain, "dev"), *one;
	size_t i;

	json_array_foreach(dev, i, one)
		if (*device && !strcmp(json_string_value(one) ?: "", device))
			return true;
	return *device && !strcmp(json_string_value(dev) ?: "", device);
}

static bool meets(const struct ruleset_flow *flow, const json_t *chain)
{
	static const char *const hooks[][4] = {
		[RULESET_IN] = { "prerouting", "input", "ingress", "ingress" },
		[RULESET_OUT] = { "output", "postrouting", "egress", "egress" },
		[RULESET_FORWARD] = { "prerouting", "forward", "postrouting", "ingress" },
	};
	const char *hook = text_of(chain, "hook"), *family = text_of(chain, "family");
	bool four = flow->family == AF_INET;
	size_t i;

	if (strcmp(text_of(chain, "type"), "filter") ||
	    !(!strcmp(family, "inet") || !strcmp(family, four ? "ip" : "ip6") ||
	      (!strcmp(family, "netdev") &&
	       is_of_device(chain, strcmp(hook, "egress") ? flow->iif : flow->oif))))
		return false;
	for (i = 0; i < 4; i++)
		if (!strcmp(hook, hooks[flow->way][i]))
			return true;
	return false;
}

bool ruleset_translates(const json_t *ruleset, const struct ruleset_flow *flow, char *rule,
			size_t size)
{
	struct judge j = { .objects = json_object_get(ruleset, "nftables"), .flow = flow,
			   .rule = rule, .size = size };
	const json_t *object, *chain;
	bool four = flow->family == AF_INET;
	size_t i;

	*rule = 0;
	json_array_foreach(j.objects, i, object) {
		const char *family;

		chain = json_object_get(object, "chain");
		family = text_of(chain, "family");
		if (!chain || strcmp(text_of(chain, "type"), "nat") ||
		    strcmp(text_of(chain, "hook"), "postrouting") ||
		    (strcmp(family, "inet") && strcmp(family, four ? "ip" : "ip6")))
			continue;
		j.may_accept = false;
		run_chain(&j, chain, 0);
		if (!j.translated)
			continue;
		/* Unless a rule before lets it go as it is */
		if (!j.may_accept)
			return true;
		break;
	}
	*rule = 0;
	return false;
}

enum ruleset_verdict ruleset_judge(const json_t *ruleset, const struct ruleset_flow *flow,
				   char *rule, size_t size)
{
	struct judge j = { .objects = json_object_get(ruleset, "nftables"), .flow = flow,
			   .rule = rule, .size = size };
	const json_t *object, *chain;
	bool open = false;
	enum end end;
	size_t i;

	*rule = 0;
	json_array_foreach(j.objects, i, object) {
		chain = json_object_get(object, "chain");
		if (!chain || !meets(flow, chain))
			continue;
		j.may_accept = j.may_drop = false;
		end = run_chain(&j, chain, 0);
		if (end == ENDS_NOT && !strcmp(text_of(chain, "policy"), "drop")) {
			snprintf(rule, size, "nft table %s %s, chain %s: policy drop",
				 text_of(chain, "family"), text_of(chain, "table"),
				 text_of(chain, "name"));
			end = DROPS;
		}
		if (end == DROPS && !j.may_accept)
			return RULESET_DROPS;
		/* A rule that drops behind one that may have accepted, or one that may drop */
		open |= end == DROPS || j.may_drop;
	}
	if (open)
		return RULESET_UNKNOWN;
	*rule = 0;
	return RULESET_PASSES;
}

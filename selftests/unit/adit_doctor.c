// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit doctor`: what rules of a firewall do to the packets of a peer that comes first.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "adit/ruleset.h"

/* As `nft -j list ruleset` prints them */
#define CHAIN(policy) \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"input\"," \
	"\"type\":\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":\"" policy "\"}}"
#define OWN(name) "{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"" name "\"}}"
#define RULE_IN(chain, ...) \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"filter\",\"chain\":\"" chain \
	"\",\"expr\":[" __VA_ARGS__ "]}}"
#define RULE(...) RULE_IN("input", __VA_ARGS__)
#define MATCH(left, right) \
	"{\"match\":{\"op\":\"==\",\"left\":" left ",\"right\":" right "}}"
#define DPORT(right) MATCH("{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}", right)
#define L4PROTO(right) MATCH("{\"meta\":{\"key\":\"l4proto\"}}", right)
#define SADDR MATCH("{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}", "\"192.0.2.1\"")
#define ESTABLISHED \
	"{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}}," \
	"\"right\":[\"established\",\"related\"]}}"
#define STATES \
	"{\"vmap\":{\"key\":{\"ct\":{\"key\":\"state\"}},\"data\":{\"set\":[" \
	"[\"established\",{\"accept\":null}],[\"invalid\",{\"drop\":null}]]}}}"
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"
#define JUMP(chain) "{\"jump\":{\"target\":\"" chain "\"}}"

/* For each: what becomes of UDP 500 and of ESP */
static const struct {
	const char *what, *rules;
	enum ruleset_verdict udp, esp;
} rows[] = {
	{ "no rules", "", RULESET_PASSES, RULESET_PASSES },
	{ "policy accept", CHAIN("accept"), RULESET_PASSES, RULESET_PASSES },
	{ "policy drop", CHAIN("drop"), RULESET_DROPS, RULESET_DROPS },
	{ "a set of ports", CHAIN("drop") "," RULE(ESTABLISHED "," ACCEPT) ","
	  RULE(DPORT("{\"set\":[500,4500]}") "," ACCEPT), RULESET_PASSES, RULESET_DROPS },
	{ "a range of ports", CHAIN("drop") "," RULE(DPORT("{\"range\":[400,600]}") "," ACCEPT) ","
	  RULE(L4PROTO("\"esp\"") "," ACCEPT), RULESET_PASSES, RULESET_PASSES },
	{ "another port", CHAIN("drop") "," RULE(DPORT("4500") "," ACCEPT), RULESET_DROPS,
	  RULESET_DROPS },
	{ "protocol by number, counted", CHAIN("drop") ","
	  RULE(L4PROTO("{\"set\":[50,\"udp\"]}") ",{\"counter\":{}}," ACCEPT), RULESET_PASSES,
	  RULESET_PASSES },
	{ "states by a map", CHAIN("drop") "," RULE(STATES) "," RULE(L4PROTO("\"udp\"") "," ACCEPT),
	  RULESET_PASSES, RULESET_DROPS },
	{ "a drop that comes first", CHAIN("accept") "," RULE(L4PROTO("\"esp\"") "," DROP),
	  RULESET_PASSES, RULESET_DROPS },
	{ "another chain", CHAIN("drop") "," OWN("vpn") "," RULE(JUMP("vpn")) ","
	  RULE_IN("vpn", DPORT("500") "," ACCEPT) ","
	  RULE_IN("vpn", L4PROTO("\"esp\"") ",{\"return\":null}") "," RULE_IN("vpn", ACCEPT),
	  RULESET_PASSES, RULESET_DROPS },
	{ "an address that is not known here", CHAIN("drop") "," RULE(SADDR "," ACCEPT),
	  RULESET_UNKNOWN, RULESET_UNKNOWN },
	{ "which does not matter", CHAIN("accept") "," RULE(SADDR "," ACCEPT) ","
	  RULE(L4PROTO("\"esp\"") "," DROP), RULESET_PASSES, RULESET_UNKNOWN },
	{ "may be dropped", CHAIN("accept") "," RULE(SADDR "," DROP), RULESET_UNKNOWN,
	  RULESET_UNKNOWN },
	{ "an extension of iptables", CHAIN("drop") ","
	  RULE("{\"xt\":{\"type\":\"match\",\"name\":\"policy\"}}," ACCEPT), RULESET_UNKNOWN,
	  RULESET_UNKNOWN },
	{ "a chain that calls itself", CHAIN("accept") "," OWN("a") "," RULE(JUMP("a")) ","
	  RULE_IN("a", JUMP("a")), RULESET_PASSES, RULESET_PASSES },
};

/* From anywhere: what it is, and nothing else, is known */
static struct ruleset_flow first(int family, uint8_t protocol, uint16_t port)
{
	return (struct ruleset_flow) {
		.name = "first", .way = RULESET_IN, .family = family, .iif = "", .oif = "",
		.protocol = protocol, .dport = port,
	};
}

static void rules_are_judged(void **state)
{
	const struct ruleset_flow udp = first(AF_INET, IPPROTO_UDP, 500);
	const struct ruleset_flow esp = first(AF_INET, IPPROTO_ESP, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[4096], where[400];
		json_t *ruleset;

		snprintf(text, sizeof(text), "{\"nftables\":[%s]}", rows[i].rules);
		ruleset = json_loads(text, 0, NULL);
		if (!ruleset)
			fail_msg("%s: the test is no JSON: %s", rows[i].what, text);
		if (ruleset_judge(ruleset, &udp, where, sizeof(where)) != rows[i].udp)
			fail_msg("%s: UDP 500", rows[i].what);
		if (ruleset_judge(ruleset, &esp, where, sizeof(where)) != rows[i].esp)
			fail_msg("%s: ESP", rows[i].what);
		json_decref(ruleset);
	}
}

static void the_place_is_named(void **state)
{
	const struct ruleset_flow udp = first(AF_INET, IPPROTO_UDP, 500);
	const struct ruleset_flow udp6 = first(AF_INET6, IPPROTO_UDP, 500);
	json_t *ruleset = json_loads("{\"nftables\":[" CHAIN("drop") "]}", 0, NULL);
	char where[400];

	(void)state;
	assert_int_equal(ruleset_judge(ruleset, &udp, where, sizeof(where)), RULESET_DROPS);
	assert_string_equal(where, "nft table inet filter, chain input: policy drop");
	assert_int_equal(ruleset_judge(ruleset, &udp6, where, sizeof(where)), RULESET_DROPS);
	json_decref(ruleset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_judged),
		cmocka_unit_test(the_place_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

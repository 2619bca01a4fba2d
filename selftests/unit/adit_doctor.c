// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit doctor`: what rules of a firewall do to the packets of a peer that comes first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "adit/firewall.h"

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
	enum firewall_verdict udp, esp;
} rows[] = {
	{ "no rules", "", FIREWALL_PASS, FIREWALL_PASS },
	{ "policy accept", CHAIN("accept"), FIREWALL_PASS, FIREWALL_PASS },
	{ "policy drop", CHAIN("drop"), FIREWALL_DROP, FIREWALL_DROP },
	{ "a set of ports", CHAIN("drop") "," RULE(ESTABLISHED "," ACCEPT) ","
	  RULE(DPORT("{\"set\":[500,4500]}") "," ACCEPT), FIREWALL_PASS, FIREWALL_DROP },
	{ "a range of ports", CHAIN("drop") "," RULE(DPORT("{\"range\":[400,600]}") "," ACCEPT) ","
	  RULE(L4PROTO("\"esp\"") "," ACCEPT), FIREWALL_PASS, FIREWALL_PASS },
	{ "another port", CHAIN("drop") "," RULE(DPORT("4500") "," ACCEPT), FIREWALL_DROP,
	  FIREWALL_DROP },
	{ "protocol by number, counted", CHAIN("drop") ","
	  RULE(L4PROTO("{\"set\":[50,\"udp\"]}") ",{\"counter\":{}}," ACCEPT), FIREWALL_PASS,
	  FIREWALL_PASS },
	{ "states by a map", CHAIN("drop") "," RULE(STATES) "," RULE(L4PROTO("\"udp\"") "," ACCEPT),
	  FIREWALL_PASS, FIREWALL_DROP },
	{ "a drop that comes first", CHAIN("accept") "," RULE(L4PROTO("\"esp\"") "," DROP),
	  FIREWALL_PASS, FIREWALL_DROP },
	{ "another chain", CHAIN("drop") "," OWN("vpn") "," RULE(JUMP("vpn")) ","
	  RULE_IN("vpn", DPORT("500") "," ACCEPT) ","
	  RULE_IN("vpn", L4PROTO("\"esp\"") ",{\"return\":null}") "," RULE_IN("vpn", ACCEPT),
	  FIREWALL_PASS, FIREWALL_DROP },
	{ "an address that is not known here", CHAIN("drop") "," RULE(SADDR "," ACCEPT),
	  FIREWALL_UNKNOWN, FIREWALL_UNKNOWN },
	{ "which does not matter", CHAIN("accept") "," RULE(SADDR "," ACCEPT) ","
	  RULE(L4PROTO("\"esp\"") "," DROP), FIREWALL_PASS, FIREWALL_UNKNOWN },
	{ "may be dropped", CHAIN("accept") "," RULE(SADDR "," DROP), FIREWALL_UNKNOWN,
	  FIREWALL_UNKNOWN },
	{ "an extension of iptables", CHAIN("drop") ","
	  RULE("{\"xt\":{\"type\":\"match\",\"name\":\"policy\"}}," ACCEPT), FIREWALL_UNKNOWN,
	  FIREWALL_UNKNOWN },
	{ "a chain that calls itself", CHAIN("accept") "," OWN("a") "," RULE(JUMP("a")) ","
	  RULE_IN("a", JUMP("a")), FIREWALL_PASS, FIREWALL_PASS },
};

static void rules_are_judged(void **state)
{
	const struct firewall_packet udp = { 17, 500, false }, esp = { 50, 0, false };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[4096], where[160];
		json_t *ruleset;

		snprintf(text, sizeof(text), "{\"nftables\":[%s]}", rows[i].rules);
		ruleset = json_loads(text, 0, NULL);
		if (!ruleset)
			fail_msg("%s: the test is no JSON: %s", rows[i].what, text);
		if (firewall_judge(ruleset, &udp, where, sizeof(where)) != rows[i].udp)
			fail_msg("%s: UDP 500", rows[i].what);
		if (firewall_judge(ruleset, &esp, where, sizeof(where)) != rows[i].esp)
			fail_msg("%s: ESP", rows[i].what);
		json_decref(ruleset);
	}
}

static void the_place_is_named(void **state)
{
	const struct firewall_packet udp = { 17, 500, false }, udp6 = { 17, 500, true };
	json_t *ruleset = json_loads("{\"nftables\":[" CHAIN("drop") "]}", 0, NULL);
	char where[160];

	(void)state;
	assert_int_equal(firewall_judge(ruleset, &udp, where, sizeof(where)), FIREWALL_DROP);
	assert_string_equal(where, "table inet filter, chain input");
	assert_int_equal(firewall_judge(ruleset, &udp6, where, sizeof(where)), FIREWALL_DROP);
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

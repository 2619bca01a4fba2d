// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `adit diagnose` reads off the wire, asks peers, and makes of packet filter rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/ask.h"
#include "adit/capture.h"
#include "adit/facts.h"
#include "adit/ruleset.h"
#include "ike/message.h"
#include "lib/packet.h"

static const uint8_t cookie[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct ike_address peer_address(void)
{
	struct ike_address address;

	assert_true(ike_address_parse(&address, "198.51.100.1"));
	return address;
}

/* An IPv4 packet from 198.51.100.1 to 192.0.2.1, or the reverse; its length */
static size_t packet(uint8_t *to, bool outgoing, uint8_t protocol, const uint8_t *data, size_t len)
{
	static const uint8_t peer[4] = { 198, 51, 100, 1 }, own[4] = { 192, 0, 2, 1 };

	return packet_ip4(to, outgoing ? own : peer, outgoing ? peer : own, protocol, data, len);
}

static void esp(struct capture *capture, uint8_t sequence, size_t length)
{
	uint8_t data[256] = { 0, 0, 0x10, 1, 0, 0, 0, sequence }, buffer[300];

	capture_take(capture, 2, false, buffer, packet(buffer, false, 50, data, length));
}

static void test_esp(void **state)
{
	static const uint8_t sequences[] = { 1, 2, 9, 3, 10, 10, 4 };
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	const json_t *in;
	json_t *wire;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sequences); i++)
		esp(capture, sequences[i], 8 + 16 + 32 + 12);
	wire = capture_json(capture);
	in = json_array_get(json_object_get(wire, "in"), 0);
	assert_true(fact_is(in, "spi", "0x00001001"));
	assert_int_equal(fact_number(in, "packets"), sizeof(sequences));
	assert_int_equal(fact_number(in, "reorder"), 6);
	assert_int_equal(fact_number(in, "duplicates"), 1);
	assert_int_equal(fact_number(in, "length_mod8"), 4);
	json_decref(wire);
	capture_free(capture);
}

/* A first fragment has a multiple of 8 bytes, however long the ICV at the end is (RFC 791 2.3) */
static void test_fragments_have_no_length(void **state)
{
	uint8_t data[8 + 16 + 32] = { 0, 0, 0x10, 1, 0, 0, 0, 1 }, buffer[300];
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	size_t length = packet(buffer, false, 50, data, sizeof(data));
	const json_t *in;
	json_t *wire;

	(void)state;
	buffer[6] = 0x20;
	capture_take(capture, 2, false, buffer, length);
	wire = capture_json(capture);
	in = json_array_get(json_object_get(wire, "in"), 0);
	assert_int_equal(fact_number(in, "packets"), 1);
	assert_null(json_object_get(in, "length_mod8"));
	json_decref(wire);
	capture_free(capture);
}

/* Answers belong to the question that is open */
static void test_answers(void **state)
{
	uint8_t udp[8 + 28] = { 1, 0xf4, 1, 0xf4, 0, 36 }, buffer[300];
	static const uint8_t cookies[3][8] = { { 1 }, { 2 }, { 3 } };
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	size_t length, i;
	json_t *wire;

	(void)state;
	capture_expect(capture, cookies[0]);
	capture_expect(capture, cookies[1]);
	for (i = 0; i < 3; i++) {
		memcpy(udp + 8, cookies[i], 8);
		capture_take(capture, 2, false, buffer,
			     packet(buffer, false, 17, udp, sizeof(udp)));
		assert_int_equal(capture_answer(capture, &length) != NULL, i > 0);
	}
	wire = capture_json(capture);
	assert_int_equal(fact_number(wire, "ike_in"), 3);
	json_decref(wire);
	capture_free(capture);
}

/* Whoever waits for nothing in particular waits; who waits for an answer, until it is there */
static void test_waits(void **state)
{
	uint8_t udp[8 + 28] = { 1, 0xf4, 1, 0xf4, 0, 36 }, buffer[300];
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	uint64_t begun = capture_now();

	(void)state;
	capture_expect(capture, cookie);
	capture_await(capture, 60);
	assert_in_range(capture_now() - begun, 60, UINT32_MAX);
	memcpy(udp + 8, cookie, 8);
	capture_take(capture, 2, false, buffer, packet(buffer, false, 17, udp, sizeof(udp)));
	begun = capture_now();
	capture_wait(capture, 60);
	assert_in_range(capture_now() - begun, 60, UINT32_MAX);
	capture_await(capture, UINT32_MAX);
	capture_free(capture);
}

/* A message of IKEv1 on port 500, or 4500, from the peer or to it */
static void message(struct capture *capture, bool outgoing, bool natt, uint8_t first,
		    uint8_t exchange, uint8_t cookie_r)
{
	uint8_t udp[8 + 4 + 28] = { 1, 0xf4, 1, 0xf4, 0, 40 }, buffer[300];
	uint8_t *header = udp + 8 + (natt ? 4 : 0);

	if (natt)
		udp[0] = udp[2] = 0x11, udp[1] = udp[3] = 0x94;
	header[0] = first;
	header[8] = cookie_r;
	header[17] = IKE_VERSION;
	header[18] = exchange;
	capture_take(capture, 2, outgoing, buffer,
		     packet(buffer, outgoing, 17, udp, (size_t)(header - udp) + 28));
}

static void expect_daemon(struct capture *capture, int for_daemon, int from_daemon,
			  int natt_for_daemon, int natt_from_daemon)
{
	json_t *wire = capture_json(capture);

	assert_int_equal(fact_number(wire, "ike_for_daemon"), for_daemon);
	assert_int_equal(fact_number(wire, "ike_from_daemon"), from_daemon);
	assert_int_equal(fact_number(wire, "natt_for_daemon"), natt_for_daemon);
	assert_int_equal(fact_number(wire, "natt_from_daemon"), natt_from_daemon);
	json_decref(wire);
}

/* What of the peer's the daemon must react to, and what shows that it got some of it */
static void test_daemon(void **state)
{
	static const uint8_t question[8] = { 9 };
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);

	(void)state;
	capture_expect(capture, question);
	message(capture, true, false, 9, IKE_EXCHANGE_MAIN, 0);
	message(capture, true, false, 1, IKE_EXCHANGE_MAIN, 0);
	/* Notifications of a phase 1 that is not its own it may ignore */
	message(capture, false, false, 2, IKE_EXCHANGE_INFORMATIONAL, 7);
	expect_daemon(capture, 0, 0, 0, 0);
	message(capture, false, true, 2, IKE_EXCHANGE_QUICK, 7);
	message(capture, true, true, 2, IKE_EXCHANGE_INFORMATIONAL, 7);
	expect_daemon(capture, 0, 0, 1, 1);
	message(capture, false, false, 2, IKE_EXCHANGE_QUICK, 7);
	message(capture, false, false, 9, IKE_EXCHANGE_MAIN, 7);
	message(capture, false, false, 1, IKE_EXCHANGE_INFORMATIONAL, 0);
	expect_daemon(capture, 3, 0, 1, 1);
	message(capture, true, false, 9, IKE_EXCHANGE_INFORMATIONAL, 0);
	message(capture, true, false, 1, IKE_EXCHANGE_MAIN, 7);
	expect_daemon(capture, 3, 2, 1, 1);
	capture_free(capture);
}

/* The daemon has ports of its own, and a peer behind a NAT others than those of IKE */
static void test_ports(void **state)
{
	struct ike_address peer = peer_address(), local;
	uint8_t udp[8 + 28] = { 0x4e, 0x20, 1, 0xf4, 0, 36 }, buffer[300];
	struct capture *capture = capture_new(&peer);

	(void)state;
	assert_true(ike_address_parse(&local, "192.0.2.1"));
	capture_own(capture, &local, 1500, 4500);
	/* An answer to a question of ours, say: it goes to port 500 */
	message(capture, false, false, 9, IKE_EXCHANGE_MAIN, 7);
	expect_daemon(capture, 0, 0, 0, 0);
	message(capture, false, true, 9, IKE_EXCHANGE_MAIN, 7);
	expect_daemon(capture, 0, 0, 1, 0);
	capture_own(capture, &local, 500, 4500);
	message(capture, false, false, 9, IKE_EXCHANGE_MAIN, 7);
	expect_daemon(capture, 1, 0, 1, 0);
	udp[8 + 17] = IKE_VERSION;
	udp[8 + 18] = IKE_EXCHANGE_MAIN;
	capture_take(capture, 2, false, buffer, packet(buffer, false, 17, udp, sizeof(udp)));
	expect_daemon(capture, 1, 0, 1, 0);
	capture_free(capture);
}

static double counted(struct capture *capture, const char *name)
{
	json_t *wire = capture_json(capture);
	double count = fact_number(wire, name);

	json_decref(wire);
	return count;
}

/* The answer comes from another address than that which was asked */
static void test_stranger(void **state)
{
	static const uint8_t other[4] = { 198, 51, 100, 2 }, own[4] = { 192, 0, 2, 1 };
	struct ike_address peer = peer_address(), local;
	uint8_t udp[8 + 28] = { 1, 0xf4, 1, 0xf4, 0, 36 }, buffer[300];
	struct capture *capture = capture_new(&peer);
	json_t *wire;

	(void)state;
	assert_true(ike_address_parse(&local, "192.0.2.1"));
	capture_own(capture, &local, 500, 4500);
	udp[8 + 17] = IKE_VERSION;
	udp[8 + 18] = IKE_EXCHANGE_MAIN;
	udp[8] = 7;
	/* It begins, or goes on, with somebody else; it begins, or goes on, with our cookie */
	for (int i = 0; i < 4; i++) {
		udp[8 + 8] = i % 2 ? 5 : 0;
		if (i == 2)
			message(capture, true, false, 7, IKE_EXCHANGE_MAIN, 0);
		assert_int_equal(counted(capture, "stranger.count"), 0);
		capture_take(capture, 2, false, buffer,
			     packet_ip4(buffer, other, own, 17, udp, sizeof(udp)));
	}
	wire = capture_json(capture);
	assert_int_equal(fact_number(wire, "stranger.count"), 1);
	assert_true(fact_is(wire, "stranger.from", "198.51.100.2"));
	json_decref(wire);
	capture_free(capture);
}

/* ESP in UDP between ports that are none of IKE's (adit.conf(5): natt-port, remote-natt-port) */
static void test_own_ports(void **state)
{
	struct ike_address peer = peer_address(), local;
	/* From 14500 to 24500, and the other way: an SPI, a sequence number, and the rest */
	uint8_t udp[8 + 32] = { 0x38, 0xa4, 0x5f, 0xb4, 0, 40, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1 };
	uint8_t buffer[300];
	struct capture *capture = capture_new(&peer);

	(void)state;
	assert_true(ike_address_parse(&local, "192.0.2.1"));
	capture_own(capture, &local, 1500, 4500);
	capture_take(capture, 2, true, buffer, packet(buffer, true, 17, udp, sizeof(udp)));
	assert_int_equal(counted(capture, "udp_esp_out"), 0);
	capture_own(capture, &local, 1500, 14500);
	capture_take(capture, 2, true, buffer, packet(buffer, true, 17, udp, sizeof(udp)));
	assert_int_equal(counted(capture, "udp_esp_out"), 1);
	memcpy(udp, (uint8_t[]){ 0x5f, 0xb4, 0x38, 0xa4 }, 4);
	capture_take(capture, 2, false, buffer, packet(buffer, false, 17, udp, sizeof(udp)));
	assert_int_equal(counted(capture, "udp_esp_in"), 1);
	capture_free(capture);
}

/* Who has our answer does not say the same again */
static void test_unheard(void **state)
{
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);

	(void)state;
	message(capture, false, false, 5, IKE_EXCHANGE_MAIN, 0);
	message(capture, false, false, 5, IKE_EXCHANGE_MAIN, 0);
	/* A refusal is no answer that it could go on with */
	message(capture, true, false, 5, IKE_EXCHANGE_INFORMATIONAL, 0);
	message(capture, false, false, 5, IKE_EXCHANGE_MAIN, 0);
	assert_int_equal(counted(capture, "ike_unheard"), 0);
	message(capture, true, false, 5, IKE_EXCHANGE_MAIN, 7);
	message(capture, false, false, 5, IKE_EXCHANGE_MAIN, 7);
	assert_int_equal(counted(capture, "ike_unheard"), 0);
	message(capture, false, false, 5, IKE_EXCHANGE_MAIN, 0);
	assert_int_equal(counted(capture, "ike_unheard"), 1);
	capture_free(capture);
}

/* What is between the peer and another address of ours, or a host behind us, is not ours */
static void test_elsewhere(void **state)
{
	struct ike_address peer = peer_address(), other;
	struct capture *capture = capture_new(&peer);
	json_t *wire;

	(void)state;
	assert_true(ike_address_parse(&other, "192.0.2.9"));
	capture_own(capture, &other, 500, 4500);
	esp(capture, 1, 64);
	message(capture, false, false, 1, IKE_EXCHANGE_MAIN, 0);
	message(capture, true, false, 1, IKE_EXCHANGE_MAIN, 7);
	expect_daemon(capture, 0, 0, 0, 0);
	assert_int_equal(counted(capture, "ike_elsewhere"), 1);
	assert_int_equal(counted(capture, "ike_out"), 0);
	wire = capture_json(capture);
	assert_int_equal(json_array_size(json_object_get(wire, "in")), 0);
	json_decref(wire);
	capture_own(capture, &(struct ike_address){ 0 }, 0, 0);
	esp(capture, 1, 64);
	message(capture, false, false, 1, IKE_EXCHANGE_MAIN, 0);
	expect_daemon(capture, 1, 0, 0, 0);
	capture_free(capture);
}

/* What of port 4500 a NAT has translated, and which exchange it belongs to */
static void test_passages(void **state)
{
	uint8_t udp[8 + 4 + 28] = { 0x11, 0x94, 0x11, 0x94, 0, 40 }, buffer[300];
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	const struct capture_passage *list;
	size_t count;

	(void)state;
	udp[8 + 4 + 18] = IKE_EXCHANGE_QUICK;
	udp[8 + 4 + 20] = 0x12;
	udp[8 + 4 + 23] = 0x34;
	capture_take(capture, 2, true, buffer, packet(buffer, true, 17, udp, sizeof(udp)));
	/* Cut behind the cookies: a message, but of no exchange that could be told */
	capture_take(capture, 2, false, buffer, packet(buffer, false, 17, udp, 8 + 4 + 16));
	udp[8] = 0xff;
	capture_take(capture, 2, true, buffer, packet(buffer, true, 17, udp, 8 + 1));
	list = capture_passages(capture, &count);
	assert_int_equal(count, 3);
	assert_true(list[0].outgoing && list[0].ike && !list[0].keepalive);
	assert_int_equal(list[0].exchange, IKE_EXCHANGE_QUICK);
	assert_int_equal(list[0].id, 0x12000034);
	assert_true(!list[1].outgoing && list[1].ike);
	assert_int_equal(list[1].exchange, 0);
	assert_int_equal(list[1].id, 0);
	assert_true(list[2].outgoing && list[2].keepalive && !list[2].ike);
	capture_free(capture);
}

static void test_icmp(void **state)
{
	/* Administratively prohibited, about UDP to port 500 */
	uint8_t error[8 + 20 + 8] = { 3, 13 }, buffer[300], udp[8] = { 1, 0xf4, 1, 0xf4 };
	struct ike_address peer = peer_address();
	struct capture *capture = capture_new(&peer);
	const json_t *one;
	size_t length, i;
	json_t *wire;

	(void)state;
	packet(error + 8, true, 17, udp, sizeof(udp));
	length = packet(buffer, false, 1, error, sizeof(error));
	/* However much of it is there, nothing is read behind its end: the sanitizer looks */
	for (i = 0; i <= length; i++) {
		uint8_t *exact = malloc(i + 1);

		memcpy(exact, buffer, i);
		capture_take(capture, 2, false, exact, i);
		free(exact);
	}
	wire = capture_json(capture);
	one = json_array_get(json_object_get(wire, "icmp"), 0);
	assert_true(fact_is(one, "kind", "prohibited"));
	assert_true(fact_is(one, "from", "198.51.100.1"));
	json_decref(wire);
	capture_free(capture);
}

static void test_ask(void **state)
{
	uint8_t message[ASK_MAX], answer[ASK_MAX];
	struct proposal_list *lists = calloc(20, sizeof(*lists));
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = IKE_EXCHANGE_MAIN };
	struct ike_terms terms = { .auth = IKE_AUTH_PSK, .seconds = 28800 };
	struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ISAKMP,
			    .type = IKE_N_NO_PROPOSAL_CHOSEN };
	struct proposal_list one = { .count = 1 };
	unsigned int count, i;
	struct ask_answer read;
	struct bytes bytes;
	struct builder b;
	size_t length;

	(void)state;
	ask_usual(lists, 20, &count);
	assert_int_equal(count, 17);
	for (i = 0; i < count; i++) {
		length = ask_main(cookie, &lists[i], IKE_AUTH_PSK, 0, message);
		/* One packet, whatever the path */
		assert_in_range(length, 100, 1250);
	}
	/* The peer chooses the third of the last whole list */
	one.item[0] = lists[count - 2].item[2];
	memcpy(h.initiator, cookie, 8);
	h.responder[0] = 1;
	builder_begin(&b, answer, sizeof(answer), &h);
	proposal_offer_ike(&b, &one, &terms);
	bytes = builder_end(&b);
	read = ask_read(bytes.data, bytes.len, &lists[count - 2], IKE_AUTH_PSK);
	assert_int_equal(read.kind, ASK_SA);
	assert_int_equal(read.index, 2);
	/* What was not asked is no answer to it */
	read = ask_read(bytes.data, bytes.len, &lists[0], IKE_AUTH_PSK);
	assert_int_equal(read.kind, ASK_OTHER);
	h.exchange = IKE_EXCHANGE_INFORMATIONAL;
	builder_begin(&b, answer, sizeof(answer), &h);
	notify_write(&b, &n);
	bytes = builder_end(&b);
	read = ask_read(bytes.data, bytes.len, &lists[0], IKE_AUTH_PSK);
	assert_int_equal(read.kind, ASK_NOTIFY);
	assert_int_equal(read.notify, IKE_N_NO_PROPOSAL_CHOSEN);
	assert_int_equal(ask_read(message, 10, NULL, 0).kind, ASK_NOTHING);
	/* An IKEv2 question is one that its own reader takes for one with an SA; cut, for none */
	length = ask_ikev2(cookie, message);
	assert_in_range(length, 400, 1250);
	assert_int_equal(ask_read(message, length, NULL, 0).kind, ASK_OTHER);
	message[19] |= 0x20;
	assert_int_equal(ask_read(message, length, NULL, 0).kind, ASK_SA);
	assert_int_equal(ask_read(message, 30, NULL, 0).kind, ASK_OTHER);
	/* Who sends back what he gets has answered nothing */
	length = ask_main(cookie, &one, IKE_AUTH_PSK, 0, message);
	assert_int_equal(ask_read(message, length, &one, IKE_AUTH_PSK).kind, ASK_OTHER);
	message[8] = 1;
	assert_int_equal(ask_read(message, length, &one, IKE_AUTH_PSK).kind, ASK_SA);
	free(lists);
}

#define CHAIN(hook, policy) \
	"{'chain':{'family':'inet','table':'f','name':'c','type':'filter','hook':'" hook \
	"','prio':0,'policy':'" policy "'}}"
#define RULE(expressions) \
	"{'rule':{'family':'inet','table':'f','chain':'c','handle':4,'expr':[" expressions "]}}"
#define MATCH(left, right) "{'match':{'op':'==','left':" left ",'right':" right "}}"
#define DPORT "{'payload':{'protocol':'udp','field':'dport'}}"
#define SADDR "{'payload':{'protocol':'ip','field':'saddr'}}"
#define STATE "{'ct':{'key':'state'}}"

#define NETDEV(devices) \
	"{'chain':{'family':'netdev','table':'f','name':'c','handle':1,'type':'filter','hook':" \
	"'ingress'," devices "'prio':0,'policy':'accept'}}," \
	"{'rule':{'family':'netdev','table':'f','chain':'c','handle':4,'expr':[{'drop':null}]}}"

/* Objects, written with ' for " */
static json_t *rules_of(const char *objects)
{
	json_error_t error;
	json_t *ruleset;
	char text[4096];
	size_t i;

	snprintf(text, sizeof(text), "{'nftables':[%s]}", objects);
	for (i = 0; text[i]; i++)
		if (text[i] == '\'')
			text[i] = '"';
	ruleset = json_loads(text, 0, &error);
	if (!ruleset)
		fail_msg("%s: %s", error.text, text);
	return ruleset;
}

static bool drops(const char *objects)
{
	struct ruleset_flow flow = { .name = "ike-in", .way = RULESET_IN, .family = AF_INET,
				     .iif = "eth0", .oif = "", .protocol = 17, .sport = 500,
				     .dport = 500,
				     .established = true };
	json_t *ruleset = rules_of(objects);
	enum ruleset_verdict verdict;
	char rule[400] = "";

	flow.source = peer_address();
	ike_address_parse(&flow.destination, "192.0.2.1");
	verdict = ruleset_judge(ruleset, &flow, rule, sizeof(rule));
	/* Whatever does not simply pass is named */
	assert_int_equal(verdict != RULESET_PASSES, *rule != 0);
	json_decref(ruleset);
	return verdict == RULESET_DROPS;
}

static void test_ruleset(void **state)
{
	(void)state;
	assert_false(drops(CHAIN("input", "accept")));
	assert_true(drops(CHAIN("input", "drop")));
	assert_false(drops(CHAIN("forward", "drop")));
	assert_true(drops(CHAIN("input", "accept") "," RULE(MATCH(DPORT, "500") ",{'drop':null}")));
	assert_false(drops(CHAIN("input", "accept") ","
			   RULE(MATCH(DPORT, "4500") ",{'drop':null}")));
	assert_true(drops(CHAIN("input", "accept") ","
			  RULE(MATCH(DPORT, "{'set':[22,{'range':[400,600]}]}") ",{'drop':null}")));
	assert_true(drops(CHAIN("input", "accept") ","
			  RULE(MATCH(SADDR, "{'prefix':{'addr':'198.51.100.0','len':24}}")
			       ",{'counter':{'packets':1,'bytes':1}},{'reject':null}")));
	assert_false(drops(CHAIN("input", "drop") "," RULE(MATCH(DPORT,
		     "500") ",{'accept':null}")));
	/* A filter that remembers lets the answers in */
	assert_false(drops(CHAIN("input", "drop") ","
			   RULE(MATCH(STATE, "['established','related']") ",{'accept':null}")));
	assert_false(drops(CHAIN("input", "drop") ",{'rule':{'family':'inet','table':'f','chain':"
			   "'c','handle':4,'expr':[{'vmap':{'key':{'ct':{'key':'state'}},'data':"
			   "{'set':[['established',{'accept':null}]]}}}]}}"));
	/* Before all that, but on its devices only. nft 1.0.6 does not say which: then on none */
	assert_true(drops(NETDEV("'dev':'eth0',")));
	assert_true(drops(NETDEV("'dev':['eth1','eth0'],")));
	assert_false(drops(NETDEV("'dev':'eth1',")));
	assert_false(drops(NETDEV("")));
	/* What is not understood may let it through */
	assert_false(drops(CHAIN("input", "drop") "," RULE("{'xt':null},{'accept':null}")));
	assert_false(drops(CHAIN("input", "accept") "," RULE("{'xt':null},{'drop':null}")));
	assert_false(drops(CHAIN("input", "drop") ","
			   RULE(MATCH(SADDR, "'@friends'") ",{'accept':null}")));
}

/* From 10.1.0.0/16 to 10.2.0.0/16, of which the first half is what some rules are about */
static struct ruleset_flow forwarded(void)
{
	struct ruleset_flow flow = {
		.name = "out", .way = RULESET_FORWARD, .family = AF_INET, .iif = "lan",
		.oif = "vpn0", .source_bits = 16, .destination_bits = 16,
	};

	ike_address_parse(&flow.source, "10.1.0.0");
	ike_address_parse(&flow.destination, "10.2.0.0");
	return flow;
}

#define FROM(network, bits, verdict) \
	RULE(MATCH(SADDR, "{'prefix':{'addr':'" network "','len':" bits "}}") ",{'" verdict \
	     "':null}")

static enum ruleset_verdict network(const char *rules)
{
	struct ruleset_flow flow = forwarded();
	enum ruleset_verdict verdict;
	json_t *ruleset = rules_of(rules);
	char rule[400];

	verdict = ruleset_judge(ruleset, &flow, rule, sizeof(rule));
	json_decref(ruleset);
	return verdict;
}

/* What is said of a part of a network says nothing of the whole */
static void test_networks(void **state)
{
	(void)state;
	assert_int_equal(network(CHAIN("forward", "drop")), RULESET_DROPS);
	assert_int_equal(network(CHAIN("forward", "drop") "," FROM("10.1.7.0", "24", "accept")),
			 RULESET_UNKNOWN);
	assert_int_equal(network(CHAIN("forward", "accept") "," FROM("10.1.7.0", "24", "drop")),
			 RULESET_UNKNOWN);
	assert_int_equal(network(CHAIN("forward", "drop") "," FROM("10.3.7.0", "24", "accept")),
			 RULESET_DROPS);
	assert_int_equal(network(CHAIN("forward", "accept") "," FROM("10.0.0.0", "8", "drop")),
			 RULESET_DROPS);
	assert_int_equal(network(CHAIN("forward", "drop") "," FROM("10.1.0.0", "16", "accept")),
			 RULESET_PASSES);
}

static bool translates(const char *rules)
{
	struct ruleset_flow flow = forwarded();
	json_t *ruleset = rules_of(rules);
	char rule[400];
	bool does;

	does = ruleset_translates(ruleset, &flow, rule, sizeof(rule));
	assert_int_equal(does, *rule != 0);
	json_decref(ruleset);
	return does;
}

#define NAT "{'chain':{'family':'inet','table':'f','name':'c','type':'nat'," \
	"'hook':'postrouting','prio':100,'policy':'accept'}}"
#define OUT(op, device) "{'match':{'op':'" op "','left':{'meta':{'key':'oifname'}},'right':'" \
	device "'}}"

static void test_translation(void **state)
{
	(void)state;
	assert_false(translates(NAT));
	assert_true(translates(NAT "," RULE("{'masquerade':null}")));
	assert_true(translates(NAT "," RULE(OUT("!=", "lan") ",{'snat':{'addr':'192.0.2.1'}}")));
	assert_true(translates(NAT "," RULE("{'xt':{'type':'target','name':'MASQUERADE'}}")));
	/* Of what leaves by the uplink alone, or is let go before, for certain or perhaps */
	assert_false(translates(NAT "," RULE(OUT("==", "wire") ",{'masquerade':null}")));
	assert_false(translates(NAT "," RULE(OUT("==", "vpn0") ",{'accept':null}") ","
				RULE("{'masquerade':null}")));
	assert_false(translates(NAT "," RULE("{'xt':{'type':'match','name':'policy'}},"
				"{'accept':null}") "," RULE("{'masquerade':null}")));
	assert_false(translates(NAT "," FROM("10.1.7.0", "24", "masquerade")));
	/* No such chain */
	assert_false(translates(CHAIN("forward", "accept") "," RULE("{'masquerade':null}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_esp),
		cmocka_unit_test(test_fragments_have_no_length),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_own_ports),
		cmocka_unit_test(test_unheard),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_passages),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_ruleset),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_translation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

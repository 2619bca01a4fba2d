// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions to the peer. They go from the ports that IKE uses, through raw sockets, since the
 * daemon has those ports; the answers are read off the wire. The daemon sees them, too, and does
 * not know their cookies: it tells the peer to forget the exchange.
 */
#include <netinet/in.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adit/ask.h"
#include "adit/echo.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "ike/cursor.h"
#include "ike/ike.h"
#include "ike/method.h"

#define TRIES		3
#define PATIENCE	1000	/* ms for one answer */
#define PAUSE		150	/* ms between questions: peers limit how many come */
#define LISTS_MAX	20
#define ACCEPTS_MAX	2	/* what is accepted stays half open at the peer for a while */
#define LARGE		2000	/* bytes: larger than any MTU on the way */

/**
 * struct question - one message, until it is answered
 * @port: ours and the peer's
 */
struct question {
	uint8_t cookie[8];
	uint8_t message[ASK_MAX];
	size_t length;
	uint16_t port;
	const struct proposal_list *list;
	uint16_t auth;
};

/* RFC 768, RFC 3948 2.2: no checksum in IPv4, the kernel's in IPv6 */
static void transmit(const struct gather *g, uint16_t from, uint16_t to, struct bytes data)
{
	struct sockaddr_storage local = { .ss_family = g->local.family }, remote = local;
	size_t length = 8 + data.len;
	int checksum = 6, clear = IP_PMTUDISC_DONT, fd;
	uint8_t packet[8 + 4 + ASK_MAX] = {
		(uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(to >> 8), (uint8_t)to,
		(uint8_t)(length >> 8), (uint8_t)length,
	};
	bool four = g->local.family == AF_INET;

	fd = length <= sizeof(packet) ?
		socket(g->local.family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP) : -1;
	if (fd < 0)
		return;
	memcpy(packet + 8, data.data, data.len);
	memcpy(four ? (void *)&((struct sockaddr_in *)&local)->sin_addr :
		      (void *)&((struct sockaddr_in6 *)&local)->sin6_addr,
	       g->local.bytes, ike_address_length(&g->local));
	memcpy(four ? (void *)&((struct sockaddr_in *)&remote)->sin_addr :
		      (void *)&((struct sockaddr_in6 *)&remote)->sin6_addr,
	       g->remote.bytes, ike_address_length(&g->remote));
	if (four)
		setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &clear, sizeof(clear));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &checksum, sizeof(checksum));
	setsockopt(fd, SOL_SOCKET, SO_MARK, &g->mark, sizeof(g->mark));
	if (!bind(fd, (struct sockaddr *)&local,
		  four ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)))
		sendto(fd, packet, length, MSG_DONTWAIT, (struct sockaddr *)&remote,
		       four ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	close(fd);
}

/* RFC 3948 2.2: on the second port, behind a non-ESP marker */
static void put_question(const struct gather *g, const struct question *q)
{
	size_t marker = q->port == IKE_PORT_NATT ? 4 : 0;
	uint8_t data[4 + ASK_MAX] = { 0 };

	memcpy(data + marker, q->message, q->length);
	transmit(g, q->port, q->port, bytes_of(data, marker + q->length));
}

void gather_keepalive(const struct gather *g)
{
	uint16_t to = (uint16_t)fact_number(g->facts, "tunnel.ike.remote_port");
	static const uint8_t keepalive[] = { 0xff };

	transmit(g, IKE_PORT_NATT, to ? to : IKE_PORT_NATT, bytes_of(keepalive, 1));
}

static json_t *answer_json(unsigned int asked, const struct ask_answer *answer)
{
	static const char *const kinds[] = { NULL, "sa", "notify", "other" };
	json_t *object = json_pack("{s:i, s:s*}", "asked", (int)asked, "answer",
				   kinds[answer->kind]);

	if (answer->kind == ASK_NOTIFY) {
		json_object_set_new(object, "notify", json_integer(answer->notify));
		json_object_set_new(object, "name", json_string(answer->name));
	}
	if (answer->kind == ASK_SA && *answer->chosen)
		json_object_set_new(object, "chosen", json_string(answer->chosen));
	return object;
}

/* Asks until it is answered, @tries times. The result is member @as of @probe, unless NULL */
static struct ask_answer ask(struct gather *g, struct question *q, unsigned int tries,
			     json_t *probe, const char *as)
{
	struct ask_answer answer = { .kind = ASK_NOTHING };
	unsigned int asked = 0;
	const uint8_t *bytes;
	size_t length;

	capture_expect(g->capture, q->cookie);
	while (q->length && asked < tries && answer.kind == ASK_NOTHING) {
		put_question(g, q);
		asked++;
		capture_await(g->capture, PATIENCE);
		bytes = capture_answer(g->capture, &length);
		answer = ask_read(bytes, length, q->list, q->auth);
	}
	if (as)
		json_object_set_new(probe, as, answer_json(asked, &answer));
	return answer;
}

static void fresh(struct question *q, uint16_t port, const struct proposal_list *list,
		  uint16_t auth)
{
	q->port = port;
	q->list = list;
	q->auth = auth;
	q->length = 0;
	if (RAND_bytes(q->cookie, sizeof(q->cookie)) != 1)
		memset(q->cookie, 0x5a, sizeof(q->cookie));
}

static void configured(const struct gather *g, struct proposal_list *list)
{
	const json_t *one;
	char why[PROPOSAL_TEXT_MAX];
	size_t i;

	list->count = 0;
	json_array_foreach(fact(g->facts, "tunnel.config.ike"), i, one)
		proposal_parse(list, PROPOSAL_IKE, json_string_value(one), why, sizeof(why));
}

static void note_accepted(json_t *accepts, const char *chosen)
{
	if (*chosen && json_array_size(accepts) < ACCEPTS_MAX)
		json_array_append_new(accepts, json_string(chosen));
}

static void forget(struct proposal_list *list, unsigned int index)
{
	if (index >= list->count)
		return;
	list->count--;
	memmove(&list->item[index], &list->item[index + 1],
		(list->count - index) * sizeof(list->item[0]));
}

/*
 * Which proposals it would take: a message asks for several at once, and the answer names one. That
 * one is then left out, until the peer refuses what is left or enough are known.
 */
static void survey(struct gather *g, struct question *q, uint16_t auth, json_t *probe)
{
	struct proposal_list *lists = calloc(LISTS_MAX, sizeof(*lists));
	json_t *accepts = json_object_get(probe, "accepts");
	unsigned int count = 0, questions = 0, proposals = 0, i;
	bool complete = true;
	struct ask_answer answer;

	if (lists)
		ask_usual(lists, LISTS_MAX, &count);
	for (i = 0; i < count && json_array_size(accepts) < ACCEPTS_MAX;) {
		fresh(q, IKE_PORT, &lists[i], auth);
		q->length = ask_main(q->cookie, &lists[i], auth, 0, q->message);
		proposals += lists[i].count;
		questions++;
		answer = ask(g, q, TRIES, NULL, NULL);
		capture_wait(g->capture, PAUSE);
		if (answer.kind == ASK_SA) {
			note_accepted(accepts, answer.chosen);
			forget(&lists[i], answer.index);
			/* The rest of this list, too, but then no weaker ones */
			if (!lists[i].count)
				break;
			continue;
		}
		complete &= answer.kind == ASK_NOTIFY;
		if (answer.kind == ASK_NOTHING || json_array_size(accepts))
			break;
		i++;
	}
	free(lists);
	json_object_set_new(probe, "questions", json_integer(questions));
	json_object_set_new(probe, "proposals", json_integer(proposals));
	json_object_set_new(probe, "complete", json_boolean(complete && i == count));
}

/* As the daemon proposes it: another one may be refused, whatever comes with it */
static uint16_t auth_method(const struct gather *g)
{
	const char *word = fact_text(g->facts, "tunnel.config.auth");
	const struct auth_method *method = method_by_word(word);
	bool server = *fact_text(g->facts, "tunnel.config.xauth-users");

	return method ? method_for(method, !server)->number : IKE_AUTH_PSK;
}

/* Whether it would rather speak aggressive mode. Our identity goes out in the clear by this */
static void ask_other_exchange(struct gather *g, struct question *q, struct proposal_list *list,
			       json_t *probe)
{
	const char *text = fact_text(g->facts, "tunnel.config.local-id");
	struct identity id;
	char why[256];
	unsigned int i;

	id = identity_of_address(bytes_of(g->local.bytes, ike_address_length(&g->local)));
	if (*text && !identity_parse(&id, text, why, sizeof(why)))
		return;
	/* RFC 2409 5: the group cannot be negotiated there */
	for (i = 1; i < list->count;)
		if (list->item[i].group != list->item[0].group)
			forget(list, i);
		else
			i++;
	fresh(q, IKE_PORT, list, auth_method(g));
	q->length = ask_aggressive(q->cookie, list, q->auth, &id, q->message);
	ask(g, q, TRIES + 1, probe, "aggressive");
}

static void ask_first(struct gather *g, struct question *q, struct proposal_list *list,
		      json_t *probe, uint16_t port, size_t padding, const char *as)
{
	fresh(q, port, list, auth_method(g));
	q->length = ask_main(q->cookie, list, q->auth, padding, q->message);
	ask(g, q, TRIES, probe, as);
}

/* Failures that may come of the wrong exchange */
static bool may_be_exchange(const struct gather *g)
{
	const char *code = fact_text(g->facts, "tunnel.last_error.code");

	return fact_is(g->facts, "tunnel.config.exchange", "main") &&
	       (!strcmp(code, "invalid-id") || !strcmp(code, "auth-failed") ||
		!strcmp(code, "no-proposal-chosen") || !strcmp(code, "no-response"));
}

/* It takes none of the usual proposals: perhaps it wants another proof of who we are */
static void ask_other_proof(struct gather *g, struct question *q, json_t *probe)
{
	static const uint16_t proofs[] = {
		IKE_AUTH_PSK, IKE_AUTH_RSA_SIG, IKE_AUTH_XAUTH_INIT_PSK, IKE_AUTH_XAUTH_INIT_RSA,
		IKE_AUTH_HYBRID_INIT_RSA, IKE_AUTH_ECDSA_256,
	};
	struct proposal_list *lists = calloc(2, sizeof(*lists));
	unsigned int count = 0, i, j;
	struct ask_answer answer;

	if (lists)
		ask_usual(lists, 2, &count);
	for (i = 0; i < sizeof(proofs) / sizeof(*proofs); i++)
		for (j = 0; proofs[i] != auth_method(g) && j < count; j++) {
			fresh(q, IKE_PORT, &lists[j], proofs[i]);
			q->length = ask_main(q->cookie, &lists[j], proofs[i], 0, q->message);
			answer = ask(g, q, TRIES, NULL, NULL);
			capture_wait(g->capture, PAUSE);
			if (answer.kind != ASK_SA)
				continue;
			json_object_set_new(probe, "proof", json_string(ike_auth_name(proofs[i])));
			json_object_set_new(probe, "auth",
					    json_string(method_by_number(proofs[i])->word));
			free(lists);
			return;
		}
	free(lists);
}

/* Whether it is there, on either port */
static void ask_whether_there(struct gather *g, struct question *q, struct proposal_list *list,
			      json_t *probe)
{
	ask_first(g, q, list, probe, IKE_PORT, 0, "ike500");
	ask_first(g, q, list, probe, IKE_PORT_NATT, 0, "ike4500");
	/* One that had enough of us for a moment (strongSwan: block_threshold) is not blocked */
	if (fact(probe, "ike4500.answer") && !fact(probe, "ike500.answer"))
		ask_first(g, q, list, probe, IKE_PORT, 0, "ike500");
}

/* Silence tells something of fragments only while a small message is answered */
static void ask_large(struct gather *g, struct question *q, struct proposal_list *list,
		      json_t *probe)
{
	ask_first(g, q, list, probe, IKE_PORT, LARGE, "large");
	if (fact(probe, "large.answer"))
		return;
	ask_first(g, q, list, probe, IKE_PORT, 0, "again");
	if (!fact(probe, "again.answer"))
		json_object_del(probe, "large");
	json_object_del(probe, "again");
}

static void ask_all(struct gather *g, struct question *q, struct proposal_list *list,
		    json_t *probe)
{
	json_t *accepts = json_object_get(probe, "accepts");
	bool answered, refused;

	ask_whether_there(g, q, list, probe);
	answered = fact(probe, "ike500.answer");
	refused = fact_is(probe, "ike500.answer", "notify");
	note_accepted(accepts, fact_text(probe, "ike500.chosen"));
	if (fact_is(probe, "ike500.answer", "sa") && sends_certificate(g->facts))
		ask_large(g, q, list, probe);
	if (refused)
		survey(g, q, auth_method(g), probe);
	if (!answered || (refused && !json_array_size(accepts))) {
		fresh(q, IKE_PORT, NULL, 0);
		q->length = ask_ikev2(q->cookie, q->message);
		ask(g, q, TRIES, probe, "ike2");
	}
	if (refused && !json_array_size(accepts))
		ask_other_proof(g, q, probe);
	if (answered && may_be_exchange(g))
		ask_other_exchange(g, q, list, probe);
}

static void put_ping(struct gather *g, json_t *probe)
{
	struct echo_target target = { .local = g->local, .remote = g->remote, .mark = g->mark };

	echo_ask(&target, 2, 700);
	json_object_set_new(probe, "ping", json_pack("{s:b}", "answered", target.received > 0));
}

/* adit.conf(5), remote-port, remote-natt-port: at others than those of IKE nobody is asked */
static bool has_port(const struct gather *g, const char *name)
{
	double port = fact_number(fact(g->facts, "tunnel.config"), name);

	return port == 0 || port == IKE_PORT || port == IKE_PORT_NATT;
}

static bool is_askable(const struct gather *g)
{
	return has_port(g, "remote-port") && has_port(g, "remote-natt-port") &&
	       fact_true(g->facts, "route.remote.ok") &&
	       !fact_true(g->facts, "route.remote.self") &&
	       !fact_true(g->facts, "route.remote.local") &&
	       !fact_false(g->facts, "route.local.ours");
}

/* Phase 1 failed, or nothing is known yet: otherwise the peer need not be asked */
static bool is_worth_asking(const struct gather *g)
{
	const char *code = fact_text(g->facts, "tunnel.last_error.code");
	static const char *const others[] = { "dns", "kernel", "socket", "config" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(code, others[i]))
			return false;
	return !fact_is(g->facts, "tunnel.ike.state", "established") && is_askable(g);
}

/* The tunnel is up, and what was sent through it was not answered */
static bool is_silent(const struct gather *g)
{
	return fact_is(g->facts, "tunnel.state", "established") && fact(g->facts, "inside") &&
	       !fact_number(g->facts, "inside.received") &&
	       !fact_number(g->facts, "inside.answers") && is_askable(g);
}

void gather_peer(struct gather *g)
{
	struct proposal_list *list = calloc(1, sizeof(*list));
	struct question *q = calloc(1, sizeof(*q));
	bool silent = is_silent(g);
	json_t *probe;

	if (list && q && g->capture && g->local.family && (silent || is_worth_asking(g))) {
		probe = json_pack("{s:[]}", "accepts");
		json_object_set_new(g->facts, "probe", probe);
		configured(g, list);
		put_ping(g, probe);
		if (silent)
			ask_whether_there(g, q, list, probe);
		else
			ask_all(g, q, list, probe);
	}
	free(list);
	free(q);
}

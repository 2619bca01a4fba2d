// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which packets out of a tunnel are answers to those that went into it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "adit/echo.h"
#include "adit/talk.h"
#include "lib/packet.h"

enum { ICMP4 = 1, TCP = 6, UDP = 17 };
enum { SYN = 2, ACK = 16 };

/* An IPv4 packet between 10.1.0.2 and 10.2.0.2; its length */
static size_t packet(uint8_t *to, bool outgoing, uint8_t protocol, const uint8_t *data, size_t len)
{
	static const uint8_t theirs[4] = { 10, 2, 0, 2 }, ours[4] = { 10, 1, 0, 2 };

	return packet_ip4(to, outgoing ? ours : theirs, outgoing ? theirs : ours, protocol, data,
			  len);
}

static void take(struct talk *talk, bool outgoing, uint8_t protocol, const uint8_t *data,
		 size_t len)
{
	uint8_t buffer[300];
	size_t length = packet(buffer, outgoing, protocol, data, len), i;
	struct talk copy;

	/* However little of it there is: nothing is read behind the end */
	for (i = 0; i < length; i++) {
		uint8_t *part = malloc(i ? i : 1);

		copy = *talk;
		memcpy(part, buffer, i);
		talk_take(&copy, outgoing, part, i);
		free(part);
	}
	talk_take(talk, outgoing, buffer, length);
}

static void put32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

/* Between our port 40000 and theirs 22; @stamp 0: without timestamps */
static void tcp(struct talk *talk, bool outgoing, uint8_t flags, uint32_t sequence, uint32_t ack,
		uint32_t stamp, uint32_t heard, size_t data)
{
	uint8_t segment[20 + 12 + 100] = { 0x9c, 0x40, 0, 22 };

	if (!outgoing)
		memcpy(segment, "\0\x16\x9c\x40", 4);
	put32(segment + 4, sequence);
	put32(segment + 8, ack);
	segment[12] = stamp ? 0x80 : 0x50;
	segment[13] = flags;
	if (stamp) {
		memcpy(segment + 20, "\1\1\10\12", 4);
		put32(segment + 24, stamp);
		put32(segment + 28, heard);
	}
	take(talk, outgoing, TCP, segment, (stamp ? 32 : 20) + data);
}

static void test_tcp(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	/* The peer begins, and does not hear us: it says the same again */
	tcp(&talk, false, SYN, 700, 0, 0, 0, 0);
	tcp(&talk, true, SYN | ACK, 0xfffffffe, 701, 0, 0, 0);
	tcp(&talk, false, SYN, 700, 0, 0, 0, 0);
	assert_int_equal(talk.answers, 0);
	assert_int_equal(talk.asks, 1);
	/* It does hear us, in numbers that begin anew */
	tcp(&talk, false, ACK, 701, 0xffffffff, 0, 0, 0);
	assert_int_equal(talk.answers, 1);
	tcp(&talk, true, ACK, 0xffffffff, 701, 0, 0, 50);
	tcp(&talk, false, ACK, 701, 49, 0, 0, 0);
	assert_int_equal(talk.answers, 2);
	/* What we have not sent is no answer */
	tcp(&talk, false, ACK, 701, 50, 0, 0, 0);
	tcp(&talk, false, ACK, 701, 0xfffffffe, 0, 0, 0);
	assert_int_equal(talk.answers, 2);
}

/* What the host on the other side is asked, and whether anything comes from it */
static void test_silence(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	tcp(&talk, true, SYN, 900, 0, 0, 0, 0);
	tcp(&talk, true, SYN, 900, 0, 0, 0, 0);
	tcp(&talk, true, ACK, 901, 0, 0, 0, 0);
	assert_int_equal(talk.flows[0].asked, 2);
	assert_int_equal(talk.host_count, 1);
	assert_false(talk.heard[0]);
	tcp(&talk, false, SYN, 5, 0, 0, 0, 0);
	assert_int_equal(talk.host_count, 1);
	assert_true(talk.heard[0]);
	assert_int_equal(talk.answers, 0);
}

static void test_stamps(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	/* It sends data, we only acknowledge: in vain */
	tcp(&talk, true, ACK, 900, 1000, 60, 30, 0);
	tcp(&talk, false, ACK, 1000, 900, 31, 59, 80);
	tcp(&talk, true, ACK, 900, 1080, 61, 31, 0);
	tcp(&talk, false, ACK, 1000, 900, 32, 59, 80);
	tcp(&talk, false, ACK, 1000, 900, 32, 60, 80);
	assert_int_equal(talk.answers, 0);
	assert_int_equal(talk.asks, 0);
	/* It has heard the second one */
	tcp(&talk, false, ACK, 1080, 900, 33, 61, 80);
	assert_int_equal(talk.answers, 1);
	tcp(&talk, false, ACK, 1080, 900, 34, 62, 80);
	assert_int_equal(talk.answers, 1);
}

/* @from, @to: ports, @outgoing or the reverse */
static void udp(struct talk *talk, bool outgoing, uint16_t from, uint16_t to)
{
	uint8_t datagram[12] = { (uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(to >> 8),
				 (uint8_t)to, 0, 12 };

	take(talk, outgoing, UDP, datagram, sizeof(datagram));
}

static void test_udp(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	/* A service of ours is asked again and again, and answers */
	udp(&talk, false, 5353, 53);
	udp(&talk, true, 53, 5353);
	udp(&talk, false, 5353, 53);
	/* Both may have begun */
	udp(&talk, true, 5060, 5060);
	udp(&talk, false, 5060, 5060);
	/* It has begun, and our answer is not the first one */
	udp(&talk, false, 53, 5354);
	udp(&talk, true, 5354, 53);
	udp(&talk, false, 53, 5354);
	assert_int_equal(talk.answers, 0);
	assert_int_equal(talk.tells, 3);
	udp(&talk, true, 5355, 53);
	udp(&talk, false, 53, 5355);
	assert_int_equal(talk.answers, 1);
	/* Knocks of our own ask for nothing that anybody needs */
	udp(&talk, true, 5356, ECHO_PORT_NOBODY);
	assert_int_equal(talk.tells, 4);
}

static void test_icmp(void **state)
{
	static const uint8_t ask[8] = { ECHO4, 0, 0, 0, 1, 2 };
	static const uint8_t answer[8] = { REPLY4, 0, 0, 0, 1, 2 };
	static const uint8_t other[8] = { REPLY4, 0, 0, 0, 1, 3 };
	uint8_t error[8 + 28] = { 11 }, knock[8] = { 1, 2, 3, 4 };
	struct talk talk = { 0 };

	(void)state;
	/* The peer's pings, which we answer, and a reply that nobody has asked for */
	take(&talk, false, ICMP4, ask, sizeof(ask));
	take(&talk, true, ICMP4, answer, sizeof(answer));
	take(&talk, false, ICMP4, ask, sizeof(ask));
	take(&talk, false, ICMP4, other, sizeof(other));
	assert_int_equal(talk.answers, 0);
	assert_int_equal(talk.host_count, 1);
	assert_memory_equal(talk.hosts[0].bytes, "\12\2\0\2", 4);
	take(&talk, true, ICMP4, ask, sizeof(ask));
	take(&talk, false, ICMP4, answer, sizeof(answer));
	assert_int_equal(talk.answers, 1);
	/* An error about what we have not seen go out, and about what we have */
	packet(error + 8, true, UDP, knock, sizeof(knock));
	take(&talk, false, ICMP4, error, sizeof(error));
	assert_int_equal(talk.answers, 1);
	take(&talk, true, UDP, knock, sizeof(knock));
	take(&talk, false, ICMP4, error, sizeof(error));
	assert_int_equal(talk.answers, 2);
	assert_int_equal(talk.asks, 0);
}

/* More flows than are remembered */
static void test_many(void **state)
{
	struct talk talk = { 0 };
	uint16_t i;

	(void)state;
	for (i = 0; i < 2 * TALK_FLOWS; i++)
		udp(&talk, true, (uint16_t)(2000 + i), 53);
	assert_int_equal(talk.flow_count, TALK_FLOWS);
	udp(&talk, false, 53, 2000);
	udp(&talk, false, 53, 2000 + TALK_FLOWS);
	assert_int_equal(talk.answers, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

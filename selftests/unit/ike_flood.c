// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * First messages by the thousand, from strangers that may not exist: their number is bounded, they
 * cost little, and the true peer gets through meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/engine.h"
#include "ike/phase1.h"
#include "lib/couple.h"

/* The first message once more, as one of another: ten come in a millisecond. */
static void another(struct world *w, const struct ike_endpoint *from, uint8_t *first,
		    size_t length, unsigned int number)
{
	const struct ike_endpoint to = { w->sides[1].address, IKE_PORT };

	memcpy(first, &number, sizeof(number));
	first[7] = 1;
	world_forge(w, from, &to, first, length);
	world_run(w, w->now + (number % 10 == 0), NULL);
}

/* Twenty thousand strangers begin, and a real peer connects meanwhile. */
static void test_flood(void **state)
{
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1), right = world_connection(w, 1, 0);
	struct ike_endpoint from = { { AF_INET, { 172, 16 } }, IKE_PORT };
	struct ike_counters counters;
	uint8_t first[2048];
	size_t length = 0;
	unsigned int i;

	right.remote = (struct ike_address){ 0 };
	world_add(w, 1, &right);
	left.start = IKE_START_ALWAYS;
	world_add(w, 0, &left);
	assert_true(w->datagram_count == 1);
	length = w->datagrams[0].length;
	memcpy(first, w->datagrams[0].bytes, length);
	world_off(w, 0);
	world_run(w, w->now + 1 * SECONDS, NULL);
	for (i = 0; i < 20000; i++) {
		from.address.bytes[2] = i >> 8;
		from.address.bytes[3] = i;
		another(w, &from, first, length, i);
		if (i == 10000) {
			world_on(w, 0);
			world_add(w, 0, &left);
		}
	}
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	ike_counters(w->sides[1].ike, &counters);
	assert_in_range(counters.half_open, 1, 1000);
	world_run(w, w->now + 60 * SECONDS, NULL);
	ike_counters(w->sides[1].ike, &counters);
	assert_int_equal(counters.half_open, 0);
	assert_true(couple_up(w));
	world_free(w);
}

/* Both begin; @first: what is on its way, to come again with other cookies. Returns its length. */
static size_t first_message(struct couple *s, struct world *w, uint8_t *first)
{
	couple_add(s, w);
	memcpy(first, w->datagrams[0].bytes, w->datagrams[0].length);
	return w->datagrams[0].length;
}

/* The same with the true peer's own address: it gets through while they come. */
static void test_impostors(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { w->sides[0].address, IKE_PORT };
	struct ike_endpoint to = { w->sides[1].address, IKE_PORT };
	struct ike_counters counters;
	uint8_t first[2048];
	unsigned int i;
	size_t length;

	length = first_message(&s, w, first);
	for (i = 0; i < 20000; i++) {
		memcpy(first, &i, sizeof(i));
		first[7] = 1;
		world_forge(w, &from, &to, first, length);
		world_run(w, w->now + (i % 5 == 0), NULL);
		ike_counters(w->sides[1].ike, &counters);
		assert_true(counters.half_open <= 250);
	}
	assert_true(couple_up(w));
	assert_null(world_esp(w, 0, 1, true));
	world_run(w, w->now + 60 * SECONDS, NULL);
	ike_counters(w->sides[1].ike, &counters);
	assert_int_equal(counters.half_open, 0);
	world_free(w);
}

static struct bytes answer_of(const struct session *s)
{
	return blob_bytes(&s->main.phase1->gxr);
}

/* Of the right side's half-open sessions: those with all keys, and those with a key pair again. */
static void count_answers(const struct world *w, unsigned int *computed, unsigned int *same)
{
	const struct half_open *h = &w->sides[1].ike->half_open;
	unsigned int i, j;

	*computed = *same = 0;
	for (i = 0; i < h->count; i++) {
		*computed += h->all[i]->keys;
		for (j = 0; j < i; j++)
			if (bytes_equal(answer_of(h->all[i]), answer_of(h->all[j])))
				break;
		*same += j < i;
	}
}

/* The true peer's answers take time: its session had to make room, and is made again for it. */
static void slow_peer(enum ike_exchange exchange)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { w->sides[0].address, IKE_PORT };
	struct ike_counters counters;
	uint8_t first[2048];
	unsigned int i, computed, same;
	size_t length;

	s.left.exchange = s.right.exchange = exchange;
	w->latency = 100;
	length = first_message(&s, w, first);
	for (i = 0; i < 10000; i++) {
		another(w, &from, first, length, i);
	}
	assert_true(couple_up(w));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_INITIATING], 1);
	assert_null(world_esp(w, 0, 1, true));
	ike_counters(w->sides[1].ike, &counters);
	assert_in_range(counters.half_open, 1, 250);
	/* They share key pairs, though one address does not fill all the places. */
	count_answers(w, &computed, &same);
	if (exchange == IKE_AGGRESSIVE_MODE)
		assert_in_range(same, 200, 249);
	world_run(w, w->now + 60 * SECONDS, NULL);
	ike_counters(w->sides[1].ike, &counters);
	assert_int_equal(counters.half_open, 0);
	world_free(w);
}

static void test_slow_peer(void **state)
{
	slow_peer(IKE_MAIN_MODE);
	slow_peer(IKE_AGGRESSIVE_MODE);
}

/* Makes a first message longer by a vendor ID. Returns its length. */
static size_t lengthen(uint8_t *first, size_t length, size_t more)
{
	size_t at = 28, total = length + more;
	unsigned int i;

	while (first[at])
		at += first[at + 2] << 8 | first[at + 3];
	first[at] = IKE_PAYLOAD_VENDOR;
	memset(first + length, 0, more);
	first[length + 2] = more >> 8;
	first[length + 3] = more & 0xff;
	for (i = 0; i < 4; i++)
		first[24 + i] = total >> 8 * (3 - i);
	return total;
}

/*
 * The one that goes on is the oldest of those that are kept, and there is no room: another one is
 * put away for it, which must not take its place before it is made again.
 */
static void oldest_resumes(enum ike_exchange exchange)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { w->sides[0].address, IKE_PORT };
	struct ike_endpoint to = { w->sides[1].address, IKE_PORT };
	const struct evicted *e = &w->sides[1].ike->half_open.evicted;
	uint8_t first[8192];
	unsigned int i;
	size_t length, before, step = 0;

	s.left.exchange = s.right.exchange = exchange;
	w->sides[1].ike->limits.half_open = 1;
	w->latency = 100;
	length = first_message(&s, w, first);
	length = lengthen(first, length, sizeof(first) - length);
	world_run(w, w->now + 100, NULL);
	for (i = 1; e->bytes + step <= 8 << 20; i++) {
		before = e->bytes;
		memcpy(first, &i, sizeof(i));
		world_forge(w, &from, &to, first, length);
		world_run(w, w->now, NULL);
		step = e->bytes - before;
	}
	assert_in_range(i, 500, 2000);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_INITIATING], 1);
	world_free(w);
}

static void test_oldest_resumes(void **state)
{
	oldest_resumes(IKE_MAIN_MODE);
	oldest_resumes(IKE_AGGRESSIVE_MODE);
}

/* One address may not take all the places. */
static void test_one_source(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { w->sides[0].address, IKE_PORT };
	struct ike_endpoint to = { w->sides[1].address, IKE_PORT };
	struct ike_counters counters;
	uint8_t first[2048];
	size_t length;
	unsigned int i;

	length = first_message(&s, w, first);
	for (i = 1; i < 700; i++) {
		memcpy(first, &i, sizeof(i));
		world_forge(w, &from, &to, first, length);
	}
	world_run(w, w->now, NULL);
	ike_counters(w->sides[1].ike, &counters);
	assert_int_equal(counters.half_open, 250);
	assert_true(counters.half_open_refused > 400);
	/* When they are over, the true one gets through. */
	assert_true(world_run(w, w->now + 120 * SECONDS, couple_up));
	world_free(w);
}

/*
 * Aggressive mode answers the first message with a proof. That of a pre-shared key takes no g^xy,
 * and in a flood not even a key pair for each.
 */
static void test_aggressive_flood(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);
	struct ike_endpoint from = { { AF_INET, { 172, 16 } }, IKE_PORT };
	unsigned int i, computed, same;
	struct ike_counters counters;
	uint8_t first[2048];
	size_t length;

	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	s.left.local_id = s.right.remote_id = "spoke.example.com";
	s.right.remote = (struct ike_address){ 0 };
	length = first_message(&s, w, first);
	world_off(w, 0);
	world_run(w, w->now + 60 * SECONDS, NULL);
	for (i = 0; i < 20000; i++) {
		from.address.bytes[2] = i >> 8;
		from.address.bytes[3] = i;
		another(w, &from, first, length, i);
		if (i == 200) {
			count_answers(w, &computed, &same);
			assert_int_equal(computed, 0);
			assert_int_equal(same, 0);
		}
		if (i == 10000) {
			world_on(w, 0);
			world_add(w, 0, &s.left);
		}
	}
	assert_true(couple_up(w));
	couple_carries(w);
	count_answers(w, &computed, &same);
	assert_int_equal(computed, 0);
	assert_in_range(same, 900, 1000);
	world_run(w, w->now + 60 * SECONDS, NULL);
	ike_counters(w->sides[1].ike, &counters);
	assert_int_equal(counters.half_open, 0);
	for (i = 0; i < SHARED_PAIRS; i++)
		assert_null(w->sides[1].ike->half_open.pairs[i].dh);
	world_free(w);
}

/* Before the answer of the peer a stranger's, whose HASH is another one. */
static enum verdict other_hash(struct world *w, const struct datagram *d)
{
	uint8_t copy[2048], type = d->bytes[16];
	size_t at = 28;

	if (d->forged || d->sender != 1 || d->bytes[18] != IKE_EXCHANGE_AGGRESSIVE)
		return WORLD_PASS;
	while (type != IKE_PAYLOAD_HASH) {
		type = d->bytes[at];
		at += d->bytes[at + 2] << 8 | d->bytes[at + 3];
		assert_true(at < d->length && d->length <= sizeof(copy));
	}
	memcpy(copy, d->bytes, d->length);
	for (copy[at + 4] += 64; copy[at + 4] != d->bytes[at + 4]; copy[at + 4] += 64)
		world_forge(w, &d->from, &d->to, copy, d->length);
	return WORLD_PASS;
}

/* Nor does an answer of aggressive mode cost its initiator g^xy, before the HASH is right. */
static void test_aggressive_answers(void **state)
{
	struct couple s;
	struct world *w = couple_begin(&s, 1);

	s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
	w->judge = other_hash;
	assert_true(couple_go(&s, w, 60 * SECONDS));
	couple_carries(w);
	assert_int_equal(w->sides[0].last_error, IKE_ERROR_PSK_MISMATCH);
	assert_int_equal(w->sides[0].keys, 1);
	assert_int_equal(w->sides[1].keys, 1);
	world_free(w);
}

/* RFC 6989 2.1: a public value that cannot be one is not answered, although it is not used yet */
static void test_bad_value(void **state)
{
	static const uint8_t kinds[] = { 0, 1, 0xff };
	struct couple s;
	struct ike_endpoint from = { { AF_INET, { 172, 16, 0, 1 } }, IKE_PORT };
	const char *group[] = { "aes128-sha1-modp1024" };
	uint8_t first[2048];
	size_t length, at, i;

	for (i = 0; i < sizeof(kinds); i++) {
		struct world *w = couple_begin(&s, 1);
		struct ike_endpoint to = { w->sides[1].address, IKE_PORT };

		s.left.exchange = s.right.exchange = IKE_AGGRESSIVE_MODE;
		s.left.local_id = s.right.remote_id = "spoke.example.com";
		s.left.ike = s.right.ike = group;
		s.left.ike_count = s.right.ike_count = 1;
		s.right.remote = (struct ike_address){ 0 };
		length = first_message(&s, w, first);
		world_off(w, 0);
		world_run(w, w->now + 60 * SECONDS, NULL);
		/* Behind SA comes KE: 0, 1, or more than the prime */
		at = 28 + (first[30] << 8 | first[31]) + 4;
		memset(first + at, kinds[i] == 0xff ? 0xff : 0, 128);
		first[at + 127] = kinds[i];
		world_forge(w, &from, &to, first, length);
		world_run(w, w->now + 1 * SECONDS, NULL);
		assert_true(world_said(w, 1, IKE_EVENT_DROPPED, "RFC 6989"));
		assert_int_equal(w->sides[1].ike->half_open.count, 0);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_impostors),
		cmocka_unit_test(test_slow_peer),
		cmocka_unit_test(test_oldest_resumes),
		cmocka_unit_test(test_one_source),
		cmocka_unit_test(test_aggressive_flood),
		cmocka_unit_test(test_aggressive_answers),
		cmocka_unit_test(test_bad_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was said once under a phase 1 is never believed again, as long as its keys live: neither
 * what the peer has said, nor what we have said ourselves and somebody sends back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/message_ids.h"
#include "ike/numbers.h"
#include "ike/session.h"
#include "lib/couple.h"

/* The first message of dead peer detection that the left side sends, and their number. */
struct recording {
	unsigned int count;
	size_t length;
	uint8_t bytes[512];
};

#define MARKER 4 /* RFC 3948 2.2 */

static enum verdict record(struct world *w, const struct datagram *d)
{
	struct recording *r = w->test;

	if (d->sender || d->length < 19 + MARKER || d->length > sizeof(r->bytes) ||
	    d->bytes[18 + MARKER] != IKE_EXCHANGE_INFORMATIONAL)
		return WORLD_PASS;
	if (!r->count++) {
		r->length = d->length;
		memcpy(r->bytes, d->bytes, d->length);
	}
	return WORLD_PASS;
}

/* The left side is behind a NAT and has asked the right one often. */
static struct world *begin(struct recording *r)
{
	struct world *w = world_new(1, 2);
	struct couple c;

	world_nat(w, 0);
	couple_make(&c, w);
	w->judge = record;
	w->test = r;
	c.left.dpd_delay = 1;
	c.left.dpd_timeout = 30;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	world_run(w, w->now + 1200 * SECONDS, NULL);
	assert_in_range(r->count, 1000, 1300);
	assert_in_range(r->length, 60, sizeof(r->bytes));
	return w;
}

static struct session *session_of(struct world *w, unsigned int side)
{
	return w->sides[side].ike->sessions;
}

/* Played again from elsewhere it moves nobody, is not answered and does not count as alive. */
static void test_replayed(void **state)
{
	const struct ike_endpoint from = { { AF_INET, { 172, 16, 0, 9 } }, IKE_PORT_NATT };
	struct recording r = { 0 };
	struct world *w = begin(&r);
	const struct ike_endpoint to = { w->sides[1].address, IKE_PORT_NATT };
	struct session *s = session_of(w, 1);
	struct ike_endpoint before = s->remote;
	uint64_t seen = s->seen, sent = w->sides[1].sent, digest = world_digest(w, 1);

	world_forge(w, &from, &to, r.bytes, r.length);
	world_run(w, w->now, NULL);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_PEER_MOVED], 0);
	assert_true(ike_endpoint_equal(&s->remote, &before));
	assert_true(s->seen == seen);
	assert_true(w->sides[1].sent == sent);
	assert_true(world_digest(w, 1) == digest);
	couple_carries(w);
	world_free(w);
}

/* The HASH does not say who has made it: what comes back is not the peer's. */
static void test_reflected(void **state)
{
	struct recording r = { 0 };
	struct world *w = begin(&r);
	const struct ike_endpoint from = { w->sides[1].address, IKE_PORT_NATT };
	const struct ike_endpoint to = { w->sides[0].public, w->sides[0].mapped[1] };
	struct session *s = session_of(w, 0);
	uint64_t seen, sent, received;

	/* Nothing is under way now. */
	world_run(w, w->now + 500, NULL);
	seen = s->seen;
	sent = w->sides[0].sent;
	received = w->sides[0].received;
	world_forge(w, &from, &to, r.bytes, r.length);
	world_run(w, w->now, NULL);
	assert_true(w->sides[0].received == received + 1);
	assert_true(s->seen == seen);
	assert_true(w->sides[0].sent == sent);
	couple_carries(w);
	world_free(w);
}

static void test_ids(void **state)
{
	struct message_ids ids;
	uint32_t ours[2000], id;
	unsigned int i, used = 0;

	message_ids_init(&ids, 0);
	assert_true(message_ids_fresh(&ids, 0x9e3779b1));
	message_ids_use(&ids, 0x9e3779b1);
	assert_int_equal(ids.room, 16);
	for (i = 0; i < 2000; i++) {
		ours[i] = message_ids_next(&ids);
		assert_int_not_equal(ours[i], 0);
		assert_int_not_equal(ours[i], 0x9e3779b1);
	}
	for (i = 0; i < 2000; i++)
		assert_false(message_ids_fresh(&ids, ours[i]));
	assert_false(message_ids_fresh(&ids, 0x9e3779b1));
	/* The peer's, in no order; the few that ours happen to be are not taken. */
	for (id = 12345, i = 0; i < 50000; id = id * 1664525 + 1013904223, i++) {
		if (!message_ids_fresh(&ids, id))
			continue;
		message_ids_use(&ids, id);
		used++;
	}
	assert_in_range(used, 49900, 50000);
	for (id = 12345, i = 0; i < 50000; id = id * 1664525 + 1013904223, i++)
		assert_false(message_ids_fresh(&ids, id));
	assert_true(message_ids_fresh(&ids, id));
	message_ids_free(&ids);
}

static void test_full(void **state)
{
	struct message_ids ids;
	uint32_t id;

	message_ids_init(&ids, 0x80000000);
	for (id = 1; id <= 2 * MESSAGE_IDS_MANY; id++) {
		assert_int_equal(message_ids_many(&ids), id > MESSAGE_IDS_MANY);
		assert_true(message_ids_fresh(&ids, id));
		message_ids_use(&ids, id);
		/* None is forgotten, however many came since. */
		assert_false(message_ids_fresh(&ids, 1));
	}
	assert_false(message_ids_fresh(&ids, id));
	message_ids_free(&ids);
}

/* So many that phase 1 is renewed: make-before-break, and the log says why. */
static void test_many(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct session *s;
	uint32_t id;

	assert_true(couple_go(&c, w, 5 * SECONDS));
	s = session_of(w, 0);
	for (id = 1; id <= MESSAGE_IDS_MANY; id++)
		if (message_ids_fresh(&s->ids, id))
			session_use_id(s, id);
	session_use_id(s, id);
	world_touched(w, 0);
	world_run(w, w->now + 200 * SECONDS, NULL);
	assert_true(world_said(w, 0, IKE_EVENT_INITIATING, "very many message ids"));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_int_equal(world_ike_sas(w, 0), 1);
	assert_int_equal(world_ike_sas(w, 1), 1);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	assert_int_equal(session_of(w, 0)->ids.count, 0);
	couple_carries(w);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_reflected),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

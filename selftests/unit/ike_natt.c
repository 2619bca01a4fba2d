// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NAT traversal's forms: ports of our own choice, the drafts, transport mode behind NAT.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/message.h"
#include "ike/vendor.h"
#include "lib/couple.h"

static void custom_ports(struct world *w, unsigned int side, uint16_t port, uint16_t natt_port)
{
	w->sides[side].ports[0] = port;
	w->sides[side].ports[1] = natt_port;
	ike_set_ports(w->sides[side].ike, port, natt_port);
}

/* Left initiates; what the right has to offer comes from @right. */
static struct world *begin(struct ike_connection *left, struct ike_connection *right, bool nat)
{
	struct world *w = world_new(1, 2);

	if (nat)
		world_nat(w, 0);
	*left = world_connection(w, 0, 1);
	*right = world_connection(w, 1, 0);
	left->start = IKE_START_ALWAYS;
	return w;
}

static void go(struct world *w, const struct ike_connection *left,
	       const struct ike_connection *right)
{
	world_add(w, 1, right);
	world_add(w, 0, left);
	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	couple_carries(w);
}

/* Without NAT, other ports are no NAT: they stand in the hashes (RFC 3947 3.2). */
static void test_ports(void **state)
{
	struct ike_connection left, right;
	struct world *w = begin(&left, &right, false);

	custom_ports(w, 0, 1500, 14500);
	custom_ports(w, 1, 2500, 24500);
	left.remote_port = 2500;
	left.remote_natt_port = 24500;
	go(w, &left, &right);
	assert_false(couple_outbound(w, 0)->sa.encap);
	assert_false(couple_outbound(w, 1)->sa.encap);
	assert_true(world_said(w, 0, IKE_EVENT_IKE_UP, "NAT: none"));
	assert_true(world_said(w, 1, IKE_EVENT_IKE_UP, "NAT: none"));
	world_free(w);
}

static void test_ports_and_nat(void **state)
{
	struct ike_connection left, right;
	struct world *w = begin(&left, &right, true);

	custom_ports(w, 0, 1500, 14500);
	custom_ports(w, 1, 2500, 24500);
	left.remote_port = 2500;
	left.remote_natt_port = 24500;
	go(w, &left, &right);
	assert_true(couple_outbound(w, 0)->sa.encap);
	assert_int_equal(couple_outbound(w, 0)->sa.encap_local_port, 14500);
	assert_int_equal(couple_outbound(w, 0)->sa.encap_remote_port, 24500);
	assert_int_equal(couple_outbound(w, 1)->sa.encap_local_port, 24500);
	assert_int_equal(couple_outbound(w, 1)->sa.encap_remote_port, w->sides[0].mapped[1]);
	world_free(w);
}

/* All on one port from the first message on. */
static void test_natt_port_alone(void **state)
{
	struct ike_connection left, right;
	struct world *w = begin(&left, &right, true);

	custom_ports(w, 1, 2500, 24500);
	left.remote_port = left.remote_natt_port = 24500;
	go(w, &left, &right);
	assert_true(couple_outbound(w, 0)->sa.encap);
	assert_int_equal(w->sides[0].mapped[0], 0);
	world_free(w);
}

/* Damages the vendor IDs of the versions before @test: the peer does not know those. */
static enum verdict age(struct world *w, const struct datagram *d)
{
	const enum vendor_kind *oldest = w->test;
	static const enum vendor_kind order[] = {
		VENDOR_NATT_RFC3947, VENDOR_NATT_DRAFT_03, VENDOR_NATT_DRAFT_02N,
	};
	struct bytes id;
	size_t i, at;

	for (i = 0; i < 3 && order[i] != *oldest; i++) {
		id = vendor_of(order[i])->id;
		for (at = 0; at + id.len <= d->length && d->bytes[19] == 0; at++)
			if (!memcmp(d->bytes + at, id.data, id.len))
				d->bytes[at] ^= 1;
	}
	return WORLD_PASS;
}

static void test_drafts(void **state)
{
	static const struct {
		enum vendor_kind kind;
		bool aggressive;
	} rows[] = {
		{ VENDOR_NATT_DRAFT_03, false }, { VENDOR_NATT_DRAFT_02N, false },
		{ VENDOR_NATT_DRAFT_02, false }, { VENDOR_NATT_DRAFT_03, true },
		{ VENDOR_NATT_DRAFT_02, true },
	};
	struct ike_connection left, right;
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = begin(&left, &right, true);

		w->judge = age;
		w->test = (void *)&rows[i].kind;
		if (rows[i].aggressive)
			left.exchange = right.exchange = IKE_AGGRESSIVE_MODE;
		go(w, &left, &right);
		assert_true(couple_outbound(w, 0)->sa.encap);
		assert_true(couple_outbound(w, 1)->sa.encap);
		/* The log names it, in one line. */
		snprintf(name, sizeof(name), "%s", vendor_of(rows[i].kind)->name);
		assert_true(world_said(w, 0, IKE_EVENT_IKE_UP, name));
		assert_null(strchr(name, '\\'));
		world_free(w);
	}
}

static void see(void *ctx, const struct ike_status_connection *status)
{
	*(struct ike_contact *)ctx = status->contact;
}

static struct ike_contact contact(struct world *w, unsigned int side)
{
	static const struct ike_visitor visitor = { .connection = see };
	struct ike_contact seen = { 0 };

	assert_true(ike_status(w->sides[side].ike, "test", w->now, &visitor, &seen));
	return seen;
}

static enum verdict lose_natt(struct world *w, const struct datagram *d)
{
	(void)w;
	return d->to.port == IKE_PORT_NATT ? WORLD_DROP : WORLD_PASS;
}

/* How much was sent since the peer was last heard: on the second port, and on either */
static void test_unanswered(void **state)
{
	struct ike_connection left, right;
	struct world *w = begin(&left, &right, true);
	struct ike_contact up, lost;

	(void)state;
	left.dpd_delay = 10;
	left.dpd_timeout = 30;
	right.dpd_delay = 0;
	go(w, &left, &right);
	world_run(w, w->now + 95 * SECONDS, NULL);
	up = contact(w, 0);
	assert_true(up.received_natt > 9);
	/* The last message of an exchange has no answer; a question may be on its way */
	assert_true(up.unanswered <= 1 && up.unanswered_natt <= 1);
	w->judge = lose_natt;
	world_run(w, w->now + 25 * SECONDS, NULL);
	lost = contact(w, 0);
	assert_int_equal(lost.received_natt, up.received_natt);
	assert_true(lost.unanswered_natt >= 3);
	assert_int_equal(lost.unanswered_natt, lost.unanswered);
	/* Begun anew, it is heard on the first port, and no further */
	world_run(w, w->now + 60 * SECONDS, NULL);
	assert_false(couple_up(w));
	assert_true(contact(w, 0).received > lost.received);
	assert_true(contact(w, 0).unanswered_natt > lost.unanswered_natt);
	w->judge = NULL;
	assert_true(world_run(w, w->now + 120 * SECONDS, couple_up));
	assert_true(contact(w, 0).unanswered_natt <= 1);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_ports_and_nat),
		cmocka_unit_test(test_natt_port_alone),
		cmocka_unit_test(test_drafts),
		cmocka_unit_test(test_unanswered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

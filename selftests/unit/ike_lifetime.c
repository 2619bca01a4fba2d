// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RESPONDER-LIFETIME (RFC 2407 4.6.3.1) outside quick mode: of phase 1, in main mode's last message
 * and by itself, and of a child by itself. It only ever makes a life shorter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child.h"
#include "ike/informational.h"
#include "ike/session.h"
#include "lib/couple.h"

static struct session *session_of(struct world *w, unsigned int side)
{
	return w->sides[side].ike->sessions;
}

/* How long each side keeps phase 1; the left one begins. */
static struct world *begin(uint32_t left, uint32_t right, enum ike_exchange exchange)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);

	c.left.exchange = c.right.exchange = exchange;
	c.left.ike_lifetime = left;
	c.right.ike_lifetime = right;
	c.left.esp_lifetime = c.right.esp_lifetime = 3000;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	world_run(w, w->now + 1 * SECONDS, NULL);
	return w;
}

static void test_last_message(void **state)
{
	struct world *w = begin(3000, 300, IKE_MAIN_MODE);

	assert_true(world_said(w, 0, IKE_EVENT_STEP, "for a shorter time: lifetime 300 s"));
	assert_true(world_said(w, 0, IKE_EVENT_IKE_UP, "lifetime 300 s"));
	assert_int_equal(session_of(w, 0)->lifetime, 300);
	/* Whoever began it renews it, before its end. */
	world_run(w, w->now + 290 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_INITIATING], 2);
	assert_int_equal(w->sides[1].counts[IKE_EVENT_INITIATING], 0);
	couple_carries(w);
	world_free(w);
}

/* Who keeps it for as long, or longer, says nothing; nor in the clear, as in aggressive mode. */
static void test_nothing_to_say(void **state)
{
	struct world *w = begin(300, 300, IKE_MAIN_MODE);

	assert_int_equal(session_of(w, 0)->lifetime, 300);
	assert_false(world_said(w, 0, IKE_EVENT_STEP, "for a shorter time"));
	world_free(w);
	w = begin(300, 3000, IKE_MAIN_MODE);
	assert_int_equal(session_of(w, 0)->lifetime, 300);
	assert_int_equal(session_of(w, 1)->lifetime, 300);
	assert_false(world_said(w, 0, IKE_EVENT_STEP, "for a shorter time"));
	world_free(w);
	w = begin(3000, 300, IKE_AGGRESSIVE_MODE);
	assert_int_equal(session_of(w, 0)->lifetime, 3000);
	world_free(w);
}

/* The right side says so, and the left one hears it. */
static void tell(struct world *w, uint8_t protocol, struct bytes spi, uint16_t type,
		 uint32_t seconds)
{
	uint8_t attributes[16];
	struct writer a = writer_of(attributes, sizeof(attributes));
	struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = protocol, .spi = spi,
			    .type = IKE_N_RESPONDER_LIFETIME };

	attribute_write(&a, type, IKE_LIFE_SECONDS);
	attribute_write_life(&a, type + 1, seconds);
	n.data = writer_from(&a, 0);
	informational_notify(session_of(w, 1), &n, NULL);
	world_touched(w, 1);
	world_run(w, w->now + 1 * SECONDS, NULL);
}

static void test_phase1(void **state)
{
	static const uint16_t types[] = { IKE_ATTR_LIFE_TYPE, IPSEC_ATTR_LIFE_TYPE };
	uint8_t cookies[16];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct world *w = begin(3000, 3000, IKE_MAIN_MODE);
		struct session *s = session_of(w, 0);
		struct bytes spi = bytes_of(cookies, i & 2 ? sizeof(cookies) : 0);
		uint16_t type = types[i & 1];

		memcpy(cookies, s->cookie_i, 8);
		memcpy(cookies + 8, s->cookie_r, 8);
		/* Longer; of another one; none */
		tell(w, IKE_PROTO_ISAKMP, spi, type, 4000);
		assert_int_equal(s->lifetime, 3000);
		tell(w, IKE_PROTO_ISAKMP, bytes_of("another's cookie", 16), type, 100);
		assert_int_equal(s->lifetime, 3000);
		tell(w, IKE_PROTO_ISAKMP, spi, type, 0);
		assert_int_equal(s->lifetime, 3000);
		tell(w, IKE_PROTO_ISAKMP, spi, type, 100);
		assert_int_equal(s->lifetime, 100);
		tell(w, IKE_PROTO_ISAKMP, spi, type, 200);
		assert_int_equal(s->lifetime, 100);
		world_run(w, w->now + 100 * SECONDS, NULL);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_IKE_UP], 2);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_UP], 1);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 0);
		couple_carries(w);
		world_free(w);
	}
}

static void test_child(void **state)
{
	struct world *w = begin(3000, 3000, IKE_MAIN_MODE);
	struct child *c = w->sides[0].ike->children;
	uint8_t spi[4];

	spi_write(spi, c->parts[0].spi_out);
	tell(w, IKE_PROTO_AH, bytes_of(spi, 4), IPSEC_ATTR_LIFE_TYPE, 100);
	assert_int_equal(c->lifetime, 3000);
	tell(w, IKE_PROTO_ESP, bytes_of(spi, 4), IPSEC_ATTR_LIFE_TYPE, 100);
	assert_int_equal(c->lifetime, 100);
	assert_int_equal(session_of(w, 0)->lifetime, 3000);
	world_run(w, w->now + 100 * SECONDS, NULL);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 1);
	assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
	couple_carries(w);
	world_free(w);
}

/* A peer that says very little cannot make us negotiate all the time. */
static void test_least(void **state)
{
	struct world *w = begin(3000, 3000, IKE_MAIN_MODE);

	tell(w, IKE_PROTO_ISAKMP, bytes_of(NULL, 0), IKE_ATTR_LIFE_TYPE, 1);
	assert_int_equal(session_of(w, 0)->lifetime, 10);
	couple_carries(w);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_message),
		cmocka_unit_test(test_nothing_to_say),
		cmocka_unit_test(test_phase1),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

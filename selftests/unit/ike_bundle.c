// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles: AH around ESP, of two proposals with one number (RFC 2408 4.2), between two engines;
 * they come, are renewed and go together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child.h"
#include "lib/couple.h"

static const char *const suites[] = { "aes128gcm16", "aes256-sha256" };
static const char *const hashes[] = { "sha256", "sha512" };
static const char *const pfs_suites[] = { "aes128gcm16-ecp256", "aes256-sha256-modp1024" };
static const char *const pfs_hashes[] = { "sha256-modp1024" };

static void bundle(struct ike_connection *c)
{
	c->esp = suites;
	c->ah = hashes;
	c->esp_count = c->ah_count = 2;
}

static struct world *prepare(struct couple *c, uint64_t seed)
{
	struct world *w = couple_begin(c, seed);

	bundle(&c->left);
	bundle(&c->right);
	return w;
}

static struct world_sa *find(struct world *w, unsigned int side, enum ike_direction direction,
			     enum ike_protocol protocol)
{
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next)
		if (sa->sa.direction == direction && sa->sa.protocol == protocol)
			break;
	assert_non_null(sa);
	return sa;
}

static bool sends(struct world *w, unsigned int side, uint32_t spi)
{
	struct world_sa *sa;

	for (sa = w->sides[side].sas; sa; sa = sa->next)
		if (sa->sa.direction == IKE_OUT && sa->sa.spi == spi)
			return true;
	return false;
}

/* ESP names the AH around it, which takes in nothing but ESP between the hosts. */
static void assert_bundle(struct world *w, unsigned int side, enum ike_direction direction,
			  enum ike_mode mode)
{
	struct world_sa *esp = find(w, side, direction, IKE_PROTOCOL_ESP);
	struct world_sa *ah = find(w, side, direction, IKE_PROTOCOL_AH);

	assert_int_equal(esp->sa.bundle_spi, ah->sa.spi);
	assert_int_not_equal(esp->sa.spi, ah->sa.spi);
	assert_int_equal(esp->sa.mode, mode);
	assert_int_equal(esp->sa.local_ts.protocol, 0);
	assert_int_equal(ah->sa.bundle_spi, 0);
	assert_int_equal(ah->sa.mode, IKE_MODE_TRANSPORT);
	assert_int_equal(ah->sa.local_ts.protocol, IKE_PROTOCOL_ESP);
	assert_int_equal(ah->sa.remote_ts.protocol, IKE_PROTOCOL_ESP);
	assert_int_equal(ah->sa.remote_ts.prefix, 32);
	assert_true(ike_address_equal(&ah->sa.remote_ts.address, &w->sides[!side].address));
	assert_true(ike_address_equal(&ah->sa.local_ts.address, &w->sides[side].address));
}

static void assert_good(struct world *w, enum ike_mode mode)
{
	unsigned int side;

	couple_carries(w);
	for (side = 0; side < 2; side++) {
		assert_int_equal(w->sides[side].sa_count, 4);
		assert_bundle(w, side, IKE_IN, mode);
		assert_bundle(w, side, IKE_OUT, mode);
		assert_true(world_said(w, side, IKE_EVENT_CHILD_UP, "ESP aes128gcm16"));
		assert_true(world_said(w, side, IKE_EVENT_CHILD_UP, " in AH sha256"));
		assert_true(world_said(w, side, IKE_EVENT_CHILD_UP, ", of AH in 0x"));
	}
}

static void test_modes(void **state)
{
	struct couple c;
	struct world *w = prepare(&c, 1);

	assert_true(couple_go(&c, w, 5 * SECONDS));
	assert_good(w, IKE_MODE_TUNNEL);
	world_free(w);

	w = prepare(&c, 2);
	c.left.mode = c.right.mode = IKE_MODE_TRANSPORT;
	assert_true(ike_selector_parse(&c.left_pair.local, "dynamic"));
	c.left_pair.remote = c.right_pair.local = c.right_pair.remote = c.left_pair.local;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	assert_good(w, IKE_MODE_TRANSPORT);
	world_free(w);
}

/* The groups that both lists have are offered, and no other one. */
static void test_groups(void **state)
{
	struct couple c;
	struct world *w = prepare(&c, 1);
	char error[512];

	c.left.esp = c.right.esp = pfs_suites;
	c.left.ah = c.right.ah = pfs_hashes;
	c.left.ah_count = c.right.ah_count = 1;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	couple_carries(w);
	assert_true(world_said(w, 0, IKE_EVENT_CHILD_UP,
			       "aes256-sha256-modp1024 in AH sha256-modp1024"));
	assert_int_equal(w->sides[0].counts[IKE_EVENT_RETRY], 0);
	c.left.ah = hashes;
	assert_false(ike_connection_check(&c.left, error, sizeof(error)));
	assert_non_null(strstr(error, "ah: with esp both are used together"));
	world_free(w);
}

struct seen_child {
	unsigned int children;
	uint32_t spi_in, ah_spi_in;
	char proposal[64], ah_proposal[64];
};

static void see(void *ctx, const struct ike_status_child *status)
{
	struct seen_child *seen = ctx;

	seen->children++;
	seen->spi_in = status->spi_in;
	seen->ah_spi_in = status->ah_spi_in;
	snprintf(seen->proposal, sizeof(seen->proposal), "%s", status->proposal);
	snprintf(seen->ah_proposal, sizeof(seen->ah_proposal), "%s", status->ah_proposal);
}

static void test_status(void **state)
{
	static const struct ike_visitor visitor = { .child = see };
	struct seen_child seen = { 0 };
	struct couple c;
	struct world *w = prepare(&c, 1);

	assert_true(couple_go(&c, w, 5 * SECONDS));
	assert_true(ike_status(w->sides[0].ike, "test", w->now, &visitor, &seen));
	assert_int_equal(seen.children, 1);
	assert_int_equal(seen.spi_in, find(w, 0, IKE_IN, IKE_PROTOCOL_ESP)->sa.spi);
	assert_int_equal(seen.ah_spi_in, find(w, 0, IKE_IN, IKE_PROTOCOL_AH)->sa.spi);
	assert_string_equal(seen.proposal, "aes128gcm16");
	assert_string_equal(seen.ah_proposal, "sha256");
	world_free(w);
}

/* Renewed by either side, whichever half asks for it, with no packet lost and nothing left. */
static void test_rekey(void **state)
{
	unsigned int variant;

	for (variant = 0; variant < 4; variant++) {
		struct couple c;
		struct world *w = prepare(&c, variant);
		unsigned int i;

		w->loss = variant & 2 ? 100 : 0;
		c.left.esp_lifetime = variant & 1 ? 600 : 120;
		c.right.esp_lifetime = 120;
		assert_true(couple_go(&c, w, 60 * SECONDS));
		for (i = 0; i < 9000; i++) {
			world_run(w, w->now + 100, NULL);
			couple_carries(w);
			assert_in_range(w->sides[0].sa_count, 4, 16);
			if (i == 100 || i == 200)
				ike_sa_expired(w->sides[0].ike,
					       i == 100 ? IKE_PROTOCOL_AH : IKE_PROTOCOL_ESP,
					       i == 100 ? IKE_IN : IKE_OUT,
					       find(w, 0, i == 100 ? IKE_IN : IKE_OUT,
						    i == 100 ? IKE_PROTOCOL_AH :
							       IKE_PROTOCOL_ESP)->sa.spi,
					       IKE_LIMIT_BYTES, w->now);
			world_touched(w, 0);
		}
		assert_in_range(w->sides[0].counts[IKE_EVENT_CHILD_REKEYED], 7, 30);
		assert_int_equal(w->sides[0].counts[IKE_EVENT_CHILD_DOWN], 0);
		world_free(w);
	}
}

/* One message takes both away; either half of it names the child. */
static void test_delete(void **state)
{
	enum ike_protocol half;

	for (half = IKE_PROTOCOL_ESP; half <= IKE_PROTOCOL_AH; half++) {
		struct couple c;
		struct world *w = prepare(&c, half);
		uint32_t spi;
		uint64_t sent;

		assert_true(couple_go(&c, w, 5 * SECONDS));
		world_run(w, w->now + SECONDS, NULL);
		sent = w->sides[0].sent;
		spi = find(w, 0, IKE_IN, half)->sa.spi;
		/* A hard limit of one half in the kernel is the end of both. */
		ike_sa_expired(w->sides[0].ike, half, IKE_IN, spi, IKE_LIMIT_HARD, w->now);
		world_touched(w, 0);
		/* and the begin of the next, since it is wanted */
		assert_int_equal(w->sides[0].sent, sent + 2);
		assert_null(world_outbound(w, 0, &w->sides[1].address));
		world_run(w, w->now + 20, NULL);
		assert_false(sends(w, 1, spi));
		/* Nothing is left of the old one. */
		assert_true(world_run(w, w->now + 10 * SECONDS, couple_up));
		world_run(w, w->now + 20 * SECONDS, NULL);
		assert_int_equal(w->sides[0].sa_count, 4);
		assert_int_equal(w->sides[1].sa_count, 4);
		couple_carries(w);
		ike_stop(w->sides[1].ike, "test", w->now);
		world_touched(w, 1);
		world_run(w, w->now + 300, NULL);
		assert_int_equal(w->sides[1].sa_count, 0);
		assert_int_equal(world_state(w, 0, "test"), IKE_STATE_CONNECTING);
		world_free(w);
	}
}

/* The kernel takes the first and refuses the second: neither stays. */
static void test_half(void **state)
{
	struct couple c;
	struct world *w = prepare(&c, 1);

	w->sides[0].refuse_protocol = IKE_PROTOCOL_AH;
	assert_false(couple_go(&c, w, 10 * SECONDS));
	assert_int_equal(w->sides[0].sa_count, 0);
	assert_int_equal(w->sides[0].last_error, IKE_ERROR_KERNEL);
	w->sides[0].refuse_protocol = 0;
	assert_true(world_run(w, w->now + 120 * SECONDS, couple_up));
	couple_carries(w);
	world_free(w);
}

/* What is wanted on one side only, and what NAT forbids, is said. */
static void test_refusals(void **state)
{
	struct couple c;
	struct world *w = prepare(&c, 1);
	char error[512];

	c.right.ah_count = 0;
	assert_false(couple_go(&c, w, 10 * SECONDS));
	assert_int_equal(w->sides[0].last_error, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	assert_true(world_said(w, 1, IKE_EVENT_REFUSED,
			       "AH sha256, AH sha512 + aes128gcm16, aes256-sha256; allowed"));
	assert_true(world_said(w, 1, IKE_EVENT_REFUSED, "wants AH and ESP together"));
	assert_true(world_said(w, 0, IKE_EVENT_FAILED, "each in AH sha256, sha512"));
	world_free(w);

	w = prepare(&c, 1);
	c.left.esp_count = 0;
	assert_false(couple_go(&c, w, 10 * SECONDS));
	assert_true(world_said(w, 1, IKE_EVENT_REFUSED, "asks for both together"));
	world_free(w);

	w = prepare(&c, 1);
	world_nat(w, 0);
	c.right.remote = w->sides[0].public;
	assert_false(couple_go(&c, w, 10 * SECONDS));
	assert_int_equal(w->sides[0].last_error, IKE_ERROR_NO_PROPOSAL_CHOSEN);
	assert_true(world_said(w, 0, IKE_EVENT_FAILED, "NAT between us, which AH cannot pass"));
	assert_int_equal(w->sides[0].installs + w->sides[1].installs, 0);
	c.left.encap = IKE_ENCAP_FORCE;
	assert_false(ike_connection_check(&c.left, error, sizeof(error)));
	assert_non_null(strstr(error, "ah:"));
	world_free(w);
}

/* One half that changes on the way, or is missing, is no bundle. */
static void test_bad_network(void **state)
{
	unsigned int seed;

	for (seed = 0; seed < 20; seed++) {
		struct couple c;
		struct world *w = prepare(&c, seed);

		w->loss = 250;
		w->twice = w->late = 100;
		w->damage = 30;
		w->jitter = 200;
		c.right.start = seed % 2 ? IKE_START_ALWAYS : IKE_START_WAIT;
		if (!couple_go(&c, w, 900 * SECONDS))
			fail_msg("seed %u: not up", seed);
		assert_null(world_check(w));
		assert_null(w->broken);
		world_free(w);
	}
}

/* What racoon offers: AH as transport around a tunnel of ESP. */
static void test_outer_transport(void **state)
{
	struct proposal_list esp = { 0 }, ah = { 0 };
	struct child_terms terms = { .encap = IPSEC_ENCAP_TUNNEL, .bundle = true,
				     .spi_esp = 0x1000, .spi_ah = 0x2000 };
	struct offer *offer = test_calloc(1, sizeof(*offer));
	struct child_choice choice;
	uint8_t buffer[2048];
	struct fault fault = { 0 };
	struct builder b;
	char why[512];
	size_t at;

	assert_true(proposal_parse(&esp, PROPOSAL_ESP, "aes128-sha1", why, sizeof(why)));
	assert_true(proposal_parse(&ah, PROPOSAL_AH, "sha256", why, sizeof(why)));
	builder_begin(&b, buffer, sizeof(buffer), &(struct isakmp_header){ .version = 0x10 });
	at = b.w.len + IKE_PAYLOAD_HEADER_LEN;
	assert_true(proposal_offer_child(&b, &esp, &ah, &terms));
	assert_true(offer_parse(offer, 2, writer_from(&b.w, at), &fault));
	assert_int_equal(offer->proposal[0].protocol, IKE_PROTO_AH);
	offer->transform[0].encap = IPSEC_ENCAP_TRANSPORT;
	assert_true(proposal_select_child(&choice, offer, &esp, &ah, &terms, 0, why, sizeof(why)));
	assert_int_equal(choice.count, 2);
	assert_int_equal(choice.encap, IPSEC_ENCAP_TUNNEL);
	/* but not the other way round */
	offer->transform[0].encap = IPSEC_ENCAP_TUNNEL;
	offer->transform[1].encap = IPSEC_ENCAP_TRANSPORT;
	assert_false(proposal_select_child(&choice, offer, &esp, &ah, &terms, 0, why, sizeof(why)));
	assert_int_equal(choice.differs, PROPOSAL_DIFFERS_MODE);
	/* The shorter lifetime of the two is the bundle's. */
	offer->transform[1].encap = IPSEC_ENCAP_TUNNEL;
	offer->transform[0].seconds = 1200;
	offer->transform[1].seconds = 3600;
	assert_true(proposal_select_child(&choice, offer, &esp, &ah, &terms, 0, why, sizeof(why)));
	assert_int_equal(choice.seconds, 1200);
	test_free(offer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),	      cmocka_unit_test(test_groups),
		cmocka_unit_test(test_status),	      cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_delete),	      cmocka_unit_test(test_half),
		cmocka_unit_test(test_refusals),      cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_outer_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

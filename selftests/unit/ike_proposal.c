// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proposals as SA payloads: written, chosen from, and what is said when none is chosen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/proposal.h"
#include "lib/hex.h"
#include "lib/words.h"

static char why[PROPOSAL_TEXT_MAX];

/* What the builder made of one SA payload, read back. */
static uint8_t wire[BUILDER_MAX], answer_wire[BUILDER_MAX];

static struct builder begin(uint8_t *buffer)
{
	const struct isakmp_header h = { .initiator = { 1 } };
	struct builder b;

	builder_begin(&b, buffer, BUILDER_MAX, &h);
	return b;
}

static struct offer end(struct builder *b, unsigned int phase)
{
	struct fault fault = { 0 };
	struct bytes message = builder_end(b);
	static struct offer offer;

	assert_in_range(message.len, 33, BUILDER_MAX);
	if (!offer_parse(&offer, phase, bytes_of(message.data + 32, message.len - 32), &fault))
		fail_msg("%s", fault.text);
	return offer;
}

static struct offer offer_ike(const char *text, const struct ike_terms *terms)
{
	struct proposal_list list = words(PROPOSAL_IKE, text);
	struct builder b = begin(wire);

	proposal_offer_ike(&b, &list, terms);
	return end(&b, 1);
}

static const struct ike_terms psk = { .auth = IKE_AUTH_PSK, .seconds = 28800 };

static void writes_phase1_as_peers_do(void **state)
{
	struct proposal_list list = words(PROPOSAL_IKE, "aes128-sha1-modp1024");
	const struct ike_terms long_life = { .auth = IKE_AUTH_PSK, .seconds = 86400 };
	struct builder b = begin(wire);

	(void)state;
	proposal_offer_ike(&b, &list, &psk);
	assert_hex(bytes_of(wire + IKE_HEADER_LEN, b.w.len - IKE_HEADER_LEN),
		   "00000038 00000001 00000001 0000002c 01010001 00000024 01010000"
		   "80010007 800e0080 80020002 80040002 80030001 800b0001 800c7080");
	b = begin(wire);
	list = words(PROPOSAL_IKE, "3des-sha1-modp1024");
	proposal_offer_ike(&b, &list, &long_life);
	assert_hex(bytes_of(wire + IKE_HEADER_LEN, b.w.len - IKE_HEADER_LEN),
		   "00000038 00000001 00000001 0000002c 01010001 00000024 01010000"
		   "80010005 80020002 80040002 80030001 800b0001 000c0004 00015180");
}

/* RFC 2408 4.2: the initiator's order decides among what the responder allows */
static void follows_the_initiators_order(void **state)
{
	struct proposal_list list = words(PROPOSAL_IKE, "aes128-sha1-modp1024");
	struct offer peer = offer_ike("aes256-aes128-sha256-sha1-modp2048-modp1024", &psk);
	struct ike_choice choice;
	char text[64];

	(void)state;
	assert_true(proposal_parse(&list, PROPOSAL_IKE, "aes256-sha1-modp2048", why, sizeof(why)));
	assert_true(proposal_select_ike(&choice, &peer, &list, &psk, why, sizeof(why)));
	assert_string_equal(proposal_print(&choice.proposal, text, sizeof(text)),
			    "aes256-sha1-modp2048");
	assert_int_equal(choice.transform_number, 3);
	assert_int_equal(choice.seconds, 28800);
	assert_int_equal(choice.auth, IKE_AUTH_PSK);
}

static void agrees_in_phase1(void **state)
{
	struct proposal_list ours = words(PROPOSAL_IKE, "aes256-aes128-sha256-sha1-modp2048");
	struct proposal_list theirs = words(PROPOSAL_IKE, "aes128-sha1-modp2048");
	struct builder b = begin(wire);
	struct ike_choice choice, accepted;
	struct offer offer;

	(void)state;
	proposal_offer_ike(&b, &ours, &psk);
	offer = end(&b, 1);
	assert_true(proposal_select_ike(&choice, &offer, &theirs, &psk, why, sizeof(why)));
	b = begin(answer_wire);
	proposal_answer_ike(&b, &choice);
	offer = end(&b, 1);
	assert_int_equal(offer.proposals, 1);
	assert_int_equal(offer.transforms, 1);
	/* RFC 2408 4.2: attributes come back as they went out */
	assert_true(bytes_equal(offer.transform[0].attributes, choice.attributes));
	assert_int_equal(offer.transform[0].number, 4);
	assert_int_equal(offer.proposal[0].number, 1);
	assert_true(proposal_accept_ike(&accepted, &offer, &ours, &psk, why, sizeof(why)));
	assert_ptr_equal(accepted.proposal.cipher, choice.proposal.cipher);
	assert_ptr_equal(accepted.proposal.hash, choice.proposal.hash);
	assert_ptr_equal(accepted.proposal.group, choice.proposal.group);
}

static void accepts_only_one_answer_that_we_sent(void **state)
{
	struct proposal_list ours = words(PROPOSAL_IKE, "aes128-sha1-modp2048");
	struct offer answer = offer_ike("aes128-aes256-sha1-modp2048", &psk);
	struct ike_choice choice;

	(void)state;
	assert_false(proposal_accept_ike(&choice, &answer, &ours, &psk, why, sizeof(why)));
	assert_non_null(strstr(why, "1 proposals with 2 transforms instead of one"));
	answer = offer_ike("aes256-sha1-modp2048", &psk);
	assert_false(proposal_accept_ike(&choice, &answer, &ours, &psk, why, sizeof(why)));
	assert_int_equal(choice.differs, PROPOSAL_DIFFERS_CIPHER);
	answer.proposals = answer.transforms = 0;
	assert_false(proposal_accept_ike(&choice, &answer, &ours, &psk, why, sizeof(why)));
}

static void explains_a_phase1_mismatch(void **state)
{
	static const struct {
		const char *ours;
		uint16_t auth;
		unsigned int differs;
		const char *says;
	} rows[] = {
		{ "aes256-sha256-modp2048", IKE_AUTH_PSK, PROPOSAL_DIFFERS_CIPHER,
		  "cipher: aes128 there, aes256 here" },
		{ "aes128-sha1-modp2048", IKE_AUTH_PSK, PROPOSAL_DIFFERS_HASH,
		  "hash: sha256 there, sha1 here" },
		{ "aes128-sha256-modp1024", IKE_AUTH_PSK, PROPOSAL_DIFFERS_GROUP,
		  "group: modp2048 there, modp1024 here" },
		{ "aes128-sha256-modp2048", IKE_AUTH_RSA_SIG, PROPOSAL_DIFFERS_AUTH,
		  "authentication: pre-shared key there, RSA signature here" },
		{ "aes256-sha1-modp1024", IKE_AUTH_PSK,
		  PROPOSAL_DIFFERS_CIPHER | PROPOSAL_DIFFERS_HASH | PROPOSAL_DIFFERS_GROUP,
		  "hash: sha256 there, sha1 here; group" },
	};
	struct offer peer = offer_ike("aes128-sha256-modp2048", &psk);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proposal_list ours = words(PROPOSAL_IKE, rows[i].ours);
		const struct ike_terms terms = { .auth = rows[i].auth };
		struct ike_choice choice;

		assert_false(proposal_select_ike(&choice, &peer, &ours, &terms, why, sizeof(why)));
		assert_int_equal(choice.differs, rows[i].differs);
		if (!strstr(why, rows[i].says) || !strstr(why, rows[i].ours) ||
		    !strstr(why, "aes128-sha256-modp2048"))
			fail_msg("%s", why);
	}
}

static void refuses_what_it_does_not_understand(void **state)
{
	struct proposal_list ours = words(PROPOSAL_IKE, "aes128-sha1-modp1024");
	struct offer peer = offer_ike("aes128-sha1-modp1024", &psk);
	struct ike_choice choice;

	(void)state;
	peer.transform[0].unsupported = 99;
	assert_false(proposal_select_ike(&choice, &peer, &ours, &psk, why, sizeof(why)));
	assert_int_equal(choice.differs, PROPOSAL_DIFFERS_OTHER);
	assert_non_null(strstr(why, "attribute 99"));
	peer.transform[0].unsupported = 0;
	peer.transform[0].prf = 1;
	assert_false(proposal_select_ike(&choice, &peer, &ours, &psk, why, sizeof(why)));
	peer.transform[0].prf = 0;
	peer.transform[0].id = 2;
	assert_false(proposal_select_ike(&choice, &peer, &ours, &psk, why, sizeof(why)));
	peer.transform[0].id = IKE_TRANSFORM_KEY_IKE;
	assert_true(proposal_select_ike(&choice, &peer, &ours, &psk, why, sizeof(why)));
}

static struct child_terms terms_of(uint16_t encap, const char *group)
{
	return (struct child_terms){
		.encap = encap, .seconds = 3600, .spi_esp = 0x11223344, .spi_ah = 0x55667788,
		.group = group ? dh_group_by_word(group) : NULL,
	};
}

static struct offer offer_child(const char *esp, const char *ah, const struct child_terms *terms)
{
	struct proposal_list esps = { 0 }, ahs = { 0 };
	struct builder b = begin(wire);

	if (esp)
		esps = words(PROPOSAL_ESP, esp);
	if (ah)
		ahs = words(PROPOSAL_AH, ah);
	assert_true(proposal_offer_child(&b, &esps, &ahs, terms));
	return end(&b, 2);
}

static void writes_phase2_as_peers_do(void **state)
{
	struct proposal_list list = words(PROPOSAL_ESP, "aes128-sha1-modp1024");
	struct child_terms terms = terms_of(IPSEC_ENCAP_UDP_TUNNEL, "modp1024");
	struct builder b = begin(wire);

	(void)state;
	assert_true(proposal_offer_child(&b, &list, NULL, &terms));
	assert_hex(bytes_of(wire + IKE_HEADER_LEN, b.w.len - IKE_HEADER_LEN),
		   "00000038 00000001 00000001 0000002c 01030401 11223344 00000020 010c0000"
		   "80040003 80060080 80050002 80030002 80010001 80020e10");
}

/* RFC 2409 5.5: one KE payload, so one group in all of an SA payload */
static void offers_one_group_at_a_time(void **state)
{
	struct proposal_list list = words(PROPOSAL_ESP, "aes128-aes256-sha1-modp1024-modp2048");
	struct child_terms terms = terms_of(IPSEC_ENCAP_TUNNEL, "modp2048");
	struct builder b = begin(wire);
	struct offer offer;

	(void)state;
	assert_true(proposal_offer_child(&b, &list, NULL, &terms));
	offer = end(&b, 2);
	assert_int_equal(offer.transforms, 2);
	assert_int_equal(offer.transform[0].group, 14);
	assert_int_equal(offer.transform[1].group, 14);
	terms.group = NULL;
	b = begin(wire);
	assert_false(proposal_offer_child(&b, &list, NULL, &terms));
	assert_int_equal(b.w.len, IKE_HEADER_LEN);
}

static bool select_child(struct child_choice *choice, const struct offer *peer, const char *esp,
			 const char *ah, const struct child_terms *terms, size_t ke_len)
{
	struct proposal_list esps = { 0 }, ahs = { 0 };

	if (esp)
		esps = words(PROPOSAL_ESP, esp);
	if (ah)
		ahs = words(PROPOSAL_AH, ah);
	return proposal_select_child(choice, peer, &esps, &ahs, terms, ke_len, why, sizeof(why));
}

static void agrees_in_phase2(void **state)
{
	struct child_terms ours = terms_of(IPSEC_ENCAP_TUNNEL, "modp2048");
	struct child_terms theirs = { .encap = IPSEC_ENCAP_TUNNEL, .spi_esp = 0xaabbccdd };
	struct proposal_list list = words(PROPOSAL_ESP, "aes256gcm16-aes128gcm16-modp2048");
	struct offer offer = offer_child("aes256gcm16-aes128gcm16-modp2048", NULL, &ours);
	struct child_choice choice, accepted;
	struct builder b;

	(void)state;
	assert_true(select_child(&choice, &offer, "aes128gcm16-modp2048", NULL, &theirs, 256));
	assert_int_equal(choice.count, 1);
	assert_int_equal(choice.sa[0].protocol, IKE_PROTO_ESP);
	assert_int_equal(choice.sa[0].spi, 0x11223344);
	assert_int_equal(choice.sa[0].transform_number, 2);
	assert_int_equal(choice.group->number, 14);
	assert_int_equal(choice.seconds, 3600);
	b = begin(answer_wire);
	proposal_answer_child(&b, &choice, &theirs);
	offer = end(&b, 2);
	assert_true(proposal_accept_child(&accepted, &offer, &list, NULL, &ours, why,
					  sizeof(why)));
	assert_int_equal(accepted.sa[0].spi, 0xaabbccdd);
	assert_string_equal(accepted.sa[0].proposal.esp_cipher->word, "aes128gcm16");
	/* the group must be the one that we offered */
	ours.group = NULL;
	assert_false(proposal_accept_child(&accepted, &offer, &list, NULL, &ours, why,
					   sizeof(why)));
	assert_int_equal(accepted.differs, PROPOSAL_DIFFERS_GROUP);
}

static void explains_a_phase2_mismatch(void **state)
{
	static const struct {
		const char *ours;
		uint16_t encap;
		size_t ke_len;
		unsigned int differs;
		const char *says;
	} rows[] = {
		{ "aes256-sha1-modp1024", 1, 128, PROPOSAL_DIFFERS_CIPHER,
		  "cipher: aes128 there, aes256 here" },
		{ "aes128-sha256-modp1024", 1, 128, PROPOSAL_DIFFERS_HASH,
		  "integrity: sha1 there, sha256 here" },
		{ "aes128-sha1", 1, 128, PROPOSAL_DIFFERS_GROUP,
		  "group: modp1024 there, no group (no PFS) here" },
		{ "aes128-sha1-modp2048", 1, 128, PROPOSAL_DIFFERS_GROUP,
		  "group: modp1024 there, modp2048 here" },
		{ "aes128-sha1-modp1024", 2, 128, PROPOSAL_DIFFERS_MODE,
		  "mode: tunnel there, transport here" },
		{ "aes128-sha1-modp1024", 3, 128, PROPOSAL_DIFFERS_MODE,
		  "mode: tunnel there, tunnel in UDP here" },
		{ "aes128-sha1-modp1024-esn", 1, 128, PROPOSAL_DIFFERS_ESN,
		  "extended sequence numbers: off there, on here" },
		/* RFC 2409 5.5: a group without its KE payload, or with that of another */
		{ "aes128-sha1-modp1024", 1, 0, PROPOSAL_DIFFERS_GROUP, "group" },
		{ "aes128-sha1-modp1024", 1, 256, PROPOSAL_DIFFERS_GROUP, "group" },
		{ "aes128gcm16-modp1024", 1, 128,
		  PROPOSAL_DIFFERS_CIPHER | PROPOSAL_DIFFERS_HASH,
		  "cipher: aes128 there, aes128gcm16 here; integrity: sha1 there" },
	};
	struct child_terms theirs = terms_of(IPSEC_ENCAP_TUNNEL, "modp1024");
	struct offer peer = offer_child("aes128-sha1-modp1024", NULL, &theirs);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct child_terms ours = terms_of(rows[i].encap, NULL);
		struct child_choice choice;

		assert_false(select_child(&choice, &peer, rows[i].ours, NULL, &ours,
					  rows[i].ke_len));
		assert_int_equal(choice.differs, rows[i].differs);
		if (!strstr(why, rows[i].says))
			fail_msg("%zu: %s", i, why);
	}
}

/* RFC 3947 5.1: the drafts' numbers mean the same; no mode is not UDP (RFC 2407 4.5) */
static void knows_all_encapsulation_modes(void **state)
{
	static const struct {
		uint16_t theirs, ours;
		bool match;
	} rows[] = {
		{ 1, 1, true },	    { 2, 2, true },	{ 1, 2, false },   { 0, 1, true },
		{ 0, 2, true },	    { 0, 3, false },	{ 3, 3, true },	   { 61443, 3, true },
		{ 3, 61443, true }, { 4, 61444, true }, { 61444, 3, false }, { 3, 1, false },
		{ 1, 3, false },    { 5, 3, false },	{ 9999, 4, false },
	};
	struct child_terms theirs = terms_of(1, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct offer peer = offer_child("aes128-sha1", NULL, &theirs);
		struct child_terms ours = terms_of(rows[i].ours, NULL);
		struct child_choice choice;

		peer.transform[0].encap = rows[i].theirs;
		if (select_child(&choice, &peer, "aes128-sha1", NULL, &ours, 0) != rows[i].match)
			fail_msg("mode %u against %u", rows[i].theirs, rows[i].ours);
		if (rows[i].match)
			assert_int_equal(choice.encap, rows[i].theirs);
	}
}

static void offers_ah_as_alternative_or_bundle(void **state)
{
	struct child_terms terms = terms_of(IPSEC_ENCAP_TUNNEL, NULL);
	struct offer peer = offer_child("aes128-sha1", "sha256", &terms);
	struct child_choice choice, accepted;
	struct proposal_list esp = words(PROPOSAL_ESP, "aes128-sha1");
	struct proposal_list ah = words(PROPOSAL_AH, "sha256");
	struct builder b;

	(void)state;
	assert_int_equal(peer.proposals, 2);
	assert_int_equal(peer.proposal[1].number, 2);
	assert_true(select_child(&choice, &peer, NULL, "sha256", &terms, 0));
	assert_int_equal(choice.count, 1);
	assert_int_equal(choice.proposal_number, 2);
	assert_int_equal(choice.sa[0].protocol, IKE_PROTO_AH);
	assert_int_equal(choice.sa[0].spi, 0x55667788);
	assert_true(select_child(&choice, &peer, "aes128-sha1", "sha256", &terms, 0));
	assert_int_equal(choice.sa[0].protocol, IKE_PROTO_ESP);

	terms.bundle = true;
	assert_false(select_child(&choice, &peer, "aes128-sha1", "sha256", &terms, 0));
	peer = offer_child("aes128-sha1", "sha256", &terms);
	assert_int_equal(peer.proposals, 2);
	assert_int_equal(peer.proposal[1].number, 1);
	assert_true(select_child(&choice, &peer, "aes128-sha1", "sha256", &terms, 0));
	assert_int_equal(choice.count, 2);
	assert_int_equal(choice.sa[0].protocol, IKE_PROTO_AH);
	assert_int_equal(choice.sa[1].protocol, IKE_PROTO_ESP);
	b = begin(answer_wire);
	proposal_answer_child(&b, &choice, &terms);
	peer = end(&b, 2);
	assert_true(proposal_accept_child(&accepted, &peer, &esp, &ah, &terms, why, sizeof(why)));
	assert_int_equal(accepted.count, 2);
	/* a bundle where alternatives were wanted, and half of one, is nothing */
	terms.bundle = false;
	assert_false(select_child(&choice, &peer, "aes128-sha1", "sha256", &terms, 0));
	assert_false(select_child(&choice, &peer, "aes128-sha1", NULL, &terms, 0));
}

/* The ICV's truncation is not on the wire: both words match the same attribute */
static void sha256_96_is_sha256_on_the_wire(void **state)
{
	struct child_terms terms = terms_of(IPSEC_ENCAP_TUNNEL, NULL);
	struct offer peer = offer_child("aes128-sha256", NULL, &terms);
	struct child_choice choice;

	(void)state;
	assert_true(select_child(&choice, &peer, "aes128-sha256_96", NULL, &terms, 0));
	assert_int_equal(choice.sa[0].proposal.esp_auth->icv_bits, 96);
	assert_true(select_child(&choice, &peer, "aes128-sha256", NULL, &terms, 0));
	assert_int_equal(choice.sa[0].proposal.esp_auth->icv_bits, 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_phase1_as_peers_do),
		cmocka_unit_test(follows_the_initiators_order),
		cmocka_unit_test(agrees_in_phase1),
		cmocka_unit_test(accepts_only_one_answer_that_we_sent),
		cmocka_unit_test(explains_a_phase1_mismatch),
		cmocka_unit_test(refuses_what_it_does_not_understand),
		cmocka_unit_test(writes_phase2_as_peers_do),
		cmocka_unit_test(offers_one_group_at_a_time),
		cmocka_unit_test(agrees_in_phase2),
		cmocka_unit_test(explains_a_phase2_mismatch),
		cmocka_unit_test(knows_all_encapsulation_modes),
		cmocka_unit_test(offers_ah_as_alternative_or_bundle),
		cmocka_unit_test(sha256_96_is_sha256_on_the_wire),
	};

	return cmocka_run_group_tests_name("ike_proposal", tests, NULL, NULL);
}

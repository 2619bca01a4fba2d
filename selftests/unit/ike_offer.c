// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SA payloads: proposals, transforms, attributes, and everything that can be wrong with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "ike/offer.h"
#include "ike/proposal.h"
#include "lib/hex.h"

/* Two ESP proposals, the first with two transforms, as strongSwan writes them */
static const char good[] =
	"00000001 00000001"
	"0200003c 01030402 c0ffee11"
	"03000018 010c0000 80040001 80060080 80050002 80010001"
	"00000018 020c0000 80040001 80060100 80050002 80010001"
	"00000020 02030401 c0ffee12"
	"00000014 01140000 80040001 80060100 8003000e";

static struct offer offer;
static struct fault fault;

static bool parse(unsigned int phase, struct bytes body)
{
	fault = (struct fault){ 0 };
	return offer_parse(&offer, phase, body, &fault);
}

static void reads_a_peers_payload(void **state)
{
	(void)state;
	assert_true(parse(2, hex(good)));
	assert_null(fault.text);
	assert_int_equal(offer.situation, IKE_SIT_IDENTITY_ONLY);
	assert_int_equal(offer.proposals, 2);
	assert_int_equal(offer.transforms, 3);
	assert_int_equal(offer.proposal[0].number, 1);
	assert_int_equal(offer.proposal[0].protocol, IKE_PROTO_ESP);
	assert_hex(offer.proposal[0].spi, "c0ffee11");
	assert_int_equal(offer.proposal[0].count, 2);
	assert_int_equal(offer.proposal[1].first, 2);
	assert_int_equal(offer.transform[0].id, 12);
	assert_int_equal(offer.transform[0].key_bits, 128);
	assert_int_equal(offer.transform[1].key_bits, 256);
	assert_int_equal(offer.transform[1].auth, 2);
	assert_int_equal(offer.transform[2].group, 14);
	assert_int_equal(offer.transform[2].encap, IPSEC_ENCAP_TUNNEL);
	/* a life type without duration says nothing */
	assert_int_equal(offer.transform[0].seconds, 0);
	assert_hex(offer.transform[2].attributes, "80040001 80060100 8003000e");
}

/* good with the byte at @at replaced must be refused with @notify. */
static void refused(size_t at, uint8_t value, uint16_t notify)
{
	struct bytes body = hex(good);

	((uint8_t *)body.data)[at] = value;
	if (parse(2, body))
		fail_msg("byte %zu as %#x was accepted", at, value);
	assert_int_equal(fault.notify, notify);
	assert_int_equal(offer.proposals, 0);
	assert_int_equal(offer.transforms, 0);
}

enum { P1 = 8, T1 = P1 + 12, T2 = T1 + 24, P2 = T2 + 24, T3 = P2 + 12 };

static void refuses_bad_structure(void **state)
{
	(void)state;
	refused(3, 0, IKE_N_DOI_NOT_SUPPORTED);
	refused(7, 3, IKE_N_SITUATION_NOT_SUPPORTED);
	refused(7, 0, IKE_N_SITUATION_NOT_SUPPORTED);
	refused(P1, 0, IKE_N_BAD_PROPOSAL_SYNTAX); /* the last, but there is more */
	refused(P1, 3, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 1, 1, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 2, 1, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 3, 0, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 3, 7, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 3, 0x3b, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 3, 0x3d, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 4, 3, IKE_N_BAD_PROPOSAL_SYNTAX); /* then the second's number is smaller */
	refused(P1 + 5, IKE_PROTO_ISAKMP, IKE_N_INVALID_PROTOCOL_ID);
	refused(P1 + 5, 9, IKE_N_INVALID_PROTOCOL_ID);
	refused(P1 + 6, 3, IKE_N_INVALID_SPI);
	refused(P1 + 6, 255, IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
	refused(P1 + 7, 0, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 7, 1, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P1 + 7, 3, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1, 0, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1, 2, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1 + 1, 1, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1 + 3, 0, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1 + 3, 7, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1 + 3, 0x16, IKE_N_BAD_PROPOSAL_SYNTAX); /* ends within an attribute */
	refused(T1 + 3, 0xff, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T1 + 6, 1, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(T2, 3, IKE_N_BAD_PROPOSAL_SYNTAX);
	refused(P2, 2, IKE_N_BAD_PROPOSAL_SYNTAX); /* one more, but there is none */
	refused(T3 + 8, 0x00, IKE_N_BAD_PROPOSAL_SYNTAX); /* a long attribute beyond the end... */
}

static void refuses_zero_spis(void **state)
{
	struct bytes body = hex(good);

	(void)state;
	memset((uint8_t *)body.data + P1 + 8, 0, 4);
	assert_false(parse(2, body));
	assert_int_equal(fault.notify, IKE_N_INVALID_SPI);
}

static void refuses_each_truncation(void **state)
{
	struct bytes body = hex(good);

	(void)state;
	for (size_t len = 0; len < body.len; len++) {
		uint8_t *tight = malloc(len ? len : 1);

		memcpy(tight, body.data, len);
		assert_false(parse(2, bytes_of(tight, len)));
		free(tight);
	}
}

static void phases_have_their_own_protocols(void **state)
{
	static const char phase1[] =
		"00000001 00000001 00000034 01010801 0102030405060708"
		"00000024 01010000 80010007 800e0080 80020002 80040002 80030001 800b0001 800c7080";

	(void)state;
	assert_true(parse(1, hex(phase1)));
	assert_int_equal(offer.transform[0].cipher, 7);
	assert_int_equal(offer.transform[0].key_bits, 128);
	assert_int_equal(offer.transform[0].hash, 2);
	assert_int_equal(offer.transform[0].group, 2);
	assert_int_equal(offer.transform[0].auth, IKE_AUTH_PSK);
	assert_int_equal(offer.transform[0].seconds, 28800);
	assert_int_equal(offer.transform[0].kilobytes, 0);
	assert_hex(offer.proposal[0].spi, "0102030405060708");
	assert_false(parse(2, hex(phase1)));
	assert_int_equal(fault.notify, IKE_N_INVALID_PROTOCOL_ID);
	assert_false(parse(1, hex(good)));
	assert_int_equal(fault.notify, IKE_N_INVALID_PROTOCOL_ID);
}

/* A phase 2 transform of these attributes; what they mean lands in offer.transform[0]. */
static const struct transform *attributes(const char *text)
{
	uint8_t buffer[512];
	const struct isakmp_header h = { .initiator = { 1 } };
	struct offer_writer o;
	struct builder b;
	struct bytes message;
	static uint8_t body[512];

	builder_begin(&b, buffer, sizeof(buffer), &h);
	offer_open(&o, &b);
	offer_proposal_open(&o, 1, IKE_PROTO_ESP, hex("c0ffee11"));
	offer_transform_open(&o, 1, 12);
	writer_bytes(&b.w, hex(text));
	offer_transform_close(&o);
	offer_proposal_close(&o);
	offer_close(&o);
	message = builder_end(&b);
	memcpy(body, message.data, message.len);
	return parse(2, bytes_of(body + 32, message.len - 32)) ? &offer.transform[0] : NULL;
}

static void reads_attributes(void **state)
{
	(void)state;
	/* seconds and kilobytes, short and long */
	assert_int_equal(attributes("80010001 80020e10")->seconds, 3600);
	assert_int_equal(attributes("80010001 00020004 00015180")->seconds, 86400);
	assert_int_equal(attributes("80010002 00020004 00465000")->kilobytes, 4608000);
	assert_int_equal(attributes("80010001 00020001 3c")->seconds, 60);
	assert_int_equal(attributes("80010001 00020008 0000000000000e10")->seconds, 3600);
	assert_int_equal(attributes("80010001 0002000a 01000000000000000e10")->seconds, UINT64_MAX);
	assert_int_equal(attributes("80010001 80020e10 80010002 80020400")->kilobytes, 1024);
	assert_int_equal(attributes("80010001 80020e10 80010002 80020400")->unsupported, 0);
	/* a 16-bit value in long form */
	assert_int_equal(attributes("00040002 0001")->encap, 1);
	assert_int_equal(attributes("8004f003")->encap, IPSEC_ENCAP_UDP_TUNNEL_DRAFT);
	assert_true(attributes("800b0001")->esn);
	assert_int_equal(attributes("800b0001")->unsupported, 0);
	assert_int_equal(attributes("800a0001")->unsupported, 0);
	/* twice the same */
	assert_int_equal(attributes("80040001 80040001")->unsupported, 0);
}

static void names_what_it_does_not_understand(void **state)
{
	(void)state;
	assert_int_equal(attributes("80070001")->unsupported, 7);
	assert_int_equal(attributes("fde80001")->unsupported, 0x7de8);
	assert_int_equal(attributes("80000001")->unsupported, UINT16_MAX);
	assert_int_equal(attributes("80040001 80040002")->unsupported, IPSEC_ATTR_ENCAP);
	assert_int_equal(attributes("80040000")->unsupported, IPSEC_ATTR_ENCAP);
	assert_int_equal(attributes("00040004 00010001")->unsupported, IPSEC_ATTR_ENCAP);
	assert_int_equal(attributes("80020e10")->unsupported, IPSEC_ATTR_LIFE_DURATION);
	assert_int_equal(attributes("80010003 80020e10")->unsupported, IPSEC_ATTR_LIFE_TYPE);
	assert_int_equal(attributes("80010001 80020000")->unsupported, IPSEC_ATTR_LIFE_DURATION);
	assert_int_equal(attributes("80010001 80020e10 80020e10")->unsupported,
			 IPSEC_ATTR_LIFE_DURATION);
	assert_int_equal(attributes("800b0002")->unsupported, IPSEC_ATTR_ESN);
	assert_null(attributes("800400"));
	assert_null(attributes("00040003 0001"));
}

static void writes_lifetimes_as_peers_read_them(void **state)
{
	uint8_t buffer[16];
	struct writer w = writer_of(buffer, sizeof(buffer));

	(void)state;
	attribute_write_life(&w, IPSEC_ATTR_LIFE_DURATION, 65535);
	attribute_write_life(&w, IPSEC_ATTR_LIFE_DURATION, 65536);
	assert_hex(writer_from(&w, 0), "8002ffff 00020004 00010000");
}

/* @proposals proposals of @transforms transforms each */
static size_t written;

static bool parse_many(unsigned int proposals, unsigned int transforms)
{
	static uint8_t buffer[BUILDER_MAX * 8];
	const struct isakmp_header h = { .initiator = { 1 } };
	struct offer_writer o;
	struct builder b;
	struct bytes message;

	builder_begin(&b, buffer, sizeof(buffer), &h);
	offer_open(&o, &b);
	for (unsigned int i = 0; i < proposals; i++) {
		offer_proposal_open(&o, (uint8_t)i, IKE_PROTO_ESP, hex("c0ffee11"));
		for (unsigned int j = 0; j < transforms; j++) {
			offer_transform_open(&o, (uint8_t)j, 12);
			offer_transform_close(&o);
		}
		offer_proposal_close(&o);
	}
	offer_close(&o);
	message = builder_end(&b);
	written = message.len;
	return message.len && parse(2, bytes_of(message.data + 32, message.len - 32));
}

static void bounds_counts(void **state)
{
	(void)state;
	assert_true(parse_many(1, 255));
	assert_int_equal(offer.transforms, 255);
	assert_true(parse_many(OFFER_MAX_PROPOSALS, 4));
	assert_int_equal(offer.transforms, OFFER_MAX_TRANSFORMS);
	assert_false(parse_many(OFFER_MAX_PROPOSALS + 1, 1));
	assert_false(parse_many(OFFER_MAX_PROPOSALS, 5));
	assert_int_not_equal(written, 0);
	/* the count of transforms is one byte: what does not fit is not written */
	assert_false(parse_many(1, 256));
	assert_int_equal(written, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_peers_payload),
		cmocka_unit_test(refuses_bad_structure),
		cmocka_unit_test(refuses_zero_spis),
		cmocka_unit_test(refuses_each_truncation),
		cmocka_unit_test(phases_have_their_own_protocols),
		cmocka_unit_test(reads_attributes),
		cmocka_unit_test(names_what_it_does_not_understand),
		cmocka_unit_test(writes_lifetimes_as_peers_read_them),
		cmocka_unit_test(bounds_counts),
	};

	return cmocka_run_group_tests_name("ike_offer", tests, NULL, NULL);
}

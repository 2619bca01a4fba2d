// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages: what we write can be read, and nothing else can: each truncation, wrong lengths, loops,
 * flipped bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "ike/payload.h"
#include "ike/proposal.h"
#include "ike/selector.h"
#include "ike/vendor.h"
#include "lib/hex.h"

static const struct isakmp_header header = {
	.initiator = { 1, 2, 3, 4, 5, 6, 7, 8 },
	.responder = { 9, 10, 11, 12, 13, 14, 15, 16 },
	.exchange = IKE_EXCHANGE_QUICK,
	.id = 0x89abcdef,
};

static void add_sa(struct builder *b)
{
	const struct child_terms terms = {
		.encap = IPSEC_ENCAP_UDP_TUNNEL, .seconds = 3600, .kilobytes = 4608000,
		.spi_esp = 0xc0ffee11,
	};
	struct proposal_list list = { 0 };
	char why[PROPOSAL_TEXT_MAX];

	assert_true(proposal_parse(&list, PROPOSAL_ESP, "aes128-aes256-sha1-sha256-noesn-esn", why,
				   sizeof(why)));
	assert_true(proposal_offer_child(b, &list, NULL, &terms));
}

/* One of each payload that we write. */
static struct bytes build(uint8_t *buffer, size_t size)
{
	const struct notify notify = { .doi = 1, .protocol = IKE_PROTO_ISAKMP,
				       .type = IKE_N_R_U_THERE, .spi = hex("0102030405060708"
								       "090a0b0c0d0e0f10"),
				       .data = hex("00000007") };
	const struct deletion deletion = { .doi = 1, .protocol = IKE_PROTO_ESP, .spi_len = 4,
					   .count = 2, .spis = hex("c0ffee1100000102") };
	const struct id_payload id = { .type = IKE_ID_FQDN, .data = bytes_of("gw.example", 10) };
	const struct cert_payload cert = { .encoding = IKE_CERT_X509_SIGNATURE,
					   .data = hex("3003020100") };
	const struct original_address oa = { .family = 4, .address = hex("c6336405") };
	struct builder b;

	builder_begin(&b, buffer, size, &header);
	builder_reserve(&b, IKE_PAYLOAD_HASH, 20);
	add_sa(&b);
	builder_payload(&b, IKE_PAYLOAD_NONCE, hex("000102030405060708090a0b0c0d0e0f"));
	builder_payload(&b, IKE_PAYLOAD_KE, hex("a1a2a3a4"));
	id_write(&b, &id);
	cert_write(&b, IKE_PAYLOAD_CERT, &cert);
	cert_write(&b, IKE_PAYLOAD_CERTREQ, &cert);
	builder_payload(&b, IKE_PAYLOAD_SIG, hex("5151"));
	notify_write(&b, &notify);
	deletion_write(&b, &deletion);
	builder_payload(&b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_DPD)->id);
	builder_payload(&b, IKE_PAYLOAD_NAT_D, hex("d1d2"));
	builder_payload(&b, IKE_PAYLOAD_NAT_D_DRAFT, hex("d3d4"));
	original_address_write(&b, IKE_PAYLOAD_NAT_OA, &oa);
	original_address_write(&b, IKE_PAYLOAD_NAT_OA_DRAFT, &oa);
	return builder_end(&b);
}

static bool parse(struct message *m, struct bytes wire, struct fault *fault)
{
	*fault = (struct fault){ 0 };
	return message_parse_header(m, wire, fault) &&
	       message_parse_payloads(m, m->body, false, fault);
}

static void reads_what_it_writes(void **state)
{
	static const uint8_t order[] = {
		IKE_PAYLOAD_HASH, IKE_PAYLOAD_SA, IKE_PAYLOAD_NONCE, IKE_PAYLOAD_KE,
		IKE_PAYLOAD_ID, IKE_PAYLOAD_CERT, IKE_PAYLOAD_CERTREQ, IKE_PAYLOAD_SIG,
		IKE_PAYLOAD_NOTIFY, IKE_PAYLOAD_DELETE, IKE_PAYLOAD_VENDOR, IKE_PAYLOAD_NAT_D,
		IKE_PAYLOAD_NAT_D, IKE_PAYLOAD_NAT_OA, IKE_PAYLOAD_NAT_OA,
	};
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));
	struct original_address oa;
	struct cert_payload cert;
	struct deletion deletion;
	struct id_payload id;
	struct notify notify;
	struct fault fault;
	struct message m;

	(void)state;
	assert_true(parse(&m, wire, &fault));
	assert_memory_equal(m.header.initiator, header.initiator, 8);
	assert_memory_equal(m.header.responder, header.responder, 8);
	assert_int_equal(m.header.exchange, IKE_EXCHANGE_QUICK);
	assert_int_equal(m.header.id, 0x89abcdef);
	assert_int_equal(m.header.length, wire.len);
	assert_int_equal(m.count, sizeof(order));
	for (size_t i = 0; i < sizeof(order); i++)
		assert_int_equal(m.payloads[i].type, order[i]);
	assert_int_equal(m.payloads[12].wire_type, IKE_PAYLOAD_NAT_D_DRAFT);
	assert_int_equal(m.payloads[14].wire_type, IKE_PAYLOAD_NAT_OA_DRAFT);
	assert_hex(m.payloads[3].body, "a1a2a3a4");
	assert_hex(m.payloads[3].whole, "05000008a1a2a3a4");
	assert_int_equal(m.chain.len, wire.len - IKE_HEADER_LEN);
	assert_int_equal(m.padding.len, 0);

	assert_true(id_parse(&id, m.payloads[4].body, &fault));
	assert_int_equal(id.type, IKE_ID_FQDN);
	assert_true(bytes_equal(id.data, bytes_of("gw.example", 10)));
	assert_true(cert_parse(&cert, m.payloads[5].body, &fault));
	assert_int_equal(cert.encoding, IKE_CERT_X509_SIGNATURE);
	assert_hex(cert.data, "3003020100");
	assert_true(notify_parse(&notify, m.payloads[8].body, &fault));
	assert_int_equal(notify.type, IKE_N_R_U_THERE);
	assert_int_equal(notify.spi.len, 16);
	assert_hex(notify.data, "00000007");
	assert_true(deletion_parse(&deletion, m.payloads[9].body, &fault));
	assert_int_equal(deletion.count, 2);
	assert_int_equal(spi_read(deletion_spi(&deletion, 0)), 0xc0ffee11);
	assert_int_equal(spi_read(deletion_spi(&deletion, 1)), 0x102);
	assert_int_equal(deletion_spi(&deletion, 2).len, 0);
	assert_true(original_address_parse(&oa, m.payloads[13].body, &fault));
	assert_int_equal(oa.family, 4);
	assert_hex(oa.address, "c6336405");
}

static void finds_payloads(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	const struct payload *first;
	struct fault fault;
	struct message m;

	(void)state;
	assert_true(parse(&m, build(buffer, sizeof(buffer)), &fault));
	assert_int_equal(message_count(&m, IKE_PAYLOAD_NAT_D), 2);
	assert_int_equal(message_count(&m, IKE_PAYLOAD_ATTRIBUTES), 0);
	first = message_find(&m, IKE_PAYLOAD_NAT_D, NULL);
	assert_hex(first->body, "d1d2");
	assert_hex(message_find(&m, IKE_PAYLOAD_NAT_D, first)->body, "d3d4");
	assert_null(message_find(&m, IKE_PAYLOAD_KE, message_find(&m, IKE_PAYLOAD_KE, NULL)));
	assert_null(message_find(&m, IKE_PAYLOAD_ATTRIBUTES, NULL));
	/* behind the first payload, a HASH of 20 bytes: all but it */
	assert_int_equal(message_behind(&m, &m.payloads[0]).len, m.chain.len - 24);
	assert_int_equal(message_behind(&m, &m.payloads[m.count - 1]).len, 0);
}

static void fills_what_was_reserved(void **state)
{
	uint8_t buffer[128];
	struct fault fault;
	struct builder b;
	struct message m;
	size_t at;

	(void)state;
	builder_begin(&b, buffer, sizeof(buffer), &header);
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, 4);
	builder_payload(&b, IKE_PAYLOAD_NONCE, hex("0001020304050607"));
	assert_hex(builder_behind(&b, at, 4), "0000000c0001020304050607");
	builder_fill(&b, at, hex("deadbeef"));
	assert_true(parse(&m, builder_end(&b), &fault));
	assert_hex(m.payloads[0].body, "deadbeef");
	assert_hex(message_behind(&m, &m.payloads[0]), "0000000c0001020304050607");
}

static void never_writes_behind_its_end(void **state)
{
	uint8_t whole[BUILDER_MAX];
	size_t need = build(whole, sizeof(whole)).len;

	(void)state;
	for (size_t size = 0; size < need; size++) {
		uint8_t *tight = malloc(size ? size : 1); /* the sanitizer watches its end */

		assert_int_equal(build(tight, size).len, 0);
		free(tight);
	}
	assert_int_equal(build(whole, need).len, need);
}

static void refuses_each_truncation(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));

	(void)state;
	for (size_t len = 0; len < wire.len; len++) {
		uint8_t *tight = malloc(len ? len : 1);
		struct fault fault;
		struct message m;

		memcpy(tight, wire.data, len);
		/* the header's length still names what was cut away */
		assert_false(parse(&m, bytes_of(tight, len), &fault));
		assert_non_null(fault.text);
		assert_int_not_equal(fault.notify, 0);
		if (len >= IKE_HEADER_LEN) {
			/* and with a length that fits */
			tight[24] = tight[25] = 0;
			tight[26] = (uint8_t)(len >> 8);
			tight[27] = (uint8_t)len;
			assert_false(parse(&m, bytes_of(tight, len), &fault));
			assert_int_equal(m.count, 0);
		}
		free(tight);
	}
}

/*
 * Parses @wire with the byte at @at set to @value; returns the NOTIFY type of the refusal, 0: none.
 */
static uint16_t with(struct bytes wire, size_t at, uint8_t value)
{
	uint8_t copy[BUILDER_MAX];
	struct fault fault;
	struct message m;

	memcpy(copy, wire.data, wire.len);
	copy[at] = value;
	return parse(&m, bytes_of(copy, wire.len), &fault) ? 0 : fault.notify;
}

static void refuses_bad_headers(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));
	struct fault fault;
	struct message m;

	(void)state;
	assert_int_equal(with(wire, 17, 0x20), IKE_N_INVALID_MAJOR_VERSION);
	assert_int_equal(with(wire, 17, 0x00), IKE_N_INVALID_MAJOR_VERSION);
	assert_int_equal(with(wire, 17, 0x11), IKE_N_INVALID_MINOR_VERSION);
	assert_int_equal(with(wire, 19, 0x08), IKE_N_INVALID_FLAGS);
	assert_int_equal(with(wire, 19, 0x80), IKE_N_INVALID_FLAGS);
	assert_int_equal(with(wire, 24, 0x01), IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
	assert_int_equal(with(wire, 27, buffer[27] + 1), IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
	assert_int_equal(with(wire, 16, IKE_PAYLOAD_NONE), IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
	memset(buffer, 0, 8);
	assert_false(parse(&m, wire, &fault));
	assert_int_equal(fault.notify, IKE_N_INVALID_COOKIE);
}

static void refuses_bad_chains(void **state)
{
	const size_t first = IKE_HEADER_LEN;
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));

	(void)state;
	/* the first payload, HASH: its next type, reserved byte, length */
	assert_int_equal(with(wire, 16, IKE_PAYLOAD_PROPOSAL), IKE_N_INVALID_PAYLOAD_TYPE);
	assert_int_equal(with(wire, 16, IKE_PAYLOAD_TRANSFORM), IKE_N_INVALID_PAYLOAD_TYPE);
	assert_int_equal(with(wire, 16, 99), IKE_N_INVALID_PAYLOAD_TYPE);
	assert_int_equal(with(wire, first + 1, 1), IKE_N_PAYLOAD_MALFORMED);
	assert_int_equal(with(wire, first + 2, 0xff), IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
	/* lengths that would stand still or go back */
	for (uint8_t len = 0; len < IKE_PAYLOAD_HEADER_LEN; len++)
		assert_int_equal(with(wire, first + 3, len), IKE_N_UNEQUAL_PAYLOAD_LENGTHS);
}

static void bounds_the_number_of_payloads(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct fault fault;
	struct builder b;
	struct message m;

	(void)state;
	builder_begin(&b, buffer, sizeof(buffer), &header);
	for (int i = 0; i < MESSAGE_MAX_PAYLOADS; i++)
		builder_payload(&b, IKE_PAYLOAD_VENDOR, bytes_of(NULL, 0));
	assert_true(parse(&m, builder_end(&b), &fault));
	assert_int_equal(m.count, MESSAGE_MAX_PAYLOADS);
	builder_payload(&b, IKE_PAYLOAD_VENDOR, bytes_of(NULL, 0));
	assert_false(parse(&m, builder_end(&b), &fault));
	assert_int_equal(m.count, 0);
}

/* Bodies and whether their type may have them */
static const struct {
	uint8_t type;
	const char *body;
	bool good;
} bodies[] = {
	{ IKE_PAYLOAD_SA, "00000001000000", false },
	{ IKE_PAYLOAD_KE, "", false },
	{ IKE_PAYLOAD_ID, "010000", false },
	{ IKE_PAYLOAD_ID, "01000000", true },
	{ IKE_PAYLOAD_CERT, "", false },
	{ IKE_PAYLOAD_CERTREQ, "", false },
	{ IKE_PAYLOAD_CERTREQ, "04", true },
	{ IKE_PAYLOAD_HASH, "", false },
	{ IKE_PAYLOAD_SIG, "", false },
	{ IKE_PAYLOAD_NONCE, "00010203040506", false },
	{ IKE_PAYLOAD_NONCE, "0001020304050607", true },
	{ IKE_PAYLOAD_NOTIFY, "00000001010000", false },
	{ IKE_PAYLOAD_NOTIFY, "0000000101000018", true },
	{ IKE_PAYLOAD_NOTIFY, "0000000101040018c0ffee", false },
	{ IKE_PAYLOAD_NOTIFY, "0000000103040018c0ffee11", true },
	{ IKE_PAYLOAD_DELETE, "0000000103040001c0ffee11", true },
	{ IKE_PAYLOAD_DELETE, "0000000103040001c0ffee", false },
	{ IKE_PAYLOAD_DELETE, "0000000103040001c0ffee1100", false },
	{ IKE_PAYLOAD_DELETE, "0000000103040002c0ffee11", false },
	{ IKE_PAYLOAD_DELETE, "000000010304ffffc0ffee11", false },
	{ IKE_PAYLOAD_DELETE, "0000000103040000", false },
	{ IKE_PAYLOAD_DELETE, "000000010300ffff", false },
	{ IKE_PAYLOAD_NAT_D, "", false },
	{ IKE_PAYLOAD_NAT_OA, "01000000c6336405", true },
	{ IKE_PAYLOAD_NAT_OA, "01000000c6336405aa", false },
	{ IKE_PAYLOAD_NAT_OA, "05000000c6336405", false },
	{ IKE_PAYLOAD_NAT_OA, "02000000c6336405", false },
	{ IKE_PAYLOAD_NAT_OA, "0500000020010db8000000000000000000000001", true },
	{ IKE_PAYLOAD_VENDOR, "", true },
	{ 200, "", true },
};

static void checks_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		uint8_t buffer[128];
		struct fault fault;
		struct builder b;
		struct message m;

		builder_begin(&b, buffer, sizeof(buffer), &header);
		builder_payload(&b, bodies[i].type, hex(bodies[i].body));
		if (parse(&m, builder_end(&b), &fault) != bodies[i].good)
			fail_msg("payload %u, body %s", bodies[i].type, bodies[i].body);
	}
}

/* libreswan's "ikepad", which is on unless it is told otherwise */
static void takes_what_fills_a_word(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));
	size_t more;

	(void)state;
	for (more = 0; more < 6; more++) {
		struct fault fault = { 0 };
		struct message m;

		assert_true(message_parse_header(&m, wire, &fault));
		memset(buffer + wire.len, 0, more);
		m.body.len += more;
		assert_int_equal(message_parse_payloads(&m, m.body, false, &fault), more < 4);
		if (more < 4)
			assert_int_equal(m.chain.len, wire.len - IKE_HEADER_LEN);
	}
}

static void takes_padding_only_when_encrypted(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));
	struct fault fault = { 0 };
	struct message m;
	struct bytes padded;

	(void)state;
	assert_true(message_parse_header(&m, wire, &fault));
	memset(buffer + wire.len, 0xee, 40);
	padded = bytes_of(m.body.data, m.body.len + 40);
	assert_false(message_parse_payloads(&m, padded, false, &fault));
	fault = (struct fault){ 0 };
	assert_true(message_parse_payloads(&m, padded, true, &fault));
	assert_int_equal(m.padding.len, 40);
	assert_int_equal(m.chain.len, wire.len - IKE_HEADER_LEN);
	/* what a hash covers does not include it */
	assert_int_equal(message_behind(&m, &m.payloads[m.count - 1]).len, 0);
}

static void cuts_longer_datagrams(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct bytes wire = build(buffer, sizeof(buffer));
	struct fault fault;
	struct message m;

	(void)state;
	assert_true(parse(&m, bytes_of(wire.data, wire.len + 9), &fault));
	assert_int_equal(m.body.len, wire.len - IKE_HEADER_LEN);
}

/* Everything that reads a message, on bytes that may be anything. */
static void read_all(struct bytes wire)
{
	static struct offer offer;
	char text[2048], tiny[8];
	struct fault fault;
	struct message m;
	struct selector s;
	struct id_payload id;

	if (!parse(&m, wire, &fault)) {
		assert_non_null(fault.text);
		assert_int_not_equal(fault.notify, 0);
		return;
	}
	for (unsigned int i = 0; i < m.count; i++) {
		const struct payload *p = &m.payloads[i];

		assert_in_range(p->whole.data - wire.data, IKE_HEADER_LEN, wire.len);
		assert_in_range(p->whole.data + p->whole.len - wire.data, 0, wire.len);
		for (unsigned int phase = 1; phase <= 2 && p->type == IKE_PAYLOAD_SA; phase++) {
			fault = (struct fault){ 0 };
			if (!offer_parse(&offer, phase, p->body, &fault))
				assert_int_not_equal(fault.notify, 0);
		}
		fault = (struct fault){ 0 };
		if (p->type == IKE_PAYLOAD_ID && id_parse(&id, p->body, &fault))
			selector_from_payload(&s, &id, &fault);
	}
	message_print(&m, text, sizeof(text));
	assert_in_range(strlen(text), 1, sizeof(text) - 1);
	message_print(&m, tiny, sizeof(tiny));
	assert_in_range(strlen(tiny), 1, sizeof(tiny) - 1);
}

static void survives_flipped_bits(void **state)
{
	uint8_t buffer[BUILDER_MAX], *copy;
	struct bytes wire = build(buffer, sizeof(buffer));
	uint64_t seed = 88172645463325252u;

	(void)state;
	copy = malloc(wire.len);
	for (size_t bit = 0; bit < wire.len * 8; bit++) {
		memcpy(copy, wire.data, wire.len);
		copy[bit / 8] ^= 1 << bit % 8;
		read_all(bytes_of(copy, wire.len));
	}
	for (int round = 0; round < 20000; round++) {
		memcpy(copy, wire.data, wire.len);
		for (int flips = 0; flips < 1 + round % 4; flips++) {
			/* xorshift64: the same every time */
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			copy[seed % wire.len] ^= 1 << (seed >> 32) % 8;
		}
		read_all(bytes_of(copy, wire.len));
	}
	free(copy);
}

static void prints_one_line(void **state)
{
	uint8_t buffer[BUILDER_MAX];
	struct fault fault;
	char text[2048];
	struct message m;

	(void)state;
	assert_true(parse(&m, build(buffer, sizeof(buffer)), &fault));
	message_print(&m, text, sizeof(text));
	assert_null(strchr(text, '\n'));
	assert_non_null(strstr(text, "quick mode 0x89abcdef, "));
	assert_non_null(strstr(text, "SA(aes128-sha1"));
	assert_non_null(strstr(text, "N(R-U-THERE)"));
	assert_non_null(strstr(text, "D(ESP c0ffee11 00000102)"));
	assert_non_null(strstr(text, "VID(dead peer detection (RFC 3706))"));
	assert_non_null(strstr(text, "KE(4)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(finds_payloads),
		cmocka_unit_test(fills_what_was_reserved),
		cmocka_unit_test(never_writes_behind_its_end),
		cmocka_unit_test(refuses_each_truncation),
		cmocka_unit_test(refuses_bad_headers),
		cmocka_unit_test(refuses_bad_chains),
		cmocka_unit_test(bounds_the_number_of_payloads),
		cmocka_unit_test(checks_bodies),
		cmocka_unit_test(takes_what_fills_a_word),
		cmocka_unit_test(takes_padding_only_when_encrypted),
		cmocka_unit_test(cuts_longer_datagrams),
		cmocka_unit_test(survives_flipped_bits),
		cmocka_unit_test(prints_one_line),
	};

	return cmocka_run_group_tests_name("ike_message", tests, NULL, NULL);
}

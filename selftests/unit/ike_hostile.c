// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who does what no peer would: one who has the keys and misuses them, a stranger who knows or makes
 * the cookies, one who writes into what is not protected. Nothing of it may change more than that
 * peer's own, nor cost more than it should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/auth.h"
#include "ike/child.h"
#include "ike/fragment.h"
#include "ike/half_open.h"
#include "lib/scene.h"

static struct ike_endpoint at(const struct side *s)
{
	return (struct ike_endpoint){ s->address, IKE_PORT };
}

static void write_connected(struct builder *b)
{
	const struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ESP,
				  .type = IKE_N_CONNECTED };

	notify_write(b, &n);
}

/* One more message of @x, as of an exchange of @type: HASH(1) and CONNECTED. */
static void misuse(struct exchange x, uint8_t type)
{
	struct session *s = x.session;
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	size_t len = s->keymat.hash->len, place;
	struct bytes message;
	struct builder b;

	x.type = type;
	exchange_begin(&x, &b, buffer, sizeof(buffer));
	place = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	write_connected(&b);
	assert_true(keymat_hash1(&s->keymat, x.id, builder_behind(&b, place, len), hash));
	builder_fill(&b, place, bytes_of(hash, len));
	message = seal_close(&x.seal, &s->keymat, &b);
	assert_true(message.len);
	session_transmit(s, message.data, message.len);
}

/* An exchange that is over stays what it was: CONNECTED belongs to quick mode alone. */
static void test_other_exchange(void **state)
{
	struct world *w = scene_begin(&scene_variants[0], 1, NULL, NULL);
	const struct exchange *x;
	unsigned int count = 0;

	assert_true(world_run(w, w->now + 5 * SECONDS, couple_up));
	/* The client's part of what the server asked for, user and password */
	for (x = w->sides[1].ike->sessions->exchanges; x; x = x->next) {
		if (x->initiator || x->type != IKE_EXCHANGE_TRANSACTION)
			continue;
		misuse(*x, IKE_EXCHANGE_QUICK);
		count++;
	}
	assert_int_equal(count, 2);
	world_run(w, w->now + 1 * SECONDS, NULL);
	assert_true(world_said(w, 0, IKE_EVENT_DROPPED, "not expected here"));
	scene_good(w, &scene_variants[0]);
	world_free(w);
}

/* Of exchanges that are none of ours the log says which. */
static void test_no_exchange(void **state)
{
	static const struct {
		uint8_t exchange;
		uint32_t id;
		const char *says;
	} rows[] = {
		{ IKE_EXCHANGE_BASE, 0, "exchange 1 (base) with message id 0x00000000" },
		{ IKE_EXCHANGE_AGGRESSIVE, 0, "does not belong into a phase 1 of main mode" },
		{ IKE_EXCHANGE_QUICK, 0, "(quick mode) with message id 0x00000000" },
		{ 99, 7, "exchange 99 (unknown) with message id 0x00000007" },
	};
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct ike_endpoint from = at(&w->sides[0]), to = at(&w->sides[1]);
	struct isakmp_header h = { .version = IKE_VERSION };
	const struct session *s;
	uint8_t buffer[64];
	struct bytes message;
	struct builder b;
	size_t i;

	assert_true(couple_go(&c, w, 5 * SECONDS));
	s = w->sides[1].ike->sessions;
	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		h.exchange = rows[i].exchange;
		h.id = rows[i].id;
		builder_begin(&b, buffer, sizeof(buffer), &h);
		message = builder_end(&b);
		world_forge(w, &from, &to, message.data, message.len);
		world_run(w, w->now + 1 * SECONDS, NULL);
		if (!world_said(w, 1, IKE_EVENT_DROPPED, rows[i].says))
			fail_msg("nothing says: %s", rows[i].says);
	}
	couple_carries(w);
	world_free(w);
}

/* A piece with these cookies, of ten bytes. */
static void forge_piece(struct world *w, const struct ike_endpoint *from, const uint8_t *cookie_i,
			const uint8_t *cookie_r, uint8_t number, bool last)
{
	const struct ike_endpoint to = at(&w->sides[1]);
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = IKE_EXCHANGE_MAIN };
	uint8_t buffer[256];
	struct bytes message;
	struct builder b;

	memcpy(h.initiator, cookie_i, sizeof(h.initiator));
	memcpy(h.responder, cookie_r, sizeof(h.responder));
	builder_begin(&b, buffer, sizeof(buffer), &h);
	builder_open(&b, IKE_PAYLOAD_FRAGMENT);
	writer_u16(&b.w, 7);
	writer_u8(&b.w, number);
	writer_u8(&b.w, last);
	writer_zero(&b.w, 10);
	builder_close(&b);
	message = builder_end(&b);
	world_forge(w, from, &to, message.data, message.len);
	world_run(w, w->now, NULL);
}

/* Pieces behind the last one do not count for those that are missing before it. */
static void test_behind_the_last(void **state)
{
	static const struct {
		uint8_t number[3];
		bool last[3];
	} rows[] = {
		{ { 1, 5, 3 }, { false, false, true } },
		{ { 4, 1, 5 }, { true, false, false } },
		{ { 3, 1, 2 }, { true, false, true } },
	};
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct couple c;
		struct world *w = couple_begin(&c, i);
		struct ike_endpoint from = at(&w->sides[0]);
		const struct session *s;

		assert_true(couple_go(&c, w, 5 * SECONDS));
		s = w->sides[1].ike->sessions;
		for (j = 0; j < 3; j++)
			forge_piece(w, &from, s->cookie_i, s->cookie_r, rows[i].number[j],
				    rows[i].last[j]);
		assert_true(world_said(w, 1, IKE_EVENT_DROPPED, "behind the last one"));
		assert_int_equal(s->fragments->count, 0);
		couple_carries(w);
		world_free(w);
	}
}

/* The left side's first message waits, and so does the left side. Returns it, with its length. */
static size_t hold_first(const struct couple *c, struct world *w, uint8_t *first)
{
	size_t length;

	couple_add(c, w);
	length = w->datagrams[0].length;
	memcpy(first, w->datagrams[0].bytes, length);
	world_off(w, 0);
	world_run(w, w->now + 60 * SECONDS, NULL);
	return length;
}

/* Who has only sent a first message may be nobody: nothing that it sends is kept besides. */
static void test_pieces_of_nobody(void **state)
{
	static const uint8_t none[8];
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	const struct half_open *h = &w->sides[1].ike->half_open;
	struct ike_endpoint from = at(&w->sides[0]);
	struct ike_endpoint to = at(&w->sides[1]);
	uint8_t first[2048];
	size_t length;

	length = hold_first(&c, w, first);
	world_forge(w, &from, &to, first, length);
	world_run(w, w->now, NULL);
	assert_int_equal(h->count, 1);
	forge_piece(w, &from, first, none, 1, false);
	assert_null(h->all[0]->fragments);
	/* It knows our answer: it is there */
	forge_piece(w, &from, first, h->all[0]->cookie_r, 1, false);
	assert_non_null(h->all[0]->fragments);
	world_free(w);
}

/* The third message of main mode for a session that waits for it. */
static void forge_third(struct world *w, const struct ike_endpoint *from, const struct session *s)
{
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = IKE_EXCHANGE_MAIN };
	struct dh *dh = dh_new(s->proposal.group);
	const struct ike_endpoint to = s->local;
	uint8_t buffer[1024], nonce[16] = { 1 };
	struct bytes message;
	struct builder b;

	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	builder_begin(&b, buffer, sizeof(buffer), &h);
	builder_payload(&b, IKE_PAYLOAD_KE, dh_public(dh));
	builder_payload(&b, IKE_PAYLOAD_NONCE, bytes_of(nonce, sizeof(nonce)));
	message = builder_end(&b);
	world_forge(w, from, &to, message.data, message.len);
	world_run(w, w->now, NULL);
	dh_free(dh);
}

/* What one address has begun counts for it, from wherever the next message seems to come. */
static void test_borrowed_addresses(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct ike *right = w->sides[1].ike;
	const struct half_open *h = &right->half_open;
	struct ike_endpoint from = at(&w->sides[0]), other = { { AF_INET, { 172, 16 } }, IKE_PORT };
	struct ike_endpoint to = at(&w->sides[1]);
	uint8_t first[2048];
	unsigned int i;
	size_t length;

	right->limits.half_open_source = 10;
	length = hold_first(&c, w, first);
	for (i = 1; i <= 30; i++) {
		first[0] = i;
		world_forge(w, &from, &to, first, length);
		world_run(w, w->now, NULL);
		other.address.bytes[3] = i;
		if (right->sessions->main.state == STATE_MAIN_R3)
			forge_third(w, &other, right->sessions);
	}
	assert_int_equal(h->count, 10);
	for (i = 0; i < h->count; i++)
		assert_int_equal(h->all[i]->main.state, STATE_MAIN_R5);
	world_free(w);
}

/* The third message of aggressive mode is lost. */
static enum verdict lose_proof(struct world *w, const struct datagram *d)
{
	return !d->forged && !d->sender && d->length > 19 &&
	       d->bytes[18] == IKE_EXCHANGE_AGGRESSIVE && (d->bytes[19] & IKE_FLAG_ENCRYPTION) ?
		       WORLD_DROP : WORLD_PASS;
}

/* The same as it may also be sent, in the clear; and what somebody on the way has put behind it. */
static void forge_proof(struct world *w, const struct session *s)
{
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = IKE_EXCHANGE_AGGRESSIVE };
	const struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ISAKMP,
				  .type = IKE_N_INITIAL_CONTACT };
	const struct ike_endpoint from = s->remote, to = s->local;
	uint8_t buffer[1024], hash[HASH_MAX];
	struct bytes message;
	struct builder b;
	size_t len;

	len = auth_hash(s, true, hash);
	assert_true(len);
	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	builder_begin(&b, buffer, sizeof(buffer), &h);
	builder_payload(&b, IKE_PAYLOAD_HASH, bytes_of(hash, len));
	notify_write(&b, &n);
	message = builder_end(&b);
	world_forge(w, &from, &to, message.data, message.len);
	world_run(w, w->now, NULL);
}

/* RFC 2407 4.6.3: aggressive mode protects no notification. */
static void test_contact_in_clear(void **state)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct side *right = &w->sides[1];

	c.left.exchange = c.right.exchange = IKE_AGGRESSIVE_MODE;
	assert_true(couple_go(&c, w, 5 * SECONDS));
	world_off(w, 0);
	world_on(w, 0);
	w->judge = lose_proof;
	world_add(w, 0, &c.left);
	world_run(w, w->now + 1 * SECONDS, NULL);
	assert_int_equal(right->ike->sessions->main.state, STATE_AGGRESSIVE_R3);
	forge_proof(w, right->ike->sessions);
	assert_int_equal(right->counts[IKE_EVENT_IKE_UP], 2);
	assert_int_equal(right->sa_count, 2);
	assert_true(world_said(w, 1, IKE_EVENT_NOTIFY, "in the clear"));
	world_free(w);
}

/* A notification in the clear, with the cookies of @s. */
static void forge_notify(struct world *w, const struct session *s, uint16_t type)
{
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = IKE_EXCHANGE_INFORMATIONAL };
	const struct notify n = { .doi = IKE_DOI_IPSEC, .protocol = IKE_PROTO_ISAKMP,
				  .type = type };
	const struct ike_endpoint from = s->remote, to = s->local;
	uint8_t buffer[256];
	struct bytes message;
	struct builder b;

	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	builder_begin(&b, buffer, sizeof(buffer), &h);
	notify_write(&b, &n);
	message = builder_end(&b);
	world_forge(w, &from, &to, message.data, message.len);
	world_run(w, w->now, NULL);
}

static enum verdict lose_transactions(struct world *w, const struct datagram *d)
{
	return !d->forged && d->length > 19 && d->bytes[18] == IKE_EXCHANGE_TRANSACTION ?
		       WORLD_DROP : WORLD_PASS;
}

/* When phase 1 is agreed, a refusal of it in the clear is nobody's: also while the login lasts. */
static void test_late_hint(void **state)
{
	static const uint16_t types[] = {
		IKE_N_NO_PROPOSAL_CHOSEN, IKE_N_AUTHENTICATION_FAILED, IKE_N_INVALID_COOKIE,
	};
	struct world *w = scene_begin(&scene_variants[0], 1, lose_transactions, NULL);
	const struct session *s;
	size_t i;

	world_run(w, w->now + 1 * SECONDS, NULL);
	s = w->sides[1].ike->sessions;
	assert_int_equal(s->access.step, ACCESS_LOGIN);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		forge_notify(w, s, types[i]);
	assert_true(world_said(w, 1, IKE_EVENT_NOTIFY, "in the clear"));
	assert_int_equal(scene_error(w, 1), IKE_ERROR_NONE);
	w->judge = NULL;
	assert_true(world_run(w, w->now + 60 * SECONDS, couple_up));
	world_free(w);
}

/* What the right side says in quick mode is lost. */
static enum verdict lose_quick(struct world *w, const struct datagram *d)
{
	return d->sender && d->length > 19 && d->bytes[18] == IKE_EXCHANGE_QUICK ? WORLD_DROP :
										   WORLD_PASS;
}

/*
 * Two connections with one peer, whose children are all under the first one's phase 1: the second
 * is taken away while its child is renewed, or begun by the peer.
 */
static void taken_away(bool begun_here)
{
	struct couple c;
	struct world *w = couple_begin(&c, 1);
	struct ike_connection first = c.right, second = c.right;
	struct ike_pair ours = c.right_pair, theirs;
	struct ike *right = w->sides[1].ike;

	assert_true(ike_selector_parse(&ours.local, "10.2.0.0/16"));
	theirs = (struct ike_pair){ .local = ours.remote, .remote = ours.local };
	c.left.pairs = &theirs;
	second.name = "second";
	second.pairs = &ours;
	assert_true(ike_selector_parse(&c.right_pair.local, "10.1.0.0/16"));
	world_add(w, 1, &first);
	world_add(w, 1, &second);
	if (!begun_here)
		w->judge = lose_quick;
	world_add(w, 0, &c.left);
	world_run(w, w->now + 5 * SECONDS, NULL);
	assert_string_equal(right->sessions->connection->name, "test");
	assert_string_equal(right->children->connection->name, "second");
	if (begun_here) {
		w->judge = lose_quick;
		child_renew(right->children, "a test wants it");
		assert_int_equal(world_children(w, 1), 2);
	}
	assert_true(ike_connection_remove(right, "second", w->now));
	world_touched(w, 1);
	world_run(w, w->now + 120 * SECONDS, NULL);
	assert_int_equal(w->sides[1].sa_count, 0);
	assert_ptr_equal(right->sessions->connection, connection_find(right, "test"));
	assert_null(right->children);
	world_free(w);
}

static void test_taken_away(void **state)
{
	taken_away(true);
	taken_away(false);
}

/* What the right side's last notification in the clear says (RFC 2408 3.14). */
static enum verdict read_notify(struct world *w, const struct datagram *d)
{
	uint16_t *type = w->test;

	if (d->sender == 1 && d->length >= 40 && d->bytes[18] == IKE_EXCHANGE_INFORMATIONAL)
		*type = d->bytes[38] << 8 | d->bytes[39];
	return WORLD_PASS;
}

/* A refusal of a first message names what is wrong with it (RFC 2408 5.4 to 5.6). */
static void test_refusal_says_why(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		uint16_t type;
	} rows[] = {
		{ 35, 2, IKE_N_DOI_NOT_SUPPORTED },
		{ 39, 2, IKE_N_SITUATION_NOT_SUPPORTED },
		{ 47, 9, IKE_N_BAD_PROPOSAL_SYNTAX },
		/* The transform's first attribute: the cipher */
		{ 59, 99, IKE_N_NO_PROPOSAL_CHOSEN },
	};
	unsigned int i;

	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct couple c;
		struct world *w = couple_begin(&c, 1);
		struct ike_endpoint from = at(&w->sides[0]), to = at(&w->sides[1]);
		uint8_t first[2048];
		uint16_t type = 0;
		size_t length;

		if (i & 1)
			c.left.exchange = c.right.exchange = IKE_AGGRESSIVE_MODE;
		length = hold_first(&c, w, first);
		first[7] ^= 1;
		first[rows[i / 2].at] = rows[i / 2].value;
		w->judge = read_notify;
		w->test = &type;
		world_forge(w, &from, &to, first, length);
		world_run(w, w->now + 100, NULL);
		assert_int_equal(type, rows[i / 2].type);
		assert_int_equal(world_ike_sas(w, 1), 0);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_exchange),
		cmocka_unit_test(test_no_exchange),
		cmocka_unit_test(test_behind_the_last),
		cmocka_unit_test(test_pieces_of_nobody),
		cmocka_unit_test(test_borrowed_addresses),
		cmocka_unit_test(test_contact_in_clear),
		cmocka_unit_test(test_late_hint),
		cmocka_unit_test(test_taken_away),
		cmocka_unit_test(test_refusal_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

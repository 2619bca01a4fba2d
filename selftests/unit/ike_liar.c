// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A responder that has the keys and answers in quick mode what was not asked for: it is refused,
 * with the notification that says why, and nothing is installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/agreement.h"
#include "ike/quick.h"
#include "ike/session.h"
#include "lib/couple.h"

/* What is wrong with an answer. */
enum lie {
	TRUTH,
	WIDER, /* than our own network */
	WIDER_PEER, /* than its network */
	NARROWER, /* one protocol alone: that may be */
	ONE_ID,
	KE_UNASKED,
	KE_MISSING,
	KE_ONE, /* a public value of 1 (RFC 2409 5, RFC 6989) */
	KE_SHORT,
	NO_SA, /* a proposal payload that is none */
};

/* Quick mode's answer of the right side, and all that it says after it, do not arrive. */
static enum verdict lose_answer(struct world *w, const struct datagram *d)
{
	return d->sender == 1 && !d->forged && d->length > 18 &&
			       d->bytes[18] == IKE_EXCHANGE_QUICK ? WORLD_DROP : WORLD_PASS;
}

static struct exchange *waiting(struct session *s)
{
	struct exchange *x = s->exchanges;

	while (x && x->state != STATE_QUICK_I2)
		x = x->next;
	assert_non_null(x);
	return x;
}

static void write_ids(struct builder *b, const struct child *c, enum lie lie)
{
	struct selector local = c->local_ts, remote = c->remote_ts;

	if (lie == WIDER || lie == WIDER_PEER) {
		struct ike_selector any;

		assert_true(ike_selector_parse(&any, "10.0.0.0/8"));
		*(lie == WIDER ? &local : &remote) = selector_of_public(&any);
	}
	if (lie == NARROWER) {
		struct ike_selector other;

		assert_true(ike_selector_parse(&other, "10.2.0.0/16[udp]"));
		remote = selector_of_public(&other);
		local.protocol = remote.protocol;
	}
	selector_write(b, &local);
	if (lie != ONE_ID)
		selector_write(b, &remote);
}

static void write_ke(struct builder *b, const struct quick *q, enum lie lie)
{
	const struct dh_group *group = q->group ? q->group : dh_group_by_number(2);
	struct dh *dh = dh_new(group);
	uint8_t one[1024] = { 0 };
	struct bytes public = dh_public(dh);

	assert_in_range(public.len, 1, sizeof(one));
	one[public.len - 1] = 1;
	if (lie == KE_ONE)
		public = bytes_of(one, public.len);
	if (lie == KE_SHORT)
		public.len--;
	if (lie == KE_UNASKED || (q->group && lie != KE_MISSING))
		builder_payload(b, IKE_PAYLOAD_KE, public);
	dh_free(dh);
}

/* The second message of @x, which the left side waits for. */
static void answer(struct world *w, enum lie lie)
{
	const struct ike_endpoint from = { w->sides[1].address, IKE_PORT };
	const struct ike_endpoint to = { w->sides[0].address, IKE_PORT };
	struct session *s = w->sides[0].ike->sessions;
	struct exchange *x = waiting(s), copy = *x;
	struct quick *q = x->quick;
	struct child_terms terms = agreement_terms(s, q->pair->connection);
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX], nonce[32] = { 7 };
	size_t len = s->keymat.hash->len, at, sa;
	struct bytes message;
	struct builder b;

	terms.group = q->group;
	terms.spi_esp = 0x12345678;
	exchange_begin(&copy, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	sa = b.w.len;
	assert_true(proposal_offer_child(&b, &q->pair->connection->esp, NULL, &terms));
	if (lie == NO_SA) /* the number of its transforms (RFC 2408 3.5) */
		buffer[sa + 4 + 8 + 7]++;
	builder_payload(&b, IKE_PAYLOAD_NONCE, bytes_of(nonce, sizeof(nonce)));
	write_ke(&b, q, lie);
	write_ids(&b, q->child, lie);
	assert_true(keymat_hash2(&s->keymat, x->id, blob_bytes(&q->ni),
				 builder_behind(&b, at, len), hash));
	builder_fill(&b, at, bytes_of(hash, len));
	message = seal_close(&copy.seal, &s->keymat, &b);
	assert_true(message.len);
	world_forge(w, &from, &to, message.data, message.len);
	world_run(w, w->now + 500, NULL);
}

static const struct row {
	enum lie lie;
	bool pfs;
	const char *says, *tells; /* here; to the peer, in its log */
} rows[] = {
	{ TRUTH, false, NULL, NULL },
	{ TRUTH, true, NULL, NULL },
	{ WIDER, false, "not those that we asked for", "INVALID-ID-INFORMATION" },
	{ WIDER_PEER, false, "not those that we asked for", "INVALID-ID-INFORMATION" },
	{ NARROWER, false, NULL, NULL },
	{ ONE_ID, false, "two IDs or none", "INVALID-ID-INFORMATION" },
	{ KE_UNASKED, false, "unasked key exchange", "NO-PROPOSAL-CHOSEN" },
	{ KE_MISSING, true, "key exchange is missing", "NO-PROPOSAL-CHOSEN" },
	{ KE_ONE, true, "cannot be accepted", "INVALID-KEY-INFORMATION" },
	{ KE_SHORT, true, "cannot be accepted", "INVALID-KEY-INFORMATION" },
	{ NO_SA, false, "cannot be accepted", "BAD-PROPOSAL-SYNTAX" },
};

static void test_lies(void **state)
{
	static const char *const pfs[] = { "aes128-sha1-modp1024" };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct couple c;
		struct world *w = couple_begin(&c, i);

		assert_true(ike_selector_parse(&c.left_pair.local, "10.1.0.0/16"));
		assert_true(ike_selector_parse(&c.left_pair.remote, "10.2.0.0/16"));
		c.right_pair.local = c.left_pair.remote;
		c.right_pair.remote = c.left_pair.local;
		if (r->pfs)
			c.left.esp = c.right.esp = pfs;
		w->judge = lose_answer;
		couple_add(&c, w);
		world_run(w, w->now + 500, NULL);
		answer(w, r->lie);
		if (!r->says) {
			assert_int_equal(w->sides[0].counts[IKE_EVENT_FAILED], 0);
			assert_in_range(w->sides[0].sa_count, 1, 2);
			world_free(w);
			continue;
		}
		if (!world_said(w, 0, IKE_EVENT_FAILED, r->says))
			fail_msg("row %zu: nothing says: %s", i, r->says);
		if (!world_said(w, 1, IKE_EVENT_NOTIFY, r->tells) &&
		    !world_said(w, 1, IKE_EVENT_FAILED, r->tells))
			fail_msg("row %zu: the peer does not hear %s", i, r->tells);
		assert_int_equal(w->sides[0].installs, 0);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

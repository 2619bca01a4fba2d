// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a peer can do that knows the keys: two engines are brought to a point, there the next
 * message is replaced by one whose payloads are the input, sealed and authenticated with the true
 * keys; then life goes on. Input: the point, and beyond them which of the receiver's exchanges has
 * the message's id, whatever it is; the type of the first payload, the payloads.
 */
#include "../unit/lib/world.c"
#include "../unit/lib/world_kernel.c"
#include "../unit/lib/world_network.c"
#include "../unit/lib/world_view.c"

#include "ike/connection.h"
#include "ike/exchange.h"
#include "ike/quick.h"
#include "ike/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECONDS 1000

/* Where the exchange stops: the message of one side that does not arrive. */
static const struct point {
	unsigned int sender, number; /* which is lost */
	bool aggressive;
	uint8_t exchange;
	enum protection protection;
	bool access; /* the left logs in at the right and gets an address from it */
	bool answer; /* to the transaction that the receiver waits in, else a new one */
} points[] = {
	{ 0, 0, false, IKE_EXCHANGE_MAIN, CLEAR },
	{ 1, 0, false, IKE_EXCHANGE_MAIN, CLEAR },
	{ 0, 1, false, IKE_EXCHANGE_MAIN, CLEAR },
	{ 1, 1, false, IKE_EXCHANGE_MAIN, CLEAR },
	{ 0, 2, false, IKE_EXCHANGE_MAIN, SEALED },
	{ 1, 2, false, IKE_EXCHANGE_MAIN, SEALED },
	{ 0, 3, false, IKE_EXCHANGE_QUICK, HASH_1 },
	{ 1, 3, false, IKE_EXCHANGE_QUICK, HASH_2 },
	{ 0, 9, false, IKE_EXCHANGE_INFORMATIONAL, HASH_1 },
	{ 1, 9, false, IKE_EXCHANGE_INFORMATIONAL, HASH_1 },
	{ 0, 9, false, IKE_EXCHANGE_QUICK, HASH_1 },
	{ 0, 0, true, IKE_EXCHANGE_AGGRESSIVE, CLEAR },
	{ 1, 0, true, IKE_EXCHANGE_AGGRESSIVE, CLEAR },
	{ 0, 1, true, IKE_EXCHANGE_AGGRESSIVE, SEALED },
	{ 0, 9, false, IKE_EXCHANGE_INFORMATIONAL, CLEAR },
	/* XAUTH: question, answer, status, acknowledgement; mode config: request, reply */
	{ 1, 3, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, false },
	{ 0, 3, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, true },
	{ 1, 4, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, false },
	{ 0, 4, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, true },
	{ 0, 5, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, false },
	{ 1, 5, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, true },
	{ 0, 9, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, false },
	{ 1, 9, false, IKE_EXCHANGE_TRANSACTION, HASH_1, true, false },
	{ 0, 9, false, IKE_EXCHANGE_TRANSACTION, HASH_1, false, false },
	{ 0, 9, false, IKE_EXCHANGE_QUICK, HASH_1, true, false },
	{ 1, 9, false, IKE_EXCHANGE_QUICK, HASH_1, true, false },
};

#define POINTS (sizeof(points) / sizeof(points[0]))

static enum verdict lose_one(struct world *w, const struct datagram *d)
{
	const struct point *p = w->test;

	/* Neither that one nor anything behind it. */
	return d->sender == p->sender && d->number >= p->number ? WORLD_DROP : WORLD_PASS;
}

static struct world *begin(const struct point *p)
{
	static const char *const ike[] = { "aes128-sha256-ecp256" };
	static const char *const esp[] = { "aes128-sha1", "aes128gcm16-ecp256" };
	struct world *w = world_new(1, 2);
	struct ike_connection left = world_connection(w, 0, 1), right = world_connection(w, 1, 0);

	w->judge = lose_one;
	w->test = (void *)p;
	left.ike = right.ike = ike;
	left.esp = right.esp = esp;
	left.esp_count = right.esp_count = 2;
	left.exchange = right.exchange = p->aggressive ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE;
	left.dpd_delay = right.dpd_delay = 10;
	if (p->access) {
		left.auth = right.auth = IKE_XAUTH_PSK;
		left.mode_config = right.mode_config = IKE_MODE_CONFIG_PULL;
		left.xauth_user = "alice";
		left.xauth_password = (const uint8_t *)"ecila";
		left.xauth_password_length = 5;
		right.xauth_server = true;
		ike_selector_parse(&right.pool, "10.9.0.0/28");
	}
	world_add(w, 1, &right);
	left.start = IKE_START_ALWAYS;
	world_add(w, 0, &left);
	world_run(w, w->now + 200, NULL);
	return w;
}

static struct exchange *quick_of(struct session *s)
{
	struct exchange *x = s ? s->exchanges : NULL;

	while (x && !x->quick)
		x = x->next;
	return x;
}

static struct exchange *transaction_of(struct session *s)
{
	struct exchange *x = s ? s->exchanges : NULL;

	while (x && x->state != STATE_TRANSACTION_I2)
		x = x->next;
	return x;
}

/* The one that many places from the newest, or NULL. */
static struct exchange *exchange_at(struct session *s, unsigned int place)
{
	struct exchange *x = s ? s->exchanges : NULL;

	while (x && place--)
		x = x->next;
	return x;
}

/* HASH before, seal around what is in @b behind the HASH at @at. */
static struct bytes protect(const struct point *p, struct session *s, struct exchange *quick,
			    struct exchange *waiting, struct builder *b, size_t at, uint32_t id)
{
	size_t len = s->keymat.hash->len;
	uint8_t hash[HASH_MAX] = { 0 };
	struct seal seal = s->main.seal;

	if (p->protection == HASH_2 && quick) {
		keymat_hash2(&s->keymat, id, blob_bytes(&quick->quick->ni),
			     builder_behind(b, at, len), hash);
		seal = quick->seal;
	} else if (p->protection >= HASH_1) {
		keymat_hash1(&s->keymat, id, builder_behind(b, at, len), hash);
		if (waiting)
			seal = waiting->seal;
		else if (!seal_phase2(&seal, &s->keymat, &s->main.seal, id))
			abort();
	}
	if (p->protection >= HASH_1)
		builder_fill(b, at, bytes_of(hash, len));
	return seal_close(&seal, &s->keymat, b);
}

static void attack(struct world *w, const struct point *p, unsigned int other, const uint8_t *data,
		   size_t size)
{
	struct side *from = &w->sides[p->sender], *to = &w->sides[!p->sender];
	struct ike_endpoint source = { from->address, IKE_PORT };
	struct ike_endpoint target = { to->address, IKE_PORT };
	/* The sender's own view: its keys and cookies. */
	struct session *s = from->ike->sessions ? from->ike->sessions : to->ike->sessions;
	struct exchange *quick = quick_of(to->ike->sessions);
	struct exchange *waiting = p->answer ? transaction_of(to->ike->sessions) : NULL;
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = p->exchange };
	static uint8_t buffer[8192];
	struct bytes message;
	struct builder b;
	size_t at = 0;

	if (other && p->protection == HASH_1)
		waiting = exchange_at(to->ike->sessions, other - 1);
	if (!s || size > 6000 || (p->protection != CLEAR && !s->keys) ||
	    (p->protection == HASH_2 && !quick) || (p->answer && !waiting))
		return;
	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	if (p->number || p->sender)
		memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	if (waiting)
		h.id = waiting->id;
	else if (p->exchange != IKE_EXCHANGE_MAIN && p->exchange != IKE_EXCHANGE_AGGRESSIVE)
		h.id = p->protection == HASH_2 ? quick->id : 0x12345678;
	builder_begin(&b, buffer, sizeof(buffer), &h);
	if (p->protection >= HASH_1)
		at = builder_reserve(&b, IKE_PAYLOAD_HASH, s->keymat.hash->len);
	writer_patch_u8(&b.w, b.next_at, data[0]);
	writer_bytes(&b.w, bytes_of(data + 1, size - 1));
	message = p->protection == CLEAR ? builder_end(&b) :
					   protect(p, s, quick, waiting, &b, at, h.id);
	if (!message.len)
		return;
	ike_input(to->ike, &target, &source, message.data, message.len, w->now);
	world_touched(w, to->index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct point *p;
	struct world *w;

	if (size < 3)
		return 0;
	p = &points[data[0] % POINTS];
	w = begin(p);
	attack(w, p, data[0] / POINTS, data + 1, size - 1);
	w->judge = NULL;
	world_run(w, w->now + 100 * SECONDS, NULL);
	/* Whatever it was: what one side installs, the other has the same keys for. */
	if (world_check(w) || w->sides[0].sa_count > 16 || w->sides[1].sa_count > 16)
		abort();
	ike_shutdown(w->sides[0].ike, w->now);
	ike_shutdown(w->sides[1].ike, w->now);
	if (w->sides[0].sa_count || w->sides[1].sa_count)
		abort();
	world_free(w);
	return 0;
}

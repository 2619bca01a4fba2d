// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was really said, again and again: as it was, cut off, lengthened, with other bits, lengths,
 * versions, flags, cookies and types, on the other port, with a non-ESP marker too many or too few,
 * from another place. It changes nothing of a tunnel that is up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/message.h"
#include "lib/scene.h"

#define RECORDS 200
#define MUTATIONS 2000
#define LONGER 3000
#define MARKER 4

struct record {
	struct ike_endpoint from, to;
	uint8_t *bytes;
	size_t length;
};

struct tape {
	struct record records[RECORDS];
	unsigned int count;
};

static enum verdict record(struct world *w, const struct datagram *d)
{
	struct tape *tape = w->test;
	struct record *r = &tape->records[tape->count];

	if (tape->count == RECORDS || d->forged || d->length < IKE_HEADER_LEN)
		return WORLD_PASS;
	*r = (struct record){ .from = d->from, .to = d->to, .length = d->length };
	r->bytes = malloc(d->length);
	assert_non_null(r->bytes);
	memcpy(r->bytes, d->bytes, d->length);
	tape->count++;
	return WORLD_PASS;
}

static unsigned int any(struct world *w, unsigned int below)
{
	return (unsigned int)(world_random(w) % below);
}

/* Its length, its place, its marker. */
static size_t reshape(struct world *w, struct record *r, uint8_t *bytes)
{
	size_t length = r->length;

	memcpy(bytes, r->bytes, length);
	switch (any(w, 10)) {
	case 0:
		return any(w, (unsigned int)length + 1);
	case 1:
		memset(bytes + length, (int)any(w, 256), LONGER);
		return length + any(w, LONGER);
	case 2:
		memmove(bytes + MARKER, bytes, length);
		memset(bytes, any(w, 2) ? 0 : (int)any(w, 256), MARKER);
		r->to.port = any(w, 2) ? IKE_PORT : IKE_PORT_NATT;
		return length + MARKER;
	case 3:
		r->to.port = r->to.port == IKE_PORT ? IKE_PORT_NATT : IKE_PORT;
		r->from.port = (uint16_t)any(w, 65536);
		break;
	case 4:
		memmove(bytes, bytes + MARKER, length - MARKER);
		return length - MARKER;
	case 5:
		r->from.address.bytes[3] ^= (uint8_t)any(w, 256);
		break;
	default:
		break;
	}
	return length;
}

/* One field of the header (RFC 2408 3.1), or one bit behind it. */
static void change(struct world *w, uint8_t *header, size_t length)
{
	switch (any(w, 8)) {
	case 0:
		header[any(w, 16)] ^= 1 << any(w, 8); /* cookies */
		break;
	case 1:
		header[16] = any(w, 2) ? any(w, 21) : IKE_PAYLOAD_FRAGMENT;
		break;
	case 2:
		header[17] = any(w, 2) ? 0x20 : any(w, 256); /* IKEv2 */
		break;
	case 3:
		header[18] = any(w, 40);
		break;
	case 4:
		header[19] ^= 1 << any(w, 8);
		break;
	case 5:
		header[20 + any(w, 4)] ^= 1 << any(w, 8); /* message id */
		break;
	case 6:
		header[24 + any(w, 4)] = any(w, 256); /* length */
		break;
	default:
		if (length > IKE_HEADER_LEN)
			header[IKE_HEADER_LEN + any(w, (unsigned int)(length - IKE_HEADER_LEN))] ^=
				1 << any(w, 8);
		break;
	}
}

static void mutate(struct world *w, const struct tape *tape)
{
	static uint8_t bytes[IKE_DATAGRAM_MAX + LONGER + MARKER];
	struct record r = tape->records[any(w, tape->count)];
	size_t length = reshape(w, &r, bytes), begin;
	unsigned int changes = any(w, 5);

	begin = r.to.port == IKE_PORT_NATT ? MARKER : 0;
	while (changes-- && length >= begin + IKE_HEADER_LEN)
		change(w, bytes + begin, length - begin);
	world_forge(w, &r.from, &r.to, bytes, length);
	world_run(w, w->now + !any(w, 20), NULL);
}

static void test_mutations(void **state)
{
	unsigned int v, i;

	for (v = 0; v < SCENE_VARIANTS; v++) {
		struct tape tape = { .count = 0 };
		struct world *w = scene_begin(&scene_variants[v], v, record, &tape);
		uint64_t server, client;

		assert_true(world_run(w, w->now + 20 * SECONDS, couple_up));
		world_run(w, w->now + 20 * SECONDS, NULL);
		assert_in_range(tape.count, 9, RECORDS);
		server = world_digest(w, 0);
		client = world_digest(w, 1);
		for (i = 0; i < MUTATIONS; i++)
			mutate(w, &tape);
		world_run(w, w->now + 60 * SECONDS, NULL);
		assert_true(world_digest(w, 0) == server);
		assert_true(world_digest(w, 1) == client);
		scene_good(w, &scene_variants[v]);
		for (i = 0; i < tape.count; i++)
			free(tape.records[i].bytes);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

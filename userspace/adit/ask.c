// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/ask.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/message.h"

#define NONCE_LEN	32
#define PAD_PIECE	400
/* What fits one packet of 1280 bytes with room to spare */
#define PROPOSALS_ASKED	28
/* With which those ciphers are asked for that few peers use */
#define RARE_GROUPS	5

/* RFC 7296 3.1, 3.2, 3.3, 3.10 */
enum {
	IKEV2_VERSION = 0x20,
	IKEV2_SA_INIT = 34,
	IKEV2_INITIATOR = 0x08,
	IKEV2_RESPONSE = 0x20,
	IKEV2_SA = 33,
	IKEV2_KE = 34,
	IKEV2_NONCE = 40,
	IKEV2_NOTIFY = 41,
	IKEV2_INVALID_KE_PAYLOAD = 17,
};

const char *const ask_groups[ASK_GROUPS] = {
	"modp2048", "modp1024", "ecp256", "modp1536", "modp3072", "modp4096", "ecp384", "ecp521",
	"modp2048s256", "curve25519", "modp6144", "modp8192", "modp2048s224", "modp1024s160",
	"modp768",
};

static void begin(struct builder *b, const uint8_t cookie[8], uint8_t exchange, uint8_t *message)
{
	struct isakmp_header h = { .version = IKE_VERSION, .exchange = exchange };

	memcpy(h.initiator, cookie, sizeof(h.initiator));
	builder_begin(b, message, ASK_MAX, &h);
}

static void offer(struct builder *b, const struct proposal_list *list, uint16_t auth)
{
	struct ike_terms terms = { .auth = auth, .seconds = 28800 };

	proposal_offer_ike(b, list, &terms);
}

size_t ask_main(const uint8_t cookie[8], const struct proposal_list *list, uint16_t auth,
		size_t padding, uint8_t *message)
{
	static const uint8_t piece[PAD_PIECE] = "adit diagnose: does a large message pass?";
	struct builder b;

	begin(&b, cookie, IKE_EXCHANGE_MAIN, message);
	offer(&b, list, auth);
	/* Vendor IDs that nobody knows are ignored (RFC 2408 3.16) */
	for (; padding; padding -= padding < PAD_PIECE ? padding : PAD_PIECE)
		builder_payload(&b, IKE_PAYLOAD_VENDOR,
				bytes_of(piece, padding < PAD_PIECE ? padding : PAD_PIECE));
	return builder_end(&b).len;
}

size_t ask_aggressive(const uint8_t cookie[8], const struct proposal_list *list, uint16_t auth,
		      const struct identity *id, uint8_t *message)
{
	struct id_payload payload = identity_to_payload(id, 0, 0);
	uint8_t nonce[NONCE_LEN];
	struct builder b;
	struct dh *dh;
	size_t length;

	dh = list->count ? dh_new(list->item[0].group) : NULL;
	if (!dh || RAND_bytes(nonce, sizeof(nonce)) != 1) {
		dh_free(dh);
		return 0;
	}
	begin(&b, cookie, IKE_EXCHANGE_AGGRESSIVE, message);
	offer(&b, list, auth);
	builder_payload(&b, IKE_PAYLOAD_KE, dh_public(dh));
	builder_payload(&b, IKE_PAYLOAD_NONCE, bytes_of(nonce, sizeof(nonce)));
	id_write(&b, &payload);
	length = builder_end(&b).len;
	dh_free(dh);
	return length;
}

/* RFC 7296 3.3.2: one transform; @bits is the key length, 0: none */
static void ikev2_transform(struct writer *w, bool last, uint8_t type, uint16_t id, uint16_t bits)
{
	writer_u8(w, last ? 0 : 3);
	writer_u8(w, 0);
	writer_u16(w, bits ? 12 : 8);
	writer_u8(w, type);
	writer_u8(w, 0);
	writer_u16(w, id);
	if (bits) {
		writer_u16(w, 0x800e);
		writer_u16(w, bits);
	}
}

/* One proposal with what most peers have something of */
static void ikev2_offer(struct writer *w)
{
	static const struct {
		uint8_t type;
		uint16_t id, bits;
	} all[] = {
		{ 1, 12, 256 }, { 1, 12, 128 }, { 1, 12, 192 }, { 1, 3, 0 },	/* AES-CBC, 3DES */
		{ 2, 5, 0 }, { 2, 2, 0 }, { 2, 6, 0 }, { 2, 7, 0 },		/* PRF HMAC */
		{ 3, 12, 0 }, { 3, 2, 0 }, { 3, 13, 0 }, { 3, 14, 0 },		/* HMAC, cut */
		{ 4, 14, 0 }, { 4, 2, 0 }, { 4, 5, 0 }, { 4, 15, 0 }, { 4, 16, 0 },
		{ 4, 19, 0 }, { 4, 20, 0 }, { 4, 21, 0 }, { 4, 31, 0 },
	};
	size_t count = sizeof(all) / sizeof(*all), at = w->len, i;
	uint8_t size[2];

	writer_u8(w, 0);
	writer_u8(w, 0);
	writer_u16(w, 0);
	writer_u8(w, 1);	/* number, protocol IKE, no SPI */
	writer_u8(w, 1);
	writer_u8(w, 0);
	writer_u8(w, (uint8_t)count);
	for (i = 0; i < count; i++)
		ikev2_transform(w, i + 1 == count, all[i].type, all[i].id, all[i].bits);
	size[0] = (uint8_t)((w->len - at) >> 8);
	size[1] = (uint8_t)(w->len - at);
	writer_patch(w, at + 2, bytes_of(size, 2));
}

static void ikev2_header(struct writer *w, uint8_t next, uint16_t length)
{
	writer_u8(w, next);
	writer_u8(w, 0);
	writer_u16(w, length);
}

size_t ask_ikev2(const uint8_t cookie[8], uint8_t *message)
{
	struct dh *dh = dh_new(dh_group_by_number(14));
	struct writer w = writer_of(message, ASK_MAX);
	uint8_t nonce[NONCE_LEN], offered[1024];
	struct writer o = writer_of(offered, sizeof(offered));
	struct bytes public;

	if (!dh || RAND_bytes(nonce, sizeof(nonce)) != 1) {
		dh_free(dh);
		return 0;
	}
	public = dh_public(dh);
	ikev2_offer(&o);
	writer_bytes(&w, bytes_of(cookie, 8));
	writer_zero(&w, 8);
	writer_u8(&w, IKEV2_SA);
	writer_u8(&w, IKEV2_VERSION);
	writer_u8(&w, IKEV2_SA_INIT);
	writer_u8(&w, IKEV2_INITIATOR);
	writer_u32(&w, 0);
	writer_u32(&w, (uint32_t)(28 + 4 + o.len + 8 + public.len + 4 + NONCE_LEN));
	ikev2_header(&w, IKEV2_KE, (uint16_t)(4 + o.len));
	writer_bytes(&w, writer_from(&o, 0));
	ikev2_header(&w, IKEV2_NONCE, (uint16_t)(8 + public.len));
	writer_u16(&w, 14);
	writer_u16(&w, 0);
	writer_bytes(&w, public);
	ikev2_header(&w, 0, 4 + NONCE_LEN);
	writer_bytes(&w, bytes_of(nonce, sizeof(nonce)));
	dh_free(dh);
	return w.overflow || o.overflow ? 0 : w.len;
}

static void notified(struct ask_answer *answer, unsigned int type)
{
	const char *name = ike_notify_name((uint16_t)type);

	answer->kind = ASK_NOTIFY;
	answer->notify = type;
	if (name)
		snprintf(answer->name, sizeof(answer->name), "%s", name);
	else
		snprintf(answer->name, sizeof(answer->name), "notification %u", type);
}

/* RFC 7296 3.2: the chain of payloads; what it takes is an SA, or the wish for another group */
static struct ask_answer read_ikev2(struct bytes message)
{
	struct ask_answer answer = { .kind = ASK_OTHER };
	struct fault fault = { 0 };
	struct cursor c = cursor_of(message, &fault);
	uint8_t next = message.data[16];
	struct bytes body;
	uint16_t length;

	cursor_take(&c, 28);
	while (next) {
		uint8_t type = next;

		next = cursor_u8(&c);
		cursor_u8(&c);
		length = cursor_u16(&c);
		if (!cursor_ok(&c) || length < 4)
			break;
		body = cursor_take(&c, length - 4u);
		if (!cursor_ok(&c))
			break;
		if (type == IKEV2_SA) {
			answer.kind = ASK_SA;
			break;
		}
		if (type == IKEV2_NOTIFY && body.len >= 4) {
			notified(&answer, (unsigned int)(body.data[2] << 8 | body.data[3]));
			if (answer.notify == IKEV2_INVALID_KE_PAYLOAD)
				answer.kind = ASK_SA;
			break;
		}
	}
	return answer;
}

static void read_sa(struct ask_answer *answer, const struct payload *sa,
		    const struct proposal_list *list, uint16_t auth)
{
	struct ike_terms terms = { .auth = auth };
	struct offer *offer = malloc(sizeof(*offer));
	struct fault fault = { 0 };
	struct ike_choice choice;
	char why[PROPOSAL_TEXT_MAX];
	char ours[sizeof(answer->chosen)];

	answer->kind = ASK_OTHER;
	if (offer && list && offer_parse(offer, 1, sa->body, &fault) &&
	    proposal_accept_ike(&choice, offer, list, &terms, why, sizeof(why))) {
		answer->kind = ASK_SA;
		proposal_print(&choice.proposal, answer->chosen, sizeof(answer->chosen));
		for (answer->index = 0; answer->index < list->count; answer->index++)
			if (!strcmp(proposal_print(&list->item[answer->index], ours, sizeof(ours)),
				    answer->chosen))
				break;
	}
	free(offer);
}

/*
 * Who only sends back what came to it answers nothing: the answer to a first message has a cookie
 * of the responder's (RFC 2408 2.5.3), or says that it is one (RFC 7296 3.1).
 */
static bool is_reflected(const uint8_t *message)
{
	static const uint8_t none[8];
	uint8_t exchange = message[18];

	if (message[17] >> 4 == 2)
		return !(message[19] & IKEV2_RESPONSE);
	return (exchange == IKE_EXCHANGE_MAIN || exchange == IKE_EXCHANGE_AGGRESSIVE) &&
	       !memcmp(message + 8, none, sizeof(none));
}

struct ask_answer ask_read(const uint8_t *message, size_t length, const struct proposal_list *list,
			   uint16_t auth)
{
	struct ask_answer answer = { .kind = ASK_NOTHING };
	const struct payload *p;
	struct fault fault = { 0 };
	struct notify n;
	struct message m;

	if (!message || length < 28)
		return answer;
	answer.kind = ASK_OTHER;
	if (is_reflected(message))
		return answer;
	/* RFC 2408 3.1, RFC 7296 3.1: both have the version at the same place */
	if (message[17] >> 4 == 2)
		return read_ikev2(bytes_of(message, length));
	if (!message_parse_header(&m, bytes_of(message, length), &fault) ||
	    !message_parse_payloads(&m, m.body, false, &fault))
		return answer;
	p = message_find(&m, IKE_PAYLOAD_SA, NULL);
	if (p) {
		read_sa(&answer, p, list, auth);
		return answer;
	}
	p = message_find(&m, IKE_PAYLOAD_NOTIFY, NULL);
	if (p && notify_parse(&n, p->body, &fault))
		notified(&answer, n.type);
	return answer;
}

/* In the last list that has room */
static void ask_for(struct proposal_list *lists, unsigned int max, unsigned int *count,
		    const char *cipher, const char *hash, const char *group)
{
	char words[64], why[PROPOSAL_TEXT_MAX];

	if (!*count || lists[*count - 1].count == PROPOSALS_ASKED) {
		if (*count == max)
			return;
		lists[(*count)++].count = 0;
	}
	snprintf(words, sizeof(words), "%s-%s-%s", cipher, hash, group);
	proposal_parse(&lists[*count - 1], PROPOSAL_IKE, words, why, sizeof(why));
}

void ask_usual(struct proposal_list *lists, unsigned int max, unsigned int *count)
{
	static const char *const hashes[] = { "sha256", "sha1", "sha384", "sha512", "md5" };
	static const char *const ciphers[] = { "aes256", "aes128", "aes192", "3des", "des" };
	static const char *const rare[] = { "camellia256", "camellia128", "camellia192" };
	size_t g, h, c;

	*count = 0;
	for (g = 0; g < ASK_GROUPS; g++)
		for (h = 0; h < sizeof(hashes) / sizeof(*hashes); h++)
			for (c = 0; c < sizeof(ciphers) / sizeof(*ciphers); c++)
				ask_for(lists, max, count, ciphers[c], hashes[h], ask_groups[g]);
	for (g = 0; g < RARE_GROUPS; g++)
		for (h = 0; h < sizeof(hashes) / sizeof(*hashes); h++)
			for (c = 0; c < sizeof(rare) / sizeof(*rare); c++)
				ask_for(lists, max, count, rare[c], hashes[h], ask_groups[g]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/transaction.h"

#include "ike/mode_config.h"
#include "ike/report.h"
#include "ike/xauth.h"

static bool transmit(struct exchange *x, uint8_t type, uint16_t id, attributes_write *write,
		     const void *about, bool waiting)
{
	struct session *s = x->session;
	size_t len = s->keymat.hash->len, at;
	uint8_t buffer[BUILDER_MAX], hash[HASH_MAX];
	struct builder b;
	bool good = false;

	exchange_begin(x, &b, buffer, sizeof(buffer));
	at = builder_reserve(&b, IKE_PAYLOAD_HASH, len);
	attributes_open(&b, type, id);
	write(s, &b.w, about);
	builder_close(&b);
	if (!b.w.overflow && keymat_hash1(&s->keymat, x->id, builder_behind(&b, at, len), hash)) {
		builder_fill(&b, at, bytes_of(hash, len));
		good = exchange_send(x, &b, true, waiting);
	}
	/* It may have held a password */
	secret_erase(buffer, sizeof(buffer));
	return good;
}

void transaction_begin(struct session *s, enum transaction_purpose purpose, uint8_t type,
		       attributes_write *write, const void *about)
{
	struct exchange *x = exchange_new(s, IKE_EXCHANGE_TRANSACTION,
					  message_ids_next(&s->ids), true,
					  STATE_TRANSACTION_I2);

	if (x)
		x->purpose = purpose;
	if (!x || !transmit(x, type, (uint16_t)engine_random32(s->ike), write, about, true))
		access_fail(s, IKE_ERROR_AUTH_FAILED, "out of memory, or of message ids");
}

void transaction_answer(struct exchange *x, uint8_t type, uint16_t id, attributes_write *write,
			const void *about)
{
	struct ike *ike = x->session->ike;

	if (!transmit(x, type, id, write, about, false))
		exchange_kill(x);
	else
		timer_set(&ike->timers, &x->timer, ike->now + EXCHANGE_LINGER);
}

static const char *silence_text(const struct exchange *x)
{
	switch (x->purpose) {
	case TRANSACTION_LOGIN:
		return "phase 1 is agreed, but the peer does not answer when asked for user and "
		       "password (XAUTH): enable it there";
	case TRANSACTION_PULL:
		return "the peer does not answer when asked for an address (mode config): give it "
		       "a pool, or set mode-config = \"push\" or \"no\"";
	default:
		return "the peer stopped answering in XAUTH or mode config";
	}
}

void transaction_silence(struct exchange *x, bool final)
{
	struct session *s = x->session;

	if (final && x->initiator && s->access.step == ACCESS_REFUSED) {
		xauth_acknowledged(s);
	} else if (final && x->initiator && access_pending(s)) {
		access_fail(s, IKE_ERROR_NO_RESPONSE, "%s", silence_text(x));
		return;
	}
	if (final)
		exchange_kill(x);
}

/* Well-formed, or the payload would not have got here. */
static struct attributes read(const struct message *m)
{
	struct fault fault = { 0 };
	struct attributes a;

	attributes_parse(&a, message_find(m, IKE_PAYLOAD_ATTRIBUTES, NULL)->body, &fault);
	return a;
}

void transaction_r1(struct exchange *x, const struct message *m)
{
	struct attributes a = read(m);
	bool xauth = attributes_are_xauth(&a);

	/* REPLY and ACK to nothing of ours are not accepted. */
	if (a.type == IKE_CFG_REQUEST && xauth)
		xauth_request(x, &a);
	else if (a.type == IKE_CFG_REQUEST)
		mode_config_request(x, &a);
	else if (a.type == IKE_CFG_SET && xauth)
		xauth_status(x, &a);
	else if (a.type == IKE_CFG_SET)
		mode_config_set(x, &a);
}

void transaction_i2(struct exchange *x, const struct message *m)
{
	enum transaction_purpose purpose = x->purpose;
	struct attributes a = read(m);
	bool asked = purpose == TRANSACTION_LOGIN || purpose == TRANSACTION_PULL;

	if (a.type != (asked ? IKE_CFG_REPLY : IKE_CFG_ACK))
		return;
	exchange_accept(x);
	exchange_done(x);
	switch (purpose) {
	case TRANSACTION_LOGIN:
		xauth_reply(x->session, &a);
		break;
	case TRANSACTION_VERDICT:
		xauth_acknowledged(x->session);
		break;
	case TRANSACTION_PULL:
		mode_config_reply(x->session, &a);
		break;
	case TRANSACTION_PUSH:
		mode_config_acknowledged(x->session);
		break;
	}
}

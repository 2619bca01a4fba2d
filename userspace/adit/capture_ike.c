// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/capture_ike.h"

#include <string.h>

#include "ike/ike.h"
#include "ike/numbers.h"

/* RFC 2408 3.1: the whole header is there, and of our version */
static bool is_ikev1(struct bytes message)
{
	return message.len >= 28 && message.data[17] >> 4 == 1;
}

static bool is_phase1(struct bytes message)
{
	return message.data[18] == IKE_EXCHANGE_MAIN || message.data[18] == IKE_EXCHANGE_AGGRESSIVE;
}

/* RFC 2408 2.5.3: the other side's cookie is not known yet */
static bool is_first(struct bytes message)
{
	static const uint8_t none[8];

	return !memcmp(message.data + 8, none, sizeof(none));
}

bool capture_ike_port(uint16_t port)
{
	return port == IKE_PORT || port == IKE_PORT_NATT;
}

/* The daemon's end of it; and a peer without NAT, which begins from the ports of IKE */
static bool is_between(const struct capture_ike *seen, uint16_t ours, uint16_t theirs, bool natt)
{
	return (!seen->ports[natt] || ours == seen->ports[natt]) && capture_ike_port(theirs);
}

static bool is_own(const struct capture_ike *seen, struct bytes message)
{
	unsigned int i;

	for (i = 0; i < seen->own_count && i < CAPTURE_IKE_OWN; i++)
		if (!memcmp(message.data, seen->own[i], 8))
			return true;
	return false;
}

/*
 * Whatever the daemon is told in a phase 1 of its own, it takes for heard. A phase 1 or quick mode
 * that it does not know it goes on with or refuses in the clear; what else comes under cookies that
 * are not its own it may ignore.
 */
static bool is_for_daemon(const struct capture_ike *seen, struct bytes message)
{
	return is_own(seen, message) ||
	       (message.data[16] != IKE_PAYLOAD_FRAGMENT &&
		(is_phase1(message) || message.data[18] == IKE_EXCHANGE_QUICK));
}

/* CAPTURE_IKE_BEGUN: none of the peer's that is remembered */
static unsigned int begun_by(const struct capture_ike *seen, struct bytes message)
{
	unsigned int i;

	for (i = 0; i < seen->begun_count && i < CAPTURE_IKE_BEGUN; i++)
		if (!memcmp(message.data, seen->begun[i].cookie, 8))
			return i;
	return CAPTURE_IKE_BEGUN;
}

void capture_ike_sent(struct capture_ike *seen, struct bytes message, uint16_t ours,
		      uint16_t theirs, bool natt, bool question)
{
	unsigned int i;

	seen->out++;
	if (!is_ikev1(message))
		return;
	i = begun_by(seen, message);
	if (i < CAPTURE_IKE_BEGUN && is_phase1(message) &&
	    is_between(seen, ours, theirs, natt))
		seen->begun[i].answered = true;
	/* Who knows the peer's cookie, or refuses what came, has been reached by it */
	if (message.data[18] == IKE_EXCHANGE_INFORMATIONAL || !is_first(message))
		seen->from_daemon[natt]++;
	else if (!question && !is_own(seen, message))
		memcpy(seen->own[seen->own_count++ % CAPTURE_IKE_OWN], message.data, 8);
}

void capture_ike_received(struct capture_ike *seen, struct bytes message, uint16_t ours,
			  uint16_t theirs, bool natt)
{
	unsigned int i;

	seen->in++;
	if (!is_ikev1(message) || !is_between(seen, ours, theirs, natt))
		return;
	seen->for_daemon[natt] += is_for_daemon(seen, message);
	if (!is_phase1(message) || !is_first(message))
		return;
	/* Who has our answer to its first message goes on with the next one */
	i = begun_by(seen, message);
	if (i < CAPTURE_IKE_BEGUN) {
		seen->unheard += seen->begun[i].answered;
		return;
	}
	i = seen->begun_count++ % CAPTURE_IKE_BEGUN;
	memcpy(seen->begun[i].cookie, message.data, 8);
	seen->begun[i].answered = false;
}

void capture_ike_stranger(struct capture_ike *seen, struct bytes message,
			  const struct ike_address *from, bool question)
{
	/* Only who has had our message has its cookie */
	if (!is_ikev1(message) || is_first(message) || !(question || is_own(seen, message)))
		return;
	seen->stranger = *from;
	seen->strangers++;
}

void capture_ike_json(const struct capture_ike *seen, json_t *wire)
{
	char text[IKE_ADDRESS_TEXT];
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
		{ "ike_out", seen->out },
		{ "ike_in", seen->in },
		{ "ike_elsewhere", seen->elsewhere },
		{ "ike_unheard", seen->unheard },
		{ "ike_for_daemon", seen->for_daemon[0] },
		{ "ike_from_daemon", seen->from_daemon[0] },
		{ "natt_for_daemon", seen->for_daemon[1] },
		{ "natt_from_daemon", seen->from_daemon[1] },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		json_object_set_new(wire, rows[i].name, json_integer((json_int_t)rows[i].count));
	if (seen->strangers)
		json_object_set_new(wire, "stranger",
				    json_pack("{s:s, s:I}", "from",
					      ike_address_text(&seen->stranger, text), "count",
					      (json_int_t)seen->strangers));
}

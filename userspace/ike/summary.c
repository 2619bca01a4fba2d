// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message in one line for the log.
 */
#include "ike/identity.h"
#include "ike/mismatch.h"
#include "ike/selector.h"
#include "ike/vendor.h"

#include <stdlib.h>

static void add_sa(struct text *t, unsigned int phase, struct bytes body)
{
	struct offer *offer = malloc(sizeof(*offer)); /* too large for a stack of unknown depth */
	char list[PROPOSAL_TEXT_MAX / 4];
	struct fault fault = { 0 };

	if (offer && offer_parse(offer, phase, body, &fault))
		text_add(t, "(%s)", offer_print(offer, list, sizeof(list)));
	else
		text_add(t, "(%s)", fault.text ? fault.text : "not enough memory to read it");
	free(offer);
}

static void add_id(struct text *t, bool quick, struct bytes body)
{
	struct fault fault = { 0 };
	struct id_payload p;
	struct identity id;
	struct selector s;
	char shown[256];

	id_parse(&p, body, &fault);
	if (quick && selector_from_payload(&s, &p, &fault))
		text_add(t, "(%s)", selector_print(&s, shown, sizeof(shown)));
	else if (!quick && identity_from_payload(&id, &p, &fault))
		text_add(t, "(%s)", identity_print(&id, shown, sizeof(shown)));
	else
		text_add(t, "(%s)", fault.text);
}

static void add_notify(struct text *t, struct bytes body)
{
	struct fault fault = { 0 };
	struct notify n;

	notify_parse(&n, body, &fault);
	text_add(t, "(");
	text_add_name(t, ike_notify_name(n.type), "type", n.type);
	text_add(t, ")");
}

static void add_deletion(struct text *t, struct bytes body)
{
	struct fault fault = { 0 };
	struct deletion d;
	unsigned int i;

	deletion_parse(&d, body, &fault);
	text_add(t, "(");
	text_add_name(t, ike_protocol_name(d.protocol), "protocol", d.protocol);
	for (i = 0; i < d.count && i < 4; i++) {
		text_add(t, " ");
		text_add_hex(t, deletion_spi(&d, i));
	}
	text_add(t, "%s)", d.count > 4 ? " ..." : "");
}

static void add_vendor(struct text *t, struct bytes body)
{
	const struct vendor *v = vendor_find(body);

	text_add(t, "(");
	if (v)
		text_add(t, "%s", v->name);
	else
		text_add_hex(t, bytes_of(body.data, body.len < 20 ? body.len : 20));
	text_add(t, ")");
}

static void add_payload(struct text *t, const struct message *m, const struct payload *p)
{
	bool quick = m->header.exchange == IKE_EXCHANGE_QUICK;

	text_add(t, " ");
	text_add_name(t, ike_payload_name(p->type), "payload", p->wire_type);
	switch (p->type) {
	case IKE_PAYLOAD_SA:
		add_sa(t, quick ? 2 : 1, p->body);
		break;
	case IKE_PAYLOAD_ID:
		add_id(t, quick, p->body);
		break;
	case IKE_PAYLOAD_NOTIFY:
		add_notify(t, p->body);
		break;
	case IKE_PAYLOAD_DELETE:
		add_deletion(t, p->body);
		break;
	case IKE_PAYLOAD_VENDOR:
		add_vendor(t, p->body);
		break;
	default:
		text_add(t, "(%zu)", p->body.len);
	}
}

const char *message_print(const struct message *m, char *text, size_t size)
{
	const struct isakmp_header *h = &m->header;
	struct text t = text_of(text, size);
	unsigned int i;

	text_add_name(&t, ike_exchange_name(h->exchange), "exchange", h->exchange);
	if (h->id)
		text_add(&t, " 0x%08x", h->id);
	text_add(&t, ", %u bytes:", h->length);
	for (i = 0; i < m->count; i++)
		add_payload(&t, m, &m->payloads[i]);
	if (!m->count)
		text_add(&t, h->flags & IKE_FLAG_ENCRYPTION ? " encrypted" : " nothing");
	return text;
}

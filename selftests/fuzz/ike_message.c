// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that reads a message in the clear: header, payloads, SA payloads of both phases,
 * identities, traffic selectors, the choice from an offer, the line for the log.
 */
#include <stdlib.h>
#include <string.h>

#include "ike/identity.h"
#include "ike/payload.h"
#include "ike/proposal.h"
#include "ike/selector.h"
#include "ike/vendor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* What was read must be written so that it reads the same. */
static void check_selector(const struct id_payload *p)
{
	const struct isakmp_header header = { .initiator = { 1 } };
	struct selector s, back;
	struct fault fault = { 0 };
	struct id_payload again;
	char text[SELECTOR_TEXT_MAX], why[256];
	uint8_t buffer[128];
	struct builder b;

	if (!selector_from_payload(&s, p, &fault)) {
		must(fault.text && fault.notify);
		return;
	}
	builder_begin(&b, buffer, sizeof(buffer), &header);
	selector_write(&b, &s);
	must(id_parse(&again, writer_from(&b.w, IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN), &fault));
	must(selector_from_payload(&back, &again, &fault) && selector_equal(&s, &back));
	must(selector_parse(&back, selector_print(&s, text, sizeof(text)), why, sizeof(why)));
	must(selector_contains(&back, &s));
}

static void check_identity(const struct id_payload *p)
{
	struct fault fault = { 0 };
	struct identity id;
	char text[IDENTITY_TEXT_MAX * 4];

	if (!identity_from_payload(&id, p, &fault)) {
		must(fault.text && fault.notify);
		return;
	}
	must(identity_matches(&id, &id));
	identity_print(&id, text, sizeof(text));
	for (const char *c = text; *c; c++)
		must(*c >= ' ' && *c <= '~');
}

static void check_offer(unsigned int phase, struct bytes body)
{
	const struct ike_terms ike = { .auth = IKE_AUTH_PSK };
	const struct child_terms child = { .encap = IPSEC_ENCAP_TUNNEL };
	static struct offer offer;
	struct proposal_list list = { 0 };
	struct fault fault = { 0 };
	struct ike_choice choice;
	struct child_choice child_choice;
	char why[PROPOSAL_TEXT_MAX], list_text[256];

	if (!offer_parse(&offer, phase, body, &fault)) {
		must(fault.text && fault.notify);
		return;
	}
	must(proposal_parse(&list, phase == 1 ? PROPOSAL_IKE : PROPOSAL_ESP,
			    phase == 1 ? "aes128-aes256-sha1-sha256-modp1024-modp2048" :
					 "aes128-aes256-sha1-sha256-modp1024",
			    why, sizeof(why)));
	why[0] = '\0';
	if (phase == 1)
		must(proposal_select_ike(&choice, &offer, &list, &ike, why, sizeof(why)) || *why);
	else
		must(proposal_select_child(&child_choice, &offer, &list, NULL, &child, 128, why,
					   sizeof(why)) || *why);
	must(strlen(why) < sizeof(why));
	offer_print(&offer, list_text, sizeof(list_text));
}

static void check_payload(const struct payload *p)
{
	struct fault fault = { 0 };
	struct id_payload id;
	struct deletion d;

	switch (p->type) {
	case IKE_PAYLOAD_SA:
		check_offer(1, p->body);
		check_offer(2, p->body);
		break;
	case IKE_PAYLOAD_ID:
		must(id_parse(&id, p->body, &fault));
		check_selector(&id);
		check_identity(&id);
		break;
	case IKE_PAYLOAD_DELETE:
		must(deletion_parse(&d, p->body, &fault));
		for (unsigned int i = 0; i < d.count; i++)
			must(deletion_spi(&d, i).len == d.spi_len);
		break;
	case IKE_PAYLOAD_VENDOR:
		vendor_find(p->body);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct message m;
	struct fault fault = { 0 };
	size_t behind;
	char text[1024];

	if (!message_parse_header(&m, bytes_of(data, size), &fault) ||
	    !message_parse_payloads(&m, m.body, size & 1, &fault)) {
		must(fault.text && fault.notify && !m.count);
		return 0;
	}
	behind = m.chain.len;
	for (unsigned int i = 0; i < m.count; i++) {
		behind -= m.payloads[i].whole.len;
		must(message_behind(&m, &m.payloads[i]).len == behind);
		check_payload(&m.payloads[i]);
	}
	must(m.count == 0 || behind == 0);
	must(strlen(message_print(&m, text, sizeof(text))) < sizeof(text));
	return 0;
}

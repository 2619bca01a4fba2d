// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a peer can send as certificates: a chain of payloads, CERT and CERTREQ among them, is read,
 * shown, asked for names and judged, beside a CA of ours; and the same bytes as files of an
 * administrator. Input: the type of the first payload, the payloads.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ike/certs.h"
#include "ike/signature.h"
#include "ike/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1800000000

/* Everything that auth_signature.c does with a certificate that is not trusted yet. */
static void judge(struct certs *certs, const struct identity *id)
{
	static const uint8_t hash[32], signature[64];
	char text[CERTIFICATE_TEXT_MAX];
	EVP_PKEY *key = X509_get0_pubkey(certs->peer);
	X509_STORE *anchors = X509_STORE_new();
	struct trust_answer answer;

	certificate_print_names(certs->peer, text, sizeof(text));
	certificate_weak(certs->peer, text, sizeof(text));
	if (key && !signature_key_refused(key)) {
		signature_key_print(key, text, sizeof(text));
		if (signature_key_suits(method_by_number(IKE_AUTH_RSA_SIG), key) ||
		    signature_key_suits(method_by_number(IKE_AUTH_ECDSA_256), key))
			signature_good(key, bytes_of(hash, sizeof(hash)),
				       bytes_of(signature, sizeof(signature)));
	}
	trust_check_pinned(&answer, certs->peer, NOW);
	trust_check(&answer, anchors, certs->peer, certs->others, NOW);
	/* Nothing of it leads to a CA of ours: there is none */
	if (answer.error == IKE_ERROR_NONE)
		abort();
	if (certificate_carries(certs->peer, id))
		X509_STORE_add_cert(anchors, certs->peer);
	trust_check(&answer, anchors, certs->peer, certs->others, NOW);
	X509_STORE_free(anchors);
}

static void as_files(const uint8_t *data, size_t size)
{
	const struct ike_file file = { "file", data, size };
	const struct ike_connection settings[] = {
		{ .cert = file },
		{ .key = file },
		{ .ca = &file, .ca_count = 1 },
		{ .crl = &file, .crl_count = 1 },
		{ .remote_cert = file },
	};
	struct credentials *c;
	char why[512];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		*why = '\0';
		c = credentials_new(&settings[i], why, sizeof(why));
		if (!c && !*why)
			abort();
		credentials_free(c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m = { 0 };
	struct fault fault = { 0 };
	struct identity id;
	struct certs certs;
	char why[64];

	if (size < 2 || size > MESSAGE_MAX)
		return 0;
	as_files(data + 1, size - 1);
	m.header.next = data[0];
	if (!message_parse_payloads(&m, bytes_of(data + 1, size - 1), true, &fault))
		return 0;
	identity_parse(&id, "gw.example.com", why, sizeof(why));
	certs_asked(&m);
	certs_read(&certs, &m, &id);
	if (certs.peer)
		judge(&certs, &id);
	certs_free(&certs);
	return 0;
}

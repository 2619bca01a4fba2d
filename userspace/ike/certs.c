// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/certs.h"

#include <openssl/x509.h>

#include "ike/payload.h"

/* More than these names would make a message long, and mean little to the peer. */
#define REQUESTS_MAX 8

static void write_one(struct builder *b, X509 *cert)
{
	int len = i2d_X509(cert, NULL);
	unsigned char *at;

	builder_open(b, IKE_PAYLOAD_CERT);
	writer_u8(&b->w, IKE_CERT_X509_SIGNATURE);
	at = b->w.data + b->w.len;
	writer_zero(&b->w, len > 0 ? (size_t)len : 0);
	if (!b->w.overflow && len > 0)
		i2d_X509(cert, &at);
	builder_close(b);
}

void certs_write(struct builder *b, const struct credentials *c)
{
	unsigned int i;

	for (i = 0; i < c->chain_count; i++)
		write_one(b, c->chain[i]);
}

static void write_request(struct builder *b, struct bytes authority)
{
	const struct cert_payload request = { IKE_CERT_X509_SIGNATURE, authority };

	cert_write(b, IKE_PAYLOAD_CERTREQ, &request);
}

void certs_write_requests(struct builder *b, const struct credentials *c)
{
	struct identity id;
	unsigned int i;

	/* RFC 2408 3.10: an empty authority asks for any */
	if (c->ca_count > REQUESTS_MAX) {
		write_request(b, bytes_of(NULL, 0));
		return;
	}
	for (i = 0; i < c->ca_count; i++)
		if (certificate_subject(c->cas[i], &id))
			write_request(b, bytes_of(id.data, id.len));
}

bool certs_asked(const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct cert_payload request;

	while ((p = message_find(m, IKE_PAYLOAD_CERTREQ, p)))
		if (cert_parse(&request, p->body, &fault) &&
		    request.encoding == IKE_CERT_X509_SIGNATURE)
			return true;
	return false;
}

/* Takes @cert: the peer's own is the one that carries its identity (RFC 4945 3.3.10) */
static void add(struct certs *certs, X509 *cert, const struct identity *id)
{
	X509 *other = cert;

	if (!certs->peer || (!certificate_carries(certs->peer, id) &&
			     certificate_carries(cert, id))) {
		other = certs->peer;
		certs->peer = cert;
	}
	if (!other)
		return;
	if (!certs->others)
		certs->others = sk_X509_new_null();
	if (!certs->others || !sk_X509_push(certs->others, other))
		X509_free(other);
}

/* RFC 2408 3.9: other encodings than X.509 for signatures may come beside it */
static void read_one(struct certs *certs, struct bytes body, const struct identity *id)
{
	struct fault fault = { 0 };
	struct cert_payload p;
	X509 *cert;

	if (!cert_parse(&p, body, &fault)) {
		certs->fault = fault.text;
		return;
	}
	if (p.encoding != IKE_CERT_X509_SIGNATURE) {
		certs->fault = "is not of type 4, X.509 certificate - signature (RFC 2408 3.9)";
		return;
	}
	cert = p.data.len <= CERTS_BYTES_MAX ? certificate_parse(p.data) : NULL;
	if (cert)
		add(certs, cert, id);
	else
		certs->fault = p.data.len > CERTS_BYTES_MAX ? "is longer than 16384 bytes" :
							      "is not valid DER";
}

void certs_read(struct certs *certs, const struct message *m, const struct identity *id)
{
	const struct payload *p = NULL;
	unsigned int count = 0;

	*certs = (struct certs){ 0 };
	while (count++ < CERTS_RECEIVED_MAX && (p = message_find(m, IKE_PAYLOAD_CERT, p)))
		read_one(certs, p->body, id);
}

void certs_free(struct certs *certs)
{
	X509_free(certs->peer);
	sk_X509_pop_free(certs->others, X509_free);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CERT and CERTREQ payloads (RFC 2408 3.9, 3.10, in the profile of RFC 4945 3.2, 3.3).
 */
#ifndef ADIT_IKE_CERTS_H
#define ADIT_IKE_CERTS_H

#include "ike/credentials.h"
#include "ike/message.h"

#define CERTS_RECEIVED_MAX 10 /* of one message; further ones are not looked at */
#define CERTS_BYTES_MAX 16384 /* of one certificate */

/* Our chain; a CERTREQ for each CA of ours, or one that names none where they are many. */
void certs_write(struct builder *b, const struct credentials *c);
void certs_write_requests(struct builder *b, const struct credentials *c);
/* Whether @m asks for an X.509 certificate for signatures, of whatever CA. */
bool certs_asked(const struct message *m);

/* The X.509 certificates of a message. */
struct certs {
	X509 *peer; /* whose names hold the identity, else the first; NULL: none came */
	STACK_OF(X509) *others; /* may be NULL */
	const char *fault; /* of one that could not be read, completes "a certificate that …" */
};

void certs_read(struct certs *certs, const struct message *m, const struct identity *id);
void certs_free(struct certs *certs);

#endif

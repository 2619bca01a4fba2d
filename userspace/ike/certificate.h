/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One X.509 certificate: what it is called, whom it names, what it may be used for (RFC 5280 in the
 * profile of RFC 4945).
 */
#ifndef ADIT_IKE_CERTIFICATE_H
#define ADIT_IKE_CERTIFICATE_H

#include <openssl/x509.h>

#include "ike/identity.h"

#define CERTIFICATE_TEXT_MAX 256
#define CERTIFICATE_NAMES_MAX 64 /* names that are looked at; real ones carry a handful */

/* DER; NULL when it is anything else, or longer than it says. Free with X509_free(). */
X509 *certificate_parse(struct bytes der);

/* Its subject for the log, else its first other name, else its serial number. Returns @text. */
const char *certificate_print(X509 *cert, char *text, size_t size);
/* The same of its issuer. */
const char *certificate_print_issuer(X509 *cert, char *text, size_t size);
const char *certificate_print_name(const X509_NAME *name, char *text, size_t size);
/* "2026-11-22 06:30:00 UTC". Returns @text. */
const char *certificate_print_time(const ASN1_TIME *time, char *text, size_t size);
/* All names that a peer may claim with it: "C=DE, CN=gw; gw.example.com; 192.0.2.1". */
const char *certificate_print_names(X509 *cert, char *text, size_t size);

/*
 * Whether it carries exactly this identity (RFC 4945 3.1): addresses and names in subjectAltName, a
 * DN as the subject. Key ids are in no certificate.
 */
bool certificate_carries(X509 *cert, const struct identity *id);
/* Its subject as an identity. False when that is empty or longer than IDENTITY_DATA_MAX. */
bool certificate_subject(X509 *cert, struct identity *id);

/* RFC 4945 5.1.3.2: key usage, if it is there, allows digitalSignature or nonRepudiation. */
bool certificate_signs(X509 *cert);
bool certificate_is_ca(X509 *cert);
bool certificate_self_signed(X509 *cert);

/*
 * NULL, or what of it is weak by today's standard: "its key is RSA, 1024 bits", "it is signed with
 * MD5" or "SHA-1", unless it is self-signed: nobody relies on that signature. In @text.
 */
const char *certificate_weak(X509 *cert, char *text, size_t size);

#endif

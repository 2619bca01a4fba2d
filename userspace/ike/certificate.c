// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/certificate.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "ike/dn.h"
#include "ike/signature.h"
#include "ike/text.h"

X509 *certificate_parse(struct bytes der)
{
	const unsigned char *at = der.data;
	X509 *cert = der.len && der.len <= INT32_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;

	if (cert && at != der.data + der.len) {
		X509_free(cert);
		cert = NULL;
	}
	/* Extensions are read lazily; what is wrong with them is to show now */
	if (cert)
		X509_check_purpose(cert, -1, 0);
	ERR_clear_error();
	return cert;
}

static struct bytes name_der(const X509_NAME *name)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	if (!X509_NAME_get0_der(name, &der, &len))
		len = 0;
	return bytes_of(der, len);
}

static struct bytes string_bytes(const ASN1_STRING *string)
{
	return bytes_of(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

/* What a general name is as an identity; of other kinds it is none (RFC 4945 3.1). */
static bool identity_of_name(const GENERAL_NAME *name, struct identity *id)
{
	struct bytes data = { 0 };
	int kind;
	ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);

	memset(id, 0, sizeof(*id));
	switch (kind) {
	case GEN_DNS:
		id->type = IKE_ID_FQDN;
		break;
	case GEN_EMAIL:
		id->type = IKE_ID_USER_FQDN;
		break;
	case GEN_IPADD:
		if (ASN1_STRING_length(value) != 4 && ASN1_STRING_length(value) != 16)
			return false;
		*id = identity_of_address(string_bytes(value));
		return true;
	default:
		return false;
	}
	data = string_bytes(value);
	/* A zero would end the name where it is compared or shown, and hide what follows */
	if (!data.len || data.len > sizeof(id->data) || memchr(data.data, 0, data.len))
		return false;
	id->len = (uint16_t)data.len;
	memcpy(id->data, data.data, data.len);
	return true;
}

static GENERAL_NAMES *other_names(X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	ERR_clear_error();
	return names;
}

static int name_count(const GENERAL_NAMES *names)
{
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	return count < CERTIFICATE_NAMES_MAX ? count : CERTIFICATE_NAMES_MAX;
}

static void add_separated(struct text *t, const struct identity *id)
{
	char text[CERTIFICATE_TEXT_MAX];

	text_add(t, "%s%s", t->len ? "; " : "", identity_print(id, text, sizeof(text)));
}

static void add_other_names(struct text *t, X509 *cert, int max)
{
	GENERAL_NAMES *names = other_names(cert);
	struct identity id;
	int i, count = name_count(names);

	for (i = 0; i < count && max; i++)
		if (identity_of_name(sk_GENERAL_NAME_value(names, i), &id)) {
			add_separated(t, &id);
			max--;
		}
	GENERAL_NAMES_free(names);
}

static void add_serial(struct text *t, X509 *cert)
{
	text_add(t, "serial number 0x");
	text_add_hex(t, string_bytes(X509_get0_serialNumber(cert)));
}

const char *certificate_print(X509 *cert, char *text, size_t size)
{
	struct text t;

	if (X509_NAME_entry_count(X509_get_subject_name(cert)))
		return certificate_print_name(X509_get_subject_name(cert), text, size);
	t = text_of(text, size);
	add_other_names(&t, cert, 1);
	if (!t.len)
		add_serial(&t, cert);
	return text;
}

const char *certificate_print_issuer(X509 *cert, char *text, size_t size)
{
	return certificate_print_name(X509_get_issuer_name(cert), text, size);
}

const char *certificate_print_name(const X509_NAME *name, char *text, size_t size)
{
	return dn_print(name_der(name), text, size);
}

const char *certificate_print_time(const ASN1_TIME *time, char *text, size_t size)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(time, &tm) || !strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(text, size, "an unreadable time");
	return text;
}

const char *certificate_print_names(X509 *cert, char *text, size_t size)
{
	struct text t = text_of(text, size);
	struct identity id;

	if (certificate_subject(cert, &id))
		add_separated(&t, &id);
	add_other_names(&t, cert, CERTIFICATE_NAMES_MAX);
	if (!t.len)
		text_add(&t, "no name at all");
	return text;
}

bool certificate_subject(X509 *cert, struct identity *id)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	struct bytes der = name_der(subject);

	memset(id, 0, sizeof(*id));
	if (!X509_NAME_entry_count(subject) || !der.len || der.len > sizeof(id->data))
		return false;
	id->type = IKE_ID_DER_DN;
	id->len = (uint16_t)der.len;
	memcpy(id->data, der.data, der.len);
	return true;
}

/* Byte by byte, or without case: no wildcards, neither side chose the other's name. */
static bool same_identity(const struct identity *a, const struct identity *b)
{
	if (a->type != b->type || a->len != b->len)
		return false;
	if (a->type == IKE_ID_FQDN || a->type == IKE_ID_USER_FQDN)
		return !strncasecmp((const char *)a->data, (const char *)b->data, a->len);
	return !memcmp(a->data, b->data, a->len);
}

static bool carries_subject(X509 *cert, const struct identity *id)
{
	const unsigned char *at = id->data;
	X509_NAME *name = d2i_X509_NAME(NULL, &at, id->len);
	bool same = name && X509_NAME_entry_count(name) &&
		    !X509_NAME_cmp(name, X509_get_subject_name(cert));

	X509_NAME_free(name);
	ERR_clear_error();
	return same;
}

bool certificate_carries(X509 *cert, const struct identity *id)
{
	GENERAL_NAMES *names;
	struct identity name;
	bool found = false;
	int i, count;

	if (id->type == IKE_ID_DER_DN)
		return carries_subject(cert, id);
	names = other_names(cert);
	count = name_count(names);
	for (i = 0; i < count && !found; i++)
		found = identity_of_name(sk_GENERAL_NAME_value(names, i), &name) &&
			same_identity(&name, id);
	GENERAL_NAMES_free(names);
	return found;
}

bool certificate_signs(X509 *cert)
{
	/* All bits are set where the extension is absent */
	return X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

bool certificate_is_ca(X509 *cert)
{
	return X509_check_ca(cert);
}

bool certificate_self_signed(X509 *cert)
{
	return X509_get_extension_flags(cert) & EXFLAG_SS;
}

static const char *weak_digest(X509 *cert)
{
	int digest = NID_undef;

	if (certificate_self_signed(cert) ||
	    !OBJ_find_sigid_algs(X509_get_signature_nid(cert), &digest, NULL))
		return NULL;
	if (digest == NID_md5 || digest == NID_md4 || digest == NID_md2)
		return "MD5";
	return digest == NID_sha1 ? "SHA-1" : NULL;
}

const char *certificate_weak(X509 *cert, char *text, size_t size)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *digest = weak_digest(cert);
	struct text t = text_of(text, size);
	char shown[CERTIFICATE_TEXT_MAX];

	if (key && signature_key_weak(key))
		text_add(&t, "its key is %s", signature_key_print(key, shown, sizeof(shown)));
	if (digest)
		text_add(&t, "%sit is signed with %s", t.len ? " and " : "", digest);
	return t.len ? text : NULL;
}

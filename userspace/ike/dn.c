// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/dn.h"
#include "ike/text.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#define PART_MAX 256

static X509_NAME *name_of(struct bytes der)
{
	const unsigned char *at = der.data;
	X509_NAME *name;

	if (!der.len || der.len > INT32_MAX)
		return NULL;
	name = d2i_X509_NAME(NULL, &at, (long)der.len);
	if (name && at != der.data + der.len) {
		X509_NAME_free(name);
		name = NULL;
	}
	ERR_clear_error();
	return name;
}

/* Copies up to @stop (or the end) without backslashes; returns where it stopped, NULL: too long. */
static const char *take_part(const char *at, const char *stops, char *part)
{
	size_t len = 0, kept = 0;

	while (*at == ' ')
		at++;
	while (*at && !strchr(stops, *at)) {
		bool escaped = *at == '\\' && at[1];

		at += escaped;
		if (len + 1 >= PART_MAX)
			return NULL;
		part[len++] = *at;
		if (escaped || *at != ' ')
			kept = len; /* spaces at the end belong to the separator */
		at++;
	}
	part[kept] = '\0';
	return at;
}

static const char *add_entry(X509_NAME *name, const char *field, const char *value)
{
	/* OpenSSL's short name differs from the one that certificates are shown with */
	if (!strcmp(field, "E") || !strcmp(field, "email"))
		field = "emailAddress";
	if (!*value)
		return "has an attribute without value";
	if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1,
				       -1, 0))
		return NULL;
	return "has an attribute that is unknown or whose value is not possible";
}

static const char *add_entries(X509_NAME *name, const char *text)
{
	const char *separator = *text == '/' ? "/" : ",";
	char field[PART_MAX], value[PART_MAX];
	const char *at = text, *wrong;

	do {
		at += *at == *separator;
		at = take_part(at, "=", field);
		if (!at || *at != '=')
			return "is not of the form C=..., O=..., CN=...";
		at = take_part(at + 1, separator, value);
		if (!at)
			return "has a value that is too long";
		wrong = add_entry(name, field, value);
		if (wrong)
			return wrong;
	} while (*at);
	return NULL;
}

const char *dn_parse(const char *text, uint8_t *der, size_t *len)
{
	X509_NAME *name = X509_NAME_new();
	const char *wrong = name ? add_entries(name, text) : "needs more memory than there is";
	unsigned char *at = der;
	int size;

	if (!wrong) {
		size = i2d_X509_NAME(name, NULL);
		if (size <= 0 || (size_t)size > *len)
			wrong = "is too long";
		else
			*len = (size_t)i2d_X509_NAME(name, &at);
	}
	X509_NAME_free(name);
	ERR_clear_error();
	return wrong;
}

bool dn_is_valid(struct bytes der)
{
	X509_NAME *name = name_of(der);

	X509_NAME_free(name);
	return name != NULL;
}

const char *dn_print(struct bytes der, char *text, size_t size)
{
	struct text t = text_of(text, size);
	X509_NAME *name = name_of(der);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	if (name && bio &&
	    X509_NAME_print_ex(bio, name, 0,
			       ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN) >= 0) {
		len = BIO_get_mem_data(bio, &data);
		text_add(&t, "%.*s", (int)len, data);
	}
	BIO_free(bio);
	X509_NAME_free(name);
	return text;
}

static bool entry_matches(const X509_NAME_ENTRY *wanted, const X509_NAME_ENTRY *entry)
{
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(wanted);
	X509_NAME *a, *b;
	bool same;

	if (OBJ_cmp(X509_NAME_ENTRY_get_object(wanted), X509_NAME_ENTRY_get_object(entry)))
		return false;
	if (ASN1_STRING_length(value) == 1 && *ASN1_STRING_get0_data(value) == '*')
		return true;
	/* names of one entry each, so that OpenSSL's canonical comparison does it */
	a = X509_NAME_new();
	b = X509_NAME_new();
	same = a && b && X509_NAME_add_entry(a, wanted, -1, 0) &&
	       X509_NAME_add_entry(b, entry, -1, 0) && !X509_NAME_cmp(a, b);
	X509_NAME_free(a);
	X509_NAME_free(b);
	return same;
}

bool dn_matches(struct bytes wanted, struct bytes der)
{
	X509_NAME *a = name_of(wanted), *b = name_of(der);
	bool same = a && b && X509_NAME_entry_count(a) == X509_NAME_entry_count(b);
	int i;

	for (i = 0; same && i < X509_NAME_entry_count(a); i++)
		same = entry_matches(X509_NAME_get_entry(a, i), X509_NAME_get_entry(b, i));
	X509_NAME_free(a);
	X509_NAME_free(b);
	ERR_clear_error();
	return same;
}

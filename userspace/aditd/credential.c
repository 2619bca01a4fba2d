// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/file.h"
#include "aditd/option.h"

#define CERTIFICATES_MAX 1048576	/* bytes: the CAs of the whole Web have a fifth of it */
#define LISTS_MAX 33554432		/* bytes: of a CA that revokes a lot */
#define KEY_MAX 65536

/* The options that name files, and where path and content are in the tunnel. */
static const struct credential {
	const char *option;
	enum file_kind kind;
	size_t max;
	size_t path;			/* char *, of lists the first */
	size_t count;			/* size_t; 0: not a list */
	size_t content;			/* struct ike_file */
} credentials[] = {
	{ "cert", FILE_PUBLIC, CERTIFICATES_MAX, offsetof(struct config_tunnel, cert), 0,
	  offsetof(struct config_tunnel, cert_file) },
	{ "key", FILE_SECRET, KEY_MAX, offsetof(struct config_tunnel, key), 0,
	  offsetof(struct config_tunnel, key_file) },
	{ "ca", FILE_PUBLIC, CERTIFICATES_MAX, offsetof(struct config_tunnel, ca),
	  offsetof(struct config_tunnel, ca_count), offsetof(struct config_tunnel, ca_file) },
	{ "crl", FILE_PUBLIC, LISTS_MAX, offsetof(struct config_tunnel, crl),
	  offsetof(struct config_tunnel, crl_count), offsetof(struct config_tunnel, crl_file) },
	{ "remote-cert", FILE_PUBLIC, CERTIFICATES_MAX, offsetof(struct config_tunnel, remote_cert),
	  0, offsetof(struct config_tunnel, remote_cert_file) },
};

#define CREDENTIALS (sizeof(credentials) / sizeof(credentials[0]))

static char *path_of(const struct config_tunnel *tunnel, const struct credential *c, size_t i)
{
	char *const *paths = (char *const *)((const char *)tunnel + c->path);

	return paths[i];
}

static struct ike_file *content_of(const struct config_tunnel *tunnel, const struct credential *c,
				   size_t i)
{
	return (struct ike_file *)((char *)tunnel + c->content) + i;
}

static size_t count_of(const struct config_tunnel *tunnel, const struct credential *c)
{
	size_t count;

	if (!c->count)
		return path_of(tunnel, c, 0) ? 1 : 0;
	memcpy(&count, (const char *)tunnel + c->count, sizeof(count));
	return count;
}

void credential_read(struct config_tunnel *tunnel, const struct credential_sink *sink)
{
	const struct credential *c;
	char why[512], text[640];
	size_t i;

	for (c = credentials; c < credentials + CREDENTIALS; c++)
		for (i = 0; i < count_of(tunnel, c); i++) {
			struct ike_file *file = content_of(tunnel, c, i);

			file->name = path_of(tunnel, c, i);
			file->data = file_read(file->name, c->kind, c->max, &file->length, why,
					       sizeof(why));
			if (file->data)
				continue;
			snprintf(text, sizeof(text), "%s: %s", c->option, why);
			sink->refuse(sink->ctx, c->option, i, text);
		}
}

void credential_free(struct config_tunnel *tunnel)
{
	const struct credential *c;
	size_t i;

	for (c = credentials; c < credentials + CREDENTIALS; c++)
		for (i = 0; i < count_of(tunnel, c); i++) {
			struct ike_file *file = content_of(tunnel, c, i);

			file_free((uint8_t *)file->data, file->length);
			memset(file, 0, sizeof(*file));
		}
}

bool credential_equal(const struct config_tunnel *a, const struct config_tunnel *b)
{
	const struct credential *c;
	size_t i;

	for (c = credentials; c < credentials + CREDENTIALS; c++) {
		if (count_of(a, c) != count_of(b, c))
			return false;
		for (i = 0; i < count_of(a, c); i++) {
			const struct ike_file *x = content_of(a, c, i), *y = content_of(b, c, i);

			if (x->length != y->length || !x->data != !y->data ||
			    (x->data && memcmp(x->data, y->data, x->length)))
				return false;
		}
	}
	return true;
}

const char *credential_given(const struct config_tunnel *tunnel)
{
	const struct credential *c;

	for (c = credentials; c < credentials + CREDENTIALS; c++)
		if (tunnel->given & 1ULL << option_index(option_tunnel, c->option))
			return c->option;
	return NULL;
}

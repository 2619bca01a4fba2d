// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/users.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"
#include "aditd/secret.h"
#include "ike/ike.h"

#define FILE_MAX (1 << 20)
#define METHOD "$6$"
/* Each login waits for them: about a tenth of a second. crypt(3)'s default is 5000. */
#define ROUNDS_MAX 200000
/* Nobody's: what an unknown user's password is hashed with, so that it takes the same time. */
#define NOBODY METHOD "adit.nobody$"

/* Cuts the next line off *rest and its hash off the line; NULL at the end. The hash is NULL for a
 * line that says nothing. */
static char *next_line(char **rest, char **hash)
{
	char *line = strsep(rest, "\n");

	*hash = NULL;
	if (!line || !*line || *line == '#')
		return line;
	*hash = strchr(line, ':');
	if (*hash)
		*(*hash)++ = 0;
	else
		*hash = line + strlen(line);
	return line;
}

static bool name_good(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return i && i < IKE_USER_MAX;
}

static const char *hash_fault(const char *hash)
{
	const char *rounds = METHOD "rounds=";
	const char *last = strrchr(hash, '$');

	if (strncmp(hash, METHOD, strlen(METHOD)) || last < hash + strlen(METHOD) ||
	    strlen(last) != 1 + 86 || crypt_checksalt(hash) == CRYPT_SALT_INVALID)
		return "the password is not hashed by SHA-512 of crypt(3), $6$SALT$HASH; make it "
		       "with `openssl passwd -6`";
	if (!strncmp(hash, rounds, strlen(rounds)) &&
	    strtoul(hash + strlen(rounds), NULL, 10) > ROUNDS_MAX)
		return "more than 200000 rounds would hold everybody up; leave rounds= out";
	return NULL;
}

static bool known(const char **names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static const char *line_fault(const char **names, size_t count, const char *name, const char *hash)
{
	if (!name_good(name))
		return "a user's name has 1 to 127 printable characters without blank or :";
	if (known(names, count, name))
		return "this user is there already";
	return hash_fault(hash);
}

bool users_check(const char *path, char *why, size_t why_size)
{
	char *text = secret_text(path, FILE_MAX, why, why_size), *rest = text, *name, *hash;
	const char **names = NULL, *fault = NULL;
	unsigned int line = 0;
	size_t count = 0;

	if (!text)
		return false;
	while (!fault && (name = next_line(&rest, &hash))) {
		line++;
		if (!hash)
			continue;
		fault = line_fault(names, count, name, hash);
		names = memory_array(names, count + 1, sizeof(*names));
		names[count++] = name;
	}
	if (fault)
		snprintf(why, why_size, "%s:%u: %s", path, line, fault);
	free(names);
	memory_erase_text(text);
	return !fault;
}

static bool matches(const char *password, const char *hash)
{
	struct crypt_data *data = memory_new(sizeof(*data));
	const char *made = crypt_r(password, hash, data);
	bool same = made && strlen(made) == strlen(hash) &&
		    !CRYPTO_memcmp(made, hash, strlen(hash));

	explicit_bzero(data, sizeof(*data));
	free(data);
	return same;
}

bool users_verify(const char *path, const char *user, const uint8_t *password, size_t length,
		  char *why, size_t why_size)
{
	char *text = secret_text(path, FILE_MAX, why, why_size), *rest = text, *name, *hash;
	const char *found = NOBODY;
	char copy[IKE_PASSWORD_MAX + 1];
	bool good;

	if (!text)
		return false;
	*why = 0;
	while ((name = next_line(&rest, &hash)))
		if (hash && *user && !strcmp(name, user) && !hash_fault(hash))
			found = hash;
	if (length >= sizeof(copy) || memchr(password, 0, length))
		length = 0;
	memcpy(copy, password, length);
	copy[length] = 0;
	good = matches(copy, found) && length;
	explicit_bzero(copy, sizeof(copy));
	memory_erase_text(text);
	return good;
}

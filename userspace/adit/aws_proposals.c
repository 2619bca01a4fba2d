// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Amazon's names of algorithms, and what to propose.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "adit/aws.h"

struct name {
	const char *name;
	const char *word;
};

static const struct name ciphers[] = {
	{ "aes-128-cbc", "aes128" }, { "aes-256-cbc", "aes256" },
	{ "AES128", "aes128" }, { "AES256", "aes256" },
	{ "AES128-GCM-16", "aes128gcm16" }, { "AES256-GCM-16", "aes256gcm16" },
	{ "aes-128-gcm-16", "aes128gcm16" }, { "aes-256-gcm-16", "aes256gcm16" },
	{ NULL, NULL }
};

static const struct name hashes[] = {
	{ "sha1", "sha1" }, { "hmac-sha1-96", "sha1" }, { "sha-1", "sha1" },
	{ "sha256", "sha256" }, { "hmac-sha2-256", "sha256" }, { "hmac-sha2-256-128", "sha256" },
	{ "SHA2-256", "sha256" }, { "SHA2-384", "sha384" }, { "SHA2-512", "sha512" },
	{ "sha384", "sha384" }, { "sha512", "sha512" }, { "hmac-sha2-384-192", "sha384" },
	{ "hmac-sha2-512-256", "sha512" },
	{ NULL, NULL }
};

static const struct name groups[] = {
	{ "2", "modp1024" }, { "5", "modp1536" }, { "14", "modp2048" }, { "15", "modp3072" },
	{ "16", "modp4096" }, { "17", "modp6144" }, { "18", "modp8192" }, { "19", "ecp256" },
	{ "20", "ecp384" }, { "21", "ecp521" }, { "22", "modp1024s160" },
	{ "23", "modp2048s224" }, { "24", "modp2048s256" },
	{ NULL, NULL }
};

static const char *find(const struct name *names, const char *name)
{
	for (; names->name; names++)
		if (!strcasecmp(names->name, name))
			return names->word;
	return NULL;
}

const char *aws_cipher(const char *name)
{
	return find(ciphers, name);
}

const char *aws_hash(const char *name)
{
	return find(hashes, name);
}

/* "group2", "Group 2", "Diffie-Hellman Group 2", "2" */
const char *aws_group(const char *name)
{
	const char *digits = strpbrk(name, "0123456789");

	return digits ? find(groups, digits) : NULL;
}

/* Strongest first */
static const char *const cipher_order[] = { "aes256", "aes128", NULL };
static const char *const aead_order[] = { "aes256gcm16", "aes128gcm16", NULL };
static const char *const hash_order[] = { "sha512", "sha384", "sha256", "sha1", NULL };
static const char *const group_order[] = {
	"ecp521", "ecp384", "ecp256", "modp4096", "modp3072", "modp2048", "modp6144", "modp8192",
	"modp2048s256", "modp2048s224", "modp1024s160", "modp1536", "modp1024", NULL
};

/* What is proposed where the options say nothing: groups that every gateway of today has */
static const char *const group_default[] = { "ecp384", "ecp256", "modp2048", NULL };

/* Three groups are enough: with more, the first message does not fit into one packet */
#define GROUPS_MAX 3

static bool allows(const struct aws_words *words, const char *word)
{
	for (unsigned int i = 0; i < words->count; i++)
		if (!strcmp(words->list[i], word))
			return true;
	return false;
}

/* Without options Amazon takes everything; what is weak is not proposed unasked */
static bool allowed(const struct aws_words *words, const char *word)
{
	static const char *const weak[] = { "sha1", "modp1024", "modp1536", "modp1024s160" };

	if (words->count)
		return allows(words, word);
	for (size_t i = 0; i < sizeof(weak) / sizeof(*weak); i++)
		if (!strcmp(weak[i], word))
			return false;
	return true;
}

/* "-WORD" of those in @order that are allowed, at most @max of them. Return: how many */
static unsigned int append(char *text, const char *const *order, const struct aws_words *words,
			   unsigned int max)
{
	unsigned int count = 0;

	for (; *order && count < max; order++) {
		size_t used = strlen(text);

		if (!allowed(words, *order))
			continue;
		snprintf(text + used, AWS_TEXT - used, "%s%s", used ? "-" : "", *order);
		count++;
	}
	return count;
}

/* The group of phase 2: one, as the first message already carries a public value of it */
static const char *best_group(const struct aws_phase *phase)
{
	for (const char *const *group = group_order; *group; group++)
		if (allowed(&phase->groups, *group) &&
		    (phase->groups.count || !strcmp(*group, "modp2048")))
			return *group;
	return "modp2048";
}

static unsigned int esp_proposals(const struct aws_phase *phase,
				  char words[AWS_WORDS_MAX][AWS_TEXT])
{
	const char *group = best_group(phase);
	unsigned int count = 0;

	for (const char *const *aead = aead_order; *aead; aead++)
		if (allowed(&phase->ciphers, *aead))
			snprintf(words[count++], AWS_TEXT, "%s-%s", *aead, group);
	for (const char *const *cipher = cipher_order; *cipher; cipher++)
		for (const char *const *hash = hash_order; *hash; hash++)
			if (allowed(&phase->ciphers, *cipher) && allowed(&phase->hashes, *hash))
				snprintf(words[count++], AWS_TEXT, "%s-%s-%s", *cipher, *hash,
					 group);
	return count;
}

/* IKEv1 itself knows no AEAD (RFC 5282 is of IKEv2): one line for all alternatives */
static unsigned int ike_proposals(const struct aws_phase *phase,
				  char words[AWS_WORDS_MAX][AWS_TEXT])
{
	words[0][0] = '\0';
	return append(words[0], cipher_order, &phase->ciphers, 2) &&
	       append(words[0], hash_order, &phase->hashes, 4) &&
	       append(words[0], phase->groups.count ? group_order : group_default,
		      &phase->groups, GROUPS_MAX);
}

/* The file's own proposal is "example only": Amazon prints it even where the options forbid it */
static bool own_is_allowed(const struct aws_phase *phase)
{
	return phase->cipher && phase->hash && phase->group &&
	       (!phase->ciphers.count || allows(&phase->ciphers, phase->cipher)) &&
	       (!phase->hashes.count || allows(&phase->hashes, phase->hash)) &&
	       (!phase->groups.count || allows(&phase->groups, phase->group));
}

/* "a-b-c" of the alternatives in @words are among what is proposed already */
static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
		if ((at == words || at[-1] == '-') && (!at[length] || at[length] == '-'))
			return true;
	return false;
}

static bool is_proposed(const struct aws_phase *phase, const char *words)
{
	return has_word(words, phase->cipher) && has_word(words, phase->group) &&
	       (strstr(phase->cipher, "gcm") || has_word(words, phase->hash));
}

unsigned int aws_proposals(const struct aws_phase *phase, bool esp,
			   char words[AWS_WORDS_MAX][AWS_TEXT])
{
	unsigned int count = esp ? esp_proposals(phase, words) : ike_proposals(phase, words);
	char own[AWS_TEXT];

	if (!own_is_allowed(phase) || count == AWS_WORDS_MAX)
		return count;
	if (strstr(phase->cipher, "gcm"))
		snprintf(own, sizeof(own), "%s-%s", phase->cipher, phase->group);
	else
		snprintf(own, sizeof(own), "%s-%s-%s", phase->cipher, phase->hash, phase->group);
	for (unsigned int i = 0; i < count; i++)
		if (is_proposed(phase, words[i]))
			return count;
	strcpy(words[count++], own);
	return count;
}

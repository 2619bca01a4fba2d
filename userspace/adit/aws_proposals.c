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
	{ "aes-128", "aes128" }, { "aes-256", "aes256" },
	{ "aes-128-gcm-16", "aes128gcm16" }, { "aes-256-gcm-16", "aes256gcm16" },
	{ NULL, NULL }
};

static const struct name hashes[] = {
	{ "sha1", "sha1" }, { "hmac-sha1-96", "sha1" }, { "sha-1", "sha1" },
	{ "sha256", "sha256" }, { "hmac-sha2-256", "sha256" }, { "hmac-sha2-256-128", "sha256" },
	{ "SHA2-256", "sha256" }, { "SHA2-384", "sha384" }, { "SHA2-512", "sha512" },
	{ "sha384", "sha384" }, { "sha512", "sha512" }, { "hmac-sha2-384-192", "sha384" },
	{ "hmac-sha2-512-256", "sha512" }, { "sha-256", "sha256" }, { "sha-384", "sha384" },
	{ "sha-512", "sha512" },
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

/*
 * Phase 1's first message holds a transform for each cipher, hash and group, cannot be fragmented
 * by IKE, and is not to be by IP: that many of them fit
 */
#define IKE_TRANSFORMS_MAX 32

/* And what aditd takes for phase 2, which offers one group at a time */
#define ESP_TRANSFORMS_MAX 56

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

/* Of those in @order that are allowed, at most @max. Return: how many */
static unsigned int pick(const char *const *order, const struct aws_words *words, unsigned int max,
			 const char **picked)
{
	unsigned int count = 0;

	for (; *order && count < max; order++)
		if (allowed(words, *order))
			picked[count++] = *order;
	return count;
}

static unsigned int pick_groups(const struct aws_phase *phase, unsigned int max,
				const char **picked)
{
	return pick(phase->groups.count ? group_order : group_default, &phase->groups, max,
		    picked);
}

static void append(char *text, const char *const *words, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, AWS_TEXT - used, "%s%s", used ? "-" : "", words[i]);
	}
}

/* A line a group for AEADs, and one for the others: quick mode offers one group, then the next */
static unsigned int esp_proposals(const struct aws_phase *phase,
				  char words[AWS_WORDS_MAX][AWS_TEXT])
{
	const char *aead[4], *cipher[4], *hash[4], *group[AWS_WORDS_MAX / 2];
	unsigned int aeads = pick(aead_order, &phase->ciphers, 4, aead);
	unsigned int ciphers = pick(cipher_order, &phase->ciphers, 4, cipher);
	unsigned int hashes = pick(hash_order, &phase->hashes, 4, hash);
	unsigned int each = aeads + ciphers * hashes, count = 0, groups;

	if (!each)
		return 0;
	/* Room for the file's own */
	groups = ESP_TRANSFORMS_MAX / each;
	groups = pick_groups(phase, groups < AWS_WORDS_MAX / 2 - 1 ? groups : AWS_WORDS_MAX / 2 - 1,
			     group);
	for (unsigned int i = 0; i < groups; i++) {
		if (aeads) {
			words[count][0] = '\0';
			append(words[count], aead, aeads);
			append(words[count++], &group[i], 1);
		}
		if (ciphers && hashes) {
			words[count][0] = '\0';
			append(words[count], cipher, ciphers);
			append(words[count], hash, hashes);
			append(words[count++], &group[i], 1);
		}
	}
	return count;
}

/* IKEv1 itself knows no AEAD (RFC 5282 is of IKEv2): one line for all alternatives */
static unsigned int ike_proposals(const struct aws_phase *phase,
				  char words[AWS_WORDS_MAX][AWS_TEXT])
{
	const char *cipher[4], *hash[4], *group[AWS_WORDS_MAX];
	unsigned int ciphers = pick(cipher_order, &phase->ciphers, 4, cipher);
	unsigned int hashes = pick(hash_order, &phase->hashes, 4, hash), groups;

	if (!ciphers || !hashes)
		return 0;
	groups = pick_groups(phase, IKE_TRANSFORMS_MAX / (ciphers * hashes), group);
	words[0][0] = '\0';
	append(words[0], cipher, ciphers);
	append(words[0], hash, hashes);
	append(words[0], group, groups);
	return groups > 0;
}

/* A combined algorithm needs no hash */
static bool own_is_whole(const struct aws_phase *phase)
{
	return phase->cipher && phase->group && (phase->hash || strstr(phase->cipher, "gcm"));
}

/* The file's own proposal is "example only": Amazon prints it even where the options forbid it */
static bool own_is_allowed(const struct aws_phase *phase)
{
	return own_is_whole(phase) &&
	       (!phase->ciphers.count || allows(&phase->ciphers, phase->cipher)) &&
	       (!phase->hashes.count || strstr(phase->cipher, "gcm") ||
		allows(&phase->hashes, phase->hash)) &&
	       (!phase->groups.count || allows(&phase->groups, phase->group));
}

const char *aws_left_out(const struct aws_phase *phase)
{
	bool options = phase->ciphers.count || phase->hashes.count || phase->groups.count;

	return options || own_is_whole(phase) || !*phase->unknown ? NULL : phase->unknown;
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

	if (!own_is_allowed(phase) || (!esp && strstr(phase->cipher, "gcm")))
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

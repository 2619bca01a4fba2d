// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/proposal.h"
#include "ike/text.h"

#include <ctype.h>

#define WORD_MAX 32
#define ALTERNATIVES_MAX 24

/* The words of one string, sorted by what they choose. */
struct choices {
	enum proposal_kind kind;
	const struct cipher *cipher[ALTERNATIVES_MAX];
	const struct hash *hash[ALTERNATIVES_MAX];
	const struct esp_cipher *esp_cipher[ALTERNATIVES_MAX];
	const struct esp_auth *esp_auth[ALTERNATIVES_MAX];
	const struct dh_group *group[ALTERNATIVES_MAX];
	bool esn[ALTERNATIVES_MAX];
	unsigned int ciphers, hashes, esp_ciphers, esp_auths, groups, esns;
	const char *words;
	struct text *why;
};

static const char *const kinds[] = { "phase 1", "ESP", "AH" };

/* Adds row->word for all rows that @row_at gives, with ", " between. */
#define ADD_ROWS(text, row_at)                                                    \
	do {                                                                      \
		for (unsigned int i_ = 0; row_at(i_); i_++)                       \
			text_add(text, "%s%s", i_ ? ", " : "", row_at(i_)->word); \
	} while (0)

static bool refuse_word(struct choices *c, const char *word)
{
	text_add(c->why, "unknown word '%s' in %s proposal '%s': allowed are ", word,
		 kinds[c->kind], c->words);
	if (c->kind == PROPOSAL_IKE) {
		ADD_ROWS(c->why, cipher_row);
		text_add(c->why, "; ");
		ADD_ROWS(c->why, hash_row);
	} else {
		if (c->kind == PROPOSAL_ESP) {
			ADD_ROWS(c->why, esp_cipher_row);
			text_add(c->why, "; ");
		}
		ADD_ROWS(c->why, esp_auth_row);
		text_add(c->why, "; esn, noesn");
	}
	text_add(c->why, "; ");
	ADD_ROWS(c->why, dh_group_row);
	return false;
}

static bool take_ike_word(struct choices *c, const char *word)
{
	const struct cipher *cipher = cipher_by_word(word);
	const struct hash *hash = hash_by_word(word);

	if (cipher && c->ciphers < ALTERNATIVES_MAX)
		c->cipher[c->ciphers++] = cipher;
	else if (hash && c->hashes < ALTERNATIVES_MAX)
		c->hash[c->hashes++] = hash;
	else
		return false;
	return true;
}

static bool take_child_word(struct choices *c, const char *word)
{
	const struct esp_cipher *cipher = esp_cipher_by_word(word);
	const struct esp_auth *auth = esp_auth_by_word(word);
	bool esn = !strcmp(word, "esn");

	if (cipher && c->kind == PROPOSAL_ESP && c->esp_ciphers < ALTERNATIVES_MAX)
		c->esp_cipher[c->esp_ciphers++] = cipher;
	else if (auth && c->esp_auths < ALTERNATIVES_MAX)
		c->esp_auth[c->esp_auths++] = auth;
	else if ((esn || !strcmp(word, "noesn")) && c->esns < ALTERNATIVES_MAX)
		c->esn[c->esns++] = esn;
	else
		return false;
	return true;
}

static bool take_word(struct choices *c, const char *word)
{
	const struct dh_group *group = dh_group_by_word(word);

	if (group && c->groups < ALTERNATIVES_MAX) {
		c->group[c->groups++] = group;
		return true;
	}
	if (c->kind == PROPOSAL_IKE ? take_ike_word(c, word) : take_child_word(c, word))
		return true;
	return refuse_word(c, word);
}

static bool take_words(struct choices *c)
{
	const char *at = c->words;
	char word[WORD_MAX];
	size_t len, i;

	for (;;) {
		len = strcspn(at, "-+;"); /* libreswan separates with the other two */
		for (i = 0; i < len && i < sizeof(word) - 1; i++)
			word[i] = (char)tolower((unsigned char)at[i]);
		word[i] = '\0';
		if (!take_word(c, word))
			return false;
		if (!at[len])
			return true;
		at += len + 1;
	}
}

static bool refuse_missing(struct choices *c, const char *what)
{
	text_add(c->why, "%s proposal '%s' names no %s: add one of ", kinds[c->kind], c->words,
		 what);
	if (!strcmp(what, "group"))
		ADD_ROWS(c->why, dh_group_row);
	else if (c->kind != PROPOSAL_IKE && !strcmp(what, "cipher"))
		ADD_ROWS(c->why, esp_cipher_row);
	else if (c->kind != PROPOSAL_IKE)
		ADD_ROWS(c->why, esp_auth_row);
	else if (!strcmp(what, "cipher"))
		ADD_ROWS(c->why, cipher_row);
	else
		ADD_ROWS(c->why, hash_row);
	return false;
}

static bool check_ike(struct choices *c)
{
	unsigned int i;

	if (!c->ciphers)
		return refuse_missing(c, "cipher");
	if (!c->hashes)
		return refuse_missing(c, "hash");
	if (!c->groups)
		return refuse_missing(c, "group");
	for (i = 0; i < c->ciphers; i++) {
		if (cipher_available(c->cipher[i]))
			continue;
		text_add(c->why, "%s is not available in this machine's OpenSSL: choose another",
			 c->cipher[i]->word);
		return false;
	}
	return true;
}

static bool check_child(struct choices *c)
{
	const struct esp_cipher *aead = NULL, *plain = NULL;
	unsigned int i;

	if (c->kind == PROPOSAL_AH)
		return c->esp_auths || refuse_missing(c, "integrity algorithm");
	if (!c->esp_ciphers)
		return refuse_missing(c, "cipher");
	for (i = 0; i < c->esp_ciphers; i++) {
		if (esp_cipher_is_aead(c->esp_cipher[i]))
			aead = c->esp_cipher[i];
		else
			plain = c->esp_cipher[i];
	}
	if (aead && plain) {
		text_add(c->why,
			 "ESP proposal '%s' mixes %s, which authenticates by itself, with %s, "
			 "which does not: write two proposals",
			 c->words, aead->word, plain->word);
		return false;
	}
	if (aead && c->esp_auths) {
		text_add(c->why, "ESP proposal '%s': %s authenticates by itself, leave out '%s'",
			 c->words, aead->word, c->esp_auth[0]->word);
		return false;
	}
	if (plain && !c->esp_auths)
		return refuse_missing(c, "integrity algorithm");
	return true;
}

static bool append(struct choices *c, struct proposal_list *list, const struct proposal *p)
{
	if (list->count < PROPOSAL_MAX) {
		list->item[list->count++] = *p;
		return true;
	}
	text_add(c->why, "too many proposals with '%s': at most %d combinations", c->words,
		 PROPOSAL_MAX);
	return false;
}

/* How many turns a loop over alternatives takes: one with nothing when there are none. */
static unsigned int turns(unsigned int count)
{
	return count ? count : 1;
}

static bool expand_ike(struct choices *c, struct proposal_list *list)
{
	struct proposal p = { .kind = PROPOSAL_IKE };
	unsigned int i, j, k;

	for (i = 0; i < c->ciphers; i++) {
		for (j = 0; j < c->hashes; j++) {
			for (k = 0; k < c->groups; k++) {
				p.cipher = c->cipher[i];
				p.hash = c->hash[j];
				p.group = c->group[k];
				if (!append(c, list, &p))
					return false;
			}
		}
	}
	return true;
}

static bool expand_child(struct choices *c, struct proposal_list *list)
{
	struct proposal p = { .kind = c->kind };
	unsigned int i, total;

	total = turns(c->esp_ciphers) * turns(c->esp_auths) * turns(c->groups) * turns(c->esns);
	for (i = 0; i < total; i++) {
		unsigned int at = i;

		p.esn = c->esn[at % turns(c->esns)];
		at /= turns(c->esns);
		p.group = c->group[at % turns(c->groups)];
		at /= turns(c->groups);
		p.esp_auth = c->esp_auth[at % turns(c->esp_auths)];
		at /= turns(c->esp_auths);
		p.esp_cipher = c->esp_cipher[at];
		if (!append(c, list, &p))
			return false;
	}
	return true;
}

bool proposal_parse(struct proposal_list *list, enum proposal_kind kind, const char *words,
		    char *why, size_t size)
{
	struct text text = text_of(why, size);
	struct choices c = { .kind = kind, .words = words, .why = &text };
	unsigned int before = list->count;
	bool good = take_words(&c);

	if (kind == PROPOSAL_IKE)
		good = good && check_ike(&c) && expand_ike(&c, list);
	else
		good = good && check_child(&c) && expand_child(&c, list);
	if (!good)
		list->count = before;
	return good;
}

static void add_word(struct text *t, const char *word)
{
	text_add(t, "%s%s", t->len ? "-" : "", word);
}

const char *proposal_print(const struct proposal *p, char *text, size_t size)
{
	struct text t = text_of(text, size);

	if (p->cipher)
		add_word(&t, p->cipher->word);
	if (p->hash)
		add_word(&t, p->hash->word);
	if (p->esp_cipher)
		add_word(&t, p->esp_cipher->word);
	if (p->esp_auth)
		add_word(&t, p->esp_auth->word);
	if (p->group)
		add_word(&t, p->group->word);
	if (p->esn)
		add_word(&t, "esn");
	return text;
}

const char *proposal_list_print(const struct proposal_list *list, char *text, size_t size)
{
	struct text t = text_of(text, size);
	char one[4 * WORD_MAX];
	unsigned int i;

	for (i = 0; i < list->count; i++)
		text_add(&t, "%s%s", i ? ", " : "",
			 proposal_print(&list->item[i], one, sizeof(one)));
	return text;
}

void proposal_list_split(const struct proposal_list *all, const struct dh_group *group,
			 struct proposal_list *same, struct proposal_list *others)
{
	struct proposal_list *to;
	unsigned int i;

	same->count = others->count = 0;
	for (i = 0; i < all->count; i++) {
		to = all->item[i].group == group ? same : others;
		to->item[to->count++] = all->item[i];
	}
}

static void add_weak(struct text *t, bool weak, const char *word)
{
	if (weak)
		text_add(t, "%s%s", t->len ? ", " : "", word);
}

const char *proposal_weak(const struct proposal *p, char *text, size_t size)
{
	struct text t = text_of(text, size);

	if (p->cipher)
		add_weak(&t, p->cipher->weak, p->cipher->word);
	if (p->hash)
		add_weak(&t, p->hash->weak, p->hash->word);
	if (p->esp_cipher)
		add_weak(&t, p->esp_cipher->weak, p->esp_cipher->word);
	if (p->esp_auth)
		add_weak(&t, p->esp_auth->weak, p->esp_auth->word);
	if (p->group)
		add_weak(&t, p->group->weak, p->group->word);
	return text;
}

size_t proposal_key_len(const struct proposal *p)
{
	return (p->esp_cipher ? p->esp_cipher->key_len : 0u) +
	       (p->esp_auth ? p->esp_auth->key_len : 0u);
}

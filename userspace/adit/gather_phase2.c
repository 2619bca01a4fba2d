// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about phase 2. Only the daemon can ask them, under its phase 1 ("ask" of
 * aditd/control.h): what it offers in vain is offered again with every group, then what peers use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adit/ask.h"
#include "adit/client.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "ike/proposal.h"

#define QUESTIONS_MAX	40
#define PAUSE		150000	/* us between them */
#define WORDS_MAX	32	/* in one, as the daemon takes */

static const char *const usual[] = {
	"aes256gcm16", "aes128gcm16", "aes192gcm16", "aes256-sha256", "aes128-sha256",
	"aes256-sha1", "aes128-sha1", "aes256-sha512", "aes256-sha384", "aes128-sha512",
	"aes128-sha384", "aes192-sha256", "aes192-sha1", "aes192-sha512", "aes192-sha384",
	"3des-sha1", "3des-sha256", "3des-md5", "aes128-md5", "aes256-md5", "null-sha1",
	"null-sha256", "des-sha1", "des-md5",
};

/* And those of few, which are asked for with the first of the groups only */
static const char *const rare[] = {
	"aes256gcm8", "aes128gcm8", "aes256gcm12", "aes128gcm12", "camellia256-sha256",
	"camellia128-sha256", "camellia256-sha1", "camellia128-sha1", "camellia256-sha512",
	"camellia256-sha384", "aes256ctr-sha256", "aes128ctr-sha256", "aes256ctr-sha1",
	"aes128ctr-sha1", "aes128-aesxcbc", "aes256-aesxcbc",
};

#define RARE_GROUPS	4
#define GROUPS		(ASK_GROUPS + 1)

/* @known: the configuration's, which the peer has refused */
struct survey {
	struct gather *g;
	struct proposal_list known;
	json_t *accepts;
	unsigned int questions, proposals;
	bool complete;
};

static bool is_known(const struct survey *s, const char *words)
{
	char text[PROPOSAL_TEXT_MAX];
	unsigned int i;

	for (i = 0; i < s->known.count; i++)
		if (!strcmp(proposal_print(&s->known.item[i], text, sizeof(text)), words))
			return true;
	return false;
}

static void add(const struct survey *s, json_t *list, const char *cipher, const char *group)
{
	struct proposal_list parsed = { .count = 0 };
	char words[64], why[PROPOSAL_TEXT_MAX];

	snprintf(words, sizeof(words), "%s%s%s%s", cipher, group ? "-" : "", group ? group : "",
		 fact_true(s->g->facts, "tunnel.config.esn") ? "-esn" : "");
	/* What adit does not have helps nobody */
	if (!is_known(s, words) && json_array_size(list) < WORDS_MAX &&
	    proposal_parse(&parsed, PROPOSAL_ESP, words, why, sizeof(why)))
		json_array_append_new(list, json_string(words));
}

/* A message may be lost: silence is asked once more */
static json_t *answer_to(const struct survey *s, json_t *list)
{
	struct client_error error = { 0 };
	json_t *result = NULL;
	int i;

	for (i = 0; i < 2 && !*fact_text(result, "proposal") && !fact_number(result, "notify");
	     i++) {
		json_decref(result);
		json_decref(error.details);
		result = client_once(s->g->socket, json_pack("{s:s, s:s, s:O}", "command", "ask",
							     "tunnel", s->g->name, "proposals",
							     list), NULL, NULL, &error);
	}
	json_decref(error.details);
	return result;
}

/* One question; @list is taken. False: no further one makes sense */
static bool ask(struct survey *s, json_t *list)
{
	const char *takes;
	json_t *result;

	if (!json_array_size(list)) {
		json_decref(list);
		return true;
	}
	s->questions++;
	s->proposals += (unsigned int)json_array_size(list);
	result = answer_to(s, list);
	json_decref(list);
	takes = fact_text(result, "proposal");
	if (*takes)
		json_array_append_new(s->accepts, json_string(takes));
	/* Silence is no refusal */
	s->complete &= *takes || fact_number(result, "notify") > 0;
	json_decref(result);
	usleep(PAUSE);
	return s->complete && !json_array_size(s->accepts) && s->questions < QUESTIONS_MAX;
}

/* What is configured, with this group in place of its own */
static json_t *ours_with(const struct survey *s, const char *group)
{
	char text[PROPOSAL_TEXT_MAX];
	json_t *list = json_array();
	struct proposal one;
	unsigned int i;

	for (i = 0; i < s->known.count; i++) {
		one = s->known.item[i];
		one.group = NULL;
		one.esn = false;
		add(s, list, proposal_print(&one, text, sizeof(text)), group);
	}
	return list;
}

/* What is configured, with sequence numbers of the other length (RFC 4304) */
static json_t *ours_turned(const struct survey *s)
{
	char text[PROPOSAL_TEXT_MAX];
	json_t *list = json_array();
	struct proposal one;
	unsigned int i;

	for (i = 0; i < s->known.count && i < WORDS_MAX; i++) {
		one = s->known.item[i];
		one.esn = !one.esn;
		json_array_append_new(list, json_string(proposal_print(&one, text, sizeof(text))));
	}
	return list;
}

static json_t *all_with(const struct survey *s, const char *const *ciphers, size_t count,
			const char *group)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		add(s, list, ciphers[i], group);
	return list;
}

/* First without perfect forward secrecy: NULL */
static const char *group(size_t i)
{
	return i ? ask_groups[i - 1] : NULL;
}

static void survey(struct survey *s)
{
	bool more = ask(s, ours_turned(s));
	size_t i;

	for (i = 0; more && i < GROUPS; i++)
		more = ask(s, ours_with(s, group(i)));
	for (i = 0; more && i < GROUPS; i++)
		more = ask(s, all_with(s, usual, sizeof(usual) / sizeof(*usual), group(i)));
	for (i = 0; more && i < RARE_GROUPS; i++)
		more = ask(s, all_with(s, rare, sizeof(rare) / sizeof(*rare), group(i)));
}

static bool is_worth_asking(const struct gather *g)
{
	const char *code = fact_text(g->facts, "tunnel.last_error.code");

	return fact_is(g->facts, "tunnel.ike.state", "established") &&
	       (!strcmp(code, "no-proposal-chosen") || !strcmp(code, "pfs-mismatch")) &&
	       json_array_size(fact(g->facts, "tunnel.config.esp"));
}

void gather_phase2(struct gather *g)
{
	struct survey *s = calloc(1, sizeof(*s));
	char why[PROPOSAL_TEXT_MAX];
	const json_t *one;
	size_t i;

	if (!s || !is_worth_asking(g)) {
		free(s);
		return;
	}
	s->g = g;
	s->accepts = json_array();
	s->complete = true;
	json_array_foreach(fact(g->facts, "tunnel.config.esp"), i, one)
		proposal_parse(&s->known, PROPOSAL_ESP, json_string_value(one), why, sizeof(why));
	/* An option of its own, for all of them */
	for (i = 0; fact_true(g->facts, "tunnel.config.esn") && i < s->known.count; i++)
		s->known.item[i].esn = true;
	survey(s);
	json_object_set_new(g->facts, "phase2",
			    json_pack("{s:o, s:i, s:i, s:b}", "accepts", s->accepts, "questions",
				      (int)s->questions, "proposals", (int)s->proposals,
				      "complete", s->complete));
	free(s);
}

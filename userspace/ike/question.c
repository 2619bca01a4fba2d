// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/question.h"

#include <stdio.h>
#include <stdlib.h>

#include "ike/child.h"
#include "ike/dpd.h"
#include "ike/informational.h"
#include "ike/natt.h"
#include "ike/quick.h"
#include "ike/report.h"

/* What the question is about: all of one group, since there is one KE payload (RFC 2409 5.5) */
static bool parse(struct proposal_list *list, const char *const *words, size_t count, char *error,
		  size_t size)
{
	size_t i;

	list->count = 0;
	for (i = 0; i < count; i++)
		if (!proposal_parse(list, PROPOSAL_ESP, words[i], error, size))
			return false;
	for (i = 1; i < list->count; i++)
		if (list->item[i].group != list->item[0].group)
			break;
	if (list->count && i >= list->count)
		return true;
	snprintf(error, size, "a question is about proposals of one group, or none has one");
	return false;
}

static struct pair *find_pair(struct connection *c, bool up)
{
	size_t i;

	for (i = 0; i < c->settings.pair_count; i++)
		if (!c->pairs[i].up == !up)
			return &c->pairs[i];
	return NULL;
}

static struct exchange *find_question(const struct session *s)
{
	struct exchange *x;

	for (x = s->exchanges; x; x = x->next)
		if (x->quick && x->quick->question)
			return x;
	return NULL;
}

bool question_ask(struct connection *c, const char *const *words, size_t count, char *error,
		  size_t size)
{
	struct session *s = session_best(c);
	struct pair *p = find_pair(c, false);
	struct proposal_list *list;

	if (!s || !p || find_question(s)) {
		snprintf(error, size, !s ? "there is no phase 1 to ask under" :
			 !p ? "phase 2 is up: there is nothing to ask" :
			 "another question waits for its answer");
		return false;
	}
	list = malloc(sizeof(*list));
	if (!list || !parse(list, words, count, error, size)) {
		if (!list)
			snprintf(error, size, "out of memory");
		free(list);
		return false;
	}
	if (quick_ask(s, p, list, 0))
		return true;
	snprintf(error, size, "the question cannot be sent");
	return false;
}

/* Those with the group of the first (RFC 2409 5.5); NULL without memory */
static struct proposal_list *own_offer(const struct connection *c)
{
	struct proposal_list *list = calloc(1, sizeof(*list));
	unsigned int i;

	for (i = 0; list && i < c->esp.count; i++)
		if (c->esp.item[i].group == c->esp.item[0].group)
			list->item[list->count++] = c->esp.item[i];
	return list;
}

bool question_hush(struct connection *c, uint32_t seconds, char *error, size_t size)
{
	struct session *s = session_best(c);
	struct pair *p = find_pair(c, true);
	struct proposal_list *list;

	if (!s || !p || !c->esp.count || !s->nat_local || !natt_used(s)) {
		snprintf(error, size, "the tunnel is not up through a NAT in front of us");
		return false;
	}
	if (find_question(s)) {
		snprintf(error, size, "another question waits for its answer");
		return false;
	}
	list = own_offer(c);
	if (!list || !quick_ask(s, p, list, seconds)) {
		snprintf(error, size, "the question cannot be sent");
		return false;
	}
	/* Nothing else may go out between the answer and its repetitions, nor come back for it */
	s->hushed = s->ike->now + seconds * SECOND;
	return true;
}

void question_hold(struct exchange *x)
{
	struct session *s = x->session;

	s->hushed = s->ike->now + x->quick->hush * SECOND;
	timer_set(&s->ike->timers, &x->timer, s->hushed);
	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_DEBUG),
	       "'adit diagnose' measures the NAT: nothing is sent for up to %u s", x->quick->hush);
}

static void speak_again(struct session *s)
{
	s->hushed = 0;
	natt_keepalive_begin(s);
	dpd_ask_soon(s);
}

void question_over(struct exchange *x)
{
	struct session *s = x->session;

	if (x->quick->child)
		informational_delete_child(s, x->quick->child);
	exchange_kill(x);
	speak_again(s);
}

void question_unhush(struct connection *c)
{
	struct session *s = session_best(c);
	struct exchange *x = s && s->hushed ? find_question(s) : NULL;

	if (x)
		question_over(x);
}

void question_answered(struct exchange *x, const struct proposal *takes, uint16_t type)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_ANSWER, takes ?
					    IKE_SEVERITY_INFO : IKE_SEVERITY_DEBUG);
	const char *name = ike_notify_name(type);
	char text[PROPOSAL_TEXT_MAX] = "";

	if (x->quick->hush)
		speak_again(x->session);
	event.authenticated = takes || type;
	event.count = takes ? 0 : type;
	if (takes)
		event.proposal = proposal_print(takes, text, sizeof(text));
	/* It waits for the third message: it is told that none comes */
	if (takes && x->quick->child)
		informational_delete_child(x->session, x->quick->child);
	report(x->session->ike, event, "asked about phase 2 by 'adit diagnose', the peer %s%s",
	       takes ? "takes " : type ? "refuses: " : "does not answer",
	       takes ? text : !type ? "" : name ? name : "a notification");
	exchange_kill(x);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a quick mode that the peer refuses.
 */
#include "ike/agreement.h"
#include "ike/question.h"
#include "ike/quick.h"
#include "ike/report.h"

/* What the peer does not accept is our answer. */
static void answer_refused(struct exchange *x, uint16_t type)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	char answer[CHILD_TEXT_MAX] = "nothing";
	const char *name = ike_notify_name(type);

	event.error = type == IKE_N_INVALID_ID_INFORMATION ? IKE_ERROR_TS_UNACCEPTABLE :
							     IKE_ERROR_NO_PROPOSAL_CHOSEN;
	event.count = type;
	event.authenticated = true;
	if (x->quick->child)
		child_proposal_text(x->quick->child, answer, sizeof(answer));
	connection_failure(x->quick->pair->connection, event,
			   "the peer began phase 2 and refused our answer, %s, with %s; let the "
			   "peer offer only what it accepts, or choose another one here",
			   answer, name ? name : "a refusal");
	quick_withdrawn(x);
}

static const char *group_word(const struct dh_group *group)
{
	return group ? group->word : "none";
}

/* Of a round through the groups the last one decides whether the peer takes any. */
static bool try_next_group(struct exchange *x, uint16_t type)
{
	const struct quick *q = x->quick;
	struct pair *p = q->pair;
	unsigned int groups = agreement_groups(p->connection, NULL, 0);
	const struct dh_group *next = agreement_group(p->connection, p->turn + 1);

	if (type == IKE_N_INVALID_ID_INFORMATION || q->replaces || (p->turn + 1) % groups == 0)
		return false;
	report(x->session->ike, on_session(x->session, IKE_EVENT_STEP, IKE_SEVERITY_INFO),
	       "the peer refused phase 2 with the group %s; %s is next", group_word(q->group),
	       group_word(next));
	exchange_kill(x);
	pair_next_group(p);
	return true;
}

void quick_refused(struct exchange *x, uint16_t type)
{
	struct ike_event event = on_session(x->session, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct connection *c = x->quick->pair->connection;
	char offer[PROPOSAL_TEXT_MAX], ours[SELECTOR_TEXT_MAX], theirs[SELECTOR_TEXT_MAX];
	const char *name = ike_notify_name(type);
	const struct child *child = x->quick->child;
	/* strongSwan says so to the copy of a message that it has refused: the refusal was lost */
	bool lost = type == IKE_N_INVALID_HASH_INFORMATION && x->tries > 1;

	if (!x->initiator) {
		answer_refused(x, type);
		return;
	}
	if (x->quick->question) {
		question_answered(x, NULL, lost ? 0 : type);
		return;
	}
	if (lost) {
		quick_give_up(x);
		return;
	}
	if (try_next_group(x, type))
		return;
	name = name ? name : "a refusal";
	event.count = type;
	event.authenticated = true;
	if (type == IKE_N_INVALID_ID_INFORMATION && child) {
		event.error = IKE_ERROR_TS_UNACCEPTABLE;
		connection_failure(c, event,
				   "the peer refused phase 2 with %s: it does not want local-ts %s "
				   "with remote-ts %s; they must mirror the peer's", name,
				   selector_print(&child->local_ts, ours, sizeof(ours)),
				   selector_print(&child->remote_ts, theirs, sizeof(theirs)));
	} else {
		event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
		connection_failure(
			c, event,
			"the peer refused phase 2 with %s; we offered %s; make %s (and "
			"its group for PFS: %s) and the selectors the same on both sides",
			name, agreement_print(c, offer, sizeof(offer)),
			!c->ah.count ? "esp" : c->esp.count ? "esp, ah" : "ah",
			group_word(x->quick->group));
	}
	quick_give_up(x);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The causes that `adit diagnose` knows, from the outside in: host, daemon, kernel, way to the
 * peer, phase 1, what happens again and again, phase 2, data, what lies beyond the tunnel. Each
 * judges the facts alone, so that it can be tested with recorded ones. A judge that is not sure
 * says no: a cause named wrongly sends people astray, and "unknown" with what was seen does not.
 */
#ifndef ADIT_TOOL_CAUSES_H
#define ADIT_TOOL_CAUSES_H

#include <jansson.h>
#include <stdbool.h>

/**
 * struct finding - one cause that holds
 * @code: its stable word
 * @cause: one sentence what is wrong
 * @cure: one sentence what to do
 * @evidence: array of texts: what was seen that shows it
 */
struct finding {
	const char *code;
	char cause[700];
	char cure[700];
	json_t *evidence;
};

/**
 * struct cause - a row of the table
 * @code: stable; adit(8) lists them all
 * @summary: half a line for the list
 * @judge: whether it holds; fills @finding's sentences when it does
 */
struct cause {
	const char *code;
	const char *summary;
	bool (*judge)(const json_t *facts, struct finding *finding);
};

/* One table a subject, each ended by a row without code, in the order in which they are judged */
extern const struct cause causes_host[], causes_kernel[], causes_path[], causes_phase1[],
	causes_habits[], causes_certificate[], causes_phase2[], causes_data[], causes_beyond[];

/** cause_tables - all of them, ended by NULL. */
extern const struct cause *const cause_tables[];

/**
 * causes_judge - the cause that keeps the tunnel down, or all that hold while it is up
 * @findings: filled in order of judgement: the first is the one to cure first
 * @max: room
 *
 * Return: how many there are. Their evidence is to be freed by findings_free().
 */
size_t causes_judge(const json_t *facts, struct finding *findings, size_t max);
void findings_free(struct finding *findings, size_t count);

/** causes_healthy - nothing holds, and it is shown that the tunnel works. Evidence as above. */
bool causes_healthy(const json_t *facts, struct finding *finding);

/** what was seen when no cause holds: evidence only. */
void causes_unknown(const json_t *facts, struct finding *finding);

/* For the judges: the sentences, and one line of evidence each. say_cause() returns true. */
bool say_cause(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_cure(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_seen(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The tunnel is known and its SAs are up; or known, wanted, and not */
bool tunnel_is_up(const json_t *facts);
bool tunnel_is_down(const json_t *facts);

/** last_error_is - the daemon's last failure has this code, and the tunnel is down since. */
bool last_error_is(const json_t *facts, const char *code);

/** fell_silent - the last failure is what the daemon makes of an identity without an answer. */
bool fell_silent(const json_t *facts);

/** is_up_event - of the history: phase 1 was established. */
bool is_up_event(const json_t *entry);

/** own_id - our identity, as the peer sees it. */
const char *own_id(const json_t *facts);

/** same_network - one of this host's networks that remote-ts names, too; NULL: none. */
const json_t *same_network(const json_t *facts);

/** say_daemon - the daemon's own words for the last failure, as evidence. */
void say_daemon(const json_t *facts, struct finding *finding);

/** is_narrowed - what was agreed on is less than what is configured. */
bool is_narrowed(const json_t *facts);

/** say_narrowed - both, as evidence. */
void say_narrowed(const json_t *facts, struct finding *finding);

/** ah_meets_nat - AH is configured and phase 1 found a NAT, which cannot work (RFC 3715 2.1). */
bool ah_meets_nat(const json_t *facts);

/** say_ah_nat - evidence and cure of that. */
void say_ah_nat(const json_t *facts, struct finding *finding);

#endif

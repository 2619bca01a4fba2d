/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configured connection: its settings, whether it is wanted, what is being done to bring it up
 * and what went wrong.
 */
#ifndef ADIT_IKE_CONNECTION_H
#define ADIT_IKE_CONNECTION_H

#include "ike/blob.h"
#include "ike/credentials.h"
#include "ike/engine.h"
#include "ike/identity.h"
#include "ike/proposal.h"
#include "ike/selector.h"

#define ERROR_TEXT_MAX 512

/* One pair of selectors: it wants one child. */
struct pair {
	struct connection *connection;
	unsigned int index;
	struct ike_selector local, remote; /* as configured, perhaps "dynamic" */
	bool wanted;
	bool up; /* a usable child was reported */
	unsigned int attempts; /* since the last success */
	unsigned int turn; /* which of the groups is offered, see agreement_group() */
	unsigned int deletions; /* how often in a row the peer has deleted one soon after */
	struct timer retry; /* not before it fires */
};

struct connection {
	struct connection *next;
	struct ike *ike;
	char name[IKE_NAME_MAX];
	/* Numbers and enumerations as configured, defaults filled in; its pointers are all NULL. */
	struct ike_connection settings;
	struct identity local_id, remote_id; /* type 0: the address; remote "%any": any_remote_id */
	bool any_remote_id;
	struct blob psk;
	const struct auth_method *method;
	struct credentials *credentials; /* NULL: no certificates are configured */
	struct blob xauth_user, xauth_password;
	struct ike_lease gives; /* server: what clients get besides their addresses */
	struct lease *leases; /* server: by number */
	uint32_t lease_next; /* server: where the search for a free one begins */
	struct ike_lease *lease; /* client: what the server has assigned, or NULL */
	struct proposal_list ike_proposals, esp, ah;
	struct pair *pairs;

	bool wanted; /* keep it up */
	bool stopped; /* by ike_stop(): `start` does not count */
	unsigned int attempts; /* phase 1 attempts since the last success */
	unsigned int deletions; /* how often in a row the peer has deleted one soon after */
	struct timer work; /* look at what is missing */
	struct timer retry; /* no new phase 1 before it fires */
	enum ike_error error;
	char error_text[ERROR_TEXT_MAX];
	uint64_t error_time;
	uint64_t established; /* when all pairs came up; 0 while they are not */
	struct ike_contact contact; /* last_received: when, 0 never */
};

struct connection *connection_find(const struct ike *ike, const char *name);
void connections_free(struct ike *ike);

/* Adds or replaces; as ike_connection_add(). */
bool connection_put(struct ike *ike, const struct ike_connection *settings, char *error,
		    size_t size);
/* Forgets it; it must be down. */
void connection_drop(struct connection *c);
/* Everything down with DELETE, and it stays down. */
void connection_down(struct connection *c);
/* It is to be up from now on; a waiting retry happens now. */
void connection_want(struct connection *c);
void connection_acquire(struct connection *c, const struct ike_address *source,
			const struct ike_address *destination);

/* Timers of a new one. */
void connection_init(struct connection *c);

/* Looks soon (before the current call ends) at what the connection lacks, and begins it. */
void connection_wake(struct connection *c);

/* Remembers why it is not up, and reports it; the same again in one attempt is reported once. */
void connection_failure(struct connection *c, struct ike_event event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A phase 1 attempt came to nothing: schedules the next. */
void connection_retry(struct connection *c);
/* The peer was lost while it should be there: begin anew. */
void connection_lost(struct connection *c);
/*
 * The peer deleted what stood since @since; @count is how often in a row it did so soon after, and
 * is brought up to date. When to begin it again: soon, or less and less often.
 */
uint64_t connection_deleted(struct connection *c, uint64_t since, unsigned int *count);
/* A pair's quick mode came to nothing: schedules the next. */
void pair_retry(struct pair *p);

/* At once: the peer has refused one group, and was not asked for the next one yet. */
void pair_next_group(struct pair *p);
/* Phase 1 or a pair succeeded, or was lost: brings state, error and events up to date. */
void connection_review(struct connection *c);

/* The seconds before the end of a lifetime at which to rekey, fuzz included, drawn anew each time.
 * @follower: the other side is expected to do it; we come later. */
uint64_t connection_margin(struct connection *c, uint64_t lifetime, bool follower);

/* The pair's selectors with "dynamic" replaced by the addresses in use. */
void pair_selectors(const struct pair *p, const struct ike_address *local,
		    const struct ike_address *remote, struct selector *ours,
		    struct selector *theirs);

/* Next connection behind @after (NULL: first) for a phase 1 between these addresses: those that
 * name the remote address come before those with %any. */
struct connection *connection_match(const struct ike *ike, const struct ike_address *local,
				    const struct ike_address *remote, struct connection *after);

/* The pre-shared key for this peer; erase it. Returns its length, 0 when there is none. */
size_t connection_secret(struct connection *c, const struct ike_address *local,
			 const struct ike_address *remote, const char *identity, uint8_t *secret,
			 size_t size);

#endif

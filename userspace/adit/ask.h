/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First messages of IKE, sent to learn what a peer says to them, and what its answers mean. Nothing
 * is begun by them: no secret is needed, and none is told.
 */
#ifndef ADIT_TOOL_ASK_H
#define ADIT_TOOL_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "ike/identity.h"
#include "ike/proposal.h"

#define ASK_MAX 4096
#define ASK_GROUPS 15

/* The groups that peers may want, in the words of proposals, those of most peers first */
extern const char *const ask_groups[ASK_GROUPS];

enum ask_kind {
	ASK_NOTHING,		/* no answer, or not one to our question */
	ASK_SA,			/* it takes one of the proposals */
	ASK_NOTIFY,		/* it says why not */
	ASK_OTHER,		/* something else: it is there */
};

/**
 * struct ask_answer - what came back
 * @notify: with ASK_NOTIFY, its number
 * @name: of the notification, in the RFCs' spelling; "" when there is none
 * @chosen: with ASK_SA, the proposal in our words; @index: in the list that was asked
 */
struct ask_answer {
	enum ask_kind kind;
	unsigned int notify;
	char name[40];
	char chosen[128];
	unsigned int index;
};

/**
 * ask_main - message 1 of main mode (RFC 2409 5.4)
 * @auth: IKE_AUTH_*
 * @padding: bytes of further vendor IDs, to make it large
 * @message: room for ASK_MAX bytes
 *
 * Return: its length; 0 when it does not fit.
 */
size_t ask_main(const uint8_t cookie[8], const struct proposal_list *list, uint16_t auth,
		size_t padding, uint8_t *message);

/** ask_aggressive - message 1 of aggressive mode; all of @list must have one group. */
size_t ask_aggressive(const uint8_t cookie[8], const struct proposal_list *list, uint16_t auth,
		      const struct identity *id, uint8_t *message);

/** ask_ikev2 - IKE_SA_INIT (RFC 7296 1.2) with usual algorithms. */
size_t ask_ikev2(const uint8_t cookie[8], uint8_t *message);

/** ask_read - what the answer to any of them means; untrusted bytes. @list: as asked, or NULL */
struct ask_answer ask_read(const uint8_t *message, size_t length, const struct proposal_list *list,
			   uint16_t auth);

/** ask_usual - proposals of phase 1 that peers use, those that are worth most first. */
void ask_usual(struct proposal_list *lists, unsigned int max, unsigned int *count);

#endif

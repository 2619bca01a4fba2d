/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of transitions: which message may come in which state, what it must and may hold, how
 * it is protected, and who handles it. A new exchange or authentication method is new rows.
 */
#include "ike/exchange.h"
#include "ike/informational.h"
#include "ike/phase1.h"
#include "ike/quick.h"
#include "ike/transaction.h"

#define SA PAYLOAD(IKE_PAYLOAD_SA)
#define KE PAYLOAD(IKE_PAYLOAD_KE)
#define ID PAYLOAD(IKE_PAYLOAD_ID)
#define CERT PAYLOAD(IKE_PAYLOAD_CERT)
#define CERTREQ PAYLOAD(IKE_PAYLOAD_CERTREQ)
#define HASH PAYLOAD(IKE_PAYLOAD_HASH)
#define SIG PAYLOAD(IKE_PAYLOAD_SIG)
#define NONCE PAYLOAD(IKE_PAYLOAD_NONCE)
#define NOTIFY PAYLOAD(IKE_PAYLOAD_NOTIFY)
#define DELETE PAYLOAD(IKE_PAYLOAD_DELETE)
#define VENDOR PAYLOAD(IKE_PAYLOAD_VENDOR)
#define ATTRIBUTES PAYLOAD(IKE_PAYLOAD_ATTRIBUTES)
#define NAT_D PAYLOAD(IKE_PAYLOAD_NAT_D)
#define NAT_OA PAYLOAD(IKE_PAYLOAD_NAT_OA)

/* What may come more than once wherever it may come. */
#define MANY (CERT | CERTREQ | NOTIFY | DELETE | VENDOR | NAT_D | NAT_OA)
/* RFC 2409 5: these may come with any message of phase 1. */
#define ANY_PHASE1 (VENDOR | CERTREQ | NOTIFY)
/* RFC 2409 5.1, 5.4: how a peer proves itself; which of them was agreed the handler knows. */
#define PROOF (HASH | SIG)

static const struct transition transitions[] = {
	/* RFC 2409 5.1 and 5.4, main mode with signatures or a pre-shared key */
	{ STATE_MAIN_R1, IKE_EXCHANGE_MAIN, SA, SA | ANY_PHASE1, MANY, CLEAR, STATE_MAIN_R3, false,
	  main_r1 },
	{ STATE_MAIN_I2, IKE_EXCHANGE_MAIN, SA, SA | ANY_PHASE1, MANY, CLEAR, STATE_MAIN_I4, true,
	  main_i2 },
	{ STATE_MAIN_R3, IKE_EXCHANGE_MAIN, KE | NONCE, KE | NONCE | NAT_D | ANY_PHASE1, MANY,
	  CLEAR, STATE_MAIN_R5, false, main_r3 },
	{ STATE_MAIN_I4, IKE_EXCHANGE_MAIN, KE | NONCE, KE | NONCE | NAT_D | ANY_PHASE1, MANY,
	  CLEAR, STATE_MAIN_I6, true, main_i4 },
	{ STATE_MAIN_R5, IKE_EXCHANGE_MAIN, ID, ID | PROOF | CERT | ANY_PHASE1, MANY, SEALED,
	  STATE_DONE, false, main_r5, PROOF },
	{ STATE_MAIN_I6, IKE_EXCHANGE_MAIN, ID, ID | PROOF | CERT | ANY_PHASE1, MANY, SEALED,
	  STATE_DONE, true, main_i6, PROOF },
	/* RFC 2409 5.1 and 5.4, aggressive mode; its third message may be encrypted */
	{ STATE_AGGRESSIVE_R1, IKE_EXCHANGE_AGGRESSIVE, SA | KE | NONCE | ID,
	  SA | KE | NONCE | ID | ANY_PHASE1, MANY, CLEAR, STATE_AGGRESSIVE_R3, false,
	  aggressive_r1 },
	{ STATE_AGGRESSIVE_I2, IKE_EXCHANGE_AGGRESSIVE, SA | KE | NONCE | ID,
	  SA | KE | NONCE | ID | PROOF | NAT_D | CERT | ANY_PHASE1, MANY, CLEAR, STATE_DONE, true,
	  aggressive_i2, PROOF },
	{ STATE_AGGRESSIVE_R3, IKE_EXCHANGE_AGGRESSIVE, 0, PROOF | NAT_D | CERT | ANY_PHASE1,
	  MANY, EITHER, STATE_DONE, false, aggressive_r3, PROOF },
	/* RFC 2409 5.5, quick mode; two IDs or none */
	{ STATE_QUICK_R1, IKE_EXCHANGE_QUICK, HASH | SA | NONCE,
	  HASH | SA | NONCE | KE | ID | NOTIFY | VENDOR | NAT_OA, MANY | ID, HASH_1, STATE_QUICK_R3,
	  false, quick_r1 },
	{ STATE_QUICK_I2, IKE_EXCHANGE_QUICK, HASH | SA | NONCE,
	  HASH | SA | NONCE | KE | ID | NOTIFY | VENDOR | NAT_OA, MANY | ID, HASH_2, STATE_DONE,
	  true, quick_i2 },
	{ STATE_QUICK_R3, IKE_EXCHANGE_QUICK, HASH, HASH | NOTIFY | VENDOR, MANY, HASH_3,
	  STATE_DONE, false, quick_r3 },
	/*
	 * RFC 2408 3.1: CONNECTED as a fourth message. No RFC has its HASH; those who send it make
	 * it as that of any notification (RFC 2409 5.7).
	 */
	{ STATE_DONE, IKE_EXCHANGE_QUICK, HASH | NOTIFY, HASH | NOTIFY | VENDOR, MANY, HASH_1,
	  STATE_DONE, true, quick_i4 },
	/* draft-ietf-ipsec-isakmp-mode-cfg-05 3.1; Cisco's go on under the same message id */
	{ STATE_TRANSACTION_R1, IKE_EXCHANGE_TRANSACTION, HASH | ATTRIBUTES,
	  HASH | ATTRIBUTES | NOTIFY | VENDOR, MANY, HASH_1, STATE_TRANSACTION_R1, false,
	  transaction_r1 },
	{ STATE_TRANSACTION_I2, IKE_EXCHANGE_TRANSACTION, HASH | ATTRIBUTES,
	  HASH | ATTRIBUTES | NOTIFY | VENDOR, MANY, HASH_1, STATE_DONE, true, transaction_i2 },
	/* RFC 2409 5.7 */
	{ STATE_INFORMATIONAL, IKE_EXCHANGE_INFORMATIONAL, HASH, HASH | NOTIFY | DELETE | VENDOR,
	  MANY, HASH_1, STATE_DONE, false, informational_input },
};

#define TRANSITIONS (sizeof(transitions) / sizeof(transitions[0]))

static const char *const texts[STATE_COUNT] = {
	[STATE_MAIN_R1] = "main mode, waits for message 1",
	[STATE_MAIN_I2] = "main mode, waits for message 2",
	[STATE_MAIN_R3] = "main mode, waits for message 3",
	[STATE_MAIN_I4] = "main mode, waits for message 4",
	[STATE_MAIN_R5] = "main mode, waits for message 5",
	[STATE_MAIN_I6] = "main mode, waits for message 6",
	[STATE_AGGRESSIVE_R1] = "aggressive mode, waits for message 1",
	[STATE_AGGRESSIVE_I2] = "aggressive mode, waits for message 2",
	[STATE_AGGRESSIVE_R3] = "aggressive mode, waits for message 3",
	[STATE_QUICK_R1] = "quick mode, waits for message 1",
	[STATE_QUICK_I2] = "quick mode, waits for message 2",
	[STATE_QUICK_R3] = "quick mode, waits for message 3",
	[STATE_TRANSACTION_R1] = "transaction, waits for a request",
	[STATE_TRANSACTION_I2] = "transaction, waits for the answer",
	[STATE_INFORMATIONAL] = "informational",
	[STATE_DONE] = "done",
};

const char *state_text(enum state state)
{
	return state < STATE_COUNT && texts[state] ? texts[state] : "unknown";
}

const struct transition *transition_find(enum state state, uint8_t exchange)
{
	size_t i;

	for (i = 0; i < TRANSITIONS; i++)
		if (transitions[i].state == state && transitions[i].exchange == exchange)
			return &transitions[i];
	return NULL;
}

static bool row_consistent(const struct transition *row)
{
	bool phase1 = row->exchange == IKE_EXCHANGE_MAIN ||
		      row->exchange == IKE_EXCHANGE_AGGRESSIVE;

	if (!row->handler || ((row->required | row->one_of) & ~row->allowed))
		return false;
	/* RFC 2409 5.5, 5.7: everything behind phase 1 is encrypted and begins with a HASH */
	if (!phase1 && (row->protection < HASH_1 || !(row->required & HASH)))
		return false;
	if (phase1 && row->protection >= HASH_1)
		return false;
	/* RFC 2409 5: who proves an identity has authenticated it */
	if (((row->required | row->one_of) & PROOF) && row->protection == CLEAR &&
	    row->exchange != IKE_EXCHANGE_AGGRESSIVE)
		return false;
	/* An exchange stays itself, and its successor state can receive something or is the end */
	return row->next == STATE_DONE || transition_find(row->next, row->exchange);
}

bool transitions_consistent(void)
{
	size_t i, j;

	for (i = 0; i < TRANSITIONS; i++) {
		if (!row_consistent(&transitions[i]) || !texts[transitions[i].state])
			return false;
		for (j = 0; j < i; j++)
			if (transitions[i].state == transitions[j].state &&
			    transitions[i].exchange == transitions[j].exchange)
				return false;
	}
	return true;
}

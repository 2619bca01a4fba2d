/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One exchange under a phase 1: its place in the table of transitions, its IV, its last message
 * sent, and what it takes to send that again.
 *
 * Exactly one side of an exchange retransmits at a time: the one that waits for an answer (RFC 2408
 * 5.1). The other side sends its last message again when it sees the message before it again, and
 * never processes a message twice. So duplicates in the network cannot multiply.
 */
#ifndef ADIT_IKE_EXCHANGE_H
#define ADIT_IKE_EXCHANGE_H

#include "ike/blob.h"
#include "ike/engine.h"
#include "ike/message.h"
#include "ike/seal.h"

/* What an exchange waits for: the number is the message, the letter our role. */
enum state {
	STATE_MAIN_R1,
	STATE_MAIN_I2,
	STATE_MAIN_R3,
	STATE_MAIN_I4,
	STATE_MAIN_R5,
	STATE_MAIN_I6,
	STATE_AGGRESSIVE_R1,
	STATE_AGGRESSIVE_I2,
	STATE_AGGRESSIVE_R3,
	STATE_QUICK_R1,
	STATE_QUICK_I2,
	STATE_QUICK_R3,
	STATE_TRANSACTION_R1,
	STATE_TRANSACTION_I2,
	STATE_INFORMATIONAL,
	STATE_DONE, /* kept to answer duplicates */
	STATE_COUNT
};

/* How an encrypted message is authenticated before its handler sees it. */
enum protection {
	CLEAR, /* not encrypted */
	EITHER, /* encrypted or not, as the peer likes; the handler authenticates */
	SEALED, /* encrypted; the handler authenticates (phase 1) */
	HASH_1, /* RFC 2409 5.5: HASH(1) */
	HASH_2,
	HASH_3,
};

struct transition {
	enum state state;
	uint8_t exchange; /* IKE_EXCHANGE_* */
	uint32_t required, allowed; /* sets of payload types: PAYLOAD(IKE_PAYLOAD_…) */
	uint32_t many; /* of which more than one may come */
	enum protection protection;
	enum state next;
	bool initiator; /* our role */
	void (*handler)(struct exchange *x, const struct message *m);
	uint32_t one_of; /* exactly one of these must come; 0: no such choice */
};

/* What a transaction that we begin is for. */
enum transaction_purpose {
	TRANSACTION_LOGIN, /* XAUTH, server: who are you? */
	TRANSACTION_VERDICT, /* XAUTH, server: the status */
	TRANSACTION_PULL, /* mode config, client */
	TRANSACTION_PUSH, /* mode config, server */
};

#define PAYLOAD(type) (UINT32_C(1) << (type))

/* A message on its way in, where it came to and from, and the digest of its bytes. */
struct arrival {
	const struct ike_endpoint *local, *remote;
	struct message message;
	uint64_t digest;
};

struct exchange {
	struct exchange *next;
	struct session *session;
	bool dead;
	bool initiator;
	uint8_t type; /* IKE_EXCHANGE_* */
	uint32_t id; /* 0: phase 1 */
	enum state state;
	const struct transition *row; /* while its handler runs, as is arrival */
	const struct arrival *arrival;
	struct seal seal;
	bool commit; /* the peer set the commit bit */
	bool committing; /* we set it */

	struct blob sent; /* the last message, as it went out */
	bool waiting; /* for an answer: we retransmit */
	unsigned int tries; /* how often it was sent on our own account */
	unsigned int resent; /* how often it was sent again on account of duplicates */
	uint64_t sent_time;
	struct timer timer; /* retransmission, or the end */
	uint64_t accepted[4]; /* digests of those that were accepted */
	unsigned int accepted_count;

	struct phase1 *phase1; /* of a phase 1 exchange */
	struct quick *quick; /* of a quick mode */
	enum transaction_purpose purpose; /* of a transaction of ours */
};

/* Retransmissions after the first sending, each after twice the time. */
#define RETRANSMIT_FIRST SECOND
#define RETRANSMIT_MAX 5
/*
 * The responder of quick mode is more patient: the initiator thinks that all is well, and if the
 * third message never came, its traffic would go nowhere.
 */
#define RETRANSMIT_MAX_THIRD 9
/* From this one on the silence is reported as the preliminary cause. */
#define RETRANSMIT_TELLING 3
/* How long an exchange is kept after its end, to answer duplicates of its last message. */
#define EXCHANGE_LINGER (150 * SECOND)
/* How long a responder waits for the message that its peer owes. */
#define EXCHANGE_PATIENCE (30 * SECOND)

/* Every row makes sense, every state has its rows; asserted by ike_new(). */
bool transitions_consistent(void);
const struct transition *transition_find(enum state state, uint8_t exchange);
/* "main mode, waits for message 4" */
const char *state_text(enum state state);

struct exchange *exchange_new(struct session *s, uint8_t type, uint32_t id, bool initiator,
			      enum state state);
/* For the one that is part of its session. */
void exchange_init(struct exchange *x, struct session *s, uint8_t type, uint32_t id,
		   bool initiator, enum state state);
void exchange_clear(struct exchange *x);
/* Takes it out of its session; the memory goes at the end of the call. */
void exchange_kill(struct exchange *x);
struct exchange *exchange_find(const struct session *s, uint32_t id);

/*
 * A message for this exchange: duplicates are answered from memory; otherwise it must fit a row, in
 * the clear or decrypted and authenticated as the row says, and its handler is called. The handler
 * calls exchange_accept() once it is satisfied; until then nothing has changed.
 */
void exchange_input(struct exchange *x, struct arrival *a);
/* IV, state and retransmission move on. */
void exchange_accept(struct exchange *x);

/* Begins a message in @buffer with this exchange's header. */
void exchange_begin(struct exchange *x, struct builder *b, uint8_t *buffer, size_t size);
/* Seals it when the exchange is encrypted by now, sends it, keeps it. @waiting: an answer is due.
 * False, and nothing sent, when it did not fit or memory is short. */
bool exchange_send(struct exchange *x, struct builder *b, bool sealed, bool waiting);
/* Nothing more comes: linger, then go. */
void exchange_done(struct exchange *x);

uint64_t digest_of(struct bytes bytes);

#endif

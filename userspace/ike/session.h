/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session: one phase 1 (ISAKMP SA), being negotiated or established.
 */
#ifndef ADIT_IKE_SESSION_H
#define ADIT_IKE_SESSION_H

#include "ike/access.h"
#include "ike/connection.h"
#include "ike/exchange.h"
#include "ike/fragment.h"
#include "ike/message_ids.h"
#include "ike/vendor.h"

#define SESSION_EXCHANGES_MAX 160
#define SESSION_VENDOR_TEXT 320

struct session {
	struct session *next, *prev;
	struct ike *ike;
	struct connection *connection;
	bool dead;
	bool initiator;
	bool established;
	unsigned int half_open; /* its place among those, from 1; 0: it is none */
	bool resumed; /* what it is about to send went out before (evicted.h) */
	bool retiring; /* a newer one has taken over, or is about to: no new exchanges of ours */
	bool rekeying; /* our successor is being negotiated */
	struct table_link by_cookie, by_source;
	uint8_t cookie_i[8], cookie_r[8];
	struct ike_endpoint local, remote;
	struct ike_address source; /* where its first message came from, wherever it is now */
	uint64_t begun, established_time, seen, sent_time;
	uint64_t seen_before; /* when before its last message */
	uint64_t replaced_time; /* when it replaced one of its identity (unique.h), 0: never */

	struct exchange main; /* phase 1 itself */
	struct exchange *exchanges; /* phase 2 and informational */
	struct message_ids ids; /* that were used */

	struct proposal proposal;
	uint16_t auth; /* IKE_AUTH_* */
	uint64_t lifetime; /* seconds, the smaller of both sides' */
	uint64_t lifebytes, bytes; /* the same of its messages, 0: no limit; and what went so far */
	struct keymat keymat;
	bool keys; /* keymat holds them */
	struct identity peer;
	char vendor[SESSION_VENDOR_TEXT];

	enum vendor_kind natt; /* the NAT-T that both sides speak, VENDOR_UNKNOWN: none */
	bool nat_checked, nat_local, nat_remote;
	bool began_on_4500; /* so the port says nothing about NAT */
	bool peer_dpd;
	bool peer_fragments; /* the peer puts fragments together */
	uint16_t fragment_id;
	struct fragments *fragments; /* of a message that is coming in */
	bool contact_sent; /* our message carries INITIAL-CONTACT */
	bool forgotten; /* so the peer says, in the clear */
	bool disowned; /* the peer, as initiator, did not accept our proof */
	bool mismatch_told; /* the notify for an undecryptable message went out */

	uint32_t dpd_first, dpd_sequence; /* numbers: of the first unanswered question, the last */
	bool dpd_waiting, dpd_hinted;
	uint64_t dpd_asked; /* when the first unanswered R-U-THERE went out */

	struct timer rekey, expire, dpd, keepalive;
	uint64_t hushed; /* until then nothing is sent unasked (question_hush()) */
	struct access access; /* login and mode config behind phase 1 */
};

/* For a table. */
uint64_t cookie_key(const uint8_t cookie[8]);

/* @cookie_i is the peer's when it began, NULL when we begin. */
struct session *session_new(struct connection *c, const uint8_t *cookie_i,
			    const struct ike_endpoint *local, const struct ike_endpoint *remote);
/* Takes it out of everything: its exchanges die, its children lose it. No DELETE is sent. */
void session_kill(struct session *s);
void engine_reap_sessions(struct ike *ike);

/* By both cookies; or, when the responder's is zero, by initiator cookie and peer. */
struct session *session_find(struct ike *ike, const struct isakmp_header *h,
			     const struct ike_endpoint *remote);

/* Phase 1 is complete: lifetimes, DPD, keepalives begin; older ones retire, children move here. */
void session_established(struct session *s);
/* Sends DELETE for the phase 1 itself, and kills it. */
void session_delete(struct session *s);
/* The same after DELETEs for its children, which are removed. */
void session_close(struct session *s);
/* The peer is gone or has restarted: the session and its children go without a word. */
void session_forget(struct session *s);

/*
 * The peer was never heard of under it. If it goes on with one that this one replaced, that is the
 * one: takes its place again, with the children.
 */
bool session_reinstate(struct session *s);

/* The peer deleted it. Its children wait a while for a new phase 1. */
void session_deleted_by_peer(struct session *s);

/* The one to begin exchanges on, NULL when there is none: newest generation, both sides agree. */
struct session *session_best(const struct connection *c);
/* The same for a child that there is: with its own peer, when the connection has several. */
struct session *session_best_for(const struct child *c);
/* One of the connection's phase 1 negotiations that we began, or NULL. */
struct session *session_negotiating(const struct connection *c);
/*
 * Whether both are phase 1s with the same peer: connection, identity, address; where peers may
 * share an identity behind one NAT, the port, too.
 */
bool session_same_peer(const struct session *a, const struct session *b);

/* An authenticated message came from @remote: alive, and perhaps moved. */
void session_seen(struct session *s, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote);
/* It is there now; its children follow. */
void session_move(struct session *s, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote);
/* A message of it came, genuine or not: counted. */
void session_heard(struct session *s, const struct ike_endpoint *local);
/* So much of it went over the wire; at its limit it is renewed. */
void session_count(struct session *s, size_t len);
/* Sends a message, marks the time for keepalives. */
void session_transmit(struct session *s, const uint8_t *bytes, size_t len);

/* The peer has used a message id, once and for all; with too many of them phase 1 is renewed. */
void session_use_id(struct session *s, uint32_t id);

#endif

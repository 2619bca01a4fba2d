/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phase 1: main mode and aggressive mode (RFC 2409 5), both roles, as handlers of the table of
 * transitions.
 */
#ifndef ADIT_IKE_PHASE1_H
#define ADIT_IKE_PHASE1_H

#include "ike/dh.h"
#include "ike/session.h"

/* What is needed only until phase 1 is established. */
struct phase1 {
	struct dh *dh;
	struct blob sa; /* SAi_b */
	struct blob first; /* responder: the message that it began with */
	struct blob ni, nr, gxi, gxr;
	struct blob idi, idr; /* bodies of the ID payloads */
	struct identity peer; /* as it says in aggressive mode, not proven yet */
	struct ike_terms terms;
	bool proof_only; /* the keymat has SKEYID alone, g^xy is still to come */
	bool cert_asked; /* the peer sent a CERTREQ */
	bool shorter; /* our lifetime is, than what was agreed on in words */
	uint16_t refusal; /* IKE_N_*, what tells the peer why its proof is not accepted */
};

void phase1_free(struct phase1 *p);
/* Begins a phase 1 to @remote, in place of @old or NULL; NULL when memory is short. */
struct session *phase1_initiate(struct connection *c, const struct ike_endpoint *local,
				const struct ike_endpoint *remote, const struct session *old);
/* A first message from a stranger, or from a peer that begins anew. */
void phase1_respond(struct ike *ike, struct arrival *a);
/* What was answered to a first message; key pair and nonce only in aggressive mode. */
struct answered {
	const uint8_t *cookie_r;
	struct dh *dh;
	struct bytes nonce;
};

/*
 * The same for one that was answered before, with that: nothing is sent. NULL when the
 * configuration has nothing for it any more, or memory is short.
 */
struct session *phase1_resume(struct ike *ike, struct arrival *first,
			      const struct answered *answered);
/* Nothing came for too long. */
void phase1_silence(struct session *s, bool final);
/* An encrypted message that makes no sense while we wait for the peer's authentication. */
void phase1_undecryptable(struct session *s);
/* A notify in the clear: a hint about why, never believed. */
void phase1_hint(struct session *s, uint16_t type);

/* A refusal under the protection of keys that are not yet proven to be the right peer's. */
void phase1_refused(struct session *s, uint16_t type);
/* The same after we thought that it was established: the peer judges our last message only now.
 * False when the notify does not mean that. */
bool phase1_disowned(struct session *s, uint16_t type);
/* Both sides are authenticated: the session is established, or the client has to log in first. */
void phase1_complete(struct session *s);
void phase1_established(struct session *s);
/* What of it is weak, algorithms and else, with ", " between; "" when nothing is. Returns @text. */
const char *phase1_weak(const struct session *s, char *text, size_t size);

/* What the exchanges share. */
/* What is offered or accepted besides the proposals, for this connection in this role. */
struct ike_terms phase1_terms(const struct session *s, const struct connection *c);
/* Our vendor IDs (RFC 2408 3.16), and the peer's. */
void phase1_announce(struct session *s, struct builder *b);
void phase1_read_vendors(struct session *s, const struct message *m);
void phase1_agree(struct session *s, const struct ike_choice *choice);
/* Our key pair and nonce, once. */
bool phase1_make_key_exchange(struct session *s);
void phase1_write_key_exchange(struct session *s, struct builder *b);
/* As responder: tells both sides why, the peer by the type of a notification. */
void phase1_refuse_proposals(struct session *s, const struct message *m, const char *why,
			     uint16_t notify);
/* The first message of aggressive mode names an identity that is not wanted, which was reported. */
void phase1_refuse_identity(struct session *s, const struct message *m);
/* The peer has proven to be who we do not want: @notify tells it, and the attempt ends. */
void phase1_refuse(struct session *s, uint16_t notify);
/* Its proof failed, for a reason that was reported: it is told once, in the clear. */
void phase1_tell_unproven(struct session *s);
/*
 * Has the peer proven to be who it says, and is that who is wanted (RFC 2409 5)? If not, the
 * attempt has been ended as it deserves: a forged message changes nothing but what is reported.
 */
bool phase1_proven(struct exchange *x, const struct message *m, const struct identity *id);
bool phase1_says_initial_contact(const struct message *m);

/* Sends message 1. False when it cannot be made. */
bool main_begin(struct session *s);
void main_r1(struct exchange *x, const struct message *m);
void main_i2(struct exchange *x, const struct message *m);
void main_r3(struct exchange *x, const struct message *m);
void main_i4(struct exchange *x, const struct message *m);
void main_r5(struct exchange *x, const struct message *m);
void main_i6(struct exchange *x, const struct message *m);

/*
 * The first message has one KE payload: only proposals of its group, the first one's, can be
 * offered (RFC 2409 5.1); the others are left out.
 */
void aggressive_offer(const struct connection *c, struct proposal_list *offered,
		      struct proposal_list *left_out);
bool aggressive_begin(struct session *s);
void aggressive_r1(struct exchange *x, const struct message *m);
void aggressive_i2(struct exchange *x, const struct message *m);
void aggressive_r3(struct exchange *x, const struct message *m);

#endif

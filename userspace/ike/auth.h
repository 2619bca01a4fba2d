/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authentication of phase 1: who we say we are, and the proof; the same from the peer (RFC 2409 5).
 * A new method is a new row in method.c.
 */
#ifndef ADIT_IKE_AUTH_H
#define ADIT_IKE_AUTH_H

#include "ike/phase1.h"

/* The key exchange is complete: SKEYID and the rest. False when there is no secret for the peer or
 * its public value is bad; the failure is reported. */
bool auth_keys(struct session *s, struct bytes peer_public);
/*
 * The same for aggressive mode, where anybody can make both sides work: with a pre-shared key the
 * proof needs no g^xy (RFC 2409 5), which waits for auth_keys_stand(). @peer_public is in the
 * session's phase1.
 */
bool auth_proof_keys(struct session *s, struct bytes peer_public);
/* Whether all keys are there; what auth_proof_keys() has put off is made now. */
bool auth_keys_stand(struct session *s);
/* The exchange that they came out of was somebody else's. */
void auth_forget_keys(struct session *s);
/* Our ID payload; it is remembered for the HASH. */
bool auth_write_id(struct session *s, struct builder *b);
/*
 * Our proof, HASH or [CERT,] SIG; and INITIAL-CONTACT when this is the first that we say to the
 * peer. The buffer should have room for BUILDER_CERTS_MAX bytes. False when we cannot.
 */
bool auth_write_proof(struct session *s, struct builder *b);
/* HASH_I or HASH_R with the method's prf: its length, 0 when OpenSSL refuses. */
size_t auth_hash(const struct session *s, bool initiator, uint8_t *hash);

/* CERTREQs, when the peer is to send a certificate; the peer's, remembered. */
void auth_write_requests(struct session *s, struct builder *b);
void auth_read_requests(struct session *s, const struct message *m);

/*
 * The body of the peer's ID payload, remembered for its HASH. False when it is malformed: reported.
 */
bool auth_read_id(struct session *s, struct bytes body, struct identity *id);
/*
 * The connection for a peer whose first message of aggressive mode says that it is @id; NULL when
 * none wants that: reported. No key has been used yet, so each may have its own (RFC 2409 5.4).
 */
struct connection *auth_connection(struct session *s, const struct identity *id);

enum auth_verdict {
	AUTH_GOOD, /* s->peer and s->connection are set */
	AUTH_FORGED, /* the proof is wrong: the keys differ, or it is not the peer's */
	AUTH_WRONG_ID, /* proven, but it is not who we want to talk to: reported */
	AUTH_UNPROVEN, /* as AUTH_FORGED, with a signature; reported */
	AUTH_REFUSED, /* it has the key of a certificate that we do not accept: reported */
};

/*
 * The peer's HASH or SIG over what was exchanged and the identity that auth_read_id() has read. If
 * it is the peer's, all keys stand, whatever the verdict.
 * With AUTH_UNPROVEN and AUTH_REFUSED, phase1->refusal is the notify that tells the peer.
 */
enum auth_verdict auth_check(struct session *s, const struct message *m, const struct identity *id);
/* Whether the session's peer, as it has proven to be, is also the one that @other wants. */
bool auth_suits(struct session *s, struct connection *other);
struct identity auth_local_id(const struct session *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/auth.h"

#include "ike/auth_signature.h"
#include "ike/certs.h"
#include "ike/contact.h"
#include "ike/report.h"

#define SECRET_MAX 1024

static struct keymat_inputs inputs_of(const struct session *s, struct bytes secret)
{
	const struct phase1 *p = s->main.phase1;
	struct keymat_inputs in = {
		.hash = s->proposal.hash,
		.cipher = s->proposal.cipher,
		.ni = blob_bytes(&p->ni),
		.nr = blob_bytes(&p->nr),
		.gxi = blob_bytes(&p->gxi),
		.gxr = blob_bytes(&p->gxr),
		.secret = secret,
	};

	memcpy(in.initiator, s->cookie_i, sizeof(in.initiator));
	memcpy(in.responder, s->cookie_r, sizeof(in.responder));
	return in;
}

/* @make: from the secret, keymat_psk() or keymat_psk_proof() */
static bool derive_shared(struct session *s, const struct keymat_inputs *in,
			  bool (*make)(struct keymat *k, const struct keymat_inputs *in,
				       struct bytes psk))
{
	const struct identity *said = &s->main.phase1->peer;
	char id[IDENTITY_TEXT_MAX];
	uint8_t psk[SECRET_MAX];
	size_t len;
	bool good;

	/*
	 * RFC 2409 5.4: main mode has only the address to find the key by, aggressive mode the
	 * identity
	 */
	len = connection_secret(s->connection, &s->local.address, &s->remote.address,
				said->type ? identity_print(said, id, sizeof(id)) : NULL, psk,
				sizeof(psk));
	if (!len) {
		struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

		event.error = IKE_ERROR_AUTH_FAILED;
		connection_failure(s->connection, event,
				   "there is no pre-shared key for this peer: set psk or psk-file");
		return false;
	}
	good = make(&s->keymat, in, bytes_of(psk, len));
	secret_erase(psk, sizeof(psk));
	return good;
}

/* @why: of the peer's public value, or NULL */
static bool refused(struct session *s, const char *why)
{
	if (why)
		report(s->ike, on_session(s, IKE_EVENT_DROPPED, IKE_SEVERITY_WARNING),
		       "ignored the peer's key exchange: %s", why);
	return why;
}

static bool derive(struct session *s, struct bytes secret)
{
	struct keymat_inputs in = inputs_of(s, secret);

	return method_by_number(s->auth)->shared ? derive_shared(s, &in, keymat_psk) :
						   keymat_signature(&s->keymat, &in);
}

static bool complete(struct session *s, struct bytes secret)
{
	struct keymat_inputs in = inputs_of(s, secret);

	return keymat_complete(&s->keymat, &in);
}

/* With g^xy: all keys. */
static bool keys_from(struct session *s, struct bytes peer_public,
		      bool (*make)(struct session *s, struct bytes secret))
{
	const struct ike_ops *ops = s->ike->ops;
	uint8_t secret[DH_SECRET_MAX];

	if (refused(s, dh_shared(s->main.phase1->dh, peer_public, secret)))
		return false;
	s->keys = make(s, bytes_of(secret, s->proposal.group->secret_len));
	secret_erase(secret, sizeof(secret));
	if (!s->keys)
		return false;
	seal_phase1(&s->main.seal, &s->keymat);
	if (ops->keylog)
		ops->keylog(s->ike->ctx, s->cookie_i, s->keymat.key, s->keymat.cipher->key_len);
	return true;
}

bool auth_keys(struct session *s, struct bytes peer_public)
{
	return keys_from(s, peer_public, derive);
}

bool auth_proof_keys(struct session *s, struct bytes peer_public)
{
	struct keymat_inputs in = inputs_of(s, bytes_of(NULL, 0));
	struct phase1 *p = s->main.phase1;

	/* RFC 2409 5: with signatures SKEYID itself is made of g^xy */
	if (!method_by_number(s->auth)->shared)
		return auth_keys(s, peer_public);
	p->proof_only = !refused(s, dh_wrong(p->dh, peer_public)) &&
			derive_shared(s, &in, keymat_psk_proof);
	return p->proof_only;
}

bool auth_keys_stand(struct session *s)
{
	struct phase1 *p = s->main.phase1;

	if (s->keys || !p || !p->proof_only)
		return s->keys;
	/* If it fails it will be no better the next time. */
	p->proof_only = false;
	return keys_from(s, blob_bytes(s->initiator ? &p->gxr : &p->gxi), complete);
}

void auth_forget_keys(struct session *s)
{
	s->keys = false;
	s->main.phase1->proof_only = false;
	keymat_erase(&s->keymat);
}

static struct identity address_id(const struct ike_address *address)
{
	return identity_of_address(bytes_of(address->bytes, ike_address_length(address)));
}

struct identity auth_local_id(const struct session *s)
{
	return s->connection->local_id.type ? s->connection->local_id :
					      address_id(&s->local.address);
}

static bool id_wanted(const struct connection *c, const struct identity *id)
{
	struct identity wanted = c->remote_id;

	if (!wanted.type && !c->any_remote_id)
		wanted = address_id(&c->settings.remote);
	return identity_matches(&wanted, id);
}

bool auth_write_id(struct session *s, struct builder *b)
{
	struct phase1 *p = s->main.phase1;
	struct identity id = auth_local_id(s);
	struct id_payload payload = identity_to_payload(&id, 0, 0);
	size_t at = b->w.len;

	id_write(b, &payload);
	return !b->w.overflow && blob_set(s->initiator ? &p->idi : &p->idr,
					  writer_from(&b->w, at + IKE_PAYLOAD_HEADER_LEN));
}

/* RFC 2409 5: a signature that comes with a hash of its own has HASH_I and HASH_R made with it */
static const struct hash *proof_hash(const struct session *s)
{
	const struct auth_method *method = method_by_number(s->auth);

	return method->hash ? hash_by_number(method->hash) : s->keymat.hash;
}

size_t auth_hash(const struct session *s, bool initiator, uint8_t *hash)
{
	const struct phase1 *p = s->main.phase1;
	struct keymat_inputs in = inputs_of(s, bytes_of(NULL, 0));

	if (!keymat_auth(&s->keymat, &in, proof_hash(s), initiator, blob_bytes(&p->sa),
			 blob_bytes(initiator ? &p->idi : &p->idr), hash))
		return 0;
	return proof_hash(s)->len;
}

static bool write_hash(struct session *s, struct builder *b)
{
	uint8_t hash[HASH_MAX];
	size_t len = auth_hash(s, s->initiator, hash);

	builder_payload(b, IKE_PAYLOAD_HASH, bytes_of(hash, len));
	return len;
}

bool auth_write_proof(struct session *s, struct builder *b)
{
	if (method_signs(method_by_number(s->auth), s->initiator)) {
		if (!auth_write_signature(s, b))
			return false;
	} else if (!write_hash(s, b)) {
		return false;
	}
	/*
	 * As responder in main mode alone, whose last message is encrypted; and not before a login,
	 * when it is not known who the peer is.
	 */
	if (s->initiator ||
	    (s->main.type == IKE_EXCHANGE_MAIN && !access_needed(s->connection)))
		contact_write(s, b);
	return true;
}

void auth_write_requests(struct session *s, struct builder *b)
{
	const struct credentials *c = s->connection->credentials;

	/* A pinned key needs no certificate */
	if (method_signs(method_by_number(s->auth), !s->initiator) && c && !c->peer_key)
		certs_write_requests(b, c);
}

void auth_read_requests(struct session *s, const struct message *m)
{
	s->main.phase1->cert_asked |= certs_asked(m);
}

static enum auth_verdict check_hash(const struct session *s, const struct message *m)
{
	const struct payload *hash = message_find(m, IKE_PAYLOAD_HASH, NULL);
	uint8_t expected[HASH_MAX];
	size_t len = auth_hash(s, !s->initiator, expected);
	bool good;

	good = hash && len && hash_equal(hash->body, bytes_of(expected, len));
	secret_erase(expected, sizeof(expected));
	return good ? AUTH_GOOD : AUTH_FORGED;
}

static bool same_secret(struct session *s, struct connection *other)
{
	uint8_t ours[SECRET_MAX], theirs[SECRET_MAX];
	size_t len, other_len;
	bool same;

	len = connection_secret(s->connection, &s->local.address, &s->remote.address, NULL, ours,
				sizeof(ours));
	other_len = connection_secret(other, &s->local.address, &s->remote.address, NULL, theirs,
				      sizeof(theirs));
	same = hash_equal(bytes_of(ours, len), bytes_of(theirs, other_len));
	secret_erase(ours, sizeof(ours));
	secret_erase(theirs, sizeof(theirs));
	return same;
}

/* Whether who has proven itself to the session's connection has done so to the other, too. */
static bool same_proof(struct session *s, struct connection *other)
{
	if (other->method != s->connection->method)
		return false;
	return other->method->shared ? same_secret(s, other) :
				       credentials_equal(s->connection->credentials,
							 other->credentials);
}

bool auth_suits(struct session *s, struct connection *other)
{
	const struct ike_connection *settings = &other->settings;

	/* Neither a login nor an address counts for another connection. */
	if (access_needed(other) || access_needed(s->connection))
		return other == s->connection;
	if (settings->local.family && !ike_address_equal(&settings->local, &s->local.address))
		return false;
	if (settings->remote.family && !ike_address_equal(&settings->remote, &s->remote.address))
		return false;
	return id_wanted(other, &s->peer) && same_proof(s, other);
}

/* A signature is judged later, by what the connection trusts. */
static bool may_take_over(struct session *s, struct connection *other)
{
	return phase1_terms(s, other).auth == s->auth &&
	       other->settings.exchange == s->connection->settings.exchange &&
	       (!other->method->shared || same_secret(s, other));
}

/*
 * Main mode chooses by address; several connections may share one. Now that the identity is known,
 * another with the same key, or with certificates too, that wants this identity will do as well.
 */
static struct connection *connection_for_id(struct session *s, const struct identity *id)
{
	struct connection *c = NULL;

	if (id_wanted(s->connection, id))
		return s->connection;
	if (s->initiator)
		return NULL;
	while ((c = connection_match(s->ike, &s->local.address, &s->remote.address, c)))
		if (id_wanted(c, id) && may_take_over(s, c))
			break;
	return c;
}

static void report_wrong_id(struct session *s, const struct identity *id)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	char is[IDENTITY_TEXT_MAX], wanted[IDENTITY_TEXT_MAX];
	struct identity want = s->connection->remote_id;

	if (!want.type)
		want = address_id(&s->connection->settings.remote);
	event.error = IKE_ERROR_INVALID_ID;
	if (!s->initiator)
		event.code = IKE_EVENT_REFUSED;
	connection_failure(s->connection, event,
			   "the peer says it is %s, but remote-id wants %s: set remote-id here, or "
			   "the identity at the peer",
			   identity_print(id, is, sizeof(is)),
			   identity_print(&want, wanted, sizeof(wanted)));
}

bool auth_read_id(struct session *s, struct bytes body, struct identity *id)
{
	struct phase1 *p = s->main.phase1;
	struct fault fault = { 0 };
	struct id_payload parsed;

	/* RFC 2407 4.6.2: protocol and port are 0, or UDP and 500 (4500 behind NAT) */
	if (id_parse(&parsed, body, &fault) && identity_from_payload(id, &parsed, &fault))
		return blob_set(s->initiator ? &p->idr : &p->idi, body);
	report(s->ike, on_session(s, IKE_EVENT_DROPPED, IKE_SEVERITY_WARNING),
	       "the peer's identity is malformed: %s", fault.text);
	return false;
}

struct connection *auth_connection(struct session *s, const struct identity *id)
{
	struct connection *c = s->connection;

	if (!id_wanted(c, id)) {
		c = NULL;
		while ((c = connection_match(s->ike, &s->local.address, &s->remote.address, c)))
			if (c->settings.exchange == IKE_AGGRESSIVE_MODE && id_wanted(c, id))
				break;
	}
	if (!c)
		report_wrong_id(s, id);
	return c;
}

enum auth_verdict auth_check(struct session *s, const struct message *m, const struct identity *id)
{
	struct connection *c = connection_for_id(s, id);
	enum auth_verdict verdict;

	if (method_signs(method_by_number(s->auth), !s->initiator))
		verdict = auth_check_signature(s, c ? c : s->connection, m, id);
	else
		verdict = check_hash(s, m);
	if (verdict != AUTH_GOOD)
		return verdict;
	/* Now that it is no stranger's: what follows, a refusal too, is encrypted. */
	if (!auth_keys_stand(s))
		return AUTH_FORGED;
	if (!c) {
		report_wrong_id(s, id);
		return AUTH_WRONG_ID;
	}
	s->connection = c;
	s->peer = *id;
	return AUTH_GOOD;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When phase 1 comes to nothing: what silence, a refusal or a proof that is wrong means, in words.
 */
#include <time.h>

#include "ike/auth.h"
#include "ike/informational.h"
#include "ike/phase1.h"
#include "ike/report.h"

/* Whether this attempt's cause is known better than silence. */
static bool cause_known(const struct session *s)
{
	const struct connection *c = s->connection;

	return c->error != IKE_ERROR_NONE && c->error != IKE_ERROR_NO_RESPONSE &&
	       c->error_time >= s->begun;
}

/* Nobody has to believe it, but it explains the silence better than wrong keys do. */
static const char forgotten_text[] =
	"the peer says that it does not know this negotiation any more (INVALID-COOKIE): it was "
	"restarted meanwhile, or is overloaded; a new attempt follows";

static const char *silence_text(const struct session *s, enum ike_error *error)
{
	*error = IKE_ERROR_NO_RESPONSE;
	switch (s->main.state) {
	case STATE_MAIN_I2:
	case STATE_AGGRESSIVE_I2:
		return "no answer at all: the peer is down, or UDP port 500 is blocked on the way, "
		       "or it has nothing configured for our address";
	case STATE_MAIN_I4:
		return "the peer answered our first message (proposals) but not the third (key "
		       "exchange): packets get lost on the way, or the peer is overloaded";
	default:
		break;
	}
	if (s->forgotten)
		return forgotten_text;
	if (!method_by_number(s->auth)->shared) {
		*error = IKE_ERROR_CERT_REFUSED;
		return "the peer stopped answering at our fifth message (identity, certificate, "
		       "signature): most likely it does not accept our certificate or identity "
		       "(see its log), or that long message is lost on the way (IP fragments, or "
		       "UDP port 4500)";
	}
	*error = IKE_ERROR_PSK_MISMATCH;
	if (s->local.port == IKE_PORT_NATT)
		return "the peer stopped answering at our fifth message (identity): most likely "
		       "the pre-shared keys differ, or the peer does not know our identity, or "
		       "UDP port 4500 is blocked on the way";
	return "the peer stopped answering at our fifth message (identity): most likely the "
	       "pre-shared keys differ, or the peer does not know our identity";
}

void phase1_silence(struct session *s, bool final)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct connection *c = s->connection;
	char from[IKE_ENDPOINT_TEXT];
	const char *text;

	if (!s->initiator && !final)
		return;
	if (!s->initiator) {
		report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_INFO),
		       "%s did not go on with phase 1 (%s)", ike_endpoint_text(&s->remote, from),
		       state_text(s->main.state));
		session_kill(s);
		return;
	}
	text = silence_text(s, &event.error);
	if (!cause_known(s))
		connection_failure(c, event, "%s", text);
	if (!final)
		return;
	session_kill(s);
	connection_retry(c);
}

/* We wait for a proof that only one with the right key can make, or have sent ours. */
static bool awaits_proof(const struct session *s)
{
	switch (s->main.state) {
	case STATE_MAIN_R5:
	case STATE_MAIN_I6:
	case STATE_AGGRESSIVE_I2:
	case STATE_AGGRESSIVE_R3:
		return true;
	default:
		return false;
	}
}

void phase1_tell_unproven(struct session *s)
{
	struct isakmp_header h = { .exchange = s->main.type };
	uint16_t refusal = s->main.phase1->refusal;

	if (s->mismatch_told || s->main.state == STATE_MAIN_I6)
		return;
	s->mismatch_told = true;
	memcpy(h.initiator, s->cookie_i, sizeof(h.initiator));
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	informational_clear(s->ike, &h, refusal ? refusal : IKE_N_AUTHENTICATION_FAILED, &s->local,
			    &s->remote);
}

void phase1_undecryptable(struct session *s)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	if (s->dead || !awaits_proof(s))
		return;
	/* The keys come out of the exchange itself: it was damaged, or is somebody else's */
	if (!method_by_number(s->auth)->shared) {
		report(s->ike, on_session(s, IKE_EVENT_DROPPED, IKE_SEVERITY_WARNING),
		       "ignored a message that makes no sense where the peer should prove itself: "
		       "it was damaged or forged on the way");
		return;
	}
	event.error = IKE_ERROR_PSK_MISMATCH;
	if (!s->initiator)
		event.code = IKE_EVENT_REFUSED;
	connection_failure(
		s->connection, event,
		"the peer's %s cannot be verified: the pre-shared keys differ; enter the "
		"same one on both sides",
		s->main.state == STATE_MAIN_R5 ? "identity (main mode message 5)" :
						 "proof of identity");
	phase1_tell_unproven(s);
}

/* What a refusal of our proof means: a pre-shared key may be another one, a signature is not. */
static enum ike_error proof_refused(const struct session *s)
{
	const struct auth_method *method = method_by_number(s->auth);

	return method->shared			 ? IKE_ERROR_PSK_MISMATCH :
	       method_signs(method, s->initiator) ? IKE_ERROR_CERT_REFUSED :
						    IKE_ERROR_AUTH_FAILED;
}

/* Aggressive mode goes no further than our first message, which proves nothing (RFC 2409 5.4) */
static bool is_unproven(const struct session *s)
{
	return s->main.state == STATE_AGGRESSIVE_I2;
}

/* What a notification means while phase 1 is under way. */
static enum ike_error meaning(const struct session *s, uint16_t type)
{
	if (type == IKE_N_AUTHENTICATION_FAILED && is_unproven(s))
		return IKE_ERROR_INVALID_ID;
	switch (type) {
	case IKE_N_NO_PROPOSAL_CHOSEN:
	case IKE_N_BAD_PROPOSAL_SYNTAX:
	case IKE_N_ATTRIBUTES_NOT_SUPPORTED:
	case IKE_N_INVALID_EXCHANGE_TYPE:
	case IKE_N_UNSUPPORTED_EXCHANGE_TYPE:
		return IKE_ERROR_NO_PROPOSAL_CHOSEN;
	case IKE_N_INVALID_ID_INFORMATION:
		return IKE_ERROR_INVALID_ID;
	case IKE_N_INVALID_COOKIE:
		return IKE_ERROR_NO_RESPONSE;
	case IKE_N_INVALID_CERT_ENCODING:
	case IKE_N_INVALID_CERTIFICATE:
	case IKE_N_CERT_TYPE_UNSUPPORTED:
	case IKE_N_INVALID_CERT_AUTHORITY:
	case IKE_N_INVALID_SIGNATURE:
	case IKE_N_CERTIFICATE_UNAVAILABLE:
		return awaits_proof(s) ? proof_refused(s) : IKE_ERROR_NONE;
	case IKE_N_PAYLOAD_MALFORMED:
	case IKE_N_UNEQUAL_PAYLOAD_LENGTHS:
	case IKE_N_INVALID_PAYLOAD_TYPE:
	case IKE_N_INVALID_HASH_INFORMATION:
	case IKE_N_AUTHENTICATION_FAILED:
		/* What a peer finds that has decrypted our identity with another key */
		if (awaits_proof(s) && (s->initiator || type == IKE_N_AUTHENTICATION_FAILED))
			return proof_refused(s);
		return type == IKE_N_AUTHENTICATION_FAILED ? IKE_ERROR_AUTH_FAILED :
							     IKE_ERROR_NONE;
	default:
		return IKE_ERROR_NONE;
	}
}

static bool expired(const struct ike *ike, X509 *cert)
{
	time_t now = (time_t)ike->ops->time(ike->ctx);

	return X509_cmp_time(X509_get0_notAfter(cert), &now) <= 0;
}

static void explain_certificate(struct session *s, struct ike_event event, const char *name)
{
	const struct credentials *own = s->connection->credentials;
	X509 *cert = own && own->chain_count ? own->chain[0] : NULL;
	char subject[144], issuer[144];

	const char *cure = "local-id must be a name that the certificate carries";

	if (!cert) {
		connection_failure(s->connection, event,
				   "the peer refused our signature (%s): it needs the public key "
				   "that belongs to `key`; see its log", name);
		return;
	}
	if (event.count == IKE_N_CERTIFICATE_UNAVAILABLE)
		cure = "it wants to be sent the certificate: set send-cert to always";
	else if (expired(s->ike, cert))
		cure = "ours has expired: renew it";
	else if (s->main.phase1 && !s->main.phase1->cert_asked &&
	    s->connection->settings.send_cert != IKE_SEND_CERT_ALWAYS)
		cure = "it did not ask for the certificate: set send-cert to always";
	connection_failure(s->connection, event,
			   "the peer refused our certificate %s (%s): see its log; it must trust "
			   "%s, and %s", certificate_print(cert, subject, sizeof(subject)), name,
			   certificate_print_issuer(cert, issuer, sizeof(issuer)), cure);
}

static void explain(struct session *s, struct ike_event event, uint16_t type)
{
	struct connection *c = s->connection;
	char offer[PROPOSAL_TEXT_MAX], id_text[IDENTITY_TEXT_MAX];
	const char *name = ike_notify_name(type);
	struct identity id = auth_local_id(s);
	/* strongSwan says so of both, when keys and proposals fit */
	bool other = type == IKE_N_AUTHENTICATION_FAILED;

	name = name ? name : "a refusal";
	if (type == IKE_N_INVALID_EXCHANGE_TYPE || type == IKE_N_UNSUPPORTED_EXCHANGE_TYPE) {
		connection_failure(c, event,
				   "the peer refused %s with %s: set exchange to the same on both "
				   "sides", ike_exchange_name(s->main.type), name);
		return;
	}
	switch (event.error) {
	case IKE_ERROR_NO_RESPONSE:
		if (!cause_known(s))
			connection_failure(c, event, "%s", forgotten_text);
		break;
	case IKE_ERROR_NO_PROPOSAL_CHOSEN:
		connection_failure(
			c, event,
			"the peer refused phase 1 with %s: it accepts none of %s, or it "
			"has nothing configured for us; make `ike` the same on both sides",
			name, proposal_list_print(&c->ike_proposals, offer, sizeof(offer)));
		break;
	case IKE_ERROR_INVALID_ID:
		if (is_unproven(s)) {
			connection_failure(c, event,
					   "the peer refused aggressive mode from %s with %s: it "
					   "wants main mode (set exchange), or expects another "
					   "local-id",
					   identity_print(&id, id_text, sizeof(id_text)), name);
			break;
		}
		connection_failure(c, event,
				   "the peer refused our identity %s with %s: set local-id to what "
				   "it expects%s%s", identity_print(&id, id_text, sizeof(id_text)),
				   name, other ? ", unless it wants another auth than " : "",
				   other ? ike_auth_name(s->auth) : "");
		break;
	case IKE_ERROR_PSK_MISMATCH:
		connection_failure(c, event,
				   "the peer could not verify our identity (%s): the pre-shared "
				   "keys differ; enter the same one on both sides", name);
		break;
	case IKE_ERROR_CERT_REFUSED:
		explain_certificate(s, event, name);
		break;
	default:
		connection_failure(c, event, "the peer refused phase 1 with %s", name);
	}
}

void phase1_hint(struct session *s, uint16_t type)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	event.error = meaning(s, type);
	event.count = type;
	s->forgotten |= type == IKE_N_INVALID_COOKIE;
	/* Once phase 1 is agreed nobody refuses it any more in the clear */
	if (s->main.phase1 && event.error != IKE_ERROR_NONE &&
	    (s->initiator || s->main.state == STATE_AGGRESSIVE_R3))
		explain(s, event, type);
}

void phase1_refused(struct session *s, uint16_t type)
{
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);
	struct connection *c = s->connection;

	event.error = meaning(s, type);
	event.count = type;
	event.authenticated = true;
	/*
	 * It was authenticated, so the keys are the same after all: the peer disliked our identity.
	 */
	if (event.error == IKE_ERROR_PSK_MISMATCH)
		event.error = IKE_ERROR_INVALID_ID;
	if (event.error == IKE_ERROR_NONE)
		event.error = IKE_ERROR_AUTH_FAILED;
	explain(s, event, type);
	session_kill(s);
	if (s->initiator)
		connection_retry(c);
}

bool phase1_disowned(struct session *s, uint16_t type)
{
	struct connection *c = s->connection;
	struct ike_event event = on_session(s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	/* Who got a proof as initiator of main mode had given its own before */
	if (s->disowned || (s->initiator && s->main.type == IKE_EXCHANGE_MAIN))
		return false;
	switch (type) {
	case IKE_N_INVALID_ID_INFORMATION:
		/* To a quick mode of ours it is another answer */
		if (s->initiator)
			return false;
		event.error = IKE_ERROR_INVALID_ID;
		break;
	case IKE_N_INVALID_CERT_ENCODING:
	case IKE_N_INVALID_CERTIFICATE:
	case IKE_N_CERT_TYPE_UNSUPPORTED:
	case IKE_N_INVALID_CERT_AUTHORITY:
	case IKE_N_INVALID_SIGNATURE:
	case IKE_N_CERTIFICATE_UNAVAILABLE:
	case IKE_N_AUTHENTICATION_FAILED:
		event.error = proof_refused(s);
		break;
	default:
		return false;
	}
	s->disowned = true;
	event.count = type;
	event.authenticated = true;
	explain(s, event, type);
	/* A responder says it and forgets us; an initiator sends DELETE, too */
	if (s->initiator) {
		session_kill(s);
		connection_retry(c);
	}
	return true;
}

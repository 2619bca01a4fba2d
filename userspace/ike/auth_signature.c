/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/auth_signature.h"

#include <openssl/x509.h>
#include <stdio.h>

#include "ike/certs.h"
#include "ike/report.h"
#include "ike/signature.h"
#include "ike/trust.h"

bool auth_write_signature(struct session *s, struct builder *b)
{
	const struct credentials *c = s->connection->credentials;
	uint8_t hash[HASH_MAX], signature[SIGNATURE_MAX];
	enum ike_send_cert send = s->connection->settings.send_cert;
	size_t len = auth_hash(s, s->initiator, hash);

	if (!len || !c || !c->key)
		return false;
	if (send == IKE_SEND_CERT_ALWAYS ||
	    (send == IKE_SEND_CERT_IFASKED && s->main.phase1->cert_asked))
		certs_write(b, c);
	len = signature_make(c->key, bytes_of(hash, len), signature);
	builder_payload(b, IKE_PAYLOAD_SIG, bytes_of(signature, len));
	return len;
}

/* Who wants the peer's certificate, the message that should have proven it, and what came. */
struct judgement {
	struct session *s;
	struct connection *c;
	const struct identity *id;
	struct certs certs;
	EVP_PKEY *key; /* pinned, or of the peer's certificate */
};

/* Tells both sides: ourselves at once, the peer by what the caller does with the verdict. */
static enum auth_verdict refuse(struct judgement *j, enum ike_error error, uint16_t notify,
				enum auth_verdict verdict, const char *text)
{
	struct ike_event event = on_session(j->s, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	event.error = error;
	if (!j->s->initiator)
		event.code = IKE_EVENT_REFUSED;
	j->s->main.phase1->refusal = notify;
	connection_failure(j->c, event, "%s", text);
	return verdict;
}

static enum auth_verdict refuse_missing(struct judgement *j)
{
	char text[TRUST_TEXT_MAX];

	if (j->certs.fault) {
		snprintf(text, sizeof(text),
			 "the peer sent a certificate that %s: have it issued anew",
			 j->certs.fault);
		return refuse(j, IKE_ERROR_CERT_INVALID, IKE_N_INVALID_CERTIFICATE, AUTH_UNPROVEN,
			      text);
	}
	return refuse(j, IKE_ERROR_CERT_MISSING, IKE_N_CERTIFICATE_UNAVAILABLE, AUTH_UNPROVEN,
		      "the peer sent no certificate: let it always send one, or name its "
		      "certificate or public key here in remote-cert");
}

static enum auth_verdict refuse_key(struct judgement *j, const char *why)
{
	char text[TRUST_TEXT_MAX], name[TRUST_NAME_MAX], key[64];

	snprintf(text, sizeof(text), "the peer's certificate %s has a key (%s) that %s",
		 j->certs.peer ? certificate_print(j->certs.peer, name, sizeof(name)) : "",
		 signature_key_print(j->key, key, sizeof(key)), why);
	return refuse(j, IKE_ERROR_CERT_INVALID, IKE_N_INVALID_CERTIFICATE, AUTH_UNPROVEN, text);
}

static enum auth_verdict refuse_signature(struct judgement *j)
{
	char text[TRUST_TEXT_MAX], name[TRUST_NAME_MAX];

	if (j->c->credentials->peer_key)
		snprintf(text, sizeof(text),
			 "the peer's signature was not made with the key that remote-cert pins: "
			 "put the peer's present certificate or public key there");
	else
		snprintf(text, sizeof(text),
			 "the peer's signature was not made with the key of its certificate %s: "
			 "at the peer, key and certificate do not belong together",
			 certificate_print(j->certs.peer, name, sizeof(name)));
	return refuse(j, IKE_ERROR_SIGNATURE_INVALID, IKE_N_INVALID_SIGNATURE, AUTH_UNPROVEN, text);
}

static enum auth_verdict refuse_name(struct judgement *j)
{
	char text[ERROR_TEXT_MAX], names[TRUST_NAME_MAX], id[TRUST_NAME_MAX];

	snprintf(text, sizeof(text),
		 "the peer says it is %s, but its certificate carries only %s: let it say one of "
		 "these (local-id there, remote-id here), or have a certificate issued with that "
		 "name", identity_print(j->id, id, sizeof(id)),
		 certificate_print_names(j->certs.peer, names, sizeof(names)));
	return refuse(j, IKE_ERROR_CERT_WRONG_NAME, IKE_N_INVALID_ID_INFORMATION, AUTH_REFUSED,
		      text);
}

static bool signature_checks(struct judgement *j, const struct message *m)
{
	const struct payload *sig = message_find(m, IKE_PAYLOAD_SIG, NULL);
	uint8_t hash[HASH_MAX];
	size_t len = auth_hash(j->s, !j->s->initiator, hash);

	return sig && len && signature_good(j->key, bytes_of(hash, len), sig->body);
}

/* The peer has the certificate's key; now whether anybody vouches for the certificate. */
static enum auth_verdict check_trust(struct judgement *j)
{
	const struct credentials *c = j->c->credentials;
	struct ike *ike = j->s->ike;
	struct trust_answer answer = { 0 };

	if (!c->peer_key)
		trust_check(&answer, c->anchors, j->certs.peer, j->certs.others,
			    ike->ops->time(ike->ctx));
	else if (c->peer)
		trust_check_pinned(&answer, c->peer, ike->ops->time(ike->ctx));
	if (answer.error)
		return refuse(j, answer.error,
			      answer.error == IKE_ERROR_CERT_UNKNOWN_ISSUER ?
				      IKE_N_INVALID_CERT_AUTHORITY : IKE_N_INVALID_CERTIFICATE,
			      AUTH_REFUSED, answer.text);
	/* RFC 4945 3.1: who proves itself with a certificate is who that says it is */
	if (!c->peer_key && !certificate_carries(j->certs.peer, j->id))
		return refuse_name(j);
	if (*answer.weak)
		report(ike, on_session(j->s, IKE_EVENT_WEAK, IKE_SEVERITY_WARNING), "%s",
		       answer.weak);
	return AUTH_GOOD;
}

static enum auth_verdict judge(struct judgement *j, const struct message *m)
{
	const struct auth_method *method = method_by_number(j->s->auth);
	const char *wrong;

	if (!j->key)
		return refuse_missing(j);
	/* Before any arithmetic with what may be anything */
	wrong = signature_key_refused(j->key);
	if (wrong)
		return refuse_key(j, wrong);
	if (!signature_key_suits(method, j->key))
		return refuse_key(j, "does not go with the authentication method that was agreed: "
				  "set auth on both sides to what suits both keys");
	if (!signature_checks(j, m))
		return refuse_signature(j);
	return check_trust(j);
}

enum auth_verdict auth_check_signature(struct session *s, struct connection *c,
				       const struct message *m, const struct identity *id)
{
	struct judgement j = { .s = s, .c = c, .id = id };
	enum auth_verdict verdict;

	certs_read(&j.certs, m, id);
	j.key = c->credentials->peer_key;
	if (!j.key && j.certs.peer)
		j.key = X509_get0_pubkey(j.certs.peer);
	if (!j.key && j.certs.peer)
		j.certs.fault = "has a key of a kind that is not known";
	verdict = judge(&j, m);
	certs_free(&j.certs);
	return verdict;
}

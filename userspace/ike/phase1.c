/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/phase1.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ike/auth.h"
#include "ike/half_open.h"
#include "ike/informational.h"
#include "ike/natt.h"
#include "ike/report.h"
#include "ike/text.h"

#define NONCE_LEN 32

void phase1_free(struct phase1 *p)
{
	if (!p)
		return;
	dh_free(p->dh);
	blob_clear(&p->sa);
	blob_clear(&p->ni);
	blob_clear(&p->nr);
	blob_clear(&p->gxi);
	blob_clear(&p->gxr);
	blob_clear(&p->idi);
	blob_clear(&p->idr);
	free(p);
}

struct ike_terms phase1_terms(const struct session *s, const struct connection *c)
{
	bool client_begins = s->initiator != c->settings.xauth_server;

	return (struct ike_terms){
		.auth = method_for(c->method, client_begins)->number,
		.seconds = c->settings.ike_lifetime,
	};
}

static bool begin(struct session *s, uint8_t exchange, enum state state)
{
	struct phase1 *p = calloc(1, sizeof(*p));

	exchange_init(&s->main, s, exchange, 0, s->initiator, state);
	s->main.phase1 = p;
	if (!p)
		return false;
	p->terms = phase1_terms(s, s->connection);
	s->auth = p->terms.auth;
	return true;
}

struct session *phase1_initiate(struct connection *c, const struct ike_endpoint *local,
				const struct ike_endpoint *remote)
{
	char to[IKE_ENDPOINT_TEXT], offer[PROPOSAL_TEXT_MAX];
	struct session *s = session_new(c, NULL, local, remote);
	bool begun;

	if (!s)
		return NULL;
	report(c->ike, on_session(s, IKE_EVENT_INITIATING, IKE_SEVERITY_INFO),
	       "begin phase 1 (%s mode) with %s, attempt %u, offering %s",
	       c->settings.exchange == IKE_AGGRESSIVE_MODE ? "aggressive" : "main",
	       ike_endpoint_text(remote, to), c->attempts + 1,
	       proposal_list_print(&c->ike_proposals, offer, sizeof(offer)));
	if (c->settings.exchange == IKE_AGGRESSIVE_MODE)
		begun = begin(s, IKE_EXCHANGE_AGGRESSIVE, STATE_AGGRESSIVE_I2) &&
			aggressive_begin(s);
	else
		begun = begin(s, IKE_EXCHANGE_MAIN, STATE_MAIN_I2) && main_begin(s);
	if (begun)
		return s;
	session_kill(s);
	return NULL;
}

static void refuse_stranger(struct ike *ike, const struct arrival *a)
{
	struct ike_event event = on_nothing(IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	char from[IKE_ENDPOINT_TEXT], to[IKE_ENDPOINT_TEXT];

	if (!engine_permit(ike))
		return;
	event.remote = *a->remote;
	event.local = *a->local;
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	report(ike, event, "refused %s: no connection is configured between %s and that address",
	       ike_endpoint_text(a->remote, from), ike_endpoint_text(a->local, to));
	informational_clear(ike, &a->message.header, IKE_N_NO_PROPOSAL_CHOSEN, a->local, a->remote);
}

static bool speaks(const struct connection *c, uint8_t exchange)
{
	return exchange == (c->settings.exchange == IKE_AGGRESSIVE_MODE ? IKE_EXCHANGE_AGGRESSIVE :
									  IKE_EXCHANGE_MAIN);
}

/* Main against aggressive is a configuration mistake that deserves its own words. */
static void refuse_exchange(struct connection *c, const struct arrival *a)
{
	struct ike_event event = on_connection(c, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	const struct isakmp_header *h = &a->message.header;
	const char *name = ike_exchange_name(h->exchange);

	event.remote = *a->remote;
	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	connection_failure(c, event, "refused the peer's %s: this connection uses %s mode; set "
			   "exchange to the same on both sides", name ? name : "exchange",
			   c->settings.exchange == IKE_AGGRESSIVE_MODE ? "aggressive" : "main");
	informational_clear(c->ike, h, IKE_N_INVALID_EXCHANGE_TYPE, a->local, a->remote);
}

void phase1_respond(struct ike *ike, struct arrival *a)
{
	struct connection *first, *c;
	const struct isakmp_header *h = &a->message.header;
	bool main_mode = h->exchange == IKE_EXCHANGE_MAIN;
	enum state state = main_mode ? STATE_MAIN_R1 : STATE_AGGRESSIVE_R1;
	struct session *s;

	if (ike->shut_down)
		return;
	first = connection_match(ike, &a->local->address, &a->remote->address, NULL);
	for (c = first; c && !speaks(c, h->exchange);)
		c = connection_match(ike, &a->local->address, &a->remote->address, c);
	if (!first) {
		refuse_stranger(ike, a);
		return;
	}
	if (!c) {
		refuse_exchange(first, a);
		return;
	}
	if (!half_open_room(ike, a->remote))
		return;
	s = session_new(c, h->initiator, a->local, a->remote);
	if (!s)
		return;
	if (begin(s, h->exchange, state))
		exchange_input(&s->main, a);
	if (!s->dead && s->main.state == state)
		session_kill(s);
}

/* What the peer can do (RFC 2408 3.16, RFC 3947 3.1, RFC 3706 5.1) */
void phase1_read_vendors(struct session *s, const struct message *m)
{
	const struct payload *p = NULL;
	const struct vendor *v;
	size_t used;

	while ((p = message_find(m, IKE_PAYLOAD_VENDOR, p))) {
		v = vendor_find(p->body);
		if (!v)
			continue;
		if (v->kind == VENDOR_DPD)
			s->peer_dpd = true;
		if (v->kind == VENDOR_FRAGMENTATION)
			s->peer_fragments = true;
		natt_vendor(s, v->kind);
		used = strlen(s->vendor);
		if (v->name && !strstr(s->vendor, v->name) &&
		    used + strlen(v->name) + 3 < sizeof(s->vendor))
			snprintf(s->vendor + used, sizeof(s->vendor) - used, "%s%s",
				 used ? ", " : "", v->name);
	}
}

void phase1_announce(struct session *s, struct builder *b)
{
	natt_announce(b, s);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_DPD)->id);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_FRAGMENTATION)->id);
	if (!access_needed(s->connection))
		return;
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_XAUTH)->id);
	builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(VENDOR_UNITY)->id);
}

void phase1_agree(struct session *s, const struct ike_choice *choice)
{
	uint64_t seconds = choice->seconds ? choice->seconds : 28800; /* RFC 2407 4.5 */

	s->proposal = choice->proposal;
	s->auth = choice->auth;
	s->lifetime = seconds < s->main.phase1->terms.seconds ? seconds :
								 s->main.phase1->terms.seconds;
}

/* Whether only one of the two sides wants a user to log in. */
static bool xauth_differs(const struct session *s, const struct message *m)
{
	bool ours = access_is_xauth(s->main.phase1->terms.auth), differs = true;
	struct offer *offer = malloc(sizeof(*offer));
	struct fault fault = { 0 };
	unsigned int i;

	if (!offer ||
	    !offer_parse(offer, 1, message_find(m, IKE_PAYLOAD_SA, NULL)->body, &fault))
		differs = false;
	for (i = 0; differs && i < offer->transforms; i++)
		differs = access_is_xauth(offer->transform[i].auth) != ours;
	free(offer);
	return differs;
}

void phase1_refuse_proposals(struct session *s, const struct message *m, const char *why)
{
	struct ike_event event = on_session(s, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	struct isakmp_header h = m->header;

	event.error = IKE_ERROR_NO_PROPOSAL_CHOSEN;
	if (xauth_differs(s, m)) {
		event.error = IKE_ERROR_XAUTH_MISMATCH;
		connection_failure(s->connection, event,
				   access_is_xauth(s->main.phase1->terms.auth) ?
					   "refused the peer: it does not want to log in with user "
					   "and password (XAUTH), but auth asks for it: %s" :
					   "refused the peer: it wants to log in with user and "
					   "password (XAUTH), but auth does not let it: %s", why);
	} else {
		connection_failure(s->connection, event,
				   "refused the peer's phase 1 proposals: %s", why);
	}
	memcpy(h.responder, s->cookie_r, sizeof(h.responder));
	informational_clear(s->ike, &h, IKE_N_NO_PROPOSAL_CHOSEN, &s->local, &s->remote);
}

bool phase1_make_key_exchange(struct session *s)
{
	struct phase1 *p = s->main.phase1;
	struct blob *nonce = s->initiator ? &p->ni : &p->nr;
	struct blob *public = s->initiator ? &p->gxi : &p->gxr;

	if (p->dh)
		return true;
	p->dh = dh_new(s->proposal.group);
	if (!p->dh || !blob_make(nonce, NONCE_LEN) || !blob_set(public, dh_public(p->dh)))
		return false;
	engine_random(s->ike, nonce->data, nonce->len);
	return true;
}

void phase1_write_key_exchange(struct session *s, struct builder *b)
{
	const struct phase1 *p = s->main.phase1;

	builder_payload(b, IKE_PAYLOAD_KE, blob_bytes(s->initiator ? &p->gxi : &p->gxr));
	builder_payload(b, IKE_PAYLOAD_NONCE, blob_bytes(s->initiator ? &p->ni : &p->nr));
}

void phase1_refuse(struct session *s, uint16_t notify)
{
	const struct notify n = {
		.doi = IKE_DOI_IPSEC,
		.protocol = IKE_PROTO_ISAKMP,
		.type = notify,
	};
	struct connection *c = s->connection;

	informational_notify(s, &n, NULL);
	if (s->initiator)
		informational_delete_session(s);
	session_kill(s);
	if (s->initiator)
		connection_retry(c);
}

bool phase1_says_initial_contact(const struct message *m)
{
	const struct payload *p = NULL;
	struct fault fault = { 0 };
	struct notify n;

	while ((p = message_find(m, IKE_PAYLOAD_NOTIFY, p)))
		if (notify_parse(&n, p->body, &fault) && n.type == IKE_N_INITIAL_CONTACT)
			return true;
	return false;
}

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
	const char *text;

	if (!s->initiator && !final)
		return;
	if (!s->initiator) {
		report(s->ike, on_session(s, IKE_EVENT_IKE_DOWN, IKE_SEVERITY_DEBUG),
		       "the peer did not go on with phase 1 (%s)", state_text(s->main.state));
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

/* What a notification means while phase 1 is under way. */
static enum ike_error meaning(const struct session *s, uint16_t type)
{
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
		connection_failure(c, event,
				   "the peer refused our identity %s with %s: set local-id to what "
				   "it expects",
				   identity_print(&id, id_text, sizeof(id_text)), name);
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
	if (!s->established && event.error != IKE_ERROR_NONE &&
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

void phase1_complete(struct session *s)
{
	timer_clear(&s->ike->timers, &s->main.timer);
	phase1_free(s->main.phase1);
	s->main.phase1 = NULL;
	if (access_needed(s->connection))
		access_begin(s);
	else
		phase1_established(s);
}

/* "user bob at 10.9.0.1, ", or nothing. */
static const char *client_text(const struct session *s, char *text, size_t size)
{
	const struct ike_address *inner = access_inner(s);
	char address[IKE_ADDRESS_TEXT];
	struct text t = text_of(text, size);

	if (*s->access.user)
		text_add(&t, "user %s, ", s->access.user);
	if (inner)
		text_add(&t, "inside address %s, ", ike_address_text(inner, address));
	return text;
}

/* A password that many know proves little: not who the server is (RFC 2409 5.4, XAUTH 8). */
static void report_weak(struct session *s)
{
	char weak[PROPOSAL_TEXT_MAX];
	bool group = s->main.type == IKE_EXCHANGE_AGGRESSIVE &&
		     s->connection->settings.auth == IKE_XAUTH_PSK;

	proposal_weak(&s->proposal, weak, sizeof(weak));
	if (*weak || group)
		report(s->ike, on_session(s, IKE_EVENT_WEAK, IKE_SEVERITY_WARNING),
		       "phase 1 uses what is weak by today's standard: %s%s%s", weak,
		       *weak && group ? ", " : "",
		       group ? "aggressive mode with a group password" : "");
}

void phase1_established(struct session *s)
{
	char id[IDENTITY_TEXT_MAX], at[IKE_ENDPOINT_TEXT], agreed[PROPOSAL_TEXT_MAX];
	char client[IKE_USER_MAX + IKE_ADDRESS_TEXT + 32];
	struct ike_event event;

	identity_print(&s->peer, id, sizeof(id));
	proposal_print(&s->proposal, agreed, sizeof(agreed));
	event = on_session(s, IKE_EVENT_IKE_UP, IKE_SEVERITY_INFO);
	event.peer_id = id;
	event.proposal = agreed;
	report(s->ike, event,
	       "phase 1 established with %s at %s, %s, %s, %s, %slifetime %llu s, "
	       "NAT: %s, peer: %s", id, ike_endpoint_text(&s->remote, at), agreed,
	       ike_auth_name(s->auth), s->initiator ? "we began" : "the peer began",
	       client_text(s, client, sizeof(client)), (unsigned long long)s->lifetime,
	       natt_text(s), s->vendor[0] ? s->vendor : "sent no known vendor ID");
	report_weak(s);
	session_established(s);
}

bool phase1_proven(struct exchange *x, const struct message *m, const struct identity *id)
{
	switch (auth_check(x->session, m, id)) {
	case AUTH_FORGED:
		phase1_undecryptable(x->session);
		return false;
	case AUTH_UNPROVEN:
		phase1_tell_unproven(x->session);
		return false;
	case AUTH_REFUSED:
		exchange_accept(x);
		phase1_refuse(x->session, x->phase1->refusal);
		return false;
	case AUTH_WRONG_ID:
		exchange_accept(x);
		phase1_refuse(x->session, IKE_N_INVALID_ID_INFORMATION);
		return false;
	case AUTH_GOOD:
		break;
	}
	return true;
}

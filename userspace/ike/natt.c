/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/natt.h"

#include "ike/report.h"

/* What we offer, the best first. */
static const enum vendor_kind versions[] = {
	VENDOR_NATT_RFC3947,
	VENDOR_NATT_DRAFT_03,
	VENDOR_NATT_DRAFT_02N,
	VENDOR_NATT_DRAFT_02,
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static bool wanted(const struct session *s)
{
	return s->connection->settings.encap != IKE_ENCAP_NEVER;
}

static bool draft(const struct session *s)
{
	return s->natt != VENDOR_NATT_RFC3947;
}

void natt_announce(struct builder *b, const struct session *s)
{
	size_t i;

	/* RFC 3947 3.1: the responder answers with one of those that it was offered */
	for (i = 0; i < VERSIONS && wanted(s); i++)
		if (s->initiator || s->natt == versions[i])
			builder_payload(b, IKE_PAYLOAD_VENDOR, vendor_of(versions[i])->id);
}

void natt_vendor(struct session *s, enum vendor_kind kind)
{
	size_t i;

	for (i = 0; i < VERSIONS && wanted(s) && versions[i] != s->natt; i++)
		if (versions[i] == kind)
			s->natt = kind;
}

/* RFC 3947 3.2: HASH(CKY-I | CKY-R | IP | Port) */
static bool detection_hash(const struct session *s, const struct ike_endpoint *e, uint8_t *out)
{
	uint16_t number = e == &s->local ? engine_port(s->ike, e->port) : e->port;
	uint8_t port[2] = { number >> 8, number & 0xff };
	struct bytes parts[] = {
		bytes_of(s->cookie_i, sizeof(s->cookie_i)),
		bytes_of(s->cookie_r, sizeof(s->cookie_r)),
		bytes_of(e->address.bytes, ike_address_length(&e->address)),
		bytes_of(port, sizeof(port)),
	};

	return hash_digest(s->proposal.hash, parts, sizeof(parts) / sizeof(parts[0]), out);
}

void natt_write(struct session *s, struct builder *b)
{
	uint8_t type = draft(s) ? IKE_PAYLOAD_NAT_D_DRAFT : IKE_PAYLOAD_NAT_D;
	uint8_t hash[HASH_MAX];
	struct bytes body = bytes_of(hash, s->proposal.hash->len);

	if (s->natt == VENDOR_UNKNOWN)
		return;
	/* RFC 3947 3.2: the other end first, then our own */
	if (!detection_hash(s, &s->remote, hash))
		return;
	builder_payload(b, type, body);
	if (!detection_hash(s, &s->local, hash))
		return;
	/* Forced: a hash of nothing, so that the peer finds us behind NAT */
	if (s->connection->settings.encap == IKE_ENCAP_FORCE)
		engine_random(s->ike, hash, body.len);
	builder_payload(b, type, body);
}

void natt_detect(struct session *s, const struct message *m)
{
	const struct payload *p = message_find(m, IKE_PAYLOAD_NAT_D, NULL);
	uint8_t ours[HASH_MAX], theirs[HASH_MAX];
	size_t len = s->proposal.hash->len;

	if (s->natt == VENDOR_UNKNOWN || !p || !detection_hash(s, &s->local, ours) ||
	    !detection_hash(s, &s->remote, theirs))
		return;
	s->nat_checked = true;
	/* RFC 3947 3.2: the first is for us; if it does not fit, somebody rewrote our address */
	s->nat_local = !bytes_equal(p->body, bytes_of(ours, len));
	s->nat_remote = true;
	while ((p = message_find(m, IKE_PAYLOAD_NAT_D, p)))
		if (bytes_equal(p->body, bytes_of(theirs, len)))
			s->nat_remote = false;
	if (natt_found(s))
		report(s->ike, on_session(s, IKE_EVENT_NAT, IKE_SEVERITY_INFO),
		       "NAT: %s; ESP goes in UDP, port %u", natt_text(s), s->ike->natt_port);
}

bool natt_used(const struct session *s)
{
	/*
	 * RFC 3947 4: who finds NAT floats. If the initiator has, it will encapsulate, whatever we
	 * have found; if it has not, it will not.
	 */
	return s->nat_checked && s->local.port == IKE_PORT_NATT &&
	       (natt_found(s) || !s->began_on_4500);
}

bool natt_found(const struct session *s)
{
	return s->nat_checked && (s->nat_local || s->nat_remote ||
				  s->connection->settings.encap == IKE_ENCAP_FORCE);
}

void natt_float(struct session *s)
{
	/* RFC 3947 4: both ports change, unless they were those of NAT-T from the beginning */
	if (!natt_found(s) || s->local.port == IKE_PORT_NATT)
		return;
	s->local.port = IKE_PORT_NATT;
	s->remote.port = s->connection->settings.remote_natt_port;
}

uint16_t natt_encap(const struct session *s, bool tunnel)
{
	/* RFC 3947 5.1: UDP encapsulation is what was detected, not what one likes */
	if (!natt_used(s))
		return tunnel ? IPSEC_ENCAP_TUNNEL : IPSEC_ENCAP_TRANSPORT;
	if (draft(s))
		return tunnel ? IPSEC_ENCAP_UDP_TUNNEL_DRAFT : IPSEC_ENCAP_UDP_TRANSPORT_DRAFT;
	return tunnel ? IPSEC_ENCAP_UDP_TUNNEL : IPSEC_ENCAP_UDP_TRANSPORT;
}

static void schedule(struct session *s)
{
	timer_set(&s->ike->timers, &s->keepalive,
		  s->sent_time + s->connection->settings.keepalive * SECOND);
}

void natt_keepalive_begin(struct session *s)
{
	/* RFC 3948 4: only who is behind NAT keeps its mapping alive */
	if (s->nat_checked && s->nat_local && s->local.port == IKE_PORT_NATT)
		schedule(s);
}

void natt_keepalive_fire(void *owner)
{
	static const uint8_t keepalive[] = { 0xff }; /* RFC 3948 2.3 */
	struct session *s = owner;

	if (s->ike->now < s->hushed) {
		timer_set(&s->ike->timers, &s->keepalive, s->hushed);
		return;
	}
	if (s->ike->now >= s->sent_time + s->connection->settings.keepalive * SECOND) {
		s->sent_time = s->ike->now;
		s->ike->counters.datagrams_out++;
		s->ike->ops->send(s->ike->ctx, &s->local, &s->remote, keepalive, sizeof(keepalive));
	}
	schedule(s);
}

const char *natt_text(const struct session *s)
{
	if (s->natt == VENDOR_UNKNOWN)
		return "not negotiated";
	if (!s->nat_checked)
		return "not detected";
	if (s->nat_local && s->nat_remote)
		return "both sides are behind NAT";
	if (s->nat_local)
		return "we are behind NAT";
	if (s->nat_remote)
		return "the peer is behind NAT";
	return s->connection->settings.encap == IKE_ENCAP_FORCE ? "none, encapsulation is forced" :
								  "none";
}

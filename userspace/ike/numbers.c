// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/numbers.h"

#include <stddef.h>

struct name {
	uint16_t number;
	const char *name;
};

static const char *name_find(const struct name *names, size_t count, uint16_t number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

#define NAME_FIND(names, number) name_find(names, sizeof(names) / sizeof((names)[0]), number)

static const struct name exchanges[] = {
	{ IKE_EXCHANGE_BASE, "base" },
	{ IKE_EXCHANGE_MAIN, "main mode" },
	{ IKE_EXCHANGE_AUTH_ONLY, "authentication only" },
	{ IKE_EXCHANGE_AGGRESSIVE, "aggressive mode" },
	{ IKE_EXCHANGE_INFORMATIONAL, "informational" },
	{ IKE_EXCHANGE_TRANSACTION, "transaction" },
	{ IKE_EXCHANGE_QUICK, "quick mode" },
	{ IKE_EXCHANGE_NEW_GROUP, "new group mode" },
};

static const struct name payloads[] = {
	{ IKE_PAYLOAD_SA, "SA" },
	{ IKE_PAYLOAD_PROPOSAL, "P" },
	{ IKE_PAYLOAD_TRANSFORM, "T" },
	{ IKE_PAYLOAD_KE, "KE" },
	{ IKE_PAYLOAD_ID, "ID" },
	{ IKE_PAYLOAD_CERT, "CERT" },
	{ IKE_PAYLOAD_CERTREQ, "CERTREQ" },
	{ IKE_PAYLOAD_HASH, "HASH" },
	{ IKE_PAYLOAD_SIG, "SIG" },
	{ IKE_PAYLOAD_NONCE, "NONCE" },
	{ IKE_PAYLOAD_NOTIFY, "N" },
	{ IKE_PAYLOAD_DELETE, "D" },
	{ IKE_PAYLOAD_VENDOR, "VID" },
	{ IKE_PAYLOAD_ATTRIBUTES, "ATTR" },
	{ IKE_PAYLOAD_NAT_D, "NAT-D" },
	{ IKE_PAYLOAD_NAT_OA, "NAT-OA" },
	{ IKE_PAYLOAD_NAT_D_DRAFT, "NAT-D" },
	{ IKE_PAYLOAD_NAT_OA_DRAFT, "NAT-OA" },
	{ IKE_PAYLOAD_FRAGMENT, "FRAGMENT" },
};

static const struct name notifies[] = {
	{ IKE_N_INVALID_PAYLOAD_TYPE, "INVALID-PAYLOAD-TYPE" },
	{ IKE_N_DOI_NOT_SUPPORTED, "DOI-NOT-SUPPORTED" },
	{ IKE_N_SITUATION_NOT_SUPPORTED, "SITUATION-NOT-SUPPORTED" },
	{ IKE_N_INVALID_COOKIE, "INVALID-COOKIE" },
	{ IKE_N_INVALID_MAJOR_VERSION, "INVALID-MAJOR-VERSION" },
	{ IKE_N_INVALID_MINOR_VERSION, "INVALID-MINOR-VERSION" },
	{ IKE_N_INVALID_EXCHANGE_TYPE, "INVALID-EXCHANGE-TYPE" },
	{ IKE_N_INVALID_FLAGS, "INVALID-FLAGS" },
	{ IKE_N_INVALID_MESSAGE_ID, "INVALID-MESSAGE-ID" },
	{ IKE_N_INVALID_PROTOCOL_ID, "INVALID-PROTOCOL-ID" },
	{ IKE_N_INVALID_SPI, "INVALID-SPI" },
	{ IKE_N_INVALID_TRANSFORM_ID, "INVALID-TRANSFORM-ID" },
	{ IKE_N_ATTRIBUTES_NOT_SUPPORTED, "ATTRIBUTES-NOT-SUPPORTED" },
	{ IKE_N_NO_PROPOSAL_CHOSEN, "NO-PROPOSAL-CHOSEN" },
	{ IKE_N_BAD_PROPOSAL_SYNTAX, "BAD-PROPOSAL-SYNTAX" },
	{ IKE_N_PAYLOAD_MALFORMED, "PAYLOAD-MALFORMED" },
	{ IKE_N_INVALID_KEY_INFORMATION, "INVALID-KEY-INFORMATION" },
	{ IKE_N_INVALID_ID_INFORMATION, "INVALID-ID-INFORMATION" },
	{ IKE_N_INVALID_CERT_ENCODING, "INVALID-CERT-ENCODING" },
	{ IKE_N_INVALID_CERTIFICATE, "INVALID-CERTIFICATE" },
	{ IKE_N_CERT_TYPE_UNSUPPORTED, "CERT-TYPE-UNSUPPORTED" },
	{ IKE_N_INVALID_CERT_AUTHORITY, "INVALID-CERT-AUTHORITY" },
	{ IKE_N_INVALID_HASH_INFORMATION, "INVALID-HASH-INFORMATION" },
	{ IKE_N_AUTHENTICATION_FAILED, "AUTHENTICATION-FAILED" },
	{ IKE_N_INVALID_SIGNATURE, "INVALID-SIGNATURE" },
	{ IKE_N_ADDRESS_NOTIFICATION, "ADDRESS-NOTIFICATION" },
	{ IKE_N_NOTIFY_SA_LIFETIME, "NOTIFY-SA-LIFETIME" },
	{ IKE_N_CERTIFICATE_UNAVAILABLE, "CERTIFICATE-UNAVAILABLE" },
	{ IKE_N_UNSUPPORTED_EXCHANGE_TYPE, "UNSUPPORTED-EXCHANGE-TYPE" },
	{ IKE_N_UNEQUAL_PAYLOAD_LENGTHS, "UNEQUAL-PAYLOAD-LENGTHS" },
	{ IKE_N_CONNECTED, "CONNECTED" },
	{ IKE_N_RESPONDER_LIFETIME, "RESPONDER-LIFETIME" },
	{ IKE_N_REPLAY_STATUS, "REPLAY-STATUS" },
	{ IKE_N_INITIAL_CONTACT, "INITIAL-CONTACT" },
	{ IKE_N_R_U_THERE, "R-U-THERE" },
	{ IKE_N_R_U_THERE_ACK, "R-U-THERE-ACK" },
	{ IKE_N_UNITY_LOAD_BALANCE, "UNITY-LOAD-BALANCE" },
};

static const struct name methods[] = {
	{ IKE_AUTH_PSK, "pre-shared key" },
	{ IKE_AUTH_DSS_SIG, "DSS signature" },
	{ IKE_AUTH_RSA_SIG, "RSA signature" },
	{ IKE_AUTH_ECDSA_256, "ECDSA P-256 signature" },
	{ IKE_AUTH_ECDSA_384, "ECDSA P-384 signature" },
	{ IKE_AUTH_ECDSA_521, "ECDSA P-521 signature" },
	{ IKE_AUTH_HYBRID_INIT_RSA, "hybrid RSA (initiator)" },
	{ IKE_AUTH_HYBRID_RESP_RSA, "hybrid RSA (responder)" },
	{ IKE_AUTH_XAUTH_INIT_PSK, "XAUTH with pre-shared key (initiator)" },
	{ IKE_AUTH_XAUTH_RESP_PSK, "XAUTH with pre-shared key (responder)" },
	{ IKE_AUTH_XAUTH_INIT_RSA, "XAUTH with RSA signature (initiator)" },
	{ IKE_AUTH_XAUTH_RESP_RSA, "XAUTH with RSA signature (responder)" },
};

static const struct name protocols[] = {
	{ IKE_PROTO_ISAKMP, "ISAKMP" },
	{ IKE_PROTO_AH, "AH" },
	{ IKE_PROTO_ESP, "ESP" },
	{ IKE_PROTO_IPCOMP, "IPCOMP" },
};

static const struct name encaps[] = {
	{ IPSEC_ENCAP_TUNNEL, "tunnel" },
	{ IPSEC_ENCAP_TRANSPORT, "transport" },
	{ IPSEC_ENCAP_UDP_TUNNEL, "tunnel in UDP" },
	{ IPSEC_ENCAP_UDP_TRANSPORT, "transport in UDP" },
	{ IPSEC_ENCAP_UDP_TUNNEL_DRAFT, "tunnel in UDP (draft)" },
	{ IPSEC_ENCAP_UDP_TRANSPORT_DRAFT, "transport in UDP (draft)" },
};

static const struct name id_types[] = {
	{ IKE_ID_IPV4_ADDR, "IPV4_ADDR" },
	{ IKE_ID_FQDN, "FQDN" },
	{ IKE_ID_USER_FQDN, "USER_FQDN" },
	{ IKE_ID_IPV4_SUBNET, "IPV4_ADDR_SUBNET" },
	{ IKE_ID_IPV6_ADDR, "IPV6_ADDR" },
	{ IKE_ID_IPV6_SUBNET, "IPV6_ADDR_SUBNET" },
	{ IKE_ID_IPV4_RANGE, "IPV4_ADDR_RANGE" },
	{ IKE_ID_IPV6_RANGE, "IPV6_ADDR_RANGE" },
	{ IKE_ID_DER_DN, "DER_ASN1_DN" },
	{ IKE_ID_DER_GN, "DER_ASN1_GN" },
	{ IKE_ID_KEY_ID, "KEY_ID" },
};

const char *ike_exchange_name(uint8_t exchange)
{
	return NAME_FIND(exchanges, exchange);
}

const char *ike_payload_name(uint8_t type)
{
	return NAME_FIND(payloads, type);
}

const char *ike_notify_name(uint16_t type)
{
	return NAME_FIND(notifies, type);
}

const char *ike_auth_name(uint16_t method)
{
	return NAME_FIND(methods, method);
}

const char *ike_protocol_name(uint8_t protocol)
{
	return NAME_FIND(protocols, protocol);
}

const char *ike_encap_name(uint16_t mode)
{
	return NAME_FIND(encaps, mode);
}

const char *ike_id_type_name(uint8_t type)
{
	return NAME_FIND(id_types, type);
}

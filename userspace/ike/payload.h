/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is inside payloads: decoders of bodies and writers. SA payloads are offer.h's, identities
 * identity.h's and selector.h's. Decoded values point into the message.
 */
#ifndef ADIT_IKE_PAYLOAD_H
#define ADIT_IKE_PAYLOAD_H

#include "ike/message.h"

/* RFC 2409 5: "the length of nonce payload MUST be between 8 and 256 bytes inclusive" */
enum {
	IKE_NONCE_MIN = 8,
	IKE_NONCE_MAX = 256,
};

/*
 * The check of one body against its type's row: fixed part, minimum, maximum, inner counts. Called
 * for every payload by message_parse_payloads(). Unknown types pass. Returns false with @fault set.
 */
bool payload_check(uint8_t type, struct bytes body, struct fault *fault);

/* RFC 2408 3.14 */
struct notify {
	uint32_t doi;
	uint8_t protocol; /* IKE_PROTO_* */
	uint16_t type; /* IKE_N_* */
	struct bytes spi; /* for ISAKMP empty or both cookies; for IPsec 4 bytes */
	struct bytes data;
};

bool notify_parse(struct notify *n, struct bytes body, struct fault *fault);
void notify_write(struct builder *b, const struct notify *n);

/* RFC 2408 3.15: @count SPIs of @spi_len bytes each, one behind the other. */
struct deletion {
	uint32_t doi;
	uint8_t protocol;
	uint8_t spi_len;
	uint16_t count;
	struct bytes spis;
};

bool deletion_parse(struct deletion *d, struct bytes body, struct fault *fault);
struct bytes deletion_spi(const struct deletion *d, unsigned int index);
void deletion_write(struct builder *b, const struct deletion *d);

/* RFC 2408 3.8, RFC 2407 4.6.2: the identification payload, any type, not interpreted */
struct id_payload {
	uint8_t type; /* IKE_ID_* */
	uint8_t protocol; /* IP protocol, 0: any */
	uint16_t port; /* 0: any */
	struct bytes data;
};

bool id_parse(struct id_payload *id, struct bytes body, struct fault *fault);
void id_write(struct builder *b, const struct id_payload *id);

/* RFC 2408 3.9, 3.10: certificates and requests for them; an empty request names no authority */
struct cert_payload {
	uint8_t encoding; /* IKE_CERT_* */
	struct bytes data;
};

bool cert_parse(struct cert_payload *c, struct bytes body, struct fault *fault);
/* @type IKE_PAYLOAD_CERT or IKE_PAYLOAD_CERTREQ */
void cert_write(struct builder *b, uint8_t type, const struct cert_payload *c);

/* RFC 3947 5.2: the original address; @family is 4 or 6, @address 4 or 16 bytes */
struct original_address {
	uint8_t family;
	struct bytes address;
};

bool original_address_parse(struct original_address *o, struct bytes body, struct fault *fault);
/* @type IKE_PAYLOAD_NAT_OA or IKE_PAYLOAD_NAT_OA_DRAFT */
void original_address_write(struct builder *b, uint8_t type, const struct original_address *o);

/* A SPI of four bytes as the number that netlink and logs use (host order), and back. */
uint32_t spi_read(struct bytes spi);
void spi_write(uint8_t to[4], uint32_t spi);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, endpoints and traffic selectors as the engine, the daemon and the tests write them.
 */
#ifndef ADIT_IKE_ADDRESS_H
#define ADIT_IKE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* An IP address in network byte order. family is AF_INET, AF_INET6, or AF_UNSPEC for %any. */
struct ike_address {
	uint16_t family;
	uint8_t bytes[16];
};

/* Where an UDP datagram goes to or comes from; the port is in host byte order. */
struct ike_endpoint {
	struct ike_address address;
	uint16_t port;
};

/*
 * A traffic selector: the packets from or to one side (RFC 4301 4.4.1.1). protocol 0 and port 0
 * mean any. family AF_UNSPEC stands for "the gateway's own address" (the configuration's word is
 * `dynamic`), which transport mode needs.
 */
struct ike_selector {
	struct ike_address address;
	uint8_t prefix; /* bits; with a range those of a whole address */
	bool range; /* from address to last, both included; never one that a prefix can say */
	uint8_t last[16];
	uint8_t protocol;
	uint16_t port;
};

/* Buffers that the formatting functions below never overrun. */
#define IKE_ADDRESS_TEXT 48
#define IKE_ENDPOINT_TEXT 56
#define IKE_SELECTOR_TEXT 128

/* Number of bytes of an address: 4, 16, or 0 for %any. */
size_t ike_address_length(const struct ike_address *address);
bool ike_address_equal(const struct ike_address *a, const struct ike_address *b);
bool ike_endpoint_equal(const struct ike_endpoint *a, const struct ike_endpoint *b);

/* "192.0.2.1", "2001:db8::1", "%any". False when the text is none of these. */
bool ike_address_parse(struct ike_address *address, const char *text);
/* Both return their buffer, so that they can stand in an argument list. */
const char *ike_address_text(const struct ike_address *address, char text[IKE_ADDRESS_TEXT]);
const char *ike_endpoint_text(const struct ike_endpoint *endpoint, char text[IKE_ENDPOINT_TEXT]);

/*
 * "10.1.0.0/16", "10.1.0.1", "10.1.0.5-10.1.0.9", "2001:db8::/32", "dynamic", each with an optional
 * "[protocol/port]",
 * "[tcp]", "[17/53]", "[tcp/80]". Host bits below the prefix must be zero: a selector that means
 * something else than it says is refused. False when the text is not a selector.
 */
bool ike_selector_parse(struct ike_selector *selector, const char *text);
const char *ike_selector_text(const struct ike_selector *selector, char text[IKE_SELECTOR_TEXT]);
bool ike_selector_equal(const struct ike_selector *a, const struct ike_selector *b);
/* True when every packet of inner is also a packet of outer. */
bool ike_selector_contains(const struct ike_selector *outer, const struct ike_selector *inner);

#endif

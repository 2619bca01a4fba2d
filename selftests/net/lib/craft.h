/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec packets made by hand: whatever a peer might send, right or wrong.
 *
 * Keys are those that lib_tunnel.sh derives from the SPI, so that the shell sets up the SA with
 * `alg=null-sha256` or `alg=aes128gcm16` and the packets made here fit it.
 */
#ifndef CRAFT_H
#define CRAFT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRAFT_MAX	65535

enum craft_algorithm { CRAFT_NULL_SHA256, CRAFT_AES128GCM16 };

/* An SA as its sender has it */
struct craft_sa {
	enum craft_algorithm algorithm;
	uint32_t spi;
	bool esn;
};

struct craft_address {
	int family;
	union {
		struct in_addr in;
		struct in6_addr in6;
	};
};

/* An IP packet with UDP inside; to be wrapped */
struct craft_inner {
	struct craft_address src, dst;
	uint16_t sport, dport;
	uint8_t tos;
	uint8_t ttl;		/* 0: 64 */
	const void *payload;
	size_t length;
};

/* How a packet departs from what is right; all zero: not at all */
struct craft_fault {
	int pad;		/* extra padding bytes, a multiple of 4 */
	bool pad_bytes;		/* padding is not 1, 2, 3 … */
	bool pad_length;	/* pad length beyond the packet */
	int next_header;	/* instead of the right one; 0: none, 256 + n for 0 */
	bool icv;		/* one bit wrong */
	int cut;		/* bytes missing at the end */
};

/* The outer header */
struct craft_outer {
	struct craft_address src, dst;
	uint8_t tos;
	uint8_t ttl;		/* 0: 64 */
	uint16_t sport, dport;	/* not 0: in UDP */
};

/** craft_address - from text; exits when it is none. */
struct craft_address craft_address(const char *text);

/** craft_inner - an IP packet with UDP. Returns its length in @to (CRAFT_MAX bytes). */
size_t craft_inner(const struct craft_inner *inner, unsigned char *to);

/** craft_esp - ESP header, payload, trailer, ICV around @packet. Returns the length in @to. */
size_t craft_esp(const struct craft_sa *sa, uint64_t seq, const unsigned char *packet,
		 size_t length, uint8_t next_header, const struct craft_fault *fault,
		 unsigned char *to);

/**
 * craft_ah - an IP packet with AH before @payload, HMAC-SHA-256 with 128 bits, no faults
 *
 * Returns the length in @to.
 */
size_t craft_ah(uint32_t spi, uint32_t seq, const struct craft_outer *outer,
		const unsigned char *payload, size_t length, uint8_t next_header,
		unsigned char *to);

/** craft_outer - the outer IP (and UDP) header before @payload. Returns the length in @to. */
size_t craft_outer(const struct craft_outer *outer, uint8_t protocol,
		   const unsigned char *payload, size_t length, unsigned char *to);

/** craft_checksum - the Internet checksum, with @sum to begin with (RFC 1071). */
uint16_t craft_checksum(const void *data, size_t length, uint32_t sum);

/** craft_enter - this process into a namespace of `ip netns`; exits when it cannot. */
void craft_enter(const char *namespace);

/**
 * struct craft_wire - a way to put packets on an interface, down to the first byte of IP
 */
struct craft_wire {
	int fd;
	int ifindex;
	unsigned char peer[6];
};

/** craft_wire_open - send from @from's interface `wire` to that of @to; stays in @from. */
void craft_wire_open(struct craft_wire *wire, const char *from, const char *to);

/** craft_wire_send - @packet begins with an IP header of @family; exits when it cannot be sent. */
void craft_wire_send(const struct craft_wire *wire, int family, const void *packet, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests about SAs, for programs that add and remove them by the thousand.
 */
#ifndef ASSOCIATION_H
#define ASSOCIATION_H

#include <stdint.h>

#include "genl.h"

/** What an SA is made of, besides its name; keys are all zero. */
struct association_kind {
	const char *name;
	uint8_t proto, mode;
	const char *aead, *enc, *auth;
	uint8_t key_length, auth_key_length;
	uint16_t icv_bits;
	uint8_t selectors;	/* 0: one that matches all */
	uint16_t window;	/* of an inbound SA */
	uint8_t udp, esn, limits;
};

extern const struct association_kind association_kinds[];
extern const unsigned int association_kind_count;

/** An SA's name; addresses are IPv4. */
struct association_name {
	uint32_t ifindex;
	uint8_t direction;
	uint32_t spi;
	const char *local, *remote;
};

/** association_begin - a request with the name of an SA, for any command. */
void association_begin(const struct genl *genl, struct genl_message *message, uint8_t command,
		       uint16_t flags, const struct association_name *name,
		       const struct association_kind *kind);

/** association_put - the rest of what sa-add wants. */
void association_put(struct genl_message *message, const struct association_name *name,
		     const struct association_kind *kind);

#endif

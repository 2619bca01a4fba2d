/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of a tunnel in transport mode that names none (remote = %any), as its SAs come and go:
 * what goes to them takes the device for as long.
 */
#ifndef ADITD_PEERS_H
#define ADITD_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "ike/ike.h"

struct peer_sa {
	enum ike_protocol protocol;
	enum ike_direction direction;
	uint32_t spi;
	struct ike_address local, remote;
};

struct peers {
	struct peer_sa *list;
	size_t count;
};

/*
 * All that goes to the peer may take the device: nothing is left out by protocol or port, which
 * would be dropped there.
 */
bool peers_whole(const struct ike_sa *sa);
/* There is an SA, or it has another address now. True when there are other peers by that. */
bool peers_put(struct peers *peers, const struct ike_sa *sa);
/* It is gone; one that never was is no error. */
bool peers_drop(struct peers *peers, const struct ike_sa *sa);
void peers_free(struct peers *peers);

#endif

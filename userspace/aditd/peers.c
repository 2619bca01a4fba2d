// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/peers.h"

#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"

bool peers_whole(const struct ike_sa *sa)
{
	return !sa->local_ts.protocol && !sa->remote_ts.protocol;
}

static struct peer_sa *find(const struct peers *peers, const struct ike_sa *sa)
{
	size_t i;

	for (i = 0; i < peers->count; i++)
		if (peers->list[i].spi == sa->spi && peers->list[i].protocol == sa->protocol &&
		    peers->list[i].direction == sa->direction)
			return &peers->list[i];
	return NULL;
}

static bool known(const struct peers *peers, const struct ike_address *remote)
{
	size_t i;

	for (i = 0; i < peers->count; i++)
		if (ike_address_equal(&peers->list[i].remote, remote))
			return true;
	return false;
}

static bool forget(struct peers *peers, struct peer_sa *at)
{
	struct ike_address remote = at->remote;

	*at = peers->list[--peers->count];
	return !known(peers, &remote);
}

bool peers_put(struct peers *peers, const struct ike_sa *sa)
{
	struct peer_sa *at = find(peers, sa);
	bool changed;

	if (at && ike_address_equal(&at->remote, &sa->remote))
		return false;
	changed = at && forget(peers, at);
	changed |= !known(peers, &sa->remote);
	peers->list = memory_array(peers->list, peers->count + 1, sizeof(*peers->list));
	peers->list[peers->count++] = (struct peer_sa) {
		.protocol = sa->protocol, .direction = sa->direction, .spi = sa->spi,
		.local = sa->local, .remote = sa->remote,
	};
	return changed;
}

bool peers_drop(struct peers *peers, const struct ike_sa *sa)
{
	struct peer_sa *at = find(peers, sa);

	return at && forget(peers, at);
}

void peers_free(struct peers *peers)
{
	free(peers->list);
	memset(peers, 0, sizeof(*peers));
}

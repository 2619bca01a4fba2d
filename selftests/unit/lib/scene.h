/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remote access: a server, which is side 0, and clients that log in and get addresses.
 */
#ifndef ADIT_SELFTESTS_SCENE_H
#define ADIT_SELFTESTS_SCENE_H

#include "couple.h"

struct scene_variant {
	const char *name;
	enum ike_auth auth;
	enum ike_mode_config config;
	bool aggressive, nat;
	unsigned int fates; /* messages that one side sends until both are up, at most */
};

#define SCENE_VARIANTS 8
extern const struct scene_variant scene_variants[SCENE_VARIANTS];

/* Their connections before they are added. */
struct scene {
	struct ike_connection server, client;
	struct ike_pair server_pair, client_pair;
	struct ike_lease gives;
};

struct ike_selector scene_selector(const char *text);
struct ike_address scene_address(const char *text);
void scene_user(struct ike_connection *c, const char *user, const char *password);
void scene_set(struct world *w, struct scene *s, const struct scene_variant *v);
/* A world of its own, with both added. */
struct world *scene_begin(const struct scene_variant *v, uint64_t seed,
			  enum verdict (*judge)(struct world *, const struct datagram *),
			  void *test);

/* What a side says of its phase 1 and of its last error; how many addresses are given away. */
struct ike_status_sa scene_status(struct world *w, unsigned int side);
enum ike_error scene_error(struct world *w, unsigned int side);
unsigned int scene_leases(struct world *w);
/* The client has got this address and all that goes with it, and both have SAs for it alone. */
void scene_configured(struct world *w, const char *inner);
/* All is as the variant wants it. */
void scene_good(struct world *w, const struct scene_variant *v);

#endif

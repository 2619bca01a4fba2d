/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network device of a tunnel, with its addresses and routes: what aditd makes on the host, and
 * takes away again. A device of ours is of type adit with the alias "adit:TUNNEL", so one that a
 * killed predecessor left is known and used again.
 */
#ifndef ADITD_DEVICE_H
#define ADITD_DEVICE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "aditd/config.h"
#include "aditd/peers.h"
#include "aditd/rules.h"
#include "netlink/family.h"
#include "netlink/route.h"

#define DEVICE_ALIAS "adit:"

struct device {
	uint32_t ifindex;		/* 0: not there */
	char name[IFNAMSIZ];
	struct anl_route *routes;	/* in place; those in the rules' table need a rule each */
	size_t route_count;
	struct anl_prefix lease;	/* our address by mode config; AF_UNSPEC: none */
	struct anl_prefix *networks;	/* routes by mode config */
	size_t network_count;
	struct peers peers;		/* of a tunnel in transport mode that names none */
};

/*
 * Creates or adopts it, sets what tunnel says and brings it up, without routes. Called again it
 * changes what differs. 0 or a negative errno; what was made stays then, for device_down().
 */
int device_up(struct device *device, struct anl *anl, const struct config_tunnel *tunnel,
	      struct anl_error *error);
/*
 * Sets the routes: those that hold remote (AF_UNSPEC: any address) by way of rules, and behind each
 * a refusal for as long as the device has no carrier (option when-down); in transport mode those to
 * remote itself, or to device->peers. Addresses of ours within the local selectors are preferred as
 * source.
 */
int device_route(struct device *device, struct anl *anl, struct rules *rules,
		 const struct config_tunnel *tunnel, const struct ike_address *local,
		 const struct ike_address *remote, struct anl_error *error);
/* What the peer has assigned by mode config: our address there, and routes to its networks, in
 * place of those from before. Otherwise as device_route(). */
int device_lease(struct device *device, struct anl *anl, struct rules *rules,
		 const struct config_tunnel *tunnel, const struct ike_address *local,
		 const struct ike_address *remote, const struct ike_lease *lease,
		 struct anl_error *error);
/* Forgets what was assigned: device_up() and device_route() then remove it. */
void device_unlease(struct device *device);
/* Removes all of it; what is gone already is no error. */
void device_down(struct device *device, struct anl *anl, struct rules *rules);
/* The device went away by itself, with its addresses and routes: forget it. */
void device_lost(struct device *device, struct anl *anl, struct rules *rules);
/* Removes devices of ours that no tunnel of config uses, of a predecessor with another one, and
 * what is left of routes of devices that are gone. */
void device_sweep(struct anl *anl, const struct config *config);

#endif

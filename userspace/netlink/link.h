/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network devices: those of type adit, and what the daemon sets on them.
 */
#ifndef ADIT_NETLINK_LINK_H
#define ADIT_NETLINK_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

struct anl;

/**
 * struct anl_link - a network device
 * @kind: "adit", "veth" …; empty for physical ones
 * @alias: ifalias, which tells our devices from those made by hand
 * @up: administratively up (IFF_UP)
 * @carrier: IFLA_CARRIER; a device that is not up has none
 * @operstate: IF_OPER_*, of <linux/if.h> (6 up, 5 dormant, 2 down …)
 */
struct anl_link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	char kind[32];
	char alias[256];
	bool up;
	bool carrier;
	uint8_t operstate;
	uint32_t mtu;
	uint64_t rx_packets, rx_bytes, rx_errors, rx_dropped;
	uint64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
};

/**
 * anl_link_add - create a device of type adit
 * @alias: NULL or empty: none
 * @ifindex: the new device's
 *
 * Return: 0 or a negative errno; -EEXIST: the name is taken; -EOPNOTSUPP: no module.
 */
int anl_link_add(struct anl *anl, const char *name, const char *alias, uint32_t *ifindex,
		 struct anl_error *error);

/** anl_link_del - with all its SAs, addresses and routes. */
int anl_link_del(struct anl *anl, uint32_t ifindex, struct anl_error *error);

/** anl_link_get - Return: 0 or a negative errno; -ENODEV: there is none. */
int anl_link_get(struct anl *anl, uint32_t ifindex, struct anl_link *link,
		 struct anl_error *error);
int anl_link_find(struct anl *anl, const char *name, struct anl_link *link,
		  struct anl_error *error);

/**
 * anl_link_dump - all devices
 * @kind: only of this kind ("adit"); NULL: all
 * @each: called for each; a negative value ends the dump and is returned.
 *	  It must not use @anl.
 */
int anl_link_dump(struct anl *anl, const char *kind,
		  int (*each)(const struct anl_link *link, void *context), void *context,
		  struct anl_error *error);

int anl_link_set_up(struct anl *anl, uint32_t ifindex, bool up, struct anl_error *error);
int anl_link_set_mtu(struct anl *anl, uint32_t ifindex, uint32_t mtu, struct anl_error *error);
int anl_link_set_alias(struct anl *anl, uint32_t ifindex, const char *alias,
		       struct anl_error *error);

/**
 * anl_link_ignore_linkdown - routes over the device stop counting while it has no carrier
 *
 * Sets net.ipv4.conf.NAME.ignore_routes_with_linkdown and its IPv6 sibling of
 * the current network namespace.
 */
int anl_link_ignore_linkdown(const char *name, bool ignore, struct anl_error *error);

/* Addresses of a device */

/** anl_address_add - one that is there already is no error. */
int anl_address_add(struct anl *anl, uint32_t ifindex, const struct anl_prefix *address,
		    struct anl_error *error);

/** anl_address_del - one that is not there is no error. */
int anl_address_del(struct anl *anl, uint32_t ifindex, const struct anl_prefix *address,
		    struct anl_error *error);

/**
 * anl_address_dump - addresses of one device, 0: of all
 * @each: called for each; a negative value ends the dump and is returned.
 *	  It must not use @anl.
 */
int anl_address_dump(struct anl *anl, uint32_t ifindex,
		     int (*each)(uint32_t ifindex, const struct anl_prefix *address,
				 void *context),
		     void *context, struct anl_error *error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink connection to the kernel: the "adit" generic netlink family and
 * rtnetlink, and the settings of adit devices.
 *
 * A connection is used by one thread at a time and belongs to the network
 * namespace in which it was opened. Requests are synchronous: the kernel
 * answers from within the system call, so they may be made from an event loop.
 * There is no other state; two connections know nothing of each other.
 */
#ifndef ADIT_NETLINK_FAMILY_H
#define ADIT_NETLINK_FAMILY_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"

struct anl;

/**
 * anl_open - connect, and resolve the family
 * @anl: the connection, to be closed with anl_close(); NULL after an error
 *
 * Loads the module if it is not there yet: once by the name of the family
 * (needs a root with CAP_SYS_MODULE or the kernel's own request_module), and
 * otherwise by asking for a link of type adit, which the kernel autoloads.
 *
 * Return: 0 or a negative errno; -ENOENT: the module is not loaded and could
 * not be loaded (@error says how to).
 */
int anl_open(struct anl **anl, struct anl_error *error);

/**
 * anl_open_route - connect to rtnetlink only
 *
 * For what needs no module: the functions of link.h (but for creating one),
 * route.h and address.h.
 */
int anl_open_route(struct anl **anl, struct anl_error *error);

/** anl_close - NULL is allowed. */
void anl_close(struct anl *anl);

/* When a device has carrier */
enum anl_carrier {
	ANL_CARRIER_AUTO,	/* up when an outbound SA is usable, otherwise down */
	ANL_CARRIER_ON_DEMAND,	/* without an SA dormant: packets ask for one (ACQUIRE) */
	ANL_CARRIER_ALWAYS,	/* up, whatever the SAs */
};

/**
 * struct anl_device - the settings of an adit device, and what it has counted
 * @ifindex: the device
 * @name: its name; only read
 * @set: which of the settings anl_device_set() changes: bits ANL_DEVICE_*
 * @carrier: when it has carrier
 * @mark, @mark_mask: firewall mark of the outer packets (for the rule that
 *		      keeps them out of the tunnel); mask 0: none
 * @mtu_auto: follow the path MTU and the SA's overhead; cleared when the
 *	      administrator has set an MTU
 * @sa_in, @sa_out: how many SAs it has; only read
 */
struct anl_device {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint32_t set;
	enum anl_carrier carrier;
	uint32_t mark;
	uint32_t mark_mask;
	bool mtu_auto;
	uint32_t sa_in;
	uint32_t sa_out;
};

#define ANL_DEVICE_CARRIER	(1u << 0)
#define ANL_DEVICE_MARK		(1u << 1)
#define ANL_DEVICE_MTU		(1u << 2)

/**
 * anl_device_get - read a device's settings
 *
 * Return: 0 or a negative errno; -ENODEV: no such device, -EOPNOTSUPP: not of type adit.
 */
int anl_device_get(struct anl *anl, uint32_t ifindex, struct anl_device *device,
		   struct anl_error *error);

/** anl_device_set - change those settings of @device->ifindex that @device->set names. */
int anl_device_set(struct anl *anl, const struct anl_device *device, struct anl_error *error);

#endif

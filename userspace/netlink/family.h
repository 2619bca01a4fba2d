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

#include <linux/adit.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/sa.h"

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
	ANL_CARRIER_AUTO = ADIT_CARRIER_POLICY_FOLLOW,	/* up while an outbound SA is usable */
	ANL_CARRIER_ALWAYS = ADIT_CARRIER_POLICY_ALWAYS,
	ANL_CARRIER_ON_DEMAND = ADIT_CARRIER_POLICY_ON_DEMAND,	/* dormant without SA: packets
								 * ask for one (ACQUIRE) */
};

/**
 * struct anl_device - the settings of an adit device, and what it has counted
 * @ifindex: the device; 0 where @id names it
 * @set: which of the settings anl_device_set() changes: bits ANL_DEVICE_*
 * @carrier: when it has carrier
 * @mark: firewall mark of the outer packets and their route lookup (for the
 *	  rule that keeps them out of the tunnel); 0: none
 * @mtu_auto: the module sets the MTU, following the path and the SA's
 *	      overhead; `ip link set mtu` clears it
 * @staged_limit: packets that may wait for an SA, 0 to 1024
 *
 * The rest is only read:
 * @id: number of the device, unique on the host, which stays when it moves
 * @carrier_state: 0 down, 1 up, 2 dormant
 * @mtu_source: ADIT_MTU_SOURCE_*
 * @mtu_path, @mtu_overhead, @mtu_spi: what the MTU was computed from; 0: no SA
 * @sa_in, @sa_out: how many SAs it has
 * @staged: packets that wait for an SA now
 * @drops: of the device and its SAs, also of those that are gone
 */
struct anl_device {
	uint32_t ifindex;
	uint32_t set;
	enum anl_carrier carrier;
	uint32_t mark;
	bool mtu_auto;
	uint32_t staged_limit;

	uint32_t id;
	char name[IFNAMSIZ];
	uint8_t carrier_state;
	uint32_t mtu;
	uint8_t mtu_source;
	uint32_t mtu_path;
	uint32_t mtu_overhead;
	uint32_t mtu_spi;
	uint32_t sa_in;
	uint32_t sa_out;
	uint32_t staged;
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	struct anl_drops drops;
};

#define ANL_DEVICE_CARRIER	(1u << 0)
#define ANL_DEVICE_MARK		(1u << 1)
#define ANL_DEVICE_MTU		(1u << 2)
#define ANL_DEVICE_STAGED	(1u << 3)

/**
 * anl_device_get - read a device's settings
 *
 * Return: 0 or a negative errno; -ENODEV: no adit device has this index.
 */
int anl_device_get(struct anl *anl, uint32_t ifindex, struct anl_device *device,
		   struct anl_error *error);

/**
 * anl_device_dump - the adit devices of this namespace and those created in it
 * @each: called for each; a negative value ends the dump and is returned.
 *	  It must not use @anl.
 */
int anl_device_dump(struct anl *anl,
		    int (*each)(const struct anl_device *device, void *context), void *context,
		    struct anl_error *error);

/** anl_device_set - change those settings of @device->ifindex that @device->set names. */
int anl_device_set(struct anl *anl, const struct anl_device *device, struct anl_error *error);

#endif

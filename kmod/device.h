/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network device.
 *
 * Locking: adit_config_lock serialises every change of configuration: the list
 * of devices, their SAs and selectors, their policies, and their carrier. It nests inside
 * RTNL, which is never taken while it is held; what needs RTNL (the device's
 * MTU) is done from a work.
 * Lifetime: an SA holds a reference to its net_device, so unregistering waits
 * for the SAs to be freed; so does the end of the namespace that a device was created
 * in, wherever the device is by then. Packets hold none; they use the device under RCU.
 */
#ifndef _ADIT_DEVICE_H
#define _ADIT_DEVICE_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "coalesce.h"
#include "fragments.h"
#include "spd.h"
#include "stats.h"

extern struct mutex adit_config_lock;
extern struct list_head adit_devices;	/* under adit_config_lock */
extern struct workqueue_struct *adit_wq;

#define ADIT_STAGED_LIMIT_DEFAULT	32
#define ADIT_STAGED_LIMIT_MAX		1024
#define ADIT_STAGED_TIME		(5 * HZ)
#define ADIT_ACQUIRE_SLOTS		8

struct adit_gro;

/**
 * struct adit_home - what there is of ours in a namespace that devices were created in
 * @sas: SAs of these devices that are not freed yet
 */
struct adit_home {
	atomic_t sas;
};

struct adit_home *adit_home(const struct net *net);

/* An SA is freed. */
void adit_home_put(struct adit_home *home);

/**
 * struct adit_device - what a net_device of type adit has in its private part
 * @dev: the device
 * @home: namespace that it was created in and that outer packets are in; NULL
 *	once that is gone
 * @id: number of the device
 * @link: in adit_devices
 * @spd: outbound traffic selectors
 * @sas: all SAs, oldest first; under adit_config_lock
 * @outbound: those of them that are outbound
 * @sas_in: number of inbound SAs
 * @sas_out: number of outbound SAs
 * @sas_outer: number of those that may be the outer part of a bundle
 * @mark: firewall mark of outer packets
 * @carrier_policy: enum adit_carrier_policy
 * @mtu_policy: enum adit_mtu_policy
 * @carries_ip6: IPv6 packets were sent, others than link-local ones
 * @mtu_computing: the module itself is setting the MTU; under RTNL
 * @mtu_source: enum adit_mtu_source
 * @mtu_path: what the MTU was computed from, 0 if from nothing
 * @mtu_overhead: and minus what
 * @mtu_spi: and for which SA
 * @mtu_work: computes the MTU; holds a reference to @dev while it is pending
 * @staged: packets that wait for an SA
 * @staged_limit: their number at most
 * @staged_timer: drops those that waited too long
 * @acquired: recent acquire events: hash of the flow and when, under
 *	@staged.lock
 * @drops: per-CPU counters
 * @gro: hands received packets to the stack
 * @coalesce: lets packets wait for each other on their way out
 * @fragments: what first fragments of IPv6 said of ports
 */
struct adit_device {
	struct net_device *dev;
	struct net __rcu *home;
	struct adit_spd spd;
	u32 mark;
	u8 carrier_policy;
	u8 mtu_policy;
	bool mtu_computing;
	bool carries_ip6;
	struct adit_drop_counter __percpu *drops;
	struct adit_gro *gro;
	struct adit_coalesce coalesce;

	u32 id;
	struct list_head link;
	struct list_head sas;
	struct list_head outbound;
	u32 sas_in;
	u32 sas_out;
	u32 sas_outer;

	u8 mtu_source;
	u32 mtu_path;
	u32 mtu_overhead;
	u32 mtu_spi;
	struct delayed_work mtu_work;

	struct sk_buff_head staged;
	u32 staged_limit;
	struct timer_list staged_timer;
	struct {
		u32 flow;
		unsigned long when;
	} acquired[ADIT_ACQUIRE_SLOTS];
	struct adit_fragments fragments;
};

/**
 * adit_device_find - a device that a namespace may see
 * @net: the namespace: that which the device is in, or that it was created in
 * @ifindex: index in @net, or 0
 * @id: number, or 0
 *
 * Context: adit_config_lock. Return: NULL if there is none.
 */
struct adit_device *adit_device_find(const struct net *net, int ifindex, u32 id);
bool adit_device_visible(const struct adit_device *adit, const struct net *net);

/**
 * adit_device_update_carrier - let the carrier say what the policy says
 * @adit: the device
 *
 * Context: adit_config_lock.
 */
void adit_device_update_carrier(struct adit_device *adit);

int adit_device_init(void);
void adit_device_exit(void);

#endif

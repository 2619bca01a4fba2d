// SPDX-License-Identifier: GPL-2.0
/*
 * adit: IPsec tunnels as network devices.
 *
 * Unloading. rtnl_link_unregister() (in adit_device_exit) destroys every device,
 * and each device waits for the last reference of its SAs, each of which waits
 * for a grace period and for all packets that a transform has taken: after it
 * no SA, and no packet of ours, exists. So the protocol handlers, which go
 * before it, may be called until they are deregistered, and find less and less;
 * deregistering waits for those inside. The netlink family goes first: nothing
 * is added while the rest goes. What may remain is callbacks that free memory
 * with kfree_rcu(), which the kernel runs without us, and completions whose last
 * instructions are ours: these run with BH disabled, for which the grace
 * periods wait, too.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "buffer.h"
#include "crypto.h"
#include "device.h"
#include "netlink.h"
#include "offload.h"
#include "receive.h"
#include "spd.h"

static int __init adit_module_init(void)
{
	int err;

	err = adit_buffer_init();
	if (err)
		return err;
	err = adit_crypto_init();
	if (err)
		goto err_buffer;
	err = adit_offload_init();
	if (err)
		goto err_crypto;
	err = adit_spd_init();
	if (err)
		goto err_offload;
	err = adit_device_init();
	if (err)
		goto err_spd;
	err = adit_receive_init();
	if (err)
		goto err_device;
	err = adit_netlink_init();
	if (err)
		goto err_receive;
	return 0;

err_receive:
	adit_receive_exit();
err_device:
	adit_device_exit();
err_spd:
	adit_spd_exit();
err_offload:
	adit_offload_exit();
err_crypto:
	adit_crypto_exit();
err_buffer:
	adit_buffer_exit();
	return err;
}

static void __exit adit_module_exit(void)
{
	adit_netlink_exit();
	adit_receive_exit();
	adit_device_exit();
	adit_spd_exit();
	adit_offload_exit();
	adit_crypto_exit();
	adit_buffer_exit();
}

module_init(adit_module_init);
module_exit(adit_module_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("IPsec tunnels as network devices");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_RTNL_LINK("adit");
MODULE_ALIAS_GENL_FAMILY("adit");

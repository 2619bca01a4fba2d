// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/wait_bit.h>
#include <net/ip_tunnels.h>
#include <net/netns/generic.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "device.h"
#include "gro.h"
#include "outer.h"
#include "pmtu.h"
#include "sa.h"
#include "staged.h"
#include "transmit.h"

DEFINE_MUTEX(adit_config_lock);
LIST_HEAD(adit_devices);
struct workqueue_struct *adit_wq;

static u32 next_id;	/* under adit_config_lock */
static unsigned int net_id;

struct adit_home *adit_home(const struct net *net)
{
	return net_generic(net, net_id);
}

void adit_home_put(struct adit_home *home)
{
	/* The namespace may go as soon as the count is 0: only the address is used. */
	if (atomic_dec_and_test(&home->sas))
		wake_up_var(&home->sas);
}

bool adit_device_visible(const struct adit_device *adit, const struct net *net)
{
	return net_eq(dev_net(adit->dev), net) || rcu_access_pointer(adit->home) == net;
}

struct adit_device *adit_device_find(const struct net *net, int ifindex, u32 id)
{
	struct adit_device *adit;

	list_for_each_entry(adit, &adit_devices, link)
		if ((!ifindex || (net_eq(dev_net(adit->dev), net) &&
				  adit->dev->ifindex == ifindex)) &&
		    (!id || adit->id == id) && adit_device_visible(adit, net))
			return adit;
	return NULL;
}

void adit_device_update_carrier(struct adit_device *adit)
{
	bool usable = adit_sa_newest(adit);

	if (usable || adit->carrier_policy != ADIT_CARRIER_POLICY_ON_DEMAND)
		netif_dormant_off(adit->dev);
	else
		netif_dormant_on(adit->dev);
	if (usable || adit->carrier_policy != ADIT_CARRIER_POLICY_FOLLOW)
		netif_carrier_on(adit->dev);
	else
		netif_carrier_off(adit->dev);
}

static int adit_stop(struct net_device *dev)
{
	adit_coalesce_stop(netdev_priv(dev));
	adit_staged_purge(netdev_priv(dev));
	return 0;
}

static int adit_init(struct net_device *dev)
{
	struct adit_device *adit = netdev_priv(dev);

	adit->drops = netdev_alloc_pcpu_stats(struct adit_drop_counter);
	if (!adit->drops)
		return -ENOMEM;
	adit->gro = adit_gro_alloc(dev);
	if (!adit->gro)
		goto err_drops;
	if (adit_coalesce_init(adit))
		goto err_gro;
	return 0;

err_gro:
	adit_gro_free(adit->gro);
err_drops:
	free_percpu(adit->drops);
	adit->drops = NULL;
	return -ENOMEM;
}

/* The device is closed and out of all lists: no packet enters any more. */
static void adit_uninit(struct net_device *dev)
{
	struct adit_device *adit = netdev_priv(dev);

	mutex_lock(&adit_config_lock);
	if (!list_empty(&adit->link)) {
		list_del_init(&adit->link);
		adit_sa_flush(adit, 0);
	}
	mutex_unlock(&adit_config_lock);
	adit_pmtu_stop(adit);
	/* First: what its timer still sends may end up among the staged. */
	adit_coalesce_free(adit);
	adit_staged_exit(adit);
	adit_gro_free(adit->gro);
}

/* All references are gone, the SAs' too. */
static void adit_free(struct net_device *dev)
{
	struct adit_device *adit = netdev_priv(dev);

	adit_spd_free(&adit->spd);
	free_percpu(adit->drops);
}

static int adit_change_mtu(struct net_device *dev, int mtu)
{
	struct adit_device *adit = netdev_priv(dev);

	if (!adit->mtu_computing) {
		mutex_lock(&adit_config_lock);
		adit->mtu_policy = ADIT_MTU_POLICY_FIXED;
		adit->mtu_source = ADIT_MTU_SOURCE_FIXED;
		mutex_unlock(&adit_config_lock);
	}
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops adit_netdev_ops = {
	.ndo_init = adit_init,
	.ndo_uninit = adit_uninit,
	.ndo_stop = adit_stop,
	.ndo_start_xmit = adit_xmit,
	.ndo_change_mtu = adit_change_mtu,
	.ndo_get_stats64 = dev_get_tstats64,
};

static void adit_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	char name[ETH_GSTRING_LEN];
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ADIT_DROPS; i++) {
		memset(name, 0, sizeof(name));
		snprintf(name, sizeof(name), "drop-%s", adit_drop_names[i]);
		memcpy(data + i * ETH_GSTRING_LEN, name, sizeof(name));
	}
}

static int adit_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ADIT_DROPS : -EOPNOTSUPP;
}

static void adit_get_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	adit_drop_sum(netdev_priv(dev), data);
}

static void adit_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

static int adit_get_coalesce(struct net_device *dev, struct ethtool_coalesce *ethtool,
			     struct kernel_ethtool_coalesce *kernel,
			     struct netlink_ext_ack *extack)
{
	const struct adit_device *adit = netdev_priv(dev);

	ethtool->tx_coalesce_usecs = adit->coalesce.usecs;
	ethtool->tx_max_coalesced_frames = adit->coalesce.frames;
	ethtool->use_adaptive_tx_coalesce = adit->coalesce.adaptive;
	return 0;
}

static int adit_set_coalesce(struct net_device *dev, struct ethtool_coalesce *ethtool,
			     struct kernel_ethtool_coalesce *kernel,
			     struct netlink_ext_ack *extack)
{
	struct adit_device *adit = netdev_priv(dev);

	if (ethtool->tx_coalesce_usecs > ADIT_COALESCE_USECS_MAX) {
		NL_SET_ERR_MSG(extack, "tx-usecs: 0 to 10000, packets would wait too long");
		return -ERANGE;
	}
	if (!ethtool->tx_max_coalesced_frames ||
	    ethtool->tx_max_coalesced_frames > ADIT_COALESCE_FRAMES_MAX) {
		NL_SET_ERR_MSG(extack, "tx-frames: 1 to 64; tx-usecs 0 switches it off");
		return -ERANGE;
	}
	WRITE_ONCE(adit->coalesce.usecs, ethtool->tx_coalesce_usecs);
	WRITE_ONCE(adit->coalesce.frames, ethtool->tx_max_coalesced_frames);
	WRITE_ONCE(adit->coalesce.adaptive, ethtool->use_adaptive_tx_coalesce);
	return 0;
}

static const struct ethtool_ops adit_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_TX_USECS |
				     ETHTOOL_COALESCE_TX_MAX_FRAMES |
				     ETHTOOL_COALESCE_USE_ADAPTIVE_TX,
	.get_coalesce = adit_get_coalesce,
	.set_coalesce = adit_set_coalesce,
	.get_drvinfo = adit_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_strings = adit_get_strings,
	.get_sset_count = adit_get_sset_count,
	.get_ethtool_stats = adit_get_stats,
};

static const struct device_type adit_type = { .name = KBUILD_MODNAME };

static void adit_setup(struct net_device *dev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
					   NETIF_F_GSO_SOFTWARE | NETIF_F_HW_CSUM |
					   NETIF_F_RXCSUM;
	struct adit_device *adit = netdev_priv(dev);

	dev->netdev_ops = &adit_netdev_ops;
	dev->ethtool_ops = &adit_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	adit_set_lltx(dev);
	dev->features |= features;
	dev->hw_features |= features;
	dev->hw_enc_features |= features;
	dev->needed_headroom = LL_MAX_HEADER + ADIT_HEADROOM;
	dev->needed_tailroom = ADIT_TAILROOM;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needs_free_netdev = true;
	dev->priv_destructor = adit_free;
	SET_NETDEV_DEVTYPE(dev, &adit_type);
	/* ICMP answers need the route that a packet came with. */
	netif_keep_dst(dev);

	adit->dev = dev;
	INIT_LIST_HEAD(&adit->link);
	INIT_LIST_HEAD(&adit->sas);
	INIT_LIST_HEAD(&adit->outbound);
	adit_staged_init(adit);
	adit_pmtu_init(adit);
	adit_fragments_init(&adit->fragments);
}

static int adit_newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
			struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct adit_device *adit = netdev_priv(dev);
	int err;

	rcu_assign_pointer(adit->home, src_net);
	if (tb[IFLA_MTU]) {
		adit->mtu_policy = ADIT_MTU_POLICY_FIXED;
		adit->mtu_source = ADIT_MTU_SOURCE_FIXED;
	}
	netif_carrier_off(dev);
	err = register_netdevice(dev);
	if (err)
		return err;

	mutex_lock(&adit_config_lock);
	adit->id = ++next_id;
	list_add_tail(&adit->link, &adit_devices);
	mutex_unlock(&adit_config_lock);
	return 0;
}

static struct rtnl_link_ops adit_link_ops __read_mostly = {
	.kind = KBUILD_MODNAME,
	.priv_size = sizeof(struct adit_device),
	.setup = adit_setup,
	.newlink = adit_newlink,
};

/* A namespace goes. Devices in it are destroyed by the core; devices that were
 * created in it and live elsewhere stay, without SAs and without a way out.
 */
static void __net_exit adit_net_pre_exit(struct net *net)
{
	struct adit_home *home = adit_home(net);
	struct adit_device *adit;

	mutex_lock(&adit_config_lock);
	list_for_each_entry(adit, &adit_devices, link) {
		if (rcu_access_pointer(adit->home) != net)
			continue;
		/* The core waits for a grace period after this, before anything of
		 * the namespace is freed: packets under way may still use it.
		 */
		adit_sa_flush(adit, 0);
		rcu_assign_pointer(adit->home, NULL);
	}
	mutex_unlock(&adit_config_lock);

	/* Those of devices that are going, too. A route of IPv6 belongs to its namespace, and
	 * must be given back before that takes its routing apart.
	 */
	wait_var_event(&home->sas, !atomic_read(&home->sas));
}

static struct pernet_operations adit_net_ops = {
	.pre_exit = adit_net_pre_exit,
	.id = &net_id,
	.size = sizeof(struct adit_home),
};

int adit_device_init(void)
{
	int err;

	adit_wq = alloc_workqueue("adit", 0, 0);
	if (!adit_wq)
		return -ENOMEM;
	err = register_pernet_device(&adit_net_ops);
	if (err)
		goto err_wq;
	err = rtnl_link_register(&adit_link_ops);
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_device(&adit_net_ops);
err_wq:
	destroy_workqueue(adit_wq);
	return err;
}

void adit_device_exit(void)
{
	rtnl_link_unregister(&adit_link_ops);
	unregister_pernet_device(&adit_net_ops);
	/* RCU works are queued by a callback of RCU: only after those have run is
	 * the workqueue told to finish what it has.
	 */
	rcu_barrier();
	destroy_workqueue(adit_wq);
}

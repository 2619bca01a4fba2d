// SPDX-License-Identifier: GPL-2.0
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <net/ipv6.h>

#include "device.h"
#include "lifetime.h"
#include "pmtu.h"
#include "sa.h"
#include "staged.h"
#include "transmit.h"

/* SPIs are drawn at random by whoever receives, that is by us for inbound ones;
 * they need no further mixing than the hash's multiplication.
 */
static DEFINE_HASHTABLE(database, 14);
static u64 next_id;	/* under adit_config_lock */

static bool addr_equal(u8 family, const union adit_addr *a, const union adit_addr *b)
{
	return family == AF_INET ? a->ip4 == b->ip4 : ipv6_addr_equal(&a->ip6, &b->ip6);
}

struct adit_sa *adit_sa_lookup(const struct net *net, __be32 spi, u8 proto, u8 family,
			       const union adit_addr *daddr)
{
	struct adit_sa *sa;

	hash_for_each_possible_rcu(database, sa, hash, (__force u32)spi)
		if (sa->spi == spi && sa->proto == proto && sa->direction == ADIT_DIRECTION_IN &&
		    sa->family == family && addr_equal(family, &sa->local, daddr) &&
		    rcu_access_pointer(sa->adit->home) == net)
			return sa;
	return NULL;
}

struct adit_sa *adit_sa_lookup_out(const struct net *net, __be32 spi, u8 proto, u8 family,
				   const union adit_addr *daddr)
{
	struct adit_sa *sa;

	hash_for_each_possible_rcu(database, sa, hash, (__force u32)spi)
		if (sa->spi == spi && sa->proto == proto && sa->direction == ADIT_DIRECTION_OUT &&
		    sa->family == family &&
		    addr_equal(family, &rcu_dereference(sa->peer)->addr, daddr) &&
		    rcu_access_pointer(sa->adit->home) == net)
			return sa;
	return NULL;
}

static const struct adit_peer *peer_of(const struct adit_sa *sa)
{
	return rcu_dereference_protected(sa->peer, lockdep_is_held(&adit_config_lock));
}

struct adit_sa *adit_sa_find(struct adit_device *adit, const struct adit_sa_name *name)
{
	struct adit_sa *sa, *found = NULL;

	hash_for_each_possible(database, sa, hash, (__force u32)name->spi) {
		if (sa->adit != adit || sa->spi != name->spi || sa->proto != name->proto ||
		    sa->direction != name->direction)
			continue;
		if (name->local_family &&
		    (name->local_family != sa->family ||
		     !addr_equal(sa->family, &sa->local, &name->local)))
			continue;
		if (name->remote_family &&
		    (name->remote_family != sa->family ||
		     !addr_equal(sa->family, &peer_of(sa)->addr, &name->remote)))
			continue;
		if (found)
			return ERR_PTR(-EINVAL);
		found = sa;
	}
	return found ?: ERR_PTR(-ENOENT);
}

static bool bundle_fits(const struct adit_sa *esp, const struct adit_sa *ah)
{
	return adit_sa_is_outer(ah) && ah->family == esp->family && !esp->local_port &&
	       addr_equal(esp->family, &ah->local, &esp->local) &&
	       addr_equal(esp->family, &peer_of(ah)->addr, &peer_of(esp)->addr) &&
	       (!esp->bundle_spi || htonl(esp->bundle_spi) == ah->spi);
}

/* Finds the AH SA that goes over an ESP SA. */
static void find_bundle(struct adit_device *adit, struct adit_sa *esp)
{
	struct adit_sa *ah, *found = NULL;

	/* None at all is the rule. */
	if (adit->sas_outer && esp->proto == IPPROTO_ESP)
		list_for_each_entry_reverse(ah, &adit->outbound, out_link)
			if (bundle_fits(esp, ah)) {
				found = ah;
				break;
			}
	/* The AH header takes room, or takes it no more. */
	if (found != rcu_access_pointer(esp->bundle))
		WRITE_ONCE(esp->path_mtu, 0);
	rcu_assign_pointer(esp->bundle, found);
}

void adit_sa_update_bundles(struct adit_device *adit)
{
	struct adit_sa *sa;

	list_for_each_entry(sa, &adit->outbound, out_link)
		find_bundle(adit, sa);
	adit_spd_refresh(&adit->spd);
}

/* Inbound SAs are told apart by what a packet carries; outbound ones by what
 * the peer tells them apart by.
 */
bool adit_sa_clashes(const struct adit_sa *sa, const union adit_addr *remote)
{
	const struct net *home = rcu_access_pointer(sa->adit->home);
	struct adit_sa *other;

	hash_for_each_possible(database, other, hash, (__force u32)sa->spi) {
		if (other == sa || other->spi != sa->spi || other->proto != sa->proto ||
		    other->direction != sa->direction || other->family != sa->family)
			continue;
		if (sa->direction == ADIT_DIRECTION_IN ?
		    rcu_access_pointer(other->adit->home) == home &&
		    addr_equal(sa->family, &other->local, &sa->local) :
		    other->adit == sa->adit &&
		    addr_equal(sa->family, &peer_of(other)->addr, remote))
			return true;
	}
	return false;
}

struct adit_sa *adit_sa_newest(struct adit_device *adit)
{
	struct adit_sa *sa;

	/* An AH SA that may be part of a bundle says least about what fits. */
	list_for_each_entry_reverse(sa, &adit->outbound, out_link)
		if (adit_sa_usable(sa) && !adit_sa_is_outer(sa))
			return sa;
	list_for_each_entry_reverse(sa, &adit->outbound, out_link)
		if (adit_sa_usable(sa))
			return sa;
	return NULL;
}

static void free_peer(struct adit_sa *sa)
{
	kfree(rcu_replace_pointer(sa->peer, NULL, true));
}

void adit_sa_free(struct adit_sa *sa)
{
	adit_transform_free(&sa->transform);
	adit_replay_free(&sa->replay);
	dst_cache_destroy(&sa->route);
	adit_spd_free(&sa->spd);
	free_percpu(sa->counters);
	free_peer(sa);
	kfree(sa->selectors);
	kfree_sensitive(sa);
}

static void free_work(struct work_struct *work)
{
	struct adit_sa *sa = container_of(to_rcu_work(work), struct adit_sa, free_work);
	struct adit_device *adit = sa->adit;
	struct net_device *dev = adit->dev;
	struct adit_home *home = sa->home;
	netdevice_tracker tracker;

	/* The grace period is over: nobody submits or counts any more. */
	wait_var_event(&sa->inflight, !atomic_read(&sa->inflight));
	cancel_delayed_work_sync(&sa->lifetime_work);
	tracker = sa->dev_tracker;
	adit_sa_free(sa);
	adit_home_put(home);
	netdev_put(dev, &tracker);
}

void adit_sa_landed(struct adit_sa *sa)
{
	/* The SA may be gone as soon as the count is 0: only its address is used. */
	if (atomic_dec_and_test(&sa->inflight))
		wake_up_var(&sa->inflight);
}

struct adit_sa *adit_sa_alloc(void)
{
	struct adit_sa *sa;

	sa = kzalloc(sizeof(*sa), GFP_KERNEL);
	if (!sa)
		return NULL;
	spin_lock_init(&sa->lock);
	INIT_LIST_HEAD(&sa->rules);
	INIT_LIST_HEAD(&sa->link);
	INIT_RCU_WORK(&sa->free_work, free_work);
	adit_lifetime_init(sa);

	sa->counters = netdev_alloc_pcpu_stats(struct adit_counter);
	if (!sa->counters || dst_cache_init(&sa->route, GFP_KERNEL)) {
		adit_sa_free(sa);
		return NULL;
	}
	return sa;
}

/*
 * Packets may find the SA as soon as its first selector is linked, and the next
 * may fail: so it counts as dead until all are there, and then takes over whole.
 */
static int add_outbound(struct adit_device *adit, struct adit_sa *sa)
{
	int err;

	WRITE_ONCE(sa->dead, true);
	err = adit_spd_add(&adit->spd, sa);
	if (err) {
		/* Who has come across it has seen that it is dead, and is gone before
		 * the caller frees it.
		 */
		synchronize_rcu();
		return err;
	}
	WRITE_ONCE(sa->dead, false);
	adit_spd_refresh(&adit->spd);
	return 0;
}

int adit_sa_add(struct adit_device *adit, struct adit_sa *sa)
{
	const struct net *home = rcu_dereference_protected(adit->home,
							   lockdep_is_held(&adit_config_lock));
	int err;

	if (!home)
		return -ENODEV;
	sa->adit = adit;
	if (adit_sa_clashes(sa, &peer_of(sa)->addr))
		return -EEXIST;

	sa->added = ktime_get_boottime_seconds();
	if (sa->direction == ADIT_DIRECTION_OUT) {
		find_bundle(adit, sa);
		err = add_outbound(adit, sa);
	} else {
		err = adit_spd_add(&sa->spd, sa);
	}
	if (err)
		return err;

	sa->id = ++next_id;
	netdev_hold(adit->dev, &sa->dev_tracker, GFP_KERNEL);
	sa->home = adit_home(home);
	atomic_inc(&sa->home->sas);
	list_add_tail(&sa->link, &adit->sas);
	hash_add_rcu(database, &sa->hash, (__force u32)sa->spi);
	adit_lifetime_start(sa);
	if (sa->direction == ADIT_DIRECTION_IN) {
		adit->sas_in++;
		return 0;
	}

	adit->sas_out++;
	list_add_tail(&sa->out_link, &adit->outbound);
	if (adit_sa_is_outer(sa)) {
		adit->sas_outer++;
		adit_sa_update_bundles(adit);
	}
	adit_device_update_carrier(adit);
	adit_pmtu_update(adit);
	adit_staged_transmit(adit);
	return 0;
}

void adit_sa_remove(struct adit_sa *sa)
{
	struct adit_device *adit = sa->adit;

	WRITE_ONCE(sa->dead, true);
	hash_del_rcu(&sa->hash);
	list_del(&sa->link);
	if (sa->direction == ADIT_DIRECTION_IN) {
		adit->sas_in--;
		adit_spd_remove(&sa->spd, sa);
	} else {
		adit->sas_out--;
		list_del(&sa->out_link);
		/* It is not waited for by the AH SA, which may be freed before it. */
		rcu_assign_pointer(sa->bundle, NULL);
		adit_spd_remove(&adit->spd, sa);
		if (adit_sa_is_outer(sa)) {
			adit->sas_outer--;
			adit_sa_update_bundles(adit);
		}
		adit_device_update_carrier(adit);
		adit_pmtu_update(adit);
	}
	queue_rcu_work(adit_wq, &sa->free_work);
}

void adit_sa_yield(struct adit_sa *sa)
{
	adit_spd_refresh(&sa->adit->spd);
	adit_device_update_carrier(sa->adit);
	adit_pmtu_update(sa->adit);
}

void adit_sa_flush(struct adit_device *adit, u8 direction)
{
	struct adit_sa *sa, *next;

	list_for_each_entry_safe(sa, next, &adit->sas, link)
		if (!direction || sa->direction == direction)
			adit_sa_remove(sa);
}

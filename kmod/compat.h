/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place where kernels differ. What differs is asked of the headers
 * in Kbuild.include, never of LINUX_VERSION_CODE: distributions backport.
 */
#ifndef _ADIT_COMPAT_H
#define _ADIT_COMPAT_H

#include <linux/crypto.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/overflow.h>
#include <linux/page_ref.h>
#include <net/genetlink.h>
#include <net/dropreason.h>
#include <net/ip6_fib.h>

#ifdef ADIT_HAVE_NET_GSO_H
#include <net/gso.h>
#endif

#ifdef ADIT_HAVE_PAGE_POOL_HELPERS
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

/* Half pages had to be asked for until 6.7. */
#ifdef ADIT_HAVE_PP_FLAG_PAGE_FRAG
#define ADIT_PAGE_POOL_FLAGS	PP_FLAG_PAGE_FRAG
#else
#define ADIT_PAGE_POOL_FLAGS	0
#endif

/* Since 6.9 a pool of one CPU takes pages back without a lock there. */
static inline struct page_pool *adit_page_pool_create(const struct page_pool_params *params,
						      int cpu)
{
#ifdef ADIT_HAVE_PAGE_POOL_PERCPU
	return page_pool_create_percpu(params, cpu);
#else
	return page_pool_create(params);
#endif
}

/* From now on it takes them back with a lock. @pool may be NULL. */
static inline void adit_page_pool_stop(struct page_pool *pool)
{
#ifdef ADIT_HAVE_PAGE_POOL_PERCPU
	if (pool)
		page_pool_disable_direct_recycling(pool);
#endif
}

/* Since 6.9, and in later releases of 6.1: who may listen to events. Without it, all may. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN 0
#endif

/* Both since 6.5 and 6.10, and in later releases of 6.1: macros, which tell themselves */
#ifndef dst_rt6_info
#define dst_rt6_info(entry) container_of(entry, struct rt6_info, dst)
#endif

#ifndef struct_size_t
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)
#endif

/*
 * Does only one packet refer to the fragment? A second one (a clone whose header was made
 * writable) holds the page, or its pool's count, where halves of a page cannot be told apart.
 */
static inline bool adit_frag_is_exclusive(const skb_frag_t *frag)
{
#ifdef ADIT_HAVE_SKB_PAGE_REF
	return false;
#else
	return page_ref_count(skb_frag_page(frag)) == 1;
#endif
}

/* Before 6.3 a completion got the request and found its data in there. */
#ifdef ADIT_HAVE_CRYPTO_REQUEST_DATA
typedef void adit_completion_arg;
#define adit_completion_data(arg) (arg)
#else
typedef struct crypto_async_request adit_completion_arg;
#define adit_completion_data(arg) ((arg)->data)
#endif

/* A drop by RFC 6040 has a reason of its own since 6.12. */
#ifdef ADIT_HAVE_REASON_ECN
#define ADIT_REASON_ECN	SKB_DROP_REASON_IP_TUNNEL_ECN
#else
#define ADIT_REASON_ECN	SKB_DROP_REASON_IP_INHDR
#endif

/* Lockless transmission was a feature bit before 6.12. */
static inline void adit_set_lltx(struct net_device *dev)
{
#ifdef ADIT_HAVE_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* A timer is told its function and its clock at once since 6.13. */
static inline void adit_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*function)(struct hrtimer *),
				      enum hrtimer_mode mode)
{
#ifdef ADIT_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

/* The parsed attributes of a dump moved into a genl_info in 6.7. */
static inline struct nlattr **adit_dump_attrs(struct netlink_callback *cb)
{
#ifdef ADIT_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif

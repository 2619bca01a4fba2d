/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place where kernels differ. What differs is asked of the headers
 * in Kbuild.include, never of LINUX_VERSION_CODE: distributions backport.
 */
#ifndef _ADIT_COMPAT_H
#define _ADIT_COMPAT_H

#include <linux/crypto.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#ifdef ADIT_HAVE_NET_GSO_H
#include <net/gso.h>
#endif

/* Before 6.3 a completion got the request and found its data in there. */
#ifdef ADIT_HAVE_CRYPTO_REQUEST_DATA
typedef void adit_completion_arg;
#define adit_completion_data(arg) (arg)
#else
typedef struct crypto_async_request adit_completion_arg;
#define adit_completion_data(arg) ((arg)->data)
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

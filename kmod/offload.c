// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/notifier.h>
#include <net/protocol.h>

#include "chain.h"
#include "offload.h"
#include "train.h"

/* Written when the module is loaded and where esp4_offload or esp6_offload is. */
static bool registered4, registered6;

bool adit_offload_ready(u8 family)
{
	return family == AF_INET ? READ_ONCE(registered4) : READ_ONCE(registered6);
}

/* In front of a device. What is not ours cannot be cut. */
static struct sk_buff *segment(struct sk_buff *skb, netdev_features_t features)
{
	if (adit_is_chain(skb))
		return adit_chain_cut(skb, features);
	if (adit_is_train(skb))
		return adit_train_cut(skb, features);
	return ERR_PTR(-EINVAL);
}

static const struct net_offload offload = {
	.callbacks.gso_segment = segment,
};

static void unregister4(void)
{
	if (!registered4)
		return;
	WRITE_ONCE(registered4, false);
	inet_del_offload(&offload, IPPROTO_ESP);
}

static void unregister6(void)
{
	if (!registered6)
		return;
	WRITE_ONCE(registered6, false);
	inet6_del_offload(&offload, IPPROTO_ESP);
}

/*
 * XFRM's modules want our place, and do not clean up behind themselves if they do not
 * get it: it is theirs before they ask.
 */
static int make_way(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (state != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	if (!strcmp(module->name, "esp4_offload"))
		unregister4();
	else if (!strcmp(module->name, "esp6_offload"))
		unregister6();
	return NOTIFY_DONE;
}

static struct notifier_block modules = {
	.notifier_call = make_way,
};

int adit_offload_init(void)
{
	int err = register_module_notifier(&modules);

	if (err)
		return err;
	registered4 = !inet_add_offload(&offload, IPPROTO_ESP);
	registered6 = !inet6_add_offload(&offload, IPPROTO_ESP);
	return 0;
}

void adit_offload_exit(void)
{
	unregister_module_notifier(&modules);
	unregister4();
	unregister6();
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What cuts chains (chain.h) and trains (train.h) in front of a device that takes one
 * packet at a time.
 *
 * For ESP without UDP the kernel asks whoever has registered for the protocol: we do,
 * until esp4_offload (esp6_offload) is loaded, which XFRM needs for states that a network
 * card shall handle; from then on such packets go one by one.
 */
#ifndef _ADIT_OFFLOAD_H
#define _ADIT_OFFLOAD_H

#include <linux/types.h>

/* Will raw ESP of this outer family be cut where it has to be? Context: any. */
bool adit_offload_ready(u8 family);

int adit_offload_init(void);
void adit_offload_exit(void);

#endif

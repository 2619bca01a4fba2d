/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the keying daemon is told, by multicast: see the events in adit.yaml.
 *
 * Each goes to the namespace that the device was created in and, when that is
 * another, to the one that it is in. None sleeps.
 *
 * Context: RCU or adit_config_lock.
 */
#ifndef _ADIT_EVENTS_H
#define _ADIT_EVENTS_H

#include <uapi/linux/adit.h>

#include "sa.h"
#include "spd.h"

void adit_event_expire(struct adit_sa *sa, bool hard, enum adit_expire_reason reason);
void adit_event_acquire(struct adit_device *adit, const struct adit_flow *flow);
void adit_event_mapping_changed(struct adit_sa *sa, const union adit_addr *addr, __be16 port);
void adit_event_sequence_overflow(struct adit_sa *sa);
void adit_event_first_use(struct adit_sa *sa);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lifetime of an SA: limits on bytes, packets and time (RFC 4301 4.4.2.1), and on
 * the sequence numbers (RFC 4303 3.3.3).
 *
 * Locking: limits change under adit_config_lock. The work of an SA runs under
 * it, and is cancelled before the SA is freed.
 */
#ifndef _ADIT_LIFETIME_H
#define _ADIT_LIFETIME_H

#include "sa.h"

void adit_lifetime_init(struct adit_sa *sa);

/* The SA is in the database: time runs. Context: adit_config_lock. */
void adit_lifetime_start(struct adit_sa *sa);

/* Gives an SA in the database other limits. Context: adit_config_lock. */
void adit_lifetime_set(struct adit_sa *sa, const struct adit_limits *limits);

bool adit_lifetime_account_limited(struct adit_sa *sa, unsigned int packets, unsigned int bytes);

/**
 * adit_lifetime_account - may these packets pass?
 * @sa: the SA
 * @packets: how many
 * @bytes: of inner packets
 *
 * An SA with limits on packets or bytes counts them in one place, an atomic
 * addition each, so that a hard limit is exact; one without (AWS knows only
 * limits on time) pays nothing.
 *
 * Context: BH disabled, RCU. Return: false if the SA is used up.
 */
static inline bool adit_lifetime_account(struct adit_sa *sa, unsigned int packets,
					 unsigned int bytes)
{
	if (likely(!READ_ONCE(sa->limited)))
		return true;
	return adit_lifetime_account_limited(sa, packets, bytes);
}

bool adit_lifetime_near_limited(const struct adit_sa *sa);

/* Is a hard limit so near that packets should be counted one by one, to use all of it? */
static inline bool adit_lifetime_near(const struct adit_sa *sa)
{
	return READ_ONCE(sa->limited) && adit_lifetime_near_limited(sa);
}

/* The SA has no sequence numbers left: says so, once. */
void adit_lifetime_overflow(struct adit_sa *sa);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The anti-replay window (RFC 4303 3.4.3 and appendix A, RFC 6479's ring of
 * words). Pure: no locking, no packets, no time.
 *
 * Locking: the caller's. adit_replay_check() may run without a lock as a hint
 * before the packet is decrypted; adit_replay_advance() checks again and runs
 * under the SA's lock after the packet is authenticated.
 */
#ifndef _ADIT_REPLAY_H
#define _ADIT_REPLAY_H

#include <linux/bitops.h>
#include <linux/types.h>

#define ADIT_REPLAY_WINDOW_MAX	4096

/**
 * struct adit_replay - window of one inbound SA
 * @top: highest sequence number authenticated, 0 before the first
 * @window: size in packets, 0: no check
 * @esn: sequence numbers have 64 bits, of which packets carry the lower 32
 * @mask: number of words in @bits minus 1; a power of two minus 1
 * @bits: bit (n % 2^k) says that n has been seen; one word more than the
 *	window needs, so that advancing clears whole words
 */
struct adit_replay {
	u64 top;
	u32 window;
	bool esn;
	u32 mask;
	unsigned long *bits;
};

int adit_replay_init(struct adit_replay *replay, u32 window, bool esn, u64 top);
void adit_replay_free(struct adit_replay *replay);

/**
 * adit_replay_expand - the whole sequence number of a packet
 * @replay: the window
 * @low: what the packet carries
 *
 * RFC 4303 appendix A2.2. Without ESN, @low itself. With it, the number whose
 * upper half is guessed from the window; a wrong guess fails authentication.
 */
u64 adit_replay_expand(const struct adit_replay *replay, u32 low);

/**
 * adit_replay_check - may a packet of this number be accepted?
 * @replay: the window
 * @seq: what adit_replay_expand() said
 */
bool adit_replay_check(const struct adit_replay *replay, u64 seq);

/**
 * adit_replay_advance - check again, and remember an authenticated packet
 * @replay: the window
 * @seq: what adit_replay_expand() said before decryption
 *
 * Return: false if the packet is a replay after all (two copies may have been
 * decrypted at the same time).
 */
bool adit_replay_advance(struct adit_replay *replay, u64 seq);

#endif

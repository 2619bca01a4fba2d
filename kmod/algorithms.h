/* SPDX-License-Identifier: GPL-2.0 */
/* The transforms that adit offers, one row an algorithm. */
#ifndef _ADIT_ALGORITHMS_H
#define _ADIT_ALGORITHMS_H

#include <linux/types.h>

enum adit_algorithm_kind {
	ADIT_ALGORITHM_AEAD,	/* combined mode: encrypts and authenticates */
	ADIT_ALGORITHM_CIPHER,
	ADIT_ALGORITHM_HASH,
};

/* Where the IV in front of the payload comes from on the way out. */
enum adit_iv {
	ADIT_IV_NONE,
	/* It must never repeat under a key, and may be guessed: a counter.
	 * RFC 3686 3.1, 4106 3.1, 4309 3.1, 4543 3.1, 7634 2.
	 */
	ADIT_IV_COUNTER,
	/* It must not be guessable (RFC 3602 3, 2451 3): the encrypted counter,
	 * NIST SP 800-38A appendix C.
	 */
	ADIT_IV_ENCRYPTED,
};

/**
 * struct adit_algorithm - a row of the table
 * @name: the kernel's name of the algorithm, which is also that in `ip xfrm`
 * @alias: the older name that `ip xfrm` takes for it, or NULL
 * @kind: which of the SA's attributes may name it
 * @key_lens: key lengths in bytes that it takes, salt included, up to the
 *	first 0 behind the first; empty for hashes that take any
 * @block: the payload is padded to a multiple of this
 * @iv_len: bytes of IV in each packet
 * @iv: where that IV comes from
 * @icv_lens: ICV lengths in bytes; the first is the default. A hash takes any
 *	from 4 up to @icv_max.
 * @icv_max: longest ICV in bytes
 */
struct adit_algorithm {
	const char *name;
	const char *alias;
	enum adit_algorithm_kind kind;
	u8 key_lens[4];
	u8 block;
	u8 iv_len;
	enum adit_iv iv;
	u8 icv_lens[4];
	u8 icv_max;
};

/**
 * adit_algorithm_find - look up an algorithm
 * @kind: its kind
 * @name: its name or alias
 *
 * Return: the row, or NULL if adit does not offer it.
 */
const struct adit_algorithm *adit_algorithm_find(enum adit_algorithm_kind kind, const char *name);

/**
 * adit_algorithm_takes_key - does the algorithm take a key of this length?
 * @algorithm: the row
 * @len: bytes
 */
bool adit_algorithm_takes_key(const struct adit_algorithm *algorithm, unsigned int len);

/**
 * adit_algorithm_takes_icv - does the algorithm take an ICV of this length?
 * @algorithm: the row of an AEAD or a hash
 * @bits: length
 */
bool adit_algorithm_takes_icv(const struct adit_algorithm *algorithm, unsigned int bits);

#endif

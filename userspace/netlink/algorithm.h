/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about algorithms without asking the kernel: key and ICV
 * lengths of those that the RFCs define for ESP and AH.
 */
#ifndef ADIT_NETLINK_ALGORITHM_H
#define ADIT_NETLINK_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>

#include "netlink/error.h"
#include "netlink/sa.h"

enum anl_algorithm_kind { ANL_AEAD, ANL_ENC, ANL_AUTH };

/**
 * struct anl_algorithm_info - one line of the table
 * @key_lengths: allowed, in bytes, salt included, ended by ANL_KEY_LENGTHS_END;
 *		 NULL: any from 1 to ANL_KEY_MAX
 * @icv_bits: allowed, ended by 0; NULL: multiples of 8 from 32 to @icv_max
 * @icv_max: the longest ICV, in bits; 0: the algorithm has none
 */
struct anl_algorithm_info {
	enum anl_algorithm_kind kind;
	const char *name;
	const int *key_lengths;
	const unsigned int *icv_bits;
	unsigned int icv_max;
};

#define ANL_KEY_LENGTHS_END	(-1)

/** anl_algorithm_find - NULL for a name that is not in the table. */
const struct anl_algorithm_info *anl_algorithm_find(enum anl_algorithm_kind kind,
						    const char *name);

/** anl_algorithm_list - the table, ended by a NULL name: for completion and help. */
const struct anl_algorithm_info *anl_algorithm_list(void);

/**
 * anl_algorithm_check - key and ICV length
 *
 * A name that is not in the table passes: the kernel may know it, and says so
 * if it does not. Return: 0 or -EINVAL.
 */
int anl_algorithm_check(enum anl_algorithm_kind kind, const struct anl_algorithm *algorithm,
			struct anl_error *error);

#endif

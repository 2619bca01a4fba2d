/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of bytes that somebody else owns. All of userspace/ike passes bytes this way: a parsed
 * message points into the buffer it was parsed from, which must outlive it.
 */
#ifndef ADIT_IKE_BYTES_H
#define ADIT_IKE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data;
	size_t len;
};

/* A view of @len bytes at @data; @data may be NULL when @len is 0. */
static inline struct bytes bytes_of(const void *data, size_t len)
{
	return (struct bytes){ .data = data, .len = len };
}

/* Not constant time: never for authenticators (see hash_equal in hash.h). */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

#endif

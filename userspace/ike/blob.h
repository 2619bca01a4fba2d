/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that we own. Erased when they are let go: most of them are secret, or nearly so.
 */
#ifndef ADIT_IKE_BLOB_H
#define ADIT_IKE_BLOB_H

#include "ike/bytes.h"

struct blob {
	uint8_t *data;
	size_t len;
};

/* Replaces the content with a copy of @bytes. False when memory is short; then @blob is empty. */
bool blob_set(struct blob *blob, struct bytes bytes);
/* Room for @len bytes, zeroed. */
bool blob_make(struct blob *blob, size_t len);
void blob_clear(struct blob *blob);

static inline struct bytes blob_bytes(const struct blob *blob)
{
	return bytes_of(blob->data, blob->len);
}

#endif

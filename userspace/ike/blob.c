/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/blob.h"

#include <stdlib.h>

#include "ike/hash.h"

bool blob_make(struct blob *blob, size_t len)
{
	blob_clear(blob);
	blob->data = calloc(1, len ? len : 1);
	if (blob->data)
		blob->len = len;
	return blob->data;
}

bool blob_set(struct blob *blob, struct bytes bytes)
{
	if (!blob_make(blob, bytes.len))
		return false;
	if (bytes.len)
		memcpy(blob->data, bytes.data, bytes.len);
	return true;
}

void blob_clear(struct blob *blob)
{
	if (blob->data)
		secret_erase(blob->data, blob->len);
	free(blob->data);
	*blob = (struct blob){ 0 };
}

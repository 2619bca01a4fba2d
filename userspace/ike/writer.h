/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bounded writer: appends to a caller's buffer, big-endian, and never past its end. What does
 * not fit sets @overflow, which stays set; ask once at the end.
 */
#ifndef ADIT_IKE_WRITER_H
#define ADIT_IKE_WRITER_H

#include "ike/bytes.h"

struct writer {
	uint8_t *data;
	size_t len, size;
	bool overflow;
};

struct writer writer_of(void *buffer, size_t size);

void writer_u8(struct writer *w, uint8_t value);
void writer_u16(struct writer *w, uint16_t value);
void writer_u32(struct writer *w, uint32_t value);
void writer_bytes(struct writer *w, struct bytes bytes);
void writer_zero(struct writer *w, size_t len);

/* Overwrite what was written before, at offset @at; out of range sets overflow. */
void writer_patch(struct writer *w, size_t at, struct bytes bytes);
void writer_patch_u8(struct writer *w, size_t at, uint8_t value);
void writer_patch_u16(struct writer *w, size_t at, uint16_t value);
void writer_patch_u32(struct writer *w, size_t at, uint32_t value);

/* All that was written from offset @from on. */
struct bytes writer_from(const struct writer *w, size_t from);

#endif

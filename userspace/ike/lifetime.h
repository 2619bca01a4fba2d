/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RESPONDER-LIFETIME (RFC 2407 4.6.3.1): the answer in quick mode repeats what was offered, so when
 * the responder's lifetime is shorter it says so beside it.
 */
#ifndef ADIT_IKE_LIFETIME_H
#define ADIT_IKE_LIFETIME_H

#include "ike/child.h"
#include "ike/message.h"
#include "ike/payload.h"

/* Shortens the child's lifetime to what the peer says, if it says so. */
void lifetime_read(struct child *c, const struct message *m);
/* The NOTIFY payload that tells the child's lifetime. */
void lifetime_write(struct builder *b, const struct child *c);
/* The same for phase 1, in main mode's last message: before it nothing is encrypted. */
void lifetime_read_phase1(struct session *s, const struct message *m);
void lifetime_write_phase1(struct builder *b, const struct session *s);
/* It came by itself, authenticated: phase 1, or the child that it names, ends earlier. */
void lifetime_told(struct session *s, const struct notify *n);

/* For the wire: at least one, since zero is no limit; and not more than an attribute takes. */
uint32_t lifekilobytes(uint64_t bytes);
/* "3600 s or 1048576 bytes" */
#define LIFETIME_TEXT_MAX 64
const char *lifetime_text(uint64_t seconds, uint64_t bytes, char text[LIFETIME_TEXT_MAX]);
/* The smaller of two limits, of which 0 is none; the second in kilobytes, as on the wire. */
uint64_t lifebytes_smaller(uint64_t bytes, uint64_t kilobytes);

#endif

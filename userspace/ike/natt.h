/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NAT traversal: detection and float (RFC 3947 and the drafts before it that peers still speak),
 * keepalives (RFC 3948 4).
 */
#ifndef ADIT_IKE_NATT_H
#define ADIT_IKE_NATT_H

#include "ike/session.h"

/* The NAT-Ts that we speak, as vendor IDs; the responder names the one that was agreed. */
void natt_announce(struct builder *b, const struct session *s);
/* The peer sent this vendor ID. */
void natt_vendor(struct session *s, enum vendor_kind kind);
/* NAT-D payloads, when both sides speak NAT-T. */
void natt_write(struct session *s, struct builder *b);
/* Reads the peer's. */
void natt_detect(struct session *s, const struct message *m);
/* Initiator: go to port 4500 if there is NAT (RFC 3947 4). */
void natt_float(struct session *s);
/* Whether NAT was found, or made up. */
bool natt_found(const struct session *s);
/* Whether ESP goes in UDP. */
bool natt_used(const struct session *s);
/* IPSEC_ENCAP_* for the wire, as both sides understand it. */
uint16_t natt_encap(const struct session *s, bool tunnel);
void natt_keepalive_begin(struct session *s);
void natt_keepalive_fire(void *owner);
/* "none", "we are behind NAT", … */
const char *natt_text(const struct session *s);

#endif

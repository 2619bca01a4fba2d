/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP sockets of IKE: port 500 and port 4500 (RFC 2408 2.5.1, RFC 3947 4), IPv4 and IPv6. On
 * the second one the kernel keeps ESP and NAT keepalives for itself (RFC 3948).
 */
#ifndef ADITD_SOCKETS_H
#define ADITD_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "aditd/config.h"
#include "ike/address.h"

struct sockets;

/* One datagram. local.port is IKE_PORT or IKE_PORT_NATT, whatever ports are configured. */
typedef void (*sockets_input)(void *ctx, const struct ike_endpoint *local,
			      const struct ike_endpoint *remote, const uint8_t *bytes,
			      size_t length);

/*
 * Opens and binds them; reading begins at once. NULL with error: one sentence what, one what to do.
 * Needs CAP_NET_BIND_SERVICE and CAP_NET_ADMIN.
 */
struct sockets *sockets_open(uv_loop_t *loop, const struct config *config, sockets_input input,
			     void *ctx, char *error, size_t size);
/* 0 or a negative errno; -ENETUNREACH and the like: no route, -EADDRNOTAVAIL: not our address. */
int sockets_send(struct sockets *sockets, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, const uint8_t *bytes, size_t length);
/* The firewall mark of what is sent from now on; 0: none. */
void sockets_mark(struct sockets *sockets, uint32_t mark);
/* The loop must run once more before it can be closed. NULL is allowed. */
void sockets_close(struct sockets *sockets);

#endif

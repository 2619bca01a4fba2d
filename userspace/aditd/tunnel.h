/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tunnel: what the administrator wants of it, its device, the addresses in use, and the
 * engine's connection. It comes up in steps: device, the peer's address (DNS), our own address
 * (the route's source), routes, engine. A step that fails is told, and tried again for ever with
 * back-off.
 */
#ifndef ADITD_TUNNEL_H
#define ADITD_TUNNEL_H

#include <stdbool.h>
#include <uv.h>

#include "aditd/config.h"
#include "aditd/device.h"
#include "aditd/resolve.h"
#include "ike/ike.h"

struct daemon;
struct past;

struct tunnel_error {
	char code[32];			/* control.h's words; "": none */
	char text[640];
	double time;			/* Unix */
	bool final;
};

struct tunnel {
	struct daemon *daemon;
	struct config_tunnel *config;	/* belongs to the daemon's configuration */
	bool wanted;			/* false: the administrator took it down */
	bool start;			/* tell the engine to start it, once it has it */
	bool keyed;			/* the engine has it */
	bool stale;			/* the engine has it with an older configuration */
	bool trial;			/* ESP goes in UDP, whatever the configuration says */
	bool refresh;			/* look at the peer's and our address again */
	bool changed;			/* its state may be another one */
	bool carrier;			/* of the device, as last told */
	struct device device;
	struct ike_address local, remote; /* in use; AF_UNSPEC: not known, or any */
	struct resolve *resolve;
	uv_timer_t retry;		/* of a failed step before the engine */
	unsigned int tries;
	int send_error;			/* errno of the last datagram; 0: it went out */
	enum ike_state state;		/* as last told */
	double since;
	struct tunnel_error error;
	struct ike_lease *lease;	/* what the peer has assigned to us, or NULL */
	uint64_t failures[IKE_ERROR_COUNT];	/* since the daemon's start */
	struct past *past;	/* NULL: nothing yet */
};

struct tunnel *tunnel_new(struct daemon *daemon, struct config_tunnel *config);
/* Takes it down and forgets it. The loop must run once more. */
void tunnel_free(struct tunnel *tunnel);

/* now: also when start is wait or on-demand. Clears the last error. */
void tunnel_start(struct tunnel *tunnel, bool now);
/* DELETE to the peer; SAs, routes, device gone. */
void tunnel_stop(struct tunnel *tunnel);
/* Another configuration for it: what did not change stays as it is. */
void tunnel_change(struct tunnel *tunnel, struct config_tunnel *config);

/* Negotiates it anew with ESP in UDP, or, @on false, as configured. False: it cannot be tried. */
bool tunnel_try_udp(struct tunnel *tunnel, bool on);

/* NULL: none. */
struct tunnel *tunnel_find(const struct daemon *daemon, const char *name);
struct tunnel *tunnel_of_device(const struct daemon *daemon, uint32_t ifindex);
/* One configured between these that the engine does not have: taken down, or not ready. */
struct tunnel *tunnel_without_engine(const struct daemon *daemon, const struct ike_address *local,
				     const struct ike_address *remote);

/* From the engine's ops, so nothing is done at once. */
void tunnel_event(struct daemon *daemon, const struct ike_event *event);
/* What the peer has assigned reaches the device. */
void tunnel_configured(struct daemon *daemon, const char *name, const struct ike_lease *lease);
/* Whether this is the password of one of the tunnel's users. */
bool tunnel_verify(struct daemon *daemon, const char *name, const char *user,
		   const uint8_t *password, size_t length);
void tunnel_sent(struct daemon *daemon, const struct ike_address *remote, int error);
/* Something waits for tunnels_work(), which the loop calls. */
bool tunnels_pending(const struct daemon *daemon);
void tunnels_work(struct daemon *daemon);

/*
 * An SA of the tunnel is about to be there, or has another address now: a peer that the tunnel does
 * not name gets its route in transport mode. And it is gone. 0 or a negative errno.
 */
int tunnel_sa_put(struct tunnel *tunnel, const struct ike_sa *sa, struct anl_error *error);
void tunnel_sa_gone(struct tunnel *tunnel, const struct ike_sa *sa);

/* The host's addresses or routes changed. */
void tunnels_refresh(struct daemon *daemon);
/* The device was removed by somebody else. */
void tunnel_device_lost(struct tunnel *tunnel);

/*
 * Established, and the kernel's routes over its device are in use: it takes up those of IPv6 when
 * it tells of the carrier, which is some time after the first SA.
 */
bool tunnel_is_usable(const struct tunnel *tunnel);

/* Milliseconds to the next try of a failed step; IKE_NEVER: none waits. */
uint64_t tunnel_retry_in(const struct tunnel *tunnel);

#endif

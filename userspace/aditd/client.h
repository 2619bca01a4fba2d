/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to the control socket: its requests, answered in order, and what it waits for.
 */
#ifndef ADITD_CLIENT_H
#define ADITD_CLIENT_H

#include <jansson.h>
#include <uv.h>

struct client;
struct daemon;
struct tunnel;

/* gone is called once, when the connection is over; the client is freed after it. NULL when there
 * is nothing to accept. */
struct client *client_accept(struct daemon *daemon, uv_stream_t *listener,
			     void (*gone)(void *ctx, struct client *client), void *ctx);
int client_fd(const struct client *client);
/* Says why and hangs up. */
void client_refuse(struct client *client, const char *code, const char *text);
void client_close(struct client *client);

/* As control_event() and control_tunnel_changed(). May close it. */
void client_event(struct client *client, const char *tunnel, json_t *event);
void client_tunnel_changed(struct client *client, const struct tunnel *tunnel);

/* The list that the control socket keeps. */
void client_link(struct client **list, struct client *client);
void client_unlink(struct client **list, struct client *client);
struct client *client_next(const struct client *client);

#endif

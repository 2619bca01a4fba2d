/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remote access: what stands between the end of phase 1 and an established session. First the
 * client logs in (XAUTH), then it gets its address and what else it needs (mode config). Until both
 * are done no quick mode begins, and the session counts as half-open.
 */
#ifndef ADIT_IKE_ACCESS_H
#define ADIT_IKE_ACCESS_H

#include "ike/ike.h"
#include "ike/selector.h"
#include "ike/timer.h"

struct connection;
struct lease;
struct pair;
struct session;

enum access_step {
	ACCESS_CLOSED, /* phase 1 is not complete */
	ACCESS_LOGIN, /* XAUTH: the question or its answer is due */
	ACCESS_DELAY, /* server: a wrong password waits before it is answered */
	ACCESS_VERDICT, /* server: user and password are right, the client is told so */
	ACCESS_CONFIG, /* mode config is due */
	ACCESS_REFUSED, /* server: the client is told so, then the session ends */
	ACCESS_OPEN,
};

struct access {
	enum access_step step;
	unsigned int failures; /* server: wrong passwords */
	bool asked; /* client: it has answered once */
	bool contact; /* the peer said INITIAL-CONTACT, which counts once it has logged in */
	char user[IKE_USER_MAX]; /* who has logged in; "" */
	struct lease *lease; /* server: what the client has got */
	struct timer timer;
};

/* Whether one of the two methods with a user behind phase 1 (IKE_AUTH_*). */
bool access_is_xauth(uint16_t method);
bool access_needed(const struct connection *c);
/* We are the side that asks for users and gives addresses. */
bool access_is_server(const struct connection *c);
/* Ours is the last message of a login or of mode config: that it arrived is not known. */
bool access_ends(const struct connection *c);
bool access_pending(const struct session *s);

void access_init(struct session *s);
/* The session dies: its timer and its lease go. */
void access_end(struct session *s);

/* Phase 1 is complete; XAUTH is over; mode config too, and the session is established. */
void access_begin(struct session *s);
void access_logged_in(struct session *s);
void access_open(struct session *s);
/* It comes to nothing: reported, DELETE to the peer, the session is dead. */
void access_fail(struct session *s, enum ike_error error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The peer has deleted the phase 1 meanwhile. */
void access_deleted(struct session *s);
/* Server: the peer has been told no; soon the session ends. */
void access_refused(struct session *s);
/* The same step lasts until this time at most. */
void access_wait(struct session *s, enum access_step step, uint64_t time);

/* The client's inside address, NULL without. */
const struct ike_address *access_inner(const struct session *s);
/* The pair's selectors for this session: the client's side is what it has got, no more. */
void access_selectors(const struct session *s, const struct pair *p, struct selector *ours,
		      struct selector *theirs);

#endif

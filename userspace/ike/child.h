/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child: a pair of IPsec SAs, one in each direction, from the SPI's allocation to the removal. Of
 * a bundle two pairs, ESP and AH around it (RFC 2408 4.2), which come and go together.
 *
 * Make before break (RFC 2409 says nothing about it, so this is our side's care): the inbound SA is
 * there before the peer can send on it; the outbound one is used when the peer can receive on it; a
 * child that was replaced first loses its outbound SA, tells the peer, and keeps receiving for a
 * while.
 */
#ifndef ADIT_IKE_CHILD_H
#define ADIT_IKE_CHILD_H

#include "ike/session.h"
#include "ike/suite.h"

#define CHILD_KEY_MAX (2 * SUITE_KEY_MAX + 16)
#define CHILDREN_PER_PAIR 16
#define CHILD_TEXT_MAX 700

enum child_state {
	CHILD_NEGOTIATING,
	CHILD_INBOUND, /* receiving; the outbound SA waits for a sign of the peer */
	CHILD_ESTABLISHED,
	CHILD_DYING, /* outbound is gone, inbound still receives what is under way */
};

/* One protocol of a child, with its SA in each direction. */
struct part {
	uint8_t protocol; /* IKE_PROTO_ESP, IKE_PROTO_AH */
	uint32_t spi_in, spi_out;
	struct proposal proposal;
	uint8_t key_in[CHILD_KEY_MAX], key_out[CHILD_KEY_MAX];
	bool installed_in, installed_out;
	struct table_link by_spi;
};

#define CHILD_PARTS_MAX 2

struct child {
	struct child *next;
	struct ike *ike;
	struct session *session; /* NULL: its phase 1 is gone */
	struct connection *connection;
	struct pair *pair;
	bool dead;
	bool initiator;
	bool rekeying; /* our successor is being negotiated */
	bool confirmed; /* the peer was seen on it */
	bool replaced; /* a better one of the same selectors is there */
	bool outdated; /* one that is plainly later is there, or was: succession_outdated() */
	bool namesakes; /* whichever phase 1 of that name is its peer's: each hears its DELETE */
	bool suspect; /* the peer may have lost it: renew it when a phase 1 is there */
	const char *due; /* why it is to be renewed before its time; NULL: it is not */
	const char *cause; /* why we renewed another with it */
	enum child_state state;
	uint64_t number;
	struct exchange *exchange; /* its quick mode, while that is remembered */
	struct lease *lease; /* the client's address that it is for, or NULL */

	/* The first carries the traffic, a second one is the AH around it. */
	struct part parts[CHILD_PARTS_MAX];
	unsigned int part_count;
	const struct dh_group *group; /* NULL: no PFS */
	bool tunnel, encap;
	struct selector local_ts, remote_ts;
	struct ike_endpoint local, remote; /* as installed */
	uint8_t rank[32]; /* the smaller nonce: settles simultaneous rekeys */
	uint64_t lifetime; /* seconds */
	uint64_t lifebytes; /* the smaller of both sides'; 0: no limit */
	uint64_t begun, agreed, established; /* ms; 0: not yet */
	uint64_t seen; /* when the peer was seen on it first: ms; 0: not yet */
	struct timer outbound, rekey, expire, retire;
};

/* @esp, @ah: what it is made of, one of them or both. */
struct child *child_new(struct session *s, struct pair *p, bool initiator, bool esp, bool ah);
/* Removes its SAs without a word. */
void child_kill(struct child *c);
void engine_reap_children(struct ike *ike);
/* By an SPI that we receive on, of any of its parts. */
struct child *child_find(struct ike *ike, uint8_t protocol, uint32_t spi_in);
/* By one that the peer receives on. */
struct child *child_find_out(struct session *s, uint8_t protocol, uint32_t spi_out);

/* Whether one of its parts has this SPI, of whichever protocol. */
bool child_receives_on(const struct child *c, uint32_t spi_in);
bool child_sends_on(const struct child *c, uint8_t protocol, uint32_t spi_out);

/* Inbound SA in; false, and the child dead, when the kernel refuses. */
bool child_receive(struct child *c);
/* Outbound SA in: the child is established, older ones of its selectors are replaced. */
void child_establish(struct child *c);
/* Whether an older one for the same traffic with the same peer is in use. */
bool child_renews(const struct child *c);
/*
 * We are the initiator and the third message is out: establish it now when there is nothing that
 * could be lost, otherwise at the peer's first sign or after a short wait, which a repeated second
 * message begins anew. @committed: the peer wants to say when (RFC 2408 3.1).
 */
void child_await(struct child *c, bool committed);
/* DELETE to the peer; sends no more, receives for a moment longer. */
void child_delete(struct child *c);
/* The peer deleted it. */
void child_deleted(struct child *c);
/* Its successor could not be negotiated: try again before it ends. */
void child_rekey_failed(struct child *c);
struct child *child_by_number(const struct ike *ike, uint64_t number);
/* Begins a successor; @why is told when that is there. */
void child_renew(struct child *c, const char *why);
/* The kernel does not use it any more. */
void child_expired(struct child *c);
/* Keep sending, but where the peer is now. */
void child_move(struct child *c, const struct ike_endpoint *local,
		const struct ike_endpoint *remote);

/* The newest usable child of a pair, NULL without. */
struct child *child_current(const struct pair *p);
/*
 * Whether quick mode for the pair is under way, begun by either side; with the peer of @s, or, @s
 * NULL, with any. Who began one and does not end it is not waited for long.
 */
bool child_negotiating(const struct pair *p, const struct session *s);
/* Whether the session's peer is the child's, so that it may speak about it. */
bool child_same_peer(const struct child *c, const struct session *s);
/* How many of the session's peer a pair has. */
unsigned int child_count(const struct pair *p, const struct session *s);
/* One that could be used is gone: events and retries, when it was the last. */
void child_lost(struct child *c);

/*
 * The SAs of one direction go into the kernel, all or none; false, and the reason reported, when it
 * refuses. And out of it: those that are there.
 */
bool child_install(struct child *c, enum ike_direction direction);
void child_uninstall(struct child *c, enum ike_direction direction);
/* Tells the kernel where the peer is now. */
void child_update(const struct child *c);
/* "aes128gcm16", of a bundle "aes128gcm16 in AH sha256" */
const char *child_proposal_text(const struct child *c, char *text, size_t size);
/* Its weak algorithms, "" without. */
const char *child_weak_text(const struct child *c, char *text, size_t size);
/* "ESP aes128gcm16 tunnel, SPI in 0x… out 0x…, 10.1.0.0/16 === 10.2.0.0/16" */
const char *child_text(const struct child *c, char *text, size_t size);

#endif

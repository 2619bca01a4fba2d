/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathering the facts of facts.h. Each function adds its members and leaves out what it cannot
 * find out; every question to a peer is asked a few times at most.
 */
#ifndef ADIT_TOOL_GATHER_H
#define ADIT_TOOL_GATHER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "adit/capture.h"
#include "ike/address.h"
#include "netlink/prefix.h"

struct anl;

/**
 * struct gather - what the functions share
 * @facts: what has been found out
 * @anl: rtnetlink; NULL when that cannot be opened
 * @capture: NULL without the right to it, or without a peer's address
 * @local, @remote: outer addresses, AF_UNSPEC while not known
 * @mark: that the daemon gives its own packets where a rule must tell them apart
 */
struct gather {
	json_t *facts;
	const char *name;
	const char *socket;
	struct anl *anl;
	struct capture *capture;
	struct ike_address local, remote;
	uint32_t mark;
};

/** gather - all of it for tunnel @name. Return: the facts, a new reference. */
json_t *gather(const char *name, const char *socket);

/* daemon, tunnel; again: "later" */
void gather_daemon(struct gather *g);
/** gather_status - the tunnel's status again, as member @as. False when it is not to be had. */
bool gather_status(struct gather *g, const char *as);

/** gather_tunnels - the status of all tunnels; NULL, or to be freed. */
json_t *gather_tunnels(const struct gather *g);

/** gather_signatures_wanted - only signed modules load: Secure Boot, lockdown, or sig_enforce. */
bool gather_signatures_wanted(void);
/** gather_signatures_enforced - this very kernel says so, not only its firmware. */
bool gather_signatures_enforced(void);
/** gather_module - what modinfo(8) says of the module's file, "" if there is none; to be freed. */
char *gather_module(const char *field);
/* host.module.refusal: why the kernel does not load it, where it needs a signature; as root only */
void gather_refusal(struct gather *g);
/* host, file: why there is no daemon */
void gather_host(struct gather *g);
void gather_file(struct gather *g);

/* route: the way to the peer and into the tunnel */
void gather_route(struct gather *g);
/* route.forwarded: the way of what hosts behind us send into the tunnel; after gather_system() */
void gather_forwarded(struct gather *g);
/* system: forwarding, reverse path filter; the second call adds what grew */
void gather_system(struct gather *g);
/* counters: of packets that the kernel drops; the second call leaves what grew */
void gather_counters(struct gather *g);
/* firewall: what nft knows of our own rules */
void gather_firewall(struct gather *g);
/* probe: questions to the peer; as root only */
void gather_peer(struct gather *g);
/* phase2: questions to the peer about phase 2, through the daemon */
void gather_phase2(struct gather *g);
/* inside: pings through the tunnel; as root only */
void gather_inside(struct gather *g);
/** gather_pings - a few pings through the tunnel. Return: one was answered. */
bool gather_pings(struct gather *g);
/* trial: the tunnel in UDP for a moment, where ESP seems to be lost; once "wire" is there */
void gather_trial(struct gather *g);

/**
 * gather_mapping - "mapping": how long the NAT in front of us keeps its mapping; for a tunnel that
 * is up and in which nothing else was found to be wrong, since it takes up to three minutes
 * @facts: of gather()
 */
void gather_mapping(json_t *facts, const char *socket);

/** gather_ends - the outer addresses and the mark, of what the daemon said. False: not known. */
bool gather_ends(struct gather *g);
/** gather_listen - watch the wire from now on; NULL without the right to it. */
struct capture *gather_listen(const struct gather *g);
/** gather_keepalive - one NAT keepalive to the peer (RFC 3948 2.3), in place of the daemon. */
void gather_keepalive(const struct gather *g);

/**
 * gather_run - what a program writes to its outputs, at most 1 MiB
 * @status: its exit status; -1: it could not be run, or took longer than 30 s
 *
 * Return: text to be freed; never NULL.
 */
char *gather_run(const char *const *words, int *status);

/** gather_text - a file's first line without its end; "" when it cannot be read. */
const char *gather_text(const char *path, char *text, size_t size);

/** gather_address - as netlink has it */
struct anl_address gather_address(const struct ike_address *address);

#endif

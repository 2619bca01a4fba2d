/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for IKE engines: a virtual clock, a network that loses, repeats, delays and damages
 * datagrams, NATs, and a kernel for each engine that only remembers SAs. Everything random comes
 * from one seed, so a run can be repeated exactly.
 */
#ifndef ADIT_SELFTESTS_WORLD_H
#define ADIT_SELFTESTS_WORLD_H

#include "ike/ike.h"

#define WORLD_KEY_MAX 160
/* Unix time at which its clock begins, for certificates: 2027-01-15. */
#define WORLD_EPOCH INT64_C(1800000000)

/* An SA that an engine has installed. */
struct world_sa {
	struct world_sa *next; /* newest first */
	struct ike_sa sa; /* its strings and keys are the copies below or NULL */
	char names[96];
	uint8_t key[WORLD_KEY_MAX];
	size_t key_length;
	uint64_t installed; /* when */
	bool used; /* inbound: something was received on it */
};

/* What one event said, kept for the tests. */
struct world_event {
	enum ike_event_code code;
	enum ike_error error;
	uint64_t time;
	bool authenticated;
	char text[400];
};

#define WORLD_EVENTS 128

struct side {
	struct world *world;
	unsigned int index;
	struct ike *ike; /* NULL: it is switched off */
	struct ike_address address;
	struct world_sa *sas;
	unsigned int sa_count, installs, removes;
	bool changed; /* an SA came or went since on_change was called */
	int refuse_install; /* a negative errno for sa_install */
	uint8_t refuse_protocol; /* for SAs of this one, too; 0: none */
	uint64_t sent, received;
	/* The last events, round and round. */
	struct world_event events[WORLD_EVENTS];
	unsigned int event_count;
	unsigned int counts[IKE_EVENT_CODE_COUNT];
	enum ike_error last_error;
	uint64_t scheduled; /* the deadline that is in the heap */
	/* The NAT in front of it, if any. */
	bool nat;
	struct ike_address public;
	uint16_t mapped[2]; /* outer ports of 500 and 4500; 0: no mapping now */
	uint64_t mapped_time[2];
	uint64_t nat_timeout; /* ms; 0: a mapping lasts */
	uint16_t ports[2]; /* that its sockets for 500 and 4500 are really bound to */
	bool unreachable; /* everything from and to it is lost */
	struct ike_lease lease; /* what mode config has assigned last */
	unsigned int keys; /* how often it has computed the keys of a phase 1 */
	unsigned int configured, verified; /* how often it has; how many passwords it has judged */
};

struct datagram {
	uint64_t time, order;
	struct ike_endpoint from, to; /* as on the wire behind the NATs */
	unsigned int sender;
	unsigned int number; /* how many this sender sent before, from 0 */
	uint8_t *bytes;
	size_t length;
	bool forged; /* nobody who has the keys made it so */
};

enum verdict {
	WORLD_PASS,
	WORLD_DROP,
	WORLD_TWICE,
	WORLD_DAMAGE, /* one bit, anywhere */
	WORLD_LATE /* arrives after what is sent in the next seconds */
};

struct wakeup {
	uint64_t time;
	unsigned int side;
};

struct world {
	uint64_t now, random, order;
	struct side *sides;
	unsigned int side_count;
	struct datagram *datagrams; /* a heap */
	size_t datagram_count, datagram_size;
	struct wakeup *wakeups; /* another */
	size_t wakeup_count, wakeup_size;
	/* The network: per thousand, damage only to what is encrypted; latency, jitter in ms */
	unsigned int loss, twice, damage, late, latency, jitter;
	/* Decides about each datagram instead, when set. */
	enum verdict (*judge)(struct world *w, const struct datagram *d);
	void (*on_event)(struct side *s, const struct ike_event *event);
	/* After each datagram or tick that installed or removed SAs of a side. */
	void (*on_change)(struct side *s);
	/* Set as soon as something is so that must never be. */
	const char *broken;
	/* Every datagram waits until world_release(). */
	bool hold;
	void *test;
	bool tell; /* print every event */
};

struct world *world_new(uint64_t seed, unsigned int sides);
void world_free(struct world *w);
uint64_t world_random(struct world *w);
/* True @permille times out of a thousand. */
bool world_chance(struct world *w, unsigned int permille);

/* Switches an engine on, or off as kill -9 does: its kernel's SAs go too, the peer's do not. */
void world_on(struct world *w, unsigned int side);
void world_off(struct world *w, unsigned int side);
/* Puts a NAT before a side. */
void world_nat(struct world *w, unsigned int side);
/* The NAT forgets what it knew: new outer ports from the next datagram on. */
void world_rebind(struct world *w, unsigned int side);
/* Puts a datagram into the network that nobody sent, as an attacker would. */
void world_forge(struct world *w, const struct ike_endpoint *from, const struct ike_endpoint *to,
		 const uint8_t *bytes, size_t length);

/*
 * With hold: how many datagrams of a side wait; and the oldest of them arrives, now, or is lost.
 */
unsigned int world_held(const struct world *w, unsigned int sender);
void world_release(struct world *w, unsigned int sender, bool lost);
/*
 * All that a stranger must not be able to change, in one number: phase 1s with their states and
 * places, children, SAs.
 */
uint64_t world_digest(struct world *w, unsigned int side);

/* After having called into a side's engine from outside. */
void world_touched(struct world *w, unsigned int side);
/* Runs until @time, or until @done says so; returns whether it did. */
bool world_run(struct world *w, uint64_t time, bool (*done)(struct world *w));

enum ike_state world_state(struct world *w, unsigned int side, const char *connection);
/* How many IKE SAs and children its status shows. */
unsigned int world_ike_sas(struct world *w, unsigned int side);
unsigned int world_children(struct world *w, unsigned int side);
/* Whether an event of this code with this part in its text came. */
bool world_said(struct world *w, unsigned int side, enum ike_event_code code, const char *part);

/* Newest outbound SA of a side towards an address, NULL without. */
struct world_sa *world_outbound(struct world *w, unsigned int side, const struct ike_address *to);
/*
 * One ESP packet from side to side: NULL when it arrived, otherwise why it did not. Tells the
 * receiver's engine about first use when @notice.
 */
const char *world_esp(struct world *w, unsigned int from, unsigned int to, bool notice);
/* The same of one pair of networks; the two sides name their pairs in the same order. */
const char *world_esp_pair(struct world *w, unsigned int from, unsigned int to, unsigned int pair,
			   bool notice);
/* NULL, or what is wrong: two sides with different keys or algorithms for one SPI. */
const char *world_check(struct world *w);

/* A connection from one side to another with everything at an easy value. */
struct ike_connection world_connection(struct world *w, unsigned int from, unsigned int to);
/* Adds it; fails the test program when it is refused. */
void world_add(struct world *w, unsigned int side, const struct ike_connection *c);

#endif

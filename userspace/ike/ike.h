/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IKEv1 engine: RFC 2407, 2408, 2409, 3706, 3947, 3948.
 *
 * Pure: datagrams, kernel notifications and time go in; datagrams, SA operations and events come
 * out through struct ike_ops. It opens no socket, reads no clock and no file, and has no global
 * mutable state: one process can hold any number of engines. An engine is not thread-safe; ops
 * are called from within the functions below, and must not call back into the same engine, except
 * for ike_status() and ike_deadline().
 *
 * Time is in milliseconds of a monotonic clock, never zero and never going backwards.
 *
 * The loop of a daemon:
 *
 *	ike = ike_new(&ops, ctx);
 *	ike_connection_add(ike, &connection, now, error, sizeof(error));   (start `always` begins at
 *once) for (;;) { wait for a datagram or a kernel event, until ike_deadline(ike); ike_input(ike,
 *&local, &remote, bytes, length, now);     (for each datagram) ike_tick(ike, now); (when the
 *deadline has come)
 *	}
 *	ike_shutdown(ike, now);
 *	ike_free(ike);
 */
#ifndef ADIT_IKE_IKE_H
#define ADIT_IKE_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/address.h"
#include "ike/events.h"

#define IKE_PORT 500			/* RFC 2408 2.5.1 */
#define IKE_PORT_NATT 4500		/* RFC 3947 4 */
#define IKE_NEVER UINT64_MAX		/* ike_deadline(): nothing is scheduled */
#define IKE_DATAGRAM_MAX 65507		/* no datagram is longer, in or out */
#define IKE_PAIRS_MAX 64		/* selector pairs of a connection */
#define IKE_FILES_MAX 16		/* of CAs, of revocation lists */
#define IKE_PROPOSALS_MAX 32		/* proposals of a phase */
#define IKE_NAME_MAX 64			/* bytes of a connection's name with its NUL */
#define IKE_USER_MAX 128		/* bytes of a user's name with its NUL */
#define IKE_SECRET_SHORT 20		/* bytes of a pre-shared key; below, guesses may find it */
#define IKE_PASSWORD_MAX 256		/* bytes of a password */
#define IKE_DNS_MAX 8			/* name servers by mode config */
#define IKE_NETWORKS_MAX 64		/* networks by mode config */
#define IKE_RESERVED_MAX 16		/* addresses of a pool that are not given away */
#define IKE_BANNER_MAX 512		/* bytes of a banner with its NUL */
#define IKE_DOMAIN_MAX 256

struct ike;

enum ike_auth {
	IKE_PSK,
	IKE_RSASIG,			/* RFC 2409 5.1 */
	IKE_ECDSA_256,			/* RFC 4754: on P-256 with SHA-256, and so on */
	IKE_ECDSA_384,
	IKE_ECDSA_521,
	/* Behind one of these the client logs in with user and password (XAUTH) */
	IKE_XAUTH_PSK,
	IKE_XAUTH_RSASIG,
	IKE_HYBRID			/* only the server proves itself, by signature */
};

/* Who begins the configuration of the client (draft-ietf-ipsec-isakmp-mode-cfg-05 3.3) */
enum ike_mode_config {
	IKE_MODE_CONFIG_NO,
	IKE_MODE_CONFIG_PULL,		/* the client asks */
	IKE_MODE_CONFIG_PUSH		/* the server sends unasked */
};

enum ike_exchange {
	IKE_MAIN_MODE,			/* RFC 2409 5, identity protection */
	IKE_AGGRESSIVE_MODE
};

enum ike_mode {
	IKE_MODE_TUNNEL,
	IKE_MODE_TRANSPORT
};

enum ike_protocol {
	IKE_PROTOCOL_ESP = 50,		/* IP protocol numbers */
	IKE_PROTOCOL_AH = 51
};

enum ike_encap {
	IKE_ENCAP_AUTO,			/* UDP when NAT is found (RFC 3947) */
	IKE_ENCAP_FORCE,		/* make both sides see NAT */
	IKE_ENCAP_NEVER			/* no NAT-T at all */
};

enum ike_dpd_action {
	IKE_DPD_RESTART,		/* forget the peer's SAs and negotiate again */
	IKE_DPD_CLEAR,			/* forget them and wait for the peer (or `up`) */
	IKE_DPD_HOLD			/* forget them and wait for a packet: dormant */
};

enum ike_start {
	IKE_START_ALWAYS,		/* at once, and again for ever whenever it is down */
	IKE_START_ON_DEMAND,		/* at ike_acquire() */
	IKE_START_WAIT			/* the peer initiates, or ike_start() */
};

/* When a peer's identity comes from another address than the one it is at (unique.h) */
enum ike_unique {
	IKE_UNIQUE_REPLACE,		/* what it had there is deleted */
	IKE_UNIQUE_KEEP,		/* it is refused while that is there */
	IKE_UNIQUE_NEVER		/* both stay, and INITIAL-CONTACT is ignored */
};

enum ike_send_cert {
	IKE_SEND_CERT_IFASKED,		/* when the peer asks with a CERTREQ (RFC 2408 3.10) */
	IKE_SEND_CERT_ALWAYS,
	IKE_SEND_CERT_NEVER
};

/* What a file holds, PEM or DER, and what it is called in texts. data NULL: there is none. */
struct ike_file {
	const char *name;
	const uint8_t *data;
	size_t length;
};

struct ike_pair {
	struct ike_selector local;
	struct ike_selector remote;
};

/* What a client gets by mode config, and what a server gives besides the address. */
struct ike_lease {
	struct ike_address address;	/* the client's, inside; AF_UNSPEC: none */
	struct ike_address dns[IKE_DNS_MAX];
	size_t dns_count;
	struct ike_selector networks[IKE_NETWORKS_MAX]; /* behind the server: where to route */
	size_t network_count;
	char domain[IKE_DOMAIN_MAX];	/* "" without; so is the next. Printable. */
	char banner[IKE_BANNER_MAX];
};

/*
 * A connection as configured. The engine copies everything; nothing needs to outlive the call.
 * Zero in a field named "0: …" takes that default. Strings that may be NULL say so.
 */
struct ike_connection {
	const char *name;		/* unique in the engine */
	struct ike_address local;	/* AF_UNSPEC only together with start wait */
	struct ike_address remote;	/* AF_UNSPEC: any peer, start wait only */
	uint16_t remote_port;		/* 0: 500 */
	/* 0: 4500. The same as remote_port: NAT-T is spoken from the first message on. */
	uint16_t remote_natt_port;
	/*
	 * Identities as in the configuration: an address, an fqdn, user@fqdn, a DN, a key id
	 * (identity.h has the grammar). NULL: the address. remote_id "%any" takes whatever the
	 * peer proves to be.
	 */
	const char *local_id;
	const char *remote_id;
	enum ike_auth auth;
	const uint8_t *psk;		/* NULL: ops->secret is asked */
	size_t psk_length;
	/*
	 * For signatures. Our certificate, then those between it and its root; our private key; the
	 * CAs that we trust, each certificate ending a chain, and those CAs' revocation lists. Or,
	 * instead of CAs, the peer's own certificate or public key, pinned. local_id NULL is then
	 * our certificate's subject; remote_id NULL with a pinned key is whatever the peer says.
	 */
	struct ike_file cert, key;
	const struct ike_file *ca;
	size_t ca_count;		/* at most IKE_FILES_MAX, as the next */
	const struct ike_file *crl;
	size_t crl_count;
	struct ike_file remote_cert;
	enum ike_send_cert send_cert;
	enum ike_exchange exchange;

	/*
	 * Proposal words in order of preference: "aes128-sha1-modp1024", "aes256-sha256-modp2048".
	 * Phase 2: a group asks for PFS. A proposal without a cipher ("sha256-modp2048") belongs in
	 * ah. With both lists each child is a bundle: AH around ESP (RFC 2408 4.2), of one group.
	 */
	const char *const *ike;
	size_t ike_count;
	const char *const *esp;
	size_t esp_count;
	const char *const *ah;
	size_t ah_count;

	const struct ike_pair *pairs;	/* each one child; at least one, at most IKE_PAIRS_MAX */
	size_t pair_count;
	enum ike_mode mode;

	uint32_t ike_lifetime;		/* seconds; 0: 28800 */
	uint64_t ike_lifebytes;		/* bytes of its own messages, both ways; 0: no limit */
	uint32_t esp_lifetime;		/* seconds; 0: 3600 */
	uint64_t esp_lifebytes;		/* bytes; 0: no limit */
	uint32_t rekey_margin; /* seconds before the end; 0: 540, less for short lifetimes */
	unsigned int rekey_fuzz;	/* percent of the margin that is added at random */
	uint32_t replay_window;		/* packets; passed to sa_install */
	bool esn;			/* RFC 4304: offer and require extended sequence numbers */

	bool commit; /* responder: set the commit bit, and say CONNECTED in a fourth message */

	enum ike_encap encap;
	uint32_t keepalive;		/* seconds, RFC 3948 4; 0: 20 */
	uint32_t dpd_delay;		/* seconds; 0: DPD off (R-U-THEREs are answered anyway) */
	uint32_t dpd_timeout;		/* seconds; 0: three times the delay */
	enum ike_dpd_action dpd_action;
	enum ike_start start;
	enum ike_unique unique;		/* responder */

	/*
	 * Remote access. With one of the XAUTH methods exactly one of the next two says which side
	 * we are; the client is the one that logs in, whoever begins phase 1.
	 */
	const char *xauth_user;		/* NULL: we do not log in */
	const uint8_t *xauth_password;
	size_t xauth_password_length;
	bool xauth_server;		/* the peer logs in: ops->xauth_verify is asked */
	enum ike_mode_config mode_config;
	struct ike_selector pool;	/* server: clients' addresses; AF_UNSPEC: we are client */
	struct ike_address reserved[IKE_RESERVED_MAX]; /* of the pool, never given away */
	size_t reserved_count;
	const struct ike_lease *gives;	/* server: what clients get besides; NULL: nothing */
};

enum ike_direction {
	IKE_IN,
	IKE_OUT
};

/*
 * One IPsec SA, whole, as the kernel wants it: names and key layout are those of `ip xfrm state`.
 * Pointers are valid during the call only; the keys are erased by the engine afterwards, the
 * receiver erases its own copies.
 */
struct ike_sa {
	const char *connection;
	uint64_t child; /* the same for both SAs of a child; never reused in an engine */
	unsigned int pair;		/* index into the connection's pairs */
	enum ike_direction direction;
	enum ike_protocol protocol;
	uint32_t spi;			/* host byte order */
	/* ESP: the SPI of the AH SA, of the same child and direction, that goes around it; 0: none.
	 * That one is in transport mode and takes in nothing but ESP between the two hosts. */
	uint32_t bundle_spi;
	struct ike_address local;
	struct ike_address remote;
	bool encap;			/* UDP encapsulation (RFC 3948) between these two ports */
	uint16_t encap_local_port;
	uint16_t encap_remote_port;
	enum ike_mode mode;
	/* Either aead alone, or enc (ESP only) and auth. Unused names are NULL. */
	const char *aead;		/* "rfc4106(gcm(aes))"; the key ends with the salt */
	const char *enc;		/* "cbc(aes)" */
	const char *auth;		/* "hmac(sha1)" */
	const uint8_t *aead_key;
	size_t aead_key_length;
	const uint8_t *enc_key;
	size_t enc_key_length;
	const uint8_t *auth_key;
	size_t auth_key_length;
	unsigned int icv_bits;		/* of aead or auth */
	uint32_t replay_window;
	bool esn;
	/*
	 * Limits: 0 is none. The engine rekeys by its own clock before time_soft and removes the SA
	 * before time_hard; they are given so that the kernel stops by itself if the daemon dies.
	 */
	uint64_t byte_soft;
	uint64_t byte_hard;
	uint32_t time_soft;		/* seconds from now */
	uint32_t time_hard;
	/* What was agreed, both from our point of view. */
	struct ike_selector local_ts;
	struct ike_selector remote_ts;
	const char *proposal;		/* for people: "aes128gcm16-modp2048" */
};

struct ike_ops {
	/*
	 * Sends one UDP payload, which already has its non-ESP marker or is a keepalive where that
	 * is due. local.port is 500 or 4500: the socket to use, whatever it is bound to. May be
	 * lost: no return value.
	 */
	void (*send)(void *ctx, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		     const uint8_t *bytes, size_t length);
	/*
	 * Installs one SA. 0, or a negative errno: the engine gives the child up with the error
	 * `kernel` and tries again later. Installing an outbound SA makes it the one that is used
	 * for its selectors, atomically, also when older ones are still there.
	 */
	int (*sa_install)(void *ctx, const struct ike_sa *sa);
	/*
	 * Removes one. It may be gone already (hard expiry). Identified by direction, protocol,
	 * spi, local and remote; child, pair and connection are filled in too, no keys.
	 */
	void (*sa_remove)(void *ctx, const struct ike_sa *sa);
	/* The peer's address or encapsulation port of an installed SA changed. May be NULL. */
	int (*sa_update)(void *ctx, const struct ike_sa *sa);
	void (*event)(void *ctx, const struct ike_event *event);
	/* Fills the buffer with random bytes: cryptographically strong in production. */
	void (*random)(void *ctx, uint8_t *bytes, size_t length);
	/*
	 * The pre-shared key for a peer, for connections without one; identity is the peer's in
	 * text, or NULL where main mode does not know it yet. Returns its length (at most size), 0
	 * when there is none. May be NULL. The engine erases the buffer.
	 */
	size_t (*secret)(void *ctx, const char *connection, const struct ike_address *local,
			 const struct ike_address *remote, const char *identity, uint8_t *secret,
			 size_t size);
	/*
	 * Unix time in seconds, for the dates of certificates: the only clock that the engine ever
	 * asks for. NULL: every connection that verifies a certificate is refused.
	 */
	uint64_t (*time)(void *ctx);
	/*
	 * XAUTH, server: whether this is the user's password. It should take as long for an unknown
	 * user as for a known one. NULL: nobody may log in. The engine erases the password.
	 */
	bool (*xauth_verify)(void *ctx, const char *connection, const char *user,
			     const uint8_t *password, size_t length);
	/*
	 * Mode config, client: the peer has assigned this, before the first child that uses it is
	 * installed; again after each reauthentication. Valid during the call. May be NULL.
	 */
	void (*configured)(void *ctx, const char *connection, const struct ike_lease *lease);
	/*
	 * For Wireshark's ikev1_decryption_table: the initiator's cookie and the encryption key of
	 * a phase 1. NULL unless the administrator asked for a key log.
	 */
	void (*keylog)(void *ctx, const uint8_t cookie[8], const uint8_t *key, size_t length);
};

/* Limits of the engine as a whole. Zero takes the default. */
struct ike_limits {
	unsigned int half_open;		/* unauthenticated IKE SAs that peers began: 0: 1000 */
	unsigned int half_open_source;	/* of which from one address: 0: 250 */
};

/* NULL when memory is short. ops must outlive the engine. */
struct ike *ike_new(const struct ike_ops *ops, void *ctx);
/* Frees everything, erases keys; says nothing to peers and removes no SA: ike_shutdown() first. */
void ike_free(struct ike *ike);
/*
 * The UDP ports that the caller's two sockets are really bound to, when they are not 500 and 4500:
 * they go into NAT detection's hashes (RFC 3947 3.2) and into SAs in UDP. Everywhere else in this
 * interface a local port stays 500 or 4500, the name of one of the sockets.
 */
void ike_set_ports(struct ike *ike, uint16_t port, uint16_t natt_port);
void ike_set_limits(struct ike *ike, const struct ike_limits *limits);

/*
 * Checks a connection without adding it: false, and one sentence in error that names the field,
 * what is wrong and what is allowed. The daemon's --check calls it.
 */
bool ike_connection_check(const struct ike_connection *connection, char *error, size_t size);
/*
 * What works in a connection that passed the check, and should not stay so: each a sentence and the
 * option it is about. time: Unix time in seconds.
 */
void ike_connection_warnings(const struct ike_connection *connection, uint64_t time,
			     void (*warn)(void *ctx, const char *option, const char *text),
			     void *ctx);
/* Adds it, or replaces the one of that name. A replacement that changes nothing leaves its SAs
 * alone; one that changes only what the next rekey can apply (lifetimes, DPD, keepalive, start,
 * revocation lists)
 * keeps them too; any other takes the old ones down first, and begins anew what was started with
 * ike_start(). False as ike_connection_check(). */
bool ike_connection_add(struct ike *ike, const struct ike_connection *connection, uint64_t now,
			char *error, size_t size);
/* Takes its SAs down (with DELETE) and forgets it. False when there is none of that name. */
bool ike_connection_remove(struct ike *ike, const char *name, uint64_t now);

/* Brings a connection up now, or makes a waiting retry happen now; nothing happens to what is up
 * already. From here on it is kept up as with start always, until ike_stop(). */
bool ike_start(struct ike *ike, const char *name, uint64_t now);
/* Takes it down with DELETE and keeps it down: start always does not bring it back, ike_start()
 * and an acquire do; a peer may still initiate. */
bool ike_stop(struct ike *ike, const char *name, uint64_t now);

/*
 * Asks the peer, under the phase 1 that stands, whether it would take one of these proposals of
 * phase 2 (words as of esp, all of one group or without) for what is not up. No SA comes of it; the
 * answer is the event `answer`, within about 8 s. One question at a time. False, and one sentence
 * in error, when it cannot be asked.
 */
bool ike_ask(struct ike *ike, const char *name, const char *const *words, size_t count,
	     uint64_t now, char *error, size_t size);

/*
 * To measure how long a NAT in front of us keeps its mapping: offers the peer once more what is up,
 * leaves its answer unanswered, so that the peer repeats it, and sends nothing unasked (keepalives,
 * DPD) for @seconds from then on, or until it is called with 0. What comes in meanwhile is to be
 * watched on the wire. No SA comes of it. False, and one sentence in error, when that cannot be.
 */
bool ike_hush(struct ike *ike, const char *name, uint32_t seconds, uint64_t now, char *error,
	      size_t size);

/* One datagram, exactly the UDP payload, that arrived from remote at local (port 500 or 4500). */
void ike_input(struct ike *ike, const struct ike_endpoint *local, const struct ike_endpoint *remote,
	       const uint8_t *bytes, size_t length, uint64_t now);
/* Does what is due. Calling it early or often is harmless. */
void ike_tick(struct ike *ike, uint64_t now);
/* When ike_tick() must be called at the latest; IKE_NEVER if nothing is scheduled. Any other call
 * may change it. */
uint64_t ike_deadline(const struct ike *ike);
/* DELETE to every peer, every SA removed, nothing scheduled. */
void ike_shutdown(struct ike *ike, uint64_t now);

/*
 * Notifications from the kernel. An SA that is not ours is ignored. spi in host byte order.
 */
/* The first authenticated packet came in on an inbound SA. Optional: without it the engine takes
 * a new outbound SA into use after a short wait. */
void ike_sa_used(struct ike *ike, enum ike_protocol protocol, uint32_t spi, uint64_t now);
enum ike_limit {
	IKE_LIMIT_BYTES,		/* most of its bytes have passed: rekey */
	IKE_LIMIT_SEQUENCE,		/* it has no sequence number left: rekey */
	IKE_LIMIT_HARD			/* the kernel no longer uses it */
};

void ike_sa_expired(struct ike *ike, enum ike_protocol protocol, enum ike_direction direction,
		    uint32_t spi, enum ike_limit limit, uint64_t now);
/* A packet wants out and there is no SA. The packet's addresses choose the pair; NULL both: all. */
void ike_acquire(struct ike *ike, const char *connection, const struct ike_address *source,
		 const struct ike_address *destination, uint64_t now);
/* Authenticated ESP for this inbound SA came from another address or port (RFC 3948). */
void ike_mapping_changed(struct ike *ike, enum ike_protocol protocol, uint32_t spi,
			 const struct ike_endpoint *remote, uint64_t now);

/* For `adit status`. Strings and pointers are valid during the visit only; times are ms. */
enum ike_state {
	IKE_STATE_DOWN,			/* nothing, and nothing is being tried: "down" */
	IKE_STATE_DORMANT,		/* waits for a packet: "dormant" */
	IKE_STATE_CONNECTING, /* negotiates, or waits for the next attempt: "connecting" */
	IKE_STATE_ESTABLISHED		/* every pair has a usable child: "established" */
};

/* IKE messages to and from the peer of a connection since it was configured */
struct ike_contact {
	uint64_t sent, received;	/* all; received: of a phase 1 of ours, proven or not */
	uint64_t sent_natt, received_natt; /* of these, over port 4500 */
	uint64_t retransmits;		/* of these, sent again for want of an answer */
	uint64_t unanswered, unanswered_natt; /* sent since the last one came, over port 4500 */
	uint64_t last_received; /* ms since; IKE_NEVER: nothing ever came */
};

struct ike_status_connection {
	const char *name;
	enum ike_state state;
	struct ike_address local;
	struct ike_address remote;
	enum ike_error error;		/* the last one, kept until the connection is established */
	const char *error_code;		/* its word, "none" */
	const char *error_text;		/* one sentence what, one what to do; "" */
	uint64_t error_age;		/* ms since */
	unsigned int attempts;		/* since it was last established */
	uint64_t retry; /* ms until the next attempt; IKE_NEVER when none is waiting */
	unsigned int pairs;
	unsigned int pairs_up;
	uint64_t established; /* ms since it became established; IKE_NEVER when it is not */
	struct ike_contact contact;
};

struct ike_status_sa {
	bool established;
	bool replaced;			/* another one has taken over */
	const char *state;		/* "established", "main-1 sent" … for people */
	bool initiator;
	uint8_t initiator_cookie[8];
	uint8_t responder_cookie[8];
	struct ike_endpoint local;
	struct ike_endpoint remote;
	const char *proposal;		/* agreed; "" */
	const char *local_id;
	const char *remote_id;		/* as proven by the peer; "" before */
	const char *vendor;		/* known vendor ids of the peer, comma-separated; "" */
	const char *exchange;		/* "main", "aggressive" */
	const char *auth;		/* "psk", "rsasig", "ecdsa-256" … */
	const char *user;		/* XAUTH: who has logged in; "" */
	struct ike_address inner;	/* mode config: the client's address; AF_UNSPEC: none */
	const char *weak; /* what of it is weak, words and phrases, comma-separated; "" */
	bool nat_checked;		/* both sides speak NAT-T, so the next two are known */
	bool nat_local;			/* we are behind NAT */
	bool nat_remote;		/* the peer is */
	bool natt;			/* on port 4500 */
	bool dpd;			/* the peer supports DPD */
	uint64_t age;			/* since established, or since begun */
	uint64_t rekey;			/* ms until reauthentication; IKE_NEVER */
	uint64_t expire;		/* ms until the end of its lifetime */
	uint64_t last_seen;		/* ms since an authenticated message came */
};

struct ike_status_child {
	uint64_t child;
	unsigned int pair;
	const char *state;		/* "negotiating", "installing", "established", "rekeying",
					   "rekeyed", "deleted" */
	enum ike_protocol protocol;
	enum ike_mode mode;
	uint32_t spi_in;
	uint32_t spi_out;
	bool outbound;			/* outbound traffic uses this one */
	bool encap;
	bool esn;
	bool initiator;
	const char *proposal;		/* agreed, with the group when PFS was used */
	/* Of a bundle, whose protocol and SPIs above are ESP's: the AH around it; else 0 and "" */
	uint32_t ah_spi_in;
	uint32_t ah_spi_out;
	const char *ah_proposal;
	const char *weak;
	struct ike_selector local_ts;
	struct ike_selector remote_ts;
	uint64_t age;
	uint64_t rekey; /* ms until rekeying; IKE_NEVER when its successor is there */
	uint64_t expire;
};

/* Called in this order for each connection: connection, its sa's, its children. Any may be NULL. */
struct ike_visitor {
	void (*connection)(void *ctx, const struct ike_status_connection *status);
	void (*sa)(void *ctx, const struct ike_status_sa *status);
	void (*child)(void *ctx, const struct ike_status_child *status);
};

/* Visits one connection, or all when name is NULL. False when there is none of that name. */
bool ike_status(const struct ike *ike, const char *name, uint64_t now,
		const struct ike_visitor *visitor, void *ctx);
/* "established", "connecting", "dormant", "down" */
const char *ike_state_text(enum ike_state state);

/* What the engine counts, for `adit metrics`. All only ever grow, except the first two. */
struct ike_counters {
	unsigned int half_open;
	unsigned int ike_sas;
	uint64_t datagrams_in, datagrams_out;
	uint64_t dropped;		/* malformed, forged, unknown, not expected */
	uint64_t duplicates;		/* answered again from memory */
	uint64_t retransmits;
	uint64_t half_open_refused;
	uint64_t ike_up, child_up, failed;
};

void ike_counters(const struct ike *ike, struct ike_counters *counters);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration, checked: what option.c's table reads out of settings.h's texts.
 */
#ifndef ADITD_CONFIG_H
#define ADITD_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aditd/mistake.h"
#include "ike/ike.h"
#include "netlink/prefix.h"

#define CONFIG_PATH		"/etc/adit/adit.conf"
#define CONFIG_LISTEN_MAX	16
#define CONFIG_SELECTORS_MAX	32	/* of one side; their pairs are at most IKE_PAIRS_MAX */
#define CONFIG_ADDRESSES_MAX	16
#define CONFIG_ROUTES_MAX	256
#define CONFIG_SPLIT_MAX	IKE_NETWORKS_MAX
#define CONFIG_SECRET_MAX	512	/* bytes of a pre-shared key */

/* What becomes of packets to a tunnel's networks while it is down, if no other route is as long */
enum config_down { CONFIG_DOWN_BLOCK, CONFIG_DOWN_PASS };

/* How the peer is named */
enum config_remote { CONFIG_REMOTE_ADDRESS, CONFIG_REMOTE_NAME, CONFIG_REMOTE_ANY };

struct config_tunnel {
	char *name;			/* 1 to IKE_NAME_MAX - 1 bytes, printable, unique */
	char *file;
	unsigned int line;
	uint64_t given;			/* bit N: option N of option_tunnel[] stands in the file */

	char *device;			/* never NULL once checked */
	struct ike_address local;	/* AF_UNSPEC: the route's source */
	char *remote;			/* as written */
	enum config_remote remote_kind;
	struct ike_address remote_address; /* with CONFIG_REMOTE_ADDRESS */
	uint32_t remote_port, remote_natt_port;
	char *local_id;			/* NULL: the address */
	char *remote_id;
	int auth;			/* enum ike_auth */
	char *psk;			/* as written; wiped once psk_bytes are known */
	char *psk_file;
	uint8_t *psk_bytes;		/* CONFIG_SECRET_MAX of them are allocated */
	size_t psk_length;
	char *cert, *key, *remote_cert;
	char *ca[IKE_FILES_MAX];
	size_t ca_count;
	char *crl[IKE_FILES_MAX];
	size_t crl_count;
	int send_cert;			/* enum ike_send_cert */
	/* Their contents; the names are the paths above */
	struct ike_file cert_file, key_file, remote_cert_file;
	struct ike_file ca_file[IKE_FILES_MAX], crl_file[IKE_FILES_MAX];
	int exchange;			/* enum ike_exchange */
	char *ike[IKE_PROPOSALS_MAX];
	size_t ike_count;
	char *esp[IKE_PROPOSALS_MAX];
	size_t esp_count;
	char *ah[IKE_PROPOSALS_MAX];
	size_t ah_count;
	char *xauth_user;		/* we log in as this user; NULL: we do not */
	char *xauth_password_file;
	char *xauth_password;		/* of that file; wiped when freed */
	char *xauth_users;		/* the file of those who may log in; NULL: nobody does */
	int mode_config;		/* enum ike_mode_config */
	struct anl_prefix pool;		/* for clients; family AF_UNSPEC: none */
	struct ike_address dns[IKE_DNS_MAX]; /* for clients; so are the next two */
	size_t dns_count;
	struct anl_prefix split_include[CONFIG_SPLIT_MAX];
	size_t split_include_count;
	char *banner;
	struct ike_lease *gives;	/* these, as the engine takes them; NULL: no pool */
	int mode;			/* enum ike_mode */
	uint32_t ike_lifetime, esp_lifetime;	/* seconds */
	uint64_t ike_lifebytes;		/* 0: no limit */
	uint64_t esp_lifebytes;		/* 0: no limit */
	uint32_t rekey_margin;		/* seconds; 0: the engine's default */
	uint32_t rekey_fuzz;		/* percent */
	uint32_t replay_window;		/* packets */
	bool esn, commit;
	int encap;			/* enum ike_encap */
	uint32_t keepalive;		/* seconds */
	uint32_t dpd_delay, dpd_timeout;/* seconds; delay 0: off */
	int dpd_action;			/* enum ike_dpd_action */
	int start;			/* enum ike_start */
	int unique;			/* enum ike_unique */
	struct ike_selector local_ts[CONFIG_SELECTORS_MAX];
	size_t local_ts_count;
	struct ike_selector remote_ts[CONFIG_SELECTORS_MAX];
	size_t remote_ts_count;
	struct anl_prefix address[CONFIG_ADDRESSES_MAX];
	size_t address_count;
	struct anl_prefix route[CONFIG_ROUTES_MAX];	/* defaults filled in */
	size_t route_count;
	uint32_t metric;		/* 0: the kernel's default */
	uint32_t mtu;			/* bytes; 0: computed */
	int when_down;			/* enum config_down */
};

struct config {
	char *path;			/* the file that was read */
	uint64_t given;
	char *keylog;			/* NULL: none */
	int log_level;			/* enum ike_severity: the least severe that is shown */
	uint32_t half_open_limit, half_open_source_limit;
	uint32_t port, natt_port;
	struct ike_address listen[CONFIG_LISTEN_MAX];	/* none: all addresses */
	size_t listen_count;
	uint32_t mark; /* of our own outer packets where a rule must tell them apart */
	uint32_t table;			/* routing table for routes that hold the peer itself */
	struct config_tunnel **tunnels;
	size_t tunnel_count;
};

/*
 * Reads and checks. NULL when there is any mistake; mistakes then tells all of them. warnings get
 * what works and is weak or strange. Files are read as the caller may read them.
 */
struct config *config_load(const char *path, struct mistakes *mistakes, struct mistakes *warnings);
/* Wipes the secrets. NULL is allowed. */
void config_free(struct config *config);

/* NULL when there is none of that name. */
struct config_tunnel *config_tunnel(const struct config *config, const char *name);
/* Every setting is the same; file and line may differ. */
bool config_tunnel_equal(const struct config_tunnel *a, const struct config_tunnel *b);
/* The device, its addresses, routes, metric and MTU are the same. */
bool config_device_equal(const struct config_tunnel *a, const struct config_tunnel *b);

/* AF_UNSPEC without one. */
struct ike_selector config_pool(const struct config_tunnel *tunnel);

/* The tunnel as the engine takes it. local and remote are the addresses in use (AF_UNSPEC: any);
 * pairs has room for IKE_PAIRS_MAX. What is pointed to belongs to tunnel and pairs. */
void config_connection(const struct config_tunnel *tunnel, const struct ike_address *local,
		       const struct ike_address *remote, struct ike_pair *pairs,
		       struct ike_connection *connection);

/* All pairs of local and remote selectors of one family: how many there are, also above max. */
size_t config_pairs(const struct config_tunnel *tunnel, struct ike_pair *pairs, size_t max);

#endif

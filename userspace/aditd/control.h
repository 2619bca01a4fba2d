/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: what aditd and its clients (adit, scripts) say to each other.
 *
 * A Unix stream socket, ADIT_CONTROL_PATH unless --socket says otherwise, mode 0660, owner root,
 * group adit when that group exists. A peer whose uid (SO_PEERCRED) is neither 0 nor the daemon's
 * own, and who is not a member of the group adit, gets one error line (code "permission") and is
 * hung up on.
 *
 * Framing: one JSON object a line, UTF-8, ended by '\n'. A request longer than CONTROL_LINE_MAX
 * bytes is refused (code "request") and the connection closed. Several requests may follow each
 * other on one connection; they are answered in order, one at a time, as fast as the client reads
 * the answers. Who sends more than CONTROL_QUEUE_MAX * CONTROL_LINE_MAX bytes ahead (code
 * "busy"), or watches and does not read CONTROL_OUTPUT_MAX bytes, is hung up on: the daemon never
 * waits for a client. Closing the connection cancels what waits on it (not what it did).
 *
 * Answers: any number of {"event": EVENT} lines, then exactly one final line, {"result": {…}} or
 * {"error": {"code": …, "text": …}}. Unknown request members are refused, unknown answer members
 * must be ignored: new ones come by adding.
 *
 * Times: "time", "since", "established", "installed" are Unix seconds (float). "…_in" is seconds
 * from now (float, 0 when due), null when it does not apply. Bytes and packets are integers ≥ 0
 * and < 2^63.
 *
 * Requests
 *   {"command":"status"}                        all tunnels
 *   {"command":"status","tunnel":NAME}          one; error "unknown-tunnel" when there is none
 *       result: {"tunnels":[TUNNEL…]} in the order of the configuration
 *   {"command":"up","tunnel":NAME|"all","wait":SECONDS}
 *       starts it; SECONDS (number, 0 to 3600, default 0: answer at once) waits until each is
 *       established, or a whole attempt has failed with a refusal that trying again will not
 *       cure by itself (see "final" of an event), or the time is over. While waiting, the events of
 *       these tunnels are streamed. A tunnel that is up already is done at once.
 *       result: {"tunnels":[TUNNEL…]} of those asked for, when all of them are established, or
 *       wait is 0; otherwise error with the code and text of the last failure, "timeout" when
 *       there was none yet.
 *   {"command":"down","tunnel":NAME|"all"}
 *       DELETEs to the peer, SAs, routes and the device removed; the tunnel stays down until "up"
 *       or a reload that changes it. result: {"tunnels":[TUNNEL…]}
 *   {"command":"reload"}
 *       reads the configuration again. result: {"added":[NAME…],"removed":[NAME…],
 *       "changed":[NAME…],"unchanged":[NAME…],"warnings":[MISTAKE…]}. On mistakes nothing changes
 *       and the error has code "config", the first mistake as text, and "mistakes":[MISTAKE…].
 *       MISTAKE: {"file":PATH,"line":N (0 when none applies),"text":what is wrong, what is allowed}
 *   {"command":"monitor"}                       EVENT lines of all, until the client hangs up
 *   {"command":"monitor","tunnel":NAME}         of one
 *   {"command":"metrics"}
 *       result: {"text": Prometheus text exposition format 0.0.4, as it is to be printed}
 *   {"command":"version"}
 *       result: {"version":"0.1","protocol":CONTROL_PROTOCOL,"pid":N,"config":PATH,"since":time,
 *       "module":true|false (the kernel's family "adit" answers), "mark":N of the daemon's own
 *       packets where a rule must tell them apart, "netns": the inode of its network namespace, 0:
 *       not known, "port", "natt_port": its UDP ports}
 *   {"command":"ask","tunnel":NAME,"proposals":[WORDS…]}
 *       asks the peer, under a phase 1 that stands, whether it would take one of these for phase 2
 *       (1 to 32, words as of esp, all with the same group or none): no SA comes of it. One
 *       question a tunnel at a time. result: {"proposal": which it takes, or null, "notify": the
 *       number of the notification with which it refuses, 0: it did not answer}. Error "timeout".
 *   {"command":"trial","tunnel":NAME}
 *       negotiates the tunnel anew with ESP in UDP (encap = "force"), until the client hangs up,
 *       and then anew as configured. Refused (code "request") where encap is "force" or "never"
 *       already or start is "wait". result: {}
 *   {"command":"hush","tunnel":NAME}
 *       of a tunnel that is up through a NAT in front of us: offers the peer once more what is up,
 *       leaves its answer unanswered, so that the peer repeats it, and sends nothing unasked until
 *       the client hangs up, for CONTROL_HUSH_MAX seconds at most. What comes in meanwhile, as seen
 *       on the wire, shows how long the NAT keeps its mapping. result: {}
 *
 * TUNNEL
 *   "name"          the tunnel's name
 *   "state"         "established" IPsec SAs in both directions; "connecting" negotiating, or
 *                   waiting for the next attempt; "dormant" on demand, waiting for a packet, or a
 *                   responder waiting for its peer; "down" taken down by the admin
 *   "since"         when it entered that state
 *   "device"        name of the network device; "ifindex": its index, 0 when it does not exist
 *   "carrier"       true, false: as the kernel reports it; null when there is no device
 *   "mtu"           the device's MTU in bytes; null when there is no device
 *   "local"         our outer address; null while not known (default: the route's source)
 *   "remote"        the peer's outer address; null while not known
 *   "remote_name"   what the configuration says: an address, a name, "%any"
 *   "start"         "always", "on-demand", "wait"
 *   "attempt"       which attempt of the current bring-up this is, from 1; 0 when not connecting
 *   "retry_in"      until the next attempt; null when none is planned
 *   "addresses"     inside addresses ["169.254.10.2/30"…]; "routes": ["10.0.0.0/16"…]; "metric": N
 *   "ike"           null without a phase 1 (RFC 2409) SA, else
 *     "state"         "established", or the step it waits in, e.g. "main-mode-3"
 *     "role"          "initiator", "responder"
 *     "exchange"      "main", "aggressive"
 *     "cookie_i", "cookie_r"   16 hex digits each, as Wireshark shows them
 *     "local_id", "remote_id"  identities as in the configuration; null while not known
 *     "proposal"      "aes128-sha1-modp1024"; null while not agreed. "auth": "psk", "rsasig",
 *                     "ecdsa-256", "ecdsa-384", "ecdsa-521"
 *     "user"          who has logged in by XAUTH; null: nobody
 *     "weak"          [WORD…] what of the proposal is weak by today's standard, [] when nothing
 *     "local_port", "remote_port"   UDP ports in use
 *     "nat_local", "nat_remote"     true: that side is behind a NAT (RFC 3947 3.2); null: not
 *                                   detected
 *     "dpd"           true: both sides speak RFC 3706; "vendor_ids": [WORD…] known ones the peer
 *                     sent
 *     "established"   when; null before. "rekey_in", "expires_in"
 *   "children"      IPsec SA pairs, the one in use for sending first
 *     "spi_in", "spi_out"   "0x%08x". "protocol": "esp", "ah". "mode": "tunnel", "transport"
 *     "pair"          which of the pairs of networks that are configured, from 0
 *     "proposal"      "aes128-sha1-modp1024" (the group when PFS was used). "weak": as above
 *     "ah"            of a bundle, whose other members are those of ESP, the AH around it:
 *                     "spi_in", "spi_out", "proposal", "weak"; else null
 *     "role"          who began it: "initiator", "responder"
 *     "encap"         true: ESP in UDP (RFC 3948)
 *     "local_ts", "remote_ts"   selectors: "10.1.0.0/16", "10.1.0.0/16[tcp/80]"
 *     "replay_window" packets; "esn": bool
 *     "installed"     when. "rekey_in", "expires_in": by time
 *     "bytes_in", "bytes_out", "packets_in", "packets_out"   inner traffic
 *     "lifebytes"     hard limit, 0 none
 *     "drops"         {REASON: packets…} of both directions, only those not 0; the words are those
 *                     of the netlink family (kmod/adit.yaml, set "drops")
 *   "users"         of a server: [{"user", "address" inside, "remote": "ADDRESS:PORT"}…] logged in
 *   "lease"         null, or what the peer has assigned to us by mode config: {"address", "dns":
 *                   [ADDRESS…], "networks": [PREFIX…], "domain", "banner" (text or null)}
 *   "send_error"    null, or why the last IKE message could not be sent
 *   "contact"       IKE messages of this tunnel since it was configured: "sent", "received", and of
 *                   these over port 4500 "sent_natt", "received_natt"; "retransmits"; how many
 *                   were sent since the last one came, "unanswered", and over port 4500 since one
 *                   came there, "unanswered_natt" (last messages of an exchange count, too);
 *                   "last_received" when, null never. Received ones need not have been genuine.
 *                   Missing while the engine does not have the tunnel.
 *   "config"        only when the tunnel was named: what is configured, defaults filled in, by the
 *                   names of adit.conf(5), without secrets; durations in seconds
 *   "history"       only when the tunnel was named: what happened lately, oldest first, the same
 *                   again counted: {"code": progress code, "error": failure code or null, "text",
 *                   "step": where phase 1 was, "peer": "address:port", "peer_id", "notify": number
 *                   of the notification or 0, "pair": of an IPsec SA (see "children"), else null,
 *                   "authenticated", "role", "count", "silence": of a peer that moved, the shortest
 *                   time since its last IKE message in seconds, else 0, "first", "last"}
 *   "last_error"    null, or {"code": CODE, "text": what happened and what to do, "time": when}.
 *                   It stays after recovery (compare its time with "since"), "up" clears it.
 *
 * EVENT
 *   {"time": Unix seconds, "tunnel": NAME or null, "level": "error"|"warning"|"info"|"debug",
 *    "code": CODE, "text": one sentence, …typed members of the code}
 *   "final": true is added to a failure that the peer or the admin must cure (wrong PSK, no common
 *   proposal…); the daemon tries again all the same, with back-off, for ever.
 *   Members that occur: "peer" "address:port", "ike" cookie pair "i:r", "spi_in", "spi_out",
 *   "proposal", "id", "notify" its number, "authenticated", "count", "retry_in", "state".
 *   What strangers cause with unauthenticated messages is told EVENT_STRANGERS times at once, and
 *   once more for each second; every ten seconds an event "suppressed" says how often it was not.
 *
 * CODE: stable words.
 *   Failures: CONTROL_FAILURE_CODES below, also the values of last_error.code.
 *   Errors of a request itself: CONTROL_REQUEST_CODES.
 *   Progress: userspace/ike/ike.h names the engine's; the daemon adds tunnel-added, tunnel-removed,
 *   tunnel-changed, device-up, device-down, state (member "state"), resolved, local-changed,
 *   reload, taken-down, suppressed.
 */
#ifndef ADITD_CONTROL_H
#define ADITD_CONTROL_H

#define ADIT_CONTROL_PATH	"/run/adit/control"
#define ADIT_CONTROL_GROUP	"adit"
#define CONTROL_PROTOCOL	1
#define CONTROL_LINE_MAX	4096		/* bytes of a request, with its newline */
#define CONTROL_QUEUE_MAX	16		/* requests of full length that may wait */
#define CONTROL_CLIENTS_MAX	64		/* connections at once */
#define CONTROL_OUTPUT_MAX	(4 << 20)	/* bytes not yet read by a client */
#define CONTROL_WAIT_MAX	3600		/* seconds of "wait" */
#define CONTROL_HUSH_MAX	120		/* seconds without a word, see "hush" */
#define EVENT_STRANGERS		20		/* events at once, and one more a second */

#define CONTROL_FAILURE_CODES \
	"no-response",		/* the peer did not answer */ \
	"no-proposal-chosen",	/* no common proposal, either side */ \
	"psk-mismatch",		/* payloads do not decrypt under the shared key */ \
	"auth-failed",		/* HASH or signature does not verify */ \
	"invalid-id",		/* the peer's identity is not the expected one */ \
	"ts-unacceptable",	/* selectors differ */ \
	"pfs-mismatch",		/* phase 2 groups differ */ \
	"peer-deleted",		/* the peer sent DELETE */ \
	"dpd-timeout",		/* the peer stopped answering */ \
	"malformed",		/* authenticated, but broken */ \
	"expired",		/* an SA ended without a successor */ \
	"cert-expired",		/* a certificate of the peer's chain is over */ \
	"cert-not-yet-valid",	/* or has not begun, or our clock is wrong */ \
	"cert-wrong-name",	/* the peer's certificate does not carry its identity */ \
	"cert-unknown-issuer",	/* the peer's certificate leads to no CA of ours */ \
	"cert-revoked",		/* a revocation list names it */ \
	"cert-bad-signature",	/* a certificate is not signed by its issuer */ \
	"cert-missing",		/* the peer sent no certificate */ \
	"cert-invalid",		/* malformed, not for signatures, key too weak, chain too long */ \
	"cert-refused",		/* the peer refused our certificate or signature */ \
	"signature-invalid",	/* the peer's signature is not of its certificate's key */ \
	"xauth-failed",		/* wrong user or password */ \
	"xauth-mismatch",	/* only one side wants a user to log in */ \
	"no-lease",		/* the pool is empty, or the peer gave no address */ \
	"no-route",		/* no way to the peer, or no local address */ \
	"dns",			/* the peer's name does not resolve */ \
	"socket",		/* UDP sockets */ \
	"kernel",		/* device, address, route, SA refused by the kernel */ \
	"config"		/* the configuration */

#define CONTROL_REQUEST_CODES \
	"request",		/* not JSON, no such command, bad member */ \
	"permission",		/* neither root nor of the group adit */ \
	"unknown-tunnel",	/* no tunnel of that name in the configuration */ \
	"busy",			/* too many clients or requests */ \
	"timeout"		/* the wait of "up" is over */

/* The daemon's side */
#include <jansson.h>
#include <stddef.h>

struct control;
struct daemon;
struct tunnel;

/* Listens at daemon->socket_path. NULL with error: one sentence what, one what to do. */
struct control *control_open(struct daemon *daemon, char *error, size_t size);
/* Hangs up on all clients and removes the socket. The loop must run once more. NULL is allowed. */
void control_close(struct control *control);
/* To those who watch this tunnel (NULL: to those who watch all). event stays the caller's. */
void control_event(struct control *control, const char *tunnel, json_t *event);
/* Its state or last error changed: somebody may wait for it. */
void control_tunnel_changed(struct control *control, const struct tunnel *tunnel);

#endif

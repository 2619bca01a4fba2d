/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every step and every failure of the engine as a typed event. One event is one line of the log:
 * its text says on its own what was agreed, with whom, or why something was refused. The code
 * words are stable; the texts are for people and may change.
 */
#ifndef ADIT_IKE_EVENTS_H
#define ADIT_IKE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ike/address.h"

/* Why a connection is not up. ike_error_code() gives the word of the control socket. */
enum ike_error {
	IKE_ERROR_NONE,
	IKE_ERROR_NO_RESPONSE, /* "no-response": nothing (more) came back; the text says how far it
				  got */
	IKE_ERROR_NO_PROPOSAL_CHOSEN, /* "no-proposal-chosen": no common proposal; which phase is in
					 the text */
	IKE_ERROR_PSK_MISMATCH,		/* "psk-mismatch": the two pre-shared keys differ */
	IKE_ERROR_AUTH_FAILED, /* "auth-failed": authentication failed otherwise; no secret for the
				  peer */
	IKE_ERROR_INVALID_ID, /* "invalid-id": the peer's identity is not the configured one, or
				 ours is refused */
	IKE_ERROR_TS_UNACCEPTABLE,	/* "ts-unacceptable": selectors do not match */
	IKE_ERROR_PFS_MISMATCH, /* "pfs-mismatch": one side wants a group in phase 2, or another
				   group */
	IKE_ERROR_PEER_DELETED,		/* "peer-deleted": the peer sent DELETE */
	IKE_ERROR_DPD_TIMEOUT,		/* "dpd-timeout": the peer stopped answering */
	IKE_ERROR_MALFORMED, /* "malformed": authenticated but broken message from the peer */
	IKE_ERROR_KERNEL,		/* "kernel": sa_install refused */
	IKE_ERROR_EXPIRED, /* "expired": an SA reached its hard lifetime without a successor */
	/* Signatures and certificates: the text names the certificate, the field and the cure. */
	IKE_ERROR_CERT_EXPIRED, /* "cert-expired": in the peer's chain */
	IKE_ERROR_CERT_NOT_YET_VALID, /* "cert-not-yet-valid": or our clock is behind */
	IKE_ERROR_CERT_WRONG_NAME, /* "cert-wrong-name": the peer's certificate does not carry the
				      identity that the peer claims; the text lists what it does */
	IKE_ERROR_CERT_UNKNOWN_ISSUER, /* "cert-unknown-issuer": it leads to no CA of ours, but to
					  the one in the text */
	IKE_ERROR_CERT_REVOKED, /* "cert-revoked": a revocation list of ours names it */
	IKE_ERROR_CERT_BAD_SIGNATURE, /* "cert-bad-signature": not signed by whom it says */
	IKE_ERROR_CERT_MISSING, /* "cert-missing": the peer sent none and none is pinned */
	IKE_ERROR_CERT_INVALID, /* "cert-invalid": malformed, not meant for this, key too weak,
				   chain too long */
	IKE_ERROR_CERT_REFUSED, /* "cert-refused": the peer does not accept ours */
	IKE_ERROR_SIGNATURE_INVALID, /* "signature-invalid": the peer's signature of the exchange is
					not that of its certificate's key */
	IKE_ERROR_XAUTH_FAILED,		/* "xauth-failed": wrong user or password */
	IKE_ERROR_XAUTH_MISMATCH, /* "xauth-mismatch": one side wants XAUTH, the other has none */
	IKE_ERROR_NO_LEASE, /* "no-lease": mode config gave no address, or the pool is empty */
	IKE_ERROR_COUNT
};

/* ike_event_code() gives the word. */
enum ike_event_code {
	IKE_EVENT_INITIATING, /* "initiating": phase 1 begins, we send the first message */
	IKE_EVENT_RESPONDING, /* "responding": phase 1 begins, the peer sent the first message */
	IKE_EVENT_STEP, /* "step": a message was accepted and the exchange moved on */
	IKE_EVENT_RETRANSMIT,		/* "retransmit": no answer yet, the message is sent again */
	IKE_EVENT_NAT, /* "nat": which side is behind NAT, and the float to port 4500 */
	IKE_EVENT_IKE_UP,		/* "ike-up": phase 1 established */
	IKE_EVENT_IKE_REKEYED, /* "ike-rekeyed": a new phase 1 took over the children of an old one
				*/
	IKE_EVENT_IKE_DOWN,		/* "ike-down": a phase 1 is gone */
	IKE_EVENT_CHILD_UP, /* "child-up": a child of this selector pair is usable for the first
			       time */
	IKE_EVENT_CHILD_REKEYED,	/* "child-rekeyed": a new child took over from an old one */
	IKE_EVENT_CHILD_DOWN, /* "child-down": the last usable child of a selector pair is gone */
	IKE_EVENT_FAILED, /* "failed": error says why; the engine goes on trying unless it was
			     stopped */
	IKE_EVENT_REFUSED, /* "refused": as responder we refused the peer; error says why */
	IKE_EVENT_RETRY,		/* "retry": the next attempt is scheduled */
	IKE_EVENT_NOTIFY, /* "notify": a notification came; authenticated tells whether it is
			     believed */
	IKE_EVENT_DPD,			/* "dpd": the peer did not answer an R-U-THERE in time */
	IKE_EVENT_PEER_MOVED, /* "peer-moved": the peer's address or port changed (NAT rebinding) */
	IKE_EVENT_CONFLICT, /* "conflict": two peers with one identity, which have replaced each
			       other, both stay */
	IKE_EVENT_DROPPED, /* "dropped": a message was ignored; the text says which and why */
	IKE_EVENT_WEAK,			/* "weak": an agreed algorithm or group is weak */
	IKE_EVENT_ANSWER, /* "answer": the peer answered ike_ask(): proposal, or count is the
			     notification with which it refused, 0 none */
	IKE_EVENT_CODE_COUNT
};

enum ike_severity {
	IKE_SEVERITY_DEBUG,		/* each message and retransmission */
	IKE_SEVERITY_INFO,		/* what an admin reads on a good day */
	IKE_SEVERITY_WARNING,		/* refused, dropped, retried */
	IKE_SEVERITY_ERROR		/* a tunnel is down that should be up */
};

/*
 * Given to ops->event; valid during the call only. Strings are UTF-8, without control characters
 * and without newline, whatever the peer sent. Fields that do not apply are zero or "".
 */
struct ike_event {
	enum ike_event_code code;
	enum ike_severity severity;
	enum ike_error error;
	uint64_t time;			/* the engine's clock, ms */
	const char *connection;		/* "" when it belongs to none (yet) */
	const char *text;		/* one line */
	struct ike_endpoint local;
	struct ike_endpoint remote;
	uint8_t initiator_cookie[8];	/* of the IKE SA */
	uint8_t responder_cookie[8];
	bool initiator;			/* our role in the exchange */
	const char *step; /* where its phase 1 was: "main mode, waits for message 4" …,
			     "established"; "": none */
	bool authenticated;		/* of a notify: it came under the IKE SA's protection */
	const char *peer_id;		/* once known */
	const char *proposal;		/* agreed, e.g. "aes128-sha1-modp1024" */
	uint32_t spi_in;		/* child events: host byte order */
	uint32_t spi_out;
	unsigned int pair;		/* child events: index into the connection's pairs */
	unsigned int count; /* retransmit: how often so far; notify, failed, refused: the notify
			       message type that came or was sent, 0 none */
	/* retransmit, retry: ms until the next; peer-moved: since its last IKE message before */
	uint64_t delay;
};

/* Never NULL; "none" for IKE_ERROR_NONE. */
const char *ike_error_code(enum ike_error error);
const char *ike_event_code(enum ike_event_code code);

#endif

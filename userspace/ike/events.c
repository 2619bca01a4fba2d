/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/events.h"

static const char *const errors[IKE_ERROR_COUNT] = {
	[IKE_ERROR_NONE] = "none",
	[IKE_ERROR_NO_RESPONSE] = "no-response",
	[IKE_ERROR_NO_PROPOSAL_CHOSEN] = "no-proposal-chosen",
	[IKE_ERROR_PSK_MISMATCH] = "psk-mismatch",
	[IKE_ERROR_AUTH_FAILED] = "auth-failed",
	[IKE_ERROR_INVALID_ID] = "invalid-id",
	[IKE_ERROR_TS_UNACCEPTABLE] = "ts-unacceptable",
	[IKE_ERROR_PFS_MISMATCH] = "pfs-mismatch",
	[IKE_ERROR_PEER_DELETED] = "peer-deleted",
	[IKE_ERROR_DPD_TIMEOUT] = "dpd-timeout",
	[IKE_ERROR_MALFORMED] = "malformed",
	[IKE_ERROR_KERNEL] = "kernel",
	[IKE_ERROR_EXPIRED] = "expired",
	[IKE_ERROR_CERT_EXPIRED] = "cert-expired",
	[IKE_ERROR_CERT_NOT_YET_VALID] = "cert-not-yet-valid",
	[IKE_ERROR_CERT_WRONG_NAME] = "cert-wrong-name",
	[IKE_ERROR_CERT_UNKNOWN_ISSUER] = "cert-unknown-issuer",
	[IKE_ERROR_CERT_REVOKED] = "cert-revoked",
	[IKE_ERROR_CERT_BAD_SIGNATURE] = "cert-bad-signature",
	[IKE_ERROR_CERT_MISSING] = "cert-missing",
	[IKE_ERROR_CERT_INVALID] = "cert-invalid",
	[IKE_ERROR_CERT_REFUSED] = "cert-refused",
	[IKE_ERROR_SIGNATURE_INVALID] = "signature-invalid",
	[IKE_ERROR_XAUTH_FAILED] = "xauth-failed",
	[IKE_ERROR_XAUTH_MISMATCH] = "xauth-mismatch",
	[IKE_ERROR_NO_LEASE] = "no-lease",
};

static const char *const codes[IKE_EVENT_CODE_COUNT] = {
	[IKE_EVENT_INITIATING] = "initiating",
	[IKE_EVENT_RESPONDING] = "responding",
	[IKE_EVENT_STEP] = "step",
	[IKE_EVENT_RETRANSMIT] = "retransmit",
	[IKE_EVENT_NAT] = "nat",
	[IKE_EVENT_IKE_UP] = "ike-up",
	[IKE_EVENT_IKE_REKEYED] = "ike-rekeyed",
	[IKE_EVENT_IKE_DOWN] = "ike-down",
	[IKE_EVENT_CHILD_UP] = "child-up",
	[IKE_EVENT_CHILD_REKEYED] = "child-rekeyed",
	[IKE_EVENT_CHILD_DOWN] = "child-down",
	[IKE_EVENT_FAILED] = "failed",
	[IKE_EVENT_REFUSED] = "refused",
	[IKE_EVENT_RETRY] = "retry",
	[IKE_EVENT_NOTIFY] = "notify",
	[IKE_EVENT_DPD] = "dpd",
	[IKE_EVENT_PEER_MOVED] = "peer-moved",
	[IKE_EVENT_CONFLICT] = "conflict",
	[IKE_EVENT_DROPPED] = "dropped",
	[IKE_EVENT_WEAK] = "weak",
	[IKE_EVENT_ANSWER] = "answer",
};

const char *ike_error_code(enum ike_error error)
{
	return error < IKE_ERROR_COUNT ? errors[error] : "unknown";
}

const char *ike_event_code(enum ike_event_code code)
{
	return code < IKE_EVENT_CODE_COUNT ? codes[code] : "unknown";
}

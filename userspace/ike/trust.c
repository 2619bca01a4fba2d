// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <time.h>

#include "ike/signature.h"
#include "ike/text.h"

/* What the callback of OpenSSL's verification needs of us. */
struct inquiry {
	struct trust_answer *answer;
	uint64_t time;
	X509_CRL *overdue; /* the last list that was */
};

static struct text begin(struct trust_answer *answer, enum ike_error error)
{
	answer->error = error;
	return text_of(answer->text, sizeof(answer->text));
}

static const char *name_of(X509 *cert, char name[TRUST_NAME_MAX])
{
	return certificate_print(cert, name, TRUST_NAME_MAX);
}

static const char *now_text(uint64_t now, char *text, size_t size)
{
	time_t seconds = (time_t)now;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(text, size, "%Y-%m-%d %H:%M UTC", &tm))
		*text = '\0';
	return text;
}

/* "the peer's certificate NAME", or that of a CA above it */
static void add_subject(struct text *t, X509 *cert, bool peer)
{
	char name[TRUST_NAME_MAX];

	text_add(t, "%s %s", peer ? "the peer's certificate" : "the CA certificate",
		 name_of(cert, name));
	if (!peer)
		text_add(t, ", above the peer's,");
}

static void tell_expired(struct trust_answer *answer, X509 *cert, bool peer, uint64_t now)
{
	struct text t = begin(answer, IKE_ERROR_CERT_EXPIRED);
	char end[64], today[64];

	add_subject(&t, cert, peer);
	text_add(&t, " expired on %s, and our clock says %s: renew it, or correct our clock",
		 certificate_print_time(X509_get0_notAfter(cert), end, sizeof(end)),
		 now_text(now, today, sizeof(today)));
}

static void tell_early(struct trust_answer *answer, X509 *cert, bool peer, uint64_t now)
{
	struct text t = begin(answer, IKE_ERROR_CERT_NOT_YET_VALID);
	char start[64], today[64];

	add_subject(&t, cert, peer);
	text_add(&t,
		 " is not valid before %s, and our clock says %s: correct our clock, or the "
		 "certificate's dates",
		 certificate_print_time(X509_get0_notBefore(cert), start, sizeof(start)),
		 now_text(now, today, sizeof(today)));
}

static void tell_issuer(struct trust_answer *answer, X509 *cert, bool peer)
{
	struct text t = begin(answer, IKE_ERROR_CERT_UNKNOWN_ISSUER);
	char issuer[TRUST_NAME_MAX];

	add_subject(&t, cert, peer);
	if (certificate_self_signed(cert))
		text_add(&t, " is self-signed and not among ours: %s",
			 peer ? "add its CA to ca, or name this certificate in remote-cert" :
				"add it to ca if it is to be trusted");
	else
		text_add(&t,
			 " was issued by %s, which is not among ours: add that CA to ca, or have "
			 "the peer send the certificates between",
			 certificate_print_issuer(cert, issuer, sizeof(issuer)));
}

static void tell_revoked(struct trust_answer *answer, X509_STORE_CTX *ctx, X509 *cert, bool peer)
{
	struct inquiry *inquiry = X509_STORE_CTX_get_app_data(ctx);
	struct text t = begin(answer, IKE_ERROR_CERT_REVOKED);
	X509_CRL *list = X509_STORE_CTX_get0_current_crl(ctx);
	X509_REVOKED *entry = NULL;
	char when[64], issuer[TRUST_NAME_MAX];

	/* OpenSSL forgets the list once it has asked us about its date */
	if (!list)
		list = inquiry->overdue;
	add_subject(&t, cert, peer);
	text_add(&t, " was revoked by %s",
		 certificate_print_issuer(cert, issuer, sizeof(issuer)));
	if (list && X509_CRL_get0_by_cert(list, &entry, cert) > 0)
		text_add(&t, " on %s",
			 certificate_print_time(X509_REVOKED_get0_revocationDate(entry), when,
						sizeof(when)));
	text_add(&t, ": the peer needs a new certificate");
}

static void tell_other(struct trust_answer *answer, enum ike_error code, X509 *cert, bool peer,
		       const char *what)
{
	struct text t = begin(answer, code);

	add_subject(&t, cert, peer);
	text_add(&t, " %s", what);
}

static void tell_error(struct trust_answer *answer, X509_STORE_CTX *ctx, uint64_t now)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	bool peer = !X509_STORE_CTX_get_error_depth(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	char what[TRUST_TEXT_MAX / 2];
	struct text t;

	if (!cert)
		cert = X509_STORE_CTX_get0_cert(ctx);
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		tell_expired(answer, cert, peer, now);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		tell_early(answer, cert, peer, now);
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		tell_issuer(answer, cert, peer);
		return;
	case X509_V_ERR_CERT_REVOKED:
		tell_revoked(answer, ctx, cert, peer);
		return;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		tell_other(answer, IKE_ERROR_CERT_BAD_SIGNATURE, cert, peer,
			   "is not signed by the CA of ours that it names: that CA has a new key "
			   "(put its present certificate into ca), or the certificate is forged");
		return;
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		tell_other(answer, IKE_ERROR_CERT_INVALID, cert, peer,
			   "has too many CAs above it: put one of them into ca");
		return;
	default:
		t = text_of(what, sizeof(what));
		text_add(&t, "cannot be accepted (%s): have it issued anew",
			 X509_verify_cert_error_string(error));
		tell_other(answer, IKE_ERROR_CERT_INVALID, cert, peer, what);
	}
}

/* What a missing or old list means is ours to say; everything else stays an error. */
static int on_verify(int good, X509_STORE_CTX *ctx)
{
	struct inquiry *inquiry = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	struct text t;

	if (good)
		return 1;
	if (error == X509_V_ERR_CRL_HAS_EXPIRED) {
		char name[TRUST_NAME_MAX];

		inquiry->overdue = X509_STORE_CTX_get0_current_crl(ctx);
		t = text_of(inquiry->answer->weak, sizeof(inquiry->answer->weak));
		text_add(&t, "the revocation list of %s is overdue: fetch a new one into crl",
			 certificate_print_issuer(X509_STORE_CTX_get_current_cert(ctx), name,
						  sizeof(name)));
	} else if (error != X509_V_ERR_UNABLE_TO_GET_CRL &&
		   error != X509_V_ERR_DIFFERENT_CRL_SCOPE) {
		tell_error(inquiry->answer, ctx, inquiry->time);
		return 0;
	}
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

/* What OpenSSL leaves to its security levels, and RFC 4945 asks for. */
static bool check_one(struct trust_answer *answer, X509 *cert, bool peer)
{
	char weak[TRUST_TEXT_MAX / 2], what[TRUST_TEXT_MAX / 2];
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *refused = key ? signature_key_refused(key) : "cannot be read";
	struct text t;

	if (refused) {
		t = text_of(what, sizeof(what));
		text_add(&t, "has a key that %s", refused);
		tell_other(answer, IKE_ERROR_CERT_INVALID, cert, peer, what);
		return false;
	}
	if (peer && !certificate_signs(cert)) {
		tell_other(answer, IKE_ERROR_CERT_INVALID, cert, peer,
			   "is not meant for signatures: its key usage needs digitalSignature "
			   "(RFC 4945 5.1.3.2)");
		return false;
	}
	if (!*answer->weak && certificate_weak(cert, weak, sizeof(weak))) {
		t = text_of(answer->weak, sizeof(answer->weak));
		add_subject(&t, cert, peer);
		text_add(&t, " is weak: %s", weak);
	}
	return true;
}

static void check_chain(struct trust_answer *answer, STACK_OF(X509) *chain)
{
	int i;

	for (i = 0; i < sk_X509_num(chain); i++)
		if (!check_one(answer, sk_X509_value(chain, i), !i))
			return;
}

static void no_memory(struct trust_answer *answer)
{
	struct text t = begin(answer, IKE_ERROR_CERT_INVALID);

	text_add(&t, "the peer's certificate cannot be verified: not enough memory");
}

void trust_check(struct trust_answer *answer, X509_STORE *anchors, X509 *cert,
		 STACK_OF(X509) *sent, uint64_t time)
{
	struct inquiry inquiry = { .answer = answer, .time = time };
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	memset(answer, 0, sizeof(*answer));
	if (!ctx || !X509_STORE_CTX_init(ctx, anchors, cert, sent)) {
		X509_STORE_CTX_free(ctx);
		no_memory(answer);
		return;
	}
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)time);
	X509_VERIFY_PARAM_set_depth(param, TRUST_DEPTH_MAX);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL);
	X509_STORE_CTX_set_app_data(ctx, &inquiry);
	X509_STORE_CTX_set_verify_cb(ctx, on_verify);
	if (X509_verify_cert(ctx) == 1)
		check_chain(answer, X509_STORE_CTX_get0_chain(ctx));
	else if (answer->error == IKE_ERROR_NONE)
		tell_error(answer, ctx, time);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
}

void trust_check_pinned(struct trust_answer *answer, X509 *cert, uint64_t time)
{
	time_t now = (time_t)time;

	memset(answer, 0, sizeof(*answer));
	if (X509_cmp_time(X509_get0_notAfter(cert), &now) <= 0)
		tell_expired(answer, cert, true, time);
	else if (X509_cmp_time(X509_get0_notBefore(cert), &now) > 0)
		tell_early(answer, cert, true, time);
	else
		check_one(answer, cert, true);
	ERR_clear_error();
}

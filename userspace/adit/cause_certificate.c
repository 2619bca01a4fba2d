// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes in certificates and signatures. The daemon's code is the cause: it has seen the
 * certificate, and its text names it.
 */
#include "adit/causes.h"
#include "adit/facts.h"
#include "ike/numbers.h"

static bool certificate(const json_t *facts, struct finding *f, const char *code,
			const char *cause, const char *cure)
{
	if (!last_error_is(facts, code) || fell_silent(facts))
		return false;
	say_daemon(facts, f);
	say_cure(f, "%s", cure);
	return say_cause(f, "%s", cause);
}

#define JUDGE(name, code, cause, cure)                                     \
	static bool name(const json_t *facts, struct finding *f)           \
	{                                                                  \
		return certificate(facts, f, code, cause, cure);           \
	}

JUDGE(expired, "cert-expired", "The peer's certificate has expired.",
      "renew the certificate at the peer; if its dates look right, set this host's clock "
      "(timedatectl)")
JUDGE(not_yet, "cert-not-yet-valid", "The peer's certificate is not valid yet.",
      "set this host's clock right (timedatectl); if it is, the peer's certificate was made with a "
      "wrong one and must be made again")
JUDGE(wrong_name, "cert-wrong-name",
      "The peer's certificate is not for the identity that remote-id wants.",
      "set remote-id to a name in the peer's certificate, or have that name put into it as a "
      "subjectAltName")
JUDGE(unknown_issuer, "cert-unknown-issuer",
      "The peer's certificate was issued by an authority that this tunnel does not trust.",
      "put the certificate of the authority that issued it, with those between, into the file of "
      "ca")
JUDGE(revoked, "cert-revoked", "The peer's certificate has been revoked.",
      "the peer needs a new certificate; if it has one, make it use that")
JUDGE(bad_signature, "cert-bad-signature",
      "The signature on the peer's certificate is not that of its issuer.",
      "the certificate is damaged, or another authority has the same name: compare the file of ca "
      "with the one that issued it")
JUDGE(missing, "cert-missing", "The peer sent no certificate, and none of it is known here.",
      "make the peer send its certificate (strongSwan: send_cert = always)")
JUDGE(invalid, "cert-invalid", "The peer's certificate cannot be used.",
      "have it issued anew: X.509, for this use, with an RSA key")
JUDGE(signature, "signature-invalid",
      "The peer's signature does not verify under its certificate.",
      "see that the key in use at the peer belongs to the certificate that it sends")

static bool is_refusal(const json_t *entry)
{
	return fact_is(entry, "error", "cert-refused");
}

/* With AUTHENTICATION-FAILED peers refuse whatever they dislike about that message */
static bool refused(const json_t *facts, struct finding *f)
{
	const json_t *entry = fact_event(facts, "tunnel", is_refusal);

	if (fact_number(entry, "notify") != IKE_N_AUTHENTICATION_FAILED)
		return certificate(facts, f, "cert-refused", "The peer refuses our certificate.",
				   "let the peer trust the authority that issued the certificate "
				   "in cert, and see that it is valid and holds the identity of "
				   "local-id");
	return certificate(facts, f, "cert-refused", "The peer breaks off at our certificate: it "
			   "does not accept it or our identity, or wants another kind of "
			   "authentication.",
			   "see the peer's log: it has to trust the authority that issued the "
			   "certificate in cert, to expect the identity that we send (local-id, "
			   "which that certificate holds), and to want certificates of both "
			   "sides, not a pre-shared key");
}

const struct cause causes_certificate[] = {
	{ "cert-expired", "the peer's certificate has expired", expired },
	{ "cert-not-yet-valid", "the peer's certificate is not valid yet, or our clock is wrong",
	  not_yet },
	{ "cert-wrong-name", "the peer's certificate is for another name", wrong_name },
	{ "cert-unknown-issuer", "the issuer of the peer's certificate is not trusted",
	  unknown_issuer },
	{ "cert-revoked", "the peer's certificate was revoked", revoked },
	{ "cert-bad-signature", "the peer's certificate is not signed by its issuer",
	  bad_signature },
	{ "cert-missing", "the peer sent no certificate", missing },
	{ "cert-invalid", "the peer's certificate cannot be used", invalid },
	{ "cert-refused", "the peer refuses our certificate or identity", refused },
	{ "signature-invalid", "the peer's signature does not verify", signature },
	{ NULL, NULL, NULL }
};

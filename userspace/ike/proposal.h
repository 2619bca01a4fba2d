/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What we propose and accept: the words of strongSwan and libreswan, the SA payloads made of them,
 * the choice from a peer's SA payload, and the explanation in plain words when there is none.
 */
#ifndef ADIT_IKE_PROPOSAL_H
#define ADIT_IKE_PROPOSAL_H

#include "ike/cipher.h"
#include "ike/dh.h"
#include "ike/hash.h"
#include "ike/offer.h"
#include "ike/suite.h"

enum proposal_kind {
	PROPOSAL_IKE, /* phase 1: cipher, hash, group, all needed */
	PROPOSAL_ESP, /* esp_cipher, esp_auth unless AEAD, group when PFS is wanted */
	PROPOSAL_AH, /* esp_auth, group when PFS is wanted */
};

struct proposal {
	enum proposal_kind kind;
	const struct cipher *cipher;
	const struct hash *hash;
	const struct esp_cipher *esp_cipher;
	const struct esp_auth *esp_auth; /* NULL with AEAD; with the null cipher never */
	const struct dh_group *group; /* phase 2: NULL is no PFS */
	bool esn; /* phase 2: extended sequence numbers (RFC 4304) */
};

#define PROPOSAL_MAX 64

struct proposal_list {
	unsigned int count;
	struct proposal item[PROPOSAL_MAX];
};

/* Room for any text that the functions below write. */
#define PROPOSAL_TEXT_MAX 1024

/*
 * Appends what @words mean ("aes128-sha1-modp1024", "aes128-aes256-sha256-modp2048-ecp256": several
 * of one kind are alternatives, in order; phase 2 knows "esn" and "noesn" too). Returns false with
 * one sentence in @why that names the word and says what is allowed; then @list is as it was.
 */
bool proposal_parse(struct proposal_list *list, enum proposal_kind kind, const char *words,
		    char *why, size_t size);

/* "aes128-sha1-modp1024", words that proposal_parse() reads. Returns @text. */
const char *proposal_print(const struct proposal *p, char *text, size_t size);
/* All, with ", " between. */
const char *proposal_list_print(const struct proposal_list *list, char *text, size_t size);

/* Those of @all with this group, and all others. */
void proposal_list_split(const struct proposal_list *all, const struct dh_group *group,
			 struct proposal_list *same, struct proposal_list *others);

/* The words of its weak parts ("des, modp1024"), "" when none. Returns @text. */
const char *proposal_weak(const struct proposal *p, char *text, size_t size);

/* In what a peer's transform differs from ours; a set. */
enum proposal_difference {
	PROPOSAL_DIFFERS_CIPHER = 1,
	PROPOSAL_DIFFERS_HASH = 2, /* or integrity algorithm */
	PROPOSAL_DIFFERS_GROUP = 4, /* phase 2: PFS */
	PROPOSAL_DIFFERS_AUTH = 8, /* authentication method */
	PROPOSAL_DIFFERS_MODE = 16, /* tunnel or transport, in UDP or not */
	PROPOSAL_DIFFERS_ESN = 32,
	PROPOSAL_DIFFERS_OTHER = 64, /* protocol, or an attribute that we do not understand */
};

/* What the words do not say about phase 1. */
struct ike_terms {
	uint16_t auth; /* IKE_AUTH_* */
	uint32_t seconds, kilobytes; /* 0: not sent, not limited */
};

/* What was agreed for phase 1. */
struct ike_choice {
	struct proposal proposal; /* ours that matched */
	uint8_t proposal_number, transform_number;
	uint16_t auth;
	uint64_t seconds, kilobytes; /* the peer's; 0: none given (RFC 2407 4.5: then 8 hours) */
	struct bytes attributes; /* the chosen transform's, in the peer's message */
	struct bytes spi; /* as the peer sent it: empty or its cookie */
	unsigned int differs; /* when nothing matched: the smallest difference, for error codes */
};

/* Writes our SA payload: one proposal, a transform for each item of @list. */
void proposal_offer_ike(struct builder *b, const struct proposal_list *list,
			const struct ike_terms *terms);

/*
 * Responder: the first transform in the peer's order that @list holds (RFC 2408 4.2: the initiator
 * lists them by preference). Returns false with @why: what the peer offered, what we
 * allow, and the smallest difference.
 */
bool proposal_select_ike(struct ike_choice *choice, const struct offer *peer,
			 const struct proposal_list *list, const struct ike_terms *terms, char *why,
			 size_t size);

/*
 * Initiator: the peer's answer must be exactly one proposal with one transform, one that we sent
 * (RFC 2408 4.2). Otherwise as proposal_select_ike().
 */
bool proposal_accept_ike(struct ike_choice *choice, const struct offer *answer,
			 const struct proposal_list *list, const struct ike_terms *terms, char *why,
			 size_t size);

/* Responder: the SA payload that returns @choice with its attributes unchanged. */
void proposal_answer_ike(struct builder *b, const struct ike_choice *choice);

/* What the words do not say about phase 2. */
struct child_terms {
	uint16_t encap; /* IPSEC_ENCAP_*, the value for the wire */
	uint32_t seconds, kilobytes; /* 0: not sent */
	uint32_t spi_esp, spi_ah; /* our inbound SPIs, host order */
	const struct dh_group *group; /* offer: only items with this group (NULL: without PFS) */
	bool bundle; /* AH around ESP in one proposal; else AH and ESP are alternatives */
};

/* One SA of a child: ESP alone, AH alone, or AH around ESP. */
struct child_sa {
	uint8_t protocol; /* IKE_PROTO_ESP, IKE_PROTO_AH */
	struct proposal proposal; /* ours that matched */
	uint32_t spi; /* the peer's inbound SPI: our outbound one */
	uint8_t transform_number;
	struct bytes attributes; /* the chosen transform's, in the peer's message */
};

struct child_choice {
	uint8_t proposal_number;
	unsigned int count; /* 1 or 2 */
	struct child_sa sa[2];
	uint16_t encap; /* as the peer wrote it */
	const struct dh_group *group; /* NULL: no PFS */
	uint64_t seconds, kilobytes; /* the peer's; 0: none given */
	unsigned int differs; /* when nothing matched: the smallest difference, for error codes */
};

/*
 * Writes our SA payload. All its transforms have the group terms->group, since quick mode has one
 * KE payload (RFC 2409 5.5); false when @esp and @ah hold none such, and then nothing is written.
 * @esp or @ah may be NULL or empty; when both hold items they are alternatives, ESP first, or one
 * bundle if terms->bundle.
 */
bool proposal_offer_child(struct builder *b, const struct proposal_list *esp,
			  const struct proposal_list *ah, const struct child_terms *terms);

/*
 * Responder: the first of the peer's proposals that the lists hold. The encapsulation mode must
 * mean the same as terms->encap (drafts' numbers included); terms->group is not looked at: the
 * group is the chosen item's. @ke_len is the length of the peer's KE body, 0 without: a choice
 * whose group does not fit it is no match. Returns false with @why as proposal_select_ike() does.
 */
bool proposal_select_child(struct child_choice *choice, const struct offer *peer,
			   const struct proposal_list *esp, const struct proposal_list *ah,
			   const struct child_terms *terms, size_t ke_len, char *why, size_t size);

/* Initiator: as proposal_accept_ike(); the group must be terms->group. */
bool proposal_accept_child(struct child_choice *choice, const struct offer *answer,
			   const struct proposal_list *esp, const struct proposal_list *ah,
			   const struct child_terms *terms, char *why, size_t size);

/* Responder: the SA payload that returns @choice with our SPIs from @terms. */
void proposal_answer_child(struct builder *b, const struct child_choice *choice,
			   const struct child_terms *terms);

/* Bytes of key material that one SA of this proposal takes: cipher key with salt, then auth key. */
size_t proposal_key_len(const struct proposal *p);

/* "aes128-sha1-modp1024, ...": what an SA payload holds, for the log. Returns @text. */
const char *offer_print(const struct offer *offer, char *text, size_t size);

/* Whether an encapsulation mode is a tunnel, and whether it is in UDP. */
bool encap_is_tunnel(uint16_t encap);
bool encap_is_udp(uint16_t encap);

#endif

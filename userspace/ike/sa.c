/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child's SAs as the kernel wants them.
 */
#include <stdio.h>

#include "ike/child.h"

/* The kernel's own limit, in case that nobody is there to remove the SA. */
#define HARD_LIMIT_SPARE 30

void sa_describe(const struct child *c, enum ike_direction direction, struct ike_sa *sa)
{
	const struct ike_connection *settings = &c->connection->settings;

	*sa = (struct ike_sa){
		.connection = c->connection->name,
		.child = c->number,
		.pair = c->pair->index,
		.direction = direction,
		.protocol = c->protocol == IKE_PROTO_AH ? IKE_PROTOCOL_AH : IKE_PROTOCOL_ESP,
		.spi = direction == IKE_IN ? c->spi_in : c->spi_out,
		.local = c->local.address,
		.remote = c->remote.address,
		.encap = c->encap,
		.encap_local_port = c->encap ? engine_port(c->ike, c->local.port) : 0,
		.encap_remote_port = c->encap ? c->remote.port : 0,
		.mode = c->tunnel ? IKE_MODE_TUNNEL : IKE_MODE_TRANSPORT,
		.replay_window = settings->replay_window,
		.esn = c->proposal.esn,
		.local_ts = selector_public(&c->local_ts),
		.remote_ts = selector_public(&c->remote_ts),
		.time_hard = c->lifetime + HARD_LIMIT_SPARE,
		.byte_hard = c->lifebytes,
	};
	/* Between 80 and 90 percent, so that both sides do not begin together */
	if (sa->byte_hard)
		sa->byte_soft = sa->byte_hard / 100 * (80 + c->rank[0] % 11);
}

void sa_keys(struct child *c, enum ike_direction direction, struct ike_sa *sa)
{
	const uint8_t *key = direction == IKE_IN ? c->key_in : c->key_out;
	const struct esp_cipher *cipher = c->proposal.esp_cipher;
	const struct esp_auth *auth = c->proposal.esp_auth;

	/* RFC 2409 5.5, RFC 2401 4.4.2: the cipher's key first, then the authenticator's */
	sa->proposal = sa_proposal(c);
	if (cipher && esp_cipher_is_aead(cipher)) {
		sa->aead = cipher->kernel;
		sa->aead_key = key;
		sa->aead_key_length = cipher->key_len;
		sa->icv_bits = cipher->icv_bits;
		return;
	}
	if (cipher) {
		sa->enc = cipher->kernel;
		sa->enc_key = key;
		sa->enc_key_length = cipher->key_len;
		key += cipher->key_len;
	}
	if (auth) {
		sa->auth = auth->kernel;
		sa->auth_key = key;
		sa->auth_key_length = auth->key_len;
		sa->icv_bits = auth->icv_bits;
	}
}

const char *sa_proposal(struct child *c)
{
	return proposal_print(&c->proposal, c->proposal_text, sizeof(c->proposal_text));
}

const char *child_text(const struct child *c, char *text, size_t size)
{
	char agreed[PROPOSAL_TEXT_MAX], local[SELECTOR_TEXT_MAX], remote[SELECTOR_TEXT_MAX];

	snprintf(text, size, "%s %s %s%s, SPI in 0x%08x out 0x%08x, %s === %s",
		 c->protocol == IKE_PROTO_AH ? "AH" : "ESP",
		 proposal_print(&c->proposal, agreed, sizeof(agreed)),
		 c->tunnel ? "tunnel" : "transport", c->encap ? " in UDP" : "", c->spi_in,
		 c->spi_out, selector_print(&c->local_ts, local, sizeof(local)),
		 selector_print(&c->remote_ts, remote, sizeof(remote)));
	return text;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child's SAs as the kernel wants them, and their way into it and out of it.
 */
#include <errno.h>

#include "ike/child.h"
#include "ike/report.h"
#include "ike/text.h"

/* The kernel's own limit, in case that nobody is there to remove the SA. */
#define HARD_LIMIT_SPARE 30

static bool *installed(struct part *p, enum ike_direction direction)
{
	return direction == IKE_IN ? &p->installed_in : &p->installed_out;
}

static uint32_t spi_of(const struct part *p, enum ike_direction direction)
{
	return direction == IKE_IN ? p->spi_in : p->spi_out;
}

/*
 * What AH takes in is the ESP between the two hosts, and nothing else: with one half of the bundle
 * gone nothing goes out, and nothing comes in, in the clear under the other.
 */
static struct ike_selector around_esp(const struct ike_address *host)
{
	return (struct ike_selector){
		.address = *host,
		.prefix = ike_address_length(host) * 8,
		.protocol = IKE_PROTOCOL_ESP,
	};
}

/* All but the keys. */
static void describe(const struct child *c, const struct part *p, enum ike_direction direction,
		     struct ike_sa *sa)
{
	const struct ike_connection *settings = &c->connection->settings;

	*sa = (struct ike_sa){
		.connection = c->connection->name,
		.child = c->number,
		.pair = c->pair->index,
		.direction = direction,
		.protocol = p->protocol == IKE_PROTO_AH ? IKE_PROTOCOL_AH : IKE_PROTOCOL_ESP,
		.spi = spi_of(p, direction),
		.local = c->local.address,
		.remote = c->remote.address,
		.encap = c->encap,
		.encap_local_port = c->encap ? engine_port(c->ike, c->local.port) : 0,
		.encap_remote_port = c->encap ? c->remote.port : 0,
		.mode = c->tunnel ? IKE_MODE_TUNNEL : IKE_MODE_TRANSPORT,
		.replay_window = settings->replay_window,
		.esn = p->proposal.esn,
		.local_ts = selector_public(&c->local_ts),
		.remote_ts = selector_public(&c->remote_ts),
		.time_hard = c->lifetime + HARD_LIMIT_SPARE,
		.byte_hard = c->lifebytes,
	};
	/* Up to 85 or from 88 percent, so that both sides do not begin together */
	if (sa->byte_hard)
		sa->byte_soft = sa->byte_hard / 100 * ((c->initiator ? 80 : 88) + c->rank[0] % 6);
	if (c->part_count == 1)
		return;
	if (p == &c->parts[0]) {
		sa->bundle_spi = spi_of(&c->parts[1], direction);
		return;
	}
	/* RFC 4301 4.1: one tunnel; AH covers its packets as they are */
	sa->mode = IKE_MODE_TRANSPORT;
	sa->local_ts = around_esp(&sa->local);
	sa->remote_ts = around_esp(&sa->remote);
}

static void add_keys(const struct part *p, enum ike_direction direction, struct ike_sa *sa)
{
	const uint8_t *key = direction == IKE_IN ? p->key_in : p->key_out;
	const struct esp_cipher *cipher = p->proposal.esp_cipher;
	const struct esp_auth *auth = p->proposal.esp_auth;

	/* RFC 2409 5.5, RFC 2401 4.4.2: the cipher's key first, then the authenticator's */
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

static void refused(const struct child *c, enum ike_direction direction, const char *proposal,
		    int error)
{
	struct ike_event event = on_child(c, IKE_EVENT_FAILED, IKE_SEVERITY_ERROR);

	event.error = IKE_ERROR_KERNEL;
	/* ENOENT is how the crypto API says that it knows no such algorithm */
	connection_failure(c->connection, event, "the kernel refused the %s SA of %s: %s",
			   direction == IKE_IN ? "inbound" : "outbound", proposal,
			   error == -ENOENT ? "it lacks that algorithm; load the module for it" :
					      strerror(-error));
}

static bool install_part(struct child *c, struct part *p, enum ike_direction direction)
{
	char proposal[PROPOSAL_TEXT_MAX];
	struct ike_sa sa;
	int error;

	describe(c, p, direction, &sa);
	add_keys(p, direction, &sa);
	sa.proposal = proposal_print(&p->proposal, proposal, sizeof(proposal));
	error = c->ike->ops->sa_install(c->ike->ctx, &sa);
	if (error)
		refused(c, direction, proposal, error);
	else
		*installed(p, direction) = true;
	return !error;
}

bool child_install(struct child *c, enum ike_direction direction)
{
	unsigned int i;

	/* Of a bundle ESP comes first, and is of no use before its AH: then both are, at once. */
	for (i = 0; i < c->part_count; i++) {
		if (!install_part(c, &c->parts[i], direction)) {
			child_uninstall(c, direction);
			return false;
		}
	}
	return true;
}

void child_uninstall(struct child *c, enum ike_direction direction)
{
	struct ike_sa sa;
	unsigned int i;

	for (i = c->part_count; i-- > 0;) {
		struct part *p = &c->parts[i];

		if (!*installed(p, direction))
			continue;
		*installed(p, direction) = false;
		if (c->ike->freeing)
			continue;
		describe(c, p, direction, &sa);
		c->ike->ops->sa_remove(c->ike->ctx, &sa);
	}
}

static void update_part(const struct child *c, const struct part *p, enum ike_direction direction)
{
	struct ike_sa sa;

	describe(c, p, direction, &sa);
	c->ike->ops->sa_update(c->ike->ctx, &sa);
}

void child_update(const struct child *c)
{
	unsigned int i;

	for (i = 0; i < c->part_count && c->ike->ops->sa_update; i++) {
		if (c->parts[i].installed_in)
			update_part(c, &c->parts[i], IKE_IN);
		if (c->parts[i].installed_out)
			update_part(c, &c->parts[i], IKE_OUT);
	}
}

const char *child_proposal_text(const struct child *c, char *text, size_t size)
{
	char outer[PROPOSAL_TEXT_MAX / 2];

	proposal_print(&c->parts[0].proposal, text, size);
	if (c->part_count > 1) {
		struct text t = { .data = text, .len = strlen(text), .size = size };

		text_add(&t, " in AH %s",
			 proposal_print(&c->parts[1].proposal, outer, sizeof(outer)));
	}
	return text;
}

const char *child_weak_text(const struct child *c, char *text, size_t size)
{
	char one[PROPOSAL_TEXT_MAX];
	struct text t = text_of(text, size);
	unsigned int i;

	for (i = 0; i < c->part_count; i++)
		if (*proposal_weak(&c->parts[i].proposal, one, sizeof(one)))
			text_add(&t, "%s%s", *text ? ", " : "", one);
	return text;
}

const char *child_text(const struct child *c, char *text, size_t size)
{
	char agreed[PROPOSAL_TEXT_MAX], local[SELECTOR_TEXT_MAX], remote[SELECTOR_TEXT_MAX];
	const struct part *p = &c->parts[0], *ah = &c->parts[1];
	struct text t = text_of(text, size);

	text_add(&t, "%s %s %s%s, SPI in 0x%08x out 0x%08x",
		 p->protocol == IKE_PROTO_AH ? "AH" : "ESP",
		 child_proposal_text(c, agreed, sizeof(agreed)),
		 c->tunnel ? "tunnel" : "transport", c->encap ? " in UDP" : "", p->spi_in,
		 p->spi_out);
	if (c->part_count > 1)
		text_add(&t, ", of AH in 0x%08x out 0x%08x", ah->spi_in, ah->spi_out);
	text_add(&t, ", %s === %s", selector_print(&c->local_ts, local, sizeof(local)),
		 selector_print(&c->remote_ts, remote, sizeof(remote)));
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <err.h>
#include <linux/adit.h>
#include <netinet/in.h>

#include "association.h"

const struct association_kind association_kinds[] = {
	{ .name = "gcm", .proto = IPPROTO_ESP, .mode = ADIT_MODE_TUNNEL,
	  .aead = "rfc4106(gcm(aes))", .key_length = 20, .icv_bits = 128, .window = 64 },
	{ .name = "cbc-selectors", .proto = IPPROTO_ESP, .mode = ADIT_MODE_TUNNEL,
	  .enc = "cbc(aes)", .key_length = 16, .auth = "hmac(sha256)", .auth_key_length = 32,
	  .icv_bits = 128, .selectors = 3, .window = 4096, .esn = 1 },
	{ .name = "udp-limits", .proto = IPPROTO_ESP, .mode = ADIT_MODE_TUNNEL,
	  .aead = "rfc4106(gcm(aes))", .key_length = 36, .icv_bits = 96, .selectors = 1,
	  .window = 32, .udp = 1, .limits = 1 },
	{ .name = "ah", .proto = IPPROTO_AH, .mode = ADIT_MODE_TUNNEL,
	  .auth = "hmac(sha1)", .auth_key_length = 20, .icv_bits = 96, .window = 64 },
	{ .name = "ah-transport", .proto = IPPROTO_AH, .mode = ADIT_MODE_TRANSPORT,
	  .auth = "hmac(sha256)", .auth_key_length = 32, .icv_bits = 128, .window = 1 },
};

const unsigned int association_kind_count =
	sizeof(association_kinds) / sizeof(*association_kinds);

static const unsigned char zeros[64];

static void put_address(struct genl_message *message, uint16_t type, const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		errx(2, "%s is no IPv4 address", text);
	genl_put(message, type, &address, sizeof(address));
}

void association_begin(const struct genl *genl, struct genl_message *message, uint8_t command,
		       uint16_t flags, const struct association_name *name,
		       const struct association_kind *kind)
{
	genl_begin(genl, message, command, flags);
	genl_put_u32(message, ADIT_A_SA_IFINDEX, name->ifindex);
	genl_put_u8(message, ADIT_A_SA_DIRECTION, name->direction);
	genl_put_u8(message, ADIT_A_SA_PROTO, kind->proto);
	genl_put_u32(message, ADIT_A_SA_SPI, name->spi);
	put_address(message, ADIT_A_SA_LOCAL, name->local);
	put_address(message, ADIT_A_SA_REMOTE, name->remote);
}

/* One prefix each, from long to short: nodes and shapes of their own in the SPD */
static void put_selector(struct genl_message *message, unsigned int number)
{
	static const char *const networks[] = { "10.2.0.1", "10.2.0.0", "10.0.0.0" };
	static const uint8_t lengths[] = { 32, 16, 8 };
	size_t nest = genl_nest(message, ADIT_A_SA_SELECTOR);

	put_address(message, ADIT_A_SELECTOR_DST, networks[number % 3]);
	genl_put_u8(message, ADIT_A_SELECTOR_DST_PREFIX, lengths[number % 3]);
	genl_nest_end(message, nest);
}

void association_put(struct genl_message *message, const struct association_name *name,
		     const struct association_kind *kind)
{
	size_t nest;

	genl_put_u8(message, ADIT_A_SA_MODE, kind->mode);
	if (kind->udp) {
		genl_put_u16(message, ADIT_A_SA_ENCAP_LOCAL_PORT, 4500);
		genl_put_u16(message, ADIT_A_SA_ENCAP_PEER_PORT, 4500);
	}
	if (kind->aead) {
		genl_put_string(message, ADIT_A_SA_AEAD_NAME, kind->aead);
		genl_put(message, ADIT_A_SA_AEAD_KEY, zeros, kind->key_length);
		genl_put_u16(message, ADIT_A_SA_AEAD_ICV_BITS, kind->icv_bits);
	}
	if (kind->enc) {
		genl_put_string(message, ADIT_A_SA_ENC_NAME, kind->enc);
		genl_put(message, ADIT_A_SA_ENC_KEY, zeros, kind->key_length);
	}
	if (kind->auth) {
		genl_put_string(message, ADIT_A_SA_AUTH_NAME, kind->auth);
		genl_put(message, ADIT_A_SA_AUTH_KEY, zeros, kind->auth_key_length);
		genl_put_u16(message, ADIT_A_SA_AUTH_ICV_BITS, kind->icv_bits);
	}
	if (kind->esn)
		genl_put(message, ADIT_A_SA_ESN, NULL, 0);
	if (name->direction == ADIT_DIRECTION_IN)
		genl_put_u32(message, ADIT_A_SA_REPLAY_WINDOW, kind->window);
	if (kind->limits) {
		nest = genl_nest(message, ADIT_A_SA_LIMITS);
		genl_put_u64(message, ADIT_A_LIMITS_PACKET_SOFT, 20);
		genl_put_u64(message, ADIT_A_LIMITS_PACKET_HARD, 40);
		genl_put_u32(message, ADIT_A_LIMITS_TIME_SOFT, 1);
		genl_put_u32(message, ADIT_A_LIMITS_TIME_HARD, 3600);
		genl_nest_end(message, nest);
	}
	if (name->direction == ADIT_DIRECTION_OUT)
		for (unsigned int i = 0; i < kind->selectors; i++)
			put_selector(message, i);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/sa_message.h"

#include <errno.h>
#include <linux/adit.h>
#include <netlink/genl/genl.h>
#include <string.h>

static const struct nla_policy sa_policy[ADIT_A_SA_MAX + 1] = {
	[ADIT_A_SA_IFINDEX] = { .type = NLA_U32 },
	[ADIT_A_SA_DEVICE_ID] = { .type = NLA_U32 },
	[ADIT_A_SA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[ADIT_A_SA_DIRECTION] = { .type = NLA_U8 },
	[ADIT_A_SA_PROTO] = { .type = NLA_U8 },
	[ADIT_A_SA_MODE] = { .type = NLA_U8 },
	[ADIT_A_SA_SPI] = { .type = NLA_U32 },
	[ADIT_A_SA_ENCAP_LOCAL_PORT] = { .type = NLA_U16 },
	[ADIT_A_SA_ENCAP_PEER_PORT] = { .type = NLA_U16 },
	[ADIT_A_SA_AEAD_NAME] = { .type = NLA_STRING },
	[ADIT_A_SA_AEAD_ICV_BITS] = { .type = NLA_U16 },
	[ADIT_A_SA_ENC_NAME] = { .type = NLA_STRING },
	[ADIT_A_SA_AUTH_NAME] = { .type = NLA_STRING },
	[ADIT_A_SA_AUTH_ICV_BITS] = { .type = NLA_U16 },
	[ADIT_A_SA_REPLAY_WINDOW] = { .type = NLA_U32 },
	[ADIT_A_SA_SEQ] = { .type = NLA_U64 },
	[ADIT_A_SA_LIMITS] = { .type = NLA_NESTED },
	[ADIT_A_SA_SELECTOR] = { .type = NLA_NESTED },
	[ADIT_A_SA_DF_POLICY] = { .type = NLA_U8 },
	[ADIT_A_SA_DSCP_POLICY] = { .type = NLA_U8 },
	[ADIT_A_SA_DSCP] = { .type = NLA_U8 },
	[ADIT_A_SA_ECN_POLICY] = { .type = NLA_U8 },
	[ADIT_A_SA_TTL] = { .type = NLA_U8 },
	[ADIT_A_SA_MARK] = { .type = NLA_U32 },
	[ADIT_A_SA_BUNDLE_SPI] = { .type = NLA_U32 },
	[ADIT_A_SA_NEW_ENCAP_PEER_PORT] = { .type = NLA_U16 },
	[ADIT_A_SA_BYTES] = { .type = NLA_U64 },
	[ADIT_A_SA_PACKETS] = { .type = NLA_U64 },
	[ADIT_A_SA_AGE] = { .type = NLA_U32 },
	[ADIT_A_SA_IDLE] = { .type = NLA_U32 },
	[ADIT_A_SA_MTU] = { .type = NLA_U32 },
	[ADIT_A_SA_MTU_PATH] = { .type = NLA_U32 },
	[ADIT_A_SA_MTU_SOURCE] = { .type = NLA_U8 },
	[ADIT_A_SA_OVERHEAD] = { .type = NLA_U32 },
	[ADIT_A_SA_DRIVER] = { .type = NLA_STRING },
	[ADIT_A_SA_DROPS] = { .type = NLA_NESTED },
	[ADIT_A_SA_REASON] = { .type = NLA_U8 },
};

static const struct nla_policy limits_policy[ADIT_A_LIMITS_MAX + 1] = {
	[ADIT_A_LIMITS_BYTE_SOFT] = { .type = NLA_U64 },
	[ADIT_A_LIMITS_BYTE_HARD] = { .type = NLA_U64 },
	[ADIT_A_LIMITS_PACKET_SOFT] = { .type = NLA_U64 },
	[ADIT_A_LIMITS_PACKET_HARD] = { .type = NLA_U64 },
	[ADIT_A_LIMITS_TIME_SOFT] = { .type = NLA_U32 },
	[ADIT_A_LIMITS_TIME_HARD] = { .type = NLA_U32 },
	[ADIT_A_LIMITS_IDLE] = { .type = NLA_U32 },
};

static const struct nla_policy selector_policy[ADIT_A_SELECTOR_MAX + 1] = {
	[ADIT_A_SELECTOR_SRC_PREFIX] = { .type = NLA_U8 },
	[ADIT_A_SELECTOR_DST_PREFIX] = { .type = NLA_U8 },
	[ADIT_A_SELECTOR_PROTOCOL] = { .type = NLA_U8 },
	[ADIT_A_SELECTOR_SPORT_MIN] = { .type = NLA_U16 },
	[ADIT_A_SELECTOR_SPORT_MAX] = { .type = NLA_U16 },
	[ADIT_A_SELECTOR_DPORT_MIN] = { .type = NLA_U16 },
	[ADIT_A_SELECTOR_DPORT_MAX] = { .type = NLA_U16 },
};

/* The words of kmod/adit.yaml */
static const char *const drop_words[ADIT_A_DROPS_MAX + 1] = {
	[ADIT_A_DROPS_REPLAY] = "replay",
	[ADIT_A_DROPS_AUTHENTICATION] = "authentication",
	[ADIT_A_DROPS_NO_SA] = "no-sa",
	[ADIT_A_DROPS_SELECTOR] = "selector",
	[ADIT_A_DROPS_PADDING] = "padding",
	[ADIT_A_DROPS_MALFORMED] = "malformed",
	[ADIT_A_DROPS_MTU] = "mtu",
	[ADIT_A_DROPS_NO_ROUTE] = "no-route",
	[ADIT_A_DROPS_NO_MEMORY] = "no-memory",
	[ADIT_A_DROPS_SEQUENCE_OVERFLOW] = "sequence-overflow",
	[ADIT_A_DROPS_EXPIRED] = "expired",
	[ADIT_A_DROPS_CRYPTO] = "crypto",
	[ADIT_A_DROPS_ECN] = "ecn",
	[ADIT_A_DROPS_ENCAPSULATION] = "encapsulation",
	[ADIT_A_DROPS_STAGED] = "staged",
};

void anl_sa_id_encode(struct anl_message *message, const struct anl_sa_id *id)
{
	if (id->ifindex || !id->device_id)
		anl_put_u32(message, ADIT_A_SA_IFINDEX, id->ifindex);
	else
		anl_put_u32(message, ADIT_A_SA_DEVICE_ID, id->device_id);
	anl_put_u8(message, ADIT_A_SA_DIRECTION, (uint8_t)id->direction);
	anl_put_u8(message, ADIT_A_SA_PROTO, id->protocol);
	anl_put_u32(message, ADIT_A_SA_SPI, id->spi);
	anl_put_address(message, ADIT_A_SA_LOCAL, &id->local);
	anl_put_address(message, ADIT_A_SA_REMOTE, &id->remote);
}

void anl_limits_encode(struct anl_message *message, const struct anl_sa *sa)
{
	struct nlattr *nest = anl_nest(message, ADIT_A_SA_LIMITS);

	anl_put_u64(message, ADIT_A_LIMITS_BYTE_SOFT, sa->bytes.soft);
	anl_put_u64(message, ADIT_A_LIMITS_BYTE_HARD, sa->bytes.hard);
	anl_put_u64(message, ADIT_A_LIMITS_PACKET_SOFT, sa->packets.soft);
	anl_put_u64(message, ADIT_A_LIMITS_PACKET_HARD, sa->packets.hard);
	anl_put_u32(message, ADIT_A_LIMITS_TIME_SOFT, (uint32_t)sa->seconds.soft);
	anl_put_u32(message, ADIT_A_LIMITS_TIME_HARD, (uint32_t)sa->seconds.hard);
	anl_put_u32(message, ADIT_A_LIMITS_IDLE, sa->idle);
	anl_nest_end(message, nest);
}

static bool has_limits(const struct anl_sa *sa)
{
	return sa->bytes.soft || sa->bytes.hard || sa->packets.soft || sa->packets.hard ||
	       sa->seconds.soft || sa->seconds.hard || sa->idle;
}

static void encode_prefix(struct anl_message *message, int type, int length_type,
			  const struct anl_prefix *prefix)
{
	if (!prefix->address.family)
		return;
	anl_put_address(message, type, &prefix->address);
	anl_put_u8(message, length_type, prefix->length);
}

static void encode_selector(struct anl_message *message, const struct anl_selector *selector)
{
	struct nlattr *nest = anl_nest(message, ADIT_A_SA_SELECTOR);

	encode_prefix(message, ADIT_A_SELECTOR_SRC, ADIT_A_SELECTOR_SRC_PREFIX, &selector->src);
	encode_prefix(message, ADIT_A_SELECTOR_DST, ADIT_A_SELECTOR_DST_PREFIX, &selector->dst);
	if (selector->protocol)
		anl_put_u8(message, ADIT_A_SELECTOR_PROTOCOL, selector->protocol);
	if (selector->sport_first || selector->sport_last != UINT16_MAX) {
		anl_put_u16(message, ADIT_A_SELECTOR_SPORT_MIN, selector->sport_first);
		anl_put_u16(message, ADIT_A_SELECTOR_SPORT_MAX, selector->sport_last);
	}
	if (selector->dport_first || selector->dport_last != UINT16_MAX) {
		anl_put_u16(message, ADIT_A_SELECTOR_DPORT_MIN, selector->dport_first);
		anl_put_u16(message, ADIT_A_SELECTOR_DPORT_MAX, selector->dport_last);
	}
	anl_nest_end(message, nest);
}

static void encode_algorithm(struct anl_message *message, const struct anl_algorithm *algorithm,
			     int name_type, int key_type, int icv_type)
{
	if (!*algorithm->name)
		return;
	anl_put_string(message, name_type, algorithm->name);
	anl_put(message, key_type, algorithm->key, algorithm->key_length);
	if (icv_type && algorithm->icv_bits)
		anl_put_u16(message, icv_type, (uint16_t)algorithm->icv_bits);
}

/* The outer header's settings go out only where they differ from the kernel's defaults:
 * it refuses them where they mean nothing */
static void encode_outer(struct anl_message *message, const struct anl_sa *sa)
{
	if (sa->df != ANL_DF_COPY)
		anl_put_u8(message, ADIT_A_SA_DF_POLICY, (uint8_t)sa->df);
	if (sa->dscp != ANL_DSCP_COPY) {
		anl_put_u8(message, ADIT_A_SA_DSCP_POLICY, (uint8_t)sa->dscp);
		anl_put_u8(message, ADIT_A_SA_DSCP, sa->dscp_value);
	}
	if (sa->ecn != ANL_ECN_NORMAL)
		anl_put_u8(message, ADIT_A_SA_ECN_POLICY, (uint8_t)sa->ecn);
	if (sa->ttl)
		anl_put_u8(message, ADIT_A_SA_TTL, sa->ttl);
	if (sa->has_mark)
		anl_put_u32(message, ADIT_A_SA_MARK, sa->mark);
}

void anl_sa_encode(struct anl_message *message, const struct anl_sa *sa)
{
	struct anl_sa_id id = anl_sa_id(sa);

	anl_sa_id_encode(message, &id);
	anl_put_u8(message, ADIT_A_SA_MODE, (uint8_t)sa->mode);
	if (sa->encap) {
		anl_put_u16(message, ADIT_A_SA_ENCAP_LOCAL_PORT, sa->encap_local);
		anl_put_u16(message, ADIT_A_SA_ENCAP_PEER_PORT, sa->encap_remote);
	}
	encode_algorithm(message, &sa->aead, ADIT_A_SA_AEAD_NAME, ADIT_A_SA_AEAD_KEY,
			 ADIT_A_SA_AEAD_ICV_BITS);
	encode_algorithm(message, &sa->enc, ADIT_A_SA_ENC_NAME, ADIT_A_SA_ENC_KEY, 0);
	encode_algorithm(message, &sa->auth, ADIT_A_SA_AUTH_NAME, ADIT_A_SA_AUTH_KEY,
			 ADIT_A_SA_AUTH_ICV_BITS);
	if (sa->direction == ANL_IN)
		anl_put_u32(message, ADIT_A_SA_REPLAY_WINDOW, sa->replay_window);
	if (sa->esn)
		anl_put_flag(message, ADIT_A_SA_ESN);
	if (sa->sequence)
		anl_put_u64(message, ADIT_A_SA_SEQ, sa->sequence);
	if (has_limits(sa))
		anl_limits_encode(message, sa);
	for (unsigned int i = 0; i < sa->selector_count; i++)
		encode_selector(message, &sa->selectors[i]);
	encode_outer(message, sa);
	if (sa->bundle_spi)
		anl_put_u32(message, ADIT_A_SA_BUNDLE_SPI, sa->bundle_spi);
}

/* Absent attributes leave the value alone */
static void take_u8(struct nlattr *attribute, uint8_t *value)
{
	if (attribute)
		*value = nla_get_u8(attribute);
}

static void take_u16(struct nlattr *attribute, uint16_t *value)
{
	if (attribute)
		*value = nla_get_u16(attribute);
}

static void take_u32(struct nlattr *attribute, uint32_t *value)
{
	if (attribute)
		*value = nla_get_u32(attribute);
}

static void take_u64(struct nlattr *attribute, uint64_t *value)
{
	if (attribute)
		*value = nla_get_u64(attribute);
}

static int take_address(struct nlattr *attribute, struct anl_address *address)
{
	return !attribute || anl_get_address(attribute, address) ? 0 : -EBADMSG;
}

static int take_prefix(struct nlattr *address, struct nlattr *length, struct anl_prefix *prefix)
{
	if (!address)
		return 0;
	if (!anl_get_address(address, &prefix->address))
		return -EBADMSG;
	prefix->length = (uint8_t)(8 * anl_address_size(prefix->address.family));
	if (length && nla_get_u8(length) > prefix->length)
		return -EBADMSG;
	take_u8(length, &prefix->length);
	return 0;
}

static void take_ports(struct nlattr *min, struct nlattr *max, uint16_t *first, uint16_t *last)
{
	if (!min)
		return;
	*first = nla_get_u16(min);
	*last = max ? nla_get_u16(max) : *first;
}

static int decode_selector(struct nlattr *nest, struct anl_selector *selector)
{
	struct nlattr *a[ADIT_A_SELECTOR_MAX + 1];

	if (nla_parse_nested(a, ADIT_A_SELECTOR_MAX, nest, selector_policy) < 0)
		return -EBADMSG;
	anl_selector_init(selector);
	if (take_prefix(a[ADIT_A_SELECTOR_SRC], a[ADIT_A_SELECTOR_SRC_PREFIX], &selector->src) ||
	    take_prefix(a[ADIT_A_SELECTOR_DST], a[ADIT_A_SELECTOR_DST_PREFIX], &selector->dst))
		return -EBADMSG;
	take_u8(a[ADIT_A_SELECTOR_PROTOCOL], &selector->protocol);
	take_ports(a[ADIT_A_SELECTOR_SPORT_MIN], a[ADIT_A_SELECTOR_SPORT_MAX],
		   &selector->sport_first, &selector->sport_last);
	take_ports(a[ADIT_A_SELECTOR_DPORT_MIN], a[ADIT_A_SELECTOR_DPORT_MAX],
		   &selector->dport_first, &selector->dport_last);
	return 0;
}

/* "selector" comes once for each: nla_parse() would only give the last */
static int decode_selectors(struct nlmsghdr *header, struct anl_sa *sa)
{
	struct genlmsghdr *family = genlmsg_hdr(header);
	int left = genlmsg_attrlen(family, 0);
	struct nlattr *attribute;

	nla_for_each_attr(attribute, genlmsg_attrdata(family, 0), left, left) {
		if (nla_type(attribute) != ADIT_A_SA_SELECTOR)
			continue;
		if (sa->selector_count == ANL_SELECTORS_MAX) {
			sa->selectors_cut = true;
			break;
		}
		if (decode_selector(attribute, &sa->selectors[sa->selector_count]))
			return -EBADMSG;
		sa->selector_count++;
	}
	return 0;
}

static int decode_limits(struct nlattr *nest, struct anl_sa *sa)
{
	struct nlattr *a[ADIT_A_LIMITS_MAX + 1];

	if (nla_parse_nested(a, ADIT_A_LIMITS_MAX, nest, limits_policy) < 0)
		return -EBADMSG;
	take_u64(a[ADIT_A_LIMITS_BYTE_SOFT], &sa->bytes.soft);
	take_u64(a[ADIT_A_LIMITS_BYTE_HARD], &sa->bytes.hard);
	take_u64(a[ADIT_A_LIMITS_PACKET_SOFT], &sa->packets.soft);
	take_u64(a[ADIT_A_LIMITS_PACKET_HARD], &sa->packets.hard);
	if (a[ADIT_A_LIMITS_TIME_SOFT])
		sa->seconds.soft = nla_get_u32(a[ADIT_A_LIMITS_TIME_SOFT]);
	if (a[ADIT_A_LIMITS_TIME_HARD])
		sa->seconds.hard = nla_get_u32(a[ADIT_A_LIMITS_TIME_HARD]);
	take_u32(a[ADIT_A_LIMITS_IDLE], &sa->idle);
	return 0;
}

int anl_drops_decode(struct nlattr *nest, struct anl_drops *drops)
{
	struct nlattr *attribute;
	int left;

	drops->count = 0;
	nla_for_each_nested(attribute, nest, left) {
		int type = nla_type(attribute);

		if (type <= 0 || type > ADIT_A_DROPS_MAX || !drop_words[type])
			continue;
		if (nla_len(attribute) < (int)sizeof(uint64_t) || drops->count == ANL_DROPS_MAX)
			return -EBADMSG;
		if (nla_get_u64(attribute))
			drops->list[drops->count++] = (struct anl_drop){
				drop_words[type], nla_get_u64(attribute)
			};
	}
	return 0;
}

static void decode_algorithm(struct nlattr *name, struct nlattr *icv,
			     struct anl_algorithm *algorithm)
{
	if (name)
		anl_get_string(name, algorithm->name, sizeof(algorithm->name));
	if (icv)
		algorithm->icv_bits = nla_get_u16(icv);
}

static void decode_outer(struct nlattr *a[], struct anl_sa *sa)
{
	uint8_t df = ANL_DF_COPY, dscp = ANL_DSCP_COPY, ecn = ANL_ECN_NORMAL;

	take_u8(a[ADIT_A_SA_DF_POLICY], &df);
	take_u8(a[ADIT_A_SA_DSCP_POLICY], &dscp);
	take_u8(a[ADIT_A_SA_DSCP], &sa->dscp_value);
	take_u8(a[ADIT_A_SA_ECN_POLICY], &ecn);
	take_u8(a[ADIT_A_SA_TTL], &sa->ttl);
	take_u32(a[ADIT_A_SA_MARK], &sa->mark);
	sa->df = df;
	sa->dscp = dscp;
	sa->ecn = ecn;
	sa->has_mark = a[ADIT_A_SA_MARK];
}

static int decode_counters(struct nlattr *a[], struct anl_sa *sa)
{
	struct anl_sa_counters *counters = &sa->counters;

	take_u64(a[ADIT_A_SA_BYTES], &counters->bytes);
	take_u64(a[ADIT_A_SA_PACKETS], &counters->packets);
	if (a[ADIT_A_SA_AGE])
		counters->age = nla_get_u32(a[ADIT_A_SA_AGE]);
	counters->idle = a[ADIT_A_SA_IDLE] ? (int64_t)nla_get_u32(a[ADIT_A_SA_IDLE]) : -1;
	take_u32(a[ADIT_A_SA_MTU], &sa->mtu);
	take_u32(a[ADIT_A_SA_MTU_PATH], &sa->mtu_path);
	take_u8(a[ADIT_A_SA_MTU_SOURCE], &sa->mtu_source);
	take_u32(a[ADIT_A_SA_OVERHEAD], &sa->overhead);
	if (a[ADIT_A_SA_DRIVER])
		anl_get_string(a[ADIT_A_SA_DRIVER], sa->driver, sizeof(sa->driver));
	return a[ADIT_A_SA_DROPS] ? anl_drops_decode(a[ADIT_A_SA_DROPS], &counters->drops) : 0;
}

static int parse(struct nlmsghdr *header, struct nlattr *a[])
{
	struct genlmsghdr *family = genlmsg_hdr(header);

	if (!genlmsg_valid_hdr(header, 0) ||
	    nla_parse(a, ADIT_A_SA_MAX, genlmsg_attrdata(family, 0), genlmsg_attrlen(family, 0),
		      (struct nla_policy *)sa_policy) < 0)
		return -EBADMSG;
	return 0;
}

static int decode_identity(struct nlattr *a[], struct anl_sa *sa)
{
	uint8_t direction = 0;

	take_u32(a[ADIT_A_SA_IFINDEX], &sa->ifindex);
	take_u32(a[ADIT_A_SA_DEVICE_ID], &sa->device_id);
	if (a[ADIT_A_SA_IFNAME])
		anl_get_string(a[ADIT_A_SA_IFNAME], sa->device, sizeof(sa->device));
	take_u8(a[ADIT_A_SA_DIRECTION], &direction);
	sa->direction = direction;
	take_u8(a[ADIT_A_SA_PROTO], &sa->protocol);
	take_u32(a[ADIT_A_SA_SPI], &sa->spi);
	if (take_address(a[ADIT_A_SA_LOCAL], &sa->local) ||
	    take_address(a[ADIT_A_SA_REMOTE], &sa->remote))
		return -EBADMSG;
	return 0;
}

int anl_sa_decode(struct nlmsghdr *header, struct anl_sa *sa)
{
	struct nlattr *a[ADIT_A_SA_MAX + 1];
	uint8_t mode = ANL_TUNNEL;

	anl_sa_init(sa);
	if (parse(header, a) || decode_identity(a, sa))
		return -EBADMSG;
	take_u8(a[ADIT_A_SA_MODE], &mode);
	sa->mode = mode;
	sa->encap = a[ADIT_A_SA_ENCAP_LOCAL_PORT];
	take_u16(a[ADIT_A_SA_ENCAP_LOCAL_PORT], &sa->encap_local);
	take_u16(a[ADIT_A_SA_ENCAP_PEER_PORT], &sa->encap_remote);
	decode_algorithm(a[ADIT_A_SA_AEAD_NAME], a[ADIT_A_SA_AEAD_ICV_BITS], &sa->aead);
	decode_algorithm(a[ADIT_A_SA_ENC_NAME], NULL, &sa->enc);
	decode_algorithm(a[ADIT_A_SA_AUTH_NAME], a[ADIT_A_SA_AUTH_ICV_BITS], &sa->auth);
	sa->replay_window = 0;
	take_u32(a[ADIT_A_SA_REPLAY_WINDOW], &sa->replay_window);
	sa->esn = a[ADIT_A_SA_ESN];
	take_u64(a[ADIT_A_SA_SEQ], &sa->sequence);
	decode_outer(a, sa);
	take_u32(a[ADIT_A_SA_BUNDLE_SPI], &sa->bundle_spi);
	if (a[ADIT_A_SA_LIMITS] && decode_limits(a[ADIT_A_SA_LIMITS], sa))
		return -EBADMSG;
	if (decode_selectors(header, sa))
		return -EBADMSG;
	return decode_counters(a, sa);
}

static int event_type(uint8_t command)
{
	switch (command) {
	case ADIT_CMD_SOFT_EXPIRE:
		return ANL_EVENT_SOFT_EXPIRE;
	case ADIT_CMD_HARD_EXPIRE:
		return ANL_EVENT_HARD_EXPIRE;
	case ADIT_CMD_ACQUIRE:
		return ANL_EVENT_ACQUIRE;
	case ADIT_CMD_MAPPING_CHANGED:
		return ANL_EVENT_MAPPING_CHANGED;
	case ADIT_CMD_SEQUENCE_OVERFLOW:
		return ANL_EVENT_SEQUENCE_OVERFLOW;
	case ADIT_CMD_FIRST_USE:
		return ANL_EVENT_FIRST_USE;
	default:
		return -1;
	}
}

int anl_event_decode(struct nlmsghdr *header, struct anl_event *event)
{
	struct nlattr *a[ADIT_A_SA_MAX + 1];
	struct anl_sa sa;
	int type;

	memset(event, 0, sizeof(*event));
	anl_selector_init(&event->selector);
	anl_sa_init(&sa);
	sa.protocol = 0;
	if (parse(header, a) || decode_identity(a, &sa))
		return -EBADMSG;
	type = event_type(genlmsg_hdr(header)->cmd);
	if (type < 0)
		return -EBADMSG;
	event->type = type;
	event->ifindex = sa.ifindex;
	memcpy(event->device, sa.device, sizeof(event->device));
	event->sa = anl_sa_id(&sa);
	take_u8(a[ADIT_A_SA_REASON], &event->reason);
	take_u16(a[ADIT_A_SA_NEW_ENCAP_PEER_PORT], &event->new_port);
	if (take_address(a[ADIT_A_SA_NEW_REMOTE], &event->new_remote))
		return -EBADMSG;
	if (a[ADIT_A_SA_SELECTOR])
		return decode_selector(a[ADIT_A_SA_SELECTOR], &event->selector);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "attributes.h"
#include "device.h"
#include "lifetime.h"

#define REPLAY_WINDOW_DEFAULT	64

/* Refuses, with a message about an attribute. */
#define refuse(extack, attr, err, msg) ({			\
	NL_SET_ERR_MSG_ATTR(extack, attr, msg);			\
	err;							\
})

/* Likewise, about one that is not there. */
#define refuse_missing(extack, type, msg) ({			\
	NL_SET_ERR_MSG(extack, msg);				\
	NL_SET_ERR_ATTR_MISS(extack, NULL, type);		\
	-EINVAL;						\
})

int adit_parse_address(union adit_addr *addr, u8 *family, const struct nlattr *attr)
{
	memset(addr, 0, sizeof(*addr));
	switch (nla_len(attr)) {
	case sizeof(addr->ip4):
		*family = AF_INET;
		break;
	case sizeof(addr->ip6):
		*family = AF_INET6;
		break;
	default:
		return -EINVAL;
	}
	memcpy(addr, nla_data(attr), nla_len(attr));
	return 0;
}

bool adit_is_unicast(u8 family, const union adit_addr *addr)
{
	if (family == AF_INET)
		return !ipv4_is_multicast(addr->ip4) && !ipv4_is_lbcast(addr->ip4) &&
		       !ipv4_is_zeronet(addr->ip4);
	return ipv6_addr_type(&addr->ip6) & IPV6_ADDR_UNICAST;
}

int adit_parse_direction(u8 *direction, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr)
		return refuse_missing(extack, ADIT_A_SA_DIRECTION, "direction: missing");
	*direction = nla_get_u8(attr);
	if (*direction != ADIT_DIRECTION_IN && *direction != ADIT_DIRECTION_OUT)
		return refuse(extack, attr, -EINVAL, "direction: not in (1) or out (2)");
	return 0;
}

int adit_parse_sa_name(struct adit_sa_name *name, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int err;

	memset(name, 0, sizeof(*name));
	err = adit_parse_direction(&name->direction, attrs[ADIT_A_SA_DIRECTION], extack);
	if (err)
		return err;

	attr = attrs[ADIT_A_SA_PROTO];
	if (!attr)
		return refuse_missing(extack, ADIT_A_SA_PROTO, "proto: missing");
	name->proto = nla_get_u8(attr);
	if (name->proto != IPPROTO_ESP && name->proto != IPPROTO_AH)
		return refuse(extack, attr, -EINVAL, "proto: not ESP (50) or AH (51)");

	attr = attrs[ADIT_A_SA_SPI];
	if (!attr)
		return refuse_missing(extack, ADIT_A_SA_SPI, "spi: missing");
	name->spi = htonl(nla_get_u32(attr));
	if (!name->spi)
		return refuse(extack, attr, -EINVAL, "spi: 0 is reserved (RFC 4303 2.1)");

	attr = attrs[ADIT_A_SA_LOCAL];
	if (attr && adit_parse_address(&name->local, &name->local_family, attr))
		return refuse(extack, attr, -EINVAL, "local: not 4 or 16 bytes");
	attr = attrs[ADIT_A_SA_REMOTE];
	if (attr && adit_parse_address(&name->remote, &name->remote_family, attr))
		return refuse(extack, attr, -EINVAL, "remote: not 4 or 16 bytes");
	return 0;
}

static u64 limit_of(struct nlattr **attrs, int which)
{
	return attrs[which] ? nla_get_u64(attrs[which]) : 0;
}

static u32 limit32_of(struct nlattr **attrs, int which)
{
	return attrs[which] ? nla_get_u32(attrs[which]) : 0;
}

int adit_parse_limits(struct adit_limits *limits, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[ADIT_A_LIMITS_MAX + 1];
	int err;

	memset(limits, 0, sizeof(*limits));
	if (!attr)
		return 0;
	/* The family's policy has checked the nest already. */
	err = nla_parse_nested(attrs, ADIT_A_LIMITS_MAX, attr, NULL, NULL);
	if (err)
		return refuse(extack, attr, err, "limits: malformed");

	limits->byte_soft = limit_of(attrs, ADIT_A_LIMITS_BYTE_SOFT);
	limits->byte_hard = limit_of(attrs, ADIT_A_LIMITS_BYTE_HARD);
	limits->packet_soft = limit_of(attrs, ADIT_A_LIMITS_PACKET_SOFT);
	limits->packet_hard = limit_of(attrs, ADIT_A_LIMITS_PACKET_HARD);
	limits->time_soft = limit32_of(attrs, ADIT_A_LIMITS_TIME_SOFT);
	limits->time_hard = limit32_of(attrs, ADIT_A_LIMITS_TIME_HARD);
	limits->idle = limit32_of(attrs, ADIT_A_LIMITS_IDLE);

	if (limits->byte_hard && limits->byte_soft > limits->byte_hard)
		return refuse(extack, attrs[ADIT_A_LIMITS_BYTE_SOFT], -EINVAL,
			      "byte-soft: above byte-hard");
	if (limits->packet_hard && limits->packet_soft > limits->packet_hard)
		return refuse(extack, attrs[ADIT_A_LIMITS_PACKET_SOFT], -EINVAL,
			      "packet-soft: above packet-hard");
	if (limits->time_hard && limits->time_soft > limits->time_hard)
		return refuse(extack, attrs[ADIT_A_LIMITS_TIME_SOFT], -EINVAL,
			      "time-soft: above time-hard");
	return 0;
}

/* Are all bits behind the prefix 0? */
static bool prefix_is_clean(u8 family, const union adit_addr *addr, u8 len)
{
	struct in6_addr prefix;

	if (family == AF_INET)
		return !(addr->ip4 & ~inet_make_mask(len));
	ipv6_addr_prefix(&prefix, &addr->ip6, len);
	return ipv6_addr_equal(&prefix, &addr->ip6);
}

static int parse_prefix(union adit_addr *addr, u8 *len, u8 *family, const struct nlattr *attr,
			const struct nlattr *len_attr, struct netlink_ext_ack *extack)
{
	u8 addr_family;

	if (!attr) {
		if (len_attr)
			return refuse(extack, len_attr, -EINVAL,
				      "src-prefix, dst-prefix: without its address");
		return 0;
	}
	if (adit_parse_address(addr, &addr_family, attr))
		return refuse(extack, attr, -EINVAL, "selector src, dst: not 4 or 16 bytes");
	if (*family && *family != addr_family)
		return refuse(extack, attr, -EINVAL, "selector dst: not of the family of src");
	*family = addr_family;
	*len = len_attr ? nla_get_u8(len_attr) : nla_len(attr) * 8;
	if (*len > nla_len(attr) * 8)
		return refuse(extack, len_attr, -EINVAL,
			      "src-prefix, dst-prefix: longer than the address");
	if (!prefix_is_clean(addr_family, addr, *len))
		return refuse(extack, attr, -EINVAL,
			      "selector src, dst: has bits behind its prefix length");
	return 0;
}

static int parse_ports(u16 *min, u16 *max, bool *has, const struct nlattr *min_attr,
		       const struct nlattr *max_attr, struct netlink_ext_ack *extack)
{
	if (!min_attr && !max_attr)
		return 0;
	if (!min_attr)
		return refuse(extack, max_attr, -EINVAL,
			      "sport-max, dport-max: without sport-min, dport-min");
	*min = nla_get_u16(min_attr);
	*max = max_attr ? nla_get_u16(max_attr) : *min;
	*has = true;
	if (*max < *min)
		return refuse(extack, max_attr, -EINVAL,
			      "sport-max, dport-max: below sport-min, dport-min");
	return 0;
}

static bool has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return true;
	}
	return false;
}

static int parse_selector(struct adit_selector *selector, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[ADIT_A_SELECTOR_MAX + 1];
	int err;

	err = nla_parse_nested(attrs, ADIT_A_SELECTOR_MAX, attr, NULL, NULL);
	if (err)
		return refuse(extack, attr, err, "selector: malformed");

	err = parse_prefix(&selector->src, &selector->src_len, &selector->family,
			   attrs[ADIT_A_SELECTOR_SRC], attrs[ADIT_A_SELECTOR_SRC_PREFIX], extack);
	if (!err)
		err = parse_prefix(&selector->dst, &selector->dst_len, &selector->family,
				   attrs[ADIT_A_SELECTOR_DST], attrs[ADIT_A_SELECTOR_DST_PREFIX],
				   extack);
	if (!err)
		err = parse_ports(&selector->sport_min, &selector->sport_max, &selector->has_sport,
				  attrs[ADIT_A_SELECTOR_SPORT_MIN],
				  attrs[ADIT_A_SELECTOR_SPORT_MAX], extack);
	if (!err)
		err = parse_ports(&selector->dport_min, &selector->dport_max, &selector->has_dport,
				  attrs[ADIT_A_SELECTOR_DPORT_MIN],
				  attrs[ADIT_A_SELECTOR_DPORT_MAX], extack);
	if (err)
		return err;

	if (attrs[ADIT_A_SELECTOR_PROTOCOL])
		selector->protocol = nla_get_u8(attrs[ADIT_A_SELECTOR_PROTOCOL]);
	if ((selector->has_sport || selector->has_dport) && !has_ports(selector->protocol))
		return refuse(extack, attr, -EINVAL,
			      "selector protocol: must be one with ports, which are given");
	/* RFC 792, RFC 4443 2.1: a type and a code are a byte each. */
	if ((selector->protocol == IPPROTO_ICMP || selector->protocol == IPPROTO_ICMPV6) &&
	    (selector->sport_max > U8_MAX || selector->dport_max > U8_MAX))
		return refuse(extack, attr, -EINVAL,
			      "selector sport, dport: an ICMP type and code is 255 at most");
	return 0;
}

/*
 * Transport mode is between the ends themselves, whose header the packet keeps
 * (RFC 4301 4.1): what a selector leaves open is theirs.
 */
static void narrow_to_ends(const struct adit_sa *sa, struct adit_selector *selector)
{
	const struct adit_peer *peer = rcu_dereference_protected(sa->peer, true);
	bool out = sa->direction == ADIT_DIRECTION_OUT;
	u8 whole = sa->family == AF_INET ? 32 : 128;

	if (sa->mode == ADIT_MODE_TUNNEL)
		return;
	selector->family = sa->family;
	if (!selector->src_len) {
		selector->src = out ? sa->local : peer->addr;
		selector->src_len = whole;
	}
	if (!selector->dst_len) {
		selector->dst = out ? peer->addr : sa->local;
		selector->dst_len = whole;
	}
}

static int parse_selectors(struct adit_sa *sa, const struct nlmsghdr *nlh,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *head = nlmsg_attrdata(nlh, GENL_HDRLEN), *attr;
	int len = nlmsg_attrlen(nlh, GENL_HDRLEN), rest, err;
	struct adit_selector *selector;
	unsigned int count = 0;

	nla_for_each_attr(attr, head, len, rest)
		count += nla_type(attr) == ADIT_A_SA_SELECTOR;
	if (count > ADIT_SELECTORS_MAX) {
		NL_SET_ERR_MSG(extack, "selector: more than 1024");
		return -E2BIG;
	}

	sa->selectors = kcalloc(max(count, 1U), sizeof(*sa->selectors), GFP_KERNEL);
	if (!sa->selectors)
		return -ENOMEM;
	nla_for_each_attr(attr, head, len, rest) {
		if (nla_type(attr) != ADIT_A_SA_SELECTOR)
			continue;
		selector = &sa->selectors[sa->selector_count++];
		err = parse_selector(selector, attr, extack);
		if (err)
			return err;
		if (sa->mode == ADIT_MODE_TRANSPORT && selector->family &&
		    selector->family != sa->family)
			return refuse(extack, attr, -EINVAL,
				      "selector src, dst: transport mode needs the SA's family");
		narrow_to_ends(sa, selector);
	}
	if (!count)
		narrow_to_ends(sa, &sa->selectors[sa->selector_count++]);
	return 0;
}

static int parse_addresses(struct adit_sa *sa, const struct adit_sa_name *name,
			   struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	const struct nlattr *local_port = attrs[ADIT_A_SA_ENCAP_LOCAL_PORT];
	const struct nlattr *peer_port = attrs[ADIT_A_SA_ENCAP_PEER_PORT];
	struct adit_peer *peer;

	if (!name->local_family)
		return refuse_missing(extack, ADIT_A_SA_LOCAL, "local: missing");
	if (!name->remote_family)
		return refuse_missing(extack, ADIT_A_SA_REMOTE, "remote: missing");
	if (name->local_family != name->remote_family)
		return refuse(extack, attrs[ADIT_A_SA_REMOTE], -EINVAL,
			      "remote: not of the family of local");
	if (!adit_is_unicast(name->local_family, &name->local))
		return refuse(extack, attrs[ADIT_A_SA_LOCAL], -EINVAL,
			      "local: not a unicast address");
	if (!adit_is_unicast(name->remote_family, &name->remote))
		return refuse(extack, attrs[ADIT_A_SA_REMOTE], -EINVAL,
			      "remote: not a unicast address");

	peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	if (!peer)
		return -ENOMEM;
	peer->addr = name->remote;
	RCU_INIT_POINTER(sa->peer, peer);
	sa->family = name->local_family;
	sa->local = name->local;

	if (!local_port && !peer_port)
		return 0;
	if (!local_port)
		return refuse_missing(extack, ADIT_A_SA_ENCAP_LOCAL_PORT,
				      "encap-local-port: missing, encap-peer-port is there");
	if (!peer_port)
		return refuse_missing(extack, ADIT_A_SA_ENCAP_PEER_PORT,
				      "encap-peer-port: missing, encap-local-port is there");
	if (sa->proto != IPPROTO_ESP)
		return refuse(extack, local_port, -EINVAL,
			      "encap-local-port: only ESP goes in UDP (RFC 3948)");
	sa->local_port = htons(nla_get_u16(local_port));
	peer->port = htons(nla_get_u16(peer_port));
	if (!sa->local_port)
		return refuse(extack, local_port, -EINVAL, "encap-local-port: 0");
	if (!peer->port)
		return refuse(extack, peer_port, -EINVAL, "encap-peer-port: 0");
	return 0;
}

static int parse_sequence(struct adit_sa *sa, struct nlattr **attrs,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *window_attr = attrs[ADIT_A_SA_REPLAY_WINDOW];
	u32 window = REPLAY_WINDOW_DEFAULT;
	u64 seq = 0;

	sa->esn = nla_get_flag(attrs[ADIT_A_SA_ESN]);
	if (attrs[ADIT_A_SA_SEQ]) {
		seq = nla_get_u64(attrs[ADIT_A_SA_SEQ]);
		/* RFC 4303 3.3.3, 2.2.1: one that is beyond the end would begin anew. */
		if (seq > adit_sa_seq_max(sa))
			return refuse(extack, attrs[ADIT_A_SA_SEQ], -EINVAL,
				      "seq: above 2^32 - 1, with esn above 2^64 - 2^32");
	}
	if (window_attr) {
		window = nla_get_u32(window_attr);
		if (sa->direction == ADIT_DIRECTION_OUT)
			return refuse(extack, window_attr, -EINVAL,
				      "replay-window: only inbound SAs have one");
		if (window > ADIT_REPLAY_WINDOW_MAX)
			return refuse(extack, window_attr, -EINVAL, "replay-window: above 4096");
		if (!window && sa->esn)
			return refuse(extack, window_attr, -EINVAL,
				      "replay-window: esn needs one (RFC 4303 2.2.1)");
	}
	if (sa->direction == ADIT_DIRECTION_OUT) {
		atomic64_set(&sa->seq, seq);
		return 0;
	}
	return adit_replay_init(&sa->replay, window, sa->esn, seq);
}

static int parse_policies(struct adit_sa *sa, struct nlattr **attrs,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;

	attr = attrs[ADIT_A_SA_DF_POLICY];
	if (attr)
		sa->df_policy = nla_get_u8(attr);
	if (sa->df_policy > ADIT_DF_POLICY_CLEAR)
		return refuse(extack, attr, -EINVAL, "df-policy: not copy, set or clear");

	attr = attrs[ADIT_A_SA_DSCP_POLICY];
	if (attr)
		sa->dscp_policy = nla_get_u8(attr);
	if (sa->dscp_policy > ADIT_DSCP_POLICY_FIXED)
		return refuse(extack, attr, -EINVAL, "dscp-policy: not copy or fixed");

	attr = attrs[ADIT_A_SA_DSCP];
	if (attr)
		sa->dscp = nla_get_u8(attr);
	if (sa->dscp > 63)
		return refuse(extack, attr, -EINVAL, "dscp: above 63");
	if (attr && sa->dscp_policy != ADIT_DSCP_POLICY_FIXED)
		return refuse(extack, attr, -EINVAL, "dscp: without dscp-policy fixed");

	attr = attrs[ADIT_A_SA_ECN_POLICY];
	if (attr)
		sa->ecn_policy = nla_get_u8(attr);
	if (sa->ecn_policy > ADIT_ECN_POLICY_COMPATIBILITY)
		return refuse(extack, attr, -EINVAL, "ecn-policy: not normal or compatibility");

	if (attrs[ADIT_A_SA_TTL])
		sa->ttl = nla_get_u8(attrs[ADIT_A_SA_TTL]);
	if (attrs[ADIT_A_SA_MARK]) {
		sa->has_mark = true;
		sa->mark = nla_get_u32(attrs[ADIT_A_SA_MARK]);
	}
	attr = attrs[ADIT_A_SA_BUNDLE_SPI];
	if (attr) {
		sa->bundle_spi = nla_get_u32(attr);
		if (sa->proto != IPPROTO_ESP)
			return refuse(extack, attr, -EINVAL, "bundle-spi: only of an ESP SA");
		if (sa->local_port)
			return refuse(extack, attr, -EINVAL, "bundle-spi: AH cannot go over UDP");
		if (!sa->bundle_spi)
			return refuse(extack, attr, -EINVAL, "bundle-spi: 0 is reserved");
	}
	return 0;
}

static int parse_algorithm(const struct adit_algorithm **row, enum adit_algorithm_kind kind,
			   const u8 **key, unsigned int *key_len, struct nlattr **attrs,
			   int name_type, int key_type, struct netlink_ext_ack *extack)
{
	const struct nlattr *name_attr = attrs[name_type], *key_attr = attrs[key_type];

	*row = adit_algorithm_find(kind, nla_data(name_attr));
	if (!*row)
		return refuse(extack, name_attr, -EINVAL,
			      "aead-name, enc-name, auth-name: no algorithm that adit has");
	if (key_attr) {
		*key = nla_data(key_attr);
		*key_len = nla_len(key_attr);
	}
	if (adit_algorithm_takes_key(*row, *key_len))
		return 0;
	if (!key_attr)
		return refuse_missing(extack, key_type, "aead-key, enc-key, auth-key: missing");
	return refuse(extack, key_attr, -EINVAL,
		      "aead-key, enc-key, auth-key: a length that the algorithm does not take");
}

static int parse_icv(unsigned int *icv_len, const struct adit_algorithm *row,
		     const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	*icv_len = row->icv_lens[0];
	if (!attr)
		return 0;
	if (!adit_algorithm_takes_icv(row, nla_get_u16(attr)))
		return refuse(
			extack, attr, -EINVAL,
			"aead-icv-bits, auth-icv-bits: a length that the algorithm does not have");
	*icv_len = nla_get_u16(attr) / 8;
	return 0;
}

static int check_algorithms(const struct adit_sa *sa, struct nlattr **attrs,
			    struct netlink_ext_ack *extack)
{
	const struct nlattr *aead = attrs[ADIT_A_SA_AEAD_NAME], *enc = attrs[ADIT_A_SA_ENC_NAME];
	const struct nlattr *auth = attrs[ADIT_A_SA_AUTH_NAME];

	if (sa->proto == IPPROTO_AH) {
		if (aead || enc)
			return refuse(extack, aead ?: enc, -EINVAL,
				      "aead-name, enc-name: AH does not encrypt");
		if (!auth)
			return refuse_missing(extack, ADIT_A_SA_AUTH_NAME,
					      "auth-name: missing, AH needs it");
		return 0;
	}
	if (!aead && !enc)
		return refuse_missing(extack, ADIT_A_SA_AEAD_NAME,
				      "aead-name or enc-name: missing, ESP needs one");
	if (aead && (enc || auth))
		return refuse(extack, enc ?: auth, -EINVAL,
			      "enc-name, auth-name: not together with aead-name");
	if (enc && !auth)
		return refuse_missing(extack, ADIT_A_SA_AUTH_NAME,
				      "auth-name: missing, ESP without integrity is not offered");
	return 0;
}

static int parse_transform(struct adit_sa *sa, struct nlattr **attrs,
			   struct netlink_ext_ack *extack)
{
	struct adit_transform_params params = { .esn = sa->esn };
	int err;

	err = check_algorithms(sa, attrs, extack);
	if (!err && attrs[ADIT_A_SA_AEAD_NAME])
		err = parse_algorithm(&params.aead, ADIT_ALGORITHM_AEAD, &params.key,
				      &params.key_len, attrs, ADIT_A_SA_AEAD_NAME,
				      ADIT_A_SA_AEAD_KEY, extack) ?:
		      parse_icv(&params.icv_len, params.aead, attrs[ADIT_A_SA_AEAD_ICV_BITS],
				extack);
	if (!err && attrs[ADIT_A_SA_ENC_NAME])
		err = parse_algorithm(&params.enc, ADIT_ALGORITHM_CIPHER, &params.key,
				      &params.key_len, attrs, ADIT_A_SA_ENC_NAME,
				      ADIT_A_SA_ENC_KEY, extack);
	if (!err && attrs[ADIT_A_SA_AUTH_NAME])
		err = parse_algorithm(&params.auth, ADIT_ALGORITHM_HASH, &params.auth_key,
				      &params.auth_key_len, attrs, ADIT_A_SA_AUTH_NAME,
				      ADIT_A_SA_AUTH_KEY, extack) ?:
		      parse_icv(&params.icv_len, params.auth, attrs[ADIT_A_SA_AUTH_ICV_BITS],
				extack);
	if (err)
		return err;

	sa->aead = params.aead;
	sa->enc = params.enc;
	sa->auth = params.auth;
	err = adit_transform_init(&sa->transform, &params);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(
			extack,
			"aead-name, enc-name, auth-name: not in this kernel, is its module there?");
	else if (err == -EINVAL)
		NL_SET_ERR_MSG(extack,
			       "aead-key, enc-key, auth-key: refused by the kernel's cipher");
	return err;
}

int adit_parse_sa(struct adit_sa *sa, struct nlattr **attrs, const struct nlmsghdr *nlh,
		  struct netlink_ext_ack *extack)
{
	struct adit_sa_name name;
	int err;

	err = adit_parse_sa_name(&name, attrs, extack);
	if (err)
		return err;
	sa->direction = name.direction;
	sa->proto = name.proto;
	sa->spi = name.spi;
	sa->mode = attrs[ADIT_A_SA_MODE] ? nla_get_u8(attrs[ADIT_A_SA_MODE]) : ADIT_MODE_TUNNEL;
	if (sa->mode > ADIT_MODE_TUNNEL)
		return refuse(extack, attrs[ADIT_A_SA_MODE], -EINVAL,
			      "mode: not transport (0) or tunnel (1)");

	return parse_addresses(sa, &name, attrs, extack) ?:
	       parse_sequence(sa, attrs, extack) ?:
	       parse_policies(sa, attrs, extack) ?:
	       adit_parse_limits(&sa->limits, attrs[ADIT_A_SA_LIMITS], extack) ?:
	       parse_selectors(sa, nlh, extack) ?:
	       parse_transform(sa, attrs, extack);
}

void adit_erase_keys(struct nlattr **attrs)
{
	static const int keys[] = { ADIT_A_SA_AEAD_KEY, ADIT_A_SA_ENC_KEY, ADIT_A_SA_AUTH_KEY };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (attrs[keys[i]])
			memzero_explicit(nla_data(attrs[keys[i]]), nla_len(attrs[keys[i]]));
}

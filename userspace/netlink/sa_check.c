// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be said about an SA without asking the kernel.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink/algorithm.h"
#include "netlink/sa.h"

struct anl_sa_id anl_sa_id(const struct anl_sa *sa)
{
	return (struct anl_sa_id){
		.ifindex = sa->ifindex,
		.device_id = sa->device_id,
		.direction = sa->direction,
		.protocol = sa->protocol,
		.spi = sa->spi,
		.local = sa->local,
		.remote = sa->remote,
	};
}

void anl_selector_init(struct anl_selector *selector)
{
	*selector = (struct anl_selector){ .sport_last = UINT16_MAX, .dport_last = UINT16_MAX };
}

void anl_sa_init(struct anl_sa *sa)
{
	memset(sa, 0, sizeof(*sa));
	sa->protocol = IPPROTO_ESP;
	sa->mode = ANL_TUNNEL;
	sa->replay_window = ANL_REPLAY_WINDOW_DEFAULT;
	sa->counters.idle = -1;
}

void anl_sa_erase(struct anl_sa *sa)
{
	explicit_bzero(sa, sizeof(*sa));
}

static int check_algorithms(const struct anl_sa *sa, struct anl_error *error)
{
	bool aead = *sa->aead.name, enc = *sa->enc.name, auth = *sa->auth.name;
	int code;

	if (sa->protocol == IPPROTO_AH) {
		if (aead || enc)
			return anl_fail(error, EINVAL,
					"AH does not encrypt: give it auth alone (RFC 4302 1)");
		if (!auth)
			return anl_fail(error, EINVAL, "AH needs auth");
	} else if (aead) {
		if (enc || auth)
			return anl_fail(error, EINVAL,
					"aead does both: enc and auth do not go with it");
	} else if (!enc) {
		return anl_fail(error, EINVAL, "ESP needs aead, or enc and auth");
	} else if (!auth) {
		/* RFC 4303 3.2: encryption without integrity is open to active attacks */
		return anl_fail(error, EINVAL,
				"enc needs auth: ESP without integrity is not offered");
	}
	if (aead && (code = anl_algorithm_check(ANL_AEAD, &sa->aead, error)))
		return code;
	if (enc && (code = anl_algorithm_check(ANL_ENC, &sa->enc, error)))
		return code;
	return auth ? anl_algorithm_check(ANL_AUTH, &sa->auth, error) : 0;
}

static bool has_ports(const struct anl_selector *selector)
{
	return selector->sport_first || selector->sport_last != UINT16_MAX ||
	       selector->dport_first || selector->dport_last != UINT16_MAX;
}

/* Or any */
static bool is_byte(uint16_t first, uint16_t last)
{
	return last <= UINT8_MAX || (!first && last == UINT16_MAX);
}

static int check_selector(const struct anl_selector *selector, struct anl_error *error)
{
	const struct anl_prefix *prefixes[] = { &selector->src, &selector->dst };
	char text[ANL_PREFIX_TEXT];

	for (int i = 0; i < 2; i++)
		if (prefixes[i]->address.family && !anl_prefix_is_network(prefixes[i]))
			return anl_fail(error, EINVAL, "%s has bits beyond its prefix length",
					anl_prefix_format(prefixes[i], text));
	if (selector->src.address.family && selector->dst.address.family &&
	    selector->src.address.family != selector->dst.address.family)
		return anl_fail(error, EINVAL, "src and dst of a selector are of two families");
	if (has_ports(selector) && !selector->protocol)
		return anl_fail(error, EINVAL, "ports of a selector need its protocol");
	if (selector->sport_first > selector->sport_last ||
	    selector->dport_first > selector->dport_last)
		return anl_fail(error, EINVAL, "a range of ports runs backwards");
	/* RFC 792, RFC 4443 2.1 */
	if ((selector->protocol == IPPROTO_ICMP || selector->protocol == IPPROTO_ICMPV6) &&
	    (!is_byte(selector->sport_first, selector->sport_last) ||
	     !is_byte(selector->dport_first, selector->dport_last)))
		return anl_fail(error, EINVAL, "an ICMP type and code is 255 at most");
	return 0;
}

static int check_limit(const char *name, const struct anl_limit *limit, struct anl_error *error)
{
	if (limit->soft && limit->hard && limit->soft > limit->hard)
		return anl_fail(error, EINVAL, "%s-soft is above %s-hard", name, name);
	return 0;
}

static int check_limits(const struct anl_sa *sa, struct anl_error *error)
{
	int code = check_limit("byte", &sa->bytes, error);

	if (!code)
		code = check_limit("packet", &sa->packets, error);
	if (!code)
		code = check_limit("time", &sa->seconds, error);
	if (!code && (sa->seconds.soft > UINT32_MAX || sa->seconds.hard > UINT32_MAX))
		code = anl_fail(error, EINVAL, "a time limit is above %u seconds", UINT32_MAX);
	return code;
}

static int check_sequence(const struct anl_sa *sa, struct anl_error *error)
{
	if (sa->direction == ANL_IN && sa->replay_window > ANL_REPLAY_WINDOW_MAX)
		return anl_fail(error, EINVAL, "replay-window %u is above %d", sa->replay_window,
				ANL_REPLAY_WINDOW_MAX);
	/* RFC 4303 2.2.1: the upper half is deduced from the window */
	if (sa->direction == ANL_IN && sa->esn && !sa->replay_window)
		return anl_fail(error, EINVAL, "esn needs a replay-window of at least 1");
	if (!sa->esn && sa->sequence > UINT32_MAX)
		return anl_fail(error, EINVAL, "seq is above 2^32-1 without esn");
	/* RFC 4303 3.3.3: so near to the end that the counter itself might wrap */
	if (sa->sequence > UINT64_MAX - UINT32_MAX)
		return anl_fail(error, EINVAL, "seq is above 2^64-2^32, where esn ends");
	return 0;
}

static int check_addresses(const struct anl_sa *sa, struct anl_error *error)
{
	if (!sa->local.family || !sa->remote.family)
		return anl_fail(error, EINVAL, "%s is missing",
				sa->local.family ? "remote" : "local");
	if (sa->local.family != sa->remote.family)
		return anl_fail(error, EINVAL, "local and remote are of two families");
	if (!sa->encap)
		return 0;
	if (sa->protocol == IPPROTO_AH)	/* RFC 3948 1: the ICV covers what a NAT changes */
		return anl_fail(error, EINVAL, "AH does not go through UDP: encap is for ESP");
	if (!sa->encap_local || !sa->encap_remote)
		return anl_fail(error, EINVAL, "port 0 is no port for encap");
	return 0;
}

int anl_sa_check(const struct anl_sa *sa, struct anl_error *error)
{
	int code;

	if (sa->direction != ANL_IN && sa->direction != ANL_OUT)
		return anl_fail(error, EINVAL, "the direction is missing: in or out");
	if (sa->protocol != IPPROTO_ESP && sa->protocol != IPPROTO_AH)
		return anl_fail(error, EINVAL, "proto %u: only esp and ah are possible",
				sa->protocol);
	if (!sa->spi)	/* RFC 4303 2.1 */
		return anl_fail(error, EINVAL, "spi 0 is reserved: choose one from 0x100 up");
	if ((code = check_addresses(sa, error)) || (code = check_algorithms(sa, error)) ||
	    (code = check_sequence(sa, error)) || (code = check_limits(sa, error)))
		return code;
	if (sa->dscp == ANL_DSCP_FIXED && sa->dscp_value > 63)
		return anl_fail(error, EINVAL, "dscp %u is above 63", sa->dscp_value);
	if (sa->bundle_spi && sa->protocol != IPPROTO_ESP)
		return anl_fail(error, EINVAL,
				"bundle belongs to the ESP SA, and names the AH one");
	if (sa->selector_count > ANL_SELECTORS_MAX)
		return anl_fail(error, E2BIG, "more than %d selectors", ANL_SELECTORS_MAX);
	for (unsigned int i = 0; i < sa->selector_count; i++)
		if ((code = check_selector(&sa->selectors[i], error)))
			return code;
	return 0;
}

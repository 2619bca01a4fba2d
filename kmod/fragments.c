// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <net/ipv6.h>

#include "fragments.h"

/* RFC 8200 4.5: after that time nobody waits for the rest. */
#define REMEMBERED	(60 * HZ)

void adit_fragments_init(struct adit_fragments *fragments)
{
	spin_lock_init(&fragments->lock);
}

static struct adit_datagram *find(struct adit_fragments *fragments, u64 owner, __be32 id,
				  const struct adit_flow *flow)
{
	struct adit_datagram *datagram;
	unsigned int i;

	for (i = 0; i < ADIT_FRAGMENTS; i++) {
		datagram = &fragments->datagram[i];
		if (datagram->until && datagram->id == id && datagram->owner == owner &&
		    ipv6_addr_equal(&datagram->src, &flow->src.ip6) &&
		    ipv6_addr_equal(&datagram->dst, &flow->dst.ip6) &&
		    time_before(jiffies, datagram->until))
			return datagram;
	}
	return NULL;
}

static void learn(struct adit_fragments *fragments, u64 owner, __be32 id,
		  const struct adit_flow *flow)
{
	struct adit_datagram *datagram = find(fragments, owner, id, flow);

	if (!datagram)
		datagram = &fragments->datagram[fragments->next++ % ADIT_FRAGMENTS];
	*datagram = (struct adit_datagram){
		.owner = owner,
		.src = flow->src.ip6,
		.dst = flow->dst.ip6,
		.id = id,
		.sport = flow->sport,
		.dport = flow->dport,
		.protocol = flow->protocol,
		/* 0 is an entry that was never used. */
		.until = (jiffies + REMEMBERED) ?: 1,
	};
}

static void tell(struct adit_fragments *fragments, u64 owner, __be32 id, struct adit_flow *flow)
{
	const struct adit_datagram *datagram = find(fragments, owner, id, flow);

	if (!datagram)
		return;
	flow->protocol = datagram->protocol;
	flow->sport = datagram->sport;
	flow->dport = datagram->dport;
	flow->has_ports = true;
}

void adit_fragments_track(struct adit_fragments *fragments, u64 owner, struct adit_flow *flow,
			  const struct sk_buff *skb)
{
	unsigned int offset = skb_network_offset(skb);
	const struct frag_hdr *header;
	struct frag_hdr room;

	if (flow->family != AF_INET6 || likely(!ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr)))
		return;
	if (ipv6_find_hdr(skb, &offset, NEXTHDR_FRAGMENT, NULL, NULL) < 0)
		return;
	header = skb_header_pointer(skb, offset, sizeof(room), &room);
	/* RFC 8200 4.5: one that is alone is a whole packet. */
	if (!header || !(header->frag_off & htons(IP6_OFFSET | IP6_MF)))
		return;

	spin_lock(&fragments->lock);
	if (header->frag_off & htons(IP6_OFFSET))
		tell(fragments, owner, header->identification, flow);
	else if (flow->has_ports)
		learn(fragments, owner, header->identification, flow);
	spin_unlock(&fragments->lock);
}

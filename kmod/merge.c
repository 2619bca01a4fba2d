// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/tcp.h>
#include <net/ip.h>

#include "merge.h"

static unsigned int ip_len(__be16 protocol)
{
	return protocol == htons(ETH_P_IP) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

bool adit_merge_begin(struct adit_merge *merge, const u8 *packet, unsigned int len,
		      __be16 protocol)
{
	const __be32 flags = TCP_FLAG_FIN | TCP_FLAG_SYN | TCP_FLAG_RST | TCP_FLAG_URG |
			     TCP_FLAG_ECE | TCP_FLAG_CWR | TCP_FLAG_ACK;
	const unsigned int offset = ip_len(protocol);
	const struct iphdr *iph = (const void *)packet;
	const struct tcphdr *th = (const void *)(packet + offset);

	/* RFC 9293 3.1 */
	if (len < offset + sizeof(*th))
		return false;
	if (protocol == htons(ETH_P_IP)) {
		if (iph->ihl != 5 || iph->frag_off != htons(IP_DF) || iph->protocol != IPPROTO_TCP)
			return false;
	} else if (((const struct ipv6hdr *)packet)->nexthdr != IPPROTO_TCP) {
		return false;
	}
	if (th->doff * 4 < sizeof(*th) || len <= offset + th->doff * 4 ||
	    (tcp_flag_word(th) & flags) != TCP_FLAG_ACK)
		return false;

	merge->header = offset + th->doff * 4;
	merge->size = len - merge->header;
	merge->seq = ntohl(th->seq) + merge->size;
	merge->open = !th->psh;
	return true;
}

/* The options, four bytes at a time: a call of memcmp() costs more than all of them. */
static bool same_options(const struct tcphdr *th, const struct tcphdr *other)
{
	const __be32 *a = (const void *)th, *b = (const void *)other;
	unsigned int i;

	for (i = sizeof(*th) / sizeof(*a); i < th->doff; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

bool adit_merge_add(struct adit_merge *merge, const u8 *first, const struct adit_merge *next,
		    const u8 *packet, __be16 protocol)
{
	const struct tcphdr *th = (const void *)(first + ip_len(protocol));
	const struct tcphdr *other = (const void *)(packet + ip_len(protocol));

	if (!merge->open || merge->header != next->header || merge->seq != ntohl(other->seq) ||
	    next->size > merge->size || th->source != other->source ||
	    th->dest != other->dest || th->ack_seq != other->ack_seq ||
	    (tcp_flag_word(th) ^ tcp_flag_word(other)) & ~TCP_FLAG_PSH)
		return false;
	if (protocol == htons(ETH_P_IP) ?
	    !adit_same_ip4((const void *)first, (const void *)packet) :
	    !adit_same_ip6((const void *)first, (const void *)packet))
		return false;
	if (!same_options(th, other))
		return false;

	merge->seq = next->seq;
	merge->open = next->open && next->size == merge->size;
	return true;
}

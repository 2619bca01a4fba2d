// SPDX-License-Identifier: GPL-2.0
/*
 * What AH authenticates is not quite the packet: fields that routers change on
 * the way count as zero. So the headers are copied to the request, cleared
 * there, and hashed from there; the packet's own are never touched, and nothing
 * needs restoring, whenever the hash finishes.
 */
#include <crypto/algapi.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ah.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "ah.h"
#include "crypto.h"
#include "outer.h"
#include "receive.h"
#include "sa.h"
#include "transmit.h"

unsigned int adit_ah_header_len(const struct adit_sa *sa)
{
	/* RFC 4302 3.3.3.2.1: a multiple of 32 bits over IPv4, 64 over IPv6 */
	return ALIGN(sizeof(struct ip_auth_hdr) + sa->transform.icv_len,
		     sa->family == AF_INET ? 4 : 8);
}

/* RFC 4302 appendix A1: options that do not change on the way. */
static bool ip4_option_immutable(u8 type)
{
	switch (type) {
	case IPOPT_SEC:
	case 0x85:	/* extended security, RFC 1108 */
	case IPOPT_CIPSO:
	case IPOPT_RA:
	case 0x80 | 21:	/* sender directed multi-destination delivery, RFC 1770 */
		return true;
	}
	return false;
}

/* RFC 4302 3.3.3.1.1 */
static int clear_ip4(u8 *header, unsigned int len)
{
	struct iphdr *iph = (struct iphdr *)header;
	u8 *option = header + sizeof(*iph), *end = header + len;
	unsigned int step;

	iph->tos = 0;
	iph->frag_off = 0;
	iph->ttl = 0;
	iph->check = 0;

	while (option < end && *option != IPOPT_END) {
		if (*option == IPOPT_NOOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			return -EINVAL;
		step = option[1];
		if (!ip4_option_immutable(*option)) {
			/* A source route with a way to go: the address at its end is
			 * the one that will be in the header when AH is checked.
			 */
			if ((*option == IPOPT_LSRR || *option == IPOPT_SSRR) && step >= 7 &&
			    option[2] <= step)
				memcpy(&iph->daddr, option + step - 4, 4);
			memset(option, 0, step);
		}
		option += step;
	}
	return 0;
}

/* Options of which the third bit says that their data change on the way. */
static int clear_ip6_options(u8 *header, unsigned int len)
{
	unsigned int i = 2;

	while (i < len) {
		if (header[i] == IPV6_TLV_PAD1) {
			i++;
			continue;
		}
		if (i + 2 > len || i + 2 + header[i + 1] > len)
			return -EINVAL;
		if (header[i] & 0x20)
			memset(&header[i + 2], 0, header[i + 1]);
		i += 2 + header[i + 1];
	}
	return 0;
}

/* RFC 4302 3.3.3.1.2 */
static int clear_ip6(u8 *header, unsigned int len)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)header;
	unsigned int offset = sizeof(*ip6h), step;
	u8 nexthdr = ip6h->nexthdr;
	int err;

	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->hop_limit = 0;

	while (offset < len) {
		if (len - offset < 8)
			return -EINVAL;
		step = (header[offset + 1] + 1) * 8;
		if (step > len - offset)
			return -EINVAL;
		switch (nexthdr) {
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
			err = clear_ip6_options(header + offset, step);
			if (err)
				return err;
			break;
		case NEXTHDR_ROUTING:
			/* It must look as it will at the end of the route: it does
			 * there, and we send none that has a way to go (RFC 5095).
			 */
			if (header[offset + 3])
				return -EINVAL;
			break;
		default:
			return -EINVAL;
		}
		nexthdr = header[offset];
		offset += step;
	}
	return 0;
}

int adit_ip6_last_header(struct sk_buff *skb, unsigned int len, u8 **prevhdr)
{
	u8 *header = skb_network_header(skb);
	unsigned int offset = sizeof(struct ipv6hdr);

	*prevhdr = &ipv6_hdr(skb)->nexthdr;
	while (offset < len) {
		if (len - offset < 8)
			return -EINVAL;
		*prevhdr = header + offset;
		offset += (header[offset + 1] + 1) * 8;
	}
	return offset == len ? 0 : -EINVAL;
}

/*
 * Lists what is hashed: the headers, the payload behind AH, and the upper half
 * of the sequence number (RFC 4302 2.5.1).
 *
 * @skb: IP header at its data. @len: bytes of IP header, @ah_len: of AH.
 */
static int prepare(struct adit_request *request, struct adit_sa *sa, struct sk_buff *skb,
		   unsigned int len, unsigned int ah_len, unsigned int pieces)
{
	unsigned int payload = skb->len - len - ah_len;
	u8 *header = request->header;
	struct ip_auth_hdr *ah;
	int err;

	if (len + ah_len > sizeof(request->header)) {
		header = kmalloc(len + ah_len, GFP_ATOMIC);
		if (!header)
			return -ENOMEM;
		request->long_header = header;
	}
	memcpy(header, skb->data, len + ah_len);
	ah = (struct ip_auth_hdr *)(header + len);
	/* RFC 4302 3.3.3.2.1: the padding behind the ICV counts, whatever it is. */
	memset(ah->auth_data, 0, sa->transform.icv_len);
	err = sa->family == AF_INET ? clear_ip4(header, len) : clear_ip6(header, len);
	if (err)
		return err;

	sg_init_table(request->sg, pieces + 2);
	sg_set_buf(&request->sg[0], header, len + ah_len);
	request->aad[0] = htonl(upper_32_bits(request->seq));
	if (payload) {
		err = skb_to_sgvec_nomark(skb, &request->sg[1], len + ah_len, payload);
		if (err < 0)
			return err;
	} else {
		err = 0;
	}
	if (err > pieces)
		return -EMSGSIZE;
	if (sa->esn)
		sg_set_buf(&request->sg[1 + err], request->aad, sizeof(request->aad[0]));
	sg_mark_end(&request->sg[err + sa->esn]);
	return 0;
}

static void start(struct adit_request *request, struct adit_sa *sa, struct sk_buff *skb,
		  unsigned int pieces)
{
	struct ahash_request *ahash = adit_request_ahash(request, &sa->transform, pieces + 2);

	ahash_request_set_callback(ahash, 0, adit_request_complete, request);
	ahash_request_set_crypt(ahash, request->sg, request->icv,
				skb->len + (sa->esn ? sizeof(request->aad[0]) : 0));
	adit_request_run(sa, request, crypto_ahash_digest(ahash));
}

static enum adit_drop drop_of(int err)
{
	switch (err) {
	case -ENOMEM:
		return ADIT_DROP_NO_MEMORY;
	case -EINVAL:
	case -EMSGSIZE:
		return ADIT_DROP_MALFORMED;
	}
	return ADIT_DROP_CRYPTO;
}

static void output_done(struct adit_request *request, int err)
{
	struct sk_buff_head *batch = request->batch;
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;
	struct ip_auth_hdr *ah;

	if (likely(!err)) {
		ah = (struct ip_auth_hdr *)(skb->data + request->offset);
		memcpy(ah->auth_data, request->icv, sa->transform.icv_len);
	}
	adit_request_put(request);
	if (unlikely(err)) {
		adit_drop_out(sa->adit, sa, skb, drop_of(err));
		return;
	}
	adit_transmit_done(sa, skb, batch);
}

void adit_ah_output(struct adit_sa *sa, struct sk_buff *skb, unsigned int offset, u8 nexthdr,
		    u64 seq, struct sk_buff_head *batch)
{
	unsigned int ah_len = adit_ah_header_len(sa);
	struct adit_request *request;
	struct ip_auth_hdr *ah;
	int err;

	if (unlikely(adit_outer_lengths(sa, skb))) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_MTU);
		return;
	}
	request = adit_request_get(&sa->transform, 3);
	if (unlikely(!request)) {
		adit_drop_out(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = output_done;
	request->batch = batch;
	request->seq = seq;
	request->offset = offset;

	ah = (struct ip_auth_hdr *)(skb->data + offset);
	memset(ah, 0, ah_len);
	ah->nexthdr = nexthdr;
	ah->hdrlen = ah_len / 4 - 2;
	ah->spi = sa->spi;
	ah->seq_no = htonl(lower_32_bits(seq));

	err = prepare(request, sa, skb, offset, ah_len, 1);
	if (unlikely(err))
		output_done(request, err);
	else
		start(request, sa, skb, 1);
}

static void input_done(struct adit_request *request, int err)
{
	unsigned int len = request->offset;
	const u64 seq = request->seq;
	struct sk_buff *skb = request->skb;
	struct adit_sa *sa = request->sa;
	const struct ip_auth_hdr *ah = (struct ip_auth_hdr *)(skb->data + len);
	u8 nexthdr = ah->nexthdr;

	if (!err && crypto_memneq(ah->auth_data, request->icv, sa->transform.icv_len))
		err = -EBADMSG;
	adit_request_put(request);
	if (unlikely(err)) {
		adit_drop_in(sa->adit, sa, skb,
			     err == -EBADMSG ? ADIT_DROP_AUTHENTICATION : drop_of(err));
		return;
	}

	/* RFC 4302 3.4.3: the window moves only for an authentic packet. */
	__skb_pull(skb, len);
	if (unlikely(!adit_receive_authentic(sa, skb, seq)))
		return;
	__skb_pull(skb, (ah->hdrlen + 2) * 4);
	adit_receive_done(sa, skb, nexthdr);
}

void adit_ah_input(struct adit_sa *sa, struct sk_buff *skb, unsigned int pieces, u64 seq)
{
	const struct ip_auth_hdr *ah = ip_auth_hdr(skb);
	unsigned int header = sizeof(*ah) + sa->transform.icv_len;
	unsigned int ah_len = (ah->hdrlen + 2) * 4;
	unsigned int len = -skb_network_offset(skb);
	struct adit_request *request;
	int err;

	/* RFC 4302 2.2, 2.6: as long as the ICV needs. Over IPv4, padding to 64 bits
	 * is accepted, too, since Linux sends it unless told otherwise.
	 */
	if (unlikely((ah_len != ALIGN(header, 4) && ah_len != ALIGN(header, 8)) ||
		     !pskb_may_pull(skb, ah_len))) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_MALFORMED);
		return;
	}
	request = adit_request_get(&sa->transform, pieces + 2);
	if (unlikely(!request)) {
		adit_drop_in(sa->adit, sa, skb, ADIT_DROP_NO_MEMORY);
		return;
	}
	request->skb = skb;
	request->sa = sa;
	request->done = input_done;
	request->batch = NULL;
	request->seq = seq;
	request->offset = len;

	__skb_push(skb, len);
	err = prepare(request, sa, skb, len, ah_len, pieces);
	if (unlikely(err))
		input_done(request, err);
	else
		start(request, sa, skb, pieces);
}

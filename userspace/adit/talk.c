// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/talk.h"

#include <string.h>

#include "adit/echo.h"
#include "ike/cursor.h"

#define PORTS_SERVICES	1024	/* RFC 6335 6: below, who listens; what asks has one above */

enum { ICMP4 = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_ACK = 16 };

/**
 * struct heard - a packet as far as it counts here
 * @whole: bytes of its payload as sent, of which @payload may be the beginning
 */
struct heard {
	struct ike_address source, destination;
	uint8_t protocol;
	struct bytes payload;
	size_t whole;
};

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32(const uint8_t *at)
{
	return (uint32_t)u16(at) << 16 | u16(at + 2);
}

/* Serial numbers, which begin anew behind the largest */
static bool is_after(uint32_t a, uint32_t b)
{
	return a != b && a - b < 0x80000000u;
}

/* Later fragments and extension headers are nothing that an answer is known by */
static bool read_ip(struct heard *heard, struct bytes packet)
{
	size_t header = 40, total, address = 16, at = 8;

	if (packet.len < 1)
		return false;
	if (packet.data[0] >> 4 == 4) {
		header = (packet.data[0] & 15) * 4u;
		address = 4;
		at = 12;
	}
	if ((packet.data[0] >> 4 != 4 && packet.data[0] >> 4 != 6) || header < 20 ||
	    packet.len < header || (address == 4 && u16(packet.data + 6) & 0x1fff))
		return false;
	total = address == 4 ? u16(packet.data + 2) : 40u + u16(packet.data + 4);
	heard->protocol = packet.data[address == 4 ? 9 : 6];
	heard->source = heard->destination = (struct ike_address){ 0 };
	heard->source.family = heard->destination.family = address == 4 ? AF_INET : AF_INET6;
	memcpy(heard->source.bytes, packet.data + at, address);
	memcpy(heard->destination.bytes, packet.data + at + address, address);
	heard->payload = bytes_of(packet.data + header, packet.len - header);
	heard->whole = total > header ? total - header : 0;
	return true;
}

static bool is_icmp(const struct heard *heard)
{
	return heard->protocol == (heard->source.family == AF_INET ? ICMP4 : ICMP6);
}

/* The two ports, as they stand in the packet. False: nothing that has an answer of its own */
static bool read_ports(const struct heard *heard, uint16_t ports[2])
{
	const uint8_t *data = heard->payload.data;

	if (heard->payload.len < 8)
		return false;
	if (heard->protocol == TCP || heard->protocol == UDP) {
		ports[0] = u16(data);
		ports[1] = u16(data + 2);
		return true;
	}
	ports[0] = u16(data + 4);
	ports[1] = 0;
	return is_icmp(heard) && (data[0] == ECHO4 || data[0] == ECHO6 || data[0] == REPLY4 ||
				  data[0] == REPLY6);
}

/* @turned: the packet's source is the peer's side. NULL: none, and @add or there is no room */
static struct talk_flow *find_flow(struct talk *talk, const struct heard *heard, bool turned,
				   bool add)
{
	const struct ike_address *local = turned ? &heard->destination : &heard->source;
	const struct ike_address *remote = turned ? &heard->source : &heard->destination;
	struct talk_flow *flow;
	uint16_t ports[2], ours, theirs;
	unsigned int i;

	if (!read_ports(heard, ports))
		return NULL;
	ours = ports[turned && !is_icmp(heard)];
	theirs = is_icmp(heard) ? 0 : ports[!turned];
	for (i = 0; i < talk->flow_count; i++) {
		flow = &talk->flows[i];
		if (flow->protocol == heard->protocol && flow->ports[0] == ours &&
		    flow->ports[1] == theirs && ike_address_equal(&flow->local, local) &&
		    ike_address_equal(&flow->remote, remote))
			return flow;
	}
	if (!add || talk->flow_count == TALK_FLOWS)
		return NULL;
	flow = &talk->flows[talk->flow_count++];
	*flow = (struct talk_flow){
		.local = *local, .remote = *remote, .protocol = heard->protocol,
		.ports = { ours, theirs }, .begun = !turned,
	};
	return flow;
}

/* @which: 0 the sender's own timestamp, 1 that which it has heard last (RFC 7323 3.2) */
static bool read_stamp(struct bytes header, unsigned int which, uint32_t *stamp)
{
	size_t at = 20;

	while (at + 1 < header.len && header.data[at]) {
		size_t length = header.data[at] == 1 ? 1 : header.data[at + 1];

		if (!length || (header.data[at] != 1 && length < 2) || at + length > header.len)
			return false;
		if (header.data[at] == 8 && length == 10) {
			*stamp = u32(header.data + at + 2 + 4 * which);
			return true;
		}
		at += length;
	}
	return false;
}

/* Its header with options; empty: none */
static struct bytes tcp_header(const struct heard *heard)
{
	size_t length = heard->payload.len < 20 ? 0 : (heard->payload.data[12] >> 4) * 4u;

	return length < 20 || length > heard->payload.len ? bytes_of(NULL, 0) :
		bytes_of(heard->payload.data, length);
}

static void tcp_sent(struct talk *talk, struct talk_flow *flow, const struct heard *heard)
{
	struct bytes header = tcp_header(heard);
	uint32_t begin, end, stamp;

	if (!header.len)
		return;
	begin = u32(header.data + 4);
	end = begin + !!(header.data[13] & TCP_SYN) + !!(header.data[13] & TCP_FIN);
	if (heard->whole > header.len)
		end += (uint32_t)(heard->whole - header.len);
	talk->asks += end != begin;
	if (!flow)
		return;
	flow->asked += end != begin;
	if (!flow->sent) {
		flow->first = begin;
		flow->end = end;
	} else if (is_after(end, flow->end)) {
		flow->end = end;
	}
	if (read_stamp(header, 0, &stamp)) {
		if (!flow->stamped)
			flow->stamp_first = stamp;
		flow->stamp = stamp;
		flow->stamped = true;
	}
	flow->sent = true;
}

/*
 * It acknowledges, or has heard the time of, something later than the first that we saw go out:
 * what had arrived before we looked is no proof of now
 */
static bool tcp_answers(const struct talk_flow *flow, const struct heard *heard)
{
	struct bytes header = tcp_header(heard);
	uint32_t acknowledged, stamp;

	if (!header.len || !flow->sent || !(header.data[13] & TCP_ACK))
		return false;
	acknowledged = u32(header.data + 8);
	if (is_after(acknowledged, flow->first) && !is_after(acknowledged, flow->end))
		return true;
	return flow->stamped && read_stamp(header, 1, &stamp) &&
	       is_after(stamp, flow->stamp_first) && !is_after(stamp, flow->stamp);
}

/* Whose packet it quotes (RFC 792, RFC 4443 3): one that we have seen go out */
static bool error_answers(struct talk *talk, const struct heard *heard)
{
	static const uint8_t four[] = { 3, 11, 12 }, six[] = { 1, 2, 3, 4 };
	bool is_four = heard->source.family == AF_INET;
	const struct talk_flow *flow;
	struct heard quoted;

	if (heard->payload.len < 8 ||
	    !memchr(is_four ? four : six, heard->payload.data[0],
		    is_four ? sizeof(four) : sizeof(six)) ||
	    !read_ip(&quoted, bytes_of(heard->payload.data + 8, heard->payload.len - 8)))
		return false;
	flow = find_flow(talk, &quoted, false, false);
	return flow && flow->sent;
}

static bool is_answer(struct talk *talk, const struct heard *heard)
{
	const struct talk_flow *flow;

	if (is_icmp(heard) && error_answers(talk, heard))
		return true;
	if (is_icmp(heard) && heard->payload.len && heard->payload.data[0] != REPLY4 &&
	    heard->payload.data[0] != REPLY6)
		return false;
	flow = find_flow(talk, heard, true, heard->protocol == UDP);
	if (!flow)
		return false;
	if (heard->protocol == TCP)
		return tcp_answers(flow, heard);
	/* In other flows nobody knows who answers whom */
	if (heard->protocol == UDP)
		return flow->begun && flow->ports[0] >= PORTS_SERVICES &&
		       flow->ports[1] < PORTS_SERVICES;
	return flow->sent;
}

static void take_sent(struct talk *talk, const struct heard *heard)
{
	bool reply = is_icmp(heard) && heard->payload.len &&
		     (heard->payload.data[0] == REPLY4 || heard->payload.data[0] == REPLY6);
	struct talk_flow *flow = reply ? NULL : find_flow(talk, heard, false, true);
	bool own = flow && flow->ports[1] == ECHO_PORT_NOBODY;

	if (heard->protocol == TCP) {
		tcp_sent(talk, flow, heard);
		return;
	}
	talk->tells += !is_icmp(heard) && !own;
	if (!flow)
		return;
	flow->sent = true;
	flow->asked += is_icmp(heard);
}

/* One that may answer a ping: neither a group, nor at home on the link alone */
static bool is_host(const struct ike_address *address)
{
	const uint8_t *bytes = address->bytes;

	return address->family == AF_INET ? bytes[0] && bytes[0] < 224 :
		bytes[0] != 0xff && !(bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

static void note_host(struct talk *talk, const struct ike_address *host, bool heard)
{
	unsigned int i;

	for (i = 0; i < talk->host_count; i++)
		if (ike_address_equal(&talk->hosts[i], host)) {
			talk->heard[i] |= heard;
			return;
		}
	if (i == TALK_HOSTS || !is_host(host))
		return;
	talk->hosts[i] = *host;
	talk->heard[i] = heard;
	talk->host_count++;
}

void talk_take(struct talk *talk, bool outgoing, const uint8_t *packet, size_t length)
{
	struct heard heard;

	if (!read_ip(&heard, bytes_of(packet, length)))
		return;
	note_host(talk, outgoing ? &heard.destination : &heard.source, !outgoing);
	if (outgoing)
		take_sent(talk, &heard);
	else
		talk->answers += is_answer(talk, &heard);
}

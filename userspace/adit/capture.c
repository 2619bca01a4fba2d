// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/capture.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "adit/capture_ike.h"
#include "ike/cursor.h"
#include "ike/ike.h"
#include "ike/numbers.h"

#define SPIS_MAX	16
#define ERRORS_MAX	16
#define QUESTIONS_MAX	64
#define SEEN		4096		/* sequence numbers remembered for each SPI */
#define PACKET_MAX	65536
#define DRAIN_MAX	10000		/* packets at a time: a busy link has always more */

enum { ICMP4 = 1, UDP = 17, ESP = 50, AH = 51, ICMP6 = 58 };

struct stream {
	uint32_t spi;
	unsigned int ifindex;
	bool udp, length_varies;
	unsigned int length_mod8;
	uint64_t packets, duplicates, reorder;
	uint32_t highest;
	uint32_t seen[SEEN];
};

struct icmp_error {
	const char *kind, *about;
	struct ike_address from;
	unsigned int count;
};

struct capture {
	struct ike_address peer, local;	/* local: AF_UNSPEC while any counts */
	int socket;
	unsigned int inside;		/* ifindex of the tunnel's device */
	unsigned int ifindex;		/* of the packet at hand */
	bool cut;			/* it is a first fragment, shorter than the whole */
	struct capture_ike ike;
	struct talk talk;
	uint64_t esp_out, udp_esp_out, udp_esp_in, ah_out;
	struct stream *streams[SPIS_MAX];
	unsigned int stream_count;
	struct icmp_error errors[ERRORS_MAX];
	unsigned int error_count;
	uint8_t cookies[QUESTIONS_MAX][8];	/* of our questions, the last one awaited */
	unsigned int questions;
	uint8_t answer[CAPTURE_ANSWER_MAX];
	size_t answer_length;
	struct capture_passage passages[CAPTURE_PASSAGES_MAX];
	size_t passage_count;
	uint8_t packet[PACKET_MAX];
};

/* What of an IP header counts here */
struct ip {
	struct ike_address source, destination;
	uint8_t protocol;
	struct bytes payload;
	bool fragment;		/* not the first: it has no further headers */
	bool cut;		/* more fragments follow */
};

struct capture *capture_new(const struct ike_address *peer)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return NULL;
	capture->peer = *peer;
	capture->socket = -1;
	return capture;
}

void capture_own(struct capture *capture, const struct ike_address *local, uint16_t port,
		 uint16_t natt_port)
{
	capture->local = *local;
	capture->ike.ports[0] = port;
	capture->ike.ports[1] = natt_port;
}

void capture_free(struct capture *capture)
{
	unsigned int i;

	if (!capture)
		return;
	for (i = 0; i < capture->stream_count; i++)
		free(capture->streams[i]);
	if (capture->socket >= 0)
		close(capture->socket);
	free(capture);
}

static struct ike_address address_of(int family, const uint8_t *bytes)
{
	struct ike_address address = { .family = (uint16_t)family };

	memcpy(address.bytes, bytes, family == AF_INET ? 4 : 16);
	return address;
}

static uint16_t get16(struct bytes bytes, size_t at)
{
	return at + 2 <= bytes.len ? (uint16_t)(bytes.data[at] << 8 | bytes.data[at + 1]) : 0;
}

static uint32_t get32(struct bytes bytes, size_t at)
{
	return (uint32_t)get16(bytes, at) << 16 | get16(bytes, at + 2);
}

static struct bytes behind(struct bytes bytes, size_t length)
{
	return length <= bytes.len ? bytes_of(bytes.data + length, bytes.len - length) :
				     bytes_of(NULL, 0);
}

/* RFC 791 3.1. @quoted: within an ICMP error, where the rest of the packet is missing */
static bool read_ip4(struct ip *ip, struct bytes packet, bool quoted)
{
	size_t header = (packet.data[0] & 15) * 4u, total = get16(packet, 2);

	if (packet.len < 20 || header < 20 || header > packet.len)
		return false;
	/* Ethernet pads what is short */
	if (!quoted && total >= header && total < packet.len)
		packet.len = total;
	ip->source = address_of(AF_INET, packet.data + 12);
	ip->destination = address_of(AF_INET, packet.data + 16);
	ip->protocol = packet.data[9];
	ip->fragment = get16(packet, 6) & 0x1fff;
	ip->cut = get16(packet, 6) & 0x2000;
	ip->payload = behind(packet, header);
	return true;
}

/* RFC 8200 3; of extension headers only the fragment header is looked behind (4.5) */
static bool read_ip6(struct ip *ip, struct bytes packet)
{
	if (packet.len < 40)
		return false;
	ip->source = address_of(AF_INET6, packet.data + 8);
	ip->destination = address_of(AF_INET6, packet.data + 24);
	ip->protocol = packet.data[6];
	ip->fragment = ip->cut = false;
	ip->payload = behind(packet, 40);
	if (ip->protocol == 44 && ip->payload.len >= 8) {
		ip->protocol = ip->payload.data[0];
		ip->fragment = get16(ip->payload, 2) & 0xfff8;
		ip->cut = get16(ip->payload, 2) & 1;
		ip->payload = behind(ip->payload, 8);
	}
	return true;
}

static bool read_ip(struct ip *ip, struct bytes packet, bool quoted)
{
	if (!packet.len)
		return false;
	switch (packet.data[0] >> 4) {
	case 4:
		return read_ip4(ip, packet, quoted);
	case 6:
		return read_ip6(ip, packet);
	default:
		return false;
	}
}

static struct stream *stream_of(struct capture *capture, uint32_t spi)
{
	unsigned int i;

	for (i = 0; i < capture->stream_count; i++)
		if (capture->streams[i]->spi == spi)
			return capture->streams[i];
	if (i == SPIS_MAX)
		return NULL;
	capture->streams[i] = calloc(1, sizeof(struct stream));
	if (!capture->streams[i])
		return NULL;
	capture->streams[i]->spi = spi;
	capture->streams[i]->ifindex = capture->ifindex;
	capture->stream_count++;
	return capture->streams[i];
}

/* RFC 4303 2, RFC 4302 2: SPI and sequence number */
static void take_ipsec(struct capture *capture, struct bytes packet, bool udp, bool ah)
{
	uint32_t sequence = get32(packet, ah ? 8 : 4);
	struct stream *s;

	if (packet.len < 12)
		return;
	s = stream_of(capture, get32(packet, ah ? 4 : 0));
	if (!s || s->ifindex != capture->ifindex)
		return;
	s->udp |= udp;
	s->length_varies |= capture->cut || (s->packets && s->length_mod8 != packet.len % 8);
	s->length_mod8 = packet.len % 8;
	/* A slot never used holds 0, which is no sequence number (RFC 4303 2.2) */
	if (sequence && s->seen[sequence % SEEN] == sequence)
		s->duplicates++;
	else if (s->packets && sequence < s->highest && s->highest - sequence > s->reorder)
		s->reorder = s->highest - sequence;
	s->seen[sequence % SEEN] = sequence;
	if (sequence > s->highest)
		s->highest = sequence;
	s->packets++;
}

/* Which question a message answers, however late; QUESTIONS_MAX: none */
static unsigned int question_of(const struct capture *capture, struct bytes message)
{
	unsigned int i;

	for (i = 0; i < capture->questions && message.len >= 28; i++)
		if (!memcmp(message.data, capture->cookies[i], 8))
			return i;
	return QUESTIONS_MAX;
}

/* @ours, @theirs: the ports at both ends */
static void take_ike(struct capture *capture, bool outgoing, struct bytes message, bool natt,
		     uint16_t ours, uint16_t theirs)
{
	unsigned int question = question_of(capture, message);

	if (outgoing) {
		capture_ike_sent(&capture->ike, message, ours, theirs, natt,
				 question < QUESTIONS_MAX);
		return;
	}
	capture_ike_received(&capture->ike, message, ours, theirs, natt);
	if (question == QUESTIONS_MAX)
		return;
	/* A second one says nothing new, a late one nothing of what is asked now */
	if (capture->answer_length || question + 1 != capture->questions ||
	    message.len > CAPTURE_ANSWER_MAX)
		return;
	memcpy(capture->answer, message.data, message.len);
	capture->answer_length = message.len;
}

static void take_passage(struct capture *capture, bool outgoing, struct bytes data)
{
	struct bytes message = behind(data, 4);
	/* RFC 3948 2.2, RFC 2408 3.1 */
	bool ike = data.len >= 8 && !get32(data, 0), whole = ike && message.len >= 28;

	if (capture->passage_count == CAPTURE_PASSAGES_MAX ||
	    (ike && !outgoing && question_of(capture, message) != QUESTIONS_MAX))
		return;
	capture->passages[capture->passage_count++] = (struct capture_passage){
		.ms = capture_now(), .outgoing = outgoing,
		.keepalive = data.len == 1 && data.data[0] == 0xff, .ike = ike,
		.exchange = whole ? message.data[18] : 0, .id = whole ? get32(message, 20) : 0,
	};
}

/* adit.conf(5): port, natt-port, which with remote-port may all be others than those of IKE */
static bool is_daemons(const struct capture *capture, uint16_t ours)
{
	return ours && (ours == capture->ike.ports[0] || ours == capture->ike.ports[1]);
}

static bool is_natt(const struct capture *capture, uint16_t ours, uint16_t theirs)
{
	return ours == IKE_PORT_NATT || theirs == IKE_PORT_NATT ||
	       (ours && ours == capture->ike.ports[1]);
}

static void take_udp(struct capture *capture, bool outgoing, struct bytes packet)
{
	uint16_t source = get16(packet, 0), destination = get16(packet, 2);
	uint16_t theirs = outgoing ? destination : source, ours = outgoing ? source : destination;
	struct bytes data = behind(packet, 8);

	if (!capture_ike_port(source) && !capture_ike_port(destination) &&
	    !is_daemons(capture, ours))
		return;
	if (theirs == IKE_PORT || !is_natt(capture, ours, theirs)) {
		take_ike(capture, outgoing, data, false, ours, theirs);
		return;
	}
	if (ours == IKE_PORT_NATT)
		take_passage(capture, outgoing, data);
	/* RFC 3948 2.2, 2.3: a non-ESP marker, a keepalive, or ESP */
	if (data.len < 8)
		return;
	if (!get32(data, 0)) {
		take_ike(capture, outgoing, behind(data, 4), true, ours, theirs);
	} else if (outgoing) {
		capture->udp_esp_out++;
	} else {
		capture->udp_esp_in++;
		take_ipsec(capture, data, true, false);
	}
}

/* RFC 792, RFC 1812 5.2.7.1, RFC 4443 3 */
static const char *error_kind(uint8_t protocol, uint8_t type, uint8_t code)
{
	if (protocol == ICMP6) {
		if (type == 2)
			return "too-big";
		if (type != 1)
			return NULL;
		return code == 4 ? "port-unreachable" :
		       code == 1 || code == 5 || code == 6 ? "prohibited" : "unreachable";
	}
	if (type != 3)
		return NULL;
	switch (code) {
	case 2:
		return "protocol-unreachable";
	case 3:
		return "port-unreachable";
	case 4:
		return "too-big";
	case 9:
	case 10:
	case 13:
		return "prohibited";
	default:
		return "unreachable";
	}
}

static const char *error_about(const struct ip *quoted)
{
	switch (quoted->protocol) {
	case UDP:
		if (get16(quoted->payload, 2) == IKE_PORT)
			return "UDP port 500";
		return get16(quoted->payload, 2) == IKE_PORT_NATT ? "UDP port 4500" : "IP";
	case ESP:
		return "ESP";
	case AH:
		return "AH";
	default:
		return "IP";
	}
}

static bool is_local(const struct capture *capture, const struct ike_address *address)
{
	return !capture->local.family || ike_address_equal(&capture->local, address);
}

/* What the peer has to say to somebody else: another address of ours, or a host behind us */
static void take_elsewhere(struct capture *capture, const struct ip *ip)
{
	uint16_t port = get16(ip->payload, 2);

	if (ip->protocol == UDP && port &&
	    (capture_ike_port(port) || port == capture->ike.ports[0] ||
	     port == capture->ike.ports[1])) {
		capture->ike.in++;
		capture->ike.elsewhere++;
	}
}

/* Somebody else than the peer, who may have had what was sent to it */
static void take_stranger(struct capture *capture, const struct ip *ip)
{
	struct bytes message = behind(ip->payload, 8);

	if (ip->protocol != UDP || !is_local(capture, &ip->destination))
		return;
	/* RFC 3948 2.2; a cookie does not begin so */
	if (message.len >= 4 && !get32(message, 0))
		message = behind(message, 4);
	capture_ike_stranger(&capture->ike, message, &ip->source,
			     question_of(capture, message) < QUESTIONS_MAX);
}

static void take_error(struct capture *capture, const struct ip *ip)
{
	const char *kind, *about;
	struct icmp_error *error;
	struct ip quoted;
	unsigned int i;

	if (ip->payload.len < 8)
		return;
	kind = error_kind(ip->protocol, ip->payload.data[0], ip->payload.data[1]);
	if (!kind || !read_ip(&quoted, behind(ip->payload, 8), true) ||
	    !ike_address_equal(&quoted.destination, &capture->peer) ||
	    !is_local(capture, &quoted.source))
		return;
	about = error_about(&quoted);
	for (i = 0; i < capture->error_count; i++) {
		error = &capture->errors[i];
		if (error->kind == kind && error->about == about &&
		    ike_address_equal(&error->from, &ip->source)) {
			error->count++;
			return;
		}
	}
	if (capture->error_count == ERRORS_MAX)
		return;
	error = &capture->errors[capture->error_count++];
	*error = (struct icmp_error){ kind, about, ip->source, 1 };
}

void capture_take(struct capture *capture, unsigned int ifindex, bool outgoing,
		  const uint8_t *packet, size_t length)
{
	struct ip ip;

	capture->ifindex = ifindex;
	if (!read_ip(&ip, bytes_of(packet, length), false) || ip.fragment)
		return;
	capture->cut = ip.cut;
	if (!outgoing && (ip.protocol == ICMP4 || ip.protocol == ICMP6))
		take_error(capture, &ip);
	if (!ike_address_equal(outgoing ? &ip.destination : &ip.source, &capture->peer)) {
		if (!outgoing)
			take_stranger(capture, &ip);
		return;
	}
	if (!is_local(capture, outgoing ? &ip.source : &ip.destination)) {
		if (!outgoing)
			take_elsewhere(capture, &ip);
		return;
	}
	switch (ip.protocol) {
	case UDP:
		take_udp(capture, outgoing, ip.payload);
		break;
	case ESP:
		if (outgoing)
			capture->esp_out++;
		else
			take_ipsec(capture, ip.payload, false, false);
		break;
	case AH:
		if (outgoing)
			capture->ah_out++;
		else
			take_ipsec(capture, ip.payload, false, true);
		break;
	default:
		break;
	}
}

uint64_t capture_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

const struct capture_passage *capture_passages(const struct capture *capture, size_t *count)
{
	*count = capture->passage_count;
	return capture->passages;
}

bool capture_open(struct capture *capture, unsigned int inside)
{
	int buffer = 4 << 20;

	capture->inside = inside;
	capture->socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				 htons(ETH_P_ALL));
	if (capture->socket < 0)
		return false;
	setsockopt(capture->socket, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	return true;
}

static void drain(struct capture *capture)
{
	unsigned int most = DRAIN_MAX;
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t length;

	while (most-- && (length = recvfrom(capture->socket, capture->packet,
					    sizeof(capture->packet), 0,
					    (struct sockaddr *)&from, &size)) >= 0) {
		bool outgoing = from.sll_pkttype == PACKET_OUTGOING;

		size = sizeof(from);
		if (!outgoing && from.sll_pkttype != PACKET_HOST)
			continue;
		if (from.sll_ifindex == (int)capture->inside)
			talk_take(&capture->talk, outgoing, capture->packet, (size_t)length);
		else
			capture_take(capture, (unsigned int)from.sll_ifindex, outgoing,
				     capture->packet, (size_t)length);
	}
}

/* @answered: or until the answer is there */
static void take_until(struct capture *capture, unsigned int ms, bool answered)
{
	struct pollfd poll_fd = { .fd = capture->socket, .events = POLLIN };
	uint64_t end = capture_now() + ms, now;

	for (;;) {
		if (capture->socket >= 0)
			drain(capture);
		now = capture_now();
		if ((answered && capture->answer_length) || now >= end)
			return;
		poll(&poll_fd, capture->socket >= 0, (int)(end - now));
	}
}

const struct talk *capture_talk(const struct capture *capture)
{
	return &capture->talk;
}

void capture_wait(struct capture *capture, unsigned int ms)
{
	take_until(capture, ms, false);
}

void capture_await(struct capture *capture, unsigned int ms)
{
	take_until(capture, ms, true);
}

void capture_expect(struct capture *capture, const uint8_t cookie[8])
{
	if (capture->questions == QUESTIONS_MAX)
		capture->questions--;
	memcpy(capture->cookies[capture->questions++], cookie, 8);
	capture->answer_length = 0;
}

const uint8_t *capture_answer(const struct capture *capture, size_t *length)
{
	*length = capture->answer_length;
	return capture->answer_length ? capture->answer : NULL;
}

static json_t *stream_json(const struct stream *s)
{
	json_t *object = json_pack("{s:o, s:I, s:b, s:I, s:I}", "spi",
				   json_sprintf("0x%08x", s->spi), "packets",
				   (json_int_t)s->packets, "udp", s->udp, "reorder",
				   (json_int_t)s->reorder, "duplicates",
				   (json_int_t)s->duplicates);

	if (!s->length_varies)
		json_object_set_new(object, "length_mod8", json_integer(s->length_mod8));
	return object;
}

json_t *capture_json(const struct capture *capture)
{
	json_t *in = json_array(), *errors = json_array(), *wire;
	char from[IKE_ADDRESS_TEXT];
	unsigned int i;

	for (i = 0; i < capture->stream_count; i++)
		json_array_append_new(in, stream_json(capture->streams[i]));
	for (i = 0; i < capture->error_count; i++)
		json_array_append_new(errors, json_pack(
			"{s:s, s:s, s:s, s:i}", "kind", capture->errors[i].kind, "about",
			capture->errors[i].about, "from",
			ike_address_text(&capture->errors[i].from, from), "count",
			(int)capture->errors[i].count));
	wire = json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "esp_out",
			 (json_int_t)capture->esp_out, "udp_esp_out",
			 (json_int_t)capture->udp_esp_out, "udp_esp_in",
			 (json_int_t)capture->udp_esp_in, "ah_out", (json_int_t)capture->ah_out,
			 "in", in, "icmp", errors);
	capture_ike_json(&capture->ike, wire);
	return wire;
}

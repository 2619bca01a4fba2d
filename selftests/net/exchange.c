// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends data between two network namespaces and compares what arrives: datagrams of many sizes
 * and TCP streams, both ways, in one process. A shell test that ran ping and socat instead would
 * spend most of its time starting programs in an emulated machine.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/craft.h"
#include "lib/patience.h"

#define DATAGRAM_MAX	65000
#define SILENCE_PROBES	3
/* Nothing is sent twice: a long wait forgives a slow machine, not a lost packet. */
#define WAIT_MS		10000

static const char usage_text[] =
"usage: exchange [OPTIONS] NS-A NS-B ADDRESS-A ADDRESS-B [ADDRESS-A ADDRESS-B...]\n"
"  -u SIZES   UDP payloads, such as 0-64,1000,1300; each way, one after the other\n"
"  -s COUNT   so many datagrams of 64 bytes, each way, as fast as it can; all arrive in order\n"
"  -e COUNT   so many datagrams there and back, one after the other\n"
"  -t BYTES   TCP: that many bytes each way\n"
"  -1         from A to B only\n"
"  -n         nothing may arrive: passes when none of three datagrams does\n"
"  -w MS      how long a datagram may take (10000), or with -n how long to listen (300);\n"
"             times TEST_PATIENCE\n"
"  -p PORT    port of both sides (4000)\n"
"  -T TOS     TOS or traffic class to send with\n"
"  -R TOS     TOS or traffic class that must arrive\n"
"  -d         datagrams with DF set, path MTU ignored\n"
"  -o         with IPv4 options, or IPv6 hop-by-hop and destination options\n"
"  -r HOP     datagrams with a loose source route over HOP (IPv4), or with a routing header of\n"
"             which HOP segments are left (IPv6)\n";

struct options {
	const char *sizes;
	size_t tcp_bytes;
	unsigned int burst, echoes;
	bool one_way, silence, dont_fragment, with_options;
	int wait_ms, port, send_tos, expect_tos;
	const char *hop;
};

struct side {
	const char *namespace;
	struct sockaddr_storage address;
	socklen_t length;
	char name[INET6_ADDRSTRLEN];
};

static unsigned char sent[DATAGRAM_MAX], received[DATAGRAM_MAX];

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The word that a capture is searched for, and a number that tells any two places apart. */
static unsigned char pattern(size_t offset, unsigned int seed)
{
	static const char word[] = "aditplain";
	size_t place = offset % 16;

	if (place < sizeof(word) - 1)
		return word[place];
	return (offset / 16) * 7 + offset * 3 + seed;
}

static void fill(unsigned char *to, size_t offset, size_t count, unsigned int seed)
{
	for (size_t i = 0; i < count; i++)
		to[i] = pattern(offset + i, seed);
}

static void enter(const char *namespace)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", namespace);
	close(fd);
}

static void parse_address(struct side *side, const char *text, int port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&side->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&side->address;

	memset(&side->address, 0, sizeof(side->address));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		side->length = sizeof(*in);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		side->length = sizeof(*in6);
	} else {
		errx(2, "%s is no address", text);
	}
	snprintf(side->name, sizeof(side->name), "%s", text);
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		err(2, "socket option %d", name);
}

/* Every kind that AH tells apart (RFC 4302 3.3.3.1, A1, A2), but source routes. */
static void set_options(int fd, bool ipv6)
{
	static const unsigned char ip[40] = {
		1,					/* none, for alignment */
		68, 8, 5, 0, 0, 0, 0, 0,		/* timestamp (RFC 791 3.1): changes */
		7, 7, 4, 0, 0, 0, 0,			/* record route: changes */
		148, 4, 0, 0,				/* router alert (RFC 2113): does not */
		130, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8,	/* security: does not */
		133, 3, 1,				/* extended security: does not */
		149, 6, 1, 2, 3, 4,			/* directed delivery: does not */
	};
	/* Padding of one byte, and two that nobody knows: one of which the bits say that it may
	 * change (RFC 8200 4.2), and one that may not, and is long.
	 */
	static const unsigned char hop_by_hop[128] = {
		0, 15, 0, 0x3e, 4, 1, 2, 3, 4, 0x1e, 117, 1, 2, 3, 4, 5, 6, 7, 8, 9
	};
	static const unsigned char destination[] = {
		0, 1, 1, 4, 0, 0, 0, 0, 0x1e, 6, 1, 2, 3, 4, 5, 6
	};

	if (ipv6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, hop_by_hop, sizeof(hop_by_hop)) ||
		   setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, destination, sizeof(destination)) :
		   setsockopt(fd, IPPROTO_IP, IP_OPTIONS, ip, sizeof(ip)))
		err(2, "options");
}

/* RFC 791 3.1: where it goes is what the route ends with; the kernel puts it there. */
static void set_source_route(int fd, const char *hop)
{
	unsigned char ip[8] = { 1, 131, 7, 4 };

	if (inet_pton(AF_INET, hop, &ip[4]) != 1)
		errx(2, "%s: no hop", hop);
	if (setsockopt(fd, IPPROTO_IP, IP_OPTIONS, ip, sizeof(ip)))
		err(2, "source route");
	/* Linux sums the hop's address, where RFC 1122 4.1.3.4 wants the destination's. */
	set(fd, SOL_SOCKET, SO_NO_CHECK, 1);
}

static int open_socket(const struct side *side, int type, const struct options *options)
{
	bool ipv6 = side->address.ss_family == AF_INET6;
	int fd;

	enter(side->namespace);
	fd = socket(side->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(2, "socket");
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (options->send_tos >= 0)
		set(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS,
		    options->send_tos);
	set(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_RECVTCLASS : IP_RECVTOS, 1);
	/* A whole burst waits until it is looked at. */
	if (options->burst)
		set(fd, SOL_SOCKET, SO_RCVBUFFORCE, options->burst * 4096);
	if (options->dont_fragment)
		set(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
		    ipv6 ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE);
	if (options->with_options)
		set_options(fd, ipv6);
	if (options->hop && !ipv6)
		set_source_route(fd, options->hop);
	if (bind(fd, (struct sockaddr *)&side->address, side->length))
		err(2, "bind to %s in %s", side->name, side->namespace);
	return fd;
}

/* Receives one datagram. Returns its length, or -1 when none came in time. */
static ssize_t receive(int fd, int wait_ms, int *tos)
{
	char control[128];
	struct iovec part = { received, sizeof(received) };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t length;

	*tos = -1;
	if (poll(&ready, 1, wait_ms) <= 0)
		return -1;
	length = recvmsg(fd, &message, 0);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			*tos = *(unsigned char *)CMSG_DATA(c);
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)
			memcpy(tos, CMSG_DATA(c), sizeof(*tos));
	}
	return length;
}

static bool right_tos(const struct side *from, const struct side *to, int tos,
		      const struct options *options)
{
	if (options->expect_tos < 0 || tos == options->expect_tos)
		return true;
	warnx("%s to %s: arrived with TOS 0x%02x, expected 0x%02x", from->name, to->name, tos,
	      options->expect_tos);
	return false;
}

/* The kernel lets nobody ask for a routing header that has arrived: a packet of our own. */
static ssize_t send_routed(const struct side *from, const struct side *to, size_t size,
			   unsigned char segments_left)
{
	const struct sockaddr_in6 *src = (const struct sockaddr_in6 *)&from->address;
	const struct sockaddr_in6 *dst = (const struct sockaddr_in6 *)&to->address;
	const unsigned char routing[24] = { IPPROTO_UDP, 2, 0, segments_left };
	struct craft_inner udp = {
		.src = { .family = AF_INET6, .in6 = src->sin6_addr },
		.dst = { .family = AF_INET6, .in6 = dst->sin6_addr },
		.sport = ntohs(src->sin6_port), .dport = ntohs(dst->sin6_port),
		.payload = sent, .length = size,
	};
	static unsigned char packet[CRAFT_MAX + sizeof(routing)];
	struct ip6_hdr *ip6 = (struct ip6_hdr *)packet;
	struct sockaddr_in6 route = *dst;
	size_t length = craft_inner(&udp, packet);
	ssize_t status;
	int fd;

	memmove(packet + sizeof(*ip6) + sizeof(routing), packet + sizeof(*ip6),
		length - sizeof(*ip6));
	memcpy(packet + sizeof(*ip6), routing, sizeof(routing));
	ip6->ip6_nxt = IPPROTO_ROUTING;
	ip6->ip6_plen = htons(length + sizeof(routing) - sizeof(*ip6));
	enter(from->namespace);
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		err(2, "raw socket");
	route.sin6_port = 0;
	status = sendto(fd, packet, length + sizeof(routing), 0, (struct sockaddr *)&route,
			sizeof(route));
	close(fd);
	return status;
}

static int one_datagram(int from_fd, int to_fd, const struct side *from, const struct side *to,
			size_t size, const struct options *options)
{
	int64_t deadline = now_ms() + options->wait_ms;
	ssize_t length;
	int tos;

	fill(sent, 0, size, size);
	if (options->hop && to->address.ss_family == AF_INET6)
		length = send_routed(from, to, size, strtoul(options->hop, NULL, 0));
	else
		length = sendto(from_fd, sent, size, 0, (struct sockaddr *)&to->address,
				to->length);
	if (length < 0) {
		warn("%s to %s, %zu bytes", from->name, to->name, size);
		return 1;
	}
	do {
		length = receive(to_fd, options->wait_ms, &tos);
		if (length == (ssize_t)size && !memcmp(sent, received, size))
			break;
	} while (length >= 0 && now_ms() < deadline);
	if (length < 0) {
		warnx("%s to %s: a datagram of %zu bytes did not arrive", from->name, to->name,
		      size);
		return 1;
	}
	return !right_tos(from, to, tos, options);
}

static int datagrams(int from_fd, int to_fd, const struct side *from, const struct side *to,
		     const struct options *options)
{
	const char *text = options->sizes;
	unsigned long first, last;
	char *end;

	while (*text) {
		first = last = strtoul(text, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (end == text || last > DATAGRAM_MAX || (*end && *end != ','))
			errx(2, "%s: no list of sizes", options->sizes);
		for (unsigned long size = first; size <= last; size++)
			if (one_datagram(from_fd, to_fd, from, to, size, options))
				return 1;
		text = *end ? end + 1 : end;
	}
	return 0;
}

static int burst(int from_fd, int to_fd, const struct side *from, const struct side *to,
		 const struct options *options)
{
	unsigned int number;
	ssize_t length;
	int tos;

	for (number = 0; number < options->burst; number++) {
		memcpy(sent, &number, sizeof(number));
		/* It has as much under way as the socket may have. */
		poll(&(struct pollfd){ .fd = from_fd, .events = POLLOUT }, 1, options->wait_ms);
		if (sendto(from_fd, sent, 64, 0, (struct sockaddr *)&to->address, to->length) < 0) {
			warn("%s to %s, datagram %u", from->name, to->name, number);
			return 1;
		}
	}
	for (number = 0; number < options->burst; number++) {
		length = receive(to_fd, options->wait_ms, &tos);
		if (length != 64 || memcmp(&number, received, sizeof(number))) {
			warnx("%s to %s: datagram %u of %u is not there, or not in its place",
			      from->name, to->name, number, options->burst);
			return 1;
		}
		if (!right_tos(from, to, tos, options))
			return 1;
	}
	return 0;
}

static int echoes(int a_fd, int b_fd, const struct side *a, const struct side *b,
		  const struct options *options)
{
	for (unsigned int i = 0; i < options->echoes; i++)
		if (one_datagram(a_fd, b_fd, a, b, 64, options) ||
		    one_datagram(b_fd, a_fd, b, a, 64, options))
			return 1;
	return 0;
}

static int silence(int from_fd, int to_fd, const struct side *from, const struct side *to,
		   const struct options *options)
{
	int tos;

	fill(sent, 0, 64, 0);
	for (int i = 0; i < SILENCE_PROBES; i++)
		sendto(from_fd, sent, 64, 0, (struct sockaddr *)&to->address, to->length);
	if (receive(to_fd, options->wait_ms, &tos) < 0)
		return 0;
	warnx("%s to %s: a datagram arrived", from->name, to->name);
	return 1;
}

/* Moves bytes from one end of a connection to the other and compares them. */
static int pump(int from_fd, int to_fd, size_t bytes)
{
	int64_t last_progress = now_ms();
	size_t out = 0, in = 0;

	while (in < bytes) {
		struct pollfd ready[2] = {
			{ .fd = from_fd, .events = out < bytes ? POLLOUT : 0 },
			{ .fd = to_fd, .events = POLLIN },
		};
		ssize_t count;

		poll(ready, 2, 200);
		if (out < bytes && (ready[0].revents & POLLOUT)) {
			size_t part = bytes - out < sizeof(sent) ? bytes - out : sizeof(sent);

			fill(sent, out, part, 1);
			count = send(from_fd, sent, part, MSG_NOSIGNAL);
			if (count > 0) {
				out += count;
				last_progress = now_ms();
			}
		}
		count = recv(to_fd, received, sizeof(received), 0);
		if (count == 0 || (count < 0 && errno != EAGAIN)) {
			warn("TCP broke after %zu of %zu bytes", in, bytes);
			return 1;
		}
		for (ssize_t i = 0; i < count; i++) {
			if (received[i] != pattern(in + i, 1)) {
				warnx("TCP: byte %zu is wrong", in + i);
				return 1;
			}
		}
		if (count > 0) {
			in += count;
			last_progress = now_ms();
		}
		if (now_ms() - last_progress > WAIT_MS * patience()) {
			warnx("TCP stalls after %zu of %zu bytes (%zu sent)", in, bytes, out);
			return 1;
		}
	}
	return 0;
}

static int stream(const struct side *from, const struct side *to, const struct options *options)
{
	int listener = open_socket(to, SOCK_STREAM, options), from_fd, to_fd, status, error = 0;
	socklen_t length = sizeof(error);
	struct side client = *from;

	/* An own port for each connection: the former one may be in TIME-WAIT. */
	if (client.address.ss_family == AF_INET)
		((struct sockaddr_in *)&client.address)->sin_port = 0;
	else
		((struct sockaddr_in6 *)&client.address)->sin6_port = 0;
	if (listen(listener, 1))
		err(2, "listen");
	from_fd = open_socket(&client, SOCK_STREAM, options);
	if (connect(from_fd, (struct sockaddr *)&to->address, to->length) && errno != EINPROGRESS)
		err(1, "TCP from %s to %s", from->name, to->name);
	if (poll(&(struct pollfd){ .fd = from_fd, .events = POLLOUT }, 1,
		 WAIT_MS * patience()) <= 0 ||
	    getsockopt(from_fd, SOL_SOCKET, SO_ERROR, &error, &length) || error) {
		warnx("TCP from %s to %s: no connection: %s", from->name, to->name,
		      strerror(error ? error : ETIMEDOUT));
		return 1;
	}
	if (poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1,
		 WAIT_MS * patience()) <= 0)
		errx(1, "TCP from %s to %s: the connection did not arrive", from->name, to->name);
	to_fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (to_fd < 0)
		err(1, "accept");
	status = pump(from_fd, to_fd, options->tcp_bytes);
	close(from_fd);
	close(to_fd);
	close(listener);
	return status;
}

static int exchange(const struct side *a, const struct side *b, const struct options *options)
{
	int status = 0, a_fd, b_fd;

	a_fd = open_socket(a, SOCK_DGRAM, options);
	b_fd = open_socket(b, SOCK_DGRAM, options);
	if (options->silence) {
		status = silence(a_fd, b_fd, a, b, options);
		if (!options->one_way)
			status |= silence(b_fd, a_fd, b, a, options);
	}
	if (options->sizes) {
		status |= datagrams(a_fd, b_fd, a, b, options);
		if (!options->one_way)
			status |= datagrams(b_fd, a_fd, b, a, options);
	}
	if (options->burst) {
		status |= burst(a_fd, b_fd, a, b, options);
		if (!options->one_way)
			status |= burst(b_fd, a_fd, b, a, options);
	}
	if (options->echoes)
		status |= echoes(a_fd, b_fd, a, b, options);
	close(a_fd);
	close(b_fd);
	if (!status && options->tcp_bytes) {
		status = stream(a, b, options);
		if (!status && !options->one_way)
			status = stream(b, a, options);
	}
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .wait_ms = -1, .port = 4000, .send_tos = -1, .expect_tos = -1 };
	struct side a, b;
	int option, status = 0;

	while ((option = getopt(argc, argv, "u:s:e:t:1nw:p:T:R:dor:")) != -1) {
		switch (option) {
		case 'u': options.sizes = optarg; break;
		case 's': options.burst = strtoul(optarg, NULL, 0); break;
		case 'e': options.echoes = strtoul(optarg, NULL, 0); break;
		case 't': options.tcp_bytes = strtoul(optarg, NULL, 0); break;
		case '1': options.one_way = true; break;
		case 'n': options.silence = true; break;
		case 'w': options.wait_ms = atoi(optarg); break;
		case 'p': options.port = atoi(optarg); break;
		case 'T': options.send_tos = strtol(optarg, NULL, 0); break;
		case 'R': options.expect_tos = strtol(optarg, NULL, 0); break;
		case 'd': options.dont_fragment = true; break;
		case 'o': options.with_options = true; break;
		case 'r': options.hop = optarg; break;
		default: fputs(usage_text, stderr); return 2;
		}
	}
	if (argc - optind < 4 || (argc - optind) % 2) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (options.wait_ms < 0)
		options.wait_ms = options.silence ? 300 : WAIT_MS;
	options.wait_ms *= patience();
	a.namespace = argv[optind++];
	b.namespace = argv[optind++];
	for (; optind < argc; optind += 2) {
		parse_address(&a, argv[optind], options.port);
		parse_address(&b, argv[optind + 1], options.port);
		status |= exchange(&a, &b, &options);
	}
	return status;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/echo.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SIZE_MAX_SENT	65000
#define SIZE_SMALL	84	/* bytes, as ping(8) sends */
#define LATE_MAX	1000	/* packets of others to look through once the time is over */

static socklen_t to_socket(const struct ike_address *address, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	out->ss_family = address->family;
	if (address->family == AF_INET) {
		memcpy(&((struct sockaddr_in *)out)->sin_addr, address->bytes, 4);
		return sizeof(struct sockaddr_in);
	}
	memcpy(&((struct sockaddr_in6 *)out)->sin6_addr, address->bytes, 16);
	return sizeof(struct sockaddr_in6);
}

/* RFC 792, RFC 1071; for IPv6 the kernel does it (RFC 3542 3.1) */
static uint16_t checksum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* @type, @protocol: as of socket(2) */
static int open_socket(const struct echo_target *target, int type, int protocol)
{
	bool four = target->remote.family == AF_INET;
	int fd = socket(target->remote.family, type | SOCK_CLOEXEC, protocol);
	int dont_fragment = four ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE;
	struct sockaddr_storage address;
	socklen_t size;

	if (fd < 0)
		return -1;
	if (target->device && *target->device)
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, target->device,
			   (socklen_t)strlen(target->device));
	if (target->mark)
		setsockopt(fd, SOL_SOCKET, SO_MARK, &target->mark, sizeof(target->mark));
	if (target->hops)
		setsockopt(fd, four ? IPPROTO_IP : IPPROTO_IPV6, four ? IP_TTL : IPV6_UNICAST_HOPS,
			   &target->hops, sizeof(target->hops));
	if (target->size)
		setsockopt(fd, four ? IPPROTO_IP : IPPROTO_IPV6,
			   four ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &dont_fragment,
			   sizeof(dont_fragment));
	size = to_socket(&target->local, &address);
	if (!target->local.family || !bind(fd, (struct sockaddr *)&address, size))
		return fd;
	close(fd);
	return -1;
}

/* So that ICMP errors about what it sends come back as errors of its own */
static bool connect_to(const struct echo_target *target, int fd)
{
	struct sockaddr_storage remote;
	socklen_t size = to_socket(&target->remote, &remote);

	/* The port is at the same place in both families' addresses; a raw socket has none */
	((struct sockaddr_in *)&remote)->sin_port = htons(ECHO_PORT_NOBODY);
	return !connect(fd, (struct sockaddr *)&remote, size);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Its reply: type, and identifier and number as sent (RFC 792, RFC 4443 4.2) */
static bool is_reply(const uint8_t *packet, ssize_t length, bool four, const uint8_t id[4])
{
	size_t header = 0;

	if (four && length > 0)
		header = (packet[0] & 15) * 4u;
	return length >= (ssize_t)header + 8 && packet[header] == (four ? REPLY4 : REPLY6) &&
	       !memcmp(packet + header + 4, id, 4);
}

/* What is there when the time is over has come, however late this process was let to look */
static bool await(struct echo_target *target, int fd, const uint8_t id[4], unsigned int patience)
{
	bool four = target->remote.family == AF_INET;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t end = now_ms() + patience, now;
	unsigned int late = 0;
	uint8_t packet[2048];

	while ((now = now_ms()) < end || late++ < LATE_MAX) {
		ssize_t length;

		if (poll(&poll_fd, 1, now < end ? (int)(end - now) : 0) <= 0) {
			if (now < end)
				continue;
			return false;
		}
		length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (is_reply(packet, length, four, id))
			return true;
		if (length < 0 && errno == EMSGSIZE) {
			target->too_big = true;
			return false;
		}
	}
	return false;
}

/* Hears what comes in by any device; -1: nobody is to go out by a certain one */
static int open_ears(const struct echo_target *target)
{
	bool four = target->remote.family == AF_INET;
	int fd, on = 1;

	if (!target->device || !*target->device)
		return -1;
	fd = socket(target->remote.family, SOCK_RAW | SOCK_CLOEXEC,
		    four ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd >= 0)
		setsockopt(fd, four ? IPPROTO_IP : IPPROTO_IPV6,
			   four ? IP_PKTINFO : IPV6_RECVPKTINFO, &on, sizeof(on));
	return fd;
}

static unsigned int came_by(struct msghdr *message)
{
	struct cmsghdr *control;
	struct in6_pktinfo six;
	struct in_pktinfo four;

	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
			memcpy(&four, CMSG_DATA(control), sizeof(four));
			return (unsigned int)four.ipi_ifindex;
		}
		if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(control), sizeof(six));
			return six.ipi6_ifindex;
		}
	}
	return 0;
}

/* What was not answered by the device that it went out by may have been by another one */
static void look_elsewhere(struct echo_target *target, int ears, const uint8_t id[4])
{
	bool four = target->remote.family == AF_INET;
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		     CMSG_SPACE(sizeof(struct in_pktinfo))];
	unsigned int most = LATE_MAX;
	uint8_t packet[2048];
	ssize_t length;

	while (ears >= 0 && most--) {
		struct iovec part = { packet, sizeof(packet) };
		struct msghdr message = {
			.msg_iov = &part, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};

		length = recvmsg(ears, &message, MSG_DONTWAIT);
		if (length < 0)
			return;
		/* One that was too late for us came by the right device */
		if (is_reply(packet, length, four, id) &&
		    came_by(&message) != if_nametoindex(target->device))
			target->elsewhere = came_by(&message);
	}
}

static bool once(struct echo_target *target, int fd, int ears, unsigned int patience)
{
	static uint8_t packet[SIZE_MAX_SENT];
	bool four = target->remote.family == AF_INET;
	size_t whole = target->size ? target->size : SIZE_SMALL;
	size_t length = whole - (four ? 20 : 40);
	uint16_t sum;

	memset(packet, 0, length);
	packet[0] = four ? ECHO4 : ECHO6;
	if (RAND_bytes(packet + 4, 4) != 1)
		return false;
	sum = four ? checksum(packet, length) : 0;
	packet[2] = (uint8_t)(sum >> 8);
	packet[3] = (uint8_t)sum;
	target->sent++;
	if (!connect_to(target, fd) || send(fd, packet, length, 0) < 0) {
		target->too_big |= errno == EMSGSIZE;
		return false;
	}
	if (await(target, fd, packet + 4, patience))
		return true;
	look_elsewhere(target, ears, packet + 4);
	return false;
}

bool echo_ask(struct echo_target *target, unsigned int tries, unsigned int patience)
{
	bool answered = false;
	int fd, ears;

	if (target->size && (target->size < SIZE_SMALL || target->size > SIZE_MAX_SENT))
		return false;
	fd = open_socket(target, SOCK_RAW, target->remote.family == AF_INET ? IPPROTO_ICMP :
			 IPPROTO_ICMPV6);
	ears = fd >= 0 ? open_ears(target) : -1;
	while (fd >= 0 && tries-- && !answered)
		answered = once(target, fd, ears, patience);
	target->received += answered;
	if (fd >= 0)
		close(fd);
	if (ears >= 0)
		close(ears);
	return answered;
}

void echo_knock(const struct echo_target *target)
{
	int fd = open_socket(target, SOCK_DGRAM, 0);
	static const char text[] = "adit diagnose: is somebody there?";

	if (fd < 0)
		return;
	if (connect_to(target, fd))
		send(fd, text, sizeof(text), MSG_DONTWAIT);
	close(fd);
}

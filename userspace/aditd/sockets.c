// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/sockets.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aditd/holder.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "ike/ike.h"
#include "netlink/prefix.h"

#define SOCKETS_MAX	(2 * CONFIG_LISTEN_MAX)
#define BURST		64		/* datagrams read before others get their turn */
#define BUFFER_WANTED	(1 << 20)	/* bytes: thousands of peers may answer at once */

struct udp_socket {
	struct sockets *owner;
	uv_poll_t poll;
	int fd;
	struct ike_endpoint bound;	/* port as the engine knows it */
};

struct sockets {
	sockets_input input;
	void *ctx;
	struct udp_socket *list[SOCKETS_MAX];
	size_t count;
	uint8_t buffer[IKE_DATAGRAM_MAX];
};

static socklen_t to_sockaddr(const struct ike_address *address, uint16_t port,
			     struct sockaddr_storage *to)
{
	struct anl_address from = { .family = address->family };

	memcpy(from.bytes, address->bytes, sizeof(from.bytes));
	return anl_address_to_sockaddr(&from, port, to);
}

static bool from_sockaddr(const struct sockaddr_storage *from, struct ike_endpoint *to)
{
	struct anl_address address = { 0 };

	if (!anl_address_from_sockaddr((const struct sockaddr *)from, &address))
		return false;
	to->address.family = address.family;
	memcpy(to->address.bytes, address.bytes, sizeof(to->address.bytes));
	to->port = ntohs(from->ss_family == AF_INET6 ?
			 ((const struct sockaddr_in6 *)from)->sin6_port :
			 ((const struct sockaddr_in *)from)->sin_port);
	return true;
}

/* The address that the datagram was sent to */
static bool local_address(struct msghdr *message, struct ike_address *address)
{
	struct cmsghdr *control;

	memset(address, 0, sizeof(*address));
	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(control), sizeof(info));
			address->family = AF_INET;
			memcpy(address->bytes, &info.ipi_addr, sizeof(info.ipi_addr));
			return true;
		}
		if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(control), sizeof(info));
			address->family = AF_INET6;
			memcpy(address->bytes, &info.ipi6_addr, sizeof(info.ipi6_addr));
			return true;
		}
	}
	return false;
}

static bool receive_one(struct udp_socket *udp)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		     CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct sockets *sockets = udp->owner;
	struct iovec part = { sockets->buffer, sizeof(sockets->buffer) };
	struct sockaddr_storage from;
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct ike_endpoint local = { .port = udp->bound.port }, remote;
	ssize_t length = recvmsg(udp->fd, &message, MSG_DONTWAIT);

	if (length < 0)
		/* An ICMP error of an earlier datagram is told here; there may be more to read */
		return errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOMEM;
	/* Longer than any UDP payload: cannot be, and would not be parsed cut off */
	if ((message.msg_flags & MSG_TRUNC) || !from_sockaddr(&from, &remote) ||
	    !local_address(&message, &local.address))
		return true;
	sockets->input(sockets->ctx, &local, &remote, sockets->buffer, length);
	return true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp_socket *udp = poll->data;
	int i;

	(void)status;
	(void)events;
	for (i = 0; i < BURST && receive_one(udp); i++)
		;
}

static bool set(int fd, int level, int option, int value)
{
	return !setsockopt(fd, level, option, &value, sizeof(value));
}

/* Policies of the kernel's own IPsec on the same host must not catch our IKE, nor drop it */
static void bypass_xfrm(int fd, int family)
{
	struct xfrm_userpolicy_info policy = { .action = XFRM_POLICY_ALLOW };
	int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int option = family == AF_INET6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY;
	static const int directions[] = { XFRM_POLICY_OUT, XFRM_POLICY_IN };
	/* Makes the kernel load xfrm_user, which takes the option; without it the answer is
	 * EINVAL */
	int load = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);
	size_t i;

	if (load >= 0)
		close(load);
	policy.sel.family = family;
	for (i = 0; i < 2; i++) {
		policy.dir = directions[i];
		/* A kernel without XFRM, or with nobody to configure it, has nothing to bypass */
		if (setsockopt(fd, level, option, &policy, sizeof(policy)) &&
		    errno != ENOPROTOOPT && errno != EOPNOTSUPP && (load >= 0 || errno != EINVAL))
			log_warning("IKE socket: no bypass of the kernel's IPsec policies: %s",
				    strerror(errno));
	}
}

static int configure(int fd, int family, bool natt)
{
	bool good;

	if (family == AF_INET6)
		good = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
		       set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	else
		good = set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (!good)
		return -errno;
	/* RFC 3948 2.1: what has no non-ESP marker is ESP */
	if (natt && !set(fd, IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP))
		return -errno;
	/* Large certificates are fragmented by IP, whatever the path MTU */
	if (family == AF_INET)
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_WANTED))
		set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_WANTED);
	bypass_xfrm(fd, family);
	return 0;
}

static void explain(const struct ike_address *address, uint16_t port, int code, char *error,
		    size_t size)
{
	char text[IKE_ADDRESS_TEXT], holder[64];

	ike_address_text(address, text);
	switch (code) {
	case EADDRINUSE:
		holder_of_port(address->family, port, holder, sizeof(holder));
		snprintf(error, size,
			 "UDP port %u is taken by %s; stop it, or set port and natt-port, or "
			 "listen, at the top of the configuration",
			 port, holder);
		break;
	case EADDRNOTAVAIL:
		snprintf(error, size,
			 "listen: %s is not an address of this host; correct it or leave "
			 "listen out",
			 text);
		break;
	case EACCES:
	case EPERM:
		snprintf(error, size,
			 "UDP port %u: not permitted; aditd needs CAP_NET_BIND_SERVICE and "
			 "CAP_NET_ADMIN, run it as root or by its unit",
			 port);
		break;
	default:
		snprintf(error, size,
			 "UDP port %u of %s: %s; see whether the kernel has that address family",
			 port, text, strerror(code));
	}
}

static int socket_open(const struct ike_address *address, uint16_t port, bool natt)
{
	struct sockaddr_storage to;
	socklen_t length = to_sockaddr(address, port, &to);
	int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	int err;

	if (fd < 0)
		return -errno;
	err = configure(fd, address->family, natt);
	if (!err && bind(fd, (struct sockaddr *)&to, length) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int add(struct sockets *sockets, uv_loop_t *loop, const struct ike_address *address,
	       uint16_t port, bool natt)
{
	struct udp_socket *udp;
	int fd = socket_open(address, port, natt);

	if (fd < 0)
		return fd;
	udp = memory_new(sizeof(*udp));
	udp->owner = sockets;
	udp->fd = fd;
	udp->bound.address = *address;
	udp->bound.port = natt ? IKE_PORT_NATT : IKE_PORT;
	udp->poll.data = udp;
	uv_poll_init(loop, &udp->poll, fd);
	uv_poll_start(&udp->poll, UV_READABLE, on_readable);
	sockets->list[sockets->count++] = udp;
	return 0;
}

struct sockets *sockets_open(uv_loop_t *loop, const struct config *config, sockets_input input,
			     void *ctx, char *error, size_t size)
{
	static const struct ike_address any[] = { { .family = AF_INET }, { .family = AF_INET6 } };
	const struct ike_address *list = config->listen_count ? config->listen : any;
	size_t count = config->listen_count ? config->listen_count : 2, i;
	struct sockets *sockets = memory_new(sizeof(*sockets));
	int err = 0;

	sockets->input = input;
	sockets->ctx = ctx;
	for (i = 0; i < 2 * count && !err; i++) {
		bool natt = i % 2;
		uint16_t port = natt ? config->natt_port : config->port;

		err = add(sockets, loop, &list[i / 2], port, natt);
		/* A host without IPv6 is a host */
		if (!config->listen_count && list[i / 2].family == AF_INET6 &&
		    (err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL))
			err = 0;
		if (err)
			explain(&list[i / 2], port, -err, error, size);
	}
	if (!err)
		return sockets;
	sockets_close(sockets);
	return NULL;
}

static struct udp_socket *choose(const struct sockets *sockets, const struct ike_endpoint *local)
{
	static const struct ike_address none;
	struct udp_socket *wildcard = NULL;
	size_t i;

	for (i = 0; i < sockets->count; i++) {
		const struct ike_endpoint *bound = &sockets->list[i]->bound;

		if (bound->port != local->port || bound->address.family != local->address.family)
			continue;
		if (ike_address_equal(&bound->address, &local->address))
			return sockets->list[i];
		if (!memcmp(bound->address.bytes, none.bytes, sizeof(none.bytes)))
			wildcard = sockets->list[i];
	}
	return wildcard;
}

static size_t source_control(const struct ike_address *local, struct cmsghdr *control)
{
	if (local->family == AF_INET6) {
		struct in6_pktinfo info = { 0 };

		memcpy(&info.ipi6_addr, local->bytes, sizeof(info.ipi6_addr));
		control->cmsg_level = IPPROTO_IPV6;
		control->cmsg_type = IPV6_PKTINFO;
		control->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(control), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	} else {
		struct in_pktinfo info = { 0 };

		memcpy(&info.ipi_spec_dst, local->bytes, sizeof(info.ipi_spec_dst));
		control->cmsg_level = IPPROTO_IP;
		control->cmsg_type = IP_PKTINFO;
		control->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(control), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
}

int sockets_send(struct sockets *sockets, const struct ike_endpoint *local,
		 const struct ike_endpoint *remote, const uint8_t *bytes, size_t length)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = { .bytes = { 0 } };
	struct iovec part = { (void *)bytes, length };
	struct udp_socket *udp = choose(sockets, local);
	struct sockaddr_storage to;
	struct msghdr message = { .msg_name = &to, .msg_iov = &part, .msg_iovlen = 1 };
	int tries;

	if (!udp)
		return -EADDRNOTAVAIL;
	message.msg_namelen = to_sockaddr(&remote->address, remote->port, &to);
	message.msg_control = &control;
	message.msg_controllen = source_control(&local->address, &control.header);
	/* The ICMP error of an earlier datagram, to whomever, is told to the next one to send */
	for (tries = 0; tries < 3; tries++) {
		if (sendmsg(udp->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != ECONNREFUSED && errno != EINTR)
			break;
	}
	return -errno;
}

void sockets_mark(struct sockets *sockets, uint32_t mark)
{
	size_t i;

	for (i = 0; i < sockets->count; i++)
		if (setsockopt(sockets->list[i]->fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
			log_warning("IKE socket: firewall mark 0x%x cannot be set: %s", mark,
				    strerror(errno));
}

static void on_closed(uv_handle_t *handle)
{
	struct udp_socket *udp = handle->data;

	close(udp->fd);
	free(udp);
}

void sockets_close(struct sockets *sockets)
{
	size_t i;

	if (!sockets)
		return;
	for (i = 0; i < sockets->count; i++)
		uv_close((uv_handle_t *)&sockets->list[i]->poll, on_closed);
	free(sockets);
}

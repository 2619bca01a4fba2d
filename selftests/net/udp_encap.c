// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds UDP sockets with UDP_ENCAP_ESPINUDP, as a keying daemon does, until it is killed:
 *
 *	udp_encap READY-FILE PORT...
 *
 * READY-FILE appears when all ports are open, for IPv4 and IPv6. What the kernel leaves to the
 * socket (IKE) is printed in hex, a line for a datagram, so that a test can see what reached the
 * daemon.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/udp.h>
#include <linux/xfrm.h>

#define PORTS_MAX	8

/*
 * XFRM judges a UDP packet by its policies before the socket sees it; in transport mode those
 * ask for IPsec. Keying daemons exempt their sockets, and so does this one.
 */
static void bypass_policies(int fd, int family)
{
	struct xfrm_userpolicy_info policy = {
		.sel.family = family,
		.action = XFRM_POLICY_ALLOW,
	};

	for (policy.dir = XFRM_POLICY_IN; policy.dir <= XFRM_POLICY_OUT; policy.dir++)
		if (family == AF_INET ?
		    setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &policy, sizeof(policy)) :
		    setsockopt(fd, IPPROTO_IPV6, IPV6_XFRM_POLICY, &policy, sizeof(policy)))
			err(1, "XFRM bypass policy");
}

static int encap_socket(int family, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(family, SOCK_DGRAM, 0), type = UDP_ENCAP_ESPINUDP, on = 1;

	if (fd < 0)
		err(1, "socket");
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		err(1, "IPV6_V6ONLY");
	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)))
		err(1, "UDP_ENCAP_ESPINUDP");
	bypass_policies(fd, family);
	if (family == AF_INET ? bind(fd, (struct sockaddr *)&in, sizeof(in))
			      : bind(fd, (struct sockaddr *)&in6, sizeof(in6)))
		err(1, "port %d", port);
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd sockets[2 * PORTS_MAX];
	unsigned char data[65536];
	int count = 0, fd;

	if (argc < 3 || argc - 2 > PORTS_MAX)
		errx(2, "usage: udp_encap READY-FILE PORT...");
	for (int i = 2; i < argc; i++) {
		sockets[count++] =
			(struct pollfd){ encap_socket(AF_INET, atoi(argv[i])), POLLIN, 0 };
		sockets[count++] =
			(struct pollfd){ encap_socket(AF_INET6, atoi(argv[i])), POLLIN, 0 };
	}
	fd = open(argv[1], O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		err(1, "%s", argv[1]);
	close(fd);
	for (;;) {
		poll(sockets, count, -1);
		for (int i = 0; i < count; i++) {
			ssize_t length = recv(sockets[i].fd, data, sizeof(data), MSG_DONTWAIT);

			for (ssize_t j = 0; j < length; j++)
				printf("%02x", data[j]);
			if (length >= 0)
				printf("\n");
		}
		fflush(stdout);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps a clone of every packet that goes through an interface, until it is killed: whoever wants
 * to change such a packet has to copy it first, and that takes memory.
 *
 *	hold NS IF|any READY-FILE
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/craft.h"

int main(int argc, char **argv)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int buffer = 128 << 20;
	int fd;

	if (argc != 4)
		errx(2, "usage: hold NS IF READY-FILE");
	craft_enter(argv[1]);
	/* Without an index, all that there are and that come. */
	address.sll_ifindex = if_nametoindex(argv[2]);
	if (!address.sll_ifindex && strcmp(argv[2], "any"))
		err(2, "%s", argv[2]);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", argv[2]);
	close(open(argv[3], O_CREAT | O_WRONLY, 0600));
	for (;;)
		pause();
}

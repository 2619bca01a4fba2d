// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes something away while its packets are still being encrypted:
 *
 *	burst NS ADDRESS COUNT device NS DEV	the device in that namespace is removed
 *	burst NS ADDRESS COUNT namespace	NS itself goes, with all that is in it
 *	burst NS ADDRESS COUNT nothing
 *
 * COUNT datagrams are sent first. Transforms that finish on a workqueue (cryptd) do not get to run
 * meanwhile: this process is a real-time one and stays on one CPU, and does not sleep. Prints how
 * many of the datagrams had not come to NS's interface `wire` when the rest began; exit status 1
 * when that was none.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/craft.h"
#include "lib/rtnl.h"

static int wire;

static unsigned long sent_by_wire(void)
{
	char text[32] = "";

	if (pread(wire, text, sizeof(text) - 1, 0) <= 0)
		err(2, "counter of wire");
	return strtoul(text, NULL, 10);
}

/* The counter's folder is this process's own view of sysfs, in the namespace it is in. */
static void open_counter(void)
{
	if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_SLAVE | MS_REC, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		err(2, "sysfs");
	wire = open("/sys/class/net/wire/statistics/tx_packets", O_RDONLY | O_CLOEXEC);
	if (wire < 0)
		err(2, "no interface wire");
}

static int open_socket(const char *to)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int room = 8 << 20;

	/* SO_SNDBUFFORCE: a packet on its way counts as the socket's. */
	if (inet_pton(AF_INET, to, &address.sin_addr) != 1 || fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", to);
	return fd;
}

static void stay_here(void)
{
	const struct sched_param parameters = { .sched_priority = 10 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) ||
	    sched_setscheduler(0, SCHED_FIFO, &parameters))
		err(2, "real-time priority");
}

int main(int argc, char **argv)
{
	static const char data[1000];
	unsigned long before, count, came;
	int fd, rtnl = -1, error = 0;
	char path[128];

	if (argc < 5)
		errx(2, "usage: burst NS ADDRESS COUNT device NS DEV|namespace|nothing");
	if (!strcmp(argv[4], "device") && argc == 7) {
		craft_enter(argv[5]);
		rtnl = rtnl_open();
	}
	craft_enter(argv[1]);
	/* In the mount namespace where everybody looks. */
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	if (!strcmp(argv[4], "namespace") && umount2(path, MNT_DETACH))
		err(2, "%s", path);
	open_counter();
	fd = open_socket(argv[2]);
	count = strtoul(argv[3], NULL, 0);
	before = sent_by_wire();
	stay_here();
	for (unsigned long i = 0; i < count; i++)
		if (send(fd, data, sizeof(data), 0) < 0 && errno != ENOBUFS)
			err(2, "send");
	came = sent_by_wire() - before;
	if (rtnl >= 0)
		error = rtnl_delete(rtnl, argv[6]);
	printf("%lu of %lu in flight\n", count > came ? count - came : 0, count);
	if (error)
		errx(1, "%s: %s", argv[6], strerror(error));
	return came >= count;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does one thing again and again, and lets its first, its second, … allocation fail, until it
 * succeeds without one that failed. Needs a kernel with fault injection, and root:
 *
 *	fail_nth NS DEV THING
 *
 * THING: add in|out KIND, set out KIND, del out KIND, get out KIND (kinds: lib/association.c),
 * device, load FILE (the module), send FROM TO SIZE, receive KIND FROM TO SRC DST (kinds:
 * packets[]). After each failure the error must be one of memory, and what was to be added must not
 * be there; a packet may be lost. debug_failslab.sh says whose allocations count.
 *
 * What is received comes out of a TUN device, which the process feeds itself: only there is it the
 * process that receives, and its allocations that fail.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/adit.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/association.h"
#include "lib/craft.h"
#include "lib/patience.h"
#include "lib/rtnl.h"

#define NTH_MAX		2000
#define ARRIVAL_MS	5000

/*
 * What may come in: as lib_tunnel.sh's SAs with SPI 0x1001 take it. None in UDP: XFRM, which takes
 * the header off, has made its own copy by then, and the module has nothing to allocate.
 */
static const struct packet {
	const char *name;
	bool ah;
	struct craft_sa sa;
	size_t size;
} packets[] = {
	{ "gcm", .sa = { CRAFT_AES128GCM16 }, .size = 100 },
	{ "gcm-esn", .sa = { CRAFT_AES128GCM16, .esn = true }, .size = 1300 },
	{ "null-sha256-esn", .sa = { CRAFT_NULL_SHA256, .esn = true }, .size = 100 },
	{ "ah", .ah = true, .size = 100 },
};

static struct genl genl;
static struct genl_message message;
static struct genl_answer answer;
static const struct association_kind *kind;
static struct association_name name = {
	.spi = 0x7000, .local = "192.0.2.1", .remote = "192.0.2.2",
};
static int rtnl = -1, udp = -1, tun = -1, module = -1, fail_nth = -1;
static size_t size;
static const struct packet *packet;
static struct craft_outer outer;
static struct craft_inner inner = { .sport = 4000, .dport = 4000 };
static struct sockaddr_in receiver = { .sin_family = AF_INET };

static void arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, length, 0) != length)
		err(2, "fail-nth");
}

/* Returns how many allocations more it would have taken; 0: one has failed. */
static unsigned int disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		err(2, "fail-nth");
	arm(0);
	return atoi(text);
}

static int ask(uint8_t command, uint16_t flags)
{
	association_begin(&genl, &message, command, flags, &name, kind);
	if (command == ADIT_CMD_SA_ADD)
		association_put(&message, &name, kind);
	if (command == ADIT_CMD_SA_SET) {
		uint32_t address = inet_addr("192.0.2.2");

		genl_put(&message, ADIT_A_SA_NEW_REMOTE, &address, sizeof(address));
	}
	return genl_ask(&genl, &message, &answer);
}

static int add(void)
{
	return ask(ADIT_CMD_SA_ADD, 0);
}

static int set(void)
{
	return ask(ADIT_CMD_SA_SET, 0);
}

static int del(void)
{
	return ask(ADIT_CMD_SA_DEL, 0);
}

static int get(void)
{
	return ask(ADIT_CMD_SA_GET, 0);
}

static int device(void)
{
	return rtnl_add(rtnl, "fail0", "adit");
}

static int load(void)
{
	return syscall(SYS_finit_module, module, "", 0) ? errno : 0;
}

/* Each to another port: an event says something new of each. The socket is not connected, or it
 * would be told of those where nobody listens.
 */
static int send_datagram(void)
{
	static const unsigned char data[65000];
	static uint16_t port;

	receiver.sin_port = htons(4000 + port++ % 1000);
	return sendto(udp, data, size, 0, (struct sockaddr *)&receiver, sizeof(receiver)) < 0 ?
	       errno : 0;
}

/* Returns 0 whether it arrives or not: it may wait for others. */
static int receive_datagram(void)
{
	static unsigned char data[CRAFT_MAX], esp[CRAFT_MAX], whole[CRAFT_MAX];
	static const char payload[1300];
	struct craft_sa sa = packet->sa;
	/* Above what the peer's device may have sent of itself */
	static uint32_t seq = 1000;
	size_t length;

	sa.spi = 0x1001;
	inner.payload = payload;
	inner.length = packet->size;
	length = craft_inner(&inner, data);
	if (packet->ah) {
		length = craft_ah(sa.spi, ++seq, &outer, data, length, IPPROTO_IPIP, whole);
	} else {
		length = craft_esp(&sa, ++seq, data, length, IPPROTO_IPIP,
				   &(const struct craft_fault){ 0 }, esp);
		length = craft_outer(&outer, IPPROTO_ESP, esp, length, whole);
	}
	return write(tun, whole, length) == (ssize_t)length ? 0 : errno;
}

/* Packets that failures have kept back arrive with those that follow. */
static const char *after_receive(int result)
{
	char data[1500];

	(void)result;
	while (recv(udp, data, sizeof(data), MSG_DONTWAIT) >= 0)
		;
	return NULL;
}

static const char *arrived(int result)
{
	struct pollfd ready = { .fd = udp, .events = POLLIN };

	(void)result;
	return poll(&ready, 1, ARRIVAL_MS * patience()) == 1 ? NULL : "it does not arrive";
}

static bool there(void)
{
	return !get();
}

static void prepare(void)
{
	if (add())
		errx(2, "the SA cannot be added: %s", answer.text);
}

/* What must hold after @result of each thing, and be put back as it was. */
static const char *after_add(int result)
{
	bool is_there = there();

	if (is_there && del())
		return "it cannot be removed again";
	/* ENOBUFS: the acknowledgement may be what was lost. */
	if (result == ENOMEM && is_there)
		return "it failed, and the SA is there";
	return !result && !is_there ? "it succeeded, and there is no SA" : NULL;
}

static const char *after_del(int result)
{
	bool is_there = there();

	if (is_there) {
		del();
		return "the SA is still there";
	}
	return result == ENOMEM ? "a removal must not fail" : NULL;
}

static const char *after_change(int result)
{
	(void)result;
	return del() ? "the SA has gone" : NULL;
}

static const char *after_device(int result)
{
	int gone = rtnl_delete(rtnl, "fail0");

	if (!result)
		return gone ? "it succeeded, and there is no device" : NULL;
	return gone ? NULL : "it failed, and the device is there";
}

static const char *after_load(int result)
{
	if (syscall(SYS_delete_module, "adit", O_NONBLOCK))
		return result ? NULL : "it succeeded, and there is no module";
	return result ? "it failed, and the module is there" : NULL;
}

static const char *after_send(int result)
{
	(void)result;
	return NULL;
}

static const struct thing {
	const char *name;
	void (*before)(void);
	int (*act)(void);
	const char *(*after)(int result);
	const char *(*at_last)(int result);
} things[] = {
	{ "add", NULL, add, after_add, after_add },
	{ "set", prepare, set, after_change, after_change },
	{ "get", prepare, get, after_change, after_change },
	{ "del", prepare, del, after_del, after_del },
	{ "device", NULL, device, after_device, after_device },
	{ "load", NULL, load, after_load, after_load },
	{ "send", NULL, send_datagram, after_send, after_send },
	{ "receive", NULL, receive_datagram, after_receive, arrived },
};

static int try_all(const struct thing *thing)
{
	unsigned int nth, failed = 0, tolerated = 0;
	const char *fault;
	int result;

	for (nth = 1; nth < NTH_MAX; nth++) {
		if (thing->before)
			thing->before();
		arm(nth);
		result = thing->act();
		if (disarm()) {
			fault = result ? "it fails without an injected failure" : thing->at_last(0);
			if (fault)
				errx(1, "%s: %s (%s)", fault, strerror(result), answer.text);
			printf("%u allocations: %u times an error, %u times done without\n",
			       nth - 1, failed, tolerated);
			return failed + tolerated == 0;
		}
		fault = thing->after(result);
		/* The core says EINVAL of a device for which it had no memory for the name. */
		if (result && result != ENOMEM && result != ENOBUFS &&
		    !(result == EINVAL && thing->act == device) && thing->act != load)
			fault = "no error of memory";
		if (fault)
			errx(1, "allocation %u: %s: %s (%s)", nth, fault, strerror(result),
			     answer.text);
		failed += result != 0;
		tolerated += result == 0;
	}
	errx(1, "no end after %u allocations", nth);
}

static void open_udp(const char *from, const char *to, const char *length)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4000) };
	int fragment = IP_PMTUDISC_DONT;

	size = strtoul(length, NULL, 0);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	address.sin_addr.s_addr = inet_addr(from);
	if (udp < 0 || bind(udp, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(udp, IPPROTO_IP, IP_MTU_DISCOVER, &fragment, sizeof(fragment)))
		err(2, "%s", from);
	receiver.sin_addr.s_addr = inet_addr(to);
}

/* A TUN device that is up, in the namespace we are in. */
static void open_tun(void)
{
	struct ifreq request = { .ifr_name = "fail0", .ifr_flags = IFF_TUN | IFF_NO_PI };

	tun = open("/dev/net/tun", O_RDWR);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request))
		err(2, "TUN");
	request.ifr_flags = IFF_UP;
	if (ioctl(udp, SIOCSIFFLAGS, &request))
		err(2, "%s", request.ifr_name);
}

static void open_receiver(char **addresses)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4000) };

	outer.src = craft_address(addresses[0]);
	outer.dst = craft_address(addresses[1]);
	inner.src = craft_address(addresses[2]);
	inner.dst = craft_address(addresses[3]);
	address.sin_addr = inner.dst.in;
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", addresses[3]);
	open_tun();
}

static void find_packet(const char *wanted)
{
	for (unsigned int i = 0; i < sizeof(packets) / sizeof(*packets); i++)
		if (!strcmp(packets[i].name, wanted))
			packet = &packets[i];
	if (!packet)
		errx(2, "%s: no such packet", wanted);
}

static void find_kind(const char *wanted)
{
	for (unsigned int i = 0; i < association_kind_count; i++)
		if (!strcmp(association_kinds[i].name, wanted))
			kind = &association_kinds[i];
	if (!kind)
		errx(2, "%s: no such kind", wanted);
}

/* What @thing needs, out of the arguments behind its name. */
static void open_all(const struct thing *thing, int count, char **arguments)
{
	if (thing->act == load) {
		module = open(count == 1 ? arguments[0] : "", O_RDONLY);
		if (module < 0)
			err(2, "load FILE");
		return;
	}
	genl_open(&genl, ADIT_FAMILY_NAME);
	rtnl = rtnl_open();
	if (thing->act == send_datagram) {
		if (count != 3)
			errx(2, "send FROM TO SIZE");
		open_udp(arguments[0], arguments[1], arguments[2]);
	} else if (thing->act == receive_datagram) {
		if (count != 5)
			errx(2, "receive KIND FROM TO SRC DST");
		find_packet(arguments[0]);
		open_receiver(arguments + 1);
	} else if (thing->act != device) {
		if (count != 2)
			errx(2, "%s in|out KIND", thing->name);
		name.direction = strcmp(arguments[0], "in") ? ADIT_DIRECTION_OUT :
							      ADIT_DIRECTION_IN;
		find_kind(arguments[1]);
		/* Templates of the crypto API are made once: that is not to fail. */
		prepare();
		del();
	}
}

int main(int argc, char **argv)
{
	const struct thing *thing = things;

	if (argc < 4)
		errx(2, "usage: fail_nth NS DEV add|set|get|del|device|load|send|receive ...");
	while (strcmp(thing->name, argv[3]))
		if (++thing == things + sizeof(things) / sizeof(*things))
			errx(2, "%s: no such thing", argv[3]);
	craft_enter(argv[1]);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0)
		err(4, "fail-nth");
	name.ifindex = if_nametoindex(argv[2]);
	open_all(thing, argc - 4, argv + 4);
	return try_all(thing);
}

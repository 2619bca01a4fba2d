// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does one thing again and again, and lets its first, its second, … allocation fail, until it
 * succeeds without one that failed. Needs a kernel with fault injection, and root:
 *
 *	fail_nth NS DEV THING
 *
 * THING: add in|out KIND, set out KIND, del out KIND, get out KIND (kinds: lib/association.c),
 * device, send FROM TO SIZE. After each failure the error must be one of memory, and what was to
 * be added must not be there. failslab.sh says whose allocations count.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/adit.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/association.h"
#include "lib/craft.h"
#include "lib/rtnl.h"

#define NTH_MAX	2000

static struct genl genl;
static struct genl_message message;
static struct genl_answer answer;
static const struct association_kind *kind;
static struct association_name name = {
	.spi = 0x7000, .local = "192.0.2.1", .remote = "192.0.2.2",
};
static int rtnl = -1, udp = -1, fail_nth = -1;
static size_t size;

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

static int send_datagram(void)
{
	static const unsigned char data[65000];

	return send(udp, data, size, 0) < 0 ? errno : 0;
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
} things[] = {
	{ "add", NULL, add, after_add },
	{ "set", prepare, set, after_change },
	{ "get", prepare, get, after_change },
	{ "del", prepare, del, after_del },
	{ "device", NULL, device, after_device },
	{ "send", NULL, send_datagram, after_send },
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
			fault = result ? "it fails without an injected failure" : thing->after(0);
			if (fault)
				errx(1, "%s: %s (%s)", fault, strerror(result), answer.text);
			printf("%u allocations: %u times an error, %u times done without\n",
			       nth - 1, failed, tolerated);
			return failed + tolerated == 0;
		}
		fault = thing->after(result);
		/* The core says EINVAL of a device for which it had no memory for the name. */
		if (result && result != ENOMEM && result != ENOBUFS &&
		    !(result == EINVAL && thing->act == device))
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
	address.sin_addr.s_addr = inet_addr(to);
	if (connect(udp, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", to);
}

int main(int argc, char **argv)
{
	const struct thing *thing = things;

	if (argc < 4)
		errx(2, "usage: fail_nth NS DEV add|set|get|del|device|send ...");
	craft_enter(argv[1]);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0)
		err(4, "fail-nth");
	name.ifindex = if_nametoindex(argv[2]);
	genl_open(&genl, ADIT_FAMILY_NAME);
	rtnl = rtnl_open();
	while (strcmp(thing->name, argv[3]))
		if (++thing == things + sizeof(things) / sizeof(*things))
			errx(2, "%s: no such thing", argv[3]);
	if (thing->act == send_datagram) {
		if (argc != 7)
			errx(2, "send FROM TO SIZE");
		open_udp(argv[4], argv[5], argv[6]);
	} else if (thing->act != device) {
		if (argc != 6)
			errx(2, "%s in|out KIND", argv[3]);
		name.direction = strcmp(argv[4], "in") ? ADIT_DIRECTION_OUT : ADIT_DIRECTION_IN;
		for (unsigned int i = 0; i < association_kind_count; i++)
			if (!strcmp(association_kinds[i].name, argv[5]))
				kind = &association_kinds[i];
		if (!kind)
			errx(2, "%s: no such kind", argv[5]);
		/* Templates of the crypto API are made once: that is not to fail. */
		prepare();
		del();
	}
	return try_all(thing);
}

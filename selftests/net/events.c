// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the events of the kernel module, a line for each, until it is killed:
 *
 *	events NAMESPACE READY-FILE
 *
 * READY-FILE appears when it is subscribed. A line is the event's name and its fields as
 * `name=value`; fields that do not belong to the event are left out.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "netlink/events.h"
#include "netlink/family.h"

static void print_sa(const struct anl_event *event)
{
	char local[ANL_PREFIX_TEXT], remote[ANL_PREFIX_TEXT];

	printf(" direction=%s proto=%d spi=0x%x local=%s remote=%s",
	       event->sa.direction == ANL_IN ? "in" : "out", event->sa.protocol, event->sa.spi,
	       anl_address_format(&event->sa.local, local),
	       anl_address_format(&event->sa.remote, remote));
}

static void print_expire(const char *name, const struct anl_event *event)
{
	static const char *const reasons[] = { "bytes", "packets", "time", "idle" };

	printf("%s dev=%s", name, event->device);
	print_sa(event);
	printf(" reason=%s", event->reason < 4 ? reasons[event->reason] : "?");
}

static void print_event(const struct anl_event *event, void *context)
{
	const struct anl_selector *selector = &event->selector;
	char one[ANL_PREFIX_TEXT], other[ANL_PREFIX_TEXT];

	(void)context;
	switch (event->type) {
	case ANL_EVENT_SOFT_EXPIRE:
		print_expire("soft-expire", event);
		break;
	case ANL_EVENT_HARD_EXPIRE:
		print_expire("hard-expire", event);
		break;
	case ANL_EVENT_ACQUIRE:
		printf("acquire dev=%s src=%s dst=%s protocol=%u sport=%u dport=%u", event->device,
		       anl_prefix_format(&selector->src, one),
		       anl_prefix_format(&selector->dst, other), selector->protocol,
		       selector->sport_first, selector->dport_first);
		break;
	case ANL_EVENT_MAPPING_CHANGED:
		printf("mapping-changed dev=%s", event->device);
		print_sa(event);
		printf(" new-remote=%s new-port=%u", anl_address_format(&event->new_remote, one),
		       event->new_port);
		break;
	case ANL_EVENT_SEQUENCE_OVERFLOW:
		printf("sequence-overflow dev=%s", event->device);
		print_sa(event);
		break;
	case ANL_EVENT_FIRST_USE:
		printf("first-use dev=%s", event->device);
		print_sa(event);
		break;
	case ANL_EVENT_LOST:
		printf("lost");
		break;
	default:
		printf("other type=%d", event->type);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct anl_events *events;
	struct anl_error error;
	char path[128];
	int fd;

	if (argc != 3)
		errx(2, "usage: events NAMESPACE READY-FILE");
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", argv[1]);
	if (anl_events_open(&events, false, &error))
		errx(1, "%s", error.text);
	fd = open(argv[2], O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		err(1, "%s", argv[2]);
	for (;;) {
		struct pollfd ready = { .fd = anl_events_fd(events), .events = POLLIN };

		poll(&ready, 1, -1);
		if (anl_events_read(events, print_event, NULL, &error) < 0)
			errx(1, "%s", error.text);
		fflush(stdout);
	}
}

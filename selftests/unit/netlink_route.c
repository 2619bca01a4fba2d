// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links, addresses, routes and rules against this machine's own kernel, in a
 * network namespace of our own with TUN devices. Skipped where none can be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink/events.h"
#include "netlink/family.h"
#include "netlink/link.h"
#include "netlink/route.h"

static struct anl *anl;
static int devices[2] = { -1, -1 };
static uint32_t indexes[2];

static void fine(int code, const struct anl_error *error)
{
	if (code < 0)
		fail_msg("%s", error->text);
}

static struct anl_prefix prefix(const char *text)
{
	struct anl_prefix parsed;

	assert_true(anl_prefix_parse(text, &parsed));
	return parsed;
}

static int open_device(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int file = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (file < 0)
		return -1;
	strcpy(request.ifr_name, name);
	if (ioctl(file, TUNSETIFF, &request)) {
		close(file);
		return -1;
	}
	return file;
}

static bool prepare(void)
{
	struct anl_error error;
	struct anl_link link;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	devices[0] = open_device("tun0");
	devices[1] = open_device("tun1");
	if (devices[0] < 0 || devices[1] < 0 || anl_open_route(&anl, &error))
		return false;
	for (int i = 0; i < 2; i++) {
		if (anl_link_find(anl, i ? "tun1" : "tun0", &link, &error) ||
		    anl_link_set_up(anl, link.ifindex, true, &error))
			return false;
		indexes[i] = link.ifindex;
	}
	return true;
}

static int setup(void **state)
{
	(void)state;
	if (!prepare()) {
		anl_close(anl);
		anl = NULL;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	anl_close(anl);
	close(devices[0]);
	close(devices[1]);
	return 0;
}

#define NEEDS_NAMESPACE() do { \
	(void)state; \
	if (!anl) \
		skip(); \
} while (0)

static void a_link_is_as_it_was_set(void **state)
{
	struct anl_error error;
	struct anl_link link;

	NEEDS_NAMESPACE();
	fine(anl_link_set_mtu(anl, indexes[0], 1400, &error), &error);
	fine(anl_link_set_alias(anl, indexes[0], "adit tunnel x", &error), &error);
	fine(anl_link_get(anl, indexes[0], &link, &error), &error);
	assert_int_equal(link.ifindex, indexes[0]);
	assert_string_equal(link.name, "tun0");
	assert_string_equal(link.kind, "tun");
	assert_string_equal(link.alias, "adit tunnel x");
	assert_int_equal(link.mtu, 1400);
	assert_true(link.up);
	assert_true(link.carrier);
	fine(anl_link_set_up(anl, indexes[0], false, &error), &error);
	fine(anl_link_find(anl, "tun0", &link, &error), &error);
	assert_false(link.up);
	assert_false(link.carrier);
	fine(anl_link_set_alias(anl, indexes[0], "", &error), &error);
	fine(anl_link_set_up(anl, indexes[0], true, &error), &error);
	fine(anl_link_find(anl, "tun0", &link, &error), &error);
	assert_string_equal(link.alias, "");
}

static int count_links(const struct anl_link *link, void *context)
{
	(void)link;
	++*(int *)context;
	return 0;
}

static int stop_at_first(const struct anl_link *link, void *context)
{
	(void)link;
	++*(int *)context;
	return -ECANCELED;
}

static void links_are_listed_by_kind(void **state)
{
	struct anl_error error;
	int count = 0;

	NEEDS_NAMESPACE();
	fine(anl_link_dump(anl, "tun", count_links, &count, &error), &error);
	assert_int_equal(count, 2);
	count = 0;
	fine(anl_link_dump(anl, "adit", count_links, &count, &error), &error);
	assert_int_equal(count, 0);
	/* An end half way leaves nothing behind that the next request could take for its own */
	assert_int_equal(anl_link_dump(anl, NULL, stop_at_first, &count, &error), -ECANCELED);
	assert_int_equal(count, 1);
	count = 0;
	fine(anl_link_dump(anl, NULL, count_links, &count, &error), &error);
	assert_true(count >= 3);
}

static void a_refusal_says_what_and_why(void **state)
{
	struct anl_error error = { 0 };
	struct anl_link link;

	NEEDS_NAMESPACE();
	assert_int_equal(anl_link_find(anl, "nowhere0", &link, &error), -ENODEV);
	assert_int_equal(error.code, ENODEV);
	assert_int_equal(error.from_kernel, 1);
	assert_non_null(strstr(error.text, "find device nowhere0: No such device"));
	/* The kernel's own words, by extended ack */
	assert_int_equal(anl_link_set_mtu(anl, indexes[0], 10, &error), -EINVAL);
	assert_non_null(strstr(error.text, "mtu less than device minimum"));
}

/* Looks for one address in a list */
struct search {
	struct anl_prefix wanted;
	int found;
};

static int compare_address(uint32_t ifindex, const struct anl_prefix *address, void *context)
{
	struct search *search = context;

	(void)ifindex;
	search->found += anl_address_equal(&address->address, &search->wanted.address) &&
			 address->length == search->wanted.length;
	return 0;
}

static int count_address(uint32_t ifindex, const char *text)
{
	struct search search = { .wanted = prefix(text) };
	struct anl_error error;

	fine(anl_address_dump(anl, ifindex, compare_address, &search, &error), &error);
	return search.found;
}

static void addresses_come_and_go(void **state)
{
	static const char *const texts[] = { "169.254.10.2/30", "fd00::2/126" };
	struct anl_error error;

	NEEDS_NAMESPACE();
	for (int i = 0; i < 2; i++) {
		struct anl_prefix address = prefix(texts[i]);

		assert_int_equal(count_address(indexes[0], texts[i]), 0);
		fine(anl_address_add(anl, indexes[0], &address, &error), &error);
		fine(anl_address_add(anl, indexes[0], &address, &error), &error);
		assert_int_equal(count_address(indexes[0], texts[i]), 1);
		assert_int_equal(count_address(indexes[1], texts[i]), 0);
		assert_int_equal(count_address(0, texts[i]), 1);
		fine(anl_address_del(anl, indexes[0], &address, &error), &error);
		fine(anl_address_del(anl, indexes[0], &address, &error), &error);
		assert_int_equal(count_address(indexes[0], texts[i]), 0);
	}
}

static int count_routes(const struct anl_route *route, void *context)
{
	(void)route;
	++*(int *)context;
	return 0;
}

static int routes(int family)
{
	struct anl_error error;
	int count = 0;

	fine(anl_route_dump(anl, family, count_routes, &count, &error), &error);
	return count;
}

static void routes_come_and_go(void **state)
{
	static const char *const texts[] = {
		"10.1.0.0/16", "0.0.0.0/0", "2001:db8:1::/48", "::/0",
	};
	struct anl_error error;

	NEEDS_NAMESPACE();
	for (size_t i = 0; i < 4; i++) {
		struct anl_route route = { .destination = prefix(texts[i]), .ifindex = indexes[0],
					   .metric = i % 2 ? 100 : 0 };
		int family = route.destination.address.family;

		fine(anl_route_add(anl, &route, &error), &error);
		fine(anl_route_add(anl, &route, &error), &error);
		assert_int_equal(routes(family), 1);
		fine(anl_route_del(anl, &route, &error), &error);
		fine(anl_route_del(anl, &route, &error), &error);
		assert_int_equal(routes(family), 0);
	}
}

static void packets_can_be_refused(void **state)
{
	static const char *const texts[] = { "10.4.0.0/16", "2001:db8:4::/48" };
	struct anl_route_answer answer;
	struct anl_error error;

	NEEDS_NAMESPACE();
	for (int i = 0; i < 2; i++) {
		struct anl_route block = { .destination = prefix(texts[i]), .metric = 4000,
					   .unreachable = true };
		struct anl_route through = { .destination = prefix(texts[i]),
					     .ifindex = indexes[0] };
		const struct anl_address *to = &block.destination.address;
		int family = to->family;

		fine(anl_route_add(anl, &block, &error), &error);
		fine(anl_route_add(anl, &block, &error), &error);
		assert_int_equal(routes(family), 1);
		assert_true(anl_route_lookup(anl, to, NULL, 0, &answer, &error) < 0);
		/* A tunnel that is up goes before it */
		fine(anl_route_add(anl, &through, &error), &error);
		fine(anl_route_lookup(anl, to, NULL, 0, &answer, &error), &error);
		assert_int_equal(answer.ifindex, indexes[0]);
		fine(anl_route_del(anl, &through, &error), &error);
		fine(anl_route_del(anl, &block, &error), &error);
		assert_int_equal(routes(family), 0);
	}
}

static void a_route_of_others_is_not_replaced(void **state)
{
	struct anl_route ours = { .destination = prefix("10.3.0.0/16"), .ifindex = indexes[0] };
	struct anl_route other = ours;
	struct anl_error error = { 0 };

	NEEDS_NAMESPACE();
	other.ifindex = indexes[1];
	fine(anl_route_add(anl, &other, &error), &error);
	assert_int_equal(anl_route_add(anl, &ours, &error), -EEXIST);
	assert_non_null(strstr(error.text, "10.3.0.0/16"));
	assert_int_equal(routes(AF_INET), 1);
	ours.metric = 100;
	fine(anl_route_add(anl, &ours, &error), &error);
	assert_int_equal(routes(AF_INET), 2);
	fine(anl_route_del(anl, &ours, &error), &error);
	fine(anl_route_del(anl, &other, &error), &error);
}

static void a_lookup_finds_device_and_source(void **state)
{
	struct anl_prefix address = prefix("192.0.2.1/24");
	struct anl_route route = { .destination = prefix("203.0.113.0/24"), .ifindex = indexes[0] };
	struct anl_route_answer answer;
	struct anl_error error = { 0 };
	char text[ANL_PREFIX_TEXT];

	NEEDS_NAMESPACE();
	fine(anl_address_add(anl, indexes[0], &address, &error), &error);
	route.source = address.address;
	fine(anl_route_add(anl, &route, &error), &error);
	route.destination = prefix("203.0.113.10");
	fine(anl_route_lookup(anl, &route.destination.address, NULL, 0, &answer, &error), &error);
	assert_int_equal(answer.ifindex, indexes[0]);
	assert_string_equal(anl_address_format(&answer.source, text), "192.0.2.1");
	assert_int_equal(answer.gateway.family, 0);
	assert_false(answer.local);
	fine(anl_route_lookup(anl, &address.address, NULL, 0, &answer, &error), &error);
	assert_true(answer.local);
	route.destination = prefix("198.51.100.1");
	assert_int_equal(anl_route_lookup(anl, &route.destination.address, NULL, 0, &answer,
					  &error), -ENETUNREACH);
	assert_non_null(strstr(error.text, "198.51.100.1"));
	route.destination = prefix("2001:db8:9::1");
	assert_int_equal(anl_route_lookup(anl, &route.destination.address, NULL, 0, &answer,
					  &error), -ENETUNREACH);
	fine(anl_address_del(anl, indexes[0], &address, &error), &error);
}

static void a_mark_chooses_the_table(void **state)
{
	struct anl_prefix address = prefix("192.0.2.1/24");
	struct anl_route plain = { .destination = prefix("0.0.0.0/0"), .ifindex = indexes[0] };
	struct anl_route marked = { .destination = prefix("203.0.113.10"), .ifindex = indexes[1],
				    .table = 15700 };
	struct anl_rule rule = { .family = AF_INET, .priority = 100, .mark = 0x61, .mark_mask = ~0u,
				 .table = 15700, .suppress_prefix = -1 };
	struct anl_route_answer answer;
	struct anl_error error;

	NEEDS_NAMESPACE();
	fine(anl_address_add(anl, indexes[0], &address, &error), &error);
	fine(anl_route_add(anl, &plain, &error), &error);
	fine(anl_route_add(anl, &marked, &error), &error);
	fine(anl_rule_add(anl, &rule, &error), &error);
	fine(anl_rule_add(anl, &rule, &error), &error);
	fine(anl_route_lookup(anl, &marked.destination.address, NULL, 0, &answer, &error), &error);
	assert_int_equal(answer.ifindex, indexes[0]);
	fine(anl_route_lookup(anl, &marked.destination.address, NULL, 0x61, &answer, &error),
	     &error);
	assert_int_equal(answer.ifindex, indexes[1]);
	fine(anl_rule_del(anl, &rule, &error), &error);
	fine(anl_rule_del(anl, &rule, &error), &error);
	fine(anl_route_lookup(anl, &marked.destination.address, NULL, 0x61, &answer, &error),
	     &error);
	assert_int_equal(answer.ifindex, indexes[0]);
	fine(anl_route_del(anl, &marked, &error), &error);
	fine(anl_route_del(anl, &plain, &error), &error);
	fine(anl_address_del(anl, indexes[0], &address, &error), &error);
}

static void routes_without_link_can_be_ignored(void **state)
{
	static const char path[] = "/proc/sys/net/ipv4/conf/tun0/ignore_routes_with_linkdown";
	struct anl_error error = { 0 };
	char value = '?';
	FILE *file;

	NEEDS_NAMESPACE();
	/* A machine of which /proc/sys may not be written says so */
	if (access(path, W_OK))
		skip();
	fine(anl_link_ignore_linkdown("tun0", true, &error), &error);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fread(&value, 1, 1, file), 1);
	fclose(file);
	assert_int_equal(value, '1');
	assert_int_equal(anl_link_ignore_linkdown("nowhere0", true, &error), -ENOENT);
	assert_non_null(strstr(error.text, "nowhere0"));
}

static void without_the_module_the_cure_is_said(void **state)
{
	struct anl_error error = { 0 };
	struct anl_events *events;
	uint32_t ifindex;
	struct anl *family;
	int code;

	NEEDS_NAMESPACE();
	code = anl_open(&family, &error);
	if (!code) {	/* this machine has it */
		anl_close(family);
		skip();
	}
	assert_int_equal(code, -ENOENT);
	assert_null(family);
	assert_non_null(strstr(error.text, "modprobe adit"));
	assert_int_equal(anl_events_open(&events, true, &error), -ENOENT);
	assert_null(events);
	assert_int_equal(anl_link_add(anl, "vpn0", "x", &ifindex, &error), -EOPNOTSUPP);
	assert_non_null(strstr(error.text, "modprobe adit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_as_it_was_set),
		cmocka_unit_test(links_are_listed_by_kind),
		cmocka_unit_test(a_refusal_says_what_and_why),
		cmocka_unit_test(addresses_come_and_go),
		cmocka_unit_test(routes_come_and_go),
		cmocka_unit_test(packets_can_be_refused),
		cmocka_unit_test(a_route_of_others_is_not_replaced),
		cmocka_unit_test(a_lookup_finds_device_and_source),
		cmocka_unit_test(a_mark_chooses_the_table),
		cmocka_unit_test(routes_without_link_can_be_ignored),
		cmocka_unit_test(without_the_module_the_cure_is_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SAs as netlink messages: what goes in comes out, and a message that is cut
 * or damaged anywhere is read without harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/algorithm.h"
#include "netlink/sa_message.h"

#define FAMILY 0x21

static const struct anl connection = { .family = FAMILY };

static struct anl_address address(const char *text)
{
	struct anl_address parsed;

	assert_true(anl_address_parse(text, &parsed));
	return parsed;
}

static struct anl_prefix prefix(const char *text)
{
	struct anl_prefix parsed;

	assert_true(anl_prefix_parse(text, &parsed));
	return parsed;
}

/* One with something in every field */
static struct anl_sa rich(void)
{
	struct anl_sa sa;

	anl_sa_init(&sa);
	sa.ifindex = 7;
	sa.direction = ANL_IN;
	sa.protocol = IPPROTO_ESP;
	sa.mode = ANL_TRANSPORT;
	sa.spi = 0xc0ffee01;
	sa.local = address("2001:db8::1");
	sa.remote = address("2001:db8::2");
	sa.encap = true;
	sa.encap_local = 4500;
	sa.encap_remote = 61234;
	strcpy(sa.enc.name, "cbc(aes)");
	sa.enc.key_length = 16;
	memset(sa.enc.key, 0xe1, 16);
	strcpy(sa.auth.name, "hmac(sha256)");
	sa.auth.key_length = 32;
	memset(sa.auth.key, 0xa2, 32);
	sa.auth.icv_bits = 96;
	sa.replay_window = 4096;
	sa.esn = true;
	sa.sequence = 0x123456789abcull;
	sa.bytes = (struct anl_limit){ 1ull << 40, 1ull << 41 };
	sa.packets = (struct anl_limit){ 1000, 2000 };
	sa.seconds = (struct anl_limit){ 3000, 3600 };
	sa.idle = 600;
	sa.selector_count = 3;
	anl_selector_init(&sa.selectors[0]);
	sa.selectors[0].src = prefix("10.1.0.0/16");
	sa.selectors[0].dst = prefix("10.2.0.0/17");
	anl_selector_init(&sa.selectors[1]);
	sa.selectors[1].dst = prefix("2001:db8:1::/48");
	sa.selectors[1].protocol = IPPROTO_TCP;
	sa.selectors[1].dport_first = 80;
	sa.selectors[1].dport_last = 90;
	anl_selector_init(&sa.selectors[2]);
	sa.selectors[2].protocol = IPPROTO_UDP;
	sa.selectors[2].sport_first = sa.selectors[2].sport_last = 53;
	sa.df = ANL_DF_CLEAR;
	sa.dscp = ANL_DSCP_FIXED;
	sa.dscp_value = 46;
	sa.ecn = ANL_ECN_COMPATIBILITY;
	sa.ttl = 200;
	sa.has_mark = true;
	sa.mark = 0xabc;
	sa.bundle_spi = 0x2001;
	return sa;
}

static struct anl_message encoded(const struct anl_sa *sa)
{
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_ADD, 0);

	anl_sa_encode(&message, sa);
	assert_false(message.failed);
	return message;
}

static void a_rich_one_comes_back(void **state)
{
	struct anl_sa sa = rich(), back;
	struct anl_message message = encoded(&sa);

	(void)state;
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &back), 0);
	/* Keys go in and never come out */
	memset(sa.enc.key, 0, sizeof(sa.enc.key));
	memset(sa.auth.key, 0, sizeof(sa.auth.key));
	sa.enc.key_length = sa.auth.key_length = 0;
	assert_memory_equal(&sa, &back, sizeof(sa));
	anl_message_erase(&message);
}

static void a_plain_one_comes_back(void **state)
{
	struct anl_message message;
	struct anl_sa sa, back;

	(void)state;
	anl_sa_init(&sa);
	sa.ifindex = 3;
	sa.direction = ANL_OUT;
	sa.spi = 0x1001;
	sa.local = address("192.0.2.1");
	sa.remote = address("192.0.2.2");
	strcpy(sa.aead.name, "rfc4106(gcm(aes))");
	sa.aead.icv_bits = 128;
	message = encoded(&sa);
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &back), 0);
	sa.replay_window = 0;	/* means nothing outbound, and is not sent */
	assert_memory_equal(&sa, &back, sizeof(sa));
	anl_message_erase(&message);
}

static void a_device_elsewhere_goes_by_its_number(void **state)
{
	struct anl_sa sa = rich(), back;
	struct anl_message message;

	(void)state;
	sa.ifindex = 0;
	sa.device_id = 12;
	message = encoded(&sa);
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &back), 0);
	assert_int_equal(back.ifindex, 0);
	assert_int_equal(back.device_id, 12);
	anl_message_erase(&message);
}

static void every_selector_comes_back(void **state)
{
	struct anl_sa sa = rich(), back;
	struct anl_message message;

	(void)state;
	sa.selector_count = ANL_SELECTORS_MAX;
	for (unsigned int i = 0; i < ANL_SELECTORS_MAX; i++) {
		anl_selector_init(&sa.selectors[i]);
		sa.selectors[i].src = prefix("2001:db8::/32");
		sa.selectors[i].protocol = IPPROTO_TCP;
		sa.selectors[i].sport_first = (uint16_t)i;
	}
	message = encoded(&sa);
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &back), 0);
	assert_int_equal(back.selector_count, ANL_SELECTORS_MAX);
	assert_false(back.selectors_cut);
	assert_memory_equal(sa.selectors, back.selectors, sizeof(sa.selectors));
	/* One more than there is room for */
	anl_nest_end(&message, anl_nest(&message, ADIT_A_SA_SELECTOR));
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &back), 0);
	assert_int_equal(back.selector_count, ANL_SELECTORS_MAX);
	assert_true(back.selectors_cut);
	anl_message_erase(&message);
}

static bool holds(const uint8_t *bytes, size_t length, uint8_t value, size_t run)
{
	size_t found = 0;

	for (size_t i = 0; i < length && found < run; i++)
		found = bytes[i] == value ? found + 1 : 0;
	return found == run;
}

static void keys_are_erased_from_the_message(void **state)
{
	struct anl_sa sa = rich();
	struct anl_message message = encoded(&sa);
	size_t size = nlmsg_get_max_size(message.nl);
	const uint8_t *bytes = (uint8_t *)nlmsg_hdr(message.nl);

	(void)state;
	assert_true(holds(bytes, size, 0xe1, 16));
	assert_true(holds(bytes, size, 0xa2, 32));
	nlmsg_get(message.nl);	/* keeps the memory beyond anl_message_erase() */
	struct nl_msg *kept = message.nl;

	anl_message_erase(&message);
	assert_null(message.nl);
	assert_false(holds(bytes, size, 0xe1, 4));
	assert_false(holds(bytes, size, 0xa2, 4));
	nlmsg_free(kept);
	anl_sa_erase(&sa);
	assert_false(holds((uint8_t *)&sa, sizeof(sa), 0xe1, 1));
}

/* A copy in memory of exactly its size, so that the sanitizer sees every byte too far */
static struct nlmsghdr *copy(const struct nlmsghdr *header, size_t length)
{
	struct nlmsghdr *cut = malloc(length > sizeof(*cut) ? length : sizeof(*cut));

	assert_non_null(cut);
	memcpy(cut, header, length > sizeof(*cut) ? length : sizeof(*cut));
	cut->nlmsg_len = (uint32_t)length;
	return cut;
}

static void a_cut_message_does_no_harm(void **state)
{
	struct anl_sa sa = rich(), back;
	struct anl_message message = encoded(&sa);
	struct nlmsghdr *header = nlmsg_hdr(message.nl);
	struct anl_event event;

	(void)state;
	for (size_t length = 0; length < header->nlmsg_len; length++) {
		struct nlmsghdr *cut = copy(header, length);
		int code = anl_sa_decode(cut, &back);

		assert_true(code == 0 || code == -EBADMSG);
		if (length < NLMSG_HDRLEN + GENL_HDRLEN)
			assert_int_equal(code, -EBADMSG);
		assert_int_equal(anl_event_decode(cut, &event), -EBADMSG);
		free(cut);
	}
	anl_message_erase(&message);
}

static void a_damaged_message_does_no_harm(void **state)
{
	struct anl_sa sa = rich(), back;
	struct anl_message message = encoded(&sa);
	struct nlmsghdr *header = nlmsg_hdr(message.nl);
	unsigned int refused = 0;

	(void)state;
	for (size_t byte = NLMSG_HDRLEN; byte < header->nlmsg_len; byte++) {
		for (int bit = 0; bit < 8; bit++) {
			struct nlmsghdr *damaged = copy(header, header->nlmsg_len);
			int code;

			((uint8_t *)damaged)[byte] ^= (uint8_t)(1 << bit);
			code = anl_sa_decode(damaged, &back);
			assert_true(code == 0 || code == -EBADMSG);
			assert_true(back.selector_count <= ANL_SELECTORS_MAX);
			refused += code != 0;
			free(damaged);
		}
	}
	/* Lengths of addresses and numbers, at least, are checked */
	assert_true(refused > 50);
	anl_message_erase(&message);
}

static void refuses_addresses_of_odd_length(void **state)
{
	static const size_t lengths[] = { 0, 1, 3, 5, 8, 15, 17 };
	uint8_t bytes[32] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_GET, 0);
		struct anl_sa sa;

		anl_put(&message, ADIT_A_SA_LOCAL, bytes, lengths[i]);
		assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &sa), -EBADMSG);
		anl_message_erase(&message);
	}
}

static void reads_counters_and_drops(void **state)
{
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_GET, 0);
	struct nlattr *nest;
	struct anl_sa sa;

	(void)state;
	anl_put_u64(&message, ADIT_A_SA_BYTES, 123456789012ull);
	anl_put_u64(&message, ADIT_A_SA_PACKETS, 4711);
	anl_put_u32(&message, ADIT_A_SA_AGE, 90);
	anl_put_u32(&message, ADIT_A_SA_MTU, 1438);
	anl_put_u32(&message, ADIT_A_SA_MTU_PATH, 1500);
	anl_put_u32(&message, ADIT_A_SA_OVERHEAD, 62);
	anl_put_string(&message, ADIT_A_SA_DRIVER, "rfc4106-gcm-aesni");
	anl_put_string(&message, ADIT_A_SA_IFNAME, "vpn0");
	nest = anl_nest(&message, ADIT_A_SA_DROPS);
	anl_put_u64(&message, ADIT_A_DROPS_REPLAY, 0);
	anl_put_u64(&message, ADIT_A_DROPS_AUTHENTICATION, 5);
	anl_put_u64(&message, ADIT_A_DROPS_MAX + 1, 9);	/* a newer kernel's */
	anl_put_u64(&message, ADIT_A_DROPS_STAGED, 2);
	anl_nest_end(&message, nest);
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &sa), 0);
	assert_int_equal(sa.counters.bytes, 123456789012ull);
	assert_int_equal(sa.counters.packets, 4711);
	assert_int_equal(sa.counters.age, 90);
	assert_int_equal(sa.counters.idle, -1);
	assert_int_equal(sa.mtu, 1438);
	assert_int_equal(sa.mtu_path, 1500);
	assert_int_equal(sa.overhead, 62);
	assert_string_equal(sa.driver, "rfc4106-gcm-aesni");
	assert_string_equal(sa.device, "vpn0");
	assert_int_equal(sa.counters.drops.count, 2);
	assert_string_equal(sa.counters.drops.list[0].reason, "authentication");
	assert_int_equal(sa.counters.drops.list[0].packets, 5);
	assert_string_equal(sa.counters.drops.list[1].reason, "staged");
	anl_message_erase(&message);
}

static void refuses_a_short_drop(void **state)
{
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_GET, 0);
	struct nlattr *nest = anl_nest(&message, ADIT_A_SA_DROPS);
	struct anl_sa sa;

	(void)state;
	anl_put_u32(&message, ADIT_A_DROPS_REPLAY, 1);
	anl_nest_end(&message, nest);
	assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &sa), -EBADMSG);
	anl_message_erase(&message);
}

static void every_drop_reason_has_a_word(void **state)
{
	(void)state;
	for (int type = ADIT_A_DROPS_PAD + 1; type <= ADIT_A_DROPS_MAX; type++) {
		struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_GET, 0);
		struct nlattr *nest = anl_nest(&message, ADIT_A_SA_DROPS);
		struct anl_sa sa;

		anl_put_u64(&message, type, 1);
		anl_nest_end(&message, nest);
		assert_int_equal(anl_sa_decode(nlmsg_hdr(message.nl), &sa), 0);
		assert_int_equal(sa.counters.drops.count, 1);
		anl_message_erase(&message);
	}
}

static void reads_events(void **state)
{
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_MAPPING_CHANGED, 0);
	struct anl_address remote = address("203.0.113.9");
	struct anl_sa sa = rich();
	struct anl_sa_id id = anl_sa_id(&sa);
	struct anl_event event;

	(void)state;
	anl_sa_id_encode(&message, &id);
	anl_put_string(&message, ADIT_A_SA_IFNAME, "vpn0");
	anl_put_address(&message, ADIT_A_SA_NEW_REMOTE, &remote);
	anl_put_u16(&message, ADIT_A_SA_NEW_ENCAP_PEER_PORT, 1024);
	assert_int_equal(anl_event_decode(nlmsg_hdr(message.nl), &event), 0);
	assert_int_equal(event.type, ANL_EVENT_MAPPING_CHANGED);
	assert_int_equal(event.ifindex, 7);
	assert_string_equal(event.device, "vpn0");
	assert_int_equal(event.sa.direction, ANL_IN);
	assert_int_equal(event.sa.protocol, IPPROTO_ESP);
	assert_int_equal(event.sa.spi, id.spi);
	assert_true(anl_address_equal(&event.sa.local, &id.local));
	assert_true(anl_address_equal(&event.sa.remote, &id.remote));
	assert_true(anl_address_equal(&event.new_remote, &remote));
	assert_int_equal(event.new_port, 1024);
	anl_message_erase(&message);
}

static void reads_the_type_of_each_event(void **state)
{
	static const struct {
		uint8_t command;
		enum anl_event_type type;
	} rows[] = {
		{ ADIT_CMD_SOFT_EXPIRE, ANL_EVENT_SOFT_EXPIRE },
		{ ADIT_CMD_HARD_EXPIRE, ANL_EVENT_HARD_EXPIRE },
		{ ADIT_CMD_ACQUIRE, ANL_EVENT_ACQUIRE },
		{ ADIT_CMD_MAPPING_CHANGED, ANL_EVENT_MAPPING_CHANGED },
		{ ADIT_CMD_SEQUENCE_OVERFLOW, ANL_EVENT_SEQUENCE_OVERFLOW },
		{ ADIT_CMD_FIRST_USE, ANL_EVENT_FIRST_USE },
	};
	struct anl_event event;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct anl_message message = anl_message_genl(&connection, rows[i].command, 0);

		anl_put_u8(&message, ADIT_A_SA_REASON, ADIT_EXPIRE_REASON_IDLE);
		assert_int_equal(anl_event_decode(nlmsg_hdr(message.nl), &event), 0);
		assert_int_equal(event.type, rows[i].type);
		assert_int_equal(event.reason, ADIT_EXPIRE_REASON_IDLE);
		anl_message_erase(&message);
	}
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_SA_ADD, 0);

	assert_int_equal(anl_event_decode(nlmsg_hdr(message.nl), &event), -EBADMSG);
	anl_message_erase(&message);
}

static void reads_the_packet_of_an_acquire(void **state)
{
	struct anl_message message = anl_message_genl(&connection, ADIT_CMD_ACQUIRE, 0);
	struct anl_prefix src = prefix("10.1.0.1"), dst = prefix("10.2.0.1");
	struct nlattr *nest = anl_nest(&message, ADIT_A_SA_SELECTOR);
	struct anl_event event;

	(void)state;
	anl_put_address(&message, ADIT_A_SELECTOR_SRC, &src.address);
	anl_put_address(&message, ADIT_A_SELECTOR_DST, &dst.address);
	anl_put_u8(&message, ADIT_A_SELECTOR_PROTOCOL, IPPROTO_UDP);
	anl_put_u16(&message, ADIT_A_SELECTOR_SPORT_MIN, 1000);
	anl_put_u16(&message, ADIT_A_SELECTOR_DPORT_MIN, 53);
	anl_nest_end(&message, nest);
	assert_int_equal(anl_event_decode(nlmsg_hdr(message.nl), &event), 0);
	assert_memory_equal(&event.selector.src, &src, sizeof(src));
	assert_memory_equal(&event.selector.dst, &dst, sizeof(dst));
	assert_int_equal(event.selector.protocol, IPPROTO_UDP);
	assert_int_equal(event.selector.sport_last, 1000);
	assert_int_equal(event.selector.dport_first, 53);
	assert_int_equal(event.selector.dport_last, 53);
	anl_message_erase(&message);
}

static void expect_refused(const struct anl_sa *sa, const char *word)
{
	struct anl_error error = { 0 };

	assert_true(anl_sa_check(sa, &error) < 0);
	if (!strstr(error.text, word))
		fail_msg("'%s' does not name '%s'", error.text, word);
	assert_int_equal(error.from_kernel, 0);
}

static void the_check_takes_a_good_one(void **state)
{
	struct anl_sa sa = rich();
	struct anl_error error;

	(void)state;
	assert_int_equal(anl_sa_check(&sa, &error), 0);
}

#define REFUSED(word, change) do { \
	struct anl_sa sa = rich(); \
	change; \
	expect_refused(&sa, word); \
} while (0)

static void the_check_names_the_thing(void **state)
{
	(void)state;
	REFUSED("spi 0", sa.spi = 0);
	REFUSED("direction", sa.direction = 0);
	REFUSED("proto 6", sa.protocol = IPPROTO_TCP);
	REFUSED("local is missing", sa.local.family = 0);
	REFUSED("two families", sa.remote = address("192.0.2.1"));
	REFUSED("port 0", sa.encap_local = 0);
	REFUSED("replay-window 4097", sa.replay_window = 4097);
	REFUSED("esn needs a replay-window", sa.replay_window = 0);
	REFUSED("seq", sa.esn = false);
	REFUSED("seq is above 2^64-2^32", sa.sequence = UINT64_MAX - UINT32_MAX + 1);
	REFUSED("byte-soft", sa.bytes.soft = sa.bytes.hard + 1);
	REFUSED("packet-soft", sa.packets.soft = sa.packets.hard + 1);
	REFUSED("time-soft", sa.seconds.soft = sa.seconds.hard + 1);
	REFUSED("time limit", sa.seconds.hard = 1ull << 32);
	REFUSED("dscp 64", sa.dscp_value = 64);
	REFUSED("cbc(aes) has 17 bytes: it needs 16, 24 or 32", sa.enc.key_length = 17);
	REFUSED("hmac(sha256) has 0 bytes", sa.auth.key_length = 0);
	REFUSED("ICV of 100 bits", sa.auth.icv_bits = 100);
	REFUSED("ICV of 264 bits", sa.auth.icv_bits = 264);
	REFUSED("enc needs auth", *sa.auth.name = '\0');
	REFUSED("ESP needs aead", *sa.enc.name = '\0');
	REFUSED("aead does both", strcpy(sa.aead.name, "rfc4106(gcm(aes))"));
	REFUSED("10.1.0.1/16", sa.selectors[0].src = prefix("10.1.0.1/16"));
	REFUSED("two families", sa.selectors[0].src = prefix("2001:db8::/32"));
	REFUSED("need its protocol", sa.selectors[1].protocol = 0);
	REFUSED("ICMP type", (sa.selectors[1].protocol = IPPROTO_ICMP,
			      sa.selectors[1].dport_first = 80, sa.selectors[1].dport_last = 300));
	REFUSED("backwards", sa.selectors[1].dport_first = 91);
	REFUSED("selectors", sa.selector_count = ANL_SELECTORS_MAX + 1);
	REFUSED("AH does not go through UDP", sa.protocol = IPPROTO_AH);
	REFUSED("AH does not encrypt", (sa.protocol = IPPROTO_AH, sa.encap = false));
	REFUSED("AH needs auth", (sa.protocol = IPPROTO_AH, sa.encap = false,
				  *sa.enc.name = '\0', *sa.auth.name = '\0'));
	REFUSED("bundle", (sa.protocol = IPPROTO_AH, sa.encap = false, *sa.enc.name = '\0'));
}

static void the_check_leaves_unknown_algorithms_to_the_kernel(void **state)
{
	struct anl_sa sa = rich();
	struct anl_error error;

	(void)state;
	strcpy(sa.enc.name, "cbc(new)");
	sa.enc.key_length = 3;
	assert_int_equal(anl_sa_check(&sa, &error), 0);
}

static void each_algorithm_takes_its_own_lengths(void **state)
{
	(void)state;
	for (const struct anl_algorithm_info *info = anl_algorithm_list(); info->name; info++) {
		struct anl_algorithm algorithm = { .icv_bits = info->icv_max };
		struct anl_error error;

		strcpy(algorithm.name, info->name);
		algorithm.key_length = info->key_lengths ? (size_t)info->key_lengths[0] : 20;
		assert_int_equal(anl_algorithm_check(info->kind, &algorithm, &error), 0);
		algorithm.key_length = info->key_lengths ? 5 : ANL_KEY_MAX + 1;
		assert_int_equal(anl_algorithm_check(info->kind, &algorithm, &error), -EINVAL);
		assert_non_null(strstr(error.text, info->name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rich_one_comes_back),
		cmocka_unit_test(a_plain_one_comes_back),
		cmocka_unit_test(a_device_elsewhere_goes_by_its_number),
		cmocka_unit_test(every_selector_comes_back),
		cmocka_unit_test(keys_are_erased_from_the_message),
		cmocka_unit_test(a_cut_message_does_no_harm),
		cmocka_unit_test(a_damaged_message_does_no_harm),
		cmocka_unit_test(refuses_addresses_of_odd_length),
		cmocka_unit_test(reads_counters_and_drops),
		cmocka_unit_test(refuses_a_short_drop),
		cmocka_unit_test(every_drop_reason_has_a_word),
		cmocka_unit_test(reads_events),
		cmocka_unit_test(reads_the_type_of_each_event),
		cmocka_unit_test(reads_the_packet_of_an_acquire),
		cmocka_unit_test(the_check_takes_a_good_one),
		cmocka_unit_test(the_check_names_the_thing),
		cmocka_unit_test(the_check_leaves_unknown_algorithms_to_the_kernel),
		cmocka_unit_test(each_algorithm_takes_its_own_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

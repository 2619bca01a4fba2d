// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tool prints: SAs and tunnels as text and JSON, quantities, graphs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "adit/event.h"
#include "adit/history.h"
#include "adit/quantity.h"
#include "adit/sa_show.h"
#include "adit/tunnel.h"

/* What @print writes, to be freed */
struct page {
	char *text;
	size_t size;
	FILE *out;
};

static void begin(struct page *page)
{
	page->out = open_memstream(&page->text, &page->size);
	assert_non_null(page->out);
}

static void expect(struct page *page, const char *const *parts)
{
	fclose(page->out);
	for (; *parts; parts++)
		if (!strstr(page->text, *parts))
			fail_msg("'%s' is not in\n%s", *parts, page->text);
	/* Nothing that steers a terminal goes into a file */
	assert_null(strchr(page->text, '\033'));
	free(page->text);
}

#define EXPECT(page, ...) expect(page, (const char *const[]){ __VA_ARGS__, NULL })

static struct anl_sa example(void)
{
	struct anl_sa sa;

	anl_sa_init(&sa);
	sa.ifindex = 3;
	strcpy(sa.device, "vpn0");
	sa.direction = ANL_IN;
	sa.spi = 0x1001;
	anl_address_parse("192.0.2.1", &sa.local);
	anl_address_parse("192.0.2.2", &sa.remote);
	strcpy(sa.aead.name, "rfc4106(gcm(aes))");
	sa.aead.icv_bits = 128;
	memset(sa.aead.key, 0x5a, sizeof(sa.aead.key));
	sa.aead.key_length = 20;
	sa.encap = true;
	sa.encap_local = 4500;
	sa.encap_remote = 4501;
	sa.replay_window = 1024;
	sa.sequence = 42;
	sa.bytes.hard = 1000000;
	sa.selector_count = 1;
	anl_selector_init(&sa.selectors[0]);
	anl_prefix_parse("10.2.0.0/16", &sa.selectors[0].src);
	sa.selectors[0].protocol = IPPROTO_TCP;
	sa.selectors[0].dport_first = sa.selectors[0].dport_last = 443;
	sa.counters.packets = 17;
	sa.counters.bytes = UINT64_MAX;
	sa.counters.age = 3725;
	sa.counters.idle = 4;
	sa.counters.drops.count = 1;
	sa.counters.drops.list[0] = (struct anl_drop){ "replay", 3 };
	sa.mtu = 1438;
	sa.mtu_path = 1500;
	sa.overhead = 62;
	strcpy(sa.driver, "rfc4106-gcm-aesni");
	return sa;
}

static void an_sa_as_text(void **state)
{
	struct anl_sa sa = example();
	struct page page;

	(void)state;
	begin(&page);
	sa_print(page.out, &sa);
	EXPECT(&page, "dev vpn0 in local 192.0.2.1 remote 192.0.2.2\n",
	       "proto esp spi 0x00001001 mode tunnel\n", "aead rfc4106(gcm(aes)) 128\n",
	       "driver rfc4106-gcm-aesni\n", "encap 4500 4501\n", "seq 42 replay-window 1024\n",
	       "sel src 10.2.0.0/16 dst any proto tcp dport 443\n", "limit byte-hard 1000000\n",
	       "mtu 1438 (path 1500, overhead 62)\n", "added 1h 2m ago, used 4s ago\n",
	       "packets 17 bytes 18446744073709551615\n", "drops replay 3\n");
	begin(&page);
	sa.counters.idle = -1;
	sa_print(page.out, &sa);
	EXPECT(&page, "never used\n");
	begin(&page);
	sa.ifindex = 0;
	sa.device_id = 7;
	sa_print(page.out, &sa);
	EXPECT(&page, "dev-id 7 in local 192.0.2.1 remote 192.0.2.2\n");
}

static void an_sa_as_json(void **state)
{
	struct anl_sa sa = example();
	json_t *json = sa_json(&sa);
	char *text;

	(void)state;
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "spi")), "0x00001001");
	assert_string_equal(json_string_value(json_object_get(json, "direction")), "in");
	assert_string_equal(json_string_value(json_object_get(json, "proto")), "esp");
	assert_int_equal(json_integer_value(json_object_get(json, "packets")), 17);
	/* JSON's integers end at 2^63-1 */
	assert_int_equal(json_integer_value(json_object_get(json, "bytes")), INT64_MAX);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "drops"),
							    "replay")), 3);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "encap"),
							    "local_port")), 4500);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "limits"),
							    "byte-hard")), 1000000);
	assert_true(json_is_null(json_object_get(json, "enc")));
	assert_true(json_is_null(json_object_get(json, "mark")));
	text = json_dumps(json, 0);
	assert_null(strstr(text, "5a5a"));
	free(text);
	json_decref(json);
}

static void an_empty_sa_is_whole_json(void **state)
{
	static const char *const members[] = {
		"device", "device_id", "direction", "proto", "mode", "spi", "local", "remote",
		"encap", "aead",
		"enc", "auth", "replay_window", "esn", "seq", "selectors", "limits", "df", "dscp",
		"ecn", "ttl", "mark", "bundle", "mtu", "mtu_path", "overhead", "driver", "age",
		"idle", "packets", "bytes", "drops",
	};
	struct anl_sa sa;
	json_t *json;

	(void)state;
	anl_sa_init(&sa);
	json = sa_json(&sa);
	assert_non_null(json);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_non_null(json_object_get(json, members[i]));
	assert_int_equal(json_object_size(json), sizeof(members) / sizeof(*members));
	json_decref(json);
}

static json_t *tunnel_of(const char *text)
{
	json_t *tunnel = json_loads(text, 0, NULL);

	assert_non_null(tunnel);
	return tunnel;
}

#define ESTABLISHED \
	"{\"name\":\"aws-1\",\"state\":\"established\",\"since\":1000,\"device\":\"aws1\"," \
	"\"carrier\":true,\"mtu\":1438,\"local\":\"198.51.100.5\",\"remote\":\"203.0.113.10\"," \
	"\"remote_name\":\"vpn.example.com\",\"attempt\":0,\"retry_in\":null," \
	"\"addresses\":[\"169.254.10.2/30\"],\"routes\":[\"10.0.0.0/16\"],\"metric\":100," \
	"\"ike\":{\"state\":\"established\",\"role\":\"initiator\",\"exchange\":\"main\"," \
	"\"remote_id\":\"gw\\u001b[31m\",\"proposal\":\"aes128-sha1-modp1024\"," \
	"\"auth\":\"psk\",\"weak\":[\"modp1024\"],\"local_port\":4500,\"remote_port\":4500," \
	"\"nat_local\":true,\"nat_remote\":false,\"established\":1000,\"rekey_in\":27000}," \
	"\"children\":[{\"spi_in\":\"0xc1a2b3c4\",\"spi_out\":\"0x00001002\"," \
	"\"protocol\":\"esp\",\"mode\":\"tunnel\",\"proposal\":\"aes128gcm16-modp2048\"," \
	"\"encap\":true,\"local_ts\":\"10.1.0.0/16\",\"remote_ts\":\"10.2.0.0/16\"," \
	"\"esn\":false,\"installed\":1000,\"rekey_in\":2642,\"bytes_in\":12345678," \
	"\"bytes_out\":3456,\"packets_in\":12345,\"packets_out\":99," \
	"\"drops\":{\"replay\":3}}],\"last_error\":null}"

static void a_tunnel_that_is_up(void **state)
{
	json_t *tunnel = tunnel_of(ESTABLISHED);
	struct page page;

	(void)state;
	begin(&page);
	tunnel_print(page.out, tunnel, 1723);
	EXPECT(&page, "aws-1: established since ", "(12m 3s)\n",
	       "203.0.113.10 (vpn.example.com), identity gw?[31m\n",
	       "aws1, carrier, MTU 1438, 169.254.10.2/30\n", "10.0.0.0/16, metric 100\n",
	       "aes128-sha1-modp1024, main mode, psk, we began, up 12m 3s, rekey in 7h 30m\n",
	       "NAT in front of us, UDP port 4500 to 4500\n", "standard: modp1024\n",
	       "aes128gcm16-modp2048, tunnel mode in UDP, up 12m 3s, rekey in 44m 2s\n",
	       "10.1.0.0/16 to 10.2.0.0/16\n", "in  0xc1a2b3c4  12345 packets, 12.3 MB\n",
	       "out 0x00001002  99 packets, 3.46 kB\n", "dropped: replay 3\n");
	json_decref(tunnel);
}

static void a_tunnel_that_is_not(void **state)
{
	json_t *tunnel = tunnel_of(
		"{\"name\":\"aws-1\",\"state\":\"connecting\",\"since\":1000,\"device\":\"aws1\","
		"\"carrier\":null,\"mtu\":null,\"local\":null,\"remote\":null,"
		"\"remote_name\":\"vpn.example.com\",\"attempt\":3,\"retry_in\":4.2,"
		"\"ike\":null,\"children\":[],\"last_error\":{\"code\":\"psk-mismatch\","
		"\"text\":\"the keys differ\",\"time\":990}}");
	struct page page;

	(void)state;
	begin(&page);
	tunnel_print(page.out, tunnel, 1010);
	EXPECT(&page, "connecting since ", "(10s), attempt 3, next in 4s\n",
	       "peer        vpn.example.com\n", "not there\n",
	       "(20s ago): the keys differ [psk-mismatch]\n");
	json_decref(tunnel);
}

/* What a daemon of another version might leave out or have changed */
static void odd_answers_do_no_harm(void **state)
{
	static const char *const texts[] = {
		"{}", "[]", "{\"name\":1,\"state\":[],\"ike\":{},\"children\":[{},1,null]}",
		"{\"children\":{},\"last_error\":{},\"addresses\":[1,{}],\"since\":\"x\"}",
		"{\"since\":1e300,\"retry_in\":-5,\"mtu\":1e300,\"last_error\":{\"time\":-1e300}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *tunnel = tunnel_of(texts[i]), *list = json_pack("[O]", tunnel);
		struct page page;

		begin(&page);
		tunnel_print(page.out, tunnel, 1000);
		tunnel_table(page.out, list, 1000);
		event_print(page.out, tunnel, 0);
		EXPECT(&page, "TUNNEL");
		json_decref(list);
		json_decref(tunnel);
	}
}

static void a_table_of_tunnels(void **state)
{
	json_t *list = json_pack("[o]", tunnel_of(ESTABLISHED));
	struct page page;

	(void)state;
	begin(&page);
	tunnel_table(page.out, list, 1723);
	EXPECT(&page, "TUNNEL", "aws-1            established", " 12m 3s ", "203.0.113.10",
	       "12.3 MB", "3.46 kB", "44m 2s");
	json_decref(list);
}

/* Long names make their column wider, and do not push the rest to the right in their line alone */
static void a_table_of_long_names(void **state)
{
	json_t *list = json_pack("[o, o]", tunnel_of(ESTABLISHED), tunnel_of(ESTABLISHED));
	json_t *named = json_array_get(list, 1);
	const char *first, *second, *line;
	struct page page;

	(void)state;
	json_object_set_new(named, "name", json_string("a-tunnel-with-quite-a-long-name"));
	json_object_set_new(named, "remote", json_string("2001:db8:1234:5678::1"));
	begin(&page);
	tunnel_table(page.out, list, 1723);
	fclose(page.out);
	first = strchr(page.text, '\n') + 1;
	line = strchr(first, '\n') + 1;
	second = strstr(line, "established");
	assert_non_null(second);
	assert_int_equal(strstr(first, "established") - first, second - line);
	assert_int_equal(strstr(first, "12.3 MB") - first, strstr(line, "12.3 MB") - line);
	assert_int_equal(strstr(page.text, "STATE") - page.text, second - line);
	free(page.text);
	json_decref(list);
}

static void events_as_lines(void **state)
{
	json_t *event = tunnel_of("{\"time\":1001.5,\"tunnel\":\"aws-1\",\"level\":\"info\","
				  "\"code\":\"ike-up\",\"text\":\"done\\u001b[2J\\nand\"}");
	struct page page;

	(void)state;
	begin(&page);
	event_print(page.out, event, 1000);
	EXPECT(&page, "   1.50s  aws-1: done?[2J?and\n");
	json_decref(event);
}

static void quantities(void **state)
{
	static const struct {
		double value;
		const char *text;
	} durations[] = {
		{ -1, "0s" }, { 0, "0s" }, { 59.9, "59s" }, { 60, "1m 0s" }, { 3599, "59m 59s" },
		{ 3600, "1h 0m" }, { 86399, "23h 59m" }, { 90000, "1d 1h" },
	}, sizes[] = {
		{ 0, "0 B" }, { 999, "999 B" }, { 999.6, "1.00 kB" }, { 1000, "1.00 kB" },
		{ 12345, "12.3 kB" }, { 123456, "123 kB" }, { 999499, "999 kB" },
		{ 999500, "1.00 MB" }, { 1.5e9, "1.50 GB" }, { 2e18, "2.00 EB" },
	}, rates[] = {
		{ 0, "0" }, { 125, "1.00 kbit/s" }, { 156250000, "1.25 Gbit/s" },
	};
	char text[QUANTITY_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++)
		assert_string_equal(duration_format(durations[i].value, text), durations[i].text);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		assert_string_equal(bytes_format(sizes[i].value, text), sizes[i].text);
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
		assert_string_equal(rate_format(rates[i].value, text), rates[i].text);
}

static void graphs(void **state)
{
	struct history history = { 0 };
	struct page page;

	(void)state;
	history_add(&history, 1000, 1);
	assert_int_equal(history.count, 0);
	history_add(&history, 1000, 2);		/* nothing */
	history_add(&history, 1800, 3);		/* 800 a second */
	history_add(&history, 2600, 5);		/* 400 */
	history_add(&history, 100, 6);		/* new SAs: the counter began anew */
	history_add(&history, 101, 7);		/* hardly anything */
	assert_int_equal((int)history_rate(&history), 1);
	begin(&page);
	history_graph(page.out, &history, 10);
	EXPECT(&page, " █▄ ▁");
	for (int i = 0; i < 3 * HISTORY_LENGTH; i++)
		history_add(&history, 1000.0 * i, 8 + i);
	assert_int_equal(history.count, HISTORY_LENGTH);
	assert_int_equal((int)history_rate(&history), 1000);
}

static void long_lines_are_folded(void **state)
{
	static const struct {
		const char *text;
		int width;
		const char *folded;
	} rows[] = {
		{ "  ab one two three\n  cd four\n", 12, "  ab one two\n     three\n  cd four\n" },
		{ "head of it is long\n", 12, "head of it\n     is long\n" },
		{ "  ab one two three\n", 0, "  ab one two three\n" },
		/* Neither colours nor the second byte of a character take a column */
		{ "  ab \033[31monetwo\033[0m \xc3\xa4\xc3\xa4\n", 14,
		  "  ab \033[31monetwo\033[0m \xc3\xa4\xc3\xa4\n" },
		/* A word that fits nowhere is left to the terminal */
		{ "  ab onetwothreefour five\n", 10, "  ab onetwothreefour\n     five\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct page page;

		page.out = open_memstream(&page.text, &page.size);
		terminal_fold(page.out, rows[i].text, rows[i].width, 5);
		fclose(page.out);
		assert_string_equal(page.text, rows[i].folded);
		free(page.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_sa_as_text),
		cmocka_unit_test(an_sa_as_json),
		cmocka_unit_test(an_empty_sa_is_whole_json),
		cmocka_unit_test(a_tunnel_that_is_up),
		cmocka_unit_test(a_tunnel_that_is_not),
		cmocka_unit_test(odd_answers_do_no_harm),
		cmocka_unit_test(a_table_of_tunnels),
		cmocka_unit_test(a_table_of_long_names),
		cmocka_unit_test(events_as_lines),
		cmocka_unit_test(quantities),
		cmocka_unit_test(graphs),
		cmocka_unit_test(long_lines_are_folded),
	};

	/* The pages are memory, and could be shown on the terminal that this runs on */
	setenv("NO_COLOR", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of `adit sa`: what they set, and which word a refusal names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "adit/sa_arguments.h"
#include "adit/sa_show.h"

#define WORDS_MAX 80

/* A command line, split at blanks ('' is the empty word), in memory that may be overwritten */
struct line {
	char text[1024];
	char *words[WORDS_MAX];
};

static void split(struct line *line, const char *text)
{
	size_t count = 0;

	assert_true(strlen(text) < sizeof(line->text));
	strcpy(line->text, text);
	for (char *word = strtok(line->text, " "); word; word = strtok(NULL, " ")) {
		assert_true(count + 1 < WORDS_MAX);
		if (!strcmp(word, "''"))
			*word = '\0';
		line->words[count++] = word;
	}
	line->words[count] = NULL;
}

static int parse(enum sa_verb verb, const char *text, struct sa_arguments *arguments,
		 struct anl_error *error)
{
	struct line line;

	split(&line, text);
	return sa_arguments_parse(verb, line.words, arguments, error);
}

static struct anl_sa parsed(const char *text)
{
	struct sa_arguments arguments;
	struct anl_error error = { 0 };

	if (parse(SA_ADD, text, &arguments, &error))
		fail_msg("'%s': %s", text, error.text);
	if (anl_sa_check(&arguments.sa, &error))
		fail_msg("'%s': %s", text, error.text);
	return arguments.sa;
}

#define BASE "dev vpn0 in proto esp spi 0x1001 local 192.0.2.1 remote 192.0.2.2 "
#define KEY16 "0x000102030405060708090a0b0c0d0e0f"
#define GCM "aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128 "

static void the_designs_example(void **state)
{
	struct anl_sa sa = parsed(
		"dev vpn0 out proto esp spi 0x1001 local 192.0.2.1 remote 192.0.2.2 mode tunnel "
		GCM "encap 4500 4501 esn src 10.1.0.0/16 dst 10.2.0.0/16");
	char text[ANL_PREFIX_TEXT];

	(void)state;
	assert_string_equal(sa.device, "vpn0");
	assert_int_equal(sa.direction, ANL_OUT);
	assert_int_equal(sa.protocol, IPPROTO_ESP);
	assert_int_equal(sa.spi, 0x1001);
	assert_string_equal(anl_address_format(&sa.local, text), "192.0.2.1");
	assert_string_equal(anl_address_format(&sa.remote, text), "192.0.2.2");
	assert_int_equal(sa.mode, ANL_TUNNEL);
	assert_string_equal(sa.aead.name, "rfc4106(gcm(aes))");
	assert_int_equal(sa.aead.key_length, 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(sa.aead.key[i], i);
	assert_int_equal(sa.aead.icv_bits, 128);
	assert_true(sa.encap);
	assert_int_equal(sa.encap_local, 4500);
	assert_int_equal(sa.encap_remote, 4501);
	assert_true(sa.esn);
	assert_int_equal(sa.selector_count, 1);
	assert_string_equal(anl_prefix_format(&sa.selectors[0].src, text), "10.1.0.0/16");
	assert_string_equal(anl_prefix_format(&sa.selectors[0].dst, text), "10.2.0.0/16");
}

static void cipher_and_hash(void **state)
{
	struct anl_sa sa = parsed(BASE "enc cbc(aes) " KEY16
				  " auth hmac(sha1) 0x0102030405060708090a0b0c0d0e0f1011121314 96");

	(void)state;
	assert_string_equal(sa.enc.name, "cbc(aes)");
	assert_int_equal(sa.enc.key_length, 16);
	assert_string_equal(sa.auth.name, "hmac(sha1)");
	assert_int_equal(sa.auth.key_length, 20);
	assert_int_equal(sa.auth.icv_bits, 96);
	assert_int_equal(sa.replay_window, ANL_REPLAY_WINDOW_DEFAULT);
}

static void null_cipher_and_ah(void **state)
{
	struct anl_sa sa = parsed(BASE "enc ecb(cipher_null) '' auth hmac(sha256) " KEY16 " 128");

	(void)state;
	assert_int_equal(sa.enc.key_length, 0);
	sa = parsed("dev vpn0 out proto ah spi 300 local 2001:db8::1 remote 2001:db8::2 "
		    "mode transport auth hmac(sha256) " KEY16);
	assert_int_equal(sa.protocol, IPPROTO_AH);
	assert_int_equal(sa.spi, 300);
	assert_int_equal(sa.mode, ANL_TRANSPORT);
	assert_int_equal(sa.auth.icv_bits, 0);
}

static void every_other_word(void **state)
{
	struct anl_sa sa = parsed(
		BASE GCM "replay-window 4096 esn seq 0x100000005 limit byte-soft 1 "
		"limit byte-hard 2 limit packet-soft 3 limit packet-hard 4 limit time-soft 5 "
		"limit time-hard 6 limit idle 7 df clear dscp 46 ecn compatibility ttl 64 "
		"mark 0x2a bundle 0x2002");

	(void)state;
	assert_int_equal(sa.replay_window, 4096);
	assert_int_equal(sa.sequence, 0x100000005);
	assert_int_equal(sa.bytes.soft, 1);
	assert_int_equal(sa.bytes.hard, 2);
	assert_int_equal(sa.packets.soft, 3);
	assert_int_equal(sa.packets.hard, 4);
	assert_int_equal(sa.seconds.soft, 5);
	assert_int_equal(sa.seconds.hard, 6);
	assert_int_equal(sa.idle, 7);
	assert_int_equal(sa.df, ANL_DF_CLEAR);
	assert_int_equal(sa.dscp, ANL_DSCP_FIXED);
	assert_int_equal(sa.dscp_value, 46);
	assert_int_equal(sa.ecn, ANL_ECN_COMPATIBILITY);
	assert_int_equal(sa.ttl, 64);
	assert_true(sa.has_mark);
	assert_int_equal(sa.mark, 0x2a);
	assert_int_equal(sa.bundle_spi, 0x2002);
}

static void selectors_with_ports(void **state)
{
	struct anl_sa sa = parsed(
		BASE "sel src 10.2.0.0/16 dst 10.1.0.0/16 proto tcp dport 80-90 "
		"sel proto icmp type 8 code 0 sel proto 47 " GCM);
	char text[160];

	(void)state;
	assert_int_equal(sa.selector_count, 3);
	assert_string_equal(selector_format(&sa.selectors[0], text, sizeof(text)),
			    "src 10.2.0.0/16 dst 10.1.0.0/16 proto tcp dport 80-90");
	assert_string_equal(selector_format(&sa.selectors[1], text, sizeof(text)),
			    "src any dst any proto icmp type 8 code 0");
	assert_string_equal(selector_format(&sa.selectors[2], text, sizeof(text)),
			    "src any dst any proto gre");
	/* The words after the selectors were taken as the SA's own again */
	assert_string_equal(sa.aead.name, "rfc4106(gcm(aes))");
}

static void keys_are_overwritten(void **state)
{
	struct sa_arguments arguments;
	struct anl_error error;
	struct line line;

	(void)state;
	split(&line, BASE "enc cbc(aes) 0xdeadbeefdeadbeefdeadbeefdeadbeef auth hmac(md5) "
	      "0xdeadbeefdeadbeefdeadbeefdeadbeefZZ 96");
	/* The second is wrong, and is overwritten all the same */
	assert_int_equal(sa_arguments_parse(SA_ADD, line.words, &arguments, &error), -EINVAL);
	for (size_t i = 0; line.words[i]; i++)
		assert_null(strstr(line.words[i], "dead"));
	assert_null(strstr(error.text, "dead"));
	anl_sa_erase(&arguments.sa);
}

/* What is wrong, and what the refusal has to say */
static const struct {
	enum sa_verb verb;
	const char *line;
	const char *says;
} refused[] = {
	{ SA_ADD, "", "dev NAME is missing" },
	{ SA_ADD, "dev vpn0", "direction" },
	{ SA_ADD, "dev vpn0 in", "proto" },
	{ SA_ADD, "dev vpn0 in proto esp", "spi" },
	{ SA_ADD, "dev vpn0 in proto esp spi 1", "local" },
	{ SA_ADD, "dev vpn0 in proto esp spi 1 local 192.0.2.1", "remote" },
	{ SA_ADD, "dev", "dev: the name of a device is missing" },
	{ SA_ADD, "dev ''", "dev: ''" },
	{ SA_ADD, "dev interface-name-too-long in", "interface-name-too-long" },
	{ SA_ADD, "dev a dev b", "'dev' is given twice" },
	{ SA_ADD, "dev-id 0", "0 is below 1" },
	{ SA_ADD, "dev vpn0 dev-id 1 in proto esp spi 1 local 192.0.2.1 remote 192.0.2.2",
	  "one of them is enough" },
	{ SA_FLUSH, "dev-id 1", "'dev-id' has no meaning" },
	{ SA_ADD, "in out", "'out': the direction is given twice" },
	{ SA_ADD, "in dir out", "twice" },
	{ SA_ADD, "proto tcp", "'tcp' is not esp or ah" },
	{ SA_ADD, "spi x", "'x' is not a number" },
	{ SA_ADD, "spi -1", "'-1' is not a number" },
	{ SA_ADD, "spi 0x", "'0x' is not a number" },
	{ SA_ADD, "spi 0x100000000", "above 4294967295" },
	{ SA_ADD, "spi 18446744073709551617", "not a number" },
	{ SA_ADD, "spi 1 spi 2", "'spi' is given twice" },
	{ SA_ADD, "spi", "spi: a number is missing" },
	{ SA_ADD, "local vpn.example.com", "local: 'vpn.example.com' is not an IP address" },
	{ SA_ADD, "remote 10.0.0.0/8", "remote: '10.0.0.0/8' is not an IP address" },
	{ SA_ADD, "mode beet", "'beet' is not transport or tunnel" },
	{ SA_ADD, "aead", "aead: the name of an algorithm is missing" },
	{ SA_ADD, "aead rfc4106(gcm(aes))", "aead: a key is missing" },
	{ SA_ADD, "aead gcm secret", "aead: the key must be written as 0x" },
	{ SA_ADD, "aead gcm 0x123", "odd number of hex digits" },
	{ SA_ADD, "aead gcm 0x12345g", "not hexadecimal at digit 6" },
	{ SA_ADD, "aead gcm 0x1234 999999", "above 4096" },
	{ SA_ADD, "encap 4500", "encap: a number is missing" },
	{ SA_ADD, "encap 0 4500", "0 is below 1" },
	{ SA_ADD, "encap 4500 65536", "above 65535" },
	{ SA_ADD, "replay-window 4097", "replay-window: 4097 is above 4096" },
	{ SA_ADD, "src 10.0.0.1/8", "the network is 10.0.0.0/8" },
	{ SA_ADD, "dst 10.0.0.0/33", "dst: '10.0.0.0/33'" },
	{ SA_ADD, "sel proto nonsense", "proto: 'nonsense' is not a protocol" },
	{ SA_ADD, "sel proto 256", "above 255" },
	{ SA_ADD, "sel proto tcp sport 90-80", "sport: the range 90-80 runs backwards" },
	{ SA_ADD, "sel proto tcp dport 80-", "dport: '80-' is not a range of ports" },
	{ SA_ADD, "sel proto tcp dport 70000", "above 65535" },
	{ SA_ADD, "limit", "limit: a word is missing" },
	{ SA_ADD, "limit bytes 1", "'bytes' is not byte-soft" },
	{ SA_ADD, "limit byte-soft", "byte-soft: a number is missing" },
	{ SA_ADD, "limit time-hard 4294967296", "time-hard: 4294967296 is above" },
	{ SA_ADD, "df maybe", "'maybe' is not copy, set or clear" },
	{ SA_ADD, "dscp 64", "dscp: 64 is above 63" },
	{ SA_ADD, "ecn yes", "'yes' is not normal or compatibility" },
	{ SA_ADD, "ttl 256", "ttl: 256 is above 255" },
	{ SA_ADD, "frobnicate", "'frobnicate' is not understood here" },
	{ SA_ADD, "new-port 4500", "'new-port' has no meaning" },
	{ SA_ADD, BASE "sel src 10.0.0.0/8 local 192.0.2.1", "'local' is given twice" },
	{ SA_ADD, BASE "src 10.0.0.0/8 sel dst 10.0.0.0/8", "behind sel" },
	{ SA_ADD, "dev vpn0 out proto esp spi 1 local 192.0.2.1 remote 192.0.2.2 replay-window 9",
	  "replay-window belongs to the direction in" },
	{ SA_DEL, "dev vpn0 in proto esp", "spi" },
	{ SA_DEL, "aead x 0x00", "'aead' has no meaning" },
	{ SA_SET, "dev vpn0 in proto esp spi 1", "nothing to set" },
	{ SA_SET, "new-remote here", "new-remote: 'here'" },
	{ SA_SHOW, "mode tunnel", "'mode' has no meaning" },
	{ SA_FLUSH, "spi 1", "'spi' has no meaning" },
};

static void names_the_wrong_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct sa_arguments arguments;
		struct anl_error error = { 0 };

		if (!parse(refused[i].verb, refused[i].line, &arguments, &error))
			fail_msg("took '%s'", refused[i].line);
		if (!strstr(error.text, refused[i].says))
			fail_msg("'%s': '%s' does not say '%s'", refused[i].line, error.text,
				 refused[i].says);
		anl_sa_erase(&arguments.sa);
	}
}

static void takes_as_many_selectors_as_fit(void **state)
{
	struct sa_arguments arguments;
	char *words[ANL_SELECTORS_MAX + 2];
	struct anl_error error;

	(void)state;
	for (size_t i = 0; i <= ANL_SELECTORS_MAX; i++)
		words[i] = "sel";
	words[ANL_SELECTORS_MAX + 1] = NULL;
	assert_int_equal(sa_arguments_parse(SA_ADD, words, &arguments, &error), -EINVAL);
	assert_non_null(strstr(error.text, "more than 64 selectors"));
}

static void set_and_its_new_peer(void **state)
{
	struct sa_arguments arguments;
	struct anl_error error;
	char text[ANL_PREFIX_TEXT];

	(void)state;
	assert_int_equal(parse(SA_SET, "dev vpn0 out proto esp spi 7 new-remote 203.0.113.9 "
			       "new-port 1024 limit byte-soft 5", &arguments, &error), 0);
	assert_string_equal(anl_address_format(&arguments.new_remote, text), "203.0.113.9");
	assert_int_equal(arguments.new_port, 1024);
	assert_int_equal(arguments.sa.bytes.soft, 5);
	assert_int_equal(arguments.given & (SA_GIVEN_PEER | SA_GIVEN_LIMIT),
			 SA_GIVEN_PEER | SA_GIVEN_LIMIT);
}

static void show_picks_by_what_is_said(void **state)
{
	static const struct {
		const char *words;
		bool matches;
	} rows[] = {
		{ "", true }, { "in", true }, { "out", false }, { "spi 0x1001", true },
		{ "spi 0x1002", false }, { "proto esp", true }, { "proto ah", false },
		{ "local 192.0.2.1", true }, { "local 192.0.2.2", false },
		{ "remote 192.0.2.2 in spi 4097", true }, { "remote 2001:db8::1", false },
	};
	struct anl_sa sa = parsed(BASE GCM);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sa_arguments arguments;
		struct anl_error error;

		assert_int_equal(parse(SA_SHOW, rows[i].words, &arguments, &error), 0);
		assert_int_equal(sa_arguments_match(&arguments, &sa), rows[i].matches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_designs_example),
		cmocka_unit_test(cipher_and_hash),
		cmocka_unit_test(null_cipher_and_ah),
		cmocka_unit_test(every_other_word),
		cmocka_unit_test(selectors_with_ports),
		cmocka_unit_test(keys_are_overwritten),
		cmocka_unit_test(names_the_wrong_word),
		cmocka_unit_test(takes_as_many_selectors_as_fit),
		cmocka_unit_test(set_and_its_new_peer),
		cmocka_unit_test(show_picks_by_what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

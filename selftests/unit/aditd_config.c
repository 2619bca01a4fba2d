// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration: every option, every mistake with its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/config.h"
#include "aditd/option.h"
#include "lib/folder.h"

static char main_file[FOLDER_PATH_MAX], psk_file[FOLDER_PATH_MAX], open_file[FOLDER_PATH_MAX];
static struct mistakes mistakes, warnings;
static struct config *config;

static int make_folder(void **state)
{
	if (folder_make(state))
		return -1;
	folder_path(main_file, "adit.conf");
	folder_path(psk_file, "good.psk");
	folder_path(open_file, "open.psk");
	folder_write(psk_file, 0600, "swordfish\n");
	folder_write(open_file, 0644, "swordfish\n");
	return 0;
}

static int forget(void **state)
{
	(void)state;
	config_free(config);
	config = NULL;
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
	return 0;
}

/* $PSK, $OPEN and $DIR in text stand for the files of the test */
static char *expand(const char *text)
{
	const struct {
		const char *name, *value;
	} names[] = { { "$PSK", psk_file }, { "$OPEN", open_file }, { "$DIR", folder() } };
	char *out = calloc(1, strlen(text) + 4096), *to = out;
	size_t i;

	assert_non_null(out);
	while (*text) {
		for (i = 0; i < 3; i++)
			if (!strncmp(text, names[i].name, strlen(names[i].name)))
				break;
		if (i == 3) {
			*to++ = *text++;
			continue;
		}
		to = stpcpy(to, names[i].value);
		text += strlen(names[i].name);
	}
	return out;
}

static void load(const char *text)
{
	char *content = expand(text);

	forget(NULL);
	folder_write(main_file, 0600, "%s", content);
	free(content);
	config = config_load(main_file, &mistakes, &warnings);
	assert_true(!config == !!mistakes.count);
}

static void show(const struct mistakes *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		print_message("%s:%u: %s\n", list->list[i].file, list->list[i].line,
			      list->list[i].text);
}

static void load_good(const char *text)
{
	load(text);
	show(&mistakes);
	assert_int_equal(mistakes.count, 0);
}

/* Exactly one mistake, at line, with these words in it */
static void load_bad(const char *text, unsigned int line, const char *words)
{
	load(text);
	if (mistakes.count == 1 && mistakes.list[0].line == line &&
	    strstr(mistakes.list[0].text, words) && !strcmp(mistakes.list[0].file, main_file))
		return;
	show(&mistakes);
	fail_msg("wanted one mistake at line %u with \"%s\", of:\n%s", line, words, text);
}

#define TUNNEL	"tunnel \"a\" {\n remote = 192.0.2.1\n psk = \"swordfish\"\n"	/* 3 lines */

static void test_defaults(void **state)
{
	const struct config_tunnel *tunnel;

	(void)state;
	load_good(TUNNEL "}\n");
	assert_int_equal(config->log_level, IKE_SEVERITY_INFO);
	assert_int_equal(config->port, 500);
	assert_int_equal(config->natt_port, 4500);
	assert_int_equal(config->half_open_limit, 1000);
	assert_null(config->keylog);
	assert_int_equal(config->tunnel_count, 1);
	tunnel = config->tunnels[0];
	assert_string_equal(tunnel->name, "a");
	assert_string_equal(tunnel->device, "a");
	assert_int_equal(tunnel->local.family, AF_UNSPEC);
	assert_int_equal(tunnel->remote_kind, CONFIG_REMOTE_ADDRESS);
	assert_int_equal(tunnel->remote_port, 500);
	assert_int_equal(tunnel->auth, IKE_PSK);
	assert_int_equal(tunnel->psk_length, 9);
	assert_memory_equal(tunnel->psk_bytes, "swordfish", 9);
	assert_int_equal(tunnel->psk[0], 0);
	assert_int_equal(tunnel->exchange, IKE_MAIN_MODE);
	assert_int_equal(tunnel->mode, IKE_MODE_TUNNEL);
	assert_int_equal(tunnel->ike_lifetime, 28800);
	assert_int_equal(tunnel->esp_lifetime, 3600);
	assert_int_equal(tunnel->esp_lifebytes, 0);
	assert_int_equal(tunnel->rekey_fuzz, 100);
	assert_int_equal(tunnel->replay_window, 1024);
	assert_false(tunnel->esn);
	assert_int_equal(tunnel->encap, IKE_ENCAP_AUTO);
	assert_int_equal(tunnel->keepalive, 20);
	assert_int_equal(tunnel->dpd_delay, 10);
	assert_int_equal(tunnel->dpd_timeout, 30);
	assert_int_equal(tunnel->dpd_action, IKE_DPD_RESTART);
	assert_int_equal(tunnel->start, IKE_START_ALWAYS);
	assert_true(tunnel->ike_count > 0 && tunnel->esp_count > 0 && !tunnel->ah_count);
	assert_int_equal(tunnel->local_ts_count, 1);
	assert_int_equal(tunnel->local_ts[0].prefix, 0);
	/* 0.0.0.0/0 is no route by itself */
	assert_int_equal(tunnel->route_count, 0);
	assert_int_equal(tunnel->mtu, 0);
	/* Nothing weak unasked */
	assert_int_equal(warnings.count, 0);
}

static void test_every_option(void **state)
{
	const struct config_tunnel *tunnel;

	(void)state;
	load_good(
		"keylog = \"$DIR/keys\"\nlog-level = debug\nhalf-open-limit = 50\n"
		"half-open-source-limit = 5\nport = 1500\nnatt-port = 14500\n"
		"listen = { 192.0.2.9, \"2001:db8::9\" }\nmark = 0x77\ntable = 77\n"
		"tunnel \"aws-1\" {\n device = vpn7\n local = 198.51.100.5\n"
		" remote = gw.example.com\n remote-port = 4500\n local-id = 198.51.100.5\n"
		" remote-id = \"gw.example.com\"\n auth = psk\n psk-file = \"$PSK\"\n"
		" exchange = main\n ike = { aes128-sha1-modp1024, aes256-sha256-modp2048 }\n"
		" esp = { aes128gcm16 }\n mode = tunnel\n"
		" ike-lifetime = 2h\n esp-lifetime = 30m\n esp-lifebytes = 10G\n"
		" rekey-margin = 3m\n rekey-fuzz = 50\n replay-window = 64\n esn = true\n"
		" encap = force\n keepalive = 15s\n dpd-delay = 5s\n dpd-timeout = 15s\n"
		" dpd-action = hold\n start = on-demand\n local-ts = { 10.1.0.0/16, 10.2.0.0/16 }\n"
		" remote-ts = { \"10.3.0.0/16[tcp/80]\" }\n address = { 169.254.10.2/30 }\n"
		" route = { 10.3.0.0/16, 10.4.0.0/16 }\n metric = 100\n mtu = 1400\n when-down = "
		"pass\n}\n");
	assert_int_equal(config->log_level, IKE_SEVERITY_DEBUG);
	assert_int_equal(config->half_open_limit, 50);
	assert_int_equal(config->half_open_source_limit, 5);
	assert_int_equal(config->port, 1500);
	assert_int_equal(config->natt_port, 14500);
	assert_int_equal(config->listen_count, 2);
	assert_int_equal(config->listen[1].family, AF_INET6);
	assert_int_equal(config->mark, 0x77);
	assert_int_equal(config->table, 77);
	tunnel = config_tunnel(config, "aws-1");
	assert_non_null(tunnel);
	assert_null(config_tunnel(config, "aws-2"));
	assert_string_equal(tunnel->device, "vpn7");
	assert_int_equal(tunnel->local.family, AF_INET);
	assert_int_equal(tunnel->remote_kind, CONFIG_REMOTE_NAME);
	assert_int_equal(tunnel->remote_port, 4500);
	assert_string_equal(tunnel->remote_id, "gw.example.com");
	assert_int_equal(tunnel->psk_length, 9);
	assert_int_equal(tunnel->exchange, IKE_MAIN_MODE);
	assert_int_equal(tunnel->ike_count, 2);
	assert_string_equal(tunnel->ike[1], "aes256-sha256-modp2048");
	assert_int_equal(tunnel->esp_count, 1);
	assert_int_equal(tunnel->ah_count, 0);
	assert_int_equal(tunnel->ike_lifetime, 7200);
	assert_int_equal(tunnel->esp_lifetime, 1800);
	assert_true(tunnel->esp_lifebytes == 10ULL << 30);
	assert_int_equal(tunnel->rekey_margin, 180);
	assert_int_equal(tunnel->rekey_fuzz, 50);
	assert_int_equal(tunnel->replay_window, 64);
	assert_true(tunnel->esn);
	assert_int_equal(tunnel->encap, IKE_ENCAP_FORCE);
	assert_int_equal(tunnel->keepalive, 15);
	assert_int_equal(tunnel->dpd_delay, 5);
	assert_int_equal(tunnel->dpd_timeout, 15);
	assert_int_equal(tunnel->dpd_action, IKE_DPD_HOLD);
	assert_int_equal(tunnel->start, IKE_START_ON_DEMAND);
	assert_int_equal(config_pairs(tunnel, NULL, 0), 2);
	assert_int_equal(tunnel->remote_ts[0].port, 80);
	assert_int_equal(tunnel->address_count, 1);
	assert_int_equal(tunnel->address[0].length, 30);
	assert_int_equal(tunnel->route_count, 2);
	assert_int_equal(tunnel->metric, 100);
	assert_int_equal(tunnel->mtu, 1400);
	assert_int_equal(tunnel->when_down, CONFIG_DOWN_PASS);
}

/* Each with the line where it stands */
static const struct {
	const char *text;
	unsigned int line;
	const char *words;
} bad[] = {
	{ TUNNEL " lokal = 192.0.2.2\n}\n", 4, "there is no option lokal; local may be meant" },
	{ TUNNEL " Dpd_Action = clear\n}\n", 4, "dpd-action may be meant" },
	{ TUNNEL " rightsubnet = 10.2.0.0/16\n}\n", 4, "remote-ts may be meant" },
	{ TUNNEL " remote_addrs = 192.0.2.1\n}\n", 4, "remote may be meant" },
	{ TUNNEL " pfs = yes\n}\n", 4, "no option pfs; esp may be meant" },
	{ TUNNEL " hash = sha1\n}\n", 4, "no option hash; allowed are device, local" },
	{ TUNNEL " foo = { a, b }\n}\n", 4, "no option foo" },
	{ "loglevel = info\n" TUNNEL "}\n", 1, "no option loglevel; log-level may be meant" },
	{ "user = root\n" TUNNEL "}\n", 1, "no option user; allowed are keylog" },
	{ "log-level = loud\n", 1, "allowed is error, warning, info or debug" },
	{ "port = 0\n", 1, "from 1 to 65535" },
	{ "port = 65536\n", 1, "from 1 to 65535" },
	{ "\n\nport = 4500\nnatt-port = 4500\n", 4, "both 4500" },
	{ "\nport = 4500\n", 2, "both 4500" },
	{ "listen = { 192.0.2.1, here }\n", 1, "an IPv4 or IPv6 address" },
	{ "keylog = keys\n", 1, "begins with /" },
	{ "tunnel \"a\" {\n psk = x\n}\n", 1, "remote is missing" },
	{ "\n# one\n/* two\n three */\n\ntunnel \"a\"\n{\n psk = x\n}\n", 7, "remote is missing" },
	{ "tunnel a {\n remote = 192.0.2.1\n}\n", 1, "no pre-shared key" },
	{ TUNNEL " psk-file = \"$PSK\"\n}\n", 4, "only one of them" },
	{ "tunnel a {\n remote = 192.0.2.1\n psk-file = /nonexistent\n}\n", 3, "No such file" },
	{ "tunnel a {\n remote = 192.0.2.1\n psk-file = \"$OPEN\"\n}\n", 3, "mode 0644" },
	{ "tunnel a {\n remote = 192.0.2.1\n psk = 0x123\n}\n", 3, "hexadecimal" },
	{ "tunnel a {\n remote = 192.0.2.1\n psk = \"\"\n}\n", 3, "a text that is not empty" },
	{ "tunnel a {\n remote = 192.0.2.256\n psk = x\n}\n", 2,
	  "an address, a DNS name, or %any" },
	{ "tunnel a {\n remote = %any\n psk = x\n}\n", 2, "start = \"wait\"" },
	{ "tunnel a {\n remote = 0.0.0.0\n psk = x\n}\n", 2, "no host's address" },
	{ "tunnel a {\n remote = 224.0.0.1\n psk = x\n}\n", 2, "no host's address" },
	{ "tunnel a {\n remote = 255.255.255.255\n psk = x\n}\n", 2, "no host's address" },
	{ "tunnel a {\n remote = \"::\"\n psk = x\n}\n", 2, "no host's address" },
	{ "tunnel a {\n remote = ff02::1\n psk = x\n}\n", 2, "no host's address" },
	{ TUNNEL " local = 2001:db8::1\n}\n", 4, "same family" },
	{ TUNNEL " local = nowhere\n}\n", 4, "an IPv4 or IPv6 address" },
	{ TUNNEL " device = \"much-too-long-a-name\"\n}\n", 4, "1 to 15 characters" },
	{ "tunnel \"much-too-long-a-name\" {\n remote = 192.0.2.1\n psk = x\n}\n", 1,
	  "device = \"vpn0\"" },
	{ "tunnel \"a b\" {\n device = x\n remote = 192.0.2.1\n psk = x\n}\n", 1, "printable" },
	{ "tunnel \"all\" {\n remote = 192.0.2.1\n psk = x\n}\n", 1, "not \"all\"" },
	{ TUNNEL "}\n" TUNNEL " device = b\n}\n", 5, "is given twice; it stands already at" },
	{ TUNNEL "}\ntunnel b {\n device = a\n remote = 192.0.2.1\n psk = x\n}\n", 5,
	  "device \"a\" is that of tunnel \"a\"" },
	{ TUNNEL " remote = 192.0.2.2\n}\n", 4, "remote is given twice" },
	{ TUNNEL " esp = { aes128-sha1 }\n esp = { aes256-sha1 }\n}\n", 5, "esp is given twice" },
	{ TUNNEL " auth = magic\n}\n", 4, "psk, rsasig, ecdsa-256, ecdsa-384, ecdsa-521" },
	{ TUNNEL " exchange = quick\n}\n", 4, "main or aggressive" },
	{ TUNNEL " ike = { aes128-sha1-modp2048,\n   aes129-sha1-modp2048 }\n}\n", 5, "aes129" },
	{ TUNNEL " ike = { aes128-sha1 }\n}\n", 4, "aes128-sha1" },
	{ TUNNEL " ike = { }\n}\n", 4, "leaves nothing to propose" },
	{ TUNNEL " esp = { aes128-sha1-modp77 }\n}\n", 4, "modp77" },
	{ TUNNEL " esp = { }\n}\n", 4, "neither esp nor ah" },
	{ TUNNEL " mode = bridge\n}\n", 4, "tunnel or transport" },
	{ TUNNEL " esp = { aes128-sha1-modp2048 }\n ah = { sha256 }\n}\n", 5,
	  "ah: with esp both are used together" },
	{ TUNNEL " esp = { aes128-sha1 }\n ah = { sha256 }\n encap = force\n}\n", 5,
	  "ah: it cannot go in UDP" },
	{ TUNNEL " unique = maybe\n}\n", 4, "replace, keep or never" },
	{ TUNNEL " route = { 10.0.0.0 }\n}\n", 4, "of one host 10.1.0.5/32" },
	{ TUNNEL " ike-lifetime = 9\n}\n", 4, "a duration such as" },
	{ TUNNEL " esp-lifetime = 1y\n}\n", 4, "a duration such as" },
	{ TUNNEL " esp-lifebytes = many\n}\n", 4, "a number of bytes" },
	{ TUNNEL " esp-lifetime = 10m\n rekey-margin = 9m\n}\n", 5,
	  "not less than esp-lifetime of 600s; "
	  "allowed is a margin of at most 299s" },
	{ TUNNEL " ike-lifetime = 10m\n rekey-margin = 9m\n}\n", 5, "ike-lifetime of 600s" },
	{ TUNNEL " rekey-fuzz = 101\n}\n", 4, "from 0 to 100" },
	{ TUNNEL " replay-window = 4097\n}\n", 4, "from 0 to 4096" },
	{ TUNNEL " replay-window = -1\n}\n", 4, "from 0 to 4096" },
	{ TUNNEL " esn = perhaps\n}\n", 4, "true or false" },
	{ TUNNEL " encap = sometimes\n}\n", 4, "auto, force or never" },
	{ TUNNEL " keepalive = 0\n}\n", 4, "from 1s" },
	{ TUNNEL " dpd-delay = 20s\n dpd-timeout = 10s\n}\n", 5, "less than dpd-delay 20s" },
	{ TUNNEL " dpd-action = panic\n}\n", 4, "restart, clear or hold" },
	{ TUNNEL " start = never\n}\n", 4, "always, on-demand or wait" },
	{ TUNNEL " local-ts = { 10.1.0.1/16 }\n}\n", 4, "without host bits" },
	{ TUNNEL " remote-ts = { }\n}\n", 4, "lets nothing through" },
	{ TUNNEL " local-ts = { 2001:db8::/32 }\n remote-ts = { 10.0.0.0/8 }\n}\n", 5,
	  "family in common" },
	{ TUNNEL " address = { 10.0.0.1 }\n}\n", 4, "with prefix length" },
	{ TUNNEL " route = { 10.0.0.1/8 }\n}\n", 4, "without host bits" },
	{ TUNNEL " route = { 10.0.0.0/8, ten }\n}\n", 4, "\"ten\"" },
	{ TUNNEL " metric = low\n}\n", 4, "a number from 0" },
	{ TUNNEL " mtu = 500\n}\n", 4, "0 (computed) or 576" },
	{ TUNNEL " mtu = 1000\n address = { fd00::1/64 }\n}\n", 4, "1280" },
	{ TUNNEL " when-down = panic\n}\n", 4, "block or pass" },
	{ TUNNEL " cert = /etc/passwd\n}\n", 4, "belongs to auth = \"rsasig\"" },
	{ TUNNEL " send-cert = perhaps\n}\n", 4, "ifasked, always or never" },
	{ "tunnel a {\n remote = 192.0.2.1\n auth = rsasig\n}\n", 1,
	  "key: auth = \"rsasig\" needs our private key" },
	{ TUNNEL " auth = ecdsa-256\n}\n", 3, "belongs to auth = \"psk\"" },
	{ "tunnel a {\n remote = 192.0.2.1\n auth = rsasig\n ca = { $PSK,\n $DIR/no.pem }\n}\n", 5,
	  "no.pem: No such file" },
	{ TUNNEL "}}\n", 4, "closes nothing" },
	{ "# x\n" TUNNEL "\n", 2, "'{' of this line is never closed" },
	{ TUNNEL " local-id = \"x\n}\n", 4, "quoted text is never closed" },
	{ "/* x\n" TUNNEL "}\n", 1, "comment is never closed" },
	{ "\n\ntunnel {\n}\n", 3, "missing title" },
	{ TUNNEL " metric 5\n}\n", 4, "missing equal sign" },
	{ TUNNEL " local-id = two words\n}\n", 5, "several words, here or in the line before" },
	{ TUNNEL " local-id = \"\\9\"\n}\n", 4, "no escape sequence" },
	{ TUNNEL " metric = { 5 }\n}\n", 4, "unexpected token" },
	{ TUNNEL " metric = 5;\n}\n", 4, "';' is not needed" },
	{ "include(/etc/*.conf)\n", 1, "double quotes" },
	{ "include(\"$DIR/none.conf\")\n", 1, "No such file" },
	{ "include(\"a\", \"b\")\n", 1, "one path or pattern" },
	{ "include(\"$DIR\")\n", 1, "not a regular file" },
};

static void test_mistakes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		load_bad(bad[i].text, bad[i].line, bad[i].words);
}

/* Another kind of file is not told of byte by byte */
static void test_no_configuration(void **state)
{
	char text[1001];

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	load(text);
	assert_in_range(mistakes.count, 2, 20);
	assert_non_null(strstr(mistakes.list[mistakes.count - 1].text, "is this an aditd"));
}

/* All of them, in the order of the lines */
static void test_all_mistakes(void **state)
{
	size_t i;

	(void)state;
	load("log-level = loud\n// comment\ntunnel a {\n foo = 1\n remote = 192.0.2.1 # x\n psk = "
	     "x\n"
	     " bar = 2\n mtu = 1\n}\ntunnel b {\n /* a\n b */ baz = 3\n}\nmork = 4\n");
	show(&mistakes);
	assert_int_equal(mistakes.count, 8);
	static const unsigned int lines[] = { 1, 4, 7, 8, 10, 10, 12, 14 };
	for (i = 0; i < 8; i++)
		assert_int_equal(mistakes.list[i].line, lines[i]);
}

static void test_secret_is_not_told(void **state)
{
	static const char *const texts[] = {
		" psk = \"0xhush\"\n psk = \"0xhush\"\n mtu = 1\n",
		" psk = my hush\n", " psk = my hush word\n", " psk = { hush }\n",
		" psk = \"a\\777hush\"\n", " psk = \"a\\9hush\"\n", " psk = \"hush\n",
		" psk = \"hush\" hush\n",
	};
	char text[256];
	size_t i, j;

	(void)state;
	for (j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
		snprintf(text, sizeof(text), "tunnel a {\n remote = 192.0.2.1\n%s}\n", texts[j]);
		load(text);
		assert_true(mistakes.count >= 1);
		for (i = 0; i < mistakes.count; i++)
			if (strstr(mistakes.list[i].text, "hush"))
				fail_msg("told: %s", mistakes.list[i].text);
		forget(NULL);
	}
}

static void test_include(void **state)
{
	char path[128];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/conf.d", folder());
	assert_int_equal(mkdir(path, 0755), 0);
	/* More than libconfuse's own depth of 10 */
	for (i = 0; i < 15; i++) {
		snprintf(path, sizeof(path), "%s/conf.d/%02zu.conf", folder(), i);
		folder_write(path, 0644,
			   "# %zu\ntunnel \"t%zu\" {\n remote = 192.0.2.%zu\n psk = x\n}\n"
			   "include(\"*.conf\")\n",
			   i, i, i + 1);
	}
	load_good("include(\"$DIR/conf.d/*.conf\")\ninclude(\"$DIR/none.d/*.conf\")\n" TUNNEL
		  "}\n");
	assert_int_equal(config->tunnel_count, 16);
	assert_string_equal(config->tunnels[0]->name, "a");
	assert_string_equal(config->tunnels[15]->name, "t14");
	assert_int_equal(config->tunnels[15]->line, 2);

	folder_write(path, 0644, "\n\nmtu = 1\n");
	load("include(\"conf.d/*.conf\")\n");
	assert_int_equal(mistakes.count, 1);
	assert_string_equal(mistakes.list[0].file, path);
	assert_int_equal(mistakes.list[0].line, 3);
}

static void test_quoting(void **state)
{
	(void)state;
	setenv("ADIT_UNIT", "192.0.2.77", 1);
	load_good("\xef\xbb\xbftunnel 'a' { remote = \"${ADIT_UNIT}\"\n psk = 'a\"b#c${X}' # "
		  "comment\n}\n");
	assert_string_equal(config->tunnels[0]->remote, "192.0.2.77");
	assert_int_equal(config->tunnels[0]->psk_length, 9);
	assert_memory_equal(config->tunnels[0]->psk_bytes, "a\"b#c${X}", 9);
	/* What an earlier file left open does not reach into the next one */
	load("tunnel a {\n remote = \"x\n}\n");
	load_good(TUNNEL "}\n");
}

/* With a space or a quotation mark at its ends; those within are nobody's mistake */
#define KEYED(key) "tunnel \"a\" {\n remote = \"198.51.100.1\"\n psk = " key "\n}\n"

static void test_key_edges(void **state)
{
	(void)state;
	load_good(KEYED("'a key with spaces, \"quoted\" within it'"));
	assert_int_equal(warnings.count, 0);
	load_good(KEYED("'a key with a space behind it '"));
	assert_int_equal(warnings.count, 1);
	assert_non_null(strstr(warnings.list[0].text, "begins or ends with a space"));
	load_good(KEYED("'\"a key with quotation marks\"'"));
	assert_int_equal(warnings.count, 1);
	/* Bytes */
	load_good(KEYED("0x20a17f0022"));
	assert_int_equal(warnings.count, 0);
}

static void test_weak(void **state)
{
	(void)state;
	load_good(TUNNEL " ike = { aes128-sha256-modp2048, aes128-sha1-modp1024 }\n"
		  " esp = { aes128-sha256, 3des-md5 }\n}\n");
	assert_int_equal(warnings.count, 2);
	assert_int_equal(warnings.list[0].line, 4);
	assert_non_null(strstr(warnings.list[0].text, "modp1024"));
	assert_int_equal(warnings.list[1].line, 5);
	assert_non_null(strstr(warnings.list[1].text, "3des"));
	load(TUNNEL " exchange = aggressive\n}\n");
	assert_int_equal(warnings.count, 1);
	assert_non_null(strstr(warnings.list[0].text, "aggressive"));
	/* What aggressive mode would not offer */
	load_good("tunnel a {\n remote = 192.0.2.1\n psk = \"a key that is long enough\"\n"
		  " exchange = aggressive\n"
		  " ike = { aes256-sha256-modp2048-ecp256, aes128-sha256-modp2048-modp3072 }\n}\n");
	assert_int_equal(warnings.count, 1);
	assert_int_equal(warnings.list[0].line, 5);
	assert_non_null(strstr(warnings.list[0].text, "so not aes256-sha256-ecp256, "
						      "aes128-sha256-modp3072; "));
	load_good(TUNNEL " route = { 10.0.0.0/8 }\n}\n"
		  "tunnel b {\n remote = 192.0.2.2\n psk = x\n route = { 10.0.0.0/8 }\n}\n");
	assert_int_equal(warnings.count, 1);
	assert_non_null(strstr(warnings.list[0].text, "another metric"));
	/* A key that everybody can read */
	load_good(TUNNEL "}\n");
	assert_int_equal(warnings.count, 0);
	chmod(main_file, 0644);
	config_free(config);
	config = config_load(main_file, &mistakes, &warnings);
	assert_int_equal(warnings.count, 1);
	assert_int_equal(warnings.list[0].line, 3);
	assert_non_null(strstr(warnings.list[0].text, "mode 0644"));
}

/* What stands in front of the word is one route, or none of them */
static void test_routes_outside(void **state)
{
	static const struct {
		const char *options;
		unsigned int line;
		const char *route;
	} rows[] = {
		{ " route = { 10.0.0.0/8 }\n", 0, NULL },
		{ " remote-ts = { 10.0.0.0/8 }\n route = { 10.0.0.0/8, 10.2.0.0/16 }\n", 0,
		  NULL },
		/* In pieces, in any order; the last of all addresses has none behind it */
		{ " remote-ts = { 10.3.0.0/16, 10.2.0.0/16 }\n route = { 10.2.0.0/15 }\n", 0,
		  NULL },
		{ " remote-ts = { 0.0.0.0/1, 128.0.0.0/1 }\n route = { 0.0.0.0/0 }\n", 0,
		  NULL },
		{ " local-ts = { ::/0 }\n remote-ts = { 2001:db8:0:ffff::/64, 2001:db8:1::/48 }\n "
		  "route = { 2001:db8:1::/48 }\n", 0, NULL },
		{ " mode = transport\n route = { 10.0.0.0/8 }\n", 0, NULL },
		{ " remote-ts = { 10.2.0.0/16 }\n route = { 10.2.1.0/24,\n 10.3.0.0/16 }\n", 6,
		  "10.3.0.0/16" },
		{ " remote-ts = { 10.2.0.0/16 }\n route = { 10.0.0.0/8 }\n", 5, "10.0.0.0/8" },
		{ " remote-ts = { 10.2.0.0/16, 10.4.0.0/16 }\n route = { 10.2.0.0/15 }\n", 5,
		  "10.2.0.0/15" },
		{ " route = { 2001:db8::/32 }\n", 4, "2001:db8::/32" },
		{ " remote-ts = { 255.255.0.0/16 }\n route = { 254.0.0.0/7 }\n", 5,
		  "254.0.0.0/7" },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), TUNNEL "%s}\n", rows[i].options);
		load_good(text);
		show(&warnings);
		assert_int_equal(warnings.count, rows[i].line > 0);
		if (!rows[i].line)
			continue;
		assert_int_equal(warnings.list[0].line, rows[i].line);
		assert_non_null(strstr(warnings.list[0].text, rows[i].route));
	}
}

static void test_routes(void **state)
{
	(void)state;
	load_good(TUNNEL
		  " local-ts = { 10.1.0.0/16 }\n remote-ts = { 10.2.0.0/16, 10.3.0.0/16 }\n}\n");
	assert_int_equal(config->tunnels[0]->route_count, 2);
	assert_int_equal(config->tunnels[0]->route[1].address.bytes[1], 3);
	load_good(TUNNEL " remote-ts = { 10.2.0.0/16 }\n route = { }\n}\n");
	assert_int_equal(config->tunnels[0]->route_count, 0);
	load_good(TUNNEL " mode = transport\n}\n");
	assert_int_equal(config->tunnels[0]->route_count, 0);
	assert_int_equal(config->tunnels[0]->local_ts[0].address.family, AF_UNSPEC);
}

/* What a reload takes for a change */
static void test_equal(void **state)
{
	struct config *first;

	(void)state;
	load_good(TUNNEL " remote-ts = { 10.2.0.0/16 }\n}\n");
	first = config;
	config = NULL;
	load_good("\n\n" TUNNEL " metric = 0\n remote-ts = { 10.2.0.0/16 }\n}\n");
	assert_true(config_tunnel_equal(first->tunnels[0], config->tunnels[0]));
	load_good("tunnel a {\n remote = 192.0.2.1\n psk = \"Swordfish\"\n remote-ts = { "
		  "10.2.0.0/16 }\n}\n");
	assert_false(config_tunnel_equal(first->tunnels[0], config->tunnels[0]));
	load_good(TUNNEL " remote-ts = { 10.2.0.0/15 }\n}\n");
	assert_false(config_tunnel_equal(first->tunnels[0], config->tunnels[0]));
	load_good(TUNNEL " remote-ts = { 10.2.0.0/16 }\n dpd-delay = 5s\n}\n");
	assert_false(config_tunnel_equal(first->tunnels[0], config->tunnels[0]));
	assert_true(config_device_equal(first->tunnels[0], config->tunnels[0]));
	load_good(TUNNEL " remote-ts = { 10.2.0.0/16 }\n mtu = 1400\n}\n");
	assert_false(config_device_equal(first->tunnels[0], config->tunnels[0]));
	config_free(first);
}

/* No option without a way to name what it allows, and every default is one */
static void test_table(void **state)
{
	const struct option *option;
	char text[512];

	(void)state;
	for (option = option_tunnel; option->name; option++)
		assert_true(strlen(option_allowed(option, text, sizeof(text))) > 5);
	load_good("");
	assert_int_equal(config->tunnel_count, 0);
}

static void test_unreadable(void **state)
{
	(void)state;
	forget(NULL);
	config = config_load("/nonexistent/adit.conf", &mistakes, &warnings);
	assert_null(config);
	assert_int_equal(mistakes.count, 1);
	assert_int_equal(mistakes.list[0].line, 0);
	assert_non_null(strstr(mistakes.list[0].text, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_defaults, forget),
		cmocka_unit_test_teardown(test_every_option, forget),
		cmocka_unit_test_teardown(test_mistakes, forget),
		cmocka_unit_test_teardown(test_all_mistakes, forget),
		cmocka_unit_test_teardown(test_no_configuration, forget),
		cmocka_unit_test_teardown(test_secret_is_not_told, forget),
		cmocka_unit_test_teardown(test_include, forget),
		cmocka_unit_test_teardown(test_quoting, forget),
		cmocka_unit_test_teardown(test_key_edges, forget),
		cmocka_unit_test_teardown(test_weak, forget),
		cmocka_unit_test_teardown(test_routes, forget),
		cmocka_unit_test_teardown(test_routes_outside, forget),
		cmocka_unit_test_teardown(test_equal, forget),
		cmocka_unit_test_teardown(test_table, forget),
		cmocka_unit_test_teardown(test_unreadable, forget),
	};

	return cmocka_run_group_tests_name("aditd: configuration", tests, make_folder,
					   folder_remove);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remote access as configured: the file of users and its passwords, and the options with their
 * mistakes and defaults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "aditd/config.h"
#include "aditd/users.h"
#include "lib/folder.h"

/* `openssl passwd -6 -salt abcdefgh sesame` */
#define DIGEST                                                                        \
	"Bk2D4uYVcw0FbFPsWa0iJZ1DNfy8v6OjKcRcuBfMkWD1Kd"                                \
	"ADPVnmQf5cr0O8HfAYpq1XrrjdgIRINkwgSKJ8/1"
#define HASH "$6$abcdefgh$" DIGEST

static char users[FOLDER_PATH_MAX], password[FOLDER_PATH_MAX], psk[FOLDER_PATH_MAX];
static char conf[FOLDER_PATH_MAX];
static char why[512];

static int make_folder(void **state)
{
	if (folder_make(state))
		return -1;
	folder_path(users, "users");
	folder_path(password, "password");
	folder_path(psk, "psk");
	folder_path(conf, "adit.conf");
	folder_write(psk, 0600, "a long enough key of a group\n");
	folder_write(password, 0600, "0x is no number: it's a password\n");
	return 0;
}

static bool verify(const char *user, const char *text)
{
	return users_verify(users, user, (const uint8_t *)text, strlen(text), why, sizeof(why));
}

static void test_verify(void **state)
{
	uint8_t zero[] = { 's', 'e', 's', 'a', 'm', 'e', 0, 'x' };
	char longest[IKE_PASSWORD_MAX + 2];

	folder_write(users, 0600, "# who may come in\n\nalice:" HASH "\nbob:" HASH "\n");
	assert_true(users_check(users, why, sizeof(why)));
	assert_true(verify("alice", "sesame"));
	assert_true(verify("bob", "sesame"));
	assert_false(verify("alice", "Sesame"));
	assert_false(verify("alice", "sesame "));
	assert_false(verify("alice", ""));
	assert_false(verify("carol", "sesame"));
	assert_false(verify("", "sesame"));
	assert_false(verify("# who may come in", "sesame"));
	assert_false(verify("alic", "sesame"));
	assert_string_equal(why, "");
	/* Neither a zero byte nor a length cuts it */
	assert_false(users_verify(users, "alice", zero, sizeof(zero), why, sizeof(why)));
	memset(longest, 'x', sizeof(longest));
	assert_false(users_verify(users, "alice", (uint8_t *)longest, sizeof(longest), why,
				  sizeof(why)));
	/* A change counts at once */
	folder_write(users, 0600, "bob:" HASH "\n");
	assert_false(verify("alice", "sesame"));
	assert_true(verify("bob", "sesame"));
	/* What cannot be trusted lets nobody in */
	folder_write(users, 0644, "bob:" HASH "\n");
	assert_false(verify("bob", "sesame"));
	assert_non_null(strstr(why, "chmod 600"));
	unlink(users);
	assert_false(verify("bob", "sesame"));
	assert_non_null(strstr(why, "No such file"));
}

static void test_users_file(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: it is good */
	} rows[] = {
		{ "", NULL },
		{ "alice:" HASH, NULL },
		{ "alice:" HASH "\nalice:" HASH "\n", ":2: this user is there already" },
		{ "alice\n", ":1: the password is not hashed" },
		{ "alice:\n", ":1: the password is not hashed" },
		{ "alice:sesame\n", ":1: the password is not hashed" },
		{ "\nalice:$1$abcdefgh$xxxxxxxxxxxxxxxxxxxxxx\n", ":2: the password is not" },
		{ "alice:$6$abcdefgh$tooshort\n", ":1: the password is not hashed" },
		{ ":" HASH "\n", ":1: a user's name" },
		{ "al ice:" HASH "\n", ":1: a user's name" },
		{ "alice:$6$rounds=999999$abcdefgh$" DIGEST "\n", "more than 200000 rounds" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		folder_write(users, 0600, "%s", rows[i].text);
		*why = 0;
		if (users_check(users, why, sizeof(why)) != !rows[i].why)
			fail_msg("row %zu: %s", i, *why ? why : "accepted");
		if (rows[i].why && !strstr(why, rows[i].why))
			fail_msg("row %zu: %s does not say: %s", i, why, rows[i].why);
		/* Passwords that somebody forgot to hash are not shown */
		assert_null(strstr(why, "sesame"));
	}
}

/* Options in a tunnel; $DIR is the folder. What it says first, or "" when it is accepted. */
static struct config_tunnel *load(const char *options, struct config **config, char *mistake,
				  size_t size)
{
	struct mistakes mistakes = { 0 }, warnings = { 0 };
	char text[2048];

	snprintf(text, sizeof(text),
		 "tunnel \"t\" {\n	remote = \"203.0.113.1\"\n	psk-file = \"%s\"\n%s\n}\n",
		 psk, options);
	folder_write(conf, 0600, "%s", text);
	*config = config_load(conf, &mistakes, &warnings);
	snprintf(mistake, size, "%s",
		 mistakes.count ? mistakes.list[0].text :
		 warnings.count ? warnings.list[0].text : "");
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
	return *config ? (*config)->tunnels[0] : NULL;
}

static void test_client(void **state)
{
	struct config_tunnel *tunnel;
	struct config *config;
	char options[512], mistake[512];

	snprintf(options, sizeof(options),
		 "auth = \"xauth-psk\" xauth-user = \"alice\" xauth-password-file = \"%s\"",
		 password);
	tunnel = load(options, &config, mistake, sizeof(mistake));
	assert_string_equal(mistake, "");
	assert_non_null(tunnel);
	/* Not read as a key would be */
	assert_string_equal(tunnel->xauth_password, "0x is no number: it's a password");
	assert_int_equal(tunnel->mode_config, IKE_MODE_CONFIG_PULL);
	assert_int_equal(tunnel->local_ts[0].address.family, AF_UNSPEC);
	assert_int_equal(tunnel->route_count, 0);
	config_free(config);
	strcat(options, " exchange = \"aggressive\" mode-config = \"no\"");
	tunnel = load(options, &config, mistake, sizeof(mistake));
	assert_non_null(tunnel);
	assert_non_null(strstr(mistake, "weak: with a pre-shared key that all users know"));
	assert_int_equal(tunnel->mode_config, IKE_MODE_CONFIG_NO);
	config_free(config);
}

static void test_server(void **state)
{
	struct ike_connection connection;
	struct ike_pair pairs[IKE_PAIRS_MAX];
	struct config_tunnel *tunnel;
	struct config *config;
	char options[512], mistake[512];

	folder_write(users, 0600, "alice:" HASH "\n");
	snprintf(options, sizeof(options),
		 "auth = \"xauth-psk\" xauth-users = \"%s\" pool = \"10.9.0.0/24\" "
		 "address = { \"10.9.0.1/24\" } dns = { \"10.1.0.53\" } "
		 "split-include = { \"10.1.0.0/16\", \"10.3.0.0/16\" } banner = \"Hello.\" ",
		 users);
	/* That it begins, too, is the default */
	tunnel = load(options, &config, mistake, sizeof(mistake));
	assert_non_null(tunnel);
	assert_non_null(strstr(mistake, "use start = \"wait\""));
	config_free(config);
	strcat(options, "start = \"wait\"");
	tunnel = load(options, &config, mistake, sizeof(mistake));
	assert_string_equal(mistake, "");
	assert_non_null(tunnel);
	assert_int_equal(tunnel->mode_config, IKE_MODE_CONFIG_PULL);
	/* The clients are what is behind the device */
	assert_int_equal(tunnel->remote_ts[0].address.family, AF_UNSPEC);
	assert_int_equal(tunnel->route_count, 1);
	assert_int_equal(tunnel->route[0].length, 24);
	config_connection(tunnel, &tunnel->remote_address, &tunnel->remote_address, pairs,
			  &connection);
	assert_true(connection.xauth_server);
	assert_int_equal(connection.pool.prefix, 24);
	assert_int_equal(connection.reserved_count, 1);
	assert_int_equal(connection.gives->dns_count, 1);
	assert_int_equal(connection.gives->network_count, 2);
	assert_string_equal(connection.gives->banner, "Hello.");
	config_free(config);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *options, *why;
	} rows[] = {
		{ "auth = \"xauth-psk\"", "xauth-user" },
		{ "xauth-user = \"alice\"", "auth" },
		{ "auth = \"xauth-psk\" xauth-user = \"alice\"", "xauth-password-file" },
		{ "auth = \"xauth-psk\" xauth-users = \"/nonexistent\"", "/nonexistent: No such" },
		{ "auth = \"xauth-psk\" xauth-password-file = \"/nonexistent\"", "/nonexistent" },
		{ "auth = \"xauth\"", "hybrid" },
		{ "mode-config = \"ask\"", "pull, push or no" },
		{ "pool = \"10.9.0.1/24\"", "without host bits" },
		{ "pool = \"2001:db8::/64\"", "IPv4" },
		{ "dns = { \"10.1.0.53\" }", "need a pool" },
		{ "pool = \"10.9.0.0/24\" dns = { \"2001:db8::1\" }", "only IPv4" },
		{ "pool = \"10.9.0.0/24\" split-include = { \"2001:db8::/32\" }", "only IPv4" },
		{ "pool = \"10.9.0.0/24\" mode-config = \"no\"", "pull or push" },
	};
	struct config *config;
	char mistake[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		load(rows[i].options, &config, mistake, sizeof(mistake));
		if (config || !strstr(mistake, rows[i].why))
			fail_msg("%s: %s does not say: %s", rows[i].options,
				 *mistake ? mistake : "accepted", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),	 cmocka_unit_test(test_users_file),
		cmocka_unit_test(test_client),	 cmocka_unit_test(test_server),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, make_folder, folder_remove);
}

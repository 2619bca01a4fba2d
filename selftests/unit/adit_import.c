// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit import`: where its files go, what it takes for a name or a network, and what is left
 * untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adit/command.h"
#include "lib/folder.h"

#define TUNNEL(number, inside) "<ipsec_tunnel><customer_gateway><tunnel_inside_address>" \
	"<ip_address>" inside "2</ip_address></tunnel_inside_address></customer_gateway>" \
	"<vpn_gateway><tunnel_outside_address><ip_address>203.0.113." number "</ip_address>" \
	"</tunnel_outside_address><tunnel_inside_address><ip_address>" inside "1</ip_address>" \
	"</tunnel_inside_address></vpn_gateway><ike><pre_shared_key>abc.DEF_12345" number \
	"</pre_shared_key></ike></ipsec_tunnel>"
#define XML(inside) "<vpn_connection id=\"vpn-1\">" TUNNEL("1", inside) TUNNEL("2", inside) \
	"</vpn_connection>"

/* What the command said, on both of its streams */
static char said[4096];

/* Runs the command over a copy of @words. Return: its exit status; @said */
static int run(const char *const *words)
{
	char copies[16][128], *list[17] = { NULL }, log[FOLDER_PATH_MAX];
	int out = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO), file, status = ADIT_USAGE;
	struct options options;
	ssize_t length;

	fflush(stdout);
	file = open(folder_path(log, "said"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(file >= 0);
	dup2(file, STDOUT_FILENO);
	dup2(file, STDERR_FILENO);
	for (size_t i = 0; words[i]; i++)
		list[i] = strcpy(copies[i], words[i]);
	if (options_parse(&options, list, command_import.options))
		status = command_import.run(&options, list);
	fflush(stdout);
	fflush(stderr);
	dup2(out, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	close(out);
	close(errors);
	length = pread(file, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	close(file);
	return status;
}

static void expect_said(const char *words)
{
	if (!strstr(said, words))
		fail_msg("'%s' does not say '%s'", said, words);
}

static int begin(void **state)
{
	char path[FOLDER_PATH_MAX];

	if (folder_make(state))
		return -1;
	folder_write(folder_path(path, "four"), 0600, "%s", XML("169.254.10."));
	folder_write(folder_path(path, "six"), 0600, "%s", XML("fd00::"));
	return 0;
}

static void its_files_are_for_their_owner_alone(void **state)
{
	static const char *const names[] = { "vpc.conf", "vpc-1.psk", "vpc-2.psk" };
	char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
	const char *const words[] = {
		"aws", folder_path(from, "four"), "--name", "vpc", "-o",
		folder_path(to, "vpc.conf"), "--route", "10.0.0.0/16", NULL
	};

	(void)state;
	if (run(words) != ADIT_DONE)
		fail_msg("%s", said);
	expect_said("vpn-1: 2 tunnels, static routes");
	expect_said("next: include that file in");
	expect_said("'systemctl reload adit', 'adit up'");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct stat status;

		assert_int_equal(stat(folder_path(path, names[i]), &status), 0);
		assert_int_equal(status.st_mode, S_IFREG | 0600);
	}
	/* What is there stays, also a key alone */
	assert_int_equal(run(words), ADIT_FAILED);
	expect_said("vpc.conf exists: nothing was changed; say --force");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(run(words), ADIT_FAILED);
	expect_said("vpc-1.psk exists");
	assert_int_equal(access(to, F_OK), -1);
}

static void wrong_words_are_named(void **state)
{
	char from[FOLDER_PATH_MAX], six[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
	char pipe[FOLDER_PATH_MAX];
	const struct {
		const char *words[8];
		const char *says;
	} rows[] = {
		{ { "--route", "10.0.0.1/16" }, "--route 10.0.0.1/16: it takes a network" },
		/* Meant for a network, it would be a host's */
		{ { "--route", "10.0.0.0" }, "--route 10.0.0.0: it takes a network" },
		{ { "--route", "2001:db8::/32" },
		  "--route 2001:db8::/32: this connection carries IPv4 alone" },
		{ { "--name", "a b" }, "--name a b: it takes" },
		{ { "--name", "-x" }, "--name -x: it takes" },
		{ { "--name", ".." }, "--name ..: it takes" },
		{ { "--name", "../x" }, "--name ../x: it takes" },
		{ { "--name", "fourteenletter" }, "--name fourteenletter: it takes" },
		{ { "-o", "-" }, "-o takes a file" },
		{ { "-o", folder() }, " is a folder: name a file" },
		{ { "-o", folder(), "--force" }, " is a folder: name a file" },
		{ { "-o", pipe, "--force" }, "pipe is no file: name a file" },
		{ { "-o", "/nowhere/at/all.conf" }, "cannot write /nowhere/at/all.conf: No such" },
		{ { "--connection", "vpn-2" }, "the file is of vpn-1, not of vpn-2" },
		{ { "another" }, "one file, or '-'" },
	};

	(void)state;
	folder_path(to, "wrong.conf");
	/* In place of a device, which nothing may go wrong with */
	assert_int_equal(mkfifo(folder_path(pipe, "pipe"), 0600), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *words[16] = { "aws", folder_path(from, "four"), "-o", to };
		size_t count = 4;

		/* Of two -o the last counts */
		for (size_t j = 0; rows[i].words[j]; j++)
			words[count++] = rows[i].words[j];
		assert_int_not_equal(run(words), ADIT_DONE);
		expect_said(rows[i].says);
		assert_int_equal(access(to, F_OK), -1);
	}
	assert_int_equal(run((const char *const []){ "aws", folder_path(six, "six"), "-o", to,
						     "--route", "10.0.0.0/16", NULL }),
			 ADIT_FAILED);
	expect_said("carries IPv6 alone");
	assert_int_equal(run((const char *const []){ "aws", folder(), "-o", to, NULL }),
			 ADIT_FAILED);
	expect_said("Is a directory");
}

/* @xml, which has no quotation mark, in JSON with @more members of the connection */
static const char *write_json(char *path, const char *xml, const char *more)
{
	folder_write(folder_path(path, "json"), 0600, "{\"VpnConnections\":[{%s,"
		     "\"CustomerGatewayConfiguration\":\"%s\"}]}", more, xml);
	return path;
}

#define PLAIN_XML "<vpn_connection id='vpn-1'>" TUNNEL("1", "169.254.10.") \
	TUNNEL("2", "169.254.10.") "</vpn_connection>"

static void options_of_no_tunnel_are_told(void **state)
{
	char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
	const char *const words[] = { "aws", from, "-o", folder_path(to, "vpc.conf"), NULL };

	(void)state;
	write_json(from, PLAIN_XML, "\"Options\":{\"TunnelOptions\":[{\"OutsideIpAddress\":"
		   "\"203.0.113.1\",\"ReplayWindowSize\":64},{\"ReplayWindowSize\":64}]}");
	assert_int_equal(run(words), ADIT_DONE);
	expect_said("1 of the TunnelOptions in the JSON are left out");
}

static void routes_are_those_of_amazons_side(void **state)
{
	char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
	const char *words[] = {
		"aws", from, "-o", folder_path(to, "vpc.conf"), "--route", "10.3.0.0/16", NULL
	};

	(void)state;
	write_json(from, PLAIN_XML, "\"Options\":{\"RemoteIpv4NetworkCidr\":\"10.2.0.0/16\"}");
	assert_int_equal(run(words), ADIT_FAILED);
	expect_said("--route 10.3.0.0/16: this connection is for 10.2.0.0/16 on Amazon's side "
		    "alone");
	words[5] = "10.0.0.0/8";
	assert_int_equal(run(words), ADIT_FAILED);
	assert_int_equal(access(to, F_OK), -1);
	words[5] = "10.2.3.0/24";
	assert_int_equal(run(words), ADIT_DONE);
}

static void what_a_file_says_does_no_harm_on_a_terminal(void **state)
{
	char from[FOLDER_PATH_MAX];
	const char *const words[] = { "aws", from, NULL };

	(void)state;
	write_json(from, "", "\"VpnConnectionId\":\"\\u001b[2Jvpn\",\"State\":\"deleted\"");
	assert_int_equal(run(words), ADIT_FAILED);
	expect_said("?[2Jvpn is deleted");
	assert_null(strchr(said, '\033'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_files_are_for_their_owner_alone, begin,
						folder_remove),
		cmocka_unit_test_setup_teardown(wrong_words_are_named, begin, folder_remove),
		cmocka_unit_test_setup_teardown(options_of_no_tunnel_are_told, begin,
						folder_remove),
		cmocka_unit_test_setup_teardown(routes_are_those_of_amazons_side, begin,
						folder_remove),
		cmocka_unit_test_setup_teardown(what_a_file_says_does_no_harm_on_a_terminal, begin,
						folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

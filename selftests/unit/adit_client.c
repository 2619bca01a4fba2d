// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tool's end of the control socket, against a daemon that says what it is
 * told to; and the options of the command line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adit/client.h"
#include "adit/command.h"
#include "aditd/control.h"
#include "lib/folder.h"

static char path[FOLDER_PATH_MAX];

static int setup(void **state)
{
	if (folder_make(state))
		return -1;
	folder_path(path, "control");
	return 0;
}

/* A daemon for one connection: it waits for a line, says @answer in pieces and hangs up */
static void serve(int listener, const char *answer, size_t piece)
{
	int connection = accept(listener, NULL, NULL);
	size_t left = strlen(answer);
	char byte = 0;

	while (byte != '\n' && read(connection, &byte, 1) == 1)
		;
	while (left) {
		size_t length = left < piece ? left : piece;

		if (write(connection, answer, length) != (ssize_t)length)
			_exit(1);
		answer += length;
		left -= length;
	}
	_exit(0);
}

static pid_t daemon_saying(const char *answer, size_t piece)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t child;

	strcpy(address.sun_path, path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		serve(listener, answer, piece);
	close(listener);
	return child;
}

static void count(const json_t *event, void *context)
{
	assert_true(json_is_object(event));
	++*(int *)context;
}

/* One request to a daemon that says @answer. Return: the result, or NULL with @error */
static json_t *ask(const char *answer, size_t piece, int *events, struct client_error *error)
{
	pid_t child = daemon_saying(answer, piece);
	json_t *result;

	memset(error, 0, sizeof(*error));
	*events = 0;
	result = client_once(path, json_pack("{s:s}", "command", "status"), count, events, error);
	waitpid(child, NULL, 0);
	unlink(path);
	return result;
}

static void takes_a_result_in_any_pieces(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct client_error error;
		int events;
		json_t *result = ask("{\"event\":{\"text\":\"a\"}}\n{\"event\":{\"text\":\"b\"}}\n"
				     "{\"unknown\":1}\n{\"result\":{\"tunnels\":[]}}\n", pieces[i],
				     &events, &error);

		assert_non_null(result);
		assert_int_equal(events, 2);
		assert_true(json_is_array(json_object_get(result, "tunnels")));
		json_decref(result);
	}
}

static void takes_a_long_result(void **state)
{
	size_t length = 300000;
	char *answer = malloc(length + 100);
	struct client_error error;
	json_t *result;
	int events;

	(void)state;
	strcpy(answer, "{\"result\":{\"text\":\"");
	memset(answer + strlen(answer), 'x', length);
	strcpy(answer + strlen("{\"result\":{\"text\":\"") + length, "\"}}\n");
	result = ask(answer, 5000, &events, &error);
	assert_non_null(result);
	assert_int_equal(strlen(member_string(result, "text")), length);
	json_decref(result);
	free(answer);
}

static void takes_an_error_with_its_details(void **state)
{
	struct client_error error;
	int events;

	(void)state;
	assert_null(ask("{\"error\":{\"code\":\"config\",\"text\":\"no\",\"mistakes\":[1]}}\n", 99,
			&events, &error));
	assert_string_equal(error.code, "config");
	assert_string_equal(error.text, "no");
	assert_int_equal(json_array_size(json_object_get(error.details, "mistakes")), 1);
	json_decref(error.details);
}

static void bad_answers_are_errors(void **state)
{
	static const struct {
		const char *answer, *says;
	} rows[] = {
		{ "", "closed the connection" },
		{ "{\"result\":", "closed the connection" },
		{ "{\"event\":{}}\n", "closed the connection" },
		{ "nonsense\n", "not JSON" },
		{ "\n", "not JSON" },
		{ "{\"error\":{}}\n", "no reason" },
		{ "{\"error\":7}\n", "no reason" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct client_error error;
		int events;

		assert_null(ask(rows[i].answer, 99, &events, &error));
		if (!strstr(error.text, rows[i].says))
			fail_msg("'%s' does not say '%s'", error.text, rows[i].says);
		json_decref(error.details);
	}
}

static void without_a_daemon_the_cure_is_said(void **state)
{
	char too_long[200];
	struct client_error error;

	(void)state;
	assert_null(client_open(path, &error));
	assert_string_equal(error.code, "unreachable");
	assert_non_null(strstr(error.text, "aditd is not running"));
	assert_non_null(strstr(error.text, "systemctl start adit"));
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_null(client_open(too_long, &error));
	assert_non_null(strstr(error.text, "too long"));
}

static bool parse(char *const *words, unsigned int allowed, struct options *options, char **left)
{
	size_t i;

	for (i = 0; words[i]; i++)
		left[i] = words[i];
	left[i] = NULL;
	return options_parse(options, left, allowed);
}

#define PARSE(allowed, ...) \
	parse((char *[]){ __VA_ARGS__, NULL }, allowed, &options, left)

static void options_stand_anywhere(void **state)
{
	struct options options;
	char *left[16];

	(void)state;
	assert_true(PARSE(~0u, "aws-1", "--json", "x", "--wait", "2.5", "--socket=/tmp/s"));
	assert_string_equal(left[0], "aws-1");
	assert_string_equal(left[1], "x");
	assert_null(left[2]);
	assert_int_equal(options.given, OPTION_JSON | OPTION_WAIT | OPTION_SOCKET);
	assert_true(options.wait > 2.4 && options.wait < 2.6);
	assert_string_equal(options.socket, "/tmp/s");
	assert_true(PARSE(~0u, "--", "--json", "-", ""));
	assert_int_equal(options.given, 0);
	assert_string_equal(options.socket, ADIT_CONTROL_PATH);
	assert_string_equal(left[0], "--json");
	assert_string_equal(left[1], "-");
	assert_string_equal(left[2], "");
	assert_true(PARSE(0, "-h"));
	assert_true(options.help);
}

#define COMMAND(...) (*options_before((char *[]){ __VA_ARGS__, NULL }))

static void options_stand_before_the_command(void **state)
{
	(void)state;
	assert_string_equal(COMMAND("up", "--wait", "5"), "up");
	assert_string_equal(COMMAND("--socket", "up", "status"), "status");
	assert_string_equal(COMMAND("--wait", "5", "--json", "up"), "up");
	assert_string_equal(COMMAND("--wait=5", "up"), "up");
	assert_string_equal(COMMAND("-o", "x", "import"), "import");
	assert_string_equal(COMMAND("-x", "up"), "up");
	assert_string_equal(COMMAND("-V"), "-V");
	assert_string_equal(COMMAND("--json", "--help"), "--help");
	assert_string_equal(COMMAND("-"), "-");
	assert_null(COMMAND("--json", "-x"));
	assert_null(COMMAND("--wait"));
}

static void wrong_options_are_refused(void **state)
{
	struct options options;
	char *left[16];

	(void)state;
	/* What is refused is said on the standard error, which is not looked at here */
	assert_false(PARSE(~0u, "--jsno"));
	assert_false(PARSE(~0u, "-j"));
	assert_false(PARSE(~0u, "--json=yes"));
	assert_false(PARSE(~0u, "--wait"));
	assert_false(PARSE(~0u, "--wait", "soon"));
	assert_false(PARSE(~0u, "--wait", "-1"));
	assert_false(PARSE(~0u, "--wait", "nan"));
	assert_false(PARSE(~0u, "--wait", "3601"));
	assert_false(PARSE(~0u, "--wait="));
	assert_false(PARSE(~0u, "--socket"));
	assert_false(PARSE(OPTION_WAIT, "--json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_result_in_any_pieces),
		cmocka_unit_test(takes_a_long_result),
		cmocka_unit_test(takes_an_error_with_its_details),
		cmocka_unit_test(bad_answers_are_errors),
		cmocka_unit_test(without_a_daemon_the_cure_is_said),
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(options_stand_before_the_command),
		cmocka_unit_test(wrong_options_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, folder_remove);
}

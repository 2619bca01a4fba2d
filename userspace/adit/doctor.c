// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/doctor.h"

#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adit/command.h"
#include "adit/terminal.h"

extern char **environ;

static const struct {
	const char *word;
	enum colour colour;
} verdicts[] = {
	[VERDICT_OK] = { "ok", COLOUR_GREEN },
	[VERDICT_WARN] = { "warn", COLOUR_YELLOW },
	[VERDICT_FAIL] = { "fail", COLOUR_RED },
};

void doctor_say(struct doctor *doctor, const char *check, enum verdict verdict, const char *cure,
		const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	doctor->failed += verdict == VERDICT_FAIL;
	json_array_append_new(doctor->findings,
			      json_pack("{s:s, s:s, s:s, s:s?}", "check", check, "verdict",
					verdicts[verdict].word, "text", text, "cure", cure));
}

bool doctor_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, (int)size, file);

	if (!read)
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	return read;
}

static char *read_all(int pipe)
{
	FILE *in = fdopen(pipe, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	/* Up to a byte that no text has */
	if (getdelim(&text, &size, '\0', in) < 0 && text)
		*text = '\0';
	fclose(in);
	return text ? text : calloc(1, 1);
}

char *doctor_run(const char *const *words, int *status)
{
	posix_spawn_file_actions_t actions;
	int ends[2], code;
	char *text;
	pid_t pid;

	if (pipe(ends))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	code = posix_spawnp(&pid, words[0], &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (code) {
		close(ends[0]);
		return NULL;
	}
	text = read_all(ends[0]);
	waitpid(pid, status, 0);
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
	return text;
}

static enum colour colour_of(const char *word)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (!strcmp(verdicts[i].word, word))
			return verdicts[i].colour;
	return COLOUR_NONE;
}

/* Column at which the texts stand */
#define INDENT 21

/* "ok    module         adit 0.1.0 is loaded", and what to do on a line of its own */
static void print(const json_t *finding)
{
	const char *verdict = json_string_value(json_object_get(finding, "verdict"));
	const char *cure = json_string_value(json_object_get(finding, "cure"));
	struct terminal_page page;

	if (!terminal_page_begin(&page))
		return;
	terminal_begin(page.out, colour_of(verdict));
	fprintf(page.out, "%-5s", verdict);
	terminal_end(page.out, colour_of(verdict));
	fprintf(page.out, " %-14s ", json_string_value(json_object_get(finding, "check")));
	terminal_text(page.out, json_string_value(json_object_get(finding, "text")));
	fputc('\n', page.out);
	terminal_page_end(&page, INDENT);
	/* A command that is broken into lines could not be copied */
	if (cure) {
		printf("%*s-> ", INDENT, "");
		terminal_text(stdout, cure);
		putchar('\n');
	}
}

static int run(const struct options *options, char **words)
{
	struct doctor doctor = { .socket = options->socket, .findings = json_array() };
	int status;

	if (*words)
		return misused(&command_doctor, "'%s' is not understood here", *words);
	doctor_kernel(&doctor);
	doctor_network(&doctor);
	doctor_daemon(&doctor);
	if (options->given & OPTION_JSON) {
		json_t *all = json_pack("{s:O}", "checks", doctor.findings);

		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(all);
	} else {
		const json_t *finding;
		size_t i;

		json_array_foreach(doctor.findings, i, finding)
			print(finding);
	}
	status = doctor.failed ? ADIT_FAILED : ADIT_DONE;
	json_decref(doctor.findings);
	return status;
}

const struct command command_doctor = {
	.name = "doctor",
	.usage = "doctor [--json] [--socket PATH]",
	.summary = "is this host fit for adit: module, headers, firewall, daemon",
	.options = OPTION_JSON | OPTION_SOCKET,
	.run = run,
	.help =
"Looks at what adit needs of this host - the kernel module and what builds it, algorithms,\n"
"capabilities, firewall, forwarding, configuration, daemon - and changes nothing. Each line is\n"
"ok, warn or fail, with the cure below it. Run it as root: others may not see the firewall.\n"
"'adit diagnose TUNNEL' is for a tunnel that does not come up on a host that is fit.\n"
"\n"
"  --json         as JSON; adit(8) describes it\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)\n"
"\n"
"Exit status: 0 when nothing failed, 1 when something did.",
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit: the command-line tool.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/command.h"

static const struct command *const commands[] = {
	&command_up, &command_down, &command_status, &command_diagnose, &command_watch,
	&command_monitor, &command_reload, &command_metrics, &command_import, &command_doctor,
	&command_sa, &command_version, NULL
};

static void list_commands(FILE *out)
{
	fputs("Usage: adit [--socket PATH] COMMAND …\n\n", out);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(out, "  %-9s %s\n", (*command)->name, (*command)->summary);
	fputs("\n'adit COMMAND --help' says more; so does adit(8).\n", out);
}

static const struct command *find(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (!strcmp((*command)->name, name))
			return *command;
	return NULL;
}

static int help(const struct command *command)
{
	printf("Usage: adit %s\n\n%s\n", command->usage, command->help);
	return ADIT_DONE;
}

static int unknown(const char *name)
{
	fprintf(stderr, "adit: unknown command %s: there are", name);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(stderr, "%s %s", command == commands ? "" : ",", (*command)->name);
	fputc('\n', stderr);
	return ADIT_USAGE;
}

/* A full disk, or a pipe that nobody reads: what was asked for was not given */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("cannot write to the standard output: %s", strerror(errno));
	return ADIT_FAILED;
}

/* Where nft, tc and modinfo are is not in the PATH of everybody */
static void find_programs(void)
{
	const char *before = getenv("PATH");
	char *path = NULL;

	if (asprintf(&path, "%s%s/usr/sbin:/sbin", before ? before : "", before ? ":" : "") > 0)
		setenv("PATH", path, 1);
	free(path);
}

int main(int argc, char **argv)
{
	char **word = options_before(argv + 1);
	const struct command *command;
	struct options options;
	const char *name = *word;

	if (!name) {
		/* Says what is wrong with those that there are */
		if (options_parse(&options, argv + 1, ~0u))
			list_commands(stderr);
		return ADIT_USAGE;
	}
	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
		command = word[1] ? find(word[1]) : NULL;
		if (command)
			return finish(help(command));
		if (word[1])
			return unknown(word[1]);
		list_commands(stdout);
		return finish(ADIT_DONE);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V"))
		name = "version";
	command = find(name);
	if (!command)
		return unknown(name);
	find_programs();
	memmove(word, word + 1, (size_t)(argv + argc - word) * sizeof(*word));
	if (!options_parse(&options, argv + 1, command->options))
		return misused(command, "%s", "nothing was done");
	return finish(options.help ? help(command) : command->run(&options, argv + 1));
}

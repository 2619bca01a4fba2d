/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every command of the tool is made of.
 */
#ifndef ADIT_TOOL_COMMAND_H
#define ADIT_TOOL_COMMAND_H

#include <stdbool.h>

/* Exit status */
enum { ADIT_DONE, ADIT_FAILED, ADIT_USAGE };

/* Options that a command may take, wherever they stand among its words */
#define OPTION_JSON	(1u << 0)	/* --json */
#define OPTION_WAIT	(1u << 1)	/* --wait SECONDS */
#define OPTION_SOCKET	(1u << 2)	/* --socket PATH */
#define OPTION_OUTPUT	(1u << 3)	/* --output FILE, -o FILE */
#define OPTION_NAME	(1u << 4)	/* --name NAME */
#define OPTION_ROUTE	(1u << 5)	/* --route NETWORK, may be repeated */
#define OPTION_FORCE	(1u << 6)	/* --force */
#define OPTION_CONNECTION (1u << 7)	/* --connection ID */

#define OPTION_ROUTES_MAX 64

/**
 * struct options - the options that were given
 * @wait: seconds; -1: not given
 * @given: bits OPTION_*
 */
struct options {
	unsigned int given;
	bool help;
	double wait;
	const char *socket;
	const char *output;
	const char *name;
	const char *connection;
	const char *routes[OPTION_ROUTES_MAX];
	unsigned int route_count;
};

/**
 * struct command - one command
 * @name: "status", "sa"
 * @usage: its words and options, as the manual has them
 * @summary: half a line, for the list of commands
 * @help: the rest of --help
 * @options: bits OPTION_* that it takes
 * @run: @words: what is neither the command nor an option, ended by NULL;
 *	 they may be overwritten (keys). Return: ADIT_*
 */
struct command {
	const char *name;
	const char *usage;
	const char *summary;
	const char *help;
	unsigned int options;
	int (*run)(const struct options *options, char **words);
};

extern const struct command command_up, command_down, command_reload, command_status,
	command_watch, command_monitor, command_metrics, command_sa, command_import, command_doctor,
	command_version, command_diagnose;

/**
 * options_parse - take the options out of the words
 * @words: ended by NULL; what is left is moved to the front. "--" ends the options
 * @allowed: bits OPTION_* of the command
 *
 * Return: true; false when one is unknown, not for this command, or lacks its
 * value, after saying so.
 */
bool options_parse(struct options *options, char **words, unsigned int allowed);

/**
 * options_before - where the command's word is: options may stand before it
 *
 * Return: it, "--help", "-h", "--version" or "-V"; *NULL when there is none of them.
 */
char **options_before(char **words);

/** complain - one line "adit: …" to stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** misused - complain, and point to the command's --help. Return: ADIT_USAGE. */
int misused(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

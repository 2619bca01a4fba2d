// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/command.h"
#include "adit/terminal.h"
#include "aditd/control.h"

void complain(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	fputs("adit: ", stderr);
	/* It may name what a file says, which may be anybody's */
	terminal_text(stderr, text);
	fputc('\n', stderr);
	free(text);
}

int misused(const struct command *command, const char *format, ...)
{
	va_list arguments;

	fputs("adit: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\nTry 'adit %s --help'.\n", command->name);
	return ADIT_USAGE;
}

static bool take_flag(struct options *options, const char *value)
{
	(void)options;
	(void)value;
	return true;
}

static bool take_wait(struct options *options, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !isfinite(seconds) || seconds < 0 ||
	    seconds > CONTROL_WAIT_MAX) {
		complain("--wait %s: it takes 0 to %d seconds", value, CONTROL_WAIT_MAX);
		return false;
	}
	options->wait = seconds;
	return true;
}

static bool take_socket(struct options *options, const char *value)
{
	options->socket = value;
	return true;
}

static bool take_output(struct options *options, const char *value)
{
	options->output = value;
	return true;
}

static bool take_name(struct options *options, const char *value)
{
	options->name = value;
	return true;
}

static bool take_connection(struct options *options, const char *value)
{
	options->connection = value;
	return true;
}

static bool take_route(struct options *options, const char *value)
{
	if (options->route_count == OPTION_ROUTES_MAX) {
		complain("--route: %d at most", OPTION_ROUTES_MAX);
		return false;
	}
	options->routes[options->route_count++] = value;
	return true;
}

static const struct option {
	const char *name;
	unsigned int bit;
	bool has_value;
	bool (*take)(struct options *options, const char *value);
} known[] = {
	{ "--json", OPTION_JSON, false, take_flag },
	{ "--wait", OPTION_WAIT, true, take_wait },
	{ "--socket", OPTION_SOCKET, true, take_socket },
	{ "--output", OPTION_OUTPUT, true, take_output },
	{ "-o", OPTION_OUTPUT, true, take_output },
	{ "--name", OPTION_NAME, true, take_name },
	{ "--route", OPTION_ROUTE, true, take_route },
	{ "--connection", OPTION_CONNECTION, true, take_connection },
	{ "--force", OPTION_FORCE, false, take_flag },
};

static const struct option *find(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == length && !strncmp(known[i].name, word, length))
			return &known[i];
	return NULL;
}

/* Takes one option at *@word, its value included. Return: the last word of it, NULL when wrong */
static char **take(struct options *options, char **word, unsigned int allowed)
{
	const char *equals = strchr(*word, '=');
	size_t length = equals ? (size_t)(equals - *word) : strlen(*word);
	const struct option *option = find(*word, length);
	const char *value = equals ? equals + 1 : NULL;

	if (!option) {
		complain("unknown option %s", *word);
		return NULL;
	}
	if (!(option->bit & allowed)) {
		complain("%s has no meaning here", option->name);
		return NULL;
	}
	if (!option->has_value && value) {
		complain("%s takes no value", option->name);
		return NULL;
	}
	if (option->has_value && !value)
		value = *++word;
	if (option->has_value && !value) {
		complain("%s needs a value", option->name);
		return NULL;
	}
	options->given |= option->bit;
	return option->take(options, value) ? word : NULL;
}

char **options_before(char **words)
{
	static const char *const alone[] = { "--help", "-h", "--version", "-V" };

	for (; *words && (*words)[0] == '-' && (*words)[1]; words++) {
		const struct option *option = find(*words, strlen(*words));

		for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
			if (!strcmp(*words, alone[i]))
				return words;
		if (option && option->has_value && words[1])
			words++;
	}
	return words;
}

bool options_parse(struct options *options, char **words, unsigned int allowed)
{
	char **kept = words;
	bool ended = false;

	*options = (struct options){ .wait = -1, .socket = ADIT_CONTROL_PATH };
	for (; *words; words++) {
		if (!ended && !strcmp(*words, "--")) {
			ended = true;
		} else if (!ended && (!strcmp(*words, "--help") || !strcmp(*words, "-h"))) {
			options->help = true;
		} else if (!ended && (*words)[0] == '-' && (*words)[1]) {
			words = take(options, words, allowed);
			if (!words)
				return false;
		} else {
			*kept++ = *words;
		}
	}
	*kept = NULL;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "aditd/control.h"

#define TAKES_TUNNEL	(1 << 0)
#define NEEDS_TUNNEL	(1 << 1)	/* a name or "all" */
#define TAKES_WAIT	(1 << 2)
#define NEEDS_WORDS	(1 << 3)
#define NEEDS_ONE	(1 << 4)	/* a name, not "all" */

static const struct {
	const char *word;
	enum request_command command;
	int takes;
} commands[] = {
	{ "status", REQUEST_STATUS, TAKES_TUNNEL },
	{ "up", REQUEST_UP, TAKES_TUNNEL | NEEDS_TUNNEL | TAKES_WAIT },
	{ "down", REQUEST_DOWN, TAKES_TUNNEL | NEEDS_TUNNEL },
	{ "reload", REQUEST_RELOAD, 0 },
	{ "monitor", REQUEST_MONITOR, TAKES_TUNNEL },
	{ "metrics", REQUEST_METRICS, 0 },
	{ "version", REQUEST_VERSION, 0 },
	{ "ask", REQUEST_ASK, TAKES_TUNNEL | NEEDS_TUNNEL | NEEDS_ONE | NEEDS_WORDS },
	{ "trial", REQUEST_TRIAL, TAKES_TUNNEL | NEEDS_TUNNEL | NEEDS_ONE },
	{ "hush", REQUEST_HUSH, TAKES_TUNNEL | NEEDS_TUNNEL | NEEDS_ONE },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static size_t find_command(const json_t *object)
{
	const char *word = json_string_value(json_object_get(object, "command"));
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (word && !strcmp(word, commands[i].word))
			break;
	return i;
}

static bool take_tunnel(struct request *request, const json_t *value, int takes, char *error,
			size_t size)
{
	const char *name = json_string_value(value);

	if (!value && !(takes & NEEDS_TUNNEL))
		return true;
	if (!name || !*name || json_string_length(value) >= sizeof(request->tunnel) ||
	    strlen(name) != json_string_length(value)) {
		snprintf(error, size, "\"tunnel\" must be a tunnel's name%s",
			 (takes & NEEDS_TUNNEL) && !(takes & NEEDS_ONE) ? " or \"all\"" : "");
		return false;
	}
	if (!(takes & NEEDS_TUNNEL) || takes & NEEDS_ONE || strcmp(name, "all"))
		strcpy(request->tunnel, name);
	return true;
}

static bool take_wait(struct request *request, const json_t *value, char *error, size_t size)
{
	if (!value)
		return true;
	request->wait = json_number_value(value);
	if (json_is_number(value) && request->wait >= 0 && request->wait <= CONTROL_WAIT_MAX)
		return true;
	snprintf(error, size, "\"wait\" must be a number of seconds from 0 to %d",
		 CONTROL_WAIT_MAX);
	return false;
}

static bool take_words(struct request *request, const json_t *list, int takes, char *error,
		       size_t size)
{
	const json_t *one;
	const char *word;
	size_t i;

	json_array_foreach(list, i, one) {
		word = json_string_value(one);
		if (!word || json_string_length(one) >= REQUEST_WORD_MAX ||
		    strlen(word) != json_string_length(one) || i == REQUEST_WORDS_MAX)
			break;
		strcpy(request->words[request->word_count++], word);
	}
	if (!(takes & NEEDS_WORDS) ||
	    (request->word_count && request->word_count == json_array_size(list)))
		return true;
	snprintf(error, size, "\"proposals\" must be a list of 1 to %d proposals",
		 REQUEST_WORDS_MAX);
	return false;
}

static bool take_members(struct request *request, json_t *object, int takes, char *error,
			 size_t size)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		if (!strcmp(name, "command") || (!strcmp(name, "tunnel") && takes & TAKES_TUNNEL) ||
		    (!strcmp(name, "wait") && takes & TAKES_WAIT) ||
		    (!strcmp(name, "proposals") && takes & NEEDS_WORDS))
			continue;
		snprintf(error, size, "this command takes no member \"%.64s\"", name);
		return false;
	}
	return take_tunnel(request, json_object_get(object, "tunnel"), takes, error, size) &&
	       take_wait(request, json_object_get(object, "wait"), error, size) &&
	       take_words(request, json_object_get(object, "proposals"), takes, error, size);
}

bool request_parse(struct request *request, const char *line, size_t length, char *error,
		   size_t size)
{
	json_error_t where;
	json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
	size_t command;
	bool good = false;

	memset(request, 0, sizeof(*request));
	if (!json_is_object(object)) {
		snprintf(error, size, "a request is one JSON object a line: %s",
			 object ? "this is none" : where.text);
	} else {
		command = find_command(object);
		if (command == COMMANDS) {
			snprintf(error, size,
				 "\"command\" must be status, up, down, reload, monitor, "
				 "metrics, version, ask, trial or hush");
		} else {
			request->command = commands[command].command;
			good = take_members(request, object, commands[command].takes, error, size);
		}
	}
	json_decref(object);
	return good;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool's end of aditd's control socket (aditd/control.h).
 */
#ifndef ADIT_TOOL_CLIENT_H
#define ADIT_TOOL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#define CLIENT_CODE	40
#define CLIENT_TEXT	1024

/**
 * struct client_error - why there is no result
 * @code: a word of aditd/control.h; "unreachable": there is no daemon to ask; "no-answer": there
 *	  is one, and it says nothing
 * @text: what happened, and what to do
 * @details: the whole error object of the daemon, a reference; NULL when it
 *	     did not come from there
 */
struct client_error {
	char code[CLIENT_CODE];
	char text[CLIENT_TEXT];
	json_t *details;
};

struct client;

/** client_open - NULL after an error. */
struct client *client_open(const char *path, struct client_error *error);

/**
 * client_ask - one request and its whole answer
 * @request: a reference that is taken
 * @event: called for each event; NULL: ignore them
 *
 * Return: the result, a new reference; NULL after an error.
 */
json_t *client_ask(struct client *client, json_t *request,
		   void (*event)(const json_t *event, void *context), void *context,
		   struct client_error *error);

/** client_close - NULL is allowed. */
void client_close(struct client *client);

/** client_once - open, ask, close. Without @event, the daemon has 30 s to answer. */
json_t *client_once(const char *path, json_t *request,
		    void (*event)(const json_t *event, void *context), void *context,
		    struct client_error *error);

/** member_string - NULL when it is not there or not a string. */
const char *member_string(const json_t *object, const char *name);

/** member_number - false when it is not there or not a number. */
bool member_number(const json_t *object, const char *name, double *number);

/** member_true - it is there and true. */
bool member_true(const json_t *object, const char *name);

#endif

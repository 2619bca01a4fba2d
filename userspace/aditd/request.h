/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of the control socket, read: pure, for untrusted bytes.
 */
#ifndef ADITD_REQUEST_H
#define ADITD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "ike/ike.h"

enum request_command {
	REQUEST_STATUS, REQUEST_UP, REQUEST_DOWN, REQUEST_RELOAD, REQUEST_MONITOR, REQUEST_METRICS,
	REQUEST_VERSION, REQUEST_ASK, REQUEST_TRIAL, REQUEST_HUSH
};

#define REQUEST_WORDS_MAX	32	/* proposals of a question */
#define REQUEST_WORD_MAX	64	/* bytes of one, with its NUL */

struct request {
	enum request_command command;
	char tunnel[IKE_NAME_MAX];	/* "": none given, all */
	double wait;			/* seconds, 0 to CONTROL_WAIT_MAX */
	char words[REQUEST_WORDS_MAX][REQUEST_WORD_MAX];	/* "proposals" */
	size_t word_count;
};

/* The line without its newline. False with one sentence in error, for code "request". */
bool request_parse(struct request *request, const char *line, size_t length, char *error,
		   size_t size);

#endif

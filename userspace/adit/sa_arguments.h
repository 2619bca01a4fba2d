/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of `adit sa …`.
 */
#ifndef ADIT_TOOL_SA_ARGUMENTS_H
#define ADIT_TOOL_SA_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/sa.h"

enum sa_verb { SA_ADD, SA_DEL, SA_SET, SA_SHOW, SA_FLUSH };

/**
 * struct sa_arguments - what was said
 * @sa: device (by name: @sa.device), identity and settings
 * @given: bit SA_GIVEN_* of what was given at all
 * @new_remote: `new-remote`, family AF_UNSPEC when not given
 * @new_port: `new-port`, 0 when not given
 */
struct sa_arguments {
	struct anl_sa sa;
	uint32_t given;
	struct anl_address new_remote;
	uint16_t new_port;
};

#define SA_GIVEN_DEV		(1u << 0)
#define SA_GIVEN_DIRECTION	(1u << 1)
#define SA_GIVEN_PROTO		(1u << 2)
#define SA_GIVEN_SPI		(1u << 3)
#define SA_GIVEN_LOCAL		(1u << 4)
#define SA_GIVEN_REMOTE		(1u << 5)
#define SA_GIVEN_LIMIT		(1u << 6)
#define SA_GIVEN_PEER		(1u << 7)
#define SA_GIVEN_WINDOW		(1u << 8)
#define SA_GIVEN_SELECTOR	(1u << 9)
#define SA_GIVEN_SEL		(1u << 10)

/**
 * sa_arguments_parse - read the words that follow the verb
 * @words: ended by NULL; keys in them are overwritten
 *
 * Return: 0, or -EINVAL with @error naming the word. Keys may be in
 * @arguments even so: call anl_sa_erase() in any case.
 */
int sa_arguments_parse(enum sa_verb verb, char **words, struct sa_arguments *arguments,
		       struct anl_error *error);

/** sa_arguments_match - @sa is one of those that the words name (`adit sa show`). */
bool sa_arguments_match(const struct sa_arguments *arguments, const struct anl_sa *sa);

#endif

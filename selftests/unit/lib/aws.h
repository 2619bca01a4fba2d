/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files for `adit import aws`, taken or not.
 */
#ifndef ADIT_UNIT_AWS_H
#define ADIT_UNIT_AWS_H

#include <errno.h>
#include <string.h>

#include "adit/aws.h"

/* It is taken. */
static inline struct aws_connection read_fine(const char *content)
{
	struct aws_connection connection;
	struct anl_error error = { 0 };

	if (aws_read(content, strlen(content), NULL, &connection, &error))
		fail_msg("%s", error.text);
	return connection;
}

/* It is refused with words that hold @says. */
static inline void read_wrong(const char *content, size_t length, const char *says)
{
	struct aws_connection connection;
	struct anl_error error = { 0 };

	assert_int_equal(aws_read(content, length, NULL, &connection, &error), -EINVAL);
	if (!strstr(error.text, says))
		fail_msg("'%s' does not say '%s'", error.text, says);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs for people and for programs.
 */
#ifndef ADIT_TOOL_SA_SHOW_H
#define ADIT_TOOL_SA_SHOW_H

#include <jansson.h>
#include <stdio.h>

#include "netlink/sa.h"

/** sa_print - one block, like `ip -s xfrm state`. */
void sa_print(FILE *out, const struct anl_sa *sa);

/**
 * sa_json - the same as an object; adit(8) documents it
 *
 * Return: a new reference; NULL when memory is short.
 */
json_t *sa_json(const struct anl_sa *sa);

/** selector_format - "src 10.0.0.0/8 dst any proto tcp dport 80" */
const char *selector_format(const struct anl_selector *selector, char *text, size_t size);

#endif

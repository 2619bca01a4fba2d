/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations made of what Amazon handed out: for aditd, and for the BGP
 * daemons BIRD and FRR.
 */
#ifndef ADIT_TOOL_AWS_CONFIG_H
#define ADIT_TOOL_AWS_CONFIG_H

#include <stdio.h>

#include "adit/aws.h"

/**
 * aws_print_tunnels - for adit.conf: the first tunnel preferred, the second stand-by
 * @name: tunnels and devices are called NAME-1 and NAME-2
 * @folder: where the key files NAME-1.psk and NAME-2.psk are
 */
void aws_print_tunnels(FILE *out, const struct aws_connection *connection, const char *name,
		       const char *folder);

/** aws_print_bird - a snippet for BIRD 2. */
void aws_print_bird(FILE *out, const struct aws_connection *connection, const char *name);

/** aws_print_frr - a snippet for FRR. */
void aws_print_frr(FILE *out, const struct aws_connection *connection, const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adit doctor: what this host needs for adit, looked at without changing anything.
 */
#ifndef ADIT_TOOL_DOCTOR_H
#define ADIT_TOOL_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

/**
 * struct doctor - the examination
 * @socket: the daemon's control socket
 * @findings: what was said so far: check, verdict, text, cure (null when there is none)
 * @failed: how many were VERDICT_FAIL
 */
struct doctor {
	const char *socket;
	json_t *findings;
	unsigned int failed;
};

/**
 * doctor_say - one finding
 * @check: its stable word
 * @cure: what to do; NULL with VERDICT_OK
 */
void doctor_say(struct doctor *doctor, const char *check, enum verdict verdict, const char *cure,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The kernel: its module, headers, Secure Boot, algorithms */
void doctor_kernel(struct doctor *doctor);
/* The network: firewall, forwarding, reverse path filters */
void doctor_network(struct doctor *doctor);
/* Ourselves: capabilities, configuration, daemon, tunnels */
void doctor_daemon(struct doctor *doctor);

/**
 * doctor_line - the first line of a file such as those of /proc and /sys, without its end
 *
 * Return: whether there was one; otherwise @line is "".
 */
bool doctor_line(const char *path, char *line, size_t size);

/**
 * doctor_run - what a program prints to standard output and error, whole
 * @words: its words, ended by NULL
 * @status: its exit status, -1 when it was killed
 *
 * Return: to be freed; NULL when it cannot be run.
 */
char *doctor_run(const char *const *words, int *status);

#endif

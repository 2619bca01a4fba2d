/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters for Prometheus, in its text exposition format 0.0.4.
 */
#ifndef ADITD_METRICS_H
#define ADITD_METRICS_H

struct daemon;

/* To be freed. */
char *metrics_text(struct daemon *daemon);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd wants to know of a service (sd_notify(3)). Nothing happens without systemd.
 */
#ifndef ADITD_NOTIFY_H
#define ADITD_NOTIFY_H

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

#endif

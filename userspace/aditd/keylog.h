/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key log: lines of Wireshark's ikev1_decryption_table, "INITIATOR-COOKIE,KEY". Whoever has it
 * can read the negotiations, not the tunnels' traffic with PFS; so it is off unless asked for, and
 * 0600.
 */
#ifndef ADITD_KEYLOG_H
#define ADITD_KEYLOG_H

#include <stddef.h>
#include <stdint.h>

/* Checks at start that lines can be appended to path. 0 or a negative errno. */
int keylog_check(const char *path);
/* Appends one line; a failure is logged. */
void keylog_write(const char *path, const uint8_t cookie[8], const uint8_t *key, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of the configuration that have a unit. Each function is true when all of the text is such
 * a value; there is no other reading of it.
 */
#ifndef ADITD_VALUE_H
#define ADITD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "42", "0x2a" */
bool value_number(const char *text, uint64_t *number);
/* "30", "30s", "9m", "8h", "2d", "1h30m": seconds */
bool value_duration(const char *text, uint64_t *seconds);
/* "1048576", "512k", "100M", "4G", "1T": bytes, powers of 1024 */
bool value_bytes(const char *text, uint64_t *bytes);
/* "true", "yes", "on", "1" and their opposites */
bool value_bool(const char *text, bool *flag);
/* A network device's name as the kernel takes it: 1 to 15 bytes, no '/', ':' or space, not "." or
 * "..". */
bool value_device(const char *text);
/* A DNS name: labels of letters, digits, '-' and '_'; not one that reads like an address. */
bool value_host(const char *text);

/*
 * A secret as strongSwan's ipsec.secrets and swanctl.conf write it: "0x…" hexadecimal, "0s…"
 * base64, anything else is itself. Writes at most size bytes; the length, 0 when the digits are
 * wrong, it is empty, or too long: why then says which.
 */
size_t value_secret(const char *text, uint8_t *secret, size_t size, const char **why);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has a UDP port, for the message that it is taken.
 */
#ifndef ADITD_HOLDER_H
#define ADITD_HOLDER_H

#include <stddef.h>
#include <stdint.h>

/* "charon (pid 812)", or "another program" when /proc does not tell. family: AF_INET, AF_INET6. */
void holder_of_port(int family, uint16_t port, char *text, size_t size);

#endif

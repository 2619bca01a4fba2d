/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is always there: for the small, bounded allocations of configuration and control.
 * When there is none the process ends with one line: systemd starts it again, and half a
 * configuration is worse. What peers can cause to be allocated does not go through here.
 */
#ifndef ADITD_MEMORY_H
#define ADITD_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *memory_new(size_t size);
/* The array, grown or shrunk to count elements; new ones are not zeroed. */
void *memory_array(void *array, size_t count, size_t size);
/* NULL gives NULL. */
char *memory_copy_text(const char *text);
/* Wipes it and frees it; NULL is allowed. */
void memory_erase_text(char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers for people. Each function returns the buffer that it filled.
 */
#ifndef ADIT_TOOL_QUANTITY_H
#define ADIT_TOOL_QUANTITY_H

#define QUANTITY_TEXT 32

/** duration_format - seconds as "45s", "12m 3s", "3h 20m", "5d 4h" */
const char *duration_format(double seconds, char text[QUANTITY_TEXT]);

/** bytes_format - "512 B", "12.3 kB", "4.56 GB" */
const char *bytes_format(double bytes, char text[QUANTITY_TEXT]);

/** rate_format - bytes a second as "0", "12.3 kbit/s", "1.21 Gbit/s" */
const char *rate_format(double bytes, char text[QUANTITY_TEXT]);

/** clock_format - Unix seconds as local "03:40:12"; with the date when not of the day of @now */
const char *clock_format(double when, double now, char text[QUANTITY_TEXT]);

#endif

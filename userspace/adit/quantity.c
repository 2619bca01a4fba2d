// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/quantity.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *duration_format(double seconds, char text[QUANTITY_TEXT])
{
	unsigned long s = seconds > 0 && seconds < 1e12 ? (unsigned long)seconds : 0;

	if (s < 60)
		snprintf(text, QUANTITY_TEXT, "%lus", s);
	else if (s < 3600)
		snprintf(text, QUANTITY_TEXT, "%lum %lus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, QUANTITY_TEXT, "%luh %lum", s / 3600, s / 60 % 60);
	else
		snprintf(text, QUANTITY_TEXT, "%lud %luh", s / 86400, s / 3600 % 24);
	return text;
}

/* Three digits that count, with the prefix for thousands */
static const char *scaled(double value, const char *unit, char text[QUANTITY_TEXT])
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T", "P", "E" };
	size_t i = 0;

	/* 999.5 and up would be rounded to four digits */
	while (value >= 999.5 && i + 1 < sizeof(prefixes) / sizeof(*prefixes)) {
		value /= 1000;
		i++;
	}
	snprintf(text, QUANTITY_TEXT, "%.*f %s%s", i == 0 || value >= 99.95 ? 0 : value >= 9.995 ?
		 1 : 2, value, prefixes[i], unit);
	return text;
}

const char *bytes_format(double bytes, char text[QUANTITY_TEXT])
{
	return scaled(bytes > 0 ? bytes : 0, "B", text);
}

const char *rate_format(double bytes, char text[QUANTITY_TEXT])
{
	if (bytes > 0)
		return scaled(8 * bytes, "bit/s", text);
	strcpy(text, "0");
	return text;
}

const char *clock_format(double when, double now, char text[QUANTITY_TEXT])
{
	time_t at = (time_t)when, today = (time_t)now;
	struct tm broken, reference;

	if (!localtime_r(&at, &broken) || !localtime_r(&today, &reference)) {
		strcpy(text, "?");
		return text;
	}
	if (broken.tm_yday == reference.tm_yday && broken.tm_year == reference.tm_year)
		strftime(text, QUANTITY_TEXT, "%H:%M:%S", &broken);
	else
		strftime(text, QUANTITY_TEXT, "%Y-%m-%d %H:%M:%S", &broken);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "adit/sa_show.h"

const char *duration_format(double seconds, char text[32])
{
	unsigned long s = seconds > 0 ? (unsigned long)seconds : 0;

	if (s < 60)
		snprintf(text, 32, "%lus", s);
	else if (s < 3600)
		snprintf(text, 32, "%lum %lus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, 32, "%luh %lum", s / 3600, s / 60 % 60);
	else
		snprintf(text, 32, "%lud %luh", s / 86400, s / 3600 % 24);
	return text;
}

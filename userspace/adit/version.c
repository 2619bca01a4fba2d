// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "adit/command.h"

static int run(const struct options *options, char **words)
{
	(void)options;
	if (*words)
		return misused(&command_version, "'%s' is not understood here", *words);
	puts("adit " ADIT_VERSION);
	return ADIT_DONE;
}

const struct command command_version = {
	.name = "version",
	.usage = "version",
	.summary = "the version of this tool",
	.help = "Prints the version of the tool.",
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const codes[] = {
	[COLOUR_GREEN] = "32", [COLOUR_YELLOW] = "33", [COLOUR_RED] = "31",
	[COLOUR_BOLD] = "1", [COLOUR_DIM] = "2",
};

bool terminal_is(FILE *out)
{
	return isatty(fileno(out));
}

bool terminal_colours(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return terminal_is(out) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

void terminal_begin(FILE *out, enum colour colour)
{
	if (colour != COLOUR_NONE && terminal_colours(out))
		fprintf(out, "\033[%sm", codes[colour]);
}

void terminal_end(FILE *out, enum colour colour)
{
	if (colour != COLOUR_NONE && terminal_colours(out))
		fputs("\033[0m", out);
}

void terminal_text(FILE *out, const char *text)
{
	for (text = text ? text : "?"; *text; text++) {
		unsigned char c = (unsigned char)*text;

		/* C1 controls come as 0xc2 0x80…0x9f in UTF-8 */
		if (c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0) {
			fputc('?', out);
			text++;
		} else {
			fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
		}
	}
}

void terminal_size(int *width, int *height)
{
	struct winsize size;

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return;
	*width = size.ws_col;
	*height = size.ws_row;
}

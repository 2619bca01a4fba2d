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
	int fd = fileno(out);

	return isatty(fd < 0 ? STDOUT_FILENO : fd);
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

/* The bytes of an escape sequence at @text, which take no column; 0: there is none */
static size_t escape_length(const char *text)
{
	const char *end;

	if (strncmp(text, "\033[", 2))
		return 0;
	end = strchr(text, 'm');
	return end ? (size_t)(end - text) + 1 : 0;
}

/* The columns up to the next blank */
static int word_width(const char *text)
{
	int width = 0;

	while (*text && *text != ' ' && *text != '\n') {
		size_t escape = escape_length(text);

		/* Of UTF-8 the first byte counts */
		width += !escape && ((unsigned char)*text & 0xc0) != 0x80;
		text += escape ? escape : 1;
	}
	return width;
}

void terminal_fold(FILE *out, const char *text, int width, int indent)
{
	int column = 0;

	for (; *text; text++) {
		size_t escape = escape_length(text);

		if (escape) {
			fwrite(text, 1, escape, out);
			text += escape - 1;
			continue;
		}
		if (*text == ' ' && width && column > indent &&
		    column + 1 + word_width(text + 1) > width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			continue;
		}
		column = *text == '\n' ? 0 : column + (((unsigned char)*text & 0xc0) != 0x80);
		fputc(*text, out);
	}
}

bool terminal_page_begin(struct terminal_page *page)
{
	*page = (struct terminal_page){ 0 };
	page->out = open_memstream(&page->text, &page->size);
	return page->out;
}

void terminal_page_end(struct terminal_page *page, int indent)
{
	int width = 0, height;

	fclose(page->out);
	if (terminal_is(stdout))
		terminal_size(&width, &height);
	terminal_fold(stdout, page->text, width, indent);
	free(page->text);
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

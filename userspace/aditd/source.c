// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/memory.h"
#include "aditd/permission.h"

#define BRACES_MAX 16
#define REFUSED_MAX 20	/* then it is no configuration, or what is wrong has been told */

struct scanner {
	char *at;
	unsigned int line;
	const char *path;
	struct mistakes *mistakes;
	unsigned int refused;
	bool balanced;
	bool in_word;			/* the character before belongs to an unquoted word */
	unsigned int depth;
	struct {
		char closing;
		unsigned int line;
	} open[BRACES_MAX];
};

static void refuse(struct scanner *scanner, unsigned int line, const char *what)
{
	scanner->balanced = false;
	mistake_add(scanner->mistakes, scanner->path, line, "%s",
		    ++scanner->refused < REFUSED_MAX ? what :
		    "there is more that is wrong; is this an aditd configuration?");
}

/* Advances to the end of the line, which is left standing */
static void blank_line(struct scanner *scanner)
{
	while (*scanner->at && *scanner->at != '\n')
		*scanner->at++ = ' ';
}

static void blank_block(struct scanner *scanner)
{
	unsigned int start = scanner->line;

	while (*scanner->at && strncmp(scanner->at, "*/", 2)) {
		if (*scanner->at == '\n')
			scanner->line++;
		else
			*scanner->at = ' ';
		scanner->at++;
	}
	if (!*scanner->at) {
		refuse(scanner, start, "this comment is never closed; it ends with */");
		return;
	}
	*scanner->at++ = ' ';
	*scanner->at++ = ' ';
}

static void skip_quoted(struct scanner *scanner)
{
	unsigned int start = scanner->line;
	char quote = *scanner->at++;

	for (; *scanner->at && *scanner->at != quote; scanner->at++) {
		if (*scanner->at == '\\' && scanner->at[1])
			scanner->at++;
		if (*scanner->at == '\n')
			scanner->line++;
	}
	if (*scanner->at)
		scanner->at++;
	else
		refuse(scanner, start, "this quoted text is never closed");
}

static const char *quoted_end(const char *at)
{
	char quote = *at++;

	while (*at && *at != quote)
		at += *at == '\\' && at[1] ? 2 : 1;
	return *at ? at + 1 : at;
}

/* libconfuse leaks what it has read of a call that goes wrong, so it gets only good ones */
static void check_call(struct scanner *scanner)
{
	const char *at = scanner->at + 1;

	at += strspn(at, " \t\r\n");
	at = *at == '"' || *at == '\'' ? quoted_end(at) : at + strcspn(at, " \t\r\n={}()+,#'\"");
	at += strspn(at, " \t\r\n");
	if (*at != ')' || at == scanner->at + 1)
		refuse(scanner, scanner->line,
		       "include takes one path or pattern: include(\"/etc/adit/conf.d/*.conf\")");
}

static void open_brace(struct scanner *scanner, char closing)
{
	if (scanner->depth == BRACES_MAX) {
		refuse(scanner, scanner->line, "too many braces within each other");
		return;
	}
	scanner->open[scanner->depth].closing = closing;
	scanner->open[scanner->depth++].line = scanner->line;
}

static void close_brace(struct scanner *scanner, char closing)
{
	if (scanner->depth && scanner->open[scanner->depth - 1].closing == closing)
		scanner->depth--;
	else
		refuse(scanner, scanner->line,
		       closing == '}' ? "'}' closes nothing that was opened" :
					"')' closes nothing that was opened");
}

static bool starts_comment(const struct scanner *scanner)
{
	if (*scanner->at == '#')
		return true;
	/* As part of a word the slash is itself: 10.0.0.0/8, /etc/adit//x */
	return !scanner->in_word && scanner->at[0] == '/' &&
	       (scanner->at[1] == '/' || scanner->at[1] == '*');
}

static void scan_plain(struct scanner *scanner)
{
	char c = *scanner->at;

	switch (c) {
	case '\n':
		scanner->line++;
		break;
	case '{':
		open_brace(scanner, '}');
		break;
	case '(':
		check_call(scanner);
		open_brace(scanner, ')');
		break;
	case '}':
	case ')':
		close_brace(scanner, c);
		break;
	case '*':
	case ';':
		refuse(scanner, scanner->line, c == '*' ?
		       "'*' outside quotes; put the value in double quotes" :
		       "';' is not needed and not allowed; a line ends by itself");
		break;
	case ' ':
	case '\t':
	case '\r':
	case '=':
	case ',':
	case '+':
		break;
	default:
		if ((unsigned char)c < 0x20 || (unsigned char)c == 0x7f)
			refuse(scanner, scanner->line,
			       "a control character; the file is to be text");
		scanner->in_word = true;
		scanner->at++;
		return;
	}
	scanner->in_word = false;
	scanner->at++;
}

bool source_prepare(char *text, const char *path, struct mistakes *mistakes)
{
	struct scanner scanner = {
		.at = text, .line = 1, .path = path, .mistakes = mistakes, .balanced = true,
	};

	if (!strncmp(text, "\xef\xbb\xbf", 3))
		memset(text, ' ', 3);
	while (*scanner.at && scanner.refused < REFUSED_MAX) {
		if (starts_comment(&scanner)) {
			bool block = !strncmp(scanner.at, "/*", 2);

			if (block) {
				scanner.at[0] = ' ';
				scanner.at[1] = ' ';
				scanner.at += 2;
				blank_block(&scanner);
			} else {
				blank_line(&scanner);
			}
			scanner.in_word = false;
		} else if (*scanner.at == '"' || *scanner.at == '\'') {
			skip_quoted(&scanner);
			scanner.in_word = false;
		} else {
			scan_plain(&scanner);
		}
	}
	/* What is never closed itself has swallowed the rest */
	while (scanner.depth && scanner.balanced) {
		scanner.depth--;
		refuse(&scanner, scanner.open[scanner.depth].line,
		       scanner.open[scanner.depth].closing == '}' ?
		       "the '{' of this line is never closed" :
		       "the '(' of this line is never closed");
	}
	return scanner.balanced;
}

char *source_mark_empty(char *text)
{
	static const char mark[] = "'" SOURCE_EMPTY "'";
	const char *at = text;
	char *copy, *to, last = 0;
	size_t room = 1;

	for (; *at; at++)
		room += *at == '{' ? sizeof(mark) : 1;
	copy = to = memory_new(room);
	for (at = text; *at;) {
		const char *end = *at == '"' || *at == '\'' ? quoted_end(at) : at + 1;
		bool list = *at == '{' && last == '=';

		if (!strchr(" \t\r\n", *at))
			last = *at;
		memcpy(to, at, end - at);
		to += end - at;
		at = end;
		if (list && at[strspn(at, " \t\r\n")] == '}')
			to = stpcpy(to, mark);
	}
	memory_erase_text(text);
	return copy;
}

static char *read_all(int fd, size_t size, const char **why)
{
	/* One byte more than it had tells when it grew meanwhile */
	char *text = memory_new(size + 1);
	size_t length = 0;
	ssize_t n;

	while (length < size && (n = read(fd, text + length, size - length)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*why = strerror(errno);
			memory_erase_text(text);
			return NULL;
		}
		length += n;
	}
	if (memchr(text, 0, length)) {
		explicit_bzero(text, length);
		memory_erase_text(text);
		*why = "it holds a zero byte: not a text file";
		return NULL;
	}
	return text;
}

char *source_read(const char *path, const char *from, unsigned int line,
		  struct mistakes *mistakes)
{
	const char *why = NULL;
	char *text = NULL, reason[512];
	struct stat status;
	/* A FIFO must not make the daemon wait */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &status) < 0)
		why = errno == ENOENT && !from ?
			"No such file or directory; adit.conf(5) has examples, -c names another" :
			permission_explain(path, errno, reason, sizeof(reason));
	else if (!S_ISREG(status.st_mode))
		why = "it is not a regular file";
	else if (status.st_size > SOURCE_MAX)
		why = "it is longer than 1 MiB";
	else
		text = read_all(fd, status.st_size, &why);
	if (fd >= 0)
		close(fd);
	if (text)
		return text;
	if (from)
		mistake_add(mistakes, from, line, "include of \"%s\": %s", path, why);
	else
		mistake_add(mistakes, path, 0, "cannot read the configuration: %s", why);
	return NULL;
}

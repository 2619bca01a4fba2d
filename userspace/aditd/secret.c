// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/memory.h"
#include "aditd/permission.h"
#include "aditd/value.h"

#define KEY_MAX 2048			/* bytes; twice the longest key in hexadecimal, and more */

static bool file_trusted(int fd, const char *path, size_t max, char *why, size_t size)
{
	struct stat status;

	if (fstat(fd, &status) < 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, size, "%s is not a regular file", path);
		return false;
	}
	if (status.st_mode & 077) {
		snprintf(why, size, "%s has mode %04o, others could read or change it; "
			 "`chmod 600 %s`", path, status.st_mode & 07777, path);
		return false;
	}
	if (status.st_uid != 0 && status.st_uid != geteuid()) {
		snprintf(why, size, "%s belongs to user %u; `chown root %s`", path,
			 (unsigned int)status.st_uid, path);
		return false;
	}
	if ((size_t)status.st_size > max) {
		snprintf(why, size, "%s is too long: %lld bytes, at most %zu", path,
			 (long long)status.st_size, max);
		return false;
	}
	return true;
}

static ssize_t file_take(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (length < size && (n = read(fd, text + length, size - length)) != 0) {
		if (n > 0)
			length += n;
		else if (errno != EINTR)
			return -1;
	}
	return length;
}

char *secret_text(const char *path, size_t max, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	ssize_t n = -1;

	if (fd < 0) {
		char reason[512];

		snprintf(why, why_size, "%s: %s", path,
			 permission_explain(path, errno, reason, sizeof(reason)));
		return NULL;
	}
	if (file_trusted(fd, path, max, why, why_size)) {
		text = memory_new(max + 1);
		n = file_take(fd, text, max);
		if (n < 0)
			snprintf(why, why_size, "%s: %s", path, strerror(errno));
		else if (memchr(text, 0, n))
			snprintf(why, why_size, "%s holds zero bytes; it is to be text", path);
	}
	close(fd);
	if (n >= 0 && strlen(text) == (size_t)n)
		return text;
	if (text)
		explicit_bzero(text, max);
	free(text);
	return NULL;
}

char *secret_line(const char *path, char *why, size_t why_size)
{
	char *text = secret_text(path, KEY_MAX, why, why_size);
	size_t n = text ? strlen(text) : 0;

	if (n && text[n - 1] == '\n')
		text[--n] = 0;
	if (n && text[n - 1] == '\r')
		text[--n] = 0;
	if (!text || !strchr(text, '\n'))
		return text;
	snprintf(why, why_size, "%s: a key or password is one line of text", path);
	memory_erase_text(text);
	return NULL;
}

size_t secret_read(const char *path, uint8_t *secret, size_t size, char *why, size_t why_size)
{
	char *text = secret_line(path, why, why_size);
	const char *what;
	size_t length;

	if (!text)
		return 0;
	length = value_secret(text, secret, size, &what);
	if (!length)
		snprintf(why, why_size, "the key in %s: %s", path, what);
	memory_erase_text(text);
	return length;
}

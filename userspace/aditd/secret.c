// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/permission.h"
#include "aditd/value.h"

#define FILE_MAX 2048			/* bytes; twice the longest key in hexadecimal, and more */

static bool file_trusted(int fd, const char *path, char *why, size_t size)
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
	if (status.st_size > FILE_MAX) {
		snprintf(why, size, "%s is too long for a key: %lld bytes, at most %d", path,
			 (long long)status.st_size, FILE_MAX);
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

size_t secret_read(const char *path, uint8_t *secret, size_t size, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[FILE_MAX + 1];
	size_t length = 0;
	const char *what;
	ssize_t n = -1;

	if (fd < 0) {
		char reason[512];

		snprintf(why, why_size, "%s: %s", path,
			 permission_explain(path, errno, reason, sizeof(reason)));
		return 0;
	}
	if (file_trusted(fd, path, why, why_size)) {
		n = file_take(fd, text, FILE_MAX);
		if (n < 0)
			snprintf(why, why_size, "%s: %s", path, strerror(errno));
	}
	close(fd);
	if (n < 0)
		return 0;
	if (n && text[n - 1] == '\n')
		n--;
	if (n && text[n - 1] == '\r')
		n--;
	text[n] = 0;
	if (memchr(text, 0, n) || memchr(text, '\n', n)) {
		snprintf(why, why_size,
			 "%s: a key is one line of text; bytes are written as 0x… or 0s…", path);
	} else {
		length = value_secret(text, secret, size, &what);
		if (!length)
			snprintf(why, why_size, "the key in %s: %s", path, what);
	}
	explicit_bzero(text, sizeof(text));
	return length;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/file.h"

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

static bool file_trusted(int fd, const char *path, enum file_kind kind, size_t max, char *why,
			 size_t size)
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
	if (kind == FILE_SECRET && status.st_mode & 077) {
		snprintf(why, size, "%s has mode %04o, others could read or change it; "
			 "`chmod 600 %s`", path, status.st_mode & 07777, path);
		return false;
	}
	if (status.st_mode & S_IWOTH) {
		snprintf(why, size, "%s has mode %04o, everybody could change it; `chmod o-w %s`",
			 path, status.st_mode & 07777, path);
		return false;
	}
	if (kind == FILE_SECRET && !permission_owner(status.st_uid)) {
		snprintf(why, size, "%s belongs to user %u; `chown root %s`", path,
			 (unsigned int)status.st_uid, path);
		return false;
	}
	if (status.st_size > (off_t)max) {
		snprintf(why, size, "%s is too long: %lld bytes, at most %zu", path,
			 (long long)status.st_size, max);
		return false;
	}
	return true;
}

static ssize_t file_take(int fd, uint8_t *data, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (length < size && (n = read(fd, data + length, size - length)) != 0) {
		if (n > 0)
			length += n;
		else if (errno != EINTR)
			return -1;
	}
	return length;
}

uint8_t *file_read(const char *path, enum file_kind kind, size_t max, size_t *length, char *why,
		   size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t *data = NULL;
	struct stat status;
	char reason[512];
	ssize_t n;

	if (fd < 0) {
		snprintf(why, size, "%s: %s", path,
			 permission_explain(path, errno, reason, sizeof(reason)));
		return NULL;
	}
	/* What grows meanwhile is read up to the size that it had */
	if (file_trusted(fd, path, kind, max, why, size) && !fstat(fd, &status)) {
		*length = status.st_size < (off_t)max ? (size_t)status.st_size : max;
		data = memory_new(*length + 1);
		n = file_take(fd, data, *length);
		if (n < 0) {
			snprintf(why, size, "%s: %s", path, strerror(errno));
			file_free(data, *length);
			data = NULL;
		} else {
			*length = n;
		}
	}
	close(fd);
	return data;
}

void file_free(uint8_t *data, size_t length)
{
	if (data)
		explicit_bzero(data, length);
	free(data);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/log.h"

#define KEY_MAX 64			/* bytes; the longest phase 1 cipher key has 32 */

/* Opened for each line, so that the file can be moved away while we run */
static int keylog_open(const char *path)
{
	struct stat status;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		      0600);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    ((status.st_mode & 077) && fchmod(fd, 0600) < 0)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

int keylog_check(const char *path)
{
	int fd = keylog_open(path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

void keylog_write(const char *path, const uint8_t cookie[8], const uint8_t *key, size_t length)
{
	char line[2 * (8 + KEY_MAX) + 3], *at = line;
	size_t i;
	int fd;

	if (length > KEY_MAX)
		return;
	for (i = 0; i < 8; i++)
		at += sprintf(at, "%02x", cookie[i]);
	*at++ = ',';
	for (i = 0; i < length; i++)
		at += sprintf(at, "%02x", key[i]);
	*at++ = '\n';
	fd = keylog_open(path);
	if (fd < 0 || write(fd, line, at - line) != at - line)
		log_warning("keylog %s cannot be written: %s", path,
			    strerror(fd < 0 ? -fd : errno));
	if (fd >= 0)
		close(fd);
	explicit_bzero(line, sizeof(line));
}

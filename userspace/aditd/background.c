// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aditd/log.h"

static int ready_fd = -1;

/* The child's word that it is ready, or the status with which it ended */
static void wait_for(pid_t child, int fd)
{
	int status = 0;
	ssize_t n;
	char byte;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(EXIT_SUCCESS);
	waitpid(child, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

bool background_enter(void)
{
	int ends[2];
	pid_t child;

	if (getenv("NOTIFY_SOCKET"))
		return true;
	if (pipe2(ends, O_CLOEXEC) < 0 || (child = fork()) < 0) {
		log_error("cannot go into the background: %s; use --foreground", strerror(errno));
		return false;
	}
	if (child) {
		close(ends[1]);
		wait_for(child, ends[0]);
	}
	close(ends[0]);
	ready_fd = ends[1];
	setsid();
	return true;
}

void background_ready(void)
{
	int null;

	if (ready_fd < 0)
		return;
	log_background();
	null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (chdir("/") < 0 || write(ready_fd, "", 1) != 1)
		log_warning("the starting command was not told that aditd is ready: %s",
			    strerror(errno));
	close(ready_fd);
	ready_fd = -1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aditd/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mistakes mistakes = { 0 }, warnings = { 0 };
	struct config *config;
	char path[32];
	int fd = memfd_create("adit.conf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config = config_load(path, &mistakes, &warnings);
	close(fd);
	/* There is a configuration, or a reason why there is none, and never both */
	if (!config != !!mistakes.count)
		abort();
	config_free(config);
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
	return 0;
}

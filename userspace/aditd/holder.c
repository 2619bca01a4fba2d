// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The socket's inode, from the table of our network namespace; 0: not found */
static unsigned long inode_of_port(int family, uint16_t port)
{
	FILE *table =
		fopen(family == AF_INET6 ? "/proc/self/net/udp6" : "/proc/self/net/udp", "re");
	unsigned long inode = 0, found;
	unsigned int local;
	char line[512];

	if (!table)
		return 0;
	while (!inode && fgets(line, sizeof(line), table))
		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s %*u %*u %lu", &local,
			   &found) == 2 && local == port)
			inode = found;
	fclose(table);
	return inode;
}

static bool has_inode(const char *pid, unsigned long inode)
{
	char path[300], target[64], wanted[64];
	struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *dir;

	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = 0;
		found = !strcmp(target, wanted);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void name_of(const char *pid, char *text, size_t size)
{
	char path[300], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = 0;
	if (file)
		fclose(file);
	snprintf(text, size, "%s (pid %s)", *name ? name : "a process", pid);
}

void holder_of_port(int family, uint16_t port, char *text, size_t size)
{
	unsigned long inode = inode_of_port(family, port);
	struct dirent *entry;
	DIR *dir;

	snprintf(text, size, "another program");
	dir = inode ? opendir("/proc") : NULL;
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) && has_inode(entry->d_name, inode)) {
			name_of(entry->d_name, text, size);
			break;
		}
	if (dir)
		closedir(dir);
}

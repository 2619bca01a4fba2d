// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/permission.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/control.h"

#define GROUPS_MAX 256

int permission_set(const char *path)
{
	struct group *group = getgrnam(ADIT_CONTROL_GROUP);

	/* Without the group, or the right to give it, root alone may: no error */
	if (group && chown(path, (uid_t)-1, group->gr_gid) == 0)
		return chmod(path, 0660) ? -errno : 0;
	return chmod(path, 0600) ? -errno : 0;
}

bool permission_owner(uid_t user)
{
	const struct passwd *daemon;

	if (user == 0 || user == geteuid())
		return true;
	daemon = getpwnam(ADIT_CONTROL_GROUP);	/* of the same name */
	return daemon && daemon->pw_uid == user;
}

static bool in_group(int fd, gid_t primary)
{
	struct group *group = getgrnam(ADIT_CONTROL_GROUP);
	gid_t groups[GROUPS_MAX];
	socklen_t length = sizeof(groups);
	size_t i;

	if (!group)
		return false;
	if (primary == group->gr_gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length))
		return false;
	for (i = 0; i < length / sizeof(groups[0]); i++)
		if (groups[i] == group->gr_gid)
			return true;
	return false;
}

bool permission_granted(int fd)
{
	socklen_t length = sizeof(struct ucred);
	struct ucred peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length))
		return false;
	return peer.uid == 0 || peer.uid == geteuid() || in_group(fd, peer.gid);
}

const char *permission_explain(const char *path, int code, char *why, size_t size)
{
	struct passwd *user = code == EACCES && geteuid() ? getpwuid(geteuid()) : NULL;

	if (user)
		snprintf(why, size, "%s: aditd runs as the user %s; `systemctl reload adit` gives "
			 "it what is in /etc/adit, `chown %s %s` this one", strerror(code),
			 user->pw_name, user->pw_name, path);
	else
		snprintf(why, size, "%s", strerror(code));
	return why;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/privileges.h"

#include <cap-ng.h>
#include <stdio.h>
#include <sys/prctl.h>

int privileges_drop(char *error, size_t size)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN,
			  CAP_NET_BIND_SERVICE, -1)) {
		snprintf(error, size, "capabilities cannot be chosen; see capabilities(7)");
		return -1;
	}
	/* The bounding set needs CAP_SETPCAP, which a unit with few capabilities has not: there
	 * systemd has emptied it */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		capng_apply(CAPNG_SELECT_BOUNDS);
	if (capng_apply(CAPNG_SELECT_CAPS)) {
		snprintf(error, size, "capabilities cannot be set; aditd needs CAP_NET_ADMIN and "
			 "CAP_NET_BIND_SERVICE, run it as root or by its unit");
		return -1;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/family.h"

#include <errno.h>
#include <linux/adit.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>

#include "netlink/request.h"

int anl_open_route(struct anl **anl, struct anl_error *error)
{
	struct anl *opened = calloc(1, sizeof(*opened));

	*anl = NULL;
	if (!opened)
		return anl_fail(error, ENOMEM, "out of memory");
	opened->route = anl_socket(NETLINK_ROUTE, error);
	if (!opened->route) {
		free(opened);
		return -error->code;
	}
	*anl = opened;
	return 0;
}

int anl_open(struct anl **anl, struct anl_error *error)
{
	int code = anl_open_route(anl, error);

	if (code)
		return code;
	(*anl)->genl = anl_socket(NETLINK_GENERIC, error);
	if (!(*anl)->genl) {
		code = -error->code;
		goto close;
	}
	/* Asking for an unknown family makes the kernel try "modprobe" by the family's alias */
	(*anl)->family = genl_ctrl_resolve((*anl)->genl, ADIT_FAMILY_NAME);
	if ((*anl)->family >= 0)
		return 0;
	code = anl_fail(error, ENOENT, "the kernel module adit is not loaded: "
			"run 'modprobe adit', or install it for this kernel");
close:
	anl_close(*anl);
	*anl = NULL;
	return code;
}

void anl_close(struct anl *anl)
{
	if (!anl)
		return;
	nl_socket_free(anl->genl);
	nl_socket_free(anl->route);
	free(anl);
}

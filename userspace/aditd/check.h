/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold between options and between tunnels, beyond each option's own range.
 */
#ifndef ADITD_CHECK_H
#define ADITD_CHECK_H

#include "aditd/config.h"
#include "aditd/settings.h"

/* Derives what follows from others (device, secret, default routes) and checks one tunnel. sound:
 * each of its options was good by itself. */
void check_tunnel(struct config_tunnel *tunnel, const struct settings_section *section, bool sound,
		  struct mistakes *mistakes, struct mistakes *warnings);
/* Checks what the tunnels have to do with each other and with the top level. */
void check_config(const struct config *config, const struct settings *settings,
		  struct mistakes *mistakes, struct mistakes *warnings);

/* Routes that lead into the tunnel what it does not let through. The tunnel is checked already. */
void check_routes_within(const struct config_tunnel *tunnel, const struct settings_section *section,
			 struct mistakes *warnings);
/* A route of both, of which the kernel takes one. */
void check_routes_twice(const struct config_tunnel *tunnel, const struct config_tunnel *other,
			struct mistakes *warnings);

#endif

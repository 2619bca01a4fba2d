/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADIT_SELFTESTS_SIM_FORM_H
#define ADIT_SELFTESTS_SIM_FORM_H

#include "../unit/lib/world.h"

/* What two sides negotiate, and how. */
enum form {
	FORM_PLAIN,		/* main mode, a pre-shared key */
	FORM_AGGRESSIVE,	/* aggressive mode, quick mode of four messages */
	FORM_SIGNED,		/* signatures with certificates, several pairs */
	FORM_LOGIN,		/* XAUTH, the left side logs in */
	FORM_CLIENT,		/* the same, and gets an address */
	FORMS
};

extern const char *const form_names[FORMS];

/* Makes the connections of two sides so: the left one is the one that begins, and the client. */
void form_left(struct ike_connection *c, enum form form);
void form_right(struct ike_connection *c, enum form form);

#endif

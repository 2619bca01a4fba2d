/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much longer than usual things may take here: see WAIT in lib.sh. */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdlib.h>

/** patience - the factor that the runner hands in; 1 or more. */
static inline int patience(void)
{
	const char *text = getenv("TEST_PATIENCE");
	int factor = text ? atoi(text) : 1;

	return factor > 1 ? factor : 1;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "words.h"

struct proposal_list words(enum proposal_kind kind, const char *text)
{
	struct proposal_list list = { 0 };
	char why[PROPOSAL_TEXT_MAX];

	if (!proposal_parse(&list, kind, text, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return list;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proposals out of words. Include after cmocka.h.
 */
#ifndef ADIT_UNIT_WORDS_H
#define ADIT_UNIT_WORDS_H

#include "ike/proposal.h"

/* What @text says; fails the test when it cannot be read. */
struct proposal_list words(enum proposal_kind kind, const char *text);

#endif

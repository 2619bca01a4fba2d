/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts as `adit diagnose` gathers them, written by hand, and what it makes of them.
 */
#ifndef ADIT_SELFTESTS_DIAGNOSIS_H
#define ADIT_SELFTESTS_DIAGNOSIS_H

#include <stdbool.h>

/* A tunnel that is up and carries packets; and one whose attempts fail: the peer was not asked */
extern const char up[], down[];

/*
 * All of these take facts, written with ' for ", and members that override those. What they return
 * holds until the next call.
 */

/** judged - the first cause that holds, "healthy" or "unknown", as the command decides. */
const char *judged(const char *base, const char *change);

/** cured - the cure of the first cause that holds. */
const char *cured(const char *base, const char *change);

/** seen - whether the evidence of it (or of health, or of what is not known) has these words. */
bool seen(const char *words, const char *base, const char *change);

#define EXPECT_SEEN(words, base, change) assert_true(seen(words, base, change))
#define EXPECT_CURE(words, base, change) assert_non_null(strstr(cured(base, change), words))
#define EXPECT(code, base, change) assert_string_equal(judged(base, change), code)

#define SILENT	"'asked':3"
#define TAKES	"'asked':1,'answer':'sa','chosen':'aes128-sha1-modp1024'"
#define REFUSES	"'asked':1,'answer':'notify','notify':14,'name':'NO-PROPOSAL-CHOSEN'"
#define PROBE(ike500, ike4500, more) \
	"'probe':{'accepts':[],'ike500':{" ike500 "},'ike4500':{" ike4500 "}" more "}"
#define PING(answered) ",'ping':{'answered':" answered "}"

#define ERROR(code) "'last_error':{'code':'" code "','text':'the words of the daemon'}"
/* What the daemon makes of it that nothing came back (userspace/ike/refusal.c) */
#define SILENCE(code) \
	"'last_error':{'code':'" code "','text':'the peer stopped answering at our …'}"
/* The newest of the history, with where phase 1 was, and the notification */
#define FAILED(event, error, step, notify) \
	"'history':[{'code':'" event "','error':'" error "','text':'…','step':'" step "'," \
	"'notify':" notify ",'authenticated':true,'role':'initiator','count':1,'first':900," \
	"'last':990,'peer':'198.51.100.1:500','peer_id':''}]"

/* The peer's first message comes again although it was answered; and the history's entries */
#define UNHEARD "'wire':{'ike_in':2,'ike_unheard':1}," PROBE(SILENT, SILENT, PING("true"))
#define RESPONDING "{'code':'responding','last':990,'text':'…'}"
#define REFUSED(error, last) "{'code':'refused','error':'" error "','last':" last ",'text':'…'}"

#define CHILD(good, bad) "{'spi_in':'0x00000001','packets_in':" good ",'packets_out':9," \
	"'drops':{'authentication':" bad "},'proposal':'aes128-sha256'}"
#define NOTHING_INSIDE "'inside':{'sent':4,'received':0}"

/* Counters of the one child, as first read and later */
#define COUNTED(first, later) \
	"{'tunnel':{'children':[{'spi_in':'0x00000001','proposal':'aes128-sha256'," \
	"'protocol':'esp','replay_window':32,'encap':false," first "}]}," \
	"'later':{'children':[{'spi_in':'0x00000001','proposal':'aes128-sha256'," \
	"'protocol':'esp','replay_window':32,'encap':false," later "}]}"

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same of the negotiation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/diagnosis.h"

static void test_phase1(void **state)
{
	static const char waiting[] = "{'tunnel':{'state':'dormant','start':'wait',"
		"'last_error':null}}";

	(void)state;
	EXPECT("psk-mismatch", down, "{'tunnel':{" ERROR("psk-mismatch") ","
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "16") "}}");
	EXPECT("psk-mismatch", down, "{'tunnel':{" ERROR("psk-mismatch") ","
	       FAILED("refused", "psk-mismatch", "main mode, waits for message 5", "0") "}}");
	EXPECT("psk-mismatch", down,
	       "{'tunnel':{" ERROR("psk-mismatch") ",'contact':{'received':2},"
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}}");
	/* Silence is no proof: it may not know our identity */
	EXPECT("identity-unanswered", down,
	       "{'tunnel':{" SILENCE("psk-mismatch") ",'contact':{'received':2},"
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}}");
	EXPECT("identity-unanswered", down, "{'tunnel':{'config':{'auth':'rsasig'},"
	       SILENCE("cert-refused") ",'contact':{'received':2}}}");
	EXPECT("cert-refused", down, "{'tunnel':{'config':{'auth':'rsasig'},"
	       ERROR("cert-refused") ",'contact':{'received':2}}}");
	/* Which word of refusal says why */
#define AT_CERTIFICATE(notify) "{'tunnel':{'config':{'auth':'rsasig'}," ERROR("cert-refused") "," \
	FAILED("failed", "cert-refused", "main mode, waits for message 6", notify) "}}"
	EXPECT_CURE("let the peer trust", down, AT_CERTIFICATE("20"));
	EXPECT_CURE("see the peer's log", down, AT_CERTIFICATE("24"));
	/* Over a port from which nothing is heard it is not even that: never, or not any more */
#define OVER_NATT(counts, more) "{'tunnel':{" SILENCE("psk-mismatch") ",'contact':{'received':9," \
	counts "}," FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}" \
	more "}"
	EXPECT("unknown", down, OVER_NATT("'sent_natt':3,'unanswered_natt':3", ""));
	EXPECT("unknown", down, OVER_NATT("'sent_natt':9,'received_natt':6,'unanswered_natt':3",
					  ""));
	EXPECT("udp-4500-blocked", down, OVER_NATT("'sent_natt':9,'received_natt':6,"
	       "'unanswered_natt':3", "," PROBE(TAKES, SILENT, PING("true"))));
	EXPECT("identity-unanswered", down, OVER_NATT("'sent_natt':9,'received_natt':6,"
	       "'unanswered_natt':3", "," PROBE(TAKES, TAKES, PING("true"))));
	/* Nor does it with certificates */
	EXPECT("unknown", down, "{'tunnel':{'config':{'auth':'rsasig'}," ERROR("psk-mismatch") ","
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}}");
	EXPECT("psk-missing-at-peer", down, "{'tunnel':{"
	       FAILED("notify", "none", "main mode, waits for message 4", "17") "}}");
	/* Long ago, or mended since: phase 1 has stood */
	EXPECT("unknown", down, "{'now':2000,'tunnel':{"
	       FAILED("notify", "none", "main mode, waits for message 4", "17") "}}");
	EXPECT("unknown", down, "{'tunnel':{'history':[{'code':'notify','step':'main mode, waits "
	       "for message 4','notify':17,'last':900},{'code':'ike-up','last':950}]}}");
	EXPECT("ike-proposal-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "main mode, waits for message 2", "14") "},"
	       "'probe':{'accepts':['aes256-sha512-modp4096'],'ike500':{" REFUSES "}}}");
	EXPECT("peer-not-configured", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "main mode, waits for message 2", "14") "},"
	       "'probe':{'accepts':[],'complete':true,'ike500':{" REFUSES "}}}");
	EXPECT("peer-ikev2-only", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "main mode, waits for message 2", "14") "},"
	       "'probe':{'accepts':[],'complete':true,'ike2':{'answer':'sa'},'ike500':{" REFUSES
	       "}}}");
	/* Refused, and not asked to the end; or our proposal is taken by now */
	EXPECT("unknown", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "main mode, waits for message 2", "14") "},"
	       "'probe':{'accepts':[],'complete':false,'ike500':{" REFUSES "}}}");
	EXPECT("unknown", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "main mode, waits for message 2", "14") "},"
	       "'probe':{'accepts':['aes128-sha1-modp1024'],'ike500':{" TAKES "}}}");
	EXPECT("remote-id-mismatch", down, "{'tunnel':{" ERROR("invalid-id") ","
	       FAILED("failed", "invalid-id", "main mode, waits for message 6", "0") "}}");
	EXPECT("local-id-refused", down, "{'tunnel':{" ERROR("invalid-id") ","
	       FAILED("failed", "invalid-id", "main mode, waits for message 6", "24") "}}");
	/* In the clear: who has another key finds no identity, either */
	EXPECT("unknown", down, "{'tunnel':{" ERROR("invalid-id") ",'history':[{'code':'failed',"
	       "'error':'invalid-id','step':'main mode, waits for message 6','notify':18,"
	       "'authenticated':false,'last':990}]}}");
	EXPECT("exchange-mismatch", down, "{'tunnel':{" ERROR("invalid-id") ","
	       FAILED("failed", "invalid-id", "main mode, waits for message 6", "24") "},"
	       "'probe':{'accepts':[],'aggressive':{'asked':1,'answer':'sa'}}}");
	EXPECT("exchange-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("refused", "no-proposal-chosen", "", "7") "}}");
	/* Many answer in either exchange, whatever it is that they do not like */
#define EITHER "'probe':{'accepts':[],'ike500':{" TAKES "},'ike4500':{" TAKES "}," \
	"'aggressive':{'asked':1,'answer':'sa'}}"
	EXPECT("unknown", down, "{'tunnel':{" ERROR("no-response") ","
	       FAILED("failed", "no-response", "main mode, waits for message 4", "0") "}," EITHER
	       "}");
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "}," EITHER "}");
	EXPECT("unknown", down, "{'tunnel':{" ERROR("invalid-id") ",'history':[{'code':'ike-up',"
	       "'last':900},{'code':'failed','error':'invalid-id','step':'main mode, waits for "
	       "message 6','notify':24,'authenticated':true,'last':990}]}," EITHER "}");
	EXPECT("waits-for-peer", down, waiting);
	EXPECT("waits-for-traffic", down, "{'tunnel':{'state':'dormant','start':'on-demand',"
	       "'last_error':null}}");
	/* It was up, and the peer has ended it for want of traffic, or for the night */
#define GOES_AWAY(start, code) "{'tunnel':{'state':'dormant','start':'" start "'," \
	"'contact':{'received':9}," ERROR(code) "}}"
	EXPECT("waits-for-peer", down, GOES_AWAY("wait", "peer-deleted"));
	EXPECT("waits-for-traffic", down, GOES_AWAY("on-demand", "dpd-timeout"));
	EXPECT("unknown", down, GOES_AWAY("wait", "no-response"));
	EXPECT("unknown", down, GOES_AWAY("on-demand", "no-response"));
	EXPECT("cert-expired", down, "{'tunnel':{" ERROR("cert-expired") "}}");
	EXPECT("cert-unknown-issuer", down, "{'tunnel':{" ERROR("cert-unknown-issuer") "}}");
	EXPECT("signature-invalid", down, "{'tunnel':{" ERROR("signature-invalid") "}}");
}

#define UP(peer, count) "{'code':'ike-up','error':null,'peer':'" peer "','peer_id':'gw'," \
	"'text':'…','count':" count ",'first':600,'last':950,'notify':0}"
#define GONE(count, first) "{'code':'failed','error':'peer-deleted','peer':'','peer_id':''," \
	"'text':'…','count':" count ",'first':" first ",'last':990,'notify':0}"

#define LOST(pair, count, last) "{'code':'failed','error':'peer-deleted','peer':'','peer_id':''," \
	"'text':'pair " pair "','pair':" pair ",'count':" count ",'first':900,'last':" last "}"
#define IN_TURN LOST("1", "5", "980") "," LOST("0", "5", "985")
/* One pair of the two is up since 984 */
#define CHILDREN_OF(history) "'tunnel':{'config':{'local-ts':['10.1.0.0/16'],'remote-ts':" \
	"['10.2.0.0/16','10.3.0.0/16']},'ike':{'state':'established'},'children':[{'state':" \
	"'established','pair':1,'installed':984,'local_ts':'10.1.0.0/16','remote_ts':" \
	"'10.3.0.0/16'}]," ERROR("peer-deleted") ",'history':[" history "]}"
#define CHILDREN(history) "{" CHILDREN_OF(history) "}"

static void test_habits(void **state)
{
	(void)state;
	EXPECT("identity-conflict", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.7:500", "4") "]}}");
#define CONFLICT "'tunnel':{'history':[{'code':'conflict','text':'…','count':1,'last':990}],"
	EXPECT("identity-conflict", up, "{" CONFLICT "'children':[{'packets_in':4},{}]}}");
	EXPECT("healthy", up, "{" CONFLICT "'children':[{'packets_in':4,'remote_ts':'10.2.0.0/24'},"
	       "{'remote_ts':'10.2.1.0/24'}]}}");
	/* The other one has gone */
	EXPECT("healthy", up, "{" CONFLICT "'children':[{'packets_in':4}]}}");
	/* The port is what a NAT changes; and a peer that moved once does not fight */
	EXPECT("healthy", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.1:1024", "4") "]}}");
	EXPECT("healthy", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.7:500", "1") "]}}");
	/* One after the other: it has moved */
	EXPECT("healthy", up, "{'tunnel':{'history':[{'code':'ike-up','peer':'192.0.2.1:500',"
	       "'peer_id':'gw','count':5,'first':100,'last':500}," UP("192.0.2.7:500", "4") "]}}");
	EXPECT("xauth-failed", down, "{'tunnel':{" ERROR("xauth-failed") "}}");
	EXPECT("xauth-mismatch", down, "{'tunnel':{" ERROR("xauth-mismatch") "}}");
	EXPECT("no-lease", down, "{'tunnel':{" ERROR("no-lease") "}}");
	EXPECT("deleted-by-peer", down, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       GONE("5", "950") "]}}");
	EXPECT("unknown", down, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       GONE("1", "990") "]}}");
	/* Phase 1 stands: it is not what was deleted */
	EXPECT("deleted-by-peer", down, CHILDREN(UP("", "1") "," LOST("0", "9", "985")));
	EXPECT_SEEN("IPsec SAs 9 times", down, CHILDREN(UP("", "1") "," LOST("0", "9", "985")));
	EXPECT("unknown", down, CHILDREN(UP("", "1") "," LOST("0", "2", "985")));
}

#define MADE(state, at) "{'state':'" state "','role':'responder','installed':" at "," \
	"'expires_in':3590,'packets_in':4,'local_ts':'10.1.0.0/16','remote_ts':'10.2.0.0/16'}"
#define MADE_ANEW(state, at) "{'tunnel':{'children':[" MADE("established", "990") "," \
	MADE("rekeyed", "980") "," MADE("rekeyed", "970") "," MADE("rekeyed", "960") "," \
	MADE(state, at) "]}}"

/* The peer makes SAs anew, long before the time of the others is over; or has reason to */
static void test_renewals(void **state)
{
	(void)state;
	EXPECT("renewed-often", up, MADE_ANEW("rekeyed", "950"));
	EXPECT_SEEN("has begun 5, about every 10 s", up, MADE_ANEW("rekeyed", "950"));
	/* Of another peer, perhaps; or not so often */
	EXPECT("healthy", up, MADE_ANEW("established", "950"));
	EXPECT("healthy", up, MADE_ANEW("rekeyed", "700"));
	/* All long ago */
	EXPECT("healthy", up, "{'now':2000,'tunnel':{'children':[" MADE("established", "990") ","
	       MADE("rekeyed", "980") "," MADE("rekeyed", "970") "," MADE("rekeyed", "960") ","
	       MADE("rekeyed", "950") "]}}");
}

/* The peer deletes the pairs of SAs in turn, as each new one comes */
static void test_pairs(void **state)
{
	(void)state;
	EXPECT("one-pair-only", down, CHILDREN(UP("", "1") "," IN_TURN));
	EXPECT_SEEN("for 10.1.0.0/16 === 10.3.0.0/16 came up", down,
		    CHILDREN(UP("", "1") "," IN_TURN));
	EXPECT_CURE("'adit reload'", down, CHILDREN(UP("", "1") "," IN_TURN));
	/* Only once or twice; or long after the other came up: for want of traffic */
	EXPECT("deleted-by-peer", down, CHILDREN(UP("", "1") "," LOST("1", "2", "980") ","
						 LOST("0", "5", "985")));
	EXPECT("deleted-by-peer", down, CHILDREN(UP("", "1") "," LOST("1", "5", "970") ","
						 LOST("0", "5", "999")));
	/* One pair, while another stands for long */
	EXPECT("deleted-by-peer", down, CHILDREN(UP("", "1") "," LOST("1", "5", "985")));
	/* Phase 1 goes, too */
	EXPECT("deleted-by-peer", down, CHILDREN(UP("", "5") "," IN_TURN "," GONE("5", "950")));
	EXPECT("unknown", down, "{'now':2000," CHILDREN_OF(UP("", "1") "," IN_TURN) "}");
}

static void test_phase2(void **state)
{
	(void)state;
	EXPECT("selector-mismatch", down, "{'tunnel':{" ERROR("ts-unacceptable") ","
	       FAILED("failed", "ts-unacceptable", "established", "18") "}}");
	EXPECT("selector-mismatch", down, "{'tunnel':{" ERROR("ts-unacceptable") ","
	       FAILED("refused", "ts-unacceptable", "established", "0") "}}");
	EXPECT("pfs-mismatch", down, "{'tunnel':{" ERROR("pfs-mismatch") ","
	       FAILED("refused", "pfs-mismatch", "established", "0") "}}");
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "}}");
	EXPECT("pfs-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "},"
	       "'phase2':{'accepts':['aes128-sha1-modp2048']}}");
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "},"
	       "'phase2':{'accepts':['aes256-sha256']}}");
	/* esn = true is not seen in the words of esp */
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{'config':{'esn':true,'esp':["
	       "'aes128-sha1']}," ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "},"
	       "'phase2':{'accepts':['aes128-sha1']}}");
	EXPECT("phase2-refused", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "},"
	       "'phase2':{'accepts':[],'complete':true,'questions':25}}");
	/* It fell silent: nothing is known of what it would take */
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "},"
	       "'phase2':{'accepts':[],'complete':false,'questions':2}}");
	EXPECT("phase2-unanswered", down, "{'tunnel':{'ike':{'state':'established'},"
	       FAILED("failed", "no-response", "established", "0") "}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phase1),
		cmocka_unit_test(test_habits),
		cmocka_unit_test(test_renewals),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_phase2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

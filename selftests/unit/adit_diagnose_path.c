// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `adit diagnose` makes of recorded facts on the way to the peer, and of what is close to
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/diagnosis.h"

static void test_path(void **state)
{
	(void)state;
	EXPECT("unknown", down, "{}");
	EXPECT("dns", down, "{'tunnel':{" ERROR("dns") "}}");
	EXPECT("no-route", down, "{'route':{'remote':{'ok':false,'error':'unreachable'}}}");
	/* One that is up has lost it since; or needs none for what it carries, as it seems */
	EXPECT("no-route", up, COUNTED("'packets_in':1,'packets_out':1,'drops':{}",
	       "'packets_in':1,'packets_out':1,'drops':{'no-route':5}")
	       ",'route':{'remote':{'ok':false,'error':'Invalid argument'}}}");
	EXPECT("healthy", up, "{'route':{'remote':{'ok':false,'error':'Invalid argument'}}}");
#define SET_DOWN "{'route':{'remote':{'ok':false,'error':'unreachable'}," \
	"'down':[{'device':'eth1','address':'192.0.2.1'}]}}"
	EXPECT("no-route", down, SET_DOWN);
	EXPECT_CURE("ip link set eth1 up", down, SET_DOWN);
	EXPECT_SEEN("eth1: it is down", down, SET_DOWN);
#define STRANGER "'wire':{'stranger':{'from':'198.51.100.2','count':4}}"
	EXPECT("other-address", down, "{" STRANGER "," PROBE(SILENT, TAKES, PING("true")) "}");
	EXPECT_SEEN("came from 198.51.100.2", down, "{" STRANGER ","
		    PROBE(SILENT, TAKES, PING("true")) "}");
	/* Whom it answers at its own address, too */
	EXPECT("unknown", down, "{" STRANGER "," PROBE(TAKES, TAKES, PING("true")) "}");
	EXPECT("route-through-tunnel", down, "{'route':{'remote':{'self':true}}}");
	/* IKE is lost in it, unless the tunnel is for what the two gateways say to each other */
#define ROUTED_INTO(local, remote) "{'tunnel':{'local':'192.0.2.1','remote':'198.51.100.1'," \
	"'children':[{'packets_in':4,'local_ts':'" local "','remote_ts':'" remote "'}]}," \
	"'route':{'remote':{'ok':true,'self':true}}}"
	EXPECT("route-through-tunnel", up, ROUTED_INTO("10.1.0.0/16", "10.2.0.0/16"));
	EXPECT("route-through-tunnel", up, ROUTED_INTO("10.1.0.0/16", "0.0.0.0/0"));
	EXPECT("healthy", up, ROUTED_INTO("0.0.0.0/0", "198.51.100.0/24"));
	EXPECT("link-down", down, "{'route':{'remote':{'carrier':false}}}");
	EXPECT("local-address-gone", down, "{'tunnel':{'config':{'local':'192.0.2.9'}},"
	       "'route':{'local':{'ours':false}}}");
	EXPECT("own-firewall", down, "{'tunnel':{'send_error':'Operation not permitted'}}");
	EXPECT("own-firewall", down, "{'firewall':{'verdicts':[{'flow':'ike-in','verdict':'drop',"
	       "'rule':'policy drop'}]}}");
	/* Nobody needs the port of NAT traversal here */
	EXPECT("unknown", down, "{'firewall':{'verdicts':[{'flow':'natt-in','verdict':'drop',"
	       "'rule':'policy drop'}]}}");
	EXPECT("own-firewall-input", down, "{'wire':{'ike_for_daemon':4}}");
	/* It has reached the daemon; nothing that we send is to be seen */
	EXPECT("unknown", down, "{'wire':{'ike_for_daemon':4,'ike_from_daemon':1}}");
	EXPECT("unknown", down, "{'wire':{'ike_for_daemon':4,'ike_out':0}}");
	/* The same of a peer that has answered before: what counts is what is answered now */
#define FELL_SILENT(error, unanswered, more) "{'tunnel':{" ERROR(error) ",'contact':{" \
	"'received':9}},'later':{'contact':{'received':9,'unanswered':" unanswered "}}," more "}"
	EXPECT("own-firewall-input", down, FELL_SILENT("dpd-timeout", "4",
	       "'wire':{'ike_for_daemon':4}"));
	EXPECT("own-firewall-input", down, FELL_SILENT("no-response", "4",
	       "'wire':{'ike_for_daemon':4}"));
	EXPECT("ike-silent", down, FELL_SILENT("no-response", "4",
	       PROBE(SILENT, SILENT, PING("true"))));
	EXPECT("ike-silent", down, FELL_SILENT("dpd-timeout", "4",
	       PROBE(SILENT, SILENT, PING("true"))));
	EXPECT("udp-500-blocked", down, FELL_SILENT("dpd-timeout", "4",
	       PROBE(SILENT, TAKES, PING("true"))));
	/* It has just answered; it has refused us, and may not want to hear more; it ended it */
	EXPECT("unknown", down, FELL_SILENT("no-response", "1",
	       PROBE(SILENT, SILENT, PING("true"))));
	EXPECT("unknown", down, FELL_SILENT("auth-failed", "4",
	       PROBE(SILENT, SILENT, PING("true"))));
	EXPECT("unknown", down, FELL_SILENT("peer-deleted", "4",
	       PROBE(SILENT, SILENT, PING("true"))));
	EXPECT("unknown", down, "{'tunnel':{" ERROR("dpd-timeout") ",'contact':{'received':9}},"
	       "'later':{'contact':{'received':11,'unanswered':4}},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	/* It waits for the peer, which may be where nobody can ask it */
	EXPECT("waits-for-peer", down, "{'tunnel':{'state':'dormant','start':'wait',"
	       ERROR("dpd-timeout") ",'contact':{'received':9}},'later':{'contact':{'received':9,"
	       "'unanswered':4}}," PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("peer-silent", down, "{" PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("ike-silent", down, "{" PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("udp-500-blocked", down, "{" PROBE(SILENT, TAKES, PING("true")) "}");
	/* It answers: what went wrong is over, or is something else */
	EXPECT("unknown", down, "{" PROBE(TAKES, TAKES, PING("true")) "}");
	EXPECT("unknown", down, "{" PROBE(TAKES, SILENT, PING("true")) "}");
	EXPECT("udp-4500-blocked", down, "{'tunnel':{'contact':{'received':2,'sent_natt':4,"
	       "'unanswered_natt':4}}," PROBE(TAKES, SILENT, PING("true")) "}");
	/* As long as it worked there, too */
	EXPECT("udp-4500-blocked", down, "{'tunnel':{" ERROR("dpd-timeout") ",'contact':{"
	       "'received':20,'sent_natt':20,'received_natt':18,'unanswered_natt':5}},"
	       PROBE(TAKES, SILENT, PING("true")) "}");
	EXPECT_SEEN("5 messages went out over port 4500 since", down, "{'tunnel':{"
		    ERROR("dpd-timeout") ",'contact':{'received':20,'sent_natt':20,"
		    "'received_natt':18,'unanswered_natt':5}}," PROBE(TAKES, SILENT, PING("true"))
		    "}");
	/* Its last message there was answered: it only does not like to be asked there */
	EXPECT("unknown", down, "{'tunnel':{" ERROR("dpd-timeout") ",'contact':{'received':20,"
	       "'sent_natt':20,'received_natt':18}}," PROBE(TAKES, SILENT, PING("true")) "}");
	/* In a phase 1 that the daemon does not have, and says so; in one of IKEv2, say */
	EXPECT("unknown", down, "{'wire':{'ike_in':2,'ike_for_daemon':2,'ike_from_daemon':2},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("unknown", down, "{'wire':{'ike_in':2,'natt_for_daemon':2,'natt_from_daemon':2},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	/* It begins, and does not notice that we answer; elsewhere it does, or says no */
	EXPECT("one-way", down, "{'later':{'contact':{'received':2},'history':["
	       RESPONDING "]}," UNHEARD "}");
	EXPECT("one-way", down, "{" UNHEARD "}");
	EXPECT("unknown", down, "{'later':{'history':[" RESPONDING "]},'wire':{'ike_in':2},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("unknown", down, "{'wire':{'ike_in':9,'ike_elsewhere':9},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("unknown", down, "{'later':{'history':[" RESPONDING ","
	       REFUSED("psk-mismatch", "900") "]}," UNHEARD "}");
	EXPECT("unknown", down, "{'tunnel':{'history':[" REFUSED("exchange", "990") "]}," UNHEARD
	       "}");
	EXPECT("one-way", down, "{'tunnel':{'history':[" REFUSED("psk-mismatch", "600") "]},"
	       UNHEARD "}");
	EXPECT("one-way", down, "{'tunnel':{'history':[" REFUSED("dpd-timeout", "990") "]}," UNHEARD
	       "}");
	EXPECT("unknown", down, "{'wire':{'ike_in':2},"
	       PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("unknown", down, "{'wire':{'ike_in':2},"
	       PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("peer-ikev2-only", down, "{" PROBE(SILENT, SILENT, PING("true")
	       ",'ike2':{'asked':1,'answer':'sa'}") "}");
	EXPECT("peer-unreachable", down, "{'wire':{'icmp':[{'kind':'unreachable','about':'IP',"
	       "'from':'192.0.2.254'}]}," PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("peer-filtered", down, "{'wire':{'icmp':[{'kind':'prohibited','about':'UDP port "
	       "500',"
	       "'from':'192.0.2.254'}]}," PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("peer-port-closed", down, "{'wire':{'icmp':[{'kind':'port-unreachable','about':"
	       "'UDP port 500','from':'198.51.100.1'}]}," PROBE(SILENT, SILENT, PING("true")) "}");
	/* iptables' REJECT says the same: on the way, or at a peer whose other port answers */
	EXPECT("peer-filtered", down, "{'wire':{'icmp':[{'kind':'port-unreachable','about':"
	       "'UDP port 500','from':'192.0.2.254'}]}," PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("peer-filtered", down, "{'wire':{'icmp':[{'kind':'port-unreachable','about':"
	       "'UDP port 500','from':'198.51.100.1'}]}," PROBE(SILENT, TAKES, PING("true")) "}");
	/* Something listens on port 500; that nothing does on the other explains nothing */
	EXPECT("unknown", down, "{'wire':{'icmp':[{'kind':'port-unreachable','about':"
	       "'UDP port 4500','from':'198.51.100.1'}]}," PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("dns", down, "{'tunnel':{'last_error':{'code':'dns'},"
	       "'config':{'local':'192.0.2.1'}},'route':{'names':['2001:db8::1']}}");
	EXPECT("remote-is-us", down, "{'route':{'remote':{'local':true}},"
	       PROBE(TAKES, TAKES, PING("true")) "}");
	/* What is said of our pings is nothing about IKE */
	EXPECT("unknown", down, "{'wire':{'icmp':[{'kind':'prohibited','about':'IP',"
	       "'from':'192.0.2.254'}]}," PROBE(SILENT, SILENT, PING("false")) "}");
	/* It has just refused us: whatever keeps it from answering questions, it is there */
	EXPECT("psk-mismatch", down, "{'tunnel':{" ERROR("psk-mismatch") ","
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "16") "},"
	       PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("psk-mismatch", down, "{'tunnel':{" ERROR("psk-mismatch") ","
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "16") "},"
	       PROBE(SILENT, TAKES, PING("false")) "}");
	EXPECT("peer-silent", down, "{'tunnel':{" SILENCE("psk-mismatch") "},"
	       PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("peer-silent", down, "{'tunnel':{" ERROR("peer-deleted") "},"
	       PROBE(SILENT, SILENT, PING("false")) "}");
	/* The daemon does not need that port */
	EXPECT("unknown", down, "{'tunnel':{'config':{'remote-port':4500}},"
	       PROBE(SILENT, TAKES, PING("true")) "}");
	/* It has got through since */
	EXPECT("unknown", down, "{'later':{'contact':{'received':1}},'firewall':{'verdicts':["
	       "{'flow':'ike-in','verdict':'drop','rule':'policy drop'}]}}");
	/* A device that does not tell of its carrier */
	EXPECT("unknown", down, "{'route':{'remote':{'carrier':false}},"
	       PROBE(TAKES, TAKES, PING("true")) "}");
	/* Its certificate has come, in whatever pieces */
	EXPECT("cert-expired", down, "{'tunnel':{'config':{'auth':'rsasig'}," ERROR("cert-expired")
	       "}," PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
	EXPECT("fragments-lost", down, "{'tunnel':{'config':{'auth':'rsasig'},"
	       SILENCE("cert-refused") "}," PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
	EXPECT("fragments-lost", down, "{'tunnel':{'config':{'auth':'rsasig'}},"
	       PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
	EXPECT("fragments-lost", down, "{'tunnel':{'config':{'auth':'ecdsa-256'}},"
	       PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
	/* Of these two the server alone sends one */
	EXPECT("unknown", down, "{'tunnel':{'config':{'auth':'hybrid'}},"
	       PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

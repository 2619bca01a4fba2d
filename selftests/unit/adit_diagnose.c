// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `adit diagnose` makes of recorded facts: each cause, and what is close to it and is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/causes.h"
#include "adit/facts.h"

#define FINDINGS_MAX 16

/* Facts, written with ' for ", of which later ones override members of the first */
static json_t *facts_of(const char *base, const char *change)
{
	char text[16384];
	json_error_t error;
	json_t *facts, *other;
	size_t i;

	snprintf(text, sizeof(text), "%s", base);
	for (i = 0; text[i]; i++)
		if (text[i] == '\'')
			text[i] = '"';
	facts = json_loads(text, 0, &error);
	if (!facts)
		fail_msg("%s in %s", error.text, base);
	snprintf(text, sizeof(text), "%s", change);
	for (i = 0; text[i]; i++)
		if (text[i] == '\'')
			text[i] = '"';
	other = json_loads(text, 0, &error);
	if (!other)
		fail_msg("%s in %s", error.text, change);
	json_object_update_recursive(facts, other);
	json_decref(other);
	return facts;
}

/* The first cause that holds, "healthy" or "unknown", as the command decides; to be freed */
static const char *judged(const char *base, const char *change)
{
	static char code[64];
	struct finding findings[FINDINGS_MAX], none = { .evidence = json_array() };
	json_t *facts = facts_of(base, change);
	size_t count = causes_judge(facts, findings, FINDINGS_MAX), i;

	snprintf(code, sizeof(code), "%s", count ? findings[0].code :
		 causes_healthy(facts, &none) ? "healthy" : "unknown");
	/* Whatever is found comes with a sentence, evidence and a cure */
	for (i = 0; i < count; i++) {
		assert_true(strlen(findings[i].cause) > 10);
		assert_true(strlen(findings[i].cure) > 5);
		assert_true(json_array_size(findings[i].evidence) > 0);
	}
	findings_free(findings, count);
	json_decref(none.evidence);
	json_decref(facts);
	return code;
}

/* The cure of the first cause that holds */
static const char *cured(const char *base, const char *change)
{
	static char cure[700];
	struct finding findings[FINDINGS_MAX];
	json_t *facts = facts_of(base, change);
	size_t count = causes_judge(facts, findings, FINDINGS_MAX);

	assert_true(count > 0);
	snprintf(cure, sizeof(cure), "%s", findings[0].cure);
	findings_free(findings, count);
	json_decref(facts);
	return cure;
}

/* What a healthy one is said to show */
static bool seen(const char *words, const char *base, const char *change)
{
	struct finding finding = { .evidence = json_array() };
	json_t *facts = facts_of(base, change);
	bool found = false;
	const json_t *line;
	size_t i;

	assert_true(causes_healthy(facts, &finding));
	json_array_foreach(finding.evidence, i, line)
		found |= strstr(json_string_value(line), words) != NULL;
	json_decref(finding.evidence);
	json_decref(facts);
	return found;
}

#define EXPECT_SEEN(words, base, change) assert_true(seen(words, base, change))
#define EXPECT_CURE(words, base, change) assert_non_null(strstr(cured(base, change), words))
#define EXPECT(code, base, change) assert_string_equal(judged(base, change), code)

/* A tunnel that is up and carries packets */
static const char up[] =
	"{'name':'net','now':1000,'can_probe':true,'daemon':{'answers':true},"
	"'host':{'module':{'loaded':true},'ports':[]},"
	"'tunnel':{'state':'established','device':'vpn0','local':'192.0.2.1',"
	"'remote':'198.51.100.1','remote_name':'198.51.100.1','start':'always','mtu':1438,"
	"'last_error':null,'send_error':null,"
	"'config':{'local':null,'local-id':null,'auth':'psk','exchange':'main',"
	"'ike':['aes128-sha1-modp1024'],'esp':['aes128-sha256'],'ah':[],'keepalive':20,"
	"'local-ts':['10.1.0.0/16'],'remote-ts':['10.2.0.0/16']},'history':[],"
	"'contact':{'sent':5,'received':5,'sent_natt':0,'received_natt':0,'retransmits':0},"
	"'ike':{'state':'established','remote_id':'198.51.100.1','nat_local':false,"
	"'nat_remote':false},'children':[{'spi_in':'0x00000001','spi_out':'0x00000002',"
	"'proposal':'aes128-sha256','encap':false,'protocol':'esp','replay_window':1024,"
	"'local_ts':'10.1.0.0/16','remote_ts':'10.2.0.0/16',"
	"'packets_in':10,'packets_out':12,'drops':{}}]},"
	"'later':{'state':'established','children':[{'spi_in':'0x00000001','spi_out':'0x00000002',"
	"'proposal':'aes128-sha256','encap':false,'protocol':'esp','replay_window':1024,"
	"'local_ts':'10.1.0.0/16','remote_ts':'10.2.0.0/16',"
	"'packets_in':12,'packets_out':14,'drops':{}}]},"
	"'route':{'remote':{'ok':true,'device':'wire','self':false,'up':true,'carrier':true},"
	"'inside':[{'selector':'10.2.0.0/16','address':'10.2.0.1','device':'vpn0','ours':true}],"
	"'overlaps':[]},"
	"'system':{'forwarding4':true,'forwarding6':true,'rp_drops':0,'rp_filter':[],'lans':[]},"
	"'firewall':{'readable':true,'verdicts':[]},"
	"'wire':{'ike_out':0,'ike_in':0,'ike_for_daemon':0,'esp_out':2,'udp_esp_out':0,'ah_out':0,"
	"'in':[{'spi':'0x00000001','packets':2,'udp':false,'reorder':0,'duplicates':0,"
	"'length_mod8':0}],'icmp':[]},"
	"'inside':{'targets':[],'sent':1,'received':1,'mtu':1438,'largest':1438}}";

/* One whose attempts fail; the peer has not been asked */
static const char down[] =
	"{'name':'net','now':1000,'can_probe':true,'daemon':{'answers':true},"
	"'host':{'module':{'loaded':true},'ports':[]},"
	"'tunnel':{'state':'connecting','device':'vpn0','local':'192.0.2.1',"
	"'remote':'198.51.100.1','remote_name':'198.51.100.1','start':'always',"
	"'send_error':null,'last_error':{'code':'no-response','text':'no answer at all'},"
	"'config':{'local':null,'local-id':null,'auth':'psk','exchange':'main',"
	"'ike':['aes128-sha1-modp1024'],'esp':['aes128-sha1'],'ah':[],'keepalive':20,"
	"'local-ts':['10.1.0.0/16'],'remote-ts':['10.2.0.0/16']},'history':[],"
	"'contact':{'sent':5,'received':0,'sent_natt':0,'received_natt':0,'retransmits':4},"
	"'ike':null,'children':[]},'later':{'contact':{'received':0}},"
	"'route':{'remote':{'ok':true,'device':'wire','self':false,'up':true,'carrier':true},"
	"'inside':[],'overlaps':[]},"
	"'firewall':{'readable':true,'verdicts':[]},"
	"'wire':{'ike_out':6,'ike_in':0,'ike_for_daemon':0,'in':[],'icmp':[]}}";

/* The peer's answers to our questions */
#define SILENT	"'asked':3"
#define TAKES	"'asked':1,'answer':'sa','chosen':'aes128-sha1-modp1024'"
#define REFUSES	"'asked':1,'answer':'notify','notify':14,'name':'NO-PROPOSAL-CHOSEN'"
#define PROBE(ike500, ike4500, more) \
	"'probe':{'accepts':[],'ike500':{" ike500 "},'ike4500':{" ike4500 "}" more "}"
#define PING(answered) ",'ping':{'answered':" answered "}"

#define ERROR(code) "'last_error':{'code':'" code "','text':'the words of the daemon'}"
/* The newest of the history, with where phase 1 was, and the notification */
#define FAILED(event, error, step, notify) \
	"'history':[{'code':'" event "','error':'" error "','text':'…','step':'" step "'," \
	"'notify':" notify ",'authenticated':true,'role':'initiator','count':1,'first':900," \
	"'last':990,'peer':'198.51.100.1:500','peer_id':''}]"

/* The peer's first message comes again although it was answered; and the history's entries */
#define UNHEARD "'wire':{'ike_in':2,'ike_unheard':1}," PROBE(SILENT, SILENT, PING("true"))
#define RESPONDING "{'code':'responding','last':990,'text':'…'}"
#define REFUSED(error, last) "{'code':'refused','error':'" error "','last':" last ",'text':'…'}"

static void test_host(void **state)
{
	static const char away[] =
		"{'name':'net','now':1000,'daemon':{'answers':false,'code':'unreachable',"
		"'text':'aditd is not running'},'host':{'kernel':'6.1','ports':[],'module':"
		"{'loaded':true}},'file':{'path':'/etc/adit/adit.conf','exists':true,'good':true,"
		"'output':'','tunnel':true}}";
	static const char other[] =
		"{'name':'net','now':1000,'daemon':{'answers':true,'code':'unknown-tunnel',"
		"'text':'there is no tunnel'},'host':{'module':{'loaded':true}},"
		"'file':{'path':'/etc/adit/adit.conf','exists':true,'good':true,'tunnel':false}}";

	(void)state;
	EXPECT("daemon-not-running", away, "{}");
	EXPECT("not-permitted", away, "{'daemon':{'code':'permission'}}");
	EXPECT("config-mistake", away, "{'file':{'good':false,'output':'x:3: what is this'}}");
	EXPECT("config-missing", away, "{'file':{'exists':false,'good':null}}");
	EXPECT("port-taken", away, "{'host':{'ports':[{'port':500,'holder':'charon (pid 8)'}]}}");
	EXPECT("module-not-loaded", away,
	       "{'host':{'module':{'loaded':false,'file':'/lib/adit.ko'}}}");
	EXPECT("module-missing", away, "{'host':{'module':{'loaded':false,'headers':true}}}");
	EXPECT("module-missing", away, "{'host':{'module':{'loaded':false,'headers':true,"
	       "'source':'/usr/src/adit-0.1.0/dkms.conf'}}}");
	EXPECT("headers-missing", away, "{'host':{'module':{'loaded':false,'headers':false,"
	       "'source':'/usr/src/adit-0.1.0/dkms.conf'}}}");
	EXPECT("module-refused", away, "{'host':{'module':{'loaded':false,'file':'/lib/adit.ko',"
	       "'refusal':'modprobe: ERROR: Key was rejected by service'"
	       "}}}");
	EXPECT("module-refused", away, "{'host':{'module':{'loaded':false,'file':'/lib/adit.ko',"
	       "'lockdown':'integrity','disabled':false,'may_load':true,"
	       "'refusal':'modprobe: ERROR: could not insert adit: Operation not permitted'}}}");
	/* kernel.modules_disabled, no CAP_SYS_MODULE, nobody knows: EPERM has these reasons, too */
#define LOCKED_DOWN(more) "{'host':{'module':{'loaded':false,'file':'/lib/adit.ko'," \
	"'lockdown':'integrity'," more "'refusal':'Operation not permitted'}}}"
	EXPECT("module-not-loaded", away, LOCKED_DOWN("'disabled':true,'may_load':true,"));
	EXPECT("module-not-loaded", away, LOCKED_DOWN("'disabled':false,'may_load':false,"));
	EXPECT("module-not-loaded", away, LOCKED_DOWN(""));
	/* Somebody's container, say */
	EXPECT("module-not-loaded", away, "{'host':{'module':{'loaded':false,'file':'/lib/adit.ko'"
	       ",'lockdown':'','refusal':'Operation not permitted'}}}");
	EXPECT("other-namespace", up, "{'daemon':{'netns':8,'pid':7},'host':{'netns':9}}");
	EXPECT("other-namespace", down, "{'daemon':{'netns':8,'pid':7},'host':{'netns':9}}");
	EXPECT("healthy", up, "{'daemon':{'netns':8},'host':{'netns':8}}");
	EXPECT("healthy", up, "{'daemon':{'netns':0},'host':{'netns':9}}");
	EXPECT("tunnel-unknown", other, "{}");
	EXPECT("config-not-loaded", other, "{'file':{'tunnel':true}}");
	/* Wherever the daemon is: it says that there is none */
	EXPECT("tunnel-unknown", other, "{'daemon':{'netns':8,'pid':7},'host':{'netns':9}}");
	EXPECT("taken-down", down, "{'tunnel':{'state':'down'}}");
	EXPECT("kernel-refused", down, "{'tunnel':{" ERROR("kernel") "}}");
	EXPECT("algorithm-missing", down, "{'tunnel':{'last_error':{'code':'kernel','text':'the "
	       "kernel refused the inbound SA of aes128: it lacks that algorithm'}}}");
}

static void test_path(void **state)
{
	(void)state;
	EXPECT("unknown", down, "{}");
	EXPECT("dns", down, "{'tunnel':{" ERROR("dns") "}}");
	EXPECT("no-route", down, "{'route':{'remote':{'ok':false,'error':'unreachable'}}}");
	EXPECT("route-through-tunnel", down, "{'route':{'remote':{'self':true}}}");
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
	EXPECT("peer-silent", down, "{" PROBE(SILENT, SILENT, PING("false")) "}");
	EXPECT("ike-silent", down, "{" PROBE(SILENT, SILENT, PING("true")) "}");
	EXPECT("udp-500-blocked", down, "{" PROBE(SILENT, TAKES, PING("true")) "}");
	/* It answers: what went wrong is over, or is something else */
	EXPECT("unknown", down, "{" PROBE(TAKES, TAKES, PING("true")) "}");
	EXPECT("unknown", down, "{" PROBE(TAKES, SILENT, PING("true")) "}");
	EXPECT("udp-4500-blocked", down, "{'tunnel':{'contact':{'received':2,'sent_natt':4}},"
	       PROBE(TAKES, SILENT, PING("true")) "}");
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
	EXPECT("fragments-lost", down, "{'tunnel':{'config':{'auth':'rsasig'}},"
	       PROBE(TAKES, TAKES, ",'large':{" SILENT "}") "}");
}

#define CHILD(good, bad) "{'spi_in':'0x00000001','packets_in':" good ",'packets_out':9," \
	"'drops':{'authentication':" bad "},'proposal':'aes128-sha256'}"
#define NOTHING_INSIDE "'inside':{'sent':4,'received':0}"

/* This host's kernel drops it, and has counted that */
static void test_kernel(void **state)
{
	(void)state;
	EXPECT("device-gone", up, "{'route':{'device':{'exists':false}}," NOTHING_INSIDE "}");
	EXPECT("device-down", up, "{'route':{'device':{'exists':true,'up':false}},"
	       NOTHING_INSIDE "}");
	EXPECT("xfrm-policy", up, "{'counters':{'XfrmOutNoStates':4}," NOTHING_INSIDE "}");
	EXPECT("xfrm-policy", up, "{'counters':{'XfrmInTmplMismatch':4}," NOTHING_INSIDE "}");
	EXPECT("healthy", up, "{'counters':{'XfrmOutNoStates':4}}");
	EXPECT("xfrm-policy", down, "{'counters':{'XfrmOutPolBlock':4},"
	       "'tunnel':{'send_error':'Operation not permitted'}}");
	EXPECT("own-firewall", down, "{'tunnel':{'send_error':'Operation not permitted'}}");
	EXPECT("packet-loss", up, "{'inside':{'burst':{'sent':16,'received':11}}}");
	EXPECT("healthy", up, "{'inside':{'burst':{'sent':16,'received':15}}}");
	EXPECT("packets-damaged", up, "{'tunnel':{'children':[" CHILD("0", "0") "]},'later':{"
	       "'children':[" CHILD("90", "30") "]},'inside':{'burst':{'sent':16,'received':9}}}");
	/* More fail than pass, and still: where some pass, the keys are good */
	EXPECT("packets-damaged", up, "{'tunnel':{'children':[" CHILD("0", "0") "]},'later':{"
	       "'children':[" CHILD("30", "90") "]},'inside':{'burst':{'sent':16,'received':9}}}");
	EXPECT("rule-elsewhere", up, "{'route':{'forwarded':{'address':'10.2.0.1','from':"
	       "'10.1.0.2','iif':'lan','device':'wire'}}}");
	EXPECT("healthy", up, "{'route':{'forwarded':{'address':'10.2.0.1','from':'10.1.0.2',"
	       "'iif':'lan','device':'vpn0'}}}");
	EXPECT("conntrack-full", up, "{'counters':{'conntrack':4,'conntrack_count':99,"
	       "'conntrack_max':100}," NOTHING_INSIDE "}");
	EXPECT("healthy", up, "{'counters':{'conntrack':4,'conntrack_count':99,"
	       "'conntrack_max':100}}");
	EXPECT("qdisc-drops", up, "{'counters':{'qdisc_outer':4}," NOTHING_INSIDE "}");
	EXPECT("qdisc-drops", down, "{'counters':{'qdisc_outer':4}}");
	EXPECT("healthy", up, "{'counters':{'qdisc_outer':4}}");
}

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
	/* Silence over a port from which nothing was ever heard proves nothing about the key */
	EXPECT("unknown", down, "{'tunnel':{" ERROR("psk-mismatch") ",'contact':{'received':2,"
	       "'sent_natt':3},"
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}}");
	/* Nor does it with certificates */
	EXPECT("unknown", down, "{'tunnel':{'config':{'auth':'rsasig'}," ERROR("psk-mismatch") ","
	       FAILED("failed", "psk-mismatch", "main mode, waits for message 6", "0") "}}");
	EXPECT("psk-missing-at-peer", down, "{'tunnel':{"
	       FAILED("notify", "none", "main mode, waits for message 4", "17") "}}");
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
	EXPECT("exchange-mismatch", down, "{'tunnel':{" ERROR("invalid-id") ","
	       FAILED("failed", "invalid-id", "main mode, waits for message 6", "24") "},"
	       "'probe':{'accepts':[],'aggressive':{'asked':1,'answer':'sa'}}}");
	EXPECT("exchange-mismatch", down, "{'tunnel':{" ERROR("no-proposal-chosen") ","
	       FAILED("refused", "no-proposal-chosen", "", "7") "}}");
	EXPECT("waits-for-peer", down, waiting);
	EXPECT("waits-for-traffic", down, "{'tunnel':{'state':'dormant','start':'on-demand',"
	       "'last_error':null}}");
	EXPECT("cert-expired", down, "{'tunnel':{" ERROR("cert-expired") "}}");
	EXPECT("cert-unknown-issuer", down, "{'tunnel':{" ERROR("cert-unknown-issuer") "}}");
	EXPECT("signature-invalid", down, "{'tunnel':{" ERROR("signature-invalid") "}}");
}

#define UP(peer, count) "{'code':'ike-up','error':null,'peer':'" peer "','peer_id':'gw'," \
	"'text':'…','count':" count ",'first':600,'last':950,'notify':0}"
#define GONE(count, first) "{'code':'failed','error':'peer-deleted','peer':'','peer_id':''," \
	"'text':'…','count':" count ",'first':" first ",'last':990,'notify':0}"

static void test_habits(void **state)
{
	(void)state;
	EXPECT("identity-conflict", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.7:500", "4") "]}}");
#define CONFLICT "'tunnel':{'history':[{'code':'conflict','text':'…','count':1,'last':990}],"
	EXPECT("identity-conflict", up, "{" CONFLICT "'children':[{'packets_in':4},{}]}}");
	/* The other one has gone */
	EXPECT("healthy", up, "{" CONFLICT "'children':[{'packets_in':4}]}}");
	/* The port is what a NAT changes; and a peer that moved once does not fight */
	EXPECT("healthy", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.1:1024", "4") "]}}");
	EXPECT("healthy", up, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       UP("192.0.2.7:500", "1") "]}}");
	EXPECT("xauth-failed", down, "{'tunnel':{" ERROR("xauth-failed") "}}");
	EXPECT("xauth-mismatch", down, "{'tunnel':{" ERROR("xauth-mismatch") "}}");
	EXPECT("no-lease", down, "{'tunnel':{" ERROR("no-lease") "}}");
	EXPECT("deleted-by-peer", down, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       GONE("5", "950") "]}}");
	EXPECT("unknown", down, "{'tunnel':{'history':[" UP("192.0.2.1:500", "5") ","
	       GONE("1", "990") "]}}");
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

/* Counters of the one child, as first read and later */
#define COUNTED(first, later) \
	"{'tunnel':{'children':[{'spi_in':'0x00000001','proposal':'aes128-sha256'," \
	"'protocol':'esp','replay_window':32,'encap':false," first "}]}," \
	"'later':{'children':[{'spi_in':'0x00000001','proposal':'aes128-sha256'," \
	"'protocol':'esp','replay_window':32,'encap':false," later "}]}"

static void test_data(void **state)
{
	(void)state;
	EXPECT("healthy", up, "{}");
	EXPECT("sha256-truncation", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{'authentication':4}")
	       ",'inside':{'received':0},'wire':{'in':[{'spi':'0x00000001','packets':4,"
	       "'length_mod8':4}]}}");
	/* As the module counted it with strongSwan's sha256_96 */
	EXPECT("sha256-truncation", up, COUNTED("'packets_in':0,'packets_out':0,'drops':{}",
	       "'packets_in':0,'packets_out':4,'drops':{'malformed':95}")
	       ",'inside':{'received':0},'wire':{'in':[{'spi':'0x00000001','packets':30,"
	       "'length_mod8':4}]}}");
	/* The right length: something else damages the packets, or sends what is none */
	EXPECT("unknown", up, COUNTED("'packets_in':0,'packets_out':0,'drops':{}",
	       "'packets_in':0,'packets_out':4,'drops':{'malformed':95}")
	       ",'inside':{'received':0},'wire':{'in':[{'spi':'0x00000001','packets':30,"
	       "'length_mod8':0}]}}");
	EXPECT("esp-authentication", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{'authentication':4}")
	       ",'inside':{'received':0}}");
	/* A forged packet now and then */
	EXPECT("healthy", up, COUNTED("'packets_in':900,'packets_out':5,'drops':{}",
	       "'packets_in':990,'packets_out':9,'drops':{'authentication':4}") "}");
	EXPECT("replay-window", up,
	       COUNTED("'packets_in':900,'packets_out':5,'drops':{'replay':90}",
	       "'packets_in':990,'packets_out':9,'drops':{'replay':99}")
	       ",'wire':{'in':[{'spi':'0x00000001','packets':99,'reorder':40,'duplicates':0}]}}");
	EXPECT("duplicate-packets", up,
	       COUNTED("'packets_in':900,'packets_out':5,'drops':{'replay':90}",
	       "'packets_in':990,'packets_out':9,'drops':{'replay':99}")
	       ",'wire':{'in':[{'spi':'0x00000001','packets':99,'reorder':1,'duplicates':9}]}}");
	EXPECT("healthy", up, COUNTED("'packets_in':9000,'packets_out':5,'drops':{'replay':3}",
	       "'packets_in':9900,'packets_out':9,'drops':{'replay':3}") "}");
	EXPECT("healthy", up, COUNTED("'packets_in':900,'packets_out':5,'drops':{'selector':3}",
	       "'packets_in':990,'packets_out':9,'drops':{'selector':3}") "}");
	EXPECT("outside-selectors", up, COUNTED("'packets_in':900,'packets_out':5,'drops':{}",
	       "'packets_in':990,'packets_out':9,'drops':{'selector':3}") "}");
	/* That is a guess, and what the mapping survives is measured */
	EXPECT("healthy", up, "{'tunnel':{'config':{'keepalive':60},'ike':{'nat_local':true},"
	       "'history':[{'error':'dpd-timeout','count':4,'first':100,'last':990}]}}");
	/* GRE alone, which no ping is */
	EXPECT("unknown", up, "{'tunnel':{'config':{'local-ts':['dynamic[gre]'],'remote-ts':["
	       "'dynamic[gre]']},'children':[{'local_ts':'192.0.2.1/32[gre]','remote_ts':"
	       "'198.51.100.1/32[gre]'}]},'later':null,'wire':{'in':[]},'inside':{'sent':0,"
	       "'received':0}}");
	EXPECT("outside-selectors", up, COUNTED("'packets_in':9,'packets_out':5,'drops':{}",
	       "'packets_in':9,'packets_out':9,'drops':{'selector':3}") "}");
	EXPECT("ah-through-nat", down, "{'tunnel':{'config':{'ah':['sha256']},"
	       "'ike':{'nat_local':true}," ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "14") "}}");
	/* It was us who refused what the peer offers */
	EXPECT("esp-proposal-mismatch", down, "{'tunnel':{'config':{'ah':['sha256']},"
	       "'ike':{'nat_local':true}," ERROR("no-proposal-chosen") ","
	       FAILED("refused", "no-proposal-chosen", "established", "0") "}}");
	EXPECT("ah-through-nat", down, "{'tunnel':{'config':{'ah':['sha256']},"
	       "'ike':{'nat_local':true}," ERROR("no-proposal-chosen") ","
	       FAILED("failed", "no-proposal-chosen", "established", "0") "}}");
	EXPECT("ah-through-nat", up, "{'tunnel':{'config':{'ah':['sha1']},'ike':{'nat_local':true},"
	       "'children':[]},'later':{'children':[]}}");
	EXPECT("own-firewall-esp", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}") ",'inside':{'received':0}}");
	/* Such a rule, and what it should have dropped has come or was answered */
#define DROPS(flow) "'firewall':{'verdicts':[{'flow':'" flow "','verdict':'drop','rule':'…'}]}"
	EXPECT("healthy", up, "{" DROPS("esp-in") "}");
	EXPECT("healthy", up, "{" DROPS("esp-out") "}");
	EXPECT("own-firewall-esp", up, "{" DROPS("esp-out") ",'inside':{'received':0}}");
	EXPECT("own-firewall-esp", up, COUNTED("'packets_in':5,'packets_out':5,'drops':{}",
	       "'packets_in':5,'packets_out':9,'drops':{}") "," DROPS("esp-in")
	       ",'inside':{'received':0},'wire':{'in':[]}}");
	EXPECT("peer-uses-old-sa", up, COUNTED("'packets_in':1,'packets_out':5,'drops':{}",
	       "'packets_in':1,'packets_out':9,'drops':{}")
	       ",'wire':{'in':[{'spi':'0x00000009','packets':5,'unknown':true}]}}");
	/* Nothing comes back, and that is all there is to say */
	EXPECT("no-return-traffic", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4}}");
	EXPECT("esp-blocked", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4,'icmp':[{'about':'ESP',"
	       "'kind':'prohibited','from':'192.0.2.254'}]}}");
	/* UDP does not pass either: it is not ESP alone that is blocked */
	EXPECT("unknown", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4,'icmp':[{'about':'ESP',"
	       "'kind':'prohibited','from':'192.0.2.254'}]}," PROBE(SILENT, SILENT,
								   PING("true")) "}");
	/* A router that cannot reach the peer says so about all */
	EXPECT("peer-unreachable", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4,'icmp':[{'about':'ESP',"
	       "'kind':'unreachable','from':'192.0.2.254'}]}," PROBE(SILENT, SILENT,
								    PING("false")) "}");
	EXPECT("esp-blocked", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4,'icmp':[{'about':'ESP',"
	       "'kind':'unreachable','from':'192.0.2.254'}]}," PROBE(TAKES, TAKES,
								    PING("true")) "}");
	/* Pings go to what was agreed on: unanswered, they say nothing of what was not */
#define NARROWED(sent) "{'tunnel':{'config':{'remote-ts':['10.0.0.0/8']}}," \
	"'inside':{'sent':" sent ",'received':0},'wire':{'in':[]},'later':{'children':[{" \
	"'spi_in':'0x00000001','packets_in':10,'packets_out':14,'drops':{}}]}}"
	EXPECT("selectors-narrowed", up, NARROWED("0"));
	EXPECT("unknown", up, NARROWED("4"));
	EXPECT("no-return-traffic", up, "{'tunnel':{'config':{'remote-ts':['10.0.0.0/8']},"
	       "'children':[{'local_ts':'10.1.0.0/16','remote_ts':'10.2.0.0/16','packets_in':0,"
	       "'packets_out':5,'drops':{}}]},'later':{'children':[{'local_ts':'10.1.0.0/16',"
	       "'remote_ts':'10.2.0.0/16','packets_in':0,'packets_out':9,'drops':{}}]},"
	       "'inside':{'sent':4,'received':0},'wire':{'in':[],'esp_out':4}}");
	EXPECT("unknown", up, "{'inside':{'received':0},'wire':{'in':[]},'later':{'children':[{"
	       "'spi_in':'0x00000001','packets_in':10,'packets_out':14,'drops':{}}]}}");
	/* What passes shows that nothing else is wrong */
	EXPECT("healthy", up, "{'tunnel':{'config':{'remote-ts':['10.0.0.0/8']}}}");
	EXPECT_SEEN("remote-ts = { \"10.0.0.0/8\" }; agreed with the peer: 10.1.0.0/16 and "
		    "10.2.0.0/16", up, "{'tunnel':{'config':{'remote-ts':['10.0.0.0/8']}}}");
	EXPECT("healthy", up, "{'tunnel':{'config':{'remote-ts':['10.2.0.0/16','10.0.0.0/8']}}}");
	/* In UDP it works: so it is ESP that is lost; but not if it then works without, too */
	EXPECT("esp-blocked", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4},"
	       "'trial':{'up':true,'udp_works':true,'raw_works':false}}");
	EXPECT("peer-lost-sas", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4},"
	       "'trial':{'up':true,'udp_works':true,'raw_works':true}}");
	EXPECT("no-return-traffic", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4},"
	       "'trial':{'up':true,'udp_works':false}}");
	/* It worked before, now nothing is answered: not healthy, and no more is known */
	EXPECT("unknown", up, COUNTED("'packets_in':90,'packets_out':5,'drops':{}",
	       "'packets_in':90,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4}}");
#define QUIET(heard) \
	"{'tunnel':{'children':[{'packets_in':90,'packets_out':5,'drops':{}}]}," \
	"'later':{'contact':{'last_received':" heard "}," \
	"'children':[{'packets_in':90,'packets_out':9,'drops':{}}]}," \
	"'inside':{'received':0},'wire':{'in':[],'esp_out':4},"
	EXPECT("peer-gone", up, QUIET("900")
	       "'probe':{'ike500':{" SILENT "},'ike4500':{" SILENT "},'ping':{'answered':true}}}");
	/* The daemon has just heard of it */
	EXPECT("unknown", up, QUIET("995")
	       "'probe':{'ike500':{" SILENT "},'ike4500':{" SILENT "},'ping':{'answered':true}}}");
	EXPECT("unknown", up, QUIET("900")
	       "'probe':{'ike500':{" TAKES "},'ike4500':{" SILENT "},'ping':{'answered':true}}}");
	/* What is sent does not get as far as the wire, and not because of a filter */
	EXPECT("peer-unreachable", up, COUNTED("'packets_in':90,'packets_out':5,'drops':{}",
	       "'packets_in':90,'packets_out':9,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':0,'no_neighbour':true}}");
	/* Nothing was sent either: nothing is known */
	EXPECT("unknown", up, COUNTED("'packets_in':0,'packets_out':0,'drops':{}",
	       "'packets_in':0,'packets_out':0,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':0}}");
	EXPECT("mtu-black-hole", up, "{'inside':{'largest':1300,'smallest_lost':1308}}");
	/* Path MTU discovery works */
	EXPECT("healthy", up, "{'inside':{'largest':1300,'smallest_lost':1308,'too_big':true}}");
	EXPECT("healthy", up, COUNTED("'packets_in':2,'packets_out':2,'drops':{'mtu':4}",
	       "'packets_in':5,'packets_out':5,'drops':{'mtu':6}")
	       ",'inside':{'largest':1300,'smallest_lost':1308}}");
	/* The router said so, and this host's own filter kept it from the tunnel */
	EXPECT("mtu-black-hole", up, COUNTED("'packets_in':2,'packets_out':2,'drops':{'mtu':4}",
	       "'packets_in':5,'packets_out':5,'drops':{'mtu':4}")
	       ",'inside':{'largest':1300,'smallest_lost':1308},'wire':{'icmp':["
	       "{'about':'ESP','kind':'too-big','from':'192.0.2.254'}]}}");
	/* Too rough to be a limit, or none */
	EXPECT("healthy", up, "{'inside':{'largest':576,'smallest_lost':1438}}");
	EXPECT("nat-mapping", up, "{'tunnel':{'ike':{'nat_remote':true},'history':[{'code':"
	       "'peer-moved','text':'…','count':4,'silence':40,'first':100,'last':990}]}}");
	EXPECT("healthy", up, "{'tunnel':{'ike':{'nat_remote':true},'history':[{'code':"
	       "'peer-moved','text':'…','count':1,'first':100,'last':990}]}}");
	/* Measured; and where it is kept for longer than we are silent */
	EXPECT("nat-mapping", up, "{'mapping':{'survived':4,'lost':7.2,'silence':20}}");
	EXPECT("nat-mapping", up, "{'mapping':{'survived':0,'lost':4,'silence':20}}");
	EXPECT_CURE("\"3s\"", up, "{'mapping':{'survived':4,'lost':7.2,'silence':20}}");
	EXPECT_CURE("\"3s\"", up, "{'mapping':{'survived':3.999,'lost':7.2,'silence':20}}");
	EXPECT_CURE("\"1s\"", up, "{'mapping':{'survived':2.5,'lost':7.2,'silence':20}}");
	EXPECT("healthy", up, "{'mapping':{'survived':13,'lost':23.3,'silence':20}}");
	EXPECT("healthy", up, "{'mapping':{'survived':23.3,'lost':0,'silence':20}}");
}

static void test_beyond(void **state)
{
	(void)state;
	EXPECT("networks-overlap", up, "{'route':{'overlaps':[{'network':'10.2.0.0/16','device':"
	       "'lan','selector':'10.2.0.0/16'}]}}");
	/* Or the daemon finds its route there already. Else it was somebody else's */
#define NO_ROUTE "'tunnel':{'last_error':{'code':'kernel','text':'cannot add route 10.2.0.0/16'}}"
	EXPECT("networks-overlap", down, "{" NO_ROUTE ",'route':{'overlaps':[{'network':"
	       "'10.2.0.0/16','device':'lan','selector':'10.2.0.0/16'}]}}");
	EXPECT("kernel-refused", down, "{" NO_ROUTE "}");
	/* The route of our own network is the longer one, and both are reached */
#define WITHIN "'route':{'overlaps':[{'network':'10.1.0.0/16','device':'lan'," \
	"'selector':'10.0.0.0/8'}]}"
	EXPECT("healthy", up, "{" WITHIN "}");
	EXPECT("unknown", up, "{" WITHIN ",'inside':{'sent':0,'received':0},'later':null}");
	EXPECT("networks-overlap", up, "{" WITHIN "," NOTHING_INSIDE ",'later':null}");
	/* Nobody may ping here, and what came before counts */
	EXPECT("healthy", up, "{" WITHIN ",'inside':null,'later':null}");
	/* Something came in, and no answer to a ping: it may have gone to our own network */
	EXPECT("unknown", up, "{" WITHIN "," NOTHING_INSIDE "}");
	EXPECT("route-elsewhere", up, "{'route':{'inside':[{'selector':'10.2.0.0/16','address':"
	       "'10.2.0.1','device':'eth1','ours':false}]}}");
	EXPECT("healthy", up, "{'route':{'inside':[{'selector':'10.2.0.0/16','address':'10.2.0.1',"
	       "'device':'vpn1','tunnel':'b','ours':false,'standby':true}]}}");
	EXPECT("forwarding-off", up, "{'system':{'forwarding4':false,'lans':[{'network':"
	       "'10.1.0.0/16','device':'lan'}]}}");
	/* Nobody is behind us */
	EXPECT("healthy", up, "{'system':{'forwarding4':false}}");
	EXPECT("rp-filter", up,
	       "{'system':{'rp_drops':4,'rp_filter':[{'device':'vpn0','value':1}]},"
	       "'inside':{'received':0}}");
	/* It drops something else: what we sent is answered */
	EXPECT("healthy", up,
	       "{'system':{'rp_drops':4,'rp_filter':[{'device':'vpn0','value':1}]}}");
	EXPECT("healthy", up,
	       "{'system':{'rp_drops':0,'rp_filter':[{'device':'vpn0','value':1}]}}");
	EXPECT("own-firewall-inner", up, "{'firewall':{'verdicts':[{'flow':'forward-out','verdict':"
	       "'drop','rule':'policy drop'}]}}");
}

/* The manual has a row for each code, and no other */
static void test_manual(void **state)
{
	FILE *file = fopen("userspace/man/adit.8", "re");
	char line[512], row[96], *manual = NULL;
	const struct cause *cause;
	size_t size = 0, i, count = 0, rows = 0;
	FILE *all = open_memstream(&manual, &size);
	bool inside = false;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, ".Ss ", 4))
			inside = !strcmp(line, ".Ss Causes\n");
		rows += inside && !strncmp(line, ".It Li ", 7);
		fputs(inside ? line : "", all);
	}
	fclose(all);
	fclose(file);
	for (i = 0; cause_tables[i]; i++)
		for (cause = cause_tables[i]; cause->code; cause++) {
			if (!cause->summary)
				continue;
			snprintf(row, sizeof(row), ".It Li %s\n", cause->code);
			if (!strstr(manual, row))
				fail_msg("adit(8) has no row for %s", cause->code);
			count++;
		}
	/* and healthy, unknown */
	assert_int_equal(rows, count + 2);
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),	cmocka_unit_test(test_path),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_phase1),	cmocka_unit_test(test_habits),
		cmocka_unit_test(test_phase2),	cmocka_unit_test(test_data),
		cmocka_unit_test(test_beyond),	cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

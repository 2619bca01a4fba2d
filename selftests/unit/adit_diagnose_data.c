// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same of a tunnel that is up: its packets, and what is beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/diagnosis.h"

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
	EXPECT("healthy", up, COUNTED("'packets_in':9,'packets_out':5,'drops':{'selector':4}",
	       "'packets_in':11,'packets_out':9,'drops':{'selector':4}") "}");
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
	       ",'inside':{'received':0},'wire':{'in':[{'spi':'0x00000009','packets':5,"
	       "'unknown':true}]}}");
	/* Renewed while we looked: what is new has carried packets, what was old has gone */
#define RENEWED(more) "{'tunnel':{'children':[{'spi_in':'0x00000009','packets_in':900," \
	"'packets_out':900,'drops':{'replay':3}}]},'later':{'children':[{'spi_in':'0x00000001'," \
	"'packets_in':4,'packets_out':4,'drops':{}}]}" more "}"
	EXPECT("healthy", up, RENEWED(""));
	EXPECT("healthy", up, RENEWED(",'inside':{'received':0,'answers':2}"));
	/* What comes in without an answer to anything shows one direction only */
	EXPECT("unknown", up, RENEWED(",'inside':{'received':0,'answers':0}"));
	EXPECT("unknown", up, "{'inside':{'received':0}}");
	EXPECT_SEEN("nothing answers what goes out", up, "{'inside':{'received':0}}");
	EXPECT_SEEN("3 packets came out of the tunnel that answer", up,
		    "{'inside':{'received':0,'answers':3}}");
	/* Nobody of ours may use it: others do, both ways; or one */
	EXPECT("healthy", up, "{'inside':{'sent':0,'received':0}}");
	EXPECT("unknown", up, COUNTED("'packets_in':9,'packets_out':5,'drops':{}",
	       "'packets_in':19,'packets_out':5,'drops':{}") ",'inside':{'sent':0,'received':0}}");
	/* An answer by another of our tunnels is one */
	EXPECT("healthy", up, COUNTED("'packets_in':0,'packets_out':5,'drops':{}",
	       "'packets_in':0,'packets_out':9,'drops':{}")
	       ",'inside':{'sent':2,'received':0,'elsewhere':'vpn1'},"
	       "'wire':{'in':[],'esp_out':4}}");
	/* Nobody but we has sent anything, to addresses that may be nobody's */
	EXPECT("idle", up, COUNTED("'packets_in':0,'packets_out':0,'drops':{}",
	       "'packets_in':0,'packets_out':4,'drops':{}")
	       ",'inside':{'received':0},'wire':{'in':[],'esp_out':4}}");
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
	/* What is sent outside of it does not come into the tunnel; one in use is told apart */
	EXPECT("selectors-narrowed", up, "{'tunnel':{'config':{'remote-ts':['10.0.0.0/8']},"
	       "'children':[{'local_ts':'10.1.0.0/16','remote_ts':'10.2.0.0/16','packets_in':0,"
	       "'packets_out':0,'drops':{}}]},'later':{'children':[{'local_ts':'10.1.0.0/16',"
	       "'remote_ts':'10.2.0.0/16','packets_in':0,'packets_out':4,'drops':{}}]},"
	       "'inside':{'sent':4,'received':0},'wire':{'in':[],'esp_out':4}}");
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
}

/* It has carried packets before, and does not now */
static void test_worked(void **state)
{
	(void)state;
#define WORKED(wire, more) COUNTED("'packets_in':90,'packets_out':5,'drops':{'replay':3}", \
	"'packets_in':90,'packets_out':9,'drops':{'replay':3}") \
	",'wire':{'in':[],'esp_out':4" wire "},'inside':{'received':0" more "}"
	/* Not healthy, and no more is known: who is behind the peer need not answer pings */
	EXPECT("unknown", up, WORKED("", "") "}");
	EXPECT("no-return-traffic", up, WORKED("", ",'asks':7") "}");
	EXPECT_SEEN("90 packets came in before", up, WORKED("", ",'asks':7") "}");
	EXPECT("esp-blocked", up, WORKED("", "")
	       ",'trial':{'up':true,'udp_works':true,'raw_works':false}}");
	EXPECT("peer-lost-sas", up, WORKED("", "")
	       ",'trial':{'up':true,'udp_works':true,'raw_works':true}}");
	EXPECT("unknown", up, WORKED("", "") ",'trial':{'up':true,'udp_works':false}}");
	EXPECT("esp-blocked", up, WORKED(",'icmp':[{'about':'ESP','kind':'prohibited','from':"
	       "'192.0.2.254'}]", "") "}");
	/* Only ours is refused: the peer's comes; and an answer shows that it was something else */
#define ONE_WAY(more) "{'wire':{'esp_out':4,'icmp':[{'about':'ESP','kind':'prohibited'," \
	"'from':'192.0.2.254'}]},'inside':{'received':0" more "}}"
	EXPECT("esp-blocked", up, ONE_WAY(""));
	EXPECT("healthy", up, ONE_WAY(",'answers':1"));
	EXPECT_SEEN("of those that came none was an answer", up, ONE_WAY(""));
	/* In UDP, and the port it needs is silent */
#define OVER_UDP(first, unanswered, probe) "{'tunnel':{'children':[{'packets_in':" first "," \
	"'encap':true,'packets_out':5,'drops':{}}]},'later':{'contact':{'unanswered_natt':" \
	unanswered "},'children':[{'packets_in':" first ",'packets_out':9,'encap':true," \
	"'drops':{}}]},'wire':{'in':[],'udp_esp_out':4},'inside':{'received':0}," probe "}"
	EXPECT("udp-4500-blocked", up, OVER_UDP("90", "3", PROBE(TAKES, SILENT, PING("true"))));
	EXPECT("udp-4500-blocked", up, OVER_UDP("0", "3", PROBE(TAKES, SILENT, PING("true"))));
	EXPECT("unknown", up, OVER_UDP("90", "1", PROBE(TAKES, SILENT, PING("true"))));
	EXPECT("unknown", up, OVER_UDP("0", "1", PROBE(TAKES, SILENT, PING("true"))));
	EXPECT("no-return-traffic", up, OVER_UDP("0", "1", PROBE(TAKES, TAKES, PING("true"))));
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
	/* It was never asked anything by us: it may be behind a NAT, or only begin itself */
	EXPECT("unknown", up, "{'tunnel':{'ike':{'role':'responder'},'children':[{'packets_in':90,"
	       "'packets_out':5,'drops':{}}]},'later':{'contact':{'last_received':900},'children':["
	       "{'packets_in':90,'packets_out':9,'drops':{}}]},'inside':{'received':0},"
	       "'wire':{'in':[],'esp_out':4},'probe':{'ike500':{" SILENT "},'ike4500':{" SILENT
	       "},'ping':{'answered':false}}}");
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

#define TRANSLATED "{'flow':'inner-nat','verdict':'translates','rule':'masquerade'}"
#define NOT_ENTERED NOTHING_INSIDE ",'wire':{'in':[],'esp_out':0},'later':{'children':[" \
	"{'spi_in':'0x00000001','packets_in':10,'packets_out':12,'drops':{}}]}"

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
	/* Others' packets were dropped, or they are there, or nobody else can use it */
#define LAN(more) "{'network':'10.1.0.0/16','device':'lan'" more "}"
	EXPECT("forwarding-off", up, "{'system':{'off4':'lan','asked4':true,'lans':["
	       LAN("") "]}}");
	EXPECT("forwarding-off", up, "{'system':{'off4':'lan','lans':["
	       LAN(",'neighbour':'10.1.0.7'") "]}}");
	EXPECT_SEEN("10.1.0.7", up, "{'system':{'off4':'lan','lans':["
		    LAN(",'neighbour':'10.1.0.7'") "]}}");
	EXPECT("forwarding-off", up, "{'system':{'off6':'lan','lans':[" LAN("") ",{'network':"
	       "'2001:db8::/64','device':'lan','neighbour':'2001:db8::7'}]}}");
	EXPECT("forwarding-off", up, "{'system':{'own':false,'off4':'lan'},'inside':{'sent':0,"
	       "'received':0},'later':{'children':[{'local_ts':'10.5.0.0/16','packets_in':10,"
	       "'packets_out':0,'drops':{}}]}}");
	/* This host uses it itself */
	EXPECT("healthy", up, "{'system':{'off4':'lan','lans':[" LAN("") "]}}");
	EXPECT_SEEN("this host alone can use", up, "{'system':{'off4':'lan','lans':["
		    LAN("") "]}}");
	EXPECT("healthy", up, "{'system':{'off4':'vpn0'}}");
	EXPECT("healthy", up, "{'system':{'own':false,'off4':'vpn0'}}");
	/* A part of what is routed into it is a network of our own */
	EXPECT("healthy", up, "{'route':{'inside':[{'selector':'10.0.0.0/8','address':'10.32.0.1',"
	       "'device':'vpn0','ours':true,'part':{'address':'10.0.0.1','device':'lan'}}]}}");
	EXPECT_SEEN("10.0.0.1 over lan", up, "{'route':{'inside':[{'selector':'10.0.0.0/8','ours':"
		    "true,'part':{'address':'10.0.0.1','device':'lan'}}]}}");
	EXPECT("nat-before-tunnel", up, "{'firewall':{'verdicts':[" TRANSLATED "]},"
	       NOT_ENTERED "}");
	EXPECT("unknown", up, "{" NOT_ENTERED "}");
	/* What enters the tunnel's device comes from a network that is not in local-ts */
#define STRANGER "'inside':{'sent':2,'received':0,'stranger':{'from':'10.3.0.2','to':'10.2.0.2'," \
	"'own':false}},'later':{'children':[{'spi_in':'0x00000001','packets_in':10," \
	"'packets_out':12,'drops':{}}]},'wire':{'in':[],'esp_out':0}"
	EXPECT("source-outside", up, "{" STRANGER "}");
	EXPECT_SEEN("10.3.0.2 to 10.2.0.2", up, "{" STRANGER "}");
	EXPECT("nat-before-tunnel", up, "{'firewall':{'verdicts':[" TRANSLATED "]}," STRANGER "}");
	/* Others use it rightly, and are not answered, either: that is not why */
	EXPECT("unknown", up, "{'inside':{'sent':2,'received':0,'stranger':{'from':'10.3.0.2',"
	       "'to':'10.2.0.2','own':false,'others':true}},'later':{'children':[{'spi_in':"
	       "'0x00000001','packets_in':10,'packets_out':12,'drops':{}}]},'wire':{'in':[],"
	       "'esp_out':0}}");
#define STRAY "'inside':{'stranger':{'from':'10.3.0.2','to':'10.2.0.2','own':false}}"
	EXPECT("healthy", up, "{" STRAY "}");
	EXPECT_SEEN("10.3.0.2 is not within local-ts", up, "{" STRAY "}");
	/* The peer answers, who is behind it does not: that is said, as far as it is known */
#define UNREACHED "'inside':{'silent':[{'address':'10.2.0.9','asked':5}]}"
	EXPECT("healthy", up, "{" UNREACHED "}");
	EXPECT_SEEN("5 packets that any host answers went to 10.2.0.9", up, "{" UNREACHED "}");
	assert_false(seen("10.2.0.9", up, "{" UNREACHED ",'system':{'twin':{'device':'vpn1'}}}"));
	/* Of a tunnel for everything: it enters that under another address, too */
#define OPEN_NAT "'firewall':{'verdicts':[{'flow':'open-nat','verdict':'translates','rule':'…'}]}"
	EXPECT_SEEN("this host translates", up, "{" UNREACHED "," OPEN_NAT "}");
	EXPECT("unknown", up, "{" OPEN_NAT "," NOT_ENTERED "}");
	EXPECT("healthy", up, "{'firewall':{'verdicts':[" TRANSLATED "]}}");
	EXPECT("rp-filter", up,
	       "{'system':{'rp_drops':4,'rp_filter':[{'device':'vpn0','value':1}]},"
	       "'inside':{'received':0}}");
	/* It drops something else: what we sent is answered */
	EXPECT("healthy", up,
	       "{'system':{'rp_drops':4,'rp_filter':[{'device':'vpn0','value':1}]}}");
	EXPECT("healthy", up,
	       "{'system':{'rp_drops':0,'rp_filter':[{'device':'vpn0','value':1}]}}");
	EXPECT("healthy", up,
	       "{'system':{'rp_drops':4,'rp_filter':[{'device':'wire','value':1}]},"
	       "'inside':{'received':0,'answers':2}}");
	/* Of two tunnels for the same networks, answers come by the other one */
#define TWIN(drops, value, in) "'system':{'rp_drops':" drops ",'rp_filter':[{'device':'vpn1'," \
	"'value':" value "}],'twin':{'tunnel':'net-2','device':'vpn1','packets_in':" in "}}"
#define NONE_BACK NOTHING_INSIDE ",'wire':{'in':[],'esp_out':4},'tunnel':{'children':[{" \
	"'spi_in':'0x00000001','packets_in':0,'packets_out':9,'drops':{}}]}," \
	"'later':{'children':[{'spi_in':'0x00000001','packets_in':0,'packets_out':13,'drops':{}}]}"
	EXPECT("no-return-traffic", up, "{" NONE_BACK "}");
	EXPECT("rp-filter", up, "{" TWIN("4", "1", "4") "," NONE_BACK "}");
	EXPECT_SEEN("through tunnel net-2", up, "{" TWIN("4", "1", "4") "," NONE_BACK "}");
	EXPECT_CURE("net.ipv4.conf.vpn1.rp_filter", up, "{" TWIN("4", "1", "4") "," NONE_BACK "}");
	EXPECT("no-return-traffic", up, "{" TWIN("4", "1", "9") "," NONE_BACK "}");
	EXPECT("no-return-traffic", up, "{" TWIN("4", "2", "4") "," NONE_BACK "}");
	EXPECT("no-return-traffic", up, "{" TWIN("0", "1", "1") "," NONE_BACK "}");
	/* The peer's own address in the tunnel answers, hosts behind it by the other one */
	EXPECT("rp-filter", up, "{" TWIN("8", "1", "9") "}");
	EXPECT("healthy", up, "{" TWIN("4", "1", "9") "}");
	EXPECT("healthy", up, "{" TWIN("2", "1", "2") "}");
	/* The stand-by was asked about: what comes by the preferred one is taken */
	EXPECT("healthy", up, "{" TWIN("8", "1", "8") ",'route':{'inside':[{'selector':"
	       "'10.2.0.0/16','device':'vpn1','ours':false,'standby':true}]}}");
#define FORWARD "'firewall':{'verdicts':[{'flow':'forward-out','verdict':'drop'," \
	"'rule':'policy drop'}]}"
	EXPECT("own-firewall-inner", up, "{" FORWARD ",'system':{'lans':["
	       LAN(",'neighbour':'10.1.0.7'") "]}}");
	/* As Docker leaves it on a host that forwards for nobody else */
	EXPECT("healthy", up, "{" FORWARD "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_worked),
		cmocka_unit_test(test_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

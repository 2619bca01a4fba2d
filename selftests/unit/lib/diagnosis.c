// SPDX-License-Identifier: GPL-2.0-or-later
#include "diagnosis.h"

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
const char *judged(const char *base, const char *change)
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
const char *cured(const char *base, const char *change)
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

bool seen(const char *words, const char *base, const char *change)
{
	struct finding findings[FINDINGS_MAX], none = { .evidence = json_array() }, *one;
	json_t *facts = facts_of(base, change);
	size_t count = causes_judge(facts, findings, FINDINGS_MAX), i;
	bool found = false;
	const json_t *line;

	if (!count && !causes_healthy(facts, &none))
		causes_unknown(facts, &none);
	one = count ? &findings[0] : &none;
	json_array_foreach(one->evidence, i, line)
		found |= strstr(json_string_value(line), words) != NULL;
	findings_free(findings, count);
	json_decref(none.evidence);
	json_decref(facts);
	return found;
}

const char up[] =
	"{'name':'net','now':1000,'can_probe':true,'daemon':{'answers':true},"
	"'host':{'module':{'loaded':true},'ports':[]},"
	"'tunnel':{'state':'established','device':'vpn0','local':'192.0.2.1',"
	"'remote':'198.51.100.1','remote_name':'198.51.100.1','start':'always','mtu':1438,"
	"'last_error':null,'send_error':null,"
	"'config':{'local':null,'local-id':null,'auth':'psk','exchange':'main',"
	"'ike':['aes128-sha1-modp1024'],'esp':['aes128-sha256'],'ah':[],'keepalive':20,"
	"'local-ts':['10.1.0.0/16'],'remote-ts':['10.2.0.0/16']},'history':[],"
	"'contact':{'sent':5,'received':5,'sent_natt':0,'received_natt':0,'retransmits':0},"
	"'ike':{'state':'established','role':'initiator','remote_id':'198.51.100.1',"
	"'nat_local':false,"
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
	"'system':{'own':true,'rp_drops':0,'rp_filter':[],'lans':[]},"
	"'firewall':{'readable':true,'verdicts':[]},"
	"'wire':{'ike_out':0,'ike_in':0,'ike_for_daemon':0,'esp_out':2,'udp_esp_out':0,'ah_out':0,"
	"'in':[{'spi':'0x00000001','packets':2,'udp':false,'reorder':0,'duplicates':0,"
	"'length_mod8':0}],'icmp':[]},"
	"'inside':{'targets':[],'sent':1,'received':1,'mtu':1438,'largest':1438}}";

const char down[] =
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


// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `adit diagnose` makes of recorded facts about this host: each cause, and what is close to it
 * and is not; and that the manual tells of all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>

#include "adit/causes.h"
#include "lib/diagnosis.h"

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
	/* Who is not let in: that, and nothing that he cannot see */
	EXPECT("not-permitted", away, "{'daemon':{'code':'permission'},'file':{'exists':null,"
	       "'good':null},'host':{'ports':[{'port':500,'holder':'charon (pid 8)'}],"
	       "'module':{'loaded':false}}}");
	EXPECT_CURE("sudo adit diagnose net", away, "{'daemon':{'code':'permission'}}");
	EXPECT("daemon-not-running", away, "{'file':{'exists':null,'good':null}}");
	EXPECT_SEEN("without root", down, "{'can_probe':false}");
	/* One runs, and has another socket */
	EXPECT("unknown", away, "{'host':{'aditd':'aditd (pid 8)'},'file':{'exists':false}}");
	EXPECT_SEEN("aditd (pid 8)", away, "{'host':{'aditd':'aditd (pid 8)'}}");
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

/* This host's kernel drops it, and has counted that */
static void test_kernel(void **state)
{
	(void)state;
	EXPECT("device-gone", up, "{'route':{'device':{'exists':false}}," NOTHING_INSIDE "}");
	EXPECT("device-down", up, "{'route':{'device':{'exists':true,'up':false}},"
	       NOTHING_INSIDE "}");
	/* Between two looks it has been taken down and came up again, perhaps */
#define NO_CARRIER(later) "'tunnel':{'carrier':false},'later':{" later "'children':[]}," \
	NOTHING_INSIDE
	EXPECT("sas-gone", up, "{" NO_CARRIER("'carrier':false,") ",'route':{'inside':[{'selector':"
	       "'10.2.0.0/16','address':'10.2.0.1','device':'','ours':false}]}}");
	EXPECT("unknown", up, "{" NO_CARRIER("'carrier':true,") ",'wire':{'esp_out':0,'in':[]}}");
	EXPECT("healthy", up, "{'tunnel':{'carrier':false},'later':{'carrier':false}}");
#define POLICY "'policies':['src 10.1.0.0/16 dst 10.2.0.0/16 dir out']"
	EXPECT("xfrm-policy", up, "{'counters':{'XfrmOutNoStates':4," POLICY "},"
	       NOTHING_INSIDE "}");
	EXPECT("xfrm-policy", up, "{'counters':{'XfrmInTmplMismatch':4," POLICY "},"
	       NOTHING_INSIDE "}");
	EXPECT("healthy", up, "{'counters':{'XfrmOutNoStates':4," POLICY "}}");
	EXPECT("xfrm-policy", down, "{'counters':{'XfrmOutPolBlock':4," POLICY "},"
	       "'tunnel':{'send_error':'Operation not permitted'}}");
	/* Of strongSwan's own tunnels on the same host */
	EXPECT("unknown", up, "{'counters':{'XfrmOutNoStates':4,'policies':[]},'wire':{'in':[]},"
	       NOTHING_INSIDE ",'later':null}");
	EXPECT("unknown", down, "{'counters':{'XfrmOutNoStates':4,'policies':[]}}");
	/* It counts nothing, and our pings are in another tunnel */
#define KEPT_OUT NOTHING_INSIDE ",'wire':{'in':[],'esp_out':0},'later':{'children':[" \
	"{'spi_in':'0x00000001','packets_in':10,'packets_out':12,'drops':{}}]}"
	EXPECT("xfrm-policy", up, "{'counters':{'policy_takes':true," POLICY "}," KEPT_OUT "}");
	EXPECT("unknown", up, "{'counters':{" POLICY "}," KEPT_OUT "}");
	EXPECT("healthy", up, "{'counters':{'policy_takes':true," POLICY "}}");
	/* What comes in by another way than answers would take */
#define STRICT "'system':{'rp_drops':4,'rp_filter':[{'device':'wire','value':1}]}"
	EXPECT("rp-filter", down, "{" STRICT ",'wire':{'ike_for_daemon':4}}");
	EXPECT("own-firewall-input", down, "{'wire':{'ike_for_daemon':4}}");
	/* Elsewhere on this host, or not all of it */
	EXPECT("unknown", down, "{" STRICT "}");
	EXPECT("own-firewall-input", down, "{" STRICT ",'wire':{'ike_for_daemon':9}}");
	EXPECT("unknown", down, "{" STRICT ",'wire':{'ike_for_daemon':4,'ike_from_daemon':1}}");
	EXPECT("rp-filter", up, "{" STRICT ",'wire':{'in':[{'spi':'0x00000001','packets':4}]},"
	       NOTHING_INSIDE ",'later':{'children':[{'spi_in':'0x00000001','packets_in':10,"
	       "'packets_out':14,'drops':{}}]}}");
	EXPECT("healthy", up, "{" STRICT "}");
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
	/* Something left all the same: it drops now and then */
	EXPECT("qdisc-drops", up, "{'counters':{'qdisc_outer':4}," KEPT_OUT "}");
	EXPECT("qdisc-drops", up, "{'counters':{'qdisc_tunnel':4}," KEPT_OUT "}");
	EXPECT("unknown", up, "{'counters':{'qdisc_outer':4}," NOTHING_INSIDE ",'wire':{'in':[]},"
	       "'later':{'children':[{'spi_in':'0x00000001','packets_in':10,'packets_out':14,"
	       "'drops':{}}]}}");
	EXPECT("qdisc-drops", down, "{'counters':{'qdisc_outer':4},'wire':{'ike_out':0}}");
	EXPECT("unknown", down, "{'counters':{'qdisc_outer':4}}");
	EXPECT("healthy", up, "{'counters':{'qdisc_outer':4}}");
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
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <linux/adit.h>
#include <netinet/in.h>

#include "adit/protocol.h"
#include "adit/quantity.h"
#include "adit/sa_show.h"

static int format_ports(char *text, size_t size, const char *name, uint16_t first, uint16_t last)
{
	if (!first && last == UINT16_MAX)
		return 0;
	if (first == last)
		return snprintf(text, size, " %s %u", name, first);
	return snprintf(text, size, " %s %u-%u", name, first, last);
}

const char *selector_format(const struct anl_selector *selector, char *text, size_t size)
{
	bool types = protocol_has_types(selector->protocol);
	char src[ANL_PREFIX_TEXT], dst[ANL_PREFIX_TEXT];
	size_t used;

	used = (size_t)snprintf(text, size, "src %s dst %s", anl_prefix_format(&selector->src, src),
				anl_prefix_format(&selector->dst, dst));
	if (selector->protocol && used < size) {
		const char *name = protocol_name(selector->protocol);

		if (name)
			used += (size_t)snprintf(text + used, size - used, " proto %s", name);
		else
			used += (size_t)snprintf(text + used, size - used, " proto %u",
						 selector->protocol);
	}
	if (used < size)
		used += (size_t)format_ports(text + used, size - used, types ? "type" : "sport",
					     selector->sport_first, selector->sport_last);
	if (used < size)
		format_ports(text + used, size - used, types ? "code" : "dport",
			     selector->dport_first, selector->dport_last);
	return text;
}

static void print_algorithm(FILE *out, const char *kind, const struct anl_algorithm *algorithm)
{
	if (!*algorithm->name)
		return;
	fprintf(out, "\t%s %s", kind, algorithm->name);
	if (algorithm->icv_bits)
		fprintf(out, " %u", algorithm->icv_bits);
	fputc('\n', out);
}

static void print_sequence(FILE *out, const struct anl_sa *sa)
{
	fprintf(out, "\tseq %" PRIu64, sa->sequence);
	if (sa->direction == ANL_IN)
		fprintf(out, " replay-window %u", sa->replay_window);
	if (sa->esn)
		fputs(" esn", out);
	fputc('\n', out);
}

static void print_limit(FILE *out, const char *name, const struct anl_limit *limit)
{
	if (limit->soft)
		fprintf(out, "\tlimit %s-soft %" PRIu64 "\n", name, limit->soft);
	if (limit->hard)
		fprintf(out, "\tlimit %s-hard %" PRIu64 "\n", name, limit->hard);
}

/* Only what is not the default */
static void print_outer(FILE *out, const struct anl_sa *sa)
{
	const char *tab = "\t", *end = "";

	if (sa->df != ANL_DF_COPY)
		fprintf(out, "%sdf %s", tab, sa->df == ANL_DF_SET ? "set" : "clear"),
		tab = " ", end = "\n";
	if (sa->dscp == ANL_DSCP_FIXED)
		fprintf(out, "%sdscp %u", tab, sa->dscp_value), tab = " ", end = "\n";
	if (sa->ecn == ANL_ECN_COMPATIBILITY)
		fprintf(out, "%secn compatibility", tab), tab = " ", end = "\n";
	if (sa->ttl)
		fprintf(out, "%sttl %u", tab, sa->ttl), tab = " ", end = "\n";
	if (sa->has_mark)
		fprintf(out, "%smark 0x%x", tab, sa->mark), tab = " ", end = "\n";
	if (sa->bundle_spi)
		fprintf(out, "%sbundle 0x%08x", tab, sa->bundle_spi), tab = " ", end = "\n";
	fputs(end, out);
}

static void print_mtu(FILE *out, const struct anl_sa *sa)
{
	if (!sa->mtu)
		return;
	fprintf(out, "\tmtu %u", sa->mtu);
	if (sa->mtu_path)
		fprintf(out, " (path %u%s, overhead %u)", sa->mtu_path,
			sa->mtu_source == ADIT_MTU_SOURCE_ICMP ? " from ICMP" : "", sa->overhead);
	fputc('\n', out);
}

static void print_counters(FILE *out, const struct anl_sa_counters *counters)
{
	char age[QUANTITY_TEXT], idle[QUANTITY_TEXT];

	fprintf(out, "\tadded %s ago, ", duration_format((double)counters->age, age));
	if (counters->idle < 0)
		fputs("never used\n", out);
	else
		fprintf(out, "used %s ago\n", duration_format((double)counters->idle, idle));
	fprintf(out, "\tpackets %" PRIu64 " bytes %" PRIu64 "\n", counters->packets,
		counters->bytes);
	if (!counters->drops.count)
		return;
	fputs("\tdrops", out);
	for (unsigned int i = 0; i < counters->drops.count; i++)
		fprintf(out, " %s %" PRIu64, counters->drops.list[i].reason,
			counters->drops.list[i].packets);
	fputc('\n', out);
}

void sa_print(FILE *out, const struct anl_sa *sa)
{
	char local[ANL_PREFIX_TEXT], remote[ANL_PREFIX_TEXT], selector[160];

	if (sa->ifindex)
		fprintf(out, "dev %s", sa->device);
	else	/* it is in another network namespace, where it may have another name */
		fprintf(out, "dev-id %u", sa->device_id);
	fprintf(out, " %s local %s remote %s\n", sa->direction == ANL_IN ? "in" : "out",
		anl_address_format(&sa->local, local), anl_address_format(&sa->remote, remote));
	fprintf(out, "\tproto %s spi 0x%08x mode %s\n",
		sa->protocol == IPPROTO_AH ? "ah" : "esp", sa->spi,
		sa->mode == ANL_TRANSPORT ? "transport" : "tunnel");
	print_algorithm(out, "aead", &sa->aead);
	print_algorithm(out, "enc", &sa->enc);
	print_algorithm(out, "auth", &sa->auth);
	if (*sa->driver)
		fprintf(out, "\tdriver %s\n", sa->driver);
	if (sa->encap)
		fprintf(out, "\tencap %u %u\n", sa->encap_local, sa->encap_remote);
	print_sequence(out, sa);
	for (unsigned int i = 0; i < sa->selector_count; i++)
		fprintf(out, "\tsel %s\n",
			selector_format(&sa->selectors[i], selector, sizeof(selector)));
	if (sa->selectors_cut)
		fputs("\tsel …\n", out);
	print_limit(out, "byte", &sa->bytes);
	print_limit(out, "packet", &sa->packets);
	print_limit(out, "time", &sa->seconds);
	if (sa->idle)
		fprintf(out, "\tlimit idle %u\n", sa->idle);
	print_outer(out, sa);
	print_mtu(out, sa);
	print_counters(out, &sa->counters);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit diagnose: why a tunnel does not work. Facts are gathered, causes judged, and what holds is
 * said: cause, evidence, cure.
 */
#include <stdio.h>
#include <string.h>

#include "adit/causes.h"
#include "adit/command.h"
#include "adit/facts.h"
#include "adit/gather.h"
#include "adit/terminal.h"

#define FINDINGS_MAX	16

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:s, s:s, s:O, s:s}", "code", finding->code, "cause", finding->cause,
			 "evidence", finding->evidence, "cure", finding->cure);
}

static void print_json(json_t *facts, const struct finding *findings, size_t count)
{
	json_t *result = finding_json(&findings[0]), *also = json_array();
	size_t i;

	for (i = 1; i < count; i++)
		json_array_append_new(also, finding_json(&findings[i]));
	json_object_set(result, "tunnel", json_object_get(facts, "name"));
	json_object_set_new(result, "also", also);
	json_object_set(result, "facts", facts);
	json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(result);
}

/* Column at which the values stand */
#define INDENT 10

static void print_labelled(FILE *out, const char *label, const char *text)
{
	terminal_begin(out, COLOUR_DIM);
	fprintf(out, "%-*s", INDENT, label);
	terminal_end(out, COLOUR_DIM);
	terminal_text(out, text);
	fputc('\n', out);
}

static void print_finding(const struct finding *finding, enum colour colour)
{
	struct terminal_page page;
	const json_t *line;
	size_t i;

	if (!terminal_page_begin(&page))
		return;
	terminal_begin(page.out, colour);
	terminal_text(page.out, finding->cause);
	terminal_end(page.out, colour);
	fprintf(page.out, " [%s]\n", finding->code);
	json_array_foreach(finding->evidence, i, line)
		print_labelled(page.out, i ? "" : "evidence", json_string_value(line));
	terminal_page_end(&page, INDENT);
	/* A command that is broken into lines could not be copied */
	if (*finding->cure)
		print_labelled(stdout, "cure", finding->cure);
}

static void print(const struct finding *findings, size_t count, bool healthy)
{
	size_t i;

	print_finding(&findings[0], healthy ? COLOUR_GREEN : COLOUR_RED);
	if (count > 1)
		puts("\nAlso:");
	for (i = 1; i < count; i++)
		print_finding(&findings[i], COLOUR_YELLOW);
}

static int run(const struct options *options, char **words)
{
	struct finding findings[FINDINGS_MAX];
	bool healthy = false;
	json_t *facts;
	size_t count;

	if (!words[0] || words[1])
		return misused(&command_diagnose, "%s", "it takes one name of a tunnel");
	facts = gather(words[0], options->socket);
	count = causes_judge(facts, findings, FINDINGS_MAX);
	if (!count) {
		gather_mapping(facts, options->socket);
		count = causes_judge(facts, findings, FINDINGS_MAX);
	}
	if (!count) {
		findings[0] = (struct finding) { .code = "healthy", .evidence = json_array() };
		healthy = causes_healthy(facts, &findings[0]);
		if (!healthy) {
			findings[0].code = "unknown";
			causes_unknown(facts, &findings[0]);
		}
		count = 1;
	}
	if (options->given & OPTION_JSON)
		print_json(facts, findings, count);
	else
		print(findings, count, healthy);
	findings_free(findings, count);
	json_decref(facts);
	return healthy ? ADIT_DONE : ADIT_FAILED;
}

const struct command command_diagnose = {
	.name = "diagnose",
	.usage = "diagnose TUNNEL [--json] [--socket PATH]",
	.summary = "why it does not work: the cause, the evidence, the cure",
	.options = OPTION_JSON | OPTION_SOCKET,
	.run = run,
	.help =
"Names what is wrong with a tunnel, what shows it, and what to do. It looks at this host, the\n"
"daemon, the way to the peer, the negotiation, the packets, and what is beyond the tunnel. As\n"
"root it also watches the wire, asks the peer a few first messages of IKE, and pings through\n"
"the tunnel; without root it can tell less. Where the peer refuses phase 2 it is asked what it\n"
"would take, and where ESP goes out and nothing comes back, the tunnel is put into UDP for\n"
"a moment. Behind a NAT it measures how long that keeps its mapping. It says \"healthy\" when\n"
"nothing is wrong, and \"unknown\" with what it saw rather than guess. It takes up to a minute,\n"
"behind a NAT up to three, and leaves everything as it found it. Exit status: 0 healthy, 1 not.\n"
"\n"
"  --json         as JSON, with all facts; adit(8) lists the codes\n"
"  --socket PATH  the daemon's control socket (/run/adit/control)",
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit sa: the module directly, without the daemon.
 */
#include <errno.h>
#include <string.h>

#include "adit/command.h"
#include "adit/sa_arguments.h"
#include "adit/sa_show.h"
#include "netlink/family.h"
#include "netlink/link.h"
#include "netlink/sa.h"

/* An open connection and what the words said */
struct context {
	struct anl *anl;
	struct sa_arguments arguments;
	const struct options *options;
	struct anl_error error;
};

static int add(struct context *context)
{
	return anl_sa_add(context->anl, &context->arguments.sa, &context->error);
}

static int del(struct context *context)
{
	struct anl_sa_id id = anl_sa_id(&context->arguments.sa);

	return anl_sa_del(context->anl, &id, &context->error);
}

static int set(struct context *context)
{
	struct sa_arguments *arguments = &context->arguments;
	uint32_t what = 0;

	if (arguments->given & SA_GIVEN_LIMIT)
		what |= ANL_SA_SET_LIMITS;
	if (arguments->given & SA_GIVEN_PEER)
		what |= ANL_SA_SET_PEER;
	arguments->sa.encap_remote = arguments->new_port;
	return anl_sa_set(context->anl, &arguments->sa, what, &arguments->new_remote,
			  &context->error);
}

static int flush(struct context *context)
{
	return anl_sa_flush(context->anl, context->arguments.sa.ifindex,
			    (int)context->arguments.sa.direction, &context->error);
}

/* What is handed to each SA of a dump */
struct listing {
	const struct sa_arguments *arguments;
	json_t *json;		/* NULL: text */
};

static int each(const struct anl_sa *sa, void *context)
{
	struct listing *listing = context;

	if (!sa_arguments_match(listing->arguments, sa))
		return 0;
	if (!listing->json)
		sa_print(stdout, sa);
	else if (json_array_append_new(listing->json, sa_json(sa)))
		return -ENOMEM;
	return 0;
}

static int show(struct context *context)
{
	struct listing listing = { .arguments = &context->arguments };
	json_t *top;
	int code;

	if (context->options->given & OPTION_JSON)
		listing.json = json_array();
	code = anl_sa_dump(context->anl, context->arguments.sa.ifindex, each, &listing,
			   &context->error);
	if (!listing.json)
		return code;
	top = json_pack("{s:o}", "sas", listing.json);
	if (!code && (json_dumpf(top, stdout, JSON_INDENT(2)) || putchar('\n') == EOF))
		code = anl_fail(&context->error, EIO, "cannot write to the standard output");
	json_decref(top);
	return code;
}

static const struct {
	const char *name;
	enum sa_verb verb;
	int (*run)(struct context *context);
} verbs[] = {
	{ "add", SA_ADD, add },
	{ "del", SA_DEL, del },
	{ "delete", SA_DEL, del },
	{ "set", SA_SET, set },
	{ "show", SA_SHOW, show },
	{ "list", SA_SHOW, show },
	{ "flush", SA_FLUSH, flush },
};

/* The device's index, by its name: "no such device" is better said here than by the family */
static int find_device(struct context *context)
{
	struct anl_sa *sa = &context->arguments.sa;
	struct anl_link link;
	int code;

	if (!*sa->device)
		return 0;
	code = anl_link_find(context->anl, sa->device, &link, &context->error);
	if (code == -ENODEV)
		return anl_fail(&context->error, ENODEV, "there is no device %s: create it with "
				"'ip link add %s type adit'", sa->device, sa->device);
	if (code)
		return code;
	if (strcmp(link.kind, "adit"))
		return anl_fail(&context->error, ENODEV, "device %s is not of type adit",
				sa->device);
	sa->ifindex = link.ifindex;
	return 0;
}

static int run_verb(size_t verb, struct context *context)
{
	int code = 0;

	/* What needs no kernel is said without one */
	if (verbs[verb].verb == SA_ADD)
		code = anl_sa_check(&context->arguments.sa, &context->error);
	if (!code)
		code = anl_open(&context->anl, &context->error);
	if (!code)
		code = find_device(context);
	if (!code)
		code = verbs[verb].run(context);
	if (code)
		complain("%s", context->error.text);
	anl_close(context->anl);
	return code ? ADIT_FAILED : ADIT_DONE;
}

static int run(const struct options *options, char **words)
{
	struct context context = { .options = options };
	size_t verb;
	int status;

	if (!*words)
		return misused(&command_sa, "what is to be done: add, del, set, show or flush?");
	for (verb = 0; verb < sizeof(verbs) / sizeof(*verbs); verb++)
		if (!strcmp(verbs[verb].name, *words))
			break;
	if (verb == sizeof(verbs) / sizeof(*verbs))
		return misused(&command_sa, "'%s' is not add, del, set, show or flush", *words);
	if ((options->given & OPTION_JSON) && verbs[verb].verb != SA_SHOW)
		return misused(&command_sa, "--json goes with show");
	if (sa_arguments_parse(verbs[verb].verb, words + 1, &context.arguments, &context.error))
		status = misused(&command_sa, "%s", context.error.text);
	else
		status = run_verb(verb, &context);
	anl_sa_erase(&context.arguments.sa);
	return status;
}

const struct command command_sa = {
	.name = "sa",
	.usage = "sa add|del|set|show|flush …",
	.summary = "security associations in the kernel, without the daemon",
	.options = OPTION_JSON,
	.run = run,
	.help =
"  sa add dev NAME in|out proto esp|ah spi SPI local OURS remote PEER\n"
"         [mode tunnel|transport] ALGORITHMS [encap OURPORT PEERPORT]\n"
"         [replay-window N] [esn] [seq N] [src NETWORK] [dst NETWORK] [SELECTOR]…\n"
"         [LIMIT]… [df copy|set|clear] [dscp copy|N] [ecn normal|compatibility]\n"
"         [ttl N] [mark N] [bundle SPI]\n"
"  sa del dev NAME in|out proto esp|ah spi SPI [local OURS] [remote PEER]\n"
"  sa set dev NAME in|out proto esp|ah spi SPI [local OURS] [remote PEER]\n"
"         [new-remote PEER] [new-port PORT] [LIMIT]…\n"
"  sa show [dev NAME] [in|out] [proto esp|ah] [spi SPI] [local OURS] [remote PEER] [--json]\n"
"  sa flush [dev NAME] [in|out]\n"
"\n"
"  ALGORITHMS  aead NAME KEY [ICVBITS]\n"
"                           aead 'rfc4106(gcm(aes))' 0x… 128\n"
"              enc NAME KEY auth NAME KEY [ICVBITS]\n"
"                           enc 'cbc(aes)' 0x… auth 'hmac(sha1)' 0x… 96\n"
"              auth NAME KEY [ICVBITS]   with proto ah\n"
"  SELECTOR    sel [src NETWORK] [dst NETWORK] [proto PROTOCOL] [sport PORTS] [dport PORTS]\n"
"  LIMIT       limit byte-soft|byte-hard|packet-soft|packet-hard|time-soft|time-hard|idle N\n"
"\n"
"local is always our own end; src and dst are as the packet itself carries them. Keys are\n"
"0x and hex digits, '' for the null cipher. Names are those of 'ip xfrm state'.\n"
"The device is made with 'ip link add NAME type adit'; one that was moved to another network\n"
"namespace is named by 'dev-id NUMBER' ('sa show --json' has it) in the one it was made in.",
};

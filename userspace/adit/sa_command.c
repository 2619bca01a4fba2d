// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit sa: the module directly, without the daemon.
 */
#include <errno.h>
#include <stdio.h>
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

static int run_verb(size_t verb, struct context *context, struct anl **anl)
{
	int code = 0;

	/* What needs no kernel is said without one */
	if (verbs[verb].verb == SA_ADD)
		code = anl_sa_check(&context->arguments.sa, &context->error);
	if (!code && !*anl)
		code = anl_open(anl, &context->error);
	context->anl = *anl;
	if (!code)
		code = find_device(context);
	if (!code)
		code = verbs[verb].run(context);
	if (code)
		complain("%s", context->error.text);
	return code ? ADIT_FAILED : ADIT_DONE;
}

/* One command: "add dev …"; @anl: opened with the first that needs it */
static int run_words(const struct options *options, char **words, struct anl **anl)
{
	struct context context = { .options = options };
	size_t verb;
	int status;

	for (verb = 0; verb < sizeof(verbs) / sizeof(*verbs); verb++)
		if (!strcmp(verbs[verb].name, *words))
			break;
	if (verb == sizeof(verbs) / sizeof(*verbs))
		return misused(&command_sa, "'%s' is not add, del, set, show, flush or batch",
			       *words);
	if ((options->given & OPTION_JSON) && verbs[verb].verb != SA_SHOW)
		return misused(&command_sa, "--json goes with show");
	if (sa_arguments_parse(verbs[verb].verb, words + 1, &context.arguments, &context.error))
		status = misused(&command_sa, "%s", context.error.text);
	else
		status = run_verb(verb, &context, anl);
	anl_sa_erase(&context.arguments.sa);
	return status;
}

/* Cuts a line into words, in place. Return: false for more than there is room for */
static bool cut_words(char *line, char **words, size_t room)
{
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " \t\r\n", &rest); word && *word != '#';
	     word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (count + 1 == room)
			return false;
		/* The null cipher's key, as a shell would hand it over */
		words[count++] = strcmp(word, "''") ? word : word + 2;
	}
	words[count] = NULL;
	return true;
}

/* Runs the commands of a file, up to the first that fails. */
static int run_batch(const struct options *options, const char *name, struct anl **anl)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	int status = ADIT_DONE;
	char line[4096], buffer[BUFSIZ], *words[256];
	unsigned int number = 0;

	if (!file) {
		complain("cannot read %s: %s", name, strerror(errno));
		return ADIT_FAILED;
	}
	/* There are keys in it, which are erased with it */
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	while (status == ADIT_DONE && fgets(line, sizeof(line), file)) {
		number++;
		if ((!strchr(line, '\n') && !feof(file)) ||
		    !cut_words(line, words, sizeof(words) / sizeof(*words))) {
			complain("the line is too long: at most %zu bytes", sizeof(line) - 2);
			status = ADIT_USAGE;
		} else if (*words) {
			status = run_words(options, words, anl);
		}
	}
	if (status == ADIT_DONE && ferror(file)) {
		complain("cannot read %s: %s", name, strerror(errno));
		status = ADIT_FAILED;
	} else if (status != ADIT_DONE) {
		complain("%s:%u: the commands before this one were done, none after it", name,
			 number);
	}
	fclose(file);
	explicit_bzero(line, sizeof(line));
	explicit_bzero(buffer, sizeof(buffer));
	return status;
}

static int run(const struct options *options, char **words)
{
	struct anl *anl = NULL;
	int status;

	if (!*words)
		return misused(&command_sa,
			       "what is to be done: add, del, set, show, flush or batch?");
	if (strcmp(*words, "batch"))
		status = run_words(options, words, &anl);
	else if (!words[1] || words[2])
		status = misused(&command_sa, "batch goes with the name of one file, or -");
	else
		status = run_batch(options, words[1], &anl);
	anl_close(anl);
	return status;
}

const struct command command_sa = {
	.name = "sa",
	.usage = "sa add|del|set|show|flush|batch …",
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
"  sa batch FILE|-    such lines, without the word 'sa', up to the first that fails\n"
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

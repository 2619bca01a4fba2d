// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/sa_arguments.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "adit/protocol.h"
#include "adit/words.h"

static const char *const direction_words[] = { "in", "out", NULL };
static const char *const proto_words[] = { "esp", "ah", NULL };
static const char *const mode_words[] = { "transport", "tunnel", NULL };
static const char *const df_words[] = { "copy", "set", "clear", NULL };
static const char *const ecn_words[] = { "normal", "compatibility", NULL };

static bool take_dev(struct sa_arguments *a, struct words *words)
{
	const char *name = words_take(words, "the name of a device");

	if (!name)
		return false;
	if (!*name || strlen(name) >= sizeof(a->sa.device))
		return words_wrong(words, "'%s' is not the name of a device", name);
	strcpy(a->sa.device, name);
	return true;
}

static bool take_dev_id(struct sa_arguments *a, struct words *words)
{
	uint64_t number;

	if (!words_number(words, 1, UINT32_MAX, &number))
		return false;
	a->sa.device_id = (uint32_t)number;
	return true;
}

static bool take_in(struct sa_arguments *a, struct words *words)
{
	(void)words;
	a->sa.direction = ANL_IN;
	return true;
}

static bool take_out(struct sa_arguments *a, struct words *words)
{
	(void)words;
	a->sa.direction = ANL_OUT;
	return true;
}

static bool take_dir(struct sa_arguments *a, struct words *words)
{
	int index = 0;

	if (!words_choice(words, direction_words, &index))
		return false;
	a->sa.direction = index ? ANL_OUT : ANL_IN;
	return true;
}

static bool take_proto(struct sa_arguments *a, struct words *words)
{
	int index = 0;

	if (!words_choice(words, proto_words, &index))
		return false;
	a->sa.protocol = index ? IPPROTO_AH : IPPROTO_ESP;
	return true;
}

static bool take_mode(struct sa_arguments *a, struct words *words)
{
	int index = 0;

	if (!words_choice(words, mode_words, &index))
		return false;
	a->sa.mode = index ? ANL_TUNNEL : ANL_TRANSPORT;
	return true;
}

static bool take_u32(struct words *words, uint32_t *value)
{
	uint64_t number;

	if (!words_number(words, 0, UINT32_MAX, &number))
		return false;
	*value = (uint32_t)number;
	return true;
}

static bool take_spi(struct sa_arguments *a, struct words *words)
{
	return take_u32(words, &a->sa.spi);
}

static bool take_local(struct sa_arguments *a, struct words *words)
{
	return words_address(words, &a->sa.local);
}

static bool take_remote(struct sa_arguments *a, struct words *words)
{
	return words_address(words, &a->sa.remote);
}

static bool take_algorithm(struct words *words, struct anl_algorithm *algorithm, bool has_icv)
{
	const char *name = words_take(words, "the name of an algorithm");
	uint64_t bits;

	if (!name)
		return false;
	if (!*name || strlen(name) >= sizeof(algorithm->name))
		return words_wrong(words, "'%s' is not the name of an algorithm", name);
	strcpy(algorithm->name, name);
	if (!words_key(words, algorithm->key, sizeof(algorithm->key), &algorithm->key_length))
		return false;
	if (!has_icv || !words_is_number(words))
		return true;
	if (!words_number(words, 8, 8 * ANL_KEY_MAX, &bits))
		return false;
	algorithm->icv_bits = (unsigned int)bits;
	return true;
}

static bool take_aead(struct sa_arguments *a, struct words *words)
{
	return take_algorithm(words, &a->sa.aead, true);
}

static bool take_enc(struct sa_arguments *a, struct words *words)
{
	return take_algorithm(words, &a->sa.enc, false);
}

static bool take_auth(struct sa_arguments *a, struct words *words)
{
	return take_algorithm(words, &a->sa.auth, true);
}

static bool take_encap(struct sa_arguments *a, struct words *words)
{
	uint64_t our, peer;

	/* As `ip xfrm` has it: encap espinudp OURPORT PEERPORT */
	if (*words->next && !strcmp(*words->next, "espinudp"))
		words->next++;
	if (!words_number(words, 1, UINT16_MAX, &our) ||
	    !words_number(words, 1, UINT16_MAX, &peer))
		return false;
	a->sa.encap = true;
	a->sa.encap_local = (uint16_t)our;
	a->sa.encap_remote = (uint16_t)peer;
	return true;
}

static bool take_window(struct sa_arguments *a, struct words *words)
{
	uint64_t window;

	if (!words_number(words, 0, ANL_REPLAY_WINDOW_MAX, &window))
		return false;
	a->sa.replay_window = (uint32_t)window;
	return true;
}

static bool take_esn(struct sa_arguments *a, struct words *words)
{
	(void)words;
	a->sa.esn = true;
	return true;
}

static bool take_seq(struct sa_arguments *a, struct words *words)
{
	return words_number(words, 0, UINT64_MAX, &a->sa.sequence);
}

/* The selector that `src` and `dst` outside of `sel` make up */
static struct anl_selector *plain_selector(struct sa_arguments *a)
{
	if (!a->sa.selector_count)
		anl_selector_init(&a->sa.selectors[a->sa.selector_count++]);
	return &a->sa.selectors[0];
}

static bool take_src(struct sa_arguments *a, struct words *words)
{
	return words_prefix(words, &plain_selector(a)->src);
}

static bool take_dst(struct sa_arguments *a, struct words *words)
{
	return words_prefix(words, &plain_selector(a)->dst);
}

static bool take_upper(struct words *words, uint8_t *protocol)
{
	const char *word;
	uint64_t number;

	if (words_is_number(words)) {
		if (!words_number(words, 0, UINT8_MAX, &number))
			return false;
		*protocol = (uint8_t)number;
		return true;
	}
	word = words_take(words, "a protocol");
	if (word && !protocol_parse(word, protocol))
		return words_wrong(words, "'%s' is not a protocol: tcp, udp, icmp, …, or a "
				   "number", word);
	return word;
}

/* One word of a selector. Return: 1 taken, 0 not one of its words, -1 wrong */
static int take_selector_word(struct anl_selector *selector, struct words *words)
{
	const char *word = *words->next;
	bool fine;

	if (!word)
		return 0;
	words->next++;
	words->keyword = word;
	if (!strcmp(word, "src"))
		fine = words_prefix(words, &selector->src);
	else if (!strcmp(word, "dst"))
		fine = words_prefix(words, &selector->dst);
	else if (!strcmp(word, "proto"))
		fine = take_upper(words, &selector->protocol);
	else if (!strcmp(word, "sport") || !strcmp(word, "type"))
		fine = words_ports(words, &selector->sport_first, &selector->sport_last);
	else if (!strcmp(word, "dport") || !strcmp(word, "code"))
		fine = words_ports(words, &selector->dport_first, &selector->dport_last);
	else {
		words->next--;
		return 0;
	}
	return fine ? 1 : -1;
}

static bool take_sel(struct sa_arguments *a, struct words *words)
{
	struct anl_selector *selector;
	int taken;

	if (a->sa.selector_count == ANL_SELECTORS_MAX)
		return words_wrong(words, "more than %d selectors", ANL_SELECTORS_MAX);
	selector = &a->sa.selectors[a->sa.selector_count++];
	anl_selector_init(selector);
	do
		taken = take_selector_word(selector, words);
	while (taken > 0);
	return !taken;
}

static bool take_limit(struct sa_arguments *a, struct words *words)
{
	static const char *const names[] = {
		"byte-soft", "byte-hard", "packet-soft", "packet-hard", "time-soft", "time-hard",
		"idle", NULL
	};
	uint64_t idle, *const values[] = {
		&a->sa.bytes.soft, &a->sa.bytes.hard, &a->sa.packets.soft, &a->sa.packets.hard,
		&a->sa.seconds.soft, &a->sa.seconds.hard, &idle
	};
	int which = 0;

	if (!words_choice(words, names, &which))
		return false;
	words->keyword = names[which];
	if (!words_number(words, 0, which < 4 ? UINT64_MAX : UINT32_MAX, values[which]))
		return false;
	if (values[which] == &idle)
		a->sa.idle = (uint32_t)idle;
	return true;
}

static bool take_df(struct sa_arguments *a, struct words *words)
{
	int index = 0;

	if (!words_choice(words, df_words, &index))
		return false;
	a->sa.df = index;
	return true;
}

static bool take_dscp(struct sa_arguments *a, struct words *words)
{
	uint64_t value;

	if (*words->next && !strcmp(*words->next, "copy")) {
		words->next++;
		a->sa.dscp = ANL_DSCP_COPY;
		return true;
	}
	if (!words_number(words, 0, 63, &value))
		return false;
	a->sa.dscp = ANL_DSCP_FIXED;
	a->sa.dscp_value = (uint8_t)value;
	return true;
}

static bool take_ecn(struct sa_arguments *a, struct words *words)
{
	int index = 0;

	if (!words_choice(words, ecn_words, &index))
		return false;
	a->sa.ecn = index;
	return true;
}

static bool take_ttl(struct sa_arguments *a, struct words *words)
{
	uint64_t ttl;

	if (!words_number(words, 0, UINT8_MAX, &ttl))
		return false;
	a->sa.ttl = (uint8_t)ttl;
	return true;
}

static bool take_mark(struct sa_arguments *a, struct words *words)
{
	a->sa.has_mark = true;
	return take_u32(words, &a->sa.mark);
}

static bool take_bundle(struct sa_arguments *a, struct words *words)
{
	return take_u32(words, &a->sa.bundle_spi);
}

static bool take_new_remote(struct sa_arguments *a, struct words *words)
{
	return words_address(words, &a->new_remote);
}

static bool take_new_port(struct sa_arguments *a, struct words *words)
{
	uint64_t port;

	if (!words_number(words, 1, UINT16_MAX, &port))
		return false;
	a->new_port = (uint16_t)port;
	return true;
}

#define ADD	(1u << SA_ADD)
#define SET	(1u << SA_SET)
#define FLUSH	(1u << SA_FLUSH)
#define NAMED	(ADD | SET | 1u << SA_DEL | 1u << SA_SHOW)

/* Each word, the verbs it goes with, what it sets; repeatable words may come more than once */
static const struct keyword {
	const char *name;
	unsigned int verbs;
	bool repeatable;
	uint32_t gives;
	bool (*take)(struct sa_arguments *arguments, struct words *words);
} keywords[] = {
	{ "dev", NAMED | FLUSH, false, SA_GIVEN_DEV, take_dev },
	{ "dev-id", NAMED, false, SA_GIVEN_DEV, take_dev_id },
	{ "in", NAMED | FLUSH, false, SA_GIVEN_DIRECTION, take_in },
	{ "out", NAMED | FLUSH, false, SA_GIVEN_DIRECTION, take_out },
	{ "dir", NAMED | FLUSH, false, SA_GIVEN_DIRECTION, take_dir },
	{ "proto", NAMED, false, SA_GIVEN_PROTO, take_proto },
	{ "spi", NAMED, false, SA_GIVEN_SPI, take_spi },
	{ "local", NAMED, false, SA_GIVEN_LOCAL, take_local },
	{ "remote", NAMED, false, SA_GIVEN_REMOTE, take_remote },
	{ "mode", ADD, false, 0, take_mode },
	{ "aead", ADD, false, 0, take_aead },
	{ "enc", ADD, false, 0, take_enc },
	{ "auth", ADD, false, 0, take_auth },
	{ "auth-trunc", ADD, false, 0, take_auth },
	{ "encap", ADD, false, 0, take_encap },
	{ "replay-window", ADD, false, SA_GIVEN_WINDOW, take_window },
	{ "esn", ADD, false, 0, take_esn },
	{ "seq", ADD, false, 0, take_seq },
	{ "src", ADD, false, SA_GIVEN_SELECTOR, take_src },
	{ "dst", ADD, false, SA_GIVEN_SELECTOR, take_dst },
	{ "sel", ADD, true, SA_GIVEN_SEL, take_sel },
	{ "limit", ADD | SET, true, SA_GIVEN_LIMIT, take_limit },
	{ "df", ADD, false, 0, take_df },
	{ "dscp", ADD, false, 0, take_dscp },
	{ "ecn", ADD, false, 0, take_ecn },
	{ "ttl", ADD, false, 0, take_ttl },
	{ "mark", ADD, false, 0, take_mark },
	{ "bundle", ADD, false, 0, take_bundle },
	{ "new-remote", SET, false, SA_GIVEN_PEER, take_new_remote },
	{ "new-port", SET, false, SA_GIVEN_PEER, take_new_port },
};

#define KEYWORDS (sizeof(keywords) / sizeof(*keywords))

static int parse_word(enum sa_verb verb, struct words *words, struct sa_arguments *arguments,
		      uint64_t *seen)
{
	const char *word = *words->next;
	size_t i;

	for (i = 0; i < KEYWORDS && strcmp(keywords[i].name, word); i++)
		;
	if (i == KEYWORDS)
		return anl_fail(words->error, EINVAL, "'%s' is not understood here", word);
	if (!(keywords[i].verbs & 1u << verb))
		return anl_fail(words->error, EINVAL, "'%s' has no meaning for this command", word);
	if (!keywords[i].repeatable && (*seen & 1ull << i))
		return anl_fail(words->error, EINVAL, "'%s' is given twice", word);
	if (keywords[i].gives & arguments->given & SA_GIVEN_DIRECTION)
		return anl_fail(words->error, EINVAL, "'%s': the direction is given twice", word);
	*seen |= 1ull << i;
	arguments->given |= keywords[i].gives;
	words->next++;
	words->keyword = keywords[i].name;
	return keywords[i].take(arguments, words) ? 0 : -EINVAL;
}

/* What must be there, and what does not go together */
static int check(enum sa_verb verb, const struct sa_arguments *arguments,
		 struct anl_error *error)
{
	static const struct {
		uint32_t bit;
		unsigned int verbs;
		const char *missing;
	} needed[] = {
		{ SA_GIVEN_DEV, ADD | SET | 1u << SA_DEL, "dev NAME" },
		{ SA_GIVEN_DIRECTION, ADD | SET | 1u << SA_DEL, "the direction, in or out," },
		{ SA_GIVEN_PROTO, ADD | SET | 1u << SA_DEL, "proto esp or proto ah" },
		{ SA_GIVEN_SPI, ADD | SET | 1u << SA_DEL, "spi NUMBER" },
		{ SA_GIVEN_LOCAL, ADD, "local ADDRESS" },
		{ SA_GIVEN_REMOTE, ADD, "remote ADDRESS" },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if ((needed[i].verbs & 1u << verb) && !(arguments->given & needed[i].bit))
			return anl_fail(error, EINVAL, "%s is missing", needed[i].missing);
	if (*arguments->sa.device && arguments->sa.device_id)
		return anl_fail(error, EINVAL, "dev and dev-id are given: one of them is enough");
	if (verb == SA_SET && !(arguments->given & (SA_GIVEN_LIMIT | SA_GIVEN_PEER)))
		return anl_fail(error, EINVAL, "nothing to set: new-remote, new-port or limit");
	if ((arguments->given & SA_GIVEN_WINDOW) && arguments->sa.direction == ANL_OUT)
		return anl_fail(error, EINVAL, "replay-window belongs to the direction in");
	if ((arguments->given & SA_GIVEN_SEL) && (arguments->given & SA_GIVEN_SELECTOR))
		return anl_fail(error, EINVAL, "src and dst belong behind sel, where there is one");
	return 0;
}

int sa_arguments_parse(enum sa_verb verb, char **words, struct sa_arguments *arguments,
		       struct anl_error *error)
{
	struct words cursor = { .next = words, .error = error };
	uint64_t seen = 0;

	memset(arguments, 0, sizeof(*arguments));
	anl_sa_init(&arguments->sa);
	while (*cursor.next) {
		int code = parse_word(verb, &cursor, arguments, &seen);

		if (code)
			return code;
	}
	return check(verb, arguments, error);
}

bool sa_arguments_match(const struct sa_arguments *arguments, const struct anl_sa *sa)
{
	const struct anl_sa *wanted = &arguments->sa;
	uint32_t given = arguments->given;

	return (!wanted->device_id || sa->device_id == wanted->device_id) &&
	       (!(given & SA_GIVEN_DIRECTION) || sa->direction == wanted->direction) &&
	       (!(given & SA_GIVEN_PROTO) || sa->protocol == wanted->protocol) &&
	       (!(given & SA_GIVEN_SPI) || sa->spi == wanted->spi) &&
	       (!(given & SA_GIVEN_LOCAL) || anl_address_equal(&sa->local, &wanted->local)) &&
	       (!(given & SA_GIVEN_REMOTE) || anl_address_equal(&sa->remote, &wanted->remote));
}

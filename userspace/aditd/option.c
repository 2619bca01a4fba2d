// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/config.h"
#include "aditd/memory.h"
#include "aditd/value.h"
#include "ike/identity.h"
#include "ike/proposal.h"

static const struct option_word auths[] = {
	{ "psk", IKE_PSK }, { "rsasig", IKE_RSASIG }, { "ecdsa-256", IKE_ECDSA_256 },
	{ "ecdsa-384", IKE_ECDSA_384 }, { "ecdsa-521", IKE_ECDSA_521 },
	{ "xauth-psk", IKE_XAUTH_PSK }, { "xauth-rsasig", IKE_XAUTH_RSASIG },
	{ "hybrid", IKE_HYBRID }, { NULL, 0 }
};

static const struct option_word sends[] = {
	{ "ifasked", IKE_SEND_CERT_IFASKED }, { "always", IKE_SEND_CERT_ALWAYS },
	{ "never", IKE_SEND_CERT_NEVER }, { NULL, 0 }
};

static const struct option_word exchanges[] = {
	{ "main", IKE_MAIN_MODE }, { "aggressive", IKE_AGGRESSIVE_MODE }, { NULL, 0 }
};

static const struct option_word mode_configs[] = {
	{ "pull", IKE_MODE_CONFIG_PULL }, { "push", IKE_MODE_CONFIG_PUSH },
	{ "no", IKE_MODE_CONFIG_NO }, { NULL, 0 }
};

static const struct option_word modes[] = {
	{ "tunnel", IKE_MODE_TUNNEL }, { "transport", IKE_MODE_TRANSPORT }, { NULL, 0 }
};

static const struct option_word encaps[] = {
	{ "auto", IKE_ENCAP_AUTO }, { "force", IKE_ENCAP_FORCE }, { "never", IKE_ENCAP_NEVER },
	{ NULL, 0 }
};

static const struct option_word dpd_actions[] = {
	{ "restart", IKE_DPD_RESTART }, { "clear", IKE_DPD_CLEAR }, { "hold", IKE_DPD_HOLD },
	{ NULL, 0 }
};

static const struct option_word starts[] = {
	{ "always", IKE_START_ALWAYS }, { "on-demand", IKE_START_ON_DEMAND },
	{ "wait", IKE_START_WAIT }, { NULL, 0 }
};

static const struct option_word uniques[] = {
	{ "replace", IKE_UNIQUE_REPLACE }, { "keep", IKE_UNIQUE_KEEP },
	{ "never", IKE_UNIQUE_NEVER }, { NULL, 0 }
};

static const struct option_word downs[] = {
	{ "block", CONFIG_DOWN_BLOCK }, { "pass", CONFIG_DOWN_PASS }, { NULL, 0 }
};

static const struct option_word levels[] = {
	{ "error", IKE_SEVERITY_ERROR }, { "warning", IKE_SEVERITY_WARNING },
	{ "info", IKE_SEVERITY_INFO }, { "debug", IKE_SEVERITY_DEBUG }, { NULL, 0 }
};

#define AT(field)	.offset = offsetof(struct config, field)
#define IN(field)	.offset = offsetof(struct config_tunnel, field)
#define LIST(structure, field) \
	.offset = offsetof(struct structure, field), \
	.count_offset = offsetof(struct structure, field##_count), \
	.list_max = sizeof(((struct structure *)0)->field) / \
		    sizeof(((struct structure *)0)->field[0])
#define RANGE(least, most) .min = (least), .max = (most)
#define DAY 86400

const struct option option_top[] = {
	{ "keylog", OPTION_PATH, AT(keylog) },
	{ "log-level", OPTION_WORD, AT(log_level), .fallback = "info", .words = levels },
	{ "half-open-limit", OPTION_NUMBER, AT(half_open_limit), .fallback = "1000",
	  RANGE(1, 1000000) },
	{ "half-open-source-limit", OPTION_NUMBER, AT(half_open_source_limit), .fallback = "250",
	  RANGE(1, 1000000) },
	{ "port", OPTION_NUMBER, AT(port), .fallback = "500", RANGE(1, 65535) },
	{ "natt-port", OPTION_NUMBER, AT(natt_port), .fallback = "4500", RANGE(1, 65535) },
	{ "listen", OPTION_ADDRESS, LIST(config, listen) },
	{ "mark", OPTION_NUMBER, AT(mark), .fallback = "0x61646974", RANGE(1, UINT32_MAX) },
	{ "table", OPTION_NUMBER, AT(table), .fallback = "15700", RANGE(1, UINT32_MAX) },
	{ NULL }
};

const struct option option_tunnel[] = {
	{ "device", OPTION_DEVICE, IN(device) },
	{ "local", OPTION_ADDRESS, IN(local) },
	{ "remote", OPTION_HOST, IN(remote) },
	{ "remote-port", OPTION_NUMBER, IN(remote_port), .fallback = "500", RANGE(1, 65535) },
	{ "remote-natt-port", OPTION_NUMBER, IN(remote_natt_port), .fallback = "4500",
	  RANGE(1, 65535) },
	{ "local-id", OPTION_IDENTITY, IN(local_id) },
	{ "remote-id", OPTION_IDENTITY, IN(remote_id) },
	{ "auth", OPTION_WORD, IN(auth), .fallback = "psk", .words = auths },
	{ "psk", OPTION_SECRET, IN(psk) },
	{ "psk-file", OPTION_PATH, IN(psk_file) },
	{ "cert", OPTION_PATH, IN(cert) },
	{ "key", OPTION_PATH, IN(key) },
	{ "ca", OPTION_PATH, LIST(config_tunnel, ca) },
	{ "crl", OPTION_PATH, LIST(config_tunnel, crl) },
	{ "remote-cert", OPTION_PATH, IN(remote_cert) },
	{ "send-cert", OPTION_WORD, IN(send_cert), .fallback = "ifasked", .words = sends },
	{ "exchange", OPTION_WORD, IN(exchange), .fallback = "main", .words = exchanges },
	{ "ike", OPTION_IKE_PROPOSAL, LIST(config_tunnel, ike) },
	{ "esp", OPTION_ESP_PROPOSAL, LIST(config_tunnel, esp) },
	{ "ah", OPTION_AH_PROPOSAL, LIST(config_tunnel, ah) },
	{ "xauth-user", OPTION_TEXT, IN(xauth_user) },
	{ "xauth-password-file", OPTION_PATH, IN(xauth_password_file) },
	{ "xauth-users", OPTION_PATH, IN(xauth_users) },
	{ "mode-config", OPTION_WORD, IN(mode_config), .fallback = "no", .words = mode_configs },
	{ "pool", OPTION_NETWORK, IN(pool) },
	{ "dns", OPTION_ADDRESS, LIST(config_tunnel, dns) },
	{ "split-include", OPTION_NETWORK, LIST(config_tunnel, split_include) },
	{ "banner", OPTION_TEXT, IN(banner) },
	{ "mode", OPTION_WORD, IN(mode), .fallback = "tunnel", .words = modes },
	{ "ike-lifetime", OPTION_DURATION, IN(ike_lifetime), .fallback = "8h",
	  RANGE(10, 30 * DAY) },
	{ "ike-lifebytes", OPTION_BYTES, IN(ike_lifebytes), .fallback = "0", RANGE(0, OPTION_ANY) },
	{ "esp-lifetime", OPTION_DURATION, IN(esp_lifetime), .fallback = "1h",
	  RANGE(10, 30 * DAY) },
	{ "esp-lifebytes", OPTION_BYTES, IN(esp_lifebytes), .fallback = "0", RANGE(0, OPTION_ANY) },
	{ "rekey-margin", OPTION_DURATION, IN(rekey_margin), RANGE(1, 30 * DAY) },
	{ "rekey-fuzz", OPTION_NUMBER, IN(rekey_fuzz), .fallback = "100", RANGE(0, 100) },
	{ "replay-window", OPTION_NUMBER, IN(replay_window), .fallback = "1024", RANGE(0, 4096) },
	{ "esn", OPTION_BOOL, IN(esn), .fallback = "false" },
	{ "commit-bit", OPTION_BOOL, IN(commit), .fallback = "false" },
	{ "encap", OPTION_WORD, IN(encap), .fallback = "auto", .words = encaps },
	{ "keepalive", OPTION_DURATION, IN(keepalive), .fallback = "20s", RANGE(1, 3600) },
	{ "dpd-delay", OPTION_DURATION, IN(dpd_delay), .fallback = "10s", RANGE(0, DAY) },
	{ "dpd-timeout", OPTION_DURATION, IN(dpd_timeout), .fallback = "30s", RANGE(1, DAY) },
	{ "dpd-action", OPTION_WORD, IN(dpd_action), .fallback = "restart", .words = dpd_actions },
	{ "start", OPTION_WORD, IN(start), .fallback = "always", .words = starts },
	{ "unique", OPTION_WORD, IN(unique), .fallback = "replace", .words = uniques },
	{ "local-ts", OPTION_SELECTOR, LIST(config_tunnel, local_ts) },
	{ "remote-ts", OPTION_SELECTOR, LIST(config_tunnel, remote_ts) },
	{ "address", OPTION_INTERFACE, LIST(config_tunnel, address) },
	{ "route", OPTION_NETWORK, LIST(config_tunnel, route) },
	{ "metric", OPTION_NUMBER, IN(metric), .fallback = "0", RANGE(0, UINT32_MAX) },
	{ "mtu", OPTION_NUMBER, IN(mtu), .fallback = "0", RANGE(0, 65535) },
	{ "when-down", OPTION_WORD, IN(when_down), .fallback = "block", .words = downs },
	{ NULL }
};

_Static_assert(sizeof(option_tunnel) / sizeof(option_tunnel[0]) <= 64,
	       "config_tunnel.given has a bit for each option");

static size_t option_size(const struct option *option)
{
	switch (option->type) {
	case OPTION_WORD:
		return sizeof(int);
	case OPTION_BOOL:
		return sizeof(bool);
	case OPTION_NUMBER:
	case OPTION_DURATION:
		return sizeof(uint32_t);
	case OPTION_BYTES:
		return sizeof(uint64_t);
	case OPTION_ADDRESS:
		return sizeof(struct ike_address);
	case OPTION_SELECTOR:
		return sizeof(struct ike_selector);
	case OPTION_NETWORK:
	case OPTION_INTERFACE:
		return sizeof(struct anl_prefix);
	default:
		return sizeof(char *);
	}
}

static bool option_is_text(const struct option *option)
{
	return option->type <= OPTION_AH_PROPOSAL;
}

static const char *allowed_words(const struct option *option, char *text, size_t size)
{
	const struct option_word *word;
	size_t used = 0;

	for (word = option->words; word->word && used < size; word++)
		used += snprintf(text + used, size - used, "%s%s", word == option->words ? "" :
				 word[1].word ? ", " : " or ", word->word);
	return text;
}

const char *option_allowed(const struct option *option, char *text, size_t size)
{
	switch (option->type) {
	case OPTION_WORD:
		return allowed_words(option, text, size);
	case OPTION_BOOL:
		return "true or false";
	case OPTION_NUMBER:
		snprintf(text, size, "a number from %" PRIu64 " to %" PRIu64, option->min,
			 option->max);
		return text;
	case OPTION_DURATION:
		snprintf(text, size, "a duration such as 30s, 9m, 8h or 1d, from %" PRIu64
			 "s to %" PRIu64 "s", option->min, option->max);
		return text;
	case OPTION_BYTES:
		return "a number of bytes such as 1048576, 512M or 100G, and 0 for no limit";
	case OPTION_PATH:
		return "a path that begins with /";
	case OPTION_DEVICE:
		return "a device name of 1 to 15 characters without space, /, : or %";
	case OPTION_HOST:
		return "an address, a DNS name, or %any";
	case OPTION_ADDRESS:
		return "an IPv4 or IPv6 address";
	case OPTION_SELECTOR:
		return "a prefix such as 10.1.0.0/16 without host bits, a range such as "
		       "10.1.0.5-10.1.0.9, or dynamic, each with an "
		       "optional [tcp/80]";
	case OPTION_NETWORK:
		return "a prefix such as 10.1.0.0/16 without host bits, of one host 10.1.0.5/32";
	case OPTION_INTERFACE:
		return "an address with prefix length such as 169.254.10.2/30";
	default:
		return "a text that is not empty";
	}
}

static bool parse_number(const struct option *option, const char *text, void *field)
{
	uint64_t value;
	uint32_t number;

	if (!(option->type == OPTION_DURATION ? value_duration : value_number)(text, &value) ||
	    value < option->min || value > option->max)
		return false;
	number = value;
	memcpy(field, &number, sizeof(number));
	return true;
}

static bool parse_word(const struct option *option, const char *text, void *field)
{
	const struct option_word *word;

	for (word = option->words; word->word; word++)
		if (!strcmp(word->word, text)) {
			memcpy(field, &word->value, sizeof(word->value));
			return true;
		}
	return false;
}

static bool parse_prefix(const struct option *option, const char *text, void *field)
{
	struct anl_prefix prefix = { 0 };

	if (!anl_prefix_parse(text, &prefix) || !prefix.address.family)
		return false;
	/* "10.0.0.0" alone would be one host, and hardly what was meant */
	if (!strchr(text, '/') ||
	    (option->type == OPTION_NETWORK && !anl_prefix_is_network(&prefix)))
		return false;
	memcpy(field, &prefix, sizeof(prefix));
	return true;
}

/* The engine's own readers have the last word, and name what they do not like */
static bool check_text(const struct option *option, const char *text, char *why, size_t size)
{
	struct proposal_list *list;
	struct identity *identity;
	struct ike_address address;
	bool good;

	switch (option->type) {
	case OPTION_PATH:
		return text[0] == '/';
	case OPTION_DEVICE:
		return value_device(text);
	case OPTION_HOST:
		return ike_address_parse(&address, text) || value_host(text);
	case OPTION_IDENTITY:
		identity = memory_new(sizeof(*identity));
		good = identity_parse(identity, text, why, size);
		free(identity);
		return good;
	case OPTION_IKE_PROPOSAL:
	case OPTION_ESP_PROPOSAL:
	case OPTION_AH_PROPOSAL:
		list = memory_new(sizeof(*list));
		good = proposal_parse(list,
				      option->type == OPTION_IKE_PROPOSAL ? PROPOSAL_IKE :
				      option->type == OPTION_ESP_PROPOSAL ? PROPOSAL_ESP :
									    PROPOSAL_AH,
				      text, why, size);
		free(list);
		return good;
	default:
		return text[0];
	}
}

/* One value into field; why stays empty when option_allowed() says all there is to say */
static bool option_parse(const struct option *option, const char *text, void *field, char *why,
			 size_t size)
{
	struct ike_address address = { 0 };
	struct ike_selector selector = { 0 };
	char *copy;

	*why = 0;
	switch (option->type) {
	case OPTION_WORD:
		return parse_word(option, text, field);
	case OPTION_BOOL:
		return value_bool(text, field);
	case OPTION_NUMBER:
	case OPTION_DURATION:
		return parse_number(option, text, field);
	case OPTION_BYTES:
		return value_bytes(text, field);
	case OPTION_ADDRESS:
		if (!ike_address_parse(&address, text) || address.family == AF_UNSPEC)
			return false;
		memcpy(field, &address, sizeof(address));
		return true;
	case OPTION_SELECTOR:
		if (!ike_selector_parse(&selector, text))
			return false;
		memcpy(field, &selector, sizeof(selector));
		return true;
	case OPTION_NETWORK:
	case OPTION_INTERFACE:
		return parse_prefix(option, text, field);
	default:
		if (!check_text(option, text, why, size))
			return false;
		copy = memory_copy_text(text);
		memcpy(field, &copy, sizeof(copy));
		return true;
	}
}

static void value_refuse(const struct option *option, const struct setting *setting,
			 const struct setting_value *value, const char *why, const char *whom,
			 struct mistakes *mistakes)
{
	bool secret = option->type == OPTION_SECRET;
	char allowed[256];

	if (*why)
		mistake_add(mistakes, setting->file, value->line, "%s%s = \"%s\": %s", whom,
			    option->name, value->text, why);
	else
		mistake_add(mistakes, setting->file, value->line, "%s%s = \"%s\": allowed is %s",
			    whom, option->name, secret ? "…" : value->text,
			    option_allowed(option, allowed, sizeof(allowed)));
}

static void option_set(const struct option *option, const struct setting *setting, void *base,
		       const char *whom, struct mistakes *mistakes)
{
	char *field = (char *)base + option->offset;
	size_t size = option_size(option), i, count = 0;
	char why[512];

	for (i = 0; i < setting->count; i++) {
		if (option->list_max && count == option->list_max) {
			mistake_add(mistakes, setting->file, setting->values[i].line,
				    "%s%s: at most %zu values are allowed", whom, option->name,
				    option->list_max);
			break;
		}
		if (option_parse(option, setting->values[i].text, field + count * size, why,
				 sizeof(why)))
			count++;
		else
			value_refuse(option, setting, &setting->values[i], why, whom, mistakes);
	}
	if (option->list_max)
		memcpy((char *)base + option->count_offset, &count, sizeof(count));
}

static void option_default(const struct option *option, void *base)
{
	char why[512];

	if (option->fallback && !option_parse(option, option->fallback,
					      (char *)base + option->offset, why, sizeof(why)))
		abort();
}

static void unknown_refuse(const struct option *table, const struct setting *setting,
			   const char *whom, struct mistakes *mistakes)
{
	const char *near = option_near(table, setting->name);
	char names[1024];
	size_t used = 0;

	if (near) {
		mistake_add(mistakes, setting->file, setting->line,
			    "%sthere is no option %s; %s may be meant, adit.conf(5) has all", whom,
			    setting->name, near);
		return;
	}
	for (; table->name && used < sizeof(names); table++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
				 table->name);
	mistake_add(mistakes, setting->file, setting->line,
		    "%sthere is no option %s; allowed are %s", whom, setting->name, names);
}

void options_read(const struct option *table, const struct settings_section *section, void *base,
		  uint64_t *given, const char *whom, struct mistakes *mistakes)
{
	const struct setting *setting;
	unsigned int i;

	for (i = 0; table[i].name; i++) {
		setting = setting_find(section, table[i].name);
		/* So that a refused value leaves a sane one, and no second mistake follows from
		 * it */
		option_default(&table[i], base);
		if (!setting)
			continue;
		*given |= 1ULL << i;
		option_set(&table[i], setting, base, whom, mistakes);
	}
	for (i = 0; i < section->count; i++)
		if (!section->settings[i].known)
			unknown_refuse(table, &section->settings[i], whom, mistakes);
}

static size_t option_count(const struct option *option, const void *base)
{
	size_t count = 1;

	if (option->list_max)
		memcpy(&count, (const char *)base + option->count_offset, sizeof(count));
	return count;
}

void options_free(const struct option *table, void *base)
{
	char *texts;
	size_t i, count;

	for (; table->name; table++) {
		if (!option_is_text(table))
			continue;
		count = option_count(table, base);
		for (i = 0; i < count; i++) {
			memcpy(&texts, (char *)base + table->offset + i * sizeof(texts),
			       sizeof(texts));
			memory_erase_text(texts);
		}
	}
}

static bool texts_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool option_equal(const struct option *option, const void *a, const void *b)
{
	size_t size = option_size(option), count = option_count(option, a), i;

	if (count != option_count(option, b))
		return false;
	a = (const char *)a + option->offset;
	b = (const char *)b + option->offset;
	if (!option_is_text(option))
		/* Parsed into zeroed memory, so padding counts for nothing */
		return !memcmp(a, b, size * count);
	for (i = 0; i < count; i++)
		if (!texts_equal(((char *const *)a)[i], ((char *const *)b)[i]))
			return false;
	return true;
}

unsigned int option_index(const struct option *table, const char *name)
{
	unsigned int i;

	for (i = 0; table[i].name; i++)
		if (!strcmp(table[i].name, name))
			return i;
	abort();
}

struct setting_name *option_names(const struct option *table)
{
	struct setting_name *names;
	size_t count = 0, i;

	while (table[count].name)
		count++;
	names = memory_new((count + 1) * sizeof(*names));
	for (i = 0; i < count; i++)
		names[i] = (struct setting_name) {
			.name = table[i].name,
			.list = table[i].list_max,
			.secret = table[i].type == OPTION_SECRET,
		};
	return names;
}

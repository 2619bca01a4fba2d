// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aditd/credential.h"
#include "aditd/memory.h"
#include "aditd/option.h"
#include "aditd/secret.h"
#include "aditd/users.h"
#include "aditd/value.h"
#include "ike/method.h"
#include "ike/proposal.h"
#include "ike/selector.h"

#define MTU_MIN		576		/* RFC 791 3.1: what every host takes */
#define MTU_MIN_IPV6	1280		/* RFC 8200 5 */

/* The tunnel under check, and where its findings go */
struct check {
	struct config_tunnel *tunnel;
	const struct settings_section *section;
	struct mistakes *mistakes;
	struct mistakes *warnings;
};

static bool given(const struct check *check, const char *option)
{
	return check->tunnel->given & 1ULL << option_index(option_tunnel, option);
}

/* At the option's line, or at the tunnel's when it does not stand in the file */
static void find(const struct check *check, struct mistakes *list, const char *option, size_t value,
		 const char *format, va_list arguments)
{
	const struct setting *setting = option ? setting_find(check->section, option) : NULL;
	unsigned int line = !setting ? check->tunnel->line :
			    value < setting->count ? setting->values[value].line : setting->line;
	char text[900];

	vsnprintf(text, sizeof(text), format, arguments);
	mistake_add(list, setting ? setting->file : check->tunnel->file, line, "tunnel \"%s\": %s",
		    check->tunnel->name, text);
}

__attribute__((format(printf, 3, 4)))
static void refuse(const struct check *check, const char *option, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	find(check, check->mistakes, option, 0, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 4, 5)))
static void refuse_value(const struct check *check, const char *option, size_t value,
			 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	find(check, check->mistakes, option, value, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 4, 5)))
static void warn(const struct check *check, const char *option, size_t value, const char *format,
		 ...)
{
	va_list arguments;

	va_start(arguments, format);
	find(check, check->warnings, option, value, format, arguments);
	va_end(arguments);
}

static void check_device(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;

	if (tunnel->device || given(check, "device"))
		return;
	if (value_device(tunnel->name))
		tunnel->device = memory_copy_text(tunnel->name);
	else
		refuse(check, NULL,
		       "its name cannot be a device's; give one with device = \"vpn0\" "
		       "(1 to 15 characters)");
}

/* One that IKE can be sent to: neither unspecified nor multicast, nor IPv4's broadcast */
static bool is_host(const struct ike_address *address)
{
	static const uint8_t none[16];

	if (address->family == AF_INET)
		return address->bytes[0] && address->bytes[0] < 224;
	return memcmp(address->bytes, none, sizeof(none)) && address->bytes[0] != 0xff;
}

static void check_remote(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	struct ike_address address;

	if (!tunnel->remote) {
		if (!given(check, "remote"))
			refuse(check, NULL, "remote is missing; give the peer's address or name, "
			       "or \"%%any\" to wait for any peer");
		return;
	}
	tunnel->remote_kind = CONFIG_REMOTE_NAME;
	if (ike_address_parse(&address, tunnel->remote)) {
		tunnel->remote_kind = address.family == AF_UNSPEC ? CONFIG_REMOTE_ANY :
				      CONFIG_REMOTE_ADDRESS;
		tunnel->remote_address = address;
	}
	if (tunnel->remote_kind == CONFIG_REMOTE_ANY && tunnel->start != IKE_START_WAIT)
		refuse(check, "remote",
		       "remote = \"%%any\" needs start = \"wait\": there is nobody "
		       "to call");
	if (tunnel->remote_kind == CONFIG_REMOTE_ADDRESS && !is_host(&address))
		refuse(check, "remote", "remote = \"%s\" is no host's address; give the peer's, "
		       "or \"%%any\" to wait for any peer", tunnel->remote);
	if (tunnel->remote_kind == CONFIG_REMOTE_ADDRESS && tunnel->local.family != AF_UNSPEC &&
	    tunnel->local.family != address.family)
		refuse(check, "local",
		       "local and remote are one IPv4 and one IPv6 address; both are to "
		       "be of the same family");
}

/* A file of keys alone is refused when others can read it; one that also holds settings is not */
static void check_secret_hidden(const struct check *check)
{
	const char *file = setting_find(check->section, "psk")->file;
	struct stat status;

	if (!stat(file, &status) && (status.st_mode & 07))
		warn(check, "psk", 0, "everybody can read the key in this file (mode %04o); `chmod "
		     "o= %s`, or keep the key in a file of its own with psk-file",
		     status.st_mode & 07777, file);
}

/* What is copied with a key by mistake, and what some peers cut off */
static bool has_edges(const uint8_t *key, size_t length)
{
	static const char odd[] = " \t\"'";
	size_t i;

	/* Random bytes, given in hexadecimal or base 64, may be any */
	for (i = 0; i < length; i++)
		if ((key[i] < ' ' && key[i] != '\t') || key[i] > '~')
			return false;
	return length && (memchr(odd, key[0], sizeof(odd) - 1) ||
			  memchr(odd, key[length - 1], sizeof(odd) - 1));
}

static void check_secret(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	const char *what;
	char why[600];

	if (!given(check, "psk") && !given(check, "psk-file")) {
		refuse(check, NULL,
		       "no pre-shared key; give psk-file = \"/etc/adit/%s.psk\", or psk",
		       tunnel->name);
		return;
	}
	if (given(check, "psk") && given(check, "psk-file")) {
		refuse(check, "psk-file",
		       "psk and psk-file are given; only one of them is allowed");
		return;
	}
	tunnel->psk_bytes = memory_new(CONFIG_SECRET_MAX);
	if (tunnel->psk) {
		tunnel->psk_length = value_secret(tunnel->psk, tunnel->psk_bytes, CONFIG_SECRET_MAX,
						  &what);
		explicit_bzero(tunnel->psk, strlen(tunnel->psk));
		if (!tunnel->psk_length)
			refuse(check, "psk", "psk: %s", what);
		check_secret_hidden(check);
	} else if (tunnel->psk_file) {
		tunnel->psk_length = secret_read(tunnel->psk_file, tunnel->psk_bytes,
						 CONFIG_SECRET_MAX, why, sizeof(why));
		if (!tunnel->psk_length)
			refuse(check, "psk-file", "psk-file: %s", why);
	}
	if (tunnel->psk_length && tunnel->psk_length < IKE_SECRET_SHORT &&
	    tunnel->exchange == IKE_AGGRESSIVE_MODE)
		warn(check, tunnel->psk ? "psk" : "psk-file", 0,
		     "weak: aggressive mode shows a hash of "
		     "the pre-shared key to everybody, and %zu bytes can be guessed from it; use "
		     "exchange = \"main\" or at least %d random bytes",
		     tunnel->psk_length, IKE_SECRET_SHORT);
	if (has_edges(tunnel->psk_bytes, tunnel->psk_length))
		warn(check, tunnel->psk ? "psk" : "psk-file", 0,
		     "the pre-shared key begins or ends with a space, a tab or a quotation mark, "
		     "which is part of it here; the peer's must have it, too");
}

static void on_refuse(void *ctx, const char *option, size_t value, const char *text)
{
	const struct check *check = ctx;

	refuse_value(check, option, value, "%s", text);
}

static void on_warning(void *ctx, const char *option, const char *text)
{
	warn(ctx, option, 0, "%s", text);
}

static void check_auth(const struct check *check)
{
	const struct credential_sink sink = { on_refuse, (void *)check };
	const char *option = credential_given(check->tunnel);

	if (method_of(check->tunnel->auth)->shared) {
		check_secret(check);
		if (option)
			refuse(check, option, "%s belongs to auth = \"rsasig\" or \"ecdsa-…\"; "
			       "with \"psk\" it has no meaning", option);
		return;
	}
	credential_read(check->tunnel, &sink);
	if (given(check, "psk") || given(check, "psk-file"))
		refuse(check, given(check, "psk") ? "psk" : "psk-file",
		       "a pre-shared key belongs to auth = \"psk\", not to certificates");
}

static void check_login(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	char why[512];

	if (tunnel->xauth_password_file) {
		tunnel->xauth_password = secret_line(tunnel->xauth_password_file, why, sizeof(why));
		if (!tunnel->xauth_password)
			refuse(check, "xauth-password-file", "xauth-password-file: %s", why);
	}
	if (tunnel->xauth_password_file && !tunnel->xauth_user)
		refuse(check, "xauth-password-file",
		       "xauth-password-file is the password of xauth-user, which is missing");
	if (tunnel->xauth_users && !users_check(tunnel->xauth_users, why, sizeof(why)))
		refuse(check, "xauth-users", "xauth-users: %s", why);
	if (tunnel->xauth_users && tunnel->start != IKE_START_WAIT)
		warn(check, given(check, "start") ? "start" : "xauth-users", 0,
		     "a server that begins, too, may disagree with its client about which of two "
		     "phase 1s took over; use start = \"wait\"");
	if (tunnel->auth == IKE_XAUTH_PSK && tunnel->exchange == IKE_AGGRESSIVE_MODE)
		warn(check, "auth", 0,
		     "weak: with a pre-shared key that all users know, in aggressive mode, any of "
		     "them can pose as the server and ask for passwords; use auth = \"hybrid\" or "
		     "\"xauth-rsasig\" where the peer can");
}

/* What clients get besides their address, as the engine takes it */
static void fill_gives(struct config_tunnel *tunnel)
{
	struct ike_lease *gives = memory_new(sizeof(*gives));
	size_t i;

	for (i = 0; i < tunnel->dns_count; i++)
		gives->dns[gives->dns_count++] = tunnel->dns[i];
	for (i = 0; i < tunnel->split_include_count; i++) {
		struct ike_selector *to = &gives->networks[gives->network_count++];

		to->address.family = tunnel->split_include[i].address.family;
		memcpy(to->address.bytes, tunnel->split_include[i].address.bytes,
		       sizeof(to->address.bytes));
		to->prefix = tunnel->split_include[i].length;
	}
	snprintf(gives->banner, sizeof(gives->banner), "%s", tunnel->banner ? tunnel->banner : "");
	tunnel->gives = gives;
}

static void check_gifts(const struct check *check)
{
	static const char *const names[] = { "dns", "split-include", "banner" };
	struct config_tunnel *tunnel = check->tunnel;
	size_t i;

	for (i = 0; i < 3; i++)
		if (given(check, names[i]) && !given(check, "pool"))
			refuse(check, names[i], "%s is given to clients, which need a pool; give "
			       "one, such as pool = \"10.9.0.0/24\"", names[i]);
	for (i = 0; i < tunnel->dns_count; i++)
		if (tunnel->dns[i].family != AF_INET)
			refuse(check, "dns", "dns: only IPv4 addresses can be given to clients");
	for (i = 0; i < tunnel->split_include_count; i++)
		if (tunnel->split_include[i].address.family != AF_INET)
			refuse(check, "split-include",
			       "split-include: only IPv4 networks can be given to clients");
	if (tunnel->banner && strlen(tunnel->banner) >= IKE_BANNER_MAX)
		refuse(check, "banner", "banner: at most %d bytes are allowed", IKE_BANNER_MAX - 1);
}

static void check_access(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;

	check_login(check);
	check_gifts(check);
	if (!given(check, "mode-config") &&
	    (given(check, "pool") || given(check, "xauth-user")))
		tunnel->mode_config = IKE_MODE_CONFIG_PULL;
	if (tunnel->pool.address.family)
		fill_gives(tunnel);
}

static void defaults(char **words, size_t *count, const char *const *fallback)
{
	for (*count = 0; *fallback; fallback++)
		words[(*count)++] = memory_copy_text(*fallback);
}

static void check_weak(const struct check *check, const char *option, enum proposal_kind kind,
		       char *const *words, size_t count)
{
	struct proposal_list *list = memory_new(sizeof(*list));
	char why[256], weak[256];
	unsigned int i;
	size_t word;

	for (word = 0; word < count; word++) {
		list->count = 0;
		if (!proposal_parse(list, kind, words[word], why, sizeof(why)))
			continue;
		for (i = 0; i < list->count; i++) {
			proposal_weak(&list->item[i], weak, sizeof(weak));
			if (*weak)
				break;
		}
		if (i < list->count)
			warn(check, option, word,
			     "weak: %s = \"%s\" has %s; prefer aes256-sha256-modp2048 "
			     "or stronger where the peer can",
			     option, words[word], weak);
	}
	free(list);
}

/* What the engine would not offer: the first message has the KE payload of the first's group */
static void check_groups(const struct check *check)
{
	const struct config_tunnel *tunnel = check->tunnel;
	struct proposal_list *lists = memory_new(3 * sizeof(*lists));
	struct proposal_list *all = &lists[0], *offered = &lists[1], *others = &lists[2];
	char why[256], text[PROPOSAL_TEXT_MAX];
	size_t i;

	for (i = 0; i < tunnel->ike_count; i++)
		proposal_parse(all, PROPOSAL_IKE, tunnel->ike[i], why, sizeof(why));
	if (all->count)
		proposal_list_split(all, all->item[0].group, offered, others);
	if (others->count)
		warn(check, "ike", 0,
		     "ike: when we begin, aggressive mode offers the proposals of the first one's "
		     "group alone, %s, and so not %s; leave these out, or use exchange = \"main\"",
		     all->item[0].group->word, proposal_list_print(others, text, sizeof(text)));
	free(lists);
}

static void check_proposals(const struct check *check)
{
	/* What a peer with any current software takes; nothing weak unasked */
	static const char *const ike[] = {
		"aes256-sha256-modp2048", "aes128-sha256-modp2048", "aes256-sha384-ecp384",
		"aes128-sha256-ecp256", "aes128-sha1-modp2048", NULL
	};
	static const char *const esp[] = {
		"aes256gcm16-modp2048", "aes128gcm16-modp2048", "aes256-sha256-modp2048",
		"aes128-sha256-modp2048", "aes128-sha1-modp2048", NULL
	};
	struct config_tunnel *tunnel = check->tunnel;

	if (!given(check, "ike"))
		defaults(tunnel->ike, &tunnel->ike_count, ike);
	else if (!setting_find(check->section, "ike")->count)
		refuse(check, "ike",
		       "ike = { } leaves nothing to propose; give one or leave it out");
	if (!given(check, "esp") && !given(check, "ah"))
		defaults(tunnel->esp, &tunnel->esp_count, esp);
	else if ((!given(check, "esp") || !setting_find(check->section, "esp")->count) &&
		 (!given(check, "ah") || !setting_find(check->section, "ah")->count))
		refuse(check, given(check, "esp") ? "esp" : "ah",
		       "neither esp nor ah has a proposal; give one or leave both out");
	if (tunnel->exchange == IKE_AGGRESSIVE_MODE && tunnel->remote_kind != CONFIG_REMOTE_ANY &&
	    given(check, "ike"))
		check_groups(check);
	check_weak(check, "ike", PROPOSAL_IKE, tunnel->ike, tunnel->ike_count);
	check_weak(check, "esp", PROPOSAL_ESP, tunnel->esp, tunnel->esp_count);
	check_weak(check, "ah", PROPOSAL_AH, tunnel->ah, tunnel->ah_count);
}

static void check_lifetimes(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	uint64_t earliest = tunnel->rekey_margin +
			    (uint64_t)tunnel->rekey_margin * tunnel->rekey_fuzz / 100;
	bool esp = tunnel->esp_lifetime < tunnel->ike_lifetime;
	uint32_t lifetime = esp ? tunnel->esp_lifetime : tunnel->ike_lifetime;

	if (tunnel->rekey_margin && earliest >= lifetime)
		refuse(check, "rekey-margin",
		       "rekey-margin %us with rekey-fuzz %u%% is up to %llus, not "
		       "less than %s of %us; allowed is a margin of at most %us",
		       tunnel->rekey_margin, tunnel->rekey_fuzz, (unsigned long long)earliest,
		       esp ? "esp-lifetime" : "ike-lifetime", lifetime,
		       (lifetime - 1) * 100 / (100 + tunnel->rekey_fuzz));
	if (tunnel->dpd_delay && tunnel->dpd_timeout < tunnel->dpd_delay) {
		if (!given(check, "dpd-timeout"))
			tunnel->dpd_timeout = 3 * tunnel->dpd_delay;
		else
			refuse(check, "dpd-timeout",
			       "dpd-timeout %us is less than dpd-delay %us; it must "
			       "leave time for an answer",
			       tunnel->dpd_timeout, tunnel->dpd_delay);
	}
}

static void check_selectors(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	bool transport = tunnel->mode == IKE_MODE_TRANSPORT;
	/* The client's side is the address that it gets */
	bool server = tunnel->pool.address.family, client = tunnel->mode_config && !server;
	size_t count;

	if (!given(check, "local-ts"))
		tunnel->local_ts_count = ike_selector_parse(&tunnel->local_ts[0], transport ||
							    client ? "dynamic" : "0.0.0.0/0");
	if (!given(check, "remote-ts"))
		tunnel->remote_ts_count = ike_selector_parse(&tunnel->remote_ts[0], transport ||
							     server ? "dynamic" : "0.0.0.0/0");
	/* Refused ones are told already */
	if (!tunnel->local_ts_count || !tunnel->remote_ts_count) {
		if (given(check, "local-ts") && !setting_find(check->section, "local-ts")->count)
			refuse(check, "local-ts",
			       "local-ts = { } lets nothing through; give a prefix");
		if (given(check, "remote-ts") && !setting_find(check->section, "remote-ts")->count)
			refuse(check, "remote-ts",
			       "remote-ts = { } lets nothing through; give a prefix");
		return;
	}
	count = config_pairs(tunnel, NULL, 0);
	if (!count)
		refuse(check, given(check, "remote-ts") ? "remote-ts" : "local-ts",
		       "local-ts and remote-ts have no address family in common");
	if (count > IKE_PAIRS_MAX)
		refuse(check, "local-ts", "local-ts and remote-ts make %zu pairs; at most %d are "
		       "allowed", count, IKE_PAIRS_MAX);
}

static void route_default(const struct check *check, const struct ike_selector *selector)
{
	struct config_tunnel *tunnel = check->tunnel;
	struct prefix prefixes[SELECTOR_PAIRS_MAX];
	struct selector range;
	unsigned int i, count;

	if (selector->address.family == AF_UNSPEC || !selector->prefix)
		return;
	range = selector_of_public(selector);
	count = selector_prefixes(&range, prefixes, SELECTOR_PAIRS_MAX);
	if (count > SELECTOR_PAIRS_MAX || tunnel->route_count + count > CONFIG_ROUTES_MAX) {
		refuse(check, "remote-ts", "remote-ts takes more than %d routes; set route",
		       CONFIG_ROUTES_MAX);
		return;
	}
	for (i = 0; i < count; i++) {
		struct anl_prefix *route = &tunnel->route[tunnel->route_count++];

		route->address.family = selector->address.family;
		memcpy(route->address.bytes, prefixes[i].address, sizeof(route->address.bytes));
		route->length = prefixes[i].len;
	}
}

static void check_device_settings(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	bool ipv6 = false;
	size_t i;

	if (!given(check, "route") && tunnel->pool.address.family)
		tunnel->route[tunnel->route_count++] = tunnel->pool;
	if (!given(check, "route"))
		for (i = 0; i < tunnel->remote_ts_count; i++)
			route_default(check, &tunnel->remote_ts[i]);
	for (i = 0; i < tunnel->address_count; i++)
		ipv6 |= tunnel->address[i].address.family == AF_INET6;
	if (tunnel->mtu && tunnel->mtu < (ipv6 ? MTU_MIN_IPV6 : MTU_MIN))
		refuse(check, "mtu",
		       "mtu = %u is too small; allowed is 0 (computed) or %d to 65535%s",
		       tunnel->mtu, ipv6 ? MTU_MIN_IPV6 : MTU_MIN,
		       ipv6 ? " with an IPv6 address" : "");
}

/* Whatever else the engine would refuse is a mistake here, not at run time */
static void check_engine(const struct check *check)
{
	struct config_tunnel *tunnel = check->tunnel;
	struct ike_address remote = tunnel->remote_address;
	struct ike_pair pairs[IKE_PAIRS_MAX];
	struct ike_connection connection;
	const struct option *option;
	char why[512];
	size_t length;

	if (tunnel->remote_kind == CONFIG_REMOTE_NAME)
		ike_address_parse(&remote, tunnel->local.family == AF_INET6 ? "2001:db8::1" :
				  "192.0.2.1");
	config_connection(tunnel, tunnel->local.family ? &tunnel->local : &remote, &remote, pairs,
			  &connection);
	if (ike_connection_check(&connection, why, sizeof(why))) {
		ike_connection_warnings(&connection, (uint64_t)time(NULL), on_warning,
					(void *)check);
		return;
	}
	/* It begins with the name of the field, which is that of the option */
	length = strcspn(why, ": ");
	for (option = option_tunnel; option->name; option++)
		if (strlen(option->name) == length && !strncmp(option->name, why, length))
			break;
	refuse(check, option->name, "%s", why);
}

void check_tunnel(struct config_tunnel *tunnel, const struct settings_section *section, bool sound,
		  struct mistakes *mistakes, struct mistakes *warnings)
{
	struct check check = { tunnel, section, mistakes, warnings };
	size_t before = mistakes->count;

	check_device(&check);
	check_remote(&check);
	check_auth(&check);
	check_access(&check);
	check_proposals(&check);
	check_lifetimes(&check);
	check_selectors(&check);
	check_device_settings(&check);
	if (!sound || mistakes->count != before)
		return;
	check_engine(&check);
	check_routes_within(tunnel, section, warnings);
}

static void check_names(const struct config *config, struct mistakes *mistakes)
{
	size_t i, j;

	for (i = 0; i < config->tunnel_count; i++) {
		const struct config_tunnel *tunnel = config->tunnels[i];

		for (j = 0; j < i; j++) {
			const struct config_tunnel *other = config->tunnels[j];

			if (!strcmp(tunnel->name, other->name)) {
				mistake_add(
					mistakes, tunnel->file, tunnel->line,
					"tunnel \"%s\" is given twice; it stands already at %s:%u",
					tunnel->name, other->file, other->line);
				break;
			}
			if (tunnel->device && other->device &&
			    !strcmp(tunnel->device, other->device)) {
				mistake_add(mistakes, tunnel->file, tunnel->line,
					    "tunnel \"%s\": device \"%s\" is that of tunnel \"%s\" "
					    "at %s:%u; "
					    "each tunnel needs its own",
					    tunnel->name, tunnel->device, other->name, other->file,
					    other->line);
				break;
			}
		}
	}
}

void check_config(const struct config *config, const struct settings *settings,
		  struct mistakes *mistakes, struct mistakes *warnings)
{
	const struct settings_section *top = &settings->sections[0];
	const struct setting *port = setting_find(top, "natt-port");
	size_t i, j;

	if (!port)
		port = setting_find(top, "port");
	if (config->port == config->natt_port)
		mistake_add(mistakes, port ? port->file : config->path, port ? port->line : 0,
			    "port and natt-port are both %u; they must differ (RFC 3947 4)",
			    config->port);
	check_names(config, mistakes);
	for (i = 0; i < config->tunnel_count; i++)
		for (j = 0; j < i; j++)
			check_routes_twice(config->tunnels[i], config->tunnels[j], warnings);
}

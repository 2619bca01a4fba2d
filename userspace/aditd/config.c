// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/check.h"
#include "aditd/credential.h"
#include "aditd/memory.h"
#include "aditd/option.h"
#include "aditd/settings.h"

static bool name_good(const char *name)
{
	size_t length = strlen(name), i;

	if (!length || length >= IKE_NAME_MAX || !strcmp(name, "all"))
		return false;
	for (i = 0; i < length; i++)
		if (!isgraph((unsigned char)name[i]) || name[i] == '"' || name[i] == '\\')
			return false;
	return true;
}

static struct config_tunnel *tunnel_read(const struct settings_section *section, bool whole,
					 struct mistakes *mistakes, struct mistakes *warnings)
{
	struct config_tunnel *tunnel = memory_new(sizeof(*tunnel));
	size_t before = mistakes->count;
	char whom[IKE_NAME_MAX + 16];

	tunnel->name = memory_copy_text(section->title);
	tunnel->file = memory_copy_text(section->file);
	tunnel->line = section->line;
	if (!name_good(tunnel->name))
		mistake_add(
			mistakes, section->file, section->line,
			"tunnel \"%s\": a name has 1 to %d printable characters without space or "
			"quotes, and is not \"all\"",
			tunnel->name, IKE_NAME_MAX - 1);
	snprintf(whom, sizeof(whom), "tunnel \"%s\": ", section->title);
	options_read(option_tunnel, section, tunnel, &tunnel->given, whom, mistakes);
	if (whole)
		check_tunnel(tunnel, section, mistakes->count == before, mistakes, warnings);
	return tunnel;
}

static void tunnel_free(struct config_tunnel *tunnel)
{
	credential_free(tunnel);
	options_free(option_tunnel, tunnel);
	if (tunnel->psk_bytes)
		explicit_bzero(tunnel->psk_bytes, CONFIG_SECRET_MAX);
	free(tunnel->psk_bytes);
	memory_erase_text(tunnel->xauth_password);
	free(tunnel->gives);
	free(tunnel->name);
	free(tunnel->file);
	free(tunnel);
}

struct config *config_load(const char *path, struct mistakes *mistakes, struct mistakes *warnings)
{
	struct setting_name *top = option_names(option_top), *tunnel = option_names(option_tunnel);
	struct settings *settings = settings_read(path, top, tunnel, mistakes);
	struct config *config = memory_new(sizeof(*config));
	size_t i;

	config->path = memory_copy_text(path);
	options_read(option_top, &settings->sections[0], config, &config->given, "", mistakes);
	config->tunnels = memory_array(NULL, settings->count, sizeof(*config->tunnels));
	for (i = 1; i < settings->count; i++)
		config->tunnels[config->tunnel_count++] =
			tunnel_read(&settings->sections[i], !settings->broken, mistakes, warnings);
	if (!settings->broken)
		check_config(config, settings, mistakes, warnings);
	settings_free(settings);
	free(top);
	free(tunnel);
	mistakes_sort(mistakes);
	mistakes_sort(warnings);
	if (!mistakes->count)
		return config;
	config_free(config);
	return NULL;
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->tunnel_count; i++)
		tunnel_free(config->tunnels[i]);
	free(config->tunnels);
	options_free(option_top, config);
	free(config->path);
	free(config);
}

struct config_tunnel *config_tunnel(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->tunnel_count; i++)
		if (!strcmp(config->tunnels[i]->name, name))
			return config->tunnels[i];
	return NULL;
}

static bool passwords_equal(const struct config_tunnel *a, const struct config_tunnel *b)
{
	if (!a->xauth_password || !b->xauth_password)
		return a->xauth_password == b->xauth_password;
	return !strcmp(a->xauth_password, b->xauth_password);
}

bool config_tunnel_equal(const struct config_tunnel *a, const struct config_tunnel *b)
{
	const struct option *option;

	for (option = option_tunnel; option->name; option++)
		if (!option_equal(option, a, b))
			return false;
	/* The file's content may have changed, and a secret in the configuration is wiped */
	return credential_equal(a, b) && passwords_equal(a, b) && a->psk_length == b->psk_length &&
	       (!a->psk_length || !memcmp(a->psk_bytes, b->psk_bytes, a->psk_length));
}

bool config_device_equal(const struct config_tunnel *a, const struct config_tunnel *b)
{
	static const char *const names[] = {
		"device", "address", "route", "metric", "mtu", "mode", "when-down"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!option_equal(&option_tunnel[option_index(option_tunnel, names[i])], a, b))
			return false;
	return true;
}

size_t config_pairs(const struct config_tunnel *tunnel, struct ike_pair *pairs, size_t max)
{
	size_t i, j, count = 0;

	for (i = 0; i < tunnel->local_ts_count; i++)
		for (j = 0; j < tunnel->remote_ts_count; j++) {
			const struct ike_selector *local = &tunnel->local_ts[i];
			const struct ike_selector *remote = &tunnel->remote_ts[j];

			/* dynamic takes whatever family the addresses in use have */
			if (local->address.family != AF_UNSPEC &&
			    remote->address.family != AF_UNSPEC &&
			    local->address.family != remote->address.family)
				continue;
			if (count < max)
				pairs[count] = (struct ike_pair) { *local, *remote };
			count++;
		}
	return count;
}

struct ike_selector config_pool(const struct config_tunnel *tunnel)
{
	struct ike_selector pool = {
		.address.family = tunnel->pool.address.family, .prefix = tunnel->pool.length,
	};

	memcpy(pool.address.bytes, tunnel->pool.address.bytes, sizeof(pool.address.bytes));
	return pool;
}

/* Our own addresses on the device are not for clients. */
static void reserve(const struct config_tunnel *tunnel, struct ike_connection *connection)
{
	struct ike_address *to;
	size_t i;

	for (i = 0; i < tunnel->address_count && i < IKE_RESERVED_MAX; i++) {
		to = &connection->reserved[connection->reserved_count++];
		to->family = tunnel->address[i].address.family;
		memcpy(to->bytes, tunnel->address[i].address.bytes, sizeof(to->bytes));
	}
}

void config_connection(const struct config_tunnel *tunnel, const struct ike_address *local,
		       const struct ike_address *remote, struct ike_pair *pairs,
		       struct ike_connection *connection)
{
	*connection = (struct ike_connection) {
		.name = tunnel->name,
		.local = *local,
		.remote = *remote,
		.remote_port = tunnel->remote_port,
		.remote_natt_port = tunnel->remote_natt_port,
		.local_id = tunnel->local_id,
		.remote_id = tunnel->remote_id,
		.auth = tunnel->auth,
		.psk = tunnel->psk_length ? tunnel->psk_bytes : NULL,
		.psk_length = tunnel->psk_length,
		.cert = tunnel->cert_file,
		.key = tunnel->key_file,
		.ca = tunnel->ca_file,
		.ca_count = tunnel->ca_count,
		.crl = tunnel->crl_file,
		.crl_count = tunnel->crl_count,
		.remote_cert = tunnel->remote_cert_file,
		.send_cert = tunnel->send_cert,
		.exchange = tunnel->exchange,
		.ike = (const char *const *)tunnel->ike,
		.ike_count = tunnel->ike_count,
		.esp = (const char *const *)tunnel->esp,
		.esp_count = tunnel->esp_count,
		.ah = (const char *const *)tunnel->ah,
		.ah_count = tunnel->ah_count,
		.pairs = pairs,
		.pair_count = config_pairs(tunnel, pairs, IKE_PAIRS_MAX),
		.mode = tunnel->mode,
		.ike_lifetime = tunnel->ike_lifetime,
		.ike_lifebytes = tunnel->ike_lifebytes,
		.esp_lifetime = tunnel->esp_lifetime,
		.esp_lifebytes = tunnel->esp_lifebytes,
		.rekey_margin = tunnel->rekey_margin,
		.rekey_fuzz = tunnel->rekey_fuzz,
		.replay_window = tunnel->replay_window,
		.esn = tunnel->esn,
		.commit = tunnel->commit,
		.encap = tunnel->encap,
		.keepalive = tunnel->keepalive,
		.dpd_delay = tunnel->dpd_delay,
		.dpd_timeout = tunnel->dpd_timeout,
		.dpd_action = tunnel->dpd_action,
		.start = tunnel->start,
		.unique = tunnel->unique,
		.xauth_user = tunnel->xauth_user,
		.xauth_password = (const uint8_t *)tunnel->xauth_password,
		.xauth_password_length =
			tunnel->xauth_password ? strlen(tunnel->xauth_password) : 0,
		.xauth_server = tunnel->xauth_users,
		.mode_config = tunnel->mode_config,
		.pool = config_pool(tunnel),
		.gives = tunnel->gives,
	};
	reserve(tunnel, connection);
}

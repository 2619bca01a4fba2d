// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/past.h"
#include "aditd/memory.h"
#include "aditd/option.h"
#include "aditd/sa.h"
#include "aditd/tunnel.h"
#include "ike/proposal.h"
#include "netlink/link.h"
#include "netlink/sa.h"

/* One tunnel while it is written */
struct view {
	struct tunnel *tunnel;
	double now;			/* Unix */
	json_t *object;			/* TUNNEL */
	json_t *ike; /* the one that counts: in use, replaced, under way; of these the newest */
	uint64_t ike_age;
	int ike_rank;
	json_t *children;
	json_t *users;
	struct anl_sa *sas;
	size_t sa_count;
};

static json_t *text_or_null(const char *text)
{
	json_t *value = text && *text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *address_or_null(const struct ike_address *address)
{
	char text[IKE_ADDRESS_TEXT];

	return address->family == AF_UNSPEC ? json_null() :
	       json_string(ike_address_text(address, text));
}

/* Milliseconds of the engine as seconds */
static json_t *span_or_null(uint64_t ms)
{
	return ms == IKE_NEVER ? json_null() : json_real(ms / 1000.0);
}

static json_t *spi_text(uint32_t spi)
{
	return json_sprintf("0x%08x", spi);
}

static json_t *cookie_text(const uint8_t cookie[8])
{
	char text[17];
	size_t i;

	for (i = 0; i < 8; i++)
		sprintf(text + 2 * i, "%02x", cookie[i]);
	return json_string(text);
}

/* "aes256, sha1" as an array */
static json_t *weak_words(const char *proposal, enum proposal_kind kind)
{
	struct proposal_list *list = memory_new(sizeof(*list));
	char text[PROPOSAL_TEXT_MAX], *at, *rest = text;
	json_t *words = json_array();

	if (*proposal && proposal_parse(list, kind, proposal, text, sizeof(text)) && list->count) {
		proposal_weak(&list->item[0], text, sizeof(text));
		while ((at = strsep(&rest, ", ")))
			if (*at)
				json_array_append_new(words, json_string(at));
	}
	free(list);
	return words;
}

static json_t *words_of(const char *list)
{
	char *copy = memory_copy_text(list ? list : ""), *rest = copy, *at;
	json_t *words = json_array();

	while ((at = strsep(&rest, ","))) {
		at += strspn(at, " ");
		if (*at)
			json_array_append_new(words, json_string(at));
	}
	free(copy);
	return words;
}

static void put_contact(struct view *view, const struct ike_contact *contact)
{
	json_t *object = json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sent", (json_int_t)contact->sent,
		"received", (json_int_t)contact->received, "sent_natt",
		(json_int_t)contact->sent_natt, "received_natt",
		(json_int_t)contact->received_natt, "retransmits",
		(json_int_t)contact->retransmits, "unanswered",
		(json_int_t)contact->unanswered, "unanswered_natt",
		(json_int_t)contact->unanswered_natt);
	bool never = contact->last_received == IKE_NEVER;

	json_object_set_new(object, "last_received", never ? json_null() :
			    json_real(view->now - contact->last_received / 1000.0));
	json_object_set_new(view->object, "contact", object);
}

static void put_connection(void *ctx, const struct ike_status_connection *status)
{
	struct view *view = ctx;
	bool connecting = status->state == IKE_STATE_CONNECTING;

	json_object_set_new(
		view->object, "attempt",
		json_integer(connecting ? (status->attempts ? status->attempts : 1) : 0));
	json_object_set_new(view->object, "retry_in",
			    connecting ? span_or_null(status->retry) : json_null());
	put_contact(view, &status->contact);
}

/* On a server many phase 1s count, one for each user */
static void put_user(struct view *view, const struct ike_status_sa *status)
{
	char remote[IKE_ENDPOINT_TEXT];

	if (status->established && view->tunnel->config->xauth_users)
		json_array_append_new(view->users, json_pack(
			"{s:s, s:o, s:s}", "user", status->user, "address",
			address_or_null(&status->inner), "remote",
			ike_endpoint_text(&status->remote, remote)));
}

static void put_sa(void *ctx, const struct ike_status_sa *status)
{
	int rank = !status->established ? 0 : status->replaced ? 1 : 2;
	struct view *view = ctx;
	json_t *ike;

	put_user(view, status);
	if (view->ike && (view->ike_rank > rank ||
			  (view->ike_rank == rank && view->ike_age <= status->age)))
		return;
	json_decref(view->ike);
	view->ike_rank = rank;
	view->ike_age = status->age;
	ike = view->ike = json_object();
	json_object_set_new(ike, "state", json_string(status->state));
	json_object_set_new(ike, "role",
			    json_string(status->initiator ? "initiator" : "responder"));
	json_object_set_new(ike, "exchange", json_string(status->exchange));
	json_object_set_new(ike, "cookie_i", cookie_text(status->initiator_cookie));
	json_object_set_new(ike, "cookie_r", cookie_text(status->responder_cookie));
	json_object_set_new(ike, "local_id", text_or_null(status->local_id));
	json_object_set_new(ike, "remote_id", text_or_null(status->remote_id));
	json_object_set_new(ike, "proposal", text_or_null(status->proposal));
	json_object_set_new(ike, "auth", json_string(status->auth));
	json_object_set_new(ike, "user", text_or_null(status->user));
	json_object_set_new(ike, "weak", words_of(status->weak));
	json_object_set_new(ike, "local_port", json_integer(status->local.port));
	json_object_set_new(ike, "remote_port", json_integer(status->remote.port));
	json_object_set_new(ike, "nat_local", status->nat_checked ?
			    json_boolean(status->nat_local) : json_null());
	json_object_set_new(ike, "nat_remote", status->nat_checked ?
			    json_boolean(status->nat_remote) : json_null());
	json_object_set_new(ike, "dpd", json_boolean(status->dpd));
	json_object_set_new(ike, "vendor_ids", words_of(status->vendor));
	json_object_set_new(ike, "established", status->established ?
			    json_real(view->now - status->age / 1000.0) : json_null());
	json_object_set_new(ike, "rekey_in", span_or_null(status->rekey));
	json_object_set_new(ike, "expires_in", span_or_null(status->expire));
	/* A tunnel that takes any peer has one now */
	if (!view->tunnel->remote.family)
		json_object_set_new(view->object, "remote",
				    address_or_null(&status->remote.address));
	if (!view->tunnel->local.family)
		json_object_set_new(view->object, "local", address_or_null(&status->local.address));
}

static const struct anl_sa *find_sa(const struct view *view, enum anl_direction direction,
				    uint8_t protocol, uint32_t spi)
{
	size_t i;

	for (i = 0; i < view->sa_count; i++)
		if (view->sas[i].direction == direction && view->sas[i].protocol == protocol &&
		    view->sas[i].spi == spi)
			return &view->sas[i];
	return NULL;
}

static void add_drops(json_t *drops, const struct anl_sa *sa)
{
	unsigned int i;

	for (i = 0; sa && i < sa->counters.drops.count; i++) {
		const struct anl_drop *drop = &sa->counters.drops.list[i];
		json_int_t before = json_integer_value(json_object_get(drops, drop->reason));

		if (drop->packets)
			json_object_set_new(drops, drop->reason,
					    json_integer(before + drop->packets));
	}
}

static void put_counters(struct view *view, json_t *child, const struct ike_status_child *status)
{
	const struct anl_sa *in = find_sa(view, ANL_IN, status->protocol, status->spi_in);
	const struct anl_sa *out = find_sa(view, ANL_OUT, status->protocol, status->spi_out);
	json_t *drops = json_object();

	json_object_set_new(child, "bytes_in", json_integer(in ? in->counters.bytes : 0));
	json_object_set_new(child, "packets_in", json_integer(in ? in->counters.packets : 0));
	json_object_set_new(child, "bytes_out", json_integer(out ? out->counters.bytes : 0));
	json_object_set_new(child, "packets_out", json_integer(out ? out->counters.packets : 0));
	json_object_set_new(child, "lifebytes", json_integer(out ? out->bytes.hard : 0));
	json_object_set_new(child, "replay_window", json_integer(in ? in->replay_window : 0));
	add_drops(drops, in);
	add_drops(drops, out);
	if (status->ah_spi_in) {
		add_drops(drops, find_sa(view, ANL_IN, IKE_PROTOCOL_AH, status->ah_spi_in));
		add_drops(drops, find_sa(view, ANL_OUT, IKE_PROTOCOL_AH, status->ah_spi_out));
	}
	json_object_set_new(child, "drops", drops);
}

/* Of a bundle, the AH around the ESP */
static json_t *ah_or_null(const struct ike_status_child *status)
{
	json_t *ah;

	if (!*status->ah_proposal)
		return json_null();
	ah = json_object();
	json_object_set_new(ah, "spi_in", spi_text(status->ah_spi_in));
	json_object_set_new(ah, "spi_out", spi_text(status->ah_spi_out));
	json_object_set_new(ah, "proposal", json_string(status->ah_proposal));
	json_object_set_new(ah, "weak", weak_words(status->ah_proposal, PROPOSAL_AH));
	return ah;
}

static void put_child(void *ctx, const struct ike_status_child *status)
{
	char local[IKE_SELECTOR_TEXT], remote[IKE_SELECTOR_TEXT];
	struct view *view = ctx;
	json_t *child = json_object();
	bool esp = status->protocol == IKE_PROTOCOL_ESP;

	json_object_set_new(child, "spi_in", spi_text(status->spi_in));
	json_object_set_new(child, "spi_out", spi_text(status->spi_out));
	json_object_set_new(child, "pair", json_integer(status->pair));
	json_object_set_new(child, "state", json_string(status->state));
	json_object_set_new(child, "protocol", json_string(esp ? "esp" : "ah"));
	json_object_set_new(child, "mode", json_string(status->mode == IKE_MODE_TUNNEL ? "tunnel" :
						       "transport"));
	json_object_set_new(child, "proposal", json_string(status->proposal));
	json_object_set_new(child, "weak", weak_words(status->proposal, esp ? PROPOSAL_ESP :
						      PROPOSAL_AH));
	json_object_set_new(child, "ah", ah_or_null(status));
	json_object_set_new(child, "role",
			    json_string(status->initiator ? "initiator" : "responder"));
	json_object_set_new(child, "encap", json_boolean(status->encap));
	json_object_set_new(child, "esn", json_boolean(status->esn));
	json_object_set_new(child, "local_ts",
			    json_string(ike_selector_text(&status->local_ts, local)));
	json_object_set_new(child, "remote_ts",
			    json_string(ike_selector_text(&status->remote_ts, remote)));
	json_object_set_new(child, "installed", json_real(view->now - status->age / 1000.0));
	json_object_set_new(child, "rekey_in", span_or_null(status->rekey));
	json_object_set_new(child, "expires_in", span_or_null(status->expire));
	put_counters(view, child, status);
	if (status->outbound)
		json_array_insert_new(view->children, 0, child);
	else
		json_array_append_new(view->children, child);
}

static void put_device(struct view *view)
{
	struct tunnel *tunnel = view->tunnel;
	struct anl_error error;
	struct anl_link link;
	bool there = tunnel->device.ifindex &&
		     !anl_link_get(tunnel->daemon->anl, tunnel->device.ifindex, &link, &error);

	json_object_set_new(view->object, "device", json_string(tunnel->config->device));
	json_object_set_new(view->object, "ifindex", json_integer(there ? link.ifindex : 0));
	json_object_set_new(view->object, "carrier",
			    there ? json_boolean(link.carrier) : json_null());
	json_object_set_new(view->object, "mtu", there ? json_integer(link.mtu) : json_null());
}

static json_t *prefixes(const struct anl_prefix *list, size_t count)
{
	char text[ANL_PREFIX_TEXT];
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(array, json_string(anl_prefix_format(&list[i], text)));
	return array;
}

static const char *start_word(const struct tunnel *tunnel)
{
	switch (tunnel->config->start) {
	case IKE_START_ALWAYS:
		return "always";
	case IKE_START_ON_DEMAND:
		return "on-demand";
	default:
		return "wait";
	}
}

static json_t *lease_or_null(const struct ike_lease *lease)
{
	json_t *object, *dns, *networks;
	char text[IKE_SELECTOR_TEXT];
	size_t i;

	if (!lease)
		return json_null();
	dns = json_array();
	networks = json_array();
	for (i = 0; i < lease->dns_count; i++)
		json_array_append_new(dns, address_or_null(&lease->dns[i]));
	for (i = 0; i < lease->network_count; i++)
		json_array_append_new(networks,
				      json_string(ike_selector_text(&lease->networks[i], text)));
	object = json_object();
	json_object_set_new(object, "address", address_or_null(&lease->address));
	json_object_set_new(object, "dns", dns);
	json_object_set_new(object, "networks", networks);
	json_object_set_new(object, "domain", text_or_null(lease->domain));
	json_object_set_new(object, "banner", text_or_null(lease->banner));
	return object;
}

static void put_configured(struct view *view)
{
	const struct config_tunnel *config = view->tunnel->config;

	json_object_set_new(view->object, "remote_name", json_string(config->remote));
	json_object_set_new(view->object, "start", json_string(start_word(view->tunnel)));
	json_object_set_new(view->object, "addresses",
			    prefixes(config->address, config->address_count));
	json_object_set_new(view->object, "routes", prefixes(config->route, config->route_count));
	json_object_set_new(view->object, "metric", json_integer(config->metric));
}

static json_t *last_error(const struct tunnel *tunnel)
{
	json_t *error = NULL;

	if (*tunnel->error.code)
		error = json_pack("{s:s, s:s, s:f}", "code", tunnel->error.code, "text",
				  tunnel->error.text, "time", tunnel->error.time);
	return error ? error : json_null();
}

static json_t *tunnel_object(struct tunnel *tunnel, bool whole)
{
	static const struct ike_visitor visitor = { put_connection, put_sa, put_child };
	struct daemon *daemon = tunnel->daemon;
	struct view view = {
		.tunnel = tunnel, .now = daemon_time(), .object = json_object(),
		.children = json_array(), .users = json_array(),
	};
	json_t *object = view.object;

	view.sas = sa_counters(daemon, tunnel->device.ifindex, &view.sa_count);
	json_object_set_new(object, "name", json_string(tunnel->config->name));
	json_object_set_new(object, "state", json_string(ike_state_text(tunnel->state)));
	json_object_set_new(object, "since", json_real(tunnel->since));
	put_device(&view);
	json_object_set_new(object, "local", address_or_null(&tunnel->local));
	json_object_set_new(object, "remote", address_or_null(&tunnel->remote));
	put_configured(&view);
	json_object_set_new(object, "attempt", json_integer(tunnel->wanted ? tunnel->tries : 0));
	json_object_set_new(object, "retry_in", span_or_null(tunnel_retry_in(tunnel)));
	if (tunnel->keyed)
		ike_status(engine_ike(daemon->engine), tunnel->config->name, engine_now(), &visitor,
			   &view);
	json_object_set_new(object, "ike", view.ike ? view.ike : json_null());
	json_object_set_new(object, "children", view.children);
	json_object_set_new(object, "users", view.users);
	json_object_set_new(object, "lease", lease_or_null(tunnel->lease));
	json_object_set_new(object, "last_error", last_error(tunnel));
	json_object_set_new(object, "send_error", tunnel->send_error ?
			    json_string(strerror(tunnel->send_error)) : json_null());
	/* Thousands of tunnels in one answer need not tell all this */
	if (whole) {
		json_object_set_new(object, "config", options_json(option_tunnel, tunnel->config));
		json_object_set_new(object, "history", past_json(tunnel->past));
	}
	free(view.sas);
	return object;
}

json_t *status_tunnels(struct daemon *daemon, const char *name)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++)
		if (!*name || !strcmp(daemon->tunnels[i]->config->name, name))
			json_array_append_new(array, tunnel_object(daemon->tunnels[i], *name));
	return array;
}

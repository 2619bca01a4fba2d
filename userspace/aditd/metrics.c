// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/sa.h"
#include "aditd/status.h"
#include "aditd/tunnel.h"
#include "netlink/link.h"

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void engine_counters(FILE *out, const struct ike_counters *counters)
{
	const struct {
		const char *name, *help;
		uint64_t value;
	} list[] = {
		{ "adit_ike_datagrams_in_total", "IKE datagrams received.",
		  counters->datagrams_in },
		{ "adit_ike_datagrams_out_total", "IKE datagrams sent.", counters->datagrams_out },
		{ "adit_ike_dropped_total", "IKE datagrams ignored: malformed, forged, unexpected.",
		  counters->dropped },
		{ "adit_ike_duplicates_total", "IKE datagrams answered again from memory.",
		  counters->duplicates },
		{ "adit_ike_retransmits_total", "IKE datagrams sent again.",
		  counters->retransmits },
		{ "adit_ike_half_open_refused_total",
		  "First messages refused by the half-open limits.", counters->half_open_refused },
		{ "adit_ike_up_total", "Phase 1 SAs established.", counters->ike_up },
		{ "adit_child_up_total", "Pairs of IPsec SAs established.", counters->child_up },
		{ "adit_failed_total", "Attempts that failed.", counters->failed },
	};
	size_t i;

	head(out, "adit_ike_sas", "gauge", "Phase 1 SAs, half-open ones included.");
	fprintf(out, "adit_ike_sas %u\n", counters->ike_sas);
	head(out, "adit_ike_half_open", "gauge",
	     "Phase 1 SAs that peers began and did not finish.");
	fprintf(out, "adit_ike_half_open %u\n", counters->half_open);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		head(out, list[i].name, "counter", list[i].help);
		fprintf(out, "%s %" PRIu64 "\n", list[i].name, list[i].value);
	}
}

/* Names have no quotes and no backslashes: config.c */
static void tunnel_gauges(FILE *out, const struct daemon *daemon)
{
	size_t i;

	head(out, "adit_tunnel_up", "gauge",
	     "1 when IPsec SAs are established in both directions.");
	for (i = 0; i < daemon->tunnel_count; i++)
		fprintf(out, "adit_tunnel_up{tunnel=\"%s\"} %d\n", daemon->tunnels[i]->config->name,
			daemon->tunnels[i]->state == IKE_STATE_ESTABLISHED);
	head(out, "adit_tunnel_state_seconds", "gauge", "Seconds in the present state.");
	for (i = 0; i < daemon->tunnel_count; i++)
		fprintf(out, "adit_tunnel_state_seconds{tunnel=\"%s\",state=\"%s\"} %.3f\n",
			daemon->tunnels[i]->config->name, ike_state_text(daemon->tunnels[i]->state),
			daemon_time() - daemon->tunnels[i]->since);
	head(out, "adit_tunnel_last_error", "gauge", "Unix time of the last error, by its code.");
	for (i = 0; i < daemon->tunnel_count; i++)
		if (*daemon->tunnels[i]->error.code)
			fprintf(out, "adit_tunnel_last_error{tunnel=\"%s\",code=\"%s\"} %.3f\n",
				daemon->tunnels[i]->config->name, daemon->tunnels[i]->error.code,
				daemon->tunnels[i]->error.time);
}

/* Until the first pair of a tunnel is renewed; negative when none is planned */
static double next_rekey(const json_t *tunnel)
{
	const json_t *child;
	double least = -1;
	size_t i;

	json_array_foreach(json_object_get(tunnel, "children"), i, child) {
		const json_t *in = json_object_get(child, "rekey_in");

		if (json_is_number(in) && (least < 0 || json_number_value(in) < least))
			least = json_number_value(in);
	}
	return least;
}

static void sas(FILE *out, struct daemon *daemon)
{
	json_t *tunnels = status_tunnels(daemon, "");
	const json_t *tunnel;
	size_t i;

	head(out, "adit_tunnel_sas", "gauge", "Pairs of IPsec SAs.");
	json_array_foreach(tunnels, i, tunnel)
		fprintf(out, "adit_tunnel_sas{tunnel=\"%s\"} %zu\n",
			json_string_value(json_object_get(tunnel, "name")),
			json_array_size(json_object_get(tunnel, "children")));
	head(out, "adit_tunnel_rekey_seconds", "gauge", "Until the next pair of SAs is renewed.");
	json_array_foreach(tunnels, i, tunnel)
		if (next_rekey(tunnel) >= 0)
			fprintf(out, "adit_tunnel_rekey_seconds{tunnel=\"%s\"} %.3f\n",
				json_string_value(json_object_get(tunnel, "name")),
				next_rekey(tunnel));
	json_decref(tunnels);
}

static void failures(FILE *out, const struct daemon *daemon)
{
	size_t i;
	int code;

	head(out, "adit_tunnel_failures_total", "counter", "Failures and refusals, by their code.");
	for (i = 0; i < daemon->tunnel_count; i++)
		for (code = 1; code < IKE_ERROR_COUNT; code++)
			if (daemon->tunnels[i]->failures[code])
				fprintf(out,
					"adit_tunnel_failures_total{tunnel=\"%s\",code=\"%s\"} "
					"%" PRIu64 "\n",
					daemon->tunnels[i]->config->name, ike_error_code(code),
					daemon->tunnels[i]->failures[code]);
}

static const struct {
	const char *name, *help;
	size_t offset;
} device_counters[] = {
	{ "adit_device_receive_bytes_total", "Inner bytes received.",
	  offsetof(struct anl_link, rx_bytes) },
	{ "adit_device_receive_packets_total", "Inner packets received.",
	  offsetof(struct anl_link, rx_packets) },
	{ "adit_device_transmit_bytes_total", "Inner bytes sent.",
	  offsetof(struct anl_link, tx_bytes) },
	{ "adit_device_transmit_packets_total", "Inner packets sent.",
	  offsetof(struct anl_link, tx_packets) },
};

static void devices(FILE *out, struct daemon *daemon, const struct anl_link *links)
{
	size_t i, counter;
	uint64_t value;

	for (counter = 0; counter < sizeof(device_counters) / sizeof(device_counters[0]);
	     counter++) {
		head(out, device_counters[counter].name, "counter", device_counters[counter].help);
		for (i = 0; i < daemon->tunnel_count; i++) {
			if (!links[i].ifindex)
				continue;
			memcpy(&value, (const char *)&links[i] + device_counters[counter].offset,
			       sizeof(value));
			fprintf(out, "%s{tunnel=\"%s\",device=\"%s\"} %" PRIu64 "\n",
				device_counters[counter].name, daemon->tunnels[i]->config->name,
				links[i].name, value);
		}
	}
}

static void drops(FILE *out, struct daemon *daemon)
{
	size_t i, counter;

	head(out, "adit_device_drops_total", "counter",
	     "Packets dropped by the device, by reason.");
	for (i = 0; i < daemon->tunnel_count; i++) {
		struct tunnel *tunnel = daemon->tunnels[i];
		struct anl_device device = { 0 };
		struct anl_error error;

		if (!tunnel->device.ifindex ||
		    anl_device_get(daemon->anl, tunnel->device.ifindex, &device, &error))
			continue;
		for (counter = 0; counter < device.drops.count; counter++)
			fprintf(out,
				"adit_device_drops_total{tunnel=\"%s\",reason=\"%s\"} %" PRIu64
				"\n",
				tunnel->config->name, device.drops.list[counter].reason,
				device.drops.list[counter].packets);
	}
}

char *metrics_text(struct daemon *daemon)
{
	struct anl_link *links = calloc(daemon->tunnel_count + 1, sizeof(*links));
	struct ike_counters counters;
	struct anl_error error;
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (!out || !links)
		abort();
	for (i = 0; i < daemon->tunnel_count; i++)
		if (!daemon->tunnels[i]->device.ifindex ||
		    anl_link_get(daemon->anl, daemon->tunnels[i]->device.ifindex, &links[i],
				 &error))
			links[i].ifindex = 0;
	ike_counters(engine_ike(daemon->engine), &counters);
	head(out, "adit_info", "gauge", "The version of aditd.");
	fprintf(out, "adit_info{version=\"%s\"} 1\n", ADIT_VERSION);
	tunnel_gauges(out, daemon);
	sas(out, daemon);
	failures(out, daemon);
	engine_counters(out, &counters);
	devices(out, daemon, links);
	drops(out, daemon);
	free(links);
	fclose(out);
	return text;
}

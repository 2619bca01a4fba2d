// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/aws_config.h"

#include <string.h>

/* Metrics of the preferred and of the stand-by tunnel */
#define METRIC(i) (100 * ((i) + 1))

static void print_list(FILE *out, const char *option, char words[][AWS_TEXT], unsigned int count)
{
	fprintf(out, "    %-13s = {", option);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s \"%s\"", i ? "," : "", words[i]);
	fputs(" }\n", out);
}

static void print_proposals(FILE *out, const struct aws_tunnel *tunnel)
{
	char words[AWS_WORDS_MAX][AWS_TEXT];

	print_list(out, "ike", words, aws_proposals(&tunnel->ike, false, words));
	print_list(out, "esp", words, aws_proposals(&tunnel->esp, true, words));
}

static void print_addresses(FILE *out, const struct aws_tunnel *tunnel)
{
	char text[ANL_PREFIX_TEXT];
	const char *separator = "";

	fprintf(out, "    address       = {");
	if (tunnel->inside.address.family) {
		fprintf(out, " \"%s\"", anl_prefix_format(&tunnel->inside, text));
		separator = ",";
	}
	if (tunnel->inside6.address.family)
		fprintf(out, "%s \"%s\"", separator, anl_prefix_format(&tunnel->inside6, text));
	fputs(" }\n", out);
	/* One pair of selectors, and routes: several pairs replace each other at Amazon's end */
	if (!tunnel->inside.address.family)
		fputs("    local-ts      = { \"::/0\" }\n    remote-ts     = { \"::/0\" }\n", out);
}

static void print_routes(FILE *out, const struct aws_connection *connection, unsigned int index)
{
	char text[ANL_PREFIX_TEXT];

	if (connection->bgp) {
		fputs("    # routes come by BGP over this device\n", out);
		return;
	}
	if (!connection->route_count) {
		fputs("    # the networks of your VPC, which the download does not name:\n"
		      "    #route        = { \"10.0.0.0/16\" }\n", out);
	} else {
		fputs("    route         = {", out);
		for (unsigned int i = 0; i < connection->route_count; i++)
			fprintf(out, "%s \"%s\"", i ? "," : "",
				anl_prefix_format(&connection->routes[i], text));
		fputs(" }\n", out);
	}
	fprintf(out, "    metric        = %u\n", METRIC(index));
}

static void print_times(FILE *out, const struct aws_tunnel *tunnel)
{
	unsigned int interval = tunnel->dpd_interval ? tunnel->dpd_interval : 10;
	unsigned int retries = tunnel->dpd_retries ? tunnel->dpd_retries : 3;

	if (tunnel->ike.lifetime)
		fprintf(out, "    ike-lifetime  = \"%us\"\n", tunnel->ike.lifetime);
	if (tunnel->esp.lifetime)
		fprintf(out, "    esp-lifetime  = \"%us\"\n", tunnel->esp.lifetime);
	if (tunnel->margin)
		fprintf(out, "    rekey-margin  = \"%us\"\n", tunnel->margin);
	if (tunnel->fuzz >= 0)
		fprintf(out, "    rekey-fuzz    = %d\n", tunnel->fuzz);
	if (tunnel->window)
		fprintf(out, "    replay-window = %u\n", tunnel->window);
	fprintf(out, "    dpd-delay     = \"%us\"\n    dpd-timeout   = \"%us\"\n", interval,
		interval * retries);
	fputs("    dpd-action    = \"restart\"\n    start         = \"always\"\n", out);
}

void aws_print_tunnels(FILE *out, const struct aws_connection *connection, const char *name,
		       const char *folder)
{
	fprintf(out, "# %s of Amazon Web Services, by 'adit import aws'.\n"
		"# %s-1 is preferred; %s-2 takes over while it is down.\n", connection->id, name,
		name);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];
		char text[ANL_PREFIX_TEXT];

		fprintf(out, "\ntunnel \"%s-%u\" {\n", name, i + 1);
		fprintf(out, "    remote        = \"%s\"\n",
			anl_address_format(&tunnel->remote, text));
		/* Behind a NAT, too, Amazon knows us by the address of the customer gateway */
		if (tunnel->local.family)
			fprintf(out, "    local-id      = \"%s\"\n",
				anl_address_format(&tunnel->local, text));
		fprintf(out, "    psk-file      = \"%s/%s-%u.psk\"\n", folder, name, i + 1);
		print_proposals(out, tunnel);
		print_times(out, tunnel);
		print_addresses(out, tunnel);
		print_routes(out, connection, i);
		fputs("}\n", out);
	}
}

/* A word that BIRD takes as a name: letters, digits and '_' */
static void print_name(FILE *out, const char *name, unsigned int index)
{
	for (; *name; name++)
		fputc(strchr("-.", *name) ? '_' : *name, out);
	fprintf(out, "_%u", index + 1);
}

static void print_bird_peer(FILE *out, const struct aws_tunnel *tunnel, const char *name,
			    unsigned int index, bool ipv6)
{
	char ours[ANL_PREFIX_TEXT], peer[ANL_PREFIX_TEXT];

	fputs("\nprotocol bgp ", out);
	print_name(out, name, index);
	fprintf(out, "%s {\n    local %s as %u;\n    neighbor %s as %u;\n    hold time %u;\n",
		ipv6 ? "_6" : "",
		anl_address_format(ipv6 ? &tunnel->inside6.address : &tunnel->inside.address, ours),
		tunnel->our_asn, anl_address_format(ipv6 ? &tunnel->peer6 : &tunnel->peer, peer),
		tunnel->peer_asn, tunnel->hold_time ? tunnel->hold_time : 30);
	fprintf(out, "    ipv%d {\n        import filter { bgp_local_pref = %u; accept; };\n",
		ipv6 ? 6 : 4, 200 - METRIC(index) / 2);
	fputs("        export filter {\n            # what you announce to Amazon\n"
	      "            if source ~ [ RTS_STATIC, RTS_DEVICE, RTS_INHERIT ] then {\n", out);
	if (index)
		fprintf(out, "                bgp_path.prepend(%u);\n", tunnel->our_asn);
	fputs("                accept;\n            }\n            reject;\n        };\n"
	      "    };\n}\n", out);
}

void aws_print_bird(FILE *out, const struct aws_connection *connection, const char *name)
{
	fprintf(out, "# For BIRD 2, which also needs 'protocol device' and 'protocol kernel': %s\n",
		connection->id);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];

		if (tunnel->inside.address.family)
			print_bird_peer(out, tunnel, name, i, false);
		if (tunnel->inside6.address.family)
			print_bird_peer(out, tunnel, name, i, true);
	}
}

static void print_frr_neighbours(FILE *out, const struct aws_connection *connection, bool ipv6)
{
	char peer[ANL_PREFIX_TEXT];

	fprintf(out, " address-family ipv%d unicast\n  redistribute connected\n", ipv6 ? 6 : 4);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];

		anl_address_format(ipv6 ? &tunnel->peer6 : &tunnel->peer, peer);
		fprintf(out, "  neighbor %s activate\n  neighbor %s route-map ADIT-IN-%u in\n"
			"  neighbor %s route-map ADIT-OUT-%u out\n",
			peer, peer, i + 1, peer, i + 1);
	}
	fputs(" exit-address-family\n", out);
}

static void print_frr_peers(FILE *out, const struct aws_tunnel *tunnel)
{
	const struct anl_address *peers[] = { &tunnel->peer, &tunnel->peer6 };
	unsigned int hold = tunnel->hold_time ? tunnel->hold_time : 30;
	char peer[ANL_PREFIX_TEXT];

	for (int i = 0; i < 2; i++)
		if (peers[i]->family)
			fprintf(out, " neighbor %s remote-as %u\n neighbor %s timers %u %u\n",
				anl_address_format(peers[i], peer), tunnel->peer_asn, peer,
				hold / 3, hold);
}

void aws_print_frr(FILE *out, const struct aws_connection *connection, const char *name)
{
	fprintf(out, "! For FRR (bgpd): %s, tunnels %s-1 and %s-2\n", connection->id, name, name);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		fprintf(out, "route-map ADIT-IN-%u permit 10\n set local-preference %u\nexit\n",
			i + 1, 200 - METRIC(i) / 2);
		fprintf(out, "route-map ADIT-OUT-%u permit 10\n", i + 1);
		if (i)
			fprintf(out, " set as-path prepend %u\n", connection->tunnels[i].our_asn);
		fputs("exit\n", out);
	}
	fprintf(out, "router bgp %u\n", connection->tunnels[0].our_asn);
	for (unsigned int i = 0; i < connection->tunnel_count; i++)
		print_frr_peers(out, &connection->tunnels[i]);
	if (connection->tunnels[0].peer.family)
		print_frr_neighbours(out, connection, false);
	if (connection->tunnels[0].peer6.family)
		print_frr_neighbours(out, connection, true);
	fputs("exit\n", out);
}

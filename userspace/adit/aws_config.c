// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/aws_config.h"

#include <string.h>

/* Metrics of the preferred and of the stand-by tunnel */
#define METRIC(i) (100 * ((i) + 1))

/* A proposal a line, in the column of the first */
#define LIST_BREAK "\n                      "

static void print_list(FILE *out, const char *option, char words[][AWS_TEXT], unsigned int count)
{
	fprintf(out, "    %-13s = {", option);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s%s\"%s\"", i ? "," : "", i ? LIST_BREAK : " ", words[i]);
	fputs(" }\n", out);
}

static void print_proposals(FILE *out, const struct aws_tunnel *tunnel)
{
	char words[AWS_WORDS_MAX][AWS_TEXT];

	print_list(out, "ike", words, aws_proposals(&tunnel->ike, false, words));
	print_list(out, "esp", words, aws_proposals(&tunnel->esp, true, words));
}

/*
 * One pair of selectors, and routes: several pairs replace each other at Amazon's end. A connection
 * with IPv6 inside carries nothing else.
 */
static void print_selectors(FILE *out, const struct aws_connection *connection,
			    const struct aws_tunnel *tunnel)
{
	const char *any = tunnel->inside6.address.family ? "::/0" : "0.0.0.0/0";
	char text[ANL_PREFIX_TEXT];

	fprintf(out, "    local-ts      = { \"%s\" }\n", connection->ours.length ?
		anl_prefix_format(&connection->ours, text) : any);
	fprintf(out, "    remote-ts     = { \"%s\" }\n", connection->theirs.length ?
		anl_prefix_format(&connection->theirs, text) : any);
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
}

static void print_routes(FILE *out, const struct aws_connection *connection, unsigned int index)
{
	char text[ANL_PREFIX_TEXT];

	if (connection->bgp)
		fputs("    # routes come by BGP over this device\n", out);
	if (connection->bgp && !connection->theirs.length)
		return;
	if (!connection->route_count && connection->theirs.length) {
		fputs("    # route: that of remote-ts\n", out);
	} else if (!connection->route_count) {
		fprintf(out, "    # the networks of your VPC, which the download does not name:\n"
			"    #route        = { \"%s\" }\n",
			connection->tunnels[0].inside6.address.family ? "2001:db8::/56" :
			"10.0.0.0/16");
	} else {
		fputs("    route         = {", out);
		for (unsigned int i = 0; i < connection->route_count; i++)
			fprintf(out, "%s \"%s\"", i ? "," : "",
				anl_prefix_format(&connection->routes[i], text));
		fputs(" }\n", out);
	}
	fprintf(out, "    metric        = %u\n", METRIC(index));
}

/*
 * Amazon's margin is that of its own rekeying, and may be as long as the lifetime. Ours leaves an
 * SA half of its life at least. 0: what aditd takes by itself does.
 */
static unsigned int margin_of(const struct aws_tunnel *tunnel)
{
	unsigned int life = tunnel->esp.lifetime ? tunnel->esp.lifetime : 3600;
	unsigned int fuzz = tunnel->fuzz >= 0 ? (unsigned int)tunnel->fuzz : 100;
	unsigned int most;

	if (tunnel->ike.lifetime && tunnel->ike.lifetime < life)
		life = tunnel->ike.lifetime;
	most = life / 2 * 100 / (100 + fuzz);
	if (!tunnel->margin)
		return most < 540 ? most : 0;
	return tunnel->margin < most ? tunnel->margin : most;
}

static void print_times(FILE *out, const struct aws_tunnel *tunnel)
{
	unsigned int interval = tunnel->dpd_interval ? tunnel->dpd_interval : 10;
	unsigned int retries = tunnel->dpd_retries ? tunnel->dpd_retries : 3;

	if (tunnel->ike.lifetime)
		fprintf(out, "    ike-lifetime  = \"%us\"\n", tunnel->ike.lifetime);
	if (tunnel->esp.lifetime)
		fprintf(out, "    esp-lifetime  = \"%us\"\n", tunnel->esp.lifetime);
	if (margin_of(tunnel))
		fprintf(out, "    rekey-margin  = \"%us\"\n", margin_of(tunnel));
	if (tunnel->fuzz >= 0)
		fprintf(out, "    rekey-fuzz    = %d\n", tunnel->fuzz);
	if (tunnel->window)
		fprintf(out, "    replay-window = %u\n", tunnel->window);
	fprintf(out, "    dpd-delay     = \"%us\"\n    dpd-timeout   = \"%us\"\n", interval,
		tunnel->dpd_timeout ? tunnel->dpd_timeout : interval * retries);
	fputs("    dpd-action    = \"restart\"\n    start         = \"always\"\n", out);
}

static void print_behind(FILE *out, const struct aws_connection *connection)
{
	char text[ANL_PREFIX_TEXT];

	if (!connection->behind_count)
		return;
	fputs("# Amazon sends us what is for", out);
	for (unsigned int i = 0; i < connection->behind_count; i++)
		fprintf(out, "%s %s", i ? "," : "",
			anl_prefix_format(&connection->behind[i], text));
	fputs(".\n", out);
}

void aws_print_tunnels(FILE *out, const struct aws_connection *connection, const char *name,
		       const char *folder)
{
	fprintf(out, "# %s of Amazon Web Services, by 'adit import aws'.\n"
		"# %s-1 is preferred; %s-2 takes over while it is down.\n", connection->id, name,
		name);
	print_behind(out, connection);
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
		if (connection->accelerated)
			fputs("    encap         = \"force\"    # for acceleration\n",
			      out);
		print_addresses(out, tunnel);
		print_selectors(out, connection, tunnel);
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
	fprintf(out, "%s {\n    local %s as %u;\n    neighbor %s as %u;\n    hold time %u;\n"
		"    check link yes;    # the device has no carrier while the tunnel is down\n"
		"    error wait time 2, 30;    # back soon after the tunnel is, not in a minute\n"
		"    connect delay time 2;\n    connect retry time 10;\n",
		ipv6 ? "_6" : "",
		anl_address_format(ipv6 ? &tunnel->inside6.address : &tunnel->inside.address, ours),
		tunnel->our_asn, anl_address_format(ipv6 ? &tunnel->peer6 : &tunnel->peer, peer),
		tunnel->peer_asn, tunnel->hold_time ? tunnel->hold_time : 30);
	fprintf(out, "    ipv%d {\n        import filter { bgp_local_pref = %u; accept; };\n",
		ipv6 ? 6 : 4, 200 - METRIC(index) / 2);
	/* Neither the way to everywhere nor the tunnels' own ends */
	fprintf(out, "        export filter {\n            # what you announce to Amazon\n"
		"            if net ~ [ %s ] then reject;\n"
		"            if source ~ [ RTS_STATIC, RTS_DEVICE, RTS_INHERIT ] then {\n",
		ipv6 ? "::/0, fd00::/8{126,126}" : "0.0.0.0/0, 169.254.0.0/16+");
	if (index)
		fprintf(out, "                bgp_path.prepend(%u);\n", tunnel->our_asn);
	fputs("                accept;\n            }\n            reject;\n        };\n"
	      "    };\n}\n", out);
}

void aws_print_bird(FILE *out, const struct aws_connection *connection, const char *name)
{
	fprintf(out, "# %s, for the end of /etc/bird/bird.conf; then 'birdc configure'.\n"
		"# BIRD 2 also needs 'protocol device' and 'protocol kernel'; what it\n"
		"# announces it has of 'protocol direct' (our networks) or 'protocol static'.\n",
		connection->id);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];

		/* One of the families: IPv6 connections carry no IPv4 */
		print_bird_peer(out, tunnel, name, i, tunnel->inside6.address.family);
	}
}

/* Maps and lists have the connection's name: there may be several */
static void print_frr_neighbours(FILE *out, const struct aws_connection *connection,
				 const char *name, bool ipv6)
{
	char peer[ANL_PREFIX_TEXT];

	fprintf(out, " address-family ipv%d unicast\n"
		"  ! what you announce to Amazon, without the tunnels' own ends\n"
		"  redistribute connected\n", ipv6 ? 6 : 4);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];

		anl_address_format(ipv6 ? &tunnel->peer6 : &tunnel->peer, peer);
		fprintf(out, "  neighbor %s activate\n  neighbor %s route-map %s-in-%u in\n"
			"  neighbor %s route-map %s-out-%u out\n",
			peer, peer, name, i + 1, peer, name, i + 1);
	}
	fputs(" exit-address-family\n", out);
}

static void print_frr_peer(FILE *out, const struct aws_tunnel *tunnel, bool ipv6)
{
	unsigned int hold = tunnel->hold_time ? tunnel->hold_time : 30;
	char peer[ANL_PREFIX_TEXT];

	anl_address_format(ipv6 ? &tunnel->peer6 : &tunnel->peer, peer);
	fprintf(out, " neighbor %s remote-as %u\n neighbor %s timers %u %u\n", peer,
		tunnel->peer_asn, peer, hold / 3, hold);
}

static void print_frr_maps(FILE *out, const struct aws_tunnel *tunnel, const char *name,
			   unsigned int index, bool ipv6)
{
	fprintf(out, "route-map %s-in-%u permit 10\n set local-preference %u\nexit\n", name,
		index + 1, 200 - METRIC(index) / 2);
	fprintf(out, "route-map %s-out-%u permit 10\n match %s address prefix-list %s-own\n", name,
		index + 1, ipv6 ? "ipv6" : "ip", name);
	if (index)
		fprintf(out, " set as-path prepend %u\n", tunnel->our_asn);
	fputs("exit\n", out);
}

void aws_print_frr(FILE *out, const struct aws_connection *connection, const char *name)
{
	static const char *const own[2][3] = {
		{ "seq 5 deny 0.0.0.0/0", "seq 10 deny 169.254.0.0/16 le 32",
		  "seq 20 permit 0.0.0.0/0 le 32" },
		{ "seq 5 deny ::/0", "seq 10 deny fd00::/8 ge 126", "seq 20 permit ::/0 le 128" },
	};
	const struct aws_tunnel *tunnels = connection->tunnels;
	bool ipv6 = tunnels[0].inside6.address.family;

	fprintf(out, "! %s, tunnels %s-1 and %s-2: for FRR. 'bgpd=yes' in /etc/frr/daemons,\n"
		"! then 'vtysh -f' with this file, and 'vtysh -c write' to keep it.\n",
		connection->id, name, name);
	for (size_t i = 0; i < sizeof(*own) / sizeof(**own); i++)
		fprintf(out, "%s prefix-list %s-own %s\n", ipv6 ? "ipv6" : "ip", name,
			own[ipv6][i]);
	for (unsigned int i = 0; i < connection->tunnel_count; i++)
		print_frr_maps(out, &tunnels[i], name, i, ipv6);
	fprintf(out, "router bgp %u\n", tunnels[0].our_asn);
	for (unsigned int i = 0; i < connection->tunnel_count; i++)
		print_frr_peer(out, &tunnels[i], ipv6);
	print_frr_neighbours(out, connection, name, ipv6);
	fputs("exit\n", out);
}

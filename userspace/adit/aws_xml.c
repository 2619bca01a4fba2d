// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The CustomerGatewayConfiguration.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "adit/aws.h"
#include "adit/xml.h"

/* "a/b/c" below @node */
static const struct xml_element *descend(const struct xml_element *node, const char *path)
{
	char name[64];

	while (node && *path) {
		size_t length = strcspn(path, "/");

		if (length >= sizeof(name))
			return NULL;
		memcpy(name, path, length);
		name[length] = '\0';
		node = xml_child(node, name);
		path += length + (path[length] == '/');
	}
	return node;
}

/* The text there, without the blanks around it; "" when there is none or it does not fit */
static void text_at(const struct xml_element *node, const char *path, char *text, size_t size)
{
	const char *first, *end;

	*text = '\0';
	node = descend(node, path);
	if (!node || !node->text)
		return;
	for (first = node->text; isspace((unsigned char)*first); first++)
		;
	for (end = first + strlen(first); end > first && isspace((unsigned char)end[-1]); end--)
		;
	if ((size_t)(end - first) < size) {
		memcpy(text, first, (size_t)(end - first));
		text[end - first] = '\0';
	}
}

static unsigned int number_at(const struct xml_element *node, const char *path, unsigned int max,
			      struct aws_tunnel *tunnel)
{
	char text[AWS_TEXT];

	text_at(node, path, text, sizeof(text));
	return aws_number(text, max, tunnel, path);
}

static uint32_t asn_at(const struct xml_element *node, const char *path, struct aws_tunnel *tunnel)
{
	char text[AWS_TEXT];

	text_at(node, path, text, sizeof(text));
	return aws_asn(text, tunnel, path);
}

static void usual_at(const struct xml_element *node, const char *path, const char *usual,
		     struct aws_tunnel *tunnel)
{
	char text[AWS_TEXT];

	text_at(node, path, text, sizeof(text));
	aws_usual(text, usual, tunnel, path);
}

static void address_at(const struct xml_element *node, const char *path,
		       struct anl_address *address)
{
	char text[AWS_TEXT];

	text_at(node, path, text, sizeof(text));
	if (!anl_address_parse(text, address))
		*address = (struct anl_address){ 0 };
}

static void read_inside(const struct xml_element *tunnel, struct aws_tunnel *into)
{
	static const char *const elements[] = {
		"tunnel_inside_address", "tunnel_inside_ipv6_address"
	};

	/* Either element has been seen with either family in it */
	for (int i = 0; i < 2; i++) {
		const struct xml_element *ours, *theirs;
		struct anl_prefix inside;
		struct anl_address peer;

		ours = xml_child(xml_child(tunnel, "customer_gateway"), elements[i]);
		theirs = xml_child(xml_child(tunnel, "vpn_gateway"), elements[i]);
		address_at(ours, "ip_address", &inside.address);
		address_at(theirs, "ip_address", &peer);
		inside.length = (uint8_t)(number_at(ours, "network_cidr", 128, into) |
					  number_at(ours, "prefix_length", 128, into));
		if (inside.address.family == AF_INET6) {
			into->inside6 = inside;
			into->peer6 = peer;
		} else if (inside.address.family) {
			into->inside = inside;
			into->peer = peer;
		}
	}
}

static void read_phase(const struct xml_element *node, struct aws_phase *phase)
{
	char text[AWS_TEXT];

	text_at(node, "encryption_protocol", text, sizeof(text));
	phase->cipher = aws_name(text, aws_cipher, phase);
	text_at(node, "authentication_protocol", text, sizeof(text));
	phase->hash = aws_name(text, aws_hash, phase);
	text_at(node, "perfect_forward_secrecy", text, sizeof(text));
	phase->group = aws_name(text, aws_group, phase);
}

static void read_tunnel(const struct xml_element *node, struct aws_tunnel *tunnel)
{
	char key[AWS_TEXT];

	address_at(node, "vpn_gateway/tunnel_outside_address/ip_address", &tunnel->remote);
	address_at(node, "customer_gateway/tunnel_outside_address/ip_address", &tunnel->local);
	read_inside(node, tunnel);
	tunnel->our_asn = asn_at(node, "customer_gateway/bgp/asn", tunnel);
	tunnel->peer_asn = asn_at(node, "vpn_gateway/bgp/asn", tunnel);
	tunnel->hold_time = number_at(node, "customer_gateway/bgp/hold_time", 65535, tunnel);
	text_at(node, "ike/pre_shared_key", key, sizeof(key));
	aws_take_key(key, tunnel);
	explicit_bzero(key, sizeof(key));
	read_phase(xml_child(node, "ike"), &tunnel->ike);
	read_phase(xml_child(node, "ipsec"), &tunnel->esp);
	tunnel->ike.lifetime = number_at(node, "ike/lifetime", 30 * 86400, tunnel);
	tunnel->esp.lifetime = number_at(node, "ipsec/lifetime", 30 * 86400, tunnel);
	tunnel->dpd_interval = number_at(node, "ipsec/dead_peer_detection/interval", 3600, tunnel);
	tunnel->dpd_retries = number_at(node, "ipsec/dead_peer_detection/retries", 100, tunnel);
	usual_at(node, "ike/mode", "main", tunnel);
	usual_at(node, "ipsec/protocol", "esp", tunnel);
	usual_at(node, "ipsec/mode", "tunnel", tunnel);
}

/* "Local" is the customer's side */
static void read_selectors(const struct xml_element *root, struct aws_connection *connection)
{
	const bool ipv6 = connection->tunnels[0].inside6.address.family;
	char text[AWS_TEXT];

	text_at(root, ipv6 ? "ipv6_network_cidr_local" : "ipv4_network_cidr_local", text,
		sizeof(text));
	anl_prefix_parse(text, &connection->ours);
	text_at(root, ipv6 ? "ipv6_network_cidr_remote" : "ipv4_network_cidr_remote", text,
		sizeof(text));
	anl_prefix_parse(text, &connection->theirs);
}

static int read_root(const struct xml_element *root, struct aws_connection *connection,
		     struct anl_error *error)
{
	char attributes[AWS_TEXT];
	bool bgp = false;

	if (strcmp(root->name, "vpn_connection"))
		return anl_fail(error, EINVAL, "this XML is a <%.40s>, not a <vpn_connection>: "
				"adit reads the CustomerGatewayConfiguration", root->name);
	if (root->id)
		aws_token(root->id, connection->id, sizeof(connection->id));
	text_at(root, "vpn_connection_attributes", attributes, sizeof(attributes));
	for (const struct xml_element *node = root->children; node; node = node->next) {
		if (strcmp(node->name, "ipsec_tunnel"))
			continue;
		if (connection->tunnel_count == AWS_TUNNELS)
			return anl_fail(error, EINVAL, "%s has more than %d tunnels",
					connection->id, AWS_TUNNELS);
		read_tunnel(node, &connection->tunnels[connection->tunnel_count++]);
		bgp |= descend(node, "vpn_gateway/bgp") || descend(node, "customer_gateway/bgp");
	}
	read_selectors(root, connection);
	connection->bgp = bgp && !strstr(attributes, "NoBGPVPNConnection");
	return 0;
}

static const char *why_damaged(const char *content, size_t length)
{
	static const char root[] = "<vpn_connection ";
	const char *first = memmem(content, length, root, sizeof(root) - 1);

	if (memmem(content, length, "<!DOCTYPE", 9))
		return "it declares a document type, which what Amazon hands out does not";
	if (memmem(content, length, "\\n", 2))
		return "it has \\n for the ends of lines, as within JSON: give the whole JSON";
	if (first && memmem(first + 1, length - (size_t)(first + 1 - content), root,
			    sizeof(root) - 1))
		return "it holds several connections: give one of them, or the whole JSON with "
		       "--connection";
	return "download it again";
}

int aws_read_xml(const char *content, size_t length, struct aws_connection *connection,
		 struct anl_error *error)
{
	struct xml_element *root = xml_read(content, length);
	int code;

	if (!root)
		return anl_fail(error, EINVAL, "the XML is damaged: %s",
				why_damaged(content, length));
	code = read_root(root, connection, error);
	xml_free(root);
	return code;
}

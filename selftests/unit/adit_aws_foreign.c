// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `adit import aws`: files that are something else are called by their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/aws.h"

static void what_it_is_instead_is_said(void **state)
{
	static const struct {
		const char *content, *says;
	} rows[] = {
		{ "", "empty" }, { " \n", "empty" },
		{ "! comment\ncrypto isakmp policy 200\n", "Cisco" },
		{ "set vpn ipsec ike-group AWS\n", "Vyatta" },
		{ "set security ike proposal\n", "Junos" },
		{ "conn Tunnel1\n", "strongSwan" },
		{ "<!doctype html><html>", "web page" },
		{ "! For Cisco\ntunnel-group 203.0.113.10 type ipsec-l2l\n", "Cisco ASA" },
		{ "config vpn ipsec phase1-interface\n", "FortiGate" },
		{ "edit network ike crypto-profiles ike-crypto-profiles\n", "Palo Alto" },
		{ "set network ike crypto-profiles\n", "Palo Alto" },
		{ "ipsec ike pre-shared-key 1 text x\n", "Yamaha" },
		{ "netsh advfirewall consec add rule Name=\"vgw-1\"\n", "Windows" },
		{ "! a. Go to VPN > IPsec in pfSense\n! #1: Internet Key Exchange Configuration\n"
		  "! Outside IP Addresses\n", "pfSense" },
		{ "Install libreswan first\n", "libreswan" },
		{ "# Suggestive peer configuration for IPSec VPN Connection\n", "VMware" },
		/* With the XML in them, as aws and Terraform print them */
		{ "VpnConnections:\n- Category: VPN\n  CustomerGatewayConfiguration: '<?xml "
		  "version=\"1.0\"?>\n\n    <vpn_connection id=\"vpn-1\">",
		  "as YAML: say --output json" },
		{ "Category: VPN\nCustomerGatewayConfiguration: \"<vpn_connection id=", "as YAML" },
		{ "VPNCONNECTIONS\tVPN\t<?xml version=\"1.0\"?>\n<vpn_connection id=\"vpn-1\">\n"
		  "</vpn_connection>\n\tcgw-1\tavailable\n", "as text: say --output json" },
		{ "VPN\t<vpn_connection id=\"vpn-1\"/>\tcgw-1\n", "as text: say --output json" },
		{ "------\n|  DescribeVpnConnections  |\n+-----+\n||  CustomerGatewayConfiguration"
		  " |  <vpn_connection id=\"vpn-1\"/> ||\n", "as a table: say --output json" },
		{ "vpn = <<EOT\n<vpn_connection id=\"vpn-1\"/>\nEOT\n", "terraform output -raw" },
		{ "vpn = <sensitive>\n", "terraform output -raw" },
		{ "# aws_vpn_connection.a:\nresource \"aws_vpn_connection\" \"a\" {\n"
		  "    customer_gateway_configuration = <<-EOT\n  <vpn_connection id=\"vpn-1\"/>",
		  "Terraform's or Ansible's, which has not all" },
		{ "{\"changed\":false,\"vpn_connections\":[{\"vpn_connection_id\":\"vpn-1\"}]}",
		  "this JSON is Ansible's" },
		{ "{\"kind\":\"compute#vpnTunnel\"}", "of Google Cloud" },
		{ "{\"name\":\"a\",\"type\":\"Microsoft.Network/connections\"}", "of Azure" },
		{ "config setup\nconn aws\n    left=%defaultroute\n", "libreswan or Openswan" },
		{ "conn aws\n\tkeyexchange=ikev1\n", "libreswan or Openswan" },
		{ "{\"vpn\":{\"sensitive\":true,\"type\":\"string\",\"value\":"
		  "\"<vpn_connection id='vpn-1'/>\"}}", "terraform output -raw" },
		{ "<html><pre><vpn_connection id=\"vpn-1\"/></pre>", "the XML with other text" },
		{ "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-1\",\"State\":\"deleted\"},"
		  "{\"VpnConnectionId\":\"vpn-2\",\"State\":\"deleting\"}]}",
		  "all 2 connections of the file are deleted: vpn-1" },
		{ "\xff\xfe" "c\0r\0y\0p\0t\0o\0 \0i\0s\0a\0k\0m\0p\0 \0", "Cisco" },
		{ "connections {\n aws {\n", "strongSwan" },
		{ "{'VpnConnections': []}", "what Python prints" },
		{ "$ aws ec2\n<vpn_connection id=\"vpn-1\"/>", "the XML with other text" },
		{ "$ aws ec2\n{\"CustomerGatewayConfiguration\":\"<vpn_connection id=1/>\"}",
		  "the JSON with other text" },
		{ "<vpn_connection id=\"vpn-1\"/>\t<vpn_connection id=\"vpn-2\"/>",
		  "it holds several connections" },
		{ "frr version 8.4\nrouter bgp 65000\n", "FRR" },
		{ "protocol bgp aws_1 {\n", "BIRD" }, { "sainfo anonymous {\n", "racoon" },
		{ "resource \"aws_vpn_connection\" \"a\" {\n", "Terraform" },
		{ "tunnel \"aws-1\" {\n    psk-file = \"/etc/adit/a.psk\"\n", "adit already" },
		{ "Amazon Web Services\nYour VPN Connection ID : vpn-1\n", "cut off" },
		{ "hello", "nothing that Amazon hands out" },
		{ "<vpn_connection id=\"vpn-1\"><ipsec_tunnel>", "damaged" },
		{ "<other><vpn_connection/></other>", "a <other>, not a <vpn_connection>" },
		{ "<vpn_connection/>", "no tunnel" },
		{ "<vpn_connection id=\"vpn-1\"/>", "no tunnel" },
		{ "<vpn_connection id=\"vpn-1\"><ipsec_tunnel/></vpn_connection>",
		  "tunnel 1 of vpn-1 lacks Amazon's outside address" },
		{ "{", "JSON is damaged at line" },
		{ "{}", "no VpnConnections" }, { "[]", "no VpnConnections" },
		{ "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-1\"},"
		  "{\"VpnConnectionId\":\"vpn-2\"}]}", "--connection: vpn-1, vpn-2" },
		{ "{\"version\":4,\"terraform_version\":\"1.5.0\",\"resources\":[]}", "Terraform" },
		{ "{\"AWSTemplateFormatVersion\":\"2010-09-09\"}", "CloudFormation" },
		{ "{\"CustomerGateways\":[]}", "describe-customer-gateways" },
		{ "PK\x03\x04.", "a ZIP archive: unpack it first" },
		/* Bytes that are anybody's further on */
		{ "PK\x03\x04....\x1f\x8b", "a ZIP archive: unpack it first" },
		{ "! as in %PDF\ntunnel-group 203.0.113.10 type ipsec-l2l\n", "Cisco ASA" },
		{ "<?xml version=\\\"1.0\\\"?>\\n<vpn_connection id=\\\"vpn-1\\\">",
		  "as within JSON" },
		{ "{\"a\":1}\n{\"a\":2}", "one whole output" },
		{ "\x1f\x8b\x08 ", "gzip" }, { "{\\rtf1\\ansi Amazon", "RTF" },
		{ "&lt;vpn_connection id=", "written as &lt;" },
		{ "\nAn error occurred (UnauthorizedOperation) when calling the "
		  "DescribeVpnConnections operation", "an error of the AWS tool" },
		{ "[Interface]\nPrivateKey =", "WireGuard" },
		{ "client\nremote cvpn-endpoint-0.prod.clientvpn", "Client VPN" },
		{ "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-1\",\"State\":\"deleted\"},"
		  "{\"VpnConnectionId\":\"vpn-2\",\"State\":\"available\"}]}",
		  "vpn-2 has no CustomerGatewayConfiguration" },
		{ "{\"VpnConnectionDeviceSampleConfiguration\":\"! crypto isakmp policy 1\"}",
		  "Cisco IOS" },
		{ "\"\\\"again\\\"\"", "JSON again" },
		{ "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-7\",\"State\":\"deleted\"}]}",
		  "vpn-7 is deleted" },
		/* As PowerShell writes them */
		{ "{\"VpnConnectionId\":\"vpn-7\",\"State\":{\"Value\":\"deleted\"},"
		  "\"CustomerGatewayConfiguration\":\"\"}", "vpn-7 is deleted" },
		{ "{\"VpnConnectionId\":\"vpn-7\",\"CustomerGatewayConfiguration\":"
		  "\"<vpn_connection/>\",\"Options\":{\"TunnelOptions\":"
		  "[\"Amazon.EC2.Model.TunnelOption\"]}}", "TunnelOptions of vpn-7 are cut off" },
		{ "{\"VpnConnectionId\":\"vpn-7\",\"CustomerGatewayConfiguration\":"
		  "\"<vpn_connection/>\",\"Options\":{\"TunnelOptions\":"
		  "\"Amazon.EC2.Model.TunnelOption\"}}", "-Depth 10" },
		{ "{\"VpnConnections\":[{\"VpnConnectionId\":\"vpn-7\"}]}",
		  "vpn-7 has no CustomerGatewayConfiguration" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool wide = rows[i].content[0] == '\xff';

		read_wrong(rows[i].content, wide ? 30 : strlen(rows[i].content), rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_is_instead_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that people hand to `adit import aws` by mistake: the same page of the console makes them
 * for two dozen vendors. Each is told by a statement, or a name, that only it has.
 */
#include <ctype.h>
#include <string.h>

#include "adit/aws.h"

/* Bytes; it is looked for many times over */
#define SEARCHED 131072

/* The first that is found counts: statements before names, as many files name several vendors */
static const struct {
	const char *sign;	/* in lower case */
	const char *what;
	bool at_start;
} signs[] = {
	{ "\x1f\x8b", "a file packed by gzip: unpack it first", true },
	{ "pk\x03\x04", "a ZIP archive: unpack it first", true },
	{ "%pdf", "a PDF: download the configuration itself", true },
	{ "{\\rtf", "a document of a word processor (RTF): save it as text", true },
	{ "{'", "what Python prints, not JSON: json.dumps() makes that of it", true },
	{ "an error occurred (", "an error of the AWS tool, which says what is wrong" },
	/* These have the XML, or pieces of it, within */
	{ "vpnconnections\t", "what aws prints as text: say --output json to it" },
	{ "vpnconnection\t", "what aws prints as text: say --output json to it" },
	{ "vpn\t", "what aws prints as text: say --output json to it", true },
	{ "vpnconnections:", "what aws prints as YAML: say --output json to it" },
	{ "vpnconnection:", "what aws prints as YAML: say --output json to it" },
	{ "customergatewayconfiguration:", "what aws prints as YAML: say --output json to it" },
	{ "describevpnconnections", "what aws prints as a table: say --output json to it" },
	{ "customer_gateway_configuration", "Terraform's or Ansible's, which has not all that "
	  "Amazon knows" },
	{ "<<eot", "what Terraform prints: 'terraform output -raw NAME' gives the XML alone" },
	{ "<<-eot", "what Terraform prints: 'terraform output -raw NAME' gives the XML alone" },
	{ "= <sensitive>", "what Terraform prints, without what is secret: 'terraform output -raw "
	  "NAME' gives the XML" },
	{ "&lt;vpn_connection", "the XML with its marks written as &lt; and &gt;, as in a page's "
	  "source: copy what the page shows" },
	{ "\"customergatewayconfiguration\"", "the JSON with other text in front: take that away" },
	{ "<vpn_connection ", "the XML with other text in front: take that away" },
	{ "cvpn-endpoint", "a configuration for Amazon's Client VPN (OpenVPN)" },
	{ "remote-cert-tls", "a configuration for OpenVPN" },
	{ "tunnel-group ", "a configuration for Cisco ASA" },
	{ "crypto ikev1 ", "a configuration for Cisco ASA" },
	{ "crypto isakmp ", "a configuration for Cisco IOS" },
	{ "crypto keyring ", "a configuration for Cisco IOS" },
	{ "crypto ikev2 ", "a configuration for Cisco IOS with IKEv2" },
	{ "set security ike ", "a configuration for Juniper Junos (SRX)" },
	{ "set security ipsec ", "a configuration for Juniper Junos (SRX)" },
	{ "set ike gateway ", "a configuration for Juniper ScreenOS" },
	{ "set ike p1-proposal ", "a configuration for Juniper ScreenOS" },
	{ "config vpn ipsec ", "a configuration for Fortinet FortiGate" },
	{ "network ike crypto-profiles", "a configuration for Palo Alto PAN-OS" },
	{ "network ike gateway ", "a configuration for Palo Alto PAN-OS" },
	{ "set vpn ipsec ", "a configuration for Vyatta, VyOS or EdgeOS" },
	{ "/ip ipsec ", "a configuration for MikroTik RouterOS" },
	{ "/ip/ipsec", "a configuration for MikroTik RouterOS" },
	{ "ipsec ike pre-shared-key ", "a configuration for Yamaha RTX" },
	{ "ipsec ike ", "a configuration for Yamaha RTX" },
	{ "netsh advfirewall ", "a script for Windows Server" },
	{ "new-netipsec", "a script for Windows Server" },
	{ "add-vpns2sinterface", "a script for Windows Server" },
	{ "vpn policy tunnel-interface", "a configuration for SonicWall" },
	{ "create net ipsec ", "a configuration for F5 BIG-IP" },
	{ "ike proposal-encryption ", "a configuration for IIJ SEIL" },
	{ "swanctl.conf", "a configuration for strongSwan" },
	{ "strongswan", "a configuration for strongSwan" },
	{ "libreswan", "a configuration for libreswan" },
	{ "openswan", "a configuration for Openswan or libreswan" },
	{ "connections {", "a configuration for strongSwan" },
	{ "compute#vpntunnel", "a VPN tunnel of Google Cloud" },
	{ "vpngateway_publicip", "a configuration for Azure" },
	{ "conn tunnel1", "a configuration for strongSwan, libreswan or Openswan" },
	{ "config setup", "a configuration for strongSwan, libreswan or Openswan" },
	{ "keyexchange=", "a configuration for strongSwan, libreswan or Openswan" },
	{ "pfsense", "a configuration for pfSense" },
	{ "opnsense", "a configuration for OPNsense" },
	{ "sonicwall", "a configuration for SonicWall" },
	{ "fortigate", "a configuration for Fortinet FortiGate" },
	{ "fortinet", "a configuration for Fortinet FortiGate" },
	{ "check point", "a configuration for Check Point" },
	{ "checkpoint", "a configuration for Check Point" },
	{ "palo alto", "a configuration for Palo Alto PAN-OS" },
	{ "meraki", "a configuration for Cisco Meraki" },
	{ "firepower", "a configuration for Cisco Firepower" },
	{ "watchguard", "a configuration for WatchGuard" },
	{ "barracuda", "a configuration for Barracuda" },
	{ "netscaler", "a configuration for Citrix NetScaler" },
	{ "sophos", "a configuration for Sophos" },
	{ "cyberoam", "a configuration for Cyberoam" },
	{ "zywall", "a configuration for Zyxel ZyWALL" },
	{ "zyxel", "a configuration for Zyxel" },
	{ "mikrotik", "a configuration for MikroTik RouterOS" },
	{ "routeros", "a configuration for MikroTik RouterOS" },
	{ "yamaha", "a configuration for Yamaha RTX" },
	{ "big-ip", "a configuration for F5 BIG-IP" },
	{ "d-link", "a configuration for D-Link" },
	{ "h3c msr", "a configuration for H3C" },
	{ "vyatta", "a configuration for Vyatta" },
	{ "juniper", "a configuration for Juniper" },
	{ "cisco", "a configuration for Cisco" },
	{ "suggestive peer configuration for ipsec vpn",
	  "VMware's, of which adit.conf(5) has an example" },
	{ "your vpn connection id",
	  "the download 'Generic', cut off or changed: download it again" },
	{ "awstemplateformatversion", "a template of CloudFormation" },
	{ "aws_vpn_connection", "a configuration for Terraform" },
	{ "frr version", "a configuration for FRR" },
	{ "router bgp ", "a configuration for FRR or another router" },
	{ "protocol bgp ", "a configuration for BIRD" },
	{ "sainfo ", "a configuration for racoon" },
	{ "psk-file", "a configuration for adit already" },
	{ "[interface]", "a configuration for WireGuard" },
	{ "-----begin", "a certificate or key" },
	{ "mozilla", "a web page: save the download, or what the AWS tool prints" },
	{ "<html", "a web page: save the download, or what the AWS tool prints" },
};

static bool begins(const char *content, size_t length, const char *sign)
{
	size_t size = strlen(sign), same = 0;

	while (same < size && same < length &&
	       tolower((unsigned char)content[same]) == (unsigned char)sign[same])
		same++;
	return same == size;
}

static bool holds(const char *content, size_t length, const char *sign)
{
	for (size_t at = 0; at < length; at++)
		if (begins(content + at, length - at, sign))
			return true;
	return false;
}

const char *aws_foreign(const char *content, size_t length)
{
	if (length > SEARCHED)
		length = SEARCHED;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (signs[i].at_start ? begins(content, length, signs[i].sign) :
		    holds(content, length, signs[i].sign))
			return signs[i].what;
	return NULL;
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` names what is wrong on this host, on the way to the peer, and with the packets.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit
need_strongswan

# reject WITH NFT-MATCH...: the router refuses what matches by ICMP.
reject()
{
	local with=$1
	shift
	# At once: what is tried again must not get through in between
	in_ns "$router" nft -f - <<-NFT
	add table inet adit_drop
	add chain inet adit_drop forward { type filter hook forward priority 0; policy accept; }
	flush chain inet adit_drop forward
	add rule inet adit_drop forward $* reject with icmp $with
	NFT
}

# filter CHAIN-HOOK RULE...: rules of the left gateway's own.
filter()
{
	local hook=$1 rule
	shift
	{
		echo "add table inet mine"
		echo "add chain inet mine $hook { type filter hook $hook priority 0; }"
		printf "add rule inet mine $hook %s\n" "$@"
	} | in_ns "$left" nft -f -
}

filter_none()
{
	in_ns "$left" nft delete table inet mine
}

# A tunnel that is up, and what drops or diverts its packets
data()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	names "a tunnel that nobody knows" tunnel-unknown . other

	in_ns "$right" nft -f - <<-NFT
	table inet mute {
		chain input { type filter hook input priority 0; icmp type echo-request drop; }
		chain forward { type filter hook forward priority 0; icmp type echo-request drop; }
	}
	NFT
	names "nobody answers pings" healthy
	in_ns "$right" nft delete table inet mute
	filter input "ip protocol esp drop"
	names "our own filter drops ESP" own-firewall-esp "ip protocol"
	filter_none
	filter forward 'iifname "lan" oifname "vpn0" drop'
	names "our own filter drops what is forwarded" own-firewall-inner "lan"
	filter_none
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=0
	names "no forwarding" forwarding-off "net.ipv4.ip_forward"
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=1
	in_ns "$left" ip route add 10.2.0.0/17 via $ROUTER_LEFT4
	names "another route" route-elsewhere "wire"
	in_ns "$left" ip route del 10.2.0.0/17
	router_drop ip protocol esp ip length ">" 1300
	names "large packets are lost" mtu-black-hole "mtu = 1"
	router_drop_none
}

# ESP is what the way, or the peer, treats unlike the key exchange
esp()
{
	diagnose_begin child_esp_proposals="$ESP_SUITE,aes128-sha256" child_sha256_96=yes
	ours local-ts=10.1.0.0/16
	reject admin-prohibited ip protocol esp
	up
	names "ESP is refused on the way" esp-blocked "$ROUTER_LEFT4"
	router_drop_none
	router_drop ip protocol esp
	adit_stop left
	adit_start left
	up
	names "ESP is lost on the way, UDP is not" esp-blocked "tried in UDP"
	check "and the tunnel is as it was" wait_for 30 adit_is left '.children[0].encap == false'
	router_drop_none

	ours esp=aes128-sha256
	up
	background in_ns "$rhost" ping -q -i 0.2 $LHOST4 >/dev/null 2>&1
	PINGING=$!
	names "HMAC-SHA-256 cut to 96 bits at the peer" sha256-truncation "sha256_96"
	stop "$PINGING"
}

# The key exchange does not get through
way()
{
	diagnose_begin
	router_drop udp dport 500
	ours
	failed no-response
	names "UDP port 500 is blocked" udp-500-blocked
	router_drop udp dport 4500
	names "UDP ports 500 and 4500 are blocked" ike-silent
	reject admin-prohibited udp dport 500
	adit_stop left
	adit_start left
	failed no-response
	names "a firewall refuses" peer-filtered "$ROUTER_LEFT4"
	router_drop_none
	swan_stop right
	names "no daemon at the peer" peer-port-closed
	ip -n "$right" link set wire down
	names "the peer is down" "peer-(unreachable|silent)"
}

# This host alone
host()
{
	topology_router hosts
	ours
	ip -n "$left" route del default
	failed no-route
	names "no route" no-route
	ip -n "$left" route add default via $ROUTER_LEFT4
	filter output "udp dport 500 drop"
	names "our own filter drops IKE" own-firewall "udp dport"
	filter_none

	mkdir -p /etc/adit
	cp "$TMP/left/aditd.conf" /etc/adit/adit.conf
	adit_stop left
	names "no daemon" daemon-not-running
	echo "tunnel {" >>/etc/adit/adit.conf
	names "no daemon, as it cannot start" config-mistake "adit.conf:"
	rm /etc/adit/adit.conf
	names "no configuration" config-missing
}

lanes data esp way host
finish

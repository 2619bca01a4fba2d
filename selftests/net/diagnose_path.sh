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

# A tunnel that is up, and what drops or diverts its packets
data()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	# Somebody is behind us
	in_ns "$lhost" ping -q -c 1 -W 1 $RHOST4 >/dev/null
	names "a tunnel that nobody knows" tunnel-unknown . other

	in_ns "$right" nft -f - <<-NFT
	table inet mute {
		chain input { type filter hook input priority 0; icmp type echo-request drop; }
		chain forward { type filter hook forward priority 0; icmp type echo-request drop; }
	}
	NFT
	names "nobody answers pings" healthy
	in_ns "$right" nft delete table inet mute
	ip -n "$rhost" route del default
	background in_ns "$lhost" ping -q -i 0.2 $RHOST4 >/dev/null 2>&1
	PINGING=$!
	names "a host behind the peer does not answer" healthy "nothing comes back from $RHOST4"
	stop "$PINGING"
	ip -n "$rhost" route add default via $RIGHT_IN4
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
}

# What is too large for the path
size()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	router_drop ip protocol esp ip length ">" 1300
	names "large packets are lost" mtu-black-hole "mtu = 1"
	router_drop_none
	ip -n "$router" link set toright mtu 1280
	ip -n "$right" link set wire mtu 1280
	filter input "icmp type destination-unreachable drop"
	names "our own filter drops what a narrow path says" mtu-black-hole "this host's own packet filter"
	filter_none
	# The first time the router says so, then the tunnel itself knows it
	names "a narrow path that says so" healthy "packets of up to 1[12]"
	names "and what it said is known" healthy "packets of up to 1[12]"
}

# ESP is what the way treats unlike the key exchange
esp()
{
	diagnose_begin
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
	check "and the tunnel is as it was" wait_for 90 adit_is left '.children[0].encap == false'
	router_drop_none
}

truncation()
{
	diagnose_begin child_esp_proposals=aes128-sha256 child_sha256_96=yes
	ours local-ts=10.1.0.0/16 esp=aes128-sha256
	up
	background in_ns "$rhost" ping -q -i 0.2 $LHOST4 >/dev/null 2>&1
	PINGING=$!
	# Of another length it is no whole number of blocks, which is noticed first
	wait_for 120 adit_is left '[.children[0].drops[]] | add >= 5' net || echo "# nothing fails"
	names "HMAC-SHA-256 cut to 96 bits at the peer" sha256-truncation "sha256_96"
	stop "$PINGING"
}

# The key exchange does not get through
way()
{
	# The first answer of strongSwan's takes long on a busy machine: longer than the tool waits
	diagnose_begin
	ours
	up
	adit_stop left
	router_drop udp dport 500
	ours
	names "UDP port 500 is blocked" udp-500-blocked
	router_drop udp dport 4500
	names "UDP ports 500 and 4500 are blocked" ike-silent
}

refusals()
{
	diagnose_begin
	reject admin-prohibited udp dport 500
	ours
	names "a firewall refuses" peer-filtered "$ROUTER_LEFT4"
	router_drop_none
	swan_stop right
	names "no daemon at the peer" peer-port-closed
	ip -n "$right" link set wire down
	names "the peer is down" "peer-(unreachable|silent)"
}

initiate()
{
	while sleep 1; do
		swan right --initiate --child net --timeout 6
	done >/dev/null 2>&1
}

# It gets through in part
part()
{
	# What is not answered comes again each second
	SWAN_OPTIONS='retransmit_timeout = 1.0
		retransmit_base = 1.0
		retransmit_tries = 60'
	diagnose_begin
	router_drop ip saddr "$LEFT4" meta l4proto udp
	ours
	background initiate
	INITIATING=$!
	wait_for 90 adit_is left '[.history[] | select(.code == "responding")] != []' net ||
		echo "# the peer does not begin"
	names "one way is open, the peer begins" one-way "$LEFT4 to $RIGHT4"
	stop "$INITIATING"
}

# Only the port of NAT traversal does not; and what a filter that nft cannot show us keeps from us
ports()
{
	diagnose_begin nat=yes
	router_nat
	router_drop udp dport 4500
	ours
	names "UDP port 4500 is blocked behind a NAT" udp-4500-blocked
	router_drop ip daddr "$RIGHT4"
	names "nothing gets through" peer-silent
	in_ns "$router" nft delete table ip adit_nat
	router_drop_none
	peer
	# A checksum is nothing that can be told beforehand
	filter input "udp sport 500 udp checksum != 1 drop"
	ours
	names "our own filter drops what the peer answers" own-firewall-input "UDP port 500"
	peer proposals=aes256-sha512-modp4096
	names "and what it refuses" own-firewall-input "UDP port 500"
}

# Over IPv6 outside
six()
{
	OUTER=6
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	names "over IPv6 nothing is wrong" healthy "both directions"
	reject admin-prohibited meta l4proto esp
	names "over IPv6 ESP is refused on the way" esp-blocked "$ROUTER_LEFT6"
	router_drop_none
	adit_stop left
	router_drop udp dport 500
	ours
	failed no-response
	names "over IPv6 UDP port 500 is blocked" udp-500-blocked
	router_drop_none
	peer psk="quite another key"
	ours
	failed psk-mismatch
	names "over IPv6 another pre-shared key" psk-mismatch
}

# What the daemon knows before it asks anybody, and where it is asked from
settings()
{
	topology_router hosts
	ours local=192.0.2.77
	names "our address is not there" local-address-gone "192.0.2.77"
	# Of this lane alone
	test_cleanup()
	{
		rm -rf "/etc/netns/$left"
	}
	mkdir -p "/etc/netns/$left"
	echo "nameserver 127.0.0.1" >"/etc/netns/$left/resolv.conf"
	ours remote=gw.example.org
	names "the peer's name does not resolve" dns "gw.example.org"
	ours start=wait
	adit_ctl left down net
	names "the administrator took it down" taken-down "adit up net"
	adit_tunnel left other device=vpn1
	names "a tunnel that the daemon has not read" config-not-loaded "adit reload" other
	AS_USER=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	names "somebody without the right to ask" not-permitted "group adit"
	AS_USER=() FROM=$router
	names "asked from another namespace" other-namespace "nsenter -t $(cat "$TMP/left/aditd.pid") -n"
	FROM=
	ours
	ip -n "$router" link set toleft down
	names "no carrier" link-down "wire"
}

# What a look at this host finds, without any peer
doctor()
{
	filter input "meta l4proto { udp, esp } drop"
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.vpn0.rp_filter=1
	in_ns "$left" "$ADIT" --socket "$TMP/left/control" doctor --json >"$TMP/doctor"
	check "doctor: our own filter drops all three" doctor_said firewall \
		'fail .*UDP 500, UDP 4500, ESP .*chain input.* nft add rule'
	check "doctor: no forwarding" doctor_said forwarding 'warn .*not forwarded.*ip_forward=1'
	check "doctor: a strict reverse path filter" doctor_said rp-filter 'warn .*vpn0.*rp_filter=2'
	check "doctor: the rest is there" doctor_said capabilities '^ok '
	filter_none
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.vpn0.rp_filter=0
	in_ns "$left" setpriv --bounding-set -net_admin "$ADIT" --socket "$TMP/left/control" doctor \
		--json >"$TMP/doctor"
	check "doctor: a capability is missing" doctor_said capabilities 'warn .*CAP_NET_ADMIN'
}

# This host alone
host()
{
	# Of this lane alone
	test_cleanup()
	{
		rm -f /etc/adit/adit.conf
	}
	topology_router hosts
	ours
	ip -n "$left" route del default
	names "no route" no-route
	ours local=
	names "no route, and no address configured" no-route "default route"
	ip -n "$left" route add default via $ROUTER_LEFT4
	doctor
	filter output "udp dport 500 drop"
	names "our own filter drops IKE" own-firewall "udp dport"
	filter_none

	mkdir -p /etc/adit
	cp "$TMP/left/aditd.conf" /etc/adit/adit.conf
	adit_stop left
	names "no daemon" daemon-not-running
	background in_ns "$left" /usr/bin/python3 -c "import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', 500))
time.sleep(900)"
	HOLDER=$!
	wait_for 90 grep -q ':01F4 ' "/proc/$HOLDER/net/udp" || bail_out "nobody binds port 500"
	names "another program has the port" port-taken "python3"
	stop "$HOLDER"
	echo "tunnel {" >>/etc/adit/adit.conf
	names "no daemon, as it cannot start" config-mistake "adit.conf:"
	rm /etc/adit/adit.conf
	names "no configuration" config-missing
}

lanes data size esp truncation way refusals part ports six settings host
finish

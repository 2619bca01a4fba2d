#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` names what has happened to a tunnel that was up and carried packets before.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit
need_strongswan

# worked KEY=VALUE...: adit's side anew, and packets have gone through the tunnel in both directions.
worked()
{
	ours local-ts=10.1.0.0/16 "$@"
	up
	check "packets pass" wait_for 90 in_ns "$lhost" ping -q -c 1 -W 5 $RHOST4
}

# fallen CODE: the daemon has noticed, and tries again.
fallen()
{
	wait_for 120 adit_is left "(.last_error.code // \"\" | test(\"^($1)$\")) and .state == \"connecting\"" net ||
		echo "# no failure $1 so far"
}

# ESP is lost or refused from now on
esp()
{
	diagnose_begin
	worked dpd-delay=600s
	router_drop ip protocol esp
	names "ESP is lost on the way, UDP is not" esp-blocked "tried in UDP"
	check "and the tunnel is as it was" wait_for 90 adit_is left '.children[0].encap == false' net
	router_drop_none
	worked dpd-delay=600s
	reject admin-prohibited ip protocol esp
	names "ESP is refused on the way" esp-blocked "$ROUTER_LEFT4"
	router_drop_none
	worked dpd-delay=600s
	ip -n "$right" xfrm state flush
	names "the peer has lost the SAs" peer-lost-sas "negotiated anew"
}

# Only what goes to the peer is lost: it goes on sending
direction()
{
	diagnose_begin
	worked dpd-delay=600s
	background in_ns "$rhost" ping -q -i 0.2 $LHOST4 >/dev/null 2>&1
	names "nothing is wrong" healthy "both directions"
	router_drop ip saddr "$LEFT4" ip protocol esp
	names "ours are lost, the peer's come" unknown "nothing answers what goes out"
	router_drop_none
	reject admin-prohibited ip saddr "$LEFT4" ip protocol esp
	names "ours are refused, the peer's come" esp-blocked "$ROUTER_LEFT4"
}

# chat: a connection of TCP between the two hosts, which says something every 0.1 s
chat()
{
	background in_ns "$rhost" /usr/bin/python3 -c "import socket
s = socket.create_server(('', 7777))
peer = s.accept()[0]
while True:
    peer.send(peer.recv(100))"
	background in_ns "$lhost" /usr/bin/python3 -c "import socket, time
while True:
    try:
        s = socket.create_connection(('$RHOST4', 7777))
        break
    except OSError:
        time.sleep(0.1)
while True:
    s.send(b'hello')
    s.recv(100)
    time.sleep(0.1)"
	wait_for 90 talks || echo "# nobody talks"
}

talks()
{
	in_ns "$rhost" ss -Htn state established sport = :7777 | grep -q .
}

# Nobody behind the peer says a word of ICMP
mute()
{
	diagnose_begin
	worked dpd-delay=600s
	in_ns "$right" nft -f - <<-NFT
	table inet mute {
		chain input { type filter hook input priority 0; meta l4proto icmp drop; }
		chain forward { type filter hook forward priority 0; meta l4proto icmp drop; }
		chain output { type filter hook output priority 0; meta l4proto icmp drop; }
	}
	NFT
	chat
	names "nobody answers pings, others do talk" healthy "answer what had gone into it"
}

# What the key exchange needs
ike()
{
	diagnose_begin
	worked dpd-delay=2s dpd-timeout=6s
	router_drop udp dport 500
	fallen "dpd-timeout|no-response"
	names "UDP port 500 is blocked" udp-500-blocked
	router_drop udp dport 4500
	names "UDP ports 500 and 4500 are blocked" ike-silent
	router_drop_none
	worked dpd-delay=2s dpd-timeout=6s
	# A checksum is nothing that can be told beforehand
	filter input "udp sport 500 udp checksum != 1 drop"
	fallen "dpd-timeout|no-response"
	names "our own filter drops what the peer answers" own-firewall-input "UDP port 500"
}

# What NAT traversal needs: its phase 1 stands, and then no longer
natt()
{
	diagnose_begin nat=yes
	router_nat
	worked dpd-delay=600s
	router_drop udp dport 4500
	names "UDP port 4500 is blocked behind a NAT" udp-4500-blocked "what the tunnel carries"
	router_drop_none
	worked dpd-delay=2s dpd-timeout=6s
	router_drop udp dport 4500
	fallen "dpd-timeout|psk-mismatch|no-response"
	names "and it is down" udp-4500-blocked "since the peer was last heard"
}

lanes esp direction mute ike natt
finish

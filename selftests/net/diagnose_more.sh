#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` names what is wrong in this host's kernel, in the network's quality, in certificates,
# and what a NAT, the peer, and the networks behind it do to a tunnel that is up.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit
need_strongswan
need conntrack

PKI=$NET_BIN/pki
CERT_SUITE=aes256-sha256-ecp256
[ -e "$PKI/made" ] || bail_out "$PKI is missing: run make net"

# More than the table of connections may hold, of those that the kernel does not give up for others.
fill_conntrack()
{
	local most=$1 i

	in_ns "$left" nft -f - <<-NFT
	table inet track {
		chain output { type filter hook output priority 0; ct state new accept; }
	}
	NFT
	conntrack_max=$(sysctl -n net.netfilter.nf_conntrack_max)
	sysctl -qw net.netfilter.nf_conntrack_max="$most"
	for ((i = 0; i <= most; i++)); do
		in_ns "$left" conntrack -I -p udp -s 192.0.2.77 -d 192.0.2.78 --sport $((1000 + i)) \
			--dport 9 -t 600 -u SEEN_REPLY,ASSURED >/dev/null 2>&1
	done
}

empty_conntrack()
{
	sysctl -qw net.netfilter.nf_conntrack_max="$conntrack_max"
	in_ns "$left" nft delete table inet track
	in_ns "$left" conntrack -F >/dev/null 2>&1
}

# What this host's kernel does with the packets
kernel()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	ip -n "$left" route add default via $ROUTER_LEFT4 table 77
	ip -n "$left" rule add from 10.1.0.0/16 iif lan lookup 77 pref 50
	names "a rule takes what is forwarded elsewhere" rule-elsewhere "wire"
	ip -n "$left" rule del pref 50
	ip -n "$left" xfrm policy add dir out src 10.1.0.0/16 dst 10.2.0.0/16 action block
	names "a policy of XFRM's forbids it" xfrm-policy XfrmOutPolBlock
	ip -n "$left" xfrm policy flush
	disturb "$left" wire loss 100%
	names "traffic control drops all" qdisc-drops "wire"
	calm "$left" wire
	fill_conntrack 24
	names "the table of connections is full" conntrack-full "of 24 connections"
	empty_conntrack
	names "nothing is wrong any more" healthy
}

# Its device
device()
{
	diagnose_begin
	ours
	up
	ip -n "$left" link set vpn0 down
	names "the device is down" device-down "vpn0"
	adit_stop left
	adit_start left
	up
	# The daemon would make it again before anybody else is there
	kill -STOP "$(cat "$TMP/left/aditd.pid")"
	ip -n "$left" link del vpn0
	ip -n "$left" link add vpn0 type veth peer name spare
	kill -CONT "$(cat "$TMP/left/aditd.pid")"
	failed kernel
	names "another device has its name" kernel-refused "vpn0"
	ip -n "$left" link del vpn0
	up
	names "its name is free again" healthy
	in_ns "$left" "$ADIT" sa flush
	names "somebody has removed its SAs" sas-gone "no carrier"
}

# flood: some hundred packets a second from behind the peer, whether or not anybody answers: nobody does,
# as they are answers themselves (ICMP). Its pid is in $FLOODING.
flood()
{
	background in_ns "$rhost" /usr/bin/python3 -c "import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
while True:
    for i in range(40):
        s.sendto(b'\0\0\xff\xff\0\0\0\0', ('$LHOST4', 0))
    time.sleep(0.25)"
	FLOODING=$!
}

# drops REASON COUNT: the tunnel has dropped so many for that reason
drops()
{
	wait_for 120 adit_is left ".children[0].drops.\"$1\" >= $2" net ||
		echo "# fewer than $2 packets are dropped: $1"
}

# The router changes the fourth byte behind the IV (aes128gcm16) of every second ESP packet to the left
router_damage()
{
	in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot damage packets"
	table inet adit_damage {
		chain forward {
			type filter hook forward priority 0; policy accept;
			ip saddr $RIGHT4 ip protocol esp @th,63,1 1 @th,160,8 set 0
		}
	}
	NFT
}

# What the network does with them
network()
{
	diagnose_begin
	ours
	up
	# Not by chance: 5 or 6 of the 16 pings, and never both tries to find somebody who answers
	router_drop ip saddr $LEFT4 ip protocol esp numgen inc mod 3 == 0 ||
		bail_out "cannot drop every third packet"
	names "the network loses packets" packet-loss "of 16 small pings .* were not answered"
	router_drop_none
	disturb "$right" wire duplicate 100%
	names "the network delivers them twice" duplicate-packets "of [0-9]* packets came twice"
	calm "$right" wire
	router_damage
	flood
	drops authentication 5
	names "the network damages packets" packets-damaged
	stop "$FLOODING"
	in_ns "$router" nft delete table inet adit_damage
	ours replay-window=32
	up
	# Every 16th packet is so late that it comes behind hundreds of others, whatever the machine
	late "$right" wire 3000 match ip protocol 50 0xff match u32 0 0xf at 24
	flood
	drops replay 10
	names "packets overtake each other by more than the window" replay-window 'replay-window = [0-9]'
	stop "$FLOODING"
}

# cert_peer CERTIFICATE [KEY=VALUE...]: strongSwan with that one of the right side's
cert_peer()
{
	local cert=$1
	shift
	swan_conf right
	mkdir -p "$TMP"/right/swanctl/{x509,x509ca,private}
	cp "$PKI/$cert.pem" "$TMP/right/swanctl/x509/own.pem"
	cp "$PKI/right-rsa.key" "$TMP/right/swanctl/private/"
	cp "$PKI/root.pem" "$TMP/right/swanctl/x509ca/"
	swan_conn right peer auth=pubkey cert=own.pem local_id=right.example.com \
		remote_id=left.example.com proposals=$CERT_SUITE "$@"
	[ -S "$TMP/right/vici" ] || return
	# It remembers every certificate that it has seen
	swan right --flush-certs >/dev/null
	swan right --load-all --clear --noprompt >"$TMP/right/load.log" ||
		bail_out "strongSwan does not load its configuration"
}

# cert_ours [CERTIFICATE [KEY]]: of the left side's
cert_ours()
{
	ours psk= auth=rsasig cert="$PKI/${1:-left-rsa}.pem" key="$PKI/${2:-left-rsa}.key" ca="$PKI/root.pem" \
		local-id=left.example.com remote-id=right.example.com ike=$CERT_SUITE
}

# Before anything puts them together again
router_drop_fragments()
{
	in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot drop fragments"
	table inet adit_drop {
		chain prerouting {
			type filter hook prerouting priority -450; policy accept;
			ip frag-off & 0x3fff != 0 drop
		}
	}
	NFT
}

# In words: a peer that is slow seems to be silent at first, which has the same code
refuses_certificate()
{
	adit_is left '.last_error.text // "" | test("the peer refused our certificate")' net
}

certificates()
{
	topology_router hosts
	cert_peer right-expired
	swan_start right || bail_out "strongSwan does not start"
	cert_ours
	failed cert-expired
	names "an expired certificate" cert-expired "2021-01-01"
	cert_peer right-early
	cert_ours
	failed cert-not-yet-valid
	names "a certificate of the future" cert-not-yet-valid "2090-01-01"
	cert_peer right-other
	cert_ours
	failed cert-unknown-issuer
	names "a certificate of somebody else's authority" cert-unknown-issuer "CN=Another root"
	cert_peer right-rsa
	cert_ours left-other
	wait_for 90 refuses_certificate || echo "# the peer does not refuse it"
	names "ours is of one that the peer does not trust" cert-refused "CN=Another root"
	# Longer than a packet, with that of the authority between
	cert_peer right-rsa fragmentation=no
	router_drop_fragments
	cert_ours left-chain left-chain
	failed cert-refused
	names "fragments are lost" fragments-lost "2000 bytes"
}

# Modules that only this lane's algorithm needs, out of the kernel and not to come in again
camellia_away()
{
	printf 'install %s /bin/false\n' camellia_{generic,x86_64,aesni_avx_x86_64,aesni_avx2} \
		>/etc/modprobe.d/adit-test.conf
	modprobe -qra camellia_aesni_avx2 camellia_aesni_avx_x86_64 camellia_x86_64 camellia_generic
	! grep -q camellia /proc/crypto
}

camellia_back()
{
	rm /etc/modprobe.d/adit-test.conf
	modprobe camellia_generic
}

algorithm()
{
	# Of this lane alone
	test_cleanup()
	{
		rm -f /etc/modprobe.d/adit-test.conf
	}

	check "the kernel is without Camellia" camellia_away
	diagnose_begin child_esp_proposals=camellia128-sha256
	ours esp=camellia128-sha256
	names "an algorithm is missing" algorithm-missing "camellia128"
	camellia_back
	check "and with it the tunnel comes up" wait_for 180 adit_established left
}

# Behind a NAT that forgets after 5 s. strongSwan repeats as it does unless told otherwise
mapping()
{
	SWAN_OPTIONS='retransmit_timeout = 4.0
		retransmit_base = 1.8
		retransmit_tries = 5'
	diagnose_begin nat=yes
	router_nat
	in_ns "$router" sysctl -qw net.netfilter.nf_conntrack_udp_timeout=5 \
		net.netfilter.nf_conntrack_udp_timeout_stream=5
	# A question whether the peer is there would keep the mapping, too
	ours keepalive=60s dpd-delay=600s
	up
	names "the NAT forgets before our keepalive" nat-mapping 'keepalive = "[1-4]s"'
	ours keepalive=2s dpd-delay=600s
	up
	names "and not before that one" healthy
	ours esp= ah=sha256
	names "AH is configured" ah-through-nat "use esp"
}

# What the peer does with them, and the networks behind it
behind()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	ip -n "$right" xfrm state flush
	names "the peer has lost the SAs" peer-lost-sas "negotiated anew"
	ip -n "$right" route add blackhole 10.1.0.0/16
	ours local-ts=10.1.0.0/16
	up
	# Somebody uses it, in vain
	in_ns "$lhost" ping -q -c 2 -W 1 $RHOST4 >/dev/null
	names "the peer has no route back" no-return-traffic "routes and firewall"
}

# The peer's kernel has a policy of somebody else's for the SAs of the tunnel, and packets for it
foreign_traffic()
{
	local reqid

	reqid=$(ip -n "$right" xfrm state | sed -n 's/.* reqid \([0-9]*\) .*/\1/p' | head -n 1)
	ip -n "$rhost" addr add 10.9.0.2/32 dev lo
	ip -n "$right" route add 10.9.0.2/32 via $RHOST4
	ip -n "$right" xfrm policy add dir out src 10.9.0.0/16 dst 10.1.0.0/16 tmpl src $RIGHT4 \
		dst $LEFT4 proto esp reqid "$reqid" mode tunnel
	background in_ns "$rhost" ping -q -i 0.2 -I 10.9.0.2 $LHOST4 >/dev/null 2>&1
	drops selector 3
}

networks()
{
	diagnose_begin child_local_ts=10.2.0.0/24
	ours local-ts=10.1.0.0/16
	up
	names "the peer takes a part of it" healthy "agreed with the peer: .*10.2.0.0/24"
	peer child_local_ts=10.1.0.0/24 child_remote_ts=10.1.0.0/24
	ours local-ts=10.1.0.0/24 remote-ts=10.1.0.0/24
	names "the same network on both sides" networks-overlap "10.1.0.0/24"
	peer
	ours local-ts=10.1.0.0/16 dpd-delay=600s
	up
	ip -n "$left" route add $RIGHT4 dev vpn0
	names "the route to the peer leads into the tunnel" route-through-tunnel "$RIGHT4 leads through vpn0"
	ip -n "$left" route del $RIGHT4 dev vpn0
	foreign_traffic
	names "the peer sends what the tunnel is not for" outside-selectors "between 10.2.0.0/16 and"
	ip -n "$right" link set wire down
	names "the peer's network is gone" peer-unreachable "$ROUTER_LEFT4"
}

fought()
{
	adit_is left '[.history[] | select(.code == "conflict")] != [] and (.children | length) > 1' net
}

# Two gateways that come to ours with one identity; the second one lives on the router
identities()
{
	topology_router
	adit_conf left
	adit_tunnel left net remote=%any remote-id=gw.example.org start=wait
	adit_start left || bail_out "aditd does not start"
	adit_conf right
	adit_tunnel right net local-id=gw.example.org remote-id=$LEFT4
	mkdir "$TMP/second"
	sed "s/$RIGHT4/$ROUTER_LEFT4/" "$TMP/right/aditd.conf" >"$TMP/second/aditd.conf"
	chmod 600 "$TMP/second/aditd.conf"
	adit_start right || bail_out "aditd does not start"
	background in_ns "$router" "$ADITD" -c "$TMP/second/aditd.conf" \
		--socket "$TMP/second/control" --foreground >"$TMP/second/aditd.log" 2>&1
	wait_for 300 fought || echo "# they do not fight"
	names "two gateways with one identity" identity-conflict "gw.example.org"
}

# What the configuration or the daemon is at fault for
host()
{
	topology_router hosts
	ours remote=$LEFT_IN4
	names "the peer's address is one of ours" remote-is-us "$LEFT_IN4"
	kill -STOP "$(cat "$TMP/left/aditd.pid")"
	names "the daemon hangs" daemon-hangs
	kill -CONT "$(cat "$TMP/left/aditd.pid")"
}

lanes kernel device network certificates algorithm mapping behind networks identities host
finish

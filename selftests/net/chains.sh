#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What adit sends leaves in chains (kmod/chain.h) and trains (kmod/train.h), many packets as one: through
# a router that forwards them whole or takes them apart, translates their addresses, marks them, sends
# them twice, damages them; to adit and to XFRM. With TEST_SHORT, less data.

. "$(dirname "$0")/lib.sh"

BYTES=200000
[ -z "${TEST_SHORT:-}" ] || BYTES=80000

plan_none
need_adit
need_module xfrm_interface esp4 esp6
chains_possible ||
	skip_all "esp4_offload is part of this kernel: ESP without UDP goes packet by packet"
topology_router
udp_encap "$left"
udp_encap "$right"
# However slow the machine: TCP makes its packets smaller when it sends slowly.
in_ns "$left" sysctl -qw net.ipv4.tcp_min_tso_segs=8 || bail_out "no tcp_min_tso_segs"

# crosses LONGEST TUNNEL-OPTIONS...: TCP both ways; what the router sends on to the right is at most,
# or with +, at least so long.
crosses()
{
	local longest=$1
	shift
	tunnel "$@" && watch "$router" toright && exchange -t $BYTES "$left" "$right" \
		$LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6 || return 1
	watched
	echo "longest $WIRE_max_length, plain $WIRE_plain, others $WIRE_other"
	[ "$WIRE_plain" -eq 0 ] && [ "$WIRE_other" -eq 0 ] || return 1
	case $longest in
	*+) [ "$WIRE_max_length" -ge "${longest%+}" ] ;;
	*) [ "$WIRE_max_length" -le "$longest" ] ;;
	esac
}
try()
{
	check "$@"
	tunnel_down
}

for options in "right=adit" "right=xfrm" "right=adit outer=6 alg=aes128-sha1" \
	"right=xfrm encap=4500:4500"; do
	# shellcheck disable=SC2086 # words
	try "chains are forwarded whole, $options" crosses 4000+ $options
done

# A device without segmentation: chains are taken apart in front of it.
segmentation()
{
	in_ns "$router" ethtool -K toright tx-gso-list "$1" >/dev/null &&
	in_ns "$right" ethtool -K wire tx-gso-list "$1" >/dev/null || bail_out "no tx-gso-list"
}
segmentation off
for options in "right=adit" "right=xfrm outer=6" "right=adit encap=4500:4500"; do
	# shellcheck disable=SC2086 # words
	try "chains are taken apart on the way, $options" crosses 1500 $options
done
segmentation on

# Each packet of a chain gets what the router has written into the first one's header.
in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot do NAT"
	table ip nat4 {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			oifname "toright" masquerade
		}
	}
	table ip6 nat6 {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			oifname "toright" masquerade
		}
	}
	NFT
translated()
{
	local peer=$1 address=LEFT$2
	shift 2
	capture "$router" toright nat src "${!address}" || return 1
	crosses 4000+ "right_peer=$peer" "$@" || return 1
	capture_end nat
	! captured_some nat
}
try "chains through address translation, to adit" translated $ROUTER_RIGHT4 4 right=adit
try "chains through address translation, to XFRM" translated $ROUTER_RIGHT4 4 right=xfrm
try "chains through address translation, IPv6" translated $ROUTER_RIGHT6 6 right=adit outer=6
in_ns "$router" nft flush ruleset
in_ns "$router" conntrack -F >/dev/null 2>&1

# The IPv4 header's checksum covers the TTL and the DSCP, which the router changes.
in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot change headers"
	table inet mangle {
		chain forward {
			type filter hook forward priority -150; policy accept;
			oifname "toright" ip dscp set cs3 ip ttl set 17
			oifname "toright" ip6 dscp set cs3 ip6 hoplimit set 17
		}
	}
	NFT
try "chains with a changed header, to XFRM" crosses 4000+ right=xfrm
try "chains with a changed header, to adit over IPv6" crosses 4000+ right=adit outer=6
in_ns "$router" nft flush ruleset

# The router cannot send so much on: the sender of the chain is told, and heeds it.
narrow()
{
	ip -n "$router" link set toright mtu 1400 && ip -n "$right" link set wire mtu 1400 &&
	crosses 1400+ "$@"
	local status=$?
	ip -n "$router" link set toright mtu 1500
	ip -n "$right" link set wire mtu 1500
	return $status
}
try "chains that do not fit the next link, to XFRM" narrow right=xfrm
try "chains that do not fit the next link, in UDP to adit" narrow right=adit encap=4500:4500

# Packets about as long as a page: with what surrounds them they fit into one, or they do not.
long_packets()
{
	local mtu status=0
	tunnel right=adit || return 1
	for mtu in 1800 3400 3500 3600 3700 3800 3900 4000 4100; do
		ip -n "$left" link set vpn0 mtu $mtu && ip -n "$right" link set vpn0 mtu $mtu &&
		exchange -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || status=1
	done
	return $status
}
jumbo()
{
	ip -n "$left" link set wire mtu "$1" && ip -n "$right" link set wire mtu "$1" &&
	ip -n "$router" link set toleft mtu "$1" && ip -n "$router" link set toright mtu "$1"
}
jumbo 9000
try "packets about as long as a page" long_packets
jumbo 1500

# Packets of which somebody else has a copy must not be decrypted in place.
held()
{
	tunnel "$@" || return 1
	in_ns "$right" python3 -c 'import signal, socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)	# SO_RCVBUFFORCE
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("ready", flush=True)
signal.sigwait([signal.SIGUSR1])
inner = b"".join(socket.inet_aton(a) for a in ("'$LEFT_IN4'", "'$RIGHT_IN4'"))
s.setblocking(False)
n = plain = longest = 0
try:
	while True:
		p = s.recv(1 << 16)
		n += 1
		longest = max(longest, len(p))
		plain += inner in p
except BlockingIOError:
	pass
print("held", n, "plain", plain, "longest", longest)' >"$TMP/held" 2>&1 &
	local pid=$!
	eventually grep -q ready "$TMP/held" || return 1
	exchange -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
	local status=$?
	pkill -USR1 -P "$pid" || kill -USR1 "$pid"
	wait "$pid"
	cat "$TMP/held"
	[ $status -eq 0 ] && [[ $(tail -1 "$TMP/held") =~ ^held\ [1-9][0-9]*\ plain\ 0\ longest\ [0-9]{4,}$ ]]
}
try "packets that a raw socket has, too" held right=adit

# A device without GRO hands on what was one train packet by packet.
without_gro()
{
	tunnel right=adit && in_ns "$right" ethtool -K vpn0 gro off && capture "$right" vpn0 alone tcp &&
	exchange -1 -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	capture_end alone
	echo "$(captured alone) packets, longer than the device's MTU: $(captured alone greater 1501)"
	captured_some alone greater 1000 && ! captured_some alone greater 1501
}
try "a device without GRO gives what it decrypts packet by packet" without_gro

# until_dropped REASON COUNT: data crosses unharmed, and again until so many of its packets were dropped
# for that reason. Which ones a bad link takes is chance.
until_dropped()
{
	local round

	for ((round = 0; round < 40; round++)); do
		exchange -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6 &&
		sa_read "$right" 0x1001 || return 1
		[ "${SA_DROPS[$1]:-0}" -lt "$2" ] || return 0
	done
	echo "dropped, $1: ${SA_DROPS[$1]:-0}"
	return 1
}
# bad_link NETEM REASON COUNT TUNNEL-OPTIONS...: what a bad link does to them.
bad_link()
{
	local netem=$1 reason=$2 count=$3 status
	shift 3
	# shellcheck disable=SC2086 # words
	tunnel "$@" && disturb "$router" toright $netem || return 1
	until_dropped "$reason" "$count"
	status=$?
	calm "$router" toright
	return $status
}
try "packets that arrive twice" bad_link "duplicate 30%" replay 5 right=adit
try "packets that arrive twice, IPv6 and ESN" bad_link "duplicate 30%" replay 5 right=adit outer=6 esn=yes
try "packets that arrive damaged" bad_link "corrupt 3%" authentication 1 right=adit

# MACsec encrypts what it is given, and says nevertheless that it takes lists (NETIF_F_GSO_SOFTWARE).
macsec_end()
{
	local ns=$1 wire=$2 peer_ns=$3 peer_wire=$4 address=$5 mac
	local key=000102030405060708090a0b0c0d0e0f
	mac=$(ip -n "$peer_ns" -j link show "$peer_wire" | jq -r '.[0].address') &&
	ip -n "$ns" link add link "$wire" macsec0 type macsec encrypt on &&
	ip -n "$ns" macsec add macsec0 tx sa 0 pn 1 on key 01 $key &&
	ip -n "$ns" macsec add macsec0 rx port 1 address "$mac" &&
	ip -n "$ns" macsec add macsec0 rx port 1 address "$mac" sa 0 pn 1 on key 01 $key &&
	ip -n "$ns" address add "$address" dev macsec0 &&
	ip -n "$ns" link set macsec0 up
}
over_macsec()
{
	macsec_end "$left" wire "$router" toleft 203.0.113.1/24 &&
	macsec_end "$router" toleft "$left" wire 203.0.113.254/24 &&
	ip -n "$left" route add $RIGHT4/32 via 203.0.113.254 &&
	tunnel left_addr=203.0.113.1 right_peer=203.0.113.1 "$@" &&
	exchange -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
	local status=$?
	ip -n "$left" link del macsec0
	ip -n "$router" link del macsec0
	return $status
}
if modprobe -q macsec; then
	try "packets over MACsec" over_macsec right=adit
else
	skip "packets over MACsec" "no macsec in this kernel"
fi

# As on a network card: the receiver's wire has NAPI and GRO.
in_ns "$right" ethtool -K wire gro on >/dev/null || bail_out "no GRO on veth"
try "packets through a device with GRO, to adit" crosses 4000+ right=adit
try "packets through a device with GRO, to XFRM" crosses 4000+ right=xfrm

# XFRM's modules get the place that makes chains possible when they want it (kmod/offload.h): what is
# under way goes on, packet by packet.
gives_way()
{
	local stream status

	tunnel right=adit || return 1
	background exchange -1 -t $((BYTES * 5)) "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	stream=$!
	eventually some_sent && modprobe -a esp4_offload esp6_offload && wait "$stream" || return 1
	tunnel_down
	crosses 1500 right=adit
	status=$?
	tunnel_down
	modprobe -r esp4_offload esp6_offload && return $status
}
some_sent()
{
	sa_read "$left" 0x1001 && [ "$SA_packets" -gt 20 ]
}
if modinfo -F filename esp4_offload >/dev/null 2>&1; then
	try "esp4_offload gets its place" gives_way
else
	skip "esp4_offload gets its place" "this kernel has none"
fi

finish

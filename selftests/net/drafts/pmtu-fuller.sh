#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Path MTU: the device's MTU is exactly what fits, it follows the path, senders are told by ICMP,
# what may be fragmented is fragmented before encryption.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6
topology_router hosts
udp_encap "$left"
udp_encap "$right"

hosts()
{
	exchange "$@" "$lhost" "$rhost" $LHOST4 $RHOST4 $LHOST6 $RHOST6
}

# exact MTU TUNNEL-OPTIONS...: the MTU as RFC arithmetic has it; a packet of that size passes
# and fills the wire, a larger one would not have fitted.
exact()
{
	local expected=$1 got
	shift
	tunnel "$@" || return 1
	device_read "$left"
	echo "MTU ${DEVICE[mtu]}, expected $expected; path ${DEVICE[mtu_path]}," \
	     "overhead ${DEVICE[mtu_overhead]}"
	got=$(mtu "$left" vpn0)
	[ "$got" -eq "$expected" ] && [ "${DEVICE[mtu]}" -eq "$expected" ] || return 1
	watch "$left" wire
	exchange -1 -d -u $((expected - 28)) "$lhost" "$rhost" $LHOST4 $RHOST4 &&
	exchange -1 -d -u $((expected - 48)) "$lhost" "$rhost" $LHOST6 $RHOST6 || return 1
	watched
	echo "longest packet on the wire $WIRE_max_length, fragments $WIRE_fragment"
	[ "$WIRE_max_length" -le 1500 ] && [ "$WIRE_max_length" -gt 1484 ] &&
	[ "$WIRE_fragment" -eq 0 ]
}
# The first numbers are those of AWS's own table of MTUs.
while read -r size options; do
	# shellcheck disable=SC2086 # words
	check "MTU $size with $options" exact "$size" $options
	tunnel_down
done <<-EOF
	1446 alg=aes128gcm16
	1438 alg=aes128gcm16 encap=4500:4500
	1438 alg=aes128-sha1
	1422 alg=aes128-sha1 encap=4500:4500
	1438 alg=aes256-sha256
	1422 alg=aes128-sha384
	1422 alg=aes128-sha512
	1406 alg=aes128-sha512 encap=4500:4500
	1426 alg=aes128gcm16 outer=6
	1418 alg=aes128gcm16 outer=6 encap=4500:4500
	1454 alg=aes128gcm8
	1446 alg=chacha20poly1305
	1446 alg=3des-sha1
	EOF

tunnel || bail_out "no tunnel"

follows_wire()
{
	ip -n "$left" link set wire mtu "$1" && eventually mtu_is $(($1 - 54))
}
mtu_is()
{
	echo "MTU $(mtu "$left" vpn0), expected $1"
	[ "$(mtu "$left" vpn0)" -eq "$1" ]
}
check "the device's MTU follows the wire's down" follows_wire 1400
check "data crosses" hosts -u 1000 -t 100000
check "and up again" follows_wire 1500

# What is larger than the tunnel, sent by a host with DF: the host is told the exact MTU.
told()
{
	local ns=$1 peer=$2 expected=$3
	ip -n "$ns" route flush cache
	ip -n "$ns" -6 route flush cache
	in_ns "$ns" ping -n -q -c 2 -i 0.2 -w 1 -M do -s 1450 "$peer"
	ip -n "$ns" route get "$peer" >"$TMP/route"
	cat "$TMP/route"
	grep -q "mtu $expected" "$TMP/route"
}
check "IPv4 with DF: the host is told 1446" told "$lhost" $RHOST4 1446
check "IPv6: the host is told 1446" told "$lhost" $RHOST6 1446
sender_of_icmp()
{
	capture "$lhost" lan icmp icmp or icmp6 || return 1
	told "$lhost" $RHOST4 1446 && told "$lhost" $RHOST6 1446 || return 1
	capture_end icmp
	captured_some icmp "src $LEFT_IN4 and icmp[0] == 3 and icmp[1] == 4" &&
	captured_some icmp "src $LEFT_IN6 and icmp6 and ip6[40] == 2"
}
check "ICMP comes from the gateway's address towards the host" sender_of_icmp

fragmented_before()
{
	watch "$left" wire
	exchange -1 -u 2000,4000 "$lhost" "$rhost" "$@" || return 1
	watched
	only_ipsec esp 5 && [ "$WIRE_fragment" -eq 0 ] && [ "$WIRE_max_length" -le 1500 ]
}
in_ns "$lhost" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
ip -n "$lhost" route flush cache
check "IPv4 without DF is fragmented before encryption" fragmented_before $LHOST4 $RHOST4
in_ns "$lhost" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
check "IPv6 fragments of the host pass" fragmented_before $LHOST6 $RHOST6

###### a bottleneck on the path ######

bottleneck()
{
	ip -n "$router" link set toright mtu "$1" && ip -n "$right" link set wire mtu "$1"
}
# The first packets are lost at the router; its ICMP lowers the SA's MTU.
large_packets()
{
	ip -n "$lhost" route flush cache
	in_ns "$lhost" ping -n -q -c 3 -i 0.2 -w 2 -M do -s 1410 $RHOST4
}
learnt()
{
	bottleneck 1400 || return 1
	large_packets
	eventually mtu_is 1346 && device_read "$left" && echo "source ${DEVICE[mtu_source]}" &&
	[ "${DEVICE[mtu_source]}" = icmp ] && [ "${DEVICE[mtu_path]}" -eq 1400 ]
}
check "ICMP from the path lowers the MTU" learnt
check "the host is told the new MTU" told "$lhost" $RHOST4 1346
check "TCP gets through, both ways" hosts -t 300000
sa_shows_path()
{
	sa_read "$left" 0x1001 && echo "$SA_TEXT" && [ "$SA_mtu" -eq 1346 ] && [ "$SA_path" -eq 1400 ]
}
check "the SA shows what was learnt" sa_shows_path
tunnel_down

grows_again()
{
	exchange -1 -u 100 "$lhost" "$rhost" $LHOST4 $RHOST4
	mtu_is 1446
}
expires()
{
	bottleneck 1500
	ip -n "$left" route flush cache
	in_ns "$left" sysctl -qw net.ipv4.route.mtu_expires=2 ||
		{ echo "this kernel has no such setting for a namespace"; return 4; }
	tunnel && bottleneck 1400 || return 1
	large_packets
	eventually mtu_is 1346 || return 1
	bottleneck 1500
	eventually grows_again
}
check "what ICMP taught is forgotten after a time" expires
tunnel_down

# DF clear: what does not fit the path is fragmented on the way, and reassembled.
fragmented_after()
{
	bottleneck 1400
	tunnel right=adit left_more="df clear" || return 1
	watch "$right" wire
	exchange -1 -u 1390 "$lhost" "$rhost" $LHOST4 $RHOST4 || return 1
	watched
	echo "fragments on the last wire: $WIRE_fragment"
	[ "$WIRE_fragment" -ge 1 ]
}
check "df clear: a router fragments; adit reassembles and decrypts" fragmented_after
tunnel_down
bottleneck 1500

finish

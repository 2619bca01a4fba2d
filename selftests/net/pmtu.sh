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
# The numbers of AWS's own table of MTUs, and some that it has not; largest.sh tries every transform.
while read -r size options; do
	# shellcheck disable=SC2086 # words
	check "MTU $size with $options" exact "$size" $options
	tunnel_down
done <<-EOL
	1446 alg=aes128gcm16
	1422 alg=aes128-sha1 encap=4500:4500
	1422 alg=aes128-sha512
	1418 alg=aes128gcm16 outer=6 encap=4500:4500
	EOL

tunnel || bail_out "no tunnel"

# Both ends of the wire: a veth drops what is longer than its own MTU.
follows_wire()
{
	ip -n "$left" link set wire mtu "$1" && ip -n "$router" link set toleft mtu "$1" &&
	eventually mtu_is $(($1 - 54))
}
mtu_is()
{
	echo "MTU $(mtu "$left" vpn0), expected $1"
	[ "$(mtu "$left" vpn0)" -eq "$1" ]
}
check "the device's MTU follows the wire's down" follows_wire 1400
check "data crosses" hosts -u 1000 -t 100000
check "and up again" follows_wire 1500

# told NS PEER MTU [SIZE]: what is larger than the tunnel, sent by a host with DF: the host is told the
# exact MTU.
told()
{
	local ns=$1 peer=$2 expected=$3 size=${4:-1450}
	ip -n "$ns" route flush cache
	ip -n "$ns" -6 route flush cache
	in_ns "$ns" ping -n -q -c 2 -i 0.2 -w 1 -M do -s "$size" "$peer"
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

# What the hosts and the gateways know of their paths.
forget()
{
	local ns

	bottleneck 1500
	for ns in "$left" "$right" "$lhost" "$rhost"; do
		ip -n "$ns" route flush cache
		ip -n "$ns" -6 route flush cache
	done
}

bottleneck()
{
	ip -n "$router" link set toright mtu "$1" && ip -n "$right" link set wire mtu "$1"
}
# The first packets are lost at the router; its ICMP lowers the SA's MTU.
large_packets()
{
	ip -n "$lhost" route flush cache
	in_ns "$lhost" ping -n -q -c 3 -i 0.2 -w 2 -M do -s "${1:-1410}" $RHOST4
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
# sa_shows MTU PATH
sa_shows()
{
	sa_read "$left" 0x1001 && echo "$SA_TEXT" && [ "$SA_mtu" -eq "$1" ] && [ "$SA_path" -eq "$2" ]
}
check "the SA shows what was learnt" sa_shows 1346 1400
tunnel_down

# A path too narrow for what IPv6 needs: the kernel would take IPv6 off a device of less than 1280
# bytes, for good. IPv4 keeps to what fits, IPv6 packets of up to 1280 bytes become outer fragments.
narrow()
{
	forget
	tunnel right=adit && hosts -u 100 && bottleneck 1300 || return 1
	large_packets
	eventually mtu_is 1280 && told "$lhost" $RHOST4 1246 1240 &&
	told "$lhost" $RHOST6 1280
}
check "a path of 1300 bytes: the device keeps what IPv6 needs" narrow
check "the SA has what fits" sa_shows 1246 1300
# all_fits COMMAND...: whatever it sends, nothing is too long for the SA on the left.
all_fits()
{
	local before

	device_read "$left" || return 1
	before=${DEVICE[drop_mtu]:-0}
	"$@" && device_read "$left" || return 1
	echo "too long: $before packets before, ${DEVICE[drop_mtu]:-0} after"
	[ "${DEVICE[drop_mtu]:-0}" -eq "$before" ]
}
check "TCP gets through there, both ways, IPv4 and IPv6" hosts -t 100000
check "and when the hosts know the path, whole" all_fits hosts -t 100000
whole_ipv6()
{
	watch "$left" wire
	exchange -1 -u $((1280 - 48)) "$lhost" "$rhost" $LHOST6 $RHOST6 || return 1
	watched
	echo "fragments: $WIRE_fragment"
	[ "$WIRE_fragment" -eq 1 ]
}
check "an IPv6 packet of 1280 bytes crosses in two outer fragments" whole_ipv6
tunnel_down
# In transport mode over IPv6 it is IPv6 that will come, though there is neither address nor route yet.
transport_ipv6()
{
	forget
	bottleneck 1500
	ip -n "$left" link set wire mtu 1300 && ip -n "$router" link set toleft mtu 1300 || return 1
	tunnel right=adit mode=transport outer=6 && mtu_is 1280 &&
	exchange -1 -u 100,1200,1232 "$left" "$right" $LEFT6 $RIGHT6
	local status=$?
	ip -n "$left" link set wire mtu 1500
	ip -n "$router" link set toleft mtu 1500
	return $status
}
check "transport mode over IPv6 on a path of 1300 bytes" transport_ipv6
tunnel_down
only_ipv4()
{
	forget
	bottleneck 1500
	tunnel && hosts4 -u 100 && bottleneck 1300 || return 1
	large_packets
	eventually mtu_is 1246
}
hosts4()
{
	exchange "$@" "$lhost" "$rhost" $LHOST4 $RHOST4
}
check "without IPv6 traffic the device has exactly what fits, below 1280 too" only_ipv4
tunnel_down

expires()
{
	forget
	in_ns "$left" sysctl -qw net.ipv4.route.mtu_expires=6
	tunnel && mtu_is 1446 && bottleneck 1400 || return 1
	large_packets
	eventually mtu_is 1346 || return 1
	bottleneck 1500
	wait_for 30 mtu_is 1446
}
check "what ICMP taught is forgotten after net.ipv4.route.mtu_expires, and nobody needs to send" expires
tunnel_down
in_ns "$left" sysctl -qw net.ipv4.route.mtu_expires=600

# Over IPv6, and in UDP, where ICMP is about the daemon's socket.
learnt_over()
{
	local before=$1
	shift
	forget
	tunnel "$@" && mtu_is "$before" && bottleneck 1400 || return 1
	large_packets 1382
	eventually mtu_is $((before - 100)) && sa_shows $((before - 100)) 1400
}
check "ICMPv6 lowers the MTU over IPv6" learnt_over 1426 outer=6
tunnel_down
check "ICMP lowers the MTU in UDP" learnt_over 1438 encap=4500:4500
tunnel_down
check "ICMPv6 lowers the MTU in UDP over IPv6" learnt_over 1418 outer=6 encap=4500:4500
tunnel_down

# DF clear: what does not fit the path is fragmented on the way, and reassembled.
fragmented_after()
{
	forget
	bottleneck 1400
	tunnel right=adit left_more="df clear" || return 1
	watch "$right" wire
	exchange -1 -u 1390 "$lhost" "$rhost" $LHOST4 $RHOST4 || return 1
	watched
	echo "fragments on the last wire: $WIRE_fragment of $WIRE_packets, longest $WIRE_max_length"
	[ "$WIRE_fragment" -ge 1 ]
}
check "df clear: a router fragments; adit reassembles and decrypts" fragmented_after
tunnel_down

# An MTU that the admin has set: it is we who fragment. What netfilter and routing know of the
# inner packet is not to be believed of the outer ones, of the last as little as of the first.
translated_and_fragmented()
{
	forget
	tunnel || return 1
	in_ns "$left" nft -f - <<-NFT || return 1
	table ip translated {
		chain to_tunnel {
			type nat hook postrouting priority srcnat
			oifname "vpn0" snat to $LEFT_IN4
		}
		chain marked {
			type filter hook forward priority 0
			meta mark set 7
		}
		chain wire {
			type filter hook output priority 0
			oifname "wire" ip protocol esp meta mark 7 counter drop
		}
	}
	NFT
	ip -n "$left" link set vpn0 mtu 1500 || return 1
	in_ns "$lhost" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	watch "$left" wire
	exchange -1 -u 1460,1470,1460 "$lhost" "$rhost" $LHOST4 $RHOST4 || return 1
	watched
	only_ipsec esp 6
}
check "what adit fragments is translated and marked inside only" translated_and_fragmented
in_ns "$left" nft delete table ip translated
# A sender without DF never hears of an MTU: what the stack left to the device to cut has to pass.
check "TCP without DF is cut into segments, and these into fragments" all_fits \
	exchange -1 -t 100000 "$lhost" "$rhost" $LHOST4 $RHOST4
tunnel_down

finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What may be inside, and what may become of it outside: IP options and extension headers, datagrams of
# any size, ICMP errors about inner packets, outer packets that arrive in fragments.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6 ah4 ah6
topology_hosts
udp_encap "$left"
udp_encap "$right"

hosts()
{
	exchange "$@" "$lhost" "$rhost" $LHOST4 $RHOST4 $LHOST6 $RHOST6
}

# The hosts know how much fits: the first that is larger is lost, and ICMP tells.
learn()
{
	hosts -w 200 -u 1472 >/dev/null 2>&1
}

# An IPv4 timestamp, which every hop fills in, and a router alert, which none may; in IPv6 hop-by-hop
# and destination options. exchange -o sends them.
optional_tunnel()
{
	tunnel "$@" || return 1
	learn
	hosts -o -u 0-3,1000,4000
}
# Between the gateways themselves, where the options stay outside (RFC 4303 3.1.1, RFC 4302 3.1.1).
optional_transport()
{
	tunnel mode=transport "$@" || return 1
	case "$*" in
	# XFRM of 6.12 loses TCP that it sends with extension headers, to itself, too.
	*outer=6*)
		exchange -o -u 0-3,1000 "$left" "$right" $LEFT6 $RIGHT6 &&
		exchange -1 -o -t 50000 "$left" "$right" $LEFT6 $RIGHT6 ;;
	*) exchange -o -u 0-3,1000 -t 50000 "$left" "$right" $LEFT4 $RIGHT4 ;;
	esac
}
while read -r mode options; do
	# shellcheck disable=SC2086 # words
	check "options and extension headers, $mode mode: $options" optional_$mode $options
	tunnel_down
done <<-EOL
	tunnel alg=aes128gcm16
	tunnel alg=sha256 proto=ah
	transport alg=aes128gcm16
	transport alg=aes128-sha1 outer=6
	transport alg=sha256 proto=ah
	transport alg=sha1 proto=ah outer=6
	EOL

# A source route that leads over one of the receiver's addresses to another, which is then the one that
# counts (RFC 4302 3.3.3.1, A1), in an SA of its own; and an IPv6 routing header with no way to go.
VIA4=10.77.0.1
source_routed()
{
	local from=$1 to=$2 hop=$3 source=$4 mode="proto=ah alg=sha256 mode=transport"
	local ends="local=$source remote=$hop" arrival="local=$VIA4 remote=$source"
	local pair="src $source dst $hop"

	# shellcheck disable=SC2086 # words
	if [ "$from" = "$left" ]; then
		vpn_device "$left" adit && transport_route "$left" vpn0 "$source" "$hop" &&
		adit_sa "$from" out $mode $ends spi=0x1001 &&
		xfrm_sa "$to" in $mode $arrival spi=0x1001
	else
		vpn_device "$left" adit && adit_sa "$to" in $mode $arrival spi=0x1001 &&
		xfrm_sa "$from" out $mode $ends spi=0x1001 &&
		ip -n "$from" xfrm policy add $pair dir out tmpl proto ah reqid 1 mode transport
	fi &&
	in_ns "$to" bash -c 'for f in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 >$f; done' &&
	ip -n "$to" addr replace $VIA4/32 dev lo && watch "$left" wire &&
	exchange -1 -r "$hop" -u 0-3,1000 "$from" "$to" "$source" $VIA4 || return 1
	watched
	echo "ah=$WIRE_ah other=$WIRE_other"
	[ "$WIRE_ah" -ge 5 ] && [ "$WIRE_other" -eq 0 ]
}
check "AH with a source route, to XFRM" source_routed "$left" "$right" $RIGHT4 $LEFT4
tunnel_down
check "AH with a source route, from XFRM" source_routed "$right" "$left" $LEFT4 $RIGHT4
tunnel_down
ip -n "$left" addr del $VIA4/32 dev lo
ip -n "$right" addr del $VIA4/32 dev lo

routed()
{
	tunnel mode=transport proto=ah alg=sha256 outer=6 &&
	exchange -r 0 -u 0-3,1000 "$left" "$right" $LEFT6 $RIGHT6
}
check "AH with a routing header that has arrived, both ways" routed
unfinished()
{
	! exchange -1 -r 1 -w 100 -u 10 "$left" "$right" $LEFT6 $RIGHT6 &&
	sa_dropped "$left" 0x1001 malformed &&
	echo "dropped: $DROPPED" && [ "$DROPPED" -eq 1 ]
}
check "one that has a way to go is not sent (RFC 5095)" unfinished
tunnel_down

# An outer packet that does not fit is fragmented by the sender and reassembled here: XFRM does that to
# all that is sent without DF; adit, told df clear, too.
whole_again()
{
	local ns

	tunnel "$@" left_more="df clear" || return 1
	for ns in "$left" "$right"; do
		ip -n "$ns" link set vpn0 mtu 1500
	done
	watch "$left" wire
	exchange -u 1421-1423,1472,4000,20000 "$lhost" "$rhost" $LHOST4 $RHOST4 || return 1
	watched
	echo "$WIRE_fragment outer fragments of $WIRE_packets packets"
	[ "$WIRE_fragment" -ge 30 ]
}
for ns in "$lhost" "$rhost"; do
	in_ns "$ns" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	ip -n "$ns" route flush cache
done
while read -r options; do
	# shellcheck disable=SC2086 # words
	check "outer packets in fragments, both ways: $options" whole_again $options
	tunnel_down
done <<-EOL
	alg=aes128gcm16
	alg=aes128-sha256 encap=4500:4500
	alg=aes128gcm16 outer=6
	alg=null-sha1 outer=6 encap=4500:4500
	alg=sha256 proto=ah
	EOL
for ns in "$lhost" "$rhost"; do
	in_ns "$ns" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
done

# Inner datagrams of any size are fragmented before; both families.
tunnel || bail_out "no tunnel"
learn
check "inner datagrams up to 65000 bytes" hosts -u 1418,1419,1446,8000,65000

# ICMP errors about inner packets come back through the tunnel.
refused_by()
{
	in_ns "$lhost" bash -c "exec 3<>/dev/udp/$1/9 && echo x >&3 || exit 2
		read -r -t $((WAIT * TEST_PATIENCE)) -u 3
		status=\$?
		echo \"reading ended with \$status, expected 1: an error\"
		[ \$status -eq 1 ]"
}
check "a closed port on the far host is heard of, IPv4" refused_by $RHOST4
check "a closed port on the far host is heard of, IPv6" refused_by $RHOST6
# exceeded HOPS ADDRESS FROM
exceeded()
{
	in_ns "$lhost" ping -n -c 1 -W 3 -t "$1" "$2" >"$TMP/ping.out"
	cat "$TMP/ping.out"
	grep -Eqi "^From $3:? .*(time to live exceeded|time exceeded)" "$TMP/ping.out"
}
check "the near gateway is the first hop, IPv4" exceeded 1 $RHOST4 $LEFT_IN4
check "the near gateway is the first hop, IPv6" exceeded 1 $RHOST6 $LEFT_IN6
tunnel_down
tunnel left=xfrm right=adit
check "adit as the far gateway is the second hop, IPv4" exceeded 2 $RHOST4 $RIGHT_IN4
check "adit as the far gateway is the second hop, IPv6" exceeded 2 $RHOST6 $RIGHT_IN6
tunnel_down

finish

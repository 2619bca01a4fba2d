#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Traffic selectors (RFC 4301 4.4.1): which SA a packet takes, what is refused entry (5.2).
# Seen from outside: the counters of the SAs, with XFRM's unrestricted policies as the peer.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
vpn_device "$left" adit && vpn_device "$right" xfrm || bail_out "no devices"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
xfrm_policies "$right" local=$RIGHT4 remote=$LEFT4 if_id=0x10
addresses "$left" lo 10.1.7.1/32
addresses "$right" lo 10.2.5.1/32 10.2.5.77/32 10.2.6.1/32

spi=0x100
# An outbound SA of ours, `more` being its selectors; the peer accepts it. Sets $spi to its SPI.
out()
{
	spi=$((spi + 2))
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=$spi more="$*" &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=$spi if_id=0x10
}
flush()
{
	adit_in "$left" sa flush dev vpn0 && ip -n "$right" xfrm state flush
}
packets()
{
	sa_read "$left" "$1" && PACKETS=$SA_packets
}
# takes SPI EXCHANGE-ARGUMENTS...: one datagram goes over that SA and over no other that the
# variable `others` names.
takes()
{
	local expected=$1 before after one
	local -A counts
	shift
	for one in $expected $others; do
		packets "$one" || return 1
		counts[$one]=$PACKETS
	done
	exchange -1 -u 50 "$left" "$right" "$@" || return 1
	for one in $expected $others; do
		packets "$one" || return 1
		after=$((PACKETS - counts[$one]))
		before=0
		[ "$one" != "$expected" ] || before=1
		echo "SA $one: $after packets more, expected $before"
		[ "$after" -eq "$before" ] || return 1
	done
}
dropped_here()
{
	device_read "$left" && DROPPED=${DEVICE[drop_$1]:-0}
}
stays_home()
{
	local before
	dropped_here no-sa
	before=$DROPPED
	exchange -1 -n -w 200 "$left" "$right" "$@" || return 1
	dropped_here no-sa
	echo "dropped without SA: $((DROPPED - before)) more"
	[ $((DROPPED - before)) -ge 1 ]
}
policy "$left" vpn0 staged 0

###### outbound ######

out src 10.1.0.0/16 dst 10.2.0.0/16; net=$spi
out src 10.1.0.0/16 dst 10.2.5.0/24; subnet=$spi
out src 10.1.0.0/16 dst 10.2.5.77/32; host=$spi
others="$net $subnet"
check "the longest destination prefix wins: host" takes $host $LEFT_IN4 10.2.5.77
others="$net $host"
check "the longest destination prefix wins: subnet" takes $subnet $LEFT_IN4 10.2.5.1
others="$subnet $host"
check "the longest destination prefix wins: network" takes $net $LEFT_IN4 10.2.6.1
out src 10.1.7.0/24 dst 10.2.5.0/24; source=$spi
others="$net $subnet $host"
check "then the longest source prefix" takes $source 10.1.7.1 10.2.5.1
others="$net $host $source"
check "another source takes the wider one" takes $subnet $LEFT_IN4 10.2.5.1
check "no selector for IPv6: it does not leave" stays_home $LEFT_IN6 $RIGHT_IN6

adit_sa_del "$left" out local=$LEFT4 remote=$RIGHT4 spi=$host
others="$net $source"
check "the host's SA deleted: the subnet's takes its packets" takes $subnet $LEFT_IN4 10.2.5.77

flush
out src ::/0 dst fd00:2::/48; six=$spi
others=
check "an IPv6 prefix" takes $six $LEFT_IN6 $RIGHT_IN6
check "it does not match IPv4" stays_home $LEFT_IN4 $RIGHT_IN4

flush
out; any=$spi
out sel dst 10.2.0.0/16 proto udp; udp=$spi
out sel dst 10.2.0.0/16 proto udp dport 5000; port=$spi
out sel dst 10.2.0.0/16 proto udp dport 6000-6999; range=$spi
others="$any $port $range"
check "protocol before none" takes $udp $LEFT_IN4 $RIGHT_IN4
others="$any $udp $range"
check "ports before none" takes $port $LEFT_IN4 $RIGHT_IN4 -p 5000
others="$any $udp $port"
check "a range of ports: the first" takes $range $LEFT_IN4 $RIGHT_IN4 -p 6000
check "a range of ports: the last" takes $range $LEFT_IN4 $RIGHT_IN4 -p 6999
others="$any $port $range"
check "outside the range" takes $udp $LEFT_IN4 $RIGHT_IN4 -p 7000

# Only the first fragment has the ports: a datagram is put together for the lookup (RFC 4301 7).
fragments_take()
{
	local before after

	packets "$1" && before=$PACKETS && exchange -1 -u 4000 "$left" "$right" "${@:2}" &&
	packets "$1" || return 1
	after=$PACKETS
	echo "SA $1: $((after - before)) packets more, expected 3"
	[ $((after - before)) -eq 3 ]
}
check "a datagram in fragments takes the SA of its port" fragments_take $port $LEFT_IN4 $RIGHT_IN4 -p 5000

icmp_takes()
{
	packets "$1" || return 1
	local before=$PACKETS
	in_ns "$left" ping -n -q -c 1 -w 1 -I $LEFT_IN4 $RIGHT_IN4
	packets "$1"
	echo "SA $1: $before, then $PACKETS"
	[ "$PACKETS" -eq $((before + 1)) ]
}
check "ICMP matches neither: the SA without selectors" icmp_takes $any
out sel dst 10.2.0.0/16 proto icmp type 8; echo=$spi
check "an ICMP type" icmp_takes $echo
out sel dst 10.2.0.0/16 proto icmp type 8 code 0; code=$spi
check "an ICMP type and code" icmp_takes $code

# IPv6 datagrams are not put together: what the first fragment says holds for the others.
flush
out sel dst fd00:2::/48; any=$spi
out sel dst fd00:2::/48 proto udp; udp=$spi
out sel dst fd00:2::/48 proto udp dport 5000; port=$spi
check "IPv6 fragments take the SA of the first one's port" \
	fragments_take $port $LEFT_IN6 $RIGHT_IN6 -p 5000
check "and without one, that of their protocol" fragments_take $udp $LEFT_IN6 $RIGHT_IN6 -p 5001

###### inbound (RFC 4301 5.2) ######

in_sa()
{
	spi=$((spi + 2))
	adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=$spi more="$*" &&
	xfrm_sa "$right" out local=$RIGHT4 remote=$LEFT4 spi=$spi if_id=0x10
}
refused_entry()
{
	local before

	sa_dropped "$left" $spi selector
	before=$DROPPED
	exchange -1 -n "$right" "$left" "$@" || return 1
	sa_dropped "$left" $spi selector
	echo "dropped by the selector: $((DROPPED - before)) more"
	[ $((DROPPED - before)) -eq 3 ]
}
enters()
{
	exchange -1 -u 0-3 "$right" "$left" "$@"
}
in_sa src 10.2.5.0/24 dst 10.1.0.0/16
check "a packet that matches enters" enters 10.2.5.1 $LEFT_IN4
check "a source outside the selector is refused and counted" refused_entry 10.2.6.1 $LEFT_IN4
check "another family is refused and counted" refused_entry $RIGHT_IN6 $LEFT_IN6
flush
in_sa sel src 10.2.0.0/16 dst 10.1.0.0/16 proto udp dport 4000 sport 4000
check "a packet with the right ports enters" enters $RIGHT_IN4 $LEFT_IN4
check "other ports are refused and counted" refused_entry $RIGHT_IN4 $LEFT_IN4 -p 4001
check_fails()
{
	! "$@"
}
check "datagrams in fragments with the right ports enter" \
	exchange -1 -u 2000,9000 "$right" "$left" $RIGHT_IN4 $LEFT_IN4
check "with other ports they do not" \
	check_fails exchange -1 -w 500 -u 9000 -p 4001 "$right" "$left" $RIGHT_IN4 $LEFT_IN4
flush
in_sa sel src fd00:2::/48 proto udp dport 4000 sport 4000
# What XFRM's interface cannot carry whole is lost once: then the sender knows.
exchange -1 -w 200 -u 2000 "$right" "$left" $RIGHT_IN6 $LEFT_IN6 >/dev/null 2>&1
check "IPv6 fragments of a datagram with the right ports enter" \
	exchange -1 -u 2000,9000 "$right" "$left" $RIGHT_IN6 $LEFT_IN6
check "with other ports they do not, IPv6" \
	check_fails exchange -1 -w 500 -u 9000 -p 4001 "$right" "$left" $RIGHT_IN6 $LEFT_IN6
flush
in_sa sel src 10.2.5.0/24 sel src 10.2.6.0/24 sel src fd00:2::/48
check "several selectors: the first" enters 10.2.5.1 $LEFT_IN4
check "several selectors: the second" enters 10.2.6.1 $LEFT_IN4
check "several selectors: the third" enters $RIGHT_IN6 $LEFT_IN6
check "several selectors: none" refused_entry $RIGHT_IN4 $LEFT_IN4

# Prefixes of every odd length: the first and the last address, and their neighbours outside.
flush
prefixes()
{
	local expected= packets= entry selectors= got src
	local dst=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		*/*) selectors+=" sel src $1" ;;
		*)
			packets+="src=${1%[+-]}"$'\n' expected+=${1: -1}
			src=${1%[+-]} ;;
		esac
		shift
	done
	# shellcheck disable=SC2086 # words
	adit_in "$left" sa flush dev vpn0 &&
	adit_sa "$left" in alg=null-sha256 local=$LEFT4 remote=$RIGHT4 spi=0x1002 more="$selectors" &&
	got=$("$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 \
		to=$LEFT4 "src=$src" "dst=$dst" <<<"$packets") || return 1
	echo "expected $expected"
	echo "     got $got"
	[ "$got" = "$expected" ]
}
check "IPv4 prefixes of odd lengths" prefixes $LEFT_IN4 \
	64.0.0.0/3 63.255.255.255- 64.0.0.1+ 95.255.255.254+ 96.0.0.1- \
	10.64.0.0/10 10.63.255.255- 10.64.0.1+ 10.127.255.254+ 10.128.0.1- \
	172.16.8.0/21 172.16.7.255- 172.16.8.1+ 172.16.15.255+ 172.16.16.1- \
	192.168.77.128/25 192.168.77.127- 192.168.77.128+ 192.168.77.255+ 192.168.78.1- \
	192.168.3.2/31 192.168.3.1- 192.168.3.2+ 192.168.3.3+ 192.168.3.4- \
	192.168.5.5/32 192.168.5.4- 192.168.5.5+ 192.168.5.6-
check "IPv6 prefixes of odd lengths" prefixes $LEFT_IN6 \
	4000::/3 3fff:ffff::1- 4000::1+ 5fff:ffff::1+ 6000::1- \
	fd10:2:3:8000::/49 fd10:2:3:7fff::1- fd10:2:3:8000::1+ fd10:2:3:ffff::1+ fd10:2:4::1- \
	fd11::8000:0:0:0/65 fd11::7fff:0:0:1- fd11::8000:0:0:1+ fd11::ffff:0:0:1+ fd11:0:0:1::1- \
	fd12::f0/125 fd12::ef- fd12::f0+ fd12::f7+ fd12::f8- \
	fd13::2/127 fd13::1- fd13::2+ fd13::3+ fd13::4-

# Transport mode is between the ends: what a selector leaves open is theirs.
flush
narrowed()
{
	adit_sa "$left" out mode=transport local=$LEFT4 remote=$RIGHT4 spi=0x7001 \
		more="sel proto udp dport 4000" && sa_read "$left" 0x7001 || return 1
	echo "$SA_TEXT"
	[[ $SA_TEXT == *"src $LEFT4/32 dst $RIGHT4/32 proto udp dport 4000"* ]]
}
check "in transport mode a selector is between the ends" narrowed
check "it matches no other address" stays_home $LEFT_IN4 $RIGHT_IN4
check "and no other family" stays_home $LEFT_IN6 $RIGHT_IN6
refused "a selector of another family in transport mode" "selector.*family" \
	adit_sa "$left" out mode=transport local=$LEFT4 remote=$RIGHT4 spi=0x7002 more="dst fd00:2::/48"

finish
